//! Visits that a manager sent back: first of all to be mended.

use crate::components::{Bdi, Icon, IconView};
use crate::hooks::{use_i18n, use_query};
use crate::i18n::Arg;
use crate::pages::customer::rows::{is, link, text};
use crate::route::Route;
use maydan_core::RecordId;
use maydan_core::command::{ListRecords, Sort};
use yew::prelude::*;
use yew_router::prelude::Link;

/// Visits shown at once; the rest follows as these are mended.
const MOST: u32 = 20;

/// Properties of [`Returned`].
#[derive(Properties, PartialEq)]
pub struct ReturnedProps {
    /// Whose visits.
    pub me: RecordId,
}

/// The warning with the returned visits; nothing when there are none.
#[component]
pub fn Returned(props: &ReturnedProps) -> Html {
    let i18n = use_i18n();
    let request = ListRecords {
        kind: "visit".to_owned(),
        filters: vec![is("status", "returned"), is("rep", props.me.to_string())],
        sort: Some(Sort { field: "day".to_owned(), descending: true }),
        limit: MOST,
        ..ListRecords::default()
    };
    let visits = use_query(Some(request), &["visit"]);
    let Some(page) = visits.data.as_ref().filter(|page| page.total > 0) else { return Html::default() };
    let lines = page.lines.iter().map(|line| {
        let name = link(&line.row, "customer").and_then(|id| page.names.get(&id).cloned()).unwrap_or_default();
        html! {
            <li key={line.id.to_string()}>
                <Link<Route> to={Route::Visit { id: line.id.to_string() }} classes="p1-returned">
                    <span class="p1-strong"><Bdi>{ name }</Bdi></span>
                    <span class="p1-grow" dir="auto">{ text(&line.row, "comment").to_owned() }</span>
                    <IconView icon={Icon::Forward} />
                </Link<Route>>
            </li>
        }
    });
    let title = i18n.ta("page-today-returned", &[("count", Arg::from(page.total))]);
    html! {
        <section class="p1-banner p1-banner-warn" data-testid="today-returned">
            <h2 class="p1-banner-title"><IconView icon={Icon::Warning} />{ title }</h2>
            <ul class="stack">{ for lines }</ul>
        </section>
    }
}
