//! The search fold: the one place that decides which spellings are the same.
//!
//! Invariant: documents and queries are folded by the same function; a change here must raise
//! [`FOLD_VERSION`](crate::record::FOLD_VERSION), which rebuilds every projection.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Folds `text` for search: NFKC, marks and tatweel dropped, hamza carriers, ya, kaf and ta marbuta made one, digits
/// to ASCII, Latin to lower case, white space to single blanks.
pub fn fold(text: &str) -> String {
    // Nearly all text is in this form already, and making it is dear.
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        fold_chars(text.chars(), text.len())
    } else {
        fold_chars(text.nfkc(), text.len())
    }
}

fn fold_chars(text: impl Iterator<Item = char>, length: usize) -> String {
    let mut out = String::with_capacity(length);
    let mut blank = true;
    for c in text.flat_map(char::to_lowercase) {
        let folded = match c {
            // Harakat, superscript alef, tatweel, bidi controls: written or not, the word is the same.
            '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{0640}' => continue,
            '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => continue,
            'آ' | 'أ' | 'إ' | 'ٱ' => 'ا',
            'ؤ' => 'و',
            'ئ' | 'ى' | 'ی' => 'ي',
            'ک' => 'ك',
            'ة' => 'ه',
            c => ascii_digit(c),
        };
        if folded.is_whitespace() {
            if !blank {
                out.push(' ');
            }
            blank = true;
        } else {
            out.push(folded);
            blank = false;
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
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
    for token in folded.split(|c: char| !c.is_alphanumeric()).filter(|t| !t.is_empty()) {
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
}
