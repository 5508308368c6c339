//! The first changes of a document, the same on every device.

use super::VERSION;
use super::change::Hash;
use crate::id::{Actor, RecordId};
use crate::record::Kind;
use crate::{Error, Result};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{AutoCommit, Change, ObjType, ROOT};

/// The genesis changes of `id`: one for each version of its kind. Each writes the version and creates the Text objects
/// that the version brought. The first also writes the id, so that no two documents share a hash.
pub fn changes(kind: &Kind, id: RecordId) -> Result<Vec<Change>> {
    Ok(document(kind, id)?.get_changes(&[]))
}

/// A document that holds these and nothing else.
pub(super) fn document(kind: &Kind, id: RecordId) -> Result<AutoCommit> {
    let mut auto = AutoCommit::new().with_actor(Actor::GENESIS.automerge());
    for version in 1..=kind.version {
        if version == 1 {
            auto.put(ROOT, "kind", kind.name.as_ref())?;
            auto.put(ROOT, "id", id.to_string())?;
        }
        auto.put(ROOT, VERSION, i64::from(version))?;
        for field in kind.fields.iter().filter(|f| f.since == version && f.ty.is_prose()) {
            auto.put_object(ROOT, field.name.as_ref(), ObjType::Text)?;
        }
        auto.commit_with(CommitOptions::default().with_time(0)).ok_or_else(|| Error::internal("a genesis change is never empty"))?;
    }
    Ok(auto)
}

/// Hashes of the genesis changes.
pub fn hashes(kind: &Kind, id: RecordId) -> Result<Vec<Hash>> {
    Ok(changes(kind, id)?.iter().map(|c| Hash::from(&c.hash())).collect())
}
