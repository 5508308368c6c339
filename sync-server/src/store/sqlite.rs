//! One SQLite file: one writer, some readers, in one folder with the epoch and the key.

use super::folder::{Folder, file_error, lock_all, lock_command, lock_serving, write_private};
use super::{Beside, Row, Store, Tx, Value, Wake, Work};
use crate::chance::random_uuid;
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::{Error, ErrorCode, RecordId, Result};
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement, TransactionBehavior};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use uuid::Uuid;

const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/server/0001_begin.sql")];

/// Name of the database in its folder.
const DATABASE: &str = "maydan.db";
/// How often it is looked whether another process has written.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Names of parameters: a statement may use them in any order.
const PARAMETERS: [&str; 16] = ["$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16"];

/// A store in one file.
pub struct Sqlite {
    file: PathBuf,
    beside: Box<dyn Beside>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    lookout: Mutex<Option<Lookout>>,
    /// Held by whoever serves; whoever administers beside it shares another one, which restoring waits for.
    locks: Vec<std::fs::File>,
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sqlite({})", self.file.display())
    }
}

impl Sqlite {
    /// Makes a new store in `folder`.
    ///
    /// # Errors
    /// [`ErrorCode::WrongState`] when there is one already.
    pub fn init(folder: &Path) -> Result<Self> {
        if folder.join(DATABASE).exists() {
            return Err(Error::new(ErrorCode::WrongState, format!("{} holds a store already", folder.display())));
        }
        Folder::init(folder)?;
        Self::connect(folder, vec![lock_serving(folder)?], migrate)
    }

    /// Opens the store in `folder`, to serve it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is none, [`ErrorCode::InUse`] when another server has it,
    /// [`ErrorCode::NotADatabase`].
    pub fn open(folder: &Path) -> Result<Self> {
        must_exist(folder)?;
        Self::connect(folder, vec![lock_serving(folder)?], migrate)
    }

    /// The same, while no operator's command is at work on it either.
    pub fn open_alone(folder: &Path) -> Result<Self> {
        must_exist(folder)?;
        let (serving, commands) = lock_all(folder)?;
        Self::connect(folder, vec![serving, commands], migrate)
    }

    /// Opens the store beside a server that may be at work on it, for an operator's command. The server notices what is
    /// written within a second or two.
    ///
    /// # Errors
    /// As [`Sqlite::open`], except that a server at work is no obstacle; [`ErrorCode::InUse`] while a backup is being
    /// restored; [`ErrorCode::Unsupported`] when the server has another version.
    pub fn join(folder: &Path) -> Result<Self> {
        must_exist(folder)?;
        Self::connect(folder, vec![lock_command(folder)?], must_be_current)
    }

    /// Opens or makes a store by a name in the file system that SQLite has for its own; epoch and key are kept elsewhere.
    /// Nothing keeps a second process away.
    pub fn named(name: &str, beside: impl Beside + 'static) -> Result<Self> {
        Self::over(name.into(), Box::new(beside), Vec::new(), migrate)
    }

    fn connect(folder: &Path, locks: Vec<std::fs::File>, prepare: fn(&mut Connection) -> Result<()>) -> Result<Self> {
        Self::over(folder.join(DATABASE), Box::new(Folder::open(folder)?), locks, prepare)
    }

    fn over(file: PathBuf, beside: Box<dyn Beside>, locks: Vec<std::fs::File>, prepare: fn(&mut Connection) -> Result<()>) -> Result<Self> {
        let mut writer = connect(&file)?;
        prepare(&mut writer)?;
        Ok(Self { file, beside, writer: Mutex::new(writer), readers: Mutex::default(), lookout: Mutex::default(), locks })
    }

    /// Copies the database, also while a server works on it. Epoch and key are not copied.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is no store; [`ErrorCode::WrongState`] when `to` is there already.
    pub fn backup(folder: &Path, to: &Path) -> Result<()> {
        must_exist(folder)?;
        if to.exists() {
            return Err(Error::new(ErrorCode::WrongState, format!("{} is there already: name a new file", to.display())));
        }
        // Made first, for this user alone: the copy holds what the database holds.
        write_private(to, &[])?;
        connect(&folder.join(DATABASE))?.backup("main", to, None::<fn(rusqlite::backup::Progress)>).map_err(storage)
    }

    /// Puts a backup in place of the database and renews the epoch, so that every device sends what the backup lacks.
    ///
    /// # Errors
    /// [`ErrorCode::InUse`] while somebody works on it; [`ErrorCode::NotADatabase`] for a damaged backup. Nothing is
    /// touched then.
    pub fn restore(folder: &Path, from: &Path) -> Result<()> {
        let _locks = lock_all(folder)?;
        let check = Connection::open_with_flags(from, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(storage)?;
        let answer: String = check.query_row("PRAGMA integrity_check", [], |r| r.get(0)).map_err(storage)?;
        check.query_row("SELECT count(*) FROM feed", [], |_| Ok(())).map_err(storage)?;
        drop(check);
        if answer != "ok" {
            return Err(Error::new(ErrorCode::NotADatabase, format!("the backup is damaged: {answer}")));
        }
        let target = folder.join(DATABASE);
        let incoming = folder.join(format!("{DATABASE}.incoming"));
        // Nothing of what is there goes before the backup is whole beside it, and on the disk.
        std::fs::copy(from, &incoming).map_err(|e| file_error(&incoming, &e))?;
        std::fs::File::open(&incoming).and_then(|f| f.sync_all()).map_err(|e| file_error(&incoming, &e))?;
        // The epoch first: a crash between the two makes devices send too much, never too little.
        Folder::open(folder)?.set_epoch(random_uuid())?;
        for suffix in ["-wal", "-shm"] {
            let beside = folder.join(format!("{DATABASE}{suffix}"));
            if beside.exists() {
                std::fs::remove_file(&beside).map_err(|e| file_error(&beside, &e))?;
            }
        }
        std::fs::rename(&incoming, &target).map_err(|e| file_error(&target, &e))
    }

    /// Puts the file out of the way: its company lives elsewhere now, and nobody may serve it from here by mistake.
    ///
    /// # Errors
    /// When the file can't be renamed.
    pub fn retire(self) -> Result<PathBuf> {
        let from = self.file.clone();
        let locks = self.close()?;
        let to = from.with_extension("db.moved");
        std::fs::rename(&from, &to).map_err(|e| file_error(&from, &e))?;
        drop(locks);
        Ok(to)
    }

    /// Closes every connection, so that all of the log is in the file. The locks stay with the caller.
    fn close(self) -> Result<Vec<std::fs::File>> {
        let Self { writer, readers, lookout, locks, .. } = self;
        drop((readers, lookout));
        let writer = writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        writer.close().map_err(|(_, e)| storage(e))?;
        Ok(locks)
    }

    /// Limits the size of the database, or lets it grow as it likes: what a full disk looks like to tests.
    #[cfg(test)]
    pub(crate) fn limit_pages(&self, full: bool) {
        let db = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let most: i64 = if full { db.query_row("PRAGMA page_count", [], |r| r.get(0)).expect("counted") } else { 1_000_000 };
        let now: i64 = db.query_row(&format!("PRAGMA max_page_count = {most}"), [], |r| r.get(0)).expect("set");
        assert!(now >= most);
    }
}

impl Store for Sqlite {
    fn read(&self, work: &mut Work<'_>) -> Result<()> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect(&self.file)?,
        };
        let done = connection.transaction().map_err(storage).and_then(|tx| work(&mut Transaction(&tx)));
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        done
    }

    fn write(&self, work: &mut Work<'_>) -> Result<()> {
        // A panic in a writer rolled its transaction back; the connection is good.
        let mut db = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = begin(&mut db)?;
        work(&mut Transaction(&tx))?;
        tx.commit().map_err(storage)
    }

    fn epoch(&self) -> Result<Uuid> {
        Ok(self.beside.epoch())
    }

    fn set_epoch(&self, epoch: Uuid) -> Result<()> {
        self.beside.set_epoch(epoch)
    }

    fn secret(&self) -> &[u8; 32] {
        self.beside.secret()
    }

    fn erased(&self) -> Result<BTreeSet<RecordId>> {
        self.beside.erased()
    }

    fn add_erased(&self, ids: &BTreeSet<RecordId>) -> Result<()> {
        self.beside.add_erased(ids)
    }

    /// Pages are overwritten as they are freed; what is left stands in the log.
    fn scrub(&self) -> Result<()> {
        let db = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let busy: bool = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(storage)?;
        if busy {
            tracing::warn!("somebody reads: the log of the database is overwritten later, not now");
        }
        Ok(())
    }

    fn on_write(&self, wake: Wake) {
        let started = connect(&self.file).map(|db| Lookout::start(db, wake));
        match started {
            Ok(lookout) => *self.lookout.lock().unwrap_or_else(PoisonError::into_inner) = Some(lookout),
            Err(e) => tracing::error!(error = %e, "operators' commands will be noticed by whoever asks, not at once"),
        }
    }
}

/// A thread that looks whether another process has written. It ends with the store, before the store's lock does: a
/// connection that closes late would take the log of a database that was put in place meanwhile.
struct Lookout {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Lookout {
    fn start(db: Connection, wake: Wake) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut known = None;
            loop {
                match data_version(&db) {
                    Ok(version) if known.replace(version).is_some_and(|before| before != version) => wake(),
                    Ok(_) => {}
                    Err(e) => tracing::warn!(error = %e, "the database did not say whether somebody has written"),
                }
                if stopped.recv_timeout(LOOK_EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Lookout {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Changes whenever another connection has written.
fn data_version(db: &Connection) -> Result<i64> {
    db.query_row("PRAGMA data_version", [], |r| r.get(0)).map_err(storage)
}

struct Transaction<'a>(&'a Connection);

impl Tx for Transaction<'_> {
    fn each(&mut self, sql: &str, sets: &[Vec<Value>]) -> Result<Vec<Vec<Row>>> {
        let mut statement = self.0.prepare_cached(sql).map_err(storage)?;
        let columns = statement.column_count();
        let mut answers = Vec::with_capacity(sets.len());
        for set in sets {
            bind(&mut statement, set)?;
            let mut rows = statement.raw_query();
            let mut answer = Vec::new();
            while let Some(row) = rows.next().map_err(storage)? {
                let cells = (0..columns).map(|column| row.get_ref(column).map_err(storage).and_then(value)).collect::<Result<_>>()?;
                answer.push(Row(cells));
            }
            answers.push(answer);
        }
        Ok(answers)
    }

    fn write_each(&mut self, sql: &str, sets: &[Vec<Value>]) -> Result<Vec<u64>> {
        let mut statement = self.0.prepare_cached(sql).map_err(storage)?;
        let mut written = Vec::with_capacity(sets.len());
        for set in sets {
            bind(&mut statement, set)?;
            written.push(statement.raw_execute().map_err(storage)? as u64);
        }
        Ok(written)
    }

    fn script(&mut self, sql: &str) -> Result<()> {
        self.0.execute_batch(sql).map_err(storage)
    }
}

fn bind(statement: &mut Statement<'_>, set: &[Value]) -> Result<()> {
    for (value, name) in set.iter().zip(PARAMETERS) {
        let index = statement.parameter_index(name).map_err(storage)?;
        let index = index.ok_or_else(|| Error::internal(format!("the statement has no parameter {name}")))?;
        match value {
            Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
            Value::Int(n) => statement.raw_bind_parameter(index, n),
            Value::Text(text) => statement.raw_bind_parameter(index, text),
            Value::Bytes(bytes) => statement.raw_bind_parameter(index, bytes),
        }
        .map_err(storage)?;
    }
    Ok(())
}

fn value(cell: ValueRef<'_>) -> Result<Value> {
    Ok(match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(n) => Value::Int(n),
        ValueRef::Text(text) => {
            Value::Text(String::from_utf8(text.to_vec()).map_err(|_| Error::internal("a text in the database is no text"))?)
        }
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(Error::internal("the database holds no broken numbers")),
    })
}

fn must_exist(folder: &Path) -> Result<()> {
    if folder.join(DATABASE).exists() {
        return Ok(());
    }
    let advice = "run `maydan-sync-server init` first";
    Err(Error::new(ErrorCode::NotFound, format!("{} holds no store: {advice}", folder.display())))
}

/// Begins a transaction that writes. It waits its turn at once, not in the middle.
fn begin(db: &mut Connection) -> Result<rusqlite::Transaction<'_>> {
    db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(storage)
}

fn connect(file: &Path) -> Result<Connection> {
    let db = Connection::open(file).map_err(storage)?;
    db.pragma_update(None, "journal_mode", "wal").map_err(storage)?;
    db.pragma_update(None, "synchronous", if Safeguard::Durable.holds() { "full" } else { "off" }).map_err(storage)?;
    db.pragma_update(None, "foreign_keys", true).map_err(storage)?;
    // Plans do not depend on what is asked for: no statement is prepared anew for each value.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(storage)?;
    // What was erased is not to be found in the file either.
    db.query_row("PRAGMA secure_delete = ON", [], |_| Ok(())).map_err(storage)?;
    db.busy_timeout(Duration::from_secs(10)).map_err(storage)?;
    db.set_prepared_statement_cache_capacity(128);
    Ok(db)
}

fn version(db: &Connection) -> Result<usize> {
    db.query_row("PRAGMA user_version", [], |r| r.get(0)).map_err(storage)
}

/// A command changes no schema under a server at work.
fn must_be_current(db: &mut Connection) -> Result<()> {
    if version(db)? == MIGRATIONS.len() {
        return Ok(());
    }
    Err(Error::new(ErrorCode::Unsupported, "the store is of another version than this command: start the server of this version first"))
}

fn migrate(db: &mut Connection) -> Result<()> {
    let have = version(db)?;
    if have > MIGRATIONS.len() {
        return Err(Error::new(ErrorCode::Unsupported, "this data was written by a newer server: update it"));
    }
    for (number, sql) in MIGRATIONS.iter().enumerate().skip(have) {
        let tx = begin(db)?;
        tx.execute_batch(sql).map_err(storage)?;
        tx.pragma_update(None, "user_version", number + 1).map_err(storage)?;
        tx.commit().map_err(storage)?;
    }
    Ok(())
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
        Some(Sqlite::DatabaseBusy | Sqlite::DatabaseLocked) => ErrorCode::ServerFailed,
        _ => ErrorCode::Internal,
    };
    Error::new(code, format!("the database answered: {e}"))
}
