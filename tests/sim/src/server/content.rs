//! What is on a server's disk, read past the server itself.

use super::{Place, Server};
use maydan_core::document::{Hash, decode_change};
use maydan_core::sync::wire::Item;
use maydan_core::{Actor, RecordId, ScopeId};
use serde_bytes::ByteBuf;
use std::collections::{BTreeMap, BTreeSet};

/// What is on a server's disk.
#[derive(Debug, Clone, Default)]
pub struct Content {
    /// Documents and their scopes.
    pub docs: BTreeMap<RecordId, ScopeId>,
    /// Their kinds.
    pub kinds: BTreeMap<RecordId, String>,
    /// Changes.
    pub changes: BTreeSet<Place>,
    /// Changes of each document on which no other was made.
    pub heads: BTreeMap<RecordId, BTreeSet<Hash>>,
    /// What each change was made on.
    pub dependencies: BTreeMap<Place, Vec<Hash>>,
    /// Actor and sender of each change.
    pub writers: BTreeMap<Place, (Actor, RecordId)>,
    /// Whose each actor is.
    pub owners: BTreeMap<Actor, RecordId>,
    /// Of records whose histories were shortened: up to which number they stand for the changes of each branch.
    pub covered: BTreeMap<(RecordId, Vec<u8>), u64>,
    /// Changes that were handed over and that nobody has taken in.
    pub handed: BTreeSet<Place>,
}

impl Server {
    /// What is on its disk, read past the server itself.
    pub fn content(&self) -> Content {
        let db = rusqlite::Connection::open(self.mount.name("server.db")).expect("the server's disk is readable");
        let mut content = Content::default();
        let mut statement = db.prepare("SELECT id, scope, kind FROM doc WHERE scope <> ?1").expect("prepared");
        let mut rows = statement.query([ScopeId::ERASED.as_bytes()]).expect("read");
        while let Some(row) = rows.next().expect("read") {
            content.docs.insert(id(row, 0), ScopeId(id(row, 1).0));
            content.kinds.insert(id(row, 0), row.get(2).expect("a kind"));
        }
        let mut statement =
            db.prepare("SELECT d.id, c.bytes, c.person FROM change c JOIN doc d ON d.n = c.doc ORDER BY c.seq").expect("prepared");
        let mut rows = statement.query([]).expect("read");
        while let Some(row) = rows.next().expect("read") {
            let doc = id(row, 0);
            let bytes: Vec<u8> = row.get(1).expect("bytes");
            let change = decode_change(&bytes).expect("the server holds whole changes");
            let place = (doc, change.hash());
            content.changes.insert(place);
            content.writers.insert(place, (change.actor(), id(row, 2)));
            let heads = content.heads.entry(doc).or_default();
            for dependency in change.dependencies() {
                heads.remove(&dependency);
            }
            heads.insert(change.hash());
            content.dependencies.insert(place, change.dependencies());
        }
        let mut statement = db.prepare("SELECT item FROM handed_over").expect("prepared");
        let mut rows = statement.query([]).expect("read");
        while let Some(row) = rows.next().expect("read") {
            content.handed.extend(places(&[row.get::<_, Vec<u8>>(0).expect("bytes").into()]));
        }
        let mut statement = db.prepare("SELECT d.id, c.actor, c.actor_seq FROM covered c JOIN doc d ON d.n = c.doc").expect("prepared");
        let mut rows = statement.query([]).expect("read");
        while let Some(row) = rows.next().expect("read") {
            content.covered.insert((id(row, 0), row.get(1).expect("bytes")), row.get(2).expect("a number"));
        }
        let mut statement = db.prepare("SELECT actor, person FROM actor").expect("prepared");
        let mut rows = statement.query([]).expect("read");
        while let Some(row) = rows.next().expect("read") {
            content.owners.insert(Actor(id(row, 0).0), id(row, 1));
        }
        content
    }
}

/// The changes among items.
pub fn places(items: &[ByteBuf]) -> Vec<Place> {
    let place = |item: &ByteBuf| match Item::from_bytes(item).ok()? {
        Item::Change { doc, bytes } => Some((doc, decode_change(&bytes).ok()?.hash())),
        _ => None,
    };
    items.iter().filter_map(place).collect()
}

pub(super) fn id(row: &rusqlite::Row<'_>, column: usize) -> RecordId {
    RecordId::from_slice(&row.get::<_, Vec<u8>>(column).expect("bytes")).expect("an id")
}
