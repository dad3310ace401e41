//! What is under way beyond the thread that waits for it: queries, and work on
//! other threads.
//!
//! A simulation drives everything on one thread and goes on when nothing moves
//! any more; what others do for it, it cannot see. Each such piece of work
//! holds a [`Guard`]. Built only with the feature `simulation`; without it a
//! guard is nothing at all.

#[cfg(feature = "simulation")]
use std::cell::RefCell;
#[cfg(feature = "simulation")]
use std::sync::Arc;
#[cfg(feature = "simulation")]
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(feature = "simulation")]
thread_local! {
    static COUNTED: RefCell<Option<Arc<AtomicUsize>>> = const { RefCell::new(None) };
}

/// Held while a piece of work is under way.
#[derive(Debug)]
pub struct Guard {
    #[cfg(feature = "simulation")]
    counted: Option<Arc<AtomicUsize>>,
}

/// A piece of work begins.
pub fn enter() -> Guard {
    Guard {
        #[cfg(feature = "simulation")]
        counted: COUNTED.with_borrow(Clone::clone).inspect(|counted| {
            counted.fetch_add(1, Ordering::SeqCst);
        }),
    }
}

#[cfg(feature = "simulation")]
impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(counted) = &self.counted {
            counted.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Counts what begins on one thread.
#[cfg(feature = "simulation")]
#[derive(Debug, Clone)]
pub struct Outside(Arc<AtomicUsize>);

#[cfg(feature = "simulation")]
impl Outside {
    /// Counts what begins on this thread from now on, instead of whoever counted before.
    pub fn of_this_thread() -> Self {
        let counted = Arc::new(AtomicUsize::new(0));
        COUNTED.set(Some(counted.clone()));
        Self(counted)
    }

    /// Whether nothing is under way.
    pub fn rests(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }
}
