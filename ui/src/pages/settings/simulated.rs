//! A GPX track in place of real positions: for trials, for tests, and for desktops without a receiver.

use crate::backend::location::{set_simulated, simulated};
use crate::components::{Button, ButtonKind, Chip, Field, Icon, Select, Tone};
use crate::hooks::{use_i18n, use_toasts};
use crate::pages::import::file::{FilePick, text};
use crate::pages::trip::recorder;
use crate::prefs::{store, stored};
use maydan_core::domain::gpx::MAX_GPX_BYTES;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

/// Where the track and the speed of its replay are kept, as the backend reads them.
const TRACK: &str = "maydan.gpx";
const SPEED: &str = "maydan.gpx_speed";
/// Speeds offered, times real time.
const SPEEDS: [&str; 4] = ["1", "10", "60", "300"];

/// The choice of a track.
#[component]
pub fn Simulated() -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let on = use_state_eq(simulated);
    let speed = use_state_eq(|| stored(SPEED).filter(|speed| SPEEDS.contains(&speed.as_str())).unwrap_or_else(|| SPEEDS[0].to_owned()));

    let onfile = {
        let (i18n, toasts, on) = (i18n.clone(), toasts.clone(), on.clone());
        Callback::from(move |file: File| {
            let (i18n, toasts, on) = (i18n.clone(), toasts.clone(), on.clone());
            spawn_local(async move {
                match text(&file, MAX_GPX_BYTES).await.and_then(|gpx| set_simulated(Some(gpx))) {
                    Ok(points) => {
                        on.set(true);
                        recorder::renew();
                        toasts.show(i18n.ta("page-settings-gpx-read", &[("count", points.into())]));
                    }
                    Err(error) => toasts.error(&error),
                }
            });
        })
    };
    let clear = {
        let on = on.clone();
        Callback::from(move |()| match set_simulated(None) {
            Ok(_) => {
                on.set(false);
                recorder::renew();
            }
            Err(error) => toasts.error(&error),
        })
    };
    let onspeed = {
        let speed = speed.clone();
        Callback::from(move |chosen: String| {
            // A browser without storage replays in real time. A track takes its speed when it is chosen.
            if store(SPEED, &chosen) && stored(TRACK).is_some_and(|gpx| set_simulated(Some(gpx)).is_ok()) {
                speed.set(chosen);
                recorder::renew();
            }
        })
    };
    let speeds: Vec<(AttrValue, String)> = SPEEDS
        .iter()
        .map(|word| (AttrValue::Static(word), i18n.ta("page-settings-gpx-times", &[("times", word.parse::<i64>().unwrap_or(1).into())])))
        .collect();
    html! {
        <section>
            <h2 class="section-title">
                { i18n.t("page-settings-gpx") }
                if *on {
                    { " " }<Chip label={i18n.t("page-simulated")} tone={Tone::Warn} icon={Some(Icon::Warning)} />
                }
            </h2>
            <p class="muted">{ i18n.t("page-settings-gpx-text") }</p>
            <div class="row">
                <FilePick label={i18n.t("page-settings-gpx-choose")} accept=".gpx,application/gpx+xml" {onfile} testid="settings-gpx" />
                if *on {
                    <Button label={i18n.t("page-settings-gpx-clear")} kind={ButtonKind::Quiet} onclick={clear} testid="settings-gpx-clear" />
                }
            </div>
            if *on {
                <div class="p2-form">
                    <Field label={i18n.t("page-settings-gpx-speed")}>
                        <Select value={AttrValue::from((*speed).clone())} options={speeds} onchange={onspeed} testid="settings-gpx-speed" />
                    </Field>
                </div>
            }
        </section>
    }
}
