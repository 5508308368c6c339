//! Forgetting everything of a person's on a device: in the database itself, because a file can't be taken away under every
//! host, and so that a power cut in the middle is made good when it is opened again.

use crate::{Replica, blob, storage, store};
use maydan_core::Result;
use rusqlite::Connection;

/// Stands in the header of a database whose tables are gone and whose pages may still hold what was in them.
const WIPING: i32 = 0x5749_5045;

impl Replica {
    /// Forgets everything, and answers whether it did: what was written since the last hand-over goes first. The database is
    /// good for nothing afterwards until it is opened anew, as an empty one.
    ///
    /// # Errors
    /// What the database says. Then nothing is forgotten, or the rest when it is opened.
    pub fn wipe(&mut self) -> Result<bool> {
        if self.has_unsent()? || blob::has_unsent(&self.db)? {
            return Ok(false);
        }
        self.wipe_tables()?;
        finish(&self.db)?;
        Ok(true)
    }

    /// Takes away all tables, at once or not at all, and marks what is left for [`finish`].
    pub(crate) fn wipe_tables(&mut self) -> Result<()> {
        self.user = None;
        self.documents = store::Cache::new();
        self.db.flush_prepared_statement_cache();
        self.db.pragma_update(None, "foreign_keys", false).map_err(storage)?;
        let done = self.drop_tables();
        // Should it have failed, the device goes on with what it has: nothing may be left behind by what goes later.
        self.db.pragma_update(None, "foreign_keys", true).map_err(storage)?;
        done
    }

    fn drop_tables(&mut self) -> Result<()> {
        let tx = self.db.transaction().map_err(storage)?;
        // Those that have tables of their own go first, and take them along.
        for condition in ["sql LIKE 'CREATE VIRTUAL TABLE%'", "name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"] {
            let names: Vec<String> = tx
                .prepare(&format!("SELECT name FROM sqlite_schema WHERE type = 'table' AND {condition}"))
                .and_then(|mut s| s.query_map([], |r| r.get(0))?.collect())
                .map_err(storage)?;
            for name in names {
                tx.execute_batch(&format!("DROP TABLE \"{}\"", name.replace('"', "\"\""))).map_err(storage)?;
            }
        }
        tx.pragma_update(None, "user_version", 0).map_err(storage)?;
        tx.pragma_update(None, "application_id", WIPING).map_err(storage)?;
        tx.commit().map_err(storage)
    }
}

/// Whether somebody began to wipe this database.
pub(crate) fn is_begun(db: &Connection) -> Result<bool> {
    db.query_row("PRAGMA application_id", [], |r| r.get::<_, i32>(0)).map(|id| id == WIPING).map_err(storage)
}

/// Writes the file anew without what was in it, and empties its log.
pub(crate) fn finish(db: &Connection) -> Result<()> {
    db.execute_batch("VACUUM").map_err(storage)?;
    db.pragma_update(None, "application_id", 0).map_err(storage)?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(storage)
}
