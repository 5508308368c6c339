//! Every change of a customer: who, when, which field from what to what, and the way back to what was there before.

use crate::components::{Bdi, Button, ButtonKind, Empty, ErrorBox, Icon, IconView, Skeleton};
use crate::hooks::{use_command, use_i18n, use_query};
use crate::i18n::I18n;
use crate::records::{author, words_or_empty};
use maydan_core::Instant;
use maydan_core::command::{EditFields, History, HistoryPage, Record, Revision};
use maydan_core::document::{DELETED_AT, Edit, FieldChange, HistoryEntry};
use std::rc::Rc;
use yew::prelude::*;

/// Changes shown at first, and how many more each time.
const STEP: u32 = 50;

/// Properties of [`HistoryTab`].
#[derive(Properties, PartialEq)]
pub struct HistoryTabProps {
    /// The record.
    pub record: Rc<Record>,
}

/// The history of a record.
#[component]
pub fn HistoryTab(props: &HistoryTabProps) -> Html {
    let i18n = use_i18n();
    let limit = use_state(|| STEP);
    let history = use_query(Some(History { id: props.record.id, limit: *limit }), &["customer"]);
    let write = use_command::<EditFields>(Callback::from(|_: Revision| ()));
    let Some(page) = &history.data else {
        return match &history.error {
            Some(error) => html! { <ErrorBox error={error.clone()} /> },
            None if history.loading => html! { <Skeleton lines={6} /> },
            None => Html::default(),
        };
    };
    if page.entries.is_empty() {
        return html! {
            <Empty icon={Icon::History} title={i18n.t("page-customer-history-empty")} text={i18n.t("page-customer-history-empty-text")} />
        };
    }
    let full = page.entries.len() >= usize::try_from(*limit).unwrap_or(usize::MAX);
    let more = {
        let limit = limit.clone();
        Callback::from(move |()| limit.set(limit.saturating_add(STEP)))
    };
    let entries = page.entries.iter().map(|entry| change(&i18n, &props.record, page, entry, &write));
    html! {
        <>
            <ol class="p1-history" data-testid="history">{ for entries }</ol>
            if full {
                <Button label={i18n.t("page-show-more")} kind={ButtonKind::Quiet} onclick={more} testid="history-more" />
            }
        </>
    }
}

fn change(i18n: &I18n, record: &Rc<Record>, page: &HistoryPage, entry: &HistoryEntry, write: &Callback<EditFields>) -> Html {
    let who = if entry.is_base { i18n.t("page-customer-history-shortened") } else { author(i18n, &page.names, entry.actor) };
    let testid = if entry.is_base { "history-base" } else { "history-entry" };
    html! {
        <li class="p1-history-entry" key={entry.change.to_string()} data-testid={testid}>
            <div class="muted"><Bdi>{ who }</Bdi>{ " · " }{ i18n.datetime(Instant(entry.written_at)) }</div>
            { for entry.fields.iter().map(|field| field_change(i18n, record, page, field, write)) }
        </li>
    }
}

fn field_change(i18n: &I18n, record: &Rc<Record>, page: &HistoryPage, field: &FieldChange, write: &Callback<EditFields>) -> Html {
    if field.field == DELETED_AT {
        let key = if field.after.is_empty() { "page-customer-history-restored" } else { "page-customer-history-deleted" };
        return html! { <div class="p1-history-field">{ i18n.t(key) }</div> };
    }
    let show = |value| words_or_empty(i18n, &record.kind, &field.field, value, &page.names);
    let stands = record.row.get(&field.field).cloned().unwrap_or_default();
    // What was empty before is cleared in its own field, not from here: the first change of a record fills all of them.
    let offered = !field.before.is_empty() && stands != field.before;
    let request = EditFields::now(record.id, vec![Edit::set(&field.field, field.before.clone())]);
    let restore = {
        let write = write.clone();
        Callback::from(move |()| write.emit(request.clone()))
    };
    html! {
        <div class="p1-history-field" data-testid="history-field" data-field={field.field.clone()}>
            <span class="p1-label">{ i18n.label(&record.kind, &field.field) }</span>
            <span class="p1-history-values">
                if !field.before.is_empty() {
                    <del class="muted"><Bdi>{ show(&field.before) }</Bdi></del>
                    <IconView icon={Icon::Forward} />
                }
                <ins><Bdi>{ show(&field.after) }</Bdi></ins>
            </span>
            if offered {
                <Button label={i18n.t("page-customer-history-restore")} icon={Icon::Undo} kind={ButtonKind::Quiet} onclick={restore} testid="history-restore" />
            }
        </div>
    }
}
