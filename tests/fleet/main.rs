//! A simulated fleet: the daemon's loops, its store and the agents' journals
//! in one process, on a clock that is set by hand.
//!
//! [`transcripts`] are stories with golden output, one `.txt` file each;
//! [`seeds`] are storms that follow from a number. Both tell a [`world`] what
//! happens: its [`house`] is the daemon on a runtime of its own, its [`agent`]s
//! pretend on a pretended [`computer`]. [`calm`] knows when nothing moves.
//!
//! `ORDAIN_BLESS=1` writes the transcripts' output, `ORDAIN_SEEDS=10000` runs
//! so many seeds, `ORDAIN_SEED=17` that one alone.

mod agent;
mod calm;
mod computer;
mod house;
mod repository;
mod seeds;
mod transcripts;
mod world;
