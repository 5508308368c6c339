//! Stories of the simulator, over HTTP.

use maydan_core::sync::safeguard::{Safeguard, switch_off};
use maydan_sim::action::{Action, What, plan, size};
use maydan_sim::network::Fault;
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
    // Nothing else goes wrong but the network.
    let is_kept = |action: &Action| match action.what {
        What::Sync(_, Some(fault)) => matches!(fault, Fault::DropRequest | Fault::TruncateRequest),
        What::Work(..) | What::Sync(_, None) => true,
        _ => false,
    };
    let tell = |seed: u64| {
        let story: Vec<Action> = plan(seed).into_iter().filter(is_kept).collect();
        run_over(seed, size(seed), &story, Some(Box::new(Network::new(seed)))).broken
    };
    assert_eq!(SEEDS.take(2).find_map(tell), None);
    switch_off(Some(Safeguard::OutboxUntilAnswered));
    let noticed = { SEEDS }.find_map(tell);
    switch_off(None);
    assert!(noticed.is_some(), "a device that forgets what it sends is found out, because requests are lost on the way");
}
