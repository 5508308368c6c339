//! The session and the state of sync, as the app's root follows them.

use maydan_core::command::{Session, SyncStatus};
use std::rc::Rc;
use yew::prelude::*;

/// Who is signed in here. Nobody, outside of the app's root.
#[hook]
pub fn use_session() -> Rc<Session> {
    use_context::<Rc<Session>>().unwrap_or_default()
}

/// Where sync stands.
#[hook]
pub fn use_sync_status() -> Rc<SyncStatus> {
    use_context::<Rc<SyncStatus>>().unwrap_or_default()
}
