//! What goes wrong around a database: each failure has its code, and none loses anything.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::pages::page;
use super::*;
use maydan_core::ErrorCode;

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    for content in ["this is a letter, not a database\n".repeat(400), "short".to_owned()] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("replica.db");
        std::fs::write(&path, &content).unwrap();
        assert_eq!(Replica::open(options(file(&folder))).unwrap_err().code, ErrorCode::NotADatabase);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_database_of_a_newer_app_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let replica = open(file(&folder));
    replica.connection().pragma_update(None, "user_version", 99).unwrap();
    drop(replica);
    assert_eq!(Replica::open(options(file(&folder))).unwrap_err().code, ErrorCode::Unsupported);
}

#[test]
fn a_database_is_open_once_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = open(file(&folder));
    assert_eq!(Replica::open(options(file(&folder))).unwrap_err().code, ErrorCode::InUse);
    let id = customer(&mut first, "شركة النور");
    drop(first);
    assert_eq!(row(&mut Replica::open(options(file(&folder))).unwrap(), id)["name"], Value::from("شركة النور"));
}

#[test]
fn a_database_belongs_to_one_person() {
    let mut replica = open(Place::Memory);
    assert_eq!(replica.set_user(rep(BASMA)).unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(replica.user().unwrap().id, AMAL);
}

#[test]
fn a_copied_database_writes_under_a_new_actor() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    let first = replica.actor();
    let id = customer(&mut replica, "شركة النور");
    drop(replica);

    let remembered = |actor| OpenOptions { remembered_actor: Some(actor), ..options(file(&folder)) };
    assert_eq!(Replica::open(remembered(first)).unwrap().actor(), first);
    let elsewhere = maydan_core::Actor(Uuid::from_u128(0xC0));
    let mut copy = Replica::open(remembered(elsewhere)).unwrap();
    let second = copy.actor();
    assert!(second != first && second != elsewhere);
    set(&mut copy, id, "city", "طرابلس");
    let writers: Vec<_> = copy.history(History { id, limit: 10 }).unwrap().entries.iter().map(|e| e.actor).collect();
    assert_eq!(writers, [second, first]);
    drop(copy);
    assert_eq!(Replica::open(remembered(second)).unwrap().actor(), second, "the new one stays");
    let third = Replica::open(options(file(&folder))).unwrap().actor();
    assert!(third != first && third != second, "where none is remembered, the server knows another device");
}

/// Lets the database grow no further, or again as it likes.
fn limit_pages(replica: &Replica, full: bool) {
    let most = if full { number(replica, "PRAGMA page_count") } else { 1_000_000 };
    assert!(number(replica, &format!("PRAGMA max_page_count = {most}")) >= most);
}

#[test]
fn a_full_disk_refuses_the_save_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut replica = open(file(&folder));
    let id = customer(&mut replica, "شركة النور");
    set(&mut replica, id, "city", "طرابلس");
    let before = (replica.fingerprint(Fingerprint {}).unwrap(), replica.counts().unwrap());
    let long = "تقرير ".repeat(15_000);

    limit_pages(&replica, true);
    let edits = vec![Edit::set("remarks", long.as_str())];
    let refused = replica.edit_fields(EditFields::now(id, edits.clone())).unwrap_err();
    assert_eq!(refused.code, ErrorCode::DiskFull);
    assert_eq!((replica.fingerprint(Fingerprint {}).unwrap(), replica.counts().unwrap()), before);
    assert_eq!(row(&mut replica, id).get("remarks"), None, "what was refused is not shown either");

    limit_pages(&replica, false);
    replica.edit_fields(EditFields::now(id, edits)).unwrap();
    drop(replica);
    let mut replica = open(file(&folder));
    let read = row(&mut replica, id);
    assert_eq!((&read["city"], &read["remarks"]), (&Value::from("طرابلس"), &Value::from(long)));
}

#[test]
fn a_page_that_meets_a_full_disk_is_taken_in_later() {
    let (mut amal, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = create(&mut amal, "customer", &[("name", "شركة النور".into()), ("remarks", "تقرير ".repeat(15_000).into())]);
    let page = page(&amal.batch().unwrap());
    let own = customer(&mut basma, "مخبز الأمل");
    let before = basma.fingerprint(Fingerprint {}).unwrap();

    limit_pages(&basma, true);
    assert_eq!(basma.apply_page(&page).unwrap_err().code, ErrorCode::DiskFull);
    assert_eq!(basma.fingerprint(Fingerprint {}).unwrap(), before);
    assert_eq!(row(&mut basma, own)["name"], Value::from("مخبز الأمل"));

    limit_pages(&basma, false);
    basma.apply_page(&page).unwrap();
    assert_eq!(row(&mut basma, id), row(&mut amal, id));
}
