//! Attacks by ad-hoc statements.

use ordain_trust::adhoc::{Adhoc, AdhocRunsAs, AdhocScript};
use ordain_trust::verify::adhoc;
use ordain_trust::{Refusal, RefusalCode, Store, UnixTime};

use crate::forge::{Chain, NOW, who};

fn honest(chain: &Chain) -> Adhoc {
    Adhoc {
        repo: chain.repo(),
        script: AdhocScript::Path("tasks/restart/set.sh".to_owned()),
        parameters: "{\"name\":\"a\"}".to_owned(),
        runs_as: AdhocRunsAs::System,
        agents: vec!["agent-1".to_owned(), "agent-2".to_owned()],
        issued: NOW,
        expires: NOW.after(900),
        nonce: "5".repeat(64),
    }
}

fn judge(chain: &Chain, statement: &Adhoc, now: UnixTime) -> Result<Store, Refusal> {
    let bytes = who("tech").statement("ordain-adhoc@v1", &statement.text());
    let (store, read) = adhoc(&chain.store, &bytes, "agent-1", now)?;
    assert_eq!(read, *statement);
    Ok(store)
}

#[track_caller]
fn refused(chain: &Chain, statement: &Adhoc, now: UnixTime, code: RefusalCode) {
    chain.refused(code, |chain| judge(chain, statement, now).map(drop));
}

#[test]
fn wider() {
    let chain = Chain::beating();
    let mut wide = honest(&chain);
    wide.agents = (0..26).map(|number| format!("agent-{number:02}")).collect();
    refused(&chain, &wide, NOW, RefusalCode::TooWide);
    let mut others = honest(&chain);
    others.agents = vec!["agent-10".to_owned(), "agent-2".to_owned()];
    refused(&chain, &others, NOW, RefusalCode::NotAddressed);
    others.agents.clear();
    refused(&chain, &others, NOW, RefusalCode::NotAddressed);
    others.agents = vec!["agent-2".to_owned(), "agent-1".to_owned()];
    refused(&chain, &others, NOW, RefusalCode::BadStatement);
}

#[test]
fn later() {
    let chain = Chain::beating();
    let statement = honest(&chain);
    refused(&chain, &statement, NOW.after(901), RefusalCode::Expired);
    let long = Adhoc { expires: NOW.after(901), ..statement.clone() };
    refused(&chain, &long, NOW, RefusalCode::TooLong);
    let future = Adhoc { issued: NOW.after(7200), expires: NOW.after(7900), ..statement.clone() };
    refused(&chain, &future, NOW, RefusalCode::NotYet);
    // Setting the clock back does not bring it back.
    let old = Adhoc { issued: UnixTime(5000), expires: UnixTime(5900), ..statement };
    refused(&chain, &old, UnixTime(5000), RefusalCode::Expired);
}

#[test]
fn twice() {
    let mut chain = Chain::beating();
    let statement = honest(&chain);
    chain.store = judge(&chain, &statement, NOW).unwrap();
    refused(&chain, &statement, NOW, RefusalCode::Replayed);
    let other = Adhoc { nonce: "6".repeat(64), ..statement };
    assert!(judge(&chain, &other, NOW).is_ok());
}

#[test]
fn by_somebody_else_or_for_another_repository() {
    let chain = Chain::beating();
    let statement = honest(&chain);
    for name in ["ann", "dan", "pulse"] {
        let bytes = who(name).statement("ordain-adhoc@v1", &statement.text());
        chain.refused(RefusalCode::NotAllowed, |chain| {
            adhoc(&chain.store, &bytes, "agent-1", NOW).map(drop)
        });
    }
    let foreign = Adhoc { repo: ordain_trust::RepoId([1; 32]), ..statement };
    refused(&chain, &foreign, NOW, RefusalCode::ForeignRepository);
}

#[test]
fn by_a_revoked_key() {
    let mut chain = Chain::beating();
    let mut heartbeat = chain.heartbeat();
    heartbeat.revoked.insert(who("tech").fingerprint());
    chain.take(&crate::forge::signed(&heartbeat));
    refused(&chain, &honest(&chain), NOW, RefusalCode::RevokedKey);
}
