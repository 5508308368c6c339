//! The verdicts.

use super::facts::{Doc, Facts, branch, covered_by};
use super::relay::{self, Relayed};
use super::rules;
use crate::document::{Hash, RawChange, decode_change, genesis};
use crate::id::{RecordId, ScopeId};
use crate::permit::{self, Action};
use crate::record::{Registry, ScopeRule};
use crate::sync::receipt::Notary;
use crate::sync::safeguard::Safeguard;
use crate::sync::wire::{Act, Command, Item, Relay, Seen};
use crate::{Error, ErrorCode, Result};

/// An item whose form is right.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all are changes")]
pub enum Parsed {
    /// A new document.
    Open {
        /// The document.
        doc: RecordId,
        /// Its kind.
        kind: String,
        /// The record whose scope it follows.
        parent: Option<RecordId>,
        /// Its scope, as the device understands it.
        scope: ScopeId,
    },
    /// A change.
    Change {
        /// Its document.
        doc: RecordId,
        /// The change.
        change: RawChange,
    },
    /// A document that is brought back.
    Relay(Relayed),
    /// Something to decide.
    Command(Command),
}

/// What to do about an item.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly all are changes")]
pub enum Verdict {
    /// Make this document.
    Open {
        /// The document.
        id: RecordId,
        /// What it is, and whose: the server's word, whatever the device understood.
        doc: Doc,
        /// The record whose scope it follows.
        parent: Option<RecordId>,
        /// The scope that the device understood.
        claimed: ScopeId,
    },
    /// Append this change.
    Append {
        /// Its document.
        id: RecordId,
        /// The change.
        change: RawChange,
    },
    /// Take what was proven of a document that is brought back.
    Relay {
        /// The document.
        id: RecordId,
        /// It is made, unless it is here.
        open: Option<(Doc, Option<RecordId>)>,
        /// Changes that are not here.
        changes: Vec<RawChange>,
    },
    /// These changes were proven, and are of another generation than what is here: the later one stays, and what the other one
    /// holds beside it is done again.
    Reconcile {
        /// The document.
        id: RecordId,
        /// All that was brought of it.
        changes: Vec<RawChange>,
    },
    /// Move this document, and what follows it.
    Move(Command),
    /// It is here.
    Duplicate,
    /// It is here, in another scope than the device understood.
    Elsewhere {
        /// Its scope.
        scope: ScopeId,
    },
    /// It is refused.
    Refused(Error),
}

/// Reads the items of a push; what can't be read is an error of its own.
pub fn parse<B: AsRef<[u8]>>(items: impl IntoIterator<Item = B>) -> Vec<Result<Parsed>> {
    items
        .into_iter()
        .map(|bytes| match Item::from_bytes(bytes.as_ref())? {
            Item::Command(command) => Ok(Parsed::Command(command)),
            Item::Open { doc, kind, parent, scope } => Ok(Parsed::Open { doc, kind, parent, scope }),
            Item::Change { doc, bytes } => Ok(Parsed::Change { doc, change: decode_change(&bytes)? }),
            Item::Relay(relay) => {
                let Relay { doc, kind, parent, scope, changes, receipts } = *relay;
                let changes = changes.iter().map(|bytes| decode_change(bytes)).collect::<Result<_>>()?;
                Ok(Parsed::Relay(Relayed { doc, kind, parent, scope, changes, receipts }))
            }
        })
        .collect()
}

/// Judges items in their order. `facts` grow with what is to be written, so that later items find it.
pub fn judge(registry: &Registry, notary: &dyn Notary, facts: &mut Facts, items: Vec<Result<Parsed>>, seen: &Seen) -> Vec<Verdict> {
    let judged = items.into_iter().enumerate().map(|(position, item)| {
        facts.seen = seen.at(position);
        let item = item?;
        facts.must_not_be_erased(&item)?;
        facts.must_not_be_reconciled(&item)?;
        match item {
            Parsed::Open { doc, kind, parent, scope } => open(registry, facts, doc, &kind, parent, scope),
            Parsed::Change { doc, change } => append(registry, facts, doc, change),
            Parsed::Relay(relayed) => relay::judge(registry, notary, facts, relayed),
            Parsed::Command(command) => decide(registry, facts, command),
        }
    });
    judged.map(|verdict| verdict.unwrap_or_else(Verdict::Refused)).collect()
}

fn open(registry: &Registry, facts: &mut Facts, id: RecordId, kind: &str, parent: Option<RecordId>, claimed: ScopeId) -> Result<Verdict> {
    if let Some(existing) = facts.docs.get(&id) {
        facts.check(id, existing.scope, Action::Read)?;
        return match existing {
            Doc { kind: known, .. } if known != kind => Err(Error::bad_request(format!("{id} is a {known} already"))),
            Doc { scope, .. } if *scope != claimed => Ok(Verdict::Elsewhere { scope: *scope }),
            _ => Ok(Verdict::Duplicate),
        };
    }
    let rule = &registry.get(kind)?.scope;
    // Nothing else follows a record, whatever the item says.
    let parent = parent.filter(|_| matches!(rule, ScopeRule::Parent(_)));
    let scope = match rule {
        ScopeRule::Company => ScopeId::COMPANY,
        ScopeRule::Own => ScopeId::from(facts.user),
        ScopeRule::Territory => claimed,
        ScopeRule::Parent(field) => {
            let parent = parent.ok_or_else(|| Error::new(ErrorCode::Required, format!("a {kind} follows its {field}")))?;
            let found = facts.docs.get(&parent);
            found.ok_or_else(|| Error::new(ErrorCode::NotFound, format!("the {field} {parent} is not here yet")))?.scope
        }
    };
    // What follows a record is where that is.
    facts.check(parent.unwrap_or(id), scope, Action::Write)?;
    let doc = Doc { kind: kind.to_owned(), scope, generation: 0 };
    facts.docs.insert(id, doc.clone());
    facts.follows(id, parent);
    Ok(Verdict::Open { id, doc, parent, claimed })
}

fn append(registry: &Registry, facts: &mut Facts, id: RecordId, change: RawChange) -> Result<Verdict> {
    let doc = facts.docs.get(&id).ok_or_else(|| Error::new(ErrorCode::NotFound, format!("the document {id} is not here")))?;
    let place = (id, change.hash());
    let branch = branch(id, &change);
    let last = facts.branches.get(&branch).copied().unwrap_or(0);
    let is_stale = change.generation() < doc.generation && Safeguard::Generation.holds();
    // Nothing is said of others' numbers to whoever may not read what they count.
    let may_ask = || facts.own.contains(&change.actor()) || facts.check(id, doc.scope, Action::Read).is_ok();
    // Before anything else: a restored server may have been brought it by somebody else, and not know its writer yet.
    if (facts.changes.contains(&place) && Safeguard::HashDedupe.holds()) || (is_stale && change.sequence() <= last && may_ask()) {
        return Ok(Verdict::Duplicate);
    }
    // Her own other devices' work she may bring: a broken phone's file of unsent work, a copied database's queue.
    if !facts.own.contains(&change.actor()) && Safeguard::ActorBinding.holds() {
        return Err(Error::new(ErrorCode::ForeignActor, "the change was written under somebody else's actor"));
    }
    if is_stale {
        facts.check(id, doc.scope, Action::Write)?;
        return Err(Error::new(ErrorCode::StaleGeneration, "the history was shortened since: it is done again on what stands there now"));
    }
    if change.generation() > doc.generation {
        return Err(Error::new(ErrorCode::MissingDependency, "what its history was shortened to is not here: send that first"));
    }
    if change.sequence() <= last {
        return Err(Error::new(ErrorCode::DuplicateSequence, "the actor's sequence number came before with other content"));
    }
    // Automerge takes a gap for a broken invariant and panics: no reader must ever be sent one.
    if change.sequence() > last + 1 {
        return Err(Error::new(ErrorCode::MissingDependency, "the actor's changes before this one are not here: send them first"));
    }
    let kind = registry.get(&doc.kind)?;
    let unknown: Vec<Hash> = change.dependencies().into_iter().filter(|hash| !facts.changes.contains(&(id, *hash))).collect();
    if !unknown.is_empty() && Safeguard::Dependencies.holds() {
        // Making the genesis costs more than everything else here: only who writes the first change of a document needs it.
        let genesis = genesis::hashes(kind, id)?;
        if let Some(hash) = unknown.iter().find(|hash| !genesis.contains(hash)) {
            let missing = format!("the change was made on {hash:?}, which is not here: send that first");
            return Err(Error::new(ErrorCode::MissingDependency, missing));
        }
    }
    facts.check(id, doc.scope, Action::Write)?;
    rules::check(kind, facts, id, doc, &change)?;
    let covered = covered_by(&change);
    let is_covered = |(branch, newest): &(Vec<u8>, u64)| facts.branches.get(&(id, branch.clone())).is_some_and(|known| known >= newest);
    if !covered.is_empty() && covered.iter().all(is_covered) {
        return Err(Error::new(ErrorCode::StaleGeneration, "somebody has done this again already"));
    }
    facts.branches.extend(covered.into_iter().map(|(covered, newest)| ((id, covered), newest)));
    facts.changes.insert(place);
    facts.branches.insert(branch, change.sequence());
    Ok(Verdict::Append { id, change })
}

fn decide(registry: &Registry, facts: &mut Facts, command: Command) -> Result<Verdict> {
    let Command { id, doc, act: Act::Move { from, to } } = command;
    if facts.commands.contains(&id) {
        return Ok(Verdict::Duplicate);
    }
    let found = facts.docs.get(&doc).ok_or_else(|| Error::new(ErrorCode::NotFound, format!("the document {doc} is not here")))?;
    let (kind, scope) = (registry.get(&found.kind)?, found.scope);
    if kind.scope != ScopeRule::Territory {
        return Err(Error::new(ErrorCode::InvalidValue, format!("a {} is where its kind says", kind.name)));
    }
    if facts.docs.get(&RecordId(to.0)).is_none_or(|doc| doc.kind != "territory") {
        return Err(Error::new(ErrorCode::InvalidValue, format!("{to} is no territory")));
    }
    // Somebody else may have done the same: then it counts as done, and is not done again after it was undone.
    let is_there = scope == to;
    // By what she may do now: who may read a record follows from where it is, and good faith opens no records to anybody.
    permit::check(&facts.grants, scope, if is_there { Action::Read } else { Action::Reassign })?;
    permit::check(&facts.grants, to, Action::Write)?;
    if scope != from && !is_there {
        return Err(Error::new(ErrorCode::WrongState, "somebody else has moved it meanwhile"));
    }
    facts.commands.insert(id);
    if let Some(doc) = facts.docs.get_mut(&doc) {
        doc.scope = to;
    }
    Ok(Verdict::Move(command))
}

#[cfg(test)]
mod tests;
