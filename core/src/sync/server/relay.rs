//! What a device brings of others' work: taken as far as the server's own receipts prove it.

use super::facts::{Doc, Facts, branch};
use super::judge::Verdict;
use crate::document::{Hash, RawChange, genesis};
use crate::id::{RecordId, ScopeId};
use crate::record::Registry;
use crate::sync::receipt::{Attested, Notary, Receipt};
use crate::sync::safeguard::Safeguard;
use crate::{Error, ErrorCode, Result};
use std::collections::{BTreeMap, BTreeSet};

/// A document as a device has it, with what proves it.
#[derive(Debug, Clone)]
pub struct Relayed {
    /// The document.
    pub doc: RecordId,
    /// Its kind.
    pub kind: String,
    /// The record whose scope it follows.
    pub parent: Option<RecordId>,
    /// Its scope when the receipts were made.
    pub scope: ScopeId,
    /// Its changes, each after those it was made on; the genesis is left out.
    pub changes: Vec<RawChange>,
    /// Receipts for its heads.
    pub receipts: Vec<(Hash, Receipt)>,
}

pub(super) fn judge(registry: &Registry, notary: &dyn Notary, facts: &mut Facts, relayed: Relayed) -> Result<Verdict> {
    let Relayed { doc: id, kind, parent, scope, changes, receipts } = relayed;
    let proven = proven(notary, id, &kind, parent, scope, &changes, &receipts);
    if proven.is_empty() {
        return Err(Error::new(ErrorCode::Forbidden, "no receipt of this server proves any of these changes"));
    }
    // Nothing that was mixed is taken.
    let generation = changes.iter().filter(|change| proven.contains(&change.hash())).map(RawChange::generation).max().unwrap_or(0);
    let is_of_it = |change: &RawChange| proven.contains(&change.hash()) && change.generation() == generation;
    let changes: Vec<RawChange> = changes.into_iter().filter(is_of_it).collect();
    if generation > 0 && !changes.iter().any(RawChange::is_base) {
        return Err(Error::new(ErrorCode::Forbidden, "what its history was shortened to is not among what was proven"));
    }
    let open = match facts.docs.get(&id) {
        Some(existing) if existing.kind != kind => return Err(Error::bad_request(format!("{id} is a {} already", existing.kind))),
        Some(existing) if existing.generation != generation && Safeguard::Generation.holds() => {
            facts.reconciled.insert(id);
            return Ok(Verdict::Reconcile { id, changes });
        }
        Some(_) => None,
        // It follows what it belongs to, wherever that is by now.
        None => {
            let scope = parent.and_then(|parent| facts.docs.get(&parent)).map_or(scope, |parent| parent.scope);
            Some((Doc { kind: kind.clone(), scope, generation }, parent))
        }
    };
    let genesis = genesis::hashes(registry.get(&kind)?, id)?;
    let mut appended = Vec::new();
    for change in changes {
        let (place, branch) = ((id, change.hash()), branch(id, &change));
        let follows = change.sequence() == facts.branches.get(&branch).copied().unwrap_or(0) + 1;
        let is_known = |hash: &Hash| genesis.contains(hash) || facts.changes.contains(&(id, *hash));
        // One that does not fit is left out, and with it whatever was made on it.
        if !facts.changes.contains(&place) && follows && change.dependencies().iter().all(is_known) {
            facts.changes.insert(place);
            facts.branches.insert(branch, change.sequence());
            appended.push(change);
        }
    }
    if open.is_none() && appended.is_empty() {
        return Ok(Verdict::Duplicate);
    }
    if let Some((doc, _)) = &open {
        facts.docs.insert(id, doc.clone());
    }
    Ok(Verdict::Relay { id, open, changes: appended })
}

/// The changes that a receipt stands for: those it names, and all they were made on.
fn proven(
    notary: &dyn Notary,
    doc: RecordId,
    kind: &str,
    parent: Option<RecordId>,
    scope: ScopeId,
    changes: &[RawChange],
    receipts: &[(Hash, Receipt)],
) -> BTreeSet<Hash> {
    let by_hash: BTreeMap<Hash, &RawChange> = changes.iter().map(|change| (change.hash(), change)).collect();
    let is_good = |(hash, receipt): &&(Hash, Receipt)| {
        notary.receipt(&Attested { doc, kind, parent, scope, hash: *hash }) == *receipt || !Safeguard::Receipt.holds()
    };
    let mut open: Vec<Hash> = receipts.iter().filter(is_good).map(|(hash, _)| *hash).collect();
    let mut proven = BTreeSet::new();
    while let Some(hash) = open.pop() {
        if let Some(change) = by_hash.get(&hash)
            && proven.insert(hash)
        {
            open.extend(change.dependencies());
        }
    }
    proven
}
