//! Arabic forms of counted things.

/// The CLDR plural category of a whole number in Arabic: `zero`, `one`, `two`, then by the last two digits `few` (3 to 10),
/// `many` (11 to 99), `other` (100, 101, 102).
pub fn arabic_plural(number: u64) -> &'static str {
    match (number, number % 100) {
        (0, _) => "zero",
        (1, _) => "one",
        (2, _) => "two",
        (_, 3..=10) => "few",
        (_, 11..=99) => "many",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::arabic_plural;

    #[test]
    fn forms_follow_the_last_two_digits() {
        let cases = [
            (0, "zero"),
            (1, "one"),
            (2, "two"),
            (3, "few"),
            (10, "few"),
            (11, "many"),
            (99, "many"),
            (100, "other"),
            (101, "other"),
            (102, "other"),
            (103, "few"),
            (110, "few"),
            (111, "many"),
            (234, "many"),
            (6_865, "many"),
            (1_000, "other"),
        ];
        for (number, form) in cases {
            assert_eq!(arabic_plural(number), form, "{number}");
        }
    }
}
