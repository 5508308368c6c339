//! The input that a field's type asks for.

use super::link::LinkControl;
use super::text::{is_code, typed};
use crate::hooks::use_i18n;
use crate::i18n::I18n;
use maydan_core::{Field, FieldType, Value};
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

/// Properties of [`Control`].
#[derive(Properties, Clone, PartialEq)]
pub(super) struct ControlProps {
    /// The kind that declares the field.
    pub kind: &'static str,
    /// The field.
    pub field: Rc<Field>,
    /// The value to start from.
    pub value: Value,
    /// The input, for whoever moves the focus.
    pub node: NodeRef,
    /// A value was settled by a key, by choosing, or by leaving; the flag says whether the focus is still here.
    pub onsettle: Callback<(String, bool)>,
    /// Escape.
    pub onrevert: Callback<()>,
    /// The value was refused.
    pub invalid: bool,
}

/// A line, a text or a list.
#[component]
pub(super) fn Control(props: &ControlProps) -> Html {
    let i18n = use_i18n();
    let draft = use_state(|| typed(&props.value));
    match &props.field.ty {
        FieldType::Prose => prose(props, &i18n, &draft),
        FieldType::Choice(words) => {
            let options = words.iter().map(|w| (w.to_string(), i18n.choice(props.kind, &props.field.name, w))).collect();
            list(props, &i18n, options)
        }
        FieldType::Bool => {
            let options = vec![("true".to_owned(), i18n.t("page-value-yes")), ("false".to_owned(), i18n.t("page-value-no"))];
            list(props, &i18n, options)
        }
        FieldType::Link(_) => html! { <LinkControl ..props.clone() /> },
        _ => line(props, &i18n, &draft),
    }
}

fn line(props: &ControlProps, i18n: &I18n, draft: &UseStateHandle<String>) -> Html {
    let (input_type, keyboard) = match &props.field.ty {
        FieldType::Phone => ("tel", "tel"),
        FieldType::Email => ("email", "email"),
        FieldType::Day => ("date", "text"),
        FieldType::Integer | FieldType::Real => ("text", "decimal"),
        _ => ("text", "text"),
    };
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |e: InputEvent| draft.set(e.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let onkeydown = keys(props, draft, |e| e.key() == "Enter");
    html! {
        <input
            class="input inline-input"
            ref={props.node.clone()}
            type={input_type}
            inputmode={keyboard}
            dir={if is_code(&props.field.ty) { Some("ltr") } else { (!draft.is_empty()).then_some("auto") }}
            autocomplete="off"
            value={(**draft).clone()}
            aria-label={i18n.label(props.kind, &props.field.name)}
            aria-invalid={props.invalid.then_some("true")}
            {oninput}
            {onkeydown}
            onblur={leaving(props, draft)}
            data-testid={format!("input-{}", props.field.name)}
        />
    }
}

fn prose(props: &ControlProps, i18n: &I18n, draft: &UseStateHandle<String>) -> Html {
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |e: InputEvent| draft.set(e.target_unchecked_into::<HtmlTextAreaElement>().value()))
    };
    // Enter is a new line in free text.
    let onkeydown = keys(props, draft, |e| e.key() == "Enter" && (e.ctrl_key() || e.meta_key()));
    html! {
        <textarea
            class="input textarea inline-input"
            ref={props.node.clone()}
            dir={(!draft.is_empty()).then_some("auto")}
            rows="4"
            value={(**draft).clone()}
            aria-label={i18n.label(props.kind, &props.field.name)}
            aria-invalid={props.invalid.then_some("true")}
            {oninput}
            {onkeydown}
            onblur={leaving(props, draft)}
            data-testid={format!("input-{}", props.field.name)}
        />
    }
}

/// A list; choosing settles at once.
pub(super) fn list(props: &ControlProps, i18n: &I18n, options: Vec<(String, String)>) -> Html {
    let now = typed(&props.value);
    let onchange = {
        let onsettle = props.onsettle.clone();
        Callback::from(move |e: Event| onsettle.emit((e.target_unchecked_into::<HtmlSelectElement>().value(), true)))
    };
    let onkeydown = {
        let onrevert = props.onrevert.clone();
        Callback::from(move |e: KeyboardEvent| {
            if e.key() == "Escape" {
                e.prevent_default();
                onrevert.emit(());
            }
        })
    };
    let onblur = {
        let (onsettle, now) = (props.onsettle.clone(), now.clone());
        Callback::from(move |_: FocusEvent| onsettle.emit((now.clone(), false)))
    };
    let none = (!props.field.required).then(|| (String::new(), i18n.t("inline-none")));
    html! {
        <span class="select">
            <select
                class="input select-input inline-input"
                ref={props.node.clone()}
                aria-label={i18n.label(props.kind, &props.field.name)}
                {onchange}
                {onkeydown}
                {onblur}
                data-testid={format!("input-{}", props.field.name)}
            >
                { for none.into_iter().chain(options).map(|(value, label)| {
                    let selected = value == now;
                    html! { <option key={value.as_str()} value={value.clone()} {selected}>{ label }</option> }
                }) }
            </select>
        </span>
    }
}

/// Settles on the key that `settles` names, reverts on Escape.
fn keys(
    props: &ControlProps,
    draft: &UseStateHandle<String>,
    settles: impl Fn(&KeyboardEvent) -> bool + 'static,
) -> Callback<KeyboardEvent> {
    let (onsettle, onrevert, draft) = (props.onsettle.clone(), props.onrevert.clone(), draft.clone());
    Callback::from(move |e: KeyboardEvent| {
        if e.is_composing() {
            return; // the key belongs to the input method
        }
        if settles(&e) {
            e.prevent_default();
            onsettle.emit(((*draft).clone(), true));
        } else if e.key() == "Escape" {
            // A sheet around the field stays open.
            e.prevent_default();
            onrevert.emit(());
        }
    })
}

fn leaving(props: &ControlProps, draft: &UseStateHandle<String>) -> Callback<FocusEvent> {
    let (onsettle, draft) = (props.onsettle.clone(), draft.clone());
    Callback::from(move |_: FocusEvent| onsettle.emit(((*draft).clone(), false)))
}
