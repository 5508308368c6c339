//! The day: what was sent back, the stops in their order, the tasks.

mod add_stop;
mod add_task;
mod picker;
mod position;
mod returned;
mod stop;
mod tasks;

use crate::components::{Button, ButtonKind, Empty, ErrorBox, Icon, IconButton, Page, Skeleton};
use crate::hooks::{Query, use_i18n, use_query, use_session, use_today};
use crate::i18n::{Arg, I18n};
use crate::pages::customer::rows::{is, link, text};
use add_stop::AddStop;
use maydan_core::command::{Line, ListRecords, MAX_PAGE, RecordPage, Sort};
use maydan_core::domain::geo::Point;
use maydan_core::{RecordId, Value};
use position::use_last_position;
use returned::Returned;
use stop::Stop;
use tasks::Tasks;
use yew::prelude::*;

/// The page of the day.
#[component]
pub fn TodayPage() -> Html {
    let session = use_session();
    // Without a user the shell shows the sign-in page instead.
    session.user.as_ref().map_or_else(Html::default, |user| html! { <DayOf me={user.id} /> })
}

/// Properties of [`DayOf`].
#[derive(Properties, PartialEq)]
struct DayOfProps {
    me: RecordId,
}

#[component]
fn DayOf(props: &DayOfProps) -> Html {
    let i18n = use_i18n();
    let today = use_today();
    let adding = use_state(|| false);
    let (from, find) = use_last_position();
    let request = ListRecords {
        kind: "visit".to_owned(),
        filters: vec![is("day", today.to_string()), is("rep", props.me.to_string())],
        sort: Some(Sort { field: "day".to_owned(), descending: false }),
        limit: MAX_PAGE,
        ..ListRecords::default()
    };
    let visits = use_query(Some(request), &["visit"]);
    let add = {
        let adding = adding.clone();
        Callback::from(move |()| adding.set(true))
    };
    let onclose = {
        let adding = adding.clone();
        Callback::from(move |()| adding.set(false))
    };

    let last = visits.data.iter().flat_map(|page| page.lines.iter()).filter_map(position_of).max();
    let position = last.map_or(1, |last| last.saturating_add(1));
    html! {
        <Page title={i18n.t("page-today-title")} actions={html! { <span class="muted" data-testid="today-date">{ i18n.long_date(today) }</span> }}>
            <div class="p1-today">
                <Returned me={props.me} />
                <section class="section" aria-label={i18n.t("page-today-stops")}>
                    <div class="p1-section-head">
                        <h2 class="p1-section-title p1-grow">{ i18n.t("page-today-stops") }{ count(&i18n, &visits) }</h2>
                        <IconButton icon={Icon::Pin} label={i18n.t("page-today-locate")} onclick={find} testid="today-locate" />
                        <Button label={i18n.t("page-today-add-stop")} icon={Icon::Plus} onclick={add.clone()} testid="today-add-stop" />
                    </div>
                    { stops(&i18n, &visits, from, add) }
                </section>
                <Tasks me={props.me} {today} />
            </div>
            <AddStop open={*adding} day={today} {position} {onclose} />
        </Page>
    }
}

fn count(i18n: &I18n, visits: &Query<RecordPage>) -> Html {
    let total = visits.data.as_ref().map_or(0, |page| page.total);
    if total == 0 {
        return Html::default();
    }
    let done = visits.data.iter().flat_map(|page| page.lines.iter()).filter(|line| is_over(line)).count();
    let words = i18n.ta("page-today-progress", &[("done", Arg::from(done)), ("total", Arg::from(total))]);
    html! { <span class="p1-count muted" data-testid="today-progress">{ words }</span> }
}

fn stops(i18n: &I18n, visits: &Query<RecordPage>, from: Option<Point>, add: Callback<()>) -> Html {
    let Some(page) = &visits.data else {
        return match &visits.error {
            Some(error) => html! { <ErrorBox error={error.clone()} /> },
            None if visits.loading => html! { <Skeleton lines={6} /> },
            None => Html::default(),
        };
    };
    if page.lines.is_empty() {
        let action = html! { <Button label={i18n.t("page-today-add-stop")} icon={Icon::Plus} kind={ButtonKind::Primary} onclick={add} testid="today-empty-add" /> };
        return html! { <Empty icon={Icon::Today} title={i18n.t("page-today-empty")} text={i18n.t("page-today-empty-text")} {action} /> };
    }
    let mut lines: Vec<&Line> = page.lines.iter().collect();
    lines.sort_by_key(|line| order(line));
    // Each keeps its number in the day; where she is comes first, and what is over makes room for what is next.
    let mut lines: Vec<(&Line, i64)> = lines.into_iter().zip(1_i64..).collect();
    lines.sort_by_key(|(line, _)| (is_over(line), !is_running(line)));
    let next = lines.first().filter(|(line, _)| !is_over(line)).map(|(line, _)| line.id);
    let stops = lines.into_iter().map(|(line, number)| {
        let name = link(&line.row, "customer").and_then(|id| page.names.get(&id).cloned()).unwrap_or_else(|| i18n.t("page-value-unknown"));
        html! { <Stop key={line.id.to_string()} line={line.clone()} {number} {name} {from} next={next == Some(line.id)} /> }
    });
    html! { <ol class="p1-stops" data-testid="today-stops">{ for stops }</ol> }
}

/// The planned order; visits that nobody planned follow in the order in which they happened.
fn order(line: &Line) -> (bool, i64, i64, RecordId) {
    let position = position_of(line);
    let at = line.row.get("checked_in_at").and_then(Value::as_int).unwrap_or(i64::MAX);
    (position.is_none(), position.unwrap_or(0), at, line.id)
}

fn position_of(line: &Line) -> Option<i64> {
    line.row.get("position").and_then(Value::as_int)
}

/// She is there, or was and has not handed it in yet.
fn is_running(line: &Line) -> bool {
    matches!(text(&line.row, "status"), "checked_in" | "checked_out")
}

fn is_over(line: &Line) -> bool {
    matches!(text(&line.row, "status"), "submitted" | "approved")
}
