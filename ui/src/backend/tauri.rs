//! The app's own process, reached through what Tauri puts into the window.
//!
//! One command, `call`, carries every request; events arrive under the name `maydan`.

use super::{host_error, json_text, publish};
use futures::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use js_sys::{Function, JSON, Object, Promise, Reflect};
use maydan_core::command::{Command, GetSession};
use maydan_core::{Error, ErrorCode, Result};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Whether this window belongs to the app.
pub fn present() -> bool {
    internals().is_some()
}

/// How long the host may take to answer the first requests before they are asked again, milliseconds.
const FIRST_PATIENCE_MS: u32 = 4_000;
/// How often they are asked.
const FIRST_TRIES: u32 = 5;

/// Follows the device's events; they come from when this is done.
pub async fn start() -> Result<()> {
    let missing = || Error::new(ErrorCode::Unsupported, "this window takes no events");
    let handler = callback(|message: JsValue| publish(&json_text(&get(&message, "payload")))).ok_or_else(missing)?;
    let target = object(&[("kind", JsValue::from_str("Any"))]);
    let args = object(&[("event", JsValue::from_str("maydan")), ("target", target), ("handler", handler)]);
    soon("plugin:event|listen", &args).await?;
    // What is asked from now on is known to be answered.
    soon("call", &request(GetSession::NAME, "{}")?).await.map(drop)
}

/// Invokes what may be invoked twice. A window that opens while the machine is busy has lost its first requests now and then:
/// nobody shall look at an empty frame for that.
async fn soon(command: &str, args: &JsValue) -> Result<JsValue> {
    for _ in 0..FIRST_TRIES {
        let asked = std::pin::pin!(invoke(command, args));
        match select(asked, TimeoutFuture::new(FIRST_PATIENCE_MS)).await {
            Either::Left((answer, _)) => return answer,
            Either::Right(_) => {}
        }
    }
    Err(Error::internal("the host does not answer: close the app and open it again"))
}

fn request(name: &str, body: &str) -> Result<JsValue> {
    let body = JSON::parse(body).map_err(|e| host_error(&e))?;
    Ok(object(&[("name", JsValue::from_str(name)), ("body", body)]))
}

/// Calls a command; body and answer are JSON.
pub async fn call(name: &str, body: &str) -> Result<String> {
    Ok(json_text(&invoke("call", &request(name, body)?).await?))
}

/// Invokes a command of the host or of a plugin.
pub async fn invoke(command: &str, args: &JsValue) -> Result<JsValue> {
    let missing = || Error::new(ErrorCode::Unsupported, "this window has no host");
    let internals = internals().ok_or_else(missing)?;
    let invoke: Function = get(&internals, "invoke").dyn_into().map_err(|_| missing())?;
    let answer: JsValue = invoke.call2(&internals, &JsValue::from_str(command), args).map_err(|e| host_error(&e))?;
    let promise: Promise = answer.unchecked_into();
    JsFuture::from(promise).await.map_err(|e| host_error(&e))
}

/// Registers a function that the host calls for as long as the app runs; answers the number by which the host knows it.
pub fn callback(f: impl FnMut(JsValue) + 'static) -> Option<JsValue> {
    let internals = internals()?;
    let transform: Function = get(&internals, "transformCallback").dyn_into().ok()?;
    let closure = Closure::<dyn FnMut(JsValue)>::new(f);
    let number: JsValue = transform.call2(&internals, closure.as_js_value(), &JsValue::FALSE).ok()?;
    closure.forget(); // the host holds it now
    Some(number)
}

/// A property of a value; `undefined` when it has none.
pub fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A plain object.
pub fn object(pairs: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in pairs {
        // Setting a property of a fresh object can't fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

fn internals() -> Option<JsValue> {
    let internals = get(&gloo::utils::window(), "__TAURI_INTERNALS__");
    (!internals.is_undefined() && !internals.is_null()).then_some(internals)
}
