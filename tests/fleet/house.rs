//! The daemon, from a start to a stop or a death, on a runtime of its own.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use ordain_controller::simulation::Daemon;
use ordain_controller::{Clock, ServeConfig};
use ordain_source::Location;
use ordain_store::SqliteStore;
use tokio::sync::watch;

use crate::calm::Calm;

/// A daemon that runs.
pub(crate) struct House {
    // In this order: what runs is dropped before what it runs on.
    pub(crate) daemon: Daemon,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) calm: Calm,
}

impl House {
    /// Starts the daemon over what is stored.
    pub(crate) fn start(repository: &Path, data: &Path, clock: watch::Receiver<Timestamp>) -> Self {
        let calm = Calm::new();
        let mut config = ServeConfig::new(Location::Folder(repository.to_owned()), data.to_owned());
        config.clock = Clock::set_by(clock);
        let fates = calm.fates.clone();
        let started = calm.run(async {
            std::fs::create_dir_all(data).expect("a folder");
            let path = data.join(ordain_controller::names::DATABASE);
            let store = SqliteStore::open_simulated(&path, fates).await.expect("a database");
            let store = Arc::new(store);
            let daemon = Daemon::start(&config, store.clone()).await.expect("a daemon");
            (daemon, store)
        });
        let (daemon, store) = started.expect("nothing dies at a start");
        Self { daemon, store, calm }
    }

    /// Whether it lives; nothing of it moves when this returns.
    pub(crate) fn rest(&self) -> bool {
        self.calm.rest()
    }

    /// Asks the store, where the program lives.
    pub(crate) fn ask<T>(&self, question: impl Future<Output = T>) -> T {
        self.calm.run(question).expect("it lives")
    }
}
