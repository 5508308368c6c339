//! Tasks: most of them done, some due today, some later.

use super::random::{Random, uuid};
use super::{AMAL, BASMA, Beats, Customer, PAST, Spec, Task, after, clock, words, workday};
use maydan_core::RecordId;

/// Tasks due today: whose they are, by index.
const TODAY: [usize; 8] = [AMAL, AMAL, AMAL, AMAL, AMAL, BASMA, BASMA, BASMA];

pub(super) fn make(spec: &Spec, customers: &[Customer], count: usize) -> Vec<Task> {
    let beats = Beats::of(customers);
    (0..count).map(|index| task(spec, customers, &beats, index)).collect()
}

fn task(spec: &Spec, customers: &[Customer], beats: &Beats, index: usize) -> Task {
    let mut random = Random::of(spec.seed, "task", index);
    let (mut assignee, mut customer) = beats.pick(&mut random);
    let (mut due, mut done_at) = (spec.today, None);
    match TODAY.get(index).filter(|rep| !beats.0[**rep].is_empty()) {
        Some(rep) => {
            assignee = *rep;
            customer = *random.pick(&beats.0[*rep]);
        }
        None if random.chance(8) => due = after(spec.today, random.within(1..=21)),
        None => {
            due = workday(spec.today, 1 + random.early(PAST));
            if random.chance(97) {
                done_at = Some(clock(due, random.within(9 * 60..=18 * 60)));
            }
        }
    }
    let goods = customers[customer].goods;
    let title = words::fill(words::pick(words::TASKS, &mut random), goods, &mut random);
    let body = if random.chance(35) { words::fill(words::pick(words::NOTES, &mut random), goods, &mut random) } else { String::new() };
    let priority = *random.pick(&["normal", "normal", "normal", "high", "low"]);
    Task { id: RecordId(uuid(spec.seed, "task", index)), customer, assignee, title, body, due, priority, done_at }
}
