//! Reading a document.

use super::{DELETED_AT, Hash};
use crate::id::Actor;
use crate::record::{FieldType, Kind, Row, Value};
use automerge::{AutoCommit, ObjId, ROOT, ReadDoc, ScalarValue};

/// A document, for reading.
#[derive(Clone, Copy)]
pub struct DocumentView<'a> {
    pub(super) kind: &'a Kind,
    pub(super) auto: &'a AutoCommit,
}

/// One appended entry.
#[derive(Debug, Clone)]
pub struct Appended {
    /// Its key without the field.
    pub key: String,
    /// Its Lamport counter and branch: the causal order of appended entries, the same on every device.
    pub order: (u64, Vec<u8>),
    /// The installation that appended it.
    pub actor: Actor,
    /// The change that brought it.
    pub change: Option<Hash>,
    /// Its bytes (events: JSON).
    pub body: Vec<u8>,
}

impl DocumentView<'_> {
    /// The value of a field as it stands.
    pub fn value(&self, field: &str) -> Value {
        match self.kind.get(field).map(|f| &f.ty) {
            Ok(FieldType::Prose) => match self.auto.get(ROOT, field) {
                Ok(Some((_, id))) => self.auto.text(&id).map_or(Value::Null, Value::Text),
                _ => Value::Null,
            },
            Ok(FieldType::Tags) => Value::Tags(words(self.auto, &format!("{field}/"))),
            _ => self.auto.get(ROOT, field).ok().flatten().map_or(Value::Null, |(v, _)| from_automerge(&v)),
        }
    }

    /// When the record was deleted, by the deleter's clock (ms).
    pub fn deleted_at(&self) -> Option<i64> {
        self.value(DELETED_AT).as_int()
    }

    /// Number of changes in the document that are not covered by `heads`.
    pub fn changes_beyond(&self, heads: &[Hash]) -> usize {
        let heads: Vec<_> = heads.iter().map(Hash::automerge).collect();
        let mut reader = self.auto.clone();
        reader.get_changes_meta(&heads).len()
    }

    /// Entries appended under a field, in causal order.
    pub fn appended(&self, field: &str) -> Vec<Appended> {
        let prefix = format!("{field}/");
        let mut entries: Vec<Appended> = keys_under(self.auto, &prefix)
            .into_iter()
            // Two may have written one key at once, by whatever client: neither hides the other.
            .flat_map(|key| self.auto.get_all(ROOT, &key).into_iter().flatten().map(move |(value, id)| (key.clone(), value, id)))
            .filter_map(|(key, value, id)| {
                let body = match value.as_scalar()? {
                    ScalarValue::Str(s) => s.as_bytes().to_vec(),
                    ScalarValue::Bytes(b) => b.clone(),
                    _ => return None,
                };
                let (counter, branch) = match &id {
                    ObjId::Id(counter, actor, _) => (*counter, actor.clone()),
                    ObjId::Root => return None,
                };
                Some(Appended {
                    key: key[prefix.len()..].to_owned(),
                    order: (counter, branch.to_bytes().to_vec()),
                    actor: Actor::from(&branch),
                    change: self.auto.hash_for_opid(&id).as_ref().map(Hash::from),
                    body,
                })
            })
            .collect();
        entries.sort_by(|a, b| a.order.cmp(&b.order));
        entries
    }

    /// The fields that are stored, without derived ones; empty fields are left out.
    pub(super) fn stored_row(&self) -> Row {
        let mut row = Row::new();
        for field in self.kind.columns().filter(|f| !matches!(f.ty, FieldType::Derived(_))) {
            let value = self.value(&field.name);
            if !value.is_empty() {
                row.insert(field.name.clone().into_owned(), value);
            }
        }
        if let Some(at) = self.deleted_at() {
            row.insert(DELETED_AT.to_owned(), Value::Int(at));
        }
        row
    }
}

pub(super) fn from_automerge(value: &automerge::Value<'_>) -> Value {
    match value.as_scalar() {
        Some(ScalarValue::Str(s)) => Value::Text(s.to_string()),
        Some(ScalarValue::Int(n)) => Value::Int(*n),
        Some(ScalarValue::Uint(n)) => i64::try_from(*n).map_or(Value::Null, Value::Int),
        Some(ScalarValue::F64(x)) => Value::Real(*x),
        Some(ScalarValue::Boolean(b)) => Value::Bool(*b),
        Some(ScalarValue::Timestamp(t)) => Value::Int(*t),
        Some(ScalarValue::Counter(c)) => Value::Int(c.into()),
        _ => Value::Null,
    }
}

/// Words of a set that stand at true.
pub(super) fn words(auto: &AutoCommit, prefix: &str) -> Vec<String> {
    keys_under(auto, prefix)
        .into_iter()
        .filter(|key| {
            // Added here and taken away there at once: the addition stays.
            auto.get_all(ROOT, key).is_ok_and(|all| all.iter().any(|(v, _)| v.as_bool() == Some(true)))
        })
        .map(|key| key[prefix.len()..].to_owned())
        .collect()
}

fn keys_under(auto: &AutoCommit, prefix: &str) -> Vec<String> {
    // '0' is the character after '/': the range holds exactly the keys with this prefix.
    let end = format!("{}0", &prefix[..prefix.len() - 1]);
    auto.map_range(ROOT, prefix.to_owned()..end).map(|item| item.key.into_owned()).collect()
}
