//! Records the positions of the open trip, whatever page is shown.
//!
//! Invariant: at most one recorder runs, and only while a trip is open. A position that was worth keeping waits here
//! until the device has it on its disk; what could not be stored is offered again with the next one.
//!
//! Sampling: a fix is kept when it is the first, [`STRIDE_M`] from the last kept one, or [`SILENCE_MS`] later. A
//! receiver that stands still may report nothing, so silence is broken by asking. Replayed tracks are kept whole.

use crate::backend::call;
use crate::backend::location::{Watch, locate, simulated, watch};
use crate::format::now;
use gloo::timers::callback::Interval;
use gloo::timers::future::TimeoutFuture;
use maydan_core::command::{AddPings, CurrentTrip, EndTrip, Revision};
use maydan_core::domain::geo::Fix;
use maydan_core::{Error, ErrorCode, RecordId, Result};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// A fix this far from the last kept one is kept, metres.
const STRIDE_M: f64 = 100.0;
/// A fix this long after the last kept one is kept, milliseconds.
const SILENCE_MS: i64 = 5 * 60 * 1000;
/// How often silence is looked for and storing is tried again, milliseconds.
const TICK_MS: u32 = 60_000;
/// Most fixes in one request.
const BATCH: usize = 500;
/// Pause between looks at a request that is under way, milliseconds.
const GLANCE_MS: u32 = 20;

/// How recording goes, for the page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    /// The newest position, kept or not.
    pub last: Option<Fix>,
    /// Why there is no newer one, or why it could not be stored.
    pub problem: Option<Error>,
}

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
    static STATE: RefCell<Recording> = RefCell::default();
    static OBSERVERS: RefCell<Vec<(u32, Callback<Recording>)>> = const { RefCell::new(Vec::new()) };
}

struct Running {
    recorder: Rc<Recorder>,
    /// Dropping these stops them.
    _watch: Watch,
    _tick: Interval,
}

struct Recorder {
    trip: RecordId,
    seen: Cell<Option<Fix>>,
    kept: Cell<Option<Fix>>,
    waiting: RefCell<Vec<Fix>>,
    sending: Cell<bool>,
}

/// Records the trip that is open, if one is: called when the app opens, after signing in, and by the trip page.
pub fn ensure_recording() {
    spawn_local(async {
        match call(CurrentTrip {}).await {
            Ok(open) => match open.trip {
                Some(trip) => start(trip),
                None => stop(),
            },
            Err(error) if error.code == ErrorCode::SignInNeeded => stop(),
            // The device could not tell: what runs goes on.
            Err(_) => {}
        }
    });
}

/// Begins to record a trip, unless it is being recorded.
pub fn start(trip: RecordId) {
    if running(trip).is_some() {
        return;
    }
    let recorder =
        Rc::new(Recorder { trip, seen: Cell::new(None), kept: Cell::new(None), waiting: RefCell::default(), sending: Cell::new(false) });
    publish(&Recording::default());
    let found = {
        let recorder = recorder.clone();
        watch(Callback::from(move |found: Result<Fix>| recorder.found(found)))
    };
    let tick = {
        let recorder = recorder.clone();
        Interval::new(TICK_MS, move || recorder.tick())
    };
    let before = RUNNING.with(|slot| slot.borrow_mut().replace(Running { recorder, _watch: found, _tick: tick }));
    drop(before);
}

/// Ends recording. Positions that were not stored yet are lost: [`finish`] stores them first.
pub fn stop() {
    let before = RUNNING.with(|slot| slot.borrow_mut().take());
    if before.is_some() {
        drop(before);
        publish(&Recording::default());
    }
}

/// Begins anew with another source of positions.
pub fn renew() {
    stop();
    ensure_recording();
}

/// Stores what waits, with the last position seen, and ends the trip.
///
/// # Errors
/// Those of storing and ending; the trip is then still being recorded.
pub async fn finish(trip: RecordId) -> Result<Revision> {
    if let Some(recorder) = running(trip) {
        if let Some(last) = recorder.seen.get() {
            recorder.keep(last);
        }
        while !recorder.waiting.borrow().is_empty() {
            if recorder.sending.get() {
                TimeoutFuture::new(GLANCE_MS).await;
            } else {
                recorder.store().await?;
            }
        }
    }
    let revision = call(EndTrip { trip }).await?;
    stop();
    Ok(revision)
}

/// How recording goes; the component follows.
#[hook]
pub fn use_recorder() -> Recording {
    let state = use_state_eq(|| STATE.with(|state| state.borrow().clone()));
    {
        let setter = state.setter();
        use_effect_with((), move |()| {
            let id = observe(Callback::from(move |news: Recording| setter.set(news)));
            move || OBSERVERS.with(|all| all.borrow_mut().retain(|(other, _)| *other != id))
        });
    }
    (*state).clone()
}

impl Recorder {
    fn found(self: &Rc<Self>, found: Result<Fix>) {
        match found {
            Ok(fix) => {
                self.seen.set(Some(fix));
                publish(&Recording { last: Some(fix), problem: None });
                if self.kept.get().is_none_or(|kept| worth_keeping(kept, fix)) {
                    self.keep(fix);
                }
                self.send();
            }
            Err(error) => publish(&Recording { last: self.seen.get(), problem: Some(error) }),
        }
    }

    fn tick(self: &Rc<Self>) {
        self.send();
        let silent = self.kept.get().is_none_or(|kept| now().since(kept.at) >= SILENCE_MS);
        // A replay tells by itself when it goes on.
        if silent && !simulated() {
            let recorder = self.clone();
            spawn_local(async move {
                let found = locate().await;
                if running(recorder.trip).is_some() {
                    recorder.found(found);
                }
            });
        }
    }

    fn keep(&self, fix: Fix) {
        if self.kept.get() != Some(fix) {
            self.kept.set(Some(fix));
            self.waiting.borrow_mut().push(fix);
        }
    }

    /// Stores what waits, one request at a time.
    fn send(self: &Rc<Self>) {
        if self.sending.get() || self.waiting.borrow().is_empty() {
            return;
        }
        // Before anything else runs: a second fix in the same moment must not start a second request.
        self.sending.set(true);
        let recorder = self.clone();
        spawn_local(async move {
            match recorder.store().await {
                Ok(()) => recorder.send(),
                // The trip was ended or taken away elsewhere.
                Err(error) if matches!(error.code, ErrorCode::WrongState | ErrorCode::NotFound) => stop(),
                Err(error) => publish(&Recording { last: recorder.seen.get(), problem: Some(error) }),
            }
        });
    }

    async fn store(&self) -> Result<()> {
        let fixes: Vec<Fix> = self.waiting.borrow().iter().copied().take(BATCH).collect();
        let count = fixes.len();
        let answer = call(AddPings { trip: self.trip, fixes }).await;
        self.sending.set(false);
        answer?;
        self.waiting.borrow_mut().drain(..count);
        Ok(())
    }
}

fn worth_keeping(kept: Fix, fix: Fix) -> bool {
    fix.simulated || fix.at.since(kept.at) >= SILENCE_MS || kept.point.distance(fix.point) >= STRIDE_M
}

fn running(trip: RecordId) -> Option<Rc<Recorder>> {
    RUNNING.with(|slot| slot.borrow().as_ref().map(|running| running.recorder.clone())).filter(|recorder| recorder.trip == trip)
}

fn observe(observer: Callback<Recording>) -> u32 {
    OBSERVERS.with(|all| {
        let mut all = all.borrow_mut();
        let id = all.last().map_or(0, |(id, _)| id + 1);
        all.push((id, observer));
        id
    })
}

fn publish(recording: &Recording) {
    STATE.with(|state| state.borrow_mut().clone_from(recording));
    let observers: Vec<Callback<Recording>> = OBSERVERS.with(|all| all.borrow().iter().map(|(_, observer)| observer.clone()).collect());
    for observer in observers {
        observer.emit(recording.clone());
    }
}
