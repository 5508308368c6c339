//! A long list read in pages, as far as it is in sight.
//!
//! Invariant: what stands on the screen stays until the answer to a newer question is there, so that typing in the
//! search box never flashes. Answers to questions that nobody asks any more are dropped.

use crate::backend::{call, listen};
use maydan_core::command::{Event, Line, ListRecords, RecordPage, SyncState};
use maydan_core::{Error, Result};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Lines fetched at once.
const PAGE: u32 = 100;

/// A list of which parts are here.
#[derive(Clone)]
pub struct Listing {
    pages: Rc<RefCell<Pages>>,
    redraw: UseForceUpdateHandle,
}

/// What is known of a list.
#[derive(Default)]
struct Pages {
    question: ListRecords,
    /// Counts questions; answers carry the number of theirs.
    asked: u32,
    /// The question to which the lines here belong.
    answered: u32,
    lines: BTreeMap<u32, Rc<RecordPage>>,
    total: u32,
    floor: bool,
    error: Option<Error>,
    wanted: BTreeSet<u32>,
    under_way: BTreeSet<u32>,
    stale: bool,
}

/// Reads the list that `question` describes (its offset and limit do not count), and again whenever its kind changes.
#[hook]
pub fn use_listing(question: ListRecords) -> Listing {
    let pages = use_mut_ref(Pages::default);
    let redraw = use_force_update();
    let listing = Listing { pages, redraw };
    {
        let listing = listing.clone();
        use_effect_with(question, move |question| listing.ask(question.clone()));
    }
    {
        let listing = listing.clone();
        use_effect_with((), move |()| {
            let subscription = listen(Callback::from(move |event: Event| listing.heard(&event)));
            move || drop(subscription)
        });
    }
    listing
}

impl Listing {
    /// Lines in all.
    pub fn total(&self) -> u32 {
        self.pages.borrow().total
    }

    /// There are more than [`Listing::total`].
    pub fn is_floor(&self) -> bool {
        self.pages.borrow().floor
    }

    /// Changes when the lines here belong to another question than before.
    pub fn generation(&self) -> u32 {
        self.pages.borrow().answered
    }

    /// Whether any answer has come yet.
    pub fn is_answered(&self) -> bool {
        self.pages.borrow().answered > 0
    }

    /// Whether the lines here answer the newest question.
    pub fn is_current(&self) -> bool {
        let pages = self.pages.borrow();
        pages.answered == pages.asked
    }

    /// Why the last reading failed.
    pub fn error(&self) -> Option<Error> {
        self.pages.borrow().error.clone()
    }

    /// The line at a position, if it is here.
    pub fn line(&self, index: u32) -> Option<Line> {
        let pages = self.pages.borrow();
        let page = pages.lines.get(&(index / PAGE))?;
        page.lines.get(usize::try_from(index % PAGE).ok()?).cloned()
    }

    /// Says that the lines from `first` to before `last` are in sight.
    pub fn want(&self, first: u32, last: u32) {
        let missing: Vec<u32> = {
            let mut pages = self.pages.borrow_mut();
            pages.wanted = (first / PAGE..=last.saturating_sub(1).max(first) / PAGE).collect();
            pages.wanted.iter().copied().filter(|page| !pages.lines.contains_key(page)).collect()
        };
        for page in missing {
            self.fetch(page);
        }
    }

    /// Reads what is in sight again.
    pub fn refresh(&self) {
        let wanted: Vec<u32> = {
            let mut pages = self.pages.borrow_mut();
            if !pages.under_way.is_empty() {
                pages.stale = true;
                return;
            }
            // What is out of sight would be old when it comes back.
            let wanted = pages.wanted.clone();
            pages.lines.retain(|page, _| wanted.contains(page));
            wanted.into_iter().collect()
        };
        for page in wanted {
            self.fetch(page);
        }
    }

    fn ask(&self, question: ListRecords) {
        {
            let mut pages = self.pages.borrow_mut();
            pages.question = question;
            pages.asked += 1;
            pages.under_way.clear();
            pages.stale = false;
            pages.wanted = BTreeSet::from([0]);
        }
        self.fetch(0);
    }

    fn heard(&self, event: &Event) {
        let concerned = match event {
            Event::Changed { kind, .. } => *kind == self.pages.borrow().question.kind,
            // The marks of unsent work go away when everything is on both sides.
            Event::Sync(status) => status.state == SyncState::Synced,
            Event::Session(_) => false,
        };
        if concerned {
            self.refresh();
        }
    }

    fn fetch(&self, page: u32) {
        let (request, asked) = {
            let mut pages = self.pages.borrow_mut();
            if !pages.under_way.insert(page) {
                return;
            }
            let request = ListRecords { offset: page * PAGE, limit: PAGE, ..pages.question.clone() };
            (request, pages.asked)
        };
        let listing = self.clone();
        spawn_local(async move {
            let answer = call(request).await;
            listing.answer(asked, page, answer);
        });
    }

    fn answer(&self, asked: u32, page: u32, answer: Result<RecordPage>) {
        let again = {
            let mut pages = self.pages.borrow_mut();
            if pages.asked != asked {
                return;
            }
            pages.under_way.remove(&page);
            match answer {
                Ok(lines) => {
                    if pages.answered != asked {
                        pages.lines.clear();
                        pages.answered = asked;
                    }
                    pages.total = lines.total;
                    pages.floor = lines.total_is_floor;
                    pages.lines.insert(page, Rc::new(lines));
                    pages.error = None;
                }
                Err(error) => pages.error = Some(error),
            }
            let again = pages.stale && pages.under_way.is_empty();
            if again {
                pages.stale = false;
            }
            again
        };
        self.redraw.force_update();
        if again {
            self.refresh();
        }
    }
}
