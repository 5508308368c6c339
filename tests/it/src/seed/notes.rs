//! Notes.

use super::random::{Random, uuid};
use super::{Beats, Customer, Note, PAST, Spec, clock, words, workday};
use maydan_core::RecordId;

pub(super) fn make(spec: &Spec, customers: &[Customer], count: usize) -> Vec<Note> {
    let beats = Beats::of(customers);
    (0..count)
        .map(|index| {
            let mut random = Random::of(spec.seed, "note", index);
            let (author, customer) = beats.pick(&mut random);
            let goods = customers[customer].goods;
            let mut body = words::fill(words::pick(words::NOTES, &mut random), goods, &mut random);
            if random.chance(25) {
                body.push('\n');
                body.push_str(&words::fill(words::pick(words::NOTES, &mut random), goods, &mut random));
            }
            let day = workday(spec.today, 1 + random.early(PAST));
            let written_at = clock(day, random.within(9 * 60..=19 * 60));
            Note { id: RecordId(uuid(spec.seed, "note", index)), customer, author, body, written_at }
        })
        .collect()
}
