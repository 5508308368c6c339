//! Fields that two people set at once: both values are kept until somebody chooses.

use super::{Document, Hash};
use crate::id::Actor;
use crate::record::{FieldType, Value};
use automerge::{ObjId, ROOT, ReadDoc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A field with more than one standing value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// The field.
    pub field: String,
    /// Its values; the first is the one that lists show.
    pub values: Vec<ConflictValue>,
}

/// One of the values, and where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConflictValue {
    /// The value.
    pub value: Value,
    /// The installation that wrote it.
    pub actor: Actor,
    /// The change that brought it.
    pub change: Option<Hash>,
    /// When, by the writer's clock (ms).
    pub written_at: Option<i64>,
}

impl Document {
    /// Fields whose standing values differ. Equal values written at once are no conflict.
    pub fn conflicts(&mut self) -> Vec<Conflict> {
        let written_at_once = self.view().standing().filter(|item| item.conflict).map(|item| item.key.into_owned()).collect();
        self.conflicts_among(&written_at_once)
    }

    pub(super) fn conflicts_among(&mut self, written_at_once: &BTreeSet<String>) -> Vec<Conflict> {
        if written_at_once.is_empty() {
            return Vec::new();
        }
        let keeps_all = |ty: &FieldType| ty.has_column() && !matches!(ty, FieldType::Prose | FieldType::Tags | FieldType::Derived(_));
        let kind = self.kind.clone();
        let fields = kind.fields.iter().filter(|f| keeps_all(&f.ty) && written_at_once.contains(f.name.as_ref()));
        fields.filter_map(|field| self.conflict(&field.name)).collect()
    }

    pub(super) fn conflict(&mut self, field: &str) -> Option<Conflict> {
        let standing: Vec<(Value, ObjId)> =
            self.auto.get_all(ROOT, field).ok()?.into_iter().map(|(v, id)| (super::view::from_automerge(&v), id)).collect();
        if standing.len() < 2 || standing.iter().all(|(v, _)| *v == standing[0].0) {
            return None;
        }
        let mut values: Vec<ConflictValue> = standing
            .into_iter()
            .map(|(value, id)| {
                let change = self.auto.hash_for_opid(&id);
                let written_at = change.as_ref().and_then(|h| self.auto.get_change_by_hash(h)).map(|c| c.timestamp().saturating_mul(1000));
                let actor = match &id {
                    ObjId::Id(_, actor, _) => Actor::from(actor),
                    ObjId::Root => Actor::GENESIS,
                };
                ConflictValue { value, actor, change: change.as_ref().map(Hash::from), written_at }
            })
            .collect();
        values.reverse(); // Automerge puts the winner last
        Some(Conflict { field: field.to_owned(), values })
    }
}
