//! Values in words, for history and conflicts, by the field's declared type.

use crate::i18n::I18n;
use maydan_core::{Day, FieldType, Instant, Registry, Value};
use std::collections::BTreeMap;

thread_local! {
    static REGISTRY: Registry = Registry::maydan();
}

/// What a field holds, seen through a derivation.
pub fn field_type(kind: &str, field: &str) -> Option<FieldType> {
    REGISTRY.with(|registry| Some(registry.get(kind).ok()?.get(field).ok()?.ty.stored().clone()))
}

/// The names of a kind's fields that a form shows, in its order.
pub fn form_fields(kind: &str) -> Vec<String> {
    REGISTRY.with(|registry| {
        registry.get(kind).map_or_else(
            |_| Vec::new(),
            |kind| {
                kind.columns()
                    .filter(|field| !matches!(field.ty, FieldType::Derived(_)))
                    .map(|field| field.name.clone().into_owned())
                    .collect()
            },
        )
    })
}

/// A value as a person reads it. `names` are titles of linked records, by id.
pub fn show_value(i18n: &I18n, kind: &str, field: &str, value: &Value, names: &BTreeMap<String, String>) -> String {
    if value.is_empty() {
        return i18n.t("page-value-empty");
    }
    match (field_type(kind, field), value) {
        (Some(FieldType::Choice(_)), Value::Text(word)) => i18n.choice(kind, field, word),
        (Some(FieldType::Link(_)), Value::Text(id)) => names.get(id).cloned().unwrap_or_else(|| i18n.t("page-value-unknown")),
        (Some(FieldType::Day), Value::Text(day)) => day.parse::<Day>().map_or_else(|_| day.clone(), |day| i18n.date(day)),
        (Some(FieldType::Instant), Value::Int(ms)) => i18n.datetime(Instant(*ms)),
        (_, Value::Text(text)) => text.clone(),
        (_, Value::Int(number)) => i18n.number(*number),
        (_, Value::Real(measure)) => i18n.decimal(*measure, 6),
        (_, Value::Bool(true)) => i18n.t("page-value-yes"),
        (_, Value::Bool(false)) => i18n.t("page-value-no"),
        (_, Value::Tags(words)) => words.join(" · "),
        (_, Value::Null) => i18n.t("page-value-empty"),
    }
}
