//! `cargo xtask fuzz`: libFuzzer on one of the parsers of outside bytes.

use crate::process::{cargo, command, root, succeed, target};
use anyhow::Result;
use clap::Args;

#[derive(Debug, Args)]
pub struct Options {
    /// Which parser: push, change, snapshot, page, hello, content, import, unsent.
    name: String,
    /// How long.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// What tells libFuzzer where an input went; no sanitizer, so that the stable compiler does.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Ccodegen-units=1";

/// Fuzzes; fails when something ends in a panic, which is then in the corpus: every run of the tests takes it from there.
pub fn run(options: &Options) -> Result<()> {
    let folder = root().join("tests/fuzz");
    let built = target().join("libfuzzer");
    let name = &options.name;
    let mut build = cargo();
    // The seeds are written by the tests' own halves of the parsers.
    succeed(
        cargo().args(["run", "-q", "-p", "maydan-fuzz", "--bin", "maydan-fuzz-seeds", "--", name]).arg(built.join("seeds").join(name)),
    )?;
    build.current_dir(folder.join("libfuzzer")).args(["build", "--release", "--locked", "--bin", name]);
    build.env("RUSTFLAGS", COVERAGE).env("CARGO_TARGET_DIR", &built);
    // With a triple of its own, so that what runs while building is not measured.
    let triple = host_triple()?;
    succeed(build.args(["--target", &triple]))?;
    let corpus = folder.join("corpus").join(name);
    std::fs::create_dir_all(&corpus)?;
    let found = built.join("found").join(name);
    std::fs::create_dir_all(&found)?;
    let mut fuzz = command(built.join(&triple).join("release").join(name));
    fuzz.arg(&found).arg(built.join("seeds").join(name)).arg(&corpus);
    fuzz.arg(format!("-max_total_time={}", options.seconds)).arg(format!("-artifact_prefix={}/", corpus.display()));
    succeed(fuzz.args(["-timeout=20", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1"]))
}

fn host_triple() -> Result<String> {
    let said = crate::process::output(command("rustc").arg("-vV"))?;
    let triple = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(triple.ok_or_else(|| anyhow::anyhow!("the compiler does not say for what it compiles"))?.to_owned())
}
