//! A kind that no code here knows, registered at run time, does everything that Maydan's own kinds do.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::pages::exchange;
use super::*;
use maydan_core::record::ScopeRule;
use maydan_core::{ErrorCode, Field, FieldType, Kind};

/// A cooler, a stand: what the company lends to a customer.
fn asset_kind() -> Kind {
    Kind::new("asset", ScopeRule::Parent("customer".into()))
        .field(Field::new("customer", FieldType::Link("customer".into())).with("required").with("filter"))
        .field(Field::new("title", FieldType::Line).with("required").with("search").with("sort"))
        .field(Field::new("condition", FieldType::Choice(vec!["good".into(), "broken".into()])).with("filter"))
        .field(Field::new("serial", FieldType::Line).with("search"))
        .field(Field::new("litres", FieldType::Integer).with("sort"))
        .field(Field::new("story", FieldType::Prose).with("search"))
        .field(Field::new("labels", FieldType::Tags).with("search"))
}

fn device(user: RecordId) -> Replica {
    open_with(OpenOptions { registry: Registry::maydan().with(asset_kind()), ..options(Place::Memory) }, user)
}

fn cooler(replica: &mut Replica, customer: RecordId, title: &str, litres: i64) -> RecordId {
    let pairs = [
        ("customer", Value::from(customer.to_string())),
        ("title", title.into()),
        ("condition", "good".into()),
        ("litres", litres.into()),
        ("story", "سُلّمت في مارس. ".into()),
    ];
    create(replica, "asset", &pairs)
}

fn titles(page: &RecordPage) -> Vec<&str> {
    page.lines.iter().map(|line| line.row["title"].as_text().unwrap()).collect()
}

#[test]
fn it_is_created_listed_filtered_sorted_and_searched() {
    let mut replica = device(AMAL);
    let customer = customer(&mut replica, "شركة النور");
    let large = cooler(&mut replica, customer, "ثلاجة كبيرة", 400);
    cooler(&mut replica, customer, "أرفف", 0);
    set(&mut replica, large, "condition", "broken");
    set(&mut replica, large, "labels", Value::Tags(vec!["مشروبات".into()]));

    let page = replica.list_records(all("asset")).unwrap();
    assert_eq!(titles(&page), ["أرفف", "ثلاجة كبيرة"]);
    assert_eq!(page.names[&customer], "شركة النور");
    let broken = Filter { field: "condition".into(), test: Test::Is("broken".into()) };
    assert_eq!(titles(&replica.list_records(ListRecords { filters: vec![broken], ..all("asset") }).unwrap()), ["ثلاجة كبيرة"]);
    let sort = Some(Sort { field: "litres".into(), descending: true });
    assert_eq!(titles(&replica.list_records(ListRecords { sort, ..all("asset") }).unwrap()), ["ثلاجة كبيرة", "أرفف"]);
    for typed in ["ثلاجه", "ثل", "مشروبات", "كبيره مشروبات"] {
        let page = replica.list_records(ListRecords { search: typed.into(), ..all("asset") }).unwrap();
        assert_eq!(titles(&page), ["ثلاجة كبيرة"], "{typed}");
    }
}

#[test]
fn its_rules_are_kept() {
    let mut replica = device(AMAL);
    let customer = customer(&mut replica, "شركة النور");
    let asset = cooler(&mut replica, customer, "ثلاجة", 100);
    let mut refused =
        |field: &str, value: Value| replica.edit_fields(EditFields::now(asset, vec![Edit::set(field, value)])).unwrap_err().code;
    assert_eq!(refused("title", "".into()), ErrorCode::Required);
    assert_eq!(refused("condition", "melted".into()), ErrorCode::InvalidValue);
    assert_eq!(refused("colour", "red".into()), ErrorCode::UnknownField);
    assert_eq!(refused("customer", RecordId(Uuid::from_u128(9)).to_string().into()), ErrorCode::Forbidden);
}

#[test]
fn two_devices_edit_one_offline_and_both_keep_everything() {
    let (mut amal, mut basma) = (device(AMAL), device(BASMA));
    let customer = customer(&mut amal, "شركة النور");
    let asset = cooler(&mut amal, customer, "ثلاجة", 100);
    exchange(&mut amal, &mut basma);

    set(&mut amal, asset, "serial", "SN-1");
    set(&mut basma, asset, "litres", Value::Int(120));
    set(&mut amal, asset, "condition", "broken");
    set(&mut basma, asset, "title", "ثلاجة عرض");
    set(&mut amal, asset, "title", "ثلاجة مشروبات");
    let typed = |at: usize, insert: &str| vec![Edit::Splice { field: "story".into(), at, delete: 0, insert: insert.into() }];
    amal.edit_fields(EditFields::now(asset, typed(0, "قديمة. "))).unwrap();
    basma.edit_fields(EditFields::now(asset, typed(usize::MAX, "تحتاج صيانة."))).unwrap();
    exchange(&mut amal, &mut basma);

    for replica in [&mut amal, &mut basma] {
        let record = replica.get_record(GetRecord { id: asset }).unwrap();
        assert_eq!(record.row["serial"], Value::from("SN-1"));
        assert_eq!(record.row["litres"], Value::Int(120));
        assert_eq!(record.row["condition"], Value::from("broken"));
        assert_eq!(record.row["story"], Value::from("قديمة. سُلّمت في مارس. تحتاج صيانة."));
        let kept: Vec<_> = record.conflicts.iter().flat_map(|c| &c.values).map(|v| v.value.clone()).collect();
        assert!(kept.contains(&"ثلاجة عرض".into()) && kept.contains(&"ثلاجة مشروبات".into()), "{kept:?}");
        assert_eq!(replica.list_conflicts(ListConflicts {}).unwrap().records.len(), 1);
    }
    assert_eq!(amal.fingerprint(Fingerprint {}).unwrap(), basma.fingerprint(Fingerprint {}).unwrap());

    set(&mut amal, asset, "title", "ثلاجة عرض");
    exchange(&mut amal, &mut basma);
    assert!(basma.list_conflicts(ListConflicts {}).unwrap().records.is_empty(), "choosing settles it for everybody");
    assert_eq!(row(&mut basma, asset)["title"], Value::from("ثلاجة عرض"));
}

#[test]
fn its_changes_wait_on_a_device_that_does_not_know_it_yet() {
    let folder = tempfile::tempdir().unwrap();
    let mut amal = device(AMAL);
    let customer = customer(&mut amal, "شركة النور");
    let asset = cooler(&mut amal, customer, "ثلاجة", 100);
    let mut old = open_with(options(file(&folder)), BASMA);
    exchange(&mut amal, &mut old);
    set(&mut amal, asset, "serial", "SN-1");
    exchange(&mut amal, &mut old);
    assert_eq!(old.list_records(all("asset")).unwrap_err().code, ErrorCode::UnknownKind);
    assert_eq!(found(&mut old, "نور"), ["شركة النور"], "what is known is shown");
    drop(old);

    let mut updated = open_with(OpenOptions { registry: Registry::maydan().with(asset_kind()), ..options(file(&folder)) }, BASMA);
    let page = updated.list_records(all("asset")).unwrap();
    assert_eq!(titles(&page), ["ثلاجة"]);
    assert_eq!(row(&mut updated, asset)["serial"], Value::from("SN-1"));
}
