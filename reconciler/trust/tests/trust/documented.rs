//! Every refusal is explained in `docs/trust.md`.

use ordain_trust::RefusalCode;

#[test]
fn every_code_is_documented() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/trust.md");
    let page = std::fs::read_to_string(page).unwrap();
    let missing: Vec<&str> = RefusalCode::ALL
        .iter()
        .map(|code| code.as_str())
        .filter(|code| !page.contains(&format!("| `{code}` |")))
        .collect();
    assert!(missing.is_empty(), "docs/trust.md lacks {missing:?}");
}
