//! Free text that saves itself while a person types, without undoing what a colleague types at the same time.
//!
//! Invariant: while a draft stands, it is written at the heads that this person's own text stands on (first those that
//! were shown, then the `base` of the last revision), so that concurrent typing interleaves. Without a draft the text
//! follows the record. A draft that could not be saved stays.

use crate::backend::{call, new_id};
use crate::hooks::{Toasts, use_toasts};
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use maydan_core::command::{EditFields, Revision};
use maydan_core::document::{Edit, Hash};
use maydan_core::{RecordId, Result};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Typing pauses this long before it is saved, milliseconds.
const PAUSE_MS: u32 = 600;

/// A text box's side of an autosaved field.
pub struct Autosave {
    /// What to show.
    pub text: String,
    /// Something is typed that is not on the disk yet.
    pub unsaved: bool,
    /// The box's text changed.
    pub oninput: Callback<String>,
    /// The box lost the focus.
    pub onblur: Callback<()>,
}

/// Autosaves the prose `field` of the record `id`, which stands at `heads` as `text`.
#[hook]
pub fn use_autosave(id: RecordId, field: AttrValue, text: String, heads: Vec<Hash>) -> Autosave {
    let draft = use_mut_ref(|| None::<Draft>);
    let shown = use_mut_ref(Vec::<Hash>::new);
    let redraw = use_force_update();
    let toasts = use_toasts();
    shown.borrow_mut().clone_from(&heads);
    let writer = Writer { id, field, draft: draft.clone(), shown, toasts, redraw };

    {
        let writer = writer.clone();
        use_effect_with(heads, move |_| writer.settle());
    }
    {
        let writer = writer.clone();
        use_effect_with(id, move |_| {
            let leaving = writer.clone();
            // A phone may never come back from the background.
            let hidden = EventListener::new(&gloo::utils::document(), "visibilitychange", move |_| writer.save());
            move || {
                drop(hidden);
                leaving.leave();
            }
        });
    }

    let (showing, unsaved) = match draft.borrow().as_ref() {
        Some(draft) => (draft.text.clone(), draft.text != draft.saved),
        None => (text.clone(), false),
    };
    let oninput = {
        let writer = writer.clone();
        Callback::from(move |typed: String| writer.typed(typed, &text))
    };
    let onblur = Callback::from(move |()| writer.leave());
    Autosave { text: showing, unsaved, oninput, onblur }
}

/// What a person has typed since the text last followed the record.
struct Draft {
    text: String,
    saved: String,
    base: Vec<Hash>,
    /// Heads of the record when the draft began to be written.
    sent_at: Vec<Hash>,
    focused: bool,
    saving: bool,
    /// Dropping it cancels it.
    _pause: Option<Timeout>,
}

#[derive(Clone)]
struct Writer {
    id: RecordId,
    field: AttrValue,
    draft: Rc<RefCell<Option<Draft>>>,
    shown: Rc<RefCell<Vec<Hash>>>,
    toasts: Toasts,
    redraw: UseForceUpdateHandle,
}

impl Writer {
    fn typed(&self, text: String, stands: &str) {
        let writer = self.clone();
        let pause = Some(Timeout::new(PAUSE_MS, move || writer.save()));
        {
            let mut slot = self.draft.borrow_mut();
            let heads = self.shown.borrow();
            let draft = slot.get_or_insert_with(|| Draft {
                text: String::new(),
                saved: stands.to_owned(),
                base: heads.clone(),
                sent_at: heads.clone(),
                focused: true,
                saving: false,
                _pause: None,
            });
            draft.text = text;
            draft.focused = true;
            draft._pause = pause;
        }
        self.redraw.force_update();
    }

    fn leave(&self) {
        if let Some(draft) = self.draft.borrow_mut().as_mut() {
            draft.focused = false;
        }
        self.save();
        self.settle();
    }

    fn save(&self) {
        let (text, base) = {
            let mut slot = self.draft.borrow_mut();
            let Some(draft) = slot.as_mut() else { return };
            if draft.saving || draft.text == draft.saved {
                return;
            }
            draft.saving = true;
            draft.sent_at.clone_from(&self.shown.borrow());
            (draft.text.clone(), draft.base.clone())
        };
        let writer = self.clone();
        let edits = vec![Edit::set(&self.field, text.clone())];
        let request = EditFields { id: self.id, base: Some(base), edits, request: Some(new_id().0) };
        spawn_local(async move {
            let answer = call(request).await;
            writer.answered(text, answer);
        });
    }

    fn answered(&self, text: String, answer: Result<Revision>) {
        let more = {
            let mut slot = self.draft.borrow_mut();
            let Some(draft) = slot.as_mut() else { return };
            draft.saving = false;
            match answer {
                Ok(revision) => {
                    if !revision.changed {
                        draft.sent_at.clear();
                    }
                    draft.base = revision.base;
                    draft.saved = text;
                }
                Err(error) => {
                    self.toasts.error(&error);
                    return;
                }
            }
            draft.text != draft.saved
        };
        if more {
            self.save();
        }
        self.settle();
        self.redraw.force_update();
    }

    /// Lets the text follow the record again, once the box is left, all is saved and the record that holds it was read.
    fn settle(&self) {
        let settled = self.draft.borrow().as_ref().is_some_and(|draft| {
            let clean = !draft.saving && draft.text == draft.saved;
            let never_sent = draft.base == draft.sent_at;
            clean && !draft.focused && (never_sent || draft.sent_at != *self.shown.borrow())
        });
        if settled {
            *self.draft.borrow_mut() = None;
            self.redraw.force_update();
        }
    }
}
