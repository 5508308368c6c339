//! Erasing a record for good, as the law may demand it: its content goes from the server, and from every device when that
//! comes by next; what was written about it and not sent is not taken any more.
//!
//! What stays is its id: in the table `erased`, in a list outside the database that no restore takes back
//! ([`crate::store::Store::erased`]), and as an empty document in [`ScopeId::ERASED`], where nobody reads. Every device is
//! told the ids of all that was erased, in `hello`: it may hold of it what its feeds no longer speak of. A server that was put
//! back erases again before it serves ([`Company::erase_again`]).

use super::feed::{self, Stored};
use super::hand_over::contents_of;
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
        if is_pillar(&root.kind) {
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
        let id = BTreeSet::from([id]);
        self.0.store.add_erased(&id)?;
        self.erase_listed(id)
    }

    /// Erases whatever is in the list outside the database and still here, adds to the list what only the database knows, and
    /// finishes what was cut short.
    ///
    /// # Errors
    /// What the store says.
    pub fn erase_again(&self) -> Result<Erased> {
        self.erase_listed(self.0.store.erased()?)
    }

    fn erase_listed(&self, listed: BTreeSet<RecordId>) -> Result<Erased> {
        let known = self.read(all)?;
        let missing: BTreeSet<RecordId> = listed.difference(&known).copied().collect();
        let at = self.now();
        let mut erased = Erased::default();
        if !missing.is_empty() {
            erased.records = self.write(move |log, tx| erase_all(log, tx, missing, at))?;
        }
        self.learn_erased()?;
        erased.contents = self.finish_erasing()?;
        Ok(erased)
    }

    /// Puts into the list outside the database what the database knows: another node may have erased it.
    ///
    /// # Errors
    /// What the store says.
    pub(super) fn learn_erased(&self) -> Result<()> {
        self.0.store.add_erased(&self.read(all)?)
    }

    /// Throws away the contents of what was erased, and overwrites what the database deleted. Answers how many contents.
    fn finish_erasing(&self) -> Result<u64> {
        let left = self.read(|tx| unfinished(tx))?;
        let Some(contents) = left else { return Ok(0) };
        let mut done = Collected::default();
        if self.0.blobs.is_some() {
            // Whoever else names one keeps it, for whatever time.
            for content in self.contents_of(&contents)? {
                self.collect_one(&content, Instant(i64::MIN), &mut done)?;
            }
            for (person, content) in self.uploads_of(&contents)? {
                self.abandon(person, &content)?;
            }
        }
        self.0.store.scrub()?;
        self.write(|_, tx| tx.write("DELETE FROM meta WHERE key = $1", params![UNFINISHED]))?;
        Ok(done.contents)
    }
}

/// Key of `meta` under which stand the contents of what was erased (JSON), until they are gone and the file is overwritten.
const UNFINISHED: &str = "erasing";

fn unfinished(tx: &mut dyn Tx) -> Result<Option<BTreeSet<BlobHash>>> {
    let row = tx.first("SELECT value FROM meta WHERE key = $1", params![UNFINISHED])?;
    row.map(|row| Ok(serde_json::from_str(&row.get::<String>(0)?)?)).transpose()
}

/// Erases these and whatever follows them; answers how many records were here.
fn erase_all(log: &mut Log, tx: &mut dyn Tx, ids: BTreeSet<RecordId>, at: Instant) -> Result<u64> {
    let mut contents = unfinished(tx)?.unwrap_or_default();
    let mut gone = BTreeSet::new();
    let mut records = 0;
    for id in ids {
        let docs = with_followers(tx, id)?;
        // Whatever a list says: others hang on people and territories.
        if docs.first().is_some_and(|root| is_pillar(&root.kind)) {
            continue;
        }
        gone.insert(id);
        for doc in docs {
            gone.insert(doc.id);
            if doc.scope != ScopeId::ERASED {
                erase_one(log, tx, &doc, &mut contents)?;
                records += 1;
            }
        }
    }
    keep(tx, &gone, at)?;
    forget_handed_over(tx, &mut contents, at)?;
    let json = serde_json::to_string(&contents)?;
    tx.write("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2", params![UNFINISHED, json])?;
    Ok(records)
}

/// Whether others hang on records of a kind: they are not erased.
fn is_pillar(kind: &str) -> bool {
    matches!(kind, "user" | "territory")
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

/// Which of these items, in the order in which they were made, are about something that was erased. A record that was to follow
/// such a one, and that nobody here knows, counts as erased from here on: what comes of it later is not kept either.
pub(super) fn concerned(tx: &mut dyn Tx, items: &[ByteBuf], at: Instant) -> Result<Vec<bool>> {
    let mut gone = all(tx)?;
    if gone.is_empty() {
        return Ok(vec![false; items.len()]);
    }
    let read: Vec<Option<Item>> = items.iter().map(|item| Item::from_bytes(item).ok()).collect();
    let mut followers = BTreeSet::new();
    let mut concerned = Vec::with_capacity(items.len());
    for item in &read {
        let Some(item) = item else {
            concerned.push(false);
            continue;
        };
        let parent = match item {
            Item::Open { parent, .. } => *parent,
            Item::Relay(relay) => relay.parent,
            Item::Change { .. } | Item::Command(_) => None,
        };
        let follows = parent.is_some_and(|parent| gone.contains(&parent));
        // Whoever was cut off says what follows what: of a record that is here she decides nothing.
        if follows && feed::find_one(tx, item.doc())?.is_none() {
            gone.insert(item.doc());
            followers.insert(item.doc());
        }
        concerned.push(follows || gone.contains(&item.doc()));
    }
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
    for table in ["snapshot", "change", "covered", "blob_ref"] {
        tx.write(&format!("DELETE FROM {table} WHERE doc = $1"), params![doc.n])?;
    }
    tx.write("UPDATE doc SET parent = NULL, day = NULL, heads = $2, last_seq = n, generation = 0 WHERE n = $1", params![doc.n, &[][..]])
        .map(drop)
}

/// What devices that were cut off had written about it goes too, and the contents that only this names.
fn forget_handed_over(tx: &mut dyn Tx, contents: &mut BTreeSet<BlobHash>, at: Instant) -> Result<()> {
    let rows = tx.rows("SELECT n, item FROM handed_over ORDER BY n", params![])?;
    let items = rows.iter().map(|row| Ok(ByteBuf::from(row.get::<Vec<u8>>(1)?))).collect::<Result<Vec<_>>>()?;
    let concerned = concerned(tx, &items, at)?;
    let (mut sets, mut kept) = (Vec::new(), BTreeSet::new());
    for ((row, item), concerned) in rows.iter().zip(&items).zip(concerned) {
        let named = contents_of(item);
        if concerned {
            sets.push(params![row.get::<i64>(0)?]);
            contents.extend(named);
        } else {
            kept.extend(named);
        }
    }
    tx.write_each("DELETE FROM handed_over WHERE n = $1", &sets)?;
    let unnamed: Vec<Vec<Value>> = contents.difference(&kept).map(|hash| params![hash.as_slice()]).collect();
    tx.write_each("DELETE FROM handed_blob WHERE hash = $1", &unnamed).map(drop)
}
