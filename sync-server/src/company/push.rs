//! Taking in what devices send: looked up in a few batches, judged by [`maydan_core::sync::server`], written in a few more.

use super::access::{grants, owns_actor, rights};
use super::erase;
use super::feed::{self, Appending, Opening, Stored};
use super::log::Log;
use super::moving::{self, Gathering, Moving, move_all};
use super::people::NOBODY;
use super::shorten::{self, reconcile};
use super::{Caller, Company};
use crate::store::{Tx, Value, params};
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::sync::server::{Doc, Facts, Needs, Parsed, Verdict, judge, parse};
use maydan_core::sync::wire::{Act, Command, MAX_PUSH_ITEMS, Outcome, Push, PushAnswer, Seen};
use maydan_core::{Actor, Error, ErrorCode, Instant, RecordId, Result};
use serde_bytes::ByteBuf;
use std::collections::BTreeMap;

impl Company {
    /// Takes in a push: one outcome per item, on the disk when this answers.
    ///
    /// # Errors
    /// [`ErrorCode::TooLarge`] for more items than a push may have, [`ErrorCode::ForeignActor`], [`ErrorCode::EpochChanged`].
    pub fn push(&self, caller: Caller, push: &Push) -> Result<PushAnswer> {
        if push.items.len() > MAX_PUSH_ITEMS {
            return Err(Error::new(ErrorCode::TooLarge, format!("a push has at most {MAX_PUSH_ITEMS} items")));
        }
        push.seen.check(push.items.len())?;
        self.must_have_the_same_past(push.known.as_ref())?;
        let incoming = Incoming::new(caller, Bringer::Device(push.actor), &push.items, push.seen.clone(), self.now());
        let company = self.clone();
        let (outcomes, head) = self.write(move |log, tx| {
            let outcomes = incoming.take(&company, log, tx)?;
            Ok((outcomes, log.head(company.secret())))
        })?;
        Ok(PushAnswer { epoch: self.epoch()?, head, outcomes })
    }
}

/// Who brings items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bringer {
    /// The device on which they were made, which has announced this actor.
    Device(Actor),
    /// An administrator, from what a device has handed over.
    Administrator,
}

/// Items, ready to be judged.
pub(super) struct Incoming {
    /// Whose work it is.
    caller: Caller,
    bringer: Bringer,
    items: Vec<Result<Parsed>>,
    needs: Needs,
    seen: Seen,
    at: Instant,
}

impl Incoming {
    pub fn new(caller: Caller, bringer: Bringer, items: &[ByteBuf], seen: Seen, at: Instant) -> Self {
        let items = parse(items);
        Self { caller, bringer, needs: Needs::of(&items), items, seen, at }
    }

    /// Takes them in: one outcome for each.
    pub fn take(self, company: &Company, log: &mut Log, tx: &mut dyn Tx) -> Result<Vec<Outcome>> {
        if let Bringer::Device(actor) = self.bringer {
            // In the transaction that writes: whoever is cut off at this moment writes nothing more.
            rights(tx, self.caller)?;
            if !owns_actor(tx, self.caller, actor)? && Safeguard::ActorBinding.holds() {
                return Err(Error::new(ErrorCode::ForeignActor, "this actor was not announced by this device: say hello first"));
            }
        }
        let (mut facts, mut stored) = look_up(tx, self.caller, self.bringer, &self.needs)?;
        let docs: Vec<&Stored> = stored.values().collect();
        facts.earlier = moving::earlier(tx, self.caller.user, &docs, &self.seen, self.at)?;
        let verdicts = judge(company.registry(), company, &mut facts, self.items, &self.seen);
        let opened = open_all(log, tx, &verdicts)?;
        let mut opened_seqs = opened.iter().map(|(_, seq)| *seq).collect::<Vec<_>>().into_iter();
        stored.extend(opened.into_iter().map(|(doc, _)| (doc.id, doc)));
        let mut changes = Vec::new();
        for verdict in &verdicts {
            let (id, judged, from) = match verdict {
                Verdict::Append { id, change } => (id, std::slice::from_ref(change), self.caller),
                // Who wrote it is told by its actor; who brought it did not.
                Verdict::Relay { id, changes, .. } => (id, changes.as_slice(), NOBODY),
                _ => continue,
            };
            let doc = stored.get(id).ok_or_else(|| Error::internal("a change was judged without its document"))?;
            changes.extend(judged.iter().map(|change| Appending { doc, change, from, at: self.at }));
        }
        let mut change_seqs = feed::append(log, tx, &changes)?.into_iter();
        // Behind everything else of the push: whoever reads the new scope gets it whole.
        // What follows a record may have been brought back before it, and from elsewhere.
        let followed =
            verdicts.iter().filter(|verdict| opens(verdict).is_some_and(|(_, doc, _)| company.registry().is_followed(&doc.kind)));
        let gathering = |verdict| {
            let (id, doc, _) = opens(verdict)?;
            // Receipts prove where a record was; her word for it moves nothing that she may not write.
            let may_write = if matches!(verdict, Verdict::Relay { .. }) { None } else { Some(facts.grants.as_slice()) };
            Some(Gathering { id, to: doc.scope, may_write })
        };
        moving::gather(log, tx, &followed.filter_map(gathering).collect::<Vec<_>>(), self.at)?;
        let mut reconciled = Vec::new();
        for verdict in &verdicts {
            if let Verdict::Reconcile { id, changes } = verdict {
                reconciled.push(reconcile(company, log, tx, *id, changes)?);
            }
        }
        let mut reconciled = reconciled.into_iter();
        let mut move_seqs = Vec::new();
        for verdict in &verdicts {
            if let Verdict::Move(Command { id: command, doc: id, act: Act::Move { to, .. } }) = *verdict {
                move_seqs.push(move_all(log, tx, &Moving { command, by: self.caller.user, id, to, at: self.at })?);
            }
        }
        let mut move_seqs = move_seqs.into_iter();
        let outcome = |verdict: Verdict| match verdict {
            Verdict::Open { doc, claimed, .. } => {
                let seq = opened_seqs.next().unwrap_or_default();
                if doc.scope == claimed { Outcome::Accepted { seq } } else { Outcome::Elsewhere { scope: doc.scope } }
            }
            Verdict::Append { .. } => Outcome::Accepted { seq: change_seqs.next().unwrap_or_default() },
            Verdict::Move(_) => Outcome::Accepted { seq: move_seqs.next().unwrap_or_default() },
            Verdict::Relay { open, changes, .. } => {
                let opened = if open.is_some() { opened_seqs.next() } else { None };
                let last = change_seqs.by_ref().take(changes.len()).last();
                Outcome::Accepted { seq: last.or(opened).unwrap_or_default() }
            }
            Verdict::Reconcile { .. } => match reconciled.next() {
                Some(Err(e)) => Outcome::Rejected { code: e.code, message: e.message },
                seq => Outcome::Accepted { seq: seq.and_then(Result::ok).unwrap_or_default() },
            },
            Verdict::Duplicate => Outcome::Duplicate,
            Verdict::Elsewhere { scope } => Outcome::Elsewhere { scope },
            Verdict::Refused(e) => Outcome::Rejected { code: e.code, message: e.message },
        };
        drop(changes);
        Ok(verdicts.into_iter().map(outcome).collect())
    }
}

fn open_all(log: &mut Log, tx: &mut dyn Tx, verdicts: &[Verdict]) -> Result<Vec<(Stored, u64)>> {
    let openings: Vec<Opening<'_>> = verdicts
        .iter()
        .filter_map(opens)
        .map(|(id, doc, parent)| Opening { id, kind: &doc.kind, scope: doc.scope, parent, generation: doc.generation })
        .collect();
    feed::open(log, tx, &openings)
}

/// The document that comes to be by a verdict, and what it follows.
fn opens(verdict: &Verdict) -> Option<(RecordId, &Doc, Option<RecordId>)> {
    match verdict {
        Verdict::Open { id, doc, parent, .. } | Verdict::Relay { id, open: Some((doc, parent)), .. } => Some((*id, doc, *parent)),
        _ => None,
    }
}

/// What is needed, in a few batches however many items there are.
fn look_up(tx: &mut dyn Tx, caller: Caller, bringer: Bringer, needs: &Needs) -> Result<(Facts, BTreeMap<RecordId, Stored>)> {
    let found = feed::find(tx, needs.docs.iter().copied())?;
    let stored: BTreeMap<RecordId, Stored> = found.into_iter().flatten().map(|doc| (doc.id, doc)).collect();
    let erased = erase::among(tx, &needs.docs)?;
    let known = |doc: &Stored| Doc { kind: doc.kind.clone(), scope: doc.scope, generation: doc.generation };
    let docs = stored.iter().map(|(id, doc)| (*id, known(doc))).collect();

    let asked: Vec<_> = needs.changes.iter().filter_map(|place| stored.get(&place.0).map(|doc| (*place, doc.n))).collect();
    let sets: Vec<Vec<Value>> = asked.iter().map(|((_, hash), n)| params![*n, *hash]).collect();
    let rows = tx.each("SELECT seq FROM change WHERE doc = $1 AND hash = $2", &sets)?;
    let changes = asked.into_iter().zip(rows).filter(|(_, rows)| !rows.is_empty()).map(|((place, _), _)| place).collect();

    let asked: Vec<_> = needs.branches.iter().filter_map(|branch| stored.get(&branch.0).map(|doc| (branch, doc.n))).collect();
    let sets: Vec<Vec<Value>> = asked.iter().map(|((_, actor), n)| params![*n, actor.as_slice()]).collect();
    let rows = tx.each("SELECT max(actor_seq) FROM change WHERE doc = $1 AND actor = $2", &sets)?;
    let mut branches = BTreeMap::new();
    for ((branch, _), rows) in asked.into_iter().zip(rows) {
        if let Some(newest) = rows.first().map(|row| row.get::<Option<u64>>(0)).transpose()?.flatten() {
            branches.insert(branch.clone(), newest);
        }
    }
    branches.extend(shorten::covered(tx, &needs.branches, &stored)?);

    let announced = if let Bringer::Device(actor) = bringer { Some(actor) } else { None };
    let others: Vec<Actor> = needs.actors.iter().copied().filter(|a| Some(*a) != announced).collect();
    let sets: Vec<Vec<Value>> = others.iter().map(|a| params![*a, caller.user]).collect();
    let rows = tx.each("SELECT n FROM actor WHERE actor = $1 AND person = $2", &sets)?;
    let own = others.into_iter().zip(rows).filter(|(_, rows)| !rows.is_empty()).map(|(a, _)| a).chain(announced).collect();

    let commands = moving::done(tx, &needs.commands)?;
    Ok((Facts { docs, erased, changes, branches, own, commands, ..Facts::new(caller.user, grants(tx, caller.user)?) }, stored))
}
