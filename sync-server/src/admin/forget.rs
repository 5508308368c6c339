//! What an operator lets the company forget: a record for good, or how records came to say what they say.

use super::DAY_MS;
use crate::company::{Company, Erased, Shorten, Shortened};
use maydan_core::{Error, RecordId, Result};

/// Shortens the histories of records with so many changes, to which nothing was written for so many days.
pub(super) fn shorten(company: &Company, changes: u64, days: i64) -> Result<String> {
    let before = company.now().plus(-days * DAY_MS);
    let Shortened { records, changes, left } = company.shorten(Shorten { changes, before })?;
    Ok(format!("the histories of {records} records are shortened by {changes} changes; {left} records need theirs"))
}

/// Erases a record, once somebody has said that she means it.
pub(super) fn erase(company: &Company, record: RecordId, yes: bool) -> Result<String> {
    let kinds = company.erasable(record)?;
    let kinds = kinds.iter().map(|(kind, count)| format!("{kind}: {count}")).collect::<Vec<_>>().join(", ");
    if !yes {
        return Err(Error::bad_request(format!("this would be gone for good ({kinds}): say --yes")));
    }
    let Erased { records, contents } = company.erase(record)?;
    Ok(format!("{records} records ({kinds}) and {contents} contents are erased; backups made before still hold them"))
}
