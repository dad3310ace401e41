//! Every attack of the trust page that bytes alone can stage, by its name
//! there: the code of the refusal, and that the store has not changed.
//!
//! What needs an agent, a computer or a plan is staged where those are: the
//! recomputed plan, parameters, artifacts, windows, inflation.

mod adhoc;
mod content;
mod freshness;
mod history;
mod limits;
mod policies;
mod recovery;
mod signatures;
mod trees;
