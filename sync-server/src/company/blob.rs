//! Contents of records: who may bring and fetch them, and when they are whole.
//!
//! A content may be brought by whoever may write a record that names it, or has named it herself, in a record or in what was
//! handed over from a device that was cut off; it may be fetched
//! by whoever may read such a record. To anybody else it does not exist. Nothing is served before all of it is here and
//! found to be what its name says.

use super::access::{grants, standing};
use super::{Caller, Company};
use crate::store::{Blobs, Tx, params};
use maydan_core::blob::{BlobHash, part_len, parts};
use maydan_core::command::Level;
use maydan_core::sync::wire::{BlobPart, GetBlob, Lacking, Part, PutBlob};
use maydan_core::{Error, ErrorCode, Instant, Result, ScopeId};
use sha2::{Digest, Sha256};

/// A content as it is kept.
struct Kept {
    size: u64,
    is_whole: bool,
}

impl Company {
    /// Takes in a part of a content, if one came; answers what is still to come.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for one that no record names which the caller may write; [`ErrorCode::TooLarge`],
    /// [`ErrorCode::InvalidValue`] for a wrong size; [`ErrorCode::Corrupt`] when it is not what its name says: it is to be
    /// brought anew.
    pub fn put_blob(&self, caller: Caller, PutBlob { hash, size, part }: &PutBlob) -> Result<Lacking> {
        let (hash, size) = (*hash, *size);
        let count = parts(size)?;
        let kept = self.read(|tx| if may_put(tx, caller, hash)? { find(tx, hash) } else { Err(unknown()) })?;
        if let Some(Kept { size: known, is_whole: true }) = kept {
            return if known == size { Ok(Lacking { parts: Vec::new() }) } else { Err(wrong_size()) };
        }
        let n = part.as_ref().map(|part| self.keep_part(hash, size, part)).transpose()?;
        let at = self.now();
        let lacking = self.write(move |_, tx| note_part(tx, hash, size, n, at))?;
        if lacking.parts.is_empty() {
            self.complete(hash, size, count)?;
        }
        Ok(lacking)
    }

    /// A part of a content.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when it is not here, or no record names it which the caller may read.
    pub fn get_blob(&self, caller: Caller, GetBlob { hash, n }: &GetBlob) -> Result<BlobPart> {
        let kept = self.read(|tx| {
            let (_, is_cut_off) = standing(tx, caller)?;
            if !is_cut_off && is_granted(tx, caller, *hash, Level::Read)? { find(tx, *hash) } else { Ok(None) }
        })?;
        let size = kept.filter(|kept| kept.is_whole).ok_or_else(unknown)?.size;
        let len = part_len(size, *n).ok_or_else(|| Error::bad_request("the content has no such part"))?;
        match self.blobs()?.get(*hash, *n)? {
            Some(bytes) if bytes.len() == len => Ok(BlobPart { size, bytes: bytes.to_vec().into() }),
            found => {
                tracing::error!(%hash, n, found = found.map(|bytes| bytes.len()), "a part of a content is not what it was: `check` finds all such");
                Err(unknown())
            }
        }
    }

    pub(super) fn blobs(&self) -> Result<&Blobs> {
        self.0.blobs.as_ref().ok_or_else(|| Error::new(ErrorCode::Unsupported, "this server keeps no contents"))
    }

    fn keep_part(&self, hash: BlobHash, size: u64, Part { n, bytes }: &Part) -> Result<u32> {
        if part_len(size, *n) != Some(bytes.len()) {
            return Err(wrong_size());
        }
        self.blobs()?.put(hash, *n, bytes)?;
        Ok(*n)
    }

    /// All parts are here: looks whether they are what the name says.
    fn complete(&self, hash: BlobHash, size: u64, count: u32) -> Result<()> {
        let is_good = self.digest(hash, count)? == Some(hash);
        let at = self.now();
        self.write(move |_, tx| {
            tx.write("DELETE FROM blob_part WHERE hash = $1", params![hash.as_slice()])?;
            if is_good {
                tx.write("UPDATE blob SET kept_at = $2 WHERE hash = $1 AND size = $3", params![hash.as_slice(), at, size])
            } else {
                tx.write("DELETE FROM blob WHERE hash = $1", params![hash.as_slice()])
            }
        })?;
        if is_good {
            return Ok(());
        }
        self.blobs()?.delete(hash, count)?;
        Err(Error::corrupt("what came is not what its name says: bring it once more"))
    }

    /// The name of what lies under a name; `None` when a part is missing.
    pub(super) fn digest(&self, hash: BlobHash, count: u32) -> Result<Option<BlobHash>> {
        let blobs = self.blobs()?;
        let mut digest = Sha256::new();
        for n in 0..count {
            let Some(bytes) = blobs.get(hash, n)? else { return Ok(None) };
            digest.update(&bytes);
        }
        BlobHash::from_slice(&digest.finalize()).map(Some)
    }
}

fn unknown() -> Error {
    Error::new(ErrorCode::NotFound, "there is no such content here, or none that you may see")
}

fn wrong_size() -> Error {
    Error::new(ErrorCode::InvalidValue, "the content has another size")
}

fn find(tx: &mut dyn Tx, hash: BlobHash) -> Result<Option<Kept>> {
    let row = tx.first("SELECT size, kept_at FROM blob WHERE hash = $1", params![hash.as_slice()])?;
    row.map(|row| Ok(Kept { size: row.get(0)?, is_whole: row.get::<Option<i64>>(1)?.is_some() })).transpose()
}

/// Writes down that a part is here; answers what is still to come. Whoever names another size begins anew: only one of them
/// can be right.
fn note_part(tx: &mut dyn Tx, hash: BlobHash, size: u64, n: Option<u32>, at: Instant) -> Result<Lacking> {
    let name = hash.as_slice();
    let is_other = tx.first("SELECT 1 FROM blob WHERE hash = $1 AND size <> $2 AND kept_at IS NULL", params![name, size])?.is_some();
    if is_other {
        tx.write("DELETE FROM blob_part WHERE hash = $1", params![name])?;
        tx.write("DELETE FROM blob WHERE hash = $1", params![name])?;
    }
    tx.write("INSERT INTO blob (hash, size, began_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", params![name, size, at])?;
    if let Some(n) = n {
        tx.write("INSERT INTO blob_part (hash, n) VALUES ($1, $2) ON CONFLICT DO NOTHING", params![name, i64::from(n)])?;
    }
    let here = tx.rows("SELECT n FROM blob_part WHERE hash = $1", params![name])?;
    let here = here.iter().map(|row| row.get::<u64>(0)).collect::<Result<Vec<_>>>()?;
    Ok(Lacking { parts: (0..parts(size)?).filter(|n| !here.contains(&u64::from(*n))).collect() })
}

/// Whether the caller may bring a content.
fn may_put(tx: &mut dyn Tx, caller: Caller, hash: BlobHash) -> Result<bool> {
    let (_, is_cut_off) = standing(tx, caller)?;
    let sql = "SELECT 1 FROM blob_ref WHERE hash = $1 AND person = $2";
    if tx.first(sql, params![hash.as_slice(), caller.user])?.is_some() {
        return Ok(true);
    }
    if is_cut_off {
        let sql = "SELECT 1 FROM handed_blob WHERE hash = $1 AND device = $2 AND person = $3";
        return Ok(tx.first(sql, params![hash.as_slice(), caller.device, caller.user])?.is_some());
    }
    is_granted(tx, caller, hash, Level::Write)
}

/// Whether a record names it in a scope that is granted to the caller at this level.
fn is_granted(tx: &mut dyn Tx, caller: Caller, hash: BlobHash, level: Level) -> Result<bool> {
    let sql = "SELECT DISTINCT d.scope FROM blob_ref r JOIN doc d ON d.n = r.doc WHERE r.hash = $1";
    let scopes = tx.rows(sql, params![hash.as_slice()])?.iter().map(|row| row.get(0)).collect::<Result<Vec<ScopeId>>>()?;
    Ok(grants(tx, caller.user)?.iter().any(|grant| grant.level >= level && scopes.contains(&grant.scope)))
}
