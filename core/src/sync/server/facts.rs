//! What a judgement rests on.

use super::judge::Parsed;
use crate::Result;
use crate::command::Grant;
use crate::document::{Hash, RawChange};
use crate::id::{Actor, RecordId, ScopeId};
use std::collections::{BTreeMap, BTreeSet};

/// A branch of an actor in a document: what counts changes from 1.
pub type Branch = (RecordId, Vec<u8>);

/// A document as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doc {
    /// Its kind.
    pub kind: String,
    /// Its scope.
    pub scope: ScopeId,
}

/// What must be looked up before some items can be judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Documents.
    pub docs: BTreeSet<RecordId>,
    /// Changes: are they here?
    pub changes: BTreeSet<(RecordId, Hash)>,
    /// Branches: what is their newest number?
    pub branches: BTreeSet<Branch>,
    /// Actors: are they the sender's?
    pub actors: BTreeSet<Actor>,
}

impl Needs {
    /// What these items need.
    pub fn of(items: &[Result<Parsed>]) -> Self {
        let mut needs = Self::default();
        for item in items.iter().flatten() {
            match item {
                Parsed::Open { doc, parent, .. } => {
                    needs.docs.insert(*doc);
                    needs.docs.extend(parent);
                }
                Parsed::Change { doc, change } => {
                    needs.docs.insert(*doc);
                    needs.changes.insert((*doc, change.hash()));
                    needs.changes.extend(change.dependencies().into_iter().map(|hash| (*doc, hash)));
                    needs.branches.insert(branch(*doc, change));
                    needs.actors.insert(change.actor());
                }
                Parsed::Relay(relayed) => {
                    needs.docs.insert(relayed.doc);
                    for change in &relayed.changes {
                        needs.changes.insert((relayed.doc, change.hash()));
                        needs.branches.insert(branch(relayed.doc, change));
                    }
                }
            }
        }
        needs
    }
}

/// What was found, and who sends.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Who sends.
    pub user: RecordId,
    /// What she may do.
    pub grants: Vec<Grant>,
    /// The documents that are here.
    pub docs: BTreeMap<RecordId, Doc>,
    /// The changes that are here.
    pub changes: BTreeSet<(RecordId, Hash)>,
    /// The newest number of each branch that has one.
    pub branches: BTreeMap<Branch, u64>,
    /// The actors that are the sender's own, on whatever device of hers.
    pub own: BTreeSet<Actor>,
}

/// The branch that wrote a change.
pub(super) fn branch(doc: RecordId, change: &RawChange) -> Branch {
    (doc, change.branch().to_vec())
}
