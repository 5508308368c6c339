//! What an import did, and the rows that it left out.

use super::bad_rows::table;
use super::file::download;
use crate::components::{Button, ButtonKind, Icon};
use crate::hooks::{use_i18n, use_toasts, use_today};
use crate::i18n::I18n;
use crate::route::{Route, go};
use maydan_core::Error;
use maydan_core::command::{ImportPreview, ImportReport};
use maydan_core::import::RowError;
use std::rc::Rc;
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// Bad rows listed; a file has them all.
const LISTED: usize = 20;

/// Properties of [`Outcome`].
#[derive(Properties, PartialEq)]
pub struct OutcomeProps {
    /// How the file was read.
    pub preview: Rc<ImportPreview>,
    /// What came of it.
    pub report: Rc<ImportReport>,
}

/// The report of an import.
#[component]
pub fn Outcome(props: &OutcomeProps) -> Html {
    let i18n = use_i18n();
    let nav = use_navigator();
    let toasts = use_toasts();
    let today = use_today();
    let report = &props.report;
    let bad = report.errors.len();
    let figures = [
        ("created", report.created),
        ("updated", report.updated),
        ("unchanged", report.unchanged),
        ("bad", u32::try_from(bad).unwrap_or(u32::MAX)),
    ];
    let take_away = {
        let (i18n, preview, report) = (i18n.clone(), props.preview.clone(), report.clone());
        Callback::from(move |()| {
            let (line, problem) = (i18n.t("page-import-line"), i18n.t("page-import-problem"));
            let text = table(&report.errors, &preview.header, &preview.layout, &line, &problem, |error| plain(&why(&i18n, error)));
            if let Err(error) = download(&format!("maydan-bad-rows-{today}.csv"), "text/csv;charset=utf-8", &text) {
                toasts.error(&error);
            }
        })
    };
    let to_customers = Callback::from(move |()| go(&nav, Route::Customers));
    html! {
        <section class="p2-outcome" data-testid="import-report">
            <h2 class="section-title" role="status">{ i18n.ta("page-import-done", &[("count", report.rows.into())]) }</h2>
            <dl class="p2-figures">
                { for figures.into_iter().map(|(word, count)| html! {
                    <div key={word}>
                        <dt>{ i18n.t(&format!("page-import-{word}")) }</dt>
                        <dd data-testid={format!("import-{word}")} data-count={count.to_string()}>{ i18n.number(i64::from(count)) }</dd>
                    </div>
                }) }
            </dl>
            <Problems errors={report.errors.clone()} total={u32::try_from(bad).unwrap_or(u32::MAX)} />
            <div class="row">
                <Button label={i18n.t("page-import-customers")} icon={Some(Icon::Customers)} kind={ButtonKind::Primary} onclick={to_customers} testid="import-customers" />
                if bad > 0 {
                    <Button label={i18n.t("page-import-bad-rows")} icon={Some(Icon::Download)} onclick={take_away} testid="import-bad-rows" />
                }
            </div>
        </section>
    }
}

/// Properties of [`Problems`].
#[derive(Properties, PartialEq)]
pub struct ProblemsProps {
    /// Bad rows, the first ones at least.
    pub errors: Vec<RowError>,
    /// How many there are in all.
    pub total: u32,
}

/// Bad rows: line, what is wrong, and the row.
#[component]
pub fn Problems(props: &ProblemsProps) -> Html {
    let i18n = use_i18n();
    if props.total == 0 {
        return Html::default();
    }
    let rows = props.errors.iter().take(LISTED).enumerate().map(|(place, error)| {
        html! {
            <li key={place} class="p2-item" data-testid="import-bad-row">
                <div class="p2-row-main">
                    <span>{ i18n.ta("page-import-at-line", &[("line", error.line.into())]) }{ " · " }{ why(&i18n, error) }</span>
                    <span class="muted p2-clip" dir="auto">{ error.cells.join(" | ") }</span>
                </div>
            </li>
        }
    });
    html! {
        <section>
            <h3 class="section-title">{ i18n.ta("page-import-bad-count", &[("count", props.total.into())]) }</h3>
            <ul class="p2-rows">{ for rows }</ul>
        </section>
    }
}

/// What is wrong with a row, and in which field.
fn why(i18n: &I18n, error: &RowError) -> String {
    let what = i18n.error(&Error::new(error.code, ""));
    match &error.field {
        Some(field) => format!("{}: {what}", i18n.label("customer", field)),
        None => what,
    }
}

/// Words for a file: without the marks that isolate directions on screens.
fn plain(words: &str) -> String {
    words.replace(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'], "")
}
