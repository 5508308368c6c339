//! The beginning of a round: who this device is, what the server says of her rights, and in which life of its data.

use super::{erase, feed, hand_over, heal, moving, relay, survey, wait_no_longer};
use crate::open::{incarnate, meta, set_meta};
use crate::{Replica, blob, storage};
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::sync::wire::{Cursor, Hello, HelloAnswer, Known, LogHead, MAX_EARLIER, OLDEST_PROTOCOL, PROTOCOL};
use maydan_core::{Actor, Error, ErrorCode, RecordId, Result, ScopeId};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The scopes that a server life has granted.
#[derive(PartialEq, Serialize, Deserialize)]
struct Granted {
    epoch: Uuid,
    scopes: BTreeSet<ScopeId>,
}

impl Replica {
    /// Takes in what `hello` answered: rights, people, epoch. Answers whether some feed has entries that are not here.
    ///
    /// # Errors
    /// [`ErrorCode::Unsupported`] when the server speaks no version that is known here.
    pub fn apply_hello(&mut self, asked: &Hello, answer: &HelloAnswer) -> Result<bool> {
        if !(OLDEST_PROTOCOL..=PROTOCOL).contains(&answer.protocol) && !answer.outdated {
            return Err(Error::new(ErrorCode::Unsupported, "the server speaks another version of the protocol: update the app"));
        }
        if let Some(mut user) = self.user.clone() {
            user.grants = answer.grants.clone();
            user.role = answer.role.clone();
            self.set_user(user)?;
        }
        // What was handed over waits for an administrator, or the server was put back and has forgotten it. She is trusted again:
        // it goes the way of all work, and nothing that the server said before counts.
        let is_trusted_again = hand_over::is_begun(&self.db)?;
        wait_no_longer(&self.db)?;
        blob::wait_no_longer(&self.db, self.host.now())?;
        for (actor, user) in &answer.actors {
            self.db
                .prepare_cached("INSERT INTO actor (actor, user) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                .and_then(|mut s| s.execute(params![actor.0.as_bytes(), user.as_bytes()]))
                .map_err(storage)?;
        }
        let known = self.actors_known()? + answer.actors.len() as u64;
        set_meta(&self.db, "actors_known", &known.to_string())?;
        if !answer.erased.is_empty() {
            erase::erase_all(self, &answer.erased, asked.erased_known)?;
        }
        let epoch = answer.epoch.to_string();
        for actor in asked.earlier.iter().chain([&asked.actor]) {
            self.db.execute("UPDATE incarnation SET announced = 1 WHERE actor = ?1", [actor.0.as_bytes()]).map_err(storage)?;
        }
        if answer.actor_taken && asked.actor == self.actor && Safeguard::Incarnation.holds() {
            tracing::warn!("another device writes under this actor: this database is a copy of its, and takes a new one");
            self.actor = incarnate(&self.db, self.host.as_ref(), Some(self.actor), self.user.as_ref())?;
        }
        match meta(&self.db, "epoch")? {
            Some(known) if known == epoch && !is_trusted_again => {}
            None => set_meta(&self.db, "epoch", &epoch)?,
            Some(_) if !Safeguard::Epoch.holds() => set_meta(&self.db, "epoch", &epoch)?,
            Some(_) => self.enter_epoch(&epoch)?,
        }
        if is_trusted_again {
            hand_over::end(&self.db)?;
        }
        self.leave_ungranted(answer)?;
        erase::scrub(self)?;
        show_head(&self.db, answer.epoch, &answer.head)?;
        heal::ask_again(&mut self.db)?;
        let cursors = self.cursors()?;
        feed::keep_above(&mut self.db, &cursors, answer.floor)?;
        self.purge_left()?;
        let cursors = self.cursors()?;
        let at = |scope: ScopeId| cursors.iter().find(|c| c.scope == scope).map_or(0, |c| c.seq);
        // A feed that was never begun says nothing of itself: what happened in it may be long forgotten.
        let is_behind = answer.high_water.iter().any(|(scope, seq)| *seq > at(*scope)) || cursors.iter().any(Cursor::is_first);
        set_number(&self.db, ANSWERED, answer.head.seq)?;
        if !is_behind {
            has_seen_all(&self.db)?;
            moving::settle(&self.db)?;
        }
        Ok(is_behind || feed::has_doubts(&self.db)? || survey::is_open(&self.db, &cursors)?)
    }

    /// What is granted no longer goes from the device, once nothing of it is unsent; its feed begins anew when it is
    /// granted again. What a server that was put back has not answered for stays: it may have forgotten the grant, and what
    /// is here may be the only copy.
    fn leave_ungranted(&mut self, answer: &HelloAnswer) -> Result<()> {
        let now = Granted { epoch: answer.epoch, scopes: answer.grants.iter().map(|g| g.scope).collect() };
        let known: Option<Granted> = meta(&self.db, feed::GRANTED)?.and_then(|json| serde_json::from_str(&json).ok());
        if known.as_ref() == Some(&now) {
            return Ok(());
        }
        let tx = self.db.transaction().map_err(storage)?;
        for scope in feed::scopes(&tx)?.difference(&now.scopes) {
            feed::leave(&tx, *scope)?;
        }
        set_meta(&tx, feed::GRANTED, &serde_json::to_string(&now)?)?;
        tx.commit().map_err(storage)
    }

    /// The server was restored: everything that was written here is sent again (the server says which it has), and all is
    /// pulled again.
    pub(super) fn enter_epoch(&mut self, epoch: &str) -> Result<()> {
        self.send_all_again()?;
        moving::give_again(self)?;
        relay::begin(&self.db)?;
        blob::offer_all(&self.db)?;
        feed::distrust(&self.db)?;
        // The restored server's directory is in another order: the next hello brings it whole, and names all of ours.
        set_meta(&self.db, "actors_known", "0")?;
        erase::hear_again(&self.db)?;
        // Numbers of another life say nothing in this one.
        set_number(&self.db, SEEN, 0)?;
        self.db.execute("UPDATE outbox SET seen = 0", []).map_err(storage)?;
        // A record that comes again may lack what was written here and has left since: its numbers must not be given to something else.
        self.actor = incarnate(&self.db, self.host.as_ref(), Some(self.actor), self.user.as_ref())?;
        self.db.execute("UPDATE incarnation SET announced = (actor = ?1)", [self.actor.0.as_bytes()]).map_err(storage)?;
        set_meta(&self.db, "epoch", epoch)
    }

    /// Everything that was written here is sent again: the server says which it has.
    fn send_all_again(&mut self) -> Result<()> {
        let ids: Vec<Vec<u8>> =
            self.db.prepare("SELECT id FROM document").and_then(|mut s| s.query_map([], |r| r.get(0))?.collect()).map_err(storage)?;
        for id in ids {
            match self.enqueue_all(RecordId::from_slice(&id)?) {
                // What of it waits in the outbox already stays there.
                Err(e) if e.code == ErrorCode::Corrupt => tracing::warn!(error = %e, "a damaged document is not sent again"),
                done => done?,
            }
        }
        Ok(())
    }

    /// How this device begins a round.
    pub fn hello(&self) -> Result<Hello> {
        let known = self.known()?;
        let mut earlier = incarnations(&self.db, "WHERE announced = 0")?;
        earlier.retain(|actor| *actor != self.actor);
        // The rest is named by the next one, which follows at once.
        earlier.truncate(MAX_EARLIER);
        let app = Some(env!("CARGO_PKG_VERSION").to_owned());
        let erased_known = erase::heard_of(&self.db)?;
        Ok(Hello { app, earlier, actors_known: self.actors_known()?, erased_known, known, ..Hello::of(self.actor) })
    }

    /// What the server showed of its log in the epoch that is known here.
    pub(super) fn known(&self) -> Result<Option<Known>> {
        let epoch = self.epoch()?;
        Ok(shown_head(&self.db)?.filter(|(of, _)| *of == epoch))
    }

    /// Whether the server must hear of an actor under which something here was written.
    pub(super) fn has_unannounced(&self) -> Result<bool> {
        self.db.query_row("SELECT EXISTS (SELECT 1 FROM incarnation WHERE announced = 0)", [], |r| r.get(0)).map_err(storage)
    }

    /// Whether the server was told under which actor this database writes.
    pub(super) fn is_announced(&self) -> Result<bool> {
        self.db
            .prepare_cached("SELECT announced FROM incarnation WHERE actor = ?1")
            .and_then(|mut s| s.query_row([self.actor.0.as_bytes()], |r| r.get(0)).optional())
            .map(|announced| announced.unwrap_or(false))
            .map_err(storage)
    }

    /// How many entries of the actor directory are here.
    fn actors_known(&self) -> Result<u64> {
        Ok(meta(&self.db, "actors_known")?.and_then(|n| n.parse().ok()).unwrap_or(0))
    }
}

/// The key of `meta` under which stands where the server's log stood at the last hello.
const ANSWERED: &str = "answered";
/// The key under which stands up to where everything is known here that the server has decided: it goes with whatever is
/// written ([`crate::write::enqueue`]).
const SEEN: &str = "seen";

fn set_number(db: &rusqlite::Connection, key: &str, number: u64) -> Result<()> {
    set_meta(db, key, &number.to_string())
}

/// The feeds were read to their ends: what she may do and what lies where is known as of the last hello.
pub(super) fn has_seen_all(db: &rusqlite::Connection) -> Result<()> {
    match meta(db, ANSWERED)?.and_then(|number| number.parse().ok()) {
        Some(answered) => set_number(db, SEEN, answered),
        None => Ok(()),
    }
}

/// Keeps the newest head of the server's log that was shown: by it a server that was put back is found out.
pub(super) fn show_head(db: &rusqlite::Connection, epoch: Uuid, head: &LogHead) -> Result<()> {
    if shown_head(db)?.is_some_and(|(of, known)| of == epoch && known.seq >= head.seq) {
        return Ok(());
    }
    set_meta(db, "head", &serde_json::to_string(&(epoch, head))?)
}

fn shown_head(db: &rusqlite::Connection) -> Result<Option<(Uuid, LogHead)>> {
    Ok(meta(db, "head")?.and_then(|json| serde_json::from_str(&json).ok()))
}

/// Actors under which this database has written.
pub(super) fn incarnations(db: &rusqlite::Connection, condition: &str) -> Result<Vec<Actor>> {
    let rows: Vec<Vec<u8>> = db
        .prepare(&format!("SELECT actor FROM incarnation {condition} ORDER BY actor"))
        .and_then(|mut s| s.query_map([], |r| r.get(0))?.collect())
        .map_err(storage)?;
    rows.iter().map(|bytes| Ok(Actor(RecordId::from_slice(bytes)?.0))).collect()
}
