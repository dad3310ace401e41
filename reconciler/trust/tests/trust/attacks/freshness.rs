//! Attacks on freshness.

use ordain_trust::bounds::HEARTBEAT_SECONDS;
use ordain_trust::heartbeat::Heartbeat;
use ordain_trust::{DetectOnly, Event, RefusalCode, RepoId, Standing, UnixTime, verify};

use crate::forge::{Chain, NOW, signed, who};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

#[test]
fn expired_heartbeat() {
    let chain = Chain::beating();
    let heartbeat = Heartbeat {
        issued: UnixTime(NOW.0 - 27 * HOUR),
        expires: UnixTime(NOW.0 - HOUR),
        ..chain.heartbeat()
    };
    chain.refuses_heartbeat(&signed(&heartbeat), RefusalCode::Expired);
}

#[test]
fn lower_heartbeat() {
    let mut chain = Chain::beating();
    let first = signed(&chain.heartbeat());
    chain.take(&first);
    chain.take(&signed(&chain.heartbeat()));
    chain.refuses_heartbeat(&first, RefusalCode::NumberFalls);
}

#[test]
fn equal_heartbeat_with_other_head() {
    let mut chain = Chain::beating();
    let heartbeat = Heartbeat { number: 2, ..chain.heartbeat() };
    chain.take(&signed(&heartbeat));
    chain.put("ordain.yaml", "x: 1\n").promote(&who("dan"));
    let other = Heartbeat { number: 2, ..chain.heartbeat() };
    chain.refuses_heartbeat(&signed(&other), RefusalCode::HeartbeatDiffers);
    let longer = Heartbeat { expires: NOW.after(48 * HOUR), ..heartbeat.clone() };
    chain.refuses_heartbeat(&signed(&longer), RefusalCode::HeartbeatDiffers);
    // The very same one again is nothing new.
    let same = chain.judge(&[], Some(&signed(&heartbeat))).unwrap();
    assert!(same == chain.store);
}

#[test]
fn foreign_heartbeat() {
    let chain = Chain::beating();
    let other = Heartbeat { repo: RepoId([9; 32]), ..chain.heartbeat() };
    chain.refuses_heartbeat(&signed(&other), RefusalCode::ForeignRepository);
    let text = chain.heartbeat().text();
    for name in ["ann", "dan", "tech"] {
        let bytes = who(name).statement("ordain-heartbeat@v1", &text);
        chain.refuses_heartbeat(&bytes, RefusalCode::NotAllowed);
    }
    let stranger = crate::forge::Signer::ed25519("stranger", "M");
    let bytes = stranger.statement("ordain-heartbeat@v1", &text);
    chain.refuses_heartbeat(&bytes, RefusalCode::UnknownKey);
}

#[test]
fn heartbeat_for_a_head_that_is_not_there() {
    let chain = Chain::beating();
    let genesis = chain.heartbeat();
    let mut ahead = chain.clone();
    ahead.put("ordain.yaml", "x: 1\n").promote(&who("dan"));
    chain.refuses_heartbeat(&signed(&ahead.heartbeat()), RefusalCode::UnknownHead);
    let deeper = Heartbeat { depth: 1, ..chain.heartbeat() };
    chain.refuses_heartbeat(&signed(&deeper), RefusalCode::UnknownHead);
    // Nor for one before that which a heartbeat has named already.
    ahead.beat();
    let older = Heartbeat { number: 9, ..genesis };
    ahead.refuses_heartbeat(&signed(&older), RefusalCode::UnknownHead);
}

#[test]
fn heartbeat_by_a_revoked_heartbeat_key() {
    let mut chain = Chain::beating();
    let mut heartbeat = chain.heartbeat();
    heartbeat.revoked.insert(who("pulse").fingerprint());
    chain.take(&signed(&heartbeat));
    chain.refuses_heartbeat(&signed(&chain.heartbeat()), RefusalCode::RevokedKey);
}

#[test]
fn heartbeat_for_years() {
    let chain = Chain::beating();
    let long = Heartbeat { expires: NOW.after(HEARTBEAT_SECONDS + 1), ..chain.heartbeat() };
    chain.refuses_heartbeat(&signed(&long), RefusalCode::TooLong);
    let backwards = Heartbeat { expires: UnixTime(NOW.0 - 1), ..chain.heartbeat() };
    chain.refuses_heartbeat(&signed(&backwards), RefusalCode::BadStatement);
}

#[test]
fn malformed_heartbeats() {
    let chain = Chain::beating();
    let honest = chain.heartbeat().text();
    let key = who("dan").fingerprint();
    for text in [
        honest.replace("number ", "number 0"),
        honest.replace("number ", "number +"),
        honest.replace("number", "Number"),
        honest.replace("heartbeat v1", "heartbeat v2"),
        honest.replace("head ", "head  "),
        format!("{honest}more 1\n"),
        format!("{honest}revoked {key}\nrevoked {key}\n"),
        format!("{honest}revoked SHA256:x\n"),
        format!("{honest}seen {} 1\nseen {} 2\n", "0".repeat(64), "0".repeat(64)),
        honest.trim_end().to_owned(),
        honest.replace('\n', "\r\n"),
        honest.replacen('\n', "\n\n", 1),
    ] {
        let bytes = who("pulse").statement("ordain-heartbeat@v1", &text);
        chain.refuses_heartbeat(&bytes, RefusalCode::BadStatement);
    }
    chain.refuses_heartbeat(honest.as_bytes(), RefusalCode::Unsigned);
    let twice = [signed(&chain.heartbeat()), who("pulse").armour("x", b"").into_bytes()].concat();
    chain.refuses_heartbeat(&twice, RefusalCode::BadStatement);
    let tail = [signed(&chain.heartbeat()), b"tail".to_vec()].concat();
    chain.refuses_heartbeat(&tail, RefusalCode::BadStatement);
    chain.refuses_heartbeat(&vec![b'x'; 1 << 20], RefusalCode::TooLarge);
    let edited = String::from_utf8(signed(&chain.heartbeat())).unwrap();
    let edited = edited.replace("number 2", "number 3");
    chain.refuses_heartbeat(edited.as_bytes(), RefusalCode::Forged);
}

#[test]
fn silence_freezes_and_then_stops() {
    let mut chain = Chain::beating();
    let expires = NOW.after(26 * HOUR);
    assert_eq!(chain.store.standing(expires), Standing::InForce);
    let frozen = chain.store.standing(expires.after(1));
    assert_eq!(frozen, Standing::Frozen(expires.after(7 * DAY)));
    let stale = chain.store.standing(expires.after(7 * DAY + 1));
    assert_eq!(stale, Standing::DetectOnly(DetectOnly::Stale));
    assert_eq!(Chain::new().store.standing(NOW), Standing::DetectOnly(DetectOnly::NoHeartbeat));
    // Frozen, no promotion is taken, unless a heartbeat comes along with it.
    let commit = chain.put("ordain.yaml", "x: 1\n").forge(&who("dan"));
    let late = expires.after(HOUR);
    chain.refused(RefusalCode::Frozen, |chain| chain.judge_at(&[commit], None, late).map(drop));
    let mut after = chain.clone();
    after.commits.push(commit);
    let thaw = Heartbeat { issued: late, expires: late.after(DAY), ..after.heartbeat() };
    let store = chain.judge_at(&[commit], Some(&signed(&thaw)), late).unwrap();
    assert_eq!(store.standing(late), Standing::InForce);
    assert_eq!(store.head.commit, commit);
}

#[test]
fn clock_set_back() {
    let chain = Chain::beating();
    let late = NOW.after(40 * HOUR);
    let approvals = chain.approved();
    let time = |store, now| verify(store, Event::Time, &chain.objects, now).unwrap();
    let frozen = time(&chain.store, late);
    assert!(matches!(frozen.standing(late), Standing::Frozen(_)));
    // The clock goes back: what has expired stays so.
    assert!(matches!(frozen.standing(NOW), Standing::Frozen(_)));
    let stale = time(&frozen, NOW.after(40 * DAY));
    assert_eq!(stale.standing(NOW), Standing::DetectOnly(DetectOnly::Stale));
    // Nor is it ever earlier than what somebody has signed.
    assert_eq!(chain.store.time(UnixTime(0)), NOW);
    let old =
        Heartbeat { issued: UnixTime(1000), expires: UnixTime(1000 + DAY), ..chain.heartbeat() };
    let bytes = signed(&old);
    chain.refused(RefusalCode::Expired, |chain| {
        let event =
            Event::Chain { promotions: &[], approvals: &approvals, heartbeat: Some(&bytes) };
        verify(&chain.store, event, &chain.objects, UnixTime(1000)).map(drop)
    });
}

#[test]
fn clock_set_forward() {
    let mut chain = Chain::beating();
    // A wrong clock freezes, and the next heartbeat that holds by it thaws; the
    // floor did not follow the wrong clock.
    let wrong = NOW.after(60 * DAY);
    chain.store = verify(&chain.store, Event::Time, &chain.objects, wrong).unwrap();
    assert_eq!(chain.store.standing(wrong), Standing::DetectOnly(DetectOnly::Stale));
    assert_eq!(chain.store.floor, NOW);
    let next = Heartbeat { issued: NOW.after(HOUR), ..chain.heartbeat() };
    chain.take(&signed(&next));
    assert_eq!(chain.store.standing(NOW.after(HOUR)), Standing::InForce);
}

#[test]
fn store_restored_from_backup() {
    let mut chain = Chain::beating();
    let backup = chain.store.clone();
    chain.put("ordain.yaml", "x: 1\n").promote(&who("dan"));
    chain.beat();
    // The chain leads the old state to the new one; nothing else does.
    let mut restored = chain.clone();
    restored.store = backup;
    restored.refuses_heartbeat(&signed(&chain.heartbeat()), RefusalCode::UnknownHead);
    let last = chain.heartbeat();
    let store = restored.judge(&[chain.head()], Some(&signed(&last))).unwrap();
    assert_eq!(store.head, chain.store.head);
}

#[test]
fn power_loss_between_any_two_of_the_steps() {
    // A step is a function: whichever of the two states was kept, going on from
    // it ends in the same one, and never behind it.
    let mut chain = Chain::beating();
    let mut states = vec![chain.store.clone()];
    for number in 0..6 {
        chain.put("ordain.yaml", &format!("x: {number}\n")).promote(&who("dan"));
        states.push(chain.store.clone());
        chain.beat();
        states.push(chain.store.clone());
    }
    let last = signed(&Heartbeat { number: 7, ..chain.heartbeat() });
    for kept in &states {
        let mut again = chain.clone();
        again.store = kept.clone();
        let depth = usize::try_from(kept.head.depth).unwrap();
        let rest = &chain.commits[depth + 1..];
        let store = again.judge(rest, Some(&last)).unwrap();
        assert_eq!(store.head, chain.store.head);
        assert!(store == chain.store);
    }
}
