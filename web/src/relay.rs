//! Requests find the leader, wherever it is.
//!
//! A worker that leads answers its own page and the other tabs. A worker that does not passes requests on and keeps them
//! until they are answered: should the leader go, they are asked again of the next one, or answered here.
//!
//! A leader that can't open the database ends, and the lock passes on. One that is silent (a tab that the system has put to
//! sleep) is named to the person, who can close it: nothing but its end frees the files. One of another build is asked to
//! go, so that a page that was updated never talks to an old worker; its own page then starts a new worker and asks that.

use crate::leader;
use crate::message::Message;
use crate::platform::Browser;
use crate::scope::{build, on_page, on_tabs, scope, to_page, to_tabs};
use gloo_timers::future::TimeoutFuture;
use maydan_core::{Error, ErrorCode, command};
use maydan_driver::App;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// This worker's part.
enum Part {
    /// No leader is known yet.
    Waiting,
    /// Another tab leads.
    Following,
    /// This worker leads.
    Leading(Rc<App<Browser>>),
}

struct Relay {
    name: String,
    part: Part,
    /// Requests of this page that are not answered yet, by number.
    open: BTreeMap<u64, Message>,
    /// What other tabs have asked of this leader, with the answer once there is one: a request that comes again is not
    /// done again.
    asked: BTreeMap<(String, u64), Option<Message>>,
}

/// Requests of other tabs remembered at most.
const REMEMBERED: usize = 500;
/// A leader that has not answered a question for so long sleeps, or is busy with something large, milliseconds.
const SILENCE_MS: u32 = 60_000;

impl Relay {
    /// What is known of a request; a new one is noted as under way.
    fn remember(&mut self, key: &(String, u64)) -> Option<Option<Message>> {
        let known = self.asked.get(key).cloned();
        if known.is_none() {
            if self.asked.len() >= REMEMBERED {
                self.asked.retain(|_, answer| answer.is_none());
            }
            self.asked.insert(key.clone(), None);
        }
        known
    }
}

thread_local! {
    static RELAY: RefCell<Option<Relay>> = const { RefCell::new(None) };
}

fn with<T>(work: impl FnOnce(&mut Relay) -> T) -> Option<T> {
    RELAY.with(|relay| relay.borrow_mut().as_mut().map(work))
}

/// Starts the worker.
pub fn start() {
    let name = js_sys::Math::random().to_string();
    RELAY.with(|relay| *relay.borrow_mut() = Some(Relay { name, part: Part::Waiting, open: BTreeMap::new(), asked: BTreeMap::new() }));
    if on_tabs(from_tab).is_err() || leader::when_leading(take_over).is_err() {
        let error = Error::new(ErrorCode::Unsupported, "this browser has no Web Locks: use a current one");
        fail(error);
        return;
    }
    on_page(from_page);
    to_tabs(&Message::Hello);
    say_when_alone();
}

fn take_over() {
    spawn_local(async move {
        match leader::lead().await {
            Ok(app) => {
                with(|r| r.part = Part::Leading(app.clone()));
                to_page(&ready());
                to_tabs(&ready());
                let open: Vec<Message> = with(|r| r.open.values().cloned().collect()).unwrap_or_default();
                open.into_iter().for_each(from_page);
            }
            Err(error) => {
                fail(error);
                // With the worker its files and its lock are free: another tab may have more luck.
                scope().close();
            }
        }
    });
}

/// Tells the page that it can't go on. It answers what it has asked with the reason: none of that may still be done later.
fn fail(error: Error) {
    with(|r| r.open.clear());
    to_page(&Message::Fatal(error));
}

fn ready() -> Message {
    Message::Ready { build: build() }
}

/// Tells the page when nobody leads: a page that starts must not wait for ever without a word.
fn say_when_alone() {
    spawn_local(async {
        TimeoutFuture::new(SILENCE_MS).await;
        if with(|r| matches!(r.part, Part::Waiting)).unwrap_or(false) {
            fail(asleep());
        }
    });
}

/// Answers a question that the leader has left open for too long. What writes is never given up: it may have been done.
fn say_when_silent(id: f64, name: &str) {
    if !command::ALL.iter().any(|(known, writes)| *known == name && !writes) {
        return;
    }
    spawn_local(async move {
        TimeoutFuture::new(SILENCE_MS).await;
        if with(|r| matches!(r.part, Part::Following)).unwrap_or(false) {
            answered(id, Err(asleep()));
        }
    });
}

fn asleep() -> Error {
    Error::new(ErrorCode::InUse, "Maydan is open in another tab, which does not answer: wait if it is busy, or close it")
}

fn from_page(message: Message) {
    let Message::Ask { id, name, body, .. } = message else { return };
    let Some((leading, ask)) = with(|r| {
        let ask = Message::Ask { id, from: r.name.clone(), name: name.clone(), body: body.clone() };
        r.open.insert(number(id), ask.clone());
        let leading = match &r.part {
            Part::Leading(app) => Some(app.clone()),
            _ => None,
        };
        (leading, ask)
    }) else {
        return;
    };
    match leading {
        Some(app) => spawn_local(async move {
            let outcome = leader::answer(&app, &name, &body).await;
            answered(id, outcome);
        }),
        None => {
            to_tabs(&ask);
            if let Message::Ask { id, name, .. } = &ask {
                say_when_silent(*id, name);
            }
        }
    }
}

fn from_tab(message: Message) {
    match message {
        Message::Ask { id, from, name, body } => {
            let Some(Some(app)) = with(|r| match &r.part {
                Part::Leading(app) => Some(app.clone()),
                _ => None,
            }) else {
                return;
            };
            let key = (from.clone(), number(id));
            match with(|r| r.remember(&key)).flatten() {
                Some(Some(answer)) => to_tabs(&answer),
                Some(None) => {}
                None => spawn_local(async move {
                    let outcome = leader::answer(&app, &name, &body).await;
                    let answer = Message::Answer { id, from, outcome };
                    with(|r| r.asked.insert(key, Some(answer.clone())));
                    to_tabs(&answer);
                }),
            }
        }
        Message::Answer { id, from, outcome } => {
            if with(|r| r.name == from).unwrap_or(false) {
                answered(id, outcome);
            }
        }
        Message::Event(event) => to_page(&Message::Event(event)),
        Message::Hello => {
            if with(|r| matches!(r.part, Part::Leading(_))).unwrap_or(false) {
                to_tabs(&ready());
            }
        }
        Message::Ready { build: theirs } => {
            let heard = with(|r| match r.part {
                Part::Leading(_) => None,
                // Only a worker that starts asks, so that two builds do not send each other away for ever.
                Part::Waiting if theirs != build() => Some(Err(())),
                _ => {
                    r.part = Part::Following;
                    Some(Ok(r.open.values().cloned().collect::<Vec<_>>()))
                }
            });
            match heard.flatten() {
                Some(Ok(open)) => {
                    to_page(&ready());
                    open.iter().for_each(to_tabs);
                }
                Some(Err(())) => to_tabs(&Message::Retire { build: build() }),
                None => {}
            }
        }
        Message::Retire { build } => {
            if with(|r| matches!(r.part, Part::Leading(_))).unwrap_or(false) {
                to_page(&Message::Retire { build });
            }
        }
        Message::Fatal(_) => {}
    }
}

/// Hands an answer to the page, once: a request that was asked twice is answered once.
fn answered(id: f64, outcome: Result<String, Error>) {
    if with(|r| r.open.remove(&number(id)).is_some()).unwrap_or(false) {
        to_page(&Message::Answer { id, from: String::new(), outcome });
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the page counts its requests from zero")]
fn number(id: f64) -> u64 {
    id as u64
}
