//! The feeds: every accepted thing gets the next number, in the transaction that stores it.

use super::{now, storage};
use crate::store::Caller;
use maydan_core::document::{Hash, RawChange};
use maydan_core::{RecordId, Result, ScopeId};
use rusqlite::{Connection, OptionalExtension, params};

/// Sorts of feed entries.
pub(super) const CHANGE: i64 = 0;
pub(super) const ENTER: i64 = 1;
pub(super) const LEAVE: i64 = 2;

/// A document as the server knows it.
#[derive(Debug, Clone)]
pub(super) struct Doc {
    pub n: i64,
    pub kind: String,
    pub scope: ScopeId,
}

pub(super) fn doc(db: &Connection, id: RecordId) -> Result<Option<Doc>> {
    db.prepare_cached("SELECT n, kind, scope FROM doc WHERE id = ?1")
        .and_then(|mut s| s.query_row([id.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get::<_, Vec<u8>>(2)?))).optional())
        .map_err(storage)?
        .map(|(n, kind, scope)| Ok(Doc { n, kind, scope: ScopeId::from_slice(&scope)? }))
        .transpose()
}

/// The number of the newest entry of any feed. There is one writer, so that the next number is this plus one.
pub(super) fn newest(db: &Connection) -> Result<u64> {
    db.prepare_cached("SELECT ifnull((SELECT value FROM meta WHERE key = 'seq'), 0)")
        .and_then(|mut s| s.query_row([], |r| r.get::<_, rusqlite::types::Value>(0)))
        .map(|value| match value {
            rusqlite::types::Value::Text(text) => text.parse().unwrap_or(0),
            rusqlite::types::Value::Integer(n) => n.unsigned_abs(),
            _ => 0,
        })
        .map_err(storage)
}

/// The next number, for what this transaction stores.
pub(super) fn next(db: &Connection) -> Result<u64> {
    let seq = newest(db)? + 1;
    db.prepare_cached("INSERT INTO meta (key, value) VALUES ('seq', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1")
        .and_then(|mut s| s.execute([seq.to_string()]))
        .map_err(storage)?;
    Ok(seq)
}

/// Puts a new document into its scope.
pub(super) fn open(db: &Connection, id: RecordId, kind: &str, scope: ScopeId, parent: Option<RecordId>) -> Result<(i64, u64)> {
    let seq = next(db)?;
    let n = db
        .prepare_cached("INSERT INTO doc (id, kind, scope, parent, entered_seq) VALUES (?1, ?2, ?3, ?4, ?5)")
        .and_then(|mut s| s.insert(params![id.as_bytes(), kind, scope.as_bytes(), parent.map(|p| p.as_bytes().to_vec()), seq]))
        .map_err(storage)?;
    enter_feed(db, scope, seq, n, ENTER)?;
    Ok((n, seq))
}

/// Puts a change into its document's feed.
pub(super) fn append(db: &Connection, doc: &Doc, change: &RawChange, from: Caller) -> Result<u64> {
    let seq = next(db)?;
    db.prepare_cached(
        "INSERT INTO change (seq, doc, hash, actor, actor_seq, bytes, user, device, received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .and_then(|mut s| {
        s.execute(params![
            seq,
            doc.n,
            change.hash().0,
            change.branch(),
            change.sequence(),
            change.bytes(),
            from.user.as_bytes(),
            from.device.as_bytes(),
            now().0
        ])
    })
    .map_err(storage)?;
    enter_feed(db, doc.scope, seq, doc.n, CHANGE)?;
    Ok(seq)
}

fn enter_feed(db: &Connection, scope: ScopeId, seq: u64, n: i64, sort: i64) -> Result<()> {
    db.prepare_cached("INSERT INTO feed (scope, seq, doc, sort) VALUES (?1, ?2, ?3, ?4)")
        .and_then(|mut s| s.execute(params![scope.as_bytes(), seq, n, sort]))
        .map_err(storage)?;
    Ok(())
}

/// Moves a document into another scope: its old readers are told that it left, its new ones get it whole.
pub(super) fn rescope(db: &Connection, doc: &Doc, to: ScopeId) -> Result<()> {
    db.execute("DELETE FROM feed WHERE scope = ?1 AND doc = ?2", params![doc.scope.as_bytes(), doc.n]).map_err(storage)?;
    enter_feed(db, doc.scope, next(db)?, doc.n, LEAVE)?;
    let seq = next(db)?;
    db.execute("UPDATE doc SET scope = ?2, entered_seq = ?3 WHERE n = ?1", params![doc.n, to.as_bytes(), seq]).map_err(storage)?;
    enter_feed(db, to, seq, doc.n, ENTER)
}

pub(super) fn has_change(db: &Connection, n: i64, hash: &Hash) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM change WHERE doc = ?1 AND hash = ?2)")
        .and_then(|mut s| s.query_row(params![n, hash.0], |r| r.get(0)))
        .map_err(storage)
}

/// The newest sequence number of a change's branch in its document; zero before the first.
pub(super) fn last_sequence(db: &Connection, n: i64, change: &RawChange) -> Result<u64> {
    db.prepare_cached("SELECT ifnull(max(actor_seq), 0) FROM change WHERE doc = ?1 AND actor = ?2")
        .and_then(|mut s| s.query_row(params![n, change.branch()], |r| r.get(0)))
        .map_err(storage)
}
