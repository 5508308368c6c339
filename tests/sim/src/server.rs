//! The server of a simulation: the real company over a simulated disk, reached by bytes.

mod content;

pub use content::{Content, places};

use crate::edition::Edition;
use crate::host::{Machine, Time};
use crate::vfs::Mount;
use crate::wire::{Asked, Wire};
use content::id;
use maydan_core::blob::BlobHash;
use maydan_core::document::{Hash, decode_change};
use maydan_core::sync::wire::{GetBlob, HandOver, Hello, Item, MEDIA_TYPE, Outcome, Push, PushAnswer, RefreshRequest, Tokens};
use maydan_core::{DeviceId, Error, ErrorCode, Host, RecordId, Result, ScopeId};
use maydan_sync_server::store::{Beside, Blobs, Sqlite};
use maydan_sync_server::{Caller, Company, Shorten};
use serde_bytes::ByteBuf;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// A change, as everybody names it.
pub type Place = (RecordId, Hash);

/// Epoch, key and what was erased, which no power cut and no backup touches.
#[derive(Debug, Clone)]
struct Safe {
    epoch: Arc<Mutex<Uuid>>,
    erased: Arc<Mutex<BTreeSet<RecordId>>>,
    secret: [u8; 32],
}

impl Beside for Safe {
    fn epoch(&self) -> Uuid {
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_epoch(&self, epoch: Uuid) -> Result<()> {
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner) = epoch;
        Ok(())
    }

    fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    fn erased(&self) -> Result<BTreeSet<RecordId>> {
        Ok(self.erased.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn add_erased(&self, ids: &BTreeSet<RecordId>) -> Result<()> {
        self.erased.lock().unwrap_or_else(PoisonError::into_inner).extend(ids);
        Ok(())
    }
}

/// The server.
#[derive(Debug)]
pub struct Server {
    /// Its disk.
    pub mount: Mount,
    safe: Safe,
    /// Contents of records: of a store that no copy of the database takes along.
    blobs: Blobs,
    /// What was served to somebody who may not see it.
    pub leaked: Vec<String>,
    /// Its machine.
    pub host: Arc<Machine>,
    company: Option<Company>,
    edition: Edition,
    /// How requests get here, when not by a call, and the tokens that they need there.
    wire: Option<Box<dyn Wire>>,
    tokens: BTreeMap<(RecordId, DeviceId), String>,
    /// Most entries of a page; a device may be served one at a time.
    pub page_entries: usize,
    /// Customers that an administrator wanted to be erased.
    pub asked_to_erase: BTreeSet<RecordId>,
    /// What devices have sent, or the server was seen to have: the branch that wrote it, and its number there.
    pub sent: BTreeMap<Place, (Vec<u8>, u64)>,
    /// What was seen on its disk.
    pub held: BTreeSet<Place>,
    /// What devices were told to be on its disk.
    pub acked: BTreeSet<Place>,
    /// What devices that were cut off have handed over.
    pub handed: BTreeSet<Place>,
    /// What it has refused.
    pub refused: BTreeSet<Place>,
    /// Records that it has refused to move, and what follows them.
    pub refused_moves: BTreeSet<RecordId>,
    /// Every push that it answered.
    pub log: Vec<(Caller, Push)>,
}

impl Server {
    /// A new server with an empty company.
    pub fn new(time: &Time, seed: u64, wire: Option<Box<dyn Wire>>) -> Result<Self> {
        let safe =
            Safe { epoch: Arc::new(Mutex::new(Uuid::from_u128(u128::from(seed) << 8 | 1))), erased: Arc::default(), secret: [0x5E; 32] };
        let host = Machine::new(time, seed ^ 0x5E12_7E12);
        let (asked_to_erase, sent, held, acked, handed, refused, refused_moves, log) = Default::default();
        let mount = Mount::new();
        let (blobs, leaked) = (Blobs::in_memory(), Vec::new());
        let mut server = Self {
            mount,
            safe,
            blobs,
            leaked,
            host,
            company: None,
            edition: Edition::Present,
            wire,
            tokens: BTreeMap::new(),
            page_entries: 4_000,
            asked_to_erase,
            sent,
            held,
            acked,
            handed,
            refused,
            refused_moves,
            log,
        };
        server.start()?;
        Ok(server)
    }

    /// Starts over what is on the disk.
    pub fn start(&mut self) -> Result<()> {
        let store = Sqlite::named(&self.mount.name("server.db"), self.safe.clone())?;
        let company = Company::with_host(store, self.host.clone()).with_page_entries(self.page_entries);
        let company = company.with_blobs(self.blobs.clone()).with_registry(self.edition.registry());
        company.erase_again()?;
        self.company = Some(company);
        Ok(())
    }

    /// Whether it runs.
    pub fn is_up(&self) -> bool {
        self.company.is_some() && !self.mount.disk.is_dead()
    }

    /// The power goes and comes back.
    pub fn crash(&mut self, random: &mut fastrand::Rng) -> Result<()> {
        self.mount.disk.cut_power();
        self.stop();
        self.mount.disk.restart(random);
        self.start()?;
        // A history may have been shortened just before.
        self.note_held();
        Ok(())
    }

    /// Stops in good order.
    pub fn stop(&mut self) {
        if let Some(wire) = &mut self.wire {
            wire.stop();
        }
        self.company = None;
    }

    /// The company, for whoever administers it.
    pub fn company(&self) -> Result<&Company> {
        self.company.as_ref().filter(|_| !self.mount.disk.is_dead()).ok_or_else(|| Error::new(ErrorCode::Offline, "the server is down"))
    }

    /// Starts again, in good order.
    pub fn restart(&mut self) -> Result<()> {
        self.stop();
        self.start()
    }

    /// Starts again as the next version.
    pub fn upgrade(&mut self) -> Result<()> {
        self.edition = Edition::Next;
        self.restart()
    }

    /// A copy of its database, taken while nobody writes.
    pub fn copy(&mut self) -> Result<BTreeMap<String, Vec<u8>>> {
        self.stop();
        let copy = self.mount.disk.copy();
        self.start()?;
        Ok(copy)
    }

    /// The newest entry of a feed goes, as if it had never been written.
    pub fn lose_entry(&mut self, scope: ScopeId) -> Result<&'static str> {
        self.stop();
        let lost = rusqlite::Connection::open(self.mount.name("server.db")).and_then(|db| {
            let sql = "DELETE FROM feed WHERE scope = ?1 AND seq = (SELECT max(seq) FROM feed WHERE scope = ?1)";
            db.execute(sql, [scope.as_bytes()])
        });
        self.start()?;
        // A disk in trouble loses nothing.
        Ok(match lost {
            Ok(0) => "nothing to lose",
            Ok(_) => "lost",
            Err(_) => "trouble",
        })
    }

    /// The newest change goes, with every trace of it.
    pub fn lose_change(&mut self) -> Result<&'static str> {
        self.stop();
        let lost = rusqlite::Connection::open(self.mount.name("server.db")).and_then(|mut db| {
            let tx = db.transaction()?;
            let seq: Option<i64> = tx.query_row("SELECT max(seq) FROM change", [], |row| row.get(0))?;
            tx.execute("DELETE FROM snapshot WHERE doc = (SELECT doc FROM change WHERE seq = ?1)", [seq])?;
            tx.execute("DELETE FROM feed WHERE seq = ?1", [seq])?;
            let rows = tx.execute("DELETE FROM change WHERE seq = ?1", [seq])?;
            tx.commit().map(|()| rows)
        });
        self.start()?;
        self.company()?.mend()?;
        // A disk in trouble loses nothing.
        Ok(if lost.is_ok_and(|rows| rows > 0) { "lost" } else { "nothing to lose" })
    }

    /// The records of a kind that were not erased, with their scopes.
    pub fn records(&self, kind: &str) -> Vec<(RecordId, ScopeId)> {
        let Ok(db) = rusqlite::Connection::open(self.mount.name("server.db")) else { return Vec::new() };
        let read = |row: &rusqlite::Row<'_>| Ok((id(row, 0), ScopeId(id(row, 1).0)));
        let found =
            db.prepare("SELECT id, scope FROM doc WHERE kind = ?1 ORDER BY n").and_then(|mut s| s.query_map([kind], read)?.collect());
        let found = found.map(|all: Vec<(RecordId, ScopeId)>| all.into_iter().filter(|(_, scope)| *scope != ScopeId::ERASED).collect());
        found.unwrap_or_default()
    }

    /// The scopes of a person.
    pub fn granted(&self, user: RecordId) -> Result<BTreeSet<ScopeId>> {
        let db = rusqlite::Connection::open(self.mount.name("server.db")).map_err(|e| Error::internal(e.to_string()))?;
        let read = |row: &rusqlite::Row<'_>| Ok(ScopeId(id(row, 0).0));
        db.prepare("SELECT scope FROM access WHERE person = ?1")
            .and_then(|mut s| s.query_map([user.as_bytes()], read)?.collect())
            .map_err(|e| Error::internal(e.to_string()))
    }

    /// Says that the data was put back, before it starts: as whoever restores it does.
    pub fn renew_epoch(&mut self) {
        *self.safe.epoch.lock().unwrap_or_else(PoisonError::into_inner) = self.host.new_uuid();
    }

    /// Answers a request, as the HTTP side does, or by way of it.
    pub fn answer(&mut self, caller: Caller, path: &'static str, body: &[u8]) -> Result<Vec<u8>> {
        self.answer_until(caller, path, body, None)
    }

    /// Whether requests come over a network of their own.
    pub fn has_wire(&self) -> bool {
        self.wire.is_some()
    }

    /// The same, where the network may break after so many of its steps.
    pub fn answer_until(&mut self, caller: Caller, path: &'static str, body: &[u8], cut: Option<u32>) -> Result<Vec<u8>> {
        let company = self.company()?.clone();
        match path {
            "hand-over" => self.note_sent(&read::<HandOver>(body)?.items),
            "push" => self.note_sent(&read::<Push>(body)?.items),
            _ => {}
        }
        let answer = match &mut self.wire {
            Some(wire) => {
                let token = self.tokens.get(&(caller.user, caller.device)).cloned().unwrap_or_default();
                let media = if path == "hello" { JSON } else { MEDIA_TYPE };
                wire.carry(&company, Asked { device: caller.device, token, path, media, body: body.to_vec() }, cut)?
            }
            None => dispatch(&company, caller, path, body)?,
        };
        self.note_answered(caller, path, body, &answer)?;
        Ok(answer)
    }

    fn note_answered(&mut self, caller: Caller, path: &str, body: &[u8], answer: &[u8]) -> Result<()> {
        match path {
            "hand-over" => {
                let work: HandOver = read(body)?;
                self.handed.extend(places(&work.items));
                tracing::debug!(device = %caller.device, items = work.items.len(), "handed over");
            }
            "blob/get" => {
                let asked: GetBlob = read(body)?;
                if !self.may_see(caller, asked.hash)? {
                    self.leaked.push(format!("{} got {}", caller.user, asked.hash));
                }
            }
            "push" => {
                let (push, answer): (Push, PushAnswer) = (read(body)?, read(answer)?);
                for (item, outcome) in push.items.iter().zip(&answer.outcomes) {
                    if let (Ok(Item::Command(command)), Outcome::Rejected { .. }) = (Item::from_bytes(item), outcome) {
                        self.refused_moves.insert(command.doc);
                    }
                    if let Ok(Item::Change { doc, bytes }) = Item::from_bytes(item)
                        && let Ok(change) = decode_change(&bytes)
                    {
                        let judged = if matches!(outcome, Outcome::Rejected { .. }) { &mut self.refused } else { &mut self.acked };
                        judged.insert((doc, change.hash()));
                    }
                }
                tracing::debug!(device = %caller.device, outcomes = ?answer.outcomes, "pushed");
                // Where a shortened history came back, the server has done again on it what it held.
                if push.items.iter().any(|item| matches!(Item::from_bytes(item), Ok(Item::Relay(_)))) {
                    self.note_held();
                }
                self.log.push((caller, push));
            }
            _ => {}
        }
        Ok(())
    }

    fn note_sent(&mut self, items: &[ByteBuf]) {
        for item in items {
            if let Ok(Item::Change { doc, bytes }) = Item::from_bytes(item)
                && let Ok(change) = decode_change(&bytes)
            {
                self.sent.insert((doc, change.hash()), (change.branch().to_vec(), change.sequence()));
            }
        }
    }

    /// Whether a change is among those that its record stands for, since its history was shortened.
    pub fn stands_for(&self, content: &Content, place: &Place) -> bool {
        let Some((branch, sequence)) = self.sent.get(place) else { return false };
        content.covered.get(&(place.0, branch.clone())).is_some_and(|newest| newest >= sequence)
    }

    /// An administrator shortens the histories of records with so many changes; answers of how many.
    pub fn shorten(&mut self, changes: u64) -> Result<u64> {
        let company = self.company()?.clone();
        // What the server itself has written may be asked for too. A disk in trouble is not read.
        self.note_held();
        let shortened = company.shorten(Shorten { changes, before: self.host.now().plus(1) });
        self.note_held();
        Ok(shortened?.records)
    }

    fn note_held(&mut self) {
        let held = self.branches().unwrap_or_default();
        self.held.extend(held.keys().copied());
        self.sent.extend(held);
    }

    /// The branch that wrote each change that is here, and its number there.
    fn branches(&self) -> rusqlite::Result<BTreeMap<Place, (Vec<u8>, u64)>> {
        let db = rusqlite::Connection::open(self.mount.name("server.db"))?;
        let mut statement = db.prepare("SELECT d.id, c.hash, c.actor, c.actor_seq FROM change c JOIN doc d ON d.n = c.doc")?;
        let read = |row: &rusqlite::Row<'_>| {
            let hash = Hash::from_slice(&row.get::<_, Vec<u8>>(1)?).expect("a hash");
            Ok(((id(row, 0), hash), (row.get(2)?, row.get(3)?)))
        };
        statement.query_map([], read)?.collect()
    }

    /// Whether some record that a person may read names a content, looked up past the server itself.
    fn may_see(&self, caller: Caller, hash: BlobHash) -> Result<bool> {
        let db = rusqlite::Connection::open(self.mount.name("server.db")).map_err(|e| Error::internal(e.to_string()))?;
        let sql = "SELECT EXISTS (SELECT 1 FROM blob_ref r JOIN doc d ON d.n = r.doc JOIN access a ON a.scope = d.scope
                   WHERE r.hash = ?1 AND a.person = ?2)";
        db.query_row(sql, (hash.as_slice(), caller.user.as_bytes()), |row| row.get(0)).map_err(|e| Error::internal(e.to_string()))
    }

    /// Contents that records name and that are not whole here.
    pub fn lacking(&self) -> BTreeSet<BlobHash> {
        let db = rusqlite::Connection::open(self.mount.name("server.db")).expect("the server's disk is readable");
        let sql = "SELECT DISTINCT r.hash FROM blob_ref r LEFT JOIN blob b ON b.hash = r.hash WHERE b.hash IS NULL";
        let mut statement = db.prepare(sql).expect("prepared");
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("read");
        rows.map(|hash| BlobHash::from_slice(&hash.expect("bytes")).expect("a name")).collect()
    }

    /// Cuts a device off.
    pub fn revoke(&self, device: DeviceId) -> Result<()> {
        self.company()?.revoke_device(device)
    }

    /// An administrator takes in whatever was handed over.
    pub fn take_in(&self) -> Result<()> {
        let company = self.company()?;
        company.handed_over()?.iter().try_for_each(|handed| company.take_in(handed.device).map(drop))
    }

    /// An administrator erases a customer for good, with whatever follows it.
    pub fn erase(&mut self, which: usize) -> Result<&'static str> {
        let customers = self.records("customer");
        let Some((id, _)) = customers.get(which % customers.len().max(1)) else { return Ok("nothing to erase") };
        self.asked_to_erase.insert(*id);
        self.company()?.erase(*id)?;
        Ok("erased")
    }

    /// Everything that was erased for good.
    pub fn erased(&self) -> BTreeSet<RecordId> {
        self.safe.erased.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens a session for somebody who has shown who she is; answers what renews it.
    pub fn open_session(&mut self, user: RecordId, device: DeviceId) -> Result<String> {
        let (tokens, caller) = self.company()?.open_session(user, device)?;
        // Whoever signs in over a network gets a token for it.
        if self.has_wire() { self.refresh(caller, &tokens.refresh) } else { Ok(tokens.refresh) }
    }

    /// Renews a session; answers what renews it next.
    pub fn refresh(&mut self, caller: Caller, refresh: &str) -> Result<String> {
        let company = self.company()?.clone();
        let Some(wire) = &mut self.wire else {
            return Ok(company.refresh(refresh, caller.device)?.0.refresh);
        };
        let body = serde_json::to_vec(&RefreshRequest { refresh: refresh.to_owned(), device: caller.device })?;
        let asked = Asked { device: caller.device, token: String::new(), path: "refresh", media: JSON, body };
        let tokens: Tokens = serde_json::from_slice(&wire.carry(&company, asked, None)?)?;
        self.tokens.insert((caller.user, caller.device), tokens.access);
        Ok(tokens.refresh)
    }
}

/// What the HTTP side does with a request.
fn dispatch(company: &Company, caller: Caller, path: &str, body: &[u8]) -> Result<Vec<u8>> {
    match path {
        "hand-over" => return write(&company.hand_over(caller, &read(body)?)?),
        "blob/put" => return write(&company.put_blob(caller, &read(body)?)?),
        "blob/get" => return write(&company.get_blob(caller, &read(body)?)?),
        _ => company.rights(caller)?,
    };
    match path {
        "hello" => Ok(serde_json::to_vec(&company.hello(caller, &serde_json::from_slice::<Hello>(body)?)?)?),
        "push" => write(&company.push(caller, &read(body)?)?),
        "pull" => write(&company.pull(caller, &read(body)?)?),
        other => Err(Error::new(ErrorCode::NotFound, format!("there is no endpoint {other:?}"))),
    }
}

/// Media type of `hello` and `refresh`.
const JSON: &str = "application/json";

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T> {
    rmp_serde::from_slice(body).map_err(|e| Error::bad_request(format!("not our MessagePack: {e}")))
}

fn write<T: serde::Serialize>(answer: &T) -> Result<Vec<u8>> {
    rmp_serde::to_vec_named(answer).map_err(|e| Error::internal(e.to_string()))
}
