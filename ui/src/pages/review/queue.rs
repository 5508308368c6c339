//! Visits by their state, those that wait longest first.

use crate::components::{Bdi, Button, ButtonKind, Chip, Empty, GradeChip, Icon, Tabs, Tone};
use crate::hooks::{use_i18n, use_key, use_query};
use crate::i18n::I18n;
use crate::pages::customer::rows::{instant, is, link, text};
use crate::pages::visit::waiting::waiting;
use crate::route::{Route, go};
use gloo::storage::{SessionStorage, Storage};
use maydan_core::command::{Line, ListRecords, MAX_PAGE, RecordPage, Sort};
use maydan_core::{RecordId, Value};
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// The views of the queue.
const VIEWS: [&str; 3] = ["submitted", "returned", "approved"];
/// Visits shown at first, and how many more each time.
const STEP: u32 = 100;
/// The chosen view, for as long as the window is open: choosing a visit is another page.
const VIEW: &str = "maydan.review_view";

/// Properties of [`Queue`].
#[derive(Properties, PartialEq)]
pub struct QueueProps {
    /// The visit that is looked at.
    pub chosen: Option<RecordId>,
    /// The visit after it.
    pub onnext: Callback<Option<RecordId>>,
}

/// The queue.
#[component]
pub fn Queue(props: &QueueProps) -> Html {
    let i18n = use_i18n();
    let nav = use_navigator();
    let view = use_state_eq(|| {
        SessionStorage::get::<String>(VIEW).ok().filter(|view| VIEWS.contains(&view.as_str())).unwrap_or_else(|| VIEWS[0].to_owned())
    });
    let limit = use_state_eq(|| STEP);
    let visits = use_query(
        Some(ListRecords {
            kind: "visit".to_owned(),
            filters: vec![is("status", view.as_str())],
            sort: Some(Sort { field: "submitted_at".to_owned(), descending: *view != VIEWS[0] }),
            limit: *limit,
            ..ListRecords::default()
        }),
        &["visit", "customer"],
    );
    let ids: Vec<RecordId> = visits.data.as_ref().map_or_else(Vec::new, |page| page.lines.iter().map(|line| line.id).collect());
    let here = props.chosen.and_then(|chosen| ids.iter().position(|id| *id == chosen));
    {
        // A visit that has just been answered is no longer in the list: what it said before still holds.
        let onnext = props.onnext.clone();
        let news = here.map(|here| ids.get(here + 1).or_else(|| here.checked_sub(1).and_then(|before| ids.get(before))).copied());
        use_effect_with((news, props.chosen), move |(news, _)| {
            if let Some(next) = *news {
                onnext.emit(next);
            }
        });
    }
    let step_to = |index: Option<usize>| {
        let (nav, id) = (nav.clone(), index.and_then(|index| ids.get(index)).copied());
        Callback::from(move |()| {
            if let Some(id) = id {
                go(&nav, Route::ReviewVisit { id: id.to_string() });
            }
        })
    };
    use_key("j", step_to(Some(here.map_or(0, |here| here + 1))));
    use_key("k", step_to(here.and_then(|here| here.checked_sub(1))));

    let onselect = {
        let (view, limit) = (view.clone(), limit.clone());
        Callback::from(move |chosen: AttrValue| {
            // Without storage the next page opens with the first view.
            let _ = SessionStorage::set(VIEW, chosen.as_str());
            limit.set(STEP);
            view.set(chosen.to_string());
        })
    };
    let tabs: Vec<(AttrValue, String)> = VIEWS
        .iter()
        .map(|tab| {
            let label = i18n.t(&format!("page-review-tab-{tab}"));
            // How many there are of what is shown.
            let total = visits.data.as_ref().filter(|_| *tab == view.as_str()).map(|page| i18n.number(i64::from(page.total)));
            (AttrValue::Static(tab), total.map_or(label.clone(), |total| format!("{label} ({total})")))
        })
        .collect();
    let more = visits.data.as_ref().is_some_and(|page| page.total > *limit && *limit < MAX_PAGE);
    let show_more = {
        let limit = limit.clone();
        Callback::from(move |()| limit.set((*limit + STEP).min(MAX_PAGE)))
    };
    html! {
        <div class="p2-review-queue">
            <Tabs {tabs} active={AttrValue::from((*view).clone())} {onselect} />
            if let Some(page) = &visits.data {
                if page.lines.is_empty() {
                    <Empty
                        icon={Icon::Check}
                        title={i18n.t(&format!("page-review-empty-{}", *view))}
                        text={i18n.t("page-review-empty-text")}
                    />
                }
                <ul class="p2-rows">
                    { for page.lines.iter().map(|line| row(&i18n, page, line, props.chosen == Some(line.id))) }
                </ul>
                if more {
                    <Button label={i18n.t("page-more")} kind={ButtonKind::Quiet} wide={true} onclick={show_more} testid="review-more" />
                }
            } else {
                { waiting(&visits, 8) }
            }
        </div>
    }
}

fn row(i18n: &I18n, page: &RecordPage, line: &Line, chosen: bool) -> Html {
    let name = |field: &str| link(&line.row, field).and_then(|id| page.names.get(&id).cloned()).unwrap_or_default();
    let grade = text(&line.row, "grade").to_owned();
    let href = Route::ReviewVisit { id: line.id.to_string() }.href();
    html! {
        <li key={line.id.to_string()}>
            <a
                class={classes!("p2-row", chosen.then_some("p2-row-chosen"))}
                {href}
                aria-current={chosen.then_some("true")}
                data-testid="review-row"
            >
                <span class="p2-row-main">
                    <Bdi>{ name("customer") }</Bdi>
                    <span class="muted">
                        <Bdi>{ name("rep") }</Bdi>
                        if let Some(at) = instant(&line.row, "submitted_at") {
                            { " · " }{ i18n.ago(at) }
                        }
                    </span>
                </span>
                if line.row.contains_key("changed_after_approval") {
                    <Chip label={i18n.t("page-review-changed")} tone={Tone::Warn} icon={Some(Icon::Warning)} />
                }
                if !grade.is_empty() {
                    <GradeChip grade={AttrValue::from(grade)} distance={line.row.get("distance").and_then(Value::as_int)} />
                }
            </a>
        </li>
    }
}
