//! A digest that travels with each body: what a broken proxy or a bad memory changed on the way is noticed, also where the
//! changed bytes still make sense.

use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The header, of requests and of answers.
pub const DIGEST_HEADER: &str = "maydan-digest";

/// The digest of a body as it is before compression: the first 16 bytes of its SHA-256, in hex.
pub fn digest(body: &[u8]) -> String {
    Sha256::digest(body)[..16].iter().fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Checks a body against the digest that came with it.
///
/// # Errors
/// [`crate::ErrorCode::Corrupt`].
pub fn check(said: &str, body: &[u8]) -> Result<()> {
    if said == digest(body) { Ok(()) } else { Err(Error::corrupt("the body was changed on its way")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_with_any_bit_changed_is_noticed() {
        let said = digest(b"ab");
        assert_eq!(said, "fb8e20fc2e4c3f248c60c39bd652f3c1");
        check(&said, b"ab").expect("unchanged");
        for bit in 0..16 {
            let mut body = *b"ab";
            body[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(check(&said, &body).expect_err("changed").code, crate::ErrorCode::Corrupt);
        }
    }
}
