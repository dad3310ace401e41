//! The queries, in SQL that both databases understand.
//!
//! This folder is a part of each database's module, which names its
//! `Connection` and says how a read and a write are run; what differs beyond
//! that, the tables' making, stands in `migrations/`.

/// Runs a query on a connection for reading.
macro_rules! read {
    ($store:ident, $query:path $(, $argument:expr)*) => {{
        let mut connection = $store.reader().await?;
        $query(&mut connection $(, $argument)*).await
    }};
}

/// Runs a query within a transaction; its arguments move into it.
macro_rules! write {
    ($store:ident, |$connection:ident| $query:expr) => {
        $store.write(move |$connection| Box::pin(async move { $query.await })).await
    };
}

mod answers;
mod calls;
mod commits;
mod computers;
mod enrolments;
mod facts;
mod followed;
mod held;
mod identities;
mod kept;
mod lives;
mod messages;
mod outcomes;
mod outgoing;
mod restore;
mod retention;
mod rollouts;
mod serial;
mod sessions;
mod text;
mod unfinished;
