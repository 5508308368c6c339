//! Where sync stands, in words, and the queue behind the chip: what waits, what was refused and why, and how to bring
//! unsent work to safety.

mod outbox;
mod refused;
mod rescue;
mod storage;

use crate::components::{Button, ButtonKind, Icon, IconView, Page};
use crate::hooks::{use_command, use_i18n, use_sync_status};
use crate::i18n::I18n;
use crate::route::{Route, go};
use maydan_core::command::{SyncNow, SyncState, SyncStatus};
use maydan_core::{Error, ErrorCode};
use outbox::OutboxList;
use refused::RefusedList;
use rescue::Rescue;
use storage::StorageState;
use yew::prelude::*;
use yew_router::prelude::use_navigator;

/// The page of sync.
#[component]
pub fn SyncPage() -> Html {
    let i18n = use_i18n();
    let nav = use_navigator();
    let status = use_sync_status();
    let sync_now = use_command::<SyncNow>(Callback::noop());
    let to_conflicts = Callback::from(move |()| go(&nav, Route::Conflicts));
    let busy = status.state == SyncState::Syncing;

    html! {
        <Page title={i18n.t("page-sync-title")}>
            <div class="p2-sync">
                <section class="p2-sync-state">
                    <p class="p2-sync-words" role="status" data-testid="sync-state">
                        <IconView icon={icon(status.state)} />
                        { i18n.t(state_key(status.state)) }
                    </p>
                    <ul class="p2-facts">{ for facts(&i18n, &status).into_iter().map(|fact| html! { <li>{ fact }</li> }) }</ul>
                    if let Some(code) = status.last_error.filter(|_| !matches!(status.state, SyncState::Synced | SyncState::Offline)) {
                        <p class="p2-notice" data-testid="sync-error">{ words_of(&i18n, code) }</p>
                    }
                    <div class="row">
                        <Button
                            label={i18n.t("page-sync-now")}
                            icon={Some(Icon::Sync)}
                            kind={ButtonKind::Primary}
                            disabled={busy}
                            onclick={sync_now.reform(|()| SyncNow {})}
                            testid="sync-now"
                        />
                        if status.conflicts > 0 {
                            <Button
                                label={i18n.ta("page-sync-conflicts", &[("count", status.conflicts.into())])}
                                icon={Some(Icon::Warning)}
                                onclick={to_conflicts}
                                testid="sync-conflicts"
                            />
                        }
                    </div>
                </section>
                <RefusedList />
                <OutboxList />
                <Rescue pending={status.pending} />
                <StorageState />
            </div>
        </Page>
    }
}

/// What is known beside the state, a sentence each.
fn facts(i18n: &I18n, status: &SyncStatus) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(count) = status.receiving {
        facts.push(i18n.ta("page-sync-receiving", &[("count", count.into())]));
    }
    if status.pending > 0 {
        facts.push(i18n.ta("page-sync-pending", &[("count", status.pending.into())]));
    }
    if status.refused > 0 {
        facts.push(i18n.ta("page-sync-refused", &[("count", status.refused.into())]));
    }
    if let Some(since) = status.offline_since {
        facts.push(i18n.ta("page-sync-offline-since", &[("when", i18n.datetime(since).into())]));
    }
    if let Some(at) = status.synced_at {
        facts.push(i18n.ta("page-sync-synced-at", &[("when", i18n.datetime(at).into())]));
    }
    if let Some(at) = status.next_try {
        facts.push(i18n.ta("page-sync-next-try", &[("when", i18n.time(at).into())]));
    }
    facts
}

/// An error code in words that say what to do.
fn words_of(i18n: &I18n, code: ErrorCode) -> String {
    i18n.error(&Error::new(code, ""))
}

fn state_key(state: SyncState) -> &'static str {
    match state {
        SyncState::SignedOut => "page-sync-state-signed-out",
        SyncState::Syncing => "page-sync-state-syncing",
        SyncState::Synced => "page-sync-state-synced",
        SyncState::Offline => "page-sync-state-offline",
        SyncState::SignInNeeded => "page-sync-state-sign-in-needed",
        SyncState::Attention => "page-sync-state-attention",
        SyncState::UpdateNeeded => "page-sync-state-update-needed",
    }
}

fn icon(state: SyncState) -> Icon {
    match state {
        SyncState::Synced => Icon::Check,
        SyncState::Syncing => Icon::Sync,
        SyncState::Offline => Icon::Offline,
        SyncState::SignedOut | SyncState::SignInNeeded => Icon::User,
        SyncState::Attention => Icon::Warning,
        SyncState::UpdateNeeded => Icon::Download,
    }
}
