//! Runs seeds of the simulation; a failing one is cut down and printed.

use clap::Parser;
use maydan_core::sync::safeguard::Safeguard;
use maydan_sim::action::{plan, size};
use maydan_sim::coverage::Coverage;
use maydan_sim::mutation::noticed;
use maydan_sim::run::{Outcome, run};
use maydan_sim::shrink::shrink;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Simulates devices and a server through everything that can go wrong.
#[derive(Debug, Parser)]
struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first one.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Only this one, told in full (with MAYDAN_LOG=debug).
    #[arg(long)]
    seed: Option<u64>,
    /// Do not cut a failing story down.
    #[arg(long)]
    whole: bool,
    /// Go on after the first that breaks a promise, and name them all.
    #[arg(long)]
    all: bool,
    /// Switch the safeguards off one by one: each must be noticed.
    #[arg(long)]
    safeguards: bool,
}

/// Seeds after which every operation has met every fault.
const ENOUGH: u64 = 1_000;

#[expect(clippy::print_stdout, reason = "the answer of this command")]
fn main() -> ExitCode {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("MAYDAN_LOG") {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
    let mut options = Options::parse();
    if let Some(seed) = options.seed {
        (options.from, options.seeds) = (seed, 1);
    }
    if options.safeguards {
        return without_safeguards(&options);
    }
    let next = AtomicU64::new(options.from);
    let failed = Mutex::new(Vec::new());
    let coverage = Mutex::new(Coverage::default());
    let stop = AtomicBool::new(false);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= options.from + options.seeds || stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let outcome: Outcome = run(seed, size(seed), &plan(seed));
                    coverage.lock().expect("no panic").add(&outcome.coverage);
                    if let Some(broken) = outcome.broken {
                        failed.lock().expect("no panic").push((seed, broken));
                        stop.store(!options.all, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let coverage = coverage.into_inner().expect("no panic");
    let (pairs, met) = coverage.count();
    println!("{} seeds from {}: {met} of {pairs} pairs of operation and fault met", options.seeds, options.from);
    let mut failed = failed.into_inner().expect("no panic");
    failed.sort();
    let Some((seed, broken)) = failed.first() else {
        // So many seeds leave nothing untried, or something can't happen any more.
        let missing = if options.seeds < ENOUGH { Vec::new() } else { coverage.missing() };
        missing.iter().for_each(|(operation, fault)| println!("never met: {operation} and {fault}"));
        return if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    };
    if options.all {
        failed.iter().for_each(|(seed, broken)| println!("seed {seed}: {broken}"));
        return ExitCode::FAILURE;
    }
    println!("seed {seed}: {broken}");
    if !options.whole {
        let (story, broken) = shrink(*seed, size(*seed), &plan(*seed));
        println!("{} actions are enough: {broken}", story.len());
        for action in &story {
            println!("    {action:?}");
        }
        // Once more, alone, for whoever reads the log.
        tracing::info!("the short story");
        run(*seed, size(*seed), &story);
    }
    ExitCode::FAILURE
}

/// Each safeguard switched off, with the seed that noticed.
#[expect(clippy::print_stdout, reason = "the answer of this command")]
fn without_safeguards(options: &Options) -> ExitCode {
    let next = Mutex::new(Safeguard::ALL.into_iter());
    let lines = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some(safeguard) = next.lock().expect("no panic").next() else { return };
                    let noticed = noticed(safeguard, options.from..options.from + options.seeds);
                    lines.lock().expect("no panic").insert(safeguard, noticed);
                }
            });
        }
    });
    let lines = lines.into_inner().expect("no panic");
    for (safeguard, noticed) in &lines {
        match noticed {
            Some((seed, how)) => println!("without {safeguard:?}, seed {seed}: {}", how.chars().take(160).collect::<String>()),
            None => println!("without {safeguard:?}: NOT NOTICED in {} seeds", options.seeds),
        }
    }
    if lines.values().all(Option::is_some) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
