//! Properties of the policy engine over small random repositories.
//!
//! `generator.rs`, `keys.rs` and `fleet.rs` make a case of a seed, `repository.rs` writes
//! it down as files, `side.rs` plans it. `engine.rs` asks what must hold of
//! one policy, `change.rs` of two (`edit.rs` makes the second of the first),
//! `short.rs` of what makes a policy short against the same written at length;
//! `small.rs` keeps what was found. A failure prints its seed and the case;
//! `ORDAIN_SEED=N` runs that one alone, `ORDAIN_CASES=N` so many from the first on.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod change;
mod deployed;
mod edit;
mod engine;
mod fleet;
mod generator;
mod keys;
mod random;
mod repository;
mod short;
mod side;
mod small;
mod values;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use generator::{Case, Style, case};

/// Holds a property against so many cases.
fn hold(cases: u64, full_rules: bool, property: impl Fn(u64, &Case)) {
    let seeds = match pinned() {
        Some(seed) => seed..=seed,
        None => 1..=number("ORDAIN_CASES").unwrap_or(cases),
    };
    for seed in seeds {
        let case = case(seed, Style { full_rules });
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| property(seed, &case))) {
            #[expect(clippy::print_stderr, reason = "whoever reads the failure needs the case")]
            {
                eprintln!("ORDAIN_SEED={seed}\n{}", case.text());
            }
            resume_unwind(panic);
        }
    }
}

/// The one seed that is asked for.
fn pinned() -> Option<u64> {
    number("ORDAIN_SEED")
}

fn number(variable: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "what is tried is asked for from outside")]
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap())
}
