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
use maydan_core::sync::wire::Item;
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
        // What was handed over of a record can be taken in as long as its history is there.
        let awaited = self.read(handed_over)?;
        let mut after = 0;
        loop {
            let (last, found) = self.read(|tx| candidates(tx, which, after))?;
            let Some(last) = last else { return Ok(done) };
            after = last;
            for id in found {
                if awaited.contains(&id) {
                    done.left += 1;
                    continue;
                }
                match self.shorten_one(id, which)? {
                    Became::Short { by } => {
                        done.records += 1;
                        done.changes += by;
                    }
                    Became::Kept => done.left += 1,
                    Became::Other => {}
                }
            }
        }
    }

    fn shorten_one(&self, id: RecordId, which: Shorten) -> Result<Became> {
        let company = self.clone();
        self.write(move |log, tx| {
            let Some(doc) = feed::find_one(tx, id)?.filter(|doc| doc.scope != ScopeId::ERASED) else { return Ok(Became::Other) };
            let Some(count) = count(tx, doc.n, which)? else { return Ok(Became::Other) };
            let actor = server_actor(&company, tx)?;
            let generation = company.next_generation(doc.generation);
            let stored = stored(tx, &doc)?;
            let short = guarded("the history", || {
                let mut document = Document::create(company.registry().get(&doc.kind)?, doc.id)?;
                document.apply(stored.into_iter().collect::<Result<Vec<_>>>()?)?;
                document.shortened(actor, generation)
            });
            match short {
                Ok(mut short) => {
                    replace(&company, log, tx, &doc, &mut short)?;
                    Ok(Became::Short { by: count - 1 })
                }
                Err(e) => {
                    tracing::debug!(%id, error = %e, "a history stays as it is");
                    Ok(Became::Kept)
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

/// What became of a history.
enum Became {
    /// Shorter, by so many changes.
    Short { by: u64 },
    /// It is needed.
    Kept,
    /// Meanwhile it is none of those any more.
    Other,
}

/// The records about which something was handed over and not taken in.
fn handed_over(tx: &mut dyn Tx) -> Result<BTreeSet<RecordId>> {
    let rows = tx.rows("SELECT item FROM handed_over", params![])?;
    let docs = rows.iter().map(|row| Ok(Item::from_bytes(&row.get::<Vec<u8>>(0)?).ok().map(|item| item.doc())));
    Ok(docs.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
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

/// What changes stand for, written down where pushes look for it. In the first generation they stand for nothing.
pub(super) fn cover(tx: &mut dyn Tx, changes: &[Appending<'_>]) -> Result<()> {
    let covered = |Appending { doc, change, .. }: &Appending<'_>| {
        let n = doc.n;
        change.covered().into_iter().map(move |(branch, newest)| params![n, branch, newest])
    };
    let sets: Vec<Vec<Value>> = changes.iter().filter(|appending| appending.doc.generation > 0).flat_map(covered).collect();
    tx.write_each(
        "INSERT INTO covered (doc, actor, actor_seq) VALUES ($1, $2, $3)
         ON CONFLICT (doc, actor) DO UPDATE SET actor_seq = $3 WHERE covered.actor_seq < $3",
        &sets,
    )
    .map(drop)
}

/// For each branch whose changes a record stands for, the number of the newest.
pub(super) type Covered = BTreeMap<Vec<u8>, u64>;

/// What changes say to stand for.
pub(super) fn said_by<'a>(changes: impl Iterator<Item = &'a RawChange>) -> Covered {
    let mut covered = Covered::new();
    for (branch, newest) in changes.flat_map(RawChange::covered) {
        let known = covered.entry(branch).or_default();
        *known = newest.max(*known);
    }
    covered
}

/// What these records are written down to stand for.
pub(super) fn written_down(tx: &mut dyn Tx, docs: Vec<i64>) -> Result<Vec<Covered>> {
    let sets: Vec<Vec<Value>> = docs.into_iter().map(|n| params![n]).collect();
    let rows = tx.each("SELECT actor, actor_seq FROM covered WHERE doc = $1", &sets)?;
    rows.iter().map(|rows| rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()).collect()
}

/// Writes down what a record stands for, in place of what was.
pub(super) fn cover_anew(tx: &mut dyn Tx, n: i64, covered: &Covered) -> Result<()> {
    tx.write("DELETE FROM covered WHERE doc = $1", params![n])?;
    let sets: Vec<Vec<Value>> = covered.iter().map(|(branch, newest)| params![n, branch.as_slice(), *newest]).collect();
    tx.write_each("INSERT INTO covered (doc, actor, actor_seq) VALUES ($1, $2, $3)", &sets).map(drop)
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
/// other holds beside it is done again. What can't be brought together is an error of its own, and changes nothing.
pub(super) fn reconcile(company: &Company, log: &mut Log, tx: &mut dyn Tx, id: RecordId, brought: &[RawChange]) -> Result<Result<u64>> {
    let Some(doc) = feed::find_one(tx, id)? else { return Ok(Err(Error::new(ErrorCode::NotFound, "the document is not here"))) };
    let stored = stored(tx, &doc)?;
    let writers = owners(tx, brought.iter().chain(stored.iter().filter_map(|change| change.as_ref().ok())))?;
    let joined = match join(company, &doc, stored, brought, &writers) {
        Ok(joined) => joined,
        Err(e) => return Ok(Err(e)),
    };
    let Joined { mut later, is_new, carried, pens } = joined;
    for (person, pen) in pens {
        add_actor(tx, pen, Caller { user: person, ..NOBODY })?;
    }
    if is_new {
        return replace(company, log, tx, &doc, &mut later).map(Ok);
    }
    let at = company.now();
    let appending: Vec<_> = carried.iter().map(|change| Appending { doc: &doc, change, from: NOBODY, at }).collect();
    Ok(Ok(feed::append(log, tx, &appending)?.last().copied().unwrap_or(doc.n.unsigned_abs())))
}

/// Two generations of a record, in one.
struct Joined {
    later: Document,
    /// It is the one that was brought.
    is_new: bool,
    /// What was done again.
    carried: Vec<RawChange>,
    /// Under which actors, of whom.
    pens: BTreeMap<RecordId, Actor>,
}

/// Reads and writes no store: what is wrong here is wrong with the bytes.
fn join(
    company: &Company,
    doc: &Stored,
    stored: Vec<Result<RawChange>>,
    brought: &[RawChange],
    writers: &BTreeMap<Actor, RecordId>,
) -> Result<Joined> {
    let kind = company.registry().get(&doc.kind)?;
    let (mut here, mut there) = (Document::create(kind, doc.id)?, Document::create(kind, doc.id)?);
    here.apply(stored.into_iter().collect::<Result<Vec<_>>>()?)?;
    there.apply(brought.iter().cloned())?;
    let is_new = there.generation() > here.generation();
    let (mut later, mut earlier) = if is_new { (there, here) } else { (here, there) };
    let mut pens: BTreeMap<RecordId, Actor> = BTreeMap::new();
    let carried = guarded("the history", || {
        let carried = later.carry_over(&mut earlier, |change| {
            let person = writers.get(&change.actor()).copied().unwrap_or(NOBODY.user);
            Some(*pens.entry(person).or_insert_with(|| Actor(company.0.host.new_uuid())))
        })?;
        // What Automerge can't write down is not taken.
        later.save();
        Ok(carried)
    })?;
    Ok(Joined { later, is_new, carried: carried.changes, pens })
}

/// Who writes under the actors of these changes, as far as that is known.
fn owners<'a>(tx: &mut dyn Tx, changes: impl Iterator<Item = &'a RawChange>) -> Result<BTreeMap<Actor, RecordId>> {
    let actors: Vec<Actor> = changes.map(RawChange::actor).collect::<BTreeSet<_>>().into_iter().collect();
    let sets: Vec<Vec<Value>> = actors.iter().map(|actor| params![*actor]).collect();
    let rows = tx.each("SELECT person FROM actor WHERE actor = $1", &sets)?;
    let known = actors.into_iter().zip(&rows).filter_map(|(actor, rows)| rows.first().map(|row| (actor, row)));
    known.map(|(actor, row)| Ok((actor, row.get(0)?))).collect()
}

/// The changes of a document, as far as they can be read.
fn stored(tx: &mut dyn Tx, doc: &Stored) -> Result<Vec<Result<RawChange>>> {
    let rows = tx.rows("SELECT bytes FROM change WHERE doc = $1 ORDER BY seq", params![doc.n])?;
    rows.iter().map(|row| Ok(decode_change(&row.get::<Vec<u8>>(0)?))).collect()
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
