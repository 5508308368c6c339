//! One stop of the day.

use crate::components::{Bdi, Button, ButtonKind, Icon, StatusChip};
use crate::hooks::{use_i18n, use_query};
use crate::i18n::I18n;
use crate::pages::customer::contact::ContactLinks;
use crate::pages::customer::rows::{link, pin, text};
use crate::route::{Route, go};
use maydan_core::command::{GetRecord, Line};
use maydan_core::domain::geo::Point;
use yew::prelude::*;
use yew_router::prelude::{Link, use_navigator};

/// Properties of [`Stop`].
#[derive(Properties, PartialEq)]
pub struct StopProps {
    /// The visit.
    pub line: Line,
    /// Its place in the day, from 1.
    pub number: i64,
    /// The customer's name, as the list knows it.
    pub name: String,
    /// Where this person is, if that is known.
    pub from: Option<Point>,
    /// It is what comes next: its button is the one to press.
    pub next: bool,
}

/// A visit of today: who, where, how far, ways to reach her, and the button that opens the visit.
#[component]
pub fn Stop(props: &StopProps) -> Html {
    let i18n = use_i18n();
    let navigator = use_navigator();
    let row = &props.line.row;
    let customer = link(row, "customer");
    let record = use_query(customer.map(|id| GetRecord { id }), &["customer"]);
    let fields = record.data.as_ref().map(|record| record.row.clone()).unwrap_or_default();
    let place = ["city", "address"].into_iter().map(|field| text(&fields, field)).filter(|word| !word.is_empty());
    let place = place.collect::<Vec<_>>().join(" · ");
    let reason = text(row, "reason").to_owned();
    let status = text(row, "status").to_owned();
    let to = customer.map_or(Route::Customers, |id| Route::Customer { id: id.to_string() });
    let open = {
        let id = props.line.id;
        Callback::from(move |()| go(&navigator, Route::Visit { id: id.to_string() }))
    };
    let key = action(&status);
    let kind = if props.next { ButtonKind::Primary } else { ButtonKind::Plain };
    let over = matches!(status.as_str(), "submitted" | "approved");
    html! {
        <li class={classes!("p1-stop", over.then_some("p1-stop-over"))} data-testid="today-stop" data-status={status.clone()}>
            <span class="p1-stop-number" aria-hidden="true">{ i18n.number(props.number) }</span>
            <div class="p1-stop-words">
                <div class="p1-stop-title">
                    <Link<Route> {to} classes="p1-link p1-strong p1-cut"><Bdi>{ props.name.clone() }</Bdi></Link<Route>>
                    // That a stop is planned is what the list says.
                    if status != "planned" { <StatusChip {status} /> }
                </div>
                <div class="muted p1-cut" dir="auto">{ place }</div>
                if !reason.is_empty() { <div class="p1-cut" dir="auto">{ reason }</div> }
                { distance(&i18n, props.from, pin(&fields)) }
            </div>
            <ContactLinks row={fields} />
            <div class="p1-stop-action">
                <Button label={i18n.t(key)} icon={Icon::Pin} {kind} onclick={open} wide={true} testid="today-check-in" />
            </div>
        </li>
    }
}

/// What the stop's button offers, by the visit's status.
fn action(status: &str) -> &'static str {
    match status {
        "planned" => "page-today-check-in",
        "checked_in" | "checked_out" | "returned" => "page-today-continue",
        _ => "page-today-open",
    }
}

fn distance(i18n: &I18n, from: Option<Point>, to: Option<Point>) -> Html {
    let (Some(from), Some(to)) = (from, to) else { return Html::default() };
    html! { <div class="muted" data-testid="today-distance">{ i18n.distance(from.distance(to).round() as i64) }</div> }
}
