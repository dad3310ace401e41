//! The pure core: values in, an immutable, complete, explained plan out.
//!
//! No I/O, no clock, no environment, no randomness: time is a parameter
//! `now`, and everything decided here can be replayed. In reading order:
//! [`item`] and [`version`] are the vocabulary, [`policy`] resolves names
//! within one commit, [`fleet`] is what is known of computers, [`resolve`]
//! picks winners, [`plan`] says what they ask for, [`held`] what holds it back, [`lower`] makes work of it,
//! [`order`] is what travels to an agent, [`execute`] walks it there,
//! [`session`] drives the whole.

pub mod item;
pub mod version;

pub mod calendar;
pub mod expression;
pub mod parameter;

pub mod policy;

pub mod check;
pub mod graph;
pub mod load;

pub mod affinity;
pub mod fleet;
pub mod identity;

pub mod resolve;

pub mod plan;
pub mod schedule;

pub mod held;

pub mod explain;

pub mod change;
pub mod diff;
pub mod testing;

pub mod inventory;

pub mod lower;
pub mod order;
pub mod secret;

pub mod execute;
pub mod session;
