//! Rows of a page, written when the page is through: nothing looks at them before that.

use crate::projection::{self, Line};
use crate::store::Stored;
use crate::{Replica, blob};
use maydan_core::Result;
use std::collections::BTreeMap;

/// Rows that are to be written, by kind and number.
#[derive(Default)]
pub(super) struct Listing(BTreeMap<(String, i64), Listed>);

/// A row to be written.
struct Listed {
    line: Line,
    /// The document came with it.
    is_new: bool,
}

impl Listing {
    /// Of a document that came with this row, and had none.
    pub fn put(&mut self, kind: String, n: i64, line: Line) {
        self.0.insert((kind, n), Listed { line, is_new: true });
    }

    /// Of a document that may have a row.
    pub fn set(&mut self, kind: String, n: i64, line: Line) {
        self.0.insert((kind, n), Listed { line, is_new: false });
    }

    /// Writes all of them.
    pub fn write(&mut self, replica: &Replica) -> Result<()> {
        let listed: Vec<_> = std::mem::take(&mut self.0).into_iter().collect();
        for of_a_kind in listed.chunk_by(|((a, _), _), ((b, _), _)| a == b) {
            let mut rows = projection::Rows::of(&replica.db, replica.registry.get(&of_a_kind[0].0.0)?)?;
            for ((_, n), Listed { line, is_new }) in of_a_kind {
                if *is_new { rows.put(*n, line) } else { rows.set(*n, line) }?;
                blob::offer_named(&replica.db, &line.contents)?;
            }
            rows.count()?;
        }
        Ok(())
    }

    /// Writes them when one of them is of a record that is about to be looked at.
    pub fn write_before(&mut self, replica: &Replica, stored: &Stored) -> Result<()> {
        if self.0.contains_key(&(stored.kind.clone(), stored.n)) { self.write(replica) } else { Ok(()) }
    }
}
