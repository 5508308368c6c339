//! The server's database: one writer, some readers.

mod feed;
mod import;
mod people;
mod pull;
mod push;
#[cfg(test)]
mod tests;

pub use import::Imported;
pub(crate) use people::Caller;
pub use people::NewUser;

use maydan_core::{Error, ErrorCode, Registry, Result};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

const MIGRATIONS: &[&str] = &[include_str!("../../migrations/server/0001_begin.sql")];

/// The database with its epoch.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    registry: Registry,
    epoch: Uuid,
    secret: [u8; 32],
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// Held by whoever serves; whoever administers beside it shares another one, which restoring waits for.
    _lock: std::fs::File,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.0.folder.display())
    }
}

impl Store {
    /// Makes a new store in `folder`.
    ///
    /// # Errors
    /// [`ErrorCode::WrongState`] when there is one already.
    pub fn init(folder: &Path) -> Result<Self> {
        if folder.join(DATABASE).exists() {
            return Err(Error::new(ErrorCode::WrongState, format!("{} holds a store already", folder.display())));
        }
        make_private(folder)?;
        write_private(&folder.join("epoch"), random_uuid().to_string().as_bytes())?;
        let mut secret = [0; 32];
        fill_random(&mut secret);
        write_private(&folder.join("secret"), &secret)?;
        Self::connect(folder, lock(folder)?, migrate)
    }

    /// Opens the store in `folder`, to serve it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is none, [`ErrorCode::InUse`] when another server has it,
    /// [`ErrorCode::NotADatabase`].
    pub fn open(folder: &Path) -> Result<Self> {
        must_exist(folder)?;
        Self::connect(folder, lock(folder)?, migrate)
    }

    /// Opens the store beside a server that may be at work on it, for an operator's command. The server notices what is
    /// written within a second or two.
    ///
    /// # Errors
    /// As [`Store::open`], except that a server at work is no obstacle; [`ErrorCode::InUse`] while a backup is being
    /// restored; [`ErrorCode::Unsupported`] when the server has another version.
    pub fn join(folder: &Path) -> Result<Self> {
        must_exist(folder)?;
        let commands = lock_file(&folder.join(COMMANDS))?;
        commands.try_lock_shared().map_err(|_| in_use(folder, "a backup is being restored"))?;
        Self::connect(folder, commands, must_be_current)
    }

    fn connect(folder: &Path, lock: std::fs::File, prepare: fn(&mut Connection) -> Result<()>) -> Result<Self> {
        let epoch = std::fs::read_to_string(folder.join("epoch")).map_err(|e| file_error(&folder.join("epoch"), &e))?;
        let epoch = epoch.trim().parse().map_err(|_| Error::corrupt("the file epoch does not hold an epoch"))?;
        let secret = std::fs::read(folder.join("secret")).map_err(|e| file_error(&folder.join("secret"), &e))?;
        let secret = secret.try_into().map_err(|_| Error::corrupt("the file secret does not hold 32 bytes"))?;
        let mut writer = connect(folder)?;
        prepare(&mut writer)?;
        Ok(Self(Arc::new(Inner {
            folder: folder.to_owned(),
            registry: Registry::maydan(),
            epoch,
            secret,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
            _lock: lock,
        })))
    }

    /// Changes whenever another process has written: an operator's command beside the server.
    pub(crate) fn foreign_writes(&self) -> Result<i64> {
        self.writer().query_row("PRAGMA data_version", [], |r| r.get(0)).map_err(storage)
    }

    /// Changes when the server is restored from a backup.
    pub fn epoch(&self) -> Uuid {
        self.0.epoch
    }

    /// The key of access tokens.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.0.secret
    }

    /// The kinds that the server knows.
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// The one writer.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic in a writer rolled its transaction back; the connection is good.
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a read on a connection of its own, so that readers wait for nobody.
    fn read<T>(&self, read: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        let idle = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => connect(&self.0.folder)?,
        };
        let answer = read(&mut connection);
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }

    /// Copies the database, also while a server works on it. Epoch and secret are not copied.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is no store; [`ErrorCode::WrongState`] when `to` is there already.
    pub fn backup(folder: &Path, to: &Path) -> Result<()> {
        if !folder.join(DATABASE).exists() {
            return Err(Error::new(ErrorCode::NotFound, format!("{} holds no store", folder.display())));
        }
        if to.exists() {
            return Err(Error::new(ErrorCode::WrongState, format!("{} is there already: name a new file", to.display())));
        }
        // Made first, for this user alone: the copy holds what the database holds.
        write_private(to, &[])?;
        connect(folder)?.backup("main", to, None::<fn(rusqlite::backup::Progress)>).map_err(storage)
    }

    /// Puts a backup in place of the database and renews the epoch, so that every device sends what the backup lacks.
    pub fn restore(folder: &Path, from: &Path) -> Result<()> {
        let _serving = lock(folder)?;
        let commands = lock_file(&folder.join(COMMANDS))?;
        commands.try_lock().map_err(|_| in_use(folder, "a command is at work"))?;
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
        write_private(&folder.join("epoch"), random_uuid().to_string().as_bytes())?;
        for suffix in ["-wal", "-shm"] {
            let beside = folder.join(format!("{DATABASE}{suffix}"));
            if beside.exists() {
                std::fs::remove_file(&beside).map_err(|e| file_error(&beside, &e))?;
            }
        }
        std::fs::rename(&incoming, &target).map_err(|e| file_error(&target, &e))
    }
}

/// Name of the database in its folder.
const DATABASE: &str = "maydan.db";

fn must_exist(folder: &Path) -> Result<()> {
    if folder.join(DATABASE).exists() {
        return Ok(());
    }
    let advice = "run `maydan-sync-server init` first";
    Err(Error::new(ErrorCode::NotFound, format!("{} holds no store: {advice}", folder.display())))
}

/// Makes a folder that only the server's user may enter.
fn make_private(folder: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| file_error(folder, &e))
}

/// Begins a transaction that writes. It waits its turn at once, not in the middle.
fn begin(db: &mut Connection) -> Result<rusqlite::Transaction<'_>> {
    db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(storage)
}

/// Held by the one server.
const SERVING: &str = "lock";
/// Shared by operators' commands; a restore has it to itself.
const COMMANDS: &str = "commands.lock";

fn lock(folder: &Path) -> Result<std::fs::File> {
    let file = lock_file(&folder.join(SERVING))?;
    file.try_lock().map_err(|_| in_use(folder, "another server is at work: stop it first"))?;
    Ok(file)
}

/// The lock is the operating system's: it ends with the process, however that ends.
fn lock_file(path: &Path) -> Result<std::fs::File> {
    std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(|e| file_error(path, &e))
}

fn in_use(folder: &Path, who: &str) -> Error {
    Error::new(ErrorCode::InUse, format!("{}: {who}", folder.display()))
}

fn connect(folder: &Path) -> Result<Connection> {
    let db = Connection::open(folder.join(DATABASE)).map_err(storage)?;
    db.pragma_update(None, "journal_mode", "wal").map_err(storage)?;
    db.pragma_update(None, "synchronous", "full").map_err(storage)?;
    db.pragma_update(None, "foreign_keys", true).map_err(storage)?;
    db.busy_timeout(std::time::Duration::from_secs(10)).map_err(storage)?;
    db.set_prepared_statement_cache_capacity(64);
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
    use rusqlite::ffi::ErrorCode as Sqlite;
    let code = match e.sqlite_error_code() {
        Some(Sqlite::DiskFull) => ErrorCode::DiskFull,
        Some(Sqlite::NotADatabase | Sqlite::DatabaseCorrupt) => ErrorCode::NotADatabase,
        Some(Sqlite::DatabaseBusy | Sqlite::DatabaseLocked) => ErrorCode::ServerFailed,
        _ => ErrorCode::Internal,
    };
    Error::new(code, format!("the database answered: {e}"))
}

fn file_error(path: &Path, e: &std::io::Error) -> Error {
    Error::new(ErrorCode::Internal, format!("{} can't be used: {e}", path.display()))
}

/// Writes a file that only the server's user may read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut f| f.write_all(bytes).and_then(|()| f.sync_all()));
    written.and_then(|()| std::fs::rename(&beside, path)).map_err(|e| file_error(path, &e))
}

pub(crate) fn fill_random(buffer: &mut [u8]) {
    // Without a random source nothing here is safe: stopping is the only answer.
    if let Err(e) = getrandom::fill(buffer) {
        panic!("this machine has no random source: {e}");
    }
}

pub(crate) fn random_uuid() -> Uuid {
    let mut bytes = [0; 16];
    fill_random(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

pub(crate) fn now() -> maydan_core::Instant {
    maydan_core::Instant(chrono::Utc::now().timestamp_millis())
}
