//! SQLite's file system over simulated disks: registered once for the process, as the default.
//!
//! A file is named `<disk>/<name>`; the disk is looked up by its number, so that many simulations run at once. Shared
//! memory and locks are the process's own and vanish when the last one closes a file, as an operating system does it.

#![expect(unsafe_code, reason = "SQLite's file system is a table of C functions")]

mod file;
mod locks;

use crate::disk::Disk;
use file::{Handle, METHODS};
use locks::Shared;
use rusqlite::ffi;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int};
use std::sync::{Arc, Mutex, Once, PoisonError};

/// The disks by number, with what is open on them.
static DISKS: Mutex<BTreeMap<u64, Mounted>> = Mutex::new(BTreeMap::new());

#[derive(Clone)]
struct Mounted {
    disk: Disk,
    open: Arc<Mutex<BTreeMap<String, Arc<Mutex<Shared>>>>>,
}

/// A disk that SQLite can reach; it is gone when this is dropped.
#[derive(Debug)]
pub struct Mount {
    number: u64,
    /// The disk.
    pub disk: Disk,
}

impl Mount {
    /// Makes a disk and lets SQLite reach it.
    pub fn new() -> Self {
        register();
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let disk = Disk::default();
        disks().insert(number, Mounted { disk: disk.clone(), open: Arc::default() });
        Self { number, disk }
    }

    /// How SQLite names a file on this disk.
    pub fn name(&self, file: &str) -> String {
        format!("{}/{file}", self.number)
    }

    /// Connections that are open on it.
    pub fn open_files(&self) -> usize {
        disks().get(&self.number).map_or(0, |mounted| mounted.open.lock().unwrap_or_else(PoisonError::into_inner).len())
    }
}

impl Default for Mount {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        disks().remove(&self.number);
    }
}

fn disks() -> std::sync::MutexGuard<'static, BTreeMap<u64, Mounted>> {
    DISKS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The disk and the rest of the name.
fn find(path: &str) -> Option<(Mounted, String)> {
    let (number, name) = path.split_once('/')?;
    let mounted = disks().get(&number.parse().ok()?)?.clone();
    Some((mounted, name.to_owned()))
}

fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let vfs = ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: size_of::<Handle>() as c_int,
            mxPathname: 512,
            pNext: std::ptr::null_mut(),
            zName: c"maydan-sim".as_ptr(),
            pAppData: std::ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: Some(last_error),
            xCurrentTimeInt64: Some(current_time_int64),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        };
        // SAFETY: the table lives as long as the process, and its functions keep to SQLite's contract.
        let code = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 1) };
        assert_eq!(code, ffi::SQLITE_OK, "SQLite takes the simulated file system");
    });
}

/// A name from SQLite; `None` for a file without one.
///
/// # Safety
/// `name` is null or a text that ends with a zero.
unsafe fn text(name: *const c_char) -> Option<String> {
    // SAFETY: as the caller says.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    out: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives `szOsFile` bytes for the handle, and a name or null.
    unsafe {
        (*out).pMethods = std::ptr::null();
        let opened = match text(name) {
            None => Some((Disk::default(), "temporary".to_owned(), Arc::default())),
            Some(path) => find(&path).and_then(|(mounted, name)| {
                let mut state = mounted.disk.lock();
                if state.is_dead() || (!state.files.contains_key(&name) && flags & ffi::SQLITE_OPEN_CREATE == 0) {
                    return None;
                }
                state.files.entry(name.clone()).or_default();
                drop(state);
                let shared = mounted.open.lock().unwrap_or_else(PoisonError::into_inner).entry(name.clone()).or_default().clone();
                Some((mounted.disk, name, shared))
            }),
        };
        let Some((disk, name, shared)) = opened else { return ffi::SQLITE_CANTOPEN };
        disk.lock().files.entry(name.clone()).or_default();
        out.cast::<Handle>().write(Handle::new(disk, name, shared));
        (*out).pMethods = &METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int) -> c_int {
    // SAFETY: a name from SQLite.
    let Some((mounted, name)) = unsafe { text(name) }.and_then(|path| find(&path)) else { return ffi::SQLITE_IOERR_DELETE };
    let mut state = mounted.disk.lock();
    if state.strain(false) == Err(crate::disk::Failed::Io) {
        return ffi::SQLITE_IOERR_DELETE;
    }
    if state.files.remove(&name).is_some() { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_DELETE_NOENT }
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int, out: *mut c_int) -> c_int {
    // SAFETY: a name from SQLite, and a place for the answer.
    unsafe {
        let there = text(name).and_then(|path| find(&path)).is_some_and(|(mounted, name)| mounted.disk.lock().files.contains_key(&name));
        *out = c_int::from(there);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(_: *mut ffi::sqlite3_vfs, name: *const c_char, size: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite gives `size` bytes for the answer.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > size as usize {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, size: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite gives `size` bytes. They only salt its log: the same ones each time keep runs alike.
    unsafe { std::ptr::write_bytes(out, 0x5A, size as usize) };
    size
}

unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: a place for the answer.
    unsafe { *out = 2_460_000.5 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_int64(_: *mut ffi::sqlite3_vfs, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: a place for the answer.
    unsafe { *out = 212_544_043_200_000 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}
