//! Documents to rows.
//!
//! No statement here replaces a row (`INSERT OR REPLACE`): SQLite takes a savepoint for such, at each of which FTS5 writes
//! out what it has gathered. Thousands of records in one transaction took several times as long.

use super::schema::has_sort_key;
use crate::storage;
use maydan_core::document::{DELETED_AT, Document};
use maydan_core::text::{bare_tokens, fold, phone_search_forms};
use maydan_core::{FieldType, Kind, Registry, Result, Row, Value};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

/// Country code of numbers typed without one.
const HOME: &str = "218";

/// Brings the projection of a document up to date. Kinds that are not known here have none until an update brings them.
pub(crate) fn write(db: &Connection, registry: &Registry, n: i64, document: &mut Document) -> Result<()> {
    let row = document.row();
    match registry.get(&document.kind().name) {
        Ok(kind) => write_row(db, kind, n, &row),
        Err(_) => Ok(()),
    }
}

/// Writes a row and its search entries.
pub(crate) fn write_row(db: &Connection, kind: &Kind, n: i64, row: &Row) -> Result<()> {
    let deleted = row.get(DELETED_AT).is_some_and(|v| !v.is_empty());
    let mut columns = vec!["n".to_owned(), "deleted".to_owned(), DELETED_AT.to_owned()];
    let mut values = vec![Sql::Integer(n), Sql::Integer(i64::from(deleted)), sql(row.get(DELETED_AT))];
    for field in kind.columns() {
        columns.push(field.name.clone().into_owned());
        values.push(sql(row.get(field.name.as_ref())));
        if has_sort_key(field) {
            columns.push(format!("k_{}", field.name));
            values.push(Sql::Text(row.get(field.name.as_ref()).and_then(Value::as_text).map(fold).unwrap_or_default()));
        }
    }
    let was_live: Option<bool> = db
        .prepare_cached(&format!("SELECT deleted = 0 FROM r_{} WHERE n = ?1", kind.name))
        .and_then(|mut s| s.query_row([n], |r| r.get(0)).optional())
        .map_err(storage)?;
    let sql = if was_live.is_some() {
        format!("UPDATE r_{} SET ({}) = ({}) WHERE n = ?1", kind.name, columns[1..].join(", "), marks(2..=columns.len()))
    } else {
        format!("INSERT INTO r_{} ({}) VALUES ({})", kind.name, columns.join(", "), marks(1..=columns.len()))
    };
    db.prepare_cached(&sql).and_then(|mut s| s.execute(params_from_iter(values))).map_err(storage)?;
    match (was_live.unwrap_or(false), !deleted) {
        (false, true) => super::count(db, kind, 1)?,
        (true, false) => super::count(db, kind, -1)?,
        _ => {}
    }
    index(db, kind, n, row, was_live.is_some())
}

/// `?1, ?2, …`.
fn marks(numbers: std::ops::RangeInclusive<usize>) -> String {
    numbers.map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ")
}

/// Search entries. Deleted records stay in the index and are left out by the join, so that restoring is instant.
fn index(db: &Connection, kind: &Kind, n: i64, row: &Row, existed: bool) -> Result<()> {
    let folded = searchable(kind, row);
    if existed {
        for index in ["f", "p"] {
            db.prepare_cached(&format!("DELETE FROM {index}_{} WHERE rowid = ?1", kind.name))
                .and_then(|mut s| s.execute([n]))
                .map_err(storage)?;
        }
    }
    if folded.is_empty() {
        return Ok(());
    }
    db.prepare_cached(&format!("INSERT INTO f_{} (rowid, folded) VALUES (?1, ?2)", kind.name))
        .and_then(|mut s| s.execute(params![n, folded]))
        .map_err(storage)?;
    db.prepare_cached(&format!("INSERT INTO p_{} (rowid, tokens) VALUES (?1, ?2)", kind.name))
        .and_then(|mut s| s.execute(params![n, bare_tokens(&folded)]))
        .map_err(storage)?;
    Ok(())
}

fn searchable(kind: &Kind, row: &Row) -> String {
    let mut text = String::new();
    for field in kind.columns().filter(|f| f.search) {
        let part = match (field.ty.stored(), row.get(field.name.as_ref())) {
            (FieldType::Phone, Some(Value::Text(typed))) => phone_search_forms(typed, HOME),
            (_, Some(Value::Text(s))) => fold(s),
            (_, Some(Value::Tags(words))) => fold(&words.join(" ")),
            _ => continue,
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&part);
    }
    text
}

fn sql(value: Option<&Value>) -> Sql {
    match value {
        None | Some(Value::Null) => Sql::Null,
        Some(Value::Bool(b)) => Sql::Integer(i64::from(*b)),
        Some(Value::Int(i)) => Sql::Integer(*i),
        Some(Value::Real(x)) => Sql::Real(*x),
        Some(Value::Text(s)) => Sql::Text(s.clone()),
        Some(Value::Tags(words)) => Sql::Text(words.join("\n")),
    }
}
