//! Contents of records: who may bring and fetch them, and when they are whole.
//!
//! A content may be brought by whoever may write a record that names it, or has named it herself, in a record or in what was
//! handed over from a device that was cut off. Each person brings it to a place of her own; when all of it is there and is
//! what its name says, it is kept, and she is known to have had it.
//!
//! It may be fetched by whoever may read a record that names it — if that record was written by somebody who has had the
//! bytes herself, or could read them then: knowing a name is not enough to open what it names. To anybody else it does not
//! exist.
//!
//! Nothing is ever written over: whoever begins anew begins in a new place.

use super::access::{grants, standing};
use super::{Caller, Company};
use crate::store::{Blobs, Tx, params};
use maydan_core::blob::{BlobHash, part_len, parts};
use maydan_core::command::Level;
use maydan_core::sync::wire::{BlobPart, GetBlob, Lacking, Part, PutBlob};
use maydan_core::{Actor, Error, ErrorCode, Instant, RecordId, Result, ScopeId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Most bytes of contents that one person may hand over from one device that was cut off.
const MOST_HANDED_BYTES: u64 = 2 << 30;

/// A content as it is kept.
struct Kept {
    place: Uuid,
    size: u64,
    /// In which life of the data it was found to be whole last.
    epoch: Uuid,
}

impl Company {
    /// Takes in a part of a content, if one came; answers what is still to come.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for one that no record names which the caller may write; [`ErrorCode::TooLarge`],
    /// [`ErrorCode::InvalidValue`] for a wrong size; [`ErrorCode::Corrupt`] when it is not what its name says: it is to be
    /// brought anew; [`ErrorCode::EpochChanged`] when the data was put back to an earlier state.
    pub fn put_blob(&self, caller: Caller, put: &PutBlob) -> Result<Lacking> {
        // Without it there is no evidence of what had come and is lost.
        self.must_have_the_same_past(put.known.as_ref())?;
        let parts = self.take_part(caller, put)?;
        // Read behind the content: whoever knows this head finds out when the content is lost with what came last.
        let head = if parts.is_empty() { Some((self.epoch()?, self.head()?)) } else { None };
        Ok(Lacking { parts, head })
    }

    /// The parts that are still to come, behind this one.
    fn take_part(&self, caller: Caller, PutBlob { hash, size, part, .. }: &PutBlob) -> Result<Vec<u32>> {
        let (hash, size) = (*hash, *size);
        let count = parts(size)?;
        let kept = self.read(|tx| {
            if !may_put(tx, caller, hash)? {
                return Err(unknown());
            }
            let has_had_it = has_had(tx, caller.user, hash)? || is_granted(tx, caller.user, hash, Level::Read)?;
            Ok(find(tx, hash)?.map(|kept| (kept, has_had_it)))
        })?;
        if let Some((kept, has_had_it)) = kept {
            if kept.size != size {
                return Err(wrong_size());
            }
            if self.is_still_whole(hash, &kept)? && has_had_it {
                return Ok(Vec::new());
            }
        }
        let place = self.place_of(caller.user, hash, size)?;
        let n = part.as_ref().map(|part| self.keep_part(hash, place, size, part)).transpose()?;
        let lacking = self.write(move |_, tx| note_part(tx, caller.user, hash, place, n, count))?;
        if lacking.is_empty() {
            self.complete(caller, hash, place, size)?;
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
            if !is_cut_off && is_granted(tx, caller.user, *hash, Level::Read)? { find(tx, *hash) } else { Ok(None) }
        })?;
        let Kept { place, size, .. } = kept.ok_or_else(unknown)?;
        let len = part_len(size, *n).ok_or_else(|| Error::bad_request("the content has no such part"))?;
        match self.blobs()?.get(*hash, place, *n)? {
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

    /// Where a person brings a content to.
    fn place_of(&self, person: RecordId, hash: BlobHash, size: u64) -> Result<Uuid> {
        if let Some((place, of)) = self.read(|tx| upload(tx, person, hash))?
            && of == size
        {
            return Ok(place);
        }
        let (place, at) = (self.0.host.new_uuid(), self.now());
        let (place, left) = self.write(move |_, tx| begin(tx, person, hash, size, place, at))?;
        if let Some((place, size)) = left {
            self.blobs()?.delete(hash, place, parts(size)?)?;
        }
        Ok(place)
    }

    fn keep_part(&self, hash: BlobHash, place: Uuid, size: u64, Part { n, bytes }: &Part) -> Result<u32> {
        if part_len(size, *n) != Some(bytes.len()) {
            return Err(wrong_size());
        }
        self.blobs()?.put(hash, place, *n, bytes)?;
        Ok(*n)
    }

    /// All parts are there: looks whether they are what the name says.
    fn complete(&self, caller: Caller, hash: BlobHash, place: Uuid, size: u64) -> Result<()> {
        let is_good = self.digest(hash, place, size)? == Some(hash);
        let (at, epoch) = (self.now(), self.epoch()?);
        // Somebody else may have brought it meanwhile: then this one is of no use any more.
        let is_needed = self.write(move |log, tx| {
            forget_upload(tx, caller.user, hash, place)?;
            // What names it may have been erased meanwhile.
            if !is_good || !may_put(tx, caller, hash)? {
                return Ok(false);
            }
            let bringer = params![hash.as_slice(), caller.user];
            let is_new = tx.write("INSERT INTO blob_bringer (hash, person) VALUES ($1, $2) ON CONFLICT DO NOTHING", bringer)? > 0;
            vouch(tx, caller.user, hash)?;
            let sql = "INSERT INTO blob (hash, place, size, kept_at, epoch) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
            let is_needed = tx.write(sql, params![hash.as_slice(), place, size, at, epoch])? > 0;
            if is_needed || is_new {
                log.next(&[b"content", hash.as_slice(), caller.user.as_bytes()]);
            }
            Ok(is_needed)
        })?;
        if !is_needed {
            self.blobs()?.delete(hash, place, parts(size)?)?;
        }
        if is_good { Ok(()) } else { Err(Error::corrupt("what came is not what its name says: bring it once more")) }
    }

    /// Whether a content is where the database says. Looked at once in each life of the data: the one may have been put back
    /// without the other. One that is not is forgotten, and to be brought anew.
    fn is_still_whole(&self, hash: BlobHash, kept: &Kept) -> Result<bool> {
        let epoch = self.epoch()?;
        if kept.epoch == epoch {
            return Ok(true);
        }
        let place = kept.place;
        let is_whole = self.digest(hash, place, kept.size)? == Some(hash);
        self.write(move |_, tx| {
            if is_whole {
                tx.write("UPDATE blob SET epoch = $3 WHERE hash = $1 AND place = $2", params![hash.as_slice(), place, epoch])
            } else {
                tx.write("DELETE FROM blob WHERE hash = $1 AND place = $2", params![hash.as_slice(), place])
            }
        })?;
        Ok(is_whole)
    }

    /// The name of what lies in a place; `None` when a part is missing.
    pub(super) fn digest(&self, hash: BlobHash, place: Uuid, size: u64) -> Result<Option<BlobHash>> {
        let blobs = self.blobs()?;
        let mut digest = Sha256::new();
        for n in 0..parts(size)? {
            let Some(bytes) = blobs.get(hash, place, n)? else { return Ok(None) };
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
    let row = tx.first("SELECT place, size, epoch FROM blob WHERE hash = $1", params![hash.as_slice()])?;
    row.map(|row| Ok(Kept { place: row.get(0)?, size: row.get(1)?, epoch: row.get(2)? })).transpose()
}

/// The place to which a person brings a content, and the size that she has named.
fn upload(tx: &mut dyn Tx, person: RecordId, hash: BlobHash) -> Result<Option<(Uuid, u64)>> {
    let row = tx.first("SELECT place, size FROM upload WHERE hash = $1 AND person = $2", params![hash.as_slice(), person])?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// The place to which a person brings a content; and the one that she has left, when she names another size now.
type Begun = (Uuid, Option<(Uuid, u64)>);

fn begin(tx: &mut dyn Tx, person: RecordId, hash: BlobHash, size: u64, place: Uuid, at: Instant) -> Result<Begun> {
    let known = upload(tx, person, hash)?;
    match known {
        Some((known, of)) if of == size => return Ok((known, None)),
        Some((known, _)) => forget_upload(tx, person, hash, known)?,
        None => {}
    }
    tx.write(
        "INSERT INTO upload (hash, person, place, size, began_at) VALUES ($1, $2, $3, $4, $5)",
        params![hash.as_slice(), person, place, size, at],
    )?;
    Ok((place, known))
}

/// Writes down that a part has come; answers what is still to come.
fn note_part(tx: &mut dyn Tx, person: RecordId, hash: BlobHash, place: Uuid, n: Option<u32>, count: u32) -> Result<Vec<u32>> {
    if let Some(n) = n {
        // Unless that was given up meanwhile.
        tx.write(
            "INSERT INTO upload_part (place, n) SELECT place, $4 FROM upload WHERE hash = $1 AND person = $2 AND place = $3 ON CONFLICT DO NOTHING",
            params![hash.as_slice(), person, place, i64::from(n)],
        )?;
    }
    let here = tx.rows("SELECT n FROM upload_part WHERE place = $1", params![place])?;
    let here = here.iter().map(|row| row.get::<u64>(0)).collect::<Result<Vec<_>>>()?;
    Ok((0..count).filter(|n| !here.contains(&u64::from(*n))).collect())
}

pub(super) fn forget_upload(tx: &mut dyn Tx, person: RecordId, hash: BlobHash, place: Uuid) -> Result<()> {
    tx.write("DELETE FROM upload_part WHERE place = $1", params![place])?;
    tx.write("DELETE FROM upload WHERE hash = $1 AND person = $2 AND place = $3", params![hash.as_slice(), person, place]).map(drop)
}

/// Whether a person may bring a content.
fn may_put(tx: &mut dyn Tx, caller: Caller, hash: BlobHash) -> Result<bool> {
    let (_, is_cut_off) = standing(tx, caller)?;
    // Her device may be the only one that has it, though another one brought her record back.
    let sql = "SELECT 1 FROM blob_ref r WHERE r.hash = $1
                 AND (r.person = $2 OR EXISTS (SELECT 1 FROM actor a WHERE a.actor = r.actor AND a.person = $2))";
    if tx.first(sql, params![hash.as_slice(), caller.user])?.is_some() {
        return Ok(true);
    }
    if is_cut_off {
        let sql = "SELECT CAST(coalesce(sum(u.size), 0) AS BIGINT) FROM handed_blob h JOIN blob u ON u.hash = h.hash
                   WHERE h.device = $1 AND h.person = $2 AND h.hash <> $3";
        let others: u64 = tx.value(sql, params![caller.device, caller.user, hash.as_slice()])?;
        if others > MOST_HANDED_BYTES {
            return Err(Error::new(ErrorCode::TooLarge, "too much was handed over from this device: an administrator must look first"));
        }
        let sql = "SELECT 1 FROM handed_blob WHERE hash = $1 AND device = $2 AND person = $3";
        return Ok(tx.first(sql, params![hash.as_slice(), caller.device, caller.user])?.is_some());
    }
    let sql = "SELECT DISTINCT d.scope FROM blob_ref r JOIN doc d ON d.n = r.doc WHERE r.hash = $1";
    may_in(tx, caller.user, sql, hash, Level::Write)
}

/// Whether a record that may be believed names it in a scope that is granted to a person at this level.
fn is_granted(tx: &mut dyn Tx, person: RecordId, hash: BlobHash, level: Level) -> Result<bool> {
    let sql = "SELECT DISTINCT d.scope FROM blob_ref r JOIN doc d ON d.n = r.doc WHERE r.hash = $1 AND r.proven > 0";
    may_in(tx, person, sql, hash, level)
}

fn may_in(tx: &mut dyn Tx, person: RecordId, sql: &str, hash: BlobHash, level: Level) -> Result<bool> {
    let scopes = tx.rows(sql, params![hash.as_slice()])?.iter().map(|row| row.get(0)).collect::<Result<Vec<ScopeId>>>()?;
    Ok(grants(tx, person)?.iter().any(|grant| grant.level >= level && scopes.contains(&grant.scope)))
}

/// Whether a person has had all bytes of a content.
fn has_had(tx: &mut dyn Tx, person: RecordId, hash: BlobHash) -> Result<bool> {
    Ok(tx.first("SELECT 1 FROM blob_bringer WHERE hash = $1 AND person = $2", params![hash.as_slice(), person])?.is_some())
}

/// Whoever has had the bytes vouches for her own records that name them, and for all that she may write: she could show the
/// bytes to their readers anyway.
fn vouch(tx: &mut dyn Tx, person: RecordId, hash: BlobHash) -> Result<()> {
    tx.write("UPDATE blob_ref SET proven = 1 WHERE hash = $1 AND person = $2", params![hash.as_slice(), person])?;
    for grant in grants(tx, person)?.into_iter().filter(|grant| grant.level >= Level::Write) {
        tx.write(
            "UPDATE blob_ref SET proven = 1 WHERE hash = $1 AND doc IN (SELECT n FROM doc WHERE scope = $2)",
            params![hash.as_slice(), grant.scope],
        )?;
    }
    Ok(())
}

/// A record names a content.
pub(super) fn refer(tx: &mut dyn Tx, doc: i64, hash: BlobHash, person: RecordId, actor: Actor) -> Result<()> {
    // What nobody sent came with receipts: the server has judged it in an earlier life.
    let is_proven = person.0.is_nil() || has_had(tx, person, hash)? || is_granted(tx, person, hash, Level::Read)?;
    tx.write(
        "INSERT INTO blob_ref (hash, doc, person, actor, proven) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        params![hash.as_slice(), doc, person, actor, i64::from(is_proven)],
    )
    .map(drop)
}
