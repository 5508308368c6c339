//! Go anywhere, find anyone, make something: one box, from the keyboard.

mod entries;

use super::overlay::Modal;
use super::{Icon, IconView};
use crate::hooks::{use_i18n, use_key, use_query, use_session};
use crate::route::{Route, go};
use entries::{entries, matching};
use gloo::events::EventListener;
use maydan_core::Value;
use maydan_core::command::{Line, ListRecords, RecordPage, SessionUser};
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// The event by which buttons elsewhere open the palette.
const OPEN: &str = "maydan-palette";
/// Customers shown at most.
const MOST_CUSTOMERS: u32 = 8;

/// Opens the palette, as Ctrl/Cmd+K does.
pub fn open_palette() {
    if let Ok(event) = Event::new(OPEN) {
        let _ = gloo::utils::window().dispatch_event(&event);
    }
}

/// One line of what was found.
#[derive(Debug, Clone, PartialEq)]
struct Hit {
    route: Route,
    icon: Icon,
    label: String,
    note: String,
    group: &'static str,
}

/// The palette; stands once in the shell.
#[component]
pub fn Palette() -> Html {
    let i18n = use_i18n();
    let open = use_state_eq(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |()| open.set(!*open))
    };
    use_key("mod+k", toggle);
    {
        let open = open.clone();
        use_effect_with((), move |()| {
            let listener = EventListener::new(&gloo::utils::window(), OPEN, move |_| open.set(true));
            move || drop(listener)
        });
    }
    let onclose = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    html! {
        <Modal class="palette" open={*open} title={i18n.t("palette-title")} onclose={onclose.clone()}>
            if *open {
                <Search {onclose} />
            }
        </Modal>
    }
}

/// Properties of [`Search`].
#[derive(Properties, PartialEq)]
struct SearchProps {
    onclose: Callback<()>,
}

/// The box itself. It exists only while it is open, so it always begins empty.
#[component]
fn Search(props: &SearchProps) -> Html {
    let i18n = use_i18n();
    let nav = use_navigator();
    let session = use_session();
    let query = use_state_eq(String::new);
    let chosen = use_state_eq(|| 0_usize);
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(input) = node.cast::<HtmlElement>() {
                let _ = input.focus();
            }
        });
    }
    let search = query.trim();
    let request = (!search.is_empty()).then(|| ListRecords {
        kind: "customer".to_owned(),
        search: search.to_owned(),
        limit: MOST_CUSTOMERS,
        ..ListRecords::default()
    });
    let found = use_query(request, &["customer"]);

    let is_reviewer = session.user.as_ref().is_some_and(SessionUser::is_reviewer);
    let mut hits: Vec<Hit> = Vec::new();
    if !search.is_empty() {
        hits.extend(found.data.as_ref().map(|page| customers(page)).unwrap_or_default());
    }
    hits.extend(matching(&entries(&i18n, is_reviewer), search).into_iter().map(|entry| Hit {
        route: entry.route,
        icon: entry.icon,
        label: entry.label,
        note: String::new(),
        group: if entry.creates { "palette-group-create" } else { "palette-group-go" },
    }));
    let here = (*chosen).min(hits.len().saturating_sub(1));

    let take = {
        let onclose = props.onclose.clone();
        Callback::from(move |route: Route| {
            onclose.emit(());
            go(&nav, route);
        })
    };
    let oninput = {
        let (query, chosen) = (query.clone(), chosen.clone());
        Callback::from(move |e: InputEvent| {
            query.set(e.target_unchecked_into::<HtmlInputElement>().value());
            chosen.set(0);
        })
    };
    let onkeydown = {
        let (chosen, take, count) = (chosen.clone(), take.clone(), hits.len());
        let route = hits.get(here).map(|hit| hit.route.clone());
        Callback::from(move |e: KeyboardEvent| {
            match e.key().as_str() {
                "ArrowDown" if count > 0 => chosen.set((here + 1) % count),
                "ArrowUp" if count > 0 => chosen.set((here + count - 1) % count),
                "Enter" if !e.is_composing() => {
                    if let Some(route) = route.clone() {
                        take.emit(route);
                    }
                }
                _ => return,
            }
            e.prevent_default();
        })
    };
    html! {
        <>
            <div class="palette-search">
                <IconView icon={Icon::Search} />
                <input
                    class="palette-input"
                    ref={node}
                    type="text"
                    dir={(!query.is_empty()).then_some("auto")}
                    autocomplete="off"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="palette-hits"
                    aria-activedescendant={format!("palette-hit-{here}")}
                    aria-label={i18n.t("palette-title")}
                    placeholder={i18n.t("palette-placeholder")}
                    value={(*query).clone()}
                    {oninput}
                    {onkeydown}
                    data-testid="palette-input"
                />
            </div>
            <div class="palette-hits" id="palette-hits" role="listbox" aria-label={i18n.t("palette-title")}>
                { for hits.iter().enumerate().map(|(n, hit)| {
                    let begins_group = n == 0 || hits.get(n - 1).is_some_and(|before| before.group != hit.group);
                    let onclick = {
                        let (take, route) = (take.clone(), hit.route.clone());
                        Callback::from(move |_: MouseEvent| take.emit(route.clone()))
                    };
                    let selected = n == here;
                    html! {
                        <>
                            if begins_group {
                                <p class="palette-group" role="presentation">{ i18n.t(hit.group) }</p>
                            }
                            <div
                                id={format!("palette-hit-{n}")}
                                class={classes!("palette-hit", selected.then_some("selected"))}
                                role="option"
                                aria-selected={if selected { "true" } else { "false" }}
                                {onclick}
                                data-testid="palette-hit"
                            >
                                <IconView icon={hit.icon} />
                                <bdi class="palette-hit-label">{ hit.label.clone() }</bdi>
                                <bdi class="palette-hit-note">{ hit.note.clone() }</bdi>
                            </div>
                        </>
                    }
                }) }
                if hits.is_empty() {
                    <p class="palette-none">{ i18n.t("palette-none") }</p>
                }
            </div>
        </>
    }
}

/// Customers as hits; where they are tells two of the same name apart.
fn customers(page: &RecordPage) -> Vec<Hit> {
    let of = |line: &Line, field: &str| -> String { line.row.get(field).and_then(Value::as_text).unwrap_or_default().to_owned() };
    let hit = |line: &Line| Hit {
        route: Route::Customer { id: line.id.to_string() },
        icon: Icon::User,
        label: of(line, "name"),
        note: of(line, "city"),
        group: "palette-group-customers",
    };
    page.lines.iter().map(hit).collect()
}
