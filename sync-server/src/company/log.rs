//! The log: everything that happens gets the next number, and a rolling digest says what happened up to there.
//!
//! A device keeps the newest [`LogHead`] it was shown. A server that was put back to an earlier state by hand has another
//! digest at that number, or none; the seal says that the head is nevertheless its own, and not a device's invention.

use super::Company;
use super::tally::Turns;
use crate::auth::seal;
use crate::store::{Frame, Tx, params};
use maydan_core::Result;
use maydan_core::sync::wire::{LogHead, Seal};
use sha2::{Digest, Sha256};

/// Where the log stands, inside a transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Log {
    seq: u64,
    digest: [u8; 8],
    began: u64,
    /// What happened to the tallies meanwhile.
    pub turns: Turns,
}

impl Log {
    /// Where it stands in what this transaction sees.
    pub fn newest(tx: &mut dyn Tx) -> Result<Self> {
        let Some(row) = tx.first("SELECT seq, digest FROM log ORDER BY seq DESC LIMIT 1", params![])? else {
            return Ok(Self::default());
        };
        let seq = row.get(0)?;
        Ok(Self { seq, digest: eight(&row.get::<Vec<u8>>(1)?), began: seq, turns: Turns::default() })
    }

    /// The next number, for what this transaction stores. `what` goes into the digest.
    pub fn next(&mut self, what: &[&[u8]]) -> u64 {
        self.seq += 1;
        let mut hash = Sha256::new_with_prefix(self.digest);
        hash.update(self.seq.to_le_bytes());
        what.iter().for_each(|part| hash.update(part));
        self.digest = eight(&hash.finalize());
        self.seq
    }

    /// The newest number given.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// What devices are shown of it.
    pub fn head(&self, secret: &[u8; 32]) -> LogHead {
        let code: [u8; 16] = seal(secret, "log head", &[&self.seq.to_le_bytes(), &self.digest]);
        let mut sealed = [0; 24];
        sealed[..8].copy_from_slice(&self.digest);
        sealed[8..].copy_from_slice(&code);
        LogHead { seq: self.seq, seal: Seal(sealed) }
    }

    /// Whether a head that a device was shown once belongs to another past than this data has. A head that the server did
    /// not make says nothing.
    pub fn contradicts(tx: &mut dyn Tx, secret: &[u8; 32], shown: &LogHead) -> Result<bool> {
        let claimed = Self { seq: shown.seq, digest: eight(&shown.seal.0), ..Self::default() };
        if claimed.head(secret) != *shown || shown.seq == 0 {
            return Ok(false);
        }
        let oldest: Option<u64> = tx.value("SELECT min(seq) FROM log", params![])?;
        if oldest.is_some_and(|oldest| shown.seq < oldest) {
            // Kept no longer.
            return Ok(false);
        }
        let here = tx.first("SELECT digest FROM log WHERE seq = $1", params![shown.seq])?;
        let here = here.map(|row| row.get::<Vec<u8>>(0)).transpose()?;
        Ok(here.is_none_or(|digest| eight(&digest) != claimed.digest))
    }
}

impl Frame<Log> for Company {
    fn begin(&self, tx: &mut dyn Tx) -> Result<Log> {
        Log::newest(tx)
    }

    fn end(&self, log: &mut Log, tx: &mut dyn Tx) -> Result<()> {
        if log.seq > log.began {
            tx.write("INSERT INTO log (seq, digest, at) VALUES ($1, $2, $3)", params![log.seq, &log.digest[..], self.now()])?;
            log.began = log.seq;
        }
        log.turns.keep(tx)
    }

    fn committed(&self, log: Log) {
        self.tell(log.seq);
    }
}

fn eight(bytes: &[u8]) -> [u8; 8] {
    let mut out = [0; 8];
    let length = bytes.len().min(8);
    out[..length].copy_from_slice(&bytes[..length]);
    out
}
