//! A label around an input.

use super::{Icon, IconView};
use yew::prelude::*;

/// Properties of [`Field`].
#[derive(Properties, PartialEq)]
pub struct FieldProps {
    /// What the input holds.
    pub label: String,
    /// Why the present value can't stay, and what to enter.
    #[prop_or_default]
    pub error: Option<String>,
    /// Help that is there before anything goes wrong.
    #[prop_or_default]
    pub hint: Option<String>,
    /// The input.
    #[prop_or_default]
    pub children: Html,
}

/// A labelled input. The label wraps it, so that they belong together without ids.
#[component]
pub fn Field(props: &FieldProps) -> Html {
    html! {
        <div class={classes!("field", props.error.is_some().then_some("field-invalid"))}>
            <label class="field-body">
                <span class="field-label">{ props.label.clone() }</span>
                { props.children.clone() }
            </label>
            if let Some(error) = &props.error {
                <p class="field-error" role="alert"><IconView icon={Icon::Warning} />{ error.clone() }</p>
            } else if let Some(hint) = &props.hint {
                <p class="field-hint">{ hint.clone() }</p>
            }
        </div>
    }
}
