//! The report of a visit: free text that saves itself.
//!
//! Invariants: what was typed is written at the heads that this person saw, so that concurrent typing interleaves; a
//! text that could not be saved stays in the box; nobody's typing is replaced by what comes from elsewhere meanwhile.

use crate::backend::{call, new_id};
use crate::components::{Field, TextArea};
use crate::hooks::{use_i18n, use_toasts};
use futures::lock::Mutex;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use maydan_core::command::EditFields;
use maydan_core::document::{Edit, Hash};
use maydan_core::{RecordId, Result};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// A pause in typing after which the text is saved, milliseconds.
const PAUSE_MS: u32 = 600;

/// The draft of one visit's report, shared by the box and by the steps that must not overtake it.
#[derive(Clone)]
pub struct Saver(Rc<Draft>);

struct Draft {
    visit: RecordId,
    text: RefCell<String>,
    /// She types, or may go on doing so.
    open: Cell<bool>,
    /// The text on the disk and the heads at which exactly this text stands.
    stored: RefCell<(String, Vec<Hash>)>,
    /// Heads of the record as shown last, and as shown when the last save began: those do not hold that save yet.
    seen: RefCell<Vec<Hash>>,
    outdated: RefCell<Option<Vec<Hash>>>,
    turn: Mutex<()>,
}

impl PartialEq for Saver {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Saver {
    /// An empty draft, to be filled by what the record holds.
    pub fn new(visit: RecordId) -> Self {
        Self(Rc::new(Draft {
            visit,
            text: RefCell::default(),
            open: Cell::new(false),
            stored: RefCell::default(),
            seen: RefCell::default(),
            outdated: RefCell::default(),
            turn: Mutex::new(()),
        }))
    }

    /// Writes what is typed and not on the disk yet, after whatever is being written now.
    ///
    /// # Errors
    /// Those of the write; the draft stays.
    pub async fn save(&self) -> Result<()> {
        let draft = &*self.0;
        let _turn = draft.turn.lock().await;
        if self.is_saved() {
            return Ok(());
        }
        let text = self.text();
        let base = draft.stored.borrow().1.clone();
        let shown = draft.seen.borrow().clone();
        let edits = vec![Edit::set("report", text.clone())];
        let revision =
            call(EditFields { id: draft.visit, base: (!base.is_empty()).then_some(base), edits, request: Some(new_id().0) }).await?;
        if revision.changed {
            *draft.outdated.borrow_mut() = Some(shown);
        }
        *draft.stored.borrow_mut() = (text, revision.base);
        Ok(())
    }

    /// Takes over what the record holds, unless she types or the record was read before her last save.
    fn follow(&self, text: &str, heads: &[Hash]) {
        let draft = &*self.0;
        *draft.seen.borrow_mut() = heads.to_vec();
        let outdated = draft.outdated.borrow().as_deref() == Some(heads);
        if !draft.open.get() && !outdated && self.is_saved() {
            text.clone_into(&mut draft.text.borrow_mut());
            *draft.stored.borrow_mut() = (text.to_owned(), heads.to_vec());
        }
    }

    fn is_saved(&self) -> bool {
        *self.0.text.borrow() == self.0.stored.borrow().0
    }

    fn text(&self) -> String {
        self.0.text.borrow().clone()
    }
}

/// Properties of [`Report`].
#[derive(Properties, PartialEq)]
pub struct ReportProps {
    /// The draft.
    pub saver: Saver,
    /// The report as the record holds it.
    pub text: AttrValue,
    /// The heads at which it was read.
    pub heads: Vec<Hash>,
    /// Shown, not edited.
    pub read_only: bool,
}

/// The report's box.
#[component]
pub fn Report(props: &ReportProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let redraw = use_force_update();
    let pause = use_mut_ref(|| None::<Timeout>);
    props.saver.follow(&props.text, &props.heads);

    let save = {
        let (saver, redraw) = (props.saver.clone(), redraw.clone());
        Callback::from(move |()| {
            let (saver, toasts, redraw) = (saver.clone(), toasts.clone(), redraw.clone());
            spawn_local(async move {
                if let Err(error) = saver.save().await {
                    toasts.error(&error);
                }
                redraw.force_update();
            });
        })
    };
    {
        let save = save.clone();
        let saver = props.saver.clone();
        use_effect_with((), move |()| {
            // A phone may never come back from the background.
            let hidden = EventListener::new(&gloo::utils::document(), "visibilitychange", move |_| save.emit(()));
            move || {
                drop(hidden);
                saver.0.open.set(false);
                spawn_local(async move {
                    // The page is gone: the draft is written now or, should that fail, by nobody.
                    let _ = saver.save().await;
                });
            }
        });
    }

    if props.read_only {
        return html! {
            <section class="p2-report">
                <h3 class="section-title">{ i18n.t("page-visit-report") }</h3>
                if props.text.is_empty() {
                    <p class="muted">{ i18n.t("page-visit-report-empty") }</p>
                } else {
                    <p class="p2-prose" dir="auto">{ props.text.clone() }</p>
                }
            </section>
        };
    }
    let oninput = {
        let (saver, pause, save) = (props.saver.clone(), pause.clone(), save.clone());
        Callback::from(move |typed: String| {
            *saver.0.text.borrow_mut() = typed;
            saver.0.open.set(true);
            let save = save.clone();
            *pause.borrow_mut() = Some(Timeout::new(PAUSE_MS, move || save.emit(())));
            redraw.force_update();
        })
    };
    let onblur = {
        let saver = props.saver.clone();
        Callback::from(move |()| {
            saver.0.open.set(false);
            pause.borrow_mut().take();
            save.emit(());
        })
    };
    let state = if props.saver.is_saved() { "page-visit-report-saved" } else { "page-visit-report-saving" };
    let rows = props.saver.text().lines().count().clamp(5, 16);
    html! {
        <section class="p2-report">
            <Field label={i18n.t("page-visit-report")}>
                <TextArea
                    value={AttrValue::from(props.saver.text())}
                    {oninput}
                    {onblur}
                    rows={u32::try_from(rows).unwrap_or(5)}
                    placeholder={i18n.t("page-visit-report-hint")}
                    testid="visit-report"
                />
            </Field>
            <p class="muted" aria-live="polite" data-testid="visit-report-state" data-saved={props.saver.is_saved().to_string()}>
                if !props.saver.text().is_empty() {
                    { i18n.t(state) }
                }
            </p>
        </section>
    }
}
