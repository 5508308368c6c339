//! A feed that is read from its beginning once more: what it no longer mentions has left the scope.
//!
//! Records of the scope count as doubtful from then on, each until the feed brings it again. Those that are still doubtful
//! when the feed has been read to its end go, as if they had been said to leave: once nothing of them is unsent. Records
//! with unsent work are not doubted when it begins: they may not be on the server yet.

use crate::storage;
use maydan_core::Result;
use maydan_core::sync::wire::Cursor;
use rusqlite::{Connection, params};

/// `document.leaving` of a doubtful record.
const DOUBTFUL: i64 = 2;

/// Begins the feeds again in which the server keeps nothing from where this device stands ([`Cursor::is_below`]).
pub(super) fn keep_above(db: &mut Connection, cursors: &[Cursor], floor: u64) -> Result<()> {
    let tx = db.transaction().map_err(storage)?;
    for cursor in cursors.iter().filter(|cursor| cursor.is_below(floor)) {
        let scope = cursor.scope.as_bytes();
        tx.execute("DELETE FROM cursor WHERE scope = ?1", [scope]).map_err(storage)?;
        tx.execute("UPDATE document SET leaving = ?2 WHERE scope = ?1 AND leaving = 0 AND pending = 0", params![scope, DOUBTFUL])
            .map_err(storage)?;
    }
    tx.commit().map_err(storage)
}

/// Doubts one record, of which nothing is unsent, until its feed brings it.
pub(super) fn doubt(db: &Connection, n: i64) -> Result<()> {
    db.prepare_cached("UPDATE document SET leaving = ?2 WHERE n = ?1 AND leaving = 0 AND pending = 0")
        .and_then(|mut s| s.execute(params![n, DOUBTFUL]))
        .map(drop)
        .map_err(storage)
}

/// Whether some feed has to be read to its end to know what is still there.
pub(super) fn has_doubts(db: &Connection) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM document WHERE leaving > 0 AND leaving = ?1)")
        .and_then(|mut s| s.query_row([DOUBTFUL], |r| r.get(0)))
        .map_err(storage)
}

/// A page has moved a cursor: at the end of the feed no doubt is left.
pub(super) fn moved(db: &Connection, cursor: &Cursor) -> Result<()> {
    if cursor.is_at_end() {
        db.prepare_cached("UPDATE document SET leaving = 1 WHERE leaving > 0 AND leaving = ?2 AND scope = ?1")
            .and_then(|mut s| s.execute(params![cursor.scope.as_bytes(), DOUBTFUL]))
            .map_err(storage)?;
    }
    Ok(())
}
