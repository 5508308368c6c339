//! A rep who works on, whatever happens to her device.

use crate::disk::Disk;
use maydan_core::command::{CheckIn, CheckOut, CreateRecord, EditFields, SignIn};
use maydan_core::document::Edit;
use maydan_core::{Error, ErrorCode, RecordId, Result, Value};
use maydan_it::demo::{Device, Journal, Saved};
use maydan_it::world::PASSWORD;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a device may take to come up on a good disk.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long she waits before she starts a device again that did not come up.
const BREATH: Duration = Duration::from_millis(300);

/// A rep with her device and her journal.
pub struct Rep {
    name: &'static str,
    programs: PathBuf,
    folder: PathBuf,
    disk: Disk,
    device: Option<Device>,
    journal: Journal,
    random: fastrand::Rng,
    /// Records that she may write in, those that colleagues made among them.
    customers: Vec<RecordId>,
    notes: Vec<RecordId>,
    words: u64,
    /// What her device said when it could not do what she wanted.
    pub errors: BTreeMap<String, u64>,
}

impl Rep {
    /// Signs her in, on a network and a disk that are still good.
    ///
    /// # Errors
    /// What the device says.
    pub fn new(name: &'static str, programs: &Path, folder: &Path, disk: Disk, url: &str, seed: u64) -> Result<Self> {
        let folder = folder.join(name);
        let mut device = Device::start_with(programs, &folder, &disk.environment())?;
        device.ask(&SignIn { server: url.into(), login: name.into(), password: PASSWORD.into() })?;
        let journal = Journal::new(&folder.with_extension("journal"))?;
        Ok(Self {
            name,
            programs: programs.to_owned(),
            folder,
            disk,
            device: Some(device),
            journal,
            random: fastrand::Rng::with_seed(seed),
            customers: Vec::new(),
            notes: Vec::new(),
            words: 0,
            errors: BTreeMap::new(),
        })
    }

    /// Makes her first customer and note.
    ///
    /// # Errors
    /// What the device says.
    pub fn begins(&mut self) -> Result<()> {
        let Some(mut device) = self.device.take() else { return Err(Error::internal("the device is gone")) };
        let made = self.makes_a_customer(&mut device).and_then(|()| self.makes_a_note(&mut device));
        self.device = Some(device);
        made
    }

    /// Works until `until`, telling in `pid` which process to kill.
    ///
    /// # Errors
    /// An answer that no device may give.
    pub fn work(&mut self, until: Instant, pid: &AtomicU32) -> Result<()> {
        while Instant::now() < until {
            let Some(mut device) = self.device.take() else {
                self.start();
                if self.device.is_none() {
                    std::thread::sleep(BREATH);
                }
                pid.store(self.device.as_ref().map_or(0, Device::pid), Ordering::Relaxed);
                continue;
            };
            pid.store(device.pid(), Ordering::Relaxed);
            match self.act(&mut device) {
                Ok(()) => self.device = Some(device),
                // Killed, or unable to start: she starts it again.
                Err(e) if e.code == ErrorCode::Offline => {
                    drop(device);
                    std::thread::sleep(BREATH);
                }
                Err(e) if is_expected(e.code) => {
                    *self.errors.entry(format!("{:?}", e.code)).or_default() += 1;
                    self.device = Some(device);
                }
                Err(e) => return Err(Error::new(e.code, format!("{}: {:?}: {e}", self.name, e.code))),
            }
        }
        Ok(())
    }

    fn start(&mut self) {
        // Without room it may not come up: she tries again until it does.
        self.device = Device::start_with(&self.programs, &self.folder, &self.disk.environment()).ok();
    }

    /// Her device, on a disk that is good again.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn device(&mut self) -> Result<&mut Device> {
        let begun = Instant::now();
        loop {
            let mut device = match self.device.take() {
                Some(device) => device,
                None => Device::start_with(&self.programs, &self.folder, &self.disk.environment())?,
            };
            match device.ask(&maydan_core::command::GetSyncStatus {}) {
                Ok(_) => return Ok(self.device.insert(device)),
                Err(e) if begun.elapsed() > PATIENCE => return Err(e),
                Err(_) => {}
            }
        }
    }

    /// What her device has acknowledged.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    fn act(&mut self, device: &mut Device) -> Result<()> {
        match self.random.u8(..10) {
            0 => self.makes_a_customer(device),
            1 => self.makes_a_note(device),
            2 => self.visits(device),
            _ => self.types(device),
        }
    }

    /// Words that nobody else has typed or will.
    fn new_words(&mut self) -> String {
        self.words += 1;
        format!("{}{} ", self.name, self.words)
    }

    fn makes_a_customer(&mut self, device: &mut Device) -> Result<()> {
        let name = format!("شركة {}", self.new_words().trim());
        let fields = [("name", name.as_str().into()), ("latitude", 32.8872.into()), ("longitude", 13.1913.into())];
        let fields = fields.map(|(field, value): (&str, Value)| (field.to_owned(), value)).into();
        let id = device.ask(&CreateRecord { kind: "customer".into(), id: None, scope: None, fields })?.id;
        self.customers.push(id);
        self.journal.saved(Saved::Field { record: id, field: "name".into(), value: name.into() })
    }

    fn makes_a_note(&mut self, device: &mut Device) -> Result<()> {
        let Some(customer) = self.random.choice(&self.customers).copied() else { return self.makes_a_customer(device) };
        let words = self.new_words();
        let fields = [("customer", customer.to_string().into()), ("body", words.as_str().into())];
        let fields = fields.map(|(field, value): (&str, Value)| (field.to_owned(), value)).into();
        let id = device.ask(&CreateRecord { kind: "note".into(), id: None, scope: None, fields })?.id;
        self.notes.push(id);
        self.journal.saved(Saved::Words { record: id, field: "body".into(), words: words.trim().into() })
    }

    fn visits(&mut self, device: &mut Device) -> Result<()> {
        let Some(customer) = self.random.choice(&self.customers).copied() else { return self.makes_a_customer(device) };
        let reason = Some("لا إشارة".into());
        let visit = device.ask(&CheckIn { visit: None, customer, fix: None, reason })?.revision.id;
        self.journal.saved(Saved::Step { visit, step: "checked_in".into() })?;
        device.ask(&CheckOut { visit, fix: None })?;
        self.journal.saved(Saved::Step { visit, step: "checked_out".into() })
    }

    /// At the beginning or the end of a text, so that nobody's words are torn by another's.
    fn types(&mut self, device: &mut Device) -> Result<()> {
        let Some(note) = self.random.choice(&self.notes).copied() else { return self.makes_a_note(device) };
        let words = self.new_words();
        let at = if self.random.bool() { 0 } else { usize::MAX };
        let edit = Edit::Splice { field: "body".into(), at, delete: 0, insert: words.clone() };
        device.ask(&EditFields::now(note, vec![edit]))?;
        self.journal.saved(Saved::Words { record: note, field: "body".into(), words: words.trim().into() })
    }

    /// She writes in what colleagues made, too.
    pub fn hears_of(&mut self, notes: &[RecordId]) {
        self.notes.extend(notes);
    }

    /// The notes that she made.
    pub fn notes(&self) -> &[RecordId] {
        &self.notes
    }
}

/// What a device may say on a disk without room, and of a visit whose check-in it did not live to answer.
fn is_expected(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::DiskFull | ErrorCode::WrongState | ErrorCode::NotFound)
}
