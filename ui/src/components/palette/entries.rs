//! What the palette can do besides finding customers, and how a query picks from it.

use super::super::Icon;
use crate::i18n::I18n;
use crate::route::Route;
use maydan_core::text::fold;

/// A place to go or a thing to make.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// Where it leads.
    pub route: Route,
    /// Its picture.
    pub icon: Icon,
    /// Its words.
    pub label: String,
    /// Makes something new.
    pub creates: bool,
    /// Label and synonyms of both languages, folded.
    words: String,
}

/// Locale key, route, icon, whether it makes something, whether only reviewers have it.
type Place = (&'static str, Route, Icon, bool, bool);

fn places() -> [Place; 9] {
    [
        ("palette-new-customer", Route::NewCustomer, Icon::Plus, true, false),
        ("palette-today", Route::Today, Icon::Today, false, false),
        ("palette-customers", Route::Customers, Icon::Customers, false, false),
        ("palette-trip", Route::Trip, Icon::Trip, false, false),
        ("palette-review", Route::Review, Icon::Review, false, true),
        ("palette-sync", Route::Sync, Icon::Sync, false, false),
        ("palette-conflicts", Route::Conflicts, Icon::Warning, false, false),
        ("palette-import", Route::Import, Icon::Upload, false, false),
        ("palette-settings", Route::Settings, Icon::Settings, false, false),
    ]
}

/// All entries that this person has.
pub(super) fn entries(i18n: &I18n, is_reviewer: bool) -> Vec<Entry> {
    let mine = places().into_iter().filter(|(.., reviewers_only)| is_reviewer || !reviewers_only);
    mine.map(|(key, route, icon, creates, _)| {
        let label = i18n.t(key);
        let words = fold(&format!("{label} {}", i18n.t(&format!("{key}-words"))));
        Entry { route, icon, label, creates, words }
    })
    .collect()
}

/// The entries that a query means, best first; all of them for none.
pub(super) fn matching(all: &[Entry], query: &str) -> Vec<Entry> {
    let query = fold(query);
    if query.is_empty() {
        return all.to_vec();
    }
    let mut found: Vec<(u8, &Entry)> = all.iter().filter_map(|e| Some((rank(&e.words, &query)?, e))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, entry)| entry.clone()).collect()
}

/// 0: begins a word; 1: inside a word; 2: its letters occur in this order.
fn rank(words: &str, query: &str) -> Option<u8> {
    if words.starts_with(query) || words.contains(&format!(" {query}")) {
        return Some(0);
    }
    if words.contains(query) {
        return Some(1);
    }
    let mut rest = words.chars();
    let in_order = query.chars().all(|wanted| rest.any(|c| c == wanted));
    in_order.then_some(2)
}
