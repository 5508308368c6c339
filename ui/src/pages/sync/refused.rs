//! Work that the server refused: what it was, why, and what can be done about it.

use super::words_of;
use crate::components::{Bdi, Button, ButtonKind, Dialog, Icon};
use crate::hooks::{use_command, use_i18n, use_query};
use crate::i18n::I18n;
use crate::records::words_or_empty;
use maydan_core::command::{DismissRefused, Done, ListRefused, RefusedItem, RefusedPage, RetryRefused};
use maydan_core::document::{DELETED_AT, FieldChange};
use yew::prelude::*;

/// Pieces shown at first, and how many more each time.
const STEP: u32 = 50;

/// The refused work; nothing where there is none.
#[component]
pub fn RefusedList() -> Html {
    let i18n = use_i18n();
    let limit = use_state_eq(|| STEP);
    let asked = use_state_eq(|| None::<i64>);
    let refused = use_query(Some(ListRefused { limit: *limit }), &["*", "sync"]);
    let retry = use_command::<RetryRefused>(Callback::from(|_: Done| ()));
    let dismiss = use_command::<DismissRefused>(Callback::from(|_: Done| ()));
    let Some(page) = refused.data.as_ref().filter(|page| !page.items.is_empty()) else { return Html::default() };
    let ask = {
        let asked = asked.clone();
        Callback::from(move |n| asked.set(Some(n)))
    };
    let close = {
        let asked = asked.clone();
        Callback::from(move |()| asked.set(None))
    };
    let put_away = {
        let (asked, close) = (*asked, close.clone());
        dismiss.reform(move |()| {
            close.emit(());
            DismissRefused { n: asked.unwrap_or_default() }
        })
    };
    let more = {
        let limit = limit.clone();
        Callback::from(move |()| limit.set(limit.saturating_add(STEP)))
    };
    html! {
        <section data-testid="refused">
            <h2 class="section-title">{ i18n.t("page-sync-refused-title") }</h2>
            <p class="muted">{ i18n.t("page-sync-refused-text") }</p>
            <ul class="p2-rows">{ for page.items.iter().map(|item| line(&i18n, page, item, &retry, &ask)) }</ul>
            if page.total > *limit {
                <Button label={i18n.t("page-more")} wide={true} onclick={more} testid="refused-more" />
            }
            <Dialog open={asked.is_some()} title={i18n.t("page-sync-put-away-title")} onclose={close}>
                <p>{ i18n.t("page-sync-put-away-text") }</p>
                <div class="row">
                    <Button label={i18n.t("page-sync-put-away")} kind={ButtonKind::Danger} onclick={put_away} testid="refused-put-away-sure" />
                </div>
            </Dialog>
        </section>
    }
}

fn line(i18n: &I18n, page: &RefusedPage, item: &RefusedItem, retry: &Callback<RetryRefused>, ask: &Callback<i64>) -> Html {
    let n = item.n;
    html! {
        <li key={n.to_string()} class="p2-item" data-testid="refused-item">
            <div class="p2-row-main">
                <span>
                    <span class="muted">{ i18n.t(&format!("kind-{}", item.kind)) }{ " · " }</span>
                    <Bdi>{ item.title.clone() }</Bdi>
                    <span class="muted">{ " · " }{ i18n.ago(item.at) }</span>
                </span>
                <span class="p2-refused">{ words_of(i18n, item.code) }</span>
                { for item.fields.iter().map(|field| written(i18n, page, item, field)) }
            </div>
            <Button label={i18n.t("page-sync-retry")} icon={Some(Icon::Sync)} onclick={retry.reform(move |()| RetryRefused { n })} testid="refused-retry" />
            <Button label={i18n.t("page-sync-put-away")} kind={ButtonKind::Quiet} onclick={ask.reform(move |()| n)} testid="refused-put-away" />
        </li>
    }
}

/// What was written, so that it can be read, copied and written elsewhere.
fn written(i18n: &I18n, page: &RefusedPage, item: &RefusedItem, field: &FieldChange) -> Html {
    if field.field == DELETED_AT {
        let key = if field.after.is_empty() { "page-customer-history-restored" } else { "page-customer-history-deleted" };
        return html! { <span>{ i18n.t(key) }</span> };
    }
    html! {
        <span>
            <span class="muted">{ i18n.label(&item.kind, &field.field) }{ ": " }</span>
            <Bdi>{ words_or_empty(i18n, &item.kind, &field.field, &field.after, &page.names) }</Bdi>
        </span>
    }
}
