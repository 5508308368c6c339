//! A visit's life. Rules are in [`maydan_core::domain::visit`]; here they meet the database.

use crate::write::Opening;
use crate::{Replica, projection, store};
use maydan_core::command::*;
use maydan_core::document::{Appendix, Document, Edit, Written};
use maydan_core::domain::geo::Point;
use maydan_core::domain::visit::{self, Event, Evidence, Step};
use maydan_core::permit::Action;
use maydan_core::{Actor, Error, ErrorCode, Instant, RecordId, Result, Value};
use uuid::Uuid;

pub(super) fn plan(replica: &mut Replica, request: &PlanVisit) -> Result<Revision> {
    let step = Step::Planned { day: request.day, zone: replica.host.zone(), position: request.position };
    take(replica, request.visit, request.customer, &request.reason, step)
}

pub(super) fn check_in(replica: &mut Replica, request: &CheckIn) -> Result<CheckedIn> {
    let now = replica.host.now();
    let customer = store::get(&replica.db, request.customer)?;
    let row = replica.read(&customer, Document::row)?;
    let coordinate = |f: &str| row.get(f).and_then(Value::as_real);
    let pin = coordinate("latitude").zip(coordinate("longitude")).and_then(|(lat, lon)| Point::new(lat, lon));
    let (grade, distance) = visit::grade(request.fix.as_ref(), pin, replica.clock_skew, now);
    let evidence = Evidence { fix: request.fix, distance, clock_skew: replica.clock_skew, grade, reason: request.reason.clone() };
    let step = Step::CheckedIn { day: replica.host.day(now), evidence: Box::new(evidence) };
    let revision = take(replica, request.visit, request.customer, "", step)?;
    Ok(CheckedIn { revision, grade, distance })
}

pub(super) fn check_out(replica: &mut Replica, request: &CheckOut) -> Result<Revision> {
    step_on(replica, request.visit, Action::Write, Step::CheckedOut { fix: request.fix })
}

pub(super) fn submit(replica: &mut Replica, request: &SubmitVisit) -> Result<Revision> {
    step_on(replica, request.visit, Action::Write, Step::Submitted)
}

pub(super) fn review(replica: &mut Replica, request: ReviewVisit) -> Result<Revision> {
    let step = if request.approve {
        Step::Approved { saw: request.saw, comment: request.comment }
    } else {
        Step::Returned { comment: request.comment }
    };
    step_on(replica, request.visit, Action::Approve, step)
}

pub(super) fn events(replica: &mut Replica, request: &VisitEvents) -> Result<VisitLife> {
    let stored = visit_row(replica, request.visit)?;
    let events: Vec<Event> = replica.read(&stored, |d| visit::events(&d.view()).into_iter().map(|(e, _)| e).collect())?;
    let names = projection::titles(&replica.db, &replica.registry, events.iter().map(|e: &Event| e.by))?;
    Ok(VisitLife { events, names })
}

fn visit_row(replica: &Replica, id: RecordId) -> Result<store::Stored> {
    let stored = store::get(&replica.db, id)?;
    if stored.kind != "visit" {
        return Err(Error::new(ErrorCode::UnknownKind, format!("{id} is a {}, not a visit", stored.kind)));
    }
    Ok(stored)
}

/// Takes a step on an existing visit, or on a new one that it begins.
fn take(replica: &mut Replica, wanted: Option<RecordId>, customer: RecordId, reason: &str, step: Step) -> Result<Revision> {
    if let Some(id) = wanted
        && store::find(&replica.db, id)?.is_some()
    {
        if let Step::CheckedIn { .. } = &step
            && let Some(there) = is_there(replica, id)?
        {
            return Ok(there);
        }
        return step_on(replica, id, Action::Write, step);
    }
    visit::allow(None, &step)?;
    let rep = replica.signed_in()?.id;
    let id = wanted.unwrap_or_else(|| replica.host.new_record_id());
    let key = replica.host.new_uuid();
    let kind = replica.registry.get("visit")?.clone();
    let scope = replica.scope_for(&kind.scope, None, Some(customer))?;
    let mut edits = vec![Edit::set("customer", customer.to_string()), Edit::set("rep", rep.to_string())];
    if !reason.trim().is_empty() {
        edits.push(Edit::set("reason", reason));
    }
    replica.create(&Opening { kind: "visit", id, scope, parent: Some(customer) }, |document, actor, at| {
        let fields = document.edit(actor, at, None, &edits)?;
        Ok(vec![fields, append(document, actor, at, rep, key, step)?])
    })
}

/// Whether this person is checked in there already: saying so again (a request that was asked again) changes nothing.
fn is_there(replica: &mut Replica, id: RecordId) -> Result<Option<Revision>> {
    let stored = visit_row(replica, id)?;
    let me = replica.signed_in()?.id;
    let last = replica.read(&stored, |d| visit::events(&d.view()).pop().map(|(event, _)| event))?;
    let there = last.is_some_and(|event| event.by == me && matches!(event.step, Step::CheckedIn { .. }));
    Ok(there.then_some(Revision { id, base: stored.heads, changed: false }))
}

fn step_on(replica: &mut Replica, id: RecordId, action: Action, step: Step) -> Result<Revision> {
    visit_row(replica, id)?;
    let by = replica.signed_in()?.id;
    let key = replica.host.new_uuid();
    replica.write(id, action, |document, actor, at| {
        let events = visit::events(&document.view());
        visit::allow(visit::status(events.iter().map(|(e, _)| e)), &step)?;
        append(document, actor, at, by, key, step)
    })
}

fn append(document: &mut Document, actor: Actor, at: Instant, by: RecordId, key: Uuid, step: Step) -> Result<Written> {
    let json = serde_json::to_string(&Event { at, by, step })?;
    document.append(actor, at, "events", &key.to_string(), Appendix::Event(&json))
}
