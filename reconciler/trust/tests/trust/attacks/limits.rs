//! Attacks that try to make an agent look at too much, remember too much, or
//! take a number in another form.

use ordain_trust::adhoc::{Adhoc, AdhocRunsAs, AdhocScript};
use ordain_trust::armour::{armoured, unarmoured};
use ordain_trust::store::Step;
use ordain_trust::verify::adhoc;
use ordain_trust::{
    Namespace, ObjectFormat, ObjectKind, Objects, PayloadId, PublicKey, RefusalCode, SshSignature,
    UnixTime, bounds,
};

use crate::forge::{Chain, NOW, Signer, packed, who};
use crate::golden::text;

#[test]
fn many_large_objects() {
    let mut objects = Objects::new(ObjectFormat::Sha256);
    let mut blob = vec![0; bounds::BLOB_BYTES];
    for number in 0..bounds::DELIVERY_BYTES / bounds::BLOB_BYTES {
        blob[0] = u8::try_from(number).unwrap();
        objects.add(ObjectKind::Blob, &blob).unwrap();
    }
    let refusal = objects.add(ObjectKind::Blob, b"one more").unwrap_err();
    assert_eq!(refusal.code, RefusalCode::TooLarge);
}

#[test]
fn an_armour_without_end() {
    let armour = armoured(&vec![0; bounds::ARMOUR_BYTES]);
    assert_eq!(unarmoured(&armour).unwrap_err().code, RefusalCode::BadArmour);
}

#[test]
fn worthless_approvals_without_end_displace_none() {
    let mut chain = Chain::beating();
    let commit = chain.put("tenants/fabrikam/tenant.yaml", "x: 1\n").forge(&who("dan"));
    chain.approve(&who("fay"));
    let good = chain.approvals.pop().unwrap();
    // Signed by nobody whom the policy knows, and in the name of somebody whom it does.
    chain.approve(&Signer::ed25519("mallory", "mallory"));
    let foreign = chain.approvals.pop().unwrap();
    let end = good.windows(5).position(|bytes| bytes == b"-----").unwrap();
    let other = who("fay").statement("ordain-approval@v1", "");
    let forged = [&good[..end], &other].concat();
    for worthless in [foreign, forged] {
        chain.approvals.extend((0..200).map(|_| worthless.clone()));
    }
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.approvals.push(good);
    chain.judge(&[commit], None).unwrap();
}

#[test]
fn a_trail_without_end() {
    let mut chain = Chain::beating();
    let commit = chain.put("ordain.yaml", "x: 1\n").forge(&who("dan"));
    let step = |depth| Step { payload: PayloadId([1; 32]), depth, signers: Vec::new() };
    chain.store.trail.extend((1..bounds::TRAIL as u64).map(step));
    chain.refuses(&[commit], RefusalCode::TooLarge);
    // Before the first heartbeat the oldest steps are forgotten instead.
    chain.store.heartbeat = None;
    chain.store.trail.extend((0..bounds::TRAIL as u64).map(step));
    let store = chain.judge(&[commit], None).unwrap();
    assert_eq!(store.trail.len(), bounds::TRAIL + 1);
}

#[test]
fn nonces_without_end() {
    let mut chain = Chain::beating();
    let statement = Adhoc {
        repo: chain.repo(),
        script: AdhocScript::Path("lib/a.sh".to_owned()),
        parameters: "{}".to_owned(),
        runs_as: AdhocRunsAs::User,
        agents: vec!["agent-1".to_owned()],
        issued: NOW,
        expires: NOW.after(60),
        nonce: "a".repeat(64),
    };
    let bytes = who("tech").statement("ordain-adhoc@v1", &statement.text());
    let fill = |time: UnixTime| (0..bounds::NONCES).map(move |number| (number.to_string(), time));
    chain.store.nonces = fill(NOW).collect();
    chain.refused(RefusalCode::TooLarge, |chain| {
        adhoc(&chain.store, &bytes, "agent-1", NOW).map(drop)
    });
    // Those that ended before a signed time are forgotten.
    chain.store.nonces = fill(UnixTime(NOW.0 - 1)).collect();
    let (store, _) = adhoc(&chain.store, &bytes, "agent-1", NOW).unwrap();
    assert_eq!(store.nonces.len(), 1);
}

/// What is made of a signature by the golden RSA key with those inner parts.
fn rsa(kind: &[u8], number: &[u8]) -> RefusalCode {
    let key = PublicKey::from_line(&text("rsa.pub")).unwrap();
    let inner = packed(&[kind, number]);
    let fields = packed(&[key.blob(), b"git", b"", b"sha512", &inner]);
    let signature = SshSignature::parse(&[b"SSHSIG\0\0\0\x01", fields.as_slice()].concat());
    signature.unwrap().verify(b"m", Namespace::Git).unwrap_err().code
}

#[test]
fn rsa_signatures_in_other_forms() {
    for kind in [b"rsa-sha2-256".as_slice(), b"rsa-sha2-512"] {
        assert_eq!(rsa(kind, &[1; 384]), RefusalCode::Forged);
        assert_eq!(rsa(kind, &[0; 384]), RefusalCode::Forged);
        assert_eq!(rsa(kind, &[0xff; 384]), RefusalCode::BadSignature);
        assert_eq!(rsa(kind, &[1; 383]), RefusalCode::BadSignature);
        assert_eq!(rsa(kind, &[1; 385]), RefusalCode::BadSignature);
    }
    assert_eq!(rsa(b"ssh-ed25519", &[1; 384]), RefusalCode::BadSignature);
}

#[test]
fn a_signature_of_another_kind_than_its_key() {
    for name in ["ann", "bob", "cy", "eve"] {
        let mut bytes = who(name).sign("git", b"m");
        let kind = who(name).kind().as_bytes();
        let at = bytes.windows(kind.len()).rposition(|part| part == kind).unwrap();
        bytes[at] ^= 1;
        let signature = SshSignature::parse(&bytes).unwrap();
        let refusal = signature.verify(b"m", Namespace::Git).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::BadSignature, "{name}");
    }
}
