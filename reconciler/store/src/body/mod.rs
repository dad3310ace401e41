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

/// That rows are of the computer `$2`, which is within the scope `$1`: by the key
/// of a table whose key begins with tenant and computer.
macro_rules! of_computer {
    () => {
        "tenant = (SELECT tenant FROM computers WHERE id = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1)) AND computer = $2"
    };
}

/// Rows that one statement writes: their columns stay below what a database takes as parameters.
const AT_ONCE: usize = 500;

mod answers;
mod approvals;
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
