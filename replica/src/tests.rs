//! The replica as a person's device meets it: one module for each promise.
#![expect(clippy::unwrap_used, reason = "tests")]

mod contents;
mod custom_kind;
mod damage;
mod failures;
mod generations;
mod hand_over;
mod lists;
mod merging;
mod moving;
mod pages;
mod plans;
mod quarantine;
mod rebuild;
mod relays;
mod trips;
mod unsent;
mod writes;

use crate::{OpenOptions, Place, Replica};
use maydan_core::command::*;
use maydan_core::document::Edit;
use maydan_core::{DeviceId, Host, Instant, RecordId, Registry, Row, ScopeId, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;
use uuid::Uuid;

const TERRITORY: ScopeId = ScopeId(Uuid::from_u128(0x7E));
const AMAL: RecordId = RecordId(Uuid::from_u128(0xA));
const BASMA: RecordId = RecordId(Uuid::from_u128(0xB));
/// 2025-10-09, on a whole second.
const BEGIN: Instant = Instant(1_760_000_000_000);

/// Counts what was asked of all hosts, so that no two of them ever give the same id.
static ASKED: AtomicI64 = AtomicI64::new(1);

/// A machine whose clock moves when something happens, and whose randomness never repeats.
struct TestHost;

impl Host for TestHost {
    fn now(&self) -> Instant {
        BEGIN.plus(ASKED.load(Ordering::Relaxed))
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        let count = ASKED.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        for (slot, byte) in buffer.iter_mut().rev().zip(count) {
            *slot = byte;
        }
    }

    fn zone(&self) -> String {
        "Africa/Tripoli".into()
    }

    fn utc_offset_minutes(&self, _: Instant) -> i32 {
        120
    }
}

fn options(place: Place) -> OpenOptions {
    OpenOptions { place, host: Arc::new(TestHost), registry: Registry::maydan(), remembered_actor: None }
}

fn file(folder: &TempDir) -> Place {
    Place::File(folder.path().join("replica.db"))
}

/// A rep of the territory.
fn rep(id: RecordId) -> SessionUser {
    let grants = vec![
        Grant { scope: ScopeId::COMPANY, level: Level::Read },
        Grant { scope: TERRITORY, level: Level::Write },
        Grant { scope: id.into(), level: Level::Write },
    ];
    SessionUser { id, name: "أمل".into(), role: "rep".into(), grants, device: DeviceId(id.0) }
}

fn open_with(options: OpenOptions, user: RecordId) -> Replica {
    let mut replica = Replica::open(options).unwrap();
    replica.set_user(rep(user)).unwrap();
    replica
}

fn open(place: Place) -> Replica {
    open_with(options(place), AMAL)
}

fn fields(pairs: &[(&str, Value)]) -> Row {
    pairs.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect()
}

fn create(replica: &mut Replica, kind: &str, pairs: &[(&str, Value)]) -> RecordId {
    replica.create_record(CreateRecord { kind: kind.into(), id: None, scope: None, fields: fields(pairs) }).unwrap().id
}

fn customer(replica: &mut Replica, name: &str) -> RecordId {
    create(replica, "customer", &[("name", name.into())])
}

fn set(replica: &mut Replica, id: RecordId, field: &str, value: impl Into<Value>) -> Revision {
    replica.edit_fields(EditFields::now(id, vec![Edit::set(field, value)])).unwrap()
}

fn row(replica: &mut Replica, id: RecordId) -> Row {
    replica.get_record(GetRecord { id }).unwrap().row
}

/// The first page of a list.
fn all(kind: &str) -> ListRecords {
    ListRecords { kind: kind.into(), limit: 50, ..ListRecords::default() }
}

/// Customers' names, as searching for `typed` shows them.
fn found(replica: &mut Replica, typed: &str) -> Vec<String> {
    let page = replica.list_records(ListRecords { search: typed.into(), ..all("customer") }).unwrap();
    page.lines.iter().map(|line| line.row["name"].as_text().unwrap().to_owned()).collect()
}

/// The answer to a query for one number.
fn number(replica: &Replica, sql: &str) -> i64 {
    replica.connection().query_row(sql, [], |r| r.get(0)).unwrap()
}
