//! What a hostile or unlucky device gets for an answer.

use super::*;
use crate::command::{Grant, Level};
use crate::document::{Document, Edit};
use crate::id::Actor;
use crate::sync::receipt::{Attested, Receipt};
use crate::sync::server::{Earlier, Needs};
use crate::time::Instant;
use uuid::Uuid;

const AMAL: RecordId = RecordId(Uuid::from_u128(0xA));
const TERRITORY: ScopeId = ScopeId(Uuid::from_u128(0x7E));
const ACTOR: Actor = Actor(Uuid::from_u128(0xAC));
const CUSTOMER: RecordId = RecordId(Uuid::from_u128(0xC));

/// A notary whose receipts anybody could make.
struct Plain;

impl Notary for Plain {
    fn receipt(&self, of: &Attested<'_>) -> Receipt {
        let mut receipt = [0; 16];
        receipt.copy_from_slice(&of.hash.0[..16]);
        receipt[0] ^= of.scope.as_bytes()[15] ^ of.doc.as_bytes()[15];
        Receipt(receipt)
    }
}

fn facts() -> Facts {
    Facts { own: [ACTOR].into(), ..Facts::new(AMAL, vec![Grant { scope: TERRITORY, level: Level::Write }]) }
}

fn open_item(id: RecordId) -> Vec<u8> {
    Item::Open { doc: id, kind: "customer".into(), parent: None, scope: TERRITORY }.to_bytes().expect("written")
}

fn change_item(doc: RecordId, change: &RawChange) -> Vec<u8> {
    Item::Change { doc, bytes: change.bytes().to_vec().into() }.to_bytes().expect("written")
}

/// Three changes of one customer, in their order.
fn changes(actor: Actor) -> Vec<RawChange> {
    let kind = Registry::maydan().get("customer").expect("known").clone();
    let mut document = Document::create(&kind, CUSTOMER).expect("made");
    let names = ["شركة النور", "شركة الأمل", "شركة السلام"];
    names.map(|name| document.edit(actor, Instant(1_000), None, &[Edit::set("name", name)]).expect("edited").change.expect("new")).into()
}

/// The first change of a record.
fn changes_of(id: u128, kind: &str) -> RawChange {
    let kind = Registry::maydan().get(kind).expect("known").clone();
    let mut document = Document::create(&kind, RecordId(Uuid::from_u128(id))).expect("made");
    let body = Edit::Splice { field: "body".into(), at: 0, delete: 0, insert: "مكالمة".into() };
    document.edit(ACTOR, Instant(1_000), None, &[body]).expect("edited").change.expect("new")
}

fn verdicts(facts: &mut Facts, items: &[Vec<u8>]) -> Vec<String> {
    let words = |verdict: Verdict| match verdict {
        Verdict::Reconcile { .. } => "reconcile".to_owned(),
        Verdict::Open { .. } => "open".to_owned(),
        Verdict::Append { .. } => "append".to_owned(),
        Verdict::Relay { open, changes, .. } => format!("relay {} {}", open.is_some(), changes.len()),
        Verdict::Move(_) => "move".to_owned(),
        Verdict::Duplicate => "duplicate".to_owned(),
        Verdict::Elsewhere { .. } => "elsewhere".to_owned(),
        Verdict::Refused(e) => format!("{:?}", e.code),
    };
    judge(&Registry::maydan(), &Plain, facts, parse(items), &Seen(vec![(0, 7)])).into_iter().map(words).collect()
}

#[test]
fn a_document_and_its_changes_are_taken_in_one_push_and_known_in_the_next() {
    let [a, b, c] = <[RawChange; 3]>::try_from(changes(ACTOR)).expect("three");
    let items = [open_item(CUSTOMER), change_item(CUSTOMER, &a), change_item(CUSTOMER, &b), change_item(CUSTOMER, &c)];
    let mut facts = facts();
    assert_eq!(verdicts(&mut facts, &items), ["open", "append", "append", "append"]);
    assert_eq!(verdicts(&mut facts, &items), ["duplicate", "duplicate", "duplicate", "duplicate"]);
}

#[test]
fn an_item_that_nobody_can_read_harms_no_other() {
    let all = changes(ACTOR);
    let rubbish = vec![0xC1, 0xFF, 0x00];
    // A map with a name that a later version may bring.
    let unknown = rmp_serde::to_vec_named(&std::collections::BTreeMap::from([("teleport", 1)])).expect("written");
    let mut damaged = change_item(CUSTOMER, &all[1]);
    let last = damaged.len() - 1;
    damaged[last] ^= 0x55;
    let items = [rubbish, open_item(CUSTOMER), unknown, change_item(CUSTOMER, &all[0]), damaged, change_item(CUSTOMER, &all[1])];
    assert_eq!(verdicts(&mut facts(), &items), ["BadRequest", "open", "Unsupported", "append", "Corrupt", "append"]);
}

#[test]
fn a_gap_is_missing_and_a_number_used_twice_is_refused() {
    let all = changes(ACTOR);
    let items = [open_item(CUSTOMER), change_item(CUSTOMER, &all[0]), change_item(CUSTOMER, &all[2])];
    let mut facts = facts();
    assert_eq!(verdicts(&mut facts, &items), ["open", "append", "MissingDependency"]);

    let kind = Registry::maydan().get("customer").expect("known").clone();
    let mut copy = Document::create(&kind, CUSTOMER).expect("made");
    let other = copy.edit(ACTOR, Instant(1_000), None, &[Edit::set("name", "غيرها")]).expect("edited").change.expect("new");
    assert_eq!(verdicts(&mut facts, &[change_item(CUSTOMER, &other)]), ["DuplicateSequence"]);
}

#[test]
fn what_is_foreign_or_not_granted_is_refused() {
    let mine = changes(ACTOR);
    let theirs = changes(Actor(Uuid::from_u128(0xBAD)));
    let open = open_item(CUSTOMER);
    assert_eq!(verdicts(&mut facts(), &[open.clone(), change_item(CUSTOMER, &theirs[0])]), ["open", "ForeignActor"]);
    assert_eq!(verdicts(&mut facts(), &[change_item(CUSTOMER, &mine[0])]), ["NotFound"]);

    let mut reader = facts();
    reader.grants[0].level = Level::Read;
    reader.docs.insert(CUSTOMER, Doc { kind: "customer".into(), scope: TERRITORY, generation: 0 });
    assert_eq!(
        verdicts(&mut reader, &[open_item(RecordId(Uuid::from_u128(0xD))), change_item(CUSTOMER, &mine[0])]),
        ["Forbidden", "Forbidden"]
    );
}

#[test]
fn needs_name_all_that_a_judgement_asks_for() {
    let all = changes(ACTOR);
    let parsed = parse([open_item(CUSTOMER), change_item(CUSTOMER, &all[1])]);
    let needs = Needs::of(&parsed);
    assert_eq!(needs.docs, [CUSTOMER].into());
    assert_eq!(needs.changes, [(CUSTOMER, all[0].hash()), (CUSTOMER, all[1].hash())].into());
    assert_eq!(needs.branches.len(), 1);
    assert_eq!(needs.actors, [ACTOR].into());
}

/// A customer of somebody else as a device brings it back, with receipts for these of its changes.
fn relay(changes: &[RawChange], attested: &[&RawChange], scope: ScopeId) -> Vec<u8> {
    let receipt = |change: &&RawChange| {
        let of = Attested { doc: CUSTOMER, kind: "customer", parent: None, scope: TERRITORY, hash: change.hash() };
        (change.hash(), Plain.receipt(&of))
    };
    let relay = Relay {
        doc: CUSTOMER,
        kind: "customer".into(),
        parent: None,
        scope,
        changes: changes.iter().map(|change| change.bytes().to_vec().into()).collect(),
        receipts: attested.iter().map(receipt).collect(),
    };
    Item::Relay(Box::new(relay)).to_bytes().expect("written")
}

#[test]
fn a_colleagues_work_is_taken_back_as_far_as_receipts_prove_it() {
    let theirs = changes(Actor(Uuid::from_u128(0xBAD)));
    let whole = relay(&theirs, &[&theirs[2]], TERRITORY);
    let mut facts = facts();
    assert_eq!(verdicts(&mut facts, std::slice::from_ref(&whole)), ["relay true 3"], "a receipt stands for all before it");
    assert_eq!(verdicts(&mut facts, &[whole]), ["duplicate"]);

    let mut half = self::facts();
    assert_eq!(verdicts(&mut half, &[relay(&theirs, &[&theirs[1]], TERRITORY)]), ["relay true 2"], "and for nothing after it");
    assert_eq!(verdicts(&mut half, &[relay(&theirs, &[&theirs[2]], TERRITORY)]), ["relay false 1"]);
}

#[test]
fn without_a_receipt_for_exactly_this_nothing_is_taken() {
    let theirs = changes(Actor(Uuid::from_u128(0xBAD)));
    let unproven = relay(&theirs, &[], TERRITORY);
    let elsewhere = relay(&theirs, &[&theirs[2]], ScopeId(Uuid::from_u128(0x99)));
    let missing = relay(&theirs[..2], &[&theirs[2]], TERRITORY);
    let gap = relay(&theirs[1..], &[&theirs[2]], TERRITORY);
    assert_eq!(verdicts(&mut facts(), &[unproven, elsewhere, missing]), ["Forbidden", "Forbidden", "Forbidden"]);
    assert_eq!(verdicts(&mut facts(), &[gap]), ["relay true 0"], "what it was made on is not here");
}

#[test]
fn what_was_written_in_good_faith_is_judged_by_the_rights_of_then() {
    let [a, b, _] = <[RawChange; 3]>::try_from(changes(ACTOR)).expect("three");
    let elsewhere = ScopeId(Uuid::from_u128(0x99));
    let mut moved = facts();
    moved.docs.insert(CUSTOMER, Doc { kind: "customer".into(), scope: elsewhere, generation: 0 });
    assert_eq!(verdicts(&mut moved.clone(), &[change_item(CUSTOMER, &a)]), ["Forbidden"], "it is nowhere that she may write");
    let then = Earlier { grants: moved.grants.clone(), scopes: [(CUSTOMER, TERRITORY)].into() };
    moved.earlier.insert(7, then.clone());
    assert_eq!(verdicts(&mut moved, &[change_item(CUSTOMER, &a)]), ["append"], "it was in her territory");
    let note = |id: u128| {
        let (doc, parent) = (RecordId(Uuid::from_u128(id)), Some(CUSTOMER));
        Item::Open { doc, kind: "note".into(), parent, scope: TERRITORY }.to_bytes().expect("written")
    };
    assert_eq!(verdicts(&mut moved, &[note(0xD)]), ["open"]);
    assert_eq!(moved.docs[&RecordId(Uuid::from_u128(0xD))].scope, elsewhere, "where the customer is now");

    let in_it = changes_of(0xD, "note");
    assert_eq!(verdicts(&mut moved, &[change_item(RecordId(Uuid::from_u128(0xD)), &in_it)]), ["append"], "and what she wrote in it");
    // What does not follow a record is not judged by where one was.
    let stray = Item::Open { doc: RecordId(Uuid::from_u128(0xF)), kind: "customer".into(), parent: Some(CUSTOMER), scope: elsewhere };
    assert_eq!(verdicts(&mut moved, &[stray.to_bytes().expect("written")]), ["Forbidden"]);

    // Whoever had seen more than that wrote it knowing better.
    moved.earlier = [(6, then)].into();
    assert_eq!(verdicts(&mut moved, &[change_item(CUSTOMER, &b), note(0xE)]), ["Forbidden", "Forbidden"]);
}

#[test]
fn a_record_is_moved_by_who_manages_it_and_once() {
    let (to, reader) = (ScopeId(Uuid::from_u128(0x99)), ScopeId(Uuid::from_u128(0x98)));
    let mut facts = facts();
    facts.grants =
        [(TERRITORY, Level::Manage), (to, Level::Write), (reader, Level::Read)].map(|(scope, level)| Grant { scope, level }).into();
    for territory in [TERRITORY, to, reader] {
        facts.docs.insert(RecordId(territory.0), Doc { kind: "territory".into(), scope: ScopeId::COMPANY, generation: 0 });
    }
    facts.docs.insert(CUSTOMER, Doc { kind: "customer".into(), scope: TERRITORY, generation: 0 });
    let command = |id: u128, doc: RecordId, from: ScopeId, to: ScopeId| {
        let command = Command { id: Uuid::from_u128(id), doc, act: Act::Move { from, to } };
        Item::Command(command).to_bytes().expect("written")
    };
    let wrong = [
        command(1, CUSTOMER, TERRITORY, reader),
        command(2, CUSTOMER, TERRITORY, ScopeId(CUSTOMER.0)),
        command(3, RecordId(to.0), ScopeId::COMPANY, to),
        command(4, RecordId(Uuid::from_u128(0xD)), TERRITORY, to),
        command(5, CUSTOMER, to, to),
    ];
    assert_eq!(verdicts(&mut facts, &wrong[..4]), ["Forbidden", "InvalidValue", "InvalidValue", "NotFound"]);
    let there = command(6, CUSTOMER, TERRITORY, to);
    assert_eq!(verdicts(&mut facts, &[wrong[4].clone(), there.clone(), there.clone()]), ["WrongState", "move", "duplicate"]);
    assert_eq!(facts.docs[&CUSTOMER].scope, to);

    facts.grants[1].level = Level::Manage;
    let same = command(9, CUSTOMER, TERRITORY, to);
    assert_eq!(verdicts(&mut facts, &[same.clone(), same.clone()]), ["move", "duplicate"], "somebody else did the same");
    let back = command(7, CUSTOMER, to, TERRITORY);
    assert_eq!(
        verdicts(&mut facts, &[back, there, same]),
        ["move", "duplicate", "duplicate"],
        "sent again, it does not undo what came after it"
    );
    assert_eq!(facts.docs[&CUSTOMER].scope, TERRITORY);
    facts.earlier.insert(7, Earlier { grants: facts.grants.clone(), scopes: [].into() });
    facts.grants[0].level = Level::Write;
    assert_eq!(verdicts(&mut facts, &[command(8, CUSTOMER, TERRITORY, to)]), ["Forbidden"], "whatever she could do before");
}

#[test]
fn runs_say_what_was_seen_of_each_item() {
    let mut seen = Seen::default();
    for (position, seq) in [0, 0, 5, 5, 5, 0, 9].into_iter().enumerate() {
        seen.add(position, seq);
    }
    assert_eq!(seen.0, [(2, 5), (5, 0), (6, 9)]);
    assert_eq!([0, 1, 2, 4, 5, 6, 99].map(|position| seen.at(position)), [0, 0, 5, 5, 0, 9, 9]);
    seen.check(7).expect("one behind the other");
    let odd = [(Seen(vec![(0, 1), (0, 2)]), 2), (Seen(vec![(1, 1), (0, 2)]), 2), (Seen(vec![(2, 1)]), 2), (Seen(vec![(0, 1)]), 0)];
    assert!(odd.iter().all(|(seen, items)| seen.check(*items).is_err_and(|e| e.code == ErrorCode::BadRequest)));
}

/// A customer of three changes whose history was shortened, with a change since, the base first.
fn shortened() -> Vec<RawChange> {
    let kind = Registry::maydan().get("customer").expect("known").clone();
    let mut document = Document::create(&kind, CUSTOMER).expect("made");
    document.apply(changes(Actor(Uuid::from_u128(0xBAD)))).expect("applied");
    let mut short = document.shortened(Actor(Uuid::from_u128(0x5E)), 1 << 40).expect("shortened");
    short.edit(Actor(Uuid::from_u128(0xBAD)), Instant(2_000), None, &[Edit::set("city", "سبها")]).expect("edited");
    short.changes_since(&[]).into_iter().filter(|change| change.actor() != Actor::GENESIS).collect()
}

#[test]
fn a_later_generation_is_taken_back_whole_and_nothing_is_mixed_with_it() {
    let later = shortened();
    let whole = relay(&later, &[&later[1]], TERRITORY);
    assert_eq!(verdicts(&mut facts(), std::slice::from_ref(&whole)), ["relay true 2"], "the server has forgotten it");
    let bare = relay(&later[1..], &[&later[1]], TERRITORY);
    assert_eq!(verdicts(&mut facts(), &[bare]), ["Forbidden"], "without what it was shortened to it is nothing");

    let mut facts = facts();
    facts.docs.insert(CUSTOMER, Doc { kind: "customer".into(), scope: TERRITORY, generation: 0 });
    let mine = changes(ACTOR).remove(0);
    let items = [whole.clone(), whole, change_item(CUSTOMER, &mine)];
    assert_eq!(verdicts(&mut facts, &items), ["reconcile", "MissingDependency", "MissingDependency"]);
}

/// A server that was put back may not know yet who wrote what it was brought.
#[test]
fn what_a_shortened_history_stands_for_is_known_before_its_writer_is() {
    let stranger = Actor(Uuid::from_u128(0xBAD));
    let mut facts = facts();
    facts.docs.insert(CUSTOMER, Doc { kind: "customer".into(), scope: TERRITORY, generation: 1 << 40 });
    let theirs = changes(stranger);
    facts.branches.insert(branch(CUSTOMER, &theirs[0]), 2);
    let items = [&theirs[1], &theirs[2]].map(|change| change_item(CUSTOMER, change));
    assert_eq!(verdicts(&mut facts, &items), ["duplicate", "ForeignActor"]);
    facts.grants.clear();
    assert_eq!(verdicts(&mut facts, &items), ["ForeignActor", "ForeignActor"], "to others nothing is said of who wrote how much");
}

/// A change that says to stand for so many of its writer's own.
fn covering(document: &mut Document, newest: u64) -> RawChange {
    use automerge::transaction::Transactable;
    let mut auto = automerge::AutoCommit::load(&document.save()).expect("loaded");
    auto.set_actor(ACTOR.automerge_in(document.generation()));
    let key = format!("~covers/{}", ACTOR.0.simple());
    auto.put(automerge::ROOT, key, automerge::ScalarValue::Uint(newest)).expect("put");
    auto.commit();
    RawChange::from(auto.get_last_local_change().expect("there is one").clone())
}

#[test]
fn nobody_has_written_more_changes_than_can_be_counted() {
    let mut document = Document::create(Registry::maydan().get("customer").expect("known"), CUSTOMER).expect("made");
    document.apply(shortened()).expect("applied");
    let forged = covering(&mut document, u64::MAX);
    let honest = document.edit(ACTOR, Instant(3_000), None, &[Edit::set("phone", "0911234567")]).expect("edited").change.expect("new");
    let mut facts = facts();
    facts.docs.insert(CUSTOMER, Doc { kind: "customer".into(), scope: TERRITORY, generation: 1 << 40 });
    facts.changes = shortened().iter().map(|change| (CUSTOMER, change.hash())).collect();
    assert_eq!(verdicts(&mut facts, &[change_item(CUSTOMER, &forged)]), ["InvalidValue"]);
    assert_eq!(verdicts(&mut facts, &[change_item(CUSTOMER, &honest)]), ["append"]);
}

#[test]
fn what_somebody_has_done_again_is_not_done_once_more() {
    let later = shortened();
    let mut mine = {
        let mut document = Document::create(Registry::maydan().get("customer").expect("known"), CUSTOMER).expect("made");
        document.edit(ACTOR, Instant(3_000), None, &[Edit::set("phone", "0911234567")]).expect("edited");
        document
    };
    // Two databases hold it, and each does it again under an actor of its own.
    let [first, second] = [0xB1, 0xB2].map(|actor| {
        let mut document = Document::create(Registry::maydan().get("customer").expect("known"), CUSTOMER).expect("made");
        document.apply(later.clone()).expect("applied");
        document.carry_over(&mut mine, |_| Some(Actor(Uuid::from_u128(actor)))).expect("carried").changes.remove(0)
    });
    let mut facts = facts();
    facts.docs.insert(CUSTOMER, Doc { kind: "customer".into(), scope: TERRITORY, generation: 1 << 40 });
    facts.changes = later.iter().map(|change| (CUSTOMER, change.hash())).collect();
    facts.own.extend([0xB1, 0xB2].map(|actor| Actor(Uuid::from_u128(actor))));
    let items = [&first, &second].map(|change| change_item(CUSTOMER, change));
    let needs = Needs::of(&parse(&items));
    assert!(needs.actors.contains(&ACTOR), "whether it was hers to do again is looked up");
    assert_eq!(verdicts(&mut facts, &items), ["append", "StaleGeneration"]);
    facts.own.remove(&ACTOR);
    facts.branches.clear();
    facts.changes.remove(&(CUSTOMER, first.hash()));
    assert_eq!(verdicts(&mut facts, &items[..1]), ["Forbidden"]);
}
