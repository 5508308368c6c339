//! The fields of the form, and what was typed into them.

use gloo::storage::{SessionStorage, Storage};
use maydan_core::{RecordId, Row, Value};
use std::collections::BTreeMap;

/// What was typed, by field.
pub type Typed = BTreeMap<String, String>;

/// One input of the form.
pub struct Input {
    /// The field.
    pub field: &'static str,
    /// The kind of the input, for keyboards of phones.
    pub input_type: &'static str,
    /// Free text.
    pub prose: bool,
    /// For end-to-end tests.
    pub testid: &'static str,
}

const fn line(field: &'static str, input_type: &'static str, testid: &'static str) -> Input {
    Input { field, input_type, prose: false, testid }
}

/// The inputs: what a rep knows at the door comes first. Everything else is entered in the record itself.
pub const FIELDS: &[Input] = &[
    line("name", "text", "new-customer-name"),
    line("phone", "tel", "new-customer-phone"),
    line("other_name", "text", "new-customer-other_name"),
    line("city", "text", "new-customer-city"),
    line("address", "text", "new-customer-address"),
    line("activity", "text", "new-customer-activity"),
    line("email", "email", "new-customer-email"),
    Input { field: "remarks", input_type: "text", prose: true, testid: "new-customer-remarks" },
];

/// The row of the new record; her maker looks after her first.
pub fn row_of(typed: &Typed, owner: Option<RecordId>) -> Row {
    let mut row: Row = typed
        .iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(field, text)| {
            let text = text.trim();
            let value = match field.as_str() {
                "latitude" | "longitude" => text.parse::<f64>().map_or(Value::Null, Value::Real),
                _ => Value::Text(text.to_owned()),
            };
            (field.clone(), value)
        })
        .collect();
    row.insert("status".to_owned(), Value::from("active"));
    if let Some(owner) = owner {
        row.insert("owner".to_owned(), Value::Text(owner.to_string()));
    }
    row
}

const DRAFT: &str = "maydan.draft.customer";

/// What was typed before the page was left.
pub fn kept_draft() -> Typed {
    SessionStorage::get(DRAFT).unwrap_or_default()
}

/// Keeps what is typed until it is saved or the app is closed. Without storage it lives as long as the page.
pub fn keep_draft(typed: &Typed) {
    let _ = SessionStorage::set(DRAFT, typed);
}

/// The customer is saved: the draft has done its work.
pub fn forget_draft() {
    SessionStorage::delete(DRAFT);
}
