//! A new customer: what is known of her, the territory she lies in, and a look at who is there already.

mod fields;
mod similar;

use crate::backend::location::locate;
use crate::backend::{call, new_id};
use crate::components::{Button, ButtonKind, Chip, Field, Icon, Page, Select, TextArea, TextInput, Tone};
use crate::hooks::{Territory, use_i18n, use_session, use_territories, use_toasts};
use crate::route::{Route, go};
use fields::{FIELDS, Input, Typed, forget_draft, keep_draft, kept_draft, row_of};
use maydan_core::ScopeId;
use maydan_core::command::CreateRecord;
use similar::Similar;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// The form for a new customer. What is typed survives leaving the page without saving.
#[component]
pub fn NewCustomerPage() -> Html {
    let i18n = use_i18n();
    let navigator = use_navigator();
    let toasts = use_toasts();
    let session = use_session();
    let typed = use_state(kept_draft);
    let scope = use_state(|| None::<ScopeId>);
    let tried = use_state(|| false);
    let saving = use_state(|| false);
    let nameless = typed.get("name").is_none_or(|name| name.trim().is_empty());

    let change = {
        let typed = typed.clone();
        Callback::from(move |(field, value): (&'static str, String)| {
            let mut next = (*typed).clone();
            next.insert(field.to_owned(), value);
            keep_draft(&next);
            typed.set(next);
        })
    };
    let save = {
        let (typed, tried, saving, scope, toasts) = (typed.clone(), tried.clone(), saving.clone(), scope.clone(), toasts.clone());
        let owner = session.user.as_ref().map(|user| user.id);
        Callback::from(move |()| {
            tried.set(true);
            if nameless || *saving {
                return;
            }
            saving.set(true);
            let request = CreateRecord { kind: "customer".to_owned(), id: Some(new_id()), scope: *scope, fields: row_of(&typed, owner) };
            let (navigator, toasts, saving) = (navigator.clone(), toasts.clone(), saving.clone());
            spawn_local(async move {
                match call(request).await {
                    Ok(revision) => {
                        forget_draft();
                        go(&navigator, Route::Customer { id: revision.id.to_string() });
                    }
                    Err(error) => {
                        saving.set(false);
                        toasts.error(&error);
                    }
                }
            });
        })
    };
    let here = {
        let typed = typed.clone();
        Callback::from(move |()| {
            let (typed, toasts) = (typed.clone(), toasts.clone());
            spawn_local(async move {
                match locate().await {
                    Ok(fix) => {
                        let mut next = (*typed).clone();
                        next.insert("latitude".to_owned(), fix.point.latitude.to_string());
                        next.insert("longitude".to_owned(), fix.point.longitude.to_string());
                        keep_draft(&next);
                        typed.set(next);
                    }
                    Err(error) => toasts.error(&error),
                }
            });
        })
    };
    let on_scope = {
        let scope = scope.clone();
        Callback::from(move |chosen: ScopeId| scope.set(Some(chosen)))
    };
    let inputs = FIELDS.iter().map(|input| {
        let error = (input.field == "name" && *tried && nameless).then(|| i18n.t("page-new-customer-name-missing"));
        html! {
            <Field label={i18n.label("customer", input.field)} {error}>{ control(input, &typed, &change, &save) }</Field>
        }
    });
    let pinned = typed.contains_key("latitude");
    html! {
        <Page title={i18n.t("page-new-customer-title")} back={Route::Customers}>
            <div class="stack p1-new-customer">
                { for inputs }
                <Similar name={typed.get("name").cloned().unwrap_or_default()} phone={typed.get("phone").cloned().unwrap_or_default()} />
                <TerritorySelect scope={*scope} onchange={on_scope} />
                <div class="row">
                    <Button label={i18n.t("page-new-customer-here")} icon={Icon::Pin} onclick={here} testid="new-customer-here" />
                    if pinned { <Chip label={i18n.t("page-new-customer-pinned")} tone={Tone::Good} icon={Icon::Check} /> }
                </div>
                <Button
                    label={i18n.t("page-new-customer-save")}
                    kind={ButtonKind::Primary}
                    wide={true}
                    disabled={*saving}
                    onclick={save.clone()}
                    testid="new-customer-save"
                />
            </div>
        </Page>
    }
}

fn control(input: &Input, typed: &Typed, change: &Callback<(&'static str, String)>, save: &Callback<()>) -> Html {
    let field = input.field;
    let value = typed.get(field).cloned().unwrap_or_default();
    let oninput = change.reform(move |text: String| (field, text));
    if input.prose {
        return html! { <TextArea {value} {oninput} rows={4} testid={input.testid} /> };
    }
    html! {
        <TextInput {value} {oninput} onenter={save.clone()} input_type={input.input_type} autofocus={field == "name"} testid={input.testid} />
    }
}

/// Properties of [`TerritorySelect`].
#[derive(Properties, PartialEq)]
struct TerritorySelectProps {
    scope: Option<ScopeId>,
    onchange: Callback<ScopeId>,
}

/// The territory, for people who work in several.
#[component]
fn TerritorySelect(props: &TerritorySelectProps) -> Html {
    let i18n = use_i18n();
    let session = use_session();
    let territories = use_territories().unwrap_or_default();
    let grants = session.user.as_ref().map(|user| user.grants.clone()).unwrap_or_default();
    let options: Vec<(AttrValue, String)> = territories.iter().filter(|territory| territory.is_writable()).map(Territory::option).collect();
    if options.len() < 2 {
        return Html::default();
    }
    // Without a choice the first of the person's own territories counts.
    let own = grants.iter().find(|grant| options.iter().any(|(id, _)| id.as_str() == grant.scope.to_string())).map(|grant| grant.scope);
    let value = props.scope.or(own).map(|scope| scope.to_string()).unwrap_or_default();
    let onchange = {
        let onchange = props.onchange.clone();
        Callback::from(move |chosen: String| {
            if let Ok(scope) = chosen.parse::<ScopeId>() {
                onchange.emit(scope);
            }
        })
    };
    html! {
        <Field label={i18n.t("page-new-customer-territory")}>
            <Select {value} {options} {onchange} testid="new-customer-territory" />
        </Field>
    }
}
