//! What was erased for good goes from here too, with whatever follows it: also what was not sent, and what was refused.

use super::feed;
use crate::open::{meta, set_meta};
use crate::{Replica, blob, storage};
use maydan_core::blob::named_by;
use maydan_core::document::decode_change;
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
    tx.commit().map_err(storage)
}

/// Key of `meta` under which stand the kinds (JSON) of what was erased, until nothing of it can be found in the file.
const TO_SCRUB: &str = "to_scrub";

fn to_scrub(db: &Connection) -> Result<BTreeSet<String>> {
    Ok(meta(db, TO_SCRUB)?.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

/// Pages that are freed from here on are overwritten.
fn overwrite(db: &Connection) -> Result<()> {
    db.query_row("PRAGMA secure_delete = ON", [], |_| Ok(())).map_err(storage)
}

/// Takes away the rows of what was erased, the words that search remembers of them, and the log of the database. Where the
/// power goes before that, the next round begins with it.
pub(super) fn scrub(replica: &mut Replica) -> Result<()> {
    let kinds = to_scrub(&replica.db)?;
    if kinds.is_empty() {
        return Ok(());
    }
    overwrite(&replica.db)?;
    replica.purge_left()?;
    for kind in kinds.iter().filter(|kind| replica.registry.get(kind).is_ok()) {
        for index in ["f", "p"] {
            // The words of rows that are gone go when their pages are written together.
            replica.db.execute(&format!("INSERT INTO {index}_{kind} ({index}_{kind}) VALUES ('optimize')"), []).map_err(storage)?;
        }
    }
    replica.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(storage)?;
    // Last: until then all of it is done again.
    replica.db.execute("DELETE FROM meta WHERE key = ?1", [TO_SCRUB]).map(drop).map_err(storage)
}

/// Takes away everything of a record that would keep it here, and marks it to go. Inside a transaction: the rows themselves go
/// with [`Replica::purge_left`], and their bytes with [`scrub`].
pub(super) fn erase(db: &Connection, id: RecordId) -> Result<()> {
    overwrite(db)?;
    let found: Vec<(i64, Vec<u8>, String)> = db
        .prepare_cached(
            "WITH RECURSIVE gone (n, id, kind) AS (
                 SELECT n, id, kind FROM document WHERE id = ?1
                 UNION SELECT d.n, d.id, d.kind FROM document d JOIN gone ON d.parent = gone.id)
             SELECT n, id, kind FROM gone",
        )
        .and_then(|mut s| s.query_map([id.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect())
        .map_err(storage)?;
    let mut gone = BTreeSet::from([id]);
    let mut kinds = to_scrub(db)?;
    let numbers: BTreeSet<i64> = found.iter().map(|(n, ..)| *n).collect();
    blob::forget_of(db, &numbers)?;
    for (n, id, kind) in found {
        gone.insert(RecordId::from_slice(&id)?);
        kinds.insert(kind);
        for sql in ["DELETE FROM outbox WHERE document = ?1", "DELETE FROM ping WHERE trip = ?1", "DELETE FROM relay WHERE document = ?1"] {
            db.prepare_cached(sql).and_then(|mut s| s.execute([n])).map_err(storage)?;
        }
        db.prepare_cached("UPDATE document SET pending = 0, leaving = ?2, target = NULL WHERE n = ?1")
            .and_then(|mut s| s.execute(params![n, feed::GONE]))
            .map_err(storage)?;
    }
    kinds.extend(forget_refused(db, &gone)?);
    if !kinds.is_empty() {
        set_meta(db, TO_SCRUB, &serde_json::to_string(&kinds)?)?;
    }
    Ok(())
}

/// Refused work about any of these goes, with the contents that it names; also of records that are not here any more. Answers
/// the kinds of those.
fn forget_refused(db: &Connection, gone: &BTreeSet<RecordId>) -> Result<BTreeSet<String>> {
    let rows: Vec<(i64, Vec<u8>, Vec<u8>, String)> = db
        .prepare_cached("SELECT n, record, items, kind FROM quarantine")
        .and_then(|mut s| s.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?.collect())
        .map_err(storage)?;
    let mut kinds = BTreeSet::new();
    for (n, record, items, kind) in rows {
        // What can't be read is told by its record alone.
        let items: Vec<ByteBuf> = rmp_serde::from_slice(&items).unwrap_or_default();
        let items: Vec<Item> = items.iter().filter_map(|item| Item::from_bytes(item).ok()).collect();
        let belongs = |item: &Item| matches!(item, Item::Open { parent: Some(parent), .. } if gone.contains(parent));
        let is_about = items.iter().any(|item| gone.contains(&item.doc()) || belongs(item));
        if !is_about && !gone.contains(&RecordId::from_slice(&record)?) {
            continue;
        }
        for item in &items {
            if let Item::Change { bytes, .. } = item
                && let Ok(change) = decode_change(bytes)
            {
                named_by(&change).into_iter().try_for_each(|hash| blob::forget_unnamed(db, hash, &BTreeSet::new()))?;
            }
        }
        db.prepare_cached("DELETE FROM quarantine WHERE n = ?1").and_then(|mut s| s.execute([n])).map_err(storage)?;
        kinds.insert(kind);
    }
    Ok(kinds)
}
