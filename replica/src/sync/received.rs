//! A page as it came, made ready to be stored: what needs no database is done by whoever carries the bytes. Where there are
//! threads, that is while the page before is being stored.
//!
//! Invariant: the page is stored by the replica that asked for it, whose declarations these rows follow.

use crate::projection::Line;
use maydan_core::sync::wire::{Entry, Page};
use maydan_core::{Kind, Registry};
use std::collections::BTreeMap;

/// A page with its rows as they will lie in their tables.
#[derive(Debug)]
pub(super) struct Received {
    pub page: Page,
    /// For each entry. None where no row came, or one that can't be read or was made by another declaration of its kind than is
    /// known here.
    pub lines: Vec<Option<Line>>,
}

impl Received {
    pub fn of(registry: &Registry, mut page: Page) -> Self {
        let mut kinds: BTreeMap<String, Option<(&Kind, i64)>> = BTreeMap::new();
        let mut line = |entry: &mut Entry| {
            let Entry::Enter(entered) = entry else { return None };
            let ready = entered.ready.as_mut()?;
            let known = || registry.get(&entered.kind).ok().map(|kind| (kind.as_ref(), kind.fingerprint()));
            let (kind, fingerprint) = *match kinds.get(&entered.kind) {
                Some(known) => known,
                None => kinds.entry(entered.kind.clone()).or_insert_with(known),
            }
            .as_ref()?;
            // The row is in the line from now on. One that can't be read is made again from the document.
            let packed = std::mem::take(&mut ready.row);
            if ready.fingerprint == fingerprint { Some(Line::of(kind, packed.row().ok()?)) } else { None }
        };
        let lines = page.entries.iter_mut().map(&mut line).collect();
        Self { page, lines }
    }
}
