//! Names for ids: records by their title, installations by the person behind them.

use crate::{Replica, projection, storage};
use maydan_core::{Actor, FieldType, Kind, RecordId, Result, Row, Value};
use rusqlite::OptionalExtension;
use std::collections::BTreeMap;

/// The records that a row's links name.
pub(super) fn links<'a>(kind: &'a Kind, row: &'a Row) -> impl Iterator<Item = RecordId> + 'a {
    kind.fields
        .iter()
        .filter(|f| matches!(f.ty, FieldType::Link(_)))
        .filter_map(|f| row.get(f.name.as_ref()).and_then(Value::as_text)?.parse().ok())
}

/// Titles by id, and people by actor, as text keys.
pub(super) fn text_keys(
    replica: &Replica,
    ids: impl IntoIterator<Item = RecordId>,
    actors: impl IntoIterator<Item = Actor>,
) -> Result<BTreeMap<String, String>> {
    let mut names: BTreeMap<String, String> =
        projection::titles(&replica.db, &replica.registry, ids)?.into_iter().map(|(id, title)| (id.to_string(), title)).collect();
    for actor in actors {
        let key = actor.0.to_string();
        if names.contains_key(&key) {
            continue;
        }
        if let Some(user) = person(replica, actor)? {
            if user.0.is_nil() {
                // The server writes under an actor of nobody; screens have a word for it.
                names.insert(key, String::new());
                continue;
            }
            let title = projection::titles(&replica.db, &replica.registry, [user])?.remove(&user);
            let own = replica.user.as_ref().filter(|u| u.id == user).map(|u| u.name.clone());
            if let Some(name) = title.or(own) {
                names.insert(key, name);
            }
        }
    }
    Ok(names)
}

/// The person who writes under an actor.
fn person(replica: &Replica, actor: Actor) -> Result<Option<RecordId>> {
    if actor == replica.actor {
        return Ok(replica.user.as_ref().map(|u| u.id));
    }
    let user: Option<Vec<u8>> = replica
        .db
        .prepare_cached("SELECT user FROM actor WHERE actor = ?1")
        .and_then(|mut s| s.query_row([actor.0.as_bytes()], |r| r.get(0)).optional())
        .map_err(storage)?;
    user.map(|bytes| RecordId::from_slice(&bytes)).transpose()
}
