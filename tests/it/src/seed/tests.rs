//! What the data promise.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use maydan_core::document::{Appendix, Document};
use maydan_core::domain::trip::encode;
use maydan_core::domain::visit::{self, Status};
use maydan_core::text::Phone;
use maydan_core::{Actor, Registry, Value, import};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

fn spec(customers: usize, activities: usize, seed: u64) -> Spec {
    Spec { customers, activities, seed, today: "2026-11-21".parse().unwrap() }
}

fn hash(spec: &Spec) -> [u8; 32] {
    Sha256::digest(serde_json::to_vec(&data(spec).unwrap()).unwrap()).into()
}

fn status(visit: &Visit) -> Status {
    // Every step must be one that a device would have allowed.
    let life = visit.life.iter().fold(None, |status, moment| Some(visit::allow(status, &moment.step).unwrap()));
    life.unwrap()
}

#[test]
fn the_same_seed_makes_the_same_data_and_another_seed_others() {
    let first = hash(&spec(300, 400, 7));
    assert_eq!(first, hash(&spec(300, 400, 7)));
    assert_ne!(first, hash(&spec(300, 400, 8)));
}

#[test]
fn there_is_as_much_as_was_asked_for() {
    for (customers, activities) in [(0, 0), (0, 200), (1, 40), (15, 100), (300, 1_000), (7_500, 2_001)] {
        let data = data(&spec(customers, activities, 1)).unwrap();
        let made = data.notes.len() + data.visits.len() + data.tasks.len() + data.trips.len();
        let wanted = if customers == 0 { activities / 50 } else { activities };
        assert_eq!((data.customers.len(), made), (customers, wanted));
    }
}

#[test]
fn no_two_records_share_an_id() {
    let data = data(&spec(500, 2_000, 1)).unwrap();
    let ids: Vec<RecordId> = data
        .customers
        .iter()
        .map(|c| c.id)
        .chain(data.notes.iter().map(|n| n.id))
        .chain(data.visits.iter().map(|v| v.id))
        .chain(data.tasks.iter().map(|t| t.id))
        .chain(data.trips.iter().map(|t| t.id))
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[test]
fn every_customer_is_fit_for_its_document_and_every_phone_can_be_dialled() {
    let registry = Registry::maydan();
    let kind = registry.get("customer").unwrap();
    let data = data(&spec(7_000, 0, 3)).unwrap();
    let (mut libyan, mut saudi) = (0, 0);
    for customer in &data.customers {
        for (field, value) in &customer.fields {
            assert!(kind.get(field).unwrap().check(value.clone()).is_ok(), "{field} {value:?}");
        }
        for typed in [customer.text("phone"), customer.text("other_phone")].into_iter().filter(|t| !t.is_empty()) {
            let e164 = Phone::parse(typed, "218").e164.unwrap_or_else(|| panic!("{typed} is no number"));
            match e164.get(..4) {
                Some("+218") => libyan += 1,
                Some("+966") => saudi += 1,
                _ => panic!("{typed} is a number of nowhere"),
            }
        }
        assert!(TERRITORIES[customer.territory].reps.contains(&customer.owner));
    }
    assert!(libyan > 5_000 && saudi > 200, "{libyan} {saudi}");
    let names: BTreeSet<_> = data.customers[6_900..].iter().map(|c| (c.text("name"), c.text("city"))).collect();
    assert!(names.len() > 95, "branches have names of their own: {}", names.len());
}

#[test]
fn visits_are_in_every_state_and_none_went_a_way_that_is_not_allowed() {
    let spec = spec(2_000, 2_000, 1);
    let data = data(&spec).unwrap();
    let states: BTreeSet<&str> = data.visits.iter().map(|v| status(v).as_str()).collect();
    assert_eq!(states, BTreeSet::from(["approved", "checked_in", "checked_out", "planned", "returned", "submitted"]));
    let planned_today = |rep: usize| {
        let stops = data.visits.iter().filter(|v| v.rep == rep).filter_map(|v| match v.life.last().map(|m| &m.step) {
            Some(Step::Planned { day, position, .. }) if *day == spec.today => *position,
            _ => None,
        });
        stops.collect::<Vec<_>>()
    };
    assert_eq!(planned_today(AMAL), (1..=10).collect::<Vec<i64>>());
    assert_eq!(planned_today(BASMA), (1..=8).collect::<Vec<i64>>());
    let tonight = clock(spec.today, 24 * 60);
    for visit in &data.visits {
        assert!(visit.life.is_sorted_by_key(|m| m.at), "{visit:?}");
        assert!(visit.life.last().is_some_and(|m| m.at < tonight), "{visit:?}");
        assert!(data.customers[visit.customer].is_seen_by(visit.rep));
        let carried_out = !matches!(status(visit), Status::Planned | Status::CheckedIn);
        assert_eq!(carried_out, !visit.report.is_empty());
    }
}

#[test]
fn trips_are_simulated_in_western_libya_and_no_faster_than_a_car() {
    let data = data(&spec(0, 2_000, 1)).unwrap();
    assert_eq!(data.trips.len(), 40);
    let registry = Registry::maydan();
    for trip in &data.trips {
        assert!(trip.fixes.len() > 100 && trip.fixes.iter().all(|f| f.simulated && !f.mock));
        assert!(trip.fixes.iter().all(|f| (26.0..33.2).contains(&f.point.latitude) && (10.0..16.0).contains(&f.point.longitude)));
        for pair in trip.fixes.windows(2) {
            let seconds = pair[1].at.since(pair[0].at) / 1000;
            assert!(seconds > 0 && pair[0].point.distance(pair[1].point) <= 15.0 * seconds as f64);
        }
        assert_eq!(clock(trip.day, 0).day(UTC_OFFSET_MINUTES), trip.ended_at.day(UTC_OFFSET_MINUTES), "a shift ends on its day");
    }
    // What the projection will say of one.
    let mut document = Document::create(registry.get("trip").unwrap(), data.trips[0].id).unwrap();
    let chunk = encode(&data.trips[0].fixes);
    let actor = Actor(data.trips[0].id.0);
    document.append(actor, Instant(0), "track", "a", Appendix::Chunk(&chunk)).unwrap();
    assert_eq!(document.row()["simulated"], Value::Bool(true));
}

#[test]
fn every_sentence_has_its_slots_filled() {
    let mut random = random::Random::of(1, "sentence", 0);
    assert!(words::NOTES.len() >= 30);
    for template in words::ALL.iter().copied().flatten().filter(|t| t.contains('{')) {
        let filled = words::fill(template, words::Goods::Food, &mut random);
        assert!(!filled.contains(['{', '}']), "{filled}");
        let fixed = template.split(['{', '}']).step_by(2).map(str::len).sum::<usize>();
        assert!(filled.len() > fixed, "a slot of {template:?} is unknown");
    }
}

#[test]
fn nobody_works_on_fridays() {
    let saturday: Day = "2026-11-21".parse().unwrap();
    assert_eq!(workday(saturday, 1).to_string(), "2026-11-19");
    assert_eq!(clock(saturday, 9 * 60).day(UTC_OFFSET_MINUTES), saturday);
    assert_eq!(clock(saturday, 0).day(0).to_string(), "2026-11-20");
}

#[test]
fn the_customers_file_can_be_imported_whole() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(400, 300, 5);
    write_csv(folder.path(), &spec).unwrap();
    let table = import::read(&std::fs::read(folder.path().join("customers.csv")).unwrap(), None).unwrap();
    assert!(table.layout.columns.iter().all(Option::is_some), "{:?}", table.layout.columns);
    assert_eq!((table.good.len(), table.bad.len()), (400, 0));
    let data = data(&spec).unwrap();
    assert!(table.good.iter().zip(&data.customers).all(|((_, row), c)| row["name"] == c.fields["name"]));
    let lines = [("notes", data.notes.len()), ("visits", data.visits.len()), ("tasks", data.tasks.len()), ("trips", data.trips.len())];
    for (name, count) in lines {
        let file = std::fs::read(folder.path().join(format!("{name}.csv"))).unwrap();
        assert!(file.starts_with("\u{feff}".as_bytes()));
        assert_eq!(
            csv::Reader::from_reader(file.as_slice()).into_records().collect::<csv::Result<Vec<_>>>().unwrap().len(),
            count,
            "{name}"
        );
    }
}
