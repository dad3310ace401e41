//! What the test binaries share across crates.
//!
//! Empty on purpose: the programs behind `cargo demo` and `cargo verify` live
//! in this package and must build in seconds, so it has no dependencies. What
//! the tests need stands beside them: `tests/tidy` holds the rules of the
//! house, `tests/examples` the example repositories, `tests/acceptance` the
//! language's scenarios, `tests/e2e` the runs with real processes.

pub mod generator;
