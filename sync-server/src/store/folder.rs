//! The folder of a server: the small files beside the database (epoch, key, what was erased), and the locks.

use super::Beside;
use crate::chance::{fill_random, random_uuid};
use maydan_core::{Error, ErrorCode, RecordId, Result};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::RwLock;
use uuid::Uuid;

/// Held by the one server.
const SERVING: &str = "lock";
/// Shared by operators' commands; a restore has it to itself.
const COMMANDS: &str = "commands.lock";
const EPOCH: &str = "epoch";
const SECRET: &str = "secret";
const ERASED: &str = "erased";
/// Held by whoever adds to it.
const ERASED_LOCK: &str = "erased.lock";

/// What lies beside the database.
#[derive(Debug)]
pub(super) struct Folder {
    folder: PathBuf,
    epoch: RwLock<Uuid>,
    secret: [u8; 32],
}

impl Folder {
    /// Makes the folder with a new epoch and a key.
    pub fn init(folder: &Path) -> Result<()> {
        Self::init_secret(folder)?;
        write_private(&folder.join(EPOCH), random_uuid().to_string().as_bytes())
    }

    /// Makes the folder with a key, unless it has one.
    pub fn init_secret(folder: &Path) -> Result<()> {
        make_private(folder)?;
        if folder.join(SECRET).exists() {
            return Ok(());
        }
        let mut secret = [0; 32];
        fill_random(&mut secret);
        write_private(&folder.join(SECRET), &secret)
    }

    /// Reads them.
    pub fn open(folder: &Path) -> Result<Self> {
        let epoch = std::fs::read_to_string(folder.join(EPOCH)).map_err(|e| file_error(&folder.join(EPOCH), &e))?;
        let epoch = epoch.trim().parse().map_err(|_| Error::corrupt("the file epoch does not hold an epoch"))?;
        Ok(Self { folder: folder.to_owned(), epoch: RwLock::new(epoch), secret: file_secret(folder)? })
    }
}

impl Beside for Folder {
    fn epoch(&self) -> Uuid {
        *self.epoch.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn set_epoch(&self, next: Uuid) -> Result<()> {
        let mut epoch = self.epoch.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        write_private(&self.folder.join(EPOCH), next.to_string().as_bytes())?;
        *epoch = next;
        Ok(())
    }

    fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    fn erased(&self) -> Result<BTreeSet<RecordId>> {
        read_erased(&self.folder)
    }

    fn add_erased(&self, ids: &BTreeSet<RecordId>) -> Result<()> {
        add_erased(&self.folder, ids)
    }
}

/// The list of what was erased: an id a line.
pub(super) fn read_erased(folder: &Path) -> Result<BTreeSet<RecordId>> {
    let path = folder.join(ERASED);
    match std::fs::read_to_string(&path) {
        Ok(text) => text.lines().map(str::parse).collect(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(e) => Err(file_error(&path, &e)),
    }
}

/// Adds to it, whole or not at all.
pub(super) fn add_erased(folder: &Path, ids: &BTreeSet<RecordId>) -> Result<()> {
    if ids.is_subset(&read_erased(folder)?) {
        return Ok(());
    }
    // A command and the server may both add to it.
    let lock = lock_file(&folder.join(ERASED_LOCK))?;
    lock.lock().map_err(|e| file_error(&folder.join(ERASED_LOCK), &e))?;
    let known = read_erased(folder)?;
    let lines: String = known.union(ids).map(|id| format!("{id}\n")).collect();
    write_private(&folder.join(ERASED), lines.as_bytes())
}

/// Gives a folder the key of another one.
///
/// # Errors
/// [`ErrorCode::WrongState`] when it has another key already.
pub fn share_key(from: &Path, to: &Path) -> Result<()> {
    let secret = file_secret(from)?;
    if !to.join(SECRET).exists() {
        make_private(to)?;
        return write_private(&to.join(SECRET), &secret);
    }
    if file_secret(to)? == secret {
        return Ok(());
    }
    Err(Error::new(ErrorCode::WrongState, format!("{} has another key: name a folder without one", to.display())))
}

/// The key in a folder.
pub(super) fn file_secret(folder: &Path) -> Result<[u8; 32]> {
    let secret = std::fs::read(folder.join(SECRET)).map_err(|e| file_error(&folder.join(SECRET), &e))?;
    secret.try_into().map_err(|_| Error::corrupt("the file secret does not hold 32 bytes"))
}

/// The lock of the one server.
///
/// # Errors
/// [`ErrorCode::InUse`].
pub(super) fn lock_serving(folder: &Path) -> Result<File> {
    let file = lock_file(&folder.join(SERVING))?;
    file.try_lock().map_err(|_| in_use(folder, "another server is at work: stop it first"))?;
    Ok(file)
}

/// A share in the lock of operators' commands.
pub(super) fn lock_command(folder: &Path) -> Result<File> {
    let file = lock_file(&folder.join(COMMANDS))?;
    file.try_lock_shared().map_err(|_| in_use(folder, "a backup is being restored"))?;
    Ok(file)
}

/// Both, whole: nobody else is at work.
pub(super) fn lock_all(folder: &Path) -> Result<(File, File)> {
    let serving = lock_serving(folder)?;
    let commands = lock_file(&folder.join(COMMANDS))?;
    commands.try_lock().map_err(|_| in_use(folder, "a command is at work"))?;
    Ok((serving, commands))
}

/// The lock is the operating system's: it ends with the process, however that ends.
fn lock_file(path: &Path) -> Result<File> {
    std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(|e| file_error(path, &e))
}

fn in_use(folder: &Path, who: &str) -> Error {
    Error::new(ErrorCode::InUse, format!("{}: {who}", folder.display()))
}

/// Makes a folder that only the server's user may enter.
fn make_private(folder: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| file_error(folder, &e))
}

/// Writes a file that only the server's user may read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut f| f.write_all(bytes).and_then(|()| f.sync_all()));
    written.and_then(|()| std::fs::rename(&beside, path)).map_err(|e| file_error(path, &e))?;
    // The new name is on the disk when its folder is.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| file_error(folder, &e))?;
    }
    Ok(())
}

pub(super) fn file_error(path: &Path, e: &std::io::Error) -> Error {
    Error::new(ErrorCode::Internal, format!("{} can't be used: {e}", path.display()))
}
