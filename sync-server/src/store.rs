//! Where a company's data lies: SQLite or PostgreSQL, behind one small trait.
//!
//! The trait speaks SQL, not records: what the server knows and decides is written once, in `company`, with
//! statements that both databases understand (`$1` for parameters, whole numbers, text and bytes for values). A store
//! promises only what a database is for.
//!
//! Invariants:
//! - A write that was answered is on the disk; one that failed left nothing behind.
//! - One write at a time, over all processes: numbers taken in a write have no gaps, and whoever reads sees all of them
//!   up to the newest.
//! - A read sees one state, whatever is written meanwhile, and waits for nobody.
//! - Statements for many sets of parameters travel together: one round trip to a database elsewhere.

mod blobs;
mod copy;
mod folder;
mod group;
mod postgres;
mod sqlite;
mod value;

pub use blobs::Blobs;
pub use copy::copy;
pub use folder::share_key;
pub(crate) use folder::write_private;
pub(crate) use group::{Frame, Group};
pub use postgres::Postgres;
pub use sqlite::Sqlite;
pub(crate) use value::params;
pub use value::{FromValue, Row, Value};

use maydan_core::{Error, ErrorCode, RecordId, Result};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// Work inside a transaction.
pub type Work<'a> = dyn FnMut(&mut dyn Tx) -> Result<()> + 'a;

/// A database.
pub trait Store: Send + Sync + fmt::Debug {
    /// Reads from one state.
    ///
    /// # Errors
    /// What `work` or the database says.
    fn read(&self, work: &mut Work<'_>) -> Result<()>;

    /// Writes, alone; all of it or, when `work` fails, nothing.
    ///
    /// # Errors
    /// What `work` or the database says; [`ErrorCode::DiskFull`] loses nothing.
    fn write(&self, work: &mut Work<'_>) -> Result<()>;

    /// Which life of the data this is: another one after a backup was put in place.
    fn epoch(&self) -> Result<Uuid>;

    /// Says that this is another life of the data.
    fn set_epoch(&self, epoch: Uuid) -> Result<()>;

    /// The key of tokens and seals; never in the database, so that no backup holds it.
    fn secret(&self) -> &[u8; 32];

    /// Records that were erased for good: a list that no restore of the database takes back.
    fn erased(&self) -> Result<BTreeSet<RecordId>>;

    /// Adds to that list, durably.
    fn add_erased(&self, ids: &BTreeSet<RecordId>) -> Result<()>;

    /// Overwrites what was deleted, as far as this database can.
    fn scrub(&self) -> Result<()>;

    /// Calls `wake` soon after somebody has written, also another process, as long as the store lives.
    fn on_write(&self, wake: Wake);
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn read(&self, work: &mut Work<'_>) -> Result<()> {
        self.as_ref().read(work)
    }

    fn write(&self, work: &mut Work<'_>) -> Result<()> {
        self.as_ref().write(work)
    }

    fn epoch(&self) -> Result<Uuid> {
        self.as_ref().epoch()
    }

    fn set_epoch(&self, epoch: Uuid) -> Result<()> {
        self.as_ref().set_epoch(epoch)
    }

    fn secret(&self) -> &[u8; 32] {
        self.as_ref().secret()
    }

    fn erased(&self) -> Result<BTreeSet<RecordId>> {
        self.as_ref().erased()
    }

    fn add_erased(&self, ids: &BTreeSet<RecordId>) -> Result<()> {
        self.as_ref().add_erased(ids)
    }

    fn scrub(&self) -> Result<()> {
        self.as_ref().scrub()
    }

    fn on_write(&self, wake: Wake) {
        self.as_ref().on_write(wake);
    }
}

/// What lies beside a database, where no backup of it comes.
pub trait Beside: Send + Sync + fmt::Debug {
    /// Which life of the data this is.
    fn epoch(&self) -> Uuid;

    /// Says that this is another one, durably.
    fn set_epoch(&self, epoch: Uuid) -> Result<()>;

    /// The key of tokens and seals.
    fn secret(&self) -> &[u8; 32];

    /// Records that were erased for good.
    fn erased(&self) -> Result<BTreeSet<RecordId>>;

    /// Adds to them, durably.
    fn add_erased(&self, ids: &BTreeSet<RecordId>) -> Result<()>;
}

/// Told that somebody has written.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// A transaction.
pub trait Tx {
    /// Runs a statement once for each set of parameters, in their order, and answers the rows of each.
    fn each(&mut self, sql: &str, sets: &[Vec<Value>]) -> Result<Vec<Vec<Row>>>;

    /// The same, answering how many rows each has written.
    fn write_each(&mut self, sql: &str, sets: &[Vec<Value>]) -> Result<Vec<u64>>;

    /// Runs statements without parameters.
    fn script(&mut self, sql: &str) -> Result<()>;
}

impl dyn Tx + '_ {
    /// The rows of a query.
    pub fn rows(&mut self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>> {
        Ok(self.each(sql, &[params])?.pop().unwrap_or_default())
    }

    /// The first row of a query, when there is one.
    pub fn first(&mut self, sql: &str, params: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }

    /// The first column of the only row of a query.
    pub fn value<T: FromValue>(&mut self, sql: &str, params: Vec<Value>) -> Result<T> {
        let row = self.first(sql, params)?;
        row.ok_or_else(|| Error::internal(format!("no row came from: {sql}")))?.get(0)
    }

    /// Writes; answers how many rows.
    pub fn write(&mut self, sql: &str, params: Vec<Value>) -> Result<u64> {
        Ok(self.write_each(sql, &[params])?.pop().unwrap_or(0))
    }
}

/// Whether an error is the database's own and not of what was asked: then nothing else in the transaction can be trusted.
pub(crate) fn is_fatal(e: &Error) -> bool {
    use ErrorCode::{DiskFailed, DiskFull, Internal, NotADatabase, ServerFailed};
    matches!(e.code, DiskFull | DiskFailed | Internal | NotADatabase | ServerFailed)
}
