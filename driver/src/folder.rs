//! A folder in which a native host keeps its small things: one private file for each.

use maydan_core::{Error, Result};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// A folder; it is made when something is kept.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Reads a thing; `None` when there is none.
    pub fn load(&self, key: &str) -> Result<Option<String>> {
        let path = self.file(key);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::internal(format!("{} can't be read: {e}", path.display()))),
        }
    }

    /// Keeps a thing, whole or not at all, readable by this user alone; `None` forgets it.
    pub fn store(&self, key: &str, value: Option<&str>) -> Result<()> {
        let path = self.file(key);
        let failed = |e: std::io::Error| Error::internal(format!("{} can't be written: {e}", path.display()));
        let Some(value) = value else {
            return match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(e)),
                _ => Ok(()),
            };
        };
        std::fs::create_dir_all(&self.0).map_err(failed)?;
        // Written beside, flushed, then put in place.
        let beside = path.with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside).map_err(failed)?;
        file.write_all(value.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&beside, &path).map_err(failed)
    }

    fn file(&self, key: &str) -> PathBuf {
        self.0.join(format!("{key}.json"))
    }
}
