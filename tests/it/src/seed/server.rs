//! Straight into a server's store.

use super::random::uuid;
use super::{AMAL, BASMA, Data, HUDA, PEOPLE, Spec, TERRITORIES, Visit, ZONE, data};
use crate::world::PASSWORD;
use maydan_core::command::Level;
use maydan_core::document::Appendix;
use maydan_core::domain::trip;
use maydan_core::domain::visit::Event;
use maydan_core::{ErrorCode, RecordId, Result, Row, ScopeId, Value};
use maydan_sync_server::{Company, NewUser};
use std::collections::BTreeMap;

/// Records written in one transaction.
const BATCH: usize = 1_000;
/// Positions in one chunk of a track: as many as a device packs at once.
const CHUNK: usize = 120;

/// Who and where, in a certain store.
#[derive(Debug, Clone)]
pub struct Cast {
    /// Territories by name.
    pub territories: BTreeMap<String, ScopeId>,
    /// People by login; the password is [`PASSWORD`].
    pub users: BTreeMap<String, RecordId>,
    /// The ids of [`PEOPLE`], in its order.
    people: Vec<RecordId>,
}

impl Cast {
    fn text(&self, person: usize) -> Value {
        self.people[person].to_string().into()
    }
}

/// Writes the data of `spec` into a store. What is there already stays as it is: writing twice writes once.
///
/// # Errors
/// What the store says.
pub fn write_server(company: &Company, spec: &Spec) -> Result<Cast> {
    let data = data(spec)?;
    let cast = found(company)?;
    customers(company, &cast, &data)?;
    notes(company, &cast, &data)?;
    visits(company, spec, &cast, &data)?;
    tasks(company, &cast, &data)?;
    trips(company, spec, &cast, &data)?;
    Ok(cast)
}

/// The territories, the people, and what they may do.
fn found(company: &Company) -> Result<Cast> {
    company.bulk(|bulk| {
        for territory in &TERRITORIES {
            let scope = territory.scope();
            let fields = Row::from([("name".to_owned(), territory.name.into()), ("city".to_owned(), territory.name.into())]);
            bulk.record("territory", RecordId(scope.0), ScopeId::COMPANY, None, &fields, &[])?;
        }
        Ok(())
    })?;
    let mut people = Vec::new();
    for person in &PEOPLE {
        let id = match company.user_by_login(person.login) {
            Err(e) if e.code == ErrorCode::NotFound => {
                let (login, name, role) = (person.login.to_owned(), person.name.to_owned(), person.role.to_owned());
                company.add_user(&NewUser { login, name, role, password: Some(PASSWORD.to_owned()) })?
            }
            known => known?,
        };
        people.push(id);
    }
    for territory in &TERRITORIES {
        for rep in territory.reps {
            company.grant(people[*rep], territory.scope(), Level::Write)?;
        }
        company.grant(people[HUDA], territory.scope(), Level::Manage)?;
    }
    // Trips lie in the reps' own scopes.
    for rep in [AMAL, BASMA] {
        company.grant(people[HUDA], people[rep].into(), Level::Manage)?;
    }
    let users = PEOPLE.iter().zip(&people).map(|(person, id)| (person.login.to_owned(), *id)).collect();
    let territories = TERRITORIES.iter().map(|t| (t.name.to_owned(), t.scope())).collect();
    Ok(Cast { territories, users, people })
}

fn customers(company: &Company, cast: &Cast, data: &Data) -> Result<()> {
    for batch in data.customers.chunks(BATCH) {
        company.bulk(|bulk| {
            for customer in batch {
                let mut fields = customer.fields.clone();
                fields.insert("owner".to_owned(), cast.text(customer.owner));
                bulk.record("customer", customer.id, TERRITORIES[customer.territory].scope(), None, &fields, &[])?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// A customer's id, as a link has it, and its scope: its children have the same.
fn parent(data: &Data, customer: usize) -> (RecordId, Value, ScopeId) {
    let customer = &data.customers[customer];
    (customer.id, customer.id.to_string().into(), TERRITORIES[customer.territory].scope())
}

fn notes(company: &Company, cast: &Cast, data: &Data) -> Result<()> {
    for batch in data.notes.chunks(BATCH) {
        company.bulk(|bulk| {
            for note in batch {
                let (id, link, scope) = parent(data, note.customer);
                let fields = row([
                    ("customer", link),
                    ("body", note.body.as_str().into()),
                    ("author", cast.text(note.author)),
                    ("written_at", note.written_at.0.into()),
                ]);
                bulk.record("note", note.id, scope, Some(id), &fields, &[])?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn visits(company: &Company, spec: &Spec, cast: &Cast, data: &Data) -> Result<()> {
    for (number, batch) in data.visits.chunks(BATCH).enumerate() {
        company.bulk(|bulk| {
            for (n, visit) in batch.iter().enumerate() {
                let (id, link, scope) = parent(data, visit.customer);
                let fields = row([
                    ("customer", link),
                    ("rep", cast.text(visit.rep)),
                    ("reason", visit.reason.as_str().into()),
                    ("report", visit.report.as_str().into()),
                ]);
                let life = events(cast, visit)?;
                let index = number * BATCH + n;
                let entries: Vec<_> = life
                    .iter()
                    .enumerate()
                    .map(|(step, json)| ("events", key(spec, "visit", index, step), Appendix::Event(json)))
                    .collect();
                bulk.record("visit", visit.id, scope, Some(id), &fields, &entries)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// A visit's life as a device would have appended it.
fn events(cast: &Cast, visit: &Visit) -> Result<Vec<String>> {
    let event = |m: &super::Moment| Event { at: m.at, by: cast.people[m.by], step: m.step.clone() };
    visit.life.iter().map(|moment| Ok(serde_json::to_string(&event(moment))?)).collect()
}

fn tasks(company: &Company, cast: &Cast, data: &Data) -> Result<()> {
    for batch in data.tasks.chunks(BATCH) {
        company.bulk(|bulk| {
            for task in batch {
                let (id, link, scope) = parent(data, task.customer);
                let fields = row([
                    ("title", task.title.as_str().into()),
                    ("customer", link),
                    ("body", task.body.as_str().into()),
                    ("assignee", cast.text(task.assignee)),
                    ("due", task.due.to_string().into()),
                    ("priority", task.priority.into()),
                    ("done_at", task.done_at.map_or(Value::Null, |at| at.0.into())),
                ]);
                bulk.record("task", task.id, scope, Some(id), &fields, &[])?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn trips(company: &Company, spec: &Spec, cast: &Cast, data: &Data) -> Result<()> {
    for (number, batch) in data.trips.chunks(BATCH).enumerate() {
        company.bulk(|bulk| {
            for (n, trip) in batch.iter().enumerate() {
                let rep = cast.people[trip.rep];
                let started_at = trip.fixes.first().map_or(trip.ended_at, |f| f.at);
                let fields = row([
                    ("rep", rep.to_string().into()),
                    ("day", trip.day.to_string().into()),
                    ("zone", ZONE.into()),
                    ("started_at", started_at.0.into()),
                    ("ended_at", trip.ended_at.0.into()),
                ]);
                let chunks: Vec<Vec<u8>> = trip.fixes.chunks(CHUNK).map(trip::encode).collect();
                let index = number * BATCH + n;
                let entries: Vec<_> = chunks
                    .iter()
                    .enumerate()
                    .map(|(chunk, bytes)| ("track", key(spec, "trip", index, chunk), Appendix::Chunk(bytes)))
                    .collect();
                bulk.record("trip", trip.id, rep.into(), None, &fields, &entries)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// The key of an appended entry.
fn key(spec: &Spec, kind: &str, index: usize, entry: usize) -> String {
    uuid(spec.seed, &format!("{kind} {index} entry"), entry).to_string()
}

/// A row without its empty fields.
fn row<const N: usize>(fields: [(&str, Value); N]) -> Row {
    fields.into_iter().filter(|(_, value)| !value.is_empty()).map(|(field, value)| (field.to_owned(), value)).collect()
}
