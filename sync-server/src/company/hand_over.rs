//! What devices that were cut off had not sent: kept as it came, for an administrator to read ([`Company::handed_over`]),
//! to take in, or to throw away.
//!
//! Nothing of it is judged when it comes: whoever was cut off has no rights by which to judge. It is judged when an
//! administrator takes it in, as the person's own work and by what she may do then.

mod words;

pub use words::{Handed, HandedRecord};

use super::access::standing;
use super::erase;
use super::push::{Bringer, Incoming};
use super::{Caller, Company};
use crate::store::{Row, params};
use maydan_core::blob::{BlobHash, named_by};
use maydan_core::document::decode_change;
use maydan_core::sync::wire::{HandOver, HandedOver, Item, MAX_EARLIER, MAX_PUSH_ITEMS, Outcome, Seen};
use maydan_core::{DeviceId, Error, ErrorCode, RecordId, Result};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};

/// Most that is kept of one person's work on one device: a stolen phone must not fill the disk.
const MOST_ITEMS: i64 = 100_000;
const MOST_BYTES: i64 = 256 << 20;

/// What became of work that was taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Items that are among the records now.
    pub taken: u64,
    /// Items that were refused: they stay where they are, with the reason.
    pub refused: u64,
}

impl Company {
    /// Keeps what a device that was cut off has not sent; all of it is on the disk when this answers.
    ///
    /// # Errors
    /// [`ErrorCode::WrongState`] for a device that was not cut off, [`ErrorCode::TooLarge`], [`ErrorCode::SignInNeeded`].
    pub fn hand_over(&self, caller: Caller, work: &HandOver) -> Result<HandedOver> {
        if work.items.len() > MAX_PUSH_ITEMS || work.actors.len() > MAX_EARLIER {
            let most = format!("a hand-over has at most {MAX_PUSH_ITEMS} items and {MAX_EARLIER} actors");
            return Err(Error::new(ErrorCode::TooLarge, most));
        }
        if !self.read(|tx| standing(tx, caller))?.1 {
            return Err(Error::new(ErrorCode::WrongState, "this device is not cut off: push what was not sent"));
        }
        // It may have been answered for what this data does not know: then it is told another epoch, and brings that too.
        self.notice_another_past(work.known.as_ref())?;
        for actor in &work.actors {
            // Another one's is left out: what was written under it is refused when it is taken in.
            self.claims(caller, *actor)?;
        }
        let (items, at) = (work.items.clone(), self.now());
        self.write(move |_, tx| {
            // What was erased is not kept in this way either.
            let concerned = erase::concerned(tx, &items, at)?;
            let items: Vec<ByteBuf> = items.into_iter().zip(concerned).filter(|(_, concerned)| !concerned).map(|(item, _)| item).collect();
            let named = items.iter().flat_map(|item| contents_of(item));
            let named: Vec<_> = named.map(|hash| params![hash.as_slice(), caller.device, caller.user, at]).collect();
            let here = tx.first(
                "SELECT count(*), CAST(coalesce(sum(length(item)), 0) AS BIGINT) FROM handed_over WHERE device = $1 AND person = $2",
                params![caller.device, caller.user],
            )?;
            let (count, bytes) = here.map_or(Ok((0, 0)), |row| Ok::<(i64, i64), Error>((row.get(0)?, row.get(1)?)))?;
            let more: usize = items.iter().map(|item| item.len()).sum();
            if count.saturating_add_unsigned(items.len() as u64) > MOST_ITEMS || bytes.saturating_add_unsigned(more as u64) > MOST_BYTES {
                return Err(Error::new(ErrorCode::TooLarge, "too much was handed over from this device: an administrator must look first"));
            }
            tx.write_each("INSERT INTO handed_blob (hash, device, person, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", &named)?;
            let newest: i64 = tx.value("SELECT coalesce(max(n), 0) FROM handed_over", params![])?;
            let row =
                |(n, item): (i64, &ByteBuf)| params![n, caller.device, caller.user, Sha256::digest(item).as_slice(), item.as_slice(), at];
            let sets: Vec<_> = (newest + 1..).zip(&items).map(row).collect();
            tx.write_each(
                "INSERT INTO handed_over (n, device, person, hash, item, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                &sets,
            )
        })?;
        Ok(HandedOver { epoch: self.epoch()? })
    }

    /// Takes in what was handed over from a device, as the work of the people who did it.
    pub fn take_in(&self, device: DeviceId) -> Result<TakenIn> {
        let mut done = TakenIn::default();
        let mut after = 0;
        loop {
            let rows = self.read(|tx| {
                let sql = "SELECT n, person, item, hash FROM handed_over WHERE device = $1 AND n > $2 ORDER BY n LIMIT $3";
                tx.rows(sql, params![device, after, MAX_PUSH_ITEMS as i64])
            })?;
            let kept = rows.iter().map(Kept::read).collect::<Result<Vec<_>>>()?;
            let Some(first) = kept.first() else { return Ok(done) };
            // One person's at a time: it is judged by what she may do.
            let caller = Caller { user: first.person, device };
            let kept: Vec<Kept> = kept.into_iter().take_while(|kept| kept.person == caller.user).collect();
            after = kept.last().map_or(after, |kept| kept.n);
            let TakenIn { taken, refused } = self.take_in_some(caller, kept)?;
            done = TakenIn { taken: done.taken + taken, refused: done.refused + refused };
        }
    }

    fn take_in_some(&self, caller: Caller, kept: Vec<Kept>) -> Result<TakenIn> {
        let company = self.clone();
        let items: Vec<ByteBuf> = kept.iter().map(|kept| kept.item.clone()).collect();
        let incoming = Incoming::new(caller, Bringer::Administrator, &items, Seen::default(), self.now());
        self.write(move |log, tx| {
            let outcomes = incoming.take(&company, log, tx)?;
            let mut done = TakenIn::default();
            // By number and name: numbers of what is gone are given again.
            for (Kept { n, hash, .. }, outcome) in kept.iter().zip(outcomes) {
                match outcome {
                    Outcome::Rejected { code: ErrorCode::Erased, .. } => {
                        tx.write("DELETE FROM handed_over WHERE n = $1 AND hash = $2", params![*n, hash.as_slice()])?;
                    }
                    Outcome::Rejected { code, message } => {
                        done.refused += 1;
                        let why = serde_json::to_string(&Error::new(code, message))?;
                        tx.write("UPDATE handed_over SET refused = $3 WHERE n = $1 AND hash = $2", params![*n, hash.as_slice(), why])?;
                    }
                    Outcome::Accepted { .. } | Outcome::Duplicate | Outcome::Elsewhere { .. } => {
                        done.taken += 1;
                        tx.write("DELETE FROM handed_over WHERE n = $1 AND hash = $2", params![*n, hash.as_slice()])?;
                    }
                }
            }
            Ok(done)
        })
    }

    /// Throws away what was handed over from a device up to [`Handed::upto`], which somebody has looked at; answers how many
    /// items. Contents go with [`Company::collect`].
    pub fn discard_handed_over(&self, device: DeviceId, upto: u64) -> Result<u64> {
        self.write(move |_, tx| tx.write("DELETE FROM handed_over WHERE device = $1 AND n <= $2", params![device, upto]))
    }
}

/// The contents that an item names, whatever record it is of.
pub(super) fn contents_of(item: &[u8]) -> Vec<BlobHash> {
    match Item::from_bytes(item) {
        Ok(Item::Change { bytes, .. }) => decode_change(&bytes).map(|change| named_by(&change)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// An item as it is kept.
struct Kept {
    n: i64,
    person: RecordId,
    item: ByteBuf,
    hash: Vec<u8>,
}

impl Kept {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self { n: row.get(0)?, person: row.get(1)?, item: row.get::<Vec<u8>>(2)?.into(), hash: row.get(3)? })
    }
}
