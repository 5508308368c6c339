//! A GPX track in place of a receiver: for trials, tests and desktops.
//!
//! The track's clock starts when the track is first asked and runs `maydan.gpx_speed` times as fast as real time;
//! positions carry the real time at which they are passed. At its end the track stands still; a new watch starts it over.

use crate::format;
use crate::prefs::{forget, store, stored};
use gloo::timers::callback::Interval;
use maydan_core::domain::{geo::Fix, gpx};
use maydan_core::{Error, ErrorCode, Instant, Result};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use yew::Callback;

const TRACK: &str = "maydan.gpx";
const SPEED: &str = "maydan.gpx_speed";
const TICK_MS: u32 = 250;

thread_local! {
    static REPLAY: RefCell<Option<Rc<Replay>>> = const { RefCell::new(None) };
}

/// A track that is being driven.
pub struct Replay {
    fixes: Vec<Fix>,
    /// Milliseconds of the track's clock at each point; never less than at the point before.
    offsets: Vec<f64>,
    /// Real time of the first point, milliseconds.
    begun: Cell<f64>,
    speed: f64,
}

/// The chosen track, if one is.
pub fn chosen() -> Option<Rc<Replay>> {
    if let Some(replay) = REPLAY.with(|replay| replay.borrow().clone()) {
        return Some(replay);
    }
    let fixes = gpx::parse(&stored(TRACK)?).ok()?;
    let speed = stored(SPEED).and_then(|speed| speed.parse::<f64>().ok()).filter(|speed| *speed > 0.0).unwrap_or(1.0);
    let replay = Rc::new(Replay::new(fixes, speed));
    REPLAY.with(|known| *known.borrow_mut() = Some(Rc::clone(&replay)));
    Some(replay)
}

/// Whether a track is chosen.
pub fn is_chosen() -> bool {
    stored(TRACK).is_some()
}

/// Chooses a track, or none; answers its number of points.
pub fn choose(gpx: Option<String>) -> Result<usize> {
    let points = match gpx {
        Some(text) => {
            let points = gpx::parse(&text)?.len();
            if !store(TRACK, &text) {
                return Err(Error::new(ErrorCode::TooLarge, "this browser has no room for the track: choose a shorter one"));
            }
            points
        }
        None => {
            forget(TRACK);
            0
        }
    };
    REPLAY.with(|replay| *replay.borrow_mut() = None);
    Ok(points)
}

impl Replay {
    fn new(fixes: Vec<Fix>, speed: f64) -> Self {
        let first = fixes.first().map_or(Instant(0), |fix| fix.at);
        let mut latest = 0.0_f64;
        let offsets = fixes
            .iter()
            .map(|fix| {
                latest = latest.max(float(fix.at.since(first)));
                latest
            })
            .collect();
        Self { fixes, offsets, begun: Cell::new(float(format::now().0)), speed }
    }

    /// Where the drive is now.
    pub fn now(&self) -> Fix {
        let now = format::now();
        Fix { at: now, ..self.fix(self.reached(now)) }
    }

    /// Reports each point as it is passed.
    pub fn play(self: Rc<Self>, on_fix: Callback<Result<Fix>>) -> Interval {
        let now = format::now();
        if self.reached(now) + 1 >= self.fixes.len() {
            self.begun.set(float(now.0));
        }
        let next = Cell::new(self.reached(now));
        Interval::new(TICK_MS, move || {
            let reached = self.reached(format::now());
            for index in next.get()..=reached {
                on_fix.emit(Ok(self.fix(index)));
            }
            next.set(next.get().max(reached + 1));
        })
    }

    /// The last point passed at `now`.
    fn reached(&self, now: Instant) -> usize {
        let clock = (float(now.0) - self.begun.get()) * self.speed;
        self.offsets.partition_point(|offset| *offset <= clock).saturating_sub(1)
    }

    /// A point, at the real time at which it is passed.
    fn fix(&self, index: usize) -> Fix {
        let offset = self.offsets.get(index).copied().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
        let at = Instant((self.begun.get() + offset / self.speed) as i64);
        let index = index.min(self.fixes.len().saturating_sub(1));
        Fix { at, simulated: true, ..self.fixes[index] }
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
fn float(ms: i64) -> f64 {
    ms as f64
}
