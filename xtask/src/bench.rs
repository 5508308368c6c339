//! `cargo xtask bench`: ours, a peer and the floor, as ratios.

use crate::process::{cargo, succeed};
use crate::wasm;
use anyhow::Result;
use clap::Args;

/// The row for which a browser is started.
const IN_BROWSER: &str = "web";

#[derive(Debug, Args)]
pub struct Options {
    /// What the benchmarks are told: rows by name, --quick, --no-peers, --json FILE.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    told: Vec<String>,
}

/// Measures, in a build as it is shipped.
pub fn run(options: &Options) -> Result<()> {
    if names_browser(&options.told) {
        wasm::build_for_browsers()?;
    }
    // Servers and devices whose memory is measured are processes of their own.
    succeed(cargo().args(["build", "--release", "--locked", "-p", "maydan-sync-server", "-p", "maydan-it", "--bins"]))?;
    succeed(cargo().args(["run", "--release", "--locked", "-p", "maydan-bench", "--"]).args(&options.told))
}

/// Whether the web edition is measured: it is among the rows named, or none is.
fn names_browser(told: &[String]) -> bool {
    let is_name = |at: usize| !told[at].starts_with("--") && (at == 0 || told[at - 1] != "--json");
    let mut names = (0..told.len()).filter(|at| is_name(*at)).map(|at| told[at].as_str()).peekable();
    names.peek().is_none() || names.any(|name| name == IN_BROWSER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_started_only_where_it_is_measured() {
        let told = |words: &str| names_browser(&words.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        for yes in ["", "--quick", "web", "save web --json web.json", "--json save", "--no-peers --json save"] {
            assert!(told(yes), "{yes}");
        }
        for no in ["save", "save --quick", "save --json web"] {
            assert!(!told(no), "{no}");
        }
    }
}
