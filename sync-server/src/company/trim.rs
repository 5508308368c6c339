//! Forgetting what the feeds held long ago. Documents and their changes stay; what goes is the order in which they came,
//! which only devices need that were away for as long: those begin their feeds again, and lose nothing by it.

use super::Company;
use crate::store::params;
use maydan_core::{Instant, Result};

impl Company {
    /// Forgets what the feeds held before `before`; answers what they hold from.
    ///
    /// # Errors
    /// What the store says.
    pub fn trim(&self, before: Instant) -> Result<u64> {
        self.write(move |_, tx| {
            let floor: Option<u64> = tx.value("SELECT max(seq) FROM log WHERE at < $1", params![before])?;
            let known = super::pull::floor(tx)?;
            let Some(floor) = floor.filter(|floor| *floor > known) else { return Ok(known) };
            tx.write("DELETE FROM feed WHERE seq <= $1", params![floor])?;
            // The newest of what is forgotten stays: whoever saw it last is still recognised.
            tx.write("DELETE FROM log WHERE seq < $1", params![floor])?;
            tx.write(
                "INSERT INTO meta (key, value) VALUES ('floor', $1) ON CONFLICT (key) DO UPDATE SET value = $1",
                params![floor.to_string()],
            )?;
            Ok(floor)
        })
    }
}
