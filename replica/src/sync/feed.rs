//! Feeds that are read from their beginning: what a first sync does not bring has left the scope.
//!
//! Departures from before a first sync are not told. So the records of the scope count as doubtful from its first page on,
//! each until the feed brings it; those that are still doubtful when the feed has been read to its end go, as if they had
//! been said to leave: once nothing of them is unsent.
//!
//! A server that was put back to an earlier state may not have a record that is here, and then its silence says nothing.
//! After such a change records count as unproven, and no first sync doubts them before the server has answered for them.

use super::survey;
use crate::storage;
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::sync::wire::Cursor;
use maydan_core::{RecordId, Result, ScopeId};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// The key of `meta` under which stands what was granted when that was looked at last.
pub(super) const GRANTED: &str = "granted";
/// `document.leaving` of a record that goes once nothing of it is unsent.
pub(super) const GONE: i64 = 1;
/// Of a doubtful record.
const DOUBTFUL: i64 = 2;
/// Of an unproven record.
const UNPROVEN: i64 = 3;

/// Begins the feeds again in which the server keeps nothing from where this device stands ([`Cursor::is_below`]).
pub(super) fn keep_above(db: &mut Connection, cursors: &[Cursor], floor: u64) -> Result<()> {
    let tx = db.transaction().map_err(storage)?;
    let floor = if Safeguard::Floor.holds() { floor } else { 0 };
    cursors.iter().filter(|cursor| cursor.is_below(floor)).try_for_each(|cursor| begin_again(&tx, cursor.scope))?;
    tx.commit().map_err(storage)
}

/// Begins one feed again.
pub(super) fn begin_again(db: &Connection, scope: ScopeId) -> Result<()> {
    survey::forget(db, scope)?;
    db.execute("DELETE FROM cursor WHERE scope = ?1", [scope.as_bytes()]).map(drop).map_err(storage)
}

/// Begins all feeds again, of a server that may not have what is here.
pub(super) fn distrust(db: &Connection) -> Result<()> {
    survey::forget_all(db)?;
    db.execute("DELETE FROM cursor", []).map_err(storage)?;
    db.execute("UPDATE document SET leaving = ?1 WHERE leaving IN (0, ?2)", params![UNPROVEN, DOUBTFUL]).map(drop).map_err(storage)
}

/// A record has left whatever is read here: it goes once nothing of it is unsent.
pub(super) fn left(db: &Connection, id: RecordId) -> Result<()> {
    db.execute("UPDATE document SET leaving = ?2 WHERE id = ?1", params![id.as_bytes(), GONE]).map(drop).map_err(storage)
}

/// Whether a record has left whatever is read here.
pub(super) fn is_gone(db: &Connection, id: RecordId) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM document WHERE id = ?1 AND leaving = ?2)")
        .and_then(|mut s| s.query_row(params![id.as_bytes(), GONE], |r| r.get(0)))
        .map_err(storage)
}

/// The server does not know a record that is here: it counts as unproven until it has been brought.
pub(super) fn doubt_until_brought(db: &Connection, n: i64) -> Result<()> {
    db.execute("UPDATE document SET leaving = ?2 WHERE n = ?1", params![n, UNPROVEN]).map(drop).map_err(storage)
}

/// The server has answered for a record. Should its feed have begun before that, it begins again: the record may belong
/// somewhere else by now.
pub(super) fn proven(db: &Connection, n: i64) -> Result<()> {
    let scope: Option<Vec<u8>> = db
        .prepare_cached("UPDATE document SET leaving = 0 WHERE n = ?1 AND leaving = ?2 RETURNING scope")
        .and_then(|mut s| s.query_row([n, UNPROVEN], |r| r.get(0)).optional())
        .map_err(storage)?;
    let Some(scope) = scope else { return Ok(()) };
    begin_again(db, ScopeId::from_slice(&scope)?)?;
    ask_grants_again(db)
}

/// The next hello looks at every record's scope, as if the grants were others.
fn ask_grants_again(db: &Connection) -> Result<()> {
    db.execute("DELETE FROM meta WHERE key = ?1", [GRANTED]).map(drop).map_err(storage)
}

/// The scopes of what is here, and of the feeds that are read.
pub(super) fn scopes(db: &Connection) -> Result<BTreeSet<ScopeId>> {
    let rows: Vec<Vec<u8>> = db
        .prepare("SELECT scope FROM document UNION SELECT scope FROM cursor")
        .and_then(|mut s| s.query_map([], |r| r.get(0))?.collect())
        .map_err(storage)?;
    rows.iter().map(|scope| ScopeId::from_slice(scope)).collect()
}

/// A scope is not granted any more: what is here of it goes, as far as the server has answered for it.
pub(super) fn leave(db: &Connection, scope: ScopeId) -> Result<()> {
    begin_again(db, scope)?;
    db.execute("UPDATE document SET leaving = ?2 WHERE scope = ?1 AND leaving IN (0, ?3)", params![scope.as_bytes(), GONE, DOUBTFUL])
        .map(drop)
        .map_err(storage)
}

/// The server has a record in another scope than was known here. She may have lost that too by now: the next hello tells.
pub(super) fn belongs(db: &Connection, id: RecordId, scope: ScopeId) -> Result<()> {
    db.execute("UPDATE document SET scope = ?2 WHERE id = ?1", params![id.as_bytes(), scope.as_bytes()]).map_err(storage)?;
    ask_grants_again(db)
}

/// Whether some feed has to be read to its end to know what is still there.
pub(super) fn has_doubts(db: &Connection) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM document WHERE leaving > 0 AND leaving = ?1 AND pending = 0)")
        .and_then(|mut s| s.query_row([DOUBTFUL], |r| r.get(0)))
        .map_err(storage)
}

/// A page is about to move a cursor: with a first sync the doubts begin.
pub(super) fn moves(db: &Connection, to: &Cursor) -> Result<()> {
    let scope = to.scope.as_bytes();
    let before: Option<(u64, bool)> = db
        .prepare_cached("SELECT seq, scan IS NOT NULL FROM cursor WHERE scope = ?1")
        .and_then(|mut s| s.query_row([scope], |r| Ok((r.get(0)?, r.get(1)?))).optional())
        .map_err(storage)?;
    let goes_on = before.is_some_and(|(seq, scans)| to.seq >= seq && (scans || to.scan.is_none()));
    if goes_on {
        return Ok(());
    }
    db.execute("UPDATE document SET leaving = ?2 WHERE scope = ?1 AND leaving = 0", params![scope, DOUBTFUL]).map(drop).map_err(storage)
}

/// A page has moved a cursor: at the end of the feed no doubt is left, except about what the server has yet to hear of.
pub(super) fn moved(db: &Connection, cursor: &Cursor) -> Result<()> {
    if cursor.is_at_end() {
        db.prepare_cached("UPDATE document SET leaving = ?3 WHERE leaving > 0 AND leaving = ?2 AND scope = ?1 AND pending = 0")
            .and_then(|mut s| s.execute(params![cursor.scope.as_bytes(), DOUBTFUL, GONE]))
            .map_err(storage)?;
    }
    Ok(())
}
