//! Work that the server refused: put by in words, so that it neither gets lost nor holds anything back.
//!
//! A refused change goes out of its document, and what was written after it is done again ([`rebase`]). A document that the
//! server will not have at all goes whole, and with it whatever follows it.
//!
//! What was refused stays in `quarantine`: the items as they were, and for people the fields with their values. She tries
//! it again ([`retry`]) or puts it away ([`dismiss`]).

use super::outbox::Waiting;
use super::{feed, rebase};
use crate::store::Stored;
use crate::write::enqueue;
use crate::{Replica, projection, storage, store};
use maydan_core::command::{Done, MoveRecord, RefusedItem, RefusedPage};
use maydan_core::document::{Document, FieldChange, Hash, RawChange, decode_change};
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::sync::wire::{Act, Item};
use maydan_core::{ErrorCode, Instant, RecordId, Result, Value};
use rusqlite::{Connection, OptionalExtension, params};
use serde_bytes::ByteBuf;
use std::collections::BTreeSet;

/// An item that was refused, by the change it carries; `None` for the item that opens its document.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub hash: Option<Hash>,
    pub code: ErrorCode,
    pub message: String,
}

impl Refusal {
    /// The work itself is good, and only its number is not to be had: it is done again under another.
    pub fn is_of_the_number(&self) -> bool {
        matches!(self.code, ErrorCode::DuplicateSequence | ErrorCode::ForeignActor)
    }
}

/// Puts refused work of a document by, and queues the rest of it anew.
pub(super) fn put_by(replica: &mut Replica, id: RecordId, refusals: &[Refusal]) -> Result<()> {
    let Some(stored) = store::find(&replica.db, id)? else { return Ok(()) };
    let whole = refusals.iter().find(|refusal| refusal.hash.is_none());
    match (whole, replica.document(&stored)) {
        (Some(why), document) => put_by_whole(replica, &stored, why, document.ok()),
        (None, Ok(document)) => rebase::rebase(replica, &stored, document, refusals),
        // Of a kind that only a later version knows, or not to be read: nothing of it can be done again here.
        (None, Err(e)) if matches!(e.code, ErrorCode::Corrupt | ErrorCode::UnknownKind) => match refusals.first() {
            Some(why) => put_by_whole(replica, &stored, why, None),
            None => Ok(()),
        },
        (None, Err(e)) => Err(e),
    }
}

/// The server will not have the document: all of its unsent work goes, and what follows it.
fn put_by_whole(replica: &mut Replica, stored: &Stored, why: &Refusal, document: Option<Document>) -> Result<()> {
    let row = document.map(|mut document| document.row()).unwrap_or_default();
    let fields: Vec<FieldChange> = row.into_iter().map(|(field, after)| FieldChange { field, before: Value::Null, after }).collect();
    let title = title(replica, stored)?;
    let now = replica.host.now();
    let items = items(&replica.db, stored.n)?;
    let followers = followers(&replica.db, stored.id)?;
    let is_ours_alone = items.iter().any(|row| row.hash.is_none());
    let tx = replica.db.transaction().map_err(storage)?;
    keep(&tx, stored, &title, why, &fields, &items, now)?;
    empty_outbox(&tx, stored.n)?;
    if is_ours_alone {
        tx.execute("UPDATE document SET leaving = ?2 WHERE n = ?1", [stored.n, feed::GONE]).map_err(storage)?;
    }
    tx.commit().map_err(storage)?;
    if is_ours_alone {
        for follower in followers {
            if let Some(stored) = store::find(&replica.db, follower)? {
                let document = replica.document(&stored).ok();
                put_by_whole(replica, &stored, why, document)?;
            }
        }
    }
    Ok(())
}

/// A command that the server will not do, ready to be put by.
pub(super) fn command<'a>(
    replica: &Replica,
    stored: &'a Stored,
    why: &'a Refusal,
    field: FieldChange,
    item: &Item,
) -> Result<impl FnOnce(&Connection) -> Result<()> + 'a> {
    let (title, now, row) = (title(replica, stored)?, replica.host.now(), Row { hash: None, item: item.to_bytes()? });
    Ok(move |db: &Connection| keep(db, stored, &title, why, &[field], &[row], now))
}

/// In place of the changes of a document that wait to be sent, these wait. What opens it stays before them, and commands behind.
pub(super) fn requeue(db: &Connection, stored: &Stored, changes: &[RawChange], now: Instant) -> Result<()> {
    let rows = items(db, stored.n)?;
    let before = Waiting::of(db, stored.n)?;
    empty_outbox(db, stored.n)?;
    // A document that the server has not acknowledged is opened again before its changes.
    for row in rows.iter().filter(|row| row.hash.is_none()) {
        enqueue(db, stored.n, None, &Item::from_bytes(&row.item)?, now)?;
    }
    for change in changes {
        enqueue(db, stored.n, Some(change.hash()), &Item::Change { doc: stored.id, bytes: change.bytes().to_vec().into() }, now)?;
    }
    for row in &rows {
        if let Ok(item @ Item::Command(_)) = Item::from_bytes(&row.item) {
            enqueue(db, stored.n, row.hash, &item, now)?;
        }
    }
    before.renewed().keep(db, stored.n)
}

/// From here on these heads stand for a change that was done again, or is part of something else.
pub(super) fn stand_for(db: &Connection, old: &Hash, heads: &[Hash]) -> Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO rebased (old, heads) VALUES (?1, ?2)")
        .and_then(|mut s| s.execute(params![old.0, store::pack(heads)]))
        .map(drop)
        .map_err(storage)
}

/// Why a change is put by that lies here and is no part of its record. People are told to update the app.
pub(super) fn not_read_yet() -> Refusal {
    let message = "this app can't read what was written: a later version wrote it, or what it was made on is gone";
    Refusal { hash: None, code: ErrorCode::UnknownField, message: message.into() }
}

/// Puts by unsent changes of a document as they are: what they say can't be read here.
pub(super) fn keep_unsent(replica: &Replica, stored: &Stored, why: &Refusal, which: impl Fn(&Hash) -> bool) -> Result<()> {
    let rows: Vec<Row> = items(&replica.db, stored.n)?.into_iter().filter(|row| row.is_change(&which)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    keep(&replica.db, stored, &title(replica, stored)?, why, &[], &rows, replica.host.now())
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub hash: Option<Hash>,
    item: Vec<u8>,
}

impl Row {
    /// Whether it carries such a change, readable or not. Commands have names like those of changes.
    pub fn is_change(&self, which: impl Fn(&Hash) -> bool) -> bool {
        self.hash.as_ref().is_some_and(which) && !matches!(Item::from_bytes(&self.item), Ok(Item::Command(_)))
    }
}

pub(super) fn items(db: &Connection, n: i64) -> Result<Vec<Row>> {
    let rows: Vec<(Option<Vec<u8>>, Vec<u8>)> = db
        .prepare_cached("SELECT hash, item FROM outbox WHERE document = ?1 ORDER BY n")
        .and_then(|mut s| s.query_map([n], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
        .map_err(storage)?;
    rows.into_iter().map(|(hash, item)| Ok(Row { hash: hash.map(|h| Hash::from_slice(&h)).transpose()?, item })).collect()
}

/// Records that follow this one and that the server does not know either.
fn followers(db: &Connection, id: RecordId) -> Result<Vec<RecordId>> {
    let rows: Vec<Vec<u8>> = db
        .prepare_cached("SELECT d.id FROM document d JOIN outbox o ON o.document = d.n WHERE d.parent = ?1 AND o.hash IS NULL")
        .and_then(|mut s| s.query_map([id.as_bytes()], |r| r.get(0))?.collect())
        .map_err(storage)?;
    rows.iter().map(|id| RecordId::from_slice(id)).collect()
}

fn empty_outbox(db: &Connection, n: i64) -> Result<()> {
    db.execute("DELETE FROM outbox WHERE document = ?1", [n]).map_err(storage)?;
    db.execute("UPDATE document SET pending = 0 WHERE n = ?1", [n]).map(drop).map_err(storage)
}

pub(super) fn title(replica: &Replica, stored: &Stored) -> Result<String> {
    Ok(projection::titles(&replica.db, &replica.registry, [stored.id])?.remove(&stored.id).unwrap_or_default())
}

pub(super) fn keep(
    db: &Connection,
    stored: &Stored,
    title: &str,
    why: &Refusal,
    fields: &[FieldChange],
    items: &[Row],
    now: Instant,
) -> Result<()> {
    if !Safeguard::Quarantine.holds() {
        return Ok(());
    }
    let items: Vec<ByteBuf> = items.iter().map(|row| row.item.clone().into()).collect();
    let items = packed(&items)?;
    let (code, fields) = (serde_json::to_string(&why.code)?, serde_json::to_string(fields)?);
    let (id, scope) = (stored.id.as_bytes(), stored.scope.as_bytes());
    // The same may be refused again, once the server was brought what should prove it.
    let known = db
        .prepare_cached("UPDATE quarantine SET code = ?3, message = ?4, refused_at = ?5 WHERE record = ?1 AND items = ?2 AND fields = ?6")
        .and_then(|mut s| s.execute(params![id, items, code, why.message, now.0, fields]))
        .map_err(storage)?;
    if known > 0 {
        return Ok(());
    }
    db.prepare_cached(
        "INSERT INTO quarantine (record, kind, scope, title, code, message, refused_at, fields, items)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .and_then(|mut s| s.execute(params![id, stored.kind, scope, title, code, why.message, now.0, fields, items]))
    .map(drop)
    .map_err(storage)
}

/// What was refused, newest first.
pub(crate) fn list(replica: &mut Replica, limit: u32) -> Result<RefusedPage> {
    let total = replica.db.query_row("SELECT count(*) FROM quarantine", [], |r| r.get(0)).map_err(storage)?;
    type Columns = (i64, Vec<u8>, String, String, String, i64, String);
    let rows: Vec<Columns> = replica
        .db
        .prepare_cached("SELECT n, record, kind, title, code, refused_at, fields FROM quarantine ORDER BY n DESC LIMIT ?1")
        .and_then(|mut s| {
            s.query_map([limit], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?, r.get(6)?)))?.collect()
        })
        .map_err(storage)?;
    let mut items = Vec::with_capacity(rows.len());
    let mut linked: Vec<RecordId> = Vec::new();
    for (n, id, kind, title, code, at, fields) in rows {
        let code = serde_json::from_str(&code).unwrap_or(ErrorCode::Internal);
        let fields: Vec<FieldChange> = serde_json::from_str(&fields)?;
        let values = fields.iter().flat_map(|field| [&field.before, &field.after]);
        linked.extend(values.filter_map(|value| value.as_text()?.parse::<RecordId>().ok()));
        items.push(RefusedItem { n, id: RecordId::from_slice(&id)?, kind, title, code, at: Instant(at), fields });
    }
    let names =
        projection::titles(&replica.db, &replica.registry, linked)?.into_iter().map(|(id, title)| (id.to_string(), title)).collect();
    Ok(RefusedPage { items, total, names })
}

/// Brings refused work back into its record and into the queue: what stood against it may be gone.
pub(crate) fn retry(replica: &mut Replica, n: i64) -> Result<Done> {
    let Some(items) = kept_items(&replica.db, "WHERE n = ?1", n)?.pop() else { return Ok(Done {}) };
    let items: Vec<Item> = items.iter().filter_map(|bytes| Item::from_bytes(bytes).ok()).collect();
    for item in &items {
        // From where it is by now.
        if let Item::Command(command) = item {
            let Act::Move { to, .. } = command.act;
            super::moving::order(replica, &MoveRecord { id: command.doc, to })?;
        }
    }
    let items: Vec<Item> = items.into_iter().filter(|item| !matches!(item, Item::Command(_))).collect();
    let adopted = super::page::adopt(replica, &items)?;
    if adopted.left > 0 || adopted.damaged > 0 {
        return Err(maydan_core::Error::new(
            ErrorCode::NotFound,
            "what this belongs to is not on this device any more: write it once more",
        ));
    }
    let now = replica.host.now();
    for item in &items {
        let Item::Change { doc, bytes } = item else { continue };
        let (stored, hash) = (store::get(&replica.db, *doc)?, decode_change(bytes)?.hash());
        // It stands for itself again; and what was in its record all the time waits to be sent all the same.
        replica.db.execute("DELETE FROM rebased WHERE old = ?1", [hash.0]).map_err(storage)?;
        if !self::items(&replica.db, stored.n)?.iter().any(|row| row.hash == Some(hash)) {
            enqueue(&replica.db, stored.n, Some(hash), item, now)?;
        }
    }
    dismiss(replica, n)
}

/// Puts refused work away for good.
pub(crate) fn dismiss(replica: &mut Replica, n: i64) -> Result<Done> {
    replica.db.execute("DELETE FROM quarantine WHERE n = ?1", [n]).map_err(storage)?;
    Ok(Done {})
}

/// The items of everything that is put by, as they were queued.
pub(crate) fn all_items(db: &Connection) -> Result<Vec<ByteBuf>> {
    Ok(kept_items(db, "WHERE n > ?1", 0)?.into_iter().flatten().collect())
}

/// The oldest piece of work that is put by, and its items.
pub(super) fn oldest(db: &Connection) -> Result<Option<(i64, Vec<ByteBuf>)>> {
    let n: Option<i64> = db.query_row("SELECT min(n) FROM quarantine", [], |r| r.get(0)).map_err(storage)?;
    let Some(n) = n else { return Ok(None) };
    Ok(Some((n, kept_items(db, "WHERE n = ?1", n)?.pop().unwrap_or_default())))
}

/// So many of its items, from the first, are safe elsewhere.
pub(super) fn forget_first(db: &Connection, n: i64, count: usize) -> Result<()> {
    // It may have been tried again or put away since.
    let Some(kept) = kept_items(db, "WHERE n = ?1", n)?.pop() else { return Ok(()) };
    let left: Vec<ByteBuf> = kept.into_iter().skip(count).collect();
    if left.is_empty() {
        return db.execute("DELETE FROM quarantine WHERE n = ?1", [n]).map(drop).map_err(storage);
    }
    let left = packed(&left)?;
    db.execute("UPDATE quarantine SET items = ?2 WHERE n = ?1", params![n, left]).map(drop).map_err(storage)
}

fn packed(items: &[ByteBuf]) -> Result<Vec<u8>> {
    rmp_serde::to_vec(items).map_err(|e| maydan_core::Error::internal(format!("refused work could not be written: {e}")))
}

fn kept_items(db: &Connection, condition: &str, n: i64) -> Result<Vec<Vec<ByteBuf>>> {
    let rows: Vec<Vec<u8>> = db
        .prepare(&format!("SELECT items FROM quarantine {condition} ORDER BY n"))
        .and_then(|mut s| s.query_map([n], |r| r.get(0))?.collect())
        .map_err(storage)?;
    rows.iter()
        .map(|bytes| rmp_serde::from_slice(bytes).map_err(|e| maydan_core::Error::corrupt(format!("refused work is damaged: {e}"))))
        .collect()
}

/// The heads that stand for these now: of changes that were done again, those of the new ones.
pub(crate) fn current(db: &Connection, heads: &[Hash]) -> Result<Vec<Hash>> {
    let mut current = BTreeSet::new();
    let mut open: Vec<Hash> = heads.to_vec();
    while let Some(head) = open.pop() {
        let found: Option<Vec<u8>> = db
            .prepare_cached("SELECT heads FROM rebased WHERE old = ?1")
            .and_then(|mut s| s.query_row([head.0], |r| r.get(0)).optional())
            .map_err(storage)?;
        match found {
            Some(packed) => open.extend(store::unpack(&packed)?),
            None => drop(current.insert(head)),
        }
    }
    Ok(current.into_iter().collect())
}

/// How many pieces of work are put by.
pub(super) fn count(db: &Connection) -> Result<u32> {
    db.prepare_cached("SELECT count(*) FROM quarantine").and_then(|mut s| s.query_row([], |r| r.get(0))).map_err(storage)
}
