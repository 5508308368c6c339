//! Projections: one table and two search indexes per kind, derived from its declaration.
//!
//! `r_<kind>` holds a row per live or deleted record (`deleted` 0 or 1), a column per field, and a folded `k_<field>` for
//! each sortable text field. `f_<kind>` is an FTS5 trigram index over the folded searchable fields; `p_<kind>` finds
//! tokens by their first one or two letters. All three share the document's row number.
//!
//! Invariant: nothing here is the only copy of anything. Whatever is here can be dropped and built again.

mod query;
mod row;
mod schema;

pub(crate) use query::{agrees, fetch, list, titles, values};
pub(crate) use row::{Line, Rows, write};

use crate::store::{self, Stored};
use crate::{Replica, storage};
use maydan_core::{ErrorCode, Kind, RecordId, Result, ScopeId};
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Documents re-projected in one transaction.
const REBUILD_BATCH: usize = 500;

/// Rebuilds the projections of kinds whose declaration changed.
pub(crate) fn refresh(replica: &mut Replica) -> Result<()> {
    let kinds: Vec<Arc<Kind>> = replica.registry.iter().cloned().collect();
    let built: BTreeMap<String, i64> = replica
        .db
        .prepare("SELECT kind, fingerprint FROM projection")
        .and_then(|mut s| s.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect())
        .map_err(storage)?;
    // Of a kind that only a later version knows, what comes from now on is not in its projection: that version builds it anew.
    for kind in built.keys().filter(|kind| replica.registry.get(kind).is_err()) {
        replica.db.execute("DELETE FROM projection WHERE kind = ?1", [kind]).map_err(storage)?;
    }
    for kind in kinds {
        if built.get(kind.name.as_ref()) != Some(&replica.fingerprints[kind.name.as_ref()]) {
            rebuild(replica, &kind)?;
        }
    }
    Ok(())
}

/// Drops and builds the projection of one kind. Until the last batch is in, the kind counts as not built, so that a
/// crash on the way only means another try.
pub(crate) fn rebuild(replica: &mut Replica, kind: &Arc<Kind>) -> Result<()> {
    let tx = replica.db.transaction().map_err(storage)?;
    tx.execute("DELETE FROM projection WHERE kind = ?1", [kind.name.as_ref()]).map_err(storage)?;
    tx.execute_batch(&schema::drop(kind)).map_err(storage)?;
    tx.execute_batch(&schema::create(kind)).map_err(storage)?;
    tx.execute("INSERT INTO projection (kind, fingerprint) VALUES (?1, 0)", [kind.name.as_ref()]).map_err(storage)?;
    tx.commit().map_err(storage)?;

    let mut after = 0_i64;
    loop {
        let batch: Vec<(i64, Vec<u8>, Vec<u8>)> = replica
            .db
            .prepare_cached("SELECT n, id, scope FROM document WHERE kind = ?1 AND n > ?2 ORDER BY n LIMIT ?3")
            .and_then(|mut s| {
                s.query_map(params![kind.name.as_ref(), after, REBUILD_BATCH], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect()
            })
            .map_err(storage)?;
        let Some((last, ..)) = batch.last() else { break };
        after = *last;
        let tx = replica.db.transaction().map_err(storage)?;
        for (n, id, scope) in batch {
            let stored = Stored {
                n,
                id: RecordId::from_slice(&id)?,
                kind: kind.name.clone().into_owned(),
                scope: ScopeId::from_slice(&scope)?,
                target: None,
                heads: Vec::new(),
                generation: 0,
                pending: false,
                lent: false,
                damaged: false,
            };
            let mut document = match store::load(&tx, &replica.registry, &stored) {
                Ok(document) => document,
                // One damaged document keeps nobody from the others.
                Err(e) if e.code == ErrorCode::Corrupt => {
                    crate::sync::mark_damaged(&tx, n)?;
                    continue;
                }
                Err(e) => return Err(e),
            };
            write(&tx, &replica.registry, n, &mut document)?;
        }
        tx.commit().map_err(storage)?;
    }
    let fingerprint = replica.fingerprints[kind.name.as_ref()];
    replica
        .db
        .execute("UPDATE projection SET fingerprint = ?2 WHERE kind = ?1", params![kind.name.as_ref(), fingerprint])
        .map_err(storage)?;
    Ok(())
}

/// Takes a document out of its kind's projection.
pub(crate) fn remove(db: &rusqlite::Connection, kind: &Kind, n: i64) -> Result<()> {
    let was_live: Option<bool> = db
        .prepare_cached(&format!("DELETE FROM r_{} WHERE n = ?1 RETURNING deleted = 0", kind.name))
        .and_then(|mut s| s.query_row([n], |r| r.get(0)).optional())
        .map_err(storage)?;
    for index in ["f", "p"] {
        db.prepare_cached(&format!("DELETE FROM {index}_{} WHERE rowid = ?1", kind.name))
            .and_then(|mut s| s.execute([n]))
            .map_err(storage)?;
    }
    if was_live == Some(true) {
        count(db, kind, -1)?;
    }
    Ok(())
}

/// Keeps the number of live records, so that the length of a list is known without counting it.
fn count(db: &rusqlite::Connection, kind: &Kind, by: i64) -> Result<()> {
    db.prepare_cached("UPDATE projection SET live = live + ?2 WHERE kind = ?1")
        .and_then(|mut s| s.execute(params![kind.name.as_ref(), by]))
        .map_err(storage)?;
    Ok(())
}
