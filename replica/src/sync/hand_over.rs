//! What a device that was cut off has not sent: the queue, in its order, and what the server had refused before.
//!
//! Nobody judges it before an administrator takes it in. An item leaves the queue
//! when the server has it on its disk.

use super::hello::incarnations;
use super::{item_of, quarantine, take_out};
use crate::open::{meta, set_meta};
use crate::{Replica, blob, handler, storage};
use maydan_core::Result;
use maydan_core::document::Hash;
use maydan_core::sync::wire::{HandOver, HandedOver, Item, MAX_EARLIER, MAX_PUSH_ITEMS, TARGET_BATCH_BYTES};
use serde_bytes::ByteBuf;

/// Where the items of a hand-over stand.
#[derive(Debug, Default)]
pub(super) struct Handing {
    /// Rows of the outbox.
    outbox: Vec<i64>,
    /// A piece of refused work, and how many of its items went, from the first.
    refused: Option<(i64, usize)>,
    /// Deeds among them: what people would count.
    deeds: u64,
}

/// Key of `meta` under which stands how many deeds were handed over.
const HANDED: &str = "handed_over";

impl Replica {
    /// The oldest of what was not sent; empty when there is nothing.
    pub(super) fn handing(&mut self) -> Result<(HandOver, Handing)> {
        handler::pack_pings(self)?;
        let mut actors = incarnations(&self.db, "")?;
        actors.truncate(MAX_EARLIER);
        let mut handing = Handing::default();
        let mut items: Vec<ByteBuf> = Vec::new();
        let mut damaged = None;
        let mut size = 0;
        let mut fits = |item: &[u8], count: usize| {
            size += item.len();
            count == 0 || (count < MAX_PUSH_ITEMS && size <= TARGET_BATCH_BYTES)
        };
        let mut statement = self.db.prepare_cached("SELECT n, item, document, hash FROM outbox ORDER BY n").map_err(storage)?;
        let mut rows = statement.query([]).map_err(storage)?;
        while let Some(row) = rows.next().map_err(storage)? {
            let item: Vec<u8> = row.get(1).map_err(storage)?;
            if !fits(&item, items.len()) {
                break;
            }
            if let Err(e) = item_of(&item) {
                let hash: Option<Vec<u8>> = row.get(3).map_err(storage)?;
                damaged = Some((row.get(2).map_err(storage)?, hash.map(|hash| Hash::from_slice(&hash)).transpose()?, e));
                break;
            }
            handing.outbox.push(row.get(0).map_err(storage)?);
            items.push(item.into());
        }
        drop(rows);
        drop(statement);
        if let Some((document, hash, e)) = damaged {
            // The record itself may be good: what it says goes, and not what the disk has made of it.
            self.mend_outbox(document, hash, &e)?;
            return self.handing();
        }
        if handing.outbox.is_empty()
            && let Some((n, refused)) = quarantine::oldest(&self.db)?
        {
            items = refused.into_iter().enumerate().take_while(|(count, item)| fits(item, *count)).map(|(_, item)| item).collect();
            handing.refused = Some((n, items.len()));
        }
        handing.deeds = items.iter().filter(|item| !matches!(Item::from_bytes(item), Ok(Item::Open { .. }))).count() as u64;
        Ok((HandOver { known: self.known()?, actors, items }, handing))
    }

    /// The server has it. Answers whether there is more.
    pub(super) fn handed(&mut self, handing: &Handing, answer: &HandedOver) -> Result<bool> {
        let tx = self.db.transaction().map_err(storage)?;
        take_out(&tx, &handing.outbox)?;
        if let Some((n, items)) = handing.refused {
            quarantine::forget_first(&tx, n, items)?;
        }
        // Nobody will look at anything here any more, nor bring it to anybody.
        tx.execute("DELETE FROM relay", []).map_err(storage)?;
        tx.execute("UPDATE blob SET wanted = 0 WHERE to_send > 0 OR wanted > 0", []).map_err(storage)?;
        if !is_begun(&tx)? {
            blob::begin_anew(&tx)?;
        }
        blob::send_whatever_was_refused(&tx)?;
        let handed = handed_over(&tx)? + handing.deeds;
        set_meta(&tx, HANDED, &handed.to_string())?;
        tx.commit().map_err(storage)?;
        let epoch = answer.epoch.to_string();
        if meta(&self.db, "epoch")?.is_some_and(|known| known != epoch) {
            // A server that was put back may have forgotten what it had answered for.
            self.enter_epoch(&epoch)?;
        }
        self.has_unsent()
    }

    /// Whether there is work here that the server does not have.
    pub(crate) fn has_unsent(&mut self) -> Result<bool> {
        handler::pack_pings(self)?;
        self.db.query_row("SELECT EXISTS (SELECT 1 FROM outbox) OR EXISTS (SELECT 1 FROM quarantine)", [], |r| r.get(0)).map_err(storage)
    }

    /// How many deeds were handed over.
    pub fn handed_over(&self) -> Result<u64> {
        handed_over(&self.db)
    }
}

/// Whether this device is handing over: then nothing may be given up, because nothing will be left.
pub(super) fn is_begun(db: &rusqlite::Connection) -> Result<bool> {
    Ok(meta(db, HANDED)?.is_some())
}

/// The device is not cut off, or not any more.
pub(super) fn end(db: &rusqlite::Connection) -> Result<()> {
    db.execute("DELETE FROM meta WHERE key = ?1", [HANDED]).map(drop).map_err(storage)
}

fn handed_over(db: &rusqlite::Connection) -> Result<u64> {
    Ok(meta(db, HANDED)?.and_then(|number| number.parse().ok()).unwrap_or(0))
}
