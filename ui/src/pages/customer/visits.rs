//! The visits of a customer: planning one, checking in, and what was before.

use super::rows::{is, link, text};
use crate::backend::new_id;
use crate::components::{Bdi, Button, ButtonKind, Empty, ErrorBox, Field, GradeChip, Icon, Skeleton, StatusChip, TextInput};
use crate::hooks::{use_command, use_i18n, use_query, use_toasts, use_today};
use crate::i18n::{Arg, I18n};
use crate::route::Route;
use maydan_core::command::{Line, ListRecords, PlanVisit, Record, RecordPage, Revision, Sort};
use maydan_core::{Day, Value};
use std::rc::Rc;
use yew::prelude::*;
use yew_router::prelude::Link;

/// Visits shown at first, and how many more each time.
const STEP: u32 = 30;

/// Properties of [`VisitsTab`].
#[derive(Properties, PartialEq)]
pub struct VisitsTabProps {
    /// The customer.
    pub customer: Rc<Record>,
}

/// The visits of a customer, newest first.
#[component]
pub fn VisitsTab(props: &VisitsTabProps) -> Html {
    let i18n = use_i18n();
    let limit = use_state(|| STEP);
    let request = ListRecords {
        kind: "visit".to_owned(),
        filters: vec![is("customer", props.customer.id.to_string())],
        sort: Some(Sort { field: "day".to_owned(), descending: true }),
        limit: *limit,
        ..ListRecords::default()
    };
    let visits = use_query(Some(request), &["visit"]);
    let list = match (&visits.data, &visits.error) {
        (Some(page), _) if page.lines.is_empty() => html! {
            <Empty icon={Icon::Visit} title={i18n.t("page-customer-visits-empty")} text={i18n.t("page-customer-visits-empty-text")} />
        },
        (Some(page), _) => html! { <ol class="p1-visits">{ for page.lines.iter().map(|line| visit(&i18n, page, line)) }</ol> },
        (None, Some(error)) => html! { <ErrorBox error={error.clone()} /> },
        (None, None) if visits.loading => html! { <Skeleton lines={4} /> },
        (None, None) => Html::default(),
    };
    let total = visits.data.as_ref().map_or(0, |page| page.total);
    let more = {
        let limit = limit.clone();
        Callback::from(move |()| limit.set(limit.saturating_add(STEP)))
    };
    html! {
        <>
            <div class="p1-visit-actions">
                <PlanNext customer={props.customer.clone()} />
            </div>
            { list }
            if total > *limit {
                <Button label={i18n.t("page-show-more")} kind={ButtonKind::Quiet} onclick={more} testid="visits-more" />
            }
        </>
    }
}

fn visit(i18n: &I18n, page: &RecordPage, line: &Line) -> Html {
    let row = &line.row;
    let day = text(row, "day").parse::<Day>().map(|day| i18n.date(day)).unwrap_or_default();
    let rep = link(row, "rep").and_then(|id| page.names.get(&id).cloned()).unwrap_or_default();
    let grade = text(row, "grade").to_owned();
    let reason = text(row, "reason").to_owned();
    html! {
        <li key={line.id.to_string()}>
            <Link<Route> to={Route::Visit { id: line.id.to_string() }} classes="p1-visit">
                <span class="p1-strong">{ day }</span>
                <span class="p1-grow muted"><Bdi>{ rep }</Bdi>
                    if !reason.is_empty() { { " · " }<Bdi>{ reason }</Bdi> }
                </span>
                <StatusChip status={text(row, "status").to_owned()} />
                if !grade.is_empty() {
                    <GradeChip {grade} distance={row.get("distance").and_then(Value::as_int)} />
                }
            </Link<Route>>
        </li>
    }
}

/// Properties of [`PlanNext`].
#[derive(Properties, PartialEq)]
struct PlanNextProps {
    customer: Rc<Record>,
}

/// A day and a button that plans a visit on it.
#[component]
fn PlanNext(props: &PlanNextProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let today = use_today();
    // Until she chooses a day it is today, also past midnight.
    let chosen = use_state(|| None::<String>);
    let shown = (*chosen).clone().unwrap_or_else(|| today.to_string());
    let day = shown.parse::<Day>().ok();
    let plan = {
        let (i18n, said) = (i18n.clone(), day);
        use_command::<PlanVisit>(Callback::from(move |_: Revision| {
            let Some(day) = said else { return };
            toasts.show(i18n.ta("page-customer-visit-planned", &[("day", Arg::from(i18n.date(day)))]));
        }))
    };
    let onclick = {
        let customer = props.customer.id;
        Callback::from(move |()| {
            let Some(day) = day else { return };
            plan.emit(PlanVisit { visit: Some(new_id()), customer, day, position: None, reason: String::new() });
        })
    };
    let oninput = {
        let chosen = chosen.clone();
        Callback::from(move |typed: String| chosen.set(Some(typed)))
    };
    html! {
        <div class="p1-plan">
            <Field label={i18n.t("page-customer-plan-day")}>
                <TextInput value={shown} {oninput} input_type="date" dir="ltr" testid="visit-plan-day" />
            </Field>
            <Button label={i18n.t("page-customer-plan")} icon={Icon::Plus} disabled={day.is_none()} {onclick} testid="visit-plan" />
        </div>
    }
}
