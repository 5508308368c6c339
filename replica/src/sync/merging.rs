//! Changes into documents that are here.
//!
//! Most of the work is to put documents together from their bytes and to apply what came. That needs no database, so it is done
//! for several documents at once where there are threads, while those before them are written. What is read and written is so in
//! their order, one after the other.

use super::generation::fits;
use super::heal::fit;
use super::listing::Listing;
use super::{relay, survey};
use crate::projection::Line;
use crate::store::{self, Folded, Standing, Stored, Tail};
use crate::{Replica, at_once};
use maydan_core::document::{Document, RawChange, decode_change};
use maydan_core::sync::receipt::Receipt;
use maydan_core::{ErrorCode, Kind, RecordId, Result};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::sync::Arc;
use tracing::warn;

/// Documents that are put together at once; twice as many are in memory, whatever a page brings.
const TOGETHER: usize = 32;
/// Where changes for no more documents than this come, all of them stay in memory.
const FEW: usize = 8;

/// Changes of a page for documents that are here, by document, in the order of the page.
#[derive(Default)]
pub(super) struct Changes<'a>(BTreeMap<RecordId, Vec<(&'a [u8], &'a Receipt)>>);

impl<'a> Changes<'a> {
    pub fn add(&mut self, doc: RecordId, bytes: &'a [u8], receipt: &'a Receipt) {
        self.0.entry(doc).or_default().push((bytes, receipt));
    }

    /// Applies them, and names the documents that they touched.
    pub fn apply(&mut self, replica: &mut Replica, listing: &mut Listing, touched: &mut Vec<(String, RecordId)>) -> Result<()> {
        let changes: Vec<_> = std::mem::take(&mut self.0).into_iter().collect();
        let is_much = changes.len() > FEW;
        let mut done: Vec<Piece<'_, Done>> = Vec::new();
        for some in changes.chunks(TOGETHER) {
            let came = read(replica, listing, some, is_much)?;
            let mut written = Ok(());
            let next = at_once::map_beside(came, Piece::done, || written = write(replica, listing, touched, done));
            written?;
            done = next;
        }
        write(replica, listing, touched, done)
    }
}

/// What came for one document, with what is to be done, or what became of it.
struct Piece<'a, Work> {
    stored: Stored,
    receipts: relay::Came<'a>,
    work: Option<Work>,
}

impl<'a> Piece<'a, Task> {
    fn done(self) -> Piece<'a, Done> {
        Piece { stored: self.stored, receipts: self.receipts, work: self.work.map(Task::done) }
    }
}

/// Looks up what some changes are for.
fn read<'a>(
    replica: &mut Replica,
    listing: &mut Listing,
    some: &[(RecordId, Vec<(&[u8], &'a Receipt)>)],
    is_much: bool,
) -> Result<Vec<Piece<'a, Task>>> {
    let decoded: Vec<Vec<Result<RawChange>>> =
        at_once::map(some.iter().collect(), |(_, list)| list.iter().map(|(bytes, _)| decode_change(bytes)).collect());
    let mut came = Vec::new();
    for ((id, list), decoded) in some.iter().zip(decoded) {
        let Some(stored) = store::find(&replica.db, *id)? else {
            warn!(%id, "a change came for a document that is not here");
            continue;
        };
        listing.write_before(replica, &stored)?;
        let (mut changes, mut receipts) = (Vec::new(), relay::Came::default());
        for ((_, receipt), change) in list.iter().zip(decoded) {
            if let Some(change) = intact(&replica.db, &stored, change)? {
                receipts.add(&change, receipt);
                changes.push(change);
            }
        }
        let mut work = Task::of(replica, &stored, changes)?;
        if let Some(task) = &mut work {
            // What people work with is not to make room for what they may never look at.
            task.is_kept &= !is_much || matches!(task.from, From::Memory(_));
        }
        came.push(Piece { stored, receipts, work });
    }
    Ok(came)
}

/// Stores what became of some documents.
fn write(replica: &mut Replica, listing: &mut Listing, touched: &mut Vec<(String, RecordId)>, done: Vec<Piece<'_, Done>>) -> Result<()> {
    for Piece { stored, receipts, work } in done {
        work.map_or(Ok(()), |done| done.write(replica, &stored, listing))?;
        receipts.keep(&replica.db, &stored)?;
        mark_unknown(replica, &stored)?;
        touched.push((stored.kind, stored.id));
    }
    Ok(())
}

/// A document whose kind only a later version knows stands where the server says that it stands.
pub(super) fn mark_unknown(replica: &Replica, stored: &Stored) -> Result<()> {
    match store::known_kind(&replica.registry, stored) {
        Some(_) => Ok(()),
        None => survey::mark_by_receipts(&replica.db, stored),
    }
}

/// A change that can be used; others are left out.
pub(super) fn intact(db: &Connection, stored: &Stored, change: Result<RawChange>) -> Result<Option<RawChange>> {
    match change {
        Ok(change) if fits(stored, &change) => return Ok(Some(change)),
        Ok(change) => {
            warn!(id = %stored.id, hash = ?change.hash(), "a change of another generation was left out: the record is asked for");
            survey::want(db, stored.id)?;
        }
        Err(e) => warn!(id = %stored.id, error = %e, "a damaged change was left out"),
    }
    Ok(None)
}

/// Applies changes to a document that is here.
pub(super) fn merge(replica: &mut Replica, stored: &Stored, changes: Vec<RawChange>, listing: &mut Listing) -> Result<()> {
    Task::of(replica, stored, changes)?.map_or(Ok(()), |task| task.done().write(replica, stored, listing))
}

/// A document that is to be put together, and what came for it.
struct Task {
    id: RecordId,
    kind: Arc<Kind>,
    /// Its row is the server's.
    is_lent: bool,
    changes: Vec<RawChange>,
    from: From,
    beside: Tail,
    /// Whether it is in memory afterwards.
    is_kept: bool,
}

enum From {
    Memory(Box<Document>),
    Disk { snapshot: Option<Vec<u8>>, tail: Vec<Vec<u8>> },
}

impl Task {
    /// `None` where nothing is left to be done. Own changes that come back cost one look-up each as long as they lie beside the
    /// snapshot: the document is not loaded for them.
    fn of(replica: &mut Replica, stored: &Stored, mut changes: Vec<RawChange>) -> Result<Option<Self>> {
        let Some(kind) = store::known_kind(&replica.registry, stored).cloned() else {
            keep(&replica.db, stored, &changes)?;
            return Ok(None);
        };
        let from = if let Some(document) = replica.documents.take(stored.id) {
            From::Memory(Box::new(document))
        } else {
            changes = store::lacking(&replica.db, stored.n, changes)?;
            if changes.is_empty() {
                return Ok(None);
            }
            let (snapshot, tail) = store::blobs(&replica.db, stored.n)?;
            From::Disk { snapshot, tail }
        };
        let beside = Tail::of(&replica.db, stored.n)?;
        Ok(Some(Self { id: stored.id, kind, is_lent: stored.lent, changes, from, beside, is_kept: true }))
    }

    /// Needs no database.
    fn done(self) -> Done {
        let Self { id, kind, is_lent, changes, from, beside, is_kept } = self;
        // All at once is much cheaper, and nearly always right.
        let whole = match from {
            From::Memory(mut document) => {
                let fresh = document.lacking(changes.clone());
                (fresh.is_empty() || document.apply(fresh.iter().cloned()).is_ok()).then_some((*document, fresh))
            }
            From::Disk { snapshot, tail } => {
                Document::load_with(&kind, id, snapshot.as_deref(), tail.iter().map(Vec::as_slice), changes.clone())
                    .ok()
                    // A row that is the server's is written anew, or else compared.
                    .filter(|(_, fresh)| !(is_lent && fresh.is_empty()))
            }
        };
        let merged = whole.map(|(document, fresh)| Merged::of(&kind, document, fresh, beside, is_kept));
        Done { kind, changes, merged }
    }
}

/// A document with what came for it, to be written.
struct Merged {
    /// Unless it is not to be kept in memory.
    document: Option<Document>,
    /// None where nothing was new.
    news: Option<News>,
}

struct News {
    changes: Vec<RawChange>,
    standing: Standing,
    line: Line,
    /// Where its tail grows long.
    folded: Option<Folded>,
    is_waiting: bool,
}

impl Merged {
    fn of(kind: &Kind, mut document: Document, changes: Vec<RawChange>, beside: Tail, is_kept: bool) -> Self {
        let news = (!changes.is_empty()).then(|| {
            let reading = document.reading();
            let standing = Standing::of(document.id(), &reading);
            let folded = beside.with(&changes).is_long().then(|| Folded::of(&mut document));
            News { changes, standing, line: Line::of(kind, reading.row), folded, is_waiting: document.is_waiting() }
        });
        Self { document: is_kept.then_some(document), news }
    }
}

/// What became of a task.
struct Done {
    kind: Arc<Kind>,
    changes: Vec<RawChange>,
    /// None where not all that came could be applied together.
    merged: Option<Merged>,
}

impl Done {
    fn write(self, replica: &mut Replica, stored: &Stored, listing: &mut Listing) -> Result<()> {
        let Self { kind, changes, merged } = self;
        let merged = match merged.map_or_else(|| one_by_one(replica, stored, &kind, &changes), Ok) {
            Ok(merged) => merged,
            // Kept beside the damage until the document comes whole.
            Err(e) if e.code == ErrorCode::Corrupt => {
                warn!(id = %stored.id, error = %e, "a stored document can't be read: it is asked for again");
                return keep(&replica.db, stored, &changes);
            }
            Err(e) => return Err(e),
        };
        if let Some(News { changes, standing, line, folded, is_waiting }) = merged.news {
            keep(&replica.db, stored, &changes)?;
            standing.put(&replica.db, stored.n)?;
            folded.map_or(Ok(()), |folded| folded.put(&replica.db, stored.n))?;
            listing.set(stored.kind.clone(), stored.n, line);
            if is_waiting {
                // Made on what is not in any feed: the first changes of a later version of the app. They come with the whole.
                survey::want(&replica.db, stored.id)?;
            }
        }
        if let Some(document) = merged.document {
            replica.documents.put(document);
        }
        Ok(())
    }
}

/// A document with those of the changes that fit. What was before is on the disk; where that is damaged as well, the document
/// comes whole again.
fn one_by_one(replica: &mut Replica, stored: &Stored, kind: &Kind, changes: &[RawChange]) -> Result<Merged> {
    let mut document = replica.document(stored)?;
    let beside = Tail::of(&replica.db, stored.n)?;
    let fresh = fit(&mut document, changes.to_vec());
    Ok(Merged::of(kind, document, fresh, beside, true))
}

/// Lays changes beside a document's snapshot.
fn keep(db: &Connection, stored: &Stored, changes: &[RawChange]) -> Result<()> {
    store::append_all(db, stored.n, changes).map(drop)
}
