//! What the sync loop asks of a replica: the next batch, what became of it, a page of the feeds.

mod erase;
mod exchange;
mod feed;
mod generation;
mod hand_over;
mod heal;
mod hello;
mod listing;
mod merging;
pub(crate) mod moving;
mod outbox;
mod page;
pub(crate) mod quarantine;
mod rebase;
mod received;
mod relay;
mod room;
mod survey;
mod transfer;

pub use exchange::{Incoming, Outgoing, Taken};
pub(crate) use heal::mark as mark_damaged;
pub(crate) use page::adopt;
pub(crate) use room::Room;

use crate::open::{meta, set_meta};
use crate::{Replica, blob, handler, storage, store};
use hello::{incarnations, show_head};
use maydan_core::command::{Event, SessionUser};
use maydan_core::document::{Hash, decode_change};
use maydan_core::sync::wire::{Command, Cursor, Item, Outcome, Page, PushAnswer, Seen};
use maydan_core::{Actor, Error, ErrorCode, RecordId, Result, ScopeId};
use outbox::Waiting;
use quarantine::Refusal;
use received::Received;
use rusqlite::{OptionalExtension, params};
use serde_bytes::ByteBuf;
use std::collections::{BTreeMap, BTreeSet};
use survey::Asked;
use uuid::Uuid;

/// Items to push, with the outbox rows they stand in.
#[derive(Debug, Default)]
pub struct Batch {
    rows: Vec<Row>,
    /// The items.
    pub items: Vec<Item>,
    /// The same, as they are sent.
    pub bytes: Vec<ByteBuf>,
    /// What their writer knew.
    pub seen: Seen,
}

/// Where an item of a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    /// In the outbox.
    Outbox(i64),
    /// Among the records to be brought back.
    Relay { n: i64, scope: ScopeId },
}

/// Counts for the sync chip.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records of which something waits to be sent: those that the queue lists, shifts whose positions have waited long enough for
    /// others; and contents.
    pub pending: u32,
    /// Pieces of work that were refused.
    pub refused: u32,
    /// Records in which somebody must choose.
    pub conflicts: u32,
}

impl Replica {
    /// Binds this database to its user: the replica of one person.
    ///
    /// # Errors
    /// [`ErrorCode::Forbidden`] when it is another's already.
    pub fn set_user(&mut self, user: SessionUser) -> Result<()> {
        if self.user.as_ref().is_some_and(|u| u.id != user.id) {
            return Err(Error::new(ErrorCode::Forbidden, "this database is another person's"));
        }
        set_meta(&self.db, "user", &serde_json::to_string(&user)?)?;
        self.user = Some(user);
        Ok(())
    }

    /// Counts for the sync chip.
    pub fn counts(&self) -> Result<Counts> {
        let (refused, now) = (quarantine::count(&self.db)?, self.host.now());
        self.db
            .prepare_cached(
                "SELECT (SELECT count(*) FROM (SELECT document FROM outbox UNION SELECT trip FROM ping WHERE at <= ?1 OR at > ?2))
                          + (SELECT count(*) FROM blob WHERE to_send = 1),
                        (SELECT count(*) FROM document WHERE conflicted > 0)",
            )
            .and_then(|mut s| {
                s.query_row([now.plus(-handler::RIPE_MS).0, now.0], |r| Ok(Counts { pending: r.get(0)?, refused, conflicts: r.get(1)? }))
            })
            .map_err(storage)
    }

    /// How often what is here was found to be something else than what the server has.
    pub fn differences(&self) -> Result<u64> {
        survey::differences(&self.db)
    }

    /// Positions of shifts under way wait for others no longer: somebody wants the server to have them.
    pub fn pack_trips(&mut self) -> Result<()> {
        handler::pack_pings(self)
    }

    /// Whether a round has more to do than to ask for news. Positions of a shift that wait for others are no work yet.
    pub fn has_work(&mut self) -> Result<bool> {
        handler::pack_ripe_pings(self)?;
        let waits: bool = self.db.query_row("SELECT EXISTS (SELECT 1 FROM outbox)", [], |r| r.get(0)).map_err(storage)?;
        Ok(waits || relay::is_due(&self.db)? || blob::is_due(&self.db)?)
    }

    /// Whether something can be sent now.
    pub fn has_sendable(&mut self) -> Result<bool> {
        handler::pack_ripe_pings(self)?;
        if relay::is_due(&self.db)? {
            return Ok(true);
        }
        self.db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM outbox WHERE document NOT IN (SELECT document FROM outbox WHERE waiting > 0))")
            .and_then(|mut s| s.query_row([], |r| r.get(0)))
            .map_err(storage)
    }

    /// Stores what became of a batch: acknowledged items go, refused ones are put by and shown.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] when there is not one outcome per item; nothing is changed then.
    pub fn apply_outcomes(&mut self, batch: &Batch, answer: &PushAnswer) -> Result<()> {
        let outcomes = &answer.outcomes;
        if outcomes.len() != batch.rows.len() {
            return Err(Error::bad_request("the server answered with another number of outcomes than there were items"));
        }
        let mut resend = Vec::new();
        let mut refused: BTreeMap<RecordId, Vec<Refusal>> = BTreeMap::new();
        let mut erased: BTreeSet<RecordId> = BTreeSet::new();
        let mut refused_commands: Vec<(i64, Command, Refusal)> = Vec::new();
        let mut answered = Vec::new();
        let own = incarnations(&self.db, "")?;
        let now = self.host.now();
        let tx = self.db.transaction().map_err(storage)?;
        for ((row, item), outcome) in batch.rows.iter().zip(&batch.items).zip(outcomes) {
            if matches!(outcome, Outcome::Rejected { code: ErrorCode::Erased, .. }) {
                erased.insert(item.doc());
                continue;
            }
            let n = match row {
                Row::Outbox(n) => n,
                Row::Relay { n, scope } => {
                    match outcome {
                        Outcome::Rejected { code, message } => {
                            tracing::warn!(id = %item.doc(), ?code, message, "a record was not taken back");
                        }
                        Outcome::Accepted { .. } | Outcome::Duplicate | Outcome::Elsewhere { .. } => feed::proven(&tx, *n)?,
                    }
                    relay::done(&tx, *n, *scope)?;
                    continue;
                }
            };
            match outcome {
                Outcome::Accepted { .. } | Outcome::Duplicate => {
                    if matches!(item, Item::Command(_)) {
                        moving::keep_given(&tx, item)?;
                    }
                    answered.push(*n);
                }
                Outcome::Elsewhere { scope } => {
                    feed::belongs(&tx, item.doc(), *scope)?;
                    answered.push(*n);
                }
                Outcome::Rejected { code, message } => {
                    let attempts: Option<i64> = tx
                        .prepare_cached("UPDATE outbox SET attempts = attempts + 1 WHERE n = ?1 RETURNING attempts")
                        .and_then(|mut s| s.query_row([n], |r| r.get(0)).optional())
                        .map_err(storage)?;
                    // Something else stands in its place by now.
                    let Some(attempts) = attempts else { continue };
                    // The record comes whole, and then this is done again on it.
                    if *code == ErrorCode::StaleGeneration && generation::awaits(&tx, *n, item)? {
                        continue;
                    }
                    // The server lacks what this was made on: it was restored, or a colleague's change is still on its way. At
                    // first, and now and then, all of it is sent again at once; else it waits for the next round, however many that takes.
                    if is_curable(&own, *code, item) && !is_orphan(&tx, *code, item)? {
                        if attempts % TRIES_AGAIN == 1 {
                            resend.push(item.doc());
                        } else {
                            let document: i64 = tx
                                .prepare_cached("UPDATE outbox SET waiting = 1 WHERE n = ?1 RETURNING document")
                                .and_then(|mut s| s.query_row([n], |r| r.get(0)))
                                .map_err(storage)?;
                            // Should the server have lost a colleague's change, this device may be the one that has it.
                            if attempts % TRIES_AGAIN == 2 {
                                relay::bring(&tx, document)?;
                            }
                        }
                    } else if let Item::Command(command) = item {
                        refused_commands.push((*n, *command, Refusal { hash: None, code: *code, message: message.clone() }));
                    } else {
                        let hash = match item {
                            Item::Open { .. } | Item::Relay(_) | Item::Command(_) => None,
                            // What can't be read here neither is told by its place in the queue.
                            Item::Change { .. } => hash_of(&tx, *n)?,
                        };
                        refused.entry(item.doc()).or_default().push(Refusal { hash, code: *code, message: message.clone() });
                    }
                }
            }
        }
        // When it is known where all of them are: what was doubted begins the feed again in which it is.
        acknowledge(&tx, &answered)?;
        erased.iter().try_for_each(|id| erase::erase(&tx, *id))?;
        show_head(&tx, answer.epoch, &answer.head)?;
        // What waited for its record may go.
        blob::wait_no_longer(&tx, now)?;
        tx.commit().map_err(storage)?;
        if !erased.is_empty() {
            // Before anything of it could be queued again.
            self.purge_left()?;
        }
        for (n, command, why) in refused_commands {
            moving::refused(self, n, command, &why)?;
        }
        resend.sort();
        resend.dedup();
        for id in resend.into_iter().filter(|id| !refused.contains_key(id)) {
            if erased.is_empty() || store::find(&self.db, id)?.is_some() {
                self.enqueue_all(id)?;
            }
        }
        for (id, refusals) in refused {
            quarantine::put_by(self, id, &refusals)?;
        }
        self.purge_left()?;
        for id in batch.items.iter().map(Item::doc).collect::<BTreeSet<_>>() {
            if let Some(stored) = store::find(&self.db, id)? {
                self.changed(&stored.kind, stored.id);
            }
        }
        Ok(())
    }

    /// Puts every change of a document that was written here into the outbox, in their order, in place of what stands there.
    pub(crate) fn enqueue_all(&mut self, id: RecordId) -> Result<()> {
        let stored = store::get(&self.db, id)?;
        let Ok(kind) = self.registry.get(&stored.kind) else { return Ok(()) };
        let kind = kind.name.clone();
        let mut document = self.document(&stored)?;
        let mine = self.own_actors()?;
        let all: Vec<_> = document.changes_since(&[]).into_iter().filter(|c| c.actor() != Actor::GENESIS).collect();
        let is_empty = all.is_empty();
        let own: Vec<_> = all.into_iter().filter(|c| mine.contains(&c.actor())).collect();
        // A record in which nobody has written anything yet is opened by whoever has it.
        if own.is_empty() && !is_empty {
            self.documents.put(document);
            return Ok(());
        }
        let now = self.host.now();
        let tx = self.db.transaction().map_err(storage)?;
        let before = Waiting::of(&tx, stored.n)?;
        // Only what is put in again goes; anything else that waits here stays.
        tx.execute("DELETE FROM outbox WHERE document = ?1 AND hash IS NULL", [stored.n]).map_err(storage)?;
        for change in &own {
            tx.execute("DELETE FROM outbox WHERE document = ?1 AND hash = ?2", params![stored.n, change.hash().0]).map_err(storage)?;
        }
        tx.execute("UPDATE document SET pending = (SELECT count(*) FROM outbox WHERE document = ?1) WHERE n = ?1", [stored.n])
            .map_err(storage)?;
        let open = Item::Open { doc: id, kind: kind.into_owned(), parent: store::parent(&tx, stored.n)?, scope: stored.scope };
        crate::write::enqueue(&tx, stored.n, None, &open, now)?;
        for change in &own {
            let item = Item::Change { doc: id, bytes: change.bytes().to_vec().into() };
            crate::write::enqueue(&tx, stored.n, Some(change.hash()), &item, now)?;
        }
        before.keep(&tx, stored.n)?;
        tx.commit().map_err(storage)?;
        self.documents.put(document);
        Ok(())
    }

    /// The actors of this user: this database's, and those of her other devices and of earlier incarnations.
    fn own_actors(&self) -> Result<Vec<Actor>> {
        let user = self.signed_in()?.id;
        let rows: Vec<Vec<u8>> = self
            .db
            .prepare_cached("SELECT actor FROM actor WHERE user = ?1")
            .and_then(|mut s| s.query_map([user.as_bytes()], |r| r.get(0))?.collect())
            .map_err(storage)?;
        let mut actors = rows.iter().map(|bytes| Ok(Actor(RecordId::from_slice(bytes)?.0))).collect::<Result<Vec<_>>>()?;
        actors.push(self.actor);
        Ok(actors)
    }

    /// The epoch that the cursors are of.
    pub fn epoch(&self) -> Result<Uuid> {
        Ok(meta(&self.db, "epoch")?.and_then(|e| e.parse().ok()).unwrap_or(Uuid::nil()))
    }

    /// Where to go on in each granted feed.
    pub fn cursors(&self) -> Result<Vec<Cursor>> {
        let mut stored: Vec<Cursor> = Vec::new();
        let mut statement = self.db.prepare_cached("SELECT scope, seq, since, upto, scan FROM cursor").map_err(storage)?;
        let mut rows = statement.query([]).map_err(storage)?;
        while let Some(row) = rows.next().map_err(storage)? {
            let scope: Vec<u8> = row.get(0).map_err(storage)?;
            let scan: Option<String> = row.get(4).map_err(storage)?;
            stored.push(Cursor {
                scope: ScopeId::from_slice(&scope)?,
                seq: row.get(1).map_err(storage)?,
                since: row.get(2).map_err(storage)?,
                upto: row.get(3).map_err(storage)?,
                scan: scan.map(|json| serde_json::from_str(&json)).transpose()?,
            });
        }
        let granted = self.user.iter().flat_map(|u| &u.grants);
        Ok(granted.map(|g| stored.iter().find(|c| c.scope == g.scope).cloned().unwrap_or(Cursor::start(g.scope))).collect())
    }

    /// Stores a page: changes, projections and cursors in one transaction.
    pub fn apply_page(&mut self, page: &Page) -> Result<()> {
        self.apply_answer(Received::of(&self.registry, page.clone()), &Asked::default())
    }

    /// The same, with what was asked for besides the feeds.
    fn apply_answer(&mut self, received: Received, asked: &Asked) -> Result<()> {
        let known = self.epoch()?;
        if received.page.epoch != known {
            return Err(Error::new(ErrorCode::EpochChanged, "the page is of another epoch than the cursors"));
        }
        page::apply(self, received, asked)
    }

    /// Removes records that left every scope of this user, once nothing of them is unsent.
    pub(crate) fn purge_left(&mut self) -> Result<()> {
        let gone: Vec<(i64, Vec<u8>, String)> = self
            .db
            .prepare_cached(
                "SELECT n, id, kind FROM document WHERE leaving > 0 AND leaving = 1 AND pending = 0 AND n NOT IN (SELECT trip FROM ping)",
            )
            .and_then(|mut s| s.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect())
            .map_err(storage)?;
        if gone.is_empty() {
            return Ok(());
        }
        // All at once: a scope may have thousands.
        let tx = self.db.transaction().map_err(storage)?;
        for (n, _, kind) in &gone {
            if let Ok(kind) = self.registry.get(kind) {
                crate::projection::remove(&tx, kind, *n)?;
            }
            tx.prepare_cached("DELETE FROM document WHERE n = ?1").and_then(|mut s| s.execute([n])).map_err(storage)?;
        }
        tx.commit().map_err(storage)?;
        for (_, id, _) in &gone {
            self.documents.take(RecordId::from_slice(id)?);
        }
        if gone.iter().any(|(_, _, kind)| kind == maydan_core::blob::KIND) {
            blob::sweep(&self.db)?;
        }
        let kinds: BTreeSet<String> = gone.into_iter().map(|(_, _, kind)| kind).collect();
        self.events.extend(kinds.into_iter().map(|kind| Event::Changed { kind, ids: Vec::new() }));
        Ok(())
    }
}

/// Of an item that waits for what the server lacks, every so many attempts the whole record is sent, and brought, there.
const TRIES_AGAIN: i64 = 8;

/// A round begins: items that waited are sent again.
fn wait_no_longer(db: &rusqlite::Connection) -> Result<()> {
    db.execute("UPDATE outbox SET waiting = 0 WHERE waiting > 0", []).map(drop).map_err(storage)
}

/// Whether time heals a rejection: somebody else's phone, or this person's other one, has yet to bring what is missing.
fn is_curable(own: &[Actor], code: ErrorCode, item: &Item) -> bool {
    match (code, item) {
        // A kind that only a newer server knows waits for its update.
        (ErrorCode::MissingDependency | ErrorCode::NotFound | ErrorCode::UnknownKind | ErrorCode::Unsupported, _) => true,
        // A restored server does not know her other device until that has said hello.
        (ErrorCode::ForeignActor, Item::Change { bytes, .. }) => decode_change(bytes).is_ok_and(|c| !own.contains(&c.actor())),
        _ => false,
    }
}

/// Whether what a record belongs to is neither on the server nor here: it has left, and then been forgotten by a server that
/// was put back. Whoever still has it may not let her write there either.
fn is_orphan(db: &rusqlite::Connection, code: ErrorCode, item: &Item) -> Result<bool> {
    match item {
        Item::Open { parent: Some(parent), .. } if code == ErrorCode::NotFound => Ok(store::find(db, *parent)?.is_none()),
        _ => Ok(false),
    }
}

/// The change that a row of the outbox carries.
fn hash_of(db: &rusqlite::Connection, n: i64) -> Result<Option<Hash>> {
    let hash: Option<Option<Vec<u8>>> = db
        .prepare_cached("SELECT hash FROM outbox WHERE n = ?1")
        .and_then(|mut s| s.query_row([n], |r| r.get(0)).optional())
        .map_err(storage)?;
    hash.flatten().map(|h| Hash::from_slice(&h)).transpose()
}

/// Takes answered items out of the outbox.
fn acknowledge(db: &rusqlite::Connection, items: &[i64]) -> Result<()> {
    take_out(db, items)?.into_iter().try_for_each(|document| feed::proven(db, document))
}

/// The same, when nothing is known of where they are now. Answers their documents.
fn take_out(db: &rusqlite::Connection, items: &[i64]) -> Result<Vec<i64>> {
    let mut taken: BTreeMap<i64, i64> = BTreeMap::new();
    for n in items {
        let document: Option<i64> = db
            .prepare_cached("DELETE FROM outbox WHERE n = ?1 RETURNING document")
            .and_then(|mut s| s.query_row([n], |r| r.get(0)).optional())
            .map_err(storage)?;
        if let Some(document) = document {
            *taken.entry(document).or_default() += 1;
        }
    }
    for (document, count) in &taken {
        db.prepare_cached("UPDATE document SET pending = max(pending - ?2, 0) WHERE n = ?1")
            .and_then(|mut s| s.execute([document, count]))
            .map_err(storage)?;
    }
    Ok(taken.into_keys().collect())
}

/// Reads a stored or exported item.
pub(crate) fn item_of(bytes: &[u8]) -> Result<Item> {
    Item::from_bytes(bytes).map_err(|e| Error::corrupt(format!("an item of the outbox is damaged: {}", e.message)))
}
