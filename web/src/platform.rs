//! A browser as a host of the loop.
//!
//! Small things live in a database of their own. A browser has no keyring: the refresh token lives there too, which the
//! settings page says (`keyring` is among what is not supported).

use crate::host::BrowserHost;
use crate::message::Message;
use crate::scope::{to_page, to_tabs};
use maydan_core::command::Event;
use maydan_core::{Error, Host, Result};
use maydan_driver::Platform;
use maydan_replica::Place;
use rusqlite::{Connection, OptionalExtension};
use std::cell::{Cell, RefCell};
use std::sync::Arc;

thread_local! {
    static THINGS: RefCell<Option<Connection>> = const { RefCell::new(None) };
    static DURABLE: Cell<Option<bool>> = const { Cell::new(None) };
}

/// A browser worker.
#[derive(Debug, Default, Clone, Copy)]
pub struct Browser;

/// Opens the database of small things; the file system must be there already.
pub fn open_things() -> Result<()> {
    let failed = |e: rusqlite::Error| Error::internal(format!("the browser's storage did not open: {e}"));
    let db = Connection::open("things.db").map_err(failed)?;
    db.pragma_update(None, "locking_mode", "exclusive").map_err(failed)?;
    db.pragma_update(None, "synchronous", "full").map_err(failed)?;
    db.execute_batch("CREATE TABLE IF NOT EXISTS thing (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID").map_err(failed)?;
    THINGS.with(|things| *things.borrow_mut() = Some(db));
    Ok(())
}

/// Remembers what the browser said about keeping the data.
pub fn set_durable(durable: bool) {
    DURABLE.with(|d| d.set(Some(durable)));
}

fn with_things<T>(work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
    THINGS.with(|things| {
        let things = things.borrow();
        let db = things.as_ref().ok_or_else(|| Error::internal("the browser's storage is not open"))?;
        work(db).map_err(|e| Error::internal(format!("the browser's storage answered: {e}")))
    })
}

impl Platform for Browser {
    fn host(&self) -> Arc<dyn Host> {
        Arc::new(BrowserHost)
    }

    fn place(&self, name: &str) -> Place {
        Place::Browser(format!("{name}.db"))
    }

    fn load(&self, key: &str) -> Result<Option<String>> {
        with_things(|db| db.query_row("SELECT value FROM thing WHERE key = ?1", [key], |r| r.get(0)).optional())
    }

    fn store(&self, key: &str, value: Option<&str>) -> Result<()> {
        with_things(|db| match value {
            Some(value) => db.execute("INSERT OR REPLACE INTO thing (key, value) VALUES (?1, ?2)", [key, value]),
            None => db.execute("DELETE FROM thing WHERE key = ?1", [key]),
        })
        .map(drop)
    }

    fn load_secret(&self, key: &str) -> Result<Option<String>> {
        self.load(&format!("secret-{key}"))
    }

    fn store_secret(&self, key: &str, value: Option<&str>) -> Result<()> {
        self.store(&format!("secret-{key}"), value)
    }

    fn unsupported(&self) -> Vec<String> {
        vec!["background_location".into(), "keyring".into()]
    }

    fn durable(&self) -> Option<bool> {
        DURABLE.with(Cell::get)
    }

    fn emit(&self, event: Event) {
        if let Ok(json) = serde_json::to_string(&event) {
            let message = Message::Event(json);
            to_page(&message);
            to_tabs(&message);
        }
    }
}
