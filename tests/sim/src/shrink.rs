//! The shortest story that still breaks the promise: parts are left out as long as it still breaks.

use crate::action::{Action, Size};
use crate::run::run;

/// Cuts a failing story down; answers what is left and what it breaks.
pub fn shrink(seed: u64, size: Size, actions: &[Action]) -> (Vec<Action>, String) {
    let mut left = actions.to_vec();
    let mut broken = run(seed, size, &left).broken.unwrap_or_default();
    let mut part = (left.len() / 2).max(1);
    loop {
        let mut at = 0;
        let mut shorter = false;
        while at < left.len() {
            let mut tried = left.clone();
            tried.drain(at..(at + part).min(tried.len()));
            match run(seed, size, &tried).broken {
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
