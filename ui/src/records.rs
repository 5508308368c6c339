//! Declarations and values of records, for screens: one registry, one way in which a value is read by a person.

use crate::i18n::I18n;
use maydan_core::{Actor, Day, Field, FieldType, Instant, Registry, Row, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::declared);

/// The declaration of a field.
pub fn declared(kind: &str, field: &str) -> Option<Field> {
    REGISTRY.get(kind).and_then(|k| k.get(field).cloned()).ok()
}

/// What a field holds, seen through a derivation.
pub fn field_type(kind: &str, field: &str) -> Option<FieldType> {
    Some(REGISTRY.get(kind).ok()?.get(field).ok()?.ty.stored().clone())
}

/// The names of a kind's fields that a form shows, in its order.
pub fn form_fields(kind: &str) -> Vec<String> {
    let Ok(kind) = REGISTRY.get(kind) else { return Vec::new() };
    let fields = kind.columns().filter(|field| !matches!(field.ty, FieldType::Derived(_)));
    fields.map(|field| field.name.clone().into_owned()).collect()
}

/// The title of a record of this kind, from its fields.
pub fn title_of(kind: &str, row: &Row) -> Option<String> {
    let kind = REGISTRY.get(kind).ok()?;
    row.get(&*kind.title()?.name)?.as_text().map(ToOwned::to_owned)
}

/// Who wrote under an actor, from the names that came with an answer: a person, the server itself (imports), or somebody
/// whose name is not on this device.
pub fn author(i18n: &I18n, names: &BTreeMap<String, String>, actor: Actor) -> String {
    match names.get(&actor.0.to_string()) {
        Some(name) if name.is_empty() => i18n.t("page-the-server"),
        Some(name) => name.clone(),
        None => i18n.t("page-someone"),
    }
}

/// A value in words; nothing for none. `names` are titles of linked records, by id.
pub fn words(i18n: &I18n, kind: &str, field: &str, value: &Value, names: &BTreeMap<String, String>) -> String {
    match (field_type(kind, field), value) {
        (_, Value::Null) => String::new(),
        (Some(FieldType::Choice(_)), Value::Text(word)) => i18n.choice(kind, field, word),
        (Some(FieldType::Link(_)), Value::Text(id)) => names.get(id).cloned().unwrap_or_else(|| i18n.t("page-value-unknown")),
        (Some(FieldType::Day), Value::Text(day)) => day.parse::<Day>().map_or_else(|_| day.clone(), |day| i18n.date(day)),
        (Some(FieldType::Instant), Value::Int(ms)) => i18n.datetime(Instant(*ms)),
        // No field of the record's, such as the territory that a refused move names.
        (None, Value::Text(id)) if names.contains_key(id) => names[id].clone(),
        (_, Value::Text(text)) => text.clone(),
        (_, Value::Int(number)) => i18n.number(*number),
        // Measures are coordinates: people copy them into maps, which read a point and ASCII digits (metre precision).
        (_, Value::Real(measure)) => format!("{measure:.5}"),
        (_, Value::Bool(yes)) => i18n.t(if *yes { "page-value-yes" } else { "page-value-no" }),
        (_, Value::Tags(tags)) => tags.join(i18n.list_separator()),
    }
}

/// The same, with a word for no value.
pub fn words_or_empty(i18n: &I18n, kind: &str, field: &str, value: &Value, names: &BTreeMap<String, String>) -> String {
    if value.is_empty() { i18n.t("page-value-empty") } else { words(i18n, kind, field, value, names) }
}
