//! The shapes of what is stored, one file for each family of tables.

mod agent;
mod call;
mod commit;
mod computer;
mod kept;
mod message;
mod rollout;
mod session;

pub use agent::{
    AgentRow, AgentStatus, BurnOutcome, EnrolAgent, EnrolRefusal, Enrolled, EnrolledAgent,
    TokenHash, TokenRow,
};
pub use call::{CallKey, CallRow, NewCall};
pub use commit::{CommitRow, ConcernedRow, DiagnosticRow, RelatedRow, Verdict};
pub use computer::{
    ApprovalRow, ComputerRow, Decide, Decided, Doubt, FactChange, FactRow, FindingRow, Meet, Met,
    NewFact, PauseRow, Undecided,
};
pub use kept::{AuditRow, KeptContent, KeptRow};
pub use message::{
    Handed, Letter, LinkRow, MessageKey, MessageRow, MessageState, NewLink, NewMessage,
};
pub use rollout::{
    DueRow, HaltRow, HeldAction, HeldRow, HeldWrite, InstalledRow, InstalledWrite, RolloutKey,
    RolloutRow,
};
pub use session::{
    EventRow, LatestOutcome, NewOrder, OrderRow, OutcomeRow, Pruned, Retained, SerialClaim,
    SessionFilter, SessionRow, SessionWrite,
};
