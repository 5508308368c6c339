//! What a person does on a device.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maydan_core::blob::PART_BYTES;
use maydan_core::command::*;
use maydan_core::document::{Edit, Hash};
use maydan_core::{ErrorCode, RecordId, Result, ScopeId, Value};
use maydan_replica::Replica;

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Makes a customer.
    Customer,
    /// Makes a note about one.
    Note,
    /// Makes something of her own.
    Task,
    /// Sets a field.
    Field,
    /// Types into a text.
    Text,
    /// Sets a field in a form that she opened some time ago.
    OldForm,
    /// Deletes.
    Delete,
    /// Takes that back.
    Restore,
    /// Moves a customer to another territory, if she may.
    Move,
    /// Takes a photo.
    Attach,
    /// Looks at one.
    Look,
    /// Writes a summary of a note, if the app has such.
    Summary,
    /// Makes an offer, if the app has such.
    Offer,
}

/// What is drawn from; moves and photos are drawn apart ([`crate::action::plan`]).
pub const WORK: &[Work] = &[Work::Customer, Work::Note, Work::Task, Work::Field, Work::Text, Work::OldForm, Work::Delete, Work::Restore];

/// What she has before her.
#[derive(Debug, Clone, Default)]
pub(super) struct Hand {
    /// A form that was opened at some heads.
    pub form: Option<(RecordId, Vec<Hash>)>,
    /// What she deleted.
    pub deleted: Vec<RecordId>,
}

/// Does it, as far as she may.
pub(super) fn perform(replica: &mut Replica, work: Work, hand: &mut Hand, random: &mut fastrand::Rng) -> Result<()> {
    let word = ["النور", "الأمل", "السلام", "الوفاء", "المدينة"][random.usize(0..5)];
    let scope = {
        let grants: Vec<Grant> = replica.user().map(|u| u.grants.clone()).unwrap_or_default();
        let own = replica.user().map(|u| ScopeId::from(u.id));
        let territories: Vec<ScopeId> = grants
            .iter()
            .filter(|g| g.level >= Level::Write && g.scope != ScopeId::COMPANY && Some(g.scope) != own)
            .map(|g| g.scope)
            .collect();
        if territories.is_empty() { None } else { Some(territories[random.usize(0..territories.len())]) }
    };
    let pick = |replica: &mut Replica, kind: &str, random: &mut fastrand::Rng| -> Result<Option<RecordId>> {
        let page = replica.list_records(ListRecords { kind: kind.into(), limit: 50, ..ListRecords::default() })?;
        Ok(if page.lines.is_empty() { None } else { Some(page.lines[random.usize(0..page.lines.len())].id) })
    };
    let create = |replica: &mut Replica, kind: &str, scope: Option<ScopeId>, fields: &[(&str, Value)]| -> Result<()> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        match replica.create_record(CreateRecord { kind: kind.into(), id: None, scope, fields }) {
            // Somebody who has no territory any more makes nothing there.
            Err(e) if matches!(e.code, ErrorCode::Forbidden | ErrorCode::UnknownKind) => Ok(()),
            other => other.map(drop),
        }
    };
    let edit = |replica: &mut Replica, edits: EditFields| -> Result<()> {
        match replica.edit_fields(edits) {
            Err(e) if matches!(e.code, ErrorCode::Forbidden | ErrorCode::NotFound | ErrorCode::UnknownField) => Ok(()),
            other => other.map(drop),
        }
    };
    match work {
        Work::Customer => create(replica, "customer", scope, &[("name", word.into())])?,
        Work::Note => {
            if let Some(customer) = pick(replica, "customer", random)? {
                create(replica, "note", None, &[("customer", customer.to_string().into()), ("body", word.into())])?;
            }
        }
        Work::Task => {
            if let Some(customer) = pick(replica, "customer", random)? {
                create(replica, "task", None, &[("customer", customer.to_string().into()), ("title", word.into())])?;
            }
        }
        Work::Field => {
            if let Some(id) = pick(replica, "customer", random)? {
                let field = ["name", "city", "phone", "activity"][random.usize(0..4)];
                edit(replica, EditFields::now(id, vec![Edit::set(field, format!("{word} {}", random.u8(..)))]))?;
                hand.form = Some((id, replica.get_record(GetRecord { id })?.heads));
            }
        }
        Work::Text => {
            if let Some(id) = pick(replica, "note", random)? {
                // Words that nobody else types: each may come to stand there once.
                let insert = format!("{word}{} ", random.u32(1_000_000_000..));
                let edits = Edit::Splice { field: "body".into(), at: random.usize(0..20), delete: random.usize(0..3), insert };
                edit(replica, EditFields::now(id, vec![edits]))?;
            }
        }
        Work::OldForm => {
            if let Some((id, base)) = hand.form.take() {
                let edits =
                    EditFields { base: Some(base), ..EditFields::now(id, vec![Edit::set("remarks", word), Edit::set("city", word)]) };
                edit(replica, edits)?;
            }
        }
        Work::Delete => {
            let kind = ["customer", "note", "task"][random.usize(0..3)];
            if let Some(id) = pick(replica, kind, random)? {
                edit(replica, EditFields::now(id, vec![Edit::Delete { deleted: true }]))?;
                hand.deleted.push(id);
            }
        }
        Work::Move => {
            if let (Some(id), Some(to)) = (pick(replica, "customer", random)?, scope) {
                match replica.move_record(MoveRecord { id, to }) {
                    Err(e) if matches!(e.code, ErrorCode::Forbidden | ErrorCode::InvalidValue | ErrorCode::NotFound) => {}
                    other => drop(other?),
                }
            }
        }
        Work::Attach => {
            if let Some(customer) = pick(replica, "customer", random)? {
                // Mostly small; now and then of two parts.
                let size = if random.u8(0..6) == 0 { PART_BYTES + 100 } else { random.usize(1..2_000) };
                let bytes: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(size).collect();
                let kept = replica.keep_content(KeepContent { bytes: STANDARD.encode(bytes) })?;
                let customer = customer.to_string();
                let fields = [("name", word.into()), ("customer", customer.into()), ("content", kept.hash.to_string().into())];
                create(replica, "attachment", None, &fields)?;
            }
        }
        Work::Look => {
            if let Some(id) = pick(replica, "attachment", random)?
                && let Ok(record) = replica.get_record(GetRecord { id })
                && let Some(hash) = record.row.get("content").and_then(|name| name.as_text()?.parse().ok())
            {
                replica.read_content(ReadContent { hash })?;
            }
        }
        Work::Summary => {
            if let Some(id) = pick(replica, "note", random)? {
                let summary = Edit::Splice { field: "summary".into(), at: 0, delete: 0, insert: format!("{word} ") };
                edit(replica, EditFields::now(id, vec![summary, Edit::set("mood", word)]))?;
            }
        }
        Work::Offer => {
            if let Some(customer) = pick(replica, "customer", random)? {
                create(replica, "offer", None, &[("customer", customer.to_string().into()), ("title", word.into())])?;
            }
        }
        Work::Restore => {
            if let Some(id) = hand.deleted.pop() {
                edit(replica, EditFields::now(id, vec![Edit::Delete { deleted: false }]))?;
            }
        }
    }
    Ok(())
}
