//! A new task of one's own: what, for which customer, by which day.

use super::picker::CustomerPicker;
use crate::backend::new_id;
use crate::components::{Bdi, Button, ButtonKind, Field, Icon, IconButton, Sheet, TextInput};
use crate::hooks::{use_command, use_i18n};
use maydan_core::command::{CreateRecord, Revision};
use maydan_core::{Day, RecordId, Row, Value};
use yew::prelude::*;

/// Properties of [`AddTask`].
#[derive(Properties, PartialEq)]
pub struct AddTaskProps {
    /// Shown.
    pub open: bool,
    /// Who does it.
    pub me: RecordId,
    /// Today.
    pub today: Day,
    /// A task was added, or it was left.
    pub onclose: Callback<()>,
}

/// The sheet for a new task. What was entered stays when it is closed without saving.
#[component]
pub fn AddTask(props: &AddTaskProps) -> Html {
    let i18n = use_i18n();
    let title = use_state(String::new);
    let due = use_state(|| None::<String>);
    let customer = use_state(|| None::<(RecordId, String)>);
    let day = (*due).clone().unwrap_or_else(|| props.today.to_string());

    let create = {
        let (title, due, customer, onclose) = (title.clone(), due.clone(), customer.clone(), props.onclose.clone());
        use_command::<CreateRecord>(Callback::from(move |_: Revision| {
            title.set(String::new());
            due.set(None);
            customer.set(None);
            onclose.emit(());
        }))
    };
    let ready = !title.trim().is_empty() && customer.is_some();
    let save = {
        let (title, customer, day, me) = ((*title).clone(), (*customer).clone(), day.clone(), props.me);
        Callback::from(move |()| {
            let Some((customer, _)) = &customer else { return };
            if title.trim().is_empty() {
                return;
            }
            let due = day.parse::<Day>().map_or(Value::Null, |day| Value::Text(day.to_string()));
            let fields = Row::from([
                ("title".to_owned(), Value::Text(title.clone())),
                ("customer".to_owned(), Value::Text(customer.to_string())),
                ("assignee".to_owned(), Value::Text(me.to_string())),
                ("due".to_owned(), due),
            ]);
            create.emit(CreateRecord { kind: "task".to_owned(), id: Some(new_id()), scope: None, fields });
        })
    };
    let on_title = {
        let title = title.clone();
        Callback::from(move |typed: String| title.set(typed))
    };
    let on_due = {
        let due = due.clone();
        Callback::from(move |typed: String| due.set(Some(typed)))
    };
    let onpick = {
        let customer = customer.clone();
        Callback::from(move |chosen: (RecordId, String)| customer.set(Some(chosen)))
    };
    let clear = {
        let customer = customer.clone();
        Callback::from(move |()| customer.set(None))
    };
    let who = match customer.as_ref() {
        Some((_, name)) => html! {
            <div class="p1-picked" data-testid="task-customer">
                <span class="p1-grow p1-strong"><Bdi>{ name.clone() }</Bdi></span>
                <IconButton icon={Icon::Close} label={i18n.t("page-today-other-customer")} onclick={clear} testid="task-customer-clear" />
            </div>
        },
        None => html! { <CustomerPicker {onpick} autofocus={false} /> },
    };
    html! {
        <Sheet open={props.open} title={i18n.t("page-today-add-task")} onclose={props.onclose.clone()}>
            <div class="stack">
                <Field label={i18n.label("task", "title")}>
                    <TextInput value={(*title).clone()} oninput={on_title} onenter={save.clone()} autofocus={true} testid="task-title" />
                </Field>
                { who }
                <Field label={i18n.label("task", "due")}>
                    <TextInput value={day} oninput={on_due} input_type="date" dir="ltr" testid="task-due" />
                </Field>
                <Button label={i18n.t("page-today-task-save")} kind={ButtonKind::Primary} wide={true} disabled={!ready} onclick={save} testid="task-save" />
            </div>
        </Sheet>
    }
}
