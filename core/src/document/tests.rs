use super::*;
use crate::ErrorCode;
use crate::id::Actor;
use crate::record::{Registry, Value};
use crate::time::Instant;
use uuid::Uuid;

const AMAL: Actor = Actor(Uuid::from_u128(0xA));
const BASMA: Actor = Actor(Uuid::from_u128(0xB));
const NOW: Instant = Instant(1_760_000_000_000);

fn customer() -> Document {
    let kind = Registry::maydan().get("customer").expect("declared").clone();
    Document::create(&kind, RecordId(Uuid::from_u128(7))).expect("genesis")
}

fn set(document: &mut Document, actor: Actor, field: &str, value: impl Into<Value>) -> Written {
    document.edit(actor, NOW, None, &[Edit::set(field, value)]).expect("edited")
}

fn merge(into: &mut Document, from: &mut Document) {
    let changes = from.changes_since(&[]);
    into.apply(changes).expect("merged");
}

/// A changed hash here would make two app versions create two different geneses for one record.
#[test]
fn genesis_is_the_same_everywhere_and_for_ever() {
    let (mut one, mut two) = (customer(), customer());
    assert_eq!(one.heads(), two.heads());
    assert_eq!(one.heads()[0].to_string(), "e51eddd6eb725427ca61a10c1eb14cc2042dce3d919d60c76b33b9b46e8c2aa8");
}

#[test]
fn different_fields_edited_offline_both_survive() {
    let mut amal = customer();
    let mut basma = amal.clone();
    set(&mut amal, AMAL, "phone", "0912345678");
    set(&mut basma, BASMA, "city", "طرابلس");
    merge(&mut amal, &mut basma);
    merge(&mut basma, &mut amal);
    assert_eq!(amal.heads(), basma.heads());
    assert_eq!(amal.row(), basma.row());
    assert_eq!(amal.row()["phone"], Value::from("0912345678"));
    assert_eq!(amal.row()["city"], Value::from("طرابلس"));
    assert!(amal.conflicts().is_empty());
}

#[test]
fn the_same_field_edited_offline_keeps_both_values_until_one_is_chosen() {
    let mut amal = customer();
    let mut basma = amal.clone();
    set(&mut amal, AMAL, "name", "شركة النور");
    set(&mut basma, BASMA, "name", "النور للتجارة");
    merge(&mut amal, &mut basma);
    let conflicts = amal.conflicts();
    assert_eq!(conflicts.len(), 1);
    let kept: Vec<_> = conflicts[0].values.iter().filter_map(|v| v.value.as_text()).collect();
    assert!(kept.contains(&"شركة النور") && kept.contains(&"النور للتجارة"));
    assert_eq!(conflicts[0].values[0].value, amal.row()["name"], "the first value is the one shown");

    set(&mut amal, AMAL, "name", kept[0]);
    assert!(amal.conflicts().is_empty());
}

#[test]
fn concurrent_typing_in_one_text_interleaves() {
    let mut amal = customer();
    set(&mut amal, AMAL, "remarks", "زبون قديم.");
    let mut basma = amal.clone();
    set(&mut amal, AMAL, "remarks", "اتصلت به. زبون قديم.");
    set(&mut basma, BASMA, "remarks", "زبون قديم. يريد عرض سعر.");
    merge(&mut amal, &mut basma);
    assert_eq!(amal.row()["remarks"], Value::from("اتصلت به. زبون قديم. يريد عرض سعر."));
}

#[test]
fn a_form_opened_before_a_merge_does_not_revert_what_was_merged() {
    let mut amal = customer();
    set(&mut amal, AMAL, "remarks", "أ");
    let opened_at = amal.heads();
    let mut basma = amal.clone();
    set(&mut basma, BASMA, "remarks", "أ. من بسمة");
    merge(&mut amal, &mut basma);

    let first = amal.edit(AMAL, NOW, Some(&opened_at), &[Edit::set("remarks", "أمل: أ")]).expect("edited");
    amal.edit(AMAL, NOW, Some(&first.base), &[Edit::set("remarks", "أمل تقول: أ")]).expect("edited again");
    assert_eq!(amal.row()["remarks"], Value::from("أمل تقول: أ. من بسمة"));
}

#[test]
fn every_change_of_a_form_edited_at_old_heads_belongs_to_its_installation() {
    let mut amal = customer();
    let opened_at = amal.heads();
    set(&mut amal, AMAL, "name", "١");
    let written = amal.edit(AMAL, NOW, Some(&opened_at), &[Edit::set("phone", "0912345678")]).expect("edited");
    assert_eq!(written.change.expect("a change").actor(), AMAL);
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let mut amal = customer();
    set(&mut amal, AMAL, "name", "سالم");
    let before = amal.heads();
    assert!(set(&mut amal, AMAL, "name", "  سالم ").change.is_none());
    assert_eq!(amal.heads(), before);
}

#[test]
fn deletion_can_be_undone_and_loses_no_edit() {
    let mut amal = customer();
    set(&mut amal, AMAL, "name", "سالم");
    let mut basma = amal.clone();
    amal.edit(AMAL, NOW, None, &[Edit::Delete { deleted: true }]).expect("deleted");
    set(&mut basma, BASMA, "phone", "0912345678");
    merge(&mut amal, &mut basma);
    assert!(amal.view().deleted_at().is_some());
    amal.edit(AMAL, NOW, None, &[Edit::Delete { deleted: false }]).expect("restored");
    assert!(amal.view().deleted_at().is_none());
    assert_eq!(amal.row()["phone"], Value::from("0912345678"));
}

#[test]
fn tags_added_by_two_people_all_stay() {
    let mut amal = customer();
    let mut basma = amal.clone();
    set(&mut amal, AMAL, "tags", Value::Tags(vec!["جملة".into()]));
    set(&mut basma, BASMA, "tags", Value::Tags(vec!["نقدي".into()]));
    merge(&mut amal, &mut basma);
    assert_eq!(amal.row()["tags"], Value::Tags(vec!["جملة".into(), "نقدي".into()]));
    set(&mut amal, AMAL, "tags", Value::Tags(vec!["نقدي".into()]));
    assert_eq!(amal.row()["tags"], Value::Tags(vec!["نقدي".into()]));
}

#[test]
fn history_names_who_changed_which_field_from_what_to_what() {
    let mut amal = customer();
    set(&mut amal, AMAL, "name", "سالم");
    set(&mut amal, BASMA, "name", "سليم");
    let history = amal.history(10);
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].actor, BASMA);
    assert_eq!(history[0].fields, vec![FieldChange { field: "name".into(), before: "سالم".into(), after: "سليم".into() }]);
}

#[test]
fn values_that_do_not_fit_are_refused_and_change_nothing() {
    let mut amal = customer();
    let before = amal.heads();
    for (field, value, code) in [
        ("name", Value::from(""), ErrorCode::Required),
        ("name", Value::from(3), ErrorCode::InvalidValue),
        ("name", Value::from("س".repeat(2000)), ErrorCode::TooLarge),
        ("latitude", Value::from(f64::NAN), ErrorCode::InvalidValue),
        ("status", Value::from("gone"), ErrorCode::InvalidValue),
        ("owner", Value::from("nobody"), ErrorCode::BadRequest),
        ("nonsense", Value::from("x"), ErrorCode::UnknownField),
    ] {
        let refused = amal.edit(AMAL, NOW, None, &[Edit::set("phone", "0912345678"), Edit::set(field, value)]);
        assert_eq!(refused.expect_err(field).code, code, "{field}");
    }
    assert_eq!(amal.heads(), before);
}

#[test]
fn damaged_bytes_are_an_error_and_not_a_panic() {
    let mut amal = customer();
    let change = set(&mut amal, AMAL, "name", "سالم").change.expect("a change");
    let good = change.bytes().to_vec();
    for cut in 0..good.len() {
        assert!(decode_change(&good[..cut]).is_err(), "cut at {cut}");
    }
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x5A;
        assert!(decode_change(&bad).is_err(), "flipped at {at}");
    }
    assert_eq!(decode_change(&vec![0; MAX_CHANGE_BYTES + 1]).expect_err("too large").code, ErrorCode::TooLarge);
}

#[test]
fn a_document_reloads_from_its_snapshot_and_tail() {
    let mut amal = customer();
    set(&mut amal, AMAL, "name", "سالم");
    let snapshot = amal.save();
    let tail = set(&mut amal, AMAL, "city", "غريان").change.expect("a change");
    let mut loaded = Document::load(amal.kind(), amal.id(), Some(&snapshot), [tail.bytes()]).expect("loaded");
    assert_eq!(loaded.heads(), amal.heads());
    assert_eq!(loaded.row(), amal.row());
}

#[test]
fn a_deflated_change_is_read_and_one_that_grows_without_end_is_refused() {
    use std::io::Write;
    let mut amal = customer();
    let change = set(&mut amal, AMAL, "remarks", "ن".repeat(5_000)).change.expect("a change");
    let mut inner = change.into_inner();
    let deflated = inner.bytes().into_owned();
    assert!(deflated.len() < inner.raw_bytes().len());
    assert_eq!(decode_change(&deflated).expect("decoded").hash(), Hash::from(&inner.hash()));

    let mut bomb = deflated[..9].to_vec();
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![0; 64 << 20]).expect("deflated");
    let body = encoder.finish().expect("deflated");
    let mut length = body.len();
    while length >= 0x80 {
        bomb.push(u8::try_from(length & 0x7f).expect("7 bits") | 0x80);
        length >>= 7;
    }
    bomb.push(u8::try_from(length).expect("7 bits"));
    bomb.extend(body);
    assert_eq!(decode_change(&bomb).expect_err("refused").code, ErrorCode::TooLarge);
}

#[test]
fn the_genesis_is_no_head_that_anybody_wrote() {
    let mut document = customer();
    assert_eq!((document.heads().len(), document.written_heads()), (1, Vec::new()));
    let change = set(&mut document, AMAL, "name", "شركة النور").change.expect("new");
    assert_eq!(document.written_heads(), [change.hash()]);
    // What a newer version of the kind brings stands beside what was written.
    let newer = Arc::new(Kind { version: document.kind().version + 1, ..(**document.kind()).clone() });
    let mut newer = Document::load(&newer, document.id(), Some(&document.save()), []).expect("loaded");
    assert_eq!((newer.heads().len(), newer.written_heads()), (2, vec![change.hash()]));
    // Nor does it help to overwrite what the genesis wrote.
    newer.auto.set_actor(BASMA.automerge());
    automerge::transaction::Transactable::put(&mut newer.auto, automerge::ROOT, "version", 9).expect("put");
    newer.auto.commit();
    let heads = newer.heads();
    assert_eq!(newer.written_heads(), heads);
}

#[test]
fn changes_that_come_while_a_document_is_loaded_count_once_and_release_what_waits_for_them() {
    let mut document = customer();
    let changes: Vec<RawChange> = ["أ", "ب", "ج", "د"].map(|name| set(&mut document, AMAL, "name", name).change.expect("a change")).into();
    let kind = document.kind().clone();
    let mut before = Document::load(&kind, document.id(), None, [changes[0].bytes()]).expect("loaded");
    let snapshot = before.save();

    // In the snapshot, on the disk beside it, and on the disk without what it was made on.
    let tail = [changes[1].bytes(), changes[3].bytes()];
    let came = [0, 1, 2, 2, 3].map(|at: usize| changes[at].clone()).to_vec();
    let (mut loaded, fresh) = Document::load_with(&kind, document.id(), Some(&snapshot), tail, came).expect("loaded");
    assert_eq!(fresh.iter().map(RawChange::hash).collect::<Vec<_>>(), [changes[2].hash()]);
    assert_eq!(loaded.heads(), document.heads());
    assert_eq!(loaded.row()["name"], Value::from("د"));

    let mut other = customer();
    let clash = set(&mut other, AMAL, "name", "هـ").change.expect("a change");
    assert_eq!(
        Document::load_with(&kind, document.id(), Some(&snapshot), [], vec![clash]).expect_err("one number for two changes").code,
        ErrorCode::Corrupt
    );
}
