//! The feeds: what a scope's readers see, in order.

use super::Caller;
use super::log::Log;
use crate::store::{Row, Tx, Value, params};
use maydan_core::blob;
use maydan_core::document::{Hash, RawChange};
use maydan_core::domain::agenda;
use maydan_core::sync::tally::Mark;
use maydan_core::{Instant, RecordId, Result, ScopeId};
use std::collections::{BTreeMap, BTreeSet};

/// Sorts of feed entries.
pub(super) const CHANGE: i64 = 0;
pub(super) const ENTER: i64 = 1;
pub(super) const LEAVE: i64 = 2;

/// A document as the server keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub n: i64,
    pub id: RecordId,
    pub kind: String,
    pub scope: ScopeId,
    pub parent: Option<RecordId>,
    /// Above 0 once its history was shortened.
    pub generation: u64,
    /// The changes on which no other was made; the genesis does not count.
    pub heads: BTreeSet<Hash>,
}

impl Stored {
    /// What stands for it in the tally of its scope.
    pub fn mark(&self) -> Mark {
        Mark::of(self.id, &self.heads)
    }
}

/// A document to be made.
pub(super) struct Opening<'a> {
    pub id: RecordId,
    pub kind: &'a str,
    pub scope: ScopeId,
    pub parent: Option<RecordId>,
    pub generation: u64,
}

/// A change to be appended.
pub(super) struct Appending<'a> {
    pub doc: &'a Stored,
    pub change: &'a RawChange,
    pub from: Caller,
    pub at: Instant,
}

/// The documents among these ids, in the order of the ids.
pub(super) fn find(tx: &mut dyn Tx, ids: impl IntoIterator<Item = RecordId>) -> Result<Vec<Option<Stored>>> {
    let ids: Vec<RecordId> = ids.into_iter().collect();
    let sets: Vec<Vec<Value>> = ids.iter().map(|id| params![*id]).collect();
    let found = tx.each("SELECT n, kind, scope, parent, heads, generation FROM doc WHERE id = $1", &sets)?;
    let stored = |id, row: &Row| {
        let heads = unpack(&row.get::<Vec<u8>>(4)?)?;
        let (kind, scope, parent, generation) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(5)?);
        Ok(Stored { n: row.get(0)?, id, kind, scope, parent, generation, heads })
    };
    ids.into_iter().zip(found).map(|(id, rows)| rows.first().map(|row| stored(id, row)).transpose()).collect()
}

/// One document.
pub(super) fn find_one(tx: &mut dyn Tx, id: RecordId) -> Result<Option<Stored>> {
    Ok(find(tx, [id])?.pop().flatten())
}

/// Puts new documents into their scopes; answers them with their numbers.
pub(super) fn open(log: &mut Log, tx: &mut dyn Tx, openings: &[Opening<'_>]) -> Result<Vec<(Stored, u64)>> {
    let numbered: Vec<u64> = openings.iter().map(|o| log.next(&[b"open", o.id.as_bytes(), o.scope.as_bytes()])).collect();
    // A document is known by the number under which it was opened.
    let columns = |(o, seq): (&Opening<'_>, &u64)| params![*seq, o.id, o.kind, o.scope, o.parent, &[][..], o.generation];
    let sets: Vec<_> = openings.iter().zip(&numbered).map(columns).collect();
    tx.write_each(
        "INSERT INTO doc (n, id, kind, scope, parent, entered_seq, last_seq, heads, generation) VALUES ($1, $2, $3, $4, $5, $1, $1, $6, $7)",
        &sets,
    )?;
    let stored = |(o, seq): (&Opening<'_>, u64)| {
        let Opening { id, kind, scope, parent, generation } = *o;
        (Stored { n: seq.cast_signed(), id, kind: kind.to_owned(), scope, parent, generation, heads: BTreeSet::new() }, seq)
    };
    let made: Vec<_> = openings.iter().zip(numbered).map(stored).collect();
    made.iter().for_each(|(doc, _)| log.turns.add(doc.scope, doc.mark()));
    enter(tx, made.iter().map(|(doc, seq)| (doc.scope, *seq, doc.n, ENTER)))?;
    Ok(made)
}

/// Puts changes into their documents' feeds; answers their numbers.
pub(super) fn append(log: &mut Log, tx: &mut dyn Tx, changes: &[Appending<'_>]) -> Result<Vec<u64>> {
    let numbered: Vec<u64> = changes.iter().map(|a| log.next(&[b"change", a.doc.id.as_bytes(), &a.change.hash().0])).collect();
    let sets: Vec<_> = changes
        .iter()
        .zip(&numbered)
        .map(|(Appending { doc, change, from, at }, seq)| {
            params![*seq, doc.n, change.hash(), change.branch(), change.sequence(), change.bytes(), from.user, from.device, *at]
        })
        .collect();
    tx.write_each(
        "INSERT INTO change (seq, doc, hash, actor, actor_seq, bytes, person, device, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &sets,
    )?;
    enter(tx, changes.iter().zip(&numbered).map(|(a, seq)| (a.doc.scope, *seq, a.doc.n, CHANGE)))?;
    for Appending { doc, change, from, .. } in changes.iter().filter(|a| a.doc.kind == blob::KIND) {
        for hash in blob::named_by(change) {
            super::blob::refer(tx, doc.n, hash, from.user, change.actor())?;
        }
    }
    super::shorten::cover(tx, changes)?;
    let mut moved: BTreeMap<i64, Moved<'_>> = BTreeMap::new();
    for (Appending { doc, change, .. }, seq) in changes.iter().zip(&numbered) {
        let moved = moved.entry(doc.n).or_insert_with(|| Moved { doc, heads: doc.heads.clone(), last_seq: 0, day: None });
        for dependency in change.dependencies() {
            moved.heads.remove(&dependency);
        }
        moved.heads.insert(change.hash());
        moved.last_seq = *seq;
        moved.day = agenda::day_of(&doc.kind, change).or(moved.day);
    }
    for Moved { doc, heads, .. } in moved.values() {
        log.turns.remove(doc.scope, doc.mark());
        log.turns.add(doc.scope, Mark::of(doc.id, heads));
    }
    let sets: Vec<_> = moved.iter().map(|(n, moved)| params![*n, pack(&moved.heads), moved.last_seq, moved.day]).collect();
    tx.write_each("UPDATE doc SET heads = $2, last_seq = $3, day = coalesce($4, day) WHERE n = $1", &sets)?;
    Ok(numbered)
}

/// What changes make of their document's row.
struct Moved<'a> {
    doc: &'a Stored,
    heads: BTreeSet<Hash>,
    last_seq: u64,
    /// The day that it is for: a hint of what is wanted first, the newest word counts.
    day: Option<i64>,
}

fn pack(heads: &BTreeSet<Hash>) -> Vec<u8> {
    heads.iter().flat_map(|head| head.0).collect()
}

pub(super) fn unpack(packed: &[u8]) -> Result<BTreeSet<Hash>> {
    packed.chunks(32).map(Hash::from_slice).collect()
}

fn enter(tx: &mut dyn Tx, entries: impl Iterator<Item = (ScopeId, u64, i64, i64)>) -> Result<()> {
    let sets: Vec<_> = entries.map(|(scope, seq, n, sort)| params![scope, seq, n, sort]).collect();
    tx.write_each("INSERT INTO feed (scope, seq, doc, sort) VALUES ($1, $2, $3, $4)", &sets).map(drop)
}

/// Takes out of its scope's feed whatever that says of a document.
pub(super) fn untell(tx: &mut dyn Tx, doc: &Stored) -> Result<()> {
    // By their numbers: a scope's feed is long. What left before has the number before that of its arrival elsewhere.
    let of = |rows: Vec<Row>| rows.iter().map(|row| row.get::<u64>(0)).collect::<Result<Vec<u64>>>();
    let mut numbers = of(tx.rows("SELECT seq FROM change WHERE doc = $1", params![doc.n])?)?;
    numbers.push(doc.n.unsigned_abs());
    numbers.push(tx.value("SELECT entered_seq FROM doc WHERE n = $1", params![doc.n])?);
    for seq in of(tx.rows("SELECT seq FROM moved WHERE doc = $1", params![doc.n])?)? {
        numbers.extend([seq, seq.saturating_sub(1)]);
    }
    let sets: Vec<_> = numbers.into_iter().map(|seq| params![doc.scope, seq, doc.n]).collect();
    tx.write_each("DELETE FROM feed WHERE scope = $1 AND seq = $2 AND doc = $3", &sets).map(drop)
}

/// Tells its readers once more of a document: they get it whole.
pub(super) fn reenter(log: &mut Log, tx: &mut dyn Tx, doc: &Stored) -> Result<()> {
    let entered = log.next(&[b"enter", doc.id.as_bytes(), doc.scope.as_bytes()]);
    tx.write("UPDATE doc SET entered_seq = $2 WHERE n = $1", params![doc.n, entered])?;
    enter(tx, [(doc.scope, entered, doc.n, ENTER)].into_iter())
}

/// Moves a document into another scope: its old readers are told that it left, its new ones get it whole. Answers
/// the number under which it entered.
pub(super) fn rescope(log: &mut Log, tx: &mut dyn Tx, doc: &Stored, to: ScopeId) -> Result<u64> {
    untell(tx, doc)?;
    let left = log.next(&[b"leave", doc.id.as_bytes(), doc.scope.as_bytes()]);
    let entered = log.next(&[b"enter", doc.id.as_bytes(), to.as_bytes()]);
    tx.write("UPDATE doc SET scope = $2, entered_seq = $3 WHERE n = $1", params![doc.n, to, entered])?;
    log.turns.remove(doc.scope, doc.mark());
    log.turns.add(to, doc.mark());
    enter(tx, [(doc.scope, left, doc.n, LEAVE), (to, entered, doc.n, ENTER)].into_iter())?;
    Ok(entered)
}
