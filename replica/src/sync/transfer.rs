//! Sending and fetching contents, a part at a time.
//!
//! What the server does not want concerns one content alone: it waits for the next round, or is listed with the reason, and
//! the round goes on.

use super::hand_over;
use super::hello::show_head;
use crate::blob::{self, Known};
use crate::{Replica, storage};
use maydan_core::blob::{BlobHash, part_len, parts};
use maydan_core::sync::wire::{BlobPart, GetBlob, Lacking, Part, PutBlob};
use maydan_core::{Error, ErrorCode, Result};
use rusqlite::params;

/// What is asked of the server.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asking {
    Put(PutBlob),
    Get(GetBlob),
}

impl Asking {
    fn hash(&self) -> BlobHash {
        match self {
            Self::Put(put) => put.hash,
            Self::Get(get) => get.hash,
        }
    }
}

impl Replica {
    /// The next part to send or fetch.
    pub(super) fn next_part(&self) -> Result<Option<Asking>> {
        let Some(known) = blob::next(&self.db)? else { return Ok(None) };
        let Known { n, hash, size, to_send, ref lacking } = known;
        if to_send == 0 {
            let here = blob::parts_here(&self.db, n)?;
            let next = (0..).find(|part| !here.contains(part)).unwrap_or(0);
            return Ok(Some(Asking::Get(GetBlob { hash, n: next })));
        }
        // The first time only the question what is lacking.
        let next = lacking.as_ref().and_then(|parts| parts.first().copied());
        let part = match next {
            Some(part) => blob::part(&self.db, n, part)?.map(|bytes| Part { n: part, bytes: bytes.into() }),
            None => None,
        };
        Ok(Some(Asking::Put(PutBlob { known: self.known()?, hash, size, part })))
    }

    /// The server has it, and says what it still lacks.
    pub(super) fn part_was_put(&mut self, asked: &PutBlob, answer: &Lacking) -> Result<()> {
        if let Some((epoch, head)) = &answer.head {
            show_head(&self.db, *epoch, head)?;
        }
        let Some(known) = blob::find(&self.db, asked.hash)? else { return Ok(()) };
        if answer.parts.is_empty() {
            blob::is_sent(&self.db, known.n)?;
        } else {
            let lacking = serde_json::to_string(&answer.parts)?;
            self.db.execute("UPDATE blob SET lacking = ?2 WHERE n = ?1", params![known.n, lacking]).map_err(storage)?;
        }
        self.tell_contents();
        Ok(())
    }

    /// A part has come.
    ///
    /// # Errors
    /// [`ErrorCode::NotAMaydanServer`] for one that can't be right.
    pub(super) fn part_has_come(&mut self, asked: &GetBlob, answer: &BlobPart) -> Result<()> {
        let Some(known) = blob::find(&self.db, asked.hash)? else { return Ok(()) };
        let not_ours = |_| Error::new(ErrorCode::NotAMaydanServer, "the server answered with a part that can't be of this content");
        let count = parts(answer.size).map_err(not_ours)?;
        if part_len(answer.size, asked.n) != Some(answer.bytes.len()) || (known.size > 0 && known.size != answer.size) {
            return Err(not_ours(Error::corrupt("size")));
        }
        let tx = self.db.transaction().map_err(storage)?;
        tx.execute("UPDATE blob SET size = ?2 WHERE n = ?1", params![known.n, answer.size]).map_err(storage)?;
        blob::put_part(&tx, known.n, asked.n, &answer.bytes)?;
        let mut is_good = true;
        if blob::parts_here(&tx, known.n)?.len() == count as usize {
            let known = Known { size: answer.size, ..known };
            is_good = blob::bytes(&tx, &known)?.is_some_and(|bytes| BlobHash::of(&bytes) == asked.hash);
            let sql = if is_good {
                "UPDATE blob SET wanted = 0, tries = 0 WHERE n = ?1"
            } else {
                tracing::warn!(hash = %asked.hash, "a content is not what its name says: it is fetched anew");
                tx.execute("DELETE FROM blob_part WHERE blob = ?1", [known.n]).map_err(storage)?;
                "UPDATE blob SET size = 0, waiting = 1, tries = tries + 1, refused = iif(tries >= 4, '\"corrupt\"', NULL) WHERE n = ?1"
            };
            tx.execute(sql, [known.n]).map_err(storage)?;
        }
        tx.commit().map_err(storage)?;
        // Whoever looks again at what came spoilt would have it fetched again at once.
        if is_good {
            self.tell_contents();
        }
        Ok(())
    }

    /// The server would not; answers whether that concerns this content alone.
    pub(super) fn part_was_refused(&mut self, asked: &Asking, error: &Error) -> Result<bool> {
        let Some(known) = blob::find(&self.db, asked.hash())? else { return Ok(true) };
        let n = known.n;
        match error.code {
            // It will be gone when this is over: whatever stands against it now may not do so later.
            ErrorCode::NotFound if hand_over::is_begun(&self.db)? => return blob::is_unwanted(&self.db, n),
            _ if hand_over::is_begun(&self.db)? => {
                self.db.execute("UPDATE blob SET lacking = NULL WHERE n = ?1", [n]).map_err(storage)?;
                return Ok(false);
            }
            // Nothing names it there: its record has yet to come. Or the server has no room for it, or can't reach it.
            ErrorCode::NotFound | ErrorCode::DiskFull | ErrorCode::ServerFailed => blob::waits(&self.db, n)?,
            // It was damaged on the way: from the beginning, in the next round.
            ErrorCode::Corrupt => {
                self.db.execute("UPDATE blob SET lacking = NULL WHERE n = ?1", [n]).map_err(storage)?;
                blob::waits(&self.db, n)?;
            }
            ErrorCode::TooLarge | ErrorCode::InvalidValue | ErrorCode::BadRequest | ErrorCode::Unsupported => {
                let code = serde_json::to_string(&error.code)?;
                self.db.execute("UPDATE blob SET refused = ?2 WHERE n = ?1", params![n, code]).map_err(storage)?;
                self.tell_contents();
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
