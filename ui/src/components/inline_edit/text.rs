//! Values as a person types them.

use maydan_core::command::ListRecords;
use maydan_core::text::digits;
use maydan_core::{Field, FieldType, Result, Value};

/// Everybody, or every territory: the few that a link may point to.
pub(super) fn all_of(kind: &str) -> ListRecords {
    ListRecords { kind: kind.to_owned(), limit: maydan_core::command::MAX_PAGE, ..ListRecords::default() }
}

/// Whether a person changes this field by typing or choosing. Links to the many are followed, not edited.
pub(super) fn is_editable(ty: &FieldType) -> bool {
    match ty {
        FieldType::Instant | FieldType::Events | FieldType::Track | FieldType::Derived(_) => false,
        FieldType::Link(kind) => matches!(kind.as_ref(), "user" | "territory"),
        _ => true,
    }
}

/// Whether it is written left to right in every language.
pub(super) fn is_code(ty: &FieldType) -> bool {
    matches!(ty.stored(), FieldType::Phone | FieldType::Email | FieldType::Integer | FieldType::Real)
}

/// A value as it stands in its input.
pub(super) fn typed(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Real(x) => x.to_string(),
        Value::Text(s) => s.clone(),
        Value::Tags(tags) => tags.join("، "),
    }
}

/// Reads what was typed.
///
/// # Errors
/// What [`Field::check`] says of it.
pub(super) fn read(field: &Field, text: &str) -> Result<Value> {
    let bare = text.trim();
    // What is no number stays text, and the check refuses it in its own words.
    let value = match &field.ty {
        _ if bare.is_empty() => Value::Null,
        FieldType::Integer => digits(bare).parse::<i64>().map_or_else(|_| Value::from(bare), Value::Int),
        FieldType::Real => real(bare).map_or_else(|| Value::from(bare), Value::Real),
        FieldType::Bool => Value::Bool(bare == "true"),
        FieldType::Tags => {
            let words = bare.split(['،', ',', ';', '؛', '\n']).map(str::trim).filter(|w| !w.is_empty());
            Value::Tags(words.map(ToOwned::to_owned).collect())
        }
        FieldType::Prose => Value::from(text),
        _ => Value::from(bare),
    };
    field.check(value)
}

/// A measure with the decimal mark of either writing.
fn real(text: &str) -> Option<f64> {
    digits(text).replace(['٫', ','], ".").parse().ok()
}
