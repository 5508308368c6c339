//! The device, seen from the screens: the only place that talks to it.
//!
//! Two hosts answer alike: the app's own process (Tauri) and a web worker with the same replica. Invariant: requests,
//! answers and events are the JSON of `maydan-core`'s commands in both; whatever fails comes back as an [`Error`] with
//! a code, also when the host itself is missing.

pub mod location;
mod tauri;
mod worker;

use maydan_core::command::{Command, Event};
use maydan_core::{Error, RecordId, Result};
use std::cell::{Cell, RefCell};
use yew::Callback;

thread_local! {
    static LISTENERS: RefCell<Vec<(u64, Callback<Event>)>> = const { RefCell::new(Vec::new()) };
    static NEXT_LISTENER: Cell<u64> = const { Cell::new(0) };
}

/// Whether this runs in a browser instead of the app's own window.
pub fn is_web() -> bool {
    !tauri::present()
}

/// Starts the device's side and follows its events. Called once, after the first paint, before any [`call`]: what
/// happens from then on is heard.
///
/// # Errors
/// When the device does not let itself be followed.
pub async fn start() -> Result<()> {
    if is_web() {
        worker::start();
        Ok(())
    } else {
        tauri::start().await
    }
}

/// Calls a command of the device and awaits its answer.
///
/// # Errors
/// Whatever the command says; [`Unsupported`](maydan_core::ErrorCode::Unsupported) when there is no host to ask.
pub async fn call<C: Command>(request: C) -> Result<C::Answer> {
    let body = serde_json::to_string(&request)?;
    let answer = if is_web() { worker::call(C::NAME, &body).await? } else { tauri::call(C::NAME, &body).await? };
    Ok(serde_json::from_str(&answer)?)
}

/// A new record's id (UUIDv7), chosen here: a request that has to be asked again then makes the same record.
pub fn new_id() -> RecordId {
    let mut random = [0; 10];
    let filled = gloo::utils::window().crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(&mut random));
    // Every browser that can run this has a source of randomness; without one, ids would clash.
    assert!(filled.is_ok(), "no source of randomness");
    let ms = u64::try_from(crate::format::now().0).unwrap_or(0);
    RecordId(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
}

/// Subscribes to device events until the returned guard is dropped.
pub fn listen(f: Callback<Event>) -> Subscription {
    let id = NEXT_LISTENER.get();
    NEXT_LISTENER.set(id + 1);
    LISTENERS.with(|listeners| listeners.borrow_mut().push((id, f)));
    Subscription { id }
}

/// Keeps a listener listening.
#[must_use = "dropping it ends the subscription"]
pub struct Subscription {
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // A listener may be dropped by another one that is being called: the list is never held while calling.
        LISTENERS.with(|listeners| listeners.borrow_mut().retain(|(id, _)| *id != self.id));
    }
}

/// Passes an event, as JSON, to everyone who listens.
fn publish(event: &str) {
    // An event of a newer kind than this bundle knows is none of its business.
    let Ok(event) = serde_json::from_str::<Event>(event) else { return };
    let listeners: Vec<_> = LISTENERS.with(|listeners| listeners.borrow().iter().map(|(_, f)| f.clone()).collect());
    for listener in listeners {
        listener.emit(event.clone());
    }
}

/// An error as a host sends it: `{code, message}`, as an object or as its JSON.
fn host_error(value: &wasm_bindgen::JsValue) -> Error {
    let text = json_text(value);
    serde_json::from_str(&text).unwrap_or_else(|_| Error::internal(format!("the host refused without a code: {text}")))
}

/// The JSON of a value that is JSON text already or still an object.
fn json_text(value: &wasm_bindgen::JsValue) -> String {
    if let Some(text) = value.as_string() {
        return text;
    }
    js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_else(|| "null".to_owned())
}
