//! Notes about a customer: a box for a new one, and each note typed in where it stands, together with colleagues.

use super::prose::ProseBox;
use super::removal::use_removal;
use super::rows::{instant, is, link, now, text};
use crate::backend::{call, new_id};
use crate::components::{Avatar, Bdi, Button, ButtonKind, Chip, Empty, ErrorBox, Icon, IconButton, Skeleton, TextArea, Tone};
use crate::hooks::{use_i18n, use_query, use_session, use_toasts};
use gloo::storage::{SessionStorage, Storage};
use maydan_core::command::{CreateRecord, GetRecord, Line, ListRecords, Sort};
use maydan_core::{RecordId, Row, Value};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Notes shown at first, and how many more each time.
const STEP: u32 = 30;

/// Properties of [`NotesTab`].
#[derive(Properties, PartialEq)]
pub struct NotesTabProps {
    /// The customer.
    pub customer: RecordId,
}

/// The notes of a customer, newest first.
#[component]
pub fn NotesTab(props: &NotesTabProps) -> Html {
    let i18n = use_i18n();
    let limit = use_state(|| STEP);
    let request = ListRecords {
        kind: "note".to_owned(),
        filters: vec![is("customer", props.customer.to_string())],
        sort: Some(Sort { field: "written_at".to_owned(), descending: true }),
        limit: *limit,
        ..ListRecords::default()
    };
    let notes = use_query(Some(request), &["note"]);
    let list = match (&notes.data, &notes.error) {
        (Some(page), _) if page.lines.is_empty() => html! {
            <Empty icon={Icon::Note} title={i18n.t("page-customer-notes-empty")} text={i18n.t("page-customer-notes-empty-text")} />
        },
        (Some(page), _) => html! {
            <ol class="p1-notes">
                { for page.lines.iter().map(|line| {
                    let author = link(&line.row, "author").and_then(|id| page.names.get(&id).cloned()).unwrap_or_else(|| i18n.t("page-someone"));
                    html! { <NoteItem key={line.id.to_string()} line={line.clone()} {author} /> }
                }) }
            </ol>
        },
        (None, Some(error)) => html! { <ErrorBox error={error.clone()} /> },
        (None, None) if notes.loading => html! { <Skeleton lines={4} /> },
        (None, None) => Html::default(),
    };
    let total = notes.data.as_ref().map_or(0, |page| page.total);
    let more = {
        let limit = limit.clone();
        Callback::from(move |()| limit.set(limit.saturating_add(STEP)))
    };
    html! {
        <>
            <NewNote customer={props.customer} />
            { list }
            if total > *limit {
                <Button label={i18n.t("page-show-more")} kind={ButtonKind::Quiet} onclick={more} testid="notes-more" />
            }
        </>
    }
}

/// Properties of [`NewNote`].
#[derive(Properties, PartialEq)]
struct NewNoteProps {
    customer: RecordId,
}

/// The box for a new note. What is typed survives leaving the page without saving.
#[component]
fn NewNote(props: &NewNoteProps) -> Html {
    let i18n = use_i18n();
    let session = use_session();
    let toasts = use_toasts();
    let customer = props.customer;
    let draft_key = format!("maydan.draft.note.{customer}");
    let body = {
        let key = draft_key.clone();
        use_state(move || SessionStorage::get::<String>(key).unwrap_or_default())
    };
    let saving = use_state(|| false);
    let empty = body.trim().is_empty();

    let oninput = {
        let (body, key) = (body.clone(), draft_key.clone());
        Callback::from(move |typed: String| {
            // Only a convenience: without it the text still stands on the screen.
            let _ = SessionStorage::set(&key, &typed);
            body.set(typed);
        })
    };
    let save = {
        let (body, saving) = (body.clone(), saving.clone());
        let author = session.user.as_ref().map_or(Value::Null, |user| Value::Text(user.id.to_string()));
        Callback::from(move |()| {
            if *saving || body.trim().is_empty() {
                return;
            }
            saving.set(true);
            let fields = Row::from([
                ("customer".to_owned(), Value::Text(customer.to_string())),
                ("body".to_owned(), Value::Text((*body).clone())),
                ("author".to_owned(), author.clone()),
                ("written_at".to_owned(), Value::Int(now().0)),
            ]);
            let request = CreateRecord { kind: "note".to_owned(), id: Some(new_id()), scope: None, fields };
            let (body, saving, toasts, key) = (body.clone(), saving.clone(), toasts.clone(), draft_key.clone());
            spawn_local(async move {
                match call(request).await {
                    Ok(_) => {
                        SessionStorage::delete(&key);
                        body.set(String::new());
                    }
                    Err(error) => toasts.error(&error),
                }
                saving.set(false);
            });
        })
    };
    let onkeydown = {
        let save = save.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                save.emit(());
            }
        })
    };
    html! {
        <div class="p1-new-note" {onkeydown}>
            <label>
                <span class="visually-hidden">{ i18n.t("page-customer-note-new") }</span>
                <TextArea value={(*body).clone()} {oninput} rows={3} placeholder={i18n.t("page-customer-note-placeholder")} testid="note-new" />
            </label>
            <Button label={i18n.t("page-customer-note-save")} kind={ButtonKind::Primary} disabled={empty} onclick={save} testid="note-save" />
        </div>
    }
}

/// Properties of [`NoteItem`].
#[derive(Properties, PartialEq)]
struct NoteItemProps {
    line: Line,
    author: String,
}

/// One note. Its line shows until the whole record, with the heads that typing needs, is read.
#[component]
fn NoteItem(props: &NoteItemProps) -> Html {
    let i18n = use_i18n();
    let id = props.line.id;
    let record = use_query(Some(GetRecord { id }), &["note"]);
    let remove = use_removal("page-customer-note-deleted", Callback::from(|()| ()));
    let when = instant(&props.line.row, "written_at").map(|at| i18n.datetime(at)).unwrap_or_default();
    let onremove = Callback::from(move |()| remove.emit(id));
    let body = match &record.data {
        Some(record) => html! {
            <ProseBox
                record={id}
                field="body"
                text={text(&record.row, "body").to_owned()}
                heads={record.heads.clone()}
                label={i18n.t("page-customer-note")}
                testid="note-body"
            />
        },
        None => html! { <p class="p1-prose-text" dir="auto">{ text(&props.line.row, "body").to_owned() }</p> },
    };
    html! {
        <li class="p1-note" data-testid="note">
            <div class="p1-note-head">
                <Avatar name={props.author.clone()} />
                <span class="p1-grow p1-note-by">
                    <span class="p1-strong"><Bdi>{ props.author.clone() }</Bdi></span>
                    <span class="muted p1-note-when">{ when }</span>
                </span>
                if props.line.pending {
                    <Chip label={i18n.t("page-customer-pending")} tone={Tone::Neutral} icon={Icon::Upload} />
                }
                <IconButton icon={Icon::Trash} label={i18n.t("page-customer-note-delete")} onclick={onremove} testid="note-delete" />
            </div>
            { body }
        </li>
    }
}
