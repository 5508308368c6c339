//! The frame around every screen: the rail of a desktop, the bar of a phone, the header with the sync chip.

use super::add::AddSheet;
use super::nav::{Entry, NavLink, entries};
use super::offers::Offers;
use super::shortcuts::Shortcuts;
use crate::components::{Avatar, Bdi, Button, ButtonKind, Icon, IconButton, IconView, Palette, Sheet, SyncChip, open_palette};
use crate::hooks::{use_i18n, use_key, use_session};
use crate::i18n::I18n;
use crate::route::Route;
use maydan_core::command::SessionUser;
use yew::prelude::*;
use yew_router::prelude::use_route;

/// Properties of [`Shell`].
#[derive(Properties, PartialEq)]
pub struct ShellProps {
    /// The screen.
    #[prop_or_default]
    pub children: Html,
}

/// What lies above the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    None,
    Add,
    More,
    Shortcuts,
}

/// The frame.
#[component]
pub fn Shell(props: &ShellProps) -> Html {
    let i18n = use_i18n();
    let session = use_session();
    let layer = use_state_eq(|| Layer::None);
    let show = |wanted: Layer| {
        let layer = layer.setter();
        Callback::from(move |()| layer.set(wanted))
    };
    use_key("c", show(Layer::Add));
    use_key("?", show(Layer::Shortcuts));
    let reviews = session.user.as_ref().is_some_and(SessionUser::is_reviewer);
    let all = entries(reviews);
    let shown = use_route::<Route>();
    let here = shown.as_ref().map(Route::section);
    let behind_more = all.iter().any(|entry| !in_bar(entry, reviews) && Some(entry.route.section()) == here);
    let close = show(Layer::None);
    html! {
        <div class="shell">
            <header class="topbar">
                <IconButton icon={Icon::Search} label={i18n.t("palette-open")} onclick={Callback::from(|()| open_palette())} testid="palette-open" />
                <SyncChip />
            </header>
            <nav class="rail" aria-label={i18n.t("nav-main")}>
                <span class="rail-brand">{ i18n.t("app-name") }</span>
                <Button label={i18n.t("add-button")} icon={Icon::Plus} kind={ButtonKind::Primary} wide=true onclick={show(Layer::Add)} testid="add" />
                { for all.iter().map(|entry| link(&i18n, entry, "rail-item", "", &close)) }
                { for session.user.as_ref().map(person) }
            </nav>
            <main class="main"><Offers install={matches!(shown, Some(Route::Home | Route::Today))} />{ props.children.clone() }</main>
            { bottom_bar(&i18n, &all, reviews, behind_more, &show(Layer::Add), &show(Layer::More), &close) }
            <AddSheet open={*layer == Layer::Add} onclose={close.clone()} />
            <Sheet open={*layer == Layer::More} title={i18n.t("nav-more")} onclose={close.clone()}>
                <nav class="stack" aria-label={i18n.t("nav-more")}>
                    { for all.iter().filter(|entry| !in_bar(entry, reviews)).map(|entry| link(&i18n, entry, "rail-item", "more-", &close)) }
                </nav>
            </Sheet>
            <Shortcuts open={*layer == Layer::Shortcuts} onclose={close} />
            <Palette />
        </div>
    }
}

/// The bar of a phone: four screens at most, and the plus in the middle, under the thumb.
fn bottom_bar(
    i18n: &I18n,
    all: &[Entry],
    reviews: bool,
    behind_more: bool,
    add: &Callback<()>,
    more: &Callback<()>,
    close: &Callback<()>,
) -> Html {
    let bar: Vec<Html> =
        all.iter().filter(|entry| in_bar(entry, reviews)).map(|entry| link(i18n, entry, "bottom-item", "bar-", close)).collect();
    let (before, after) = bar.split_at(bar.len().min(2));
    let (onadd, onmore) = (add.reform(|_: MouseEvent| ()), more.reform(|_: MouseEvent| ()));
    html! {
        <nav class="bottom-bar" aria-label={i18n.t("nav-main")}>
            { for before.iter().cloned() }
            <button type="button" class="bottom-plus" aria-label={i18n.t("add-button")} onclick={onadd} data-testid="bar-add">
                <IconView icon={Icon::Plus} />
            </button>
            { for after.iter().cloned() }
            <button type="button" class={classes!("bottom-item", behind_more.then_some("active"))} onclick={onmore} data-testid="bar-more">
                <IconView icon={Icon::More} />
                <span>{ i18n.t("nav-more") }</span>
            </button>
        </nav>
    }
}

/// A reviewer's third screen is the review; everybody else's is the trip.
fn in_bar(entry: &Entry, reviews: bool) -> bool {
    match entry.route {
        Route::Today | Route::Customers => true,
        Route::Trip => !reviews,
        Route::Review => reviews,
        _ => false,
    }
}

/// The rail's own hooks for tests are the names of the entries; those of other places have a prefix.
fn link(i18n: &I18n, entry: &Entry, class: &'static str, place: &str, onfollow: &Callback<()>) -> Html {
    html! {
        <NavLink
            key={entry.name}
            route={entry.route.clone()}
            icon={entry.icon}
            label={i18n.t(entry.name)}
            {class}
            testid={format!("{place}{}", entry.name)}
            onfollow={onfollow.clone()}
        />
    }
}

fn person(user: &SessionUser) -> Html {
    html! {
        <div class="rail-person row" data-testid="person">
            <Avatar name={user.name.clone()} />
            <Bdi>{ user.name.clone() }</Bdi>
        </div>
    }
}
