//! Records whose histories were shortened.

use super::pages::{answered, deliver, exchange, page};
use super::*;
use crate::Batch;
use maydan_core::document::Document;
use maydan_core::sync::wire::{Entered, Entry, Item, Outcome, Page};
use maydan_core::{Actor, ErrorCode};

const LATER: u64 = 1_760_000_000_000 << 10;

fn page_of(id: RecordId, generation: u64, changes: &[maydan_core::document::RawChange]) -> Page {
    let entered = Entered {
        doc: id,
        kind: "note".into(),
        scope: TERRITORY,
        parent: None,
        generation,
        snapshot: None,
        ready: None,
        changes: changes.iter().map(|change| change.bytes().to_vec().into()).collect(),
        receipts: Vec::new(),
    };
    Page { entries: vec![Entry::Enter(Box::new(entered))], ..page(&Batch::default()) }
}

fn document(replica: &mut Replica, id: RecordId) -> Document {
    let stored = crate::store::get(replica.connection(), id).unwrap();
    replica.document(&stored).unwrap()
}

/// What the server sends once it has shortened a record's history.
fn shortened(from: &mut Replica, id: RecordId) -> Page {
    let changes = document(from, id).shortened(Actor(Uuid::from_u128(0x5E)), LATER).unwrap().changes_since(&[]);
    page_of(id, LATER, &changes[1..])
}

fn typed(replica: &mut Replica, id: RecordId, text: &str) {
    let edit = Edit::Splice { field: "body".into(), at: usize::MAX, delete: 0, insert: text.into() };
    replica.edit_fields(EditFields::now(id, vec![edit])).unwrap();
}

/// A note that both have.
fn note(amal: &mut Replica, basma: &mut Replica) -> RecordId {
    let customer = customer(amal, "شركة النور");
    let fields = [("customer".to_owned(), customer.to_string().into()), ("body".to_owned(), "زبون قديم.".into())].into();
    let id = amal.create_record(CreateRecord { kind: "note".into(), id: None, scope: None, fields }).unwrap().id;
    exchange(amal, basma);
    id
}

#[test]
fn what_was_not_sent_is_done_again_and_sent_in_place_of_what_it_was() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = note(&mut amal, &mut basma);
    let form = basma.get_record(GetRecord { id }).unwrap().heads;
    typed(&mut basma, id, " يريد عرضا.");
    let stale = basma.batch().unwrap();
    let shortened = shortened(&mut amal, id);
    amal.apply_page(&shortened).unwrap();

    let why = Outcome::Rejected { code: ErrorCode::StaleGeneration, message: String::new() };
    basma.apply_outcomes(&stale, &answered(vec![why])).unwrap();
    assert!(basma.batch().unwrap().items.is_empty() && basma.counts().unwrap().pending == 1, "it waits for the record");
    basma.apply_page(&shortened).unwrap();
    assert_eq!(row(&mut basma, id)["body"], Value::from("زبون قديم. يريد عرضا."));
    let again = basma.batch().unwrap();
    let [Item::Change { bytes, .. }] = again.items.as_slice() else { panic!("one change: {:?}", again.items) };
    assert_eq!(maydan_core::document::decode_change(bytes).unwrap().generation(), LATER);
    // A form that was open all the time goes on.
    let edits = vec![Edit::Splice { field: "body".into(), at: 0, delete: 0, insert: "مهم: ".into() }];
    basma.edit_fields(EditFields { base: Some(form), ..EditFields::now(id, edits) }).unwrap();

    deliver(&mut basma, &mut amal);
    for replica in [&mut amal, &mut basma] {
        assert_eq!(row(replica, id)["body"], Value::from("مهم: زبون قديم. يريد عرضا."));
        assert!(replica.history(History { id, limit: 9 }).unwrap().entries.last().unwrap().is_base);
    }
    basma.apply_page(&shortened).unwrap();
    assert_eq!(row(&mut basma, id)["body"], Value::from("مهم: زبون قديم. يريد عرضا."), "once more changes nothing");
}

#[test]
fn nothing_gives_way_to_what_came_without_its_content_or_from_before() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = note(&mut amal, &mut basma);
    let before = document(&mut amal, id).changes_since(&[]);
    basma.apply_page(&page_of(id, LATER, &[])).unwrap();
    assert_eq!(row(&mut basma, id)["body"], Value::from("زبون قديم."));

    let shortened = shortened(&mut amal, id);
    basma.apply_page(&shortened).unwrap();
    basma.apply_page(&page_of(id, 0, &before[1..])).unwrap();
    assert_eq!(basma.history(History { id, limit: 9 }).unwrap().entries.len(), 1, "of a server that was put back");
    typed(&mut basma, id, " وجديد.");
    assert_eq!(document(&mut basma, id).generation(), LATER);
}

/// Asked for in every turn, it would keep the phone busy for as long as the server has it damaged.
#[test]
fn what_waits_for_a_record_that_comes_damaged_waits_for_the_next_round() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = note(&mut amal, &mut basma);
    typed(&mut basma, id, " يريد عرضا.");
    let why = Outcome::Rejected { code: ErrorCode::StaleGeneration, message: String::new() };
    for _ in 0..2 {
        let stale = basma.batch().unwrap();
        assert_eq!(stale.items.len(), 1, "tried once a round");
        basma.apply_outcomes(&stale, &answered(vec![why.clone()])).unwrap();
        basma.apply_page(&page_of(id, LATER, &[])).unwrap();
        assert!(!basma.has_sendable().unwrap() && basma.counts().unwrap().pending == 1, "the phone waits");
        let answer = damage::answer(&basma);
        damage::apply_hello(&mut basma, &answer);
    }
    basma.apply_page(&shortened(&mut amal, id)).unwrap();
    assert!(basma.has_sendable().unwrap(), "and what came is whole now");
}

#[test]
fn what_was_not_sent_of_a_damaged_record_is_put_by() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = note(&mut amal, &mut basma);
    typed(&mut basma, id, " يريد عرضا.");
    let shortened = shortened(&mut amal, id);
    basma.connection().execute("UPDATE change SET bytes = x'00'", []).unwrap();
    basma.documents = crate::store::Cache::new();
    basma.apply_page(&shortened).unwrap();
    assert_eq!(row(&mut basma, id)["body"], Value::from("زبون قديم."));
    let refused = basma.list_refused(ListRefused { limit: 50 }).unwrap();
    assert_eq!(refused.items.iter().map(|item| (item.id, item.code)).collect::<Vec<_>>(), [(id, ErrorCode::StaleGeneration)]);
    assert_eq!(basma.counts().unwrap().pending, 0);
}
