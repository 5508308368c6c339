//! Maydan's screens: what a rep, the back office and a manager see and touch.
//!
//! Arrows: pages use hooks and components; hooks use the backend; only the backend talks to the device. Invariant: no
//! user-facing text stands in Rust, every word comes from the locale files; nothing on a screen waits for a network.
//!
//! Deliberately absent: rules of the business (`maydan-core`), storage and sync (behind the backend).

mod app;
mod backend;
mod components;
mod format;
mod hooks;
mod i18n;
mod pages;
mod prefs;
mod records;
mod route;

fn main() {
    let Some(root) = gloo::utils::document().get_element_by_id("app") else { return };
    yew::Renderer::<app::App>::with_root(root).render();
}
