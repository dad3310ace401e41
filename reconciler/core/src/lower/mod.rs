//! From a plan to what an agent does: policy documents and one computer's
//! actions become checks and steps, complete, so that nothing is left to choose.
//!
//! Pure. Owns the meaning of actions, built-ins, strategies and parameters at
//! execution; what is to be done at all is the plan's business. In reading
//! order: [`checks`] and [`carry_out`] are what a controller calls; `catalogue`
//! looks documents up; `software` and `task` lower one item, `run` one action,
//! `probe` one detector, `ensure` settings without scripts.

mod carry_out;
mod catalogue;
mod checks;
mod ensure;
mod files;
mod forsaken;
mod hidden;
mod parameters;
mod place;
mod preflight;
mod probe;
mod reboot;
mod run;
mod software;
mod task;
#[cfg(test)]
mod tests;

pub use carry_out::{Lowered, carry_out};
pub use checks::{checks, gather};
pub use ensure::EnsureInput;
pub use forsaken::{Forsaken, lets_go};
pub use parameters::{Demand, Parameters};
pub use place::{NotExecutable, Place};
pub use preflight::preflight;
pub use software::{SoftwareInput, software_check, software_step};
pub use task::{TaskInput, TaskMode, task_check, task_step};
