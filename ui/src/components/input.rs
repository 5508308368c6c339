//! Inputs: a line, a text, a choice. Each is controlled: it shows what its owner holds.

use super::test_hook;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

/// Properties of [`TextInput`].
#[derive(Properties, PartialEq)]
pub struct TextInputProps {
    /// The text.
    #[prop_or_default]
    pub value: AttrValue,
    /// The text as it is being typed.
    #[prop_or_default]
    pub oninput: Callback<String>,
    /// Enter was pressed (not to accept an input method's suggestion).
    #[prop_or_default]
    pub onenter: Callback<()>,
    /// Escape was pressed.
    #[prop_or_default]
    pub onescape: Callback<()>,
    /// `text`, `tel`, `email`, `url`, `password`, `search`, `date` …
    #[prop_or(AttrValue::Static("text"))]
    pub input_type: AttrValue,
    /// Direction; that of the text when nothing else is said, left to right for phones, addresses and passwords.
    #[prop_or(AttrValue::Static("auto"))]
    pub dir: AttrValue,
    /// An example.
    #[prop_or_default]
    pub placeholder: String,
    /// Takes the focus when it appears.
    #[prop_or_default]
    pub autofocus: bool,
    /// A hook for tests.
    #[prop_or_default]
    pub testid: &'static str,
    /// Its id, where something points to it.
    #[prop_or_default]
    pub id: AttrValue,
}

/// Direction of an input: codes are written left to right in every language. An empty one has the page's direction, which
/// is its placeholder's.
fn direction(input_type: &str, wanted: &AttrValue, empty: bool) -> Option<AttrValue> {
    let code = matches!(input_type, "tel" | "email" | "url" | "password");
    match wanted.as_str() {
        "auto" if code => Some(AttrValue::Static("ltr")),
        "auto" if empty => None,
        _ => Some(wanted.clone()),
    }
}

/// One line of text.
#[component]
pub fn TextInput(props: &TextInputProps) -> Html {
    let node = use_node_ref();
    {
        // Not the attribute: the browser acts on that whenever the page has settled, under the hands of whoever types
        // in another field by then.
        let node = node.clone();
        use_effect_with(props.autofocus, move |wanted| {
            if *wanted && let Some(input) = node.cast::<HtmlElement>() {
                let _ = input.focus();
            }
        });
    }
    let oninput = props.oninput.reform(|e: InputEvent| e.target_unchecked_into::<HtmlInputElement>().value());
    let (onenter, onescape) = (props.onenter.clone(), props.onescape.clone());
    let onkeydown = Callback::from(move |e: KeyboardEvent| match e.key().as_str() {
        "Enter" if !e.is_composing() => onenter.emit(()),
        "Escape" => onescape.emit(()),
        _ => {}
    });
    let id = (!props.id.is_empty()).then(|| props.id.clone());
    html! {
        <input
            class="input"
            ref={node}
            {id}
            type={props.input_type.clone()}
            dir={direction(&props.input_type, &props.dir, props.value.is_empty())}
            value={props.value.clone()}
            placeholder={props.placeholder.clone()}
            autocomplete={if props.input_type == "password" { "current-password" } else { "off" }}
            {oninput}
            {onkeydown}
            data-testid={test_hook(props.testid)}
        />
    }
}

/// Properties of [`TextArea`].
#[derive(Properties, PartialEq)]
pub struct TextAreaProps {
    /// The text.
    #[prop_or_default]
    pub value: AttrValue,
    /// The text as it is being typed.
    #[prop_or_default]
    pub oninput: Callback<String>,
    /// The focus left.
    #[prop_or_default]
    pub onblur: Callback<()>,
    /// Lines to show at least.
    #[prop_or(4)]
    pub rows: u32,
    /// An example.
    #[prop_or_default]
    pub placeholder: String,
    /// A hook for tests.
    #[prop_or_default]
    pub testid: &'static str,
}

/// Free text.
#[component]
pub fn TextArea(props: &TextAreaProps) -> Html {
    let oninput = props.oninput.reform(|e: InputEvent| e.target_unchecked_into::<HtmlTextAreaElement>().value());
    let onblur = props.onblur.reform(|_: FocusEvent| ());
    html! {
        <textarea
            class="input textarea"
            dir={direction("text", &AttrValue::Static("auto"), props.value.is_empty())}
            rows={props.rows.to_string()}
            value={props.value.clone()}
            placeholder={props.placeholder.clone()}
            {oninput}
            {onblur}
            data-testid={test_hook(props.testid)}
        />
    }
}

/// Properties of [`Select`].
#[derive(Properties, PartialEq)]
pub struct SelectProps {
    /// The chosen option.
    #[prop_or_default]
    pub value: AttrValue,
    /// Values and their words.
    pub options: Vec<(AttrValue, String)>,
    /// Another one was chosen.
    #[prop_or_default]
    pub onchange: Callback<String>,
    /// A hook for tests.
    #[prop_or_default]
    pub testid: &'static str,
}

/// One of a few. The platform's own list: it knows thumbs, keyboards and screen readers.
#[component]
pub fn Select(props: &SelectProps) -> Html {
    let node = use_node_ref();
    {
        // After a choice the browser ignores `selected` attributes; the property always counts.
        let node = node.clone();
        use_effect_with((props.value.clone(), props.options.clone()), move |(value, _)| {
            if let Some(select) = node.cast::<HtmlSelectElement>() {
                select.set_value(value);
            }
        });
    }
    let onchange = props.onchange.reform(|e: Event| e.target_unchecked_into::<HtmlSelectElement>().value());
    html! {
        <span class="select">
            <select class="input select-input" ref={node} {onchange} data-testid={test_hook(props.testid)}>
                { for props.options.iter().map(|(value, label)| html! {
                    <option key={value.as_str()} value={value.clone()} selected={*value == props.value}>{ label.clone() }</option>
                }) }
            </select>
        </span>
    }
}
