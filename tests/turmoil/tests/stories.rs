//! Stories of the simulator, over HTTP.

use maydan_core::sync::safeguard::{Safeguard, switch_off};
use maydan_sim::action::{plan, size};
use maydan_sim::run::run_over;
use maydan_turmoil::Network;

/// Seeds of every run.
const SEEDS: std::ops::Range<u64> = 0..12;

#[test]
fn no_promise_is_broken_over_http() {
    for seed in SEEDS {
        let outcome = run_over(seed, size(seed), &plan(seed), Some(Box::new(Network::new(seed))));
        assert_eq!(outcome.broken, None, "seed {seed}");
    }
}

#[test]
fn what_the_network_loses_is_missed() {
    switch_off(Some(Safeguard::OutboxUntilAnswered));
    let noticed =
        SEEDS.map(|seed| run_over(seed, size(seed), &plan(seed), Some(Box::new(Network::new(seed))))).find_map(|story| story.broken);
    switch_off(None);
    assert!(noticed.is_some(), "a device that forgets what it sends is found out, because requests are lost on the way");
}
