//! Answers to replica commands: one file per group.

mod import;
mod list;
mod names;
mod queue;
mod record;
mod trip;
mod visit;

use crate::sync::{moving, quarantine};
use crate::{Replica, blob};
use maydan_core::Result;
use maydan_core::command::*;

pub(crate) use trip::{RIPE_MS, pack_pings, pack_ripe_pings};

/// One line per command; the compiler says when one is missing.
impl ReplicaCommands for Replica {
    fn list_records(&mut self, request: ListRecords) -> Result<RecordPage> {
        list::list_records(self, &request)
    }
    fn field_values(&mut self, request: FieldValues) -> Result<ValueList> {
        list::field_values(self, &request)
    }
    fn get_record(&mut self, request: GetRecord) -> Result<Record> {
        record::get_record(self, &request)
    }
    fn timeline(&mut self, request: Timeline) -> Result<TimelinePage> {
        list::timeline(self, &request)
    }
    fn history(&mut self, request: History) -> Result<HistoryPage> {
        record::history(self, &request)
    }
    fn list_conflicts(&mut self, _: ListConflicts) -> Result<ConflictPage> {
        record::list_conflicts(self)
    }
    fn create_record(&mut self, request: CreateRecord) -> Result<Revision> {
        record::create_record(self, &request)
    }
    fn edit_fields(&mut self, request: EditFields) -> Result<Revision> {
        record::edit_fields(self, &request)
    }
    fn delete_record(&mut self, request: DeleteRecord) -> Result<Revision> {
        record::set_deleted(self, request.id, true)
    }
    fn restore_record(&mut self, request: RestoreRecord) -> Result<Revision> {
        record::set_deleted(self, request.id, false)
    }
    fn move_record(&mut self, request: MoveRecord) -> Result<Done> {
        moving::order(self, &request)
    }
    fn plan_visit(&mut self, request: PlanVisit) -> Result<Revision> {
        visit::plan(self, &request)
    }
    fn check_in(&mut self, request: CheckIn) -> Result<CheckedIn> {
        visit::check_in(self, &request)
    }
    fn check_out(&mut self, request: CheckOut) -> Result<Revision> {
        visit::check_out(self, &request)
    }
    fn submit_visit(&mut self, request: SubmitVisit) -> Result<Revision> {
        visit::submit(self, &request)
    }
    fn review_visit(&mut self, request: ReviewVisit) -> Result<Revision> {
        visit::review(self, request)
    }
    fn visit_events(&mut self, request: VisitEvents) -> Result<VisitLife> {
        visit::events(self, &request)
    }
    fn current_trip(&mut self, _: CurrentTrip) -> Result<OpenTrip> {
        trip::current(self)
    }
    fn start_trip(&mut self, _: StartTrip) -> Result<Revision> {
        trip::start(self)
    }
    fn add_pings(&mut self, request: AddPings) -> Result<PingCount> {
        trip::add_pings(self, &request)
    }
    fn end_trip(&mut self, request: EndTrip) -> Result<Revision> {
        trip::end(self, &request)
    }
    fn trip_trace(&mut self, request: TripTrace) -> Result<Trace> {
        trip::trace(self, &request)
    }
    fn preview_import(&mut self, request: PreviewImport) -> Result<ImportPreview> {
        import::preview(request)
    }
    fn import_rows(&mut self, request: ImportRows) -> Result<ImportReport> {
        import::import(self, request)
    }
    fn keep_content(&mut self, request: KeepContent) -> Result<KeptContent> {
        blob::keep(self, &request)
    }
    fn read_content(&mut self, request: ReadContent) -> Result<Content> {
        blob::read(self, &request)
    }
    fn list_transfers(&mut self, _: ListTransfers) -> Result<Transfers> {
        blob::list(self)
    }
    fn retry_transfer(&mut self, request: RetryTransfer) -> Result<Done> {
        blob::retry(self, request)
    }
    fn outbox(&mut self, request: Outbox) -> Result<OutboxPage> {
        queue::outbox(self, &request)
    }
    fn list_refused(&mut self, request: ListRefused) -> Result<RefusedPage> {
        quarantine::list(self, request.limit)
    }
    fn retry_refused(&mut self, request: RetryRefused) -> Result<Done> {
        quarantine::retry(self, request.n)
    }
    fn dismiss_refused(&mut self, request: DismissRefused) -> Result<Done> {
        quarantine::dismiss(self, request.n)
    }
    fn export_unsent(&mut self, _: ExportUnsent) -> Result<UnsentFile> {
        queue::export_unsent(self)
    }
    fn import_unsent(&mut self, request: UnsentFile) -> Result<ImportedUnsent> {
        queue::import_unsent(self, &request)
    }
    fn rebuild_projections(&mut self, _: RebuildProjections) -> Result<Done> {
        queue::rebuild(self)
    }
    fn get_settings(&mut self, _: GetSettings) -> Result<Settings> {
        queue::settings(self)
    }
    fn put_setting(&mut self, request: PutSetting) -> Result<Done> {
        queue::put_setting(self, &request)
    }
    fn fingerprint(&mut self, _: Fingerprint) -> Result<ReplicaFingerprint> {
        queue::fingerprint(self)
    }
}
