//! A feed that is read from its beginning once more: what it no longer mentions has left the scope.
//!
//! Records of the scope count as doubtful from then on, each until the feed brings it again. Those that are still doubtful
//! when the feed has been read to its end go, as if they had been said to leave. Records with unsent work are never
//! doubtful: they may not be on the server yet.

use crate::storage;
use maydan_core::sync::wire::Cursor;
use maydan_core::{Result, ScopeId};
use rusqlite::{Connection, params};

/// `document.leaving` of a doubtful record.
const DOUBTFUL: i64 = 2;

/// Begins a scope's feed again.
pub(super) fn begin_again(db: &Connection, scope: &[u8]) -> Result<()> {
    db.execute("DELETE FROM cursor WHERE scope = ?1", [scope]).map_err(storage)?;
    db.execute("UPDATE document SET leaving = ?2 WHERE scope = ?1 AND leaving = 0 AND pending = 0", params![scope, DOUBTFUL])
        .map_err(storage)?;
    Ok(())
}

/// Begins the feeds again that the server no longer keeps from where this device stands.
pub(super) fn keep_above(db: &mut Connection, floor: u64) -> Result<()> {
    let tx = db.transaction().map_err(storage)?;
    let missed: Vec<Vec<u8>> = tx
        .prepare_cached("SELECT scope FROM cursor WHERE seq > 0 AND seq < ?1")
        .and_then(|mut s| s.query_map([floor], |r| r.get(0))?.collect())
        .map_err(storage)?;
    for scope in missed {
        begin_again(&tx, &scope)?;
    }
    tx.commit().map_err(storage)
}

/// A page has moved a cursor: at the end of the feed no doubt is left.
pub(super) fn moved(db: &Connection, cursor: &Cursor) -> Result<()> {
    let at_end = cursor.seq == cursor.since && cursor.seq == cursor.upto;
    if at_end {
        let scope: ScopeId = cursor.scope;
        db.prepare_cached("UPDATE document SET leaving = 1 WHERE scope = ?1 AND leaving = ?2")
            .and_then(|mut s| s.execute(params![scope.as_bytes(), DOUBTFUL]))
            .map_err(storage)?;
    }
    Ok(())
}
