//! Seeds of the simulation: some that broke a promise once, and some more with every run.

use maydan_sim::action::{plan, size};
use maydan_sim::coverage::Coverage;
use maydan_sim::run::run;

/// Seeds under which something was lost, forgotten or stuck before it was mended.
const ONCE_BROKEN: &[(u64, &str)] = &[
    (9, "a note waited for ever for its customer, which had been refused"),
    (3, "an actor that was made between two hellos was never announced, because a power cut made another one"),
    (22, "a record without any change was on no device's list of what to bring back"),
    (44, "a record that was moved before the server was put back stayed where it had been"),
    (62, "the same on another device"),
    (74, "a head of the log that was shown in the middle of a round hid that the server had been put back"),
    (3000, "a record that a first sync had brought already was taken for gone, because something in it was sent after that"),
    (3008, "a record that the server put elsewhere than the device had understood stayed on it"),
    (3120, "a cursor that was changed on its way skipped a part of a first sync"),
    (3142, "a note waited for ever for a customer that had left and that a server which was put back no longer knew"),
    (67, "what was written between the last hand-over and the wiping went with it"),
    (4331, "a change that waited for one which the server had lost was not enough to bring that one back"),
    (7199, "a photo that was too large for a moment went with the wiping"),
    (104, "a photo whose record had left was given up before it was sent"),
    (6162, "a device that was cut off went round between handing over and sending a photo that the server would not have"),
    (157, "a wipe that failed left the database without its foreign keys, and the device brought what was gone for ever"),
    (1172, "what was handed over to a server that was then put back was sent again by nobody"),
    (274, "a device whose disk had been copied was refused for ever: the copy had announced the actor first"),
    (376, "a change that a restored server had been brought by a relay was refused because it did not know its writer"),
    (528, "a photo that was given up while its record was elsewhere was not offered when that came back"),
    (5458, "a receipt was shown for another scope than it spoke of, and a colleague's change was not taken back"),
    (6409, "what an older app could not read went from the queue when its record was written anew"),
    (15592, "a record of a kind that a colleague's app did not know yet was brought by nobody to a server that was put back"),
    (16964, "the same of a change that a colleague's app could not read yet"),
    (4253, "of a record that had moved, what the server had lost from before was brought by nobody"),
    (12817, "the same on another device"),
    (10203, "a photo that was lost with a server's last minutes was sent again by nobody"),
    (15717, "a photo went with the wiping, because a colleague had been quicker to bring its record back"),
    (19134, "a change that a server had lost was refused when it came again: its word of what it stood for was still there"),
    (12274, "a record that came without what it was shortened to counted as the later one"),
    (9804, "what came while an older app was there was in no list after the next update"),
    (2925, "what a server had lost was sent again once, and the power was cut in between"),
    (5878, "a refused change on which others had gone on made the queue stand still"),
    (10133, "a server that had forgotten that a device was cut off was not told what that had"),
];
/// Further seeds of every run.
const MORE: std::ops::Range<u64> = 105..125;

#[test]
fn no_promise_is_broken_under_these_seeds() {
    let seeds: Vec<u64> = ONCE_BROKEN.iter().map(|(seed, _)| *seed).chain(MORE).collect();
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let coverage = std::sync::Mutex::new(Coverage::default());
    let part = seeds.len().div_ceil(workers);
    std::thread::scope(|scope| {
        for part in seeds.chunks(part) {
            let coverage = &coverage;
            scope.spawn(move || {
                for seed in part {
                    let outcome = run(*seed, size(*seed), &plan(*seed));
                    assert_eq!(outcome.broken, None, "seed {seed}; cut it down with: cargo xtask sim --from {seed} --seeds 1");
                    coverage.lock().expect("no panic").add(&outcome.coverage);
                }
            });
        }
    });
    let (pairs, met) = coverage.lock().expect("no panic").count();
    assert!(met * 10 > pairs * 9, "of {pairs} pairs of operation and fault only {met} met");
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in [1, 2] {
        let [one, two] = [(); 2].map(|()| run(seed, size(seed), &plan(seed)));
        assert_eq!(one.trace, two.trace, "seed {seed}");
        assert_eq!(one.broken, two.broken, "seed {seed}");
    }
}
