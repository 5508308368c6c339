//! Documents to rows.
//!
//! No statement here replaces a row (`INSERT OR REPLACE`): SQLite takes a savepoint for such, at each of which FTS5 writes
//! out what it has gathered. Thousands of records in one transaction took several times as long.

use super::schema::has_sort_key;
use crate::{storage, store};
use maydan_core::blob::{self, BlobHash};
use maydan_core::document::{DELETED_AT, Document};
use maydan_core::text::{bare_tokens, fold, phone_search_forms};
use maydan_core::{Field, FieldType, Kind, Registry, Result, Row, Value};
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{CachedStatement, Connection, OptionalExtension, ToSql, params, params_from_iter};
use std::borrow::Cow;

/// Country code of numbers typed without one.
const HOME: &str = "218";

/// Stores how a document stands and brings its projection up to date. Kinds that are not known here have none until an update
/// brings them.
pub(crate) fn write(db: &Connection, registry: &Registry, n: i64, document: &mut Document) -> Result<()> {
    let row = store::settle(db, n, document)?;
    let Ok(kind) = registry.get(&document.kind().name) else { return Ok(()) };
    let mut rows = Rows::of(db, kind)?;
    rows.set(n, &Line::of(kind, row))?;
    rows.count()
}

/// Writes rows of one kind, with what is the same for each of them made ready once.
///
/// Whoever writes many does so in the order of their numbers: FTS5 writes out what it has gathered whenever one comes that is
/// below the last.
pub(crate) struct Rows<'a> {
    db: &'a Connection,
    kind: &'a Kind,
    columns: Vec<Column<'a>>,
    insert: CachedStatement<'a>,
    /// Reads the row that is there.
    read: String,
    indexes: Indexes<'a>,
    live: i64,
}

impl<'a> Rows<'a> {
    /// Of one kind.
    pub fn of(db: &'a Connection, kind: &'a Kind) -> Result<Self> {
        let columns = columns(kind);
        let marks: Vec<String> = (1..=columns.len() + 1).map(|number| format!("?{number}")).collect();
        let sql = format!("INSERT INTO r_{} (n, {}) VALUES ({})", kind.name, names(&columns), marks.join(", "));
        let insert = db.prepare_cached(&sql).map_err(storage)?;
        let read = format!("SELECT {} FROM r_{} WHERE n = ?1", names(&columns), kind.name);
        Ok(Self { db, kind, columns, insert, read, indexes: Indexes::of(db, kind)?, live: 0 })
    }

    /// Writes a row that is not there yet.
    pub fn put(&mut self, n: i64, line: &Line) -> Result<()> {
        self.insert.execute(params_from_iter(line.numbered(&n))).map_err(storage)?;
        self.live += i64::from(line.is_live);
        self.indexes.put(n, line)
    }

    /// Writes a row, whether it is there or not. Of one that is there no more than what differs: SQLite writes every index anew
    /// that has a column which is set, whatever its value was, and search entries are the dearest part of a row.
    pub fn set(&mut self, n: i64, line: &Line) -> Result<()> {
        let Some((was_live, differing)) = self.compare(n, line)? else { return self.put(n, line) };
        if differing.is_empty() {
            return Ok(());
        }
        let kind = &self.kind.name;
        let sets: Vec<String> = differing.iter().zip(2..).map(|(at, number)| format!("{} = ?{number}", self.columns[*at].name)).collect();
        let values = differing.iter().map(|at| &line.values[*at] as &dyn ToSql);
        self.db
            .prepare_cached(&format!("UPDATE r_{kind} SET {} WHERE n = ?1", sets.join(", ")))
            .and_then(|mut s| s.execute(params_from_iter(std::iter::once(&n as &dyn ToSql).chain(values))))
            .map_err(storage)?;
        self.live += i64::from(line.is_live) - i64::from(was_live);
        if differing.iter().any(|at| self.columns[*at].is_searched) {
            for index in ["f", "p"] {
                self.db
                    .prepare_cached(&format!("DELETE FROM {index}_{kind} WHERE rowid = ?1"))
                    .and_then(|mut s| s.execute([n]))
                    .map_err(storage)?;
            }
            self.indexes.put(n, line)?;
        }
        Ok(())
    }

    /// Whether the row that is there is live, and which of its columns differ from this one's.
    fn compare(&self, n: i64, line: &Line) -> Result<Option<(bool, Vec<usize>)>> {
        self.db
            .prepare_cached(&self.read)
            .and_then(|mut s| {
                s.query_row([n], |row| {
                    let mut differing = Vec::new();
                    for (at, value) in line.values.iter().enumerate() {
                        if row.get_ref(at)? != ValueRef::from(value) {
                            differing.push(at);
                        }
                    }
                    Ok((!row.get::<_, bool>(0)?, differing))
                })
                .optional()
            })
            .map_err(storage)
    }

    /// Counts what is live now and was not, or the other way round: the last thing to be done.
    pub fn count(self) -> Result<()> {
        if self.live == 0 { Ok(()) } else { super::count(self.db, self.kind, self.live) }
    }
}

/// Search entries. Deleted records stay in the indexes and are left out by the join, so that restoring is instant.
struct Indexes<'a> {
    folded: CachedStatement<'a>,
    tokens: CachedStatement<'a>,
}

impl<'a> Indexes<'a> {
    fn of(db: &'a Connection, kind: &Kind) -> Result<Self> {
        let statement = |sql: String| db.prepare_cached(&sql).map_err(storage);
        Ok(Self {
            folded: statement(format!("INSERT INTO f_{} (rowid, folded) VALUES (?1, ?2)", kind.name))?,
            tokens: statement(format!("INSERT INTO p_{} (rowid, tokens) VALUES (?1, ?2)", kind.name))?,
        })
    }

    fn put(&mut self, n: i64, line: &Line) -> Result<()> {
        if !line.searched.is_empty() {
            self.folded.execute(params![n, line.searched]).map_err(storage)?;
            self.tokens.execute(params![n, line.tokens]).map_err(storage)?;
        }
        Ok(())
    }
}

/// A row as it will lie in its tables, but for its number. Making it needs no database.
#[derive(Debug)]
pub(crate) struct Line {
    /// In the order of [`columns`].
    values: Vec<Sql>,
    is_live: bool,
    /// Folded, one searchable field a line.
    searched: String,
    /// Its tokens, for those that are found by their first letters.
    tokens: String,
    /// The contents that an attachment names.
    pub contents: Vec<BlobHash>,
}

impl Line {
    /// Of a record's row.
    pub fn of(kind: &Kind, mut row: Row) -> Self {
        let contents = match kind.name.as_ref() {
            blob::KIND => blob::named_in(&row),
            _ => Vec::new(),
        };
        let deleted_at = row.remove(DELETED_AT);
        let is_live = deleted_at.as_ref().is_none_or(Value::is_empty);
        let mut values = vec![Sql::Integer(i64::from(!is_live)), sql(deleted_at)];
        let mut searched = String::new();
        for field in kind.columns() {
            let value = row.remove(field.name.as_ref());
            let folded = value.as_ref().and_then(|value| folded(field, value));
            if field.search
                && let Some(text) = found_by(field, value.as_ref(), folded.as_deref())
            {
                if !searched.is_empty() {
                    searched.push('\n');
                }
                searched.push_str(&text);
            }
            values.push(sql(value));
            if has_sort_key(field) {
                values.push(Sql::Text(folded.unwrap_or_default()));
            }
        }
        let tokens = bare_tokens(&searched);
        Self { values, is_live, searched, tokens, contents }
    }

    fn numbered<'a>(&'a self, n: &'a i64) -> impl Iterator<Item = &'a dyn ToSql> {
        std::iter::once(n as &dyn ToSql).chain(self.values.iter().map(|value| value as &dyn ToSql))
    }
}

/// The folded text of a field, where it is searched or sorted by that.
fn folded(field: &Field, value: &Value) -> Option<String> {
    if field.search || has_sort_key(field) { value.as_text().map(fold) } else { None }
}

/// What a field is found by.
fn found_by<'a>(field: &Field, value: Option<&Value>, folded: Option<&'a str>) -> Option<Cow<'a, str>> {
    match (field.ty.stored(), value?) {
        (FieldType::Phone, Value::Text(typed)) => Some(phone_search_forms(typed, HOME).into()),
        (_, Value::Tags(words)) => Some(fold(&words.join(" ")).into()),
        _ => folded.map(Cow::from),
    }
}

/// A column of a kind's rows.
struct Column<'a> {
    name: Cow<'a, str>,
    /// Whether what it holds is searched for.
    is_searched: bool,
}

/// The columns of a kind's rows, after the number. The first says whether the record is deleted.
fn columns(kind: &Kind) -> Vec<Column<'_>> {
    let column = |name, is_searched| Column { name, is_searched };
    let mut columns = vec![column("deleted".into(), false), column(DELETED_AT.into(), false)];
    for field in kind.columns() {
        columns.push(column(field.name.as_ref().into(), field.search));
        if has_sort_key(field) {
            columns.push(column(format!("k_{}", field.name).into(), false));
        }
    }
    columns
}

/// Their names, as a statement has them.
fn names(columns: &[Column<'_>]) -> String {
    columns.iter().map(|column| column.name.as_ref()).collect::<Vec<_>>().join(", ")
}

fn sql(value: Option<Value>) -> Sql {
    match value {
        None | Some(Value::Null) => Sql::Null,
        Some(Value::Bool(b)) => Sql::Integer(i64::from(b)),
        Some(Value::Int(i)) => Sql::Integer(i),
        Some(Value::Real(x)) => Sql::Real(x),
        Some(Value::Text(s)) => Sql::Text(s),
        Some(Value::Tags(words)) => Sql::Text(words.join("\n")),
    }
}
