//! A device: the real replica over a simulated disk, the real state machine, and whoever holds it in her hand.

mod look;
mod work;

pub use work::{WORK, Work};

use crate::edition::Edition;
use crate::host::{Machine, Time};
use crate::network::{Fault, Late, carry};
use crate::server::{Place, Server};
use crate::vfs::Mount;
use maydan_core::command::*;
use maydan_core::document::decode_change;
use maydan_core::sync::client::{Client, Seen, Step};
use maydan_core::sync::wire::{HelloAnswer, Item};
use maydan_core::{Actor, DeviceId, ErrorCode, RecordId, Result};
use maydan_replica::{OpenOptions, Place as Where, Replica};
use maydan_sync_server::Caller;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;
use work::{Hand, perform};

/// What a device keeps outside its databases, and no power cut takes.
#[derive(Debug, Clone, Default)]
struct Kept {
    actors: BTreeMap<RecordId, Actor>,
    refresh: BTreeMap<RecordId, String>,
}

/// A device.
#[derive(Debug)]
pub struct Device {
    /// Its disk.
    pub mount: Mount,
    /// Its machine.
    pub host: Arc<Machine>,
    /// Its id, by person: whoever was cut off comes back with another one, as with a new phone.
    ids: BTreeMap<RecordId, DeviceId>,
    number: u64,
    kept: Kept,
    /// Who is signed in.
    pub user: RecordId,
    /// The version of the app.
    pub edition: Edition,
    replica: Option<Replica>,
    client: Client,
    step: Step,
    ready_at: i64,
    time: Time,
    /// What was written here and said to be saved, by database.
    pub saved: BTreeMap<RecordId, BTreeSet<Place>>,
    /// What the records that were made here follow.
    pub parents: BTreeMap<RecordId, RecordId>,
    hand: Hand,
    /// A copy of its disk.
    pub copy: Option<BTreeMap<String, Vec<u8>>>,
}

impl Device {
    /// A new device of a person.
    pub fn new(time: &Time, seed: u64, number: u64, user: RecordId) -> Self {
        Self {
            mount: Mount::new(),
            host: Machine::new(time, seed.wrapping_mul(31).wrapping_add(number)),
            ids: BTreeMap::new(),
            number,
            kept: Kept::default(),
            user,
            edition: Edition::Present,
            replica: None,
            client: Client::new(),
            step: Step::AwaitSignIn,
            ready_at: 0,
            time: time.clone(),
            saved: BTreeMap::new(),
            parents: BTreeMap::new(),
            hand: Hand::default(),
            copy: None,
        }
    }

    /// The replica of whoever is signed in; opened when it is not, after a power cut too.
    pub fn replica(&mut self, random: &mut fastrand::Rng) -> Result<&mut Replica> {
        if self.mount.disk.is_dead() {
            self.replica = None;
            self.mount.disk.restart(random);
            (self.client, self.step, self.ready_at) = (Client::new(), Step::Hello, 0);
        }
        if self.replica.is_none() {
            let name = self.mount.name(&format!("{}.db", self.user));
            let options = OpenOptions {
                place: Where::Browser(name),
                host: self.host.clone(),
                registry: self.edition.registry(),
                remembered_actor: self.kept.actors.get(&self.user).copied(),
            };
            let replica = Replica::open(options)?;
            self.kept.actors.insert(self.user, replica.actor());
            self.replica = Some(replica);
        }
        self.replica.as_mut().ok_or_else(|| maydan_core::Error::internal("just opened"))
    }

    /// The power goes now.
    pub fn cut_power(&mut self) {
        self.mount.disk.cut_power();
    }

    /// The app is closed in good order.
    pub fn close(&mut self) {
        self.replica = None;
        (self.client, self.step, self.ready_at) = (Client::new(), Step::Hello, 0);
    }

    /// The next version of the app is put onto the device, and started.
    pub fn upgrade(&mut self) {
        self.edition = Edition::Next;
        self.close();
    }

    /// Another person takes the device.
    pub fn switch(&mut self, user: RecordId) {
        self.close();
        self.user = user;
        self.hand = Hand::default();
        self.step = Step::AwaitSignIn;
    }

    /// A record is taken for one that has left. Nothing of it is unsent.
    pub fn lose_record(&mut self, random: &mut fastrand::Rng) -> Result<&'static str> {
        let number = random.u64(..) >> 1;
        let replica = self.replica(random)?;
        let count: u64 = replica
            .connection()
            .query_row("SELECT count(*) FROM document WHERE pending = 0 AND leaving = 0", [], |r| r.get(0))
            .map_err(|e| maydan_core::Error::internal(e.to_string()))?;
        if count == 0 {
            return Ok("nothing to lose");
        }
        let sql = "UPDATE document SET leaving = 1 WHERE n = (SELECT n FROM document WHERE pending = 0 AND leaving = 0 ORDER BY n LIMIT 1 OFFSET ?1)";
        // A disk in trouble loses nothing.
        Ok(if replica.connection().execute(sql, [number % count]).is_ok() { "lost" } else { "trouble" })
    }

    /// Whether a person has a database here.
    pub fn has_database(&self, user: RecordId) -> bool {
        self.kept.actors.contains_key(&user)
    }

    /// The same for a look into her database, without signing in.
    pub fn switch_quietly(&mut self, user: RecordId) {
        if self.user != user {
            self.close();
            self.user = user;
        }
    }

    /// She signs in, if the server answers.
    pub fn sign_in(&mut self, server: &mut Server, random: &mut fastrand::Rng) -> Result<()> {
        let device = self.id();
        let refresh = server.open_session(self.user, device)?;
        let caller = self.caller();
        let user = self.user;
        let hello = self.replica(random)?.hello()?;
        let answer = match server.answer(caller, "hello", &serde_json::to_vec(&hello)?) {
            Err(e) if e.code == ErrorCode::CutOff => {
                self.kept.refresh.insert(user, refresh);
                if self.is_signed_in(random) {
                    self.step = self.client.step(Seen::Failed { code: e.code, retry_after: None });
                } else {
                    self.gets_new_id();
                }
                return Ok(());
            }
            answer => answer?,
        };
        let answer: HelloAnswer = serde_json::from_slice(&answer)?;
        let replica = self.replica(random)?;
        replica
            .set_user(SessionUser { id: user, name: "أمل".into(), role: answer.role.clone(), grants: answer.grants.clone(), device })?;
        replica.apply_hello(&hello, &answer)?;
        self.kept.refresh.insert(user, refresh);
        self.step = self.client.step(Seen::Authorised);
        Ok(())
    }

    /// Whether somebody has ever signed in here.
    fn is_signed_in(&mut self, random: &mut fastrand::Rng) -> bool {
        self.replica(random).is_ok_and(|r| r.user().is_some())
    }

    /// As whom it speaks.
    pub fn caller(&self) -> Caller {
        Caller { user: self.user, device: self.id() }
    }

    fn id(&self) -> DeviceId {
        let first = DeviceId(Uuid::from_u128(0xDE00 + u128::from(self.number)));
        self.ids.get(&self.user).copied().unwrap_or(first)
    }

    fn gets_new_id(&mut self) {
        let next = DeviceId(Uuid::from_u128(self.id().0.as_u128() + (1 << 32)));
        self.ids.insert(self.user, next);
    }

    /// It was cut off, and has handed over what it had.
    fn wipe(&mut self, random: &mut fastrand::Rng) -> Seen {
        match self.forget(random) {
            Ok(true) => Seen::Wake,
            Ok(false) => Seen::HandedOver { pending: true, transfers: false },
            Err(e) => Seen::Failed { code: e.code, retry_after: None },
        }
    }

    /// Names what was saved as it is called now: once the database is gone nobody can tell what a change was done again as.
    pub fn rename_saved(&mut self, random: &mut fastrand::Rng) -> Result<()> {
        let saved = self.saved.get(&self.user).cloned().unwrap_or_default();
        let mut open: Vec<Place> = saved.into_iter().collect();
        let mut called = BTreeSet::new();
        while let Some(place) = open.pop() {
            let now = self.now_called(place, random)?;
            if now == [place] {
                called.insert(place);
            } else {
                open.extend(now);
            }
        }
        self.saved.insert(self.user, called);
        Ok(())
    }

    fn forget(&mut self, random: &mut fastrand::Rng) -> Result<bool> {
        self.rename_saved(random)?;
        if !self.replica(random)?.wipe()? {
            return Ok(false);
        }
        self.close();
        self.kept.actors.remove(&self.user);
        self.kept.refresh.remove(&self.user);
        self.gets_new_id();
        self.hand = Hand::default();
        Ok(true)
    }

    /// Under which actor whoever is signed in writes.
    pub fn actor(&self) -> Option<Actor> {
        self.replica.as_ref().map(Replica::actor)
    }

    /// What comes next.
    pub fn next_step(&self) -> Step {
        self.step
    }

    /// One step of the sync loop.
    pub fn sync(&mut self, server: &mut Server, late: &mut Vec<Late>, fault: Option<Fault>, random: &mut fastrand::Rng) -> Result<Step> {
        if !self.is_signed_in(random) || self.step == Step::AwaitSignIn {
            self.sign_in(server, random)?;
            return Ok(self.step);
        }
        let caller = self.caller();
        let seen = match self.step {
            Step::Rest => Seen::Wake,
            Step::Wait(_) if self.time.elapsed() < self.ready_at => return Ok(self.step),
            Step::Wait(_) => Seen::Wake,
            Step::AwaitSignIn => return Ok(self.step),
            Step::Refresh => self.refresh(server),
            Step::Wipe => self.wipe(random),
            step => {
                let asked = self.replica(random)?.ask(step)?;
                match asked {
                    None => Seen::Pushed { pending: false, hello_needed: false, transfers: false },
                    Some(asked) => match carry(server, late, (caller, asked.path, &asked.body), fault, random) {
                        Ok(answer) => match asked.read(&answer).and_then(|answer| self.replica(random)?.take(&asked, answer)) {
                            Ok(taken) => taken.seen,
                            Err(e) => Seen::Failed { code: e.code, retry_after: None },
                        },
                        Err(unanswered) => {
                            let error = maydan_core::Error::new(unanswered.code, "");
                            match self.replica(random)?.take_refusal(&asked, &error)? {
                                Some(taken) => taken.seen,
                                None => Seen::Failed { code: unanswered.code, retry_after: unanswered.retry_after },
                            }
                        }
                    },
                }
            }
        };
        self.step = self.client.step(seen);
        if let Step::Wait(ms) = self.step {
            self.ready_at = self.time.elapsed().saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
        }
        Ok(self.step)
    }

    /// A second loop asks, the first one takes so many steps, and then the second one gets its answer.
    pub fn sync_twice(
        &mut self,
        server: &mut Server,
        late: &mut Vec<Late>,
        steps: usize,
        random: &mut fastrand::Rng,
    ) -> Result<&'static str> {
        if !self.is_signed_in(random) {
            return Ok("nobody is signed in");
        }
        let step = if matches!(self.step, Step::Push | Step::Pull | Step::Transfer) { self.step } else { Step::Hello };
        let Some(asked) = self.replica(random)?.ask(step)? else { return Ok("nothing to ask") };
        let Ok(answer) = carry(server, late, (self.caller(), asked.path, &asked.body), None, random) else { return Ok("refused") };
        for _ in 0..steps {
            self.sync(server, late, None, random)?;
        }
        if self.mount.disk.is_dead() {
            return Ok("dark");
        }
        // Whatever it makes of that: nothing may be lost by it.
        let answer = asked.read(&answer)?;
        match self.replica(random)?.take(&asked, answer) {
            Ok(_) => Ok("taken"),
            Err(e) if e.code == ErrorCode::EpochChanged => Ok("of another life"),
            Err(e) => Err(e),
        }
    }

    fn refresh(&mut self, server: &mut Server) -> Seen {
        let kept = self.kept.refresh.get(&self.user).cloned().unwrap_or_default();
        match server.refresh(self.caller(), &kept) {
            Ok(refresh) => {
                self.kept.refresh.insert(self.user, refresh);
                Seen::Authorised
            }
            Err(e) => Seen::Failed { code: e.code, retry_after: None },
        }
    }

    /// She does something; answers what became of it in a word.
    pub fn work(&mut self, work: Work, random: &mut fastrand::Rng) -> Result<&'static str> {
        if !self.is_signed_in(random) {
            return Ok("nobody is signed in");
        }
        let mut hand = std::mem::take(&mut self.hand);
        let done = perform(self.replica(random)?, work, &mut hand, random);
        self.hand = hand;
        done?;
        self.note_saved(random)?;
        Ok("done")
    }

    /// What waits to be sent was saved here: it must come to the server one day.
    pub fn note_saved(&mut self, random: &mut fastrand::Rng) -> Result<()> {
        let waiting = self.waiting(random)?;
        self.saved.entry(self.user).or_default().extend(waiting);
        let opened: Vec<Vec<u8>> = self
            .replica(random)?
            .connection()
            .prepare("SELECT item FROM outbox WHERE hash IS NULL")
            .and_then(|mut s| s.query_map([], |r| r.get(0))?.collect())
            .map_err(|e| maydan_core::Error::internal(e.to_string()))?;
        for item in opened {
            if let Item::Open { doc, parent: Some(parent), .. } = Item::from_bytes(&item)? {
                self.parents.insert(doc, parent);
            }
        }
        Ok(())
    }

    /// Changes that wait to be sent.
    pub fn waiting(&mut self, random: &mut fastrand::Rng) -> Result<BTreeSet<Place>> {
        let replica = self.replica(random)?;
        let items: Vec<Vec<u8>> = replica
            .connection()
            .prepare("SELECT item FROM outbox WHERE hash IS NOT NULL")
            .and_then(|mut s| s.query_map([], |r| r.get(0))?.collect())
            .map_err(|e| maydan_core::Error::internal(e.to_string()))?;
        let mut places = BTreeSet::new();
        for item in items {
            if let Item::Change { doc, bytes } = Item::from_bytes(&item)? {
                places.insert((doc, decode_change(&bytes)?.hash()));
            }
        }
        Ok(places)
    }

    /// Whether anything at all waits to be sent.
    pub fn has_queue(&mut self, random: &mut fastrand::Rng) -> Result<bool> {
        let replica = self.replica(random)?;
        // A record that shall be elsewhere waits too.
        replica
            .connection()
            .query_row("SELECT EXISTS (SELECT 1 FROM outbox) OR EXISTS (SELECT 1 FROM document WHERE target IS NOT NULL)", [], |r| r.get(0))
            .map_err(|e| maydan_core::Error::internal(e.to_string()))
    }

    /// Whether a change is part of its record here.
    pub fn holds(&mut self, place: Place, random: &mut fastrand::Rng) -> bool {
        let history = self.replica(random).and_then(|r| r.history(History { id: place.0, limit: u32::MAX }));
        history.is_ok_and(|page| page.entries.iter().any(|entry| entry.change == place.1))
    }
}
