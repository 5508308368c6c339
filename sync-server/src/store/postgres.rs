//! A PostgreSQL database, shared by any number of server nodes.
//!
//! Writers take one lock of the whole database first, so that numbers have no gaps and a reader sees all of them up to the
//! newest; whoever writes tells the other nodes by NOTIFY, which arrives when the write is visible. The tables are those of
//! SQLite.
//!
//! The trait is synchronous: callers stand on threads of their own, and wait here. Sockets live on a small runtime that
//! belongs to the store.

use super::folder::{Folder, add_erased, file_secret, read_erased};
use super::{Row, Store, Tx, Value, Wake, Work};
use crate::chance::random_uuid;
use bytes::BytesMut;
use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, RecyclingMethod};
use futures_util::{StreamExt, TryStreamExt, stream};
use maydan_core::{Error, ErrorCode, RecordId, Result};
use std::collections::BTreeSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{AsyncMessage, Config, IsolationLevel};
use tokio_postgres_rustls::MakeRustlsConnect;
use uuid::Uuid;

const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/server-postgres/0001_begin.sql")];

/// The lock of all writers, and the channel on which they tell: "maydan" in bytes.
const WRITERS: i64 = 0x6D61_7964_616E;
/// Statements under way at once on one connection: they travel together.
const PIPELINED: usize = 128;
/// Connections of one node.
const CONNECTIONS: usize = 16;
/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait before the line on which news come is opened again.
const RECONNECT: Duration = Duration::from_secs(1);

/// A store in a PostgreSQL database.
pub struct Postgres {
    shared: Arc<Shared>,
    secret: [u8; 32],
    folder: PathBuf,
    runtime: Option<Runtime>,
    listener: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

struct Shared {
    pool: Pool,
    config: Config,
    tls: MakeRustlsConnect,
    epoch: RwLock<Uuid>,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Postgres({:?})", self.shared.config.get_dbname())
    }
}

impl Postgres {
    /// Makes the tables in an empty database, and a key in `folder` unless there is one: a node that joins others needs
    /// theirs.
    ///
    /// # Errors
    /// [`ErrorCode::WrongState`] when the database holds a company already.
    pub fn init(url: &str, folder: &Path) -> Result<Self> {
        Folder::init_secret(folder)?;
        let store = Self::connect(url, folder)?;
        store.write(&mut |tx| {
            if version(tx)? > 0 {
                return Err(Error::new(ErrorCode::WrongState, "the database holds a store already"));
            }
            migrate(tx)?;
            write_epoch(tx, *store.shared.epoch.read().unwrap_or_else(PoisonError::into_inner))
        })?;
        Ok(store)
    }

    /// Opens the database, to serve it beside other nodes or to administer it.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it holds no company; [`ErrorCode::ServerFailed`] when it can't be reached.
    pub fn open(url: &str, folder: &Path) -> Result<Self> {
        let store = Self::connect(url, folder)?;
        store.write(&mut |tx| {
            if version(tx)? == 0 {
                return Err(Error::new(ErrorCode::NotFound, "the database holds no store: run `maydan-sync-server init` first"));
            }
            migrate(tx)
        })?;
        store.refresh_epoch()?;
        Ok(store)
    }

    fn connect(url: &str, folder: &Path) -> Result<Self> {
        let secret = file_secret(folder)?;
        let mut config: Config = url.parse().map_err(|e| Error::bad_request(format!("not the address of a PostgreSQL database: {e}")))?;
        config.connect_timeout(PATIENCE);
        let tls = tls()?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config.clone(), tls.clone(), recycling);
        let failed = |e: &dyn std::fmt::Display| Error::internal(format!("the line to the database could not be set up: {e}"));
        let pool = Pool::builder(manager).max_size(CONNECTIONS).build().map_err(|e| failed(&e))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(|e| failed(&e))?;
        let shared = Shared { pool, config, tls, epoch: RwLock::new(random_uuid()) };
        Ok(Self { shared: Arc::new(shared), secret, folder: folder.to_owned(), runtime: Some(runtime), listener: Mutex::default() })
    }

    /// Waits for what needs the store's runtime.
    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let _context = self.runtime.as_ref().map(Runtime::enter);
        futures_executor::block_on(work)
    }

    fn client(&self) -> Result<Client> {
        self.wait(self.shared.pool.get()).map_err(|e| match e {
            deadpool_postgres::PoolError::Backend(e) => storage(&e),
            e => Error::new(ErrorCode::ServerFailed, format!("the database can't be reached: {e}")),
        })
    }

    fn refresh_epoch(&self) -> Result<()> {
        let mut epoch = None;
        self.read(&mut |tx| {
            epoch = Some(read_epoch(tx)?);
            Ok(())
        })?;
        if let Some(epoch) = epoch {
            *self.shared.epoch.write().unwrap_or_else(PoisonError::into_inner) = epoch;
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.lock().unwrap_or_else(PoisonError::into_inner).take() {
            listener.abort();
        }
        // Also where waiting is not allowed.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Store for Postgres {
    fn read(&self, work: &mut Work<'_>) -> Result<()> {
        let mut client = self.client()?;
        let begun = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start();
        let tx = self.wait(begun).map_err(|e| storage(&e))?;
        let done = work(&mut Transaction { store: self, tx: &tx });
        drop(self.wait(tx.rollback()));
        done
    }

    fn write(&self, work: &mut Work<'_>) -> Result<()> {
        let mut client = self.client()?;
        let tx = self.wait(client.transaction()).map_err(|e| storage(&e))?;
        let lock = format!("SET LOCAL synchronous_commit TO on; SELECT pg_advisory_xact_lock({WRITERS})");
        self.wait(tx.batch_execute(&lock)).map_err(|e| storage(&e))?;
        let done = work(&mut Transaction { store: self, tx: &tx });
        if let Err(e) = done {
            drop(self.wait(tx.rollback()));
            return Err(e);
        }
        self.wait(async {
            tx.batch_execute("NOTIFY maydan").await?;
            tx.commit().await
        })
        .map_err(|e| storage(&e))
    }

    fn epoch(&self) -> Result<Uuid> {
        Ok(*self.shared.epoch.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set_epoch(&self, epoch: Uuid) -> Result<()> {
        self.write(&mut |tx| write_epoch(tx, epoch))?;
        *self.shared.epoch.write().unwrap_or_else(PoisonError::into_inner) = epoch;
        Ok(())
    }

    fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// In this node's folder: each node learns what others have erased when it starts.
    fn erased(&self) -> Result<BTreeSet<RecordId>> {
        read_erased(&self.folder)
    }

    fn add_erased(&self, ids: &BTreeSet<RecordId>) -> Result<()> {
        add_erased(&self.folder, ids)
    }

    /// Its own housekeeping overwrites what was deleted, in time (docs/operations.md).
    fn scrub(&self) -> Result<()> {
        Ok(())
    }

    fn on_write(&self, wake: Wake) {
        let Some(runtime) = &self.runtime else { return };
        let listener = runtime.spawn(listen(self.shared.clone(), wake));
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }
}

/// Waits for news from the database, for ever; opens the line again when it breaks.
async fn listen(shared: Arc<Shared>, wake: Wake) {
    loop {
        if let Err(e) = listen_once(&shared, &wake).await {
            tracing::warn!(error = %e, "the line on which other nodes tell of news broke: opening it again");
        }
        tokio::time::sleep(RECONNECT).await;
    }
}

async fn listen_once(shared: &Arc<Shared>, wake: &Wake) -> std::result::Result<(), tokio_postgres::Error> {
    let (client, mut connection) = shared.config.connect(shared.tls.clone()).await?;
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let driving = tokio::spawn(async move {
        let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
        while let Some(message) = messages.next().await {
            if let AsyncMessage::Notification(_) = message? {
                // One that is not yet heard says the same.
                tell.try_send(()).unwrap_or(());
            }
        }
        Ok(())
    });
    client.batch_execute("LISTEN maydan").await?;
    loop {
        // At first too: what was written before the line was open is news.
        let row = client.query_opt("SELECT value FROM meta WHERE key = 'epoch'", &[]).await?;
        if let Some(epoch) = row.and_then(|row| row.get::<_, String>(0).parse().ok()) {
            *shared.epoch.write().unwrap_or_else(PoisonError::into_inner) = epoch;
        }
        let wake = wake.clone();
        // It reads, and waits for that: not on the thread that drives the sockets.
        drop(tokio::task::spawn_blocking(move || wake()).await);
        if told.recv().await.is_none() {
            return driving.await.unwrap_or(Ok(()));
        }
    }
}

struct Transaction<'a> {
    store: &'a Postgres,
    tx: &'a deadpool_postgres::Transaction<'a>,
}

impl Tx for Transaction<'_> {
    fn each(&mut self, sql: &str, sets: &[Vec<Value>]) -> Result<Vec<Vec<Row>>> {
        let tx = self.tx;
        let answers = self.store.wait(async {
            let statement = &tx.prepare_cached(sql).await?;
            let under_way = sets.iter().map(|set| async move { tx.query(statement, &parameters(set)).await });
            stream::iter(under_way).buffered(PIPELINED).try_collect::<Vec<_>>().await
        });
        answers.map_err(|e| storage(&e))?.iter().map(|rows| rows.iter().map(row).collect()).collect()
    }

    fn write_each(&mut self, sql: &str, sets: &[Vec<Value>]) -> Result<Vec<u64>> {
        let tx = self.tx;
        let written = self.store.wait(async {
            let statement = &tx.prepare_cached(sql).await?;
            let under_way = sets.iter().map(|set| async move { tx.execute(statement, &parameters(set)).await });
            stream::iter(under_way).buffered(PIPELINED).try_collect::<Vec<_>>().await
        });
        written.map_err(|e| storage(&e))
    }

    fn script(&mut self, sql: &str) -> Result<()> {
        self.store.wait(self.tx.batch_execute(sql)).map_err(|e| storage(&e))
    }
}

fn parameters(set: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    set.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn row(row: &tokio_postgres::Row) -> Result<Row> {
    let cell = |column: usize| {
        let ty = row.columns()[column].type_();
        let value = match *ty {
            Type::INT8 => row.try_get::<_, Option<i64>>(column).map(Value::from),
            Type::INT4 => row.try_get::<_, Option<i32>>(column).map(|n| Value::from(n.map(i64::from))),
            Type::TEXT => row.try_get::<_, Option<String>>(column).map(Value::from),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(column).map(Value::from),
            _ => return Err(Error::internal(format!("the database answered with a column of type {ty}"))),
        };
        value.map_err(|e| storage(&e))
    };
    (0..row.len()).map(cell).collect::<Result<_>>().map(Row)
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(n) => n.to_sql_checked(ty, out),
            Self::Text(text) => text.to_sql_checked(ty, out),
            Self::Bytes(bytes) => bytes.to_sql_checked(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

/// How many migrations the database has.
fn version(tx: &mut dyn Tx) -> Result<usize> {
    let made: Option<String> = tx.value("SELECT CAST(to_regclass('meta') AS TEXT)", Vec::new())?;
    if made.is_none() {
        return Ok(0);
    }
    let stored = tx.first("SELECT value FROM meta WHERE key = 'schema'", Vec::new())?;
    let stored = stored.ok_or_else(|| Error::new(ErrorCode::NotADatabase, "the database has tables that are not Maydan's"))?;
    stored.get::<String>(0)?.parse().map_err(|_| Error::internal("the number of migrations in the database is no number"))
}

fn migrate(tx: &mut dyn Tx) -> Result<()> {
    let have = version(tx)?;
    if have > MIGRATIONS.len() {
        return Err(Error::new(ErrorCode::Unsupported, "this data was written by a newer server: update it"));
    }
    for sql in MIGRATIONS.iter().skip(have) {
        tx.script(sql)?;
    }
    tx.write(
        "INSERT INTO meta (key, value) VALUES ('schema', $1) ON CONFLICT (key) DO UPDATE SET value = $1",
        vec![MIGRATIONS.len().to_string().into()],
    )
    .map(drop)
}

fn write_epoch(tx: &mut dyn Tx, epoch: Uuid) -> Result<()> {
    tx.write(
        "INSERT INTO meta (key, value) VALUES ('epoch', $1) ON CONFLICT (key) DO UPDATE SET value = $1",
        vec![epoch.to_string().into()],
    )
    .map(drop)
}

fn read_epoch(tx: &mut dyn Tx) -> Result<Uuid> {
    let text: String = tx.value("SELECT value FROM meta WHERE key = 'epoch'", Vec::new())?;
    text.parse().map_err(|_| Error::internal("the epoch in the database is no epoch"))
}

/// TLS as the address asks for it (`sslmode`), with the certificates that this machine trusts.
fn tls() -> Result<MakeRustlsConnect> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::internal(format!("TLS could not be set up: {e}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// PostgreSQL's errors in our words.
fn storage(e: &tokio_postgres::Error) -> Error {
    let code = match e.code() {
        Some(&SqlState::DISK_FULL) => ErrorCode::DiskFull,
        Some(&SqlState::UNDEFINED_TABLE) => ErrorCode::NotADatabase,
        Some(state) if state.code().starts_with("08") || state.code().starts_with("57") => ErrorCode::ServerFailed,
        Some(_) => ErrorCode::Internal,
        // Nothing was answered: the line is gone.
        None => ErrorCode::ServerFailed,
    };
    let detail = e.as_db_error().map_or_else(|| e.to_string(), ToString::to_string);
    Error::new(code, format!("the database answered: {detail}"))
}
