//! A host that keeps everything in a folder: for tests, demo and tools.

use maydan_core::command::Event;
use maydan_core::{Host, Instant, Result};
use maydan_driver::{Folder, Platform};
use maydan_replica::Place;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// The machine's clock, which a test may set wrong, and real randomness.
#[derive(Debug, Default)]
pub struct SystemHost {
    /// How wrong the clock is, milliseconds.
    pub wrong_by: AtomicI64,
}

impl Host for SystemHost {
    fn now(&self) -> Instant {
        Instant(chrono::Utc::now().timestamp_millis() + self.wrong_by.load(Ordering::Relaxed))
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        if let Err(e) = getrandom::fill(buffer) {
            panic!("no random source: {e}");
        }
    }

    fn zone(&self) -> String {
        "Africa/Tripoli".into()
    }

    fn utc_offset_minutes(&self, _: Instant) -> i32 {
        120
    }
}

/// A device in a folder.
#[derive(Debug, Clone)]
pub struct FolderPlatform {
    folder: Folder,
    /// Its clock.
    pub host: Arc<SystemHost>,
    events: Arc<Mutex<Vec<Event>>>,
    /// Something was told to the user interface: whoever waits for a condition looks again.
    pub news: Arc<Notify>,
}

impl FolderPlatform {
    /// A device that keeps its things in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Folder::new(folder), news: Arc::default(), host: Arc::default(), events: Arc::default() }
    }

    /// What the user interface was told since this was asked last.
    pub fn take_events(&self) -> Vec<Event> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Platform for FolderPlatform {
    fn host(&self) -> Arc<dyn Host> {
        self.host.clone()
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
        self.load(&format!("secret-{key}"))
    }

    fn store_secret(&self, key: &str, value: Option<&str>) -> Result<()> {
        self.store(&format!("secret-{key}"), value)
    }

    fn unsupported(&self) -> Vec<String> {
        vec!["background_location".into(), "keyring".into()]
    }

    fn durable(&self) -> Option<bool> {
        Some(true)
    }

    fn emit(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        self.news.notify_waiters();
    }
}
