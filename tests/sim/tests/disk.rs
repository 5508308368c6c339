//! The simulated disk itself: what SQLite synced is there after a power cut, and what it did not may not be.
#![expect(clippy::unwrap_used, reason = "tests")]

use maydan_sim::disk::Trouble;
use maydan_sim::vfs::Mount;
use rusqlite::Connection;

fn open(mount: &Mount, synchronous: &str) -> Connection {
    let db = Connection::open(mount.name("test.db")).unwrap();
    db.pragma_update(None, "journal_mode", "wal").unwrap();
    db.pragma_update(None, "synchronous", synchronous).unwrap();
    db.execute_batch("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, text TEXT)").unwrap();
    db
}

fn rows(db: &Connection) -> usize {
    db.query_row("SELECT count(*) FROM t", [], |r| r.get(0)).unwrap()
}

/// Writes until the power is cut after some strain; answers how many were acknowledged, and how many are there afterwards.
fn write_until_dark(seed: u64, synchronous: &str) -> (usize, usize) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mount = Mount::new();
    let db = open(&mount, synchronous);
    mount.disk.light_fuse(random.u32(0..200));
    let mut done = 0;
    while db.execute("INSERT INTO t (text) VALUES (?1)", ["x".repeat(random.usize(0..900))]).is_ok() {
        done += 1;
    }
    assert!(mount.disk.is_dead());
    drop(db);
    mount.disk.restart(&mut random);
    let db = open(&mount, synchronous);
    let check: String = db.query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
    assert_eq!(check, "ok");
    (done, rows(&db))
}

#[test]
fn what_was_synced_survives_every_power_cut() {
    for seed in 0..200 {
        let (done, there) = write_until_dark(seed, "full");
        assert!(there >= done && there <= done + 1, "seed {seed}: {done} acknowledged, {there} there");
    }
}

#[test]
fn what_was_not_synced_gets_lost_now_and_then() {
    let lost = (0..200).filter(|seed| {
        let (done, there) = write_until_dark(*seed, "normal");
        there < done
    });
    assert!(lost.count() > 50, "a missing sync shows");
}

#[test]
fn two_connections_see_each_other_and_wait_their_turn() {
    let mount = Mount::new();
    let (one, two) = (open(&mount, "full"), open(&mount, "full"));
    two.busy_timeout(std::time::Duration::ZERO).unwrap();
    one.execute_batch("BEGIN IMMEDIATE; INSERT INTO t (text) VALUES ('a')").unwrap();
    assert_eq!(rows(&two), 0);
    two.execute_batch("BEGIN IMMEDIATE").unwrap_err();
    one.execute_batch("COMMIT").unwrap();
    assert_eq!(rows(&two), 1);
}

#[test]
fn a_full_disk_says_so_and_recovers() {
    let mount = Mount::new();
    let db = open(&mount, "full");
    db.execute("INSERT INTO t (text) VALUES ('a')", []).unwrap();
    mount.disk.trouble(Some(Trouble::Full));
    let refused = db.execute("INSERT INTO t (text) VALUES ('b')", []).unwrap_err();
    assert_eq!(refused.sqlite_error_code(), Some(rusqlite::ErrorCode::DiskFull));
    mount.disk.trouble(None);
    db.execute("INSERT INTO t (text) VALUES ('c')", []).unwrap();
    assert_eq!(rows(&db), 2);
}
