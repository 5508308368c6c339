//! What must hold when the disk does not.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use maydan_core::command::Level;
use maydan_core::document::{Document, Edit};
use maydan_core::sync::wire::{Item, Outcome, Push};
use maydan_core::{Actor, DeviceId, Instant, RecordId};

/// Lets the database grow no further, or again as it likes.
fn limit_pages(store: &Store, full: bool) {
    let db = store.writer();
    let most: i64 = if full { db.query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap() } else { 1_000_000 };
    let now: i64 = db.query_row(&format!("PRAGMA max_page_count = {most}"), [], |r| r.get(0)).unwrap();
    assert!(now >= most);
}

#[test]
fn a_push_that_meets_a_full_disk_is_refused_whole_and_taken_later() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::init(&folder.path().join("store")).unwrap();
    let scope = store.add_territory("طرابلس").unwrap();
    let new = NewUser { login: "amal".into(), name: "أمل".into(), role: "rep".into(), password: "maydan-demo-1".into() };
    let user = store.add_user(&new).unwrap();
    store.grant(user, scope, Level::Write).unwrap();
    let caller = Caller { user, device: DeviceId(random_uuid()) };
    let actor = Actor(random_uuid());
    store.sign_in("amal", "maydan-demo-1", caller.device).unwrap();
    store.claim_actor(caller, actor).unwrap();

    let kind = store.registry().get("customer").unwrap().clone();
    let id = RecordId(random_uuid());
    let mut document = Document::create(&kind, id).unwrap();
    // Such text as does not compress, so that it needs pages.
    let long: String = (0..20_000).map(|_| random_uuid().to_string()[..2].to_owned()).collect();
    let edits = [Edit::set("name", "شركة النور"), Edit::set("remarks", long.as_str())];
    let change = document.edit(actor, Instant(1_000), None, &edits).unwrap().change.unwrap();
    let open = Item::Open { doc: id, kind: "customer".into(), parent: None, scope };
    let push = Push { actor, items: vec![open, Item::Change { doc: id, bytes: change.bytes().to_vec().into() }] };
    let before = store.high_water(&[maydan_core::command::Grant { scope, level: Level::Write }]).unwrap();

    limit_pages(&store, true);
    assert_eq!(store.push(caller, &push).unwrap_err().code, ErrorCode::DiskFull);
    assert_eq!(store.high_water(&[maydan_core::command::Grant { scope, level: Level::Write }]).unwrap(), before);

    limit_pages(&store, false);
    let outcomes = store.push(caller, &push).unwrap().outcomes;
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::Accepted { .. })), "{outcomes:?}");
    let again = store.push(caller, &push).unwrap().outcomes;
    assert_eq!(again, [Outcome::Duplicate, Outcome::Duplicate]);
}
