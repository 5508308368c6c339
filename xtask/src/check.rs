//! `cargo xtask test`: every check, each by its name, and one line at the end.

use crate::process::{cargo, command, exists, root, say, succeed, target};
use crate::{chaos, demo, install, licences, sim, tidy, wasm};
use anyhow::Result;
use clap::Args;
use std::process::{Command, Stdio};
use std::time::Instant;

#[derive(Debug, Args)]
pub struct Options {
    /// Only the checks whose name contains this.
    filter: Option<String>,
}

/// Seeds of the simulation in every run: what some eight minutes do on two cores. More by `cargo xtask sim`.
const SEEDS: u64 = 2_000;

/// One check: its name and what it does.
type Check = (&'static str, fn() -> Result<Outcome>);

/// What became of a check.
enum Outcome {
    Passed,
    Skipped(&'static str),
}

const CHECKS: &[Check] = &[
    ("tidy", || passed(tidy::check())),
    ("format", || passed(succeed(cargo().args(["fmt", "--all", "--check"])))),
    ("web build", web),
    ("clippy", || {
        install::for_desktop()?;
        passed(succeed(cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])))
    }),
    ("clippy for browsers", || {
        Ok(if wasm::lint()? { Outcome::Passed } else { Outcome::Skipped("Debian's compiler for browsers has no clippy") })
    }),
    ("documentation", || {
        passed(succeed(cargo().args(["doc", "--workspace", "--no-deps", "--locked", "-q"]).env("RUSTDOCFLAGS", "-D warnings")))
    }),
    ("tests", tests),
    ("simulation", || passed(sim::run(&sim::Options { seeds: SEEDS, from: 0, safeguards: false }))),
    ("demo", || passed(demo::demo(&demo::Demo { json: true }))),
    ("chaos", || passed(chaos::run(&chaos::Options { seconds: 30, seed: None }))),
    ("another language", || {
        install::for_interop()?;
        passed(interop())
    }),
    ("licences", licences),
    ("browser", || {
        install::for_browsers()?;
        browser("story")?;
        passed(browser("edition"))
    }),
    ("window", window),
];

/// Runs the checks; fails when one failed, after all have run.
#[expect(clippy::print_stdout, reason = "the summary is this command's answer")]
pub fn run(options: &Options) -> Result<()> {
    let (mut pass, mut fail, mut skip) = (0, Vec::new(), 0);
    for (name, check) in CHECKS {
        if options.filter.as_ref().is_some_and(|f| !name.contains(f.as_str())) {
            continue;
        }
        say(&format!("== {name}"));
        let begun = Instant::now();
        match check() {
            Ok(Outcome::Passed) => pass += 1,
            Ok(Outcome::Skipped(why)) => {
                say(&format!("skipped: {why}"));
                skip += 1;
            }
            Err(e) => {
                say(&format!("FAILED: {e:#}"));
                fail.push(*name);
            }
        }
        say(&format!("== {name}: {} s", begun.elapsed().as_secs()));
    }
    if !fail.is_empty() {
        say(&format!("failed: {}", fail.join(", ")));
    }
    println!("{pass} passed, {} failed, {skip} skipped", fail.len());
    if fail.is_empty() { Ok(()) } else { anyhow::bail!("{} of the checks failed", fail.len()) }
}

fn passed(result: Result<()>) -> Result<Outcome> {
    result.map(|()| Outcome::Passed)
}

fn web() -> Result<Outcome> {
    install::for_wasm()?;
    passed(wasm::build())
}

fn tests() -> Result<Outcome> {
    install::for_databases()?;
    let mut tests = if exists("cargo-nextest") {
        let mut nextest = cargo();
        nextest.args(["nextest", "run", "--no-fail-fast"]);
        nextest
    } else {
        let mut test = cargo();
        test.args(["test", "--no-fail-fast"]);
        test
    };
    // The window has its own check; the user interface and the worker have no native tests.
    passed(succeed(tests.args([
        "--workspace",
        "--locked",
        "--exclude",
        "maydan",
        "--exclude",
        "maydan-ui",
        "--exclude",
        "maydan-web",
        "--exclude",
        "maydan-desktop-tests",
    ])))
}

/// The pipeline on the forge has cargo-deny, which also asks for advisories.
fn licences() -> Result<Outcome> {
    passed(if exists("cargo-deny") { succeed(cargo().args(["deny", "check"])) } else { licences::check() })
}

fn browser(script: &str) -> Result<()> {
    succeed(cargo().args(["build", "-p", "maydan-sync-server", "-p", "maydan-it", "--bins"]))?;
    let mut node = command("node");
    node.current_dir(root().join("tests/e2e")).arg(format!("{script}.mjs")).env("MAYDAN_BIN", target().join("debug"));
    succeed(&mut node)
}

/// A client that was written from the description of the protocol alone.
fn interop() -> Result<()> {
    succeed(cargo().args(["build", "-p", "maydan-sync-server", "-p", "maydan-it", "--bins"]))?;
    let mut node = command("node");
    node.current_dir(root().join("tests/interop")).arg("interop.mjs").env("MAYDAN_BIN", target().join("debug"));
    succeed(&mut node)
}

/// A company of 10,000 customers and 100,000 activities in a browser.
pub fn large() -> Result<()> {
    wasm::build_for_browsers()?;
    browser("large")
}

/// Takes the pictures.
pub fn screens() -> Result<()> {
    wasm::build_for_browsers()?;
    browser("screens")
}

fn window() -> Result<Outcome> {
    if !cfg!(target_os = "linux") {
        return Ok(Outcome::Skipped("the window is driven by WebKitWebDriver, which is Linux's"));
    }
    install::for_desktop()?;
    install::for_browsers()?;
    succeed(cargo().args([
        "build",
        "-p",
        "maydan",
        "--features",
        "tauri/custom-protocol",
        "-p",
        "maydan-sync-server",
        "-p",
        "maydan-it",
        "--bins",
    ]))?;
    let mut test = Command::new("xvfb-run");
    test.current_dir(root()).args(["-a", "-s", "-screen 0 1440x900x24"]).arg(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    test.args(["test", "-q", "-p", "maydan-desktop-tests"]).env("MAYDAN_BIN", target().join("debug")).stdin(Stdio::null());
    passed(succeed(&mut test))
}
