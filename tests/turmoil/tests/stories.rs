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
    // Nothing else goes wrong but the network, or nothing at all.
    let tell = |seed: u64, loses: bool| {
        let kept = |action: Action| match action.what {
            What::Sync(at, Some(Fault::DropRequest | Fault::TruncateRequest)) if !loses => {
                Some(Action { what: What::Sync(at, None), ..action })
            }
            What::Sync(_, Some(Fault::DropRequest | Fault::TruncateRequest) | None) | What::Work(..) => Some(action),
            _ => None,
        };
        let story: Vec<Action> = plan(seed).into_iter().filter_map(kept).collect();
        run_over(seed, size(seed), &story, Some(Box::new(Network::new(seed)))).broken
    };
    assert_eq!(SEEDS.take(2).find_map(|seed| tell(seed, true)), None);
    switch_off(Some(Safeguard::OutboxUntilAnswered));
    // A request may come to nothing for other reasons too: those do not count.
    let noticed = { SEEDS }.any(|seed| tell(seed, true).is_some() && tell(seed, false).is_none());
    switch_off(None);
    assert!(noticed, "a device that forgets what it sends is found out, because requests are lost on the way");
}
