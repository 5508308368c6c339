//! Lists and search: Arabic as people type it, deletion, import.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[test]
fn customers_are_found_however_their_names_are_typed() {
    let mut replica = open(Place::Memory);
    customer(&mut replica, "أحمد الصغير");
    customer(&mut replica, "فاطمة الزهراء");
    customer(&mut replica, "شركة النور");
    create(&mut replica, "customer", &[("name", "مخبز القدس".into()), ("phone", "+218 91-2345678".into())]);
    for (typed, expected) in [
        ("احمد", "أحمد الصغير"),
        ("أحمد", "أحمد الصغير"),
        ("فاطمه", "فاطمة الزهراء"),
        ("فَاطِمَة", "فاطمة الزهراء"),
        ("نور", "شركة النور"),
        ("النور شركه", "شركة النور"),
        ("0912", "مخبز القدس"),
        ("٠٩١٢٣٤", "مخبز القدس"),
        ("۰۹۱۲", "مخبز القدس"),
        ("218912345678", "مخبز القدس"),
        ("ف", "فاطمة الزهراء"),
        ("نو", "شركة النور"),
        ("قد", "مخبز القدس"),
        ("09", "مخبز القدس"),
        ("مخبز ق", "مخبز القدس"),
    ] {
        assert_eq!(found(&mut replica, typed), [expected], "{typed}");
    }
    for nobody in ["نار", "سليم", "\"", "*", "نور OR", "0999"] {
        assert!(found(&mut replica, nobody).is_empty(), "{nobody}");
    }
}

#[test]
fn what_was_typed_exactly_comes_before_other_spellings() {
    let mut replica = open(Place::Memory);
    for name in ["محل أحمد", "أحمد", "احمد", "أحمد سالم"] {
        customer(&mut replica, name);
    }
    assert_eq!(found(&mut replica, "احمد")[..2], ["احمد", "أحمد"]);
    assert_eq!(found(&mut replica, "أحمد"), ["أحمد", "احمد", "أحمد سالم", "محل أحمد"]);
}

#[test]
fn names_are_sorted_as_one_alphabet() {
    let mut replica = open(Place::Memory);
    for name in ["باسم", "أحمد", "إبراهيم", "احلام"] {
        customer(&mut replica, name);
    }
    let page = replica.list_records(all("customer")).unwrap();
    let names: Vec<_> = page.lines.iter().map(|l| l.row["name"].as_text().unwrap()).collect();
    assert_eq!(names, ["إبراهيم", "احلام", "أحمد", "باسم"]);
    let sort = Some(Sort { field: "name".into(), descending: true });
    let turned = replica.list_records(ListRecords { sort, offset: 1, limit: 2, ..all("customer") }).unwrap();
    let names: Vec<_> = turned.lines.iter().map(|l| l.row["name"].as_text().unwrap()).collect();
    assert_eq!((turned.total, names), (4, vec!["أحمد", "احلام"]));
}

#[test]
fn a_deleted_record_leaves_lists_and_search_and_comes_back() {
    let mut replica = open(Place::Memory);
    let id = customer(&mut replica, "شركة النور");
    customer(&mut replica, "مخبز الأمل");
    replica.delete_record(DeleteRecord { id }).unwrap();
    assert_eq!(replica.list_records(all("customer")).unwrap().total, 1);
    assert!(found(&mut replica, "نور").is_empty());
    assert!(row(&mut replica, id).contains_key("deleted_at"), "it is marked, not gone");
    assert!(!replica.delete_record(DeleteRecord { id }).unwrap().changed, "deleting twice deletes once");

    replica.restore_record(RestoreRecord { id }).unwrap();
    assert_eq!(replica.list_records(all("customer")).unwrap().total, 2);
    assert_eq!(found(&mut replica, "نور"), ["شركة النور"]);
}

#[test]
fn filters_are_combined_and_counted() {
    let mut replica = open(Place::Memory);
    for (name, city, activity) in [("أ", "طرابلس", "بقالة"), ("ب", "طرابلس", "مخبز"), ("ج", "مصراتة", "بقالة"), ("د", "", "بقالة")]
    {
        create(&mut replica, "customer", &[("name", name.into()), ("city", city.into()), ("activity", activity.into())]);
    }
    let mut names = |filters: Vec<Filter>| {
        let page = replica.list_records(ListRecords { filters, ..all("customer") }).unwrap();
        assert_eq!(usize::try_from(page.total).unwrap(), page.lines.len());
        page.lines.iter().map(|l| l.row["name"].as_text().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let filter = |field: &str, test: Test| Filter { field: field.into(), test };
    let grocery = || filter("activity", Test::Is("بقالة".into()));
    assert_eq!(names(vec![grocery()]), ["أ", "ج", "د"]);
    assert_eq!(names(vec![grocery(), filter("city", Test::Is("طرابلس".into()))]), ["أ"]);
    assert_eq!(names(vec![filter("city", Test::OneOf(vec!["طرابلس".into(), "مصراتة".into()]))]), ["أ", "ب", "ج"]);
    assert_eq!(names(vec![filter("city", Test::Empty)]), ["د"]);
    let refused = replica.list_records(ListRecords { filters: vec![filter("phone", Test::Empty)], ..all("customer") }).unwrap_err();
    assert_eq!(refused.code, maydan_core::ErrorCode::UnknownField);
}

#[test]
fn importing_a_file_twice_makes_each_customer_once() {
    let mut replica = open(Place::Memory);
    let table = "المعرف,الاسم,المدينة,الهاتف\n1,شركة النور,طرابلس,0912345678\n2,مخبز الأمل,مصراتة,\n3,,طرابلس,\n";
    let import = |replica: &mut Replica, table: &str| {
        replica.import_rows(ImportRows { file: STANDARD.encode(table), layout: None, scope: None }).unwrap()
    };
    let first = import(&mut replica, table);
    assert_eq!((first.rows, first.created, first.unchanged, first.updated), (3, 2, 0, 0));
    assert_eq!(first.errors.iter().map(|e| (e.line, e.code)).collect::<Vec<_>>(), [(4, maydan_core::ErrorCode::Required)]);

    let again = import(&mut replica, table);
    assert_eq!((again.rows, again.created, again.unchanged, again.updated), (3, 0, 2, 0));
    let mended = import(&mut replica, &table.replace("مصراتة", "زليتن"));
    assert_eq!((mended.created, mended.unchanged, mended.updated), (0, 1, 1));
    assert_eq!(replica.list_records(all("customer")).unwrap().total, 2);
    assert_eq!(found(&mut replica, "زليتن"), ["مخبز الأمل"]);
    assert_eq!(found(&mut replica, "0912"), ["شركة النور"]);
}

#[test]
fn a_filter_offers_every_value_that_stands_somewhere() {
    let mut replica = open(Place::Memory);
    for (name, city) in [("أ", "مصراتة"), ("ب", "طرابلس"), ("ج", "طرابلس"), ("د", "")] {
        create(&mut replica, "customer", &[("name", name.into()), ("city", city.into())]);
    }
    let gone = create(&mut replica, "customer", &[("name", "هـ".into()), ("city", "سبها".into())]);
    replica.delete_record(DeleteRecord { id: gone }).unwrap();
    let mut values = |field: &str, limit| replica.field_values(FieldValues { kind: "customer".into(), field: field.into(), limit });
    assert_eq!(values("city", 10).unwrap().values, [Value::from("طرابلس"), Value::from("مصراتة")]);
    assert_eq!(values("city", 1).unwrap().values, [Value::from("طرابلس")]);
    assert_eq!(values("remarks", 1).unwrap_err().code, maydan_core::ErrorCode::UnknownField);
}
