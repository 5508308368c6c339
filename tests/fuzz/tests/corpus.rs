//! The corpus, and mutants of it: none may end in a panic. What did once stays in the corpus.
#![expect(clippy::unwrap_used, reason = "tests")]

use maydan_fuzz::{TARGETS, corpus, mutate, seeds};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Mutants of each target.
const MUTANTS: usize = 3_000;

#[test]
fn nothing_from_outside_ends_in_a_panic() {
    for (name, take) in TARGETS {
        let mut inputs = seeds::of(name).unwrap();
        assert!(!inputs.is_empty(), "{name} has nothing to begin with");
        if let Ok(files) = std::fs::read_dir(corpus(name)) {
            let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
            files.sort();
            inputs.extend(files.iter().map(|file| std::fs::read(file).unwrap()));
        }
        let mut random = fastrand::Rng::with_seed(0xF022);
        let mutants: Vec<Vec<u8>> = (0..MUTANTS)
            .map(|_| {
                let [one, other] = [(); 2].map(|()| &inputs[random.usize(0..inputs.len())]);
                mutate::mutant(&mut random, one, other)
            })
            .collect();
        for input in inputs.iter().chain(&mutants) {
            if catch_unwind(AssertUnwindSafe(|| take(input))).is_err() {
                let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
                panic!("{name} ended in a panic; keep this in {}: {hex}", corpus(name).display());
            }
        }
    }
}

#[test]
fn the_seeds_are_understood() {
    use maydan_core::sync::wire::{HelloAnswer, Page, Push};
    let first = |name| seeds::of(name).unwrap().remove(0);
    assert_eq!(rmp_serde::from_slice::<Push>(&first("push")).unwrap().items.len(), 7);
    assert_eq!(rmp_serde::from_slice::<Page>(&first("page")).unwrap().entries.len(), 4);
    serde_json::from_slice::<HelloAnswer>(&first("hello")).unwrap();
    assert_eq!(maydan_core::import::read(&first("import"), None).unwrap().good.len(), 1);
}
