//! A record without what the server refused of it: put back to what the server has. What was written after that is done again
//! beside the work of others ([`Document::replay`]), under a new actor, because the numbers of the old one may have been given
//! twice.
//!
//! Nothing that the server may have goes out of the record, nor does anything leave the queue without an answer:
//! - What acknowledged work was made on stays, refused or not: the server can't have the one without the other. Its receipts for
//!   the latter are brought to it, and prove that. What it refuses after that as well is shown.
//! - What lies beside the record, because only a later version of the app can read it, stays as well, unless it was made on what
//!   goes, or its number comes behind.

use super::outbox::Waiting;
use super::quarantine::{Refusal, Row, items, keep, not_read_yet, requeue, stand_for, title};
use super::relay;
use crate::open::incarnate;
use crate::store::Stored;
use crate::write::rewrite;
use crate::{Replica, storage, store};
use maydan_core::document::{Document, FieldChange, Hash, RawChange};
use maydan_core::permit::{self, Action};
use maydan_core::{ErrorCode, Result};
use std::collections::{BTreeMap, BTreeSet};

/// Takes the refused changes out of the document and does the others again.
pub(super) fn rebase(replica: &mut Replica, stored: &Stored, mut document: Document, refusals: &[Refusal]) -> Result<()> {
    let rows = items(&replica.db, stored.n)?;
    let queued: BTreeSet<Hash> = rows.iter().filter_map(|row| row.hash).collect();
    let answered: BTreeSet<Hash> = refusals.iter().filter_map(|refusal| refusal.hash).collect();
    let (history, mut waiting) = (document.changes_since(&[]), store::waiting(&replica.db, stored.n, &mut document)?);
    let here: BTreeSet<Hash> = history.iter().map(RawChange::hash).collect();
    let needed = needed(&[waiting.as_slice(), &history], &queued);
    let is_free = |change: &&RawChange| queued.contains(&change.hash()) && !needed.contains(&change.hash());
    let free: Vec<&RawChange> = history.iter().filter(is_free).collect();
    let mut gone: BTreeSet<Hash> = free.iter().map(|change| change.hash()).collect();
    let mut refused: BTreeMap<Hash, &Refusal> =
        refusals.iter().filter(|r| !r.is_of_the_number()).filter_map(|r| Some((r.hash?, r))).collect();
    if let Some(why) = refusals.iter().find(|r| r.code == ErrorCode::Forbidden)
        && permit::check(&replica.signed_in()?.grants, stored.scope, Action::Write).is_err()
    {
        // Nothing that she writes there is taken any more: asking for each change would take as many rounds.
        refused.extend(gone.iter().map(|hash| (*hash, why)));
    }
    let mut rebased = document.without(&gone)?;
    let now = replica.host.now();
    let actor = incarnate(&replica.db, replica.host.as_ref(), Some(replica.actor), replica.user.as_ref())?;
    // Whatever happens from here on: the numbers of the old actor are not given any more.
    replica.actor = actor;
    // What a change that can't be sent stands for, to whatever was made on it.
    let mut stands_for: BTreeMap<Hash, Vec<Hash>> = BTreeMap::new();
    let before = Waiting::of(&replica.db, stored.n)?;
    // The server must have it, and refuses it. It stays in the queue until the server was brought what proves it.
    let is_denied = |hash: &Hash| needed.contains(hash) && answered.contains(hash);
    let is_left = |hash: &Hash| queued.contains(hash) && needed.contains(hash) && !(is_denied(hash) && before.was_refused_again());
    let mut again: Vec<RawChange> = history.iter().filter(|change| is_left(&change.hash())).cloned().collect();
    let mut lost: Vec<(Hash, Vec<FieldChange>)> = Vec::new();
    for change in &free {
        let hash = change.hash();
        let deps = change.dependencies().into_iter();
        let base: BTreeSet<Hash> = deps.flat_map(|dep| stands_for.get(&dep).cloned().unwrap_or_else(|| vec![dep])).collect();
        let base: Vec<Hash> = base.into_iter().collect();
        if let Some(why) = refused.get(&hash) {
            // What somebody else has done again is not lost.
            if why.code != ErrorCode::StaleGeneration || change.generation() == 0 || change.covered().is_empty() {
                lost.push((hash, document.deeds(&hash)?));
            }
            stands_for.insert(hash, base);
        } else {
            let written = rebased.replay(&mut document, &hash, actor, &base)?;
            again.extend(written.change);
            stands_for.insert(hash, written.base);
        }
    }
    let branches: BTreeSet<&[u8]> = free.iter().map(|change| change.branch()).collect();
    waiting.retain(|change| {
        let (hash, mut made_on) = (change.hash(), change.dependencies().into_iter());
        let is_lost = made_on.any(|hash| gone.contains(&hash)) || branches.contains(change.branch()) || answered.contains(&hash);
        !(queued.contains(&hash) && !needed.contains(&hash) && is_lost && gone.insert(hash))
    });
    rebased.apply(waiting.iter().cloned())?;
    let is_queued = |hash: &Hash| if needed.contains(hash) { is_left(hash) } else { queued.contains(hash) };
    again.extend(waiting.iter().filter(|change| is_queued(&change.hash())).cloned());
    // It stays in the record, and she hears of it.
    let mut shown: Vec<(&Refusal, Vec<FieldChange>)> = Vec::new();
    for why in refusals {
        if let Some(hash) = why.hash.filter(|hash| is_denied(hash) && !is_left(hash) && here.contains(hash)) {
            shown.push((why, document.deeds(&hash)?));
        }
    }
    let stays: BTreeSet<Hash> = again.iter().map(RawChange::hash).collect();
    let (title, unread) = (title(replica, stored)?, not_read_yet());
    let tx = replica.db.transaction().map_err(storage)?;
    for (hash, fields) in &lost {
        let of: Vec<Row> = rows.iter().filter(|row| row.hash == Some(*hash)).cloned().collect();
        keep(&tx, stored, &title, refused[hash], fields, &of, now)?;
    }
    for row in rows.iter().filter(|row| row.is_change(|hash| !here.contains(hash) && !stays.contains(hash))) {
        let why = row.hash.and_then(|hash| refused.get(&hash).copied()).unwrap_or(&unread);
        keep(&tx, stored, &title, why, &[], std::slice::from_ref(row), now)?;
    }
    for (why, fields) in &shown {
        let of: Vec<Row> = rows.iter().filter(|row| row.hash == why.hash).cloned().collect();
        keep(&tx, stored, &title, why, fields, &of, now)?;
    }
    requeue(&tx, stored, &again, now)?;
    rewrite(&tx, &replica.registry, stored.n, &mut rebased, &waiting)?;
    stands_for.iter().try_for_each(|(old, heads)| stand_for(&tx, old, heads))?;
    if answered.iter().any(is_denied) {
        relay::bring(&tx, stored.n)?;
        // Or it would be refused as for the first time, again and again.
        before.keep(&tx, stored.n)?;
    }
    tx.commit().map_err(storage)?;
    replica.documents.put(rebased);
    replica.changed(&stored.kind, stored.id);
    Ok(())
}

/// What acknowledged changes were made on, at any remove. It is with the server, whatever that says of it now.
fn needed(changes: &[&[RawChange]], queued: &BTreeSet<Hash>) -> BTreeSet<Hash> {
    let here: BTreeMap<Hash, &RawChange> = changes.iter().copied().flatten().map(|change| (change.hash(), change)).collect();
    let mut open: Vec<Hash> = here.keys().filter(|hash| !queued.contains(hash)).copied().collect();
    let mut needed = BTreeSet::new();
    while let Some(hash) = open.pop() {
        let dependencies = here.get(&hash).map_or(Vec::new(), |change| change.dependencies());
        open.extend(dependencies.into_iter().filter(|dependency| needed.insert(*dependency)));
    }
    needed
}
