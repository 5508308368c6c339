//! The worker's global scope, and its two wires: to its own page, and to the workers of other tabs.

use crate::message::Message;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, DedicatedWorkerGlobalScope, MessageEvent};

/// Name of the channel and of the lock: the same for all builds, as the database is.
pub const CHANNEL: &str = "maydan-1";

/// The build of this worker, as worker.js says it.
pub fn build() -> String {
    js_sys::Reflect::get(&js_sys::global(), &"maydanBuild".into()).ok().and_then(|b| b.as_string()).unwrap_or_default()
}

/// The global scope.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

thread_local! {
    static TABS: RefCell<Option<BroadcastChannel>> = const { RefCell::new(None) };
}

/// Says something to this worker's page.
pub fn to_page(message: &Message) {
    // What we send is plain strings and numbers, which always clone.
    drop(scope().post_message(&message.to_js()));
}

/// Says something to the workers of other tabs.
pub fn to_tabs(message: &Message) {
    TABS.with(|tabs| {
        if let Some(channel) = tabs.borrow().as_ref() {
            drop(channel.post_message(&message.to_js()));
        }
    });
}

/// Listens to the page. What it said before we listened was kept by worker.js.
pub fn on_page(heard: impl Fn(Message) + 'static) {
    let closure = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(message) = Message::from_js(&event.data()) {
            heard(message);
        }
    });
    scope().set_onmessage(Some(closure.as_ref().unchecked_ref()));
    closure.forget(); // lives as long as the worker
    if let Ok(early) = js_sys::Reflect::get(&js_sys::global(), &"maydanEarly".into())
        && let Some(take) = early.dyn_ref::<js_sys::Function>()
    {
        drop(take.call0(&JsValue::UNDEFINED));
    }
}

/// Listens to the other tabs.
pub fn on_tabs(heard: impl Fn(Message) + 'static) -> Result<(), JsValue> {
    let channel = BroadcastChannel::new(CHANNEL)?;
    let closure = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(message) = Message::from_js(&event.data()) {
            heard(message);
        }
    });
    channel.set_onmessage(Some(closure.as_ref().unchecked_ref()));
    closure.forget();
    TABS.with(|tabs| *tabs.borrow_mut() = Some(channel));
    Ok(())
}
