//! The list of keys that do something, behind `?`.

use crate::components::Dialog;
use crate::hooks::use_i18n;
use yew::prelude::*;

/// Keys and the message that says what they do.
const SHORTCUTS: &[(&str, &str)] = &[
    ("Ctrl K / ⌘ K", "shortcut-palette"),
    ("/", "shortcut-search"),
    ("c", "shortcut-add"),
    ("j  k  ↓  ↑", "shortcut-move"),
    ("Enter", "shortcut-open"),
    ("e", "shortcut-edit"),
    ("Esc", "shortcut-close"),
    ("Ctrl Z / ⌘ Z", "shortcut-undo"),
    ("?", "shortcut-help"),
];

/// Properties of [`Shortcuts`].
#[derive(Properties, PartialEq)]
pub struct ShortcutsProps {
    /// Shown.
    pub open: bool,
    /// Read.
    pub onclose: Callback<()>,
}

/// All shortcuts.
#[component]
pub fn Shortcuts(props: &ShortcutsProps) -> Html {
    let i18n = use_i18n();
    html! {
        <Dialog open={props.open} title={i18n.t("shortcuts-title")} onclose={props.onclose.clone()}>
            <div class="stack" data-testid="shortcuts">
                { for SHORTCUTS.iter().map(|(keys, meaning)| html! {
                    <div key={*meaning} class="spread">
                        <span>{ i18n.t(meaning) }</span>
                        <kbd dir="ltr">{ *keys }</kbd>
                    </div>
                }) }
            </div>
        </Dialog>
    }
}
