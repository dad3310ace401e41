//! A runtime of one thread that knows when nothing moves on it any more.
//!
//! It is at rest when its thread is about to sleep and nothing that it waits
//! for is under way elsewhere: no query, no work on another thread. Real time
//! plays no part.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use ordain_store::Fates;
use ordain_store::outside::Outside;

/// The runtime.
pub(crate) struct Calm {
    runtime: tokio::runtime::Runtime,
    state: Arc<Mutex<State>>,
    /// Of the program that runs here.
    pub(crate) fates: Fates,
}

#[derive(Default)]
struct State {
    /// Who waits for rest.
    waits: Option<Waker>,
    rested: bool,
}

impl Calm {
    pub(crate) fn new() -> Self {
        let (outside, fates) = (Outside::of_this_thread(), Fates::default());
        let state = Arc::<Mutex<State>>::default();
        let (told, dying) = (state.clone(), fates.clone());
        let parks = move || {
            if outside.rests() || dying.has_died() {
                let mut state = told.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(waker) = state.waits.take() {
                    state.rested = true;
                    waker.wake();
                }
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .on_thread_park(parks)
            .build()
            .expect("a runtime");
        Self { runtime, state, fates }
    }

    /// Does something; none where the program dies over it.
    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        self.runtime.block_on(poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                self.state().waits = None;
                return Poll::Ready(Some(done));
            }
            if self.fates.has_died() {
                return Poll::Ready(None);
            }
            let mut state = self.state();
            state.waits = Some(context.waker().clone());
            Poll::Pending
        }))
    }

    /// Lets everything go on until nothing moves; false where the program has died.
    pub(crate) fn rest(&self) -> bool {
        self.state().rested = false;
        self.runtime.block_on(poll_fn(|context| {
            let mut state = self.state();
            if state.rested {
                return Poll::Ready(());
            }
            state.waits = Some(context.waker().clone());
            Poll::Pending
        }));
        !self.fates.has_died()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
