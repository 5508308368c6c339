//! Unsent work as a file, for when the device or its storage is at risk; and back.

use crate::backend::call;
use crate::components::{Button, Icon};
use crate::hooks::{use_i18n, use_toasts, use_today};
use crate::pages::import::file::{FilePick, download, text};
use maydan_core::command::{ExportUnsent, UnsentFile};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

/// Largest file read back, bytes.
const MOST_BYTES: usize = 256 << 20;

/// Properties of [`Rescue`].
#[derive(Properties, PartialEq)]
pub struct RescueProps {
    /// Items that wait to be sent.
    pub pending: u32,
}

/// Export and import of unsent work.
#[component]
pub fn Rescue(props: &RescueProps) -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let today = use_today();
    let export = {
        let toasts = toasts.clone();
        Callback::from(move |()| {
            let toasts = toasts.clone();
            spawn_local(async move {
                let written = match call(ExportUnsent {}).await {
                    Ok(file) => download(&format!("maydan-unsent-{today}.txt"), "text/plain;charset=utf-8", &file.text),
                    Err(error) => Err(error),
                };
                if let Err(error) = written {
                    toasts.error(&error);
                }
            });
        })
    };
    let onfile = {
        let i18n = i18n.clone();
        Callback::from(move |file: File| {
            let (i18n, toasts) = (i18n.clone(), toasts.clone());
            spawn_local(async move {
                let brought = match text(&file, MOST_BYTES).await {
                    Ok(text) => call(UnsentFile { text }).await,
                    Err(error) => Err(error),
                };
                match brought {
                    Ok(brought) if brought.damaged > 0 => {
                        toasts.show(i18n.ta("page-sync-imported-damaged", &[("damaged", brought.damaged.into())]));
                    }
                    Ok(brought) if brought.left > 0 => toasts.show(i18n.ta("page-sync-imported-in-part", &[("left", brought.left.into())])),
                    Ok(brought) => toasts.show(i18n.ta("page-sync-imported", &[("count", brought.changes.into())])),
                    Err(error) => toasts.error(&error),
                }
            });
        })
    };
    html! {
        <section>
            <h2 class="section-title">{ i18n.t("page-sync-rescue") }</h2>
            <p class="muted">{ i18n.t("page-sync-rescue-text") }</p>
            <div class="row">
                <Button
                    label={i18n.t("page-sync-export")}
                    icon={Some(Icon::Download)}
                    disabled={props.pending == 0}
                    onclick={export}
                    testid="sync-export"
                />
                <FilePick label={i18n.t("page-sync-import")} accept=".txt,.json" {onfile} testid="sync-import" />
            </div>
        </section>
    }
}
