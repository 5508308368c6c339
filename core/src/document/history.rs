//! What happened to a record, change by change.

use super::{Document, Hash};
use crate::id::Actor;
use crate::record::{FieldType, Value};
use automerge::{ChangeHash, ROOT, ReadDoc};
use serde::{Deserialize, Serialize};

/// One change, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The change.
    pub change: Hash,
    /// The installation that wrote it.
    pub actor: Actor,
    /// When, by the writer's clock (ms).
    pub written_at: i64,
    /// The fields it touched.
    pub fields: Vec<FieldChange>,
    /// It stands for everything before it, which was put away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_base: bool,
}

/// What a change made of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field; entries appended to it are named by the field alone.
    pub field: String,
    /// The value before.
    pub before: Value,
    /// The value after.
    pub after: Value,
}

impl Document {
    /// The newest `limit` changes, newest first, without the genesis.
    pub fn history(&mut self, limit: usize) -> Vec<HistoryEntry> {
        let (changes, base) = (self.auto.get_changes(&[]), self.base());
        changes
            .iter()
            .rev()
            .filter(|c| Actor::from(c.actor_id()) != Actor::GENESIS)
            .take(limit)
            .map(|change| HistoryEntry {
                change: Hash::from(&change.hash()),
                actor: Actor::from(change.actor_id()),
                written_at: change.timestamp().saturating_mul(1000),
                fields: self.touched(change.deps(), change.hash()),
                is_base: Some(Hash::from(&change.hash())) == base,
            })
            .collect()
    }

    /// The value of a field at some point of the record's history.
    pub fn value_at(&self, field: &str, heads: &[Hash]) -> Value {
        let heads: Vec<_> = heads.iter().map(Hash::automerge).collect();
        self.at(field, &heads)
    }

    pub(super) fn touched(&self, before: &[ChangeHash], after: ChangeHash) -> Vec<FieldChange> {
        let names = self
            .kind
            .fields
            .iter()
            .filter(|f| !matches!(f.ty, FieldType::Derived(_)))
            .map(|f| f.name.as_ref())
            .chain(std::iter::once(super::DELETED_AT));
        names
            .filter_map(|field| {
                let change = FieldChange { field: field.to_owned(), before: self.at(field, before), after: self.at(field, &[after]) };
                (change.before != change.after).then_some(change)
            })
            .collect()
    }

    fn at(&self, field: &str, heads: &[ChangeHash]) -> Value {
        match self.kind.get(field).map(|f| &f.ty) {
            Ok(FieldType::Prose) => match self.auto.get_at(ROOT, field, heads) {
                Ok(Some((_, id))) => self.auto.text_at(&id, heads).map_or(Value::Null, Value::Text),
                _ => Value::Null,
            },
            Ok(FieldType::Tags | FieldType::Events | FieldType::Track) => {
                let prefix = format!("{field}/");
                let standing = self.auto.map_range_at(ROOT, prefix.clone()..format!("{field}0"), heads);
                Value::Tags(
                    standing
                        .filter(|item| !matches!(&item.value, automerge::ValueRef::Scalar(automerge::ScalarValueRef::Boolean(false))))
                        .map(|item| item.key[prefix.len()..].to_owned())
                        .collect(),
                )
            }
            _ => self.auto.get_at(ROOT, field, heads).ok().flatten().map_or(Value::Null, |(v, _)| super::view::from_automerge(&v)),
        }
    }
}
