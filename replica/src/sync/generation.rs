//! A record whose history was shortened: what is here of it gives way to what stands there now.
//!
//! What was written here and is not part of that is done again on it ([`Document::carry_over`]), beside what others did, and
//! queued anew. That holds for what was not sent, and for what a server that was put back may have forgotten. Where what is here
//! can't be read any more, what was not sent is put by and shown.

use super::hello::incarnations;
use super::quarantine::{self, Refusal};
use super::{feed, survey};
use crate::store::{self, Stored};
use crate::write::rewrite;
use crate::{Replica, storage};
use maydan_core::document::{Carried, Document, Hash, RawChange, changes_of_snapshot, decode_change, guarded};
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::sync::wire::{Entered, Item, Ready};
use maydan_core::{Actor, ErrorCode, Kind, Result};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use std::sync::Arc;
use tracing::warn;

/// What a record that came whole is to what is here of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meeting {
    /// Of the same generation: they are merged.
    Same,
    /// Later: what is here gives way.
    Later,
    /// Earlier, of a server that was put back: it is brought what is here.
    Earlier,
}

impl Meeting {
    pub fn of(stored: &Stored, entered: &Entered) -> Self {
        match entered.generation.cmp(&stored.generation) {
            _ if !Safeguard::Generation.holds() => Self::Same,
            std::cmp::Ordering::Equal => Self::Same,
            std::cmp::Ordering::Greater => Self::Later,
            std::cmp::Ordering::Less => Self::Earlier,
        }
    }
}

/// Whether a change may become part of what is here; of another generation it comes with the whole record, or not at all.
pub(super) fn fits(stored: &Stored, change: &RawChange) -> bool {
    // All generations begin with the same genesis.
    change.generation() == stored.generation || change.actor() == Actor::GENESIS || !Safeguard::Generation.holds()
}

/// Whether a record that comes with its row has what its history was shortened to, which the server may have lost.
pub(super) fn has_come(entered: &Entered, ready: &Ready) -> bool {
    entered.generation == 0 || (!entered.receipts.is_empty() && entered.receipts.iter().all(|(hash, _)| ready.heads.contains(hash)))
}

/// The same of a record of a kind that is not known here.
pub(super) fn has_come_unread(entered: &Entered) -> bool {
    if entered.generation == 0 {
        return false;
    }
    let folded = entered.snapshot.as_ref().map_or(Ok(Vec::new()), |snapshot| changes_of_snapshot(snapshot)).unwrap_or_default();
    let beside = entered.changes.iter().filter_map(|bytes| decode_change(bytes).ok());
    folded.into_iter().chain(beside).any(|change| change.is_base() && change.generation() == entered.generation)
}

/// A change is of a history that was shortened: it waits for what stands there now. Answers whether that can come: who may not
/// read it any more does not get it.
pub(super) fn awaits(db: &Connection, n: i64, item: &Item) -> Result<bool> {
    let id = item.doc();
    if feed::is_gone(db, id)? || is_of_the_present(db, item)? {
        return Ok(false);
    }
    survey::want(db, id)?;
    // Until the record has given way, and is queued anew; or until the next round, should it come damaged. What is lacking
    // afterwards is another matter, to be tried from the beginning.
    db.prepare_cached("UPDATE outbox SET waiting = 2, attempts = 0 WHERE n = ?1").and_then(|mut s| s.execute([n])).map_err(storage)?;
    Ok(true)
}

/// Whether a change is of the generation that is here: when it counts as of an earlier one all the same, somebody else has done
/// again what it does again.
fn is_of_the_present(db: &Connection, item: &Item) -> Result<bool> {
    let Item::Change { doc, bytes } = item else { return Ok(false) };
    let (stored, change) = (store::find(db, *doc)?, decode_change(bytes));
    Ok(stored.is_some_and(|stored| stored.generation > 0 && change.is_ok_and(|change| change.generation() == stored.generation)))
}

/// A record of a kind that is not known here comes in another generation. Answers whether it is here now. What a later version of
/// the app has not sent of it can be done again by that alone: nothing gives way before it is here again.
pub(super) fn replace_unknown(replica: &Replica, stored: &Stored, entered: &Entered) -> Result<bool> {
    let db = &replica.db;
    if !has_come_unread(entered) || !quarantine::items(db, stored.n)?.is_empty() {
        warn!(id = %stored.id, "a shortened record can't be taken in yet: it is asked for again");
        return Ok(false);
    }
    let n = begin(db, stored, entered)?;
    if let Some(snapshot) = &entered.snapshot {
        store::put_snapshot(db, n, snapshot)?;
    }
    for bytes in &entered.changes {
        if let Ok(change) = decode_change(bytes) {
            store::append(db, n, &change)?;
        }
    }
    Ok(true)
}

/// A record comes in another generation than what is here of it. Answers whether it is here now.
pub(super) fn replace(replica: &mut Replica, stored: &Stored, kind: &Arc<Kind>, entered: &Entered) -> Result<bool> {
    let (snapshot, tail) = (entered.snapshot.as_ref().map(|bytes| bytes.as_slice()), entered.changes.iter().map(|bytes| bytes.as_slice()));
    let mut there = match Document::load(kind, stored.id, snapshot, tail) {
        // Nothing gives way to a record that came without what it was shortened to.
        Ok(document) if document.generation() == entered.generation => document,
        other => {
            warn!(id = %stored.id, error = ?other.err(), "a shortened record came damaged: it is asked for again when the records are compared");
            return Ok(false);
        }
    };
    let fresh = there.clone();
    let (carried, why) = match carry_over(replica, stored, &mut there) {
        // What is here can't be read, or not be done again: the page must not fail for it in every round.
        Err(e) if e.code == ErrorCode::Corrupt => {
            warn!(id = %stored.id, error = %e, "what was written can't be done again on a shortened record: it is put by");
            there = fresh;
            let why = "what was written can't be read any more on this device, and the record has changed since";
            (Carried::default(), Refusal { hash: None, code: ErrorCode::StaleGeneration, message: why.into() })
        }
        carried => (carried?, quarantine::not_read_yet()),
    };
    quarantine::keep_unsent(replica, stored, &why, |hash| !carried.stands_for.contains_key(hash))?;
    let now = replica.host.now();
    let db = &replica.db;
    quarantine::requeue(db, stored, &carried.changes, now)?;
    let n = begin(db, stored, entered)?;
    rewrite(db, &replica.registry, n, &mut there, &[])?;
    replica.documents.put(there);
    Ok(true)
}

/// Does again on `there` what was written here and is no part of it.
fn carry_over(replica: &mut Replica, stored: &Stored, there: &mut Document) -> Result<Carried> {
    let mut here = replica.document(stored)?;
    let (own, actor) = (incarnations(&replica.db, "")?, replica.actor);
    let unsent: BTreeSet<Hash> = quarantine::items(&replica.db, stored.n)?.iter().filter_map(|row| row.hash).collect();
    let is_ours = |change: &RawChange| own.contains(&change.actor()) || unsent.contains(&change.hash());
    let heads = here.heads();
    let carried = guarded("the record", || there.carry_over(&mut here, |change| is_ours(change).then_some(actor)))?;
    let again: BTreeSet<Hash> = carried.changes.iter().map(RawChange::hash).collect();
    // What forms may stand at: the heads, and what was done again.
    let is_asked =
        |(old, new): &(&Hash, &Vec<Hash>)| heads.contains(old) || unsent.contains(old) || new.iter().any(|hash| again.contains(hash));
    carried.stands_for.iter().filter(is_asked).try_for_each(|(old, new)| quarantine::stand_for(&replica.db, old, new))?;
    Ok(carried)
}

/// Makes room for what came; its old receipts speak of what is here no longer.
fn begin(db: &Connection, stored: &Stored, entered: &Entered) -> Result<i64> {
    let n = stored.n;
    for sql in ["DELETE FROM change WHERE document = ?1", "DELETE FROM receipt WHERE document = ?1"] {
        db.execute(sql, [n]).map_err(storage)?;
    }
    db.execute(
        "UPDATE document SET snapshot = NULL, tail = 0, tail_bytes = 0, damaged = 0, generation = ?2 WHERE n = ?1",
        params![n, entered.generation],
    )
    .map_err(storage)?;
    Ok(n)
}
