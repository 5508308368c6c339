//! Phone numbers, invented, in the writings that people really use.

use super::random::Random;

/// A Libyan number, or now and then a Saudi one.
pub(super) fn number(random: &mut Random) -> String {
    if random.chance(7) { saudi(random) } else { libyan(random) }
}

fn libyan(random: &mut Random) -> String {
    // Mobiles of the operators; lines of Tripoli, Misrata and Zawiya.
    let area = *random.pick(&["91", "91", "91", "92", "92", "92", "94", "94", "93", "95", "21", "51", "23"]);
    let line = format!("{:07}", random.within(2_000_000..=9_999_999));
    let (head, tail) = line.split_at(3);
    match random.below(9) {
        0 | 1 => format!("0{area}{line}"),
        2 => format!("0{area}-{line}"),
        3 => format!("0{area} {head} {tail}"),
        4 => format!("+218 {area}-{line}"),
        5 => format!("00218{area}{line}"),
        6 => format!("218{area}{line}"),
        7 => format!("+218 (0) {area} {line}"),
        _ => arabic(&format!("0{area}-{line}")),
    }
}

/// Never without the country code: at home in Libya the national form would be another number.
fn saudi(random: &mut Random) -> String {
    let operator = random.pick(&["50", "53", "54", "55", "56", "58"]);
    let line = format!("{:07}", random.within(1_000_000..=9_999_999));
    let (head, tail) = line.split_at(3);
    match random.below(4) {
        0 => format!("+966 {operator} {head} {tail}"),
        1 => format!("00966{operator}{line}"),
        2 => format!("+966{operator}{line}"),
        _ => arabic(&format!("+966 {operator} {head} {tail}")),
    }
}

/// The same with Arabic-Indic digits.
pub(super) fn arabic(text: &str) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|d| char::from_u32(u32::from('٠') + d)).unwrap_or(c);
    text.chars().map(digit).collect()
}
