//! Customers that look like the one being entered, so that nobody is entered twice.

use crate::components::{Bdi, Icon, IconView};
use crate::hooks::{use_i18n, use_query};
use crate::pages::customer::rows::text;
use crate::route::Route;
use maydan_core::RecordId;
use maydan_core::command::{Line, ListRecords};
use maydan_core::text::digits;
use std::collections::BTreeMap;
use yew::prelude::*;
use yew_router::prelude::Link;

/// Letters of a name before it says anything.
const NAME_LETTERS: usize = 4;
/// Last digits by which two numbers are likely the same one.
const PHONE_DIGITS: usize = 8;
/// Customers shown from each search.
const MOST: u32 = 3;

/// Properties of [`Similar`].
#[derive(Properties, PartialEq)]
pub struct SimilarProps {
    /// The name as typed.
    pub name: String,
    /// The phone as typed.
    pub phone: String,
}

/// A hint with links; nothing when nobody is similar.
#[component]
pub fn Similar(props: &SimilarProps) -> Html {
    let i18n = use_i18n();
    let name = props.name.trim();
    let named = (name.chars().count() >= NAME_LETTERS).then(|| search(name));
    let phone: String = digits(&props.phone).chars().filter(char::is_ascii_digit).collect();
    let last = phone.len().checked_sub(PHONE_DIGITS).map(|start| search(&phone[start..]));
    let (wants_name, wants_phone) = (named.is_some(), last.is_some());
    let by_name = use_query(named, &["customer"]);
    let by_phone = use_query(last, &["customer"]);

    let mut found: BTreeMap<RecordId, &Line> = BTreeMap::new();
    if wants_phone {
        found.extend(by_phone.data.iter().flat_map(|page| page.lines.iter()).map(|line| (line.id, line)));
    }
    if wants_name {
        found.extend(by_name.data.iter().flat_map(|page| page.lines.iter()).map(|line| (line.id, line)));
    }
    if found.is_empty() {
        return Html::default();
    }
    let lines = found.values().map(|line| {
        let to = Route::Customer { id: line.id.to_string() };
        html! {
            <li key={line.id.to_string()}>
                <Link<Route> {to} classes="p1-link">
                    <Bdi>{ text(&line.row, "name").to_owned() }</Bdi>{ " · " }<bdi dir="ltr">{ text(&line.row, "phone").to_owned() }</bdi>
                </Link<Route>>
            </li>
        }
    });
    html! {
        <aside class="p1-banner" role="status" data-testid="new-customer-similar">
            <p class="p1-banner-title"><IconView icon={Icon::Customers} />{ i18n.t("page-new-customer-similar") }</p>
            <ul class="stack">{ for lines }</ul>
        </aside>
    }
}

fn search(words: &str) -> ListRecords {
    ListRecords { kind: "customer".to_owned(), search: words.to_owned(), limit: MOST, ..ListRecords::default() }
}
