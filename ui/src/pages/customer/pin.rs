//! Putting the pin of a customer where this person stands.

use crate::backend::call;
use crate::backend::location::locate;
use crate::components::{Button, Icon};
use crate::hooks::{use_i18n, use_toasts};
use maydan_core::command::{EditFields, Record};
use maydan_core::document::Edit;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Properties of [`PinHere`].
#[derive(Properties, PartialEq)]
pub struct PinHereProps {
    /// The customer.
    pub record: Rc<Record>,
}

/// The button; the change can be taken back.
#[component]
pub fn PinHere(props: &PinHereProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let locating = use_state(|| false);
    let onclick = {
        let (record, toasts, locating) = (Rc::clone(&props.record), toasts, locating.clone());
        let said = i18n.t("page-new-customer-pinned");
        Callback::from(move |()| {
            if *locating {
                return;
            }
            locating.set(true);
            let (record, toasts, locating, said) = (Rc::clone(&record), toasts.clone(), locating.clone(), said.clone());
            spawn_local(async move {
                let found = locate().await;
                locating.set(false);
                let moved = match found {
                    Ok(fix) => call(to(&record, [fix.point.latitude.into(), fix.point.longitude.into()])).await,
                    Err(error) => Err(error),
                };
                match moved {
                    Ok(_) => {
                        let before = ["latitude", "longitude"].map(|field| record.row.get(field).cloned().unwrap_or_default());
                        let back = to(&record, before);
                        let on_failure = toasts.clone();
                        let undo = Callback::from(move |()| {
                            let (back, toasts) = (back.clone(), on_failure.clone());
                            spawn_local(async move {
                                if let Err(error) = call(back).await {
                                    toasts.error(&error);
                                }
                            });
                        });
                        toasts.undo(said, undo);
                    }
                    Err(error) => toasts.error(&error),
                }
            });
        })
    };
    let label = i18n.t(if *locating { "page-customer-locating" } else { "page-customer-pin-here" });
    html! { <Button {label} icon={Icon::Pin} disabled={*locating} {onclick} testid="customer-pin-here" /> }
}

/// The edit that puts the pin somewhere, or takes it away.
fn to(record: &Record, [latitude, longitude]: [maydan_core::Value; 2]) -> EditFields {
    EditFields::now(record.id, vec![Edit::set("latitude", latitude), Edit::set("longitude", longitude)])
}
