//! Keyboard shortcuts of the page.
//!
//! A plain key works only while nobody types and no dialog is open; `Escape` and combinations with `mod+` (Ctrl, or Cmd
//! on a Mac) work always, except that `mod+z` is left to the text box that has the focus. On an Arabic keyboard the same
//! physical keys work: where a key gives no ASCII character, its place on the keyboard counts.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// Calls `f` for a shortcut: `"j"`, `"/"`, `"?"`, `"Escape"`, `"mod+k"`; several, separated by spaces, do the same.
#[hook]
pub fn use_key(keys: &'static str, f: Callback<()>) {
    let newest = use_mut_ref(|| f.clone());
    *newest.borrow_mut() = f;
    use_effect_with(keys, move |keys| {
        let keys = *keys;
        let listener = EventListener::new_with_options(
            &gloo::utils::window(),
            "keydown",
            gloo::events::EventListenerOptions::enable_prevent_default(),
            move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                if event.default_prevented() || event.is_composing() {
                    return;
                }
                if keys.split(' ').any(|key| is(event, key) && applies(key)) {
                    event.prevent_default();
                    let call = newest.borrow().clone();
                    call.emit(());
                }
            },
        );
        move || drop(listener)
    });
}

/// Whether the event is that shortcut.
fn is(event: &KeyboardEvent, shortcut: &str) -> bool {
    let (with_mod, key) = match shortcut.strip_prefix("mod+") {
        Some(key) => (true, key),
        None => (false, shortcut),
    };
    if event.alt_key() || (event.ctrl_key() || event.meta_key()) != with_mod {
        return false;
    }
    if key.chars().count() > 1 {
        return event.key() == key;
    }
    pressed(event).is_some_and(|c| key.starts_with(c)) && (event.shift_key() == (key == "?") || key == "/")
}

/// The ASCII character of a key press, in lower case: what it gives, else what its place gives on a Latin keyboard.
fn pressed(event: &KeyboardEvent) -> Option<char> {
    let key = event.key();
    let mut given = key.chars();
    if let (Some(c), None) = (given.next(), given.next())
        && c.is_ascii()
    {
        return Some(c.to_ascii_lowercase());
    }
    let code = event.code();
    match code.as_str() {
        "Slash" if event.shift_key() => Some('?'),
        "Slash" => Some('/'),
        _ => code.strip_prefix("Key")?.chars().next().map(|c| c.to_ascii_lowercase()),
    }
}

/// Whether a shortcut is for the page in what the person does now.
fn applies(shortcut: &str) -> bool {
    match shortcut {
        "Escape" => true,
        "mod+z" => !typing(),
        _ if shortcut.starts_with("mod+") => true,
        _ => !typing() && !layered(),
    }
}

fn typing() -> bool {
    let Some(focused) = gloo::utils::document().active_element() else { return false };
    let editable = focused.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable);
    editable || takes_text(&focused)
}

fn takes_text(element: &Element) -> bool {
    matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

fn layered() -> bool {
    matches!(gloo::utils::document().query_selector("dialog[open], [aria-modal=true]"), Ok(Some(_)))
}
