//! Shows short messages and lets the newest be taken back.

use crate::components::{Button, ButtonKind, Icon, IconButton};
use crate::hooks::{Toast, ToastList, ToastText, Toasts, use_i18n, use_key};
use gloo::timers::callback::Timeout;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Time to read a line, milliseconds.
const READ_MS: u32 = 5_000;
/// Time to decide or to read what to do, milliseconds.
const DECIDE_MS: u32 = 9_000;

/// Properties of [`ToastProvider`].
#[derive(Properties, PartialEq)]
pub struct ToastProviderProps {
    /// Who may say something.
    #[prop_or_default]
    pub children: Html,
}

/// Gives everything inside the way to say something, and shows what was said.
#[component]
pub fn ToastProvider(props: &ToastProviderProps) -> Html {
    let list = use_reducer(ToastList::default);
    let toasts = Toasts::new(list.dispatcher());
    {
        let (toasts, newest) = (toasts.clone(), list.toasts.iter().rev().find(|toast| toast.undo.is_some()).cloned());
        use_key(
            "mod+z",
            Callback::from(move |()| {
                if let Some(toast) = &newest {
                    take_back(toast, &toasts);
                }
            }),
        );
    }
    let region = use_node_ref();
    {
        let region = region.clone();
        use_effect_with(list.toasts.last().map(|toast| toast.id), move |newest| {
            if newest.is_some() {
                raise(&region);
            }
        });
    }
    html! {
        <ContextProvider<Toasts> context={toasts.clone()}>
            { props.children.clone() }
            <div ref={region} class="toasts" popover="manual" role="status" aria-live="polite" data-testid="toasts">
                { for list.toasts.iter().map(|toast| html! { <ToastView key={toast.id} toast={toast.clone()} toasts={toasts.clone()} /> }) }
            </div>
        </ContextProvider<Toasts>>
    }
}

/// Puts the messages above an open dialog, in browsers that can; elsewhere they show below it.
fn raise(region: &NodeRef) {
    let Some(element) = region.cast::<HtmlElement>() else { return };
    let _ = element.hide_popover();
    let _ = element.show_popover();
}

fn take_back(toast: &Toast, toasts: &Toasts) {
    if let Some(undo) = &toast.undo {
        undo.emit(());
    }
    toasts.close(toast.id);
}

#[derive(Properties, PartialEq)]
struct ToastViewProps {
    toast: Toast,
    toasts: Toasts,
}

#[component]
fn ToastView(props: &ToastViewProps) -> Html {
    let i18n = use_i18n();
    let ToastViewProps { toast, toasts } = props;
    let failed = matches!(toast.text, ToastText::Failure(_));
    {
        let toasts = toasts.clone();
        let patience = if failed || toast.undo.is_some() { DECIDE_MS } else { READ_MS };
        use_effect_with(toast.id, move |id| {
            let id = *id;
            let timer = Timeout::new(patience, move || toasts.close(id));
            move || drop(timer)
        });
    }
    let text = match &toast.text {
        ToastText::Words(words) => words.clone(),
        ToastText::Failure(error) => i18n.error(error),
    };
    let onundo = {
        let (toast, toasts) = (toast.clone(), toasts.clone());
        Callback::from(move |()| take_back(&toast, &toasts))
    };
    let onclose = {
        let (id, toasts) = (toast.id, toasts.clone());
        Callback::from(move |()| toasts.close(id))
    };
    html! {
        <div class={classes!("toast", failed.then_some("toast-bad"))} role={failed.then_some("alert")} data-testid="toast">
            <span class="toast-text" dir="auto">{ text }</span>
            if toast.undo.is_some() {
                <Button label={i18n.t("toast-undo")} icon={Icon::Undo} kind={ButtonKind::Quiet} onclick={onundo} testid="toast-undo" />
            }
            <IconButton icon={Icon::Close} label={i18n.t("toast-close")} onclick={onclose} testid="toast-close" />
        </div>
    }
}
