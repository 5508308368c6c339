//! What pages and workers say to each other.

use js_sys::{Object, Reflect};
use maydan_core::Error;
use wasm_bindgen::JsValue;

/// A message. Bodies are JSON text.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A page asks. Between tabs the number is made unique by the asking worker's name.
    Ask { id: f64, from: String, name: String, body: String },
    /// The leader answers.
    Answer { id: f64, from: String, outcome: Result<String, Error> },
    /// Something changed.
    Event(String),
    /// Requests are taken now. Between tabs: a leader of this build is there.
    Ready { build: String },
    /// Between tabs: a worker of that build asks the leader to go. To the page: start a worker anew.
    Retire { build: String },
    /// Between tabs: is a leader there?
    Hello,
    /// This browser can't do it.
    Fatal(Error),
}

impl Message {
    /// As a JavaScript object.
    pub fn to_js(&self) -> JsValue {
        let object = Object::new();
        let put = |key: &str, value: JsValue| {
            // Setting a property of a plain object does not fail.
            drop(Reflect::set(&object, &key.into(), &value));
        };
        match self {
            Self::Ask { id, from, name, body } => {
                put("id", (*id).into());
                put("from", from.into());
                put("name", name.into());
                put("body", body.into());
            }
            Self::Answer { id, from, outcome } => {
                put("id", (*id).into());
                put("from", from.into());
                match outcome {
                    Ok(body) => put("ok", body.into()),
                    Err(error) => put("error", error_to_js(error)),
                }
            }
            Self::Event(event) => put("event", event.into()),
            Self::Ready { build } => put("ready", build.into()),
            Self::Retire { build } => put("retire", build.into()),
            Self::Hello => put("hello", true.into()),
            Self::Fatal(error) => put("fatal", error_to_js(error)),
        }
        object.into()
    }

    /// From a JavaScript object; `None` for anything else.
    pub fn from_js(value: &JsValue) -> Option<Self> {
        let get = |key: &str| Reflect::get(value, &key.into()).ok().filter(|v| !v.is_undefined());
        let text = |key: &str| get(key).and_then(|v| v.as_string());
        if let Some(event) = text("event") {
            return Some(Self::Event(event));
        }
        if let Some(build) = text("ready") {
            return Some(Self::Ready { build });
        }
        if let Some(build) = text("retire") {
            return Some(Self::Retire { build });
        }
        if get("hello").is_some() {
            return Some(Self::Hello);
        }
        let id = get("id")?.as_f64()?;
        let from = text("from").unwrap_or_default();
        if let Some(name) = text("name") {
            return Some(Self::Ask { id, from, name, body: text("body")? });
        }
        let outcome = match text("ok") {
            Some(body) => Ok(body),
            None => Err(error_from_js(&get("error")?)),
        };
        Some(Self::Answer { id, from, outcome })
    }
}

/// Errors cross as objects with `code` and `message`.
fn error_to_js(error: &Error) -> JsValue {
    let json = serde_json::to_string(error).unwrap_or_default();
    js_sys::JSON::parse(&json).unwrap_or(JsValue::NULL)
}

fn error_from_js(value: &JsValue) -> Error {
    let text = js_sys::JSON::stringify(value).ok().and_then(|s| s.as_string()).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_else(|_| Error::internal("another tab answered with something unreadable"))
}
