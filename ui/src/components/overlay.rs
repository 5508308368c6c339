//! Layers above the page: a sheet for work, a dialog for a decision.
//!
//! Both are the platform's modal `<dialog>`: it traps the focus, makes the page behind inert, closes the top layer on
//! Escape and gives the focus back.

use super::{Icon, IconButton};
use crate::hooks::use_i18n;
use web_sys::{HtmlDialogElement, HtmlElement};
use yew::prelude::*;

/// Properties of [`Sheet`] and [`Dialog`].
#[derive(Properties, PartialEq)]
pub struct OverlayProps {
    /// Shown.
    pub open: bool,
    /// What it is about.
    pub title: String,
    /// Escape, the cross, or the page behind was pressed.
    #[prop_or_default]
    pub onclose: Callback<()>,
    /// Its content; built only while it is open.
    #[prop_or_default]
    pub children: Html,
}

/// A panel from the bottom of a phone, from the side of a desktop.
#[component]
pub fn Sheet(props: &OverlayProps) -> Html {
    html! {
        <Modal class="sheet" open={props.open} title={props.title.clone()} onclose={props.onclose.clone()}>
            <Titled title={props.title.clone()} onclose={props.onclose.clone()}>{ props.children.clone() }</Titled>
        </Modal>
    }
}

/// A small panel in the middle.
#[component]
pub fn Dialog(props: &OverlayProps) -> Html {
    html! {
        <Modal class="dialog" open={props.open} title={props.title.clone()} onclose={props.onclose.clone()}>
            <Titled title={props.title.clone()} onclose={props.onclose.clone()}>{ props.children.clone() }</Titled>
        </Modal>
    }
}

/// Properties of [`Titled`].
#[derive(Properties, PartialEq)]
struct TitledProps {
    title: String,
    onclose: Callback<()>,
    children: Html,
}

#[component]
fn Titled(props: &TitledProps) -> Html {
    let i18n = use_i18n();
    html! {
        <>
            <header class="overlay-header">
                <h2 class="overlay-title">{ props.title.clone() }</h2>
                <IconButton icon={Icon::Close} label={i18n.t("component-close")} onclick={props.onclose.clone()} testid="close" />
            </header>
            <div class="overlay-body">{ props.children.clone() }</div>
        </>
    }
}

/// Properties of [`Modal`].
#[derive(Properties, PartialEq)]
pub(super) struct ModalProps {
    pub class: &'static str,
    pub open: bool,
    pub title: String,
    pub onclose: Callback<()>,
    pub children: Html,
}

/// The layer itself, without a header.
#[component]
pub(super) fn Modal(props: &ModalProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.open, move |open| show(&node, *open));
    }
    let oncancel = {
        let (node, onclose) = (node.clone(), props.onclose.clone());
        Callback::from(move |e: Event| {
            // A file input inside reports its own cancelling.
            if e.target_dyn_into::<HtmlElement>() != node.cast::<HtmlElement>() {
                return;
            }
            // The owner closes it, so that what is shown and what the owner holds never differ.
            e.prevent_default();
            onclose.emit(());
        })
    };
    let onclose = {
        // Browsers may close without asking (a second Escape); the owner must learn of it.
        let (open, onclose) = (props.open, props.onclose.clone());
        Callback::from(move |_: Event| {
            if open {
                onclose.emit(());
            }
        })
    };
    let onmousedown = {
        let (node, onclose) = (node.clone(), props.onclose.clone());
        Callback::from(move |e: MouseEvent| {
            // Only the backdrop counts as the dialog itself: everything inside lies in the panel.
            let pressed = e.target_dyn_into::<HtmlElement>();
            if pressed.is_some() && pressed == node.cast::<HtmlElement>() {
                onclose.emit(());
            }
        })
    };
    html! {
        <dialog
            class={classes!("overlay", props.class)}
            ref={node}
            aria-label={props.title.clone()}
            {oncancel}
            {onclose}
            {onmousedown}
            data-testid={props.class}
        >
            if props.open {
                <div class="overlay-panel">{ props.children.clone() }</div>
            }
        </dialog>
    }
}

/// Opens or closes the element, unless it is so already.
fn show(node: &NodeRef, open: bool) {
    let Some(dialog) = node.cast::<HtmlDialogElement>() else { return };
    match (open, dialog.open()) {
        (true, false) => {
            let _ = dialog.show_modal();
        }
        (false, true) => dialog.close(),
        _ => {}
    }
}
