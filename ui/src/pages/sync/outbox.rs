//! The queue: each record with unsent work.

use crate::components::{Bdi, Button, Empty, Icon};
use crate::hooks::{use_i18n, use_query, use_sync_status};
use crate::i18n::I18n;
use crate::pages::visit::waiting::waiting;
use maydan_core::command::{Outbox, OutboxItem};
use yew::prelude::*;

/// Items shown at first, and how many more each time.
const STEP: u32 = 100;

/// The queue of unsent work.
#[component]
pub fn OutboxList() -> Html {
    let i18n = use_i18n();
    let status = use_sync_status();
    let limit = use_state_eq(|| STEP);
    let outbox = use_query(Some(Outbox { limit: *limit }), &["*", "sync"]);
    let Some(page) = &outbox.data else { return waiting(&outbox, 4) };
    let more = {
        let limit = limit.clone();
        Callback::from(move |()| limit.set(limit.saturating_add(STEP)))
    };
    if page.items.is_empty() && status.refused > 0 {
        // What was refused stands above: nothing is well beside it.
        return Html::default();
    }
    if page.items.is_empty() {
        return html! { <Empty icon={Icon::Check} title={i18n.t("page-sync-empty")} text={i18n.t("page-sync-empty-text")} /> };
    }
    html! {
        <section>
            <h2 class="section-title">{ i18n.t("page-sync-queue") }</h2>
            <ul class="p2-rows">{ for page.items.iter().map(|item| line(&i18n, item)) }</ul>
            if page.total > *limit {
                <Button label={i18n.t("page-more")} wide={true} onclick={more} testid="outbox-more" />
            }
        </section>
    }
}

fn line(i18n: &I18n, item: &OutboxItem) -> Html {
    html! {
        <li key={item.id.to_string()} class="p2-item" data-testid="outbox-item" data-kind={item.kind.clone()}>
            <div class="p2-row-main">
                <span>
                    <span class="muted">{ i18n.t(&format!("kind-{}", item.kind)) }{ " · " }</span>
                    <Bdi>{ item.title.clone() }</Bdi>
                </span>
                <span class="muted">
                    { i18n.ta("page-sync-item", &[
                        ("changes", item.changes.into()),
                        ("size", size(i18n, item.bytes).into()),
                        ("ago", i18n.ago(item.since).into()),
                    ]) }
                    if item.attempts > 0 {
                        { " · " }{ i18n.ta("page-sync-attempts", &[("count", item.attempts.into())]) }
                    }
                </span>
            </div>
        </li>
    }
}

/// A size in the unit that people read.
pub fn size(i18n: &I18n, bytes: u64) -> String {
    const UNITS: [&str; 4] = ["page-size-bytes", "page-size-kilobytes", "page-size-megabytes", "page-size-gigabytes"];
    let (mut number, mut unit) = (bytes as f64, 0);
    while number >= 1_000.0 && unit < UNITS.len() - 1 {
        number /= 1_000.0;
        unit += 1;
    }
    i18n.ta(UNITS[unit], &[("size", i18n.decimal(number, usize::from(unit > 0)).into())])
}
