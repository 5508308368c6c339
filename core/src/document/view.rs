//! Reading a document.

use super::{DELETED_AT, Hash, VERSION};
use crate::id::Actor;
use crate::record::{FieldType, Kind, Row, Value};
use automerge::iter::MapRangeItem;
use automerge::{AutoCommit, ObjId, ROOT, ReadDoc, ScalarValue, ScalarValueRef, ValueRef};
use std::collections::{BTreeMap, BTreeSet};

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
            Ok(FieldType::Tags) => Value::Tags(words(self.auto, field)),
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
        let mut entries: Vec<Appended> = self
            .auto
            .map_range(ROOT, keys_under(field))
            .map(|item| item.key.into_owned())
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
                    key: key[field.len() + 1..].to_owned(),
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

    /// What stands at the root, key by key, without appended entries (a shift has thousands). The whole walk costs what
    /// asking for a single key does.
    pub(super) fn standing(&self) -> impl Iterator<Item = MapRangeItem<'_>> {
        let mut appended: Vec<_> = self.kind.fields.iter().filter(|f| !f.ty.has_column()).map(|f| keys_under(&f.name)).collect();
        appended.sort_by(|a, b| a.start.cmp(&b.start));
        let starts = std::iter::once(String::new()).chain(appended.iter().map(|range| range.end.clone()));
        let ends = appended.iter().map(|range| Some(range.start.clone())).chain([None]);
        let between: Vec<_> = starts.zip(ends).collect();
        between.into_iter().flat_map(|(start, end)| match end {
            Some(end) => self.auto.map_range(ROOT, start..end),
            None => self.auto.map_range(ROOT, start..),
        })
    }

    /// The fields that are stored, without derived ones; empty fields are left out.
    pub(super) fn stored_row(&self) -> Row {
        self.walk().row
    }

    /// One walk over what stands.
    pub(super) fn walk(&self) -> Walk {
        let declared: BTreeMap<&str, &FieldType> = self.kind.columns().map(|f| (f.name.as_ref(), &f.ty)).collect();
        let mut row = Row::new();
        let (mut written_at_once, mut version) = (BTreeSet::new(), None);
        for item in self.standing() {
            if item.conflict {
                written_at_once.insert(item.key.clone().into_owned());
            }
            if item.key == VERSION {
                version = Some(item.id());
            }
            let (name, word) = item.key.split_once('/').map_or((item.key.as_ref(), None), |(name, word)| (name, Some(word)));
            let value = match (declared.get(name), word) {
                (Some(FieldType::Tags), Some(word)) => {
                    if is_true(self.auto, &item)
                        && let Value::Tags(words) = row.entry(name.to_owned()).or_insert_with(|| Value::Tags(Vec::new()))
                    {
                        words.push(word.to_owned());
                    }
                    continue;
                }
                (Some(FieldType::Derived(_) | FieldType::Tags), _) | (_, Some(_)) => continue,
                (Some(FieldType::Prose), None) => self.auto.text(item.id()).map_or(Value::Null, Value::Text),
                (Some(_), None) => from_automerge(&item.value.into()),
                (None, None) if name == DELETED_AT => from_automerge(&item.value.into()).as_int().map_or(Value::Null, Value::Int),
                (None, None) => continue,
            };
            if !value.is_empty() {
                row.insert(name.to_owned(), value);
            }
        }
        Walk { row, written_at_once, version }
    }
}

/// What one walk over a document sees.
pub(super) struct Walk {
    /// The fields that are stored.
    pub row: Row,
    /// The keys that hold several values.
    pub written_at_once: BTreeSet<String>,
    /// Which operation wrote the version of the kind.
    pub version: Option<ObjId>,
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
pub(super) fn words(auto: &AutoCommit, field: &str) -> Vec<String> {
    auto.map_range(ROOT, keys_under(field)).filter(|item| is_true(auto, item)).map(|item| item.key[field.len() + 1..].to_owned()).collect()
}

/// Whether a word of a set stands. Added here and taken away there at once: the addition stays.
fn is_true(auto: &AutoCommit, item: &MapRangeItem<'_>) -> bool {
    if item.conflict {
        auto.get_all(ROOT, item.key.as_ref()).is_ok_and(|all| all.iter().any(|(value, _)| value.as_bool() == Some(true)))
    } else {
        matches!(item.value, ValueRef::Scalar(ScalarValueRef::Boolean(true)))
    }
}

/// The keys `field/…`, and no others: '0' is the character after '/'.
fn keys_under(field: &str) -> std::ops::Range<String> {
    format!("{field}/")..format!("{field}0")
}

#[cfg(test)]
mod tests {
    use super::super::{Appendix, Document, Edit};
    use super::*;
    use crate::RecordId;
    use crate::record::{Field, Registry};
    use crate::time::Instant;
    use automerge::ObjType;
    use automerge::transaction::Transactable;
    use proptest::prelude::*;
    use std::sync::Arc;
    use uuid::Uuid;

    const NOW: Instant = Instant(1_760_000_000_000);

    /// A kind with two appended fields, between which others lie.
    fn kind() -> Arc<Kind> {
        let field = |name: &'static str, ty| Field::new(name, ty);
        let customer = Registry::maydan().get("customer").expect("declared").as_ref().clone();
        let derived = FieldType::Derived(Box::new(FieldType::Integer));
        Arc::new(customer.field(field("events", FieldType::Events)).field(field("metres", derived)).field(field("track", FieldType::Track)))
    }

    fn scalars() -> impl Strategy<Value = ScalarValue> {
        let text = proptest::sample::select(vec!["", "النور", "active", "2026-01-01"]).prop_map(|s| ScalarValue::Str(s.into()));
        prop_oneof![text, any::<i64>().prop_map(ScalarValue::Int), any::<bool>().prop_map(ScalarValue::Boolean), Just(ScalarValue::Null)]
    }

    /// Keys as people's apps write them, and others.
    fn keys() -> impl Strategy<Value = &'static str> {
        let odd = [
            "",
            "/",
            "a",
            "events",
            "events/",
            "events/a",
            "events0",
            "metres",
            "name/x",
            "tags",
            "tags/",
            "tags/جملة",
            "tags/a/b",
            "track/1",
            "zz",
        ];
        let known = ["name", "phone", "latitude", "status", "tags/نقدا", "deleted_at", "remarks"];
        proptest::sample::select([odd.as_slice(), &known, &known, &known].concat())
    }

    proptest! {
        /// Rows and conflicts are read in one walk: they say what the fields, asked one by one, say.
        #[test]
        fn the_walk_sees_what_each_field_says(
            writes in proptest::collection::vec((0_usize..3, keys(), scalars(), 0_u8..8), 0..48),
            typed in proptest::collection::vec((0_usize..3, "[a-cء-ي]{0,6}"), 0..4),
        ) {
            let kind = kind();
            let mut writers = vec![Document::create(&kind, RecordId(Uuid::from_u128(7))).expect("genesis"); 3];
            for (writer, key, value, how) in writes {
                let auto = &mut writers[writer].auto;
                auto.set_actor(Actor(Uuid::from_u128(writer as u128 + 1)).automerge());
                match how {
                    0 => auto.put_object(ROOT, key, ObjType::Map).map(drop).expect("put"),
                    1 => auto.delete(ROOT, key).expect("deleted"),
                    _ => auto.put(ROOT, key, value).expect("put"),
                }
                auto.commit();
            }
            for (writer, text) in typed {
                let actor = Actor(Uuid::from_u128(writer as u128 + 1));
                // Another may have put a number there.
                let _ = writers[writer].edit(actor, NOW, None, &[Edit::set("remarks", text.as_str())]);
                writers[writer].append(actor, NOW, "events", &text, Appendix::Event("{}")).expect("appended");
            }
            let mut all = writers.remove(0);
            for writer in &mut writers {
                all.apply(writer.changes_since(&[])).expect("merged");
            }
            let view = all.view();
            let stands = |word: &String| view.auto.get_all(ROOT, format!("tags/{word}")).is_ok_and(|all| all.iter().any(|(v, _)| v.as_bool() == Some(true)));
            let words: Vec<_> = view.auto.keys(ROOT).filter_map(|key| Some(key.strip_prefix("tags/")?.to_owned())).filter(stands).collect();
            prop_assert_eq!(view.value("tags"), Value::Tags(words));
            let fields = || kind.columns().filter(|f| !matches!(f.ty, FieldType::Derived(_)));
            let mut asked: Row = fields().map(|f| (f.name.to_string(), view.value(&f.name))).filter(|(_, v)| !v.is_empty()).collect();
            asked.extend(view.deleted_at().map(|at| (DELETED_AT.to_owned(), Value::Int(at))));
            prop_assert_eq!(view.stored_row(), asked);
            let asked: Vec<_> = fields().filter(|f| !matches!(f.ty, FieldType::Prose | FieldType::Tags)).filter_map(|f| all.conflict(&f.name)).collect();
            prop_assert_eq!(all.conflicts(), asked);
            let reading = all.reading();
            prop_assert_eq!((reading.is_conflicted, reading.row), (!all.conflicts().is_empty(), all.row()));
            prop_assert_eq!((reading.heads, reading.written_heads), (all.heads(), all.written_heads()));
        }
    }
}
