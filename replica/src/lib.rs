//! A device's replica: Automerge documents and their projections in one SQLite database.
//!
//! Synchronous and without tokio: the same crate runs natively and in a browser worker. One thread has the database; others
//! only help where it is not needed.
//!
//! Invariants:
//! - A write is ONE SQLite transaction: change, document state, projection, search, outbox. `synchronous=FULL`: when a
//!   handler answers, the write is on the disk.
//! - Lists and search read projections only; opening the database loads no document. Documents load on demand.
//! - Projections can be dropped at any time and are rebuilt from the documents; they are rebuilt by themselves when a
//!   declaration changes.
//! - An outbox item leaves only after the server has acknowledged it.
//!
//! Deliberately absent: sockets and time (the driver's), decisions (core's).

mod at_once;
mod blob;
mod handler;
mod open;
mod projection;
mod store;
mod sync;
#[cfg(test)]
mod tests;
mod wipe;
mod write;

pub use open::{OpenOptions, Place};
pub use sync::{Batch, Counts, Incoming, Outgoing, Taken};

use maydan_core::command::{Event, SessionUser};
use maydan_core::{Actor, Error, ErrorCode, Host, RecordId, Registry, Result};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A device's replica of what its user may see.
pub struct Replica {
    db: Connection,
    registry: Arc<Registry>,
    host: Arc<dyn Host>,
    actor: Actor,
    user: Option<SessionUser>,
    documents: store::Cache,
    fingerprints: BTreeMap<String, i64>,
    events: Vec<Event>,
    clock_skew: Option<i64>,
    room: sync::Room,
    /// Pages of a long catch-up may lie in the database's log.
    has_caught_up: bool,
    /// Held as long as the database is open, so that no second process works on it.
    #[cfg(not(target_arch = "wasm32"))]
    _lock: Option<std::fs::File>,
}

impl std::fmt::Debug for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Replica({:?})", self.actor)
    }
}

impl Replica {
    /// The actor under which this database writes. The platform keeps it outside the database too, so that a copied
    /// database is noticed.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// The user whose replica this is.
    pub fn user(&self) -> Option<&SessionUser> {
        self.user.as_ref()
    }

    /// Does what can wait until nothing else is to be done: what a long catch-up has left in the log goes into the database, so that
    /// no save has to wait for that.
    ///
    /// # Errors
    /// What the database says. Nothing is lost.
    pub fn rest(&mut self) -> Result<()> {
        if std::mem::take(&mut self.has_caught_up) {
            self.db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).map_err(storage)?;
        }
        Ok(())
    }

    /// What changed since this was asked last, for the user interface.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// Server clock less device clock, as of the last contact.
    pub fn set_clock_skew(&mut self, ms: i64) {
        self.clock_skew = Some(ms);
    }

    /// Documents in memory: what tests assert about laziness.
    pub fn loaded_documents(&self) -> usize {
        self.documents.len()
    }

    /// The database, for tests and tools that look at plans and counts.
    pub fn connection(&self) -> &Connection {
        &self.db
    }

    fn signed_in(&self) -> Result<&SessionUser> {
        self.user.as_ref().ok_or_else(|| Error::new(ErrorCode::SignInNeeded, "nobody is signed in: sign in first"))
    }

    /// Tells the user interface that records changed. Long lists are told without ids.
    fn changed(&mut self, kind: &str, id: RecordId) {
        const MANY: usize = 50;
        for event in &mut self.events {
            if let Event::Changed { kind: k, ids } = event
                && k == kind
            {
                if !ids.is_empty() && !ids.contains(&id) {
                    ids.push(id);
                    if ids.len() > MANY {
                        ids.clear();
                    }
                }
                return;
            }
        }
        self.events.push(Event::Changed { kind: kind.to_owned(), ids: vec![id] });
    }
}

/// SQLite's errors in our words.
fn storage(e: rusqlite::Error) -> Error {
    use rusqlite::ffi::{self, ErrorCode as Sqlite};
    let extended = |e: &rusqlite::Error| e.sqlite_error().map(|e| e.extended_code);
    let code = match e.sqlite_error_code() {
        Some(Sqlite::DiskFull) => ErrorCode::DiskFull,
        // What is shared beside the file could not be made longer.
        Some(Sqlite::SystemIoFailure) if extended(&e) == Some(ffi::SQLITE_IOERR_SHMSIZE) => ErrorCode::DiskFull,
        Some(Sqlite::SystemIoFailure) => ErrorCode::DiskFailed,
        Some(Sqlite::NotADatabase | Sqlite::DatabaseCorrupt) => ErrorCode::NotADatabase,
        Some(Sqlite::DatabaseBusy | Sqlite::DatabaseLocked) => ErrorCode::InUse,
        _ => ErrorCode::Internal,
    };
    let advice = match code {
        ErrorCode::DiskFull => "free some space; nothing that was saved is lost",
        ErrorCode::NotADatabase => "the file is left as it is; restore it or choose another place",
        ErrorCode::InUse => "close the other window or process",
        ErrorCode::DiskFailed => "try again; if it goes on, the disk may be failing",
        _ => "this is a bug",
    };
    Error::new(code, format!("the local database answered: {e}; {advice}"))
}
