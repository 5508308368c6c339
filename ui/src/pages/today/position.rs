//! Where this person is, as far as it is known without asking the device for it.

use crate::backend::location::locate;
use crate::hooks::{use_query, use_toasts};
use maydan_core::command::{CurrentTrip, TripTrace};
use maydan_core::domain::geo::Point;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The last known position, and a callback that finds the present one. Opening a page never asks for the location by
/// itself: without the callback, the position is the end of the open shift's trace.
#[hook]
pub fn use_last_position() -> (Option<Point>, Callback<()>) {
    let toasts = use_toasts();
    let found = use_state(|| None::<Point>);
    let trip = use_query(Some(CurrentTrip {}), &["trip"]);
    let open = trip.data.as_ref().and_then(|trip| trip.trip);
    let trace = use_query(open.map(|trip| TripTrace { trip }), &["trip"]);
    let driven = trace.data.as_ref().and_then(|trace| trace.segments.last()?.last().copied());
    let position = (*found).or_else(|| open.and(driven));
    let find = Callback::from(move |()| {
        let (found, toasts) = (found.clone(), toasts.clone());
        spawn_local(async move {
            match locate().await {
                Ok(fix) => found.set(Some(fix.point)),
                Err(error) => toasts.error(&error),
            }
        });
    });
    (position, find)
}
