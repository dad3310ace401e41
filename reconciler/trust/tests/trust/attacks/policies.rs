//! Attacks on the policy and on who must sign.

use ordain_trust::approval::Approves;
use ordain_trust::{Policy, RefusalCode};

use crate::forge::{Chain, ROLES, Signer, key_line, people, policy, who};

/// A promotion of another policy, signed and approved by all roots.
#[track_caller]
fn refused_although_all_roots_sign(text: &str) {
    let mut chain = Chain::beating();
    chain.put(".ordain/trust.yaml", text);
    let commit = chain.approve(&who("bob")).approve(&who("cy")).forge(&who("ann"));
    chain.refuses(&[commit], RefusalCode::BadPolicy);
}

#[track_caller]
fn refused_roles(from: &str, to: &str) {
    let roles = ROLES.replace(from, to);
    assert_ne!(roles, ROLES);
    refused_although_all_roots_sign(&policy(&roles, ordain_trust::ObjectFormat::Sha1));
}

#[test]
fn policy_edit_signed_by_the_new_key_only() {
    let mut chain = Chain::beating();
    let own = Signer::ed25519("mallory", "Mallory");
    let text = policy(ROLES, chain.format).replace(&who("ann").line(), &own.line());
    let roles = ROLES.replace("threshold: 2}\n  release", "threshold: 1}\n  release");
    for text in [text, policy(&roles, chain.format).replace(&who("ann").line(), &own.line())] {
        chain.put(".ordain/trust.yaml", &text);
        let commit = chain.approve(&own).forge(&own);
        chain.refuses(&[commit], RefusalCode::UnknownKey);
        let commit = chain.approve(&own).forge(&who("bob"));
        chain.refuses(&[commit], RefusalCode::BelowThreshold);
    }
}

#[test]
fn policy_edit_by_fewer_than_the_old_or_the_new_threshold() {
    let mut chain = Chain::beating();
    let roles = ROLES.replace("cy, ann-two], threshold: 2", "cy, ann-two], threshold: 3");
    chain.put(".ordain/trust.yaml", &policy(&roles, chain.format));
    let commit = chain.forge(&who("ann"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.approve(&who("bob"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.approve(&who("cy"));
    chain.judge(&[commit], None).unwrap();
    // Those who sign must be roots afterwards as well.
    let mut chain = Chain::beating();
    let roles = ROLES.replace("root: {keys: [ann, bob, cy, ann-two]", "root: {keys: [fay, gus]");
    chain.put(".ordain/trust.yaml", &policy(&roles, chain.format));
    let commit = chain.approve(&who("bob")).forge(&who("ann"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.approve(&who("fay")).approve(&who("gus"));
    chain.judge(&[commit], None).unwrap();
}

#[test]
fn roots_that_are_all_replaced_sign_with_the_old_and_the_new_keys() {
    let mut chain = Chain::beating();
    let new = [Signer::ed25519("new-ann", "Ann"), Signer::p256("new-bob", "Bob")];
    let text = policy(ROLES, chain.format)
        .replace(&who("ann").line(), &new[0].line())
        .replace(&who("bob").line(), &new[1].line())
        .replace("[ann, bob, cy, ann-two], threshold", "[ann, bob], threshold");
    chain.put(".ordain/trust.yaml", &text).approve(&new[0]).approve(&new[1]);
    let commit = chain.forge(&who("ann"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    let mut half = chain.clone();
    half.approvals.truncate(half.approvals.len() - 1);
    let commit = half.approve(&who("bob")).forge(&who("ann"));
    half.refuses(&[commit], RefusalCode::BelowThreshold);
    let commit = chain.approve(&who("bob")).forge(&who("ann"));
    chain.judge(&[commit], None).unwrap();
}

#[test]
fn threshold_zero_negative_and_too_high() {
    for threshold in ["0", "-1", "5", "4", "1.5", "99999999999"] {
        refused_roles("threshold: 2}\n  release", &format!("threshold: {threshold}}}\n  release"));
    }
}

#[test]
fn one_key_twice() {
    let text = policy(ROLES, ordain_trust::ObjectFormat::Sha1);
    let doubled = text.replace(&who("bob").line(), &who("ann").line());
    refused_although_all_roots_sign(&doubled);
    // The same key approving twice, and two keys of one person, count once.
    let mut chain = Chain::beating();
    chain.put(".ordain/x.yaml", "x: 1\n");
    let commit = chain.approve(&who("ann")).approve(&who("ann")).forge(&who("ann"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.approve(&who("ann-two"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.approve(&who("cy"));
    chain.judge(&[commit], None).unwrap();
}

#[test]
fn policy_rollback() {
    let mut chain = Chain::beating();
    let old = chain.files[".ordain/trust.yaml"].clone();
    let roles = ROLES.replace("release: {keys: [dan, ann, bob]}", "release: {keys: [ann, bob]}");
    chain.put(".ordain/trust.yaml", &policy(&roles, chain.format)).approve(&who("bob"));
    chain.promote(&who("ann"));
    // The policy that was once signed does not come back by one signature,
    // and the approvals it was signed with are for another place.
    let commit = chain.put(".ordain/trust.yaml", &old).forge(&who("ann"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
}

#[test]
fn approvals_that_were_used_do_not_count_again() {
    let mut chain = Chain::beating();
    let path = "tenants/fabrikam/tenant.yaml";
    chain.put(path, "x: 1\n").approve(&who("fay")).promote(&who("dan"));
    chain.put(path, "x: 2\n").approve(&who("fay")).promote(&who("dan"));
    let commit = chain.put(path, "x: 1\n").forge(&who("dan"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
}

#[test]
fn no_policy_any_more() {
    let mut chain = Chain::beating();
    chain.files.remove(".ordain/trust.yaml");
    let commit = chain.approve(&who("bob")).approve(&who("cy")).forge(&who("ann"));
    chain.refuses(&[commit], RefusalCode::BadPolicy);
    let mut chain = Chain::beating();
    chain.files.remove(".ordain/trust.yaml");
    chain.put(".ordain/trust.yaml/x", "");
    let commit = chain.approve(&who("bob")).approve(&who("cy")).forge(&who("ann"));
    chain.refuses(&[commit], RefusalCode::BadPolicy);
}

#[test]
fn policies_that_cannot_be_in_force() {
    refused_roles("  release: {keys: [dan, ann, bob]}\n", "");
    refused_roles("keys: [pulse]", "keys: [nobody]");
    refused_roles("  heartbeat", "  heart-beat");
    refused_although_all_roots_sign("kind: Trust\n");
    refused_although_all_roots_sign("");
    refused_although_all_roots_sign("- \u{0}");
    let text = policy(ROLES, ordain_trust::ObjectFormat::Sha1);
    refused_although_all_roots_sign(&format!("{text}---\n{text}"));
    refused_although_all_roots_sign(&text.replace("person: Gus", "person: ' '"));
    let weak = key_line("ssh-ed25519", &crate::forge::packed(&[b"ssh-ed25519", &[0; 32]]));
    refused_although_all_roots_sign(&text.replace(&who("gus").line(), &weak));
    assert!(Policy::parse(text.as_bytes()).is_ok());
    assert_eq!(people().len(), 10);
}

#[test]
fn a_tenants_signer_in_another_tenants_folder() {
    let mut chain = Chain::beating();
    let commit = chain
        .put("tenants/contoso/tenant.yaml", "x: evil\n")
        .approve(&who("fay"))
        .forge(&who("dan"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    // In their own and another one at once.
    let mut chain = Chain::beating();
    chain.put("tenants/contoso/tenant.yaml", "x: evil\n");
    let commit =
        chain.put("tenants/fabrikam/a.yaml", "x: 1\n").approve(&who("fay")).forge(&who("dan"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    // And where everything is: beside all tenants, or in the trust folder.
    for path in ["ordain.yaml", "tenants/readme", "lib/x.sh", ".ordain/x", "Tenants.md"] {
        let mut chain = Chain::beating();
        let commit = chain.put(path, "x: evil\n").approve(&who("fay")).forge(&who("bob"));
        chain.refuses(&[commit], RefusalCode::BelowThreshold);
    }
}

#[test]
fn scope_glob_traps() {
    for id in ["a*", "..", ".", "*", "contoso/../fabrikam", "Contoso", "a b", ""] {
        refused_roles("tenant:fabrikam", &format!("'tenant:{id}'"));
    }
    // `tenant:fab` reaches neither `fabrikam` nor anything but `fab`.
    let mut chain = Chain::beating();
    let roles = ROLES.replace("tenant:fabrikam: {keys: [fay]}", "tenant:fab: {keys: [fay]}");
    chain.put(".ordain/trust.yaml", &policy(&roles, chain.format)).approve(&who("bob"));
    chain.promote(&who("ann"));
    for tenant in ["fabrikam", "fa", "fab-2", "fabulous"] {
        let mut chain = chain.clone();
        let path = format!("tenants/{tenant}/tenant.yaml");
        let commit = chain.put(&path, "x: evil\n").approve(&who("fay")).forge(&who("bob"));
        chain.refuses(&[commit], RefusalCode::BelowThreshold);
    }
    let commit = chain.put("tenants/fab/t.yaml", "").approve(&who("fay")).forge(&who("bob"));
    chain.judge(&[commit], None).unwrap();
}

#[test]
fn a_tenants_folder_that_goes_or_becomes_a_file() {
    let mut chain = Chain::beating();
    chain.files.remove("tenants/fabrikam/tenant.yaml");
    let commit = chain.forge(&who("dan"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.put("tenants/fabrikam", "a file\n");
    let commit = chain.forge(&who("dan"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    let mut chain = Chain::beating();
    chain.files.retain(|path, _| !path.starts_with("tenants/"));
    let commit = chain.forge(&who("dan"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.put("tenants", "a file\n");
    let commit = chain.forge(&who("dan"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
}

#[test]
fn approval_for_another_tree() {
    let mut chain = Chain::beating();
    let path = "tenants/fabrikam/tenant.yaml";
    chain.put(path, "x: good\n").approve(&who("fay"));
    let commit = chain.put(path, "x: evil\n").forge(&who("dan"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
}

#[test]
fn approval_for_another_repository_head_or_purpose() {
    let mut chain = Chain::beating();
    let commit = chain.put("tenants/fabrikam/tenant.yaml", "x: 1\n").forge(&who("dan"));
    let tree = chain.tree();
    let onto = chain.payload(&chain.head());
    let wanted = Approves { repo: Some(chain.repo()), tree, onto: Some(onto) };
    let other_repo = Approves { repo: Some(ordain_trust::RepoId([1; 32])), ..wanted };
    let other_head = Approves { onto: Some(ordain_trust::PayloadId([1; 32])), ..wanted };
    let unbound = Approves { repo: None, onto: None, ..wanted };
    for (namespace, text) in [
        ("ordain-approval@v1", other_repo.text()),
        ("ordain-approval@v1", other_head.text()),
        ("ordain-approval@v1", unbound.text()),
        ("git", wanted.text()),
        ("ordain-approval@v1", format!("{}note x\n", wanted.text())),
        ("ordain-approval@v1", wanted.text().replace("v1", "v2")),
    ] {
        chain.approvals = vec![who("fay").statement(namespace, &text)];
        chain.refuses(&[commit], RefusalCode::BelowThreshold);
    }
    let mut edited = who("fay").statement("ordain-approval@v1", &other_head.text());
    let at = edited.windows(5).position(|bytes| bytes == b"onto ").unwrap() + 5;
    edited[at..at + 64].copy_from_slice(onto.to_string().as_bytes());
    chain.approvals = vec![edited];
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.approvals = vec![who("fay").statement("ordain-approval@v1", &wanted.text())];
    chain.judge(&[commit], None).unwrap();
}

#[test]
fn junk_among_the_approvals_stops_nobody() {
    let mut chain = Chain::beating();
    chain.approvals = vec![b"junk".to_vec(), vec![0; 1 << 20], Vec::new()];
    let commit =
        chain.put("tenants/fabrikam/tenant.yaml", "x: 1\n").approve(&who("fay")).forge(&who("dan"));
    chain.judge(&[commit], None).unwrap();
}
