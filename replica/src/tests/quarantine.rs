//! What becomes of work that the server refuses: it is in no record any more, and not lost.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::pages::{answered, deliver, exchange};
use super::*;
use maydan_core::ErrorCode;
use maydan_core::sync::wire::{Item, Outcome};

pub(super) fn rejected(code: ErrorCode) -> Outcome {
    Outcome::Rejected { code, message: "as a test wants it".into() }
}

/// Has a batch answered, item by item.
pub(super) fn answer(replica: &mut Replica, outcome: impl Fn(usize, &Item) -> Outcome) {
    let batch = replica.batch().unwrap();
    let outcomes = batch.items.iter().enumerate().map(|(n, item)| outcome(n, item)).collect();
    replica.apply_outcomes(&batch, &answered(outcomes)).unwrap();
}

pub(super) fn refused(replica: &mut Replica) -> Vec<RefusedItem> {
    replica.list_refused(ListRefused { limit: 50 }).unwrap().items
}

#[test]
fn one_refused_change_is_put_by_and_the_ones_after_it_are_sent() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut amal, "شركة النور");
    exchange(&mut amal, &mut basma);
    set(&mut amal, id, "city", "طرابلس");
    set(&mut amal, id, "phone", "0912345678");
    set(&mut amal, id, "activity", "بقالة");
    let before = amal.actor();
    answer(&mut amal, |n, _| if n == 0 { rejected(ErrorCode::InvalidValue) } else { rejected(ErrorCode::MissingDependency) });

    let put_by = refused(&mut amal);
    assert_eq!((put_by.len(), put_by[0].id, put_by[0].code), (1, id, ErrorCode::InvalidValue));
    assert_eq!((put_by[0].title.as_str(), put_by[0].kind.as_str()), ("شركة النور", "customer"));
    let fields: Vec<_> = put_by[0].fields.iter().map(|f| (f.field.as_str(), f.after.clone())).collect();
    assert_eq!(fields, [("city", Value::from("طرابلس"))], "in words");
    assert_eq!(amal.counts().unwrap().refused, 1);
    let kept = row(&mut amal, id);
    assert!(!kept.contains_key("city"), "it is in the record no more");
    assert_eq!((&kept["phone"], &kept["activity"]), (&Value::from("0912345678"), &Value::from("بقالة")));
    assert_ne!(amal.actor(), before, "the numbers of the old one may be taken");

    deliver(&mut amal, &mut basma);
    assert_eq!(row(&mut basma, id)["phone"], Value::from("0912345678"));
    assert!(!row(&mut basma, id).contains_key("city"));
    assert_eq!(amal.fingerprint(Fingerprint {}).unwrap(), basma.fingerprint(Fingerprint {}).unwrap());
}

#[test]
fn a_number_that_was_given_twice_costs_nobody_any_work() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut amal, "شركة النور");
    exchange(&mut amal, &mut basma);
    set(&mut amal, id, "city", "طرابلس");
    set(&mut amal, id, "phone", "0912345678");
    answer(&mut amal, |_, _| rejected(ErrorCode::DuplicateSequence));
    assert!(refused(&mut amal).is_empty());
    deliver(&mut amal, &mut basma);
    let there = row(&mut basma, id);
    assert_eq!((&there["city"], &there["phone"]), (&Value::from("طرابلس"), &Value::from("0912345678")));
    assert_eq!(amal.fingerprint(Fingerprint {}).unwrap(), basma.fingerprint(Fingerprint {}).unwrap());
}

#[test]
fn a_record_that_is_refused_goes_whole_with_what_follows_it() {
    let mut amal = open(Place::Memory);
    let id = customer(&mut amal, "شركة النور");
    let note = create(&mut amal, "note", &[("customer", id.to_string().into()), ("body", "اتصلت به".into())]);
    let other = customer(&mut amal, "مخبز الأمل");
    answer(&mut amal, |_, item| {
        if item.doc() == other {
            Outcome::Duplicate
        } else if item.doc() == id {
            rejected(ErrorCode::Forbidden)
        } else {
            rejected(ErrorCode::NotFound)
        }
    });
    for gone in [id, note] {
        assert_eq!(amal.get_record(GetRecord { id: gone }).unwrap_err().code, ErrorCode::NotFound);
    }
    assert_eq!(found(&mut amal, "مخبز"), ["مخبز الأمل"]);
    assert_eq!(amal.counts().unwrap().pending, 0, "nothing waits for ever");
    let put_by = refused(&mut amal);
    assert_eq!(put_by.iter().map(|r| r.id).collect::<Vec<_>>(), [note, id]);
    assert!(put_by[0].fields.iter().any(|f| f.field == "body" && f.after == Value::from("اتصلت به")), "{:?}", put_by[0]);
}

#[test]
fn what_was_refused_can_be_tried_again_or_put_away() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut amal, "شركة النور");
    let note = create(&mut amal, "note", &[("customer", id.to_string().into()), ("body", "اتصلت به".into())]);
    answer(&mut amal, |_, _| rejected(ErrorCode::Forbidden));
    assert_eq!(amal.list_records(all("customer")).unwrap().total, 0);

    // An administrator has given her the territory back.
    let mut put_by = refused(&mut amal);
    put_by.reverse();
    for item in &put_by {
        amal.retry_refused(RetryRefused { n: item.n }).unwrap();
    }
    assert!(refused(&mut amal).is_empty());
    assert_eq!(row(&mut amal, note)["body"], Value::from("اتصلت به"));
    deliver(&mut amal, &mut basma);
    assert_eq!(row(&mut basma, id)["name"], Value::from("شركة النور"));

    set(&mut amal, id, "city", "طرابلس");
    answer(&mut amal, |_, _| rejected(ErrorCode::InvalidValue));
    let n = refused(&mut amal)[0].n;
    amal.dismiss_refused(DismissRefused { n }).unwrap();
    assert_eq!(amal.counts().unwrap(), crate::Counts::default());
}

#[test]
fn what_can_not_be_brought_back_stays_in_the_list() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut amal, "شركة النور");
    exchange(&mut amal, &mut basma);
    set(&mut amal, id, "city", "طرابلس");
    set(&mut amal, id, "city", "مصراتة");
    // Both are refused; the second was made on the first, which she puts away.
    answer(&mut amal, |_, _| rejected(ErrorCode::InvalidValue));
    let of = |amal: &mut Replica, city: &str| refused(amal).into_iter().find(|r| r.fields[0].after == Value::from(city)).unwrap().n;
    let first = of(&mut amal, "طرابلس");
    amal.dismiss_refused(DismissRefused { n: first }).unwrap();
    let second = of(&mut amal, "مصراتة");
    assert_eq!(amal.retry_refused(RetryRefused { n: second }).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(refused(&mut amal).len(), 1, "it is still there to be read");
    assert_eq!(amal.counts().unwrap().pending, 0, "and nothing waits for ever");
}

#[test]
fn a_form_that_was_open_meanwhile_is_saved_where_it_belongs() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut amal, "شركة النور");
    exchange(&mut amal, &mut basma);
    set(&mut amal, id, "city", "طرابلس");
    let base = set(&mut amal, id, "phone", "0912345678").base;
    answer(&mut amal, |n, _| if n == 0 { rejected(ErrorCode::InvalidValue) } else { rejected(ErrorCode::MissingDependency) });
    let edits = EditFields { base: Some(base), ..EditFields::now(id, vec![Edit::set("activity", "بقالة")]) };
    amal.edit_fields(edits).unwrap();
    let kept = row(&mut amal, id);
    assert_eq!((&kept["phone"], &kept["activity"]), (&Value::from("0912345678"), &Value::from("بقالة")));
}

#[test]
fn refused_work_is_in_the_file_of_unsent_work() {
    let mut amal = open(Place::Memory);
    let id = customer(&mut amal, "شركة النور");
    answer(&mut amal, |_, _| rejected(ErrorCode::Forbidden));
    let file = amal.export_unsent(ExportUnsent {}).unwrap();
    let mut elsewhere = open(Place::Memory);
    assert_eq!(elsewhere.import_unsent(file).unwrap().changes, 1);
    assert_eq!(row(&mut elsewhere, id)["name"], Value::from("شركة النور"));
}
