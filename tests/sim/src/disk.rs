//! A disk that lies as little as a real one: what was not synced may be lost, torn or done in another order at a crash.
//!
//! Neither memory nor `kill -9` shows a missing sync: the operating system keeps what a process wrote. Here every file is
//! what is durable, plus the operations since its last sync; a crash keeps a random part of those.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What happened to a file since it was synced.
#[derive(Debug, Clone)]
enum Op {
    Write { at: usize, bytes: Vec<u8> },
    Truncate(usize),
}

/// A file.
#[derive(Debug, Clone, Default)]
pub(crate) struct File {
    durable: Vec<u8>,
    pending: Vec<Op>,
    /// As whoever has it open sees it.
    pub seen: Vec<u8>,
}

impl File {
    pub fn write(&mut self, at: usize, bytes: &[u8]) {
        write(&mut self.seen, at, bytes);
        self.pending.push(Op::Write { at, bytes: bytes.to_vec() });
    }

    pub fn truncate(&mut self, length: usize) {
        self.seen.resize(length, 0);
        self.pending.push(Op::Truncate(length));
    }

    fn sync(&mut self) {
        for op in std::mem::take(&mut self.pending) {
            apply(&mut self.durable, &op);
        }
    }

    /// What a crash leaves: each operation whole, torn or not at all, in any order.
    fn crash(&mut self, random: &mut fastrand::Rng) {
        let mut pending = std::mem::take(&mut self.pending);
        if random.bool() {
            random.shuffle(&mut pending);
        }
        for mut op in pending {
            match random.u8(0..4) {
                0 => continue,
                1 => {
                    if let Op::Write { bytes, .. } = &mut op {
                        bytes.truncate(random.usize(0..=bytes.len()));
                    }
                }
                _ => {}
            }
            apply(&mut self.durable, &op);
        }
        self.seen = self.durable.clone();
    }
}

fn apply(content: &mut Vec<u8>, op: &Op) {
    match op {
        Op::Write { at, bytes } => write(content, *at, bytes),
        Op::Truncate(length) => content.resize(*length, 0),
    }
}

fn write(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    if content.len() < at + bytes.len() {
        content.resize(at + bytes.len(), 0);
    }
    content[at..at + bytes.len()].copy_from_slice(bytes);
}

/// What goes wrong with a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// No room for anything new.
    Full,
    /// The next write or sync fails, and then all is well again.
    Hiccup,
}

/// How an operation on a disk fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// No room.
    Full,
    /// The device's own error; also everything after a power cut.
    Io,
}

#[derive(Default)]
pub(crate) struct State {
    pub files: BTreeMap<String, File>,
    trouble: Option<Trouble>,
    /// The power is cut after so many more writes and syncs.
    fuse: Option<u32>,
    dead: bool,
    writes: u64,
    syncs: u64,
    /// Syncs are forgotten: what the simulator must find out.
    pub lies: bool,
}

impl State {
    /// A write or a sync is about to happen.
    pub fn strain(&mut self, is_sync: bool) -> Result<(), Failed> {
        if self.dead {
            return Err(Failed::Io);
        }
        if is_sync {
            self.syncs += 1;
        } else {
            self.writes += 1;
        }
        if let Some(left) = &mut self.fuse {
            if *left == 0 {
                self.dead = true;
                return Err(Failed::Io);
            }
            *left -= 1;
        }
        match self.trouble {
            Some(Trouble::Full) if !is_sync => Err(Failed::Full),
            Some(Trouble::Hiccup) => {
                self.trouble = None;
                Err(Failed::Io)
            }
            _ => Ok(()),
        }
    }

    pub fn is_dead(&self) -> bool {
        self.dead
    }

    pub fn sync(&mut self, name: &str) {
        if !self.lies
            && let Some(file) = self.files.get_mut(name)
        {
            file.sync();
        }
    }
}

/// A disk.
#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<State>>);

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disk")
    }
}

impl Disk {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes or ends trouble.
    pub fn trouble(&self, trouble: Option<Trouble>) {
        self.lock().trouble = trouble;
    }

    /// Cuts the power after so many more writes and syncs; 0 is now.
    pub fn light_fuse(&self, after: u32) {
        self.lock().fuse = Some(after);
    }

    /// No more trouble, and no power cut to come.
    pub fn calm(&self) {
        let mut state = self.lock();
        (state.trouble, state.fuse) = (None, None);
    }

    /// Whether the power was cut.
    pub fn is_dead(&self) -> bool {
        self.lock().is_dead()
    }

    /// Cuts the power at once, whatever is under way.
    pub fn cut_power(&self) {
        self.lock().dead = true;
    }

    /// The power is back: of what was not synced a random part is there. Everything must have been closed before.
    pub fn restart(&self, random: &mut fastrand::Rng) {
        let mut state = self.lock();
        for file in state.files.values_mut() {
            file.crash(random);
        }
        state.dead = false;
        state.fuse = None;
        state.trouble = None;
    }

    /// A copy of everything, as somebody makes who copies the files of a closed database.
    pub fn copy(&self) -> BTreeMap<String, Vec<u8>> {
        self.lock().files.iter().map(|(name, file)| (name.clone(), file.seen.clone())).collect()
    }

    /// Puts such a copy in place of everything.
    pub fn put(&self, copy: &BTreeMap<String, Vec<u8>>) {
        let file = |content: &Vec<u8>| File { durable: content.clone(), pending: Vec::new(), seen: content.clone() };
        self.lock().files = copy.iter().map(|(name, content)| (name.clone(), file(content))).collect();
    }

    /// Writes and syncs so far.
    pub fn counts(&self) -> (u64, u64) {
        let state = self.lock();
        (state.writes, state.syncs)
    }

    /// From now on syncs are forgotten.
    pub fn lie(&self) {
        self.lock().lies = true;
    }
}
