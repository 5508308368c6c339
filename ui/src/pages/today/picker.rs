//! Choosing a customer by typing.

use crate::components::{Avatar, Bdi, Field, TextInput};
use crate::hooks::{use_i18n, use_query};
use crate::pages::customer::rows::text;
use maydan_core::RecordId;
use maydan_core::command::ListRecords;
use yew::prelude::*;

/// Customers offered at once.
const OFFERED: u32 = 12;

/// Properties of [`CustomerPicker`].
#[derive(Properties, PartialEq)]
pub struct CustomerPickerProps {
    /// One was chosen: her record and her name.
    pub onpick: Callback<(RecordId, String)>,
    /// Takes the focus when it appears.
    #[prop_or(true)]
    pub autofocus: bool,
}

/// A search box and the customers that it finds; Enter takes the first.
#[component]
pub fn CustomerPicker(props: &CustomerPickerProps) -> Html {
    let i18n = use_i18n();
    let search = use_state(String::new);
    let request = ListRecords { kind: "customer".to_owned(), search: (*search).clone(), limit: OFFERED, ..ListRecords::default() };
    let found = use_query(Some(request), &["customer"]);
    let oninput = {
        let search = search.clone();
        Callback::from(move |typed: String| search.set(typed))
    };
    let onenter = {
        let first = found.data.as_ref().and_then(|page| page.lines.first().map(|line| (line.id, text(&line.row, "name").to_owned())));
        let onpick = props.onpick.clone();
        Callback::from(move |()| {
            if let Some(first) = &first {
                onpick.emit(first.clone());
            }
        })
    };
    let choices = found.data.iter().flat_map(|page| page.lines.iter()).map(|line| {
        let (id, name, city) = (line.id, text(&line.row, "name").to_owned(), text(&line.row, "city").to_owned());
        let onclick = {
            let (onpick, name) = (props.onpick.clone(), name.clone());
            Callback::from(move |_: MouseEvent| onpick.emit((id, name.clone())))
        };
        html! {
            <li key={id.to_string()}>
                <button type="button" class="p1-choice" {onclick} data-testid="picker-customer">
                    <Avatar name={name.clone()} />
                    <span class="p1-strong p1-cut p1-grow"><Bdi>{ name }</Bdi></span>
                    <span class="muted" dir="auto">{ city }</span>
                </button>
            </li>
        }
    });
    let none = found.data.as_ref().is_some_and(|page| page.lines.is_empty());
    html! {
        <div class="stack">
            <Field label={i18n.t("page-today-pick-customer")}>
                <TextInput
                    value={(*search).clone()}
                    {oninput}
                    {onenter}
                    input_type="search"
                    placeholder={i18n.t("page-customers-search")}
                    autofocus={props.autofocus}
                    testid="picker-search"
                />
            </Field>
            <ul class="p1-choices">{ for choices }</ul>
            if none { <p class="muted">{ i18n.t("page-today-pick-none") }</p> }
        </div>
    }
}
