//! Bytes on the disk that can't be read any more harm their own record only, and that one comes back.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::pages::{deliver, exchange, page};
use super::*;
use crate::Batch;
use maydan_core::ErrorCode;
use maydan_core::document::Document;
use maydan_core::sync::wire::{Cursor, Entered, Entry, HelloAnswer, Item, Page};

/// Spoils everything that is stored of a document.
pub(super) fn spoil(replica: &mut Replica, id: RecordId) {
    let spoilt = replica
        .connection()
        .execute(
            "UPDATE change SET bytes = CAST(x'00' || bytes AS BLOB) WHERE document = (SELECT n FROM document WHERE id = ?1)",
            [id.as_bytes()],
        )
        .unwrap();
    assert!(spoilt > 0);
    replica.documents = crate::store::Cache::new();
}

pub(super) fn apply_hello(replica: &mut Replica, answer: &HelloAnswer) -> bool {
    let asked = replica.hello().unwrap();
    replica.apply_hello(&asked, answer).unwrap()
}

fn hello(replica: &mut Replica) -> bool {
    let answer = answer(replica);
    apply_hello(replica, &answer)
}

/// What a server says to a device with these rights.
pub(super) fn answer(replica: &Replica) -> HelloAnswer {
    let grants = replica.user().unwrap().grants.clone();
    HelloAnswer {
        protocol: 1,
        outdated: false,
        epoch: Uuid::nil(),
        server_time: BEGIN,
        floor: 0,
        role: "rep".into(),
        actor_taken: false,
        erased: Vec::new(),
        high_water: vec![(TERRITORY, 7)],
        grants,
        actors: Vec::new(),
        head: maydan_core::sync::wire::LogHead::default(),
    }
}

/// Documents as a server sends them whole, to the end of the feed.
fn whole(from: &mut Replica, ids: &[RecordId]) -> Page {
    let mut page = page(&Batch::default());
    for id in ids {
        let stored = crate::store::get(from.connection(), *id).unwrap();
        let mut document: Document = from.document(&stored).unwrap();
        let entered = Entered {
            doc: *id,
            kind: stored.kind,
            scope: stored.scope,
            parent: None,
            generation: 0,
            snapshot: Some(document.save().into()),
            ready: None,
            changes: Vec::new(),
            receipts: Vec::new(),
        };
        page.entries.push(Entry::Enter(Box::new(entered)));
    }
    page.cursors = [ScopeId::COMPANY, TERRITORY, BASMA.into()].map(|scope| Cursor::at_end(scope, 7)).into();
    page
}

#[test]
fn a_damaged_document_is_asked_for_once_and_comes_back_with_unsent_work() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let (one, two) = (customer(&mut amal, "شركة النور"), customer(&mut amal, "مخبز الأمل"));
    exchange(&mut amal, &mut basma);
    basma.apply_page(&whole(&mut amal, &[one, two])).unwrap();
    assert!(!hello(&mut basma), "nothing to ask for");
    set(&mut basma, one, "city", "بنغازي");
    let before = basma.actor();
    spoil(&mut basma, one);

    assert_eq!(basma.get_record(GetRecord { id: one }).unwrap_err().code, ErrorCode::Corrupt);
    assert_eq!(row(&mut basma, two)["name"], Value::from("مخبز الأمل"), "the others are not affected");
    set(&mut amal, one, "phone", "0912345678");
    set(&mut amal, two, "phone", "0923456789");
    let news = page(&amal.batch().unwrap());
    basma.apply_page(&news).unwrap();
    assert_eq!(row(&mut basma, two)["phone"], Value::from("0923456789"), "a page goes past the damage");

    assert!(hello(&mut basma), "it is asked for by name");
    basma.apply_page(&whole(&mut amal, &[one, two])).unwrap();
    let healed = row(&mut basma, one);
    assert_ne!(basma.actor(), before, "what was lost may have been written under it");
    assert_eq!((&healed["phone"], &healed["city"]), (&Value::from("0912345678"), &Value::from("بنغازي")));
    assert_eq!(found(&mut basma, "0912"), ["شركة النور"]);
    assert!(!hello(&mut basma), "and not once more");
    deliver(&mut basma, &mut amal);
    assert_eq!(row(&mut amal, one)["city"], Value::from("بنغازي"));
    assert_eq!(amal.fingerprint(Fingerprint {}).unwrap(), basma.fingerprint(Fingerprint {}).unwrap());
}

#[test]
fn a_page_that_is_taken_back_takes_back_the_new_actor_too() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let one = customer(&mut amal, "شركة النور");
    exchange(&mut amal, &mut basma);
    spoil(&mut basma, one);
    assert_eq!(basma.get_record(GetRecord { id: one }).unwrap_err().code, ErrorCode::Corrupt);
    let (before, page) = (basma.actor(), whole(&mut amal, &[one]));
    // The document is put together again, and then the cursors can't be written.
    let limit = "CREATE TEMP TRIGGER full BEFORE INSERT ON cursor BEGIN SELECT RAISE(ABORT, 'no room'); END";
    basma.connection().execute_batch(limit).unwrap();
    basma.apply_page(&page).unwrap_err();
    assert_eq!(basma.actor(), before, "the database still names this one, and the server knows no other");
    let id = customer(&mut basma, "مخبز الأمل");
    let writers: Vec<_> = basma.history(History { id, limit: 9 }).unwrap().entries.iter().map(|e| e.actor).collect();
    assert_eq!(writers, [before]);

    basma.connection().execute_batch("DROP TRIGGER full").unwrap();
    basma.apply_page(&page).unwrap();
    assert_ne!(basma.actor(), before);
    assert_eq!(row(&mut basma, one)["name"], Value::from("شركة النور"));
}

#[test]
fn a_damaged_document_keeps_nobody_from_opening_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    let (one, two) = (customer(&mut replica, "شركة النور"), customer(&mut replica, "مخبز الأمل"));
    spoil(&mut replica, one);
    replica.connection().execute_batch("UPDATE projection SET fingerprint = 0").unwrap();
    drop(replica);
    let mut replica = open(file(&folder));
    assert_eq!(found(&mut replica, "مخبز"), ["مخبز الأمل"]);
    assert_eq!(row(&mut replica, two)["name"], Value::from("مخبز الأمل"));
    assert_eq!(replica.counts().unwrap().pending, 2, "what waits to be sent is still there");
    assert_eq!(replica.batch().unwrap().items.len(), 4);
}

#[test]
fn a_damaged_item_holds_its_own_record_back_and_no_other() {
    let mut replica = open(Place::Memory);
    let (one, two) = (customer(&mut replica, "شركة النور"), customer(&mut replica, "مخبز الأمل"));
    replica
        .connection()
        .execute("UPDATE outbox SET item = x'c1' WHERE document = (SELECT n FROM document WHERE id = ?1)", [one.as_bytes()])
        .unwrap();
    let sent = |batch: Batch| batch.items.iter().map(Item::doc).collect::<Vec<_>>();
    assert_eq!(sent(replica.batch().unwrap()).len(), 4, "it is made again from the document");
    assert_eq!(replica.counts().unwrap().refused, 0);

    // Nor can the document be read: what is left of its work is put by, and holds no other record back.
    let spoilt = "UPDATE outbox SET item = x'c1' WHERE document = (SELECT n FROM document WHERE id = ?1)";
    replica.connection().execute(spoilt, [one.as_bytes()]).unwrap();
    spoil(&mut replica, one);
    assert_eq!(sent(replica.batch().unwrap()), [two, two]);
    assert_eq!(replica.counts().unwrap().refused, 1, "it is shown");
}

#[test]
fn a_feed_that_is_read_again_shows_what_has_left() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let (stays, goes) = (customer(&mut amal, "شركة النور"), customer(&mut amal, "مخبز الأمل"));
    exchange(&mut amal, &mut basma);
    basma.apply_page(&whole(&mut amal, &[stays, goes])).unwrap();
    let unsent = customer(&mut basma, "لم يُرسل بعد");

    let refetch = HelloAnswer { floor: 8, ..answer(&basma) };
    assert!(apply_hello(&mut basma, &refetch), "the server no longer keeps what lies between");
    assert_eq!(basma.list_records(all("customer")).unwrap().total, 3, "nothing goes before the feed has been read");
    basma.apply_page(&whole(&mut amal, &[stays])).unwrap();
    let left: Vec<_> = basma.list_records(all("customer")).unwrap().lines.iter().map(|line| line.id).collect();
    assert!(left.contains(&stays) && left.contains(&unsent) && !left.contains(&goes), "{left:?}");
}

#[test]
fn what_is_granted_no_longer_goes_after_its_unsent_work() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let (one, two) = (customer(&mut amal, "شركة النور"), customer(&mut amal, "مخبز الأمل"));
    exchange(&mut amal, &mut basma);
    hello(&mut basma);
    set(&mut basma, two, "city", "بنغازي");
    let mut moved = answer(&basma);
    // Signing in again notes the new grants before the first hello: that must not hide what is gone.
    let mut user = basma.user().unwrap().clone();
    user.grants.retain(|grant| grant.scope != TERRITORY);
    basma.set_user(user).unwrap();
    moved.grants.retain(|grant| grant.scope != TERRITORY);
    apply_hello(&mut basma, &moved);
    assert_eq!(basma.get_record(GetRecord { id: one }).unwrap_err().code, ErrorCode::NotFound);
    assert!(found(&mut basma, "النور").is_empty());
    assert_eq!(basma.batch().unwrap().items.len(), 1, "what she wrote there is still delivered");
    deliver(&mut basma, &mut amal);
    assert_eq!(row(&mut amal, two)["city"], Value::from("بنغازي"));
    assert_eq!(basma.list_records(all("customer")).unwrap().total, 0);
}

#[test]
fn a_restored_server_that_forgot_a_grant_takes_nothing_away() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut amal, "شركة النور");
    exchange(&mut amal, &mut basma);
    hello(&mut basma);
    let mut restored = HelloAnswer { epoch: Uuid::from_u128(2), ..answer(&basma) };
    restored.grants.retain(|grant| grant.scope != TERRITORY);
    apply_hello(&mut basma, &restored);
    apply_hello(&mut basma, &restored);
    assert_eq!(basma.list_records(all("customer")).unwrap().lines[0].id, id, "it may be the only copy");
}

#[test]
fn a_document_whose_whole_is_damaged_too_keeps_what_its_changes_say() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let (one, two) = (customer(&mut amal, "شركة النور"), customer(&mut amal, "مخبز الأمل"));
    exchange(&mut amal, &mut basma);
    set(&mut basma, one, "city", "بنغازي");
    spoil(&mut basma, one);
    let mut page = whole(&mut amal, &[one, two]);
    let Entry::Enter(entered) = &mut page.entries[0] else { panic!("whole") };
    entered.snapshot = Some(b"no snapshot".to_vec().into());
    let stored = crate::store::get(amal.connection(), one).unwrap();
    entered.changes = amal.document(&stored).unwrap().changes_since(&[]).iter().map(|c| c.bytes().to_vec().into()).collect();
    basma.apply_page(&page).unwrap();
    let kept = row(&mut basma, one);
    assert_eq!((&kept["name"], &kept["city"]), (&Value::from("شركة النور"), &Value::from("بنغازي")));
    assert_eq!(row(&mut basma, two)["name"], Value::from("مخبز الأمل"), "the page goes past it");
}
