//! Fields that two people set at once: every value with who and when, and one tap to choose.
//!
//! Works without a network: a choice is an edit at the present heads, above all the values that stand.

use crate::components::{Bdi, Chip, Empty, Icon, Page, Tone};
use crate::hooks::{use_command, use_i18n, use_query, use_toasts};
use crate::i18n::I18n;
use crate::pages::visit::waiting::waiting;
use crate::records::{author, words_or_empty};
use crate::route::Route;
use maydan_core::Instant;
use maydan_core::command::{ConflictPage as Clashes, ConflictedRecord, EditFields, ListConflicts, Revision};
use maydan_core::document::{Conflict, ConflictValue, Edit};
use yew::prelude::*;
use yew_router::prelude::Link;

/// The inbox of clashes.
#[component]
pub fn ConflictsPage() -> Html {
    let i18n = use_i18n();
    let toasts = use_toasts();
    let clashes = use_query(Some(ListConflicts {}), &["*"]);
    let edit = use_command::<EditFields>(Callback::from(|_: Revision| ()));
    let choose = {
        let words = i18n.t("page-conflicts-chosen");
        Callback::from(move |(request, back): (EditFields, EditFields)| {
            let again = edit.reform(move |()| back.clone());
            edit.emit(request);
            toasts.undo(words.clone(), again);
        })
    };
    html! {
        <Page title={i18n.t("page-conflicts-title")} back={Some(Route::Sync)}>
            <div class="p2-conflicts">
                if let Some(found) = &clashes.data {
                    if found.records.is_empty() {
                        <Empty icon={Icon::Check} title={i18n.t("page-conflicts-none")} text={i18n.t("page-conflicts-none-text")} />
                    } else {
                        <p class="muted">{ i18n.t("page-conflicts-text") }</p>
                        { for found.records.iter().map(|record| clashed(&i18n, found, record, &choose)) }
                    }
                } else {
                    { waiting(&clashes, 5) }
                }
            </div>
        </Page>
    }
}

type Choose = Callback<(EditFields, EditFields)>;

fn clashed(i18n: &I18n, found: &Clashes, record: &ConflictedRecord, choose: &Choose) -> Html {
    html! {
        <section key={record.id.to_string()} class="p2-conflict" data-testid="conflict-row" data-kind={record.kind.clone()}>
            <header class="p2-conflict-head">
                <span class="muted">{ i18n.t(&format!("kind-{}", record.kind)) }</span>
                <h2 class="p2-visit-name"><Bdi>{ record.title.clone() }</Bdi></h2>
                if let Some(to) = place_of(record) {
                    <Link<Route> classes={classes!("p2-link")} {to}>{ i18n.t("page-conflicts-open") }</Link<Route>>
                }
            </header>
            { for record.conflicts.iter().map(|conflict| field(i18n, found, record, conflict, choose)) }
        </section>
    }
}

fn field(i18n: &I18n, found: &Clashes, record: &ConflictedRecord, conflict: &Conflict, choose: &Choose) -> Html {
    let write = |value: &ConflictValue| EditFields::now(record.id, vec![Edit::set(&conflict.field, value.value.clone())]);
    let values = conflict.values.iter().enumerate().map(|(place, value)| {
        let who = author(i18n, &found.names, value.actor);
        let shown = words_or_empty(i18n, &record.kind, &conflict.field, &value.value, &found.names);
        let onclick = {
            // Taking a choice back means what lists showed before.
            let back = conflict.values.first().map_or_else(|| write(value), write);
            let (choose, request) = (choose.clone(), write(value));
            Callback::from(move |_: MouseEvent| choose.emit((request.clone(), back.clone())))
        };
        html! {
            <button key={place} type="button" class="p2-value" {onclick} data-testid="conflict-value">
                <span class="p2-value-text"><Bdi>{ shown }</Bdi></span>
                <span class="muted">
                    <Bdi>{ who }</Bdi>
                    if let Some(at) = value.written_at {
                        { " · " }{ i18n.datetime(Instant(at)) }
                    }
                </span>
                if place == 0 {
                    <span><Chip label={i18n.t("page-conflicts-current")} tone={Tone::Neutral} /></span>
                }
                <span class="p2-value-do">{ i18n.t("page-conflicts-choose") }</span>
            </button>
        }
    });
    html! {
        <div key={conflict.field.clone()} class="p2-conflict-field" role="group" aria-label={i18n.label(&record.kind, &conflict.field)}>
            <h3 class="p1-label">{ i18n.label(&record.kind, &conflict.field) }</h3>
            <div class="p2-values">{ for values }</div>
        </div>
    }
}

/// Where the record is shown, if it has a page of its own.
fn place_of(record: &ConflictedRecord) -> Option<Route> {
    let id = record.id.to_string();
    match record.kind.as_str() {
        "customer" => Some(Route::Customer { id }),
        "visit" => Some(Route::Visit { id }),
        "trip" => Some(Route::Trip),
        _ => None,
    }
}
