//! What comes on a page of a pull, and in which order.
//!
//! Feeds that a device follows come first: what happened since it was here last. Then come the first syncs, part by part
//! over all scopes: the work of these days, then kind by kind in the order of their worth, of each the newest first. Whoever
//! stores the documents asks for the next [`Part`], looks it up and tells what went onto the page.
//!
//! Invariants:
//! - A first sync ends in its feed at the number that the log had when it began: whatever happened meanwhile comes once more.
//! - The parts of a first sync are settled when it begins; they are all kinds of which the server has documents, also those
//!   that only another version of it knows.
//! - A page of which nothing was told moves no cursor.

use crate::sync::wire::{Cursor, FIRST_PAGE_BYTES, Scan, TODAY};
use crate::{Error, Result, ScopeId};
use std::collections::BTreeSet;

/// What to look up next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The documents of these days, newest first, each behind what it belongs to: server numbers below `before`.
    Today {
        /// The scope.
        scope: ScopeId,
        /// The numbers that are still to come.
        before: u64,
    },
    /// The documents of a kind, newest first: server numbers below `before`.
    Documents {
        /// The scope.
        scope: ScopeId,
        /// The kind.
        kind: String,
        /// The numbers that are still to come.
        before: u64,
    },
    /// What happened after `cursor.seq`, in order.
    Feed {
        /// Where the feed was read up to.
        cursor: Cursor,
    },
}

/// A page as it is put together.
#[derive(Debug)]
pub struct Plan {
    newest: u64,
    order: Vec<String>,
    cursors: Vec<Cursor>,
    ended: Vec<bool>,
    bytes: usize,
    entries: usize,
}

impl Plan {
    /// A page after `cursors` that is closed after so many bytes or entries, over a log whose newest number is `newest`, with kinds
    /// in `order`.
    ///
    /// # Errors
    /// [`crate::ErrorCode::BadRequest`] for two cursors of one scope.
    pub fn new<'a>(cursors: &[Cursor], newest: u64, order: impl Iterator<Item = &'a str>, bytes: usize, entries: usize) -> Result<Self> {
        let order: Vec<String> = std::iter::once(TODAY).chain(order).map(str::to_owned).collect();
        let mut plan = Self { newest, cursors: cursors.to_vec(), ended: vec![false; cursors.len()], order, bytes, entries };
        let scopes: BTreeSet<ScopeId> = cursors.iter().map(|cursor| cursor.scope).collect();
        if scopes.len() < cursors.len() {
            return Err(Error::bad_request("there is one cursor for each scope"));
        }
        for cursor in &mut plan.cursors {
            if cursor.seq > newest {
                // This data never gave that number: what was read then says nothing about it.
                *cursor = Cursor::start(cursor.scope);
            }
            let parts: BTreeSet<&String> = plan.order.iter().collect();
            if let Some(scan) = &mut cursor.scan
                && (scan.left.is_empty() || scan.left.len() > parts.len() || !scan.left.iter().all(|part| parts.contains(part)))
            {
                // Not of this server: all parts once more, and then what has happened since it began.
                *scan = Scan { left: plan.order.clone(), before: u64::MAX };
            }
            if cursor.seq == 0 && cursor.scan.is_none() {
                plan.bytes = bytes.min(FIRST_PAGE_BYTES);
                *cursor =
                    Cursor { scan: Some(Scan { left: plan.order.clone(), before: u64::MAX }), ..Cursor::at_end(cursor.scope, newest) };
            } else if cursor.scan.is_none() && (cursor.since == cursor.seq || cursor.upto < cursor.seq) {
                (cursor.since, cursor.upto) = (cursor.seq, newest);
            }
        }
        Ok(plan)
    }

    /// What to look up next, and for which cursor. `None` when the page is full or everything is on it.
    pub fn next(&self) -> Option<(usize, Part)> {
        if !self.has_room() {
            return None;
        }
        let open = self.cursors.iter().enumerate().filter(|(at, _)| !self.ended[*at]);
        let (at, cursor) = open.min_by_key(|(_, cursor)| cursor.scan.as_ref().map(|scan| self.worth(scan)))?;
        let scope = cursor.scope;
        let part = match &cursor.scan {
            None => Part::Feed { cursor: cursor.clone() },
            Some(Scan { left, before }) if left[0] == TODAY => Part::Today { scope, before: *before },
            Some(Scan { left, before }) => Part::Documents { scope, kind: left[0].clone(), before: *before },
        };
        Some((at, part))
    }

    fn worth(&self, scan: &Scan) -> usize {
        self.order.iter().position(|part| *part == scan.left[0]).unwrap_or(self.order.len())
    }

    /// Something went onto the page, so large.
    pub fn took(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes + 64);
        self.entries = self.entries.saturating_sub(1);
    }

    /// Whether there is room for more.
    pub fn has_room(&self) -> bool {
        self.bytes > 0 && self.entries > 0
    }

    /// A first sync has brought everything down to this document.
    pub fn scanned(&mut self, at: usize, n: u64) {
        if let Some(scan) = &mut self.cursors[at].scan {
            scan.before = n;
        }
    }

    /// A feed was read up to here.
    pub fn passed(&mut self, at: usize, seq: u64) {
        self.cursors[at].seq = seq;
    }

    /// The part that was asked for has nothing more.
    pub fn exhausted(&mut self, at: usize) {
        let (newest, cursor) = (self.newest, &mut self.cursors[at]);
        match &mut cursor.scan {
            Some(scan) => {
                scan.left.remove(0);
                scan.before = u64::MAX;
                if scan.left.is_empty() {
                    // On to what has happened since it began.
                    *cursor = Cursor { since: cursor.seq, upto: newest, scan: None, ..*cursor };
                }
            }
            None => {
                // The end of the feed: the next catch-up begins behind everything that there is, so that a quiet scope does not
                // seem to stay behind.
                *cursor = Cursor::at_end(cursor.scope, newest);
                self.ended[at] = true;
            }
        }
    }

    /// Where to go on, and whether there is more.
    pub fn finish(self) -> (Vec<Cursor>, bool) {
        let has_more = self.ended.contains(&false);
        (self.cursors, has_more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::wire::TARGET_BATCH_BYTES;
    use uuid::Uuid;

    fn scope(n: u128) -> ScopeId {
        ScopeId(Uuid::from_u128(n))
    }

    fn plan(cursors: &[Cursor], newest: u64, entries: usize) -> Plan {
        Plan::new(cursors, newest, ["customer", "visit"].into_iter(), TARGET_BATCH_BYTES, entries).expect("a plan")
    }

    /// What a page asks for, when every part is empty.
    fn asked(mut plan: Plan) -> (Vec<(usize, String)>, Vec<Cursor>, bool) {
        let mut asked = Vec::new();
        while let Some((at, part)) = plan.next() {
            asked.push((
                at,
                match part {
                    Part::Today { .. } => TODAY.to_owned(),
                    Part::Documents { kind, .. } => kind,
                    Part::Feed { .. } => "feed".to_owned(),
                },
            ));
            plan.exhausted(at);
        }
        let (cursors, has_more) = plan.finish();
        (asked, cursors, has_more)
    }

    #[test]
    fn feeds_come_first_and_first_syncs_go_on_part_by_part_over_all_scopes() {
        let cursors = [Cursor::start(scope(1)), Cursor::at_end(scope(2), 5), Cursor::start(scope(3))];
        let (asked, cursors, has_more) = asked(plan(&cursors, 9, 100));
        let parts: Vec<(usize, &str)> = asked.iter().map(|(at, part)| (*at, part.as_str())).collect();
        assert_eq!(
            parts,
            [
                (1, "feed"),
                (0, TODAY),
                (2, TODAY),
                (0, "customer"),
                (2, "customer"),
                (0, "visit"),
                // Its feed since the first sync began, before the other scope's visits.
                (0, "feed"),
                (2, "visit"),
                (2, "feed"),
            ]
        );
        assert!(cursors.iter().all(|cursor| cursor.is_at_end() && cursor.seq == 9));
        assert!(!has_more);
    }

    #[test]
    fn a_first_sync_over_several_pages_ends_where_the_log_stood_when_it_began() {
        let mut first = plan(&[Cursor::start(scope(1))], 9, 1);
        first.exhausted(0);
        first.scanned(0, 4);
        first.took(10);
        assert!(!first.has_room());
        let mut large = plan(&[Cursor::start(scope(1))], 9, 100);
        large.took(FIRST_PAGE_BYTES);
        assert!(!large.has_room(), "the first page is small");
        assert_eq!(first.next(), None);
        let (cursors, has_more) = first.finish();
        assert!(has_more && !cursors[0].is_at_end() && cursors[0].is_first());

        let mut second = plan(&cursors, 20, 100);
        second.took(FIRST_PAGE_BYTES);
        assert!(second.has_room(), "whoever has the first page waits for the others no longer");
        assert_eq!(second.next(), Some((0, Part::Documents { scope: scope(1), kind: "customer".into(), before: 4 })));
        let mut last = second;
        last.exhausted(0);
        last.exhausted(0);
        let Some((0, Part::Feed { cursor })) = last.next() else { panic!("then its feed") };
        assert_eq!((cursor.seq, cursor.since, cursor.upto), (9, 9, 20));
    }

    #[test]
    fn a_cursor_beyond_the_end_begins_again() {
        let scan = |left: &[&str]| Some(Scan { left: left.iter().map(|part| (*part).to_owned()).collect(), before: 7 });
        let odd =
            [scan(&[]), scan(&["customer", "unheard of"]), scan(&["visit"; 4])].map(|scan| Cursor { scan, ..Cursor::at_end(scope(1), 5) });
        for cursor in odd.into_iter().chain([Cursor::at_end(scope(1), 10)]) {
            let begun = if cursor.seq > 9 { 9 } else { cursor.seq };
            let plan = plan(&[cursor], 9, 10);
            assert_eq!(plan.next(), Some((0, Part::Today { scope: scope(1), before: u64::MAX })));
            assert_eq!(plan.finish().0[0].seq, begun, "what has happened since it began is not left out");
        }
    }

    #[test]
    fn a_scope_is_asked_for_once() {
        let twice = [Cursor::start(scope(1)), Cursor::at_end(scope(1), 1)];
        assert_eq!(Plan::new(&twice, 9, std::iter::empty(), 1, 10).expect_err("refused").code, crate::ErrorCode::BadRequest);
    }
}
