//! What the browser offers: installing the app, and a new version of it. `offers.js` keeps both; there is nothing of it
//! in the app's own window.

use crate::backend::is_web;
use gloo::events::EventListener;
use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use yew::prelude::*;

/// What is offered now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offers {
    /// The browser would install the app.
    pub install: bool,
    /// A new version waits for this page to start anew.
    pub update: bool,
}

impl Offers {
    fn now() -> Self {
        let offered = |name: &str| kept().is_some_and(|offers| get(&offers, name).is_truthy());
        Self { install: offered("install"), update: offered("update") }
    }
}

/// Follows what is offered.
#[hook]
pub fn use_offers() -> Offers {
    let offers = use_state_eq(Offers::now);
    {
        let setter = offers.setter();
        use_effect_with((), move |()| {
            let heard = EventListener::new(&gloo::utils::window(), "maydan-offers", move |_| setter.set(Offers::now()));
            move || drop(heard)
        });
    }
    *offers
}

/// Shows the browser's own question.
pub fn take_install() {
    take("takeInstall");
}

/// Starts the page anew with the new version.
pub fn take_update() {
    take("takeUpdate");
}

/// Whether the app runs in a window of its own already.
pub fn is_installed() -> bool {
    let own = |query: &str| gloo::utils::window().match_media(query).ok().flatten().is_some_and(|media| media.matches());
    !is_web() || own("(display-mode: standalone)") || own("(display-mode: fullscreen)") || own("(display-mode: minimal-ui)")
}

fn take(name: &str) {
    let Some(offers) = kept() else { return };
    if let Ok(take) = get(&offers, name).dyn_into::<Function>() {
        // What the person answers comes back as an event.
        let _ = take.call0(&offers);
    }
}

fn kept() -> Option<JsValue> {
    Some(get(&gloo::utils::window(), "maydanOffers")).filter(JsValue::is_object)
}

fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}
