//! Work that may take its time, on a thread that may.

use ordain_store::outside;
use tokio::task::JoinError;

/// Runs the work on a thread of its own; what waits for it waits for no other.
pub(crate) async fn spawn_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    let _under_way = outside::enter();
    tokio::task::spawn_blocking(work).await
}
