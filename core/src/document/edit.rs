//! Edits: field operations that become one change.

use super::{DELETED_AT, Document, Hash, RawChange};
use crate::id::Actor;
use crate::record::{FieldType, Value};
use crate::time::Instant;
use crate::{Error, ErrorCode, Result};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{AutoCommit, ROOT, ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One field operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Edit {
    /// Sets a field. Prose is compared with what stands there and only the difference is written; of a set of words,
    /// only what was added or taken away.
    Set {
        /// The field.
        field: String,
        /// Its new value.
        value: Value,
    },
    /// Types into a prose field.
    Splice {
        /// The field.
        field: String,
        /// Where, in UTF-16 units at the heads that the edit is based on.
        at: usize,
        /// How many UTF-16 units go.
        delete: usize,
        /// What comes instead.
        insert: String,
    },
    /// Sets or clears the deletion mark.
    Delete {
        /// Deleted, or restored.
        deleted: bool,
    },
}

impl Edit {
    /// Sets a field.
    pub fn set(field: &str, value: impl Into<Value>) -> Self {
        Self::Set { field: field.to_owned(), value: value.into() }
    }
}

/// What an edit left behind.
#[derive(Debug, Clone)]
pub struct Written {
    /// The change; none when the edit changed nothing.
    pub change: Option<RawChange>,
    /// The heads at which exactly the editor's own view stands: the base for her next edit in the same form.
    pub base: Vec<Hash>,
}

impl Document {
    /// Writes edits as one change by `actor`. With `base`, they are written at those heads, as concurrent to whatever
    /// came since.
    ///
    /// # Errors
    /// What [`Field::check`](crate::record::Field::check) says of a value; [`ErrorCode::NotFound`] for unknown base
    /// heads. Nothing is written then.
    pub fn edit(&mut self, actor: Actor, at: Instant, base: Option<&[Hash]>, edits: &[Edit]) -> Result<Written> {
        let checked = edits.iter().map(|e| self.check(e)).collect::<Result<Vec<_>>>()?;
        self.write(actor, at, base, |auto, kind| {
            for edit in checked {
                perform(auto, kind, edit, at)?;
            }
            Ok(())
        })
    }

    /// Appends one entry under `field`, as one change.
    pub fn append(&mut self, actor: Actor, at: Instant, field: &str, key: &str, entry: Appendix<'_>) -> Result<Written> {
        let fits =
            matches!((&self.kind.get(field)?.ty, &entry), (FieldType::Events, Appendix::Event(_)) | (FieldType::Track, Appendix::Chunk(_)));
        if !fits {
            return Err(Error::new(ErrorCode::UnknownField, format!("{field} does not take such entries")));
        }
        self.write(actor, at, None, |auto, _| {
            let value = match entry {
                Appendix::Event(json) => ScalarValue::Str(json.into()),
                Appendix::Chunk(bytes) => ScalarValue::Bytes(bytes.to_vec()),
            };
            Ok(auto.put(ROOT, format!("{field}/{key}"), value)?)
        })
    }

    pub(super) fn write(
        &mut self,
        actor: Actor,
        at: Instant,
        base: Option<&[Hash]>,
        operations: impl FnOnce(&mut AutoCommit, &crate::record::Kind) -> Result<()>,
    ) -> Result<Written> {
        let current = self.heads();
        let mut base: Vec<Hash> = base.map_or_else(|| current.clone(), <[Hash]>::to_vec);
        let is_unknown = |hash: &Hash| !current.contains(hash) && !self.has(hash);
        if let Some(unknown) = base.iter().find(|hash| is_unknown(hash)) {
            // What a form showed before the history was shortened is what it was shortened to.
            let Some(shortened_to) = self.base() else {
                let why = format!("the edit is based on {unknown:?}, which is not here: reload the form");
                return Err(Error::new(ErrorCode::NotFound, why));
            };
            let known: BTreeSet<Hash> = base.iter().map(|hash| if is_unknown(hash) { shortened_to } else { *hash }).collect();
            base = known.into_iter().collect();
        }
        self.auto.set_actor(actor.automerge_in(self.generation()));
        let isolated = {
            let mut sorted = base.clone();
            sorted.sort();
            sorted != current
        };
        if isolated {
            let heads: Vec<_> = base.iter().map(Hash::automerge).collect();
            self.auto.isolate(&heads);
        }
        let kind = self.kind.clone();
        let done = operations(&mut self.auto, &kind);
        let hash = match done {
            Ok(()) if self.auto.pending_ops() > 0 => self.auto.commit_with(CommitOptions::default().with_time(at.0.div_euclid(1000))),
            _ => {
                self.auto.rollback();
                None
            }
        };
        if isolated {
            self.auto.integrate();
        }
        done?;
        let change = hash.and_then(|h| self.auto.get_change_by_hash(&h)).map(RawChange::from);
        let base = hash.map_or(base, |h| vec![Hash::from(&h)]);
        Ok(Written { change, base })
    }

    fn check(&self, edit: &Edit) -> Result<Edit> {
        Ok(match edit {
            Edit::Set { field, value } => Edit::Set { field: field.clone(), value: self.kind.get(field)?.check(value.clone())? },
            Edit::Splice { field, insert, .. } => {
                let declared = self.kind.get(field)?;
                if !declared.ty.is_prose() {
                    return Err(Error::new(ErrorCode::UnknownField, format!("{field} is not free text")));
                }
                declared.check(Value::Text(insert.clone()))?;
                edit.clone()
            }
            Edit::Delete { .. } => edit.clone(),
        })
    }
}

/// An entry to append.
#[derive(Debug, Clone, Copy)]
pub enum Appendix<'a> {
    /// An event, as JSON.
    Event(&'a str),
    /// A chunk of a track.
    Chunk(&'a [u8]),
}

fn perform(auto: &mut AutoCommit, kind: &crate::record::Kind, edit: Edit, at: Instant) -> Result<()> {
    match edit {
        Edit::Set { field, value } => {
            let ty = &kind.get(&field)?.ty;
            match (ty, value) {
                (FieldType::Prose, value) => {
                    let text = text_object(auto, &field)?;
                    auto.update_text(&text, value.as_text().unwrap_or_default())?;
                }
                (FieldType::Tags, value) => set_tags(auto, &field, value)?,
                (_, value) => set_scalar(auto, &field, value)?,
            }
        }
        Edit::Splice { field, at, delete, insert } => {
            let text = text_object(auto, &field)?;
            let length = auto.length(&text);
            let start = at.min(length);
            let delete = isize::try_from(delete.min(length - start)).unwrap_or(0);
            if delete > 0 || !insert.is_empty() {
                auto.splice_text(&text, start, delete, &insert)?;
            }
        }
        Edit::Delete { deleted } => {
            set_scalar(auto, DELETED_AT, if deleted { Value::Int(at.0) } else { Value::Null })?;
        }
    }
    Ok(())
}

fn text_object(auto: &AutoCommit, field: &str) -> Result<automerge::ObjId> {
    match auto.get(ROOT, field)? {
        Some((automerge::Value::Object(automerge::ObjType::Text), id)) => Ok(id),
        _ => Err(Error::corrupt(format!("the document has no text under {field}; was its genesis applied?"))),
    }
}

/// Writes a scalar unless it stands there already, alone: setting one of two clashing values again settles the clash.
fn set_scalar(auto: &mut AutoCommit, key: &str, value: Value) -> Result<()> {
    let scalar = match value {
        Value::Null | Value::Tags(_) => ScalarValue::Null,
        Value::Bool(b) => ScalarValue::Boolean(b),
        Value::Int(n) => ScalarValue::Int(n),
        Value::Real(x) => ScalarValue::F64(x),
        Value::Text(s) => ScalarValue::Str(s.into()),
    };
    let standing = auto.get_all(ROOT, key)?;
    let same = match standing.as_slice() {
        [] => scalar == ScalarValue::Null,
        [(one, _)] => one.as_scalar().is_some_and(|s| *s == scalar),
        _ => false,
    };
    drop(standing);
    if !same {
        auto.put(ROOT, key, scalar)?;
    }
    Ok(())
}

fn set_tags(auto: &mut AutoCommit, field: &str, value: Value) -> Result<()> {
    let wanted = match value {
        Value::Tags(words) => words,
        _ => Vec::new(),
    };
    let standing = super::view::words(auto, field);
    for word in wanted.iter().map(|w| w.trim()).filter(|w| !w.is_empty()) {
        if !standing.iter().any(|s| s == word) {
            auto.put(ROOT, format!("{field}/{word}"), true)?;
        }
    }
    for word in standing.iter().filter(|s| !wanted.iter().any(|w| w.trim() == *s)) {
        auto.put(ROOT, format!("{field}/{word}"), false)?;
    }
    Ok(())
}
