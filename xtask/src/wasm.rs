//! The two WASM programs and the files around them.
//!
//! `ui/dist` is the user interface alone: the desktop and phone apps embed it. `web/dist` is the same with the worker, the
//! service worker and the manifest: what the server serves.

use crate::files::{concatenate_styles, copy_into, fingerprint};
use crate::install::{self, path_with, wasm_toolchain};
use crate::process::{command, root, say, succeed, target};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Files of the user interface that are served as they are.
const UI_FILES: &[&str] = &["index.html", "boot.js", "offers.js"];
/// Files of the web edition that are served as they are.
const WEB_FILES: &[&str] = &["manifest.webmanifest", "manifest-en.webmanifest", "worker.js"];
/// Fonts, from npm, with the names under which the styles ask for them.
const FONTS: &[(&str, &str)] = &[
    ("ibm-plex-sans-arabic-arabic-400-normal.woff2", "ibm-plex-sans-arabic-400.woff2"),
    ("ibm-plex-sans-arabic-arabic-500-normal.woff2", "ibm-plex-sans-arabic-500.woff2"),
    ("ibm-plex-sans-arabic-arabic-600-normal.woff2", "ibm-plex-sans-arabic-600.woff2"),
    ("ibm-plex-sans-arabic-latin-400-normal.woff2", "ibm-plex-sans-latin-400.woff2"),
    ("ibm-plex-sans-arabic-latin-500-normal.woff2", "ibm-plex-sans-latin-500.woff2"),
    ("ibm-plex-sans-arabic-latin-600-normal.woff2", "ibm-plex-sans-latin-600.woff2"),
];

/// Builds the web edition, and brings a browser to open it in.
pub fn build_for_browsers() -> Result<()> {
    install::for_wasm()?;
    build()?;
    install::for_browsers()
}

/// Builds `ui/dist` and `web/dist`.
pub fn build() -> Result<()> {
    let root = root();
    compile(&["maydan-ui", "maydan-web"])?;
    let (ui, web) = (root.join("ui/dist"), root.join("web/dist"));
    for folder in [&ui, &web] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder.join("fonts"))?;
    }
    bind("maydan-ui", "maydan_ui", &ui)?;
    for file in UI_FILES {
        fs::copy(root.join("ui").join(file), ui.join(file)).with_context(|| format!("ui/{file}"))?;
    }
    concatenate_styles(&root.join("ui/styles"), &ui.join("maydan.css"))?;
    for (from, to) in FONTS {
        let font = root.join("ui/node_modules/@fontsource/ibm-plex-sans-arabic/files").join(from);
        fs::copy(&font, ui.join("fonts").join(to)).with_context(|| font.display().to_string())?;
    }
    copy_into(&ui, &web)?;
    bind("maydan-web", "maydan_worker", &web)?;
    for file in WEB_FILES {
        fs::copy(root.join("web").join(file), web.join(file)).with_context(|| format!("web/{file}"))?;
    }
    copy_into(&root.join("icons/web"), &web.join("icons"))?;
    write_service_worker(&root.join("web/sw.js"), &web)?;
    compress(&web)?;
    report(&web, "maydan_ui_bg.wasm")?;
    report(&web, "maydan_worker_bg.wasm")
}

/// Files that are worth compressing well before anybody asks for them.
const LARGE: &[&str] = &["maydan_ui_bg.wasm", "maydan_worker_bg.wasm", "maydan_ui.js", "maydan_worker.js", "maydan.css"];

/// Puts a brotli copy beside each large file: on a phone's first visit this is most of the wait.
fn compress(web: &Path) -> Result<()> {
    let mut node = command("node");
    node.arg(root().join("web/compress.mjs")).arg(target().join("wasm/compressed"));
    succeed(node.args(LARGE.iter().map(|file| web.join(file))))
}

fn compile(packages: &[&str]) -> Result<()> {
    say("building the user interface and the worker");
    for_browsers("build", packages, &[])
}

/// Lints what runs in browsers. Answers false where the compiler for them comes without clippy.
pub fn lint() -> Result<bool> {
    if wasm_toolchain()?.path.is_some() {
        return Ok(false);
    }
    for_browsers("clippy", &["maydan-ui", "maydan-web"], &["--", "-D", "warnings"]).map(|()| true)
}

fn for_browsers(subcommand: &str, packages: &[&str], last: &[&str]) -> Result<()> {
    let toolchain = wasm_toolchain()?;
    let mut cargo = command(&toolchain.cargo);
    cargo.args([subcommand, "--profile", "wasm", "--target", "wasm32-unknown-unknown", "--locked"]);
    for package in packages {
        cargo.args(["-p", package]);
    }
    cargo.args(last);
    // Another compiler than the native build's: a folder of its own, or each would throw away the other's work.
    cargo.env("CARGO_TARGET_DIR", target().join("wasm")).env_remove("RUSTC").env_remove("RUSTFLAGS");
    if let Some(path) = toolchain.path {
        cargo.env("PATH", path_with(path)?).env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    }
    succeed(&mut cargo)
}

/// Makes the JavaScript beside a program.
fn bind(package: &str, name: &str, into: &Path) -> Result<()> {
    let program = target().join("wasm/wasm32-unknown-unknown/wasm").join(format!("{package}.wasm"));
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(&program)
        .out_name(name)
        .web(true)?
        .omit_default_module_path(false)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(into)
        .with_context(|| format!("binding {}", program.display()))
}

/// Writes the list of files and the build's id into the service worker, so that a new build is a new cache, and the id
/// into the worker, so that tabs of different builds know each other.
fn write_service_worker(template: &Path, web: &Path) -> Result<()> {
    let (files, build) = fingerprint(web)?;
    let build = serde_json::to_string(&build)?;
    let text = fs::read_to_string(template)?.replace("[\"MAYDAN_FILES\"]", &serde_json::to_string(&files)?);
    fs::write(web.join("sw.js"), text.replace("\"MAYDAN_BUILD\"", &build))?;
    let worker = web.join("worker.js");
    let text = fs::read_to_string(&worker)?;
    Ok(fs::write(worker, text.replace("\"MAYDAN_BUILD\"", &build))?)
}

fn report(folder: &Path, file: &str) -> Result<()> {
    let size = |name: &str| fs::metadata(folder.join(name)).map(|m| m.len() / 1024);
    say(&format!("{file}: {} KB, {} KB compressed", size(file)?, size(&format!("{file}.br"))?));
    Ok(())
}
