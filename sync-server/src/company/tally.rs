//! The tallies of the scopes ([`maydan_core::sync::tally`]), kept in step with the documents' heads by every write.

use super::feed;
use crate::store::{Tx, Value, params};
use maydan_core::sync::tally::{Mark, Tally};
use maydan_core::sync::wire::{Survey, Surveyed};
use maydan_core::{RecordId, Result, ScopeId};
use std::collections::BTreeMap;

/// Marks answered at once.
const AT_ONCE: usize = 5_000;

/// What a transaction makes of the tallies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Turns(BTreeMap<ScopeId, Tally>);

impl Turns {
    /// A document of a scope comes to stand at this mark.
    pub fn add(&mut self, scope: ScopeId, mark: Mark) {
        self.0.entry(scope).or_default().add(mark);
    }

    /// A document of a scope stands no longer at this mark.
    pub fn remove(&mut self, scope: ScopeId, mark: Mark) {
        self.0.entry(scope).or_default().remove(mark);
    }

    /// Writes it.
    pub fn keep(&mut self, tx: &mut dyn Tx) -> Result<()> {
        let sets: Vec<Vec<Value>> = std::mem::take(&mut self.0)
            .into_iter()
            .filter(|(_, turn)| *turn != Tally::default())
            .map(|(scope, turn)| params![scope, turn.docs, turn.sum])
            .collect();
        tx.write_each(
            "INSERT INTO tally (scope, docs, sum) VALUES ($1, $2, $3)
             ON CONFLICT (scope) DO UPDATE SET docs = tally.docs + $2, sum = tally.sum + $3",
            &sets,
        )
        .map(drop)
    }
}

/// The tallies of scopes, in their order.
pub(super) fn of(tx: &mut dyn Tx, scopes: &[ScopeId]) -> Result<Vec<Tally>> {
    let sets: Vec<Vec<Value>> = scopes.iter().map(|scope| params![*scope]).collect();
    let found = tx.each("SELECT docs, sum FROM tally WHERE scope = $1", &sets)?;
    found.iter().map(|rows| rows.first().map_or(Ok(Tally::default()), |row| Ok(Tally { docs: row.get(0)?, sum: row.get(1)? }))).collect()
}

/// The marks of a scope's documents.
pub(super) fn survey(tx: &mut dyn Tx, asked: Survey) -> Result<Surveyed> {
    let Survey { scope, after } = asked;
    let after = after.unwrap_or_else(|| RecordId(uuid::Uuid::nil()));
    let rows =
        tx.rows("SELECT id, heads FROM doc WHERE scope = $1 AND id > $2 ORDER BY id LIMIT $3", params![scope, after, AT_ONCE as u64])?;
    let mark = |row: &crate::store::Row| {
        let id = row.get(0)?;
        Ok((id, Mark::of(id, &feed::unpack(&row.get::<Vec<u8>>(1)?)?)))
    };
    let marks = rows.iter().map(mark).collect::<Result<Vec<_>>>()?;
    Ok(Surveyed { is_last: marks.len() < AT_ONCE, marks })
}
