//! Whether an agent still stands for the computer that it was enrolled on.
//!
//! The rule is `ordain_core::identity`; here is who asks, and what is said to
//! an agent that is let in no more.

use jiff::Timestamp;
use ordain_core::identity::{Life, Meeting, Standing};
use ordain_store::rows::Meet;
use ordain_wire::Hello;

use super::Member;
use super::socket::End;
use crate::controller::Controller;

/// What an agent of another computer is told, whose files are a copy of this one's.
const COPY: &str =
    "it stands for another computer, of which this one is a copy: enrol this one by itself";

/// An agent that was let in.
pub(super) struct Greeted {
    /// The life that it is of, where it says.
    pub(super) life: Option<Life>,
    /// Whether its computer waits to be onboarded.
    pub(super) waits: bool,
}

/// Judges who says hello.
pub(super) async fn judge(
    controller: &Controller,
    member: &Member,
    hello: &Hello,
    now: Timestamp,
) -> Result<Greeted, End> {
    let said = &hello.identity;
    let life = (!said.key.is_empty())
        .then(|| Life { hardware: said.key.clone(), installation: said.installation_id.clone() });
    if said.key.len() > 512 || said.installation_id.as_ref().is_some_and(|id| id.len() > 512) {
        return Err(End::Garbage("the identity is longer than 512 bytes".to_owned()));
    }
    let beside = life.as_ref().is_some_and(|life| controller.hub.is_beside(&member.agent, life));
    let meet = Meet {
        agent: member.agent.clone(),
        life: life.clone(),
        online: controller.hub.online(),
        beside,
        onboarding: controller.onboards(&member.tenant),
        at: now,
    };
    let Some(met) = controller.store.meet(meet).await? else {
        return Err(End::Dismissed("the computer was removed".to_owned()));
    };
    for old in &met.superseded {
        controller.hub.cut(old);
    }
    let waits = met.computer.standing == Standing::NeedsOnboarding;
    let (tenant, computer) = (&met.computer.tenant, &met.computer.name);
    match met.meeting {
        Meeting::Known => Ok(Greeted { life, waits }),
        Meeting::Changed(change) => {
            tracing::warn!(%tenant, computer, ?change, "a computer began another life");
            Ok(Greeted { life, waits })
        }
        Meeting::Doubtful => {
            tracing::warn!(%tenant, computer, agent = %member.agent, "two say to be one computer: `ordain computers decide` tells them apart");
            Err(End::Doubtful(computer.clone()))
        }
        Meeting::Foreign => Err(End::Dismissed(COPY.to_owned())),
    }
}
