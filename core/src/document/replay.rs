//! Doing again what a change did, as a new change: for work that the server could not take as it was.
//!
//! The server refuses a change (its writer may not do that any more, its number was given twice, the document began a new
//! generation). What was made on that change can't be sent either: it depends on it. So the document is put back to what
//! the server has ([`Document::without`]) and the rest is written once more, each at the heads that its writer saw, under
//! an actor whose numbers are free ([`Document::replay`]). Concurrent work of others stays concurrent: nothing of theirs is
//! silently overwritten.

use super::change::guarded;
use super::edit::Written;
use super::{Document, FieldChange, Hash};
use crate::id::Actor;
use crate::record::Value;
use crate::time::Instant;
use crate::{Error, ErrorCode, Result};
use automerge::transaction::Transactable;
use automerge::{AutoCommit, ObjType, PatchAction, Prop, ROOT, ReadDoc, ScalarValue};
use std::collections::{BTreeMap, BTreeSet};

/// What a change did to a document.
pub(super) enum Deed {
    /// Put a value at the root.
    Put(String, ScalarValue),
    /// Typed into a text, in UTF-16 units of the text as the writer saw it at that moment.
    Splice { field: String, at: usize, delete: usize, insert: String },
}

impl Document {
    /// The document without these changes, and without whatever was made on them.
    pub fn without(&mut self, left_out: &BTreeSet<Hash>) -> Result<Self> {
        let mut gone = left_out.clone();
        let mut kept = Vec::new();
        for change in self.auto.get_changes(&[]) {
            let is_gone = gone.contains(&Hash::from(&change.hash())) || change.deps().iter().any(|dep| gone.contains(&Hash::from(dep)));
            if is_gone {
                gone.insert(Hash::from(&change.hash()));
            } else {
                kept.push(change);
            }
        }
        let mut auto = AutoCommit::new();
        auto.apply_changes(kept)?;
        Ok(Self { id: self.id, kind: self.kind.clone(), auto })
    }

    /// What a change did, for people.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it is not part of the document.
    pub fn deeds(&mut self, hash: &Hash) -> Result<Vec<FieldChange>> {
        let change = self.auto.get_change_by_hash(&hash.automerge()).ok_or_else(|| missing(hash))?;
        Ok(self.touched(change.deps(), change.hash()))
    }

    /// Does here what the change `hash` of `of` did, at the heads `base`, by `actor`. Answers nothing new when there is
    /// nothing to do.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when the change is not part of `of`, or a head of `base` not part of this document.
    pub fn replay(&mut self, of: &mut Self, hash: &Hash, actor: Actor, base: &[Hash]) -> Result<Written> {
        let change = of.auto.get_change_by_hash(&hash.automerge()).ok_or_else(|| missing(hash))?;
        let deeds = guarded("the change", || Ok(deeds(&mut of.auto, &change)))?;
        let at = Instant(change.timestamp().saturating_mul(1000));
        let then: Vec<_> = change.deps().iter().map(Hash::from).collect();
        let mut shifts = self.shifts(of, &then, &deeds, base);
        self.write(actor, at, Some(base), |auto, _| deeds.into_iter().try_for_each(|deed| perform(auto, deed, &mut shifts)))
    }

    /// How the texts that these deeds change in `of`, where their writer saw them `then`, lie here at `base`.
    pub(super) fn shifts(&self, of: &Self, then: &[Hash], deeds: &[Deed], base: &[Hash]) -> BTreeMap<String, Shift> {
        let mut shifts = BTreeMap::new();
        for deed in deeds {
            if let Deed::Splice { field, .. } = deed {
                let shift = || Shift::between(&of.value_at(field, then), &self.value_at(field, base));
                shifts.entry(field.clone()).or_insert_with(shift);
            }
        }
        shifts
    }
}

fn missing(hash: &Hash) -> Error {
    Error::new(ErrorCode::NotFound, format!("the change {hash:?} is not part of the document"))
}

pub(super) fn deeds(of: &mut AutoCommit, change: &automerge::Change) -> Vec<Deed> {
    use automerge::legacy::{Key, ObjectId, OpType};
    let puts = change.decode().operations.into_iter().filter(|op| op.obj == ObjectId::Root);
    let puts = puts.filter_map(|op| match (op.key, op.action) {
        (Key::Map(key), OpType::Put(value)) => Some(Deed::Put(key.to_string(), value)),
        _ => None,
    });
    let mut deeds: Vec<Deed> = puts.collect();
    for patch in of.diff(change.deps(), &[change.hash()]) {
        let [(_, Prop::Map(field))] = patch.path.as_slice() else { continue };
        match &patch.action {
            PatchAction::SpliceText { index, value, .. } => {
                deeds.push(Deed::Splice { field: field.clone(), at: *index, delete: 0, insert: value.make_string() });
            }
            PatchAction::DeleteSeq { index, length } => {
                deeds.push(Deed::Splice { field: field.clone(), at: *index, delete: *length, insert: String::new() });
            }
            _ => {}
        }
    }
    deeds
}

pub(super) fn perform(auto: &mut AutoCommit, deed: Deed, shifts: &mut BTreeMap<String, Shift>) -> Result<()> {
    match deed {
        Deed::Put(key, value) => auto.put(ROOT, key, value)?,
        Deed::Splice { field, at, delete, insert } => {
            let Some((automerge::Value::Object(ObjType::Text), text)) = auto.get(ROOT, field.as_str())? else { return Ok(()) };
            let (at, delete) = shifts.get_mut(&field).map_or((at, delete), |shift| shift.splice(at, delete, &insert));
            // A text that lacks what was refused is shorter.
            let length = auto.length(&text);
            let start = at.min(length);
            let delete = isize::try_from(delete.min(length - start)).unwrap_or(0);
            if delete > 0 || !insert.is_empty() {
                auto.splice_text(&text, start, delete, &insert)?;
            }
        }
    }
    Ok(())
}

/// Where a place in the text that the writer saw is in the text that stands here: the two differ by what was refused,
/// between a common beginning and a common end. All in UTF-16 units.
pub(super) struct Shift {
    beginning: usize,
    end: usize,
    seen: usize,
    here: usize,
    /// By how much the splices so far have lengthened the text, and where.
    grown: Vec<(usize, isize)>,
}

impl Shift {
    fn between(seen: &Value, here: &Value) -> Self {
        let units = |value: &Value| value.as_text().unwrap_or_default().encode_utf16().collect::<Vec<u16>>();
        let (seen, here) = (units(seen), units(here));
        let beginning = seen.iter().zip(&here).take_while(|(a, b)| a == b).count();
        let rest = seen.len().min(here.len()) - beginning;
        let end = seen.iter().rev().zip(here.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
        Self { beginning, end, seen: seen.len(), here: here.len(), grown: Vec::new() }
    }

    /// The place here of the next splice, and how much of what it deleted is here.
    fn splice(&mut self, at: usize, delete: usize, insert: &str) -> (usize, usize) {
        let (start, end) = (self.place(at), self.place(at + delete));
        let by = insert.encode_utf16().count().cast_signed() - delete.cast_signed();
        self.grown.push((at, by));
        (start, end.saturating_sub(start))
    }

    fn place(&self, at: usize) -> usize {
        let grown: isize = self.grown.iter().filter(|(place, _)| *place < at).map(|(_, by)| by).sum();
        let before = at.saturating_add_signed(-grown);
        let mapped = if before <= self.beginning {
            before
        } else if before + self.end >= self.seen {
            (before + self.here).saturating_sub(self.seen)
        } else {
            before.min(self.here - self.end)
        };
        mapped.saturating_add_signed(grown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Appendix, Edit};
    use crate::id::RecordId;
    use crate::record::Registry;
    use uuid::Uuid;

    const AMAL: Actor = Actor(Uuid::from_u128(0xA));
    const BASMA: Actor = Actor(Uuid::from_u128(0xB));
    const AGAIN: Actor = Actor(Uuid::from_u128(0xA2));

    fn document(kind: &str) -> Document {
        Document::create(Registry::maydan().get(kind).expect("known"), RecordId(Uuid::from_u128(0xC))).expect("made")
    }

    fn edit(document: &mut Document, actor: Actor, edits: &[Edit]) -> Hash {
        document.edit(actor, Instant(5_000), None, edits).expect("edited").change.expect("new").hash()
    }

    #[test]
    fn work_is_done_again_without_what_was_refused_and_beside_what_others_did() {
        let mut mine = document("note");
        edit(&mut mine, AMAL, &[Edit::set("body", "زبون قديم. ")]);
        let mut theirs = mine.clone();
        let before = mine.heads();
        let refused = edit(&mut mine, AMAL, &[Edit::Splice { field: "body".into(), at: 0, delete: 0, insert: "مرفوض ".into() }]);
        let good = edit(&mut mine, AMAL, &[Edit::Splice { field: "body".into(), at: usize::MAX, delete: 0, insert: "يريد عرضا.".into() }]);
        edit(&mut theirs, BASMA, &[Edit::Splice { field: "body".into(), at: 0, delete: 0, insert: "مهم: ".into() }]);
        mine.apply(theirs.changes_since(&before)).expect("merged");

        let mut rebased = mine.without(&[refused].into()).expect("put back");
        assert!(!rebased.has(&refused) && !rebased.has(&good), "what was made on it goes too");
        let written = rebased.replay(&mut mine, &good, AGAIN, &before).expect("done again");
        assert_eq!(written.change.expect("new").actor(), AGAIN);
        assert_eq!(rebased.row()["body"], Value::from("مهم: زبون قديم. يريد عرضا."));
    }

    #[test]
    fn text_lands_where_its_writer_put_it_though_text_before_it_was_refused() {
        let mut mine = document("note");
        edit(&mut mine, AMAL, &[Edit::set("body", "أول. آخر.")]);
        let before = mine.heads();
        let refused = edit(&mut mine, AMAL, &[Edit::Splice { field: "body".into(), at: 0, delete: 0, insert: "مرفوض ".into() }]);
        // After the refused words: before the second sentence, and once more behind what she has just typed.
        let first = edit(&mut mine, AMAL, &[Edit::Splice { field: "body".into(), at: 11, delete: 0, insert: "وسط، ".into() }]);
        let second = edit(&mut mine, AMAL, &[Edit::Splice { field: "body".into(), at: 16, delete: 0, insert: "ثم ".into() }]);
        assert_eq!(mine.row()["body"], Value::from("مرفوض أول. وسط، ثم آخر."));

        let mut rebased = mine.without(&[refused].into()).expect("put back");
        let base = rebased.replay(&mut mine, &first, AGAIN, &before).expect("done again").base;
        rebased.replay(&mut mine, &second, AGAIN, &base).expect("done again");
        assert_eq!(rebased.row()["body"], Value::from("أول. وسط، ثم آخر."));
    }

    #[test]
    fn deleting_what_was_refused_deletes_nothing_else() {
        let mut mine = document("note");
        edit(&mut mine, AMAL, &[Edit::set("body", "نص الزبون")]);
        let before = mine.heads();
        let refused = edit(&mut mine, AMAL, &[Edit::Splice { field: "body".into(), at: 0, delete: 0, insert: "مرفوض".into() }]);
        let deleted = edit(&mut mine, AMAL, &[Edit::Splice { field: "body".into(), at: 0, delete: 5, insert: String::new() }]);
        let mut rebased = mine.without(&[refused].into()).expect("put back");
        rebased.replay(&mut mine, &deleted, AGAIN, &before).expect("done again");
        assert_eq!(rebased.row()["body"], Value::from("نص الزبون"));
    }

    #[test]
    fn a_clash_with_a_colleague_stays_a_clash() {
        let mut mine = document("customer");
        edit(&mut mine, AMAL, &[Edit::set("name", "شركة النور")]);
        let before = mine.heads();
        let mut theirs = mine.clone();
        let city = edit(&mut mine, AMAL, &[Edit::set("city", "طرابلس"), Edit::set("tags", Value::Tags(vec!["جملة".into()]))]);
        edit(&mut theirs, BASMA, &[Edit::set("city", "بنغازي")]);
        mine.apply(theirs.changes_since(&before)).expect("merged");

        let mut rebased = mine.without(&[city].into()).expect("put back");
        rebased.replay(&mut mine, &city, AGAIN, &before).expect("done again");
        assert_eq!(rebased.conflicts().len(), 1, "both values of the city stand");
        assert_eq!(rebased.row()["tags"], Value::Tags(vec!["جملة".into()]));
        let fields: Vec<String> = mine.deeds(&city).expect("known").into_iter().map(|f| f.field).collect();
        assert_eq!(fields, ["city", "tags"]);
    }

    #[test]
    fn appended_entries_are_appended_again_as_they_were() {
        let mut visit = document("visit");
        let before = visit.heads();
        let step = visit.append(AMAL, Instant(1_000), "events", "e1", Appendix::Event("{\"a\":1}")).expect("appended");
        let hash = step.change.expect("new").hash();
        let mut rebased = visit.without(&[hash].into()).expect("put back");
        rebased.replay(&mut visit, &hash, AGAIN, &before).expect("done again");
        let bodies: Vec<_> = rebased.view().appended("events").into_iter().map(|entry| (entry.key, entry.body)).collect();
        assert_eq!(bodies, [("e1".to_owned(), b"{\"a\":1}".to_vec())]);
    }
}
