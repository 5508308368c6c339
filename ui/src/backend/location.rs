//! Where this device is: a replayed track if one was chosen, else the phone's receiver, else the browser's.
//!
//! Invariant: a position is never made up; a replayed one says so ([`Fix::simulated`]). Nothing here waits for a
//! network, and nobody is kept from working because there is no position: the error says so and work goes on.

mod browser;
mod phone;
mod replay;

use super::tauri::get;
use crate::format;
use js_sys::{Function, Promise};
use maydan_core::domain::geo::{Fix, Point};
use maydan_core::{Error, ErrorCode, Instant, Result};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use yew::Callback;

/// A position may take this long, milliseconds.
const TIMEOUT_MS: u32 = 20_000;
/// A position this old is still where the person is, milliseconds.
const FRESH_MS: u32 = 10_000;
/// A receiver's clock further off than this is not believed, milliseconds.
const DAY_MS: i64 = 86_400_000;

/// Asks for one position.
///
/// # Errors
/// [`ErrorCode::NoLocation`] when it was refused or not found, [`ErrorCode::Unsupported`] without any receiver.
pub async fn locate() -> Result<Fix> {
    if let Some(replay) = replay::chosen() {
        return Ok(replay.now());
    }
    let fix = if phone::present() { phone::locate().await? } else { browser::locate().await? };
    Ok(Fix { battery: battery().await, ..fix })
}

/// Reports every new position until the answer is dropped.
pub fn watch(on_fix: Callback<Result<Fix>>) -> Watch {
    let source = if let Some(replay) = replay::chosen() {
        Source::Replay { _clock: replay.play(on_fix) }
    } else if phone::present() {
        Source::Phone { _watch: phone::Watch::new(on_fix) }
    } else {
        Source::Browser { _watch: browser::Watch::new(&on_fix) }
    };
    Watch { _source: source }
}

/// Keeps positions coming.
#[must_use = "dropping it stops the positions"]
pub struct Watch {
    _source: Source,
}

enum Source {
    Replay { _clock: gloo::timers::callback::Interval },
    Phone { _watch: phone::Watch },
    Browser { _watch: Option<browser::Watch> },
}

/// Chooses a GPX track to be replayed instead of real positions, or none; answers its number of points.
///
/// # Errors
/// What the track's reader says; [`ErrorCode::TooLarge`] when this browser can't keep it.
pub fn set_simulated(gpx: Option<String>) -> Result<usize> {
    replay::choose(gpx)
}

/// Whether positions are replayed from a track.
pub fn simulated() -> bool {
    replay::is_chosen()
}

/// Reads a position as browsers and the phone's plugin report it: `{coords: {latitude, longitude, accuracy}, timestamp}`.
fn read(position: &JsValue) -> Result<Fix> {
    let coords = get(position, "coords");
    let number = |name| get(&coords, name).as_f64();
    let point = number("latitude").zip(number("longitude")).and_then(|(latitude, longitude)| Point::new(latitude, longitude));
    let accuracy = number("accuracy").unwrap_or(f64::INFINITY);
    // A host without a receiver may answer zeros instead of an error.
    let real = |point: &Point| accuracy > 0.0 || point.latitude != 0.0 || point.longitude != 0.0;
    let point = point.filter(real).ok_or_else(|| no_location("the receiver gave no position"))?;
    let now = format::now();
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    let measured = get(position, "timestamp").as_f64().map(|ms| Instant(ms as i64));
    let at = measured.filter(|at| now.since(*at).abs() < DAY_MS).unwrap_or(now);
    Ok(Fix { point, accuracy: accuracy.min(100_000.0), at, mock: false, simulated: false, battery: None })
}

/// The battery's charge in percent, where the platform tells.
async fn battery() -> Option<u8> {
    let navigator = JsValue::from(gloo::utils::window().navigator());
    let ask: Function = get(&navigator, "getBattery").dyn_into().ok()?;
    let answer: JsValue = ask.call0(&navigator).ok()?;
    let promise: Promise = answer.unchecked_into();
    let battery: JsValue = JsFuture::from(promise).await.ok()?;
    let level = get(&battery, "level").as_f64().filter(|level| (0.0..=1.0).contains(level))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    let percent = (level * 100.0).round() as u8;
    Some(percent)
}

fn no_location(message: &str) -> Error {
    Error::new(ErrorCode::NoLocation, message)
}
