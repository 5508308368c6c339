//! What building and testing need beyond Rust and Node, installed on Debian and Ubuntu; elsewhere it says what is missing.

use crate::process::{command, exists, output, root, say, succeed};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// To build the desktop app.
const DESKTOP: &[&str] = &["libwebkit2gtk-4.1-dev", "libayatana-appindicator3-dev", "librsvg2-dev", "libsoup-3.0-dev", "libssl-dev"];
/// To build SQLite for WASM.
const WASM: &[&str] = &["clang"];
/// A compiler with the source of its standard library, where rustup can't bring the WASM target.
const WASM_COMPILER: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];
/// To test in a browser and in a real window.
const BROWSERS: &[&str] = &["chromium", "xvfb", "webkit2gtk-driver", "xauth", "fonts-noto-core"];

/// To test the server over PostgreSQL: a test starts one of its own.
const DATABASES: &[&str] = &["postgresql"];

/// Everything.
pub fn everything() -> Result<()> {
    packages(DESKTOP)?;
    for_wasm()?;
    packages(BROWSERS)?;
    packages(DATABASES)?;
    for_interop()?;
    node("tests/e2e")
}

/// What the tests of the server need.
pub fn for_databases() -> Result<()> {
    packages(DATABASES)
}

/// What the desktop app is built with.
pub fn for_desktop() -> Result<()> {
    packages(DESKTOP)
}

/// What the WASM builds need.
pub fn for_wasm() -> Result<()> {
    packages(WASM)?;
    wasm_toolchain().map(drop)?;
    node("ui")
}

/// What the browser tests need.
pub fn for_browsers() -> Result<()> {
    packages(BROWSERS)?;
    node("tests/e2e")
}

/// What the client in another language needs.
pub fn for_interop() -> Result<()> {
    node("tests/interop")
}

/// Installs Debian packages that are missing.
fn packages(names: &[&str]) -> Result<()> {
    if !exists("dpkg-query") {
        say(&format!("this is no Debian: install the equivalents of {} yourself if the build asks for them", names.join(", ")));
        return Ok(());
    }
    let missing: Vec<&str> = names.iter().copied().filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say(&format!("installing {}", missing.join(", ")));
    let root_user = output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let apt = |arguments: &[&str]| {
        let mut apt = if root_user { command("apt-get") } else { command("sudo") };
        if !root_user {
            apt.arg("apt-get");
        }
        succeed(apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "-qq"])?;
    apt(&[&["install", "-y", "-qq", "--no-install-recommends"], missing.as_slice()].concat())
}

fn installed(package: &str) -> bool {
    output(command("dpkg-query").args(["-W", "-f=${Status}", package])).is_ok_and(|s| s.contains("install ok installed"))
}

/// Installs the npm packages of a folder, as locked.
fn node(folder: &str) -> Result<()> {
    let folder = root().join(folder);
    let lock = fs::read(folder.join("package-lock.json")).with_context(|| format!("{} has no package-lock.json", folder.display()))?;
    let stamp = folder.join("node_modules/.maydan-lock");
    if fs::read(&stamp).is_ok_and(|old| old == lock) {
        return Ok(());
    }
    if !exists("npm") {
        bail!("Node.js with npm is needed (version 20 or later): install it and try again");
    }
    say(&format!("installing npm packages of {}", folder.display()));
    succeed(command("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder))?;
    Ok(fs::write(stamp, lock)?)
}

/// A compiler that has the WASM target.
#[derive(Debug, Clone)]
pub struct WasmToolchain {
    /// Its cargo.
    pub cargo: PathBuf,
    /// Put before the path, so that its rustc is found.
    pub path: Option<PathBuf>,
}

/// Finds or makes a compiler with the WASM target: rustup's, or Debian's with a standard library built here.
pub fn wasm_toolchain() -> Result<WasmToolchain> {
    let rustup = WasmToolchain { cargo: std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()).into(), path: None };
    if exists("rustup") {
        let has = || output(command("rustup").args(["target", "list", "--installed"])).is_ok_and(|t| t.contains("wasm32-unknown-unknown"));
        if has() || (output(command("rustup").args(["target", "add", "wasm32-unknown-unknown"])).is_ok() && has()) {
            return Ok(rustup);
        }
        say("rustup can't bring the WASM target here: using Debian's compiler");
    }
    packages(WASM_COMPILER)?;
    let lib = Path::new("/usr/lib/rustlib/wasm32-unknown-unknown/lib");
    if !lib.join("maydan-complete").exists() {
        build_std(lib)?;
    }
    Ok(WasmToolchain { cargo: "/usr/bin/cargo".into(), path: Some("/usr/bin".into()) })
}

/// Builds the standard library for WASM once, with the compiler that it belongs to, and puts it where that compiler looks.
fn build_std(lib: &Path) -> Result<()> {
    say("building Rust's standard library for WASM (once, about a minute)");
    let work = std::env::temp_dir().join("maydan-wasm-std");
    fs::create_dir_all(work.join("src"))?;
    fs::write(work.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2021\"\n[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n")?;
    fs::write(work.join("src/lib.rs"), "")?;
    let lld = Path::new("/usr/lib/rustlib/x86_64-unknown-linux-gnu/bin");
    if !lld.join("rust-lld").exists() {
        let sysroot = output(command("rustc").args(["--print", "sysroot"]))?;
        let own = Path::new(sysroot.trim()).join("lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld");
        fs::create_dir_all(lld)?;
        fs::copy(&own, lld.join("rust-lld")).with_context(|| format!("no linker at {}", own.display()))?;
    }
    let target = work.join("target");
    succeed(
        command("/usr/bin/cargo")
            .current_dir(&work)
            .args(["build", "--release", "-Zbuild-std=std,panic_abort", "--target", "wasm32-unknown-unknown"])
            .env("PATH", path_with("/usr/bin")?)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", &target)
            .env_remove("RUSTC")
            .env_remove("RUSTUP_TOOLCHAIN"),
    )?;
    fs::create_dir_all(lib)?;
    for entry in fs::read_dir(target.join("wasm32-unknown-unknown/release/deps"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty") {
            fs::copy(&path, lib.join(name))?;
        }
    }
    Ok(fs::write(lib.join("maydan-complete"), "")?)
}

/// The path with a folder before everything else.
pub fn path_with(first: impl Into<PathBuf>) -> Result<std::ffi::OsString> {
    let old = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(std::iter::once(first.into()).chain(std::env::split_paths(&old)))?)
}
