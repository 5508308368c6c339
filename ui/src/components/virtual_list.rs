//! A list of any length of which only the rows in sight exist.
//!
//! Invariant: every row has the same height, so a position is arithmetic. The list scrolls by itself and has one
//! selected row, which the keyboard moves.

mod scroll;

use super::test_hook;
use crate::hooks::use_key;
use scroll::{Step, reveal, step_of, use_viewport};
use web_sys::Element;
use yew::prelude::*;

/// Rows kept ready above and below what is in sight.
const OVERSCAN: u32 = 8;

/// Properties of [`VirtualList`].
#[derive(Properties, PartialEq)]
pub struct VirtualListProps {
    /// How many rows there are.
    pub total: u32,
    /// Height of each, CSS pixels.
    pub row_height: f64,
    /// Makes a row from its index.
    pub render: Callback<u32, Html>,
    /// The rows that exist now changed: from the first to before the second.
    #[prop_or_default]
    pub onrange: Callback<(u32, u32)>,
    /// Enter on the selected row, or a press on a row outside its own links and buttons.
    #[prop_or_default]
    pub onopen: Callback<u32>,
    /// What the rows are, for screen readers.
    #[prop_or_default]
    pub label: String,
    /// A hook for tests.
    #[prop_or_default]
    pub testid: &'static str,
}

/// A windowed list.
#[component]
pub fn VirtualList(props: &VirtualListProps) -> Html {
    let node = use_node_ref();
    let selected = use_state_eq(|| None::<u32>);
    let (viewport, onscroll) = use_viewport(&node, props.row_height);
    let first = viewport.top_row.saturating_sub(OVERSCAN).min(props.total);
    let last = viewport.top_row.saturating_add(viewport.rows).saturating_add(OVERSCAN).min(props.total);
    {
        let onrange = props.onrange.clone();
        use_effect_with((first, last), move |range| onrange.emit(*range));
    }

    let move_by = {
        let (node, selected, total, row_height) = (node.clone(), selected.clone(), props.total, props.row_height);
        let page = viewport.rows.saturating_sub(2).max(1);
        Callback::from(move |step: Step| {
            let Some(next) = step.apply(*selected, page, total) else { return };
            selected.set(Some(next));
            reveal(&node, next, row_height);
        })
    };
    let by_letter = |step: Step| move_by.reform(move |()| step);
    use_key("j", by_letter(Step::Down));
    use_key("k", by_letter(Step::Up));

    let onkeydown = {
        let (list, selected, onopen, total) = (node.clone(), selected.clone(), props.onopen.clone(), props.total);
        Callback::from(move |e: KeyboardEvent| {
            // Keys of a link or input inside a row are its own.
            if e.target_dyn_into::<Element>() != list.cast::<Element>() {
                return;
            }
            if let Some(step) = step_of(&e.key()) {
                e.prevent_default();
                move_by.emit(step);
            } else if e.key() == "Enter"
                && let Some(row) = selected.filter(|row| *row < total)
            {
                e.prevent_default();
                onopen.emit(row);
            }
        })
    };

    let prefix = if props.testid.is_empty() { "list" } else { props.testid };
    let active = selected.filter(|row| (first..last).contains(row)).map(|row| format!("{prefix}-row-{row}"));
    let rows = (first..last).map(|row| {
        let onclick = {
            let (selected, onopen) = (selected.clone(), props.onopen.clone());
            Callback::from(move |e: MouseEvent| {
                selected.set(Some(row));
                if !is_on_control(&e) {
                    onopen.emit(row);
                }
            })
        };
        let chosen = *selected == Some(row);
        // Positions are set as a property: a strict content policy refuses style attributes.
        let place = format!("inset-block-start:{}px;block-size:{}px", f64::from(row) * props.row_height, props.row_height);
        html! {
            <div
                key={row}
                id={format!("{prefix}-row-{row}")}
                class={classes!("vlist-row", chosen.then_some("selected"))}
                role="option"
                aria-selected={if chosen { "true" } else { "false" }}
                aria-setsize={props.total.to_string()}
                aria-posinset={row.saturating_add(1).to_string()}
                ~style={place}
                {onclick}
            >
                { props.render.emit(row) }
            </div>
        }
    });
    let space = format!("block-size:{}px", f64::from(props.total) * props.row_height);
    html! {
        <div
            class="vlist"
            ref={node}
            role="listbox"
            tabindex="0"
            aria-label={(!props.label.is_empty()).then(|| props.label.clone())}
            aria-activedescendant={active}
            {onscroll}
            {onkeydown}
            data-testid={test_hook(props.testid)}
        >
            <div class="vlist-space" role="presentation" ~style={space}>{ for rows }</div>
        </div>
    }
}

/// Whether a press hit something inside a row that acts by itself.
fn is_on_control(e: &MouseEvent) -> bool {
    e.target_dyn_into::<Element>()
        .is_some_and(|hit| hit.closest("a, button, input, select, textarea, label").is_ok_and(|found| found.is_some()))
}
