//! Work that was not sent yet can be carried to another device in a file.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use maydan_core::ErrorCode;

#[test]
fn unsent_work_is_carried_to_another_device_of_the_same_person() {
    let mut phone = open(Place::Memory);
    let id = create(&mut phone, "customer", &[("name", "شركة النور".into()), ("phone", "0912345678".into())]);
    let note = create(&mut phone, "note", &[("customer", id.to_string().into()), ("body", "زبون قديم".into())]);
    set(&mut phone, id, "city", "طرابلس");
    let file = phone.export_unsent(ExportUnsent {}).unwrap();

    let mut laptop = open(Place::Memory);
    assert_eq!(laptop.import_unsent(file.clone()).unwrap().changes, 3);
    assert_eq!(row(&mut laptop, id), row(&mut phone, id));
    assert_eq!(row(&mut laptop, note), row(&mut phone, note));
    assert_eq!(found(&mut laptop, "0912"), ["شركة النور"]);
    assert_eq!(laptop.fingerprint(Fingerprint {}).unwrap(), phone.fingerprint(Fingerprint {}).unwrap());
    assert_eq!(laptop.counts().unwrap(), phone.counts().unwrap(), "it waits to be sent from there");
    assert_eq!(laptop.batch().unwrap().items, phone.batch().unwrap().items);

    assert_eq!(laptop.import_unsent(file).unwrap().changes, 0, "bringing it in twice brings it once");
    assert_eq!(laptop.counts().unwrap(), phone.counts().unwrap());
}

#[test]
fn what_belongs_to_a_record_that_is_not_here_yet_waits_and_the_rest_comes() {
    let (mut phone, mut basma) = (open(Place::Memory), open_with(options(Place::Memory), BASMA));
    let id = customer(&mut basma, "مخبز الأمل");
    let opened = pages::page(&basma.batch().unwrap());
    phone.apply_page(&opened).unwrap();
    set(&mut phone, id, "city", "طرابلس");
    let own = customer(&mut phone, "شركة النور");
    let file = phone.export_unsent(ExportUnsent {}).unwrap();

    let mut laptop = open(Place::Memory);
    assert_eq!(laptop.import_unsent(file.clone()).unwrap(), ImportedUnsent { changes: 1, left: 1, damaged: 0 });
    assert_eq!(row(&mut laptop, own)["name"], Value::from("شركة النور"));
    laptop.apply_page(&opened).unwrap();
    assert_eq!(laptop.import_unsent(file).unwrap(), ImportedUnsent { changes: 1, left: 0, damaged: 0 });
    assert_eq!(row(&mut laptop, id)["city"], Value::from("طرابلس"));
}

#[test]
fn positions_that_were_not_packed_yet_are_carried_too() {
    use maydan_core::domain::geo::{Fix, Point};
    let mut phone = open(Place::Memory);
    let trip = phone.start_trip(StartTrip {}).unwrap().id;
    let point = Point { latitude: 32.8872, longitude: 13.1913 };
    let fix = Fix { point, accuracy: 8.0, at: BEGIN, mock: false, simulated: true, battery: None };
    phone.add_pings(AddPings { trip, fixes: vec![fix] }).unwrap();
    let file = phone.export_unsent(ExportUnsent {}).unwrap();
    let mut laptop = open(Place::Memory);
    laptop.import_unsent(file).unwrap();
    assert_eq!(laptop.trip_trace(TripTrace { trip }).unwrap().pings, 1);
}

#[test]
fn a_file_of_another_person_or_a_damaged_one_changes_nothing() {
    let mut phone = open(Place::Memory);
    customer(&mut phone, "شركة النور");
    let file = phone.export_unsent(ExportUnsent {}).unwrap();
    let mut basma = open_with(options(Place::Memory), BASMA);
    let own = customer(&mut basma, "مخبز الأمل");
    let before = basma.fingerprint(Fingerprint {}).unwrap();
    let mut refused = |text: String| basma.import_unsent(UnsentFile { text }).unwrap_err().code;
    let hers = file.text.replace(&AMAL.to_string(), &BASMA.to_string());
    assert_eq!(refused(file.text.clone()), ErrorCode::Forbidden);
    assert_eq!(refused("not a file of ours".into()), ErrorCode::BadRequest);
    assert_eq!(refused(file.text[..file.text.len() / 2].to_owned()), ErrorCode::BadRequest);
    assert_eq!(refused(hers.replace("\"maydan_unsent\": 1", "\"maydan_unsent\": 2")), ErrorCode::Unsupported);
    assert_eq!(basma.fingerprint(Fingerprint {}).unwrap(), before);
    assert!(row(&mut basma, own).contains_key("name"));
}

#[test]
fn a_damaged_item_keeps_no_other_from_coming() {
    let mut phone = open(Place::Memory);
    let (one, two) = (customer(&mut phone, "شركة النور"), customer(&mut phone, "مخبز الأمل"));
    let spoil = "UPDATE outbox SET item = x'c1' WHERE hash IS NOT NULL AND document = (SELECT n FROM document WHERE id = ?1)";
    phone.connection().execute(spoil, [one.as_bytes()]).unwrap();
    let file = phone.export_unsent(ExportUnsent {}).unwrap();
    let mut laptop = open(Place::Memory);
    let done = laptop.import_unsent(file.clone()).unwrap();
    assert_eq!(done, ImportedUnsent { changes: 1, left: 0, damaged: 1 });
    assert_eq!(row(&mut laptop, two)["name"], Value::from("مخبز الأمل"));
    let torn = UnsentFile { text: file.text.replacen("\"items\": [\n    \"", "\"items\": [\n    \"????", 1) };
    assert_eq!(open(Place::Memory).import_unsent(torn).unwrap().damaged, 2);
}
