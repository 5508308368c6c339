//! Shortening histories: what happened to a record so far goes behind one change that says what stands there
//! ([`maydan_core::document`]'s generations), for records in which much was written and nobody has written for long.
//!
//! Devices get such a record whole again and let go of what they had of it; what they had not sent they do again on it, and
//! what comes as it was is refused ([`ErrorCode::StaleGeneration`]) unless the record stands for it already: the table `covered`
//! says which changes those are.
//!
//! A server that was put back to before that is brought the shorter history by whoever has it, and does again what it holds
//! beside it, under each writer's name; the other way round as well ([`reconcile`]).

use super::access::add_actor;
use super::feed::{self, Appending, Stored};
use super::import::server_actor;
use super::log::Log;
use super::people::NOBODY;
use super::{Caller, Company, whole};
use crate::store::{Tx, Value, params};
use maydan_core::document::{Document, RawChange, decode_change, guarded};
use maydan_core::sync::server::Branch;
use maydan_core::{Actor, Error, ErrorCode, Instant, RecordId, Result, ScopeId, blob};
use std::collections::{BTreeMap, BTreeSet};

/// Records looked at in one go.
const AT_ONCE: u64 = 200;
/// Bits of chance at the end of a generation's number: two that begin in the same millisecond of two lives of a company differ.
const CHANCE_BITS: u32 = 10;

/// Whose histories are shortened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shorten {
    /// Of records with at least so many changes.
    pub changes: u64,
    /// To which nothing was written since.
    pub before: Instant,
}

/// What was shortened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shortened {
    /// Records.
    pub records: u64,
    /// Changes that are gone.
    pub changes: u64,
    /// Records that stay as they are: their histories are needed.
    pub left: u64,
}

impl Company {
    /// Shortens histories, a record at a time: whoever writes meanwhile does not wait for long.
    ///
    /// # Errors
    /// What the store says. What was shortened until then stays so.
    pub fn shorten(&self, which: Shorten) -> Result<Shortened> {
        let mut done = Shortened::default();
        let mut after = 0;
        loop {
            let (last, found) = self.read(|tx| candidates(tx, which, after))?;
            let Some(last) = last else { return Ok(done) };
            after = last;
            for id in found {
                match self.shorten_one(id, which)? {
                    Some(0) => done.left += 1,
                    Some(changes) => {
                        done.records += 1;
                        done.changes += changes;
                    }
                    None => {}
                }
            }
        }
    }

    /// Answers how many changes are gone; none when it stays as it is, `None` when it is none of those any more.
    fn shorten_one(&self, id: RecordId, which: Shorten) -> Result<Option<u64>> {
        let company = self.clone();
        self.write(move |log, tx| {
            let Some(doc) = feed::find_one(tx, id)?.filter(|doc| doc.scope != ScopeId::ERASED) else { return Ok(None) };
            let Some(count) = count(tx, doc.n, which)? else { return Ok(None) };
            let actor = server_actor(&company, tx)?;
            let generation = company.next_generation(doc.generation);
            let short = load(&company, tx, &doc).and_then(|mut document| document.shortened(actor, generation));
            match short {
                Ok(mut short) => {
                    replace(&company, log, tx, &doc, &mut short)?;
                    Ok(Some(count - 1))
                }
                Err(e) => {
                    tracing::debug!(%id, error = %e, "a history stays as it is");
                    Ok(Some(0))
                }
            }
        })
    }

    /// A number above `present` that no other life of this company has given.
    fn next_generation(&self, present: u64) -> u64 {
        let now = u64::try_from(self.now().0).unwrap_or(0) << CHANCE_BITS;
        let chance = u64::from(u16::from_le_bytes(self.random())) & ((1 << CHANCE_BITS) - 1);
        (now | chance).max(present + 1)
    }
}

/// Records whose histories may be shortened, and the last number that was looked at.
fn candidates(tx: &mut dyn Tx, which: Shorten, after: i64) -> Result<(Option<i64>, Vec<RecordId>)> {
    let rows =
        tx.rows("SELECT n, id, kind FROM doc WHERE n > $1 AND scope <> $2 ORDER BY n LIMIT $3", params![after, ScopeId::ERASED, AT_ONCE])?;
    let mut found = Vec::new();
    for row in &rows {
        // Who may open a content hangs on who has named it.
        if row.get::<String>(2)? != blob::KIND && count(tx, row.get(0)?, which)?.is_some() {
            found.push(row.get(1)?);
        }
    }
    Ok((rows.last().map(|row| row.get(0)).transpose()?, found))
}

/// How many changes a record has, if its history may be shortened.
fn count(tx: &mut dyn Tx, n: i64, which: Shorten) -> Result<Option<u64>> {
    let row = tx.first("SELECT count(*), max(received_at) FROM change WHERE doc = $1", params![n])?;
    let Some(row) = row else { return Ok(None) };
    let (count, newest): (u64, Option<Instant>) = (row.get(0)?, row.get(1)?);
    Ok((count >= which.changes.max(2) && newest.is_some_and(|newest| newest < which.before)).then_some(count))
}

/// What changes stand for, written down where pushes look for it.
pub(super) fn cover(tx: &mut dyn Tx, n: i64, changes: &[&RawChange]) -> Result<()> {
    let sets: Vec<Vec<Value>> =
        changes.iter().flat_map(|change| change.covered()).map(|(branch, newest)| params![n, branch, newest]).collect();
    tx.write_each(
        "INSERT INTO covered (doc, actor, actor_seq) VALUES ($1, $2, $3)
         ON CONFLICT (doc, actor) DO UPDATE SET actor_seq = $3 WHERE covered.actor_seq < $3",
        &sets,
    )
    .map(drop)
}

/// Of branches of an earlier generation of their documents, the newest numbers that those stand for.
pub(super) fn covered(tx: &mut dyn Tx, branches: &BTreeSet<Branch>, stored: &BTreeMap<RecordId, Stored>) -> Result<BTreeMap<Branch, u64>> {
    let is_short = |doc: &&Stored| doc.generation > 0;
    let asked: Vec<_> = branches.iter().filter_map(|branch| stored.get(&branch.0).filter(is_short).map(|doc| (branch, doc.n))).collect();
    let sets: Vec<Vec<Value>> = asked.iter().map(|((_, actor), n)| params![*n, actor.as_slice()]).collect();
    let rows = tx.each("SELECT actor_seq FROM covered WHERE doc = $1 AND actor = $2", &sets)?;
    let found = asked.into_iter().zip(&rows).filter_map(|((branch, _), rows)| rows.first().map(|row| (branch, row)));
    found.map(|(branch, row)| Ok((branch.clone(), row.get(0)?))).collect()
}

/// Brings together what is here of a record and what was brought of another generation of it: the later one stays, and what the
/// other holds beside it is done again.
pub(super) fn reconcile(company: &Company, log: &mut Log, tx: &mut dyn Tx, id: RecordId, brought: &[RawChange]) -> Result<u64> {
    let doc = feed::find_one(tx, id)?.ok_or_else(|| Error::new(ErrorCode::NotFound, format!("the document {id} is not here")))?;
    let mut here = load(company, tx, &doc)?;
    let mut there = Document::create(company.registry().get(&doc.kind)?, id)?;
    there.apply(brought.iter().cloned())?;
    let is_later = there.generation() > here.generation();
    let (later, earlier) = if is_later { (&mut there, &mut here) } else { (&mut here, &mut there) };
    let pens = pens(company, tx, earlier)?;
    let carried = guarded("the history", || later.carry_over(earlier, |change| pens.get(&change.actor()).map(|(_, pen)| *pen)))?;
    let used: BTreeSet<Actor> = carried.changes.iter().map(RawChange::actor).collect();
    for (person, pen) in pens.values().filter(|(_, pen)| used.contains(pen)) {
        add_actor(tx, *pen, Caller { user: *person, ..NOBODY })?;
    }
    if is_later {
        return replace(company, log, tx, &doc, later);
    }
    let at = company.now();
    let appending: Vec<_> = carried.changes.iter().map(|change| Appending { doc: &doc, change, from: NOBODY, at }).collect();
    Ok(feed::append(log, tx, &appending)?.last().copied().unwrap_or(doc.n.unsigned_abs()))
}

/// For each writer of a document, who it is and under which new actor her work is done again.
fn pens(company: &Company, tx: &mut dyn Tx, document: &mut Document) -> Result<BTreeMap<Actor, (RecordId, Actor)>> {
    let writers: BTreeSet<Actor> = document.changes_since(&[]).iter().map(RawChange::actor).collect();
    let mut own: BTreeMap<RecordId, Actor> = BTreeMap::new();
    let mut pens = BTreeMap::new();
    for writer in writers {
        let person = tx.first("SELECT person FROM actor WHERE actor = $1", params![writer])?.map(|row| row.get(0)).transpose()?;
        let person = person.unwrap_or(NOBODY.user);
        let pen = *own.entry(person).or_insert_with(|| Actor(company.0.host.new_uuid()));
        pens.insert(writer, (person, pen));
    }
    Ok(pens)
}

/// A document, from all its changes.
fn load(company: &Company, tx: &mut dyn Tx, doc: &Stored) -> Result<Document> {
    let rows = tx.rows("SELECT bytes FROM change WHERE doc = $1 ORDER BY seq", params![doc.n])?;
    let changes = rows.iter().map(|row| decode_change(&row.get::<Vec<u8>>(0)?)).collect::<Result<Vec<_>>>()?;
    let mut document = Document::create(company.registry().get(&doc.kind)?, doc.id)?;
    document.apply(changes)?;
    Ok(document)
}

/// Puts a later generation of a document in place of what is here; answers its newest number.
fn replace(company: &Company, log: &mut Log, tx: &mut dyn Tx, doc: &Stored, later: &mut Document) -> Result<u64> {
    feed::untell(tx, doc)?;
    for table in ["snapshot", "change", "covered"] {
        tx.write(&format!("DELETE FROM {table} WHERE doc = $1"), params![doc.n])?;
    }
    let fresh = Stored { generation: later.generation(), heads: BTreeSet::new(), ..doc.clone() };
    tx.write("UPDATE doc SET generation = $2, heads = $3 WHERE n = $1", params![doc.n, fresh.generation, &[][..]])?;
    log.turns.remove(doc.scope, doc.mark());
    log.turns.add(fresh.scope, fresh.mark());
    let changes: Vec<RawChange> = later.changes_since(&[]).into_iter().filter(|change| change.actor() != Actor::GENESIS).collect();
    let at = company.now();
    let appending: Vec<_> = changes.iter().map(|change| Appending { doc: &fresh, change, from: NOBODY, at }).collect();
    let upto = feed::append(log, tx, &appending)?.last().copied().unwrap_or(doc.n.unsigned_abs());
    // Its readers get it whole, and not change by change.
    feed::untell(tx, &fresh)?;
    feed::reenter(log, tx, &fresh)?;
    whole::put_one(tx, doc.n, upto, later)?;
    Ok(upto)
}
