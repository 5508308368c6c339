//! Putting a customer on today's list.

use super::picker::CustomerPicker;
use crate::backend::{call, new_id};
use crate::components::Sheet;
use crate::hooks::{use_i18n, use_toasts};
use crate::i18n::Arg;
use maydan_core::command::{DeleteRecord, PlanVisit};
use maydan_core::{Day, RecordId};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Properties of [`AddStop`].
#[derive(Properties, PartialEq)]
pub struct AddStopProps {
    /// Shown.
    pub open: bool,
    /// The day.
    pub day: Day,
    /// The place of the new stop in the day.
    pub position: i64,
    /// A stop was added, or it was left.
    pub onclose: Callback<()>,
}

/// A sheet in which a tap on a customer adds her to the day.
#[component]
pub fn AddStop(props: &AddStopProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let onpick = {
        let (day, position, onclose, i18n) = (props.day, props.position, props.onclose.clone(), i18n.clone());
        Callback::from(move |(customer, name): (RecordId, String)| {
            let said = i18n.ta("page-today-stop-added", &[("name", Arg::from(name))]);
            let (toasts, onclose) = (toasts.clone(), onclose.clone());
            let request = PlanVisit { visit: Some(new_id()), customer, day, position: Some(position), reason: String::new() };
            spawn_local(async move {
                match call(request).await {
                    Ok(revision) => {
                        let on_failure = toasts.clone();
                        let undo = Callback::from(move |()| {
                            let (toasts, id) = (on_failure.clone(), revision.id);
                            spawn_local(async move {
                                if let Err(error) = call(DeleteRecord { id }).await {
                                    toasts.error(&error);
                                }
                            });
                        });
                        toasts.undo(said, undo);
                        onclose.emit(());
                    }
                    Err(error) => toasts.error(&error),
                }
            });
        })
    };
    html! {
        <Sheet open={props.open} title={i18n.t("page-today-add-stop")} onclose={props.onclose.clone()}>
            <CustomerPicker {onpick} />
        </Sheet>
    }
}
