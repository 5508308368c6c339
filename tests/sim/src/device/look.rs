//! What is on a device, for whoever looks whether the promises were kept.

use super::Device;
use crate::check::is_genesis;
use crate::server::{Content, Place, Server};
use maydan_core::blob::BlobHash;
use maydan_core::command::*;
use maydan_core::document::{Hash, decode_change};
use maydan_core::sync::wire::Item;
use maydan_core::{RecordId, Result, ScopeId};
use std::collections::{BTreeMap, BTreeSet};

impl Device {
    /// Contents that are whole here.
    pub fn contents(&mut self, random: &mut fastrand::Rng) -> Result<BTreeSet<BlobHash>> {
        let sql = "SELECT hash FROM blob WHERE size > 0 AND size = (SELECT sum(length(bytes)) FROM blob_part WHERE blob = blob.n)";
        let replica = self.replica(random)?;
        let rows: Vec<Vec<u8>> = replica
            .connection()
            .prepare(sql)
            .and_then(|mut s| s.query_map([], |row| row.get(0))?.collect())
            .map_err(|e| maydan_core::Error::internal(e.to_string()))?;
        rows.iter().map(|hash| BlobHash::from_slice(hash)).collect()
    }

    /// What the server refused of contents is tried again, as a person would.
    pub fn retry_contents(&mut self, random: &mut fastrand::Rng) -> Result<()> {
        let replica = self.replica(random)?;
        let refused = replica.list_transfers(ListTransfers {})?.items.into_iter().filter(|item| item.refused.is_some());
        refused
            .map(|item| item.hash)
            .collect::<Vec<_>>()
            .into_iter()
            .try_for_each(|hash| replica.retry_transfer(RetryTransfer { hash }).map(drop))
    }

    /// The queue in words, for whoever reads why it does not empty.
    pub fn queue(&mut self, random: &mut fastrand::Rng) -> String {
        let sql = "SELECT d.kind, lower(hex(d.id)), lower(hex(o.hash)), o.waiting, o.attempts, d.leaving, lower(hex(d.scope))
                   FROM outbox o JOIN document d ON d.n = o.document ORDER BY o.n";
        let read = |r: &rusqlite::Row<'_>| {
            let hash: Option<String> = r.get(2)?;
            let what = hash.filter(|h| !h.is_empty()).map_or("open".to_owned(), |h| h[..12].to_owned());
            let (kind, id, scope): (String, String, String) = (r.get(0)?, r.get(1)?, r.get(6)?);
            let (waiting, attempts, leaving): (i64, i64, i64) = (r.get(3)?, r.get(4)?, r.get(5)?);
            Ok(format!("{what} of {kind} {id} in {scope}, waiting {waiting}, attempts {attempts}, leaving {leaving}"))
        };
        let lines = self.replica(random).ok().and_then(|replica| {
            replica.connection().prepare(sql).and_then(|mut s| s.query_map([], read)?.collect::<std::result::Result<Vec<String>, _>>()).ok()
        });
        let besides = "SELECT 'to relay ' || (SELECT count(*) FROM relay) || ', wanted ' || (SELECT count(*) FROM want)
                       || ', contents ' || (SELECT count(*) FROM blob WHERE to_send = 1)
                       || ', doubtful ' || (SELECT count(*) FROM document WHERE leaving > 1)
                       || ', surveys ' || (SELECT group_concat(open || ' ' || in_vain) FROM survey)";
        let besides = self.replica(random).ok().and_then(|replica| replica.connection().query_row(besides, [], |row| row.get(0)).ok());
        let mut lines = lines.unwrap_or_default();
        lines.extend(besides);
        lines.join("; ")
    }

    /// Changes that were refused: they are shown to her.
    pub fn refused(&mut self, random: &mut fastrand::Rng) -> Result<BTreeSet<Place>> {
        let replica = self.replica(random)?;
        let rows: Vec<Vec<u8>> = replica
            .connection()
            .prepare("SELECT items FROM quarantine")
            .and_then(|mut s| s.query_map([], |r| r.get(0))?.collect())
            .map_err(|e| maydan_core::Error::internal(e.to_string()))?;
        let mut places = BTreeSet::new();
        for row in rows {
            let items: Vec<serde_bytes::ByteBuf> = rmp_serde::from_slice(&row).map_err(|e| maydan_core::Error::internal(e.to_string()))?;
            for item in items {
                if let Item::Change { doc, bytes } = Item::from_bytes(&item)? {
                    places.insert((doc, decode_change(&bytes)?.hash()));
                }
            }
        }
        Ok(places)
    }

    /// What a change that was saved here is called now: it may have been done again as others, or left out as empty.
    pub fn now_called(&mut self, place: Place, random: &mut fastrand::Rng) -> Result<Vec<Place>> {
        let replica = self.replica(random)?;
        let heads: Option<Vec<u8>> = replica
            .connection()
            .prepare_cached("SELECT heads FROM rebased WHERE old = ?1")
            .and_then(|mut s| s.query_map([place.1.0], |r| r.get(0))?.next().transpose())
            .map_err(|e| maydan_core::Error::internal(e.to_string()))?;
        let Some(heads) = heads else { return Ok(vec![place]) };
        heads.chunks(32).map(|hash| Ok((place.0, Hash::from_slice(hash)?))).collect()
    }

    /// Everything that is here: scope, heads and row of each record.
    pub fn content(&mut self, random: &mut fastrand::Rng) -> Result<BTreeMap<RecordId, (ScopeId, BTreeSet<Hash>, String)>> {
        let replica = self.replica(random)?;
        let heads = replica.fingerprint(Fingerprint {})?.heads;
        let mut content = BTreeMap::new();
        for (id, heads) in heads {
            // What is granted no longer stays as long as something of it is unsent.
            let Ok(record) = replica.get_record(GetRecord { id }) else { continue };
            let conflicts = serde_json::to_string(&record.conflicts)?;
            content.insert(id, (record.scope, heads.into_iter().collect(), format!("{}{conflicts}", serde_json::to_string(&record.row)?)));
        }
        Ok(content)
    }

    /// Nothing is lost at a power cut: what was saved and not yet acknowledged still waits to be sent.
    pub fn has_forgotten(
        &mut self,
        server: &Server,
        is_erased: &dyn Fn(&RecordId) -> bool,
        random: &mut fastrand::Rng,
    ) -> Result<Vec<Place>> {
        let Server { acked, handed, held, .. } = server;
        let (waiting, refused) = (self.waiting(random)?, self.refused(random)?);
        let saved = self.saved.entry(self.user).or_default();
        let saved: Vec<Place> = saved.iter().filter(|(id, _)| !is_erased(id)).copied().collect();
        let is_safe =
            |p: &&Place| acked.contains(p) || held.contains(p) || handed.contains(p) || waiting.contains(p) || refused.contains(p);
        let gone = saved.iter().filter(|p| !is_safe(p));
        let mut forgotten = Vec::new();
        for place in gone.copied().collect::<Vec<_>>() {
            // What stands for nothing but the beginning of its record is never sent.
            if self.now_called(place, random)? == [place] && !is_genesis(&Content::default(), &place) {
                forgotten.push(place);
            }
        }
        Ok(forgotten)
    }
}
