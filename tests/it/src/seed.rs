//! Deterministic, realistic data: a Libyan company with real businesses as customers, a year of work and a full today.
//!
//! Names and places are those of OpenStreetMap (`tests/fixtures/README.md`); everything else (phones, notes, visits,
//! tasks, trips) is made up. Every position is marked as simulated: the trips are tracks of real devices from elsewhere,
//! moved to western Libya.
//!
//! Invariant: the same [`Spec`] gives the same [`Data`], on every machine; the ids of territories depend on nothing, so
//! that several seeds can go into one store. Only users' ids are random: the server makes them.

mod customers;
mod notes;
mod phone;
mod random;
mod server;
mod source;
mod tables;
mod tasks;
#[cfg(test)]
mod tests;
mod trips;
mod visits;
mod words;

pub use server::{Cast, write_server};
pub use tables::write_csv;

use chrono::{Datelike, NaiveTime, TimeDelta, Weekday};
use maydan_core::domain::geo::{Fix, Point};
use maydan_core::domain::visit::Step;
use maydan_core::{Day, Instant, RecordId, Result, Row, ScopeId};
use serde::Serialize;

/// How much of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Customers.
    pub customers: usize,
    /// Notes, visits, tasks and trips in all.
    pub activities: usize,
    /// Another seed makes other data.
    pub seed: u64,
    /// The day around which everything happens.
    pub today: Day,
}

/// Minutes that clocks in Libya are ahead of UTC.
const UTC_OFFSET_MINUTES: i32 = 120;
/// The zone of days.
const ZONE: &str = "Africa/Tripoli";

impl Spec {
    /// Around the real today, as clocks in Libya show it.
    pub fn new(customers: usize, activities: usize, seed: u64) -> Self {
        let today = Instant(chrono::Utc::now().timestamp_millis()).day(UTC_OFFSET_MINUTES);
        Self { customers, activities, seed, today }
    }
}

/// A person of the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Login name.
    pub login: &'static str,
    /// Name that colleagues see.
    pub name: &'static str,
    /// Role on the server.
    pub role: &'static str,
}

/// The people. [`Data`] names them by their place in this list; the reps come first.
pub static PEOPLE: [Person; 4] = [
    Person { login: "amal", name: "أمل الورفلي", role: "rep" },
    Person { login: "basma", name: "بسمة القماطي", role: "rep" },
    Person { login: "huda", name: "هدى الفيتوري", role: "manager" },
    Person { login: "admin", name: "مدير النظام", role: "admin" },
];
/// The first rep's place in [`PEOPLE`].
pub const AMAL: usize = 0;
/// The second rep's place in [`PEOPLE`].
pub const BASMA: usize = 1;
/// The manager's place in [`PEOPLE`].
pub const HUDA: usize = 2;

/// A territory: the customers nearest to its centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Territory {
    /// Its name.
    pub name: &'static str,
    /// Its centre.
    pub centre: Point,
    /// The reps who work it.
    pub reps: &'static [usize],
}

const fn territory(name: &'static str, latitude: f64, longitude: f64, reps: &'static [usize]) -> Territory {
    Territory { name, centre: Point { latitude, longitude }, reps }
}

/// The territories. Both reps work the first one.
pub static TERRITORIES: [Territory; 7] = [
    territory("طرابلس", 32.8872, 13.1913, &[AMAL, BASMA]),
    territory("مصراتة", 32.3745, 15.0905, &[BASMA]),
    territory("الزاوية", 32.7626, 12.7265, &[AMAL]),
    territory("الخمس", 32.6522, 14.2680, &[BASMA]),
    territory("غريان", 32.1716, 13.0211, &[AMAL]),
    territory("بني وليد", 31.7570, 13.9951, &[BASMA]),
    territory("سبها", 27.0332, 14.4317, &[AMAL]),
];

impl Territory {
    /// The territory of a point, by its place in [`TERRITORIES`].
    pub fn of(point: Point) -> usize {
        let far = |place: &usize| TERRITORIES[*place].centre.distance(point);
        (0..TERRITORIES.len()).min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(0)
    }

    /// Its id: the same in every store.
    pub fn scope(&self) -> ScopeId {
        RecordId(random::uuid(0, &format!("territory {}", self.name), 0)).into()
    }
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Customer {
    /// Its id.
    pub id: RecordId,
    /// Place of its territory in [`TERRITORIES`].
    pub territory: usize,
    /// The rep who owns it.
    pub owner: usize,
    /// Its fields, without the owner.
    pub fields: Row,
    /// Where it really is, also when nobody has entered that yet.
    pub place: Point,
    /// What it buys.
    goods: words::Goods,
}

impl Customer {
    /// The text of a field.
    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(maydan_core::Value::as_text).unwrap_or_default()
    }

    /// Its position as entered.
    pub fn pin(&self) -> Option<Point> {
        self.fields.contains_key("latitude").then_some(self.place)
    }

    /// Whether a rep works its territory.
    pub fn is_seen_by(&self, rep: usize) -> bool {
        TERRITORIES[self.territory].reps.contains(&rep)
    }
}

/// A note.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Note {
    /// Its id.
    pub id: RecordId,
    /// Place of the customer.
    pub customer: usize,
    /// Who wrote it.
    pub author: usize,
    /// What.
    pub body: String,
    /// When.
    pub written_at: Instant,
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Visit {
    /// Its id.
    pub id: RecordId,
    /// Place of the customer.
    pub customer: usize,
    /// Who visits.
    pub rep: usize,
    /// Why.
    pub reason: String,
    /// What came of it.
    pub report: String,
    /// Its life so far.
    pub life: Vec<Moment>,
}

/// A step of a visit's life, with who and when.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// When.
    pub at: Instant,
    /// Who.
    pub by: usize,
    /// What.
    pub step: Step,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Task {
    /// Its id.
    pub id: RecordId,
    /// Place of the customer.
    pub customer: usize,
    /// Who is to do it.
    pub assignee: usize,
    /// What.
    pub title: String,
    /// More words about it.
    pub body: String,
    /// By when.
    pub due: Day,
    /// How urgent.
    pub priority: &'static str,
    /// When it was done.
    pub done_at: Option<Instant>,
}

/// A trip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trip {
    /// Its id.
    pub id: RecordId,
    /// Who drove.
    pub rep: usize,
    /// The day of the shift.
    pub day: Day,
    /// The town around which the track was laid.
    pub town: String,
    /// The file that the track is from.
    pub track: &'static str,
    /// Its positions, all simulated.
    pub fixes: Vec<Fix>,
    /// End of the shift.
    pub ended_at: Instant,
}

/// Everything. Places in the lists stand for records.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Data {
    /// Customers.
    pub customers: Vec<Customer>,
    /// Notes.
    pub notes: Vec<Note>,
    /// Visits.
    pub visits: Vec<Visit>,
    /// Tasks.
    pub tasks: Vec<Task>,
    /// Trips.
    pub trips: Vec<Trip>,
}

/// Working days that the past reaches back.
const PAST: usize = 300;

/// Makes the data.
///
/// # Errors
/// When a fixture can't be read.
pub fn data(spec: &Spec) -> Result<Data> {
    let source = source::read()?;
    let customers = customers::make(spec, &source);
    let trips = (spec.activities / 50).min(PAST * 2);
    let (mut visits, mut tasks, mut notes) = (0, 0, 0);
    if !customers.is_empty() {
        visits = spec.activities * 35 / 100;
        tasks = spec.activities * 15 / 100;
        notes = spec.activities - trips - visits - tasks;
    }
    Ok(Data {
        notes: notes::make(spec, &customers, notes),
        visits: visits::make(spec, &customers, visits),
        tasks: tasks::make(spec, &customers, tasks),
        trips: trips::make(spec, &source, trips),
        customers,
    })
}

/// The customers of each rep.
struct Beats([Vec<usize>; 2]);

impl Beats {
    fn of(customers: &[Customer]) -> Self {
        let of = |rep: usize| customers.iter().enumerate().filter(|(_, c)| c.is_seen_by(rep)).map(|(place, _)| place).collect();
        Self([of(AMAL), of(BASMA)])
    }

    /// A rep and one of her customers: some customers get most of the attention. There must be a customer at all.
    fn pick(&self, random: &mut random::Random) -> (usize, usize) {
        let wanted = random.below(2);
        let rep = if self.0[wanted].is_empty() { 1 - wanted } else { wanted };
        let beat = &self.0[rep];
        (rep, beat[random.early(beat.len())])
    }
}

/// The day `days` after `day`.
fn after(day: Day, days: i64) -> Day {
    Day(day.0.checked_add_signed(TimeDelta::days(days)).unwrap_or(day.0))
}

/// The working day `back` working days before `today`: nobody works on Fridays.
fn workday(today: Day, back: usize) -> Day {
    let mut day = today;
    for _ in 0..back {
        day = after(day, -1);
        if day.0.weekday() == Weekday::Fri {
            day = after(day, -1);
        }
    }
    day
}

/// The instant at which clocks in Libya show that minute of a day.
fn clock(day: Day, minute: i64) -> Instant {
    let midnight = Instant(day.0.and_time(NaiveTime::MIN).and_utc().timestamp_millis());
    midnight.plus((minute - i64::from(UTC_OFFSET_MINUTES)) * 60_000)
}
