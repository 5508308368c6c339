//! A label around an input, and the on/off switch.

use super::{Icon, IconView, test_hook};
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

/// Properties of [`Toggle`].
#[derive(Properties, PartialEq)]
pub struct ToggleProps {
    /// On or off.
    pub on: bool,
    /// What is on or off.
    pub label: String,
    /// The other state was asked for.
    #[prop_or_default]
    pub onchange: Callback<bool>,
    /// A hook for tests.
    #[prop_or_default]
    pub testid: &'static str,
}

/// A switch that acts at once.
#[component]
pub fn Toggle(props: &ToggleProps) -> Html {
    let on = props.on;
    let onclick = props.onchange.reform(move |_: MouseEvent| !on);
    html! {
        <button
            type="button"
            class="toggle"
            role="switch"
            aria-checked={if on { "true" } else { "false" }}
            {onclick}
            data-testid={test_hook(props.testid)}
        >
            <span class="toggle-label">{ props.label.clone() }</span>
            <span class="toggle-track" aria-hidden="true"><span class="toggle-thumb"></span></span>
        </button>
    }
}
