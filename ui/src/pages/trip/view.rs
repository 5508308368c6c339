//! One trip: its trace on a plain map, and its figures.

use crate::components::{Chip, Empty, Icon, MapPin, Tone, TraceMap};
use crate::hooks::{use_i18n, use_query};
use crate::i18n::I18n;
use crate::pages::customer::rows::instant;
use crate::pages::visit::waiting::waiting;
use maydan_core::command::{Trace, TripTrace};
use maydan_core::{RecordId, Row};
use yew::prelude::*;

/// Properties of [`TripView`].
#[derive(Properties, PartialEq)]
pub struct TripViewProps {
    /// The trip.
    pub trip: RecordId,
    /// Its fields.
    pub row: Row,
    /// It is what the page is about, not one looked at in passing.
    #[prop_or_default]
    pub main: bool,
}

/// A trip's trace and figures.
#[component]
pub fn TripView(props: &TripViewProps) -> Html {
    let i18n = use_i18n();
    let trace = use_query(Some(TripTrace { trip: props.trip }), &["trip"]);
    let Some(found) = &trace.data else { return waiting(&trace, 6) };
    let (started, ended) = (instant(&props.row, "started_at"), instant(&props.row, "ended_at"));
    let hook = |name: &'static str| props.main.then_some(name);
    // A shift under way lasts until its newest position; the page shows the running clock beside it.
    let until = ended.or_else(|| found.times.last().map(|(_, last)| maydan_core::Instant(*last)));
    let lasted = started.zip(until).map_or_else(String::new, |(from, to)| i18n.duration(to.since(from)));

    html! {
        <section class="p2-trip-view">
            <div class="row">
                if let Some(started) = started {
                    <Chip label={i18n.datetime(started)} icon={Some(Icon::Clock)} />
                }
                if found.simulated {
                    <Chip label={i18n.t("page-simulated")} tone={Tone::Warn} icon={Some(Icon::Warning)} />
                }
            </div>
            <dl class="p2-figures">
                <div>
                    <dt>{ i18n.t("page-trip-distance") }</dt>
                    <dd data-testid={hook("trip-distance")} data-metres={found.metres.to_string()}>{ i18n.distance(found.metres) }</dd>
                </div>
                <div>
                    <dt>{ i18n.t("page-trip-duration") }</dt>
                    <dd data-testid={hook("trip-duration")}>{ lasted }</dd>
                </div>
                <div>
                    <dt>{ i18n.t("page-trip-pings") }</dt>
                    <dd data-testid={hook("trip-pings")} data-count={found.pings.to_string()}>{ i18n.ta("page-count", &[("count", found.pings.into())]) }</dd>
                </div>
                <div>
                    <dt>{ i18n.t("page-trip-gaps") }</dt>
                    <dd data-testid={hook("trip-gaps")}>{ i18n.number(i64::from(found.gaps)) }</dd>
                </div>
            </dl>
            if found.pings == 0 {
                <Empty icon={Icon::Pin} title={i18n.t("page-trip-no-pings")} text={i18n.t("page-trip-no-pings-text")} />
            } else {
                <TraceMap segments={found.segments.clone()} pins={ends(&i18n, found, ended.is_some())} />
            }
            if found.gaps > 0 {
                <p class="muted">{ i18n.t("page-trip-gaps-text") }</p>
            }
        </section>
    }
}

/// Where it began, and where it ended or stands now.
fn ends(i18n: &I18n, trace: &Trace, ended: bool) -> Vec<MapPin> {
    let first = trace.segments.iter().flatten().next();
    let last = trace.segments.iter().flatten().last();
    let pin = |point, key, tone| MapPin { point, label: i18n.t(key), tone };
    let mut pins = Vec::new();
    if let Some(point) = first {
        pins.push(pin(*point, "page-trip-pin-start", Tone::Good));
    }
    if let Some(point) = last {
        pins.push(pin(*point, if ended { "page-trip-pin-end" } else { "page-trip-pin-now" }, Tone::Accent));
    }
    pins
}
