//! What a device brings of colleagues' work to a server that may have forgotten it, and what it can't read itself.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::merging::{ANOTHER, ELSEWHERE, acknowledged, change, document, news, own};
use super::pages::{answered, page};
use super::quarantine::{answer, refused, rejected};
use super::rebuild::wider;
use super::*;
use crate::store::{self, Cache};
use maydan_core::document::{Document, Hash, RawChange, decode_change};
use maydan_core::record::ScopeRule;
use maydan_core::sync::wire::{Entered, Entry, Item, Outcome, Page, Relay};
use maydan_core::{ErrorCode, Field, FieldType, Kind};

/// An app of a later version, which knows a kind more.
fn newer(place: Place) -> Replica {
    let kind = Kind::new("badge", ScopeRule::Parent("customer".into()))
        .field(Field::new("customer", FieldType::Link("customer".into())).with("required"))
        .field(Field::new("title", FieldType::Line));
    open_with(OpenOptions { registry: Registry::maydan().with(kind), ..options(place) }, AMAL)
}

/// What would be brought to a server that was put back.
fn brought(replica: &mut Replica) -> Vec<Relay> {
    replica.db.execute("INSERT INTO relay SELECT DISTINCT document, scope FROM receipt", []).unwrap();
    to_bring(replica)
}

fn to_bring(replica: &mut Replica) -> Vec<Relay> {
    let batch = replica.batch().unwrap();
    let relay = |item: Item| if let Item::Relay(relay) = item { Some(*relay) } else { None };
    batch.items.into_iter().filter_map(relay).collect()
}

fn hashes(relay: &Relay) -> Vec<Hash> {
    relay.changes.iter().map(|bytes| decode_change(bytes).unwrap().hash()).collect()
}

/// A customer in whose name a later version of the app has written, on what only that version knows.
fn ahead(replica: &mut Replica) -> (RecordId, RawChange) {
    let id = customer(replica, "شركة النور");
    drop(own(replica));
    let changes: Vec<RawChange> = document(replica, id).changes_since(&[]);
    let kind = wider().get("customer").unwrap().clone();
    let later = Document::load(&kind, id, None, changes.iter().map(RawChange::bytes)).unwrap();
    (id, change(&later, ELSEWHERE, "city", "سبها"))
}

#[test]
fn a_kind_that_is_not_known_here_is_brought_all_the_same() {
    let mut amal = newer(Place::Memory);
    let mut basma = open_with(options(Place::Memory), BASMA);
    let customer = customer(&mut amal, "شركة النور");
    let id = create(&mut amal, "badge", &[("customer", customer.to_string().into()), ("title", "زائر".into())]);
    basma.apply_page(&page(&amal.batch().unwrap())).unwrap();
    let relay = brought(&mut basma).into_iter().find(|relay| relay.doc == id).unwrap();
    assert_eq!((relay.kind.as_str(), relay.changes.len()), ("badge", 1));
}

#[test]
fn what_a_later_version_wrote_is_brought_each_change_behind_those_it_was_made_on() {
    let mut amal = open(Place::Memory);
    let (id, later) = ahead(&mut amal);
    amal.apply_page(&news(id, &[&later])).unwrap();
    assert_eq!(row(&mut amal, id).get("city"), None, "it can't be read here");
    let [relay] = brought(&mut amal).try_into().unwrap();
    assert_eq!(hashes(&relay).last(), Some(&later.hash()));
    assert_eq!(relay.changes.len(), 2, "and what the record begins with");
}

#[test]
fn a_record_that_moved_is_brought_with_what_the_server_said_before_and_after() {
    let (mut amal, id) = acknowledged();
    let before = document(&mut amal, id);
    let (old, new) = (change(&before, ELSEWHERE, "city", "سبها"), change(&before, ANOTHER, "phone", "0912345678"));
    amal.apply_page(&news(id, &[&old])).unwrap();
    let there = ScopeId(Uuid::from_u128(0x7F));
    amal.db.execute("UPDATE document SET scope = ?1", [there.as_bytes()]).unwrap();
    amal.apply_page(&news(id, &[&new])).unwrap();

    let [now] = brought(&mut amal).try_into().unwrap();
    let batch = amal.batch().unwrap();
    // Refused or not: the other scope's receipts prove their part by themselves.
    amal.apply_outcomes(&batch, &answered(vec![rejected(ErrorCode::Forbidden)])).unwrap();
    let [then] = to_bring(&mut amal).try_into().unwrap();
    assert_eq!((now.scope, then.scope), (there, TERRITORY), "where it was last comes first");
    assert!(hashes(&now).contains(&new.hash()) && !hashes(&now).contains(&old.hash()));
    assert_eq!(hashes(&then), [hashes(&now)[0], old.hash()], "with all that it was made on");
    let proof = |relay: &Relay| relay.receipts.iter().map(|(hash, _)| *hash).collect::<Vec<_>>();
    assert_eq!((proof(&now), proof(&then)), (vec![new.hash()], vec![old.hash()]));
}

/// A database that a newer app has written in is opened by an older one: a copy on another phone.
#[test]
fn what_an_older_app_can_not_read_is_put_by_when_the_record_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut older = open(file(&folder));
    let id = customer(&mut older, "شركة النور");
    drop(older);
    let mut newer = open_with(OpenOptions { registry: wider(), ..options(file(&folder)) }, AMAL);
    set(&mut newer, id, "rating", Value::Int(5));
    drop(newer);

    let mut older = open(file(&folder));
    assert_eq!(older.counts().unwrap().pending, 1);
    set(&mut older, id, "phone", "0912345678");
    // The number of the first was taken: the record is written anew.
    answer(&mut older, |_, item| match item {
        Item::Open { .. } => Outcome::Duplicate,
        _ => rejected(ErrorCode::DuplicateSequence),
    });
    let put_by = refused(&mut older);
    assert_eq!(put_by.iter().map(|item| item.code).collect::<Vec<_>>(), [ErrorCode::UnknownField], "she is told to update");
    assert_eq!(row(&mut older, id)["phone"], Value::from("0912345678"));
}

/// A colleague's work in a later version stays on the disk, whatever becomes of one's own.
#[test]
fn what_waits_for_a_later_version_survives_a_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let mut amal = open(file(&folder));
    let (id, later) = ahead(&mut amal);
    amal.apply_page(&news(id, &[&later])).unwrap();
    set(&mut amal, id, "phone", "0912345678");
    answer(&mut amal, |_, _| rejected(ErrorCode::InvalidValue));
    assert_eq!(refused(&mut amal).len(), 1);
    drop(amal);

    let mut updated = open_with(OpenOptions { registry: wider(), ..options(file(&folder)) }, AMAL);
    assert_eq!(row(&mut updated, id)["city"], Value::from("سبها"));
}

#[test]
fn what_acknowledged_work_was_made_on_stays_in_its_record() {
    let (mut amal, id) = acknowledged();
    set(&mut amal, id, "city", "سبها");
    set(&mut amal, id, "phone", "0912345678");
    let batch = amal.batch().unwrap();
    // The answer to the first was lost on its way; a colleague has gone on from it.
    let colleague = {
        let mut before = document(&mut amal, id);
        let phone = before.changes_since(&[]).pop().unwrap().hash();
        change(&before.without(&[phone].into()).unwrap(), ELSEWHERE, "activity", "بقالة")
    };
    amal.apply_page(&news(id, &[&colleague])).unwrap();
    let why = vec![rejected(ErrorCode::InvalidValue), rejected(ErrorCode::InvalidValue)];
    amal.apply_outcomes(&batch, &answered(why)).unwrap();
    amal.documents = Cache::new();

    let row = row(&mut amal, id);
    assert_eq!((&row["city"], &row["activity"]), (&Value::from("سبها"), &Value::from("بقالة")));
    assert_eq!(row.get("phone"), None, "what nobody went on from was refused");
    let [relay] = to_bring(&mut amal).try_into().unwrap();
    answer(&mut amal, |_, _| Outcome::Duplicate);
    assert_eq!(hashes(&relay).len(), 3, "the server is brought what proves it, and has it then");
    answer(&mut amal, |_, _| Outcome::Duplicate);
    assert_eq!((refused(&mut amal).len(), amal.counts().unwrap().pending), (1, 0));
}

/// Nothing proves to the server that it had this once: it has lost its key, or there are no receipts here.
#[test]
fn what_stays_in_its_record_and_is_refused_all_the_same_is_shown() {
    for has_receipts in [false, true] {
        let (mut amal, id) = acknowledged();
        set(&mut amal, id, "city", "سبها");
        let mut before = document(&mut amal, id);
        let city = before.heads()[0];
        amal.apply_page(&news(id, &[&change(&before, ELSEWHERE, "activity", "بقالة")])).unwrap();
        if !has_receipts {
            amal.db.execute("DELETE FROM receipt", []).unwrap();
        }
        let refuse = |_: usize, item: &Item| match item {
            Item::Relay(_) => rejected(ErrorCode::Forbidden),
            Item::Change { bytes, .. } if decode_change(bytes).unwrap().hash() == city => rejected(ErrorCode::InvalidValue),
            _ => Outcome::Duplicate,
        };
        for _ in 0..9 {
            answer(&mut amal, refuse);
        }
        // Compared with the server's, the record tells that it holds more.
        amal.enqueue_all(id).unwrap();
        for _ in 0..9 {
            answer(&mut amal, refuse);
        }
        assert_eq!(row(&mut amal, id)["city"], Value::from("سبها"));
        let shown = refused(&mut amal);
        assert_eq!(shown.len(), 1, "receipts: {has_receipts}");
        assert_eq!((&shown[0].fields[0].after, amal.counts().unwrap().pending), (&"سبها".into(), 0), "receipts: {has_receipts}");
    }
}

/// A server that was put back refuses what it has yet to be brought: only what it was asked for goes.
#[test]
fn what_others_went_on_from_stays_in_the_queue_until_it_is_answered() {
    let (mut amal, id) = acknowledged();
    let mut before = document(&mut amal, id);
    set(&mut amal, id, "city", "سبها");
    let city = document(&mut amal, id).changes_since(&before.heads()).remove(0);
    before.apply([city.clone()]).unwrap();
    amal.apply_page(&news(id, &[&change(&before, ELSEWHERE, "activity", "بقالة")])).unwrap();
    set(&mut amal, id, "phone", "0912345678");
    // The first is to be tried again.
    let batch = amal.batch().unwrap();
    let outcomes = vec![rejected(ErrorCode::MissingDependency), rejected(ErrorCode::InvalidValue)];
    amal.apply_outcomes(&batch, &answered(outcomes)).unwrap();
    assert_eq!(refused(&mut amal).len(), 1);
    let batch = amal.batch().unwrap();
    let [Item::Change { bytes, .. }] = batch.items.as_slice() else { panic!("one change: {:?}", batch.items) };
    assert_eq!(decode_change(bytes).unwrap().hash(), city.hash(), "as it was");
    // Refused as well, it stays all the same, and the server is brought what proves it.
    amal.apply_outcomes(&batch, &answered(vec![rejected(ErrorCode::ForeignActor)])).unwrap();
    assert_eq!(row(&mut amal, id)["city"], Value::from("سبها"));
    let again = amal.batch().unwrap();
    let [Item::Relay(relay)] = again.items.as_slice() else { panic!("it is brought: {:?}", again.items) };
    assert!(hashes(relay).contains(&city.hash()));
}

/// Its number is taken on the server, and the receipts can't help: what was made on it is tried once a round.
#[test]
fn what_can_not_be_brought_is_not_tried_without_a_pause() {
    let (mut amal, id) = acknowledged();
    set(&mut amal, id, "city", "سبها");
    let before = document(&mut amal, id);
    amal.apply_page(&news(id, &[&change(&before, ELSEWHERE, "activity", "بقالة")])).unwrap();
    set(&mut amal, id, "phone", "0912345678");
    let city = before.clone().heads()[0];
    let mut turns = 0;
    while amal.has_sendable().unwrap() && turns < 20 {
        answer(&mut amal, |_, item| match item {
            Item::Relay(_) => Outcome::Duplicate,
            Item::Change { bytes, .. } if decode_change(bytes).unwrap().hash() == city => rejected(ErrorCode::DuplicateSequence),
            _ => rejected(ErrorCode::MissingDependency),
        });
        if number(&amal, "SELECT count(*) FROM incarnation WHERE announced = 0") > 0 {
            let answer = damage::answer(&amal);
            damage::apply_hello(&mut amal, &answer);
        }
        turns += 1;
    }
    assert!(turns < 9 && amal.counts().unwrap().pending == 1, "after {turns} turns the phone waits for the next round");
}

/// A kind that this app does not know any more, or not yet, with work of a newer one in its queue.
#[test]
fn a_shortened_record_of_a_kind_that_is_not_known_here_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut there = newer(file(&folder));
    let customer = customer(&mut there, "شركة النور");
    let id = create(&mut there, "badge", &[("customer", customer.to_string().into())]);
    drop(own(&mut there));
    let base = document(&mut there, id).shortened(ELSEWHERE, 1 << 40).unwrap().changes_since(&[]).remove(1);
    set(&mut there, id, "title", "بطاقة");
    drop(there);

    let mut older = open(file(&folder));
    let stored = store::get(&older.db, id).unwrap();
    let whole = |changes: Vec<_>| Entered {
        doc: id,
        kind: stored.kind.clone(),
        scope: stored.scope,
        parent: Some(customer),
        generation: 1 << 40,
        snapshot: None,
        ready: None,
        changes,
        receipts: Vec::new(),
    };
    let comes = |entered| Page { entries: vec![Entry::Enter(Box::new(entered))], ..Page::default() };
    older.apply_page(&comes(whole(Vec::new()))).unwrap();
    assert_eq!((store::get(&older.db, id).unwrap().generation, older.counts().unwrap().pending), (0, 1), "nothing gives way to nothing");
    let later = comes(whole(vec![base.bytes().to_vec().into()]));
    older.apply_page(&later).unwrap();
    assert_eq!(
        (store::get(&older.db, id).unwrap().generation, older.counts().unwrap().pending),
        (0, 1),
        "nor what nobody here can do again"
    );
    drop(older);

    let mut there = newer(file(&folder));
    there.apply_page(&later).unwrap();
    assert_eq!(row(&mut there, id)["title"], Value::from("بطاقة"), "the update does");
    assert_eq!((store::get(&there.db, id).unwrap().generation, there.counts().unwrap().pending), (1 << 40, 1));
}

/// Rolled back and updated again: what came meanwhile is in lists.
#[test]
fn an_older_app_leaves_no_hole_in_lists() {
    let folder = tempfile::tempdir().unwrap();
    drop(newer(file(&folder)));
    let mut other = newer(Place::Memory);
    let customer = customer(&mut other, "شركة النور");
    create(&mut other, "badge", &[("customer", customer.to_string().into())]);
    let mut older = open(file(&folder));
    older.apply_page(&page(&other.batch().unwrap())).unwrap();
    drop(older);
    assert_eq!(newer(file(&folder)).list_records(all("badge")).unwrap().total, 1);
}

/// The server has lost what a history was shortened to, and knows by and by.
#[test]
fn a_record_that_comes_without_its_content_is_not_taken_for_a_later_one() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut amal, "شركة النور");
    let mut empty = page(&amal.batch().unwrap());
    empty.entries.truncate(1);
    let Entry::Enter(entered) = &mut empty.entries[0] else { panic!("it comes whole") };
    entered.generation = 7;
    basma.apply_page(&empty).unwrap();
    assert_eq!(store::get(&basma.db, id).unwrap().generation, 0);
    basma.apply_page(&own(&mut amal)).unwrap();
    assert_eq!(row(&mut basma, id)["name"], Value::from("شركة النور"));
}
