//! What happened around a customer, newest first: notes, visits, tasks.

use super::rows::{instant, text};
use crate::components::{Bdi, Button, ButtonKind, Chip, Empty, ErrorBox, GradeChip, Icon, IconView, Skeleton, StatusChip, Tone};
use crate::hooks::{use_i18n, use_query};
use crate::i18n::I18n;
use crate::route::Route;
use maydan_core::command::{Timeline, TimelineEntry, TimelinePage};
use maydan_core::{Instant, RecordId};
use yew::prelude::*;
use yew_router::prelude::Link;

/// Entries shown at first, and how many more each time.
const STEP: u32 = 50;

/// Properties of [`TimelineTab`].
#[derive(Properties, PartialEq)]
pub struct TimelineTabProps {
    /// The customer.
    pub customer: RecordId,
}

/// The timeline.
#[component]
pub fn TimelineTab(props: &TimelineTabProps) -> Html {
    let i18n = use_i18n();
    let limit = use_state(|| STEP);
    let timeline = use_query(Some(Timeline { customer: props.customer, limit: *limit }), &["note", "visit", "task"]);
    let Some(page) = &timeline.data else {
        return match &timeline.error {
            Some(error) => html! { <ErrorBox error={error.clone()} /> },
            None if timeline.loading => html! { <Skeleton lines={6} /> },
            None => Html::default(),
        };
    };
    if page.entries.is_empty() {
        return html! {
            <Empty icon={Icon::Clock} title={i18n.t("page-customer-timeline-empty")} text={i18n.t("page-customer-timeline-empty-text")} />
        };
    }
    let full = page.entries.len() >= usize::try_from(*limit).unwrap_or(usize::MAX);
    let more = {
        let limit = limit.clone();
        Callback::from(move |()| limit.set(limit.saturating_add(STEP)))
    };
    html! {
        <>
            <ol class="p1-timeline" data-testid="timeline">{ for page.entries.iter().map(|entry| line(&i18n, page, entry)) }</ol>
            if full {
                <Button label={i18n.t("page-show-more")} kind={ButtonKind::Quiet} onclick={more} testid="timeline-more" />
            }
        </>
    }
}

fn line(i18n: &I18n, page: &TimelinePage, entry: &TimelineEntry) -> Html {
    let row = &entry.line.row;
    let person = ["author", "rep", "assignee"]
        .into_iter()
        .find_map(|field| text(row, field).parse::<RecordId>().ok())
        .and_then(|id| page.names.get(&id).cloned())
        .unwrap_or_default();
    let (icon, body) = match entry.kind.as_str() {
        "visit" => (Icon::Visit, visit(i18n, entry)),
        "task" => (Icon::Task, task(i18n, entry)),
        _ => (Icon::Note, html! { <p class="p1-prose-text" dir="auto">{ text(row, "body").to_owned() }</p> }),
    };
    html! {
        <li class="p1-timeline-entry" key={entry.line.id.to_string()} data-testid="timeline-entry" data-kind={entry.kind.clone()}>
            <span class="p1-timeline-icon"><IconView {icon} /></span>
            <div class="p1-grow">
                <div class="muted"><Bdi>{ person }</Bdi>{ " · " }{ i18n.datetime(Instant(entry.at)) }</div>
                { body }
            </div>
        </li>
    }
}

fn visit(i18n: &I18n, entry: &TimelineEntry) -> Html {
    let row = &entry.line.row;
    let to = Route::Visit { id: entry.line.id.to_string() };
    let grade = text(row, "grade").to_owned();
    let what = [text(row, "report"), text(row, "reason")].into_iter().find(|words| !words.is_empty()).unwrap_or_default().to_owned();
    html! {
        <>
            <div class="p1-chips">
                <Link<Route> {to} classes="p1-link p1-leads">{ i18n.t("page-customer-visit") }</Link<Route>>
                <StatusChip status={text(row, "status").to_owned()} />
                if !grade.is_empty() {
                    <GradeChip {grade} distance={row.get("distance").and_then(maydan_core::Value::as_int)} />
                }
            </div>
            if !what.is_empty() { <p class="p1-prose-text" dir="auto">{ what }</p> }
        </>
    }
}

fn task(i18n: &I18n, entry: &TimelineEntry) -> Html {
    let row = &entry.line.row;
    let done = instant(row, "done_at").is_some();
    html! {
        <div class="p1-chips">
            <span dir="auto">{ text(row, "title").to_owned() }</span>
            if done {
                <Chip label={i18n.t("page-today-task-is-done")} tone={Tone::Good} icon={Icon::Check} />
            }
        </div>
    }
}
