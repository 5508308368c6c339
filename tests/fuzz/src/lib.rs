//! Bytes from outside, made by nobody who means well: one target for each parser. A target takes any bytes and must come
//! back: with an answer or a typed error, never with a panic.
//!
//! Every run of the tests takes the corpus and a few thousand mutants of it (`tests/corpus.rs`); for longer, `libfuzzer/`
//! hands the same targets to libFuzzer.

pub mod mutate;
pub mod seeds;
pub mod targets;

use std::path::PathBuf;

/// A target: its name, and what takes the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: &[Target] = &[
    ("push", targets::push),
    ("change", targets::change),
    ("snapshot", targets::snapshot),
    ("page", targets::page),
    ("hello", targets::hello),
    ("content", targets::content),
    ("import", targets::import),
    ("unsent", targets::unsent),
];

/// Where the corpus of a target lies.
pub fn corpus(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}
