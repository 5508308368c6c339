//! Whether the simulation would notice: each safeguard is switched off, and some seed must break a promise.

use crate::action::{plan, size};
use crate::run::run;
use maydan_core::sync::safeguard::{Safeguard, switch_off};

/// The first of these seeds that notices that a safeguard is off, with the promise that it breaks.
pub fn noticed(safeguard: Safeguard, seeds: impl IntoIterator<Item = u64>) -> Option<(u64, String)> {
    switch_off(Some(safeguard));
    let noticed = seeds.into_iter().find_map(|seed| run(seed, size(seed), &plan(seed)).broken.map(|how| (seed, how)));
    switch_off(None);
    noticed
}
