//! Mutations: fire, and say in words when it failed.

use super::toasts::use_toasts;
use crate::backend;
use maydan_core::command::Command;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// A mutation: `run.emit(request)` sends it, `done` gets the answer, a failure becomes a toast.
#[hook]
pub fn use_command<C>(done: Callback<C::Answer>) -> Callback<C>
where
    C: Command + 'static,
{
    let toasts = use_toasts();
    use_callback((done, toasts), |request: C, (done, toasts)| {
        let (done, toasts) = (done.clone(), toasts.clone());
        spawn_local(async move {
            match backend::call(request).await {
                Ok(answer) => done.emit(answer),
                Err(error) => toasts.error(&error),
            }
        });
    })
}
