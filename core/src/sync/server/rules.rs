//! Rules of single fields that no client may break, whoever wrote it.

use super::facts::writer_of;
use super::{Doc, Facts};
use crate::document::{RawChange, RootWrite};
use crate::domain::visit::{Event, Step};
use crate::id::{RecordId, ScopeId};
use crate::permit::Action;
use crate::record::{FieldType, Kind};
use crate::{Error, ErrorCode, Result};

/// Steps of a visit are signed with the sender's own name and never changed; approving needs the right to approve. Nobody but the
/// server shortens a history, and nobody says of others' work that it was done again.
pub(super) fn check(kind: &Kind, facts: &Facts, id: RecordId, doc: &Doc, change: &RawChange) -> Result<()> {
    // In the first generation such keys mean nothing.
    if doc.generation > 0 {
        let is_own = |branch: &[u8]| facts.own.contains(&writer_of(branch));
        if !change.covers_only(is_own) {
            return Err(Error::new(ErrorCode::Forbidden, "what a history was shortened to is said by the server alone"));
        }
        if change.covered().iter().any(|(_, newest)| i64::try_from(*newest).is_err()) {
            return Err(Error::new(ErrorCode::InvalidValue, "nobody has written so many changes"));
        }
    }
    let mut events = kind.fields.iter().filter(|f| matches!(f.ty, FieldType::Events)).peekable();
    if events.peek().is_none() {
        return Ok(());
    }
    let writes = change.root_writes();
    for field in events {
        let prefix = format!("{}/", field.name);
        writes.iter().filter(|w| w.key.starts_with(&prefix)).try_for_each(|write| check_step(facts, id, doc.scope, write))?;
    }
    Ok(())
}

fn check_step(facts: &Facts, doc: RecordId, scope: ScopeId, write: &RootWrite) -> Result<()> {
    if write.overwrites {
        return Err(Error::new(ErrorCode::Forbidden, "a step that was taken is never changed"));
    }
    let event: Event = write
        .text
        .as_deref()
        .and_then(|t| serde_json::from_str(t).ok())
        .ok_or_else(|| Error::new(ErrorCode::InvalidValue, format!("{} is no step of a visit", write.key)))?;
    if event.by != facts.user {
        return Err(Error::new(ErrorCode::Forbidden, "a step is signed by whoever takes it"));
    }
    if matches!(event.step, Step::Approved { .. } | Step::Returned { .. }) {
        facts.check(doc, scope, Action::Approve)?;
    }
    Ok(())
}
