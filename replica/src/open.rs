//! Opening a database: lock, pragmas, migrations, incarnation, projections.

use crate::{Replica, projection, storage, store, sync, wipe};
use maydan_core::command::SessionUser;
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::{Actor, Error, ErrorCode, Host, Registry, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The migrations, in order; a database counts in `user_version` how many it has.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/replica/0001_begin.sql")];

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Place {
    /// A file, locked against other processes while it is open.
    File(PathBuf),
    /// A name in the browser's private file system, whose VFS was registered before.
    Browser(String),
    /// In memory: for trials, never for a person's work.
    Memory,
}

/// How to open a replica.
#[derive(Clone)]
pub struct OpenOptions {
    /// Where.
    pub place: Place,
    /// The platform.
    pub host: Arc<dyn Host>,
    /// The kinds.
    pub registry: Registry,
    /// The actor that the platform remembers for this database. Another one in the database means that it is a copy.
    pub remembered_actor: Option<Actor>,
}

impl std::fmt::Debug for OpenOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenOptions({:?})", self.place)
    }
}

impl Replica {
    /// Opens a replica; makes it where there is none.
    ///
    /// # Errors
    /// [`ErrorCode::InUse`] when another process has it open, [`ErrorCode::NotADatabase`] when the file is something
    /// else (it is left as it is), [`ErrorCode::DiskFull`].
    pub fn open(options: OpenOptions) -> Result<Self> {
        #[cfg(not(target_arch = "wasm32"))]
        let lock = lock(&options.place)?;
        let mut db = connect(&options.place)?;
        if wipe::is_begun(&db)? {
            wipe::finish(&db)?;
        }
        migrate(&mut db)?;
        let user = meta(&db, "user")?.and_then(|json| serde_json::from_str::<SessionUser>(&json).ok());
        let actor = incarnation(&db, options.host.as_ref(), options.remembered_actor, user.as_ref())?;
        let mut replica = Self {
            db,
            fingerprints: options.registry.iter().map(|k| (k.name.clone().into_owned(), k.fingerprint())).collect::<BTreeMap<_, _>>(),
            registry: Arc::new(options.registry),
            host: options.host,
            actor,
            user,
            documents: store::Cache::new(),
            events: Vec::new(),
            clock_skew: None,
            room: sync::Room::BEGIN,
            has_caught_up: false,
            #[cfg(not(target_arch = "wasm32"))]
            _lock: lock,
        };
        projection::refresh(&mut replica)?;
        Ok(replica)
    }
}

/// Takes the lock file beside the database. The lock is the operating system's: it ends with the process, however that ends.
#[cfg(not(target_arch = "wasm32"))]
fn lock(place: &Place) -> Result<Option<std::fs::File>> {
    let Place::File(path) = place else { return Ok(None) };
    let failed = |e: std::io::Error| Error::new(ErrorCode::Internal, format!("{} can't be opened: {e}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = std::fs::OpenOptions::new().create(true).write(true).truncate(false).open(path.with_extension("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::new(ErrorCode::InUse, "another Maydan works on this data: close it first")),
        Err(std::fs::TryLockError::Error(e)) => Err(failed(e)),
    }
}

fn connect(place: &Place) -> Result<Connection> {
    let db = match place {
        Place::File(path) => Connection::open(path),
        Place::Browser(name) => Connection::open(name),
        Place::Memory => Connection::open_in_memory(),
    }
    .map_err(storage)?;
    // Exclusive first: the browser's files have no shared memory for the WAL index.
    if matches!(place, Place::Browser(_)) {
        db.pragma_update(None, "locking_mode", "exclusive").map_err(storage)?;
    }
    db.pragma_update(None, "journal_mode", "wal").map_err(storage)?;
    db.pragma_update(None, "synchronous", if Safeguard::Durable.holds() { "full" } else { "off" }).map_err(storage)?;
    db.pragma_update(None, "foreign_keys", true).map_err(storage)?;
    db.pragma_update(None, "cache_size", -16_000).map_err(storage)?;
    // A page of a first sync fills thousands of pages of the log: not each shall bring all that it rewrote into the database.
    db.pragma_update(None, "wal_autocheckpoint", 8_000).map_err(storage)?;
    // And the log gives back what that took.
    db.pragma_update(None, "journal_size_limit", 8 << 20).map_err(storage)?;
    // Plans do not depend on what is asked for: no statement is prepared anew for each value.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(storage)?;
    db.set_prepared_statement_cache_capacity(128);
    Ok(db)
}

fn migrate(db: &mut Connection) -> Result<()> {
    let have: usize = db.query_row("PRAGMA user_version", [], |r| r.get(0)).map_err(storage)?;
    if have > MIGRATIONS.len() {
        return Err(Error::new(ErrorCode::Unsupported, "this data was written by a newer Maydan: update the app"));
    }
    for (number, sql) in MIGRATIONS.iter().enumerate().skip(have) {
        let tx = db.transaction().map_err(storage)?;
        tx.execute_batch(sql).map_err(storage)?;
        tx.pragma_update(None, "user_version", number + 1).map_err(storage)?;
        tx.commit().map_err(storage)?;
    }
    Ok(())
}

/// The actor of this database; a new one for a new database, for a copy of another's, and where the platform remembers
/// none: then it is another device to the server, to which the old actor does not belong.
fn incarnation(db: &Connection, host: &dyn Host, remembered: Option<Actor>, user: Option<&SessionUser>) -> Result<Actor> {
    let stored: Option<Actor> = meta(db, "actor")?.and_then(|text| serde_json::from_str(&text).ok());
    if let Some(actor) = stored
        && (remembered == Some(actor) || !Safeguard::Incarnation.holds())
    {
        return Ok(actor);
    }
    incarnate(db, host, stored, user)
}

/// Gives the database a new actor.
pub(crate) fn incarnate(db: &Connection, host: &dyn Host, before: Option<Actor>, user: Option<&SessionUser>) -> Result<Actor> {
    let actor = Actor(host.new_uuid());
    if let (Some(old), Some(user)) = (before, user) {
        // What was written under the old one is still hers: history names her, and a restored server gets it from here.
        db.execute("INSERT INTO actor (actor, user) VALUES (?1, ?2) ON CONFLICT DO NOTHING", params![old.0.as_bytes(), user.id.as_bytes()])
            .map_err(storage)?;
    }
    db.execute("INSERT INTO incarnation (actor) VALUES (?1)", [actor.0.as_bytes()]).map_err(storage)?;
    set_meta(db, "actor", &serde_json::to_string(&actor)?)?;
    Ok(actor)
}

pub(crate) fn meta(db: &Connection, key: &str) -> Result<Option<String>> {
    db.prepare_cached("SELECT value FROM meta WHERE key = ?1")
        .and_then(|mut s| s.query_row([key], |r| r.get(0)).optional())
        .map_err(storage)
}

pub(crate) fn set_meta(db: &Connection, key: &str, value: &str) -> Result<()> {
    // SQLite does not write what stands there already.
    db.prepare_cached("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")
        .and_then(|mut s| s.execute(params![key, value]))
        .map_err(storage)?;
    Ok(())
}
