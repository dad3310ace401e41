//! What the test binaries share across crates.
//!
//! Owns the [`generator`] of repositories and fleets, and nothing that needs a
//! dependency: the programs behind `cargo demo` and `cargo verify` live in
//! this package and must build in seconds. `tests/tidy` holds the rules of the
//! house, `tests/examples` the example repositories, `tests/acceptance` the
//! language's scenarios, `tests/e2e` the runs with real processes.

pub mod generator;
