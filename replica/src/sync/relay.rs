//! Colleagues' work, for a server that may have forgotten it.
//!
//! With every change and every document the server sends a receipt. The newest ones of each record are kept: since a change
//! names what it was made on, they stand for all before them. When the server has begun another life, each record is brought
//! to it once with its receipts, whoever wrote it; the server says which it had. Work that has no receipt is in the outbox.

use crate::store::{self, Stored};
use crate::{Replica, storage};
use maydan_core::document::{Hash, RawChange, changes_of_snapshot, decode_change};
use maydan_core::sync::receipt::Receipt;
use maydan_core::sync::tally::Mark;
use maydan_core::sync::wire::{Entered, MAX_BODY_BYTES, Relay, TARGET_BATCH_BYTES};
use maydan_core::{Actor, ErrorCode, RecordId, Result, ScopeId};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};
use tracing::warn;

/// Records brought at once at most.
const MOST: usize = 100;
/// Most bytes of one: it goes alone then.
const MOST_BYTES: usize = MAX_BODY_BYTES - (64 << 10);

/// Receipts of changes that came for one record. Those of what any of them was made on are no longer needed.
#[derive(Default)]
pub(super) struct Came<'a> {
    receipts: Vec<(Hash, &'a Receipt)>,
    made_on: BTreeSet<Hash>,
}

impl<'a> Came<'a> {
    pub fn add(&mut self, change: &RawChange, receipt: &'a Receipt) {
        self.receipts.push((change.hash(), receipt));
        self.made_on.extend(change.dependencies());
    }

    /// Keeps the newest.
    pub fn keep(&self, db: &Connection, stored: &Stored) -> Result<()> {
        for hash in &self.made_on {
            db.prepare_cached("DELETE FROM receipt WHERE document = ?1 AND hash = ?2")
                .and_then(|mut s| s.execute(params![stored.n, hash.0]))
                .map_err(storage)?;
        }
        let newest = self.receipts.iter().filter(|(hash, _)| !self.made_on.contains(hash));
        for (hash, receipt) in newest {
            // The scope of one that is here already may be of before the record moved.
            db.prepare_cached(
                "INSERT INTO receipt (document, hash, receipt, scope) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET receipt = ?3, scope = ?4",
            )
            .and_then(|mut s| s.execute(params![stored.n, hash.0, receipt.0, stored.scope.as_bytes()]))
            .map_err(storage)?;
        }
        Ok(())
    }
}

/// Keeps the receipts of a document that came whole, in place of those that were here. Where more is here than came, the old
/// ones may be all that proves it: they stay too.
pub(super) fn renew(db: &Connection, stored: &Stored, is_known: bool, entered: &Entered) -> Result<()> {
    let n = stored.n;
    let mark: i64 =
        db.prepare_cached("SELECT mark FROM document WHERE n = ?1").and_then(|mut s| s.query_row([n], |r| r.get(0))).map_err(storage)?;
    // What of a kind that only a later version knows is here is told by the receipts alone.
    if !is_known || Mark(mark) == Mark::of(entered.doc, entered.receipts.iter().map(|(hash, _)| hash)) {
        db.prepare_cached("DELETE FROM receipt WHERE document = ?1").and_then(|mut s| s.execute([n])).map_err(storage)?;
    }
    put_all(db, n, entered)
}

/// Keeps the receipts of a document that is new here. One that is named twice counts once.
pub(super) fn put_all(db: &Connection, n: i64, entered: &Entered) -> Result<()> {
    entered.receipts.iter().try_for_each(|(hash, receipt)| put(db, n, entered.scope, *hash, receipt))
}

fn put(db: &Connection, n: i64, scope: ScopeId, hash: Hash, receipt: &Receipt) -> Result<()> {
    db.prepare_cached("INSERT OR IGNORE INTO receipt (document, hash, receipt, scope) VALUES (?1, ?2, ?3, ?4)")
        .and_then(|mut s| s.execute(params![n, hash.0, receipt.0, scope.as_bytes()]))
        .map(drop)
        .map_err(storage)
}

/// Every record that has receipts is to be brought to the server.
pub(super) fn begin(db: &Connection) -> Result<()> {
    db.execute("INSERT INTO relay (document, scope) SELECT DISTINCT document, scope FROM receipt WHERE true ON CONFLICT DO NOTHING", [])
        .map(drop)
        .map_err(storage)
}

/// Whether a record is yet to be brought.
pub(super) fn is_to_come(db: &Connection, n: i64) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM relay WHERE document = ?1)")
        .and_then(|mut s| s.query_row([n], |r| r.get(0)))
        .map_err(storage)
}

/// A record is to be brought to the server, if it has receipts.
pub(super) fn bring(db: &Connection, n: i64) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO relay (document, scope) SELECT DISTINCT document, scope FROM receipt WHERE document = ?1 ON CONFLICT DO NOTHING",
    )
    .and_then(|mut s| s.execute([n]))
    .map(drop)
    .map_err(storage)
}

/// The changes of a record that the server has spoken of last.
pub(super) fn attested(db: &Connection, n: i64) -> Result<Vec<Hash>> {
    Ok(receipts(db, n)?.into_iter().map(|(_, hash, _)| hash).collect())
}

/// Whether something is to be brought.
pub(super) fn is_due(db: &Connection) -> Result<bool> {
    db.prepare_cached("SELECT EXISTS (SELECT 1 FROM relay)").and_then(|mut s| s.query_row([], |r| r.get(0))).map_err(storage)
}

/// A record was answered for, as far as it was brought for this scope.
pub(super) fn done(db: &Connection, n: i64, scope: ScopeId) -> Result<()> {
    db.prepare_cached("DELETE FROM relay WHERE document = ?1 AND scope = ?2")
        .and_then(|mut s| s.execute(params![n, scope.as_bytes()]))
        .map(drop)
        .map_err(storage)
}

/// The next records to bring, with their rows; records before those that follow them. Of a record that is brought for several
/// scopes each has to be answered before the next: where the record was last goes first, because there it begins should the server
/// have forgotten it.
pub(super) fn next(replica: &mut Replica) -> Result<Vec<(i64, Relay)>> {
    let mut items = Vec::new();
    let mut size = 0;
    loop {
        let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = replica
            .db
            .prepare_cached(
                "SELECT d.n, d.id, r.scope FROM relay r JOIN document d ON d.n = r.document
                 WHERE r.scope = (SELECT o.scope FROM relay o WHERE o.document = d.n ORDER BY o.scope <> d.scope, o.scope LIMIT 1)
                 ORDER BY d.parent IS NOT NULL, d.n LIMIT ?1",
            )
            .and_then(|mut s| s.query_map([MOST], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect())
            .map_err(storage)?;
        let before = rows.len();
        for (n, id, scope) in rows {
            let (id, scope) = (RecordId::from_slice(&id)?, ScopeId::from_slice(&scope)?);
            let Some(relay) = relay(&replica.db, id, scope)? else {
                done(&replica.db, n, scope)?;
                continue;
            };
            let bytes = size_of(&relay);
            if !items.is_empty() && size + bytes > TARGET_BATCH_BYTES {
                return Ok(items);
            }
            size += bytes;
            items.push((n, relay));
        }
        // Records that can't be brought made no item: there may be others behind them.
        if !items.is_empty() || before < MOST {
            return Ok(items);
        }
    }
}

/// A record with the receipts that speak of a scope: the server may have put it elsewhere since, and its word holds for the scope
/// that it spoke of. None when it can't be brought.
fn relay(db: &Connection, id: RecordId, scope: ScopeId) -> Result<Option<Relay>> {
    let Some(stored) = store::find(db, id)? else { return Ok(None) };
    let here = match changes(db, &stored) {
        Err(e) if e.code == ErrorCode::Corrupt => {
            warn!(%id, error = %e, "a record can't be brought to the server");
            return Ok(None);
        }
        here => here?,
    };
    let of_scope = receipts(db, stored.n)?.into_iter().filter(|(of, ..)| *of == scope);
    let receipts: Vec<(Hash, Receipt)> = of_scope.map(|(_, hash, receipt)| (hash, receipt)).collect();
    if receipts.is_empty() {
        return Ok(None);
    }
    // All that they stand for, also what another scope's have brought: that may have been refused.
    let changes = proven(&here, &receipts).iter().map(|change| change.bytes().to_vec().into()).collect();
    let parent = store::parent(db, stored.n)?;
    let relay = Relay { doc: id, kind: stored.kind, parent, scope, changes, receipts };
    let size = size_of(&relay);
    if size > MOST_BYTES {
        warn!(%id, size, "a record is too large to be brought to the server by others than its writers");
        return Ok(None);
    }
    Ok(Some(relay))
}

/// About how many bytes it takes.
fn size_of(relay: &Relay) -> usize {
    relay.changes.iter().map(|change| change.len() + 8).sum()
}

/// The changes of a record. They are read as they lie: what a later version of the app wrote, and this one can't read, may be on
/// no other device.
fn changes(db: &Connection, stored: &Stored) -> Result<BTreeMap<Hash, RawChange>> {
    let (snapshot, rows) = store::blobs(db, stored.n)?;
    let folded = snapshot.map_or(Ok(Vec::new()), |snapshot| changes_of_snapshot(&snapshot))?;
    let beside = rows.iter().filter_map(|bytes| decode_change(bytes).ok());
    Ok(folded.into_iter().chain(beside).map(|change| (change.hash(), change)).collect())
}

/// The changes that receipts stand for, each after those it was made on, without the genesis.
fn proven<'a>(here: &'a BTreeMap<Hash, RawChange>, receipts: &[(Hash, Receipt)]) -> Vec<&'a RawChange> {
    let mut open: Vec<Visit<'_>> = receipts.iter().map(|(hash, _)| Visit::Reach(*hash)).collect();
    let (mut reached, mut changes) = (BTreeSet::new(), Vec::new());
    while let Some(visit) = open.pop() {
        match visit {
            Visit::Reach(hash) => {
                if let Some(change) = here.get(&hash)
                    && reached.insert(hash)
                {
                    open.push(Visit::Leave(change));
                    open.extend(change.dependencies().into_iter().map(Visit::Reach));
                }
            }
            Visit::Leave(change) => changes.push(change),
        }
    }
    changes.retain(|change| change.actor() != Actor::GENESIS);
    changes
}

/// A step of a walk from the newest changes to those they were made on.
enum Visit<'a> {
    Reach(Hash),
    /// All that it was made on has been left.
    Leave(&'a RawChange),
}

fn receipts(db: &Connection, n: i64) -> Result<Vec<(ScopeId, Hash, Receipt)>> {
    let rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> = db
        .prepare_cached("SELECT scope, hash, receipt FROM receipt WHERE document = ?1")
        .and_then(|mut s| s.query_map([n], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect())
        .map_err(storage)?;
    let receipt = |bytes: Vec<u8>| bytes.try_into().map(Receipt).map_err(|_| maydan_core::Error::corrupt("a receipt has 16 bytes"));
    let one =
        |(scope, hash, bytes): (Vec<u8>, Vec<u8>, Vec<u8>)| Ok((ScopeId::from_slice(&scope)?, Hash::from_slice(&hash)?, receipt(bytes)?));
    rows.into_iter().map(one).collect()
}
