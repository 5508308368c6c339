//! A value as people read it.

use crate::i18n::I18n;
use maydan_core::{Day, FieldType, Instant, Registry, Value};
use std::collections::BTreeMap;

thread_local! {
    static REGISTRY: Registry = Registry::maydan();
}

/// A value of a field in words. `names` are titles of linked records, by id.
pub fn show(i18n: &I18n, kind: &str, field: &str, value: &Value, names: &BTreeMap<String, String>) -> String {
    if value.is_empty() {
        return i18n.t("page-conflicts-nothing");
    }
    let ty = REGISTRY.with(|registry| registry.get(kind).ok().and_then(|kind| Some(kind.get(field).ok()?.ty.stored().clone())));
    match (ty, value) {
        (Some(FieldType::Choice(_)), Value::Text(word)) => i18n.choice(kind, field, word),
        (Some(FieldType::Link(_)), Value::Text(id)) => names.get(id).cloned().unwrap_or_else(|| i18n.t("page-conflicts-unknown")),
        (Some(FieldType::Day), Value::Text(day)) => day.parse::<Day>().map_or_else(|_| day.clone(), |day| i18n.date(day)),
        (Some(FieldType::Instant), Value::Int(at)) => i18n.datetime(Instant(*at)),
        (_, Value::Bool(yes)) => i18n.t(if *yes { "page-conflicts-yes" } else { "page-conflicts-no" }),
        (_, Value::Int(number)) => i18n.number(*number),
        (_, Value::Real(number)) => i18n.decimal(*number, 5),
        (_, Value::Text(text)) => text.clone(),
        (_, Value::Tags(words)) => words.join(" · "),
        (_, Value::Null) => String::new(),
    }
}
