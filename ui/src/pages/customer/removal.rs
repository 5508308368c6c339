//! Deleting with a way back.

use crate::backend::call;
use crate::hooks::{use_i18n, use_toasts};
use maydan_core::RecordId;
use maydan_core::command::{DeleteRecord, RestoreRecord};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Deletes a record, says so in the words of `said` (a locale key) and offers to undo it; `done` runs after the deletion.
#[hook]
pub fn use_removal(said: &'static str, done: Callback<()>) -> Callback<RecordId> {
    let toasts = use_toasts();
    let i18n = use_i18n();
    Callback::from(move |id: RecordId| {
        let (toasts, done, said) = (toasts.clone(), done.clone(), i18n.t(said));
        spawn_local(async move {
            if let Err(error) = call(DeleteRecord { id }).await {
                toasts.error(&error);
                return;
            }
            let on_failure = toasts.clone();
            let undo = Callback::from(move |()| {
                let toasts = on_failure.clone();
                spawn_local(async move {
                    if let Err(error) = call(RestoreRecord { id }).await {
                        toasts.error(&error);
                    }
                });
            });
            toasts.undo(said, undo);
            done.emit(());
        });
    })
}
