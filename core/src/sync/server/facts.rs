//! What a judgement rests on.

use super::judge::Parsed;
use crate::command::Grant;
use crate::document::{Hash, RawChange};
use crate::id::{Actor, RecordId, ScopeId};
use crate::permit::{self, Action};
use crate::sync::safeguard::Safeguard;
use crate::sync::wire::{Act, Command};
use crate::{Error, ErrorCode, Result};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A branch of an actor in a document: what counts changes from 1.
pub type Branch = (RecordId, Vec<u8>);

/// A document as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doc {
    /// Its kind.
    pub kind: String,
    /// Its scope.
    pub scope: ScopeId,
    /// Its generation.
    pub generation: u64,
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
    /// Commands: were they done before?
    pub commands: BTreeSet<Uuid>,
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
                    for (covered, _) in covered_by(change) {
                        needs.actors.insert(writer_of(&covered));
                        needs.branches.insert((*doc, covered));
                    }
                }
                Parsed::Command(Command { id, doc, act: Act::Move { to, .. } }) => {
                    needs.docs.extend([*doc, RecordId(to.0)]);
                    needs.commands.insert(*id);
                }
                Parsed::Relay(relayed) => {
                    needs.docs.insert(relayed.doc);
                    needs.docs.extend(relayed.parent);
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
    /// What was otherwise when she wrote, for as long as it still counts: by what she had seen of the log then.
    pub earlier: BTreeMap<u64, Earlier>,
    /// What the writer of the item that is being judged had seen.
    pub seen: u64,
    /// The documents that are here.
    pub docs: BTreeMap<RecordId, Doc>,
    /// Those that were erased for good, here or not.
    pub erased: BTreeSet<RecordId>,
    /// The changes that are here.
    pub changes: BTreeSet<(RecordId, Hash)>,
    /// The newest number of each branch that has one, here or among what a base stands for.
    pub branches: BTreeMap<Branch, u64>,
    /// The actors that are the sender's own, on whatever device of hers.
    pub own: BTreeSet<Actor>,
    /// Commands that were done before.
    pub commands: BTreeSet<Uuid>,
    /// Documents of which two generations are being brought together: nothing else of these is judged before that is done.
    pub reconciled: BTreeSet<RecordId>,
}

/// How things stood at some number of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier {
    /// What she could do.
    pub grants: Vec<Grant>,
    /// The documents that were elsewhere.
    pub scopes: BTreeMap<RecordId, ScopeId>,
}

/// How long a right that was taken away, or a record that was moved away, still counts for what was written before its
/// writer heard of it, milliseconds: 30 days.
pub const GOOD_FAITH_MS: i64 = 30 * 24 * 3_600_000;

impl Facts {
    /// Nothing but who sends and what she may do.
    pub fn new(user: RecordId, grants: Vec<Grant>) -> Self {
        let (docs, erased, earlier, branches) = Default::default();
        let (changes, own, commands, reconciled) = Default::default();
        Self { user, grants, earlier, seen: 0, docs, erased, changes, branches, own, commands, reconciled }
    }

    /// What an item is about, and what that belongs to, were not erased.
    ///
    /// # Errors
    /// [`ErrorCode::Erased`].
    pub(super) fn must_not_be_erased(&self, item: &Parsed) -> Result<()> {
        let (doc, parent) = match item {
            Parsed::Open { doc, parent, .. } => (*doc, *parent),
            Parsed::Change { doc, .. } => (*doc, None),
            Parsed::Relay(relayed) => (relayed.doc, relayed.parent),
            Parsed::Command(command) => (command.doc, None),
        };
        let erased = std::iter::once(doc).chain(parent).find(|id| self.erased.contains(id));
        match erased {
            Some(id) if Safeguard::Erasure.holds() => Err(Error::new(ErrorCode::Erased, format!("{id} was erased for good"))),
            _ => Ok(()),
        }
    }

    /// What an item is about is not being brought together with another generation of it.
    ///
    /// # Errors
    /// [`ErrorCode::MissingDependency`].
    pub(super) fn must_not_be_reconciled(&self, item: &Parsed) -> Result<()> {
        let doc = match item {
            Parsed::Change { doc, .. } => doc,
            Parsed::Relay(relayed) => &relayed.doc,
            Parsed::Open { .. } | Parsed::Command(_) => return Ok(()),
        };
        if self.reconciled.contains(doc) {
            return Err(Error::new(ErrorCode::MissingDependency, "the record is being brought together: send it once more"));
        }
        Ok(())
    }

    /// A document that follows another was, for whoever wrote in it, where that was.
    pub(super) fn follows(&mut self, id: RecordId, parent: Option<RecordId>) {
        for earlier in self.earlier.values_mut() {
            if let Some(scope) = parent.and_then(|parent| earlier.scopes.get(&parent)).copied() {
                earlier.scopes.entry(id).or_insert(scope);
            }
        }
    }

    /// Whether the item that is being judged may do this to a document, now or when it was written.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Forbidden`].
    pub(super) fn check(&self, doc: RecordId, scope: ScopeId, action: Action) -> Result<()> {
        if !Safeguard::Scope.holds() {
            return Ok(());
        }
        permit::check(&self.grants, scope, action).or_else(|now| {
            let earlier = self.earlier.get(&self.seen).ok_or(now)?;
            permit::check(&earlier.grants, earlier.scopes.get(&doc).copied().unwrap_or(scope), action)
        })
    }
}

/// What a change says that it stands for; in the first generation that means nothing.
pub(super) fn covered_by(change: &RawChange) -> Vec<(Vec<u8>, u64)> {
    if change.generation() > 0 { change.covered() } else { Vec::new() }
}

/// The actor behind the name of a branch.
pub(super) fn writer_of(branch: &[u8]) -> Actor {
    Actor::from(&automerge::ActorId::from(branch))
}

/// The branch that wrote a change.
pub(super) fn branch(doc: RecordId, change: &RawChange) -> Branch {
    (doc, change.branch().to_vec())
}
