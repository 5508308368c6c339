//! The shortest story that still breaks the promise: parts are left out as long as it still breaks.

use crate::action::{Action, Size};
use crate::run::run;

/// Cuts a failing story down; answers what is left and what it breaks.
pub fn shrink(seed: u64, size: Size, actions: &[Action]) -> (Vec<Action>, String) {
    let mut left = actions.to_vec();
    let mut broken = run(seed, size, &left).broken.unwrap_or_default();
    let promise = promise(&broken);
    let mut part = (left.len() / 2).max(1);
    loop {
        let mut at = 0;
        let mut shorter = false;
        while at < left.len() {
            let mut tried = left.clone();
            tried.drain(at..(at + part).min(tried.len()));
            match run(seed, size, &tried).broken.filter(|how| self::promise(how) == promise) {
                Some(how) => {
                    (left, broken) = (tried, how);
                    shorter = true;
                }
                None => at += part,
            }
        }
        if part == 1 && !shorter {
            return (left, broken);
        }
        part = (part / 2).max(1);
    }
}

/// Which promise was broken: its words without the numbers and names of one story.
fn promise(broken: &str) -> String {
    let words = broken.rsplit_once("]: ").map_or(broken, |(_, rest)| rest);
    let words = words.split(':').find(|part| part.split_whitespace().count() > 3).unwrap_or(words);
    words.chars().filter(|c| c.is_alphabetic()).take(24).collect()
}
