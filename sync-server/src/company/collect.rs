//! Contents that nothing names any more, and contents that are not what they were.

use super::Company;
use super::check::{Fault, What};
use super::whole;
use crate::store::{Row, Tx, params};
use maydan_core::blob::{BlobHash, parts};
use maydan_core::{Instant, Result};

/// What was thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Contents.
    pub contents: u64,
    /// Their bytes, as far as they had come.
    pub bytes: u64,
}

/// A content as it is kept.
struct Content {
    hash: BlobHash,
    size: u64,
}

impl Content {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self { hash: BlobHash::from_slice(&row.get::<Vec<u8>>(0)?)?, size: row.get(1)? })
    }
}

impl Company {
    /// Throws away contents that came before `before` and whose records were all deleted before that, or that were never
    /// completed since. Whoever restores such a record brings its content again from where it still is.
    ///
    /// # Errors
    /// What the store says.
    pub fn collect(&self, before: Instant) -> Result<Collected> {
        let mut done = Collected::default();
        let old = self.read(|tx| {
            let rows = tx.rows("SELECT hash, size FROM blob WHERE coalesce(kept_at, began_at) < $1 ORDER BY hash", params![before])?;
            rows.iter().map(Content::read).collect::<Result<Vec<_>>>()
        })?;
        for Content { hash, size } in old {
            let company = self.clone();
            // Looked at in the transaction that takes it away: somebody may be naming it at this moment.
            let is_gone = self.write(move |_, tx| {
                let is_whole = "SELECT 1 FROM blob WHERE hash = $1 AND kept_at IS NOT NULL";
                if tx.first(is_whole, params![hash.as_slice()])?.is_some() && is_named(&company, tx, hash, before)? {
                    return Ok(false);
                }
                tx.write("DELETE FROM blob_part WHERE hash = $1", params![hash.as_slice()])?;
                Ok(tx.write("DELETE FROM blob WHERE hash = $1", params![hash.as_slice()])? > 0)
            })?;
            if is_gone {
                self.blobs()?.delete(hash, parts(size)?)?;
                done = Collected { contents: done.contents + 1, bytes: done.bytes + size };
            }
        }
        Ok(done)
    }

    /// Looks whether every content is what its name says; answers how many there are.
    pub(super) fn check_contents(&self, tell: &mut dyn FnMut(Fault)) -> Result<u64> {
        let all = self.contents()?;
        for Content { hash, size } in &all {
            if self.digest(*hash, parts(*size)?)? != Some(*hash) {
                tell(Fault { doc: None, what: What::Content(*hash) });
            }
        }
        Ok(all.len() as u64)
    }

    /// Forgets those that are not: devices are asked for them again.
    pub(super) fn mend_contents(&self) -> Result<()> {
        for Content { hash, size } in self.contents()? {
            if self.digest(hash, parts(size)?)? != Some(hash) {
                self.write(move |_, tx| tx.write("DELETE FROM blob WHERE hash = $1", params![hash.as_slice()]))?;
                self.blobs()?.delete(hash, parts(size)?)?;
            }
        }
        Ok(())
    }

    fn contents(&self) -> Result<Vec<Content>> {
        self.read(|tx| {
            let rows = tx.rows("SELECT hash, size FROM blob WHERE kept_at IS NOT NULL ORDER BY hash", params![])?;
            rows.iter().map(Content::read).collect()
        })
    }
}

/// Whether a record that was not deleted before `before` names a content, or something that was handed over does.
fn is_named(company: &Company, tx: &mut dyn Tx, hash: BlobHash, before: Instant) -> Result<bool> {
    if tx.first("SELECT 1 FROM handed_blob WHERE hash = $1 AND at >= $2", params![hash.as_slice(), before])?.is_some() {
        return Ok(true);
    }
    for row in tx.rows("SELECT DISTINCT doc FROM blob_ref WHERE hash = $1", params![hash.as_slice()])? {
        // One that can't be read may name it.
        let Some(mut document) = whole::document(company, tx, row.get(0)?)? else { return Ok(true) };
        let deleted_at = document.view().deleted_at();
        if deleted_at.is_none_or(|at| at >= before.0) {
            return Ok(true);
        }
    }
    Ok(false)
}
