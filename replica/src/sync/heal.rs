//! A document whose stored bytes can't be read any more: the disk's fault, never a person's.
//!
//! It is marked, the rest goes on without it, and the next round asks for it by name, so that it comes whole.
//! Then it is put together anew from what the server has and from everything of it that can still be read here. It is
//! asked for once: a document that is damaged again after that waits, so that no device asks for ever. From then on
//! this database writes under a new actor.

use crate::open::incarnate;
use crate::write::rewrite;
use crate::{Replica, storage, store};
use maydan_core::document::{Document, RawChange, decode_change};
use maydan_core::sync::wire::{Entered, Item};
use maydan_core::{ErrorCode, Kind, Result};
use rusqlite::{Connection, params};
use std::sync::Arc;
use tracing::warn;

/// Notes that a document can't be read. What one knows already stays as it is.
pub(crate) fn mark(db: &Connection, n: i64) -> Result<()> {
    db.execute("UPDATE document SET damaged = 1 WHERE n = ?1 AND damaged = 0", [n]).map(drop).map_err(storage)
}

/// Asks for newly damaged documents.
pub(super) fn ask_again(db: &mut Connection) -> Result<()> {
    let tx = db.transaction().map_err(storage)?;
    // By name: the rest of the scope is not asked for again.
    tx.execute("INSERT INTO want (id) SELECT id FROM document WHERE damaged = 1 ON CONFLICT DO NOTHING", []).map_err(storage)?;
    tx.execute("UPDATE document SET damaged = 2 WHERE damaged = 1", []).map_err(storage)?;
    tx.commit().map_err(storage)
}

/// Puts a damaged document together again, now that it came whole.
pub(super) fn heal(replica: &mut Replica, stored: &store::Stored, kind: &Arc<Kind>, entered: &Entered) -> Result<()> {
    let sound = |bytes: &[u8]| decode_change(bytes).ok();
    let mut document = match Document::load(kind, stored.id, entered.snapshot.as_ref().map(|s| s.as_slice()), []) {
        Ok(document) => document,
        Err(e) if e.code == ErrorCode::Corrupt => {
            warn!(id = %stored.id, error = %e, "what came is damaged as well: what its changes say is kept");
            Document::create(kind, stored.id)?
        }
        Err(e) => return Err(e),
    };
    let theirs = entered.changes.iter().filter_map(|bytes| sound(bytes));
    let (_, rows) = store::blobs(&replica.db, stored.n)?;
    let own = rows.iter().filter_map(|bytes| sound(bytes));
    let unsent = unsent(&replica.db, stored.n)?;
    let mut waiting = fit(&mut document, theirs.chain(own).chain(unsent));
    let here = document.hashes();
    waiting.retain(|change| !here.contains(&change.hash()));
    rewrite(&replica.db, &replica.registry, stored.n, &mut document, &waiting)?;
    replica.db.execute("UPDATE document SET damaged = 0 WHERE n = ?1", [stored.n]).map_err(storage)?;
    warn!(id = %stored.id, "a damaged document was put together again");
    replica.documents.put(document);
    // What was lost with the damage may have been written here: its numbers must not be given to something else.
    replica.actor = incarnate(&replica.db, replica.host.as_ref(), Some(replica.actor), replica.user.as_ref())?;
    Ok(())
}

/// Applies changes; one that does not fit is left out and the others are not affected. Answers those that were new.
pub(super) fn fit(document: &mut Document, changes: impl IntoIterator<Item = RawChange>) -> Vec<RawChange> {
    let mut fresh = document.lacking(changes.into_iter().collect());
    if fresh.is_empty() {
        return fresh;
    }
    // All at once is much cheaper, and nearly always right.
    let before = document.clone();
    if document.apply(fresh.iter().cloned()).is_ok() {
        return fresh;
    }
    *document = before;
    fresh.retain(|change| {
        let before = document.clone();
        match document.apply([change.clone()]) {
            Ok(()) => true,
            Err(e) => {
                warn!(id = %document.id(), error = %e, "a change that does not fit was left out");
                *document = before;
                false
            }
        }
    });
    fresh
}

/// The changes of a document that wait to be sent.
fn unsent(db: &Connection, n: i64) -> Result<Vec<RawChange>> {
    let items: Vec<Vec<u8>> = db
        .prepare_cached("SELECT item FROM outbox WHERE document = ?1 ORDER BY n")
        .and_then(|mut s| s.query_map(params![n], |r| r.get(0))?.collect())
        .map_err(storage)?;
    let changes = items.iter().filter_map(|bytes| match super::item_of(bytes) {
        Ok(Item::Change { bytes, .. }) => decode_change(&bytes).ok(),
        _ => None,
    });
    Ok(changes.collect())
}
