//! Serving the feeds: index scans per scope, all from one read transaction. What comes in which order is core's
//! [`Plan`]; documents come whole from [`super::whole`].

use super::access::rights;
use super::feed;
use super::log::Log;
use super::tally;
use super::whole::{Folded, Whole, wholes};
use super::{Caller, Company};
use crate::store::{Tx, Value, params};
use maydan_core::command::Grant;
use maydan_core::document::Hash;
use maydan_core::domain::agenda;
use maydan_core::permit::{self, Action};
use maydan_core::sync::safeguard::Safeguard;
use maydan_core::sync::server::{Part, Plan};
use maydan_core::sync::wire::{Cursor, Entry, MAX_PAGE_BYTES, MAX_WANTED, Page, Pull, TARGET_BATCH_BYTES};
use maydan_core::{Error, ErrorCode, RecordId, Result, ScopeId};
use std::collections::{BTreeMap, BTreeSet};

/// Feed entries looked at in one page.
pub(super) const MOST_ENTRIES: usize = 4_000;

impl Company {
    /// The newest entry of each scope's feed.
    pub fn high_water(&self, grants: &[Grant]) -> Result<Vec<(ScopeId, u64)>> {
        self.read(|tx| grants.iter().map(|g| Ok((g.scope, high_water(tx, g.scope)?))).collect())
    }

    /// What the feeds hold from.
    pub fn floor(&self) -> Result<u64> {
        self.read(|tx| floor(tx))
    }

    /// The next page after the cursors.
    ///
    /// # Errors
    /// [`ErrorCode::EpochChanged`]; [`ErrorCode::MustRefetch`] for a cursor below the floor; [`ErrorCode::Forbidden`] for a
    /// scope that is not granted.
    pub fn pull(&self, caller: Caller, pull: &Pull) -> Result<Page> {
        self.must_have_the_same_past(pull.known.as_ref())?;
        let epoch = self.epoch()?;
        if pull.epoch != epoch {
            return Err(Error::new(ErrorCode::EpochChanged, "the server was restored: say hello and begin again"));
        }
        let (page, folded) = self.read(|tx| {
            let (_, grants) = rights(tx, caller)?;
            let log = Log::newest(tx)?;
            let floor = floor(tx)?;
            if pull.cursors.len() > grants.len() {
                return Err(Error::bad_request("there are more cursors than granted scopes"));
            }
            if pull.want.len() > MAX_WANTED {
                return Err(Error::new(ErrorCode::TooLarge, format!("a pull asks for at most {MAX_WANTED} documents by name")));
            }
            for cursor in &pull.cursors {
                if Safeguard::Scope.holds() {
                    permit::check(&grants, cursor.scope, Action::Read)?;
                }
                if cursor.is_below(floor) && Safeguard::Floor.holds() {
                    return Err(Error::new(ErrorCode::MustRefetch, "the feed no longer goes back so far: say hello and begin it again"));
                }
            }
            let known: Vec<&str> = self.registry().in_order().collect();
            let others = if pull.cursors.iter().any(Cursor::is_first) { other_kinds(tx, &known, &pull.cursors)? } else { Vec::new() };
            let order = known.iter().copied().chain(others.iter().map(String::as_str));
            let bytes = pull.most.unwrap_or(TARGET_BATCH_BYTES).clamp(1, MAX_PAGE_BYTES);
            let plan = Plan::new(&pull.cursors, log.seq(), order, bytes, self.0.page_entries)?;
            let mut filling = Filling { company: self, tx, plan, entries: Vec::new(), folded: Vec::new() };
            let (wanted, elsewhere) = filling.named(&pull.want, &pull.cursors)?;
            while let Some((at, part)) = filling.plan.next() {
                match part {
                    Part::Today { scope, before } => filling.today(at, scope, before)?,
                    Part::Documents { scope, kind, before } => filling.documents(at, scope, &kind, before)?,
                    Part::Feed { cursor } => filling.feed(at, &cursor)?,
                }
            }
            let (cursors, has_more) = filling.plan.finish();
            let Filling { tx, entries, folded, .. } = filling;
            let at_end = |scope: ScopeId| cursors.iter().any(|cursor| cursor.scope == scope && cursor.is_at_end());
            let ended: Vec<ScopeId> = cursors.iter().map(|cursor| cursor.scope).filter(|scope| at_end(*scope)).collect();
            let tallies = ended.iter().copied().zip(tally::of(tx, &ended)?).collect();
            let surveyed = pull.survey.filter(|asked| at_end(asked.scope)).map(|asked| tally::survey(tx, asked)).transpose()?;
            Ok((Page { epoch, head: log.head(self.secret()), entries, cursors, has_more, tallies, wanted, elsewhere, surveyed }, folded))
        })?;
        self.keep_folded(folded);
        Ok(page)
    }
}

/// A page, as it fills.
struct Filling<'a> {
    company: &'a Company,
    tx: &'a mut dyn Tx,
    plan: Plan,
    entries: Vec<Entry>,
    /// Documents that were put together for it: the next device gets them ready.
    folded: Vec<Folded>,
}

impl Filling<'_> {
    /// Documents that are asked for by name, as far as they are in the scopes that are read; answers how many were dealt with,
    /// and which are elsewhere.
    fn named(&mut self, ids: &[RecordId], cursors: &[Cursor]) -> Result<(usize, Vec<RecordId>)> {
        let mut elsewhere = Vec::new();
        let mut named = BTreeSet::new();
        for (done, ids) in ids.chunks(WHOLE_AT_ONCE).enumerate() {
            if !self.plan.has_room() {
                return Ok((done * WHOLE_AT_ONCE, elsewhere));
            }
            let found = feed::find(self.tx, ids.iter().copied().filter(|id| named.insert(*id)).collect::<Vec<_>>())?;
            let is_read = |doc: &feed::Stored| cursors.iter().any(|cursor| cursor.scope == doc.scope);
            let (read, others): (Vec<_>, Vec<_>) = found.into_iter().flatten().partition(is_read);
            elsewhere.extend(others.into_iter().map(|doc| doc.id));
            for whole in self.wholes(read.into_iter().map(|doc| doc.n).collect())? {
                self.enter(whole);
            }
        }
        Ok((ids.len(), elsewhere))
    }

    /// The work of these days, each behind what it belongs to.
    fn today(&mut self, at: usize, scope: ScopeId, before: u64) -> Result<()> {
        let (first, last) = agenda::around(self.company.now());
        let found = self.tx.rows(
            "SELECT d.n, p.n FROM doc d LEFT JOIN doc p ON p.id = d.parent AND p.scope = d.scope
             WHERE d.scope = $1 AND d.day BETWEEN $2 AND $3 AND d.n < $4 ORDER BY d.n DESC LIMIT $5",
            params![scope, first, last, bound(before), WHOLE_AT_ONCE as u64],
        )?;
        let pairs = found.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<Vec<(i64, Option<i64>)>>>()?;
        let numbers: BTreeSet<i64> = pairs.iter().flat_map(|(n, parent)| parent.iter().chain([n])).copied().collect();
        let mut whole: BTreeMap<i64, Whole> = self.wholes(numbers.into_iter().collect())?.into_iter().map(|w| (w.n, w)).collect();
        for (n, parent) in &pairs {
            for n in parent.iter().chain([n]) {
                if let Some(whole) = whole.remove(n) {
                    self.enter(whole);
                }
            }
            self.plan.scanned(at, n.cast_unsigned());
            if !self.plan.has_room() {
                return Ok(());
            }
        }
        self.end_of_part(at, pairs.len() < WHOLE_AT_ONCE);
        Ok(())
    }

    fn documents(&mut self, at: usize, scope: ScopeId, kind: &str, before: u64) -> Result<()> {
        let found = self.tx.rows(
            "SELECT n FROM doc WHERE scope = $1 AND kind = $2 AND n < $3 ORDER BY n DESC LIMIT $4",
            params![scope, kind, bound(before), WHOLE_AT_ONCE as u64],
        )?;
        let numbers = found.iter().map(|row| row.get(0)).collect::<Result<Vec<i64>>>()?;
        for whole in self.wholes(numbers)? {
            let n = whole.n;
            self.enter(whole);
            self.plan.scanned(at, n.cast_unsigned());
            if !self.plan.has_room() {
                return Ok(());
            }
        }
        self.end_of_part(at, found.len() < WHOLE_AT_ONCE);
        Ok(())
    }

    fn feed(&mut self, at: usize, cursor: &Cursor) -> Result<()> {
        let listed = list(self.tx, cursor)?;
        let mut bodies = bodies(self.tx, &listed, cursor)?.into_iter();
        let mut entering = listed.iter().filter(|entry| entry.sort == feed::ENTER).map(|entry| entry.n);
        let mut whole: BTreeMap<i64, Whole> = BTreeMap::new();
        for entry in &listed {
            let body = bodies.next().flatten();
            match entry.sort {
                feed::ENTER => {
                    if !whole.contains_key(&entry.n) {
                        let next = entering.by_ref().take(WHOLE_AT_ONCE).collect();
                        whole = self.wholes(next)?.into_iter().map(|whole| (whole.n, whole)).collect();
                    }
                    let whole = whole.remove(&entry.n).ok_or_else(|| Error::internal("an entry of a feed has no document"))?;
                    self.enter(whole);
                }
                feed::LEAVE => {
                    self.plan.took(0);
                    self.entries.push(Entry::Leave { doc: entry.doc, scope: cursor.scope });
                }
                // The document came whole in this catch-up, with this change in it.
                _ if is_included(entry, cursor) => {}
                _ => {
                    let (bytes, hash) = body.ok_or_else(|| Error::internal("a change in a feed has no bytes"))?;
                    self.plan.took(bytes.len());
                    let receipt = self.company.attest(entry.doc, &entry.kind, entry.parent, cursor.scope, hash);
                    self.entries.push(Entry::Change { doc: entry.doc, bytes: bytes.into(), receipt });
                }
            }
            self.plan.passed(at, entry.seq);
            if !self.plan.has_room() {
                return Ok(());
            }
        }
        self.end_of_part(at, listed.len() < AT_ONCE);
        Ok(())
    }

    fn end_of_part(&mut self, at: usize, is_last: bool) {
        if is_last {
            self.plan.exhausted(at);
        }
    }

    fn wholes(&mut self, numbers: Vec<i64>) -> Result<Vec<Whole>> {
        wholes(self.company, self.tx, &numbers, &mut self.folded)
    }

    fn enter(&mut self, whole: Whole) {
        self.plan.took(whole.size());
        self.entries.push(Entry::Enter(Box::new(whole.entered(self.company))));
    }
}

/// Kinds of which there are documents that only another version of this server knows: one step through the index for each.
fn other_kinds(tx: &mut dyn Tx, known: &[&str], cursors: &[Cursor]) -> Result<Vec<String>> {
    let sets: Vec<Vec<Value>> = cursors.iter().map(|cursor| params![cursor.scope]).collect();
    let rows = tx.each(
        "WITH RECURSIVE step (kind) AS (
             SELECT min(kind) FROM doc WHERE scope = $1
             UNION ALL SELECT (SELECT min(kind) FROM doc WHERE scope = $1 AND kind > step.kind) FROM step WHERE kind IS NOT NULL)
         SELECT kind FROM step WHERE kind IS NOT NULL",
        &sets,
    )?;
    let kinds = rows.iter().flatten().map(|row| row.get(0)).collect::<Result<BTreeSet<String>>>()?;
    Ok(kinds.into_iter().filter(|kind| !known.contains(&kind.as_str())).collect())
}

/// Numbers are whole and signed where they are kept.
fn bound(before: u64) -> i64 {
    i64::try_from(before).unwrap_or(i64::MAX)
}

/// What the feeds hold from.
pub(super) fn floor(tx: &mut dyn Tx) -> Result<u64> {
    let stored = tx.first("SELECT value FROM meta WHERE key = 'floor'", params![])?;
    let Some(row) = stored else { return Ok(0) };
    row.get::<String>(0)?.parse().map_err(|_| Error::internal("the floor in the database is no number"))
}

fn high_water(tx: &mut dyn Tx, scope: ScopeId) -> Result<u64> {
    tx.value("SELECT coalesce(max(seq), 0) FROM feed WHERE scope = $1", params![scope])
}

/// One entry of a feed, as it is kept.
struct Listed {
    seq: u64,
    sort: i64,
    n: i64,
    doc: RecordId,
    entered_seq: u64,
    kind: String,
    parent: Option<RecordId>,
}

/// Entries looked up at once: what a page takes of small changes, so that large ones do not fill the memory.
const AT_ONCE: usize = 256;
/// Documents looked up at once, for the same reason.
const WHOLE_AT_ONCE: usize = 32;

fn list(tx: &mut dyn Tx, after: &Cursor) -> Result<Vec<Listed>> {
    let rows = tx.rows(
        "SELECT f.seq, f.sort, f.doc, d.id, d.entered_seq, d.kind, d.parent FROM feed f JOIN doc d ON d.n = f.doc
         WHERE f.scope = $1 AND f.seq > $2 ORDER BY f.seq LIMIT $3",
        params![after.scope, after.seq, AT_ONCE as u64],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Listed {
                seq: row.get(0)?,
                sort: row.get(1)?,
                n: row.get(2)?,
                doc: row.get(3)?,
                entered_seq: row.get(4)?,
                kind: row.get(5)?,
                parent: row.get(6)?,
            })
        })
        .collect()
}

/// The changes among these entries, with their hashes.
fn bodies(tx: &mut dyn Tx, listed: &[Listed], cursor: &Cursor) -> Result<Vec<Option<(Vec<u8>, Hash)>>> {
    let wanted = |entry: &&Listed| entry.sort == feed::CHANGE && !is_included(entry, cursor);
    let sets: Vec<Vec<Value>> = listed.iter().filter(wanted).map(|entry| params![entry.seq]).collect();
    let mut found = tx.each("SELECT bytes, hash FROM change WHERE seq = $1", &sets)?.into_iter();
    listed
        .iter()
        .map(|entry| {
            let rows = if wanted(&entry) { found.next().unwrap_or_default() } else { Vec::new() };
            rows.first().map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
        })
        .collect()
}

/// Whether a change is in the document that came whole in this catch-up.
fn is_included(entry: &Listed, cursor: &Cursor) -> bool {
    entry.entered_seq > cursor.since && entry.seq <= cursor.upto
}
