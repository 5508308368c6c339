//! A company from one store into another: same numbers, same epoch, so that no device notices.

use super::{Store, Tx, Value, params};
use maydan_core::{Error, ErrorCode, Result};

/// A table, its columns, and how many of the first of them are its key.
struct Table {
    name: &'static str,
    columns: &'static [&'static str],
    keys: usize,
}

/// All tables, those first that others refer to.
const TABLES: &[Table] = &[
    Table { name: "meta", columns: &["key", "value"], keys: 1 },
    Table { name: "log", columns: &["seq", "digest", "at"], keys: 1 },
    Table { name: "person", columns: &["id", "login", "name", "role", "password_hash", "disabled"], keys: 1 },
    Table { name: "access", columns: &["person", "scope", "level"], keys: 2 },
    Table { name: "grant_log", columns: &["seq", "person", "scope", "level", "granted_at"], keys: 1 },
    Table { name: "device", columns: &["id", "person", "revoked", "refresh_hash", "previous_hash", "seen_at"], keys: 2 },
    Table { name: "actor", columns: &["n", "actor", "device", "person"], keys: 1 },
    Table {
        name: "doc",
        columns: &["n", "id", "kind", "scope", "parent", "generation", "entered_seq", "last_seq", "day", "heads"],
        keys: 1,
    },
    Table { name: "change", columns: &["seq", "doc", "hash", "actor", "actor_seq", "bytes", "person", "device", "received_at"], keys: 1 },
    Table { name: "covered", columns: &["doc", "actor", "actor_seq"], keys: 2 },
    Table { name: "snapshot", columns: &["doc", "upto_seq", "bytes", "heads", "row", "conflicted", "fingerprint"], keys: 1 },
    Table { name: "moved", columns: &["seq", "doc", "source", "target", "command", "person", "at"], keys: 1 },
    Table { name: "tally", columns: &["scope", "docs", "sum"], keys: 1 },
    Table { name: "handed_over", columns: &["n", "device", "person", "hash", "item", "at", "refused"], keys: 1 },
    Table { name: "blob_ref", columns: &["hash", "doc", "person", "actor", "proven"], keys: 4 },
    Table { name: "blob", columns: &["hash", "place", "size", "kept_at", "epoch"], keys: 1 },
    Table { name: "blob_bringer", columns: &["hash", "person"], keys: 2 },
    Table { name: "upload", columns: &["hash", "person", "place", "size", "began_at"], keys: 2 },
    Table { name: "upload_part", columns: &["place", "n"], keys: 2 },
    Table { name: "handed_blob", columns: &["hash", "device", "person", "at"], keys: 3 },
    Table { name: "erased", columns: &["n", "id", "at"], keys: 1 },
    Table { name: "feed", columns: &["scope", "seq", "doc", "sort"], keys: 2 },
];

/// What a store keeps in `meta` about itself.
const OWN: &[&str] = &["schema", "epoch"];
/// Rows taken along at once.
const AT_ONCE: i64 = 500;

/// Copies a company into an empty store; answers how many rows. `seen` is told of each table as it is done.
///
/// # Errors
/// [`ErrorCode::WrongState`] when there is something in `to`; what either database says. Nothing is written then.
pub fn copy(from: &dyn Store, to: &dyn Store, seen: &mut dyn FnMut(&str, u64)) -> Result<u64> {
    let epoch = from.epoch()?;
    let mut total = 0;
    from.read(&mut |source| {
        to.write(&mut |target| {
            if target.value::<i64>("SELECT count(*) FROM log", params![])? > 0 {
                return Err(Error::new(ErrorCode::WrongState, "there is a company in the store to copy to: name an empty one"));
            }
            total = 0;
            for table in TABLES {
                let rows = table.copy(source, target)?;
                seen(table.name, rows);
                total += rows;
            }
            Ok(())
        })
    })?;
    to.set_epoch(epoch)?;
    to.add_erased(&from.erased()?)?;
    Ok(total)
}

impl Table {
    fn copy(&self, source: &mut dyn Tx, target: &mut dyn Tx) -> Result<u64> {
        let mut copied = 0;
        let mut last: Option<Vec<Value>> = None;
        loop {
            let rows = source.rows(&self.select(last.is_some()), last.clone().unwrap_or_default())?;
            let Some(end) = rows.last() else { return Ok(copied) };
            last = Some(end.0[..self.keys].to_vec());
            let is_own = |row: &super::Row| self.name == "meta" && OWN.iter().any(|key| row.0[0] == Value::from(*key));
            let sets: Vec<Vec<Value>> = rows.into_iter().filter(|row| !is_own(row)).map(|row| row.0).collect();
            copied += target.write_each(&self.insert(), &sets)?.iter().sum::<u64>();
        }
    }

    fn select(&self, goes_on: bool) -> String {
        let keys = self.columns[..self.keys].join(", ");
        let after = if goes_on { format!("WHERE ({keys}) > ({}) ", places(self.keys)) } else { String::new() };
        format!("SELECT {} FROM {} {after}ORDER BY {keys} LIMIT {AT_ONCE}", self.columns.join(", "), self.name)
    }

    fn insert(&self) -> String {
        format!("INSERT INTO {} ({}) VALUES ({})", self.name, self.columns.join(", "), places(self.columns.len()))
    }
}

/// `$1, $2, …`
fn places(count: usize) -> String {
    (1..=count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_and_no_column_is_left_behind() {
        let db = rusqlite::Connection::open_in_memory().expect("opened");
        db.execute_batch(include_str!("../../../migrations/server/0001_begin.sql")).expect("made");
        let sql = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let made: Vec<(String, String)> = db.prepare(sql).and_then(|mut s| s.query_map([], read)?.collect()).expect("listed");
        let mut known: Vec<(String, String)> =
            TABLES.iter().flat_map(|t| t.columns.iter().map(|c| (t.name.to_owned(), (*c).to_owned()))).collect();
        known.sort();
        assert_eq!(made, known);
    }
}
