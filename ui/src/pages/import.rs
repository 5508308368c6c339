//! Customers out of a file of others: what was made of it, corrections, and what came of it.
//!
//! Invariant: nothing is written before the person has seen how the file was read. Every row ends up as a record or on
//! the list of bad rows, which can be taken away, mended and brought in again.

mod bad_rows;
pub mod file;
mod guess;
mod layout;
mod outcome;
mod preview;

use crate::backend::call;
use crate::components::{ErrorBox, Page};
use crate::hooks::use_i18n;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use file::{FilePick, bytes};
use guess::{fallback, has_name, headed};
use maydan_core::command::{ImportPreview, ImportReport, ImportRows, PreviewImport};
use maydan_core::import::{Layout, MAX_FILE_BYTES};
use maydan_core::{Error, ErrorCode, Result, ScopeId};
use outcome::Outcome;
use preview::Preview;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

/// A chosen file.
#[derive(Clone, PartialEq)]
struct Chosen {
    name: String,
    /// Its bytes, base64.
    content: Rc<str>,
}

/// How far an import has come.
#[derive(Clone, PartialEq)]
enum Stage {
    /// No file yet, or one that could not be read.
    Empty(Option<Error>),
    /// The file is being read or brought in.
    Busy(&'static str),
    /// Read; the person looks and corrects. The error is of the last correction.
    Read(Rc<ImportPreview>, Option<Error>),
    /// Brought in, out of this preview.
    Done(Rc<ImportPreview>, Rc<ImportReport>),
}

/// The page of imports.
#[component]
pub fn ImportPage() -> Html {
    let i18n = use_i18n();
    let chosen = use_state(|| None::<Chosen>);
    let stage = use_state(|| Stage::Empty(None));

    let onfile = {
        let (chosen, stage) = (chosen.clone(), stage.clone());
        Callback::from(move |file: File| {
            stage.set(Stage::Busy("page-import-reading"));
            let (chosen, stage) = (chosen.clone(), stage.clone());
            spawn_local(async move {
                match open(&file).await {
                    Ok((file, preview)) => {
                        chosen.set(Some(file));
                        stage.set(Stage::Read(Rc::new(preview), None));
                    }
                    Err(error) => {
                        chosen.set(None);
                        stage.set(Stage::Empty(Some(error)));
                    }
                }
            });
        })
    };
    let onlayout = {
        let (chosen, stage) = (chosen.clone(), stage.clone());
        Callback::from(move |(layout, shape): (Layout, bool)| {
            let (Some(file), Stage::Read(before, _)) = ((*chosen).clone(), (*stage).clone()) else { return };
            let stage = stage.clone();
            spawn_local(async move {
                let read = if shape { reread(&file.content, layout).await } else { look(&file.content, Some(layout)).await };
                stage.set(match read {
                    Ok(preview) => Stage::Read(Rc::new(preview), None),
                    Err(error) => Stage::Read(before, Some(error)),
                });
            });
        })
    };
    let ongo = {
        let (chosen, stage) = (chosen.clone(), stage.clone());
        Callback::from(move |scope: Option<ScopeId>| {
            let (Some(file), Stage::Read(preview, _)) = ((*chosen).clone(), (*stage).clone()) else { return };
            stage.set(Stage::Busy("page-import-working"));
            let stage = stage.clone();
            spawn_local(async move {
                let request = ImportRows { file: file.content.to_string(), layout: Some(preview.layout.clone()), scope };
                stage.set(match call(request).await {
                    Ok(report) => Stage::Done(preview, Rc::new(report)),
                    Err(error) => Stage::Read(preview, Some(error)),
                });
            });
        })
    };

    html! {
        <Page title={i18n.t("page-import-title")}>
            <div class="p2-import">
                <p class="muted">{ i18n.t("page-import-text") }</p>
                <div class="row">
                    <FilePick
                        label={i18n.t("page-import-choose")}
                        accept=".csv,.txt,.tsv,text/csv,text/plain"
                        {onfile}
                        testid="import-file"
                    />
                    if let Some(file) = &*chosen {
                        <bdi class="muted">{ file.name.clone() }</bdi>
                    }
                </div>
                { match &*stage {
                    Stage::Empty(None) => Html::default(),
                    Stage::Empty(Some(error)) => html! { <ErrorBox error={error.clone()} /> },
                    Stage::Busy(what) => html! { <p class="p2-notice" role="status">{ i18n.t(what) }</p> },
                    Stage::Read(preview, error) => html! {
                        <>
                            if let Some(error) = error {
                                <ErrorBox error={error.clone()} />
                            }
                            <Preview preview={preview.clone()} {onlayout} {ongo} />
                        </>
                    },
                    Stage::Done(preview, report) => html! { <Outcome preview={preview.clone()} report={report.clone()} /> },
                } }
            </div>
        </Page>
    }
}

async fn open(file: &File) -> Result<(Chosen, ImportPreview)> {
    let read = bytes(file, MAX_FILE_BYTES).await?;
    let content: Rc<str> = STANDARD.encode(&read).into();
    let preview = match look(&content, None).await {
        // No header was recognised as the names': the person says which column holds them.
        Err(error) if error.code == ErrorCode::BadRequest => reread(&content, fallback(&read)).await?,
        other => other?,
    };
    Ok((Chosen { name: file.name(), content }, preview))
}

async fn look(content: &Rc<str>, layout: Option<Layout>) -> Result<ImportPreview> {
    call(PreviewImport { file: content.to_string(), layout }).await
}

/// Reads with another encoding or delimiter: the header becomes another one, so its columns are guessed again.
async fn reread(content: &Rc<str>, layout: Layout) -> Result<ImportPreview> {
    let first = Layout { columns: vec![Some("name".to_owned())], ..layout };
    let preview = look(content, Some(first.clone())).await?;
    let columns = headed(&preview.header);
    if has_name(&columns) { look(content, Some(Layout { columns, ..first })).await } else { Ok(preview) }
}
