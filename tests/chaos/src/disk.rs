//! The disks of the processes: [`maydan-chaos-disk`](../disk), which is told by files what they are like.

use std::fs;
use std::path::{Path, PathBuf};

/// What a disk is like.
#[derive(Debug, Clone)]
pub struct Disk {
    marks: PathBuf,
    library: Option<PathBuf>,
}

impl Disk {
    /// A good disk, whose marks lie in `marks`. It stays good where there is no library for it, which is Linux's.
    ///
    /// # Errors
    /// What the machine says, and when the library was not built.
    pub fn new(programs: &Path, marks: PathBuf) -> std::io::Result<Self> {
        fs::create_dir_all(&marks)?;
        let library = cfg!(target_os = "linux").then(|| programs.join("libmaydan_chaos_disk.so"));
        match &library {
            Some(library) if !library.exists() => Err(std::io::Error::other(format!("{} is not built", library.display()))),
            _ => Ok(Self { marks, library }),
        }
    }

    /// Whether it can be anything but good.
    pub fn can_fail(&self) -> bool {
        self.library.is_some()
    }

    /// What a process is started with to have it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let Some(library) = &self.library else { return Vec::new() };
        let text = |path: &Path| path.to_string_lossy().into_owned();
        vec![("LD_PRELOAD".into(), text(library)), ("MAYDAN_CHAOS_DISK".into(), text(&self.marks))]
    }

    /// It has no room, or has again.
    ///
    /// # Errors
    /// What the machine says.
    pub fn set_full(&self, full: bool) -> std::io::Result<()> {
        self.set("full", full)
    }

    /// It takes its time, or no longer.
    ///
    /// # Errors
    /// What the machine says.
    pub fn set_slow(&self, slow: bool) -> std::io::Result<()> {
        self.set("slow", slow)
    }

    fn set(&self, mark: &str, on: bool) -> std::io::Result<()> {
        let path = self.marks.join(mark);
        match if on { fs::write(path, "") } else { fs::remove_file(path) } {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}
