//! Projections are only ever a copy: built again by command or because a declaration changed, they are the same.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use maydan_core::{Field, FieldType, Kind};

/// Records of several kinds, one deleted, one with a long history.
fn fill(replica: &mut Replica) -> RecordId {
    let first = customer(replica, "شركة النور");
    for n in 0..30 {
        let other = customer(replica, &format!("زبون {n}"));
        create(replica, "note", &[("customer", other.to_string().into()), ("body", format!("ملاحظة {n}").into())]);
        set(replica, first, "remarks", format!("كتب {n} مرة"));
    }
    let gone = customer(replica, "أغلق");
    replica.delete_record(DeleteRecord { id: gone }).unwrap();
    first
}

fn state(replica: &mut Replica) -> (ReplicaFingerprint, u32, u32, Vec<String>) {
    let customers = replica.list_records(all("customer")).unwrap().total;
    let notes = replica.list_records(all("note")).unwrap().total;
    (replica.fingerprint(Fingerprint {}).unwrap(), customers, notes, found(replica, "زبون 2"))
}

#[test]
fn rebuilding_by_command_makes_the_same() {
    let mut replica = open(Place::Memory);
    fill(&mut replica);
    let before = state(&mut replica);
    assert_eq!((before.1, before.2), (31, 30));
    let db = replica.connection();
    db.execute_batch(
        "INSERT INTO f_customer (f_customer) VALUES ('delete-all'); UPDATE r_customer SET name = 'x', k_name = 'x'; DELETE FROM r_note",
    )
    .unwrap();
    assert_ne!(state(&mut replica), before);
    replica.rebuild_projections(RebuildProjections {}).unwrap();
    assert_eq!(state(&mut replica), before);
}

/// The registry of an app in which customers also have a rating and, since version 2, a story.
pub(super) fn wider() -> Registry {
    let registry = Registry::maydan();
    let mut customer = Kind::clone(registry.get("customer").unwrap());
    customer.version = 2;
    customer.fields.push(Field::new("rating", FieldType::Integer).with("sort").with("filter").since(2));
    customer.fields.push(Field::new("story", FieldType::Prose).with("search").since(2));
    registry.with(customer)
}

#[test]
fn a_changed_declaration_rebuilds_its_projection_on_opening() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    let first = fill(&mut replica);
    let before = state(&mut replica);
    drop(replica);

    let mut replica = Replica::open(OpenOptions { registry: wider(), ..options(file(&folder)) }).unwrap();
    let after = state(&mut replica);
    assert_eq!((&after.0.projections, after.1, after.2, &after.3), (&before.0.projections, before.1, before.2, &before.3));
    set(&mut replica, first, "rating", Value::Int(5));
    set(&mut replica, first, "story", "بدأت بدكان صغير");
    assert_eq!(found(&mut replica, "دكان"), ["شركة النور"]);
    let rated = Filter { field: "rating".into(), test: Test::AtLeast(Value::Int(4)) };
    assert_eq!(replica.list_records(ListRecords { filters: vec![rated.clone()], ..all("customer") }).unwrap().total, 1);
    let wide = state(&mut replica);
    drop(replica);

    let mut replica = Replica::open(OpenOptions { registry: wider(), ..options(file(&folder)) }).unwrap();
    assert_eq!(state(&mut replica), wide, "opening again builds nothing new");
    assert_eq!(row(&mut replica, first)["story"], Value::from("بدأت بدكان صغير"));
    drop(replica);

    let mut replica = Replica::open(options(file(&folder))).unwrap();
    assert_eq!(state(&mut replica).0.projections, before.0.projections, "an older app shows what it knows");
    let refused = replica.list_records(ListRecords { filters: vec![rated], ..all("customer") }).unwrap_err();
    assert_eq!(refused.code, maydan_core::ErrorCode::UnknownField);
}

#[test]
fn a_rebuild_that_was_cut_off_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    fill(&mut replica);
    let before = state(&mut replica);
    // What a crash in the middle of a rebuild leaves: an empty table and no fingerprint.
    let db = replica.connection();
    db.execute_batch("DELETE FROM r_customer; UPDATE projection SET fingerprint = 0, live = 0 WHERE kind = 'customer'").unwrap();
    drop(replica);
    let mut replica = Replica::open(options(file(&folder))).unwrap();
    assert_eq!(state(&mut replica), before);
}
