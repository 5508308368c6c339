//! What must hold when the disk does not.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::chance::random_uuid;
use maydan_core::command::Level;
use maydan_core::document::{Document, Edit};
use maydan_core::sync::wire::{Cursor, Item, Outcome, Pull, Push};
use maydan_core::{Actor, DeviceId, ErrorCode, RecordId};
use std::collections::BTreeSet;

#[test]
fn a_push_that_meets_a_full_disk_is_refused_whole_and_taken_later() {
    let folder = tempfile::tempdir().unwrap();
    let file = Arc::new(Sqlite::init(&folder.path().join("store")).unwrap());
    let company = Company::over(file.clone());
    let scope = company.add_territory("طرابلس").unwrap();
    let new = NewUser { login: "amal".into(), name: "أمل".into(), role: "rep".into(), password: Some("maydan-demo-1".into()) };
    let user = company.add_user(&new).unwrap();
    company.grant(user, scope, Level::Write).unwrap();
    let caller = Caller { user, device: DeviceId(random_uuid()) };
    let actor = Actor(random_uuid());
    company.sign_in("amal", "maydan-demo-1", caller.device).unwrap();
    company.claim_actor(caller, actor).unwrap();

    let kind = company.registry().get("customer").unwrap().clone();
    let id = RecordId(random_uuid());
    let mut document = Document::create(&kind, id).unwrap();
    // Such text as does not compress, so that it needs pages.
    let long: String = (0..20_000).map(|_| random_uuid().to_string()[..2].to_owned()).collect();
    let edits = [Edit::set("name", "شركة النور"), Edit::set("remarks", long.as_str())];
    let change = document.edit(actor, Instant(1_000), None, &edits).unwrap().change.unwrap();
    let open = Item::Open { doc: id, kind: "customer".into(), parent: None, scope };
    let items = [open, Item::Change { doc: id, bytes: change.bytes().to_vec().into() }];
    let push = Push::of(actor, items.iter().map(|item| item.to_bytes().unwrap().into()).collect());
    let before = company.high_water(&[maydan_core::command::Grant { scope, level: Level::Write }]).unwrap();

    file.limit_pages(true);
    assert_eq!(company.push(caller, &push).unwrap_err().code, ErrorCode::DiskFull);
    assert_eq!(company.high_water(&[maydan_core::command::Grant { scope, level: Level::Write }]).unwrap(), before);

    file.limit_pages(false);
    let outcomes = company.push(caller, &push).unwrap().outcomes;
    assert!(outcomes.iter().all(|o| matches!(o, Outcome::Accepted { .. })), "{outcomes:?}");
    let again = company.push(caller, &push).unwrap().outcomes;
    assert_eq!(again, [Outcome::Duplicate, Outcome::Duplicate]);

    // Whoever reads it first has it made ready for all others.
    let snapshots = || {
        let sql = "SELECT count(*) FROM snapshot s JOIN doc d ON d.n = s.doc WHERE d.id = $1 AND s.upto_seq = d.last_seq";
        company.read(|tx| tx.value::<u64>(sql, crate::store::params![id])).unwrap()
    };
    assert_eq!(snapshots(), 0);
    let cursors = vec![Cursor::start(scope)];
    company.pull(caller, &Pull { epoch: company.epoch().unwrap(), cursors, ..Pull::default() }).unwrap();
    assert_eq!(snapshots(), 1);
}

/// A store whose first write waits until it is let go, so that others gather behind it.
#[derive(Debug)]
struct Slow {
    file: Sqlite,
    writes: std::sync::atomic::AtomicUsize,
    gate: std::sync::Barrier,
}

impl Store for Slow {
    fn read(&self, work: &mut crate::store::Work<'_>) -> Result<()> {
        self.file.read(work)
    }

    fn write(&self, work: &mut crate::store::Work<'_>) -> Result<()> {
        if self.writes.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
            self.gate.wait();
            self.gate.wait();
        }
        self.file.write(work)
    }

    fn epoch(&self) -> Result<Uuid> {
        self.file.epoch()
    }

    fn set_epoch(&self, epoch: Uuid) -> Result<()> {
        self.file.set_epoch(epoch)
    }

    fn secret(&self) -> &[u8; 32] {
        self.file.secret()
    }

    fn erased(&self) -> Result<BTreeSet<RecordId>> {
        self.file.erased()
    }

    fn add_erased(&self, ids: &BTreeSet<RecordId>) -> Result<()> {
        self.file.add_erased(ids)
    }

    fn scrub(&self) -> Result<()> {
        self.file.scrub()
    }

    fn on_write(&self, wake: crate::store::Wake) {
        self.file.on_write(wake);
    }
}

#[test]
fn what_waits_for_the_disk_is_written_together_and_a_refused_part_harms_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let file = Sqlite::init(folder.path()).unwrap();
    let slow = Arc::new(Slow { file, writes: 0.into(), gate: std::sync::Barrier::new(2) });
    let company = Company::over(slow.clone());
    let note = |text: &'static str, fails: bool| {
        move |log: &mut Log, tx: &mut dyn Tx| {
            tx.write("INSERT INTO meta (key, value) VALUES ($1, $1)", crate::store::params![text])?;
            log.next(&[text.as_bytes()]);
            if fails { Err(maydan_core::Error::new(ErrorCode::WrongState, "refused")) } else { Ok(log.seq()) }
        }
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| company.write(note("first", false)));
        slow.gate.wait();
        let others: Vec<_> = ["b", "c", "d"]
            .map(|text| {
                scope.spawn({
                    let company = &company;
                    move || company.write(note(text, text == "c"))
                })
            })
            .into();
        while company.0.group.waiting() < 3 {
            std::thread::yield_now();
        }
        slow.gate.wait();
        assert_eq!(first.join().unwrap(), Ok(1));
        let mut answers: Vec<_> = others.into_iter().map(|t| t.join().unwrap().map_err(|e| e.code)).collect();
        answers.sort_by_key(|a| a.unwrap_or(u64::MAX));
        assert_eq!(answers, [Ok(2), Ok(3), Err(ErrorCode::WrongState)], "numbers without a gap");
    });
    assert_eq!(slow.writes.load(std::sync::atomic::Ordering::SeqCst), 2, "three that waited are one write");
    let kept = company.read(|tx| tx.rows("SELECT key FROM meta ORDER BY key", crate::store::params![])).unwrap();
    let kept: Vec<String> = kept.iter().map(|row| row.get(0).unwrap()).collect();
    assert_eq!(kept, ["b", "d", "first"]);
    // Each was answered the head as it stood behind it: all of them are in the log, or the next request would look like another past.
    let rows = company.read(|tx| tx.rows("SELECT seq FROM log ORDER BY seq", crate::store::params![])).unwrap();
    assert_eq!(rows.iter().map(|row| row.get::<u64>(0).unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
}
