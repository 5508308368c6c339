//! The search fold: the one place that decides which spellings are the same.
//!
//! Invariant: documents and queries are folded by the same function; a change here must raise
//! [`FOLD_VERSION`](crate::record::FOLD_VERSION), which rebuilds every projection.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Folds `text` for search: NFKC, marks and tatweel dropped, hamza carriers, ya, kaf and ta marbuta made one, digits
/// to ASCII, Latin to lower case, white space to single blanks.
pub fn fold(text: &str) -> String {
    let mut folded = Folded { out: String::with_capacity(text.len()), blank: true };
    // Nearly all text is Arabic and ASCII in this form already: making it is dear, and so is looking up what characters are.
    if text.chars().all(|c| folded.push_plain(c)) {
        return folded.finish();
    }
    let mut folded = Folded { out: String::with_capacity(text.len()), blank: true };
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        text.chars().flat_map(char::to_lowercase).for_each(|c| folded.push(c));
    } else {
        text.nfkc().flat_map(char::to_lowercase).for_each(|c| folded.push(c));
    }
    folded.finish()
}

/// The letters and digits of Arabic itself: of one case, composed, and none of them joins with another to a third.
fn is_arabic(c: char) -> bool {
    matches!(c, '\u{0621}'..='\u{063A}' | '\u{0641}'..='\u{064A}' | '٠'..='٩')
}

/// Folded text, as it is written.
struct Folded {
    out: String,
    /// Nothing stands there yet but what a blank would follow in vain.
    blank: bool,
}

impl Folded {
    /// Adds a character of which everything is known; says whether it is such.
    fn push_plain(&mut self, c: char) -> bool {
        match c {
            '\u{0628}' | '\u{062A}'..='\u{063A}' | '\u{0641}'..='\u{0648}' | 'ا' | 'ء' | 'ي' => {
                self.out.push(c);
                self.blank = false;
            }
            c if is_arabic(c) => self.push(c),
            c if c.is_ascii() => self.push(c.to_ascii_lowercase()),
            _ => return false,
        }
        true
    }

    /// Adds a character in lower case.
    fn push(&mut self, c: char) {
        let folded = match c {
            // Harakat, superscript alef, tatweel, bidi controls: written or not, the word is the same.
            '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0640}' => return,
            '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => return,
            'آ' | 'أ' | 'إ' | 'ٱ' => 'ا',
            'ؤ' => 'و',
            'ئ' | 'ى' | 'ی' => 'ي',
            'ک' => 'ك',
            'ة' => 'ه',
            c => ascii_digit(c),
        };
        if !folded.is_whitespace() {
            self.out.push(folded);
            self.blank = false;
        } else if !self.blank {
            self.out.push(' ');
            self.blank = true;
        }
    }

    fn finish(mut self) -> String {
        if self.out.ends_with(' ') {
            self.out.pop();
        }
        self.out
    }
}

/// Arabic-Indic and Persian digits as ASCII, everything else as it is.
pub fn digits(text: &str) -> String {
    text.chars().map(ascii_digit).collect()
}

fn ascii_digit(c: char) -> char {
    let zero = match c {
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => return c,
    };
    char::from(b'0' + u8::try_from(u32::from(c) - u32::from(zero)).unwrap_or(0))
}

/// The tokens of folded text, each also without the article, for look-ups by one or two letters.
pub fn bare_tokens(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len() * 2);
    for token in folded.split(|c: char| !(is_arabic(c) || c.is_alphanumeric())).filter(|t| !t.is_empty()) {
        out.push_str(token);
        out.push(' ');
        if let Some(bare) = token.strip_prefix("ال").filter(|b| b.chars().count() > 1) {
            out.push_str(bare);
            out.push(' ');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_that_people_mix_fold_to_one() {
        for (typed, written) in [
            ("احمد", "أحمد"),
            ("فاطمه", "فاطمة"),
            ("محمد", "مُحَمَّد"),
            ("علي", "على"),
            ("مكتبه", "مكتبــة"),
            ("٠٩١٢", "0912"),
            ("۰۹۱۲", "0912"),
            ("ABC  shop", "abc Shop "),
            ("مسؤول", "مسوول"),
            ("قائمه", "قايمة"),
            ("ﻻ", "لا"),
        ] {
            assert_eq!(fold(typed), fold(written), "{typed} and {written}");
        }
    }

    #[test]
    fn different_words_stay_different() {
        for (a, b) in [("نور", "نار"), ("سالم", "سليم"), ("حسن", "حسين")] {
            assert_ne!(fold(a), fold(b));
        }
    }

    #[test]
    fn tokens_are_found_with_and_without_the_article() {
        assert_eq!(bare_tokens("شركه النور"), "شركه النور نور ");
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["إِيمَان الشَّريف", "ﷺ Ⅷ ½", "  ـ  ", "İstanbul"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }

    #[test]
    fn what_is_known_without_looking_it_up_is_so() {
        for c in ('\0'..='\u{FFFF}').filter(|c| is_arabic(*c)) {
            assert!(c.is_alphanumeric() && c.to_lowercase().eq([c]), "{c}");
            assert_eq!(is_nfkc_quick([c, c].into_iter()), IsNormalized::Yes, "{c}");
        }
        for c in '\0'..='\u{FFFF}' {
            let (mut plain, mut whole) = (Folded { out: String::new(), blank: false }, Folded { out: String::new(), blank: false });
            if plain.push_plain(c) {
                c.to_lowercase().for_each(|c| whole.push(c));
                assert_eq!((plain.out, plain.blank), (whole.out, whole.blank), "{c:?}");
            }
        }
    }
}
