//! A disk that is slow or full when a test wants it.
//!
//! A process that is started with `LD_PRELOAD` naming this library writes through it. `MAYDAN_CHAOS_DISK` names a folder:
//! while there is a file `full` in it, whatever would make a regular file longer fails with `ENOSPC`, as on a disk without
//! room, and what lies there already can be overwritten; while there is a file `slow`, each `fsync` takes 40 ms longer.
//!
//! Invariant: without these files nothing differs from the C library's own calls.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "it stands in for functions of the C library, whose contracts it passes on")]

use libc::{c_char, c_int, c_void, off_t, size_t, ssize_t};
use std::ffi::{CStr, CString};
use std::sync::OnceLock;

/// How much longer an fsync takes on a slow disk, microseconds: a worn memory card under load.
const SLOW: u32 = 40_000;

/// The two files that are looked for.
struct Marks {
    full: CString,
    slow: CString,
}

fn marks() -> Option<&'static Marks> {
    static MARKS: OnceLock<Option<Marks>> = OnceLock::new();
    MARKS
        .get_or_init(|| {
            let folder = std::env::var("MAYDAN_CHAOS_DISK").ok()?;
            let mark = |name: &str| CString::new(format!("{folder}/{name}")).ok();
            Some(Marks { full: mark("full")?, slow: mark("slow")? })
        })
        .as_ref()
}

fn is_there(mark: &CStr) -> bool {
    // SAFETY: a string that ends with a zero.
    unsafe { libc::access(mark.as_ptr(), libc::F_OK) == 0 }
}

fn wait_if_slow() {
    if marks().is_some_and(|marks| is_there(&marks.slow)) {
        // SAFETY: it takes a number.
        unsafe { libc::usleep(SLOW) };
    }
}

/// Whether writing up to `end` would need room on a disk that has none.
fn has_no_room(fd: c_int, end: impl FnOnce() -> i64) -> bool {
    if !marks().is_some_and(|marks| is_there(&marks.full)) {
        return false;
    }
    // SAFETY: all zeroes are a value of this plain structure.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: it is written to and nothing else.
    let found = unsafe { libc::fstat(fd, &raw mut stat) } == 0;
    found && stat.st_mode & libc::S_IFMT == libc::S_IFREG && end() > stat.st_size
}

fn no_room() {
    // SAFETY: the address of this thread's number of the last error.
    unsafe { *libc::__errno_location() = libc::ENOSPC };
}

fn length(size: size_t) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The C library's own function of this name.
macro_rules! real {
    ($name:literal as $type:ty) => {{
        static REAL: OnceLock<usize> = OnceLock::new();
        let address = *REAL.get_or_init(|| {
            let name: &CStr = $name;
            // SAFETY: a string that ends with a zero.
            unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr().cast::<c_char>()) as usize }
        });
        // SAFETY: the C library's function of that name has this type.
        unsafe { std::mem::transmute::<usize, $type>(address) }
    }};
}

type Sync = unsafe extern "C" fn(c_int) -> c_int;
type Write = unsafe extern "C" fn(c_int, *const c_void, size_t) -> ssize_t;
type WriteAt = unsafe extern "C" fn(c_int, *const c_void, size_t, off_t) -> ssize_t;
type Allocate = unsafe extern "C" fn(c_int, off_t, off_t) -> c_int;

/// `fsync`.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(fd: c_int) -> c_int {
    wait_if_slow();
    let real = real!(c"fsync" as Sync);
    // SAFETY: passed on.
    unsafe { real(fd) }
}

/// `fdatasync`.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(fd: c_int) -> c_int {
    wait_if_slow();
    let real = real!(c"fdatasync" as Sync);
    // SAFETY: passed on.
    unsafe { real(fd) }
}

/// `write`.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(fd: c_int, bytes: *const c_void, size: size_t) -> ssize_t {
    // SAFETY: it takes numbers.
    if has_no_room(fd, || unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) }.saturating_add(length(size))) {
        no_room();
        return -1;
    }
    let real = real!(c"write" as Write);
    // SAFETY: passed on.
    unsafe { real(fd, bytes, size) }
}

/// `pwrite`.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(fd: c_int, bytes: *const c_void, size: size_t, at: off_t) -> ssize_t {
    if has_no_room(fd, || at.saturating_add(length(size))) {
        no_room();
        return -1;
    }
    let real = real!(c"pwrite" as WriteAt);
    // SAFETY: passed on.
    unsafe { real(fd, bytes, size, at) }
}

/// `pwrite64`.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(fd: c_int, bytes: *const c_void, size: size_t, at: off_t) -> ssize_t {
    // SAFETY: passed on; offsets have 64 bits here under either name.
    unsafe { pwrite(fd, bytes, size, at) }
}

/// `posix_fallocate`.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_fallocate(fd: c_int, at: off_t, size: off_t) -> c_int {
    if has_no_room(fd, || at.saturating_add(size)) {
        return libc::ENOSPC;
    }
    let real = real!(c"posix_fallocate" as Allocate);
    // SAFETY: passed on.
    unsafe { real(fd, at, size) }
}
