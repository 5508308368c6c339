//! A seeded company: what a rep and a manager find after their first sync.
#![expect(clippy::unwrap_used, reason = "tests")]

use maydan_core::command::*;
use maydan_core::domain::visit::{self, Status};
use maydan_core::{RecordId, Value};
use maydan_it::seed::{self, AMAL, Cast, Data, Spec, Visit};
use maydan_it::{Rep, World};
use maydan_sync_server::Company;
use maydan_sync_server::store::Sqlite;
use std::mem::discriminant;

/// A running server over the data of `spec`.
async fn seeded(spec: &Spec) -> (World, Cast, Data) {
    let folder = tempfile::tempdir().unwrap();
    let company = Company::init(&folder.path().join("server")).unwrap();
    let cast = seed::write_server(&company, spec).unwrap();
    drop(company);
    (World::over(folder).await.unwrap(), cast, seed::data(spec).unwrap())
}

async fn list(rep: &Rep, kind: &str, filters: &[(&str, Value)], search: &str) -> RecordPage {
    let filters = filters.iter().map(|(field, value)| Filter { field: (*field).into(), test: Test::Is(value.clone()) }).collect();
    let request = ListRecords { kind: kind.into(), filters, search: search.into(), limit: 100, ..ListRecords::default() };
    rep.app.ask(request).await.unwrap()
}

fn loaded(rep: &Rep) -> usize {
    rep.app.with_replica(|r| Ok(r.loaded_documents())).unwrap()
}

fn status(visit: &Visit) -> Option<Status> {
    visit.life.iter().fold(None, |status, moment| visit::allow(status, &moment.step).ok().or(status))
}

fn ids(page: &RecordPage) -> Vec<RecordId> {
    page.lines.iter().map(|l| l.id).collect()
}

#[tokio::test]
async fn a_rep_lists_and_searches_a_seeded_company_without_loading_a_document() {
    let spec = Spec::new(2_000, 2_000, 1);
    let (world, cast, data) = seeded(&spec).await;
    let amal = world.rep("amal").await.unwrap();
    amal.settles().await.unwrap();

    let own: Vec<_> = data.customers.iter().filter(|c| c.is_seen_by(AMAL)).collect();
    let count = |n: usize| u32::try_from(n).unwrap();
    let seen = |customer: usize| data.customers[customer].is_seen_by(AMAL);
    assert_eq!(list(&amal, "customer", &[], "").await.total, count(own.len()));
    assert_eq!(list(&amal, "note", &[], "").await.total, count(data.notes.iter().filter(|n| seen(n.customer)).count()));
    assert_eq!(list(&amal, "visit", &[], "").await.total, count(data.visits.iter().filter(|v| seen(v.customer)).count()));
    assert_eq!(list(&amal, "task", &[], "").await.total, count(data.tasks.iter().filter(|t| seen(t.customer)).count()));
    assert_eq!(list(&amal, "trip", &[], "").await.total, count(data.trips.iter().filter(|t| t.rep == AMAL).count()));

    let today = [("rep", Value::from(cast.users["amal"].to_string())), ("day", spec.today.to_string().into())];
    let round = list(&amal, "visit", &today, "").await;
    let mut positions: Vec<i64> = round.lines.iter().filter_map(|l| l.row.get("position")?.as_int()).collect();
    positions.sort_unstable();
    assert_eq!(positions, (1..=10).collect::<Vec<i64>>());
    assert!(round.lines.iter().all(|l| l.row["status"] == Value::from("planned")));

    let plain = |name: &str| name.split(' ').all(|word| word.chars().count() >= 3 && word.chars().all(char::is_alphabetic));
    let sought = own.iter().find(|c| plain(c.text("name"))).unwrap();
    assert_eq!(ids(&list(&amal, "customer", &[], sought.text("reference")).await), [sought.id]);
    let by_name = list(&amal, "customer", &[], sought.text("name")).await;
    assert_eq!(by_name.lines.first().unwrap().row["name"], sought.fields["name"]);
    let elsewhere = data.customers.iter().find(|c| !c.is_seen_by(AMAL)).unwrap();
    assert_eq!(list(&amal, "customer", &[], elsewhere.text("reference")).await.total, 0);

    assert_eq!(loaded(&amal), 0, "lists and searches read projections only");
}

#[tokio::test]
async fn a_manager_finds_what_waits_for_her_and_the_trips_of_her_reps() {
    let spec = Spec::new(400, 600, 2);
    let (world, cast, data) = seeded(&spec).await;
    let huda = world.rep("huda").await.unwrap();
    huda.settles().await.unwrap();

    let waiting = list(&huda, "visit", &[("status", "submitted".into())], "").await;
    let expected: Vec<&Visit> = data.visits.iter().filter(|v| status(v) == Some(Status::Submitted)).collect();
    assert!(expected.len() >= 6);
    assert_eq!(usize::try_from(waiting.total).unwrap(), expected.len());

    let visit = expected[0];
    let life = huda.app.ask(VisitEvents { visit: visit.id }).await.unwrap();
    let steps: Vec<_> = life.events.iter().map(|e| (e.at, discriminant(&e.step))).collect();
    assert_eq!(steps, visit.life.iter().map(|m| (m.at, discriminant(&m.step))).collect::<Vec<_>>());
    assert_eq!(life.names[&cast.users["amal"]], "أمل الورفلي");
    let saw = huda.reads(visit.id).await.unwrap().heads;
    huda.app.ask(ReviewVisit { visit: visit.id, approve: true, saw, comment: String::new() }).await.unwrap();
    assert_eq!(huda.settles().await.unwrap().refused, 0);

    let trips = list(&huda, "trip", &[], "").await;
    assert_eq!(usize::try_from(trips.total).unwrap(), data.trips.len());
    let trip = &data.trips[0];
    let trace = huda.app.ask(TripTrace { trip: trip.id }).await.unwrap();
    assert!(trace.simulated);
    assert_eq!(usize::try_from(trace.pings).unwrap(), trip.fixes.len());
}

#[tokio::test]
async fn seeding_a_store_twice_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Company::init(folder.path()).unwrap();
    let spec = Spec::new(30, 60, 3);
    let first = seed::write_server(&store, &spec).unwrap();
    let second = seed::write_server(&store, &spec).unwrap();
    assert_eq!((first.users, first.territories), (second.users, second.territories));
    drop(store);
    let copy = folder.path().join("copy.db");
    Sqlite::backup(folder.path(), &copy).unwrap();
    let copy = rusqlite::Connection::open(copy).unwrap();
    let documents: i64 = copy.query_row("SELECT count(*) FROM doc", [], |r| r.get(0)).unwrap();
    let people_and_places = seed::PEOPLE.len() + seed::TERRITORIES.len();
    assert_eq!(usize::try_from(documents).unwrap(), 30 + 60 + people_and_places);
}
