//! The one chip that always says where sync stands.

use super::{Icon, IconView, Tone};
use crate::hooks::{use_i18n, use_sync_status};
use crate::i18n::{Arg, I18n};
use crate::route::{Route, go};
use maydan_core::Instant;
use maydan_core::command::{SyncState, SyncStatus};
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// From this age on, an hour of the day no longer says when: milliseconds.
const HALF_A_DAY_MS: i64 = 12 * 60 * 60 * 1000;

/// Synced, so many waiting, offline since, or in need of a person. Opens the queue.
#[component]
pub fn SyncChip() -> Html {
    let i18n = use_i18n();
    let status = use_sync_status();
    let nav = use_navigator();
    let (tone, icon, label) = face(&status, &i18n);
    let onclick = Callback::from(move |_: MouseEvent| go(&nav, Route::Sync));
    html! {
        <button
            type="button"
            class={classes!("sync-chip", tone.class())}
            title={i18n.t("sync-chip-open")}
            {onclick}
            data-testid="sync-chip"
            data-state={word(&status)}
        >
            <IconView {icon} />
            <span class="sync-chip-label" role="status">{ label }</span>
            if status.pending > 0 && shows_count_apart(&status) {
                <span class="sync-chip-count" data-testid="sync-pending">{ i18n.number(i64::from(status.pending)) }</span>
            }
        </button>
    }
}

/// What needs a person comes first; then what the person would wonder about.
fn face(status: &SyncStatus, i18n: &I18n) -> (Tone, Icon, String) {
    let needs = status.refused.saturating_add(status.conflicts);
    match status.state {
        SyncState::SignedOut => (Tone::Neutral, Icon::User, i18n.t("sync-chip-signed-out")),
        SyncState::SignInNeeded => (Tone::Warn, Icon::User, i18n.t("sync-chip-sign-in")),
        _ if needs > 0 => (Tone::Bad, Icon::Warning, i18n.ta("sync-chip-attention", &[("count", Arg::from(i64::from(needs)))])),
        SyncState::Attention => (Tone::Bad, Icon::Warning, i18n.ta("sync-chip-attention", &[("count", Arg::from(1_i64))])),
        SyncState::Offline => (Tone::Warn, Icon::Offline, offline(status.offline_since, i18n)),
        SyncState::UpdateNeeded => (Tone::Warn, Icon::Download, i18n.t("sync-chip-update")),
        _ if status.receiving.is_some() => {
            let count = i64::from(status.receiving.unwrap_or_default());
            (Tone::Accent, Icon::Download, i18n.ta("sync-chip-receiving", &[("count", Arg::from(count))]))
        }
        _ if status.pending > 0 => {
            (Tone::Accent, Icon::Upload, i18n.ta("sync-chip-pending", &[("count", Arg::from(i64::from(status.pending)))]))
        }
        SyncState::Syncing => (Tone::Neutral, Icon::Sync, i18n.t("sync-chip-syncing")),
        SyncState::Synced => (Tone::Good, Icon::Check, i18n.t("sync-chip-synced")),
    }
}

fn offline(since: Option<Instant>, i18n: &I18n) -> String {
    let Some(since) = since else { return i18n.t("sync-chip-offline") };
    let now = Instant(js_sys::Date::now() as i64);
    let when = if now.since(since) < HALF_A_DAY_MS { i18n.time(since) } else { i18n.datetime(since) };
    i18n.ta("sync-chip-offline-since", &[("when", Arg::from(when))])
}

/// The label says the number itself when work simply waits; in every other state it is a number beside the label.
fn shows_count_apart(status: &SyncStatus) -> bool {
    let waits = matches!(status.state, SyncState::Synced | SyncState::Syncing) && status.receiving.is_none();
    !waits || status.refused > 0 || status.conflicts > 0
}

fn word(status: &SyncStatus) -> &'static str {
    match status.state {
        SyncState::SignedOut => "signed_out",
        SyncState::Syncing => "syncing",
        SyncState::Synced => "synced",
        SyncState::Offline => "offline",
        SyncState::SignInNeeded => "sign_in_needed",
        SyncState::Attention => "attention",
        SyncState::UpdateNeeded => "update_needed",
    }
}
