//! What honest people do is accepted, in both object formats.

use ordain_trust::{ObjectFormat, ObjectKind, RefusalCode, Standing};

use crate::forge::{Chain, NOW, ROLES, commit_text, policy, who, with_signature};

#[test]
fn a_chain_grows_and_a_heartbeat_puts_it_in_force() {
    for format in [ObjectFormat::Sha1, ObjectFormat::Sha256] {
        let mut chain = Chain::of(format);
        chain.beat();
        assert_eq!(chain.store.standing(NOW), Standing::InForce);
        chain.put("ordain.yaml", "kind: Repository\nname: a\n").promote(&who("dan"));
        chain.put("tenants/fabrikam/tenant.yaml", "x: 1\n").approve(&who("fay"));
        let head = chain.promote(&who("dan"));
        assert_eq!((chain.store.head.commit, chain.store.head.depth), (head, 2));
        chain.beat();
        assert_eq!(chain.store.trail.len(), 1);
        // The same from the genesis on, as a new agent does it.
        let enrolled = chain.enrolled(&chain.commits).unwrap();
        assert_eq!(enrolled.head, chain.store.head);
        assert_eq!(enrolled.repo, chain.store.repo);
    }
}

#[test]
fn every_kind_of_key_may_promote() {
    let mut chain = Chain::beating();
    let roles = ROLES.replace("[dan, ann, bob]", "[dan, ann, bob, cy, eve]");
    chain.put(".ordain/trust.yaml", &policy(&roles, chain.format)).approve(&who("cy"));
    chain.promote(&who("bob"));
    for name in ["ann", "bob", "cy", "eve"] {
        chain.put("ordain.yaml", &format!("name: {name}\n")).approve(&who("gus"));
        chain.promote(&who(name));
    }
    assert_eq!(chain.store.head.depth, 5);
}

#[test]
fn a_change_that_touches_several_parts_needs_all_of_their_roles() {
    let mut chain = Chain::beating();
    chain.put("ordain.yaml", "x: 1\n").put("tenants/contoso/tenant.yaml", "x: 1\n");
    chain.put("tenants/fabrikam/tenant.yaml", "x: 1\n");
    let commit = chain.forge(&who("dan"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.approve(&who("eve"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.approve(&who("fay"));
    chain.judge(&[commit], None).unwrap();
}

#[test]
fn a_tenant_without_a_role_of_its_own_is_of_everything_else() {
    let mut chain = Chain::beating();
    chain.put("tenants/northwind/tenant.yaml", "x: 1\n");
    let commit = chain.forge(&who("bob"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
    chain.approve(&who("gus"));
    chain.judge(&[commit], None).unwrap();
}

#[test]
fn the_next_promotion_may_follow_a_sibling_of_the_head() {
    let mut chain = Chain::beating();
    // The same commit signed once more has other bytes around the same payload.
    let text = commit_text(&chain.tree(), &[chain.head(), chain.main()], "x\n");
    let one = who("bob").armour("git", text.as_bytes());
    let other = crate::forge::armour(&who("bob").sign_sha256("git", text.as_bytes()));
    assert_ne!(one, other);
    let [one, other] = [one, other].map(|armour| {
        let bytes = with_signature(&text, &armour, chain.format);
        chain.objects.add(ObjectKind::Commit, &bytes).unwrap()
    });
    let tree = chain.tree();
    let next = chain.forge_from(&who("dan"), &tree, &[other, chain.main()]);
    chain.store = chain.judge(&[one], None).unwrap();
    let store = chain.judge(&[next], None).unwrap();
    assert_eq!(store.head.depth, 2);
}

#[test]
fn a_policy_changes_with_the_root_threshold_and_then_holds() {
    let mut chain = Chain::beating();
    let roles = ROLES.replace("release: {keys: [dan, ann, bob]}", "release: {keys: [ann, bob]}");
    chain.put(".ordain/trust.yaml", &policy(&roles, chain.format)).approve(&who("bob"));
    chain.promote(&who("ann"));
    chain.put("ordain.yaml", "x: 2\n");
    let commit = chain.forge(&who("dan"));
    chain.refuses(&[commit], RefusalCode::NotRelease);
}

#[test]
fn judging_is_the_same_one_by_one_and_at_once() {
    let mut chain = Chain::beating();
    let before = chain.clone();
    for number in 0..20 {
        chain.put("ordain.yaml", &format!("x: {number}\n")).promote(&who("dan"));
    }
    let mut at_once = chain.clone();
    at_once.store = before.store.clone();
    let at_once = at_once.judge(&chain.commits[1..], None).unwrap();
    assert!(at_once == chain.store);
}
