//! What was handed over, in words: records, and what was done to their fields.

use super::super::people::in_words;
use super::super::{feed, whole};
use super::Company;
use crate::store::{Tx, params};
use maydan_core::document::{Document, FieldChange, RawChange, decode_change};
use maydan_core::sync::wire::Item;
use maydan_core::{DeviceId, Error, ErrorCode, Instant, RecordId, Result, Value};
use std::fmt;

/// Unsent work of a person on a device that was cut off.
#[derive(Debug, Clone, PartialEq)]
pub struct Handed {
    /// The device.
    pub device: DeviceId,
    /// Her login.
    pub login: String,
    /// Her name.
    pub name: String,
    /// When the last of it came.
    pub at: Instant,
    /// How many items.
    pub items: u64,
    /// The number of the newest.
    pub upto: u64,
    /// What it is about, in the order in which she turned to them.
    pub records: Vec<HandedRecord>,
}

/// A record of which something was handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct HandedRecord {
    /// The record.
    pub id: RecordId,
    /// Its kind; absent where nobody knows it.
    pub kind: Option<String>,
    /// What people know it by.
    pub title: String,
    /// What was done, in its order.
    pub fields: Vec<FieldChange>,
    /// Items that can't be read, or were made on what is not here.
    pub unreadable: u64,
    /// Why something of it was refused when it was to be taken in.
    pub refused: Option<Error>,
}

impl Company {
    /// What devices that were cut off have handed over, and nobody has taken in yet.
    pub fn handed_over(&self) -> Result<Vec<Handed>> {
        self.read(|tx| {
            let rows = tx.rows(
                "SELECT h.device, h.person, p.login, p.name, max(h.at), count(*), max(h.n) FROM handed_over h JOIN person p ON p.id = h.person
                 GROUP BY h.device, h.person, p.login, p.name ORDER BY min(h.n)",
                params![],
            )?;
            let mut found = Vec::new();
            for row in &rows {
                let (device, person) = (row.get(0)?, row.get(1)?);
                let (login, name, at, items, upto) = (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?);
                found.push(Handed { device, login, name, at, items, upto, records: self.records_of(tx, device, person)? });
            }
            Ok(found)
        })
    }

    fn records_of(&self, tx: &mut dyn Tx, device: DeviceId, person: RecordId) -> Result<Vec<HandedRecord>> {
        let sql = "SELECT item, refused FROM handed_over WHERE device = $1 AND person = $2 ORDER BY n";
        let mut works: Vec<Work> = Vec::new();
        for row in tx.rows(sql, params![device, person])? {
            let item = Item::from_bytes(&row.get::<Vec<u8>>(0)?);
            let id = item.as_ref().map_or(RecordId(uuid::Uuid::nil()), Item::doc);
            let at = works.iter().position(|work| work.id == id).unwrap_or_else(|| {
                works.push(Work::of(id));
                works.len() - 1
            });
            works[at].add(item);
            if let Some(why) = row.get::<Option<String>>(1)? {
                works[at].refused = Some(serde_json::from_str(&why)?);
            }
        }
        works.into_iter().map(|work| work.in_words(self, tx)).collect()
    }
}

/// What was done to a record.
struct Work {
    id: RecordId,
    kind: Option<String>,
    changes: Vec<RawChange>,
    fields: Vec<FieldChange>,
    unreadable: u64,
    refused: Option<Error>,
}

impl Work {
    fn of(id: RecordId) -> Self {
        Self { id, kind: None, changes: Vec::new(), fields: Vec::new(), unreadable: 0, refused: None }
    }

    fn add(&mut self, item: Result<Item>) {
        match item {
            Ok(Item::Open { kind, .. }) => self.kind = Some(kind),
            Ok(Item::Change { bytes, .. }) => match decode_change(&bytes) {
                Ok(change) => self.changes.push(change),
                Err(_) => self.unreadable += 1,
            },
            Ok(Item::Command(command)) => self.fields.push(command.act.as_field()),
            // Brings nothing of hers.
            Ok(Item::Relay(_)) => {}
            Err(_) => self.unreadable += 1,
        }
    }

    fn in_words(mut self, company: &Company, tx: &mut dyn Tx) -> Result<HandedRecord> {
        let stored = feed::find_one(tx, self.id)?;
        if let Some(stored) = &stored {
            self.kind = Some(stored.kind.clone());
        }
        let mut title = String::new();
        let document = self.kind.as_ref().map(|kind| {
            let kind = company.registry().get(kind)?;
            match &stored {
                None => Document::create(kind, self.id),
                Some(stored) => match whole::document(company, tx, stored.n)? {
                    Some(document) => Ok(document),
                    None => Err(Error::corrupt("the record can't be read")),
                },
            }
        });
        match document {
            Some(Ok(mut document)) => {
                for change in &self.changes {
                    let hash = change.hash();
                    // One that depends on what is not here tells nothing.
                    let told = document.apply([change.clone()]).and_then(|()| document.deeds(&hash));
                    match told {
                        Ok(fields) => self.fields.extend(fields),
                        Err(_) => self.unreadable += 1,
                    }
                }
                title = document.title().unwrap_or_default();
            }
            Some(Err(e)) if matches!(e.code, ErrorCode::UnknownKind | ErrorCode::Corrupt) => self.unreadable += self.changes.len() as u64,
            Some(Err(e)) => return Err(e),
            None => self.unreadable += self.changes.len() as u64,
        }
        let Self { id, kind, fields, unreadable, refused, .. } = self;
        Ok(HandedRecord { id, kind, title, fields, unreadable, refused })
    }
}

impl fmt::Display for Handed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { device, login, name, at, items, records, .. } = self;
        let at = in_words(*at);
        write!(f, "device {device}, {name} ({login}): handed over {at}, items: {items}")?;
        records.iter().try_for_each(|record| write!(f, "\n  {record}"))
    }
}

impl fmt::Display for HandedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, kind, title, fields, unreadable, refused } = self;
        write!(f, "{} {} ({id})", kind.as_deref().unwrap_or("a record that is not here"), plain(&title.as_str().into()))?;
        for FieldChange { field, before, after } in fields {
            write!(f, "\n    {field}: {} → {}", plain(before), plain(after))?;
        }
        if *unreadable > 0 {
            write!(f, "\n    {unreadable} that can't be read, or were made on what is not here")?;
        }
        refused.as_ref().map_or(Ok(()), |why| write!(f, "\n    refused: {why}"))
    }
}

/// A value on one line.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Text(text) if text.is_empty() => "nothing".into(),
        value => serde_json::to_string(value).unwrap_or_default(),
    }
}
