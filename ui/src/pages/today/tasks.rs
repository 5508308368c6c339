//! What this person has to do: due tasks first, later ones on demand, each done with one tap and undone with another.

use super::add_task::AddTask;
use crate::backend::call;
use crate::components::{Bdi, Button, ButtonKind, Chip, Empty, ErrorBox, Icon, IconButton, Tone};
use crate::hooks::{use_i18n, use_query, use_toasts};
use crate::i18n::{Arg, I18n};
use crate::pages::customer::rows::{is, link, now, text};
use crate::route::Route;
use maydan_core::command::{EditFields, Line, ListRecords, MAX_PAGE, RecordPage, Sort};
use maydan_core::document::Edit;
use maydan_core::{Day, RecordId, Result, Value};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::Link;

/// Properties of [`Tasks`].
#[derive(Properties, PartialEq)]
pub struct TasksProps {
    /// Whose tasks.
    pub me: RecordId,
    /// Today.
    pub today: Day,
}

/// The tasks of a person.
#[component]
pub fn Tasks(props: &TasksProps) -> Html {
    let i18n = use_i18n();
    let adding = use_state(|| false);
    let later = use_state(|| false);
    let done = use_done();
    // Those without an end come first in this order, so that a year of finished tasks never pushes them off the page.
    let request = ListRecords {
        kind: "task".to_owned(),
        filters: vec![is("assignee", props.me.to_string())],
        sort: Some(Sort { field: "done_at".to_owned(), descending: false }),
        limit: MAX_PAGE,
        ..ListRecords::default()
    };
    let tasks = use_query(Some(request), &["task"]);
    let empty = RecordPage::default();
    let page = tasks.data.as_deref().unwrap_or(&empty);
    let mut open: Vec<&Line> = page.lines.iter().filter(|line| !line.row.contains_key("done_at")).collect();
    // Without a day a task is due whenever there is time: after those that have one.
    open.sort_by_key(|line| (due(line).is_none(), due(line), line.id));
    let (due_now, due_later): (Vec<&Line>, Vec<&Line>) = open.into_iter().partition(|line| due(line).is_none_or(|day| day <= props.today));

    let show = |lines: &[&Line]| -> Html {
        html! { <ul class="p1-tasks">{ for lines.iter().map(|line| task(&i18n, page, line, props.today, &done)) }</ul> }
    };
    let flip = |state: &UseStateHandle<bool>| {
        let state = state.clone();
        Callback::from(move |()| state.set(!*state))
    };
    let onclose = {
        let adding = adding.clone();
        Callback::from(move |()| adding.set(false))
    };
    let more = i18n.ta("page-today-tasks-later", &[("count", Arg::from(due_later.len()))]);
    html! {
        <section class="section" aria-label={i18n.t("page-today-tasks")}>
            <div class="p1-section-head">
                <h2 class="p1-section-title p1-grow">{ i18n.t("page-today-tasks") }</h2>
                <Button label={i18n.t("page-today-add-task")} icon={Icon::Plus} onclick={flip(&adding)} testid="today-add-task" />
            </div>
            if let Some(error) = &tasks.error {
                <ErrorBox error={error.clone()} />
            }
            if tasks.data.is_some() && due_now.is_empty() {
                <Empty icon={Icon::Task} title={i18n.t("page-today-tasks-empty")} text={i18n.t("page-today-tasks-empty-text")} />
            }
            { show(&due_now) }
            if !due_later.is_empty() {
                <Button label={more} kind={ButtonKind::Quiet} onclick={flip(&later)} testid="today-tasks-later" />
                if *later { { show(&due_later) } }
            }
            <AddTask open={*adding} me={props.me} today={props.today} {onclose} />
        </section>
    }
}

fn due(line: &Line) -> Option<Day> {
    text(&line.row, "due").parse().ok()
}

fn task(i18n: &I18n, page: &RecordPage, line: &Line, today: Day, done: &Callback<RecordId>) -> Html {
    let id = line.id;
    let customer = link(&line.row, "customer");
    let name = customer.and_then(|id| page.names.get(&id).cloned()).unwrap_or_default();
    let to = customer.map_or(Route::Customers, |id| Route::Customer { id: id.to_string() });
    let onclick = {
        let done = done.clone();
        Callback::from(move |()| done.emit(id))
    };
    html! {
        <li class="p1-task" key={id.to_string()} data-testid="today-task">
            <IconButton icon={Icon::Task} label={i18n.t("page-today-task-finish")} {onclick} testid="task-done" />
            <div class="p1-grow">
                <div dir="auto">{ text(&line.row, "title").to_owned() }</div>
                <Link<Route> {to} classes="p1-link muted"><Bdi>{ name }</Bdi></Link<Route>>
            </div>
            if text(&line.row, "priority") == "high" {
                <Chip label={i18n.choice("task", "priority", "high")} tone={Tone::Warn} />
            }
            if let Some(day) = due(line) {
                <Chip
                    label={if day == today { i18n.t("page-today-due-today") } else { i18n.date(day) }}
                    tone={if day < today { Tone::Bad } else { Tone::Neutral }}
                    icon={Icon::Clock}
                />
            }
        </li>
    }
}

/// Marks a task as done and offers to take that back.
#[hook]
fn use_done() -> Callback<RecordId> {
    let i18n = use_i18n();
    let toasts = use_toasts();
    Callback::from(move |id: RecordId| {
        let (toasts, said) = (toasts.clone(), i18n.t("page-today-task-done"));
        spawn_local(async move {
            if let Err(error) = set_done(id, Value::Int(now().0)).await {
                toasts.error(&error);
                return;
            }
            let on_failure = toasts.clone();
            let undo = Callback::from(move |()| {
                let toasts = on_failure.clone();
                spawn_local(async move {
                    if let Err(error) = set_done(id, Value::Null).await {
                        toasts.error(&error);
                    }
                });
            });
            toasts.undo(said, undo);
        });
    })
}

async fn set_done(id: RecordId, at: Value) -> Result<()> {
    call(EditFields::now(id, vec![Edit::set("done_at", at)])).await.map(|_| ())
}
