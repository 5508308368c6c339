//! What an operator does beside a company at work, and what stands in her way when something is wrong with the folder.
#![expect(clippy::unwrap_used, reason = "tests")]

use clap::Parser;
use maydan_core::command::*;
use maydan_core::{ErrorCode, ScopeId};
use maydan_it::World;
use maydan_it::world::Rep;
use maydan_sync_server::Company;
use maydan_sync_server::admin::Cli;
use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

/// Runs a command of the operator's on the world's store; answers what it printed.
async fn operator(world: &World, command: &[&str]) -> maydan_core::Result<String> {
    let folder = world.server_folder();
    let arguments = [&["maydan-sync-server", "--data", folder.to_str().unwrap()], command].concat();
    let mut printed = Vec::new();
    Cli::try_parse_from(arguments).unwrap().run(&mut printed).await?;
    Ok(String::from_utf8(printed).unwrap().trim().to_owned())
}

#[tokio::test]
async fn what_an_operator_does_reaches_the_devices_of_a_server_at_work() {
    let world = World::new(&["amal"]).await.unwrap();
    let amal = world.rep("amal").await.unwrap();
    amal.settles().await.unwrap();

    let scope = operator(&world, &["territory", "add", "بنغازي"]).await.unwrap();
    let listed = operator(&world, &["territory", "list"]).await.unwrap();
    assert_eq!(listed.lines().next(), Some(format!("{scope} بنغازي").as_str()), "{listed}");
    operator(&world, &["grant", "amal", &scope, "write"]).await.unwrap();
    let territory: ScopeId = scope.parse().unwrap();
    amal.sees(maydan_core::RecordId(territory.0), "the new territory, without having asked", |_| true).await.unwrap();
    let customer = amal.app.ask(create(Some(territory))).await.unwrap().id;
    amal.settles().await.unwrap();
    for city in ["سرت", "سبها", "غات"] {
        amal.sets(customer, "city", city).await.unwrap();
    }
    amal.settles().await.unwrap();
    let shortened = operator(&world, &["shorten", "--changes", "4", "--days", "0"]).await.unwrap();
    assert!(shortened.contains("1 records are shortened by 3 changes"), "{shortened}");
    amal.sees(customer, "one change in place of four", |record| record.heads.len() == 1 && record.row["city"] == "غات".into())
        .await
        .unwrap();
    amal.settles().await.unwrap();
    assert_eq!(amal.app.ask(History { id: customer, limit: 9 }).await.unwrap().entries.len(), 1);

    operator(&world, &["grant", "amal", &scope, "none"]).await.unwrap();
    amal.forgets(customer).await.unwrap();
    let refused = amal.app.ask(create(Some(territory))).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    let refused = operator(&world, &["grant", "amal", &scope, "all"]).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidValue);
}

fn create(scope: Option<ScopeId>) -> CreateRecord {
    let fields = [("name".to_owned(), "شركة النور".into())].into();
    CreateRecord { kind: "customer".into(), id: None, scope, fields }
}

#[tokio::test]
async fn a_device_that_missed_too_much_begins_its_feeds_again() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    let (one, two) = (amal.customer("شركة النور").await.unwrap(), amal.customer("مخبز الأمل").await.unwrap());
    amal.settles().await.unwrap();
    basma.sees(two, "the customers", |_| true).await.unwrap();
    let unsent = basma.customer("قبل أن يُفقد شيء").await.unwrap();
    // More than one page, so that a device stands in the middle of the feed for a while.
    for n in 0..60_u32 {
        let remarks: String = (0..12_000_u32).map(|k| char::from(b'a' + u8::try_from((n * 7919 + k * k) % 26).unwrap())).collect();
        basma.creates("customer", &[("name", format!("زبون {n}").into()), ("remarks", remarks.into())]).await.unwrap();
    }
    basma.settles().await.unwrap();
    amal.settles().await.unwrap();

    let folder = basma.dies().await;
    let later = amal.customer("بعد أن أُغلق هاتفها").await.unwrap();
    amal.settles().await.unwrap();

    // It leaves her scope, and when she comes back nothing tells of that any more.
    world.server_vanishes().await;
    let floor = {
        let company = Company::open(&world.server_folder()).unwrap();
        let elsewhere = company.add_territory("بنغازي").unwrap();
        company.rescope(one, elsewhere).unwrap();
        company.trim(maydan_core::Instant(i64::MAX)).unwrap()
    };
    let basma = Rep::open(folder).unwrap();
    let offline = basma.customer("كُتب دون شبكة").await.unwrap();
    world.server_returns().await.unwrap();
    basma.settles().await.unwrap();
    for id in [two, unsent, later, offline] {
        basma.reads(id).await.unwrap();
        amal.sees(id, "what basma wrote", |_| true).await.unwrap();
    }
    basma.forgets(one).await.unwrap();
    let cursors = basma.app.with_replica(|r| r.cursors()).unwrap();
    assert!(cursors.iter().all(|c| c.is_at_end() && c.seq >= floor), "quiet feeds stand at the end too: {cursors:?}");
    let fresh = world.device("basma", "new phone").await.unwrap();
    fresh.settles().await.unwrap();
    assert_eq!(fresh.app.ask(ListRecords { kind: "customer".into(), limit: 9, ..ListRecords::default() }).await.unwrap().total, 64);
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let world = World::new(&[]).await.unwrap();
    assert_eq!(Company::open(&world.server_folder()).unwrap_err().code, ErrorCode::InUse);
    assert_eq!(operator(&world, &["restore", "backup.db"]).await.unwrap_err().code, ErrorCode::InUse);
    assert_eq!(operator(&world, &["init"]).await.unwrap_err().code, ErrorCode::WrongState);
}

#[tokio::test]
async fn a_store_that_is_no_database_is_refused_and_left_as_it_is() {
    let mut world = World::new(&[]).await.unwrap();
    world.server_vanishes().await;
    drop(world.company().await.unwrap());
    let path = world.server_folder().join("maydan.db");
    for beside in ["maydan.db-wal", "maydan.db-shm"] {
        drop(std::fs::remove_file(world.server_folder().join(beside)));
    }
    let letter = "this is a letter, not a database\n".repeat(400);
    std::fs::write(&path, &letter).unwrap();
    assert_eq!(Company::open(&world.server_folder()).unwrap_err().code, ErrorCode::NotADatabase);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), letter);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(Company::open(&world.server_folder()).unwrap_err().code, ErrorCode::NotFound);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_on_the_machine_reads_the_store_or_a_backup() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(&[]).await.unwrap();
    let backup = world.folder.path().join("backup.db");
    operator(&world, &["backup", backup.to_str().unwrap()]).await.unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&world.server_folder()), 0o700);
    assert_eq!(mode(&backup), 0o600);
}

/// A device as a process of its own.
fn device(folder: &std::path::Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_maydan-device")).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

#[tokio::test]
async fn a_second_process_on_a_device_is_refused_and_the_first_works_on() {
    let world = World::new(&["amal"]).await.unwrap();
    let amal = world.rep("amal").await.unwrap();
    amal.customer("شركة النور").await.unwrap();
    let folder = amal.dies().await;

    let mut first = device(&folder);
    assert_eq!(asks(&mut first, "list_records", r#"{"kind":"customer","limit":9}"#)["ok"]["total"], 1);
    let second = device(&folder).wait_with_output().unwrap();
    assert!(!second.status.success(), "the second must not open what the first works on");
    assert_eq!(asks(&mut first, "create_record", r#"{"kind":"customer","fields":{"name":"مخبز الأمل"}}"#)["error"], Json::Null);
    assert_eq!(asks(&mut first, "list_records", r#"{"kind":"customer","limit":9}"#)["ok"]["total"], 2);
    first.kill().unwrap();
    first.wait().unwrap();
    let mut third = device(&folder);
    assert_eq!(asks(&mut third, "list_records", r#"{"kind":"customer","limit":9}"#)["ok"]["total"], 2, "the lock ends with its process");
    third.kill().unwrap();
    third.wait().unwrap();
}

fn asks(device: &mut Child, command: &str, body: &str) -> Json {
    let line = format!("{{\"command\":\"{command}\",\"body\":{body}}}\n");
    device.stdin.as_mut().unwrap().write_all(line.as_bytes()).unwrap();
    // One answer, one line: nothing is read ahead that another reader would miss.
    let mut answer = String::new();
    BufReader::with_capacity(1, device.stdout.as_mut().unwrap()).read_line(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap()
}

#[tokio::test]
async fn a_check_finds_what_does_not_fit_and_makes_again_what_it_can() {
    let world = World::new(&["amal"]).await.unwrap();
    let amal = world.rep("amal").await.unwrap();
    let (one, two) = (amal.customer("شركة النور").await.unwrap(), amal.customer("مخبز الأمل").await.unwrap());
    amal.sets(one, "city", "بنغازي").await.unwrap();
    amal.settles().await.unwrap();
    // Another device: now there are snapshots.
    world.device("amal", "laptop").await.unwrap().settles().await.unwrap();
    let well = operator(&world, &["check"]).await.unwrap();
    assert!(well.ends_with("all is well"), "{well}");

    let spoil = |sql: &str, id: maydan_core::RecordId| {
        let db = rusqlite::Connection::open(world.server_folder().join("maydan.db")).unwrap();
        assert_eq!(db.execute(sql, [id.as_bytes()]).unwrap(), 1, "{sql}");
    };
    spoil("UPDATE snapshot SET row = x'80' WHERE doc = (SELECT n FROM doc WHERE id = ?1)", one);
    spoil("UPDATE doc SET heads = zeroblob(32) WHERE id = ?1", two);
    let told = async |command: &[&str]| {
        let mut printed = Vec::new();
        let folder = world.server_folder();
        let arguments = [&["maydan-sync-server", "--data", folder.to_str().unwrap()], command].concat();
        let done = Cli::try_parse_from(arguments).unwrap().run(&mut printed).await;
        (String::from_utf8(printed).unwrap(), done)
    };
    let (lines, done) = told(&["check"]).await;
    assert_eq!(done.unwrap_err().code, ErrorCode::Corrupt);
    for part in [format!("record {one}: its snapshot"), format!("record {two}: it does not stand"), format!("scope {}", world.territory)] {
        assert!(lines.contains(&part), "{part} in {lines}");
    }
    told(&["check", "--mend"]).await.1.unwrap();
    assert!(operator(&world, &["check"]).await.unwrap().ends_with("all is well"));

    // Another one: the snapshots that were thrown away are made again.
    world.device("amal", "tablet").await.unwrap().settles().await.unwrap();
    // What is lost for good is named, and no mending makes it look well.
    spoil("UPDATE change SET bytes = x'00' WHERE seq = (SELECT max(c.seq) FROM change c JOIN doc d ON d.n = c.doc WHERE d.id = ?1)", one);
    spoil("DELETE FROM feed WHERE seq = (SELECT max(c.seq) FROM change c JOIN doc d ON d.n = c.doc WHERE d.id = ?1)", two);
    let kept = || {
        let db = rusqlite::Connection::open(world.server_folder().join("maydan.db")).unwrap();
        let sql = "SELECT count(*) FROM snapshot s JOIN doc d ON d.n = s.doc WHERE d.id = ?1";
        db.query_row(sql, [one.as_bytes()], |row| row.get::<_, i64>(0)).unwrap()
    };
    let before = kept();
    assert_eq!(before, 1);
    let (lines, done) = told(&["check", "--mend"]).await;
    assert_eq!(done.unwrap_err().code, ErrorCode::Corrupt);
    assert_eq!(kept(), before, "it may be all that is left of the damaged change");
    assert!(lines.contains("is damaged") && lines.contains("are not told"), "{lines}");
}

#[tokio::test]
async fn a_device_that_was_cut_off_hands_over_what_it_has_not_sent_and_keeps_nothing() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    let known = amal.customer("marker-known").await.unwrap();
    amal.settles().await.unwrap();
    basma.sees(known, "the customer", |_| true).await.unwrap();
    let device = amal.app.ask(GetSession {}).await.unwrap().user.unwrap().device.to_string();

    world.server_vanishes().await;
    let unsent = amal.customer("marker-unsent").await.unwrap();
    amal.sets(known, "remarks", "marker-remark").await.unwrap();
    drop(world.company().await.unwrap());
    operator(&world, &["revoke", &device]).await.unwrap();
    world.server_returns().await.unwrap();

    let devices = operator(&world, &["devices"]).await.unwrap();
    assert!(devices.lines().any(|line| line.starts_with(&device) && line.contains("(amal)") && line.ends_with("cut off")), "{devices}");
    let session = amal.is_signed_out().await.unwrap();
    assert_eq!(session.cut_off.map(|cut_off| cut_off.handed_over), Some(2), "a new customer and a remark");
    let folder = amal.dies().await;
    let held = holding(&folder, "marker-");
    assert!(held.is_empty(), "nothing of hers may be left: {held:?}");

    let listed = operator(&world, &["handed-over"]).await.unwrap();
    for part in ["amal", "\"marker-unsent\"", "remarks: nothing → \"marker-remark\""] {
        assert!(listed.contains(part), "{part} in {listed}");
    }
    let refused = basma.app.ask(GetRecord { id: unsent }).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound, "nobody sees it before it is taken in");
    assert_eq!(operator(&world, &["handed-over", "take", &device]).await.unwrap(), "items taken in (new records and edits): 3, refused: 0");
    for gone in [vec!["handed-over", "take", &device], vec!["handed-over", "discard", &device, "--yes"]] {
        assert_eq!(operator(&world, &gone).await.unwrap_err().code, ErrorCode::NotFound, "nothing waits any more");
    }
    basma.sees(unsent, "what amal wrote", |_| true).await.unwrap();
    basma.sees(known, "her remark", |record| record.row["remarks"].as_text() == Some("marker-remark")).await.unwrap();

    // On a new phone she has it all again; the old one asks in vain until it is let in.
    let phone = world.device("amal", "new phone").await.unwrap();
    phone.sees(unsent, "her own work", |_| true).await.unwrap();
    let old = Rep::open(folder).unwrap();
    let sign_in = || SignIn { server: world.url(), login: "amal".into(), password: maydan_it::world::PASSWORD.into() };
    assert_eq!(old.app.ask(sign_in()).await.unwrap_err().code, ErrorCode::CutOff);
    operator(&world, &["readmit", &device]).await.unwrap();
    assert_eq!(old.app.ask(sign_in()).await.unwrap().cut_off, None);
    old.sees(unsent, "everything again", |_| true).await.unwrap();
}

#[tokio::test]
async fn an_app_that_is_too_old_loses_nothing_and_is_asked_to_update() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    amal.settles().await.unwrap();
    world.server_vanishes().await;
    let offline = amal.customer("شركة النور").await.unwrap();
    world.minimum_app = Some("999.0.0");
    world.server_returns().await.unwrap();
    amal.waits_for("the word that it is too old", |s| s.state == SyncState::UpdateNeeded && s.pending == 0).await.unwrap();
    let at_server = Company::join(&world.server_folder()).unwrap().check(&mut |fault| panic!("{fault}")).unwrap();
    assert_eq!(at_server.documents, 5, "three people, a territory, and what she wrote");
    basma.waits_for("the same", |s| s.state == SyncState::UpdateNeeded).await.unwrap();
    assert_eq!(basma.app.ask(GetRecord { id: offline }).await.unwrap_err().code, ErrorCode::NotFound, "it is sent nothing");

    world.server_vanishes().await;
    world.minimum_app = Some(env!("CARGO_PKG_VERSION"));
    world.server_returns().await.unwrap();
    basma.sees(offline, "what amal wrote, now that it may", |_| true).await.unwrap();
    amal.settles().await.unwrap();
}

#[tokio::test]
async fn what_is_erased_is_found_nowhere_any_more_and_stays_erased_after_a_restore() {
    let mut world = World::new(&["amal", "basma"]).await.unwrap();
    let (amal, basma) = (world.rep("amal").await.unwrap(), world.rep("basma").await.unwrap());
    let known = amal.customer("marker-known").await.unwrap();
    amal.settles().await.unwrap();
    basma.sees(known, "the customer", |_| true).await.unwrap();
    let backup = world.folder.path().join("last-night.db");
    operator(&world, &["backup", backup.to_str().unwrap()]).await.unwrap();

    world.server_vanishes().await;
    let about = [("customer", known.to_string().into()), ("body", "marker-unsent".into())];
    let note = amal.creates("note", &about).await.unwrap();
    amal.sets(known, "remarks", "marker-remark").await.unwrap();
    let kept = amal.customer("مخبز الأمل").await.unwrap();
    drop(world.company().await.unwrap());
    let refused = operator(&world, &["erase", &known.to_string()]).await.unwrap_err();
    assert!(refused.message.contains("customer: 1") && refused.message.contains("--yes"), "{refused}");
    operator(&world, &["erase", &known.to_string(), "--yes"]).await.unwrap();
    assert!(holding(&world.server_folder(), "marker-").is_empty(), "it is gone from the server's disk at once");

    world.server_returns().await.unwrap();
    for gone in [known, note] {
        amal.forgets(gone).await.unwrap();
    }
    basma.forgets(known).await.unwrap();
    basma.sees(kept, "what amal wrote about somebody else", |_| true).await.unwrap();
    let status = amal.settles().await.unwrap();
    assert_eq!(status.refused, 0, "there is nothing to show of it");
    let folders = [amal.dies().await, basma.dies().await];
    for folder in &folders {
        assert_eq!(holding(folder, "marker-"), Vec::<std::path::PathBuf>::new());
    }

    world.server_vanishes().await;
    operator(&world, &["restore", backup.to_str().unwrap()]).await.unwrap();
    world.server_returns().await.unwrap();
    let [amal, basma] = folders.map(|folder| Rep::open(folder).unwrap());
    amal.settles().await.unwrap();
    basma.settles().await.unwrap();
    let fresh = world.device("basma", "new phone").await.unwrap();
    fresh.sees(kept, "what the phones brought back", |_| true).await.unwrap();
    fresh.settles().await.unwrap();
    fresh.forgets(known).await.unwrap();
    world.server_vanishes().await;
    assert!(holding(&world.server_folder(), "marker-").is_empty());
}

/// The files in a folder that hold some bytes, whatever they are.
fn holding(folder: &std::path::Path, marker: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, marker));
        } else if std::fs::read(&path).unwrap().windows(marker.len()).any(|bytes| bytes == marker.as_bytes()) {
            found.push(path);
        }
    }
    found
}
