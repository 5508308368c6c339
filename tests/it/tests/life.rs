//! A rep's days: visits, sessions that end, colleagues on one device, bad networks, wrong clocks, a restored server.
#![expect(clippy::unwrap_used, reason = "tests")]

use maydan_core::command::*;
use maydan_core::domain::geo::{Fix, Point};
use maydan_core::domain::visit::Grade;
use maydan_core::{ErrorCode, Host, RecordId, Value};
use maydan_it::world::PASSWORD;
use maydan_it::{Rep, World};
use maydan_sync_server::store::Sqlite;
use std::sync::atomic::Ordering;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

fn text<'a>(record: &'a Record, field: &str) -> &'a str {
    record.row.get(field).and_then(Value::as_text).unwrap_or_default()
}

/// A position at the pin of every customer here, measured now by the device's own clock.
fn at_the_door(rep: &Rep) -> Option<Fix> {
    let point = Point { latitude: 32.8872, longitude: 13.1913 };
    Some(Fix { point, accuracy: 8.0, at: rep.platform.host.now(), mock: false, simulated: true, battery: None })
}

/// Plans, carries out and submits a visit.
async fn visits(rep: &Rep, customer: RecordId, report: &str) -> RecordId {
    let day = "2026-11-21".parse().unwrap();
    let plan = PlanVisit { visit: None, customer, day, position: Some(1), reason: "عرض الأسعار".into() };
    let visit = rep.app.ask(plan).await.unwrap().id;
    let arrival = CheckIn { visit: Some(visit), customer, fix: at_the_door(rep), reason: None };
    assert_eq!(rep.app.ask(arrival).await.unwrap().grade, Grade::Verified);
    let early = rep.app.ask(SubmitVisit { visit }).await.unwrap_err();
    assert_eq!(early.code, ErrorCode::WrongState, "nobody submits before leaving");
    rep.types(visit, "report", true, report).await.unwrap();
    rep.app.ask(CheckOut { visit, fix: at_the_door(rep) }).await.unwrap();
    rep.app.ask(SubmitVisit { visit }).await.unwrap();
    visit
}

async fn has_status(rep: &Rep, visit: RecordId, status: &str) -> Record {
    rep.sees(visit, status, |r| text(r, "status") == status).await.unwrap()
}

#[tokio::test]
async fn a_visit_made_offline_is_approved_and_later_changes_are_shown() {
    let mut world = World::new(&["amal"]).await.unwrap();
    let (amal, huda) = (world.rep("amal").await.unwrap(), world.rep("huda").await.unwrap());
    let customer = amal.customer("شركة النور").await.unwrap();
    amal.settles().await.unwrap();

    world.server_vanishes().await;
    let visit = visits(&amal, customer, "طلب عشر كراتين.").await;
    assert_eq!(text(&amal.reads(visit).await.unwrap(), "status"), "submitted");
    let review = ReviewVisit { visit, approve: true, saw: Vec::new(), comment: String::new() };
    assert_eq!(amal.app.ask(review).await.unwrap_err().code, ErrorCode::Forbidden, "she does not approve her own");
    world.server_returns().await.unwrap();

    let saw = has_status(&huda, visit, "submitted").await;
    assert_eq!(text(&saw, "report"), "طلب عشر كراتين.");
    huda.app.ask(ReviewVisit { visit, approve: true, saw: saw.heads, comment: "أحسنت".into() }).await.unwrap();
    let approved = has_status(&amal, visit, "approved").await;
    assert_eq!(text(&approved, "comment"), "أحسنت");
    assert_eq!(approved.row.get("changed_after_approval"), None);

    amal.types(visit, "report", true, " بل عشرين.").await.unwrap();
    let changed = |r: &Record| r.row.get("changed_after_approval") == Some(&Value::Bool(true));
    let seen = huda.sees(visit, "the change after the approval", changed).await.unwrap();
    assert_eq!(text(&seen, "status"), "approved");
    let life = huda.app.ask(VisitEvents { visit }).await.unwrap();
    assert_eq!(life.events.len(), 5, "planned, checked in, checked out, submitted, approved");
    assert!(life.names.values().any(|n| n == "huda") && life.names.values().any(|n| n == "amal"), "{:?}", life.names);
}

#[tokio::test]
async fn a_returned_visit_is_mended_and_submitted_again() {
    let world = World::new(&["amal"]).await.unwrap();
    let (amal, huda) = (world.rep("amal").await.unwrap(), world.rep("huda").await.unwrap());
    let customer = amal.customer("شركة النور").await.unwrap();
    let visit = visits(&amal, customer, "زرته.").await;
    let saw = has_status(&huda, visit, "submitted").await;
    let silent = ReviewVisit { visit, approve: false, saw: saw.heads.clone(), comment: " ".into() };
    assert_eq!(huda.app.ask(silent).await.unwrap_err().code, ErrorCode::Required, "a return says what to mend");
    huda.app.ask(ReviewVisit { visit, approve: false, saw: saw.heads, comment: "كم طلب؟".into() }).await.unwrap();

    assert_eq!(text(&has_status(&amal, visit, "returned").await, "comment"), "كم طلب؟");
    amal.types(visit, "report", true, " طلب عشر كراتين.").await.unwrap();
    amal.app.ask(SubmitVisit { visit }).await.unwrap();
    let saw = has_status(&huda, visit, "submitted").await;
    assert_eq!(text(&saw, "report"), "زرته. طلب عشر كراتين.");
    huda.app.ask(ReviewVisit { visit, approve: true, saw: saw.heads, comment: String::new() }).await.unwrap();
    has_status(&amal, visit, "approved").await;
}

async fn signs_in(world: &World, rep: &Rep, login: &str) -> Session {
    rep.app.ask(SignIn { server: world.url(), login: login.into(), password: PASSWORD.into() }).await.unwrap()
}

#[tokio::test]
async fn a_device_that_starts_again_renews_its_token_by_itself() {
    let world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    let amal = Rep::open(amal.dies().await).unwrap();
    let customer = amal.customer("شركة النور").await.unwrap();
    amal.settles().await.unwrap();
    basma.sees(customer, "the new customer", |_| true).await.unwrap();
}

#[tokio::test]
async fn a_session_outlives_the_servers() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    amal.settles().await.unwrap();
    let home = amal.dies().await;
    world.server_vanishes().await;
    drop(world.company().await.unwrap());
    let server = rusqlite::Connection::open(world.server_folder().join("maydan.db")).unwrap();
    server.execute("UPDATE device SET refresh_hash = NULL, previous_hash = NULL", []).unwrap();
    drop(server);
    world.server_returns().await.unwrap();

    let amal = Rep::open(home).unwrap();
    amal.waits_for("the need to sign in", |s| s.state == SyncState::SignInNeeded).await.unwrap();
    assert_eq!(amal.app.ask(GetSession {}).await.unwrap().user.unwrap().name, "amal", "she works on meanwhile");
    let customer = amal.customer("شركة النور").await.unwrap();
    assert_eq!(text(&amal.reads(customer).await.unwrap(), "name"), "شركة النور");
    let wrong = SignIn { server: world.url(), login: "amal".into(), password: "maydan-demo-2".into() };
    assert_eq!(amal.app.ask(wrong).await.unwrap_err().code, ErrorCode::WrongCredentials);
    amal.reads(customer).await.unwrap();

    signs_in(&world, &amal, "amal").await;
    amal.settles().await.unwrap();
    basma.sees(customer, "what she made meanwhile", |_| true).await.unwrap();
}

#[tokio::test]
async fn signing_out_with_unsent_work_warns_and_keeps_it() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    amal.settles().await.unwrap();
    world.server_vanishes().await;
    let customer = amal.customer("شركة النور").await.unwrap();
    let pending = amal.app.ask(GetSyncStatus {}).await.unwrap().pending;
    assert!(pending > 0);
    let asked = amal.app.ask(SignOut { confirmed: false }).await.unwrap();
    assert_eq!(asked, SignedOut { done: false, pending });
    assert!(amal.app.ask(GetSession {}).await.unwrap().user.is_some());
    let done = amal.app.ask(SignOut { confirmed: true }).await.unwrap();
    assert_eq!(done, SignedOut { done: true, pending });
    assert_eq!(amal.reads(customer).await.unwrap_err().code, ErrorCode::SignInNeeded);

    world.server_returns().await.unwrap();
    signs_in(&world, &amal, "amal").await;
    assert_eq!(text(&amal.reads(customer).await.unwrap(), "name"), "شركة النور");
    amal.settles().await.unwrap();
    basma.sees(customer, "the work of the day before", |_| true).await.unwrap();
}

#[tokio::test]
async fn another_spelling_of_the_address_finds_the_same_unsent_work() {
    let mut world = World::new(&["amal"]).await.unwrap();
    let amal = world.rep("amal").await.unwrap();
    amal.settles().await.unwrap();
    world.server_vanishes().await;
    let customer = amal.customer("شركة النور").await.unwrap();
    amal.app.ask(SignOut { confirmed: true }).await.unwrap();
    world.server_returns().await.unwrap();

    let spelt = format!(" {}/ ", world.url().replace("http://", "HTTP://"));
    let again = SignIn { server: spelt, login: "amal".into(), password: PASSWORD.into() };
    amal.app.ask(again).await.unwrap();
    assert_eq!(text(&amal.reads(customer).await.unwrap(), "name"), "شركة النور");
    amal.settles().await.unwrap();
}

#[tokio::test]
async fn two_people_on_one_device_keep_their_work_apart() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let tablet = world.device("amal", "tablet").await.unwrap();
    tablet.settles().await.unwrap();
    world.server_vanishes().await;
    let hers = tablet.customer("زبون أمل").await.unwrap();
    assert!(tablet.app.ask(SignOut { confirmed: true }).await.unwrap().done);
    world.server_returns().await.unwrap();

    let session = signs_in(&world, &tablet, "basma").await;
    assert_eq!(session.user.unwrap().name, "basma");
    assert_eq!(tablet.reads(hers).await.unwrap_err().code, ErrorCode::NotFound);
    let own = tablet.customer("زبون بسمة").await.unwrap();
    tablet.settles().await.unwrap();
    assert_eq!(tablet.reads(hers).await.unwrap_err().code, ErrorCode::NotFound, "unsent work of another stays hers");
    assert!(tablet.app.ask(SignOut { confirmed: false }).await.unwrap().done, "nothing is unsent");

    signs_in(&world, &tablet, "amal").await;
    assert_eq!(text(&tablet.reads(hers).await.unwrap(), "name"), "زبون أمل");
    tablet.settles().await.unwrap();
    tablet.sees(own, "a colleague's customer", |_| true).await.unwrap();
    let databases = std::fs::read_dir(world.folder.path().join("tablet")).unwrap().filter(|entry| {
        let path = entry.as_ref().unwrap().path();
        path.extension().is_some_and(|e| e == "db")
    });
    assert_eq!(databases.count(), 2);
    let huda = world.rep("huda").await.unwrap();
    huda.sees(hers, "what waited", |_| true).await.unwrap();
}

/// A hotel's sign-in page in place of the server: it answers everything with 200 and HTML.
async fn captive_portal(world: &World) -> JoinHandle<()> {
    let address = world.url().trim_start_matches("http://").to_owned();
    let listener = loop {
        match TcpListener::bind(&address).await {
            Ok(listener) => break listener,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer_with_a_page(stream));
        }
    })
}

async fn answer_with_a_page(mut stream: TcpStream) {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(n) => request.extend_from_slice(&chunk[..n]),
        }
    }
    let page = "<!doctype html><title>Welcome</title><form>Room number: <input></form>";
    let length = page.len();
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{page}");
    // Whoever asked may have gone.
    drop(stream.write_all(answer.as_bytes()).await);
    drop(stream.shutdown().await);
}

fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|w| w == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    let length: usize = head.lines().find_map(|l| l.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    request.len() >= end + 4 + length
}

#[tokio::test]
async fn a_captive_portal_is_told_from_the_server_and_blocks_nothing() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    amal.settles().await.unwrap();
    world.server_vanishes().await;
    let portal = captive_portal(&world).await;

    let customer = amal.customer("شركة النور").await.unwrap();
    let seen = amal.waits_for("the portal", |s| s.last_error == Some(ErrorCode::NotAMaydanServer)).await.unwrap();
    assert!(seen.pending > 0);
    let offline = amal.waits_for("the chip to say so", |s| s.state == SyncState::Offline).await.unwrap();
    assert!(offline.offline_since.is_some(), "the chip says since when");
    assert_eq!(text(&amal.reads(customer).await.unwrap(), "name"), "شركة النور");
    let here = SignIn { server: world.url(), login: "amal".into(), password: PASSWORD.into() };
    assert_eq!(amal.app.ask(here).await.unwrap_err().code, ErrorCode::NotAMaydanServer, "her password is not wrong");

    portal.abort();
    assert!(portal.await.unwrap_err().is_cancelled());
    world.server_returns().await.unwrap();
    let settled = amal.settles().await.unwrap();
    assert_eq!(settled.last_error, None);
    basma.sees(customer, "what was made in the hotel", |_| true).await.unwrap();
}

#[tokio::test]
async fn clocks_that_are_years_wrong_keep_nothing_from_syncing() {
    const YEAR_MS: i64 = 365 * 24 * 3600 * 1000;
    let world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    amal.platform.host.wrong_by.store(-20 * YEAR_MS, Ordering::Relaxed);
    basma.platform.host.wrong_by.store(30 * YEAR_MS, Ordering::Relaxed);
    let customer = amal.customer("شركة النور").await.unwrap();
    amal.settles().await.unwrap();
    basma.sees(customer, "a customer of twenty years ago", |_| true).await.unwrap();
    basma.sets(customer, "city", "طرابلس").await.unwrap();
    amal.sees(customer, "a city of the far future", |r| text(r, "city") == "طرابلس").await.unwrap();
    amal.sets(customer, "city", "مصراتة").await.unwrap();
    let settled = basma.sees(customer, "the later word, whatever the clocks say", |r| text(r, "city") == "مصراتة").await.unwrap();
    assert!(settled.conflicts.is_empty());

    let arrival = CheckIn { visit: None, customer, fix: at_the_door(&amal), reason: None };
    let arrived = amal.app.ask(arrival).await.unwrap();
    assert_eq!((arrived.grade, arrived.distance), (Grade::Doubtful, Some(0)), "a clock that is wrong proves nothing");
}

#[tokio::test]
async fn a_server_restored_from_a_backup_gets_everything_back() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    let old = amal.customer("قبل النسخة").await.unwrap();
    amal.settles().await.unwrap();
    let backup = world.folder.path().join("backup.db");
    world.server_vanishes().await;
    let company = world.company().await.unwrap();
    let epoch = company.epoch().unwrap();
    Sqlite::backup(&world.server_folder(), &backup).unwrap();
    drop(company);
    world.server_returns().await.unwrap();

    let new = amal.customer("بعد النسخة").await.unwrap();
    amal.sets(old, "city", "طرابلس").await.unwrap();
    amal.settles().await.unwrap();
    let hers = basma.customer("زبون بسمة").await.unwrap();
    basma.settles().await.unwrap();
    let late = world.device("basma", "late").await.unwrap();
    let late_customer = late.customer("من جهاز جديد").await.unwrap();
    late.settles().await.unwrap();
    amal.sees(late_customer, "the new device's customer", |_| true).await.unwrap();

    world.server_vanishes().await;
    drop(world.company().await.unwrap());
    Sqlite::restore(&world.server_folder(), &backup).unwrap();
    assert_ne!(world.company().await.unwrap().epoch().unwrap(), epoch);
    world.server_returns().await.unwrap();

    let fresh = world.device("huda", "fresh").await.unwrap();
    fresh.sees(new, "the customer made after the backup", |_| true).await.unwrap();
    fresh.sees(hers, "her colleague's", |_| true).await.unwrap();
    fresh.sees(old, "the edit made after the backup", |r| text(r, "city") == "طرابلس").await.unwrap();
    // The backup does not know the new device: its owner signs in once more, and nothing of hers is lost.
    late.waits_for("the need to sign in", |s| s.state == SyncState::SignInNeeded).await.unwrap();
    signs_in(&world, &late, "basma").await;
    fresh.sees(late_customer, "the new device's customer", |_| true).await.unwrap();
    for rep in [&amal, &basma, &late] {
        let status = rep.settles().await.unwrap();
        assert_eq!((status.pending, status.refused), (0, 0));
    }
}

/// The phone that wrote it is at the bottom of the sea; a colleague has read it.
#[tokio::test]
async fn a_restored_server_gets_the_work_of_a_lost_phone_from_a_colleague() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    let old = amal.customer("قبل النسخة").await.unwrap();
    amal.settles().await.unwrap();
    world.server_vanishes().await;
    drop(world.company().await.unwrap());
    let backup = world.folder.path().join("backup.db");
    Sqlite::backup(&world.server_folder(), &backup).unwrap();
    world.server_returns().await.unwrap();
    let new = amal.customer("بعد النسخة").await.unwrap();
    let note = amal.creates("note", &[("customer", new.to_string().into()), ("body", "اتصلت به".into())]).await.unwrap();
    amal.sets(old, "city", "طرابلس").await.unwrap();
    amal.settles().await.unwrap();
    basma.sees(note, "the note", |_| true).await.unwrap();
    basma.sets(new, "phone", "0912345678").await.unwrap();
    basma.settles().await.unwrap();
    amal.dies().await;

    world.server_vanishes().await;
    drop(world.company().await.unwrap());
    Sqlite::restore(&world.server_folder(), &backup).unwrap();
    world.server_returns().await.unwrap();
    let status = basma.settles().await.unwrap();
    assert_eq!((status.pending, status.refused), (0, 0));
    let huda = world.rep("huda").await.unwrap();
    huda.sees(new, "what both wrote", |r| text(r, "name") == "بعد النسخة" && text(r, "phone") == "0912345678").await.unwrap();
    huda.sees(note, "the note", |r| text(r, "body") == "اتصلت به").await.unwrap();
    huda.sees(old, "the edit after the backup", |r| text(r, "city") == "طرابلس").await.unwrap();
}

/// A copy of the file put in its place by hand, without a word to anybody.
#[tokio::test]
async fn a_server_that_was_put_back_by_hand_is_found_out_and_gets_everything_back() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    let old = amal.customer("قبل النسخة").await.unwrap();
    amal.settles().await.unwrap();
    basma.sees(old, "the customer", |_| true).await.unwrap();
    world.server_vanishes().await;
    let company = world.company().await.unwrap();
    let epoch = company.epoch().unwrap();
    let copy = world.folder.path().join("copy.db");
    Sqlite::backup(&world.server_folder(), &copy).unwrap();
    drop(company);
    world.server_returns().await.unwrap();
    let new = amal.customer("بعد النسخة").await.unwrap();
    amal.settles().await.unwrap();
    basma.sees(new, "the customer", |_| true).await.unwrap();
    let home = amal.dies().await;

    world.server_vanishes().await;
    drop(world.company().await.unwrap());
    for beside in ["maydan.db-wal", "maydan.db-shm"] {
        drop(std::fs::remove_file(world.server_folder().join(beside)));
    }
    std::fs::copy(&copy, world.server_folder().join("maydan.db")).unwrap();
    world.server_returns().await.unwrap();
    // Enough happens for its numbers to pass those that the lost work had: the numbers alone tell nothing.
    let fresh = world.device("basma", "fresh").await.unwrap();
    for n in 0..4 {
        fresh.customer(&format!("زبون {n}")).await.unwrap();
    }
    fresh.settles().await.unwrap();

    let amal = Rep::open(home).unwrap();
    amal.settles().await.unwrap();
    fresh.sees(new, "what the copy lacked", |r| text(r, "name") == "بعد النسخة").await.unwrap();
    for rep in [&amal, &basma, &fresh] {
        let status = rep.settles().await.unwrap();
        assert_eq!((status.pending, status.refused), (0, 0));
        assert_eq!(rep.app.ask(ListRecords { kind: "customer".into(), limit: 9, ..ListRecords::default() }).await.unwrap().total, 6);
    }
    drop((amal, basma, fresh));
    world.server_vanishes().await;
    assert_ne!(world.company().await.unwrap().epoch().unwrap(), epoch);
}

/// Her colleague's change, on which hers was made, reaches the restored server later than hers.
#[tokio::test]
async fn a_restored_server_waits_for_what_a_change_was_made_on() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    amal.settles().await.unwrap();
    let backup = world.folder.path().join("backup.db");
    world.server_vanishes().await;
    let company = world.company().await.unwrap();
    Sqlite::backup(&world.server_folder(), &backup).unwrap();
    drop(company);
    world.server_returns().await.unwrap();
    let customer = amal.customer("شركة النور").await.unwrap();
    basma.sees(customer, "the customer", |_| true).await.unwrap();
    basma.sets(customer, "phone", "0912345678").await.unwrap();
    basma.settles().await.unwrap();
    let home = amal.dies().await;

    world.server_vanishes().await;
    drop(world.company().await.unwrap());
    Sqlite::restore(&world.server_folder(), &backup).unwrap();
    world.server_returns().await.unwrap();
    let before = basma.app.ask(GetSyncStatus {}).await.unwrap().synced_at;
    basma.waits_for("basma to have tried", |s| s.pending > 0 || s.synced_at > before).await.unwrap();
    let amal = Rep::open(home).unwrap();
    let huda = world.rep("huda").await.unwrap();
    huda.sees(customer, "the edit that came first", |r| text(r, "phone") == "0912345678").await.unwrap();
    for rep in [&amal, &basma] {
        assert_eq!(rep.settles().await.unwrap().refused, 0);
    }
}

#[tokio::test]
async fn unsent_work_of_a_broken_device_is_sent_from_another() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (phone, laptop) = (world.device("amal", "phone").await.unwrap(), world.device("amal", "laptop").await.unwrap());
    phone.settles().await.unwrap();
    laptop.settles().await.unwrap();
    world.server_vanishes().await;
    let customer = phone.customer("شركة النور").await.unwrap();
    let file = phone.app.ask(ExportUnsent {}).await.unwrap();
    phone.dies().await;
    assert_eq!(laptop.app.ask(file).await.unwrap().changes, 1);
    world.server_returns().await.unwrap();
    laptop.settles().await.unwrap();
    let basma = world.rep("basma").await.unwrap();
    basma.sees(customer, "what was captured on the broken phone", |r| text(r, "name") == "شركة النور").await.unwrap();
}
