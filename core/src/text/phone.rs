//! Phone numbers as typed in Libya and the Gulf, in one canonical form.
//!
//! A small table of national plans instead of a full phone library: the metadata of a full one weighs more than the
//! rest of the web worker, and a number of a country outside the table is still kept, searched and dialled as typed.

use super::fold::digits;
use serde::{Deserialize, Serialize};

/// A phone number: what was typed, and its E.164 form where the plan is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// Exactly what the person typed.
    pub typed: String,
    /// `+` and digits, when the number could be read.
    pub e164: Option<String>,
}

/// A national plan: country code, trunk prefix, allowed lengths of the national number, first digits that it may have.
struct Plan {
    code: &'static str,
    lengths: std::ops::RangeInclusive<usize>,
}

const PLANS: &[Plan] = &[
    Plan { code: "218", lengths: 8..=9 },  // Libya
    Plan { code: "966", lengths: 8..=9 },  // Saudi Arabia
    Plan { code: "971", lengths: 8..=9 },  // United Arab Emirates
    Plan { code: "216", lengths: 8..=8 },  // Tunisia
    Plan { code: "20", lengths: 8..=10 },  // Egypt
    Plan { code: "213", lengths: 8..=9 },  // Algeria
    Plan { code: "249", lengths: 9..=9 },  // Sudan
    Plan { code: "974", lengths: 8..=8 },  // Qatar
    Plan { code: "965", lengths: 8..=8 },  // Kuwait
    Plan { code: "973", lengths: 8..=8 },  // Bahrain
    Plan { code: "968", lengths: 8..=8 },  // Oman
    Plan { code: "962", lengths: 8..=9 },  // Jordan
    Plan { code: "90", lengths: 10..=10 }, // Türkiye
];

impl Phone {
    /// Reads a number. `home` is the country code (`218`) of numbers typed without one.
    pub fn parse(typed: &str, home: &str) -> Self {
        let ascii: String = digits(typed).chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let international = ascii.strip_prefix('+').or_else(|| ascii.strip_prefix("00"));
        let e164 = match international {
            Some(number) => with_plan(number),
            None => {
                let national = ascii.strip_prefix('0').unwrap_or(&ascii);
                valid(home, national).or_else(|| with_plan(&ascii))
            }
        };
        Self { typed: typed.trim().to_owned(), e164 }
    }

    /// What to dial: E.164 where known, else the digits as typed.
    pub fn dial(&self) -> String {
        self.e164.clone().unwrap_or_else(|| digits(&self.typed).chars().filter(|c| c.is_ascii_digit() || *c == '+').collect())
    }
}

fn with_plan(number: &str) -> Option<String> {
    PLANS.iter().find_map(|plan| {
        // «+218 (0) 91…»: the trunk zero is often written after the code.
        let national = number.strip_prefix(plan.code)?;
        valid(plan.code, national.strip_prefix('0').unwrap_or(national))
    })
}

fn valid(code: &str, national: &str) -> Option<String> {
    let plan = PLANS.iter().find(|p| p.code == code)?;
    let plain = !national.is_empty() && !national.starts_with('0') && national.bytes().all(|b| b.is_ascii_digit());
    (plain && plan.lengths.contains(&national.len())).then(|| format!("+{code}{national}"))
}

/// Every form under which a number should be found: international digits and the national form with its zero.
pub fn phone_search_forms(typed: &str, home: &str) -> String {
    let phone = Phone::parse(typed, home);
    let plain: String = digits(typed).chars().filter(char::is_ascii_digit).collect();
    match phone.e164.as_deref().and_then(|e| e.strip_prefix('+')) {
        Some(number) => {
            let code = PLANS.iter().find(|p| number.starts_with(p.code)).map_or("", |p| p.code);
            format!("{number} 0{}", &number[code.len()..])
        }
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_in_every_writing_is_one_number() {
        for typed in ["+218 91-2345678", "0912345678", "00218912345678", "٠٩١٢٣٤٥٦٧٨", "218912345678", "+218 (0) 91 2345678", "912345678"]
        {
            assert_eq!(Phone::parse(typed, "218").e164.as_deref(), Some("+218912345678"), "{typed}");
        }
        assert_eq!(Phone::parse("+966 50 123 4567", "218").e164.as_deref(), Some("+966501234567"));
        assert_eq!(Phone::parse("0501234567", "966").e164.as_deref(), Some("+966501234567"));
    }

    #[test]
    fn what_is_no_known_number_is_kept_as_typed() {
        for typed in ["", "12", "abc", "+1 202 555 0100 ext 3", "091234567890123"] {
            let phone = Phone::parse(typed, "218");
            assert_eq!((phone.e164, phone.typed.as_str()), (None, typed.trim()), "{typed}");
        }
    }

    #[test]
    fn local_and_international_typing_find_the_same_record() {
        let forms = phone_search_forms("+218 91-2345678", "218");
        assert!(forms.contains("0912345678") && forms.contains("218912345678"));
    }
}
