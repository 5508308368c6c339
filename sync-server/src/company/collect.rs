//! Contents that nothing names any more, and contents that are not what they were.

use super::Company;
use super::blob::forget_upload;
use super::check::{Fault, What};
use super::whole;
use crate::store::{Row, Tx, Value, params};
use maydan_core::blob::{BlobHash, parts};
use maydan_core::{Instant, RecordId, Result};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What was thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Contents.
    pub contents: u64,
    /// Their bytes, as they were announced.
    pub bytes: u64,
}

/// A content where it lies.
pub(super) struct Content {
    hash: BlobHash,
    place: Uuid,
    size: u64,
}

impl Content {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self { hash: BlobHash::from_slice(&row.get::<Vec<u8>>(0)?)?, place: row.get(1)?, size: row.get(2)? })
    }
}

impl Company {
    /// Throws away contents that came before `before` and whose records were all deleted before that, and what has been on its
    /// way for longer. A device that restores such a record offers its content again.
    ///
    /// # Errors
    /// What the store says.
    pub fn collect(&self, before: Instant) -> Result<Collected> {
        let mut done = Collected::default();
        for content in self.contents("kept_at < $1", before)? {
            self.collect_one(&content, before, &mut done)?;
        }
        let abandoned = self.read(|tx| {
            let rows = tx.rows("SELECT hash, place, size, person FROM upload WHERE began_at < $1", params![before])?;
            rows.iter().map(|row| Ok((Content::read(row)?, row.get::<RecordId>(3)?))).collect::<Result<Vec<_>>>()
        })?;
        for (content, person) in abandoned {
            self.abandon(person, &content)?;
            done = Collected { contents: done.contents + 1, bytes: done.bytes + content.size };
        }
        Ok(done)
    }

    /// Throws a content away, unless something names it that was not deleted before `before`.
    pub(super) fn collect_one(&self, content: &Content, before: Instant, done: &mut Collected) -> Result<()> {
        let (hash, place) = (content.hash, content.place);
        // Looked at before, so that nobody waits; and again in the transaction that takes it away.
        if self.read(|tx| is_named(self, tx, hash, before))? {
            return Ok(());
        }
        let company = self.clone();
        let is_gone = self.write(move |_, tx| {
            let is_named = is_named(&company, tx, hash, before)?;
            Ok(!is_named && tx.write("DELETE FROM blob WHERE hash = $1 AND place = $2", params![hash.as_slice(), place])? > 0)
        })?;
        if is_gone { self.remove(content, done) } else { Ok(()) }
    }

    /// Those of these contents that are whole.
    pub(super) fn contents_of(&self, hashes: &BTreeSet<BlobHash>) -> Result<Vec<Content>> {
        let sets: Vec<Vec<Value>> = hashes.iter().map(|hash| params![hash.as_slice()]).collect();
        let rows = self.read(|tx| tx.each("SELECT hash, place, size FROM blob WHERE hash = $1", &sets))?;
        rows.iter().flatten().map(Content::read).collect()
    }

    /// What of these contents is on its way, with who brings it.
    pub(super) fn uploads_of(&self, hashes: &BTreeSet<BlobHash>) -> Result<Vec<(RecordId, Content)>> {
        let sets: Vec<Vec<Value>> = hashes.iter().map(|hash| params![hash.as_slice()]).collect();
        let rows = self.read(|tx| tx.each("SELECT hash, place, size, person FROM upload WHERE hash = $1", &sets))?;
        rows.iter().flatten().map(|row| Ok((row.get::<RecordId>(3)?, Content::read(row)?))).collect()
    }

    /// Throws away what has come of a content. Somebody who still brings it begins again.
    pub(super) fn abandon(&self, person: RecordId, content: &Content) -> Result<()> {
        let Content { hash, place, size } = *content;
        self.write(move |_, tx| forget_upload(tx, person, hash, place))?;
        self.blobs()?.delete(hash, place, parts(size)?)
    }

    fn remove(&self, Content { hash, place, size }: &Content, done: &mut Collected) -> Result<()> {
        self.blobs()?.delete(*hash, *place, parts(*size)?)?;
        *done = Collected { contents: done.contents + 1, bytes: done.bytes + size };
        Ok(())
    }

    /// Looks whether every content is what its name says; answers how many there are.
    pub(super) fn check_contents(&self, tell: &mut dyn FnMut(Fault)) -> Result<u64> {
        let all = self.contents("kept_at >= $1", Instant(i64::MIN))?;
        for Content { hash, place, size } in &all {
            if self.digest(*hash, *place, *size)? != Some(*hash) {
                tell(Fault { doc: None, what: What::Content(*hash) });
            }
        }
        Ok(all.len() as u64)
    }

    /// Forgets those that are not. What is left of their bytes stays where it is.
    pub(super) fn mend_contents(&self) -> Result<()> {
        for Content { hash, place, size } in self.contents("kept_at >= $1", Instant(i64::MIN))? {
            if self.digest(hash, place, size)? != Some(hash) {
                let sql = "DELETE FROM blob WHERE hash = $1 AND place = $2";
                self.write(move |_, tx| tx.write(sql, params![hash.as_slice(), place]))?;
            }
        }
        Ok(())
    }

    fn contents(&self, condition: &str, at: Instant) -> Result<Vec<Content>> {
        self.read(|tx| {
            let rows = tx.rows(&format!("SELECT hash, place, size FROM blob WHERE {condition} ORDER BY hash"), params![at])?;
            rows.iter().map(Content::read).collect()
        })
    }
}

/// Whether a record that was not deleted before `before` names a content, or something that was handed over may.
fn is_named(company: &Company, tx: &mut dyn Tx, hash: BlobHash, before: Instant) -> Result<bool> {
    let waits = "SELECT 1 FROM handed_blob h WHERE h.hash = $1
                 AND (h.at >= $2 OR EXISTS (SELECT 1 FROM handed_over o WHERE o.device = h.device AND o.person = h.person))";
    if tx.first(waits, params![hash.as_slice(), before])?.is_some() {
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
