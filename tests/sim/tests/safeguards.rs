//! The simulation would notice: without any one of its safeguards some story ends badly.

use maydan_core::sync::safeguard::Safeguard;
use maydan_sim::mutation::noticed;

/// Stories in which nothing is lost without a word, so that whoever misses something is found out by that.
fn quiet() -> impl Iterator<Item = u64> {
    (7..400).step_by(8)
}

macro_rules! without {
    ($($name:ident: $safeguard:ident in $seeds:expr;)*) => {
        $( #[test]
        fn $name() {
            assert!(noticed(Safeguard::$safeguard, $seeds).is_some(), "nobody noticed");
        } )*

        #[test]
        fn every_safeguard_is_tried() {
            assert_eq!([$(Safeguard::$safeguard),*].len(), Safeguard::ALL.len());
        }
    };
}

without! {
    a_new_epoch_is_noticed: Epoch in 0..100;
    changes_are_known_by_their_hash: HashDedupe in 0..100;
    feeds_have_a_floor: Floor in quiet();
    changes_need_what_they_were_made_on: Dependencies in 0..10;
    scopes_are_shut: Scope in 0..10;
    only_receipts_prove: Receipt in 0..10;
    actors_belong_to_their_writers: ActorBinding in 0..10;
    scopes_are_compared: Tally in 0..100;
    answers_are_on_the_disk: Durable in 0..100;
    cursors_are_kept_with_their_entries: CursorWithEntries in quiet();
    what_was_sent_waits_for_its_answer: OutboxUntilAnswered in 0..100;
    what_was_refused_is_kept: Quarantine in 0..100;
    copies_write_under_another_actor: Incarnation in 0..100;
    what_was_erased_stays_so: Erasure in 0..100;
    generations_are_not_mixed: Generation in 0..100;
}
