//! A visit as a manager judges it: who, where, when, how well proven, what was reported.

use super::answer::Answer;
use crate::components::{Bdi, Chip, Icon, MapPin, StatusChip, Tone, TraceMap};
use crate::hooks::{use_i18n, use_query, use_session};
use crate::pages::customer::rows::{instant, link, pin, text};
use crate::pages::visit::life::Life;
use crate::pages::visit::proof::{Proof, check_in_of};
use crate::pages::visit::waiting::waiting;
use crate::route::Route;
use maydan_core::command::{GetRecord, VisitEvents, VisitLife};
use maydan_core::domain::geo::Point;
use maydan_core::domain::visit::Step;
use maydan_core::{Day, RecordId};
use yew::prelude::*;
use yew_router::prelude::Link;

/// Properties of [`ReviewDetail`].
#[derive(Properties, PartialEq)]
pub struct ReviewDetailProps {
    /// The visit.
    pub visit: RecordId,
    /// Where an answer leads.
    pub next: Option<RecordId>,
}

/// The visit and the answer to it.
#[component]
pub fn ReviewDetail(props: &ReviewDetailProps) -> Html {
    let i18n = use_i18n();
    let session = use_session();
    let visit = use_query(Some(GetRecord { id: props.visit }), &["visit", "customer"]);
    let customer_id = visit.data.as_ref().and_then(|record| link(&record.row, "customer"));
    let customer = use_query(customer_id.map(|id| GetRecord { id }), &["customer"]);
    let life = use_query(Some(VisitEvents { visit: props.visit }), &["visit"]);

    let Some(record) = &visit.data else { return waiting(&visit, 8) };
    let row = &record.row;
    let status = text(row, "status").to_owned();
    let name = |field: &str| link(row, field).and_then(|id| record.names.get(&id.to_string()).cloned()).unwrap_or_default();
    let times = [("checked-in", "checked_in_at"), ("checked-out", "checked_out_at"), ("submitted", "submitted_at")];
    let customer_pin = customer.data.as_ref().and_then(|record| pin(&record.row));
    let proof = life.data.as_ref().and_then(|life| check_in_of(&life.events));
    let (planned, actual) = life.data.as_ref().map_or((None, None), |life| days(life));
    let fix = proof.as_ref().and_then(|(evidence, _)| evidence.fix).map(|fix| fix.point);
    let pins = pins(customer_pin.map(|at| (at, i18n.t("page-review-pin-customer"))), fix.map(|at| (at, i18n.t("page-review-pin-fix"))));
    let may_answer = session.user.as_ref().is_some_and(|user| user.may_review(record.scope));
    let lasted = instant(row, "checked_in_at").zip(instant(row, "checked_out_at"));

    html! {
        <article class="p2-detail">
            <header class="p2-visit-head">
                <h2 class="p2-visit-name">
                    if let Some(id) = customer_id {
                        <Link<Route> classes={classes!("p2-link")} to={Route::Customer { id: id.to_string() }}>
                            <Bdi>{ name("customer") }</Bdi>
                        </Link<Route>>
                    }
                </h2>
                <span data-testid="visit-status" data-status={status.clone()}><StatusChip status={AttrValue::from(status.clone())} /></span>
                if row.contains_key("changed_after_approval") {
                    <Chip label={i18n.t("page-review-changed")} tone={Tone::Warn} icon={Some(Icon::Warning)} />
                }
            </header>
            <p class="muted"><Bdi>{ name("rep") }</Bdi></p>
            if let Some((evidence, at)) = proof {
                <Proof {evidence} {at} />
            }
            <dl class="p2-figures">
                { for times.into_iter().filter_map(|(key, field)| {
                    let at = instant(row, field)?;
                    Some(html! { <div key={key}><dt>{ i18n.t(&format!("page-review-{key}")) }</dt><dd>{ i18n.datetime(at) }</dd></div> })
                }) }
                if let Some((from, to)) = lasted {
                    <div><dt>{ i18n.t("page-review-lasted") }</dt><dd>{ i18n.duration(to.since(from)) }</dd></div>
                }
                <div>
                    <dt>{ i18n.t("page-review-planned") }</dt>
                    <dd>{ planned.map_or_else(|| i18n.t("page-review-unplanned"), |day| i18n.date(day)) }</dd>
                </div>
                if let Some(day) = actual {
                    <div>
                        <dt>{ i18n.t("page-review-actual") }</dt>
                        <dd class={classes!(planned.is_some_and(|planned| planned != day).then_some("p2-differs"))}>{ i18n.date(day) }</dd>
                    </div>
                }
            </dl>
            <section>
                <h3 class="section-title">{ i18n.t("page-visit-report") }</h3>
                if text(row, "report").is_empty() {
                    <p class="muted">{ i18n.t("page-visit-report-empty") }</p>
                } else {
                    <p class="p2-prose" dir="auto" data-testid="review-report">{ text(row, "report").to_owned() }</p>
                }
            </section>
            if pins.is_empty() {
                <p class="muted">{ i18n.t("page-review-no-place") }</p>
            } else {
                <TraceMap segments={Vec::<Vec<Point>>::new()} {pins} />
            }
            if !text(row, "comment").is_empty() {
                <blockquote class="p2-comment">
                    <span class="muted">{ i18n.t("page-review-said") }</span>
                    <p dir="auto">{ text(row, "comment").to_owned() }</p>
                </blockquote>
            }
            if may_answer && matches!(status.as_str(), "submitted" | "approved") {
                <Answer visit={props.visit} saw={record.heads.clone()} waits={status == "submitted"} next={props.next} />
            } else if !may_answer {
                <p class="p2-notice">{ i18n.t("page-review-only-look") }</p>
            }
            if let Some(life) = life.data.clone() {
                <Life {life} />
            }
        </article>
    }
}

/// The day a visit was planned for when it began, and the day on which it was made.
fn days(life: &VisitLife) -> (Option<Day>, Option<Day>) {
    let mut planned = None;
    for event in &life.events {
        match &event.step {
            Step::Planned { day, .. } => planned = Some(*day),
            Step::CheckedIn { day, .. } => return (planned, Some(*day)),
            _ => {}
        }
    }
    (planned, None)
}

fn pins(customer: Option<(Point, String)>, fix: Option<(Point, String)>) -> Vec<MapPin> {
    /// Pins closer than this are one place, metres: their labels would cover each other.
    const ONE_PLACE: f64 = 15.0;
    let pin = |(point, label), tone| MapPin { point, label, tone };
    if let (Some((there, whose)), Some((here, what))) = (&customer, &fix)
        && there.distance(*here) < ONE_PLACE
    {
        return vec![pin((*there, format!("{whose} · {what}")), Tone::Accent)];
    }
    customer.map(|at| pin(at, Tone::Accent)).into_iter().chain(fix.map(|at| pin(at, Tone::Warn))).collect()
}
