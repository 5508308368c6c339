//! Whether what a company has fits together: every change is what its hash says and was made on what is there, every document
//! stands where its changes lead, its snapshot says what it says, feeds and tallies name what there is.
//!
//! Changes are the only truth. Heads, snapshots, tallies and what shortened histories stand for follow from them and can be made
//! again ([`Company::mend`]).

use super::Company;
use super::feed;
use super::log::Log;
use super::shorten::{self, Covered};
use super::tally::Turns;
use super::whole;
use crate::store::{Row, Tx, Value, params};
use maydan_core::blob::BlobHash;
use maydan_core::document::{Document, Hash, RawChange, decode_change, genesis, guarded};
use maydan_core::sync::tally::{Mark, Tally};
use maydan_core::sync::wire::PackedRow;
use maydan_core::{RecordId, Result, ScopeId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Documents looked at in one go.
const AT_ONCE: u64 = 100;

/// What was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    /// Documents.
    pub documents: u64,
    /// Changes.
    pub changes: u64,
    /// Snapshots.
    pub snapshots: u64,
    /// Contents of records.
    pub contents: u64,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The document, where it is about one.
    pub doc: Option<RecordId>,
    /// What.
    pub what: What,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The bytes of a change are not what its hash says, or no change at all.
    Change(u64, String),
    /// A change was made on something that is not there.
    Dependency(u64, Hash),
    /// An actor's changes are not numbered one by one.
    Numbers(u64),
    /// The heads are not where the changes lead; mended by counting again.
    Heads,
    /// Its history counts as shortened to something else than is here; mended by looking again.
    Generation,
    /// What its shortened history is written down to stand for is not what its changes say; mended by writing it down again.
    Covered,
    /// The snapshot can't be read, or does not say what the changes say; mended by making it again.
    Snapshot(String),
    /// Readers of its scope are not told of a change, or that it came.
    Untold(u64),
    /// What follows a record lies elsewhere than that.
    Stray(RecordId),
    /// A scope's tally is not that of its documents; mended by counting again.
    Tally(ScopeId),
    /// Something has a number that the log never gave.
    Beyond(u64),
    /// A content is not what its name says, or not there; mended by asking for it again.
    Content(BlobHash),
}

impl What {
    /// Whether it can be made again from the changes.
    pub fn is_mendable(&self) -> bool {
        matches!(self, Self::Heads | Self::Generation | Self::Covered | Self::Snapshot(_) | Self::Tally(_) | Self::Content(_))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(doc) = self.doc {
            write!(f, "record {doc}: ")?;
        }
        match &self.what {
            What::Change(seq, why) => write!(f, "change {seq} is damaged: {why}"),
            What::Dependency(seq, hash) => write!(f, "change {seq} was made on {hash:?}, which is not there"),
            What::Numbers(seq) => write!(f, "the changes of an actor have a gap before {seq}"),
            What::Generation => write!(f, "what its history was shortened to is not here (--mend)"),
            What::Covered => write!(f, "what its shortened history stands for is not what its changes say (--mend)"),
            What::Heads => write!(f, "it does not stand where its changes lead (--mend)"),
            What::Snapshot(why) => write!(f, "its snapshot is not what its changes say: {why} (--mend)"),
            What::Untold(seq) => write!(f, "its readers are not told of number {seq}"),
            What::Stray(parent) => write!(f, "it lies elsewhere than {parent}, which it follows"),
            What::Tally(scope) => write!(f, "scope {scope}: its tally is not that of its documents (--mend)"),
            What::Beyond(seq) => write!(f, "number {seq} was never given"),
            What::Content(hash) => write!(f, "content {hash} is not what its name says (--mend, then new-epoch: devices bring it again)"),
        }
    }
}

impl Company {
    /// Looks at everything, from one state; tells of whatever does not fit.
    ///
    /// # Errors
    /// What the store says.
    pub fn check(&self, tell: &mut dyn FnMut(Fault)) -> Result<Checked> {
        let checked = self.read(|tx| Checking::new(self, tx)?.run(tell))?;
        let contents = if self.0.blobs.is_some() { self.check_contents(tell)? } else { 0 };
        Ok(Checked { contents, ..checked })
    }

    /// Makes heads, generations, what they stand for, tallies and snapshots again from the changes, and forgets contents that are
    /// not what their names say; answers how many documents stood elsewhere, or for something else.
    ///
    /// # Errors
    /// What the store says.
    pub fn mend(&self) -> Result<u64> {
        if self.0.blobs.is_some() {
            self.mend_contents()?;
        }
        self.write_alone(|_, tx| {
            let mut moved = 0;
            let mut turns = Turns::default();
            let mut after = 0;
            loop {
                let docs = documents(tx, after)?;
                let Some(last) = docs.last() else { break };
                after = last.n;
                let changes = changes(tx, &docs)?;
                let (mut sets, mut stale, mut short, mut covering) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
                for (doc, rows) in docs.iter().zip(&changes) {
                    // Where a change is damaged, nobody knows better than what was written down.
                    let is_whole = rows.iter().all(|row| row.change.is_ok());
                    let led = if is_whole {
                        lead(rows.iter().filter_map(|row| row.change.as_ref().ok()))
                    } else {
                        doc.heads.clone().unwrap_or_default()
                    };
                    turns.add(doc.scope, Mark::of(doc.id, &led));
                    let last = rows.last().map_or(0, |row| row.seq).max(doc.n.unsigned_abs());
                    let generation = generation(rows);
                    if is_whole && generation != doc.generation {
                        short.push((doc.n, generation));
                    }
                    let said = covered(rows);
                    if is_whole && said != doc.covered {
                        covering.push((doc.n, said));
                    }
                    if Some(&led) != doc.heads.as_ref() || last != doc.last_seq {
                        moved += 1;
                        sets.push(params![doc.n, led.iter().flat_map(|head| head.0).collect::<Vec<u8>>(), last]);
                    }
                    // Made again when somebody needs it; but where a change is damaged it may be all that is left of that.
                    let is_wrong = |kept: &whole::Kept| snapshot(self, doc, kept, rows).is_err();
                    if is_whole && doc.snapshot.as_ref().is_some_and(is_wrong) {
                        stale.push(params![doc.n]);
                    }
                }
                tx.write_each("UPDATE doc SET heads = $2, last_seq = $3 WHERE n = $1", &sets)?;
                tx.write_each("DELETE FROM snapshot WHERE doc = $1", &stale)?;
                let sets: Vec<Vec<Value>> = short.iter().map(|(n, generation)| params![*n, *generation]).collect();
                tx.write_each("UPDATE doc SET generation = $2 WHERE n = $1", &sets)?;
                covering.iter().try_for_each(|(n, covered)| shorten::cover_anew(tx, *n, covered))?;
                moved += (short.len() + covering.len()) as u64;
            }
            tx.write("DELETE FROM tally", params![])?;
            turns.keep(tx)?;
            Ok(moved)
        })
    }
}

/// A document, as the check needs it.
struct Doc {
    n: i64,
    id: RecordId,
    kind: String,
    scope: ScopeId,
    parent: Option<RecordId>,
    parent_scope: Option<ScopeId>,
    generation: u64,
    covered: Covered,
    entered_seq: u64,
    last_seq: u64,
    /// `None` where they can't be read.
    heads: Option<BTreeSet<Hash>>,
    /// Its readers are told that it came.
    is_told: bool,
    snapshot: Option<whole::Kept>,
}

/// A change, as far as it can be read.
struct Found {
    seq: u64,
    change: std::result::Result<RawChange, String>,
    is_told: bool,
}

struct Checking<'a> {
    company: &'a Company,
    tx: &'a mut dyn Tx,
    newest: u64,
    floor: u64,
    tallies: BTreeMap<ScopeId, Tally>,
    checked: Checked,
}

impl<'a> Checking<'a> {
    fn new(company: &'a Company, tx: &'a mut dyn Tx) -> Result<Self> {
        let (newest, floor) = (Log::newest(tx)?.seq(), super::pull::floor(tx)?);
        Ok(Self { company, tx, newest, floor, tallies: BTreeMap::new(), checked: Checked::default() })
    }

    fn run(mut self, tell: &mut dyn FnMut(Fault)) -> Result<Checked> {
        let mut after = 0;
        loop {
            let docs = documents(self.tx, after)?;
            let Some(last) = docs.last() else { break };
            after = last.n;
            for (doc, changes) in docs.iter().zip(changes(self.tx, &docs)?) {
                self.document(doc, &changes, &mut |what| tell(Fault { doc: Some(doc.id), what }));
            }
        }
        let kept = self.tx.rows("SELECT scope, docs, sum FROM tally", params![])?;
        let kept =
            kept.iter().map(|row| Ok((row.get(0)?, Tally { docs: row.get(1)?, sum: row.get(2)? }))).collect::<Result<BTreeMap<_, _>>>()?;
        for scope in kept.keys().chain(self.tallies.keys()).copied().collect::<BTreeSet<ScopeId>>() {
            let of = |tallies: &BTreeMap<ScopeId, Tally>| tallies.get(&scope).copied().unwrap_or_default();
            if of(&kept) != of(&self.tallies) {
                tell(Fault { doc: None, what: What::Tally(scope) });
            }
        }
        Ok(self.checked)
    }

    fn document(&mut self, doc: &Doc, found: &[Found], tell: &mut dyn FnMut(What)) {
        self.checked.documents += 1;
        self.checked.changes += found.len() as u64;
        let heads = doc.heads.clone().unwrap_or_default();
        self.tallies.entry(doc.scope).or_default().add(Mark::of(doc.id, &heads));
        let kind = self.company.registry().get(&doc.kind).ok();
        let mut here: BTreeSet<Hash> = kind.and_then(|kind| genesis::hashes(kind, doc.id).ok()).into_iter().flatten().collect();
        let mut numbers: BTreeMap<&[u8], u64> = BTreeMap::new();
        for Found { seq, change, is_told } in found {
            match change {
                Err(why) => tell(What::Change(*seq, why.clone())),
                Ok(change) => {
                    // What follows a genesis that only another version of the server can make is taken at its word.
                    let missing = change.dependencies().into_iter().find(|hash| kind.is_some() && !here.contains(hash));
                    missing.into_iter().for_each(|hash| tell(What::Dependency(*seq, hash)));
                    here.insert(change.hash());
                    let number = numbers.entry(change.branch()).or_default();
                    if change.sequence() != *number + 1 {
                        tell(What::Numbers(*seq));
                    }
                    *number = change.sequence();
                }
            }
            if !is_told && *seq > self.floor && *seq > doc.entered_seq {
                tell(What::Untold(*seq));
            }
        }
        let last = found.last().map_or(0, |found| found.seq).max(doc.n.unsigned_abs());
        if lead(found.iter().filter_map(|found| found.change.as_ref().ok())) != heads || doc.heads.is_none() || last != doc.last_seq {
            tell(What::Heads);
        }
        let is_whole = found.iter().all(|found| found.change.is_ok());
        if is_whole && generation(found) != doc.generation {
            tell(What::Generation);
        }
        if is_whole && covered(found) != doc.covered {
            tell(What::Covered);
        }
        if !doc.is_told && doc.entered_seq > self.floor {
            tell(What::Untold(doc.entered_seq));
        }
        let newest = last.max(doc.entered_seq);
        if newest > self.newest {
            tell(What::Beyond(newest));
        }
        if let (Some(parent), Some(scope)) = (doc.parent, doc.parent_scope)
            && scope != doc.scope
        {
            tell(What::Stray(parent));
        }
        if let Some(kept) = &doc.snapshot {
            self.checked.snapshots += 1;
            if let Err(e) = snapshot(self.company, doc, kept, found) {
                tell(What::Snapshot(e.message));
            }
        }
    }
}

/// Whether a snapshot is what the changes up to it say.
fn snapshot(company: &Company, doc: &Doc, kept: &whole::Kept, found: &[Found]) -> Result<()> {
    // Snapshots are made of known kinds; an older server may not know it any more.
    let Ok(kind) = company.registry().get(&doc.kind) else { return Ok(()) };
    let upto = found.iter().filter(|found| found.seq <= kept.upto);
    let changes: Vec<&[u8]> = upto.filter_map(|found| found.change.as_ref().ok()).map(RawChange::bytes).collect();
    guarded("the document", || {
        let wrong = |what: &str| Err(maydan_core::Error::corrupt(format!("{what} differ")));
        let mut made = Document::load(kind, doc.id, None, changes.iter().copied())?;
        let mut read = Document::load(kind, doc.id, Some(&kept.bytes), [])?;
        if made.heads() != read.heads() {
            return wrong("the heads");
        }
        let ready = kept.ready.as_ref().filter(|ready| ready.fingerprint == kind.fingerprint());
        // By their bytes: no number that is none is equal to itself.
        let row = PackedRow::of(&made.row())?;
        if ready.is_some_and(|ready| ready.heads != made.heads() || ready.row != row) {
            return wrong("the rows");
        }
        Ok(())
    })
}

/// The generation of these changes.
fn generation(found: &[Found]) -> u64 {
    found.iter().filter_map(|found| found.change.as_ref().ok()).map(RawChange::generation).max().unwrap_or(0)
}

/// What they stand for; nothing in the first generation.
fn covered(found: &[Found]) -> Covered {
    let changes = found.iter().filter_map(|found| found.change.as_ref().ok());
    if generation(found) > 0 { shorten::said_by(changes) } else { Covered::new() }
}

/// Where these changes lead, the genesis left out.
fn lead<'a>(changes: impl Iterator<Item = &'a RawChange>) -> BTreeSet<Hash> {
    let mut heads = BTreeSet::new();
    for change in changes {
        for dependency in change.dependencies() {
            heads.remove(&dependency);
        }
        heads.insert(change.hash());
    }
    heads
}

fn documents(tx: &mut dyn Tx, after: i64) -> Result<Vec<Doc>> {
    let rows = tx.rows(
        "SELECT d.n, d.id, d.kind, d.scope, d.parent, p.scope, d.entered_seq, d.last_seq, d.heads,
                s.upto_seq, s.bytes, s.heads, s.row, s.conflicted, s.fingerprint, f.seq, d.generation
         FROM doc d LEFT JOIN doc p ON p.id = d.parent LEFT JOIN snapshot s ON s.doc = d.n
              LEFT JOIN feed f ON f.scope = d.scope AND f.seq = d.entered_seq WHERE d.n > $1 ORDER BY d.n LIMIT $2",
        params![after, AT_ONCE],
    )?;
    let covered = shorten::written_down(tx, rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?)?;
    let document = |(row, covered): (&Row, Covered)| {
        Ok(Doc {
            n: row.get(0)?,
            id: row.get(1)?,
            kind: row.get(2)?,
            scope: row.get(3)?,
            parent: row.get(4)?,
            parent_scope: row.get(5)?,
            entered_seq: row.get(6)?,
            last_seq: row.get(7)?,
            heads: feed::unpack(&row.get::<Vec<u8>>(8)?).ok(),
            is_told: row.get::<Option<i64>>(15)?.is_some(),
            generation: row.get(16)?,
            covered,
            snapshot: whole::Kept::read(row, 9)?,
        })
    };
    rows.iter().zip(covered).map(document).collect()
}

fn changes(tx: &mut dyn Tx, docs: &[Doc]) -> Result<Vec<Vec<Found>>> {
    let sets: Vec<Vec<Value>> = docs.iter().map(|doc| params![doc.n, doc.scope]).collect();
    let rows = tx.each(
        "SELECT c.seq, c.hash, c.bytes, f.seq FROM change c LEFT JOIN feed f ON f.scope = $2 AND f.seq = c.seq
         WHERE c.doc = $1 ORDER BY c.seq",
        &sets,
    )?;
    let found = |row: &Row| {
        let (hash, bytes): (Hash, Vec<u8>) = (row.get(1)?, row.get(2)?);
        let change = match decode_change(&bytes) {
            Ok(change) if change.hash() == hash => Ok(change),
            Ok(_) => Err("it is another one".to_owned()),
            Err(e) => Err(e.message),
        };
        Ok(Found { seq: row.get(0)?, change, is_told: row.get::<Option<i64>>(3)?.is_some() })
    };
    rows.iter().map(|rows| rows.iter().map(found).collect()).collect()
}
