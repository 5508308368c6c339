//! Visits in every state of their life, with the events that led there.
//!
//! The first ones are a demo's: rounds planned for today, reports that wait for the manager, some that she sent back.

use super::random::{Random, uuid};
use super::{AMAL, BASMA, Beats, Customer, HUDA, Moment, PAST, Spec, TERRITORIES, Visit, ZONE, after, clock, words, workday};
use maydan_core::domain::geo::{Fix, Point};
use maydan_core::domain::visit::{self, Evidence, Step};
use maydan_core::{Day, RecordId};

/// Stops of today's rounds.
const AMAL_STOPS: usize = 10;
const BASMA_STOPS: usize = 8;

/// How far a visit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Planned,
    CheckedIn,
    CheckedOut,
    Submitted,
    Returned,
    Approved,
    /// Sent back, mended, approved.
    ApprovedAtLast,
}

pub(super) fn make(spec: &Spec, customers: &[Customer], count: usize) -> Vec<Visit> {
    let beats = Beats::of(customers);
    let rounds = [
        round(customers, &beats.0[AMAL], TERRITORIES[0].centre, AMAL_STOPS),
        round(customers, &beats.0[BASMA], TERRITORIES[1].centre, BASMA_STOPS),
    ];
    (0..count).map(|index| one(spec, customers, &beats, &rounds, index)).collect()
}

/// A round through a beat: from the centre always on to the nearest customer who is active and has a pin.
fn round(customers: &[Customer], beat: &[usize], centre: Point, stops: usize) -> Vec<usize> {
    let mut left: Vec<usize> =
        beat.iter().copied().filter(|c| customers[*c].pin().is_some() && customers[*c].text("status") == "active").collect();
    let mut round = Vec::new();
    let mut here = centre;
    while round.len() < stops {
        let far = |place: &usize| customers[left[*place]].place.distance(here);
        let Some(nearest) = (0..left.len()).min_by(|a, b| far(a).total_cmp(&far(b))) else { break };
        let customer = left.swap_remove(nearest);
        here = customers[customer].place;
        round.push(customer);
    }
    round
}

fn one(spec: &Spec, customers: &[Customer], beats: &Beats, rounds: &[Vec<usize>; 2], index: usize) -> Visit {
    let mut random = Random::of(spec.seed, "visit", index);
    let (mut rep, mut customer) = beats.pick(&mut random);
    let (mut fate, mut day, mut position) = by_chance(spec, &mut random);
    let stops = rounds[AMAL].len() + rounds[BASMA].len();
    if index < stops {
        let (who, stop) = if index < rounds[AMAL].len() { (AMAL, index) } else { (BASMA, index - rounds[AMAL].len()) };
        (rep, customer, fate, day) = (who, rounds[who][stop], Fate::Planned, spec.today);
        position = i64::try_from(stop + 1).ok();
    } else if let Some((who, what, back)) = WAITING.get(index - stops).filter(|(who, ..)| !beats.0[*who].is_empty()) {
        (rep, customer, fate, day) = (*who, *random.pick(&beats.0[*who]), *what, workday(spec.today, *back));
    }
    let goods = customers[customer].goods;
    let reason = words::fill(words::pick(words::REASONS, &mut random), goods, &mut random);
    let mut report = String::new();
    if !matches!(fate, Fate::Planned | Fate::CheckedIn) {
        report = words::fill(words::pick(words::REPORTS, &mut random), goods, &mut random);
        if random.chance(30) {
            report.push('\n');
            report.push_str(&words::fill(words::pick(words::REPORTS, &mut random), goods, &mut random));
        }
    }
    let ahead = day.0.signed_duration_since(spec.today.0).num_days().max(0);
    let mut life = Life { rep, day, ahead, moments: Vec::new(), random };
    life.live(fate, position, &customers[customer]);
    Visit { id: RecordId(uuid(spec.seed, "visit", index)), customer, rep, reason, report, life: life.moments }
}

/// After today's rounds: what waits for the manager or was sent back, with its rep and how many working days ago.
const WAITING: &[(usize, Fate, usize)] = &[
    (AMAL, Fate::Submitted, 1),
    (AMAL, Fate::Submitted, 1),
    (AMAL, Fate::Submitted, 1),
    (BASMA, Fate::Submitted, 1),
    (BASMA, Fate::Submitted, 1),
    (AMAL, Fate::Submitted, 2),
    (AMAL, Fate::Returned, 2),
    (AMAL, Fate::Returned, 3),
    (BASMA, Fate::Returned, 2),
    (AMAL, Fate::Approved, 2),
    (AMAL, Fate::CheckedOut, 1),
    (BASMA, Fate::CheckedOut, 1),
    (BASMA, Fate::CheckedIn, 1),
];

/// Old visits are settled, recent ones are in every state, some lie ahead.
fn by_chance(spec: &Spec, random: &mut Random) -> (Fate, Day, Option<i64>) {
    if random.chance(4) {
        return (Fate::Planned, after(spec.today, random.within(1..=14)), Some(random.within(1..=12)));
    }
    let back = 2 + random.early(PAST);
    let dice = random.below(100);
    let fate = match dice {
        0..=3 => Fate::Planned,
        4..=14 => Fate::ApprovedAtLast,
        15..=39 if back <= 6 => Fate::Submitted,
        40..=49 if back <= 6 => Fate::Returned,
        50..=56 if back <= 6 => Fate::CheckedOut,
        57..=58 if back <= 6 => Fate::CheckedIn,
        _ => Fate::Approved,
    };
    (fate, workday(spec.today, back), random.chance(60).then(|| random.within(1..=12)))
}

/// A visit's life being made up.
struct Life {
    rep: usize,
    day: Day,
    /// Days from today to its day, if that is still to come: it was planned before today.
    ahead: i64,
    moments: Vec<Moment>,
    random: Random,
}

impl Life {
    fn live(&mut self, fate: Fate, position: Option<i64>, customer: &Customer) {
        let walk_in = fate != Fate::Planned && self.random.chance(20);
        if !walk_in {
            let before = self.random.within(1..=6);
            let minute = self.random.within(16 * 60..=20 * 60);
            let plan = Step::Planned { day: self.day, zone: ZONE.to_owned(), position };
            self.push(self.rep, -self.ahead - before, minute, plan);
        }
        if fate == Fate::Planned {
            return;
        }
        let arrival = self.random.within(9 * 60..=15 * 60);
        let evidence = self.evidence(arrival, customer);
        self.push(self.rep, 0, arrival, Step::CheckedIn { day: self.day, evidence: Box::new(evidence) });
        if fate == Fate::CheckedIn {
            return;
        }
        let departure = arrival + self.random.within(12..=50);
        let fix = self.fix(departure, customer.place, 40.0);
        self.push(self.rep, 0, departure, Step::CheckedOut { fix: Some(fix) });
        if fate == Fate::CheckedOut {
            return;
        }
        let handed_in = departure + self.random.within(2..=180);
        self.push(self.rep, 0, handed_in, Step::Submitted);
        let evening = self.random.within(20 * 60 + 30..=22 * 60);
        match fate {
            Fate::Returned => self.objects(0, evening),
            Fate::Approved => self.agrees(0, evening),
            Fate::ApprovedAtLast => {
                self.objects(0, evening);
                self.push(self.rep, 1, 10 * 60, Step::Submitted);
                self.agrees(1, 12 * 60);
            }
            _ => {}
        }
    }

    fn agrees(&mut self, days: i64, minute: i64) {
        let comment = words::pick(words::PRAISE, &mut self.random).to_owned();
        // Nothing was changed after it, so there is nothing to pin it against.
        self.push(HUDA, days, minute, Step::Approved { saw: Vec::new(), comment });
    }

    fn objects(&mut self, days: i64, minute: i64) {
        let comment = words::pick(words::OBJECTIONS, &mut self.random).to_owned();
        self.push(HUDA, days, minute, Step::Returned { comment });
    }

    fn push(&mut self, by: usize, days: i64, minute: i64, step: Step) {
        self.moments.push(Moment { at: clock(after(self.day, days), minute), by, step });
    }

    /// Most reps stand in front of the shop; some receivers are bad, some pins are wrong, some clocks too.
    fn evidence(&mut self, minute: i64, customer: &Customer) -> Evidence {
        let mut clock_skew = Some(self.random.within(-2_000..=2_000));
        let mut reason = None;
        let mut fix = Some(self.fix(minute, customer.place, 60.0));
        match self.random.below(100) {
            0..=7 => fix = fix.map(|f| Fix { accuracy: 150.0, ..f }),
            8..=13 => {
                fix = Some(self.fix(minute, beside(customer.place, -900.0, 700.0), 400.0));
                reason = Some(words::fill(words::pick(words::ELSEWHERE, &mut self.random), customer.goods, &mut self.random));
            }
            14..=17 => {
                fix = None;
                reason = Some(words::pick(words::BLIND, &mut self.random).to_owned());
            }
            18..=19 => clock_skew = Some(900_000),
            _ => {}
        }
        let (grade, distance) = visit::grade(fix.as_ref(), customer.pin(), clock_skew, clock(self.day, minute));
        Evidence { fix, distance, clock_skew, grade, reason }
    }

    fn fix(&mut self, minute: i64, place: Point, spread: f64) -> Fix {
        let point = beside(place, self.random.between(-spread, spread), self.random.between(-spread, spread));
        let accuracy = self.random.within(4..=35) as f64;
        let battery = u8::try_from(self.random.within(15..=98)).ok();
        Fix { point, accuracy, at: clock(self.day, minute), mock: false, simulated: true, battery }
    }
}

/// A point some metres north and east of another.
fn beside(point: Point, north: f64, east: f64) -> Point {
    const METRES_IN_A_DEGREE: f64 = 111_195.0;
    let across = METRES_IN_A_DEGREE * point.latitude.to_radians().cos();
    Point { latitude: point.latitude + north / METRES_IN_A_DEGREE, longitude: point.longitude + east / across }
}
