//! A trace and pins on a plain grid: no tiles, no network, true to scale.
//!
//! Lines are drawn in a fixed box that grows with the element; marks and labels are elements above it, so that they
//! keep their size. A map is never mirrored.

mod projection;

use super::{Icon, IconView, Tone};
use crate::hooks::use_i18n;
use crate::i18n::Arg;
use maydan_core::domain::geo::Point;
use projection::{HEIGHT, Projection, WIDTH, grid, path};
use yew::prelude::*;

/// A named place on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPin {
    /// Where.
    pub point: Point,
    /// What is there; without words it is a mark alone.
    pub label: String,
    /// What its colour means.
    pub tone: Tone,
}

/// Properties of [`TraceMap`].
#[derive(Properties, PartialEq)]
pub struct TraceMapProps {
    /// Stretches without a gap, each in the order of time.
    #[prop_or_default]
    pub segments: Vec<Vec<Point>>,
    /// Named places.
    #[prop_or_default]
    pub pins: Vec<MapPin>,
}

/// A drawn trace. Gaps between stretches are dashed: nobody knows what lies there.
#[component]
pub fn TraceMap(props: &TraceMapProps) -> Html {
    let i18n = use_i18n();
    let points = props.segments.iter().flatten().copied().chain(props.pins.iter().map(|pin| pin.point));
    let Some(projection) = Projection::fit(points) else {
        return html! {
            <div class="map map-empty" data-testid="map-empty">
                <p dir="auto"><IconView icon={Icon::Pin} />{ i18n.t("map-empty") }</p>
            </div>
        };
    };
    let bar = projection.bar_metres();
    let stretches: Vec<&Vec<Point>> = props.segments.iter().filter(|s| !s.is_empty()).collect();
    let gaps = stretches.windows(2).filter_map(|pair| match pair {
        [before, after] => Some(path(&projection, &[*before.last()?, *after.first()?])),
        _ => None,
    });
    let first = stretches.first().and_then(|s| s.first());
    let last = stretches.last().and_then(|s| s.last());
    let counted = props.segments.iter().map(Vec::len).sum::<usize>();
    let described = i18n.ta("map-described", &[("points", Arg::from(whole(counted))), ("pins", Arg::from(whole(props.pins.len())))]);
    html! {
        <div class="map" dir="ltr" role="img" aria-label={described} data-testid="map">
            <svg class="map-canvas" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none" aria-hidden="true">
                <path class="map-grid" d={grid(bar * projection.scale)} />
                { for gaps.enumerate().map(|(n, d)| html! { <path key={n} class="map-gap" {d} /> }) }
                { for stretches.iter().enumerate().map(|(n, s)| html! {
                    <path key={n} class="map-trace" d={path(&projection, s)} data-testid="map-trace" />
                }) }
            </svg>
            if let Some(first) = first {
                <span class="map-end" ~style={at(&projection, *first)}></span>
            }
            if let Some(last) = last {
                <span class="map-end map-end-last" ~style={at(&projection, *last)}></span>
            }
            { for props.pins.iter().enumerate().map(|(n, pin)| {
                let turned = projection.place(pin.point).0 > WIDTH * 0.6;
                html! {
                    <span
                        key={n}
                        class={classes!("map-pin", pin.tone.class(), turned.then_some("map-pin-turned"))}
                        ~style={at(&projection, pin.point)}
                    >
                        <span class="map-pin-dot"></span>
                        if !pin.label.is_empty() {
                            <bdi class="map-pin-label">{ pin.label.clone() }</bdi>
                        }
                    </span>
                }
            }) }
            <span class="map-scale" ~style={format!("inline-size:{:.3}%", bar * projection.scale / WIDTH * 100.0)}>
                <span class="map-scale-label" dir="auto">{ i18n.distance(bar.round() as i64) }</span>
            </span>
        </div>
    }
}

/// Place of an element above the drawing. Set as a property: a strict content policy refuses style attributes.
fn at(projection: &Projection, point: Point) -> String {
    let (x, y) = projection.place(point);
    format!("inset-inline-start:{:.3}%;inset-block-start:{:.3}%", x / WIDTH * 100.0, y / HEIGHT * 100.0)
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
