//! Queries that stay fresh.
//!
//! Invariant: an answer to an older question never replaces one to a newer. The last answer stays on the screen while
//! the question is asked again, so that nothing flickers; a wait is shown only after 200 ms without any answer.

use crate::backend;
use crate::format;
use gloo::timers::callback::Timeout;
use maydan_core::Error;
use maydan_core::command::{Command, Event};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// A wait shorter than this is not shown, milliseconds.
const PATIENCE_MS: u32 = 200;
/// Events closer together than this are answered by one question, milliseconds.
const PAUSE_MS: i64 = 150;

/// What is known of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Query<T> {
    /// The last answer.
    pub data: Option<Rc<T>>,
    /// Why there is no newer one.
    pub error: Option<Error>,
    /// There is no answer yet, and the wait is long enough to be shown.
    pub loading: bool,
}

/// What is known, and to which question the answer belongs.
#[derive(PartialEq)]
struct Known<C, T> {
    question: Option<C>,
    query: Query<T>,
}

enum News<C, T> {
    Answer(C, T),
    Failure(C, Error),
    Slow,
    Nothing,
}

impl<C, T> Reducible for Known<C, T>
where
    C: PartialEq + Clone + 'static,
    T: Clone + PartialEq + 'static,
{
    type Action = News<C, T>;

    fn reduce(self: Rc<Self>, news: News<C, T>) -> Rc<Self> {
        let (question, query) = match news {
            News::Answer(question, answer) => {
                // An equal answer keeps its place in memory: what was drawn from it is not drawn again.
                let same = self.query.data.as_ref().filter(|known| ***known == answer).cloned();
                let data = same.unwrap_or_else(|| Rc::new(answer));
                (Some(question), Query { data: Some(data), error: None, loading: false })
            }
            News::Failure(question, error) => {
                let data = self.query.data.clone().filter(|_| self.question.as_ref() == Some(&question));
                (Some(question), Query { data, error: Some(error), loading: false })
            }
            News::Slow => {
                let Query { data, error, .. } = self.query.clone();
                let loading = data.is_none() && error.is_none();
                (self.question.clone(), Query { data, error, loading })
            }
            News::Nothing => (None, Query::empty()),
        };
        Self { question, query }.into()
    }
}

impl<T> Query<T> {
    fn empty() -> Self {
        Self { data: None, error: None, loading: false }
    }
}

/// Runs a query and again whenever an event changes one of `kinds` (`"*"`: any kind; `"sync"`: the sync status).
/// Without a request there is no answer.
#[hook]
pub fn use_query<C>(request: Option<C>, kinds: &'static [&'static str]) -> Query<C::Answer>
where
    C: Command + Clone + PartialEq + 'static,
    C::Answer: Clone + PartialEq + 'static,
{
    let known = use_reducer_eq(|| Known::<C, C::Answer> { question: None, query: Query::empty() });
    let newest = use_mut_ref(|| 0_u32);
    let round = use_events(kinds);

    {
        let dispatcher = known.dispatcher();
        use_effect_with((request, round), move |(request, _)| {
            let mine = newest.borrow().wrapping_add(1);
            *newest.borrow_mut() = mine;
            let mut patience = None;
            if let Some(request) = request.clone() {
                let slow = dispatcher.clone();
                patience = Some(Timeout::new(PATIENCE_MS, move || slow.dispatch(News::Slow)));
                let newest = Rc::clone(&newest);
                spawn_local(async move {
                    let answer = backend::call(request.clone()).await;
                    if *newest.borrow() != mine {
                        return;
                    }
                    dispatcher.dispatch(match answer {
                        Ok(answer) => News::Answer(request, answer),
                        Err(error) => News::Failure(request, error),
                    });
                });
            } else {
                dispatcher.dispatch(News::Nothing);
            }
            move || {
                drop(patience);
                // Also when the component goes: nobody waits for this answer any more.
                let next = newest.borrow().wrapping_add(1);
                *newest.borrow_mut() = next;
            }
        });
    }
    known.query.clone()
}

/// Counts the events that concern `kinds`; a burst counts once or twice.
#[hook]
fn use_events(kinds: &'static [&'static str]) -> u32 {
    let round = use_state(|| 0_u32);
    {
        let setter = round.setter();
        use_effect_with(kinds, move |kinds| {
            let kinds = *kinds;
            let burst = Rc::new(RefCell::new(Burst { count: 0, last: 0, waiting: false, timer: None }));
            let subscription = backend::listen(Callback::from(move |event: Event| {
                if concerns(&event, kinds) {
                    Burst::hit(&burst, &setter);
                }
            }));
            move || drop(subscription)
        });
    }
    *round
}

/// Events that come close together: the first counts at once, the others together a little later.
struct Burst {
    count: u32,
    last: i64,
    waiting: bool,
    /// Held so that it ends with the component.
    timer: Option<Timeout>,
}

impl Burst {
    fn hit(burst: &Rc<RefCell<Self>>, setter: &UseStateSetter<u32>) {
        let mut state = burst.borrow_mut();
        if state.waiting {
            return;
        }
        let now = format::now().0;
        let wait = PAUSE_MS - (now - state.last).clamp(0, PAUSE_MS);
        let Some(wait) = u32::try_from(wait).ok().filter(|wait| *wait > 0) else {
            state.count(now, setter);
            return;
        };
        let (later, setter) = (Rc::clone(burst), setter.clone());
        state.waiting = true;
        state.timer = Some(Timeout::new(wait, move || {
            let mut state = later.borrow_mut();
            state.waiting = false;
            state.count(format::now().0, &setter);
        }));
    }

    fn count(&mut self, now: i64, setter: &UseStateSetter<u32>) {
        self.last = now;
        self.count = self.count.wrapping_add(1);
        setter.set(self.count);
    }
}

fn concerns(event: &Event, kinds: &[&str]) -> bool {
    match event {
        Event::Changed { kind, .. } => kinds.iter().any(|wanted| *wanted == "*" || *wanted == kind.as_str()),
        Event::Sync(_) => kinds.contains(&"sync"),
        Event::Session(_) => false,
    }
}
