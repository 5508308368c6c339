//! Lists and search, from projections alone.

use super::schema::sort_column;
use crate::storage;
use maydan_core::command::{Filter, Line, ListRecords, MAX_PAGE, Test};
use maydan_core::document::{DELETED_AT, Document};
use maydan_core::text::{bare_tokens, fold};
use maydan_core::{Error, ErrorCode, FieldType, Kind, RecordId, Registry, Result, Row, Value};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};
use std::collections::{BTreeMap, BTreeSet};

/// Matches that a search looks at. More are found by typing more.
const MOST_MATCHES: usize = 1_000;

/// A page of a list: lines, how many there are, and whether that is only a lower bound.
pub(crate) fn list(db: &Connection, kind: &Kind, request: &ListRecords) -> Result<(Vec<Line>, u32, bool)> {
    if request.limit > MAX_PAGE {
        return Err(Error::bad_request(format!("a page has at most {MAX_PAGE} lines")));
    }
    let (condition, arguments) = conditions(kind, &request.filters)?;
    let terms = fold(&request.search);
    if terms.is_empty() {
        plain(db, kind, request, &condition, arguments)
    } else {
        search(db, kind, request, &terms, &condition, arguments)
    }
}

fn plain(db: &Connection, kind: &Kind, request: &ListRecords, condition: &str, arguments: Vec<Sql>) -> Result<(Vec<Line>, u32, bool)> {
    let total = if request.filters.is_empty() {
        db.prepare_cached("SELECT live FROM projection WHERE kind = ?1")
            .and_then(|mut s| s.query_row([kind.name.as_ref()], |r| r.get(0)))
            .map_err(storage)?
    } else {
        db.prepare_cached(&format!("SELECT count(*) FROM r_{} WHERE deleted = 0{condition}", kind.name))
            .and_then(|mut s| s.query_row(params_from_iter(&arguments), |r| r.get(0)))
            .map_err(storage)?
    };
    let order = order(kind, request)?;
    let sql = format!(
        "SELECT n FROM r_{} WHERE deleted = 0{condition} ORDER BY {order} LIMIT {} OFFSET {}",
        kind.name, request.limit, request.offset
    );
    let numbers: Vec<i64> =
        db.prepare_cached(&sql).and_then(|mut s| s.query_map(params_from_iter(&arguments), |r| r.get(0))?.collect()).map_err(storage)?;
    Ok((fetch(db, kind, &numbers)?, total, false))
}

fn search(
    db: &Connection,
    kind: &Kind,
    request: &ListRecords,
    terms: &str,
    condition: &str,
    arguments: Vec<Sql>,
) -> Result<(Vec<Line>, u32, bool)> {
    let name = &kind.name;
    let (long, short): (Vec<&str>, Vec<&str>) = terms.split(' ').partition(|t| t.chars().count() >= 3);
    let mut sources = Vec::new();
    let mut values = Vec::new();
    if !long.is_empty() {
        sources.push(format!("n IN (SELECT rowid FROM f_{name} WHERE f_{name} MATCH ? LIMIT {})", MOST_MATCHES * 4));
        values.push(Sql::Text(long.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(" AND ")));
    }
    if !short.is_empty() {
        let tokens = short.iter().map(|t| bare_tokens(t)).collect::<String>();
        let prefixes: Vec<String> = tokens.split_whitespace().map(|t| format!("{}*", quoted(t))).collect();
        // Signs between words («محل - فرع») name no token; alone they find nothing.
        if !prefixes.is_empty() {
            sources.push(format!("n IN (SELECT rowid FROM p_{name} WHERE p_{name} MATCH ? LIMIT {})", MOST_MATCHES * 4));
            values.push(Sql::Text(prefixes.join(" AND ")));
        }
    }
    if sources.is_empty() {
        return Ok((Vec::new(), 0, false));
    }
    values.extend(arguments);
    let title = kind.title().map_or("NULL", |f| f.name.as_ref());
    let sql =
        format!("SELECT n, {title} FROM r_{name} WHERE {} AND deleted = 0{condition} LIMIT {}", sources.join(" AND "), MOST_MATCHES + 1);
    let mut matches: Vec<(u8, String, i64)> = db
        .prepare_cached(&sql)
        .and_then(|mut s| {
            s.query_map(params_from_iter(&values), |r| Ok((r.get::<_, i64>(0)?, r.get::<_, Option<String>>(1)?.unwrap_or_default())))?
                .collect::<Result<Vec<_>, _>>()
        })
        .map_err(storage)?
        .into_iter()
        .map(|(n, title)| (rank(&request.search, terms, &title), fold(&title), n))
        .collect();
    let floor = matches.len() > MOST_MATCHES;
    matches.truncate(MOST_MATCHES);
    matches.sort();
    let total = u32::try_from(matches.len()).unwrap_or(u32::MAX);
    let page: Vec<i64> = matches
        .into_iter()
        .skip(usize::try_from(request.offset).unwrap_or(usize::MAX))
        .take(usize::try_from(request.limit).unwrap_or(0))
        .map(|(_, _, n)| n)
        .collect();
    Ok((fetch(db, kind, &page)?, total, floor))
}

/// How well a title fits what was typed: as typed before folded, whole before beginning, beginning before inside.
fn rank(typed: &str, folded: &str, title: &str) -> u8 {
    let typed = typed.trim();
    let plain = fold(title);
    if title == typed {
        0
    } else if plain == folded {
        1
    } else if title.starts_with(typed) {
        2
    } else if plain.starts_with(folded) || plain.strip_prefix("ال").is_some_and(|p| p.starts_with(folded)) {
        3
    } else if title.contains(typed) {
        4
    } else if plain.contains(folded) {
        5
    } else {
        6
    }
}

fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', "\"\""))
}

fn conditions(kind: &Kind, filters: &[Filter]) -> Result<(String, Vec<Sql>)> {
    let mut condition = String::new();
    let mut arguments = Vec::new();
    for filter in filters {
        let field = kind.get(&filter.field)?;
        if !(field.filter || field.sort) {
            return Err(Error::new(ErrorCode::UnknownField, format!("{} can't be filtered by {}", kind.name, field.name)));
        }
        let column = &field.name;
        match &filter.test {
            Test::Is(value) => {
                condition.push_str(&format!(" AND {column} = ?"));
                arguments.push(argument(value));
            }
            Test::OneOf(values) => {
                let marks = vec!["?"; values.len()].join(", ");
                condition.push_str(&format!(" AND {column} IN ({marks})"));
                arguments.extend(values.iter().map(argument));
            }
            Test::Empty => condition.push_str(&format!(" AND {column} IS NULL")),
            Test::AtLeast(value) => {
                condition.push_str(&format!(" AND {column} >= ?"));
                arguments.push(argument(value));
            }
            Test::AtMost(value) => {
                condition.push_str(&format!(" AND {column} <= ?"));
                arguments.push(argument(value));
            }
        }
    }
    Ok((condition, arguments))
}

fn argument(value: &Value) -> Sql {
    match value {
        Value::Null | Value::Tags(_) => Sql::Null,
        Value::Bool(b) => Sql::Integer(i64::from(*b)),
        Value::Int(n) => Sql::Integer(*n),
        Value::Real(x) => Sql::Real(*x),
        Value::Text(s) => Sql::Text(s.clone()),
    }
}

fn order(kind: &Kind, request: &ListRecords) -> Result<String> {
    let (field, descending) = match &request.sort {
        Some(sort) => (kind.get(&sort.field)?, sort.descending),
        None => match kind.title().filter(|f| f.sort).or_else(|| kind.columns().find(|f| f.sort)) {
            Some(field) => (field, false),
            None => return Ok("n".to_owned()),
        },
    };
    if !field.sort {
        return Err(Error::new(ErrorCode::UnknownField, format!("{} can't be sorted by {}", kind.name, field.name)));
    }
    let direction = if descending { "DESC" } else { "ASC" };
    Ok(format!("{} {direction}, n {direction}", sort_column(field)))
}

/// The lines with these numbers, in this order.
pub(crate) fn fetch(db: &Connection, kind: &Kind, numbers: &[i64]) -> Result<Vec<Line>> {
    let columns: Vec<_> = kind.columns().collect();
    let names: Vec<String> = columns.iter().map(|f| format!("r.{}", f.name)).collect();
    let comma = if names.is_empty() { "" } else { ", " };
    let sql = format!(
        "SELECT d.id, d.pending, d.conflicted, r.deleted_at{comma}{} FROM r_{} r JOIN document d ON d.n = r.n WHERE r.n = ?1",
        names.join(", "),
        kind.name
    );
    let mut statement = db.prepare_cached(&sql).map_err(storage)?;
    let mut lines = Vec::with_capacity(numbers.len());
    for n in numbers {
        let line = statement
            .query_row([n], |r| {
                let id: Vec<u8> = r.get(0)?;
                let mut row = Row::new();
                if let Some(at) = r.get::<_, Option<i64>>(3)? {
                    row.insert(DELETED_AT.to_owned(), Value::Int(at));
                }
                for (i, field) in columns.iter().enumerate() {
                    let value = value(field.ty.stored(), r.get(4 + i)?);
                    if !value.is_empty() {
                        row.insert(field.name.clone().into_owned(), value);
                    }
                }
                Ok((id, r.get::<_, i64>(1)? > 0, r.get::<_, i64>(2)? > 0, row))
            })
            .map_err(storage)?;
        let (id, pending, conflicted, row) = line;
        lines.push(Line { id: RecordId::from_slice(&id)?, row, pending, conflicted });
    }
    Ok(lines)
}

/// Whether the row of a record is what its document says.
pub(crate) fn agrees(db: &Connection, n: i64, document: &mut Document) -> Result<bool> {
    let kind = document.kind().clone();
    let mut row = document.row();
    row.retain(|field, value| !value.is_empty() && (field == DELETED_AT || kind.columns().any(|column| column.name == *field)));
    let is_there = db
        .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM r_{} WHERE n = ?1)", kind.name))
        .and_then(|mut s| s.query_row([n], |r| r.get(0)))
        .map_err(storage)?;
    let lines = if is_there { fetch(db, &kind, &[n])? } else { Vec::new() };
    Ok(lines.first().is_some_and(|line| line.row == row && line.conflicted != document.conflicts().is_empty()))
}

/// The values of a filterable field, the most frequent first: one walk over the field's index.
pub(crate) fn values(db: &Connection, kind: &Kind, field: &str, limit: u32) -> Result<Vec<Value>> {
    let field = kind.get(field)?;
    if !field.filter {
        return Err(Error::new(ErrorCode::UnknownField, format!("{} can't be filtered by {}", kind.name, field.name)));
    }
    let (name, table) = (&field.name, &kind.name);
    let sql = format!(
        "SELECT {name} FROM r_{table} WHERE deleted = 0 AND {name} IS NOT NULL GROUP BY {name} ORDER BY count(*) DESC, {name} LIMIT ?1"
    );
    let found: Vec<Sql> = db.prepare_cached(&sql).and_then(|mut s| s.query_map([limit], |r| r.get(0))?.collect()).map_err(storage)?;
    Ok(found.into_iter().map(|v| value(field.ty.stored(), v)).filter(|v| !v.is_empty()).collect())
}

fn value(ty: &FieldType, sql: Sql) -> Value {
    match (ty, sql) {
        (_, Sql::Null | Sql::Blob(_)) => Value::Null,
        (FieldType::Bool, Sql::Integer(n)) => Value::Bool(n != 0),
        (_, Sql::Integer(n)) => Value::Int(n),
        (_, Sql::Real(x)) => Value::Real(x),
        (FieldType::Tags, Sql::Text(s)) => Value::Tags(s.split('\n').map(str::to_owned).collect()),
        (_, Sql::Text(s)) => Value::Text(s),
    }
}

/// Titles of records of any kind; those that are not here are left out.
pub(crate) fn titles(db: &Connection, registry: &Registry, ids: impl IntoIterator<Item = RecordId>) -> Result<BTreeMap<RecordId, String>> {
    let mut titles = BTreeMap::new();
    // Most lines of a page name the same few records, which may not be here.
    for id in ids.into_iter().collect::<BTreeSet<_>>() {
        let Some(stored) = crate::store::find(db, id)? else { continue };
        let Ok(kind) = registry.get(&stored.kind) else { continue };
        let Some(field) = kind.title() else { continue };
        let title: Option<String> = db
            .prepare_cached(&format!("SELECT {} FROM r_{} WHERE n = ?1", field.name, kind.name))
            .and_then(|mut s| s.query_row([stored.n], |r| r.get(0)))
            .map_err(storage)?;
        titles.insert(id, title.unwrap_or_default());
    }
    Ok(titles)
}
