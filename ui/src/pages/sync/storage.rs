//! Whether the platform promises to keep this device's data, and how much there is.

use super::outbox::size;
use crate::backend::is_web;
use crate::components::{Button, Icon};
use crate::hooks::{use_i18n, use_session};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{StorageEstimate, StorageManager};
use yew::prelude::*;

/// What a browser says about its storage; nothing where it does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Report {
    kept: Option<bool>,
    used: Option<f64>,
    quota: Option<f64>,
}

/// Storage, in words.
#[component]
pub fn StorageState() -> Html {
    let i18n = use_i18n();
    let session = use_session();
    let report = use_state_eq(Report::default);
    {
        let setter = report.setter();
        use_effect_with((), move |()| {
            if is_web() {
                spawn_local(async move {
                    setter.set(ask().await);
                });
            }
        });
    }
    let keep = {
        let setter = report.setter();
        Callback::from(move |()| {
            let setter = setter.clone();
            spawn_local(async move {
                if let Ok(asked) = manager().persist() {
                    // A refusal shows as such below.
                    let _ = JsFuture::from(asked).await;
                }
                setter.set(ask().await);
            });
        })
    };
    let kept = report.kept.or(session.durable);
    let words = match kept {
        Some(true) => "page-sync-storage-kept",
        Some(false) => "page-sync-storage-at-risk",
        None => "page-sync-storage-unknown",
    };
    html! {
        <section data-testid="sync-storage" data-kept={kept.map(|kept| kept.to_string())}>
            <h2 class="section-title">{ i18n.t("page-sync-storage") }</h2>
            <p class="muted">{ i18n.t(words) }</p>
            if let Some((used, quota)) = report.used.zip(report.quota) {
                <p class="muted">
                    { i18n.ta("page-sync-storage-used", &[("used", size(&i18n, used as u64).into()), ("quota", size(&i18n, quota as u64).into())]) }
                </p>
            }
            if is_web() && kept == Some(false) {
                <Button label={i18n.t("page-sync-storage-keep")} icon={Some(Icon::Check)} onclick={keep} testid="sync-storage-keep" />
            }
        </section>
    }
}

/// Without a secure origin there is no manager: its methods then fail, which is an answer too.
fn manager() -> StorageManager {
    gloo::utils::window().navigator().storage()
}

async fn ask() -> Report {
    let mut report = Report::default();
    if let Ok(asked) = manager().persisted() {
        report.kept = JsFuture::from(asked).await.ok().and_then(|kept| kept.as_bool());
    }
    if let Ok(asked) = manager().estimate()
        && let Ok(estimate) = JsFuture::from(asked).await
    {
        let estimate: StorageEstimate = estimate.unchecked_into();
        report.used = estimate.get_usage();
        report.quota = estimate.get_quota();
    }
    report
}
