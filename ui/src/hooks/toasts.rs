//! Short messages at the edge of the screen: what was done, how to take it back, what went wrong.
//!
//! Invariant: at most one message can be taken back by the keyboard: the newest that offers it. Messages go away by
//! themselves; nothing that a person must decide is ever only a toast.

use maydan_core::Error;
use std::rc::Rc;
use yew::prelude::*;

/// Most messages shown at once; older ones make room.
const MOST: usize = 3;

/// What a toast says.
#[derive(Debug, Clone, PartialEq)]
pub enum ToastText {
    /// Words, already in the person's language.
    Words(String),
    /// A failure, put into words where it is shown.
    Failure(Error),
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    /// Its number: later messages have greater ones.
    pub id: u32,
    /// What it says.
    pub text: ToastText,
    /// Takes back what was done.
    pub undo: Option<Callback<()>>,
}

/// The messages on the screen, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToastList {
    /// The messages.
    pub toasts: Vec<Toast>,
    next: u32,
}

/// A change of the messages.
pub enum ToastAction {
    /// Another one.
    Show(ToastText, Option<Callback<()>>),
    /// This one goes.
    Close(u32),
}

impl Reducible for ToastList {
    type Action = ToastAction;

    fn reduce(self: Rc<Self>, action: ToastAction) -> Rc<Self> {
        let mut list = (*self).clone();
        match action {
            ToastAction::Show(text, undo) => {
                let id = list.next;
                list.next = list.next.wrapping_add(1);
                // The same failure twice in a row says nothing new.
                list.toasts.retain(|toast| toast.text != text || toast.undo.is_some());
                list.toasts.push(Toast { id, text, undo });
                let surplus = list.toasts.len().saturating_sub(MOST);
                list.toasts.drain(..surplus);
            }
            ToastAction::Close(id) => list.toasts.retain(|toast| toast.id != id),
        }
        list.into()
    }
}

/// The way to say something.
#[derive(Clone, PartialEq, Default)]
pub struct Toasts {
    list: Option<UseReducerDispatcher<ToastList>>,
}

impl Toasts {
    /// Says it into this list.
    pub fn new(list: UseReducerDispatcher<ToastList>) -> Self {
        Self { list: Some(list) }
    }

    /// Says what was done.
    pub fn show(&self, text: impl Into<String>) {
        self.send(ToastAction::Show(ToastText::Words(text.into()), None));
    }

    /// Says what was done and offers to take it back, also by Ctrl+Z or Cmd+Z.
    pub fn undo(&self, text: impl Into<String>, undo: Callback<()>) {
        self.send(ToastAction::Show(ToastText::Words(text.into()), Some(undo)));
    }

    /// Says what went wrong and what to do.
    pub fn error(&self, error: &Error) {
        self.send(ToastAction::Show(ToastText::Failure(error.clone()), None));
    }

    /// Takes a message away.
    pub fn close(&self, id: u32) {
        self.send(ToastAction::Close(id));
    }

    fn send(&self, action: ToastAction) {
        if let Some(list) = &self.list {
            list.dispatch(action);
        }
    }
}

/// The way to say something at the edge of the screen.
#[hook]
pub fn use_toasts() -> Toasts {
    use_context::<Toasts>().unwrap_or_default()
}
