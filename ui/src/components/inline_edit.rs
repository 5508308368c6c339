//! A field that is edited where it stands.
//!
//! Press to edit; Enter saves, Escape reverts, leaving saves, and the focus goes back to where it was. What was typed
//! is checked before it is sent, so a refused value stays in its input with the reason beside it. The edit names the
//! heads that the person saw when she began, so that a colleague's edit meanwhile is never written over unseen.

mod control;
mod link;
mod text;

use super::Chip;
use crate::backend::new_id;
use crate::hooks::{use_command, use_i18n};
use crate::i18n::{Arg, I18n};
use crate::records;
use control::Control;
use gloo::timers::callback::Timeout;
use link::LinkName;
use maydan_core::command::EditFields;
use maydan_core::document::{Edit, Hash};
use maydan_core::{Error, Field, FieldType, RecordId, Value};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

/// How long a saved value is shown before the record itself must show it, milliseconds.
const AHEAD_MS: u32 = 2_000;

/// Properties of [`InlineEdit`].
#[derive(Properties, PartialEq)]
pub struct InlineEditProps {
    /// The record's kind.
    pub kind: &'static str,
    /// The field's name.
    pub field: AttrValue,
    /// Its present value.
    #[prop_or_default]
    pub value: Value,
    /// The record.
    pub record: RecordId,
    /// The heads at which the value was read.
    #[prop_or_default]
    pub base: Vec<Hash>,
}

/// A value that becomes an input when it is pressed.
#[component]
pub fn InlineEdit(props: &InlineEditProps) -> Html {
    let i18n = use_i18n();
    let field = use_memo((props.kind, props.field.clone()), |(kind, field)| records::declared(kind, field).map(Rc::new));
    let editing = use_state_eq(|| false);
    let problem = use_state_eq(|| None::<Error>);
    let ahead = use_value_ahead(&props.value);
    let base = use_mut_ref(Vec::<Hash>::new);
    let save = use_command::<EditFields>(Callback::noop());
    let focus = use_focus(*editing);

    let Some(field) = (*field).clone() else { return html! {} };
    let value = (*ahead).clone().unwrap_or_else(|| props.value.clone());
    if !text::is_editable(&field.ty) {
        return html! { <span class="inline-fixed">{ content(props.kind, &field, &value, &i18n) }</span> };
    }

    if *editing {
        let onsettle = {
            let (editing, problem, ahead, focus) = (editing.clone(), problem.clone(), ahead.clone(), focus.clone());
            let (field, value, record) = (field.clone(), value.clone(), props.record);
            Callback::from(move |(typed, stays): (String, bool)| {
                if !focus.is_live() {
                    return; // the input left the page because the edit is over
                }
                match text::read(&field, &typed) {
                    Err(refused) => problem.set(Some(refused)),
                    Ok(settled) => {
                        focus.end(stays);
                        problem.set(None);
                        editing.set(false);
                        if settled != value {
                            ahead.set(Some(settled.clone()));
                            let base = Some(base.borrow().clone()).filter(|heads| !heads.is_empty());
                            save.emit(EditFields {
                                id: record,
                                base,
                                edits: vec![Edit::set(&field.name, settled)],
                                request: Some(new_id().0),
                            });
                        }
                    }
                }
            })
        };
        let onrevert = {
            let (editing, problem, focus) = (editing.clone(), problem.clone(), focus.clone());
            Callback::from(move |()| {
                focus.end(true);
                problem.set(None);
                editing.set(false);
            })
        };
        let invalid = problem.is_some();
        return html! {
            <div class="inline-edit">
                <Control kind={props.kind} {field} {value} node={focus.input.clone()} {onsettle} {onrevert} {invalid} />
                if let Some(problem) = &*problem {
                    <p class="field-error" role="alert">{ i18n.error(problem) }</p>
                }
            </div>
        };
    }

    let onclick = {
        let (editing, focus, heads) = (editing.clone(), focus.clone(), props.base.clone());
        Callback::from(move |_: MouseEvent| {
            *base.borrow_mut() = heads.clone();
            focus.begin();
            editing.set(true);
        })
    };
    let label = i18n.label(props.kind, &props.field);
    let words = read(props.kind, &field, &value, &i18n);
    html! {
        <button
            type="button"
            class={classes!("inline-value", value.is_empty().then_some("inline-empty"))}
            ref={focus.button.clone()}
            aria-label={i18n.ta("inline-edit", &[("label", Arg::from(label)), ("value", Arg::from(words))])}
            {onclick}
            data-testid={format!("field-{}", props.field)}
        >
            { content(props.kind, &field, &value, &i18n) }
        </button>
    }
}

/// The value in words; a link is named by [`LinkName`] alone, because its id says nothing to a person.
fn read(kind: &str, field: &Field, value: &Value, i18n: &I18n) -> String {
    match field.ty.stored() {
        FieldType::Link(_) => String::new(),
        _ => records::words(i18n, kind, &field.name, value, &BTreeMap::new()),
    }
}

/// The value as it is shown.
fn content(kind: &str, field: &Field, value: &Value, i18n: &I18n) -> Html {
    match (field.ty.stored(), value) {
        (_, value) if value.is_empty() => html! { <span class="inline-add">{ i18n.t("inline-add") }</span> },
        (FieldType::Tags, Value::Tags(words)) => html! {
            <span class="inline-tags">{ for words.iter().map(|word| html! { <Chip key={word.clone()} label={word.clone()} /> }) }</span>
        },
        (FieldType::Link(linked), Value::Text(id)) => html! { <LinkName kind={linked.to_string()} id={id.clone()} /> },
        (ty, value) => {
            let dir = if text::is_code(ty) { "ltr" } else { "auto" };
            html! { <bdi class={classes!(ty.is_prose().then_some("inline-prose"))} {dir}>{ read(kind, field, value, i18n) }</bdi> }
        }
    }
}

/// What was saved but not read back yet. It gives way to the record's own value as soon as that changes, and after a
/// while in any case, so that a refused save does not look like a saved one.
#[hook]
fn use_value_ahead(value: &Value) -> UseStateHandle<Option<Value>> {
    let ahead = use_state_eq(|| None::<Value>);
    {
        let ahead = ahead.clone();
        use_effect_with(value.clone(), move |_| ahead.set(None));
    }
    {
        let state = ahead.clone();
        use_effect_with((*ahead).clone(), move |pending| {
            let timer = pending.is_some().then(|| Timeout::new(AHEAD_MS, move || state.set(None)));
            move || drop(timer)
        });
    }
    ahead
}

/// Where the focus goes when an edit begins and ends.
#[derive(Clone)]
struct Focus {
    input: NodeRef,
    button: NodeRef,
    live: Rc<Cell<bool>>,
    returns: Rc<Cell<bool>>,
}

impl Focus {
    fn is_live(&self) -> bool {
        self.live.get()
    }

    fn begin(&self) {
        self.live.set(true);
    }

    /// Ends the edit; the focus returns to the value unless it has gone elsewhere already.
    fn end(&self, returns: bool) {
        self.live.set(false);
        self.returns.set(returns);
    }
}

#[hook]
fn use_focus(editing: bool) -> Focus {
    let input = use_node_ref();
    let button = use_node_ref();
    let flags = use_memo((), |()| (Rc::<Cell<bool>>::default(), Rc::<Cell<bool>>::default()));
    let focus = Focus { input, button, live: flags.0.clone(), returns: flags.1.clone() };
    {
        let focus = focus.clone();
        use_effect_with(editing, move |editing| {
            if *editing {
                if let Some(input) = focus.input.cast::<HtmlElement>() {
                    let _ = input.focus();
                }
                if let Some(input) = focus.input.cast::<HtmlInputElement>() {
                    input.select();
                }
            } else if focus.returns.replace(false)
                && let Some(button) = focus.button.cast::<HtmlElement>()
            {
                let _ = button.focus();
            }
        });
    }
    focus
}
