//! Where a windowed list stands: what is in sight, and how keys move through it.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver};
use yew::prelude::*;

/// Rows assumed in sight until the list has been measured: enough for a tall window.
const ROWS_AT_FIRST: u32 = 24;

/// The rows in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Viewport {
    /// The topmost.
    pub top_row: u32,
    /// How many.
    pub rows: u32,
}

/// Follows scrolling and size of the list. The second value is its scroll listener.
#[hook]
pub(super) fn use_viewport(node: &NodeRef, row_height: f64) -> (Viewport, Callback<Event>) {
    let viewport = use_state_eq(|| Viewport { top_row: 0, rows: ROWS_AT_FIRST });
    let measure = {
        let viewport = viewport.clone();
        use_callback((node.clone(), row_height), move |(): (), (node, row_height): &(NodeRef, f64)| {
            if let Some(list) = node.cast::<Element>() {
                viewport.set(in_sight(list.scroll_top(), list.client_height(), *row_height));
            }
        })
    };
    use_effect_with((node.clone(), measure.clone()), |(node, measure)| {
        measure.emit(());
        let sight = Sight::watch(node, measure);
        move || drop(sight)
    });
    (*viewport, measure.reform(|_: Event| ()))
}

fn in_sight(scrolled: i32, height: i32, row_height: f64) -> Viewport {
    let row_height = row_height.max(1.0);
    // A list inside a hidden view measures nothing: keep what there is to draw.
    let rows = if height > 0 { (f64::from(height) / row_height).ceil() as u32 + 1 } else { ROWS_AT_FIRST };
    Viewport { top_row: (f64::from(scrolled.max(0)) / row_height).floor() as u32, rows }
}

/// Tells when the list gets another size.
struct Sight {
    observer: Option<ResizeObserver>,
    /// Lives as long as the observer calls it.
    _callback: Closure<dyn FnMut()>,
}

impl Sight {
    fn watch(node: &NodeRef, measure: &Callback<()>) -> Self {
        let measure = measure.clone();
        let callback = Closure::<dyn FnMut()>::new(move || measure.emit(()));
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(list)) = (&observer, node.cast::<Element>()) {
            observer.observe(&list);
        }
        Self { observer, _callback: callback }
    }
}

impl Drop for Sight {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// A move of the selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
}

impl Step {
    /// The row after this step; none in an empty list. The first step of all selects the first row.
    pub fn apply(self, from: Option<u32>, page: u32, total: u32) -> Option<u32> {
        let end = total.checked_sub(1)?;
        let Some(from) = from else { return Some(if self == Self::Last { end } else { 0 }) };
        let to = match self {
            Self::Up => from.saturating_sub(1),
            Self::Down => from.saturating_add(1),
            Self::PageUp => from.saturating_sub(page),
            Self::PageDown => from.saturating_add(page),
            Self::First => 0,
            Self::Last => end,
        };
        Some(to.min(end))
    }
}

/// The step that a key of the list means.
pub(super) fn step_of(key: &str) -> Option<Step> {
    Some(match key {
        "ArrowUp" => Step::Up,
        "ArrowDown" => Step::Down,
        "PageUp" => Step::PageUp,
        "PageDown" => Step::PageDown,
        "Home" => Step::First,
        "End" => Step::Last,
        _ => return None,
    })
}

/// Brings a row into sight and the focus to the list, moving as little as possible.
pub(super) fn reveal(node: &NodeRef, row: u32, row_height: f64) {
    let Some(list) = node.cast::<HtmlElement>() else { return };
    let _ = list.focus();
    let top = (f64::from(row) * row_height).floor() as i32;
    let bottom = (f64::from(row.saturating_add(1)) * row_height).ceil() as i32;
    if top < list.scroll_top() {
        list.set_scroll_top(top);
    } else if bottom > list.scroll_top() + list.client_height() {
        list.set_scroll_top(bottom - list.client_height());
    }
}
