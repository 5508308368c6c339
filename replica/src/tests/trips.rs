//! Shifts: every position is safe at once, and they travel in company.

use super::*;
use maydan_core::domain::geo::{Fix, Point};
use maydan_core::sync::wire::{LogHead, Outcome, PushAnswer};

/// The n-th position of a drive through a town, one every ten seconds: ten metres a second, as well as a receiver knows.
fn fix(n: i64, at: Instant) -> Fix {
    let wobble = |step: i64| f64::from(i32::try_from((n * step) % 7 - 3).unwrap()) * 0.000_02;
    let along = f64::from(i32::try_from(n).unwrap()) * 0.000_9;
    let point = Point { latitude: 32.8 + along.sin() * 0.05 + wobble(5), longitude: 13.2 + along.cos() * 0.05 + wobble(3) };
    Fix { point, accuracy: 6.0 + f64::from(i32::try_from(n % 5).unwrap()), at, mock: false, simulated: false, battery: Some(80) }
}

#[test]
fn a_shift_with_signal_is_sent_in_few_pieces_and_few_bytes() {
    const PINGS: i64 = 8 * 360;
    let mut replica = open(Place::Memory);
    let trip = replica.start_trip(StartTrip {}).unwrap().id;
    let (mut pushes, mut items, mut bytes) = (0, 0, 0);
    let mut sync = |replica: &mut Replica| {
        let batch = replica.batch().unwrap();
        (pushes, items) = (pushes + 1, items + batch.items.len());
        bytes += batch.bytes.iter().map(|item| item.len()).sum::<usize>();
        let outcomes = vec![Outcome::Accepted { seq: 1 }; batch.items.len()];
        replica.apply_outcomes(&batch, &PushAnswer { epoch: Uuid::nil(), head: LogHead::default(), outcomes }).unwrap();
        assert!(!replica.has_work().unwrap());
    };
    sync(&mut replica);
    for n in 0..PINGS {
        ASKED.fetch_add(10_000, Ordering::Relaxed);
        let at = replica.host.now();
        replica.add_pings(AddPings { trip, fixes: vec![fix(n, at)] }).unwrap();
        // The loop asks after each command whether there is anything to do.
        if replica.has_work().unwrap() {
            sync(&mut replica);
        }
    }
    replica.end_trip(EndTrip { trip }).unwrap();
    sync(&mut replica);
    assert!(pushes <= 8 * 6 + 2, "{pushes} pushes: one every ten minutes, one at the beginning and one at the end");
    let pings = usize::try_from(PINGS).unwrap();
    assert!(bytes <= 12 * pings, "{bytes} bytes were sent for {pings} positions, in {items} items");
    let stored = number(
        &replica,
        "SELECT sum(ifnull(length(snapshot), 0)) + (SELECT ifnull(sum(length(bytes)), 0) FROM change) FROM document WHERE kind = 'trip'",
    );
    assert!(stored <= 12 * PINGS, "{stored} bytes are kept for {pings} positions");
    assert_eq!(replica.trip_trace(TripTrace { trip }).unwrap().pings, u64::try_from(PINGS).unwrap());
}

#[test]
fn who_asks_for_a_round_sends_the_last_positions_too() {
    let mut replica = open(Place::Memory);
    let trip = replica.start_trip(StartTrip {}).unwrap().id;
    let before = replica.batch().unwrap().items.len();
    let at = replica.host.now();
    replica.add_pings(AddPings { trip, fixes: vec![fix(0, at)] }).unwrap();
    assert_eq!(replica.batch().unwrap().items.len(), before, "it waits for others");
    assert_eq!(replica.counts().unwrap().pending, 1, "only the trip itself counts as unsent");
    replica.pack_trips().unwrap();
    assert_eq!(replica.batch().unwrap().items.len(), before + 1);
}
