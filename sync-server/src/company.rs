//! What the server knows of a company, and what it does with what devices ask: over any [`Store`].
//!
//! Reads see one state. Writes go through [`crate::store::Group`]: whoever writes takes along what waits. Everything that
//! happens gets the next number of the log ([`log::Log`]), in the transaction that stores it.

mod access;
mod blob;
mod check;
mod collect;
mod erase;
mod feed;
mod hand_over;
mod hello;
mod import;
mod log;
mod moving;
mod people;
mod pull;
mod push;
mod shorten;
mod tally;
#[cfg(test)]
mod tests;
mod trim;
mod whole;

pub use check::{Checked, Fault, What};
pub use collect::Collected;
pub use erase::Erased;
pub use hand_over::{Handed, HandedRecord, TakenIn};
pub use import::{Bulk, Imported};
pub use people::{Caller, Device, NewUser};
pub use shorten::{Shorten, Shortened};

use crate::auth::seal;
use crate::chance::Machine;
use crate::store::{Blobs, Group, Sqlite, Store, Tx};
use log::Log;
use maydan_core::document::Hash;
use maydan_core::sync::receipt::{Attested, Notary, Receipt};
use maydan_core::sync::wire::LogHead;
use maydan_core::{Host, Instant, RecordId, Registry, Result, ScopeId};
use semver::Version;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;
use uuid::Uuid;

/// The folder of contents, in the company's own, unless they are elsewhere.
pub(crate) const BLOBS: &str = "blobs";

/// A company.
#[derive(Clone)]
pub struct Company(Arc<Inner>);

struct Inner {
    store: Box<dyn Store>,
    blobs: Option<Blobs>,
    /// Apps that are older may send, and nothing else.
    minimum_app: Option<Version>,
    registry: Registry,
    page_entries: usize,
    host: Arc<dyn Host>,
    group: Group<Log>,
    /// The newest number that this process knows to be given.
    news: watch::Sender<u64>,
}

impl Notary for Company {
    fn receipt(&self, of: &Attested<'_>) -> Receipt {
        let parent = of.parent.map(|p| *p.as_bytes());
        let parts: [&[u8]; 5] =
            [of.doc.as_bytes(), of.kind.as_bytes(), parent.as_ref().map_or(&[], |p| &p[..]), of.scope.as_bytes(), &of.hash.0];
        Receipt(seal(self.secret(), "receipt", &parts))
    }
}

impl std::fmt::Debug for Company {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Company({:?})", self.0.store)
    }
}

impl Company {
    /// The company whose data lies in `store`.
    pub fn over(store: impl Store + 'static) -> Self {
        Self::with_host(store, Arc::new(Machine))
    }

    /// The same, on a machine with another clock and other randomness.
    pub fn with_host(store: impl Store + 'static, host: Arc<dyn Host>) -> Self {
        Self(Arc::new(Inner {
            store: Box::new(store),
            blobs: None,
            minimum_app: None,
            registry: Registry::maydan(),
            page_entries: pull::MOST_ENTRIES,
            host,
            group: Group::default(),
            news: watch::Sender::new(0),
        }))
    }

    /// The same, with pages of at most so many entries. Before anybody else has a hand on it.
    #[must_use]
    pub fn with_page_entries(mut self, most: usize) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.page_entries = most;
        }
        self
    }

    /// The same, serving apps from this version on. Before anybody else has a hand on it.
    #[must_use]
    pub fn with_minimum_app(mut self, minimum: Option<Version>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.minimum_app = minimum;
        }
        self
    }

    /// The same, knowing these kinds. Before anybody else has a hand on it.
    #[must_use]
    pub fn with_registry(mut self, registry: Registry) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.registry = registry;
        }
        self
    }

    /// The same, with a place for contents. Before anybody else has a hand on it.
    #[must_use]
    pub fn with_blobs(mut self, blobs: Blobs) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.blobs = Some(blobs);
        }
        self
    }

    /// A new company in a folder: [`Sqlite::init`].
    pub fn init(folder: &Path) -> Result<Self> {
        Sqlite::init(folder)?;
        Self::open(folder)
    }

    /// The company in a folder, to serve it: [`Sqlite::open`].
    pub fn open(folder: &Path) -> Result<Self> {
        let store = Sqlite::open(folder)?;
        Ok(Self::over(store).with_blobs(Blobs::folder(&folder.join(BLOBS))?))
    }

    /// The company in a folder, beside a server that may be at work: [`Sqlite::join`].
    pub fn join(folder: &Path) -> Result<Self> {
        let store = Sqlite::join(folder)?;
        Ok(Self::over(store).with_blobs(Blobs::folder(&folder.join(BLOBS))?))
    }

    /// Changes when the server is restored from a backup.
    pub fn epoch(&self) -> Result<Uuid> {
        self.0.store.epoch()
    }

    /// Says that the data was put back to an earlier state: devices then send what it lacks.
    pub fn renew_epoch(&self) -> Result<Uuid> {
        // What was erased since is here again: it goes before anybody is told that this is another life.
        self.erase_again()?;
        let epoch = self.0.host.new_uuid();
        self.0.store.set_epoch(epoch)?;
        Ok(epoch)
    }

    /// The kinds that the server knows.
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// The newest number given, as it moves.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.0.news.subscribe()
    }

    /// Learns at once of what other processes write. Ends with the company.
    pub fn watch_others(&self) {
        let inner = Arc::downgrade(&self.0);
        self.0.store.on_write(Arc::new(move || {
            if let Some(inner) = inner.upgrade() {
                let company = Self(inner);
                match company.head().and_then(|_| company.learn_erased()) {
                    Ok(()) => {}
                    Err(e) => tracing::warn!(error = %e, "what somebody else has written could not be read"),
                }
            }
        }));
    }

    /// The key of access tokens.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        self.0.store.secret()
    }

    pub(crate) fn now(&self) -> Instant {
        self.0.host.now()
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.host.fill_random(&mut bytes);
        bytes
    }

    /// Reads from one state.
    fn read<T>(&self, work: impl FnOnce(&mut dyn Tx) -> Result<T>) -> Result<T> {
        let (mut work, mut answer) = (Some(work), None);
        self.0.store.read(&mut |tx| {
            answer = work.take().map(|work| work(tx)).transpose()?;
            Ok(())
        })?;
        answer.ok_or_else(|| maydan_core::Error::internal("a read was not done"))
    }

    /// Writes, together with whatever else waits to be written. Answers once it is on the disk.
    fn write<T: Send + 'static>(&self, work: impl FnOnce(&mut Log, &mut dyn Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.0.group.run(self.0.store.as_ref(), self, work)
    }

    /// Writes alone, in one transaction, what may borrow from its surroundings.
    fn write_alone<T>(&self, work: impl FnOnce(&mut Log, &mut dyn Tx) -> Result<T>) -> Result<T> {
        use crate::store::Frame;
        let (mut work, mut done) = (Some(work), None);
        self.0.store.write(&mut |tx| {
            let mut log = self.begin(tx)?;
            let answer = work.take().map(|work| work(&mut log, tx)).transpose()?;
            self.end(&mut log, tx)?;
            done = answer.map(|answer| (answer, log));
            Ok(())
        })?;
        let (answer, log) = done.ok_or_else(|| maydan_core::Error::internal("a write was not done"))?;
        self.committed(log);
        Ok(answer)
    }

    /// What the server says of a change that it has.
    fn attest(&self, doc: RecordId, kind: &str, parent: Option<RecordId>, scope: ScopeId, hash: Hash) -> Receipt {
        self.receipt(&Attested { doc, kind, parent, scope, hash })
    }

    /// Where the log stands.
    pub fn head(&self) -> Result<LogHead> {
        let log = self.read(Log::newest)?;
        let head = log.head(self.secret());
        self.tell(head.seq);
        Ok(head)
    }

    /// Tells whoever waits for news.
    fn tell(&self, seq: u64) {
        self.0.news.send_if_modified(|known| {
            let newer = seq > *known;
            *known = seq.max(*known);
            newer
        });
    }
}
