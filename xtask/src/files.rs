//! Copying and joining files.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Copies a folder's content.
pub fn copy_into(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_into(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Joins the style sheets in the order of `order.txt`.
pub fn concatenate_styles(folder: &Path, into: &Path) -> Result<()> {
    let order = fs::read_to_string(folder.join("order.txt"))?;
    let mut joined = String::new();
    for name in order.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        joined.push_str(&fs::read_to_string(folder.join(name)).with_context(|| format!("styles/{name}"))?);
        joined.push('\n');
    }
    Ok(fs::write(into, joined)?)
}

/// The files below a folder, as a page asks for them, and an id that changes with any of them.
pub fn fingerprint(folder: &Path) -> Result<(Vec<String>, String)> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64; // FNV-1a: a name for a build, not a proof
    for file in &files {
        for byte in file.bytes().chain(fs::read(folder.join(file))?) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    Ok((files, format!("{hash:016x}")))
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            files.push(path.strip_prefix(root)?.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}
