//! A row of views of one thing.

use crate::hooks::use_i18n;
use crate::i18n::Language;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Properties of [`Tabs`].
#[derive(Properties, PartialEq)]
pub struct TabsProps {
    /// Values and their words.
    pub tabs: Vec<(AttrValue, String)>,
    /// The one that is shown.
    pub active: AttrValue,
    /// Another one was asked for.
    #[prop_or_default]
    pub onselect: Callback<AttrValue>,
}

/// Tabs; arrows move along the reading direction.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let i18n = use_i18n();
    let forward = if matches!(i18n.language(), Language::Ar) { "ArrowLeft" } else { "ArrowRight" };
    let onkeydown = {
        let tabs: Vec<AttrValue> = props.tabs.iter().map(|(value, _)| value.clone()).collect();
        let (active, onselect) = (props.active.clone(), props.onselect.clone());
        Callback::from(move |e: KeyboardEvent| {
            let key = e.key();
            if !matches!(key.as_str(), "ArrowLeft" | "ArrowRight") || tabs.is_empty() {
                return;
            }
            e.prevent_default();
            let here = tabs.iter().position(|t| *t == active).unwrap_or(0);
            let step = if key == forward { 1 } else { tabs.len() - 1 };
            let next = (here + step) % tabs.len();
            focus_nth(&e, next);
            if let Some(tab) = tabs.get(next) {
                onselect.emit(tab.clone());
            }
        })
    };
    html! {
        <div class="tabs" role="tablist" {onkeydown}>
            { for props.tabs.iter().map(|(value, label)| {
                let chosen = *value == props.active;
                let onclick = {
                    let (onselect, value) = (props.onselect.clone(), value.clone());
                    Callback::from(move |_: MouseEvent| onselect.emit(value.clone()))
                };
                html! {
                    <button
                        key={value.as_str()}
                        type="button"
                        class={classes!("tab", chosen.then_some("active"))}
                        role="tab"
                        aria-selected={if chosen { "true" } else { "false" }}
                        tabindex={if chosen { "0" } else { "-1" }}
                        {onclick}
                        data-testid={format!("tab-{value}")}
                    >
                        { label.clone() }
                    </button>
                }
            }) }
        </div>
    }
}

/// Focuses the nth tab of the list in which a key was pressed.
fn focus_nth(e: &KeyboardEvent, nth: usize) {
    let list = e.target_dyn_into::<HtmlElement>().and_then(|tab| tab.parent_element());
    let tab = list.and_then(|list| list.query_selector(&format!("[role=tab]:nth-child({})", nth + 1)).ok().flatten());
    if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
        let _ = tab.focus();
    }
}
