//! A desktop or phone as a host of the loop.
//!
//! Secrets go into the system's keyring. Where there is none (a Linux machine without a secret service), they go into a
//! file that only this user may read, and the settings page says so: `keyring` is then among what is not supported.

use maydan_core::command::Event;
use maydan_core::{Error, Host, Instant, Result};
use maydan_driver::{Folder, Platform};
use maydan_replica::Place;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tauri::Emitter;

/// Name of the app in the keyring.
const SERVICE: &str = "app.maydan";

/// This machine's clock and randomness.
#[derive(Debug)]
struct Machine;

impl Host for Machine {
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        // Without a random source nothing here is safe: stopping is the only answer.
        if let Err(e) = getrandom::fill(buffer) {
            panic!("this machine has no random source: {e}");
        }
    }

    fn zone(&self) -> String {
        iana_time_zone::get_timezone().unwrap_or_else(|_| "UTC".into())
    }

    fn utc_offset_minutes(&self, at: Instant) -> i32 {
        use chrono::{Local, Offset, TimeZone};
        Local.timestamp_millis_opt(at.0).single().map_or(0, |t| t.offset().fix().local_minus_utc() / 60)
    }
}

/// A folder, a keyring and a window.
#[derive(Clone)]
pub(crate) struct Native {
    folder: Folder,
    keyring: bool,
    window: tauri::AppHandle,
}

impl Native {
    pub fn new(folder: PathBuf, window: tauri::AppHandle) -> Self {
        Self { folder: Folder::new(folder), keyring: keyring_works(), window }
    }

    /// The entry of a secret. Each data folder has its own, so that two of them do not share a session.
    fn entry(&self, key: &str) -> Result<keyring::Entry> {
        keyring::Entry::new(SERVICE, &format!("{key} of {}", self.folder.path().display())).map_err(keyring_error)
    }
}

fn keyring_works() -> bool {
    let tried = keyring::Entry::new(SERVICE, "is there a keyring").and_then(|entry| match entry.get_password() {
        Err(keyring::Error::NoEntry) => Ok(()),
        other => other.map(drop),
    });
    if let Err(e) = &tried {
        tracing::warn!("no keyring ({e}): the session is kept in a file that only this user may read");
    }
    tried.is_ok()
}

fn keyring_error(e: keyring::Error) -> Error {
    Error::internal(format!("the keyring answered: {e}; unlock it and try again"))
}

impl Platform for Native {
    fn host(&self) -> Arc<dyn Host> {
        Arc::new(Machine)
    }

    fn place(&self, name: &str) -> Place {
        Place::File(self.folder.path().join(format!("{name}.db")))
    }

    fn load(&self, key: &str) -> Result<Option<String>> {
        self.folder.load(key)
    }

    fn store(&self, key: &str, value: Option<&str>) -> Result<()> {
        self.folder.store(key, value)
    }

    fn load_secret(&self, key: &str) -> Result<Option<String>> {
        if !self.keyring {
            return self.load(&format!("secret-{key}"));
        }
        match self.entry(key)?.get_password() {
            Ok(secret) => Ok(Some(secret)),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(e) => Err(keyring_error(e)),
        }
    }

    fn store_secret(&self, key: &str, value: Option<&str>) -> Result<()> {
        if !self.keyring {
            return self.store(&format!("secret-{key}"), value);
        }
        let entry = self.entry(key)?;
        match value {
            Some(value) => entry.set_password(value).map_err(keyring_error),
            None => match entry.delete_credential() {
                Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
                Err(e) => Err(keyring_error(e)),
            },
        }
    }

    fn unsupported(&self) -> Vec<String> {
        let mut words = vec!["background_location".to_owned()];
        if cfg!(desktop) {
            words.push("location".to_owned());
        }
        if !self.keyring {
            words.push("keyring".to_owned());
        }
        words
    }

    fn durable(&self) -> Option<bool> {
        Some(true)
    }

    fn default_server(&self) -> Option<String> {
        std::env::var("MAYDAN_SERVER").ok()
    }

    fn emit(&self, event: Event) {
        if let Err(e) = self.window.emit("maydan", event) {
            tracing::warn!("the window was not told: {e}");
        }
    }
}
