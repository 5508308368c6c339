//! Histories that are shortened, and work that is done again on them.

use super::*;
use crate::document::{Appendix, Edit};
use crate::id::RecordId;
use crate::record::{Registry, Value as Field};
use uuid::Uuid;

const AMAL: Actor = Actor(Uuid::from_u128(0xA));
const BASMA: Actor = Actor(Uuid::from_u128(0xB));
const SERVER: Actor = Actor(Uuid::from_u128(0x5E));
const LATER: u64 = 1_800_000_000_000 << 10;

fn document(kind: &str) -> Document {
    Document::create(Registry::maydan().get(kind).expect("known"), RecordId(Uuid::from_u128(0xC))).expect("made")
}

fn edit(document: &mut Document, actor: Actor, edits: &[Edit]) -> RawChange {
    document.edit(actor, Instant(5_000), None, edits).expect("edited").change.expect("new")
}

/// A customer whose history was shortened.
fn shortened() -> Document {
    let mut long = document("customer");
    edit(&mut long, AMAL, &[Edit::set("city", "سرت")]);
    long.shortened(SERVER, LATER).expect("shortened")
}

fn insert(at: usize, text: &str) -> Edit {
    Edit::Splice { field: "body".into(), at, delete: 0, insert: text.into() }
}

#[test]
fn a_shortened_document_says_the_same_in_less() {
    let mut long = document("customer");
    for n in 0..200 {
        edit(&mut long, AMAL, &[Edit::set("city", format!("مدينة {n}")), Edit::set("tags", Field::Tags(vec![format!("وسم {n}")]))]);
    }
    let last = edit(&mut long, BASMA, &[Edit::set("name", "شركة النور"), Edit::Delete { deleted: true }]);
    let mut short = long.shortened(SERVER, LATER).expect("shortened");
    assert_eq!(short.row(), long.row());
    assert_eq!((short.generation(), long.generation()), (LATER, 0));
    assert!(short.covers(&last) && short.history(9)[0].is_base && !long.history(9)[0].is_base);
    let written: Vec<RawChange> = short.changes_since(&[]).into_iter().filter(|change| change.actor() != Actor::GENESIS).collect();
    assert_eq!((written.len(), long.changes_since(&[]).len()), (1, 202));
    assert!(written[0].is_base() && written[0].actor() == SERVER && written[0].generation() == LATER);

    let next = edit(&mut short, AMAL, &[Edit::set("city", "سبها")]);
    assert_eq!((next.generation(), next.actor(), next.sequence()), (LATER, AMAL, 1), "she counts from 1 again");
    assert!(!short.covers(&next));
}

#[test]
fn a_form_that_was_opened_before_is_of_the_generation_too() {
    let mut short = shortened();
    let opened = short.heads();
    edit(&mut short, BASMA, &[Edit::set("city", "سبها")]);
    let change = short.edit(AMAL, Instant(6_000), Some(&opened), &[Edit::set("city", "مصراتة")]).expect("edited").change.expect("new");
    assert_eq!((change.generation(), change.actor()), (LATER, AMAL));
    assert_eq!(short.conflicts().len(), 1);
}

#[test]
fn what_hangs_on_its_history_is_not_shortened() {
    let refused = |document: &mut Document| document.shortened(SERVER, LATER).expect_err("refused").code;
    let mut visit = document("visit");
    visit.append(AMAL, Instant(1_000), "events", "e1", Appendix::Event("{}")).expect("appended");
    assert_eq!(refused(&mut visit), ErrorCode::WrongState);

    let mut clash = document("customer");
    let mut theirs = clash.clone();
    edit(&mut clash, AMAL, &[Edit::set("city", "طرابلس")]);
    let theirs = edit(&mut theirs, BASMA, &[Edit::set("city", "بنغازي")]);
    clash.apply([theirs]).expect("merged");
    assert_eq!(refused(&mut clash), ErrorCode::WrongState);
}

#[test]
fn unsent_work_is_done_again_once_and_covered_work_is_not() {
    let mut before = document("note");
    edit(&mut before, AMAL, &[Edit::set("body", "زبون قديم.")]);
    let mut short = before.shortened(SERVER, LATER).expect("shortened");
    // Written without signal, on what stood there before: one after the other.
    edit(&mut before, AMAL, &[insert(usize::MAX, " يريد عرضا.")]);
    edit(&mut before, AMAL, &[insert(0, "مهم: ")]);
    let carried = short.carry_over(&mut before, |change| Some(change.actor())).expect("carried");
    assert_eq!(carried.changes.len(), 2);
    assert!(carried.changes.iter().all(|change| change.generation() == LATER && change.actor() == AMAL));
    assert_eq!(short.row()["body"], Field::from("مهم: زبون قديم. يريد عرضا."));
    let again = short.carry_over(&mut before, |change| Some(change.actor())).expect("carried");
    assert!(again.changes.is_empty(), "what does it again says so");
}

#[test]
fn what_a_colleague_changed_meanwhile_is_not_overwritten() {
    let mut before = document("customer");
    edit(&mut before, AMAL, &[Edit::set("name", "شركة النور"), Edit::set("city", "سرت")]);
    let mut mine = before.clone();
    edit(&mut before, BASMA, &[Edit::set("city", "بنغازي")]);
    let mut short = before.shortened(SERVER, LATER).expect("shortened");
    edit(&mut mine, AMAL, &[Edit::set("city", "طرابلس"), Edit::set("phone", "0911234567")]);
    edit(&mut mine, AMAL, &[Edit::set("city", "طرابلس الغرب")]);
    short.carry_over(&mut mine, |change| (change.actor() == AMAL).then_some(AMAL)).expect("carried");
    let conflicts = short.conflicts();
    let mut values: Vec<_> = conflicts[0].values.iter().filter_map(|value| value.value.as_text()).collect();
    values.sort_unstable();
    assert_eq!((conflicts.len(), values), (1, vec!["بنغازي", "طرابلس الغرب"]), "her newest word beside the colleague's");
    assert!(!short.row()["phone"].is_empty());
}

#[test]
fn what_only_a_lost_base_knew_stands_beside_the_other() {
    let mut before = document("note");
    edit(&mut before, AMAL, &[Edit::set("body", "أول.")]);
    let restored = before.clone();
    edit(&mut before, AMAL, &[insert(usize::MAX, " ثان.")]);
    let mut lost = before.shortened(SERVER, LATER).expect("shortened");
    let mut later = restored.clone().shortened(SERVER, LATER + 1).expect("shortened");
    later.carry_over(&mut lost, |change| Some(change.actor())).expect("carried");
    assert_eq!(later.row()["body"], Field::from("أول. ثان.أول."), "a person cleans up; nothing is lost");
    assert!(later.carry_over(&mut before, |change| Some(change.actor())).expect("carried").changes.is_empty());
}

#[test]
fn what_anybody_has_said_of_others_work_before_counts_for_nothing() {
    let mut document = document("customer");
    let branch = AMAL.automerge();
    document.auto.set_actor(BASMA.automerge());
    document.auto.put(ROOT, covers_key(branch.to_bytes()), ScalarValue::Uint(99)).expect("put");
    document.auto.commit();
    let mut hers = document.clone();
    let unsent = edit(&mut hers, AMAL, &[Edit::set("city", "سبها")]);
    let short = document.shortened(SERVER, LATER).expect("shortened");
    assert!(!short.covers(&unsent));
}

#[test]
fn nobody_but_its_writer_says_that_work_was_done_again() {
    let mut short = shortened();
    let is_own = |branch: &[u8]| Actor::from(&automerge::ActorId::from(branch)) == BASMA;
    let mut written = |key: String, value: Option<ScalarValue>| {
        short.auto.set_actor(BASMA.automerge_in(LATER));
        match value {
            Some(value) => short.auto.put(ROOT, key, value).expect("put"),
            None => short.auto.delete(ROOT, key).expect("deleted"),
        }
        let hash = short.auto.commit().expect("new");
        RawChange::from(short.auto.get_change_by_hash(&hash).expect("here")).covers_only(is_own)
    };
    let of = |actor: Actor| covers_key(actor.automerge().to_bytes());
    assert!(written("city".into(), Some("سبها".into())));
    assert!(written(of(BASMA), Some(ScalarValue::Uint(3))));
    for (key, value) in [
        (of(AMAL), Some(ScalarValue::Uint(99))),
        (of(AMAL), Some(ScalarValue::Int(99))),
        (of(AMAL), None),
        (GENERATION.into(), None),
        (GENERATION.into(), Some(ScalarValue::Uint(7))),
        ("~covers/zz".into(), Some(ScalarValue::Uint(7))),
    ] {
        assert!(!written(key.clone(), value.clone()), "{key} {value:?}");
    }
}

#[test]
fn nobody_makes_a_document_later_by_a_value() {
    let mut document = document("customer");
    document.auto.set_actor(AMAL.automerge());
    document.auto.put(ROOT, GENERATION, ScalarValue::Uint(LATER)).expect("put");
    document.auto.commit();
    assert_eq!(document.generation(), 0);
    assert_eq!(edit(&mut document, AMAL, &[Edit::set("city", "سبها")]).generation(), 0);
}
