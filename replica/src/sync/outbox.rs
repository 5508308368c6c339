//! What is sent next: the oldest of the queue that can go. What can't be sent as it stands is made again from the document.

use super::quarantine::{self, Refusal};
use super::{Batch, Row, acknowledge, item_of, relay};
use crate::{Replica, handler, storage};
use maydan_core::document::Hash;
use maydan_core::sync::wire::{Item, MAX_PUSH_ITEMS, TARGET_BATCH_BYTES};
use maydan_core::{Error, ErrorCode, RecordId, Result};
use rusqlite::{OptionalExtension, params};

impl Replica {
    /// The oldest items that can be sent, in the order in which they were made.
    pub fn batch(&mut self) -> Result<Batch> {
        handler::pack_ripe_pings(self)?;
        // What is brought back comes first: what she wrote may have been made on it.
        if relay::is_due(&self.db)? {
            let mut batch = Batch::default();
            for (n, relay) in relay::next(self)? {
                batch.rows.push(Row::Relay { n, scope: relay.scope });
                let item = Item::Relay(Box::new(relay));
                batch.bytes.push(item.to_bytes()?.into());
                batch.items.push(item);
            }
            if !batch.items.is_empty() {
                return Ok(batch);
            }
        }
        let mut statement = self
            .db
            .prepare_cached(
                "SELECT n, item, document, hash, seen FROM outbox
                 WHERE document NOT IN (SELECT document FROM outbox WHERE waiting > 0) ORDER BY n LIMIT ?1",
            )
            .map_err(storage)?;
        let mut rows = statement.query([MAX_PUSH_ITEMS]).map_err(storage)?;
        let mut batch = Batch::default();
        let mut size = 0;
        let mut damaged = Vec::new();
        while let Some(row) = rows.next().map_err(storage)? {
            let bytes: Vec<u8> = row.get(1).map_err(storage)?;
            size += bytes.len();
            if size > TARGET_BATCH_BYTES && !batch.items.is_empty() {
                break;
            }
            let n = row.get(0).map_err(storage)?;
            match item_of(&bytes) {
                Ok(item) => {
                    batch.seen.add(batch.rows.len(), row.get(4).map_err(storage)?);
                    batch.rows.push(Row::Outbox(n));
                    batch.items.push(item);
                    batch.bytes.push(bytes.into());
                }
                Err(e) => {
                    let hash: Option<Vec<u8>> = row.get(3).map_err(storage)?;
                    let hash = hash.map(|h| Hash::from_slice(&h)).transpose()?;
                    damaged.push((row.get(2).map_err(storage)?, hash, e));
                }
            }
        }
        drop(rows);
        drop(statement);
        if damaged.is_empty() {
            return Ok(batch);
        }
        // What can't be sent as it stands is made again from the document.
        for (doc, hash, e) in damaged {
            self.mend_outbox(doc, hash, &e)?;
        }
        self.batch()
    }

    /// Makes the unsent work of a record again from its document; what that can't give is put by.
    pub(super) fn mend_outbox(&mut self, n: i64, hash: Option<Hash>, why: &Error) -> Result<()> {
        tracing::warn!(error = %why, "an item of the queue is damaged: it is made again from the document");
        let found: Option<Vec<u8>> =
            self.db.query_row("SELECT id FROM document WHERE n = ?1", [n], |r| r.get(0)).optional().map_err(storage)?;
        let Some(id) = found else { return Ok(()) };
        let id = RecordId::from_slice(&id)?;
        match self.enqueue_all(id) {
            Err(e) if e.code == ErrorCode::Corrupt => {}
            done => done?,
        }
        let still: bool = self
            .db
            .query_row("SELECT EXISTS (SELECT 1 FROM outbox WHERE document = ?1 AND hash IS ?2)", params![n, hash.map(|h| h.0)], |r| {
                r.get(0)
            })
            .map_err(storage)?;
        let mended = !still || self.is_readable(n, hash)?;
        if mended {
            return Ok(());
        }
        quarantine::put_by(self, id, &[Refusal { hash, code: why.code, message: why.message.clone() }])
    }

    fn is_readable(&self, n: i64, hash: Option<Hash>) -> Result<bool> {
        let item: Vec<u8> = self
            .db
            .query_row("SELECT item FROM outbox WHERE document = ?1 AND hash IS ?2", params![n, hash.map(|h| h.0)], |r| r.get(0))
            .map_err(storage)?;
        Ok(item_of(&item).is_ok())
    }

    /// What no client may do: takes items out of the queue before they were answered ([`Safeguard::OutboxUntilAnswered`]).
    ///
    /// [`Safeguard::OutboxUntilAnswered`]: maydan_core::sync::safeguard::Safeguard::OutboxUntilAnswered
    pub(super) fn forget_sent(&self, batch: &Batch) -> Result<()> {
        let rows = batch.rows.iter().filter_map(|row| if let Row::Outbox(n) = row { Some(*n) } else { None });
        acknowledge(&self.db, &rows.collect::<Vec<_>>())
    }
}

/// What is known of a document's items in the queue, whatever takes their place.
pub(super) struct Waiting {
    /// How often it was refused.
    attempts: i64,
    /// Of the oldest; absent where there is none.
    seen: Option<i64>,
}

impl Waiting {
    /// Of what stands there now.
    pub fn of(db: &rusqlite::Connection, n: i64) -> Result<Self> {
        db.query_row("SELECT ifnull(max(attempts), 0), min(nullif(seen, 0)) FROM outbox WHERE document = ?1", [n], |r| {
            Ok(Self { attempts: r.get(0)?, seen: r.get(1)? })
        })
        .map_err(storage)
    }

    /// Whether something of it was refused more than once.
    pub fn was_refused_again(&self) -> bool {
        self.attempts > 1
    }

    /// What stands there by now is something else: it was never refused.
    pub fn renewed(self) -> Self {
        Self { attempts: 0, ..self }
    }

    /// Holds for what stands there by now.
    pub fn keep(&self, db: &rusqlite::Connection, n: i64) -> Result<()> {
        db.execute("UPDATE outbox SET attempts = ?2, seen = ifnull(?3, seen) WHERE document = ?1", params![n, self.attempts, self.seen])
            .map(drop)
            .map_err(storage)
    }
}
