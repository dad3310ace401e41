//! Who computers are: never merged silently, decided by persons, moved whole.

use ordain_core::identity::{Change, Decision, Happening, Life, Meeting, Place, Standing};
use ordain_store::rows::{
    AgentStatus, Decide, Doubt, EnrolAgent, EnrolRefusal, Enrolled, Meet, Met, NewFact,
    SessionWrite, Undecided,
};
use ordain_store::{AgentId, ComputerId, Store, TenantId, TenantScope};

use crate::at;
use crate::enrolments::{add_token, bearer};
use crate::known::{finding, session};

fn of(tenant: &str) -> TenantScope {
    TenantScope::One(TenantId::new(tenant))
}

/// A newcomer on the machine `uuid:TENANT`, with that system; `online` are connected.
async fn comes(
    store: &dyn Store,
    tenant: &str,
    agent: &str,
    system: &str,
    online: &[&str],
) -> Result<Enrolled, EnrolRefusal> {
    let token = format!("token of {agent}");
    add_token(store, &token, tenant, 1).await;
    let new = EnrolAgent {
        life: life(tenant, system),
        online: online.iter().map(|id| AgentId::new(*id)).collect(),
        ..bearer(&token, agent, "pc", "")
    };
    store.enrol(new).await.unwrap()
}

fn life(machine: &str, system: &str) -> Life {
    Life { hardware: format!("uuid:{machine}"), installation: Some(system.to_owned()) }
}

/// An agent says hello.
async fn hello(store: &dyn Store, agent: &str, life: Life, online: &[&str]) -> Met {
    let meet = Meet {
        agent: AgentId::new(agent),
        life: Some(life),
        online: online.iter().map(|id| AgentId::new(*id)).collect(),
        beside: false,
        onboarding: true,
        at: at(5),
    };
    store.meet(meet).await.unwrap().unwrap()
}

async fn status(store: &dyn Store, tenant: &str, agent: &str) -> AgentStatus {
    store.agent(&of(tenant), &AgentId::new(agent)).await.unwrap().unwrap().status
}

async fn decide(
    store: &dyn Store,
    computer: &ComputerId,
    decision: Decision,
) -> Result<ordain_store::rows::Decided, Undecided> {
    let decide = Decide { computer: computer.clone(), decision, onboarding: true, at: at(9) };
    store.decide(decide).await.unwrap()
}

pub(crate) async fn places(store: &dyn Store) {
    let first = comes(store, "places", "places-1", "s1", &[]).await.unwrap();
    assert_eq!((&first.place, first.name.as_str()), (&Place::New, "pc"));

    // The name of another machine is refused, and the token keeps its use.
    add_token(store, "places", "places", 1).await;
    let other = bearer("places", "places-x", "pc", "uuid:another");
    assert_eq!(store.enrol(other.clone()).await.unwrap(), Err(EnrolRefusal::NameTaken));
    assert!(store.enrol(EnrolAgent { name: "pc-x".into(), ..other }).await.unwrap().is_ok());

    // The same identity is the same computer, by another pathway.
    let again = comes(store, "places", "places-2", "s1", &["places-1"]).await.unwrap();
    assert_eq!((again.place, again.superseded), (Place::Same(first.computer.clone()), vec![]));
    assert_eq!(status(store, "places", "places-1").await, AgentStatus::Active);

    // A clone beside it is one more, under a name of its own, until somebody decides.
    let clone = comes(store, "places", "places-3", "s2", &["places-2"]).await.unwrap();
    assert_eq!(clone.place, Place::Doubtful(first.computer.clone()));
    let row = store.computer(&of("places"), &clone.computer).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.standing), ("pc-2", Standing::NeedsDecision));
    assert_eq!(row.doubt, Some(Doubt::CopyOf(first.computer.clone())));

    // Tenants do not share computers, whatever their identity and name.
    add_token(store, "places elsewhere", "places-2", 1).await;
    let elsewhere = EnrolAgent {
        life: life("places", "s1"),
        ..bearer("places elsewhere", "places-4", "pc", "")
    };
    assert_eq!(store.enrol(elsewhere).await.unwrap().unwrap().place, Place::New);
    assert_eq!(store.computers(&of("places-2")).await.unwrap().len(), 1);

    // Removing forgets the computer and refuses its agents.
    let gone = store.remove_computer(&TenantId::new("places"), &first.computer).await.unwrap();
    assert_eq!(gone.len(), 2);
    assert_eq!(status(store, "places", "places-2").await, AgentStatus::Removed);
    assert!(
        store.remove_computer(&TenantId::new("places-2"), &clone.computer).await.is_err(),
        "another tenant's computer"
    );
    assert_eq!(decide(store, &clone.computer, Decision::Same).await, Err(Undecided::OriginalGone));
}

pub(crate) async fn meetings(store: &dyn Store) {
    let tenant = "meetings";
    let first = comes(store, tenant, "meets-1", "s1", &[]).await.unwrap();
    let met = hello(store, "meets-1", life(tenant, "s1"), &[]).await;
    assert_eq!((met.meeting, met.computer.standing), (Meeting::Known, Standing::NeedsOnboarding));

    // Wiped and enrolled anew: the same computer, to be onboarded again.
    store.stand(&first.computer, Happening::Begun, true, at(6)).await.unwrap();
    let wiped = comes(store, tenant, "meets-2", "s2", &[]).await.unwrap();
    assert_eq!(wiped.place, Place::Reinstalled(first.computer.clone()));
    assert_eq!(wiped.superseded, [AgentId::new("meets-1")]);
    let row = store.computer(&of(tenant), &first.computer).await.unwrap().unwrap();
    assert_eq!(row.standing, Standing::NeedsOnboarding);

    // But the former one lives, so it was none of that: nobody is merged.
    let met = hello(store, "meets-1", life(tenant, "s1"), &[]).await;
    assert_eq!((met.meeting, met.computer.standing), (Meeting::Doubtful, Standing::NeedsDecision));
    let met = hello(store, "meets-2", life(tenant, "s2"), &[]).await;
    assert_eq!((met.meeting, met.computer.standing), (Meeting::Known, Standing::NeedsDecision));
    let decided = decide(store, &first.computer, Decision::New).await.unwrap();
    assert_eq!(decided.computer.standing, Standing::NeedsOnboarding);
    assert_eq!(hello(store, "meets-1", life(tenant, "s1"), &[]).await.meeting, Meeting::Foreign);
    let apart = comes(store, tenant, "meets-3", "s1", &["meets-2"]).await;
    assert_eq!(apart, Err(EnrolRefusal::NameTaken), "another computer needs another name");

    // A system installed anew under the same agent, and another board below it.
    let met = hello(store, "meets-2", life(tenant, "s3"), &[]).await;
    assert_eq!(met.meeting, Meeting::Changed(Change::Installation));
    let met = hello(store, "meets-2", life("another board", "s3"), &[]).await;
    assert_eq!(met.meeting, Meeting::Changed(Change::Machine));
    assert_eq!(status(store, tenant, "meets-2").await, AgentStatus::Active);
    assert_eq!(decide(store, &first.computer, Decision::New).await, Err(Undecided::Settled));

    // A disk that came into a machine on which another computer is known.
    add_token(store, "met elsewhere", tenant, 1).await;
    let other = bearer("met elsewhere", "meets-4", "pc-o", "uuid:of another");
    assert_eq!(store.enrol(other).await.unwrap().unwrap().place, Place::New);
    let met = hello(store, "meets-2", life("of another", "s3"), &[]).await;
    assert_eq!(met.meeting, Meeting::Doubtful);
}

pub(crate) async fn decisions(store: &dyn Store) {
    let tenant = "decisions";
    let first = comes(store, tenant, "decides-1", "s1", &[]).await.unwrap();
    let copy = comes(store, tenant, "decides-2", "s2", &["decides-1"]).await.unwrap();
    let other = comes(store, tenant, "decides-3", "s3", &["decides-1"]).await.unwrap();

    // It is another computer, and stays one.
    let decided = decide(store, &other.computer, Decision::New).await.unwrap();
    assert_eq!(
        (&decided.computer.id, decided.computer.standing),
        (&other.computer, Standing::NeedsOnboarding)
    );
    let again = comes(store, tenant, "decides-4", "s3", &["decides-1"]).await;
    assert_eq!(again.err(), Some(EnrolRefusal::NameTaken), "it is pc-3, which has a name");

    // It is the one that was known: one computer, in its new life.
    let decided = decide(store, &copy.computer, Decision::Same).await.unwrap();
    assert_eq!(decided.computer.id, first.computer);
    assert_eq!(decided.moved, [AgentId::new("decides-2")]);
    assert_eq!(decided.superseded, [AgentId::new("decides-1")]);
    assert_eq!(decided.computer.lives.present, life(tenant, "s2"));
    assert_eq!(store.computers(&of(tenant)).await.unwrap().len(), 2);

    // Should the former one live on all the same, that is a doubt again, and it may be right.
    let met = hello(store, "decides-1", life(tenant, "s1"), &["decides-2"]).await;
    assert_eq!(met.meeting, Meeting::Doubtful);
    let decided = decide(store, &first.computer, Decision::Same).await.unwrap();
    assert_eq!(decided.superseded, [AgentId::new("decides-2")]);
    assert_eq!(status(store, tenant, "decides-1").await, AgentStatus::Active);
}

pub(crate) async fn moves(store: &dyn Store) {
    let first = comes(store, "moves", "moves-1", "s1", &[]).await.unwrap();
    let mut write = SessionWrite::of(session("moves-s", &first.computer), 0, at(10));
    write.row.tenant = TenantId::new("moves");
    write.findings = vec![finding(&first.computer, "software/x", Some("1"), at(10))];
    write.findings[0].tenant = TenantId::new("moves");
    write.facts = vec![fact("disk", serde_json::json!(1))];
    store.journal(write).await.unwrap();
    store.note_logon(&first.computer, "jo@moves.example", at(10)).await.unwrap();
    let to = TenantId::new("moves-2");
    let moved = store.move_computer(&first.computer, &to, true, at(11)).await.unwrap().unwrap();
    assert_eq!(moved, [AgentId::new("moves-1")]);
    assert_eq!(store.computers(&of("moves")).await.unwrap(), []);
    let row = store.computer(&of("moves-2"), &first.computer).await.unwrap().unwrap();
    assert_eq!((row.standing, row.logons.len()), (Standing::NeedsOnboarding, 0));
    for tenant in ["moves", "moves-2"] {
        assert_eq!(store.findings(&of(tenant), None).await.unwrap(), [], "{tenant}");
        assert_eq!(store.facts(&of(tenant), None).await.unwrap(), [], "{tenant}");
    }
    assert_eq!(
        store.agent(&of("moves-2"), &moved[0]).await.unwrap().unwrap().computer,
        first.computer
    );
    comes(store, "moves", "moves-3", "s9", &[]).await.unwrap();
    let taken = store.computers_named(&of("moves"), "pc").await.unwrap().remove(0);
    let refused = store.move_computer(&taken.id, &to, true, at(12)).await.unwrap();
    assert_eq!(refused, Err(Undecided::NameTaken));
}

pub(crate) async fn users(store: &dyn Store) {
    let first = comes(store, "users", "users-1", "s1", &[]).await.unwrap();
    assert!(store.note_logon(&first.computer, "jo@x.example", at(0)).await.unwrap());
    assert!(!store.note_logon(&first.computer, "jo@x.example", at(1)).await.unwrap());
    store.give_person(&first.computer, Some("Al@X.example")).await.unwrap();
    let row = store.computer(&of("users"), &first.computer).await.unwrap().unwrap();
    assert_eq!((row.person.as_deref(), row.logons.len()), (Some("al@x.example"), 0));
    store.exclude(&row.tenant, &row.id, Some(at(3))).await.unwrap();
    let row = store.computer(&of("users"), &first.computer).await.unwrap().unwrap();
    assert_eq!(row.excluded_at, Some(at(3)));
}

pub(crate) fn fact(name: &str, value: serde_json::Value) -> NewFact {
    NewFact { fact: name.into(), item: format!("task/{name}"), value, history: true }
}
