//! The shift on the road: start and stop, the trace as it grows, earlier trips.
//!
//! Positions are recorded only between start and stop ([`recorder`]); this page shows them and nothing depends on it
//! staying open.

mod earlier;
pub mod recorder;
mod view;

pub use recorder::ensure_recording;

use crate::components::{Bdi, Button, ButtonKind, Empty, ErrorBox, Icon, IconView, Page};
use crate::format::now;
use crate::hooks::{use_command, use_i18n, use_query, use_session, use_toasts};
use crate::pages::customer::rows::{instant, is, link};
use crate::pages::visit::waiting::waiting;
use earlier::EarlierTrips;
use gloo::timers::callback::Interval;
use maydan_core::command::{CurrentTrip, ListRecords, Revision, Sort, StartTrip};
use maydan_core::{Instant, RecordId};
use recorder::use_recorder;
use view::TripView;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Earlier trips shown.
const EARLIER: u32 = 60;
/// How often the shown length of a shift is brought up to date, milliseconds.
const MINUTE_MS: u32 = 60_000;

/// The page of trips.
#[component]
pub fn TripPage() -> Html {
    let i18n = use_i18n();
    let session = use_session();
    let current = use_query(Some(CurrentTrip {}), &["trip"]);
    // A manager sees her people's trips beside her own.
    let me = session.user.as_ref().filter(|user| !user.is_reviewer()).map(|user| user.id);
    let trips = use_query(
        Some(ListRecords {
            kind: "trip".to_owned(),
            filters: me.map(|id| is("rep", id.to_string())).into_iter().collect(),
            sort: Some(Sort { field: "started_at".to_owned(), descending: true }),
            limit: EARLIER,
            ..ListRecords::default()
        }),
        &["trip"],
    );
    use_effect_with((), |()| ensure_recording());

    let open = current.data.as_ref().and_then(|open| Some((open.trip?, open.row.clone())));
    let latest = trips.data.as_ref().and_then(|page| page.lines.first()).map(|line| (line.id, line.row.clone()));
    let under_way = open.as_ref().map(|(id, row)| (*id, instant(row, "started_at")));
    let shown = open.or(latest);
    let runs = under_way.is_some();
    let me = session.user.as_ref().map(|user| user.id);
    let rep = shown.as_ref().and_then(|(_, row)| link(row, "rep")).filter(|rep| Some(*rep) != me);
    let whose = rep.and_then(|rep| trips.data.as_ref()?.names.get(&rep).cloned());
    let background = !session.unsupported.iter().any(|word| word == "background_location");

    html! {
        <Page title={i18n.t("page-trip-title")}>
            <div class="p2-trip">
                if current.data.is_some() {
                    <Shift {under_way} {background} />
                } else {
                    { waiting(&current, 3) }
                }
                if let Some((trip, row)) = shown.clone() {
                    if !runs {
                        <h2 class="section-title">
                            { i18n.t("page-trip-latest") }
                            if let Some(rep) = whose.clone() { { " · " }<Bdi>{ rep }</Bdi> }
                        </h2>
                    }
                    <TripView key={trip.to_string()} {trip} {row} main={true} />
                } else if trips.data.is_some() {
                    <Empty icon={Icon::Trip} title={i18n.t("page-trip-none")} text={i18n.t("page-trip-none-text")} />
                }
                if let Some(page) = trips.data.clone() {
                    <EarlierTrips {page} without={shown.map(|(id, _)| id)} />
                }
            </div>
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct ShiftProps {
    under_way: Option<(RecordId, Option<Instant>)>,
    background: bool,
}

/// Start or stop, and how recording goes.
#[component]
fn Shift(props: &ShiftProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let recording = use_recorder();
    let stopping = use_state(|| false);
    let start = use_command::<StartTrip>(Callback::from(|revision: Revision| recorder::start(revision.id)));

    let Some((trip, since)) = props.under_way else {
        return html! {
            <section class="p2-shift big-button">
                <p class="muted">{ i18n.t("page-trip-promise") }</p>
                if !props.background {
                    <p class="p2-notice">{ i18n.t("page-trip-keep-open") }</p>
                }
                <Button
                    label={i18n.t("page-trip-start")}
                    icon={Some(Icon::Play)}
                    kind={ButtonKind::Primary}
                    wide={true}
                    onclick={start.reform(|()| StartTrip {})}
                    testid="trip-start"
                />
            </section>
        };
    };
    let stop = {
        let stopping = stopping.clone();
        Callback::from(move |()| {
            stopping.set(true);
            let (stopping, toasts) = (stopping.clone(), toasts.clone());
            spawn_local(async move {
                if let Err(error) = recorder::finish(trip).await {
                    toasts.error(&error);
                }
                stopping.set(false);
            });
        })
    };
    html! {
        <section class="p2-shift p2-shift-open big-button">
            <p class="p2-shift-state" role="status">
                <IconView icon={Icon::Trip} />
                { i18n.t("page-trip-recording") }
                if let Some(since) = since {
                    { " · " }<Elapsed {since} />
                }
            </p>
            if let Some(error) = recording.problem {
                <ErrorBox {error} />
            } else if let Some(fix) = recording.last {
                <p class="muted">
                    { i18n.ta("page-trip-last-fix", &[("ago", i18n.ago(fix.at).into()), ("accuracy", i18n.distance(fix.accuracy.round() as i64).into())]) }
                </p>
            } else {
                <p class="muted">{ i18n.t("page-trip-waiting-fix") }</p>
            }
            if !props.background {
                <p class="p2-notice">{ i18n.t("page-trip-keep-open") }</p>
            }
            <Button
                label={i18n.t("page-trip-stop")}
                icon={Some(Icon::Stop)}
                kind={ButtonKind::Danger}
                disabled={*stopping}
                wide={true}
                onclick={stop}
                testid="trip-stop"
            />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct ElapsedProps {
    since: Instant,
}

/// How long a shift has lasted by now.
#[component]
fn Elapsed(props: &ElapsedProps) -> Html {
    let i18n = use_i18n();
    let redraw = use_force_update();
    use_effect_with((), move |()| {
        let clock = Interval::new(MINUTE_MS, move || redraw.force_update());
        move || drop(clock)
    });
    html! { <span>{ i18n.duration(now().since(props.since)) }</span> }
}
