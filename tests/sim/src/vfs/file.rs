//! An open file, as SQLite handles it.

use super::locks::Shared;
use crate::disk::{Disk, Failed};
use rusqlite::ffi;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What SQLite keeps for an open file. The first field is SQLite's own.
#[repr(C)]
pub(super) struct Handle {
    base: ffi::sqlite3_file,
    open: *mut Open,
}

struct Open {
    who: u64,
    disk: Disk,
    name: String,
    shared: Arc<Mutex<Shared>>,
}

impl Handle {
    pub fn new(disk: Disk, name: String, shared: Arc<Mutex<Shared>>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        shared.lock().unwrap_or_else(PoisonError::into_inner).open += 1;
        let open = Open { who: NEXT.fetch_add(1, Ordering::Relaxed), disk, name, shared };
        Self { base: ffi::sqlite3_file { pMethods: std::ptr::null() }, open: Box::into_raw(Box::new(open)) }
    }
}

impl Open {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file behind a handle.
///
/// # Safety
/// `file` was opened by this file system and is not closed.
unsafe fn of<'a>(file: *mut ffi::sqlite3_file) -> &'a Open {
    // SAFETY: `open` has written a handle there, which owns the box until `close`.
    unsafe { &*(*file.cast::<Handle>()).open }
}

pub(super) static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once.
    let open = unsafe { Box::from_raw((*file.cast::<Handle>()).open) };
    let mut shared = open.shared();
    shared.forget(open.who);
    shared.open -= 1;
    if shared.open == 0 {
        *shared = Shared::default();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, out: *mut c_void, size: c_int, at: ffi::sqlite3_int64) -> c_int {
    // SAFETY: an open file, and `size` bytes for the answer.
    let (open, out) = unsafe { (of(file), std::slice::from_raw_parts_mut(out.cast::<u8>(), size as usize)) };
    let state = open.disk.lock();
    if state.is_dead() {
        return ffi::SQLITE_IOERR_READ;
    }
    let content = state.files.get(&open.name).map_or(&[][..], |f| &f.seen);
    let from = content.get((at as usize).min(content.len())..).unwrap_or_default();
    let there = from.len().min(out.len());
    out[..there].copy_from_slice(&from[..there]);
    out[there..].fill(0);
    if there < out.len() { ffi::SQLITE_IOERR_SHORT_READ } else { ffi::SQLITE_OK }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, size: c_int, at: ffi::sqlite3_int64) -> c_int {
    // SAFETY: an open file, and `size` bytes to write.
    let (open, bytes) = unsafe { (of(file), std::slice::from_raw_parts(bytes.cast::<u8>(), size as usize)) };
    let mut state = open.disk.lock();
    match state.strain(false) {
        Err(Failed::Full) => ffi::SQLITE_FULL,
        Err(Failed::Io) => ffi::SQLITE_IOERR_WRITE,
        Ok(()) => {
            state.files.entry(open.name.clone()).or_default().write(at as usize, bytes);
            ffi::SQLITE_OK
        }
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    let mut state = open.disk.lock();
    match state.strain(false) {
        Err(Failed::Io) => ffi::SQLITE_IOERR_TRUNCATE,
        _ => {
            state.files.entry(open.name.clone()).or_default().truncate(size as usize);
            ffi::SQLITE_OK
        }
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    let mut state = open.disk.lock();
    if state.strain(true).is_err() {
        return ffi::SQLITE_IOERR_FSYNC;
    }
    state.sync(&open.name);
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: an open file, and a place for the answer.
    unsafe {
        let open = of(file);
        let size = open.disk.lock().files.get(&open.name).map_or(0, |f| f.seen.len());
        *out = size as ffi::sqlite3_int64;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    if open.shared().lock(open.who, level) { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    open.shared().unlock(open.who, level);
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: an open file, and a place for the answer.
    unsafe { *out = c_int::from(of(file).shared().is_reserved()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    512
}

/// Bytes beside those that a torn write was for stay as they were: what SQLite expects of every disk today.
unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(file: *mut ffi::sqlite3_file, region: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int {
    // SAFETY: an open file, and a place for the answer. Regions are boxed: they stay where they are while the file is open.
    unsafe {
        let mut shared = of(file).shared();
        let region = region as usize;
        while extend != 0 && shared.regions.len() <= region {
            shared.regions.push(vec![0; size as usize].into_boxed_slice());
        }
        *out = shared.regions.get_mut(region).map_or(std::ptr::null_mut(), |r| r.as_mut_ptr().cast());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    let slots = offset as usize..(offset + n) as usize;
    let mut shared = open.shared();
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        shared.unlock_slots(open.who, slots);
        return ffi::SQLITE_OK;
    }
    if shared.lock_slots(open.who, slots, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0) { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {}

unsafe extern "C" fn shm_unmap(_: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    ffi::SQLITE_OK
}
