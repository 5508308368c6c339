//! The rules of the house, as far as a program can see them.

use crate::process::{cargo, output, root, say};
use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Longest file.
const LONGEST: usize = 800;

/// Which of our crates each may depend on. Arrows that are not here fail.
const ARROWS: &[(&str, &[&str])] = &[
    ("maydan-core", &[]),
    ("maydan-ui", &["maydan-core"]),
    ("maydan-replica", &["maydan-core"]),
    ("maydan-driver", &["maydan-core", "maydan-replica"]),
    ("maydan-web", &["maydan-core", "maydan-replica", "maydan-driver"]),
    ("maydan", &["maydan-core", "maydan-replica", "maydan-driver"]),
    ("maydan-sync-server", &["maydan-core"]),
    ("maydan-it", &["maydan-core", "maydan-replica", "maydan-driver", "maydan-sync-server"]),
    ("maydan-fuzz", &["maydan-core", "maydan-replica"]),
    ("maydan-sim", &["maydan-core", "maydan-replica", "maydan-sync-server"]),
    ("maydan-turmoil", &["maydan-core", "maydan-sim", "maydan-sync-server"]),
    ("maydan-bench", &["maydan-core", "maydan-replica", "maydan-sync-server", "maydan-it"]),
    ("maydan-chaos", &["maydan-core", "maydan-it"]),
    ("maydan-chaos-disk", &[]),
    ("maydan-desktop-tests", &[]),
    ("xtask", &[]),
];

/// Checks every rule and reports every breach.
pub fn check() -> Result<()> {
    let mut breaches = Vec::new();
    arrows(&mut breaches)?;
    let files = tracked()?;
    for file in &files {
        text_rules(file, &mut breaches)?;
    }
    locales(&mut breaches)?;
    if breaches.is_empty() {
        say(&format!("tidy: {} files in order", files.len()));
        return Ok(());
    }
    bail!("the house is not tidy:\n  {}", breaches.join("\n  "))
}

fn arrows(breaches: &mut Vec<String>) -> Result<()> {
    let metadata: serde_json::Value = serde_json::from_str(&output(cargo().args(["metadata", "--format-version=1", "--no-deps"]))?)?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let own: BTreeSet<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(n, _)| *n == name) else {
            breaches.push(format!("{name} is in no list of arrows: say in xtask/src/tidy.rs what it may depend on"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten().filter_map(|d| d["name"].as_str()) {
            if own.contains(dependency) && !allowed.contains(&dependency) {
                breaches.push(format!("{name} → {dependency} is an arrow that ARCHITECTURE.md does not have"));
            }
        }
    }
    Ok(())
}

fn tracked() -> Result<Vec<PathBuf>> {
    let listed = output(crate::process::command("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    Ok(listed.lines().map(|l| root().join(l)).filter(|p| p.is_file()).collect())
}

fn text_rules(path: &Path, breaches: &mut Vec<String>) -> Result<()> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    if !matches!(extension, "rs" | "css" | "js" | "mjs" | "sql" | "html" | "ftl") || path.starts_with(root().join("tests/fixtures")) {
        return Ok(());
    }
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let shown = path.strip_prefix(root())?.display().to_string();
    let lines = text.lines().count();
    if lines > LONGEST {
        breaches.push(format!("{shown}: {lines} lines, at most {LONGEST}"));
    }
    let markers =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("#[ig", "nore"), concat!("todo", "!("), concat!("unimpl", "emented!(")];
    for (number, line) in text.lines().enumerate() {
        for marker in markers.iter().filter(|m| line.contains(**m)) {
            breaches.push(format!("{shown}:{}: {marker}", number + 1));
        }
        if extension == "css" && physical(line) {
            breaches.push(format!("{shown}:{}: a physical direction; use inline-start / inline-end", number + 1));
        }
    }
    Ok(())
}

/// Whether a line of CSS names left or right, outside comments and the names that browsers give to a screen's safe area.
fn physical(line: &str) -> bool {
    let code = line.split("/*").next().unwrap_or_default();
    code.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == "left" || word == "right") && !code.contains("env(safe-area-inset-")
}

/// Both languages have the same messages, and the screens ask for no other. (That each kind and field has its label is a
/// test, which knows the declarations.)
fn locales(breaches: &mut Vec<String>) -> Result<()> {
    let folder = root().join("ui/locales");
    let (arabic, english) = (messages(&folder.join("ar"))?, messages(&folder.join("en"))?);
    for (key, file) in arabic.iter().filter(|(k, _)| !english.contains_key(*k)) {
        breaches.push(format!("{file}: {key} has no English"));
    }
    for (key, file) in english.iter().filter(|(k, _)| !arabic.contains_key(*k)) {
        breaches.push(format!("{file}: {key} has no Arabic"));
    }
    for file in tracked()?.into_iter().filter(|f| f.starts_with(root().join("ui/src")) && f.extension().is_some_and(|e| e == "rs")) {
        let text = fs::read_to_string(&file)?;
        for key in asked(&text).filter(|key| !arabic.contains_key(*key)) {
            breaches.push(format!("{}: there is no message {key}", file.strip_prefix(root())?.display()));
        }
    }
    Ok(())
}

/// The messages that a file asks for by a literal name: `i18n.t("…")`, `i18n.ta("…", …)`.
fn asked(text: &str) -> impl Iterator<Item = &str> {
    // What stands before the first call asks for nothing; after each call comes the name, up to its closing quote.
    let names = move |call| text.split(call).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0));
    [".t(\"", ".ta(\""].into_iter().flat_map(names)
}

fn messages(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut keys = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(root())?.display().to_string();
        for line in fs::read_to_string(&path)?.lines() {
            if let Some((key, _)) = line.split_once(" =").filter(|(k, _)| !k.starts_with([' ', '#', '-', '.']) && !k.contains(' ')) {
                keys.insert(key.to_owned(), name.clone());
            }
        }
    }
    Ok(keys)
}
