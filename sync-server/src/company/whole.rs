//! Documents, whole: as one snapshot with heads and row ready, so that a device lists a record without loading it.
//!
//! A snapshot is made when somebody needs the document and it has changed since; it is kept for the next one. It is never
//! the only copy of anything: the changes stay.

use super::feed;
use super::{Company, Log};
use crate::store::{Row, Tx, Value, params};
use maydan_core::document::{Document, Hash, guarded, is_intact};
use maydan_core::sync::wire::{Entered, PackedRow, Ready};
use maydan_core::{RecordId, Result, ScopeId};
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;

/// A document as it stands.
pub(super) struct Whole {
    /// Its number.
    pub n: i64,
    id: RecordId,
    kind: String,
    scope: ScopeId,
    parent: Option<RecordId>,
    generation: u64,
    /// Without the genesis.
    heads: Vec<Hash>,
    /// Absent where its bytes can't be read.
    snapshot: Option<ByteBuf>,
    /// Of the snapshot, when there is nothing after it.
    ready: Option<Ready>,
    /// What the snapshot does not hold.
    tail: Vec<ByteBuf>,
}

/// A snapshot that was made just now, to be kept.
pub(super) struct Folded {
    n: i64,
    upto: u64,
    bytes: ByteBuf,
    ready: Ready,
}

impl Whole {
    /// About how large it is on the wire.
    pub fn size(&self) -> usize {
        let ready = self.ready.as_ref().map_or(0, |ready| ready.row.as_bytes().len() + 32 * ready.heads.len());
        ready + self.snapshot.iter().chain(&self.tail).map(|bytes| bytes.len()).sum::<usize>()
    }

    /// As it is sent.
    pub fn entered(self, company: &Company) -> Entered {
        let Self { id: doc, kind, scope, parent, generation, heads, snapshot, ready, tail: changes, .. } = self;
        let receipt = |hash: Hash| (hash, company.attest(doc, &kind, parent, scope, hash));
        let receipts = heads.into_iter().map(receipt).collect();
        Entered { doc, kind, scope, parent, generation, snapshot, ready, changes, receipts }
    }
}

/// The documents with these numbers, in their order; those that are not there are left out. `made` gets the snapshots that
/// were made for it.
pub(super) fn wholes(company: &Company, tx: &mut dyn Tx, numbers: &[i64], made: &mut Vec<Folded>) -> Result<Vec<Whole>> {
    let sets: Vec<Vec<Value>> = numbers.iter().map(|n| params![*n]).collect();
    let rows = tx.each(
        "SELECT d.n, d.id, d.kind, d.scope, d.parent, d.heads, d.last_seq, s.upto_seq, s.bytes, s.heads, s.row, s.conflicted, s.fingerprint, d.generation
         FROM doc d LEFT JOIN snapshot s ON s.doc = d.n WHERE d.n = $1",
        &sets,
    )?;
    let mut found = Vec::with_capacity(numbers.len());
    let mut stale = Vec::new();
    let mut fingerprints: BTreeMap<String, Option<i64>> = BTreeMap::new();
    for row in rows.iter().flatten() {
        let kind: String = row.get(2)?;
        let (last_seq, upto): (u64, Option<u64>) = (row.get(6)?, row.get(7)?);
        let snapshot: Option<Vec<u8>> = row.get(8)?;
        let declared = match fingerprints.get(&kind) {
            Some(known) => *known,
            None => *fingerprints.entry(kind.clone()).or_insert(company.registry().get(&kind).map(|kind| kind.fingerprint()).ok()),
        };
        // One that the disk has spoilt is made again from the changes.
        let (snapshot, upto) = if snapshot.as_deref().is_some_and(is_intact) { (snapshot, upto) } else { (None, None) };
        let is_current = upto == Some(last_seq) && row.get::<Option<i64>>(12)? == declared;
        let ready = if is_current { stored(row, 9) } else { None };
        if ready.is_none() {
            stale.push((found.len(), upto.unwrap_or(0), last_seq));
        }
        let heads = feed::unpack(&row.get::<Vec<u8>>(5)?)?.into_iter().collect();
        let (n, id, scope, parent, generation) = (row.get(0)?, row.get(1)?, row.get(3)?, row.get(4)?, row.get(13)?);
        found.push(Whole { n, id, kind, scope, parent, generation, heads, snapshot: snapshot.map(ByteBuf::from), ready, tail: Vec::new() });
    }
    let sets: Vec<Vec<Value>> = stale.iter().map(|(at, upto, _)| params![found[*at].n, *upto]).collect();
    let tails = tx.each("SELECT bytes FROM change WHERE doc = $1 AND seq > $2 ORDER BY seq", &sets)?;
    for ((at, _, last_seq), rows) in stale.into_iter().zip(tails) {
        found[at].tail = rows.iter().map(|row| Ok(ByteBuf::from(row.get::<Vec<u8>>(0)?))).collect::<Result<_>>()?;
        made.extend(fold(company, &mut found[at], last_seq));
    }
    Ok(found)
}

/// One document, loaded; `None` where there is none, or its bytes can't be read.
pub(super) fn document(company: &Company, tx: &mut dyn Tx, n: i64) -> Result<Option<Document>> {
    let Some(whole) = wholes(company, tx, &[n], &mut Vec::new())?.pop() else { return Ok(None) };
    let snapshot = whole.snapshot.as_ref().map(|bytes| bytes.as_slice());
    Ok(Document::load(company.registry().get(&whole.kind)?, whole.id, snapshot, whole.tail.iter().map(|bytes| bytes.as_slice())).ok())
}

/// What is kept beside a snapshot, from a column on: heads, row, whether it is conflicted, fingerprint. `None` when it is
/// damaged: it is made again.
fn stored(row: &Row, at: usize) -> Option<Ready> {
    let heads = row.get::<Vec<u8>>(at).ok()?.chunks(32).map(Hash::from_slice).collect::<Result<_>>().ok()?;
    let packed = PackedRow::kept(row.get(at + 1).ok()?).ok()?;
    Some(Ready { heads, row: packed, conflicted: row.get(at + 2).ok()?, fingerprint: row.get(at + 3).ok()? })
}

/// A snapshot as it is kept.
pub(super) struct Kept {
    /// The newest change in it.
    pub upto: u64,
    pub bytes: Vec<u8>,
    /// Absent where it is damaged.
    pub ready: Option<Ready>,
}

impl Kept {
    /// From a column on: the newest change, the bytes, and what is kept beside them. `None` where there is no snapshot.
    pub fn read(row: &Row, at: usize) -> Result<Option<Self>> {
        let Some(upto) = row.get(at)? else { return Ok(None) };
        Ok(Some(Self { upto, bytes: row.get(at + 1)?, ready: stored(row, at + 2) }))
    }
}

/// Makes the snapshot of a document anew. One that can't be read goes as it is: the device keeps what it can of it.
fn fold(company: &Company, whole: &mut Whole, upto: u64) -> Option<Folded> {
    let folded = company.registry().get(&whole.kind).and_then(|kind| {
        let snapshot = whole.snapshot.as_ref().map(|bytes| bytes.as_slice());
        let mut document = Document::load(kind, whole.id, snapshot, whole.tail.iter().map(|bytes| bytes.as_slice()))?;
        // What somebody made with bad intent may have been applied, and still be more than Automerge can write down.
        guarded("the document", || Ok((ByteBuf::from(document.save()), ready(&mut document)?)))
    });
    match folded {
        Ok((bytes, ready)) => {
            whole.tail.clear();
            (whole.snapshot, whole.ready) = (Some(bytes.clone()), Some(ready.clone()));
            Some(Folded { n: whole.n, upto, bytes, ready })
        }
        Err(e) => {
            tracing::warn!(id = %whole.id, error = %e, "a document could not be put together: its changes go as they are");
            None
        }
    }
}

fn ready(document: &mut Document) -> Result<Ready> {
    let reading = document.reading();
    let (row, fingerprint) = (PackedRow::of(&reading.row)?, document.kind().fingerprint());
    Ok(Ready { heads: reading.heads, row, conflicted: reading.is_conflicted, fingerprint })
}

impl Company {
    /// Keeps snapshots for the next device. Nothing depends on it: when it fails, they are made again.
    pub(super) fn keep_folded(&self, folded: Vec<Folded>) {
        if folded.is_empty() {
            return;
        }
        // By itself: when the disk is full, no push that would have fitted fails for it.
        if let Err(e) = self.write_alone(|_: &mut Log, tx| put(tx, &folded)) {
            tracing::warn!(error = %e, "snapshots could not be kept");
        }
    }
}

/// Keeps the snapshot of a document that was just written.
pub(super) fn put_one(tx: &mut dyn Tx, n: i64, upto: u64, document: &mut Document) -> Result<()> {
    put(tx, &[Folded { n, upto, bytes: document.save().into(), ready: ready(document)? }])
}

/// A newer one that somebody else has kept meanwhile stays; and of what was erased meanwhile nothing is kept.
fn put(tx: &mut dyn Tx, folded: &[Folded]) -> Result<()> {
    let sets: Vec<Vec<Value>> = folded.iter().map(|folded| params![folded.n]).collect();
    let newest = tx.each("SELECT last_seq FROM doc WHERE n = $1", &sets)?;
    let newest = newest.iter().map(|rows| rows.first().map_or(Ok(0), |row| row.get::<u64>(0))).collect::<Result<Vec<_>>>()?;
    let columns = |Folded { n, upto, bytes, ready }: &Folded| {
        let heads: Vec<u8> = ready.heads.iter().flat_map(|head| head.0).collect();
        params![*n, *upto, bytes.as_slice(), heads, ready.row.as_bytes(), i64::from(ready.conflicted), ready.fingerprint]
    };
    let is_here = |(folded, newest): &(&Folded, u64)| folded.upto <= *newest;
    let sets = folded.iter().zip(newest).filter(is_here).map(|(folded, _)| columns(folded)).collect::<Vec<_>>();
    tx.write_each(
        "INSERT INTO snapshot (doc, upto_seq, bytes, heads, row, conflicted, fingerprint) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (doc) DO UPDATE SET upto_seq = $2, bytes = $3, heads = $4, row = $5, conflicted = $6, fingerprint = $7
         WHERE snapshot.upto_seq < $2 OR (snapshot.upto_seq = $2 AND (snapshot.fingerprint <> $7 OR snapshot.bytes <> $3 OR snapshot.row <> $5))",
        &sets,
    )
    .map(drop)
}
