//! A box of free text that saves itself.

use super::autosave::use_autosave;
use crate::components::TextArea;
use crate::hooks::use_i18n;
use maydan_core::RecordId;
use maydan_core::document::Hash;
use yew::prelude::*;

/// Properties of [`ProseBox`].
#[derive(Properties, PartialEq)]
pub struct ProseBoxProps {
    /// The record. A box never changes its record: give it the record's id as `key`.
    pub record: RecordId,
    /// The prose field.
    pub field: AttrValue,
    /// The field's text as the record has it.
    pub text: String,
    /// The heads at which it was read.
    pub heads: Vec<Hash>,
    /// What the box holds, for screen readers.
    pub label: String,
    /// What the box says while it is empty.
    #[prop_or_default]
    pub placeholder: String,
    /// For end-to-end tests.
    pub testid: &'static str,
}

/// Prose edited in place: written on a pause and when it is left.
#[component]
pub fn ProseBox(props: &ProseBoxProps) -> Html {
    let i18n = use_i18n();
    let autosave = use_autosave(props.record, props.field.clone(), props.text.clone(), props.heads.clone());
    // Long lines wrap at about this many letters.
    let rows = autosave.text.lines().map(|line| line.chars().count() / 60 + 1).sum::<usize>().clamp(2, 14);
    html! {
        <label class="p1-prose" data-unsaved={autosave.unsaved.to_string()}>
            <span class="visually-hidden">{ props.label.clone() }</span>
            <TextArea
                value={autosave.text}
                oninput={autosave.oninput}
                onblur={autosave.onblur}
                rows={u32::try_from(rows).unwrap_or(2)}
                placeholder={props.placeholder.clone()}
                testid={props.testid}
            />
            <span class="p1-prose-state muted" aria-live="polite">
                if autosave.unsaved { { i18n.t("page-customer-unsaved") } }
            </span>
        </label>
    }
}
