//! What was erased for good goes from here too, with whatever follows it: also what was not sent, and what was refused.

use super::feed;
use crate::open::{meta, set_meta};
use crate::{Replica, blob, storage};
use maydan_core::sync::wire::Item;
use maydan_core::{RecordId, Result};
use rusqlite::{Connection, params};
use serde_bytes::ByteBuf;
use std::collections::BTreeSet;

/// Key of `meta` under which stands how many erased records the server has told of.
const HEARD: &str = "erased_known";

/// How many erased records the server has told of.
pub(super) fn heard_of(db: &Connection) -> Result<u64> {
    Ok(meta(db, HEARD)?.and_then(|n| n.parse().ok()).unwrap_or(0))
}

/// A server that was put back may tell of them in another order.
pub(super) fn hear_again(db: &Connection) -> Result<()> {
    set_meta(db, HEARD, "0")
}

/// The server has told of these, after the first `before`.
pub(super) fn erase_all(replica: &mut Replica, ids: &[RecordId], before: u64) -> Result<()> {
    let tx = replica.db.transaction().map_err(storage)?;
    ids.iter().try_for_each(|id| erase(&tx, *id))?;
    set_meta(&tx, HEARD, &(before + ids.len() as u64).to_string())?;
    tx.commit().map_err(storage)?;
    replica.purge_left()?;
    scrub(replica)
}

/// Takes away everything of a record that would keep it here, and marks it to go. Inside a transaction: the rows themselves go
/// with [`Replica::purge_left`], and their bytes with [`scrub`].
pub(super) fn erase(db: &Connection, id: RecordId) -> Result<()> {
    // Pages that are freed from here on are overwritten.
    db.query_row("PRAGMA secure_delete = ON", [], |_| Ok(())).map_err(storage)?;
    let found: Vec<(i64, Vec<u8>)> = db
        .prepare_cached(
            "WITH RECURSIVE gone (n, id) AS (
                 SELECT n, id FROM document WHERE id = ?1
                 UNION SELECT d.n, d.id FROM document d JOIN gone ON d.parent = gone.id)
             SELECT n, id FROM gone",
        )
        .and_then(|mut s| s.query_map([id.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
        .map_err(storage)?;
    let mut gone = BTreeSet::from([id]);
    for (n, id) in &found {
        gone.insert(RecordId::from_slice(id)?);
        blob::forget_of(db, *n)?;
        for sql in ["DELETE FROM outbox WHERE document = ?1", "DELETE FROM ping WHERE trip = ?1", "DELETE FROM relay WHERE document = ?1"] {
            db.prepare_cached(sql).and_then(|mut s| s.execute([n])).map_err(storage)?;
        }
        db.prepare_cached("UPDATE document SET pending = 0, leaving = ?2, target = NULL WHERE n = ?1")
            .and_then(|mut s| s.execute(params![n, feed::GONE]))
            .map_err(storage)?;
    }
    forget_refused(db, &gone)
}

/// Refused work about any of these goes, also of records that are not here any more.
fn forget_refused(db: &Connection, gone: &BTreeSet<RecordId>) -> Result<()> {
    let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = db
        .prepare_cached("SELECT n, record, items FROM quarantine")
        .and_then(|mut s| s.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect())
        .map_err(storage)?;
    for (n, record, items) in rows {
        // What can't be read is told by its record alone.
        let items: Vec<ByteBuf> = rmp_serde::from_slice(&items).unwrap_or_default();
        let belongs = |item: &Item| matches!(item, Item::Open { parent: Some(parent), .. } if gone.contains(parent));
        let is_about = items.iter().filter_map(|item| Item::from_bytes(item).ok()).any(|item| gone.contains(&item.doc()) || belongs(&item));
        if is_about || gone.contains(&RecordId::from_slice(&record)?) {
            db.prepare_cached("DELETE FROM quarantine WHERE n = ?1").and_then(|mut s| s.execute([n])).map_err(storage)?;
        }
    }
    Ok(())
}

/// After something was erased: what search remembers of it goes, and what the log of the database does.
pub(super) fn scrub(replica: &Replica) -> Result<()> {
    for kind in replica.registry.iter() {
        for index in ["f", "p"] {
            // The words of rows that are gone go when their pages are written together.
            replica.db.execute(&format!("INSERT INTO {index}_{0} ({index}_{0}) VALUES ('optimize')", kind.name), []).map_err(storage)?;
        }
    }
    replica.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(storage)
}
