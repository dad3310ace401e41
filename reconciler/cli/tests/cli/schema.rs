//! `ordain schema`.

use crate::support::{Repository, run};

#[test]
fn each_kind_has_a_schema_and_all_come_at_once() {
    let place = Repository::empty();
    let one = run(place.path(), &["schema", "Deployment"]).exits(0).json();
    assert!(one["properties"]["target"].is_object(), "{one}");
    let all = run(place.path(), &["schema"]).exits(0).json();
    assert_eq!(all["Deployment"], one);
    assert!(all["Inventory"]["properties"]["computers"].is_object());
    assert_eq!(run(place.path(), &["schema", "inventory"]).exits(0).json(), all["Inventory"]);
}
