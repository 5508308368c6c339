//! A record as an Automerge document: genesis, edits as field operations, conflicts, history.
//!
//! Layout, at the root of each document: `kind` and `id`; each scalar field under its own name; each prose field as a
//! Text object made by the genesis; `tags/<word>` for words of a set; `events/<id>` and `track/<id>` for appended
//! entries; `deleted_at` when deleted (deleting a key would lose against any concurrent put). A document whose history was
//! shortened holds more ([`Document::generation`]).
//!
//! Invariants:
//! - Two devices that make the same document make the same genesis change (fixed actor, time 0), so its containers exist once.
//! - Edits write fields, never whole records: a whole-record save reverts what a colleague just merged.
//! - An edit made against older heads (a form opened before a merge) is written *at* those heads, so that Automerge sees
//!   the concurrency that there really was.
//! - Bytes from outside are decoded one change at a time, with limits, and a panic in the decoder is an error here.
//!
//! Deliberately absent: who may edit (`permit`, the server) and where changes are stored (`maydan-replica`).

mod change;
mod conflict;
mod edit;
mod generation;
pub mod genesis;
mod history;
mod replay;
mod view;

pub use change::{Hash, MAX_CHANGE_BYTES, RawChange, RootWrite, changes_of_snapshot, decode_change, guarded, is_intact};
pub use conflict::{Conflict, ConflictValue};
pub use edit::{Appendix, Edit, Written};
pub use generation::Carried;
pub use history::{FieldChange, HistoryEntry};
pub use view::{Appended, DocumentView};

use crate::id::{Actor, RecordId};
use crate::record::{Kind, Row};
use crate::{Error, Result};
use automerge::{AutoCommit, ObjId as ExId, ReadDoc};
use std::collections::BTreeSet;
use std::sync::Arc;
use view::Walk;

/// Key of a document's deletion mark.
pub const DELETED_AT: &str = "deleted_at";

/// Key of the version of its kind that a document was made for, which genesis changes write.
const VERSION: &str = "version";

/// What is to be known of a record without loading it.
#[derive(Debug, Clone)]
pub struct Reading {
    /// As of [`Document::row`].
    pub row: Row,
    /// Whether there are [`Document::conflicts`].
    pub is_conflicted: bool,
    /// As of [`Document::heads`].
    pub heads: Vec<Hash>,
    /// As of [`Document::written_heads`].
    pub written_heads: Vec<Hash>,
}

/// A record's document, in memory.
#[derive(Clone)]
pub struct Document {
    id: RecordId,
    kind: Arc<Kind>,
    auto: AutoCommit,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document({} {})", self.kind.name, self.id)
    }
}

impl Document {
    /// A new document: its genesis and nothing else.
    pub fn create(kind: &Arc<Kind>, id: RecordId) -> Result<Self> {
        Ok(Self { id, kind: kind.clone(), auto: genesis::document(kind, id)? })
    }

    /// Loads a document from its snapshot (or none) and the changes since, each decoded by itself.
    ///
    /// # Errors
    /// [`ErrorCode::Corrupt`](crate::ErrorCode::Corrupt) when the snapshot or a change is damaged.
    pub fn load<'a>(kind: &Arc<Kind>, id: RecordId, snapshot: Option<&[u8]>, tail: impl IntoIterator<Item = &'a [u8]>) -> Result<Self> {
        Self::load_with(kind, id, snapshot, tail, Vec::new()).map(|(document, _)| document)
    }

    /// As [`Document::load`], and with changes from elsewhere, of which those are answered that were not there, each once.
    /// Applying all together costs much less than one after the other.
    ///
    /// # Errors
    /// [`ErrorCode::Corrupt`](crate::ErrorCode::Corrupt) when the snapshot, the tail or one of the changes does not fit.
    pub fn load_with<'a>(
        kind: &Arc<Kind>,
        id: RecordId,
        snapshot: Option<&[u8]>,
        tail: impl IntoIterator<Item = &'a [u8]>,
        came: Vec<RawChange>,
    ) -> Result<(Self, Vec<RawChange>)> {
        let auto = match snapshot {
            Some(bytes) => guarded("the snapshot", || AutoCommit::load(bytes).map_err(Error::from))?,
            None => AutoCommit::new(),
        };
        let mut document = Self { id, kind: kind.clone(), auto };
        let tail = tail.into_iter().map(decode_change).collect::<Result<Vec<_>>>()?;
        let stored: BTreeSet<Hash> = tail.iter().map(RawChange::hash).collect();
        let mut fresh = document.lacking(came);
        fresh.retain(|change| !stored.contains(&change.hash()));
        document.apply(tail.into_iter().chain(fresh.iter().cloned()))?;
        // Changes that came without their genesis wait for it: this is where they are really applied.
        guarded("the changes", || document.upgrade())?;
        Ok((document, fresh))
    }

    /// Adds the genesis changes that a newer version of the kind brings. Every device adds the same ones.
    fn upgrade(&mut self) -> Result<()> {
        // Only genesis changes write the version, each on the one before it: making them to compare them is dear.
        let version = self.auto.get(automerge::ROOT, VERSION)?.and_then(|(value, _)| value.as_i64());
        if version.is_some_and(|version| version >= i64::from(self.kind.version)) {
            return Ok(());
        }
        let all = genesis::changes(&self.kind, self.id)?;
        let missing: Vec<_> = all.into_iter().filter(|c| self.auto.get_change_by_hash(&c.hash()).is_none()).collect();
        if !missing.is_empty() {
            self.auto.apply_changes(missing)?;
        }
        Ok(())
    }

    /// The record's id.
    pub fn id(&self) -> RecordId {
        self.id
    }

    /// The record's kind.
    pub fn kind(&self) -> &Arc<Kind> {
        &self.kind
    }

    /// Applies changes from elsewhere; those already there are skipped. A damaged one changes nothing.
    pub fn apply(&mut self, changes: impl IntoIterator<Item = RawChange>) -> Result<()> {
        let changes: Vec<_> = changes.into_iter().map(RawChange::into_inner).collect();
        guarded("the changes", || self.auto.apply_changes(changes).map_err(Error::from))
    }

    /// Whether this change is part of the document already. Costs as much as making that change again: for many, ask
    /// [`Document::hashes`] or [`Document::lacks`].
    pub fn has(&self, hash: &Hash) -> bool {
        self.auto.get_change_by_hash(&hash.automerge()).is_some()
    }

    /// The changes that are part of the document.
    pub fn hashes(&mut self) -> BTreeSet<Hash> {
        self.auto.get_changes_meta(&[]).iter().map(|meta| Hash::from(&meta.hash)).collect()
    }

    /// Those of these changes that are not here: neither part of the document nor waiting for what they were made on.
    pub fn lacks(&self, hashes: &BTreeSet<Hash>) -> BTreeSet<Hash> {
        let asked: Vec<_> = hashes.iter().map(Hash::automerge).collect();
        self.auto.get_missing_deps(&asked).iter().map(Hash::from).filter(|hash| hashes.contains(hash)).collect()
    }

    /// Those of these changes that are not here, each once.
    pub fn lacking(&self, changes: Vec<RawChange>) -> Vec<RawChange> {
        if changes.is_empty() {
            return changes;
        }
        let mut lacking = self.lacks(&changes.iter().map(RawChange::hash).collect());
        changes.into_iter().filter(|change| lacking.remove(&change.hash())).collect()
    }

    /// Whether some change waits for one that it was made on.
    pub fn is_waiting(&mut self) -> bool {
        !self.auto.get_missing_deps(&[]).is_empty()
    }

    /// The heads, sorted: two documents with equal heads hold the same.
    pub fn heads(&mut self) -> Vec<Hash> {
        let mut heads: Vec<Hash> = self.auto.get_heads().iter().map(Hash::from).collect();
        heads.sort();
        heads
    }

    /// The heads without the genesis, as the server counts them.
    pub fn written_heads(&mut self) -> Vec<Hash> {
        let version = self.auto.get(automerge::ROOT, VERSION).ok().flatten().map(|(_, id)| id);
        self.written_by_people(version)
    }

    /// The heads without the genesis, by what wrote the version.
    fn written_by_people(&mut self, version: Option<ExId>) -> Vec<Hash> {
        let mut heads = self.heads();
        let genesis = Actor::GENESIS.automerge();
        // The newest genesis is the only one that can be a head, and it wrote the version.
        match version {
            Some(id) if matches!(&id, ExId::Id(_, writer, _) if *writer == genesis) => {
                let newest = self.auto.hash_for_opid(&id).map(|hash| Hash::from(&hash));
                heads.retain(|head| Some(*head) != newest);
            }
            // Somebody has overwritten it: making each change again tells who wrote it.
            _ => heads.retain(|head| self.auto.get_change_by_hash(&head.automerge()).is_some_and(|change| *change.actor_id() != genesis)),
        }
        heads
    }

    /// The record as lists and forms see it, derived fields included.
    pub fn row(&mut self) -> Row {
        let row = self.view().stored_row();
        self.derived(row)
    }

    fn derived(&mut self, mut row: Row) -> Row {
        let view = self.view();
        if let Some(derive) = view.kind.derive {
            derive(&view, &mut row);
        }
        row
    }

    /// What is to be known of the record without loading it, in one walk over the document: that costs what a single look does.
    pub fn reading(&mut self) -> Reading {
        let Walk { row, written_at_once, version } = self.view().walk();
        let is_conflicted = !self.conflicts_among(&written_at_once).is_empty();
        Reading { row: self.derived(row), is_conflicted, heads: self.heads(), written_heads: self.written_by_people(version) }
    }

    /// What people know the record by.
    pub fn title(&mut self) -> Option<String> {
        let named = self.kind.title()?.name.clone();
        self.row().remove(named.as_ref())?.as_text().map(str::to_owned)
    }

    /// A read-only view of the fields.
    pub fn view(&mut self) -> DocumentView<'_> {
        self.auto.get_heads(); // closes an open transaction, so that reading needs no exclusive access
        DocumentView { kind: &self.kind, auto: &self.auto }
    }

    /// The whole document in one piece.
    pub fn save(&mut self) -> Vec<u8> {
        self.auto.save()
    }

    /// The document as it was at these heads.
    ///
    /// # Errors
    /// [`ErrorCode::Corrupt`](crate::ErrorCode::Corrupt) for heads that it does not have.
    pub fn as_of(&mut self, heads: &[Hash]) -> Result<Self> {
        let heads: Vec<_> = heads.iter().map(Hash::automerge).collect();
        Ok(Self { id: self.id, kind: self.kind.clone(), auto: self.auto.fork_at(&heads)? })
    }

    /// How many changes are not among those that `heads` cover.
    pub fn changes_since(&mut self, heads: &[Hash]) -> Vec<RawChange> {
        let heads: Vec<_> = heads.iter().map(Hash::automerge).collect();
        self.auto.get_changes(&heads).into_iter().map(RawChange::from).collect()
    }
}

#[cfg(test)]
mod tests;
