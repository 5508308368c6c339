//! All customers: search as you type, filters, a windowed list.

mod cache;
mod filters;
mod row;

use crate::components::{Button, ButtonKind, Empty, ErrorBox, Icon, IconView, Page, TextInput, VirtualList};
use crate::hooks::{use_i18n, use_key, use_query};
use crate::i18n::{Arg, I18n};
use crate::route::{Route, go};
use cache::{Listing, use_listing};
use filters::{Chosen, Filters};
use gloo::events::EventListener;
use maydan_core::command::{FieldValues, ListRecords};
use row::customer_row;
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// Id of the search box, for the shortcut that leads to it.
const SEARCH: &str = "customers-search";
/// Below this width rows are tall enough for a thumb, CSS pixels.
const NARROW: f64 = 900.0;
/// Words offered by a filter, at most.
const MOST_WORDS: u32 = 200;

/// The customers page.
#[component]
pub fn CustomersPage() -> Html {
    let i18n = use_i18n();
    let navigator = use_navigator();
    let search = use_state(String::new);
    let chosen = use_state(Chosen::default);
    let narrow = use_narrow();
    let listing = use_listing(ListRecords {
        kind: "customer".to_owned(),
        filters: chosen.filters(),
        search: (*search).clone(),
        ..ListRecords::default()
    });
    let (cities, activities) = (use_words("city"), use_words("activity"));

    let open = {
        let (navigator, listing) = (navigator.clone(), listing.clone());
        Callback::from(move |index: u32| {
            if let Some(line) = listing.line(index) {
                go(&navigator, Route::Customer { id: line.id.to_string() });
            }
        })
    };
    let create = {
        let navigator = navigator.clone();
        Callback::from(move |()| go(&navigator, Route::NewCustomer))
    };
    let import = Callback::from(move |()| go(&navigator, Route::Import));
    use_key("/", Callback::from(|()| focus_search()));

    let oninput = {
        let search = search.clone();
        Callback::from(move |typed: String| search.set(typed))
    };
    let onescape = {
        let search = search.clone();
        Callback::from(move |()| search.set(String::new()))
    };
    let onenter = {
        let (open, listing) = (open.clone(), listing.clone());
        Callback::from(move |()| {
            // What is first now must be first among what was typed, not among what stood there before.
            if listing.is_current() {
                open.emit(0);
            }
        })
    };
    let onchange = {
        let chosen = chosen.clone();
        Callback::from(move |next: Chosen| chosen.set(next))
    };
    let narrowed = !search.trim().is_empty() || chosen.is_any();
    let clear = {
        let (search, chosen) = (search.clone(), chosen.clone());
        Callback::from(move |()| {
            search.set(String::new());
            chosen.set(Chosen::default());
            focus_search();
        })
    };
    let actions = html! {
        <>
            // A phone's plus sheet has it.
            if !narrow {
                <Button label={i18n.t("page-customers-import")} icon={Icon::Upload} onclick={import.clone()} testid="customers-import" />
            }
            <Button label={i18n.t("page-customers-new")} icon={Icon::Plus} kind={ButtonKind::Primary} onclick={create.clone()} testid="customers-new" />
        </>
    };
    let body = if let Some(error) = listing.error() {
        let retry = {
            let listing = listing.clone();
            Callback::from(move |()| listing.refresh())
        };
        html! { <ErrorBox {error} {retry} /> }
    } else if listing.is_answered() && listing.total() == 0 {
        nothing(&i18n, narrowed, clear, create, import)
    } else {
        list(&i18n, &listing, narrow, open)
    };
    html! {
        <Page title={i18n.t("page-customers-title")} {actions}>
            <div class="p1-customers">
                <div class="p1-customers-bar">
                    <label class="p1-search">
                        <IconView icon={Icon::Search} />
                        <span class="visually-hidden">{ i18n.t("page-customers-search") }</span>
                        <TextInput
                            id={SEARCH}
                            value={(*search).clone()}
                            {oninput}
                            {onenter}
                            {onescape}
                            input_type="search"
                            placeholder={i18n.t("page-customers-search")}
                            testid="customers-search"
                        />
                    </label>
                    <Filters chosen={(*chosen).clone()} {cities} {activities} {onchange} />
                    <span class="muted p1-count" aria-live="polite" data-testid="customers-total">{ total(&i18n, &listing) }</span>
                </div>
                { body }
            </div>
        </Page>
    }
}

fn total(i18n: &I18n, listing: &Listing) -> String {
    if !listing.is_answered() {
        return String::new();
    }
    let key = if listing.is_floor() { "page-customers-total-floor" } else { "page-customers-total" };
    i18n.ta(key, &[("count", Arg::from(listing.total()))])
}

fn list(i18n: &I18n, listing: &Listing, narrow: bool, onopen: Callback<u32>) -> Html {
    let render = {
        let (i18n, listing) = (i18n.clone(), listing.clone());
        Callback::from(move |index: u32| customer_row(&i18n, listing.line(index).as_ref()))
    };
    let onrange = {
        let listing = listing.clone();
        Callback::from(move |(first, last): (u32, u32)| listing.want(first, last))
    };
    // Another question's answer begins at its top.
    html! {
        <VirtualList
            key={listing.generation().to_string()}
            total={listing.total()}
            row_height={if narrow { 64.0 } else { 44.0 }}
            {render}
            {onrange}
            {onopen}
            label={i18n.t("page-customers-title")}
            testid="customers-list"
        />
    }
}

fn nothing(i18n: &I18n, narrowed: bool, clear: Callback<()>, create: Callback<()>, import: Callback<()>) -> Html {
    let action = html! {
        <div class="row">
            if narrowed {
                <Button label={i18n.t("page-customers-clear")} onclick={clear} testid="customers-clear" />
            } else {
                <Button label={i18n.t("page-customers-import")} icon={Icon::Upload} onclick={import} testid="customers-empty-import" />
            }
            <Button label={i18n.t("page-customers-new")} icon={Icon::Plus} kind={ButtonKind::Primary} onclick={create} testid="customers-empty-new" />
        </div>
    };
    let (title, words) = if narrowed {
        ("page-customers-none-found", "page-customers-none-found-text")
    } else {
        ("page-customers-none", "page-customers-none-text")
    };
    html! { <Empty icon={Icon::Customers} title={i18n.t(title)} text={i18n.t(words)} {action} /> }
}

fn focus_search() {
    let input = gloo::utils::document().get_element_by_id(SEARCH).and_then(|input| input.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(input) = input {
        let _ = input.focus();
    }
}

/// Whether the window is a phone's.
#[hook]
fn use_narrow() -> bool {
    let narrow = use_state_eq(is_narrow);
    {
        let narrow = narrow.clone();
        use_effect_with((), move |()| {
            let resized = EventListener::new(&gloo::utils::window(), "resize", move |_| narrow.set(is_narrow()));
            move || drop(resized)
        });
    }
    *narrow
}

fn is_narrow() -> bool {
    gloo::utils::window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width < NARROW)
}

/// Every city and activity that some customer has.
#[hook]
fn use_words(field: &'static str) -> Rc<BTreeSet<String>> {
    let request = FieldValues { kind: "customer".to_owned(), field: field.to_owned(), limit: MOST_WORDS };
    let known = use_query(Some(request), &["customer"]);
    use_memo(known.data, |data| {
        let values = data.iter().flat_map(|list| &list.values);
        values.filter_map(|value| value.as_text().map(ToOwned::to_owned)).collect::<BTreeSet<_>>()
    })
}
