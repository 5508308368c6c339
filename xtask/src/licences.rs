//! What is linked into Maydan, held against `deny.toml`: licences, banned crates, sources.
//!
//! cargo-deny does the same and also asks the database of advisories; where it is not installed, this at least keeps the
//! rules that need no network.

use crate::process::{cargo, output, root};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Rules {
    licenses: Licences,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Deserialize)]
struct Sources {
    #[serde(rename = "allow-registry")]
    registries: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

/// Looks at every package that the lock file names.
pub fn check() -> Result<()> {
    let rules = std::fs::read_to_string(root().join("deny.toml")).context("deny.toml")?;
    let rules: Rules = toml::from_str(&rules).context("deny.toml")?;
    let metadata = output(cargo().args(["metadata", "--format-version", "1", "--locked", "--all-features"]))?;
    let metadata: Metadata = serde_json::from_str(&metadata).context("cargo metadata")?;
    let exceptions: BTreeMap<_, _> = rules.licenses.exceptions.iter().map(|e| (e.name.as_str(), &e.allow)).collect();
    let wrong: Vec<String> = metadata
        .packages
        .iter()
        .filter_map(|package| {
            let allowed = exceptions.get(package.name.as_str()).copied().unwrap_or(&rules.licenses.allow);
            let why = licence(package, allowed).or_else(|| banned(package, &rules.bans)).or_else(|| origin(package, &rules.sources))?;
            Some(format!("{} {}: {why}", package.name, package.version))
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { bail!("deny.toml does not allow:\n{}", wrong.join("\n")) }
}

fn licence(package: &Package, allowed: &BTreeSet<String>) -> Option<String> {
    let Some(text) = &package.license else { return Some("it names no licence".to_owned()) };
    // Old crates write "MIT/Apache-2.0" for a choice.
    match spdx::Expression::parse_mode(text, spdx::ParseMode::LAX) {
        Ok(expression) => {
            let fits = expression.evaluate(|requirement| allowed.contains(&requirement.to_string()));
            (!fits).then(|| format!("its licence is {text}"))
        }
        Err(e) => Some(format!("its licence {text:?} can't be read: {e}")),
    }
}

fn banned(package: &Package, bans: &Bans) -> Option<String> {
    bans.deny.iter().find(|ban| ban.name == package.name).map(|ban| ban.reason.clone())
}

fn origin(package: &Package, sources: &Sources) -> Option<String> {
    // What has no source is ours.
    let source = package.source.as_ref()?;
    let known = sources.registries.iter().any(|registry| source.strip_prefix("registry+") == Some(registry));
    (!known).then(|| format!("it comes from {source}"))
}
