//! Every kind, field and choice has its words in both languages: a screen never shows a code.
#![expect(clippy::unwrap_used, reason = "tests")]

use maydan_core::{FieldType, Registry};
use std::collections::BTreeSet;
use std::path::Path;

fn keys(language: &str) -> BTreeSet<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../ui/locales/{language}/records.ftl"));
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned())).collect()
}

#[test]
fn every_kind_field_and_choice_has_a_word() {
    for language in ["ar", "en"] {
        let keys = keys(language);
        let mut missing = Vec::new();
        for kind in Registry::maydan().iter() {
            missing.push(kind.name.to_string());
            // What a person never sees by its name: the raw entries behind derived fields.
            for field in kind.fields.iter().filter(|f| !matches!(f.ty, FieldType::Events | FieldType::Track)) {
                let label = format!("{}-{}", kind.name, field.name);
                if let FieldType::Choice(choices) = field.ty.stored() {
                    missing.extend(choices.iter().map(|choice| format!("{label}-{choice}")));
                }
                missing.push(label);
            }
        }
        missing.retain(|key| !keys.contains(&key.replace('_', "-")));
        assert!(missing.is_empty(), "{language}: {missing:?}");
    }
}
