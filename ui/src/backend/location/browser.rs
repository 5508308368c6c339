//! The browser's own Geolocation.

use super::{FRESH_MS, TIMEOUT_MS, no_location, read};
use futures::channel::oneshot;
use js_sys::Function;
use maydan_core::domain::geo::Fix;
use maydan_core::{Error, ErrorCode, Result};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Geolocation, PositionOptions};
use yew::Callback;

type Listener = Closure<dyn FnMut(JsValue)>;

/// Asks for one position.
pub async fn locate() -> Result<Fix> {
    let geolocation = geolocation()?;
    let (sender, answer) = oneshot::channel();
    let sender = Rc::new(RefCell::new(Some(sender)));
    // Both live in this future until the answer is there.
    let (found, refused) = listeners(&Callback::from(move |fix: Result<Fix>| {
        if let Some(sender) = sender.borrow_mut().take() {
            let _ = sender.send(fix);
        }
    }));
    geolocation
        .get_current_position_with_error_callback_and_options(function(&found), Some(function(&refused)), &options())
        .map_err(|_| unsupported())?;
    answer.await.unwrap_or_else(|_| Err(no_location("the browser did not answer")))
}

/// Positions as they come.
pub struct Watch {
    geolocation: Geolocation,
    id: i32,
    _found: Listener,
    _refused: Listener,
}

impl Watch {
    /// Watches; without a receiver `on_fix` hears so and there is no watch.
    pub fn new(on_fix: &Callback<Result<Fix>>) -> Option<Self> {
        let (found, refused) = listeners(on_fix);
        let started = geolocation().and_then(|geolocation| {
            geolocation
                .watch_position_with_error_callback_and_options(function(&found), Some(function(&refused)), &options())
                .map(|id| (geolocation, id))
                .map_err(|_| unsupported())
        });
        match started {
            Ok((geolocation, id)) => Some(Self { geolocation, id, _found: found, _refused: refused }),
            Err(error) => {
                on_fix.emit(Err(error));
                None
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.geolocation.clear_watch(self.id);
    }
}

fn listeners(on_fix: &Callback<Result<Fix>>) -> (Listener, Listener) {
    let (success, failure) = (on_fix.clone(), on_fix.clone());
    let found = Listener::new(move |position: JsValue| success.emit(read(&position)));
    let refused = Listener::new(move |_: JsValue| failure.emit(Err(no_location("the browser gave no position"))));
    (found, refused)
}

fn function(listener: &Listener) -> &Function {
    listener.as_js_value().unchecked_ref()
}

fn geolocation() -> Result<Geolocation> {
    gloo::utils::window().navigator().geolocation().map_err(|_| unsupported())
}

fn options() -> PositionOptions {
    let options = PositionOptions::new();
    options.set_enable_high_accuracy(true);
    options.set_timeout(TIMEOUT_MS);
    options.set_maximum_age(FRESH_MS);
    options
}

fn unsupported() -> Error {
    Error::new(ErrorCode::Unsupported, "this browser has no location: a page needs HTTPS for it")
}
