//! Earlier trips; each opens its trace beside the list.

use super::view::TripView;
use crate::components::{Bdi, Icon, IconView, Sheet};
use crate::hooks::{use_i18n, use_session};
use crate::pages::customer::rows::{instant, link};
use maydan_core::command::{Line, RecordPage};
use maydan_core::{RecordId, Value};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`EarlierTrips`].
#[derive(Properties, PartialEq)]
pub struct EarlierTripsProps {
    /// Trips, newest first.
    pub page: Rc<RecordPage>,
    /// One that the page shows already.
    pub without: Option<RecordId>,
}

/// The list.
#[component]
pub fn EarlierTrips(props: &EarlierTripsProps) -> Html {
    let i18n = use_i18n();
    let session = use_session();
    let opened = use_state(|| None::<Line>);
    let me = session.user.as_ref().map(|user| user.id);
    let lines: Vec<&Line> = props.page.lines.iter().filter(|line| Some(line.id) != props.without).collect();
    if lines.is_empty() {
        return Html::default();
    }
    let close = {
        let opened = opened.clone();
        Callback::from(move |()| opened.set(None))
    };
    let rows = lines.into_iter().map(|line| {
        let whole = |field: &str| line.row.get(field).and_then(Value::as_int).unwrap_or(0);
        let (started, ended) = (instant(&line.row, "started_at"), instant(&line.row, "ended_at"));
        let rep = link(&line.row, "rep").filter(|rep| Some(*rep) != me).and_then(|rep| props.page.names.get(&rep).cloned());
        let onclick = {
            let (opened, line) = (opened.clone(), line.clone());
            Callback::from(move |_: MouseEvent| opened.set(Some(line.clone())))
        };
        html! {
            <li key={line.id.to_string()}>
                <button type="button" class="p2-row" {onclick} data-testid="trip-row">
                    <span class="p2-row-main">
                        { started.map(|at| i18n.datetime(at)).unwrap_or_default() }
                        if let Some(rep) = rep {
                            { " · " }<Bdi>{ rep }</Bdi>
                        }
                    </span>
                    <span class="muted">
                        { i18n.distance(whole("metres")) }
                        if let Some((from, to)) = started.zip(ended) {
                            { " · " }{ i18n.duration(to.since(from)) }
                        }
                    </span>
                    <IconView icon={Icon::Forward} />
                </button>
            </li>
        }
    });
    html! {
        <section>
            <h3 class="section-title">{ i18n.t("page-trip-earlier") }</h3>
            <ul class="p2-rows">{ for rows }</ul>
            <Sheet open={opened.is_some()} title={i18n.t("page-trip-one")} onclose={close}>
                if let Some(line) = &*opened {
                    <TripView key={line.id.to_string()} trip={line.id} row={line.row.clone()} />
                }
            </Sheet>
        </section>
    }
}
