//! A save is one transaction on the disk; memory stays bounded; nothing is lost by folding changes together.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use maydan_core::Day;
use maydan_core::domain::geo::{Fix, Point};
use rusqlite::Connection;
use std::path::Path;

/// Bytes of the header of a write-ahead log.
const LOG_HEADER: usize = 32;
/// Bytes of each of its frames before the page.
const FRAME_HEADER: usize = 24;

/// Commits in a write-ahead log: the frames that say how large the database is after them.
fn commits(log: &Path) -> usize {
    let bytes = std::fs::read(log).unwrap();
    let page = usize::try_from(u32::from_be_bytes(bytes[8..12].try_into().unwrap())).unwrap();
    let salt = &bytes[16..24];
    bytes[LOG_HEADER..].chunks_exact(FRAME_HEADER + page).filter(|frame| frame[4..8] != [0; 4] && &frame[8..16] == salt).count()
}

fn empty_log(replica: &Replica) {
    replica.connection().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

#[test]
fn every_save_is_one_commit_that_waits_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    assert_eq!(number(&replica, "PRAGMA synchronous"), 2, "FULL");
    let log: String = replica.connection().query_row("PRAGMA journal_mode", [], |r| r.get(0)).unwrap();
    assert_eq!(log, "wal");

    let id = customer(&mut replica, "شركة النور");
    let day: Day = "2026-11-21".parse().unwrap();
    let saves: [(&str, &dyn Fn(&mut Replica)); 6] = [
        ("create", &|r| {
            customer(r, "مخبز الأمل");
        }),
        ("edit", &|r| drop(set(r, id, "city", "طرابلس"))),
        ("delete", &|r| drop(r.delete_record(DeleteRecord { id }).unwrap())),
        ("restore", &|r| drop(r.restore_record(RestoreRecord { id }).unwrap())),
        ("plan", &|r| drop(r.plan_visit(PlanVisit { visit: None, customer: id, day, position: None, reason: "عرض".into() }).unwrap())),
        ("check in", &|r| drop(r.check_in(CheckIn { visit: None, customer: id, fix: None, reason: None }).unwrap())),
    ];
    for (what, save) in saves {
        empty_log(&replica);
        save(&mut replica);
        assert_eq!(commits(&folder.path().join("replica.db-wal")), 1, "{what}");
    }
}

#[test]
fn a_hello_that_says_nothing_new_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    let answer = damage::answer(&replica);
    damage::apply_hello(&mut replica, &answer);
    empty_log(&replica);
    damage::apply_hello(&mut replica, &answer);
    assert_eq!(std::fs::metadata(folder.path().join("replica.db-wal")).unwrap().len(), 0, "the disk was waited for");
}

#[test]
fn a_row_of_which_only_a_part_changes_is_found_by_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    let id = customer(&mut replica, "شركة النور");
    set(&mut replica, id, "phone", "0912345678");
    set(&mut replica, id, "status", "archived");
    assert_eq!(found(&mut replica, "النور"), ["شركة النور"]);
    assert_eq!(found(&mut replica, "0912345678"), ["شركة النور"]);

    set(&mut replica, id, "phone", "0925555555");
    assert_eq!(found(&mut replica, "0912345678"), [""; 0], "by what it was called");
    assert_eq!(found(&mut replica, "0925555555"), ["شركة النور"]);
    set(&mut replica, id, "name", "شركة الهدى");
    assert_eq!(found(&mut replica, "النور"), [""; 0]);
    assert_eq!(found(&mut replica, "ال"), ["شركة الهدى"], "by its first letters");

    let archived = Filter { field: "status".into(), test: Test::Is("archived".into()) };
    let listed = |replica: &mut Replica| {
        let by_name = replica.list_records(ListRecords { filters: vec![archived.clone()], ..all("customer") }).unwrap();
        (by_name.total, by_name.lines.iter().map(|line| line.row["name"].as_text().unwrap().to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(listed(&mut replica), (1, vec!["شركة الهدى".to_owned()]));
    replica.delete_record(DeleteRecord { id }).unwrap();
    assert_eq!(replica.list_records(all("customer")).unwrap().total, 0, "what is deleted is not counted");
    replica.restore_record(RestoreRecord { id }).unwrap();
    assert_eq!(listed(&mut replica), (1, vec!["شركة الهدى".to_owned()]));
    assert_eq!(replica.list_records(all("customer")).unwrap().total, 1);
}

#[test]
fn what_does_not_change_of_a_row_is_not_written() {
    let mut replica = open(Place::Memory);
    let id = customer(&mut replica, "شركة النور");
    set(&mut replica, id, "name", "شركة الهدى");
    let mut rows_written = |field: &str, value: &str| {
        let before = replica.connection().total_changes();
        set(&mut replica, id, field, value);
        replica.connection().total_changes() - before
    };
    let (unsearched, searched) = (rows_written("status", "archived"), rows_written("name", "شركة النور"));
    assert!(unsearched < searched, "{unsearched} rows for what is not searched, {searched} for what is");
}

#[test]
fn a_save_brings_change_document_projection_search_and_outbox_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    let beside = Connection::open(folder.path().join("replica.db")).unwrap();
    let seen = || -> Vec<i64> {
        ["change", "document", "r_customer", "f_customer_docsize", "p_customer_docsize", "outbox"]
            .iter()
            .map(|table| beside.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0)).unwrap())
            .collect()
    };
    assert_eq!(seen(), [0, 0, 0, 0, 0, 0]);
    customer(&mut replica, "شركة النور");
    // Two changes: the genesis and the first edit. Two items: the one that opens the document and the edit.
    assert_eq!(seen(), [2, 1, 1, 1, 1, 2]);
    assert_eq!(number(&replica, "SELECT pending FROM document"), 2);
}

#[test]
fn a_save_that_fails_leaves_nothing_behind() {
    let mut replica = open(Place::Memory);
    let id = customer(&mut replica, "شركة النور");
    let before = replica.fingerprint(Fingerprint {}).unwrap();
    let edits = vec![Edit::set("city", "طرابلس"), Edit::set("status", "sleeping")];
    let refused = replica.edit_fields(EditFields::now(id, edits)).unwrap_err();
    assert_eq!(refused.code, maydan_core::ErrorCode::InvalidValue);
    assert_eq!(row(&mut replica, id).get("city"), None);
    assert_eq!(replica.fingerprint(Fingerprint {}).unwrap(), before);
}

#[test]
fn opening_listing_and_searching_load_no_document() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    for n in 0..40 {
        customer(&mut replica, &format!("زبون {n}"));
    }
    let one = customer(&mut replica, "شركة النور");
    drop(replica);

    let mut replica = Replica::open(options(file(&folder))).unwrap();
    assert_eq!(replica.loaded_documents(), 0, "opening");
    assert_eq!(replica.list_records(all("customer")).unwrap().total, 41);
    assert_eq!(found(&mut replica, "نور"), ["شركة النور"]);
    assert_eq!(replica.loaded_documents(), 0, "listing and searching");
    row(&mut replica, one);
    assert_eq!(replica.loaded_documents(), 1, "reading one record");
}

#[test]
fn documents_in_memory_stay_bounded() {
    let mut replica = open(Place::Memory);
    let ids: Vec<_> = (0..300).map(|n| customer(&mut replica, &format!("زبون {n}"))).collect();
    assert!(replica.loaded_documents() <= 128, "{}", replica.loaded_documents());
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(row(&mut replica, *id)["name"], Value::from(format!("زبون {n}")));
        assert!(replica.loaded_documents() <= 128);
    }
}

#[test]
fn folding_changes_together_keeps_every_one_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    let id = customer(&mut replica, "شركة النور");
    for n in 0..100 {
        set(&mut replica, id, "address", format!("شارع {n}"));
    }
    let before =
        (row(&mut replica, id), replica.history(History { id, limit: 1_000 }).unwrap(), replica.fingerprint(Fingerprint {}).unwrap());
    assert_eq!(before.1.entries.len(), 101);
    assert!(number(&replica, "SELECT count(*) FROM change") <= 16, "the tail is folded");
    assert!(number(&replica, "SELECT length(snapshot) FROM document") > 0);
    assert_eq!(number(&replica, "SELECT count(*) FROM outbox"), 102, "what was not sent is still to be sent");
    drop(replica);

    let mut replica = open(file(&folder));
    let after =
        (row(&mut replica, id), replica.history(History { id, limit: 1_000 }).unwrap(), replica.fingerprint(Fingerprint {}).unwrap());
    assert_eq!(after, before);
}

/// One position a minute, driving north.
fn drive(minutes: std::ops::Range<i32>) -> Vec<Fix> {
    let fix = |m: i32| Fix {
        point: Point { latitude: 32.8 + f64::from(m) * 0.005, longitude: 13.2 },
        accuracy: 8.0,
        at: BEGIN.plus(i64::from(m) * 60_000),
        mock: false,
        simulated: true,
        battery: Some(77),
    };
    minutes.map(fix).collect()
}

#[test]
fn positions_survive_a_crash_in_the_middle_of_a_shift() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    let trip = replica.start_trip(StartTrip {}).unwrap().id;
    assert_eq!(replica.add_pings(AddPings { trip, fixes: drive(0..10) }).unwrap().pings, 10);
    drop(replica);

    let mut replica = open(file(&folder));
    assert_eq!(replica.current_trip(CurrentTrip {}).unwrap().trip, Some(trip));
    assert_eq!(replica.start_trip(StartTrip {}).unwrap().id, trip, "a second shift is not begun");
    let trace = replica.trip_trace(TripTrace { trip }).unwrap();
    assert_eq!((trace.pings, trace.gaps, trace.simulated), (10, 0, true));

    assert_eq!(replica.add_pings(AddPings { trip, fixes: drive(10..200) }).unwrap().pings, 200);
    assert_eq!(number(&replica, "SELECT count(*) FROM ping"), 0, "packed into the document");
    replica.end_trip(EndTrip { trip }).unwrap();
    assert_eq!(row(&mut replica, trip)["pings"], Value::Int(200));
    assert_eq!(replica.trip_trace(TripTrace { trip }).unwrap().pings, 200);
    assert_eq!(replica.current_trip(CurrentTrip {}).unwrap().trip, None);
}

#[test]
fn a_request_that_is_asked_again_is_not_done_again() {
    let mut replica = open(Place::Memory);
    let id = create(&mut replica, "customer", &[("name", "شركة النور".into()), ("remarks", "زبون قديم.".into())]);
    let heads = replica.get_record(GetRecord { id }).unwrap().heads;
    let typed = |name: u128| EditFields {
        id,
        base: Some(heads.clone()),
        edits: vec![Edit::set("remarks", "زبون قديم. يريد عرضًا")],
        request: Some(Uuid::from_u128(name)),
    };
    let first = replica.edit_fields(typed(1)).unwrap();
    let again = replica.edit_fields(typed(1)).unwrap();
    assert_eq!(again, first, "the same answer");
    assert_eq!(row(&mut replica, id)["remarks"], Value::from("زبون قديم. يريد عرضًا"));
    for name in 2..600 {
        set(&mut replica, id, "city", format!("{name}"));
        replica
            .edit_fields(EditFields {
                request: Some(Uuid::from_u128(name)),
                ..EditFields::now(id, vec![Edit::set("phone", format!("{name}"))])
            })
            .unwrap();
    }
    assert_eq!(number(&replica, "SELECT count(*) FROM request"), 500, "they do not pile up");
}
