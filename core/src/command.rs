//! THE list of commands: everything that a user interface can ask of this device.
//!
//! Reads are *queries*, writes are *mutations*. Every adapter (Tauri, web worker, tests, demo) derives from this list:
//! a command that is missing in a handler does not compile. Requests and answers are JSON, the same bytes in every host.
//!
//! Replica commands answer from the local database and never wait for a network. App commands concern the session and
//! the sync loop.

mod blob;
mod import;
mod record;
mod sync;
mod trip;
mod visit;

pub use blob::*;
pub use import::*;
pub use record::*;
pub use sync::*;
pub use trip::*;
pub use visit::*;

use crate::{Error, ErrorCode, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// An answer that says only "done".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}

/// A request, typed with its name and its answer.
pub trait Command: Serialize + DeserializeOwned {
    /// Its name on the way in.
    const NAME: &'static str;
    /// Whether it writes.
    const MUTATES: bool;
    /// What it answers.
    type Answer: Serialize + DeserializeOwned;
}

macro_rules! commands {
    (
        replica { $( $rsort:ident $rname:ident($rreq:ty) -> $rans:ty; )* }
        app { $( $asort:ident $aname:ident($variant:ident: $areq:ty) -> $aans:ty; )* }
    ) => {
        $( impl Command for $rreq {
            const NAME: &'static str = stringify!($rname);
            const MUTATES: bool = commands!(@mutates $rsort);
            type Answer = $rans;
        } )*
        $( impl Command for $areq {
            const NAME: &'static str = stringify!($aname);
            const MUTATES: bool = commands!(@mutates $asort);
            type Answer = $aans;
        } )*

        /// What a replica can do.
        pub trait ReplicaCommands {
            $(
                #[doc = concat!("See [`", stringify!($rreq), "`].")]
                fn $rname(&mut self, request: $rreq) -> Result<$rans>;
            )*
        }

        /// Runs a replica command from its JSON; `None` when no replica command has that name.
        pub fn dispatch<R: ReplicaCommands>(replica: &mut R, name: &str, body: serde_json::Value) -> Option<Result<serde_json::Value>> {
            match name {
                $( stringify!($rname) => Some((|| {
                    let answer = replica.$rname(serde_json::from_value(body)?)?;
                    Ok(serde_json::to_value(answer)?)
                })()), )*
                _ => None,
            }
        }

        /// A command about the session or the sync loop.
        #[derive(Debug, Clone)]
        pub enum AppRequest {
            $(
                #[doc = concat!("See [`", stringify!($areq), "`].")]
                $variant($areq),
            )*
        }

        impl AppRequest {
            /// The names of all app commands.
            pub const NAMES: &[&str] = &[$(stringify!($aname)),*];

            /// Reads an app command.
            ///
            /// # Errors
            /// [`ErrorCode::BadRequest`] for an unknown name or a body of another form.
            pub fn parse(name: &str, body: serde_json::Value) -> Result<Self> {
                match name {
                    $( stringify!($aname) => Ok(Self::$variant(serde_json::from_value(body)?)), )*
                    _ => Err(Error::new(ErrorCode::BadRequest, format!("there is no command {name:?}"))),
                }
            }
        }

        /// Every command, with whether it writes.
        pub const ALL: &[(&str, bool)] = &[
            $( (stringify!($rname), commands!(@mutates $rsort)), )*
            $( (stringify!($aname), commands!(@mutates $asort)), )*
        ];
    };
    (@mutates query) => { false };
    (@mutates mutation) => { true };
}

commands! {
    replica {
        query list_records(ListRecords) -> RecordPage;
        query field_values(FieldValues) -> ValueList;
        query get_record(GetRecord) -> Record;
        query timeline(Timeline) -> TimelinePage;
        query history(History) -> HistoryPage;
        query list_conflicts(ListConflicts) -> ConflictPage;
        mutation create_record(CreateRecord) -> Revision;
        mutation edit_fields(EditFields) -> Revision;
        mutation delete_record(DeleteRecord) -> Revision;
        mutation restore_record(RestoreRecord) -> Revision;
        mutation move_record(MoveRecord) -> Done;
        mutation plan_visit(PlanVisit) -> Revision;
        mutation check_in(CheckIn) -> CheckedIn;
        mutation check_out(CheckOut) -> Revision;
        mutation submit_visit(SubmitVisit) -> Revision;
        mutation review_visit(ReviewVisit) -> Revision;
        query visit_events(VisitEvents) -> VisitLife;
        query current_trip(CurrentTrip) -> OpenTrip;
        mutation start_trip(StartTrip) -> Revision;
        mutation add_pings(AddPings) -> PingCount;
        mutation end_trip(EndTrip) -> Revision;
        query trip_trace(TripTrace) -> Trace;
        query preview_import(PreviewImport) -> ImportPreview;
        mutation import_rows(ImportRows) -> ImportReport;
        mutation keep_content(KeepContent) -> KeptContent;
        mutation read_content(ReadContent) -> Content;
        query list_transfers(ListTransfers) -> Transfers;
        mutation retry_transfer(RetryTransfer) -> Done;
        query outbox(Outbox) -> OutboxPage;
        query list_refused(ListRefused) -> RefusedPage;
        mutation retry_refused(RetryRefused) -> Done;
        mutation dismiss_refused(DismissRefused) -> Done;
        query export_unsent(ExportUnsent) -> UnsentFile;
        mutation import_unsent(UnsentFile) -> ImportedUnsent;
        mutation rebuild_projections(RebuildProjections) -> Done;
        query get_settings(GetSettings) -> Settings;
        mutation put_setting(PutSetting) -> Done;
        query fingerprint(Fingerprint) -> ReplicaFingerprint;
    }
    app {
        query session(Session: GetSession) -> Session;
        mutation sign_in(SignIn: SignIn) -> Session;
        mutation sign_out(SignOut: SignOut) -> SignedOut;
        query sync_status(SyncStatus: GetSyncStatus) -> SyncStatus;
        mutation sync_now(SyncNow: SyncNow) -> SyncRound;
    }
}

/// What a device tells its user interface without being asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Records changed, here or by a colleague: whoever shows them asks again. Many at once come without ids.
    Changed {
        /// Their kind.
        kind: String,
        /// Which; empty: any of that kind.
        ids: Vec<crate::RecordId>,
    },
    /// The sync chip has something new to show.
    Sync(SyncStatus),
    /// Signed in or out.
    Session(Session),
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_commands_share_a_name() {
        let names: BTreeSet<_> = ALL.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn an_unknown_command_is_a_typed_error() {
        let refused = AppRequest::parse("format_disk", serde_json::Value::Null).expect_err("refused");
        assert_eq!(refused.code, ErrorCode::BadRequest);
    }
}
