//! Erasing a record for good, as the law may demand it: its content goes from the server, and from every device when that
//! comes by next; what was written about it and not sent is not taken any more.
//!
//! What stays is its id: in the table `erased`, in a list outside the database that no restore takes back
//! ([`crate::store::Store::erased`]), and as an empty document in [`ScopeId::ERASED`], where nobody reads. Every device is
//! told the ids of all that was erased, in `hello`: it may hold of it what its feeds no longer speak of. A server that was put back erases again before it serves ([`Company::erase_again`]).

use super::feed::{self, Stored};
use super::log::Log;
use super::{Collected, Company};
use crate::store::{Tx, Value, params};
use maydan_core::blob::BlobHash;
use maydan_core::sync::tally::Mark;
use maydan_core::sync::wire::Item;
use maydan_core::{Error, ErrorCode, Instant, RecordId, Result, ScopeId};
use serde_bytes::ByteBuf;
use std::collections::{BTreeMap, BTreeSet};

/// Erased records told of in one answer.
const MOST_TOLD: u64 = 5_000;

/// What was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Records, those that followed others among them.
    pub records: u64,
    /// Contents that nothing else names.
    pub contents: u64,
}

impl Company {
    /// What would be erased with a record: how many records of which kind, itself among them.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; [`ErrorCode::Forbidden`] for people and territories, which others hang on.
    pub fn erasable(&self, id: RecordId) -> Result<BTreeMap<String, u64>> {
        let docs = self.read(|tx| with_followers(tx, id))?;
        let Some(root) = docs.first().filter(|root| root.scope != ScopeId::ERASED) else {
            return Err(Error::new(ErrorCode::NotFound, format!("there is no record {id}")));
        };
        if matches!(root.kind.as_str(), "user" | "territory") {
            return Err(Error::new(ErrorCode::Forbidden, format!("a {} is not erased: its name can be changed", root.kind)));
        }
        let mut kinds = BTreeMap::new();
        docs.into_iter().for_each(|doc| *kinds.entry(doc.kind).or_default() += 1);
        Ok(kinds)
    }

    /// Erases a record and whatever follows it.
    ///
    /// # Errors
    /// As [`Company::erasable`], and what the store says. Once it is in the list outside the database, the next start goes on.
    pub fn erase(&self, id: RecordId) -> Result<Erased> {
        self.erasable(id)?;
        self.0.store.add_erased(&BTreeSet::from([id]))?;
        self.erase_again()
    }

    /// Erases whatever is in the list outside the database and still here, and adds to the list what only the database knows.
    ///
    /// # Errors
    /// What the store says.
    pub fn erase_again(&self) -> Result<Erased> {
        let listed = self.0.store.erased()?;
        let known = self.read(all)?;
        let missing: BTreeSet<RecordId> = listed.difference(&known).copied().collect();
        if missing.is_empty() {
            self.0.store.add_erased(&known)?;
            return Ok(Erased::default());
        }
        let at = self.now();
        let (records, contents) = self.write(move |log, tx| {
            let mut contents = BTreeSet::new();
            let mut records = 0;
            let mut gone: BTreeSet<RecordId> = missing.clone();
            for id in missing {
                for doc in with_followers(tx, id)? {
                    gone.insert(doc.id);
                    if doc.scope != ScopeId::ERASED {
                        erase_one(log, tx, &doc, &mut contents)?;
                        records += 1;
                    }
                }
            }
            keep(tx, &gone, at)?;
            forget_handed_over(tx, at)?;
            Ok((records, contents))
        })?;
        self.0.store.add_erased(&self.read(all)?)?;
        let mut done = Collected::default();
        // Whoever else names one keeps it, for whatever time.
        for content in self.contents_of(&contents)? {
            self.collect_one(&content, Instant(i64::MIN), &mut done)?;
        }
        self.0.store.scrub()?;
        Ok(Erased { records, contents: done.contents })
    }
}

/// Those of these records that were erased.
pub(super) fn among(tx: &mut dyn Tx, ids: &BTreeSet<RecordId>) -> Result<BTreeSet<RecordId>> {
    if tx.first("SELECT 1 FROM erased LIMIT 1", params![])?.is_none() {
        return Ok(BTreeSet::new());
    }
    let sets: Vec<Vec<Value>> = ids.iter().map(|id| params![*id]).collect();
    let rows = tx.each("SELECT at FROM erased WHERE id = $1", &sets)?;
    Ok(ids.iter().zip(rows).filter(|(_, rows)| !rows.is_empty()).map(|(id, _)| *id).collect())
}

/// Which of these items, in the order in which they were made, are about something that was erased. What was to follow such a
/// record counts as erased from here on, too.
pub(super) fn concerned(tx: &mut dyn Tx, items: &[ByteBuf], at: Instant) -> Result<Vec<bool>> {
    let mut gone = all(tx)?;
    if gone.is_empty() {
        return Ok(vec![false; items.len()]);
    }
    let mut followers = BTreeSet::new();
    let concerned = items.iter().map(|item| {
        let Ok(item) = Item::from_bytes(item) else { return false };
        if matches!(&item, Item::Open { parent: Some(parent), .. } if gone.contains(parent)) && gone.insert(item.doc()) {
            followers.insert(item.doc());
        }
        gone.contains(&item.doc())
    });
    let concerned = concerned.collect();
    keep(tx, &followers, at)?;
    Ok(concerned)
}

/// Writes down that these were erased.
fn keep(tx: &mut dyn Tx, ids: &BTreeSet<RecordId>, at: Instant) -> Result<()> {
    let known = all(tx)?;
    let sets: Vec<Vec<Value>> = (known.len() as u64 + 1..).zip(ids.difference(&known)).map(|(n, id)| params![n, *id, at]).collect();
    tx.write_each("INSERT INTO erased (n, id, at) VALUES ($1, $2, $3)", &sets).map(drop)
}

/// What was erased after the first `known`, in the order in which everybody is told.
pub(super) fn after(tx: &mut dyn Tx, known: u64) -> Result<Vec<RecordId>> {
    tx.rows("SELECT id FROM erased WHERE n > $1 ORDER BY n LIMIT $2", params![known, MOST_TOLD])?.iter().map(|row| row.get(0)).collect()
}

/// Everything that was erased, as the database knows it.
pub(super) fn all(tx: &mut dyn Tx) -> Result<BTreeSet<RecordId>> {
    tx.rows("SELECT id FROM erased", params![])?.iter().map(|row| row.get(0)).collect()
}

/// A record and whatever follows it, itself first; nothing where it is not here.
fn with_followers(tx: &mut dyn Tx, id: RecordId) -> Result<Vec<Stored>> {
    let mut found: Vec<Stored> = feed::find(tx, [id])?.into_iter().flatten().collect();
    let mut next = 0;
    while let Some(parent) = found.get(next).map(|doc| doc.id) {
        next += 1;
        let followers = tx.rows("SELECT id FROM doc WHERE parent = $1", params![parent])?;
        let followers = followers.iter().map(|row| row.get(0)).collect::<Result<Vec<RecordId>>>()?;
        found.extend(feed::find(tx, followers)?.into_iter().flatten());
    }
    Ok(found)
}

/// Leaves of a document what says that it was erased.
fn erase_one(log: &mut Log, tx: &mut dyn Tx, doc: &Stored, contents: &mut BTreeSet<BlobHash>) -> Result<()> {
    feed::rescope(log, tx, doc, ScopeId::ERASED)?;
    log.turns.remove(ScopeId::ERASED, doc.mark());
    log.turns.add(ScopeId::ERASED, Mark::of(doc.id, &BTreeSet::new()));
    for row in tx.rows("SELECT DISTINCT hash FROM blob_ref WHERE doc = $1", params![doc.n])? {
        contents.insert(BlobHash::from_slice(&row.get::<Vec<u8>>(0)?)?);
    }
    for table in ["snapshot", "change", "blob_ref"] {
        tx.write(&format!("DELETE FROM {table} WHERE doc = $1"), params![doc.n])?;
    }
    tx.write("UPDATE doc SET parent = NULL, day = NULL, heads = $2, last_seq = n WHERE n = $1", params![doc.n, &[][..]]).map(drop)
}

/// What devices that were cut off had written about it goes too.
fn forget_handed_over(tx: &mut dyn Tx, at: Instant) -> Result<()> {
    let rows = tx.rows("SELECT n, item FROM handed_over ORDER BY n", params![])?;
    let items = rows.iter().map(|row| Ok(ByteBuf::from(row.get::<Vec<u8>>(1)?))).collect::<Result<Vec<_>>>()?;
    let concerned = concerned(tx, &items, at)?;
    let gone = rows.iter().zip(concerned).filter(|(_, concerned)| *concerned);
    let sets = gone.map(|(row, _)| Ok(params![row.get::<i64>(0)?])).collect::<Result<Vec<_>>>()?;
    tx.write_each("DELETE FROM handed_over WHERE n = $1", &sets).map(drop)
}
