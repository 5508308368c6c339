//! Generations: a document whose history was shortened goes on as another one of the same record.
//!
//! The server may put everything that happened to a document so far behind one change, its *base*, which says what stood there
//! and which changes it stands for. What is written from then on is of that later generation: its writers count from 1 again,
//! under names that hold its number ([`Actor::automerge_in`]), so that a change says by itself which generation it is of.
//!
//! Layout of a base, at the root: the fields as they stood; `~generation`, its number; `~covers/<branch in hex>`, for each branch
//! whose changes it stands for, the number of the newest.
//!
//! Work of another generation that the base does not cover is done again on it ([`Document::carry_over`]) by whoever holds both,
//! and what does so says that it covers that: nobody does it twice.
//!
//! Invariants:
//! - A base says what the document said: the same row, no more and no less, or none is made.
//! - Nothing is shortened in which somebody has yet to choose between values, or whose meaning hangs on who wrote what when
//!   (steps of visits, tracks).
//! - The generation of a document is told by its writers' names, never by a value that anybody could set.

use super::change::MAX_CHANGE_BYTES;
use super::replay::{Deed, deeds, perform};
use super::{Document, Hash, RawChange, VERSION, genesis, guarded};
use crate::id::{Actor, generation_of};
use crate::record::FieldType;
use crate::time::Instant;
use crate::{Error, ErrorCode, Result};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Key under which a base says its number.
const GENERATION: &str = "~generation";
/// Prefix of the keys under which it says what it stands for.
const COVERS: &str = "~covers/";

/// What was done again in another generation.
#[derive(Debug, Default)]
pub struct Carried {
    /// The changes that do it.
    pub changes: Vec<RawChange>,
    /// For each change of the other generation, the heads that stand for it now.
    pub stands_for: BTreeMap<Hash, Vec<Hash>>,
}

impl RawChange {
    /// The generation that it is of.
    pub fn generation(&self) -> u64 {
        generation_of(self.inner().actor_id())
    }

    /// Whether it writes what only a base may say of a whole document.
    pub fn is_base(&self) -> bool {
        self.root_writes().iter().any(|write| write.key == GENERATION)
    }

    /// Whether it writes nothing of what bases say but that it stands for branches that `is_own` holds for.
    pub fn covers_only(&self, is_own: impl Fn(&[u8]) -> bool) -> bool {
        let written = self.root_writes().iter().filter(|write| write.key.starts_with('~')).count();
        let covered = self.covered();
        written == covered.len() && covered.iter().all(|(branch, _)| is_own(branch))
    }

    /// The branches that it says to stand for, each with the number of the newest change.
    pub fn covered(&self) -> Vec<(Vec<u8>, u64)> {
        use automerge::legacy::{Key, ObjectId, OpType};
        let covered = |op: automerge::legacy::Op| match (op.key, op.action) {
            (Key::Map(key), OpType::Put(ScalarValue::Uint(newest))) if op.obj == ObjectId::Root => {
                Some((from_hex(key.strip_prefix(COVERS)?)?, newest))
            }
            _ => None,
        };
        self.inner().decode().operations.into_iter().filter_map(covered).collect()
    }
}

impl Document {
    /// The generation that it is of; 0 as long as nothing was shortened.
    pub fn generation(&self) -> u64 {
        let written = self.auto.get_all(ROOT, GENERATION).unwrap_or_default();
        let of = |id: &ObjId| if let ObjId::Id(_, writer, _) = id { generation_of(writer) } else { 0 };
        written.iter().map(|(_, id)| of(id)).max().unwrap_or(0)
    }

    /// The base of this document, if its history was shortened.
    pub(super) fn base(&self) -> Option<Hash> {
        let written = self.auto.get_all(ROOT, GENERATION).unwrap_or_default();
        let is_base = |id: &ObjId| matches!(id, ObjId::Id(_, writer, _) if generation_of(writer) > 0);
        written.iter().find(|(_, id)| is_base(id)).and_then(|(_, id)| self.auto.hash_for_opid(id)).map(|hash| Hash::from(&hash))
    }

    /// Whether a change of another generation is among what this one stands for.
    pub fn covers(&self, change: &RawChange) -> bool {
        self.newest_covered(&covers_key(change.branch())) >= change.sequence()
    }

    fn newest_covered(&self, key: &str) -> u64 {
        // Two may have said so at once.
        let said = self.auto.get_all(ROOT, key).unwrap_or_default();
        let number = |value: &Value<'_>| if let Some(ScalarValue::Uint(newest)) = value.as_scalar() { Some(*newest) } else { None };
        said.iter().filter_map(|(value, _)| number(value)).max().unwrap_or(0)
    }

    /// The same record without its history: its genesis and a base by `actor`.
    ///
    /// # Errors
    /// [`ErrorCode::WrongState`] when its history is needed, or holds what is not understood here.
    pub fn shortened(&mut self, actor: Actor, generation: u64) -> Result<Self> {
        self.must_be_shortenable(generation)?;
        let mut fresh = Self::create(&self.kind, self.id)?;
        let mut values: Vec<(String, ScalarValue)> = Vec::new();
        let mut texts: Vec<(ObjId, String)> = Vec::new();
        for key in self.auto.keys(ROOT).filter(|key| !key.starts_with('~')) {
            let standing = self.auto.get_all(ROOT, key.as_str())?;
            match standing.last() {
                None => {}
                Some((Value::Object(ObjType::Text), text)) => match fresh.auto.get(ROOT, key.as_str())? {
                    Some((Value::Object(ObjType::Text), here)) => texts.push((here, self.auto.text(text)?)),
                    _ => return Err(needed(format!("{key} is not known here"))),
                },
                Some((Value::Object(_), _)) => return Err(needed(format!("{key} is not known here"))),
                Some((Value::Scalar(winner), _)) => {
                    // Of a set of words, what was added and taken away at once is there.
                    let is_there = standing.iter().any(|(value, _)| value.as_bool() == Some(true));
                    let value = if is_there { ScalarValue::Boolean(true) } else { winner.as_ref().clone() };
                    let same = fresh.auto.get(ROOT, key.as_str())?.is_some_and(|(known, _)| known.as_scalar() == Some(&value));
                    if !same && value != ScalarValue::Null {
                        values.push((key, value));
                    }
                }
            }
        }
        let mut covered: BTreeMap<String, u64> = BTreeMap::new();
        // In the first generation anybody may have written such keys, and nobody has looked.
        for key in self.auto.keys(ROOT).filter(|key| self.generation() > 0 && key.starts_with(COVERS)) {
            covered.insert(key.clone(), self.newest_covered(&key));
        }
        let mut at = 0;
        for meta in self.auto.get_changes_meta(&[]).iter().filter(|meta| *meta.actor != Actor::GENESIS.automerge()) {
            let newest = covered.entry(covers_key(meta.actor.to_bytes())).or_default();
            *newest = meta.seq.max(*newest);
            at = meta.timestamp.max(at);
        }
        fresh.auto.set_actor(actor.automerge_in(generation));
        fresh.auto.put(ROOT, GENERATION, ScalarValue::Uint(generation))?;
        covered.into_iter().try_for_each(|(key, newest)| fresh.auto.put(ROOT, key, ScalarValue::Uint(newest)))?;
        values.into_iter().try_for_each(|(key, value)| fresh.auto.put(ROOT, key, value))?;
        texts.iter().try_for_each(|(text, content)| fresh.auto.splice_text(text, 0, 0, content))?;
        fresh.auto.commit_with(CommitOptions::default().with_time(at));
        if fresh.row() != self.row() {
            return Err(Error::internal(format!("the history of {} can't be shortened: it would say something else", self.id)));
        }
        if fresh.changes_since(&[]).iter().any(|change| change.bytes().len() > MAX_CHANGE_BYTES) {
            return Err(needed("what stands there is too large for one change".into()));
        }
        Ok(fresh)
    }

    fn must_be_shortenable(&mut self, generation: u64) -> Result<()> {
        let appended = self.kind.fields.iter().find(|field| matches!(field.ty, FieldType::Events | FieldType::Track));
        if let Some(field) = appended {
            return Err(needed(format!("{} says who did what when", field.name)));
        }
        let version = self.auto.get(ROOT, VERSION)?.and_then(|(value, _)| value.as_i64());
        if version != Some(i64::from(self.kind.version)) {
            return Err(needed("it was written by another version".into()));
        }
        if !self.conflicts().is_empty() {
            return Err(needed("somebody has yet to choose between values".into()));
        }
        if self.is_waiting() {
            return Err(needed("something of it has yet to come".into()));
        }
        if generation <= self.generation() {
            return Err(Error::internal("a later generation has a higher number"));
        }
        Ok(())
    }

    /// Does again what `other`, which is of another generation, holds and this one does not cover, each change under the actor
    /// that `under` names; a change for which it names none is left out. A field that stands otherwise here than its writer saw
    /// it keeps both values, until somebody chooses.
    ///
    /// # Errors
    /// [`ErrorCode::Corrupt`] when the other one can't be read.
    pub fn carry_over(&mut self, other: &mut Self, mut under: impl FnMut(&RawChange) -> Option<Actor>) -> Result<Carried> {
        let base = self.heads();
        let made = genesis::hashes(&self.kind, self.id)?;
        let newest_genesis: Vec<Hash> = made.last().copied().into_iter().collect();
        let mut carried = Carried::default();
        // Values that were put beside others.
        let mut beside: BTreeSet<Hash> = BTreeSet::new();
        for change in other.changes_since(&[]).into_iter().filter(|change| !made.contains(&change.hash())) {
            let hash = change.hash();
            let dependencies = change.dependencies().into_iter();
            let at: BTreeSet<Hash> = dependencies.flat_map(|dep| carried.stands_for.get(&dep).unwrap_or(&base).clone()).collect();
            let at: Vec<Hash> = at.into_iter().collect();
            let actor = if self.covers(&change) { None } else { under(&change) };
            let Some(actor) = actor else {
                carried.stands_for.insert(hash, at);
                continue;
            };
            let standing = at.iter().filter(|head| beside.contains(head)).copied().collect::<Vec<_>>();
            let (clashing, fitting) = self.sorted(other, &change, &at)?;
            let when = Instant(change.written_at().saturating_mul(1000));
            let mut heads = Vec::new();
            if !clashing.is_empty() {
                let place = if standing.is_empty() { &newest_genesis } else { &standing };
                let written = self.write(actor, when, Some(place), |auto, _| {
                    clashing.into_iter().try_for_each(|deed| perform(auto, deed, &mut BTreeMap::new()))
                })?;
                beside.extend(written.change.iter().map(RawChange::hash));
                heads.extend(written.change.iter().map(RawChange::hash));
                carried.changes.extend(written.change);
            }
            let mut shifts = self.shifts(other, &change.dependencies(), &fitting, &at);
            // In the first generation nobody has looked at what was said there.
            let mut covered = if change.generation() > 0 { change.covered() } else { Vec::new() };
            covered.push((change.branch().to_vec(), change.sequence()));
            let covered = covered.into_iter().map(|(branch, newest)| (covers_key(&branch), newest));
            let covered: Vec<_> = covered.filter(|(key, newest)| self.newest_covered(key) < *newest).collect();
            let written = self.write(actor, when, Some(&at), |auto, _| {
                fitting.into_iter().try_for_each(|deed| perform(auto, deed, &mut shifts))?;
                covered.into_iter().try_for_each(|(key, newest)| Ok(auto.put(ROOT, key, ScalarValue::Uint(newest))?))
            })?;
            heads.extend(&written.base);
            carried.changes.extend(written.change);
            carried.stands_for.insert(hash, heads);
        }
        Ok(carried)
    }

    /// What a change of `other` did: what has to stand beside what is here at `at`, and the rest.
    fn sorted(&self, other: &mut Self, change: &RawChange, at: &[Hash]) -> Result<(Vec<Deed>, Vec<Deed>)> {
        let here: Vec<_> = at.iter().map(Hash::automerge).collect();
        let deeds = guarded("the change", || Ok(deeds(&mut other.auto, change.inner())))?;
        let newest = |values: &[(Value<'_>, ObjId)]| values.last().and_then(|(value, _)| value.as_scalar().cloned());
        let is_base = change.is_base();
        let (mut clashing, mut fitting) = (Vec::new(), Vec::new());
        for deed in deeds {
            match &deed {
                Deed::Put(key, _) if key.starts_with('~') => {}
                Deed::Put(key, value) => {
                    let then = other.auto.get_all_at(ROOT, key.as_str(), change.inner().deps())?;
                    let now = self.auto.get_all_at(ROOT, key.as_str(), &here)?;
                    // She had settled what stood there, if it was that.
                    let is_other = newest(&then) != newest(&now) || then.len() < now.len();
                    match now.as_slice() {
                        [(only, _)] if only.as_scalar() == Some(value) => {}
                        [_, ..] if is_other => clashing.push(deed),
                        _ => fitting.push(deed),
                    }
                }
                // A text that a lost base held as a whole is there already as far as its words are.
                Deed::Splice { field, insert, .. } if is_base => {
                    let stands = self.value_at(field, at);
                    if !stands.as_text().unwrap_or_default().contains(insert.as_str()) {
                        fitting.push(deed);
                    }
                }
                Deed::Splice { .. } => fitting.push(deed),
            }
        }
        Ok((clashing, fitting))
    }
}

fn needed(why: String) -> Error {
    Error::new(ErrorCode::WrongState, format!("the history can't be shortened: {why}"))
}

fn covers_key(branch: &[u8]) -> String {
    branch.iter().fold(COVERS.to_owned(), |key, byte| format!("{key}{byte:02x}"))
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests;
