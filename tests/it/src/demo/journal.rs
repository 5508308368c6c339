//! What was acknowledged, kept outside every replica: on disk before the next request.

use super::device::Device;
use maydan_core::command::{GetRecord, TripTrace, VisitEvents};
use maydan_core::{Error, ErrorCode, RecordId, Result, Value};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// One acknowledged save.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "saved", rename_all = "snake_case")]
pub enum Saved {
    /// A field has this value, or it is one of two that were kept.
    Field {
        /// Of this record.
        record: RecordId,
        /// The field.
        field: String,
        /// What was saved.
        value: Value,
    },
    /// A text holds these words.
    Words {
        /// Of this record.
        record: RecordId,
        /// The text.
        field: String,
        /// What was typed.
        words: String,
    },
    /// A visit took this step.
    Step {
        /// The visit.
        visit: RecordId,
        /// By its name on the wire.
        step: String,
    },
    /// A trip has this many positions.
    Pings {
        /// The trip.
        trip: RecordId,
        /// At least so many.
        count: u64,
    },
}

/// The journal.
pub struct Journal {
    file: File,
    entries: Vec<Saved>,
}

impl Journal {
    /// A new journal.
    pub fn new(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(|e| Error::internal(format!("no journal: {e}")))?;
        Ok(Self { file, entries: Vec::new() })
    }

    /// Records a save that was acknowledged.
    pub fn saved(&mut self, entry: Saved) -> Result<()> {
        let line = serde_json::to_string(&entry)?;
        writeln!(self.file, "{line}").and_then(|()| self.file.sync_data()).map_err(|e| Error::internal(format!("no journal: {e}")))?;
        self.entries.push(entry);
        Ok(())
    }

    /// How many saves it has.
    pub fn saves(&self) -> usize {
        self.entries.len()
    }

    /// The saves that a device does not have.
    pub fn missing_on(&self, device: &mut Device) -> Result<Vec<Saved>> {
        let mut missing = Vec::new();
        for entry in &self.entries {
            let is_there = match is_there(device, entry) {
                Err(e) if e.code == ErrorCode::NotFound => false,
                answered => answered?,
            };
            if !is_there {
                missing.push(entry.clone());
            }
        }
        Ok(missing)
    }
}

fn is_there(device: &mut Device, entry: &Saved) -> Result<bool> {
    Ok(match entry {
        Saved::Field { record, field, value } => {
            let read = device.ask(&GetRecord { id: *record })?;
            let kept = read.conflicts.iter().filter(|c| c.field == *field).flat_map(|c| &c.values).any(|v| v.value == *value);
            kept || read.row.get(field) == Some(value)
        }
        Saved::Words { record, field, words } => {
            let read = device.ask(&GetRecord { id: *record })?;
            read.row.get(field).and_then(Value::as_text).is_some_and(|text| text.contains(words))
        }
        Saved::Step { visit, step } => {
            let life = device.ask(&VisitEvents { visit: *visit })?;
            life.events.iter().any(|e| serde_json::to_value(&e.step).is_ok_and(|s| s["event"] == *step))
        }
        Saved::Pings { trip, count } => device.ask(&TripTrace { trip: *trip })?.pings >= *count,
    })
}
