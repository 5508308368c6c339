//! A company in a temporary folder: a server that can go away and come back, and reps with devices.

use crate::FolderPlatform;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maydan_core::blob::BlobHash;
use maydan_core::command::*;
use maydan_core::document::Edit;
use maydan_core::{RecordId, Result, Row, ScopeId, Value};
use maydan_driver::App;
use maydan_sync_server::config::Config;
use maydan_sync_server::{Company, NewUser, Server, admin};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// Everybody's password here.
pub const PASSWORD: &str = "maydan-demo-1";
/// How long anything may take before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// A company.
pub struct World {
    /// Its folder.
    pub folder: TempDir,
    /// Its one territory.
    pub territory: ScopeId,
    address: SocketAddr,
    server: Option<Server>,
    access_minutes: i64,
    /// Address of its PostgreSQL database; without one its data lies in a file.
    database: Option<String>,
    /// Oldest version of the app that the server serves, from its next start on.
    pub minimum_app: Option<&'static str>,
}

/// A rep with a device.
pub struct Rep {
    /// Her device.
    pub app: Arc<App<FolderPlatform>>,
    /// Her device's platform.
    pub platform: FolderPlatform,
    folder: std::path::PathBuf,
    looping: JoinHandle<()>,
}

impl World {
    /// A company with a territory, the reps named, and a manager called `huda`.
    pub async fn new(reps: &[&str]) -> Result<Self> {
        Self::with_token_life(reps, 15).await
    }

    /// The same, with access tokens of another life.
    pub async fn with_token_life(reps: &[&str], access_minutes: i64) -> Result<Self> {
        Self::with(reps, access_minutes, None).await
    }

    /// The same, in an empty PostgreSQL database.
    pub async fn in_database(reps: &[&str], database: String) -> Result<Self> {
        Self::with(reps, 15, Some(database)).await
    }

    async fn with(reps: &[&str], access_minutes: i64, database: Option<String>) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(|e| maydan_core::Error::internal(e.to_string()))?;
        let company = admin::init(&Config { data: folder.path().join("server"), database: database.clone(), ..Config::default() })?;
        let territory = company.add_territory("طرابلس")?;
        for (login, role, level) in reps.iter().map(|r| (*r, "rep", Level::Write)).chain([("huda", "manager", Level::Manage)]) {
            let user = NewUser { login: login.into(), name: login.into(), role: role.into(), password: Some(PASSWORD.into()) };
            let id = company.add_user(&user)?;
            company.grant(id, territory, level)?;
        }
        drop(company);
        Self::serving(folder, territory, access_minutes, database).await
    }

    /// A company whose store is in `server` of that folder already.
    pub async fn over(folder: TempDir) -> Result<Self> {
        Self::serving(folder, ScopeId::COMPANY, 15, None).await
    }

    async fn serving(folder: TempDir, territory: ScopeId, access_minutes: i64, database: Option<String>) -> Result<Self> {
        let address = ([127, 0, 0, 1], 0).into();
        let mut world = Self { folder, territory, address, server: None, access_minutes, database, minimum_app: None };
        world.server_returns().await?;
        Ok(world)
    }

    /// Address of the server.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Folder of the server's store.
    pub fn server_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("server")
    }

    /// The server dies, as in a power cut.
    pub async fn server_vanishes(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill().await;
        }
    }

    /// The server comes back at the same address.
    pub async fn server_returns(&mut self) -> Result<()> {
        let minimum_app =
            self.minimum_app.map(|version| version.parse().map_err(|e| maydan_core::Error::bad_request(format!("{version}: {e}"))));
        let config =
            Config { listen: self.address, access_minutes: self.access_minutes, minimum_app: minimum_app.transpose()?, ..self.settings() };
        // The port may be held for a moment by connections of the dead server, and the folder by its last requests.
        let mut tries = 0;
        let server = loop {
            match start(&config).await {
                Ok(server) => break server,
                Err(e) if tries > 200 => return Err(e),
                Err(_) => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(25)).await;
                }
            }
        };
        self.address = server.address();
        self.server = Some(server);
        Ok(())
    }

    /// Where its data is.
    fn settings(&self) -> Config {
        Config { data: self.server_folder(), database: self.database.clone(), ..Config::default() }
    }

    /// The company, while the server is gone.
    pub async fn company(&self) -> Result<Company> {
        let mut tries = 0;
        loop {
            match admin::open(&self.settings()) {
                Err(e) if tries > 200 => return Err(e),
                Err(_) => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(25)).await;
                }
                Ok(company) => return Ok(company),
            }
        }
    }

    /// A person signs in on a device of her own.
    pub async fn rep(&self, login: &str) -> Result<Rep> {
        self.device(login, login).await
    }

    /// A person signs in on a certain device.
    pub async fn device(&self, login: &str, device: &str) -> Result<Rep> {
        let rep = Rep::open(self.folder.path().join(device))?;
        rep.app.ask(SignIn { server: self.url(), login: login.into(), password: PASSWORD.into() }).await?;
        Ok(rep)
    }
}

async fn start(config: &Config) -> Result<Server> {
    Server::start(admin::open(config)?, config.clone()).await
}

impl Rep {
    /// Opens a device in its folder, with whatever session it has.
    pub fn open(folder: std::path::PathBuf) -> Result<Self> {
        let platform = FolderPlatform::new(&folder);
        let app = Arc::new(App::open(platform.clone())?);
        let running = app.clone();
        let looping = tokio::spawn(async move { running.run().await });
        Ok(Self { app, platform, folder, looping })
    }

    /// The device dies, with everything that was not on its disk.
    pub async fn dies(self) -> std::path::PathBuf {
        self.looping.abort();
        drop(self.looping.await);
        self.folder
    }

    /// Waits until both sides have everything.
    pub async fn settles(&self) -> Result<SyncStatus> {
        let round = self.app.ask(SyncNow {}).await?.round;
        self.waits_for("synced", |s| s.round >= round && s.state == SyncState::Synced && s.pending == 0).await
    }

    /// Waits for the sync chip to show something.
    pub async fn waits_for(&self, what: &str, holds: impl Fn(&SyncStatus) -> bool) -> Result<SyncStatus> {
        self.until(what, async || {
            let status = self.app.ask(GetSyncStatus {}).await?;
            Ok(if holds(&status) { Ok(status) } else { Err(format!("the chip shows {status:?}")) })
        })
        .await
    }

    /// Waits until a record satisfies a condition.
    pub async fn sees(&self, id: RecordId, what: &str, holds: impl Fn(&Record) -> bool) -> Result<Record> {
        self.until(what, async || match self.app.ask(GetRecord { id }).await {
            Ok(record) if holds(&record) => Ok(Ok(record)),
            Err(e) if e.code != maydan_core::ErrorCode::NotFound => Err(e),
            other => Ok(Err(format!("{other:?}"))),
        })
        .await
    }

    /// Waits until a record is on the device no more.
    pub async fn forgets(&self, id: RecordId) -> Result<()> {
        self.until("the record to go", async || match self.app.ask(GetRecord { id }).await {
            Ok(record) => Ok(Err(format!("{record:?}"))),
            Err(e) if e.code == maydan_core::ErrorCode::NotFound => Ok(Ok(())),
            Err(e) => Err(e),
        })
        .await
    }

    /// Looks at a content until all of it is here.
    pub async fn reads_content(&self, hash: BlobHash) -> Result<Vec<u8>> {
        self.until("a content", async || {
            let content = self.app.ask(ReadContent { hash }).await?;
            match &content.bytes {
                Some(bytes) => STANDARD.decode(bytes).map(Ok).map_err(|e| maydan_core::Error::internal(e.to_string())),
                None => Ok(Err(format!("{content:?}"))),
            }
        })
        .await
    }

    /// Waits until the queue of contents looks so.
    pub async fn transfers(&self, holds: impl Fn(&[Transfer]) -> bool) -> Result<()> {
        self.until("the queue of contents", async || {
            let items = self.app.ask(ListTransfers {}).await?.items;
            Ok(if holds(&items) { Ok(()) } else { Err(format!("{items:?}")) })
        })
        .await
    }

    /// Waits until nobody is signed in.
    pub async fn is_signed_out(&self) -> Result<Session> {
        self.until("the session to end", async || {
            let session = self.app.ask(GetSession {}).await?;
            Ok(if session.user.is_none() { Ok(session) } else { Err(format!("{session:?}")) })
        })
        .await
    }

    /// Looks whenever the device has news, until `look` finds what it looks for; otherwise it says what there is.
    async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Result<Result<T, String>>) -> Result<T> {
        let patience = tokio::time::sleep(PATIENCE);
        tokio::pin!(patience);
        loop {
            let news = self.platform.news.notified();
            tokio::pin!(news);
            // From here on nothing is missed.
            news.as_mut().enable();
            let last = match look().await? {
                Ok(found) => return Ok(found),
                Err(last) => last,
            };
            tokio::select! {
                () = news => {}
                () = &mut patience => return Err(maydan_core::Error::internal(format!("waited in vain for {what}; last: {last}"))),
            }
        }
    }

    /// Makes a customer.
    pub async fn customer(&self, name: &str) -> Result<RecordId> {
        self.creates("customer", &[("name", name.into()), ("latitude", 32.8872.into()), ("longitude", 13.1913.into())]).await
    }

    /// Makes a record.
    pub async fn creates(&self, kind: &str, fields: &[(&str, Value)]) -> Result<RecordId> {
        let fields: Row = fields.iter().map(|(f, v)| ((*f).to_owned(), v.clone())).collect();
        Ok(self.app.ask(CreateRecord { kind: kind.into(), id: None, scope: None, fields }).await?.id)
    }

    /// Sets a field.
    pub async fn sets(&self, id: RecordId, field: &str, value: impl Into<Value>) -> Result<Revision> {
        self.app.ask(EditFields::now(id, vec![Edit::set(field, value)])).await
    }

    /// Types into a text, at the beginning or the end.
    pub async fn types(&self, id: RecordId, field: &str, at_end: bool, text: &str) -> Result<Revision> {
        let at = if at_end { usize::MAX } else { 0 };
        let edit = Edit::Splice { field: field.into(), at, delete: 0, insert: text.into() };
        self.app.ask(EditFields::now(id, vec![edit])).await
    }

    /// Reads a record.
    pub async fn reads(&self, id: RecordId) -> Result<Record> {
        self.app.ask(GetRecord { id }).await
    }
}
