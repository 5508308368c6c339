//! Passwords and access tokens.
//!
//! An access token is `payload.mac`: base64url of JSON and of its HMAC-SHA256 under the server's key. It is checked
//! without a look-up and lives minutes; rights are read afresh for every request.

use crate::company::Caller;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use maydan_core::{DeviceId, Error, ErrorCode, Instant, RecordId, Result};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::sync::OnceLock;

#[derive(Serialize, Deserialize)]
struct Claims {
    user: RecordId,
    device: DeviceId,
    until: i64,
}

/// Hashes a password (argon2id, fresh salt).
pub(crate) fn hash_password(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|e| Error::internal(format!("the password could not be hashed: {e}")))
}

/// Checks a password against a stored hash. Without one the same work is done against a hash of nothing, so that time
/// does not tell who exists.
pub(crate) fn verify_password(password: &str, stored: Option<&str>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let nobody = || NOBODY.get_or_init(|| hash_password("nobody has this password").unwrap_or_default()).as_str();
    let hash = stored.unwrap_or_else(nobody);
    let fits = PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    fits && stored.is_some()
}

/// Makes an access token.
pub(crate) fn mint(secret: &[u8; 32], caller: Caller, until: Instant) -> Result<String> {
    let claims = serde_json::to_vec(&Claims { user: caller.user, device: caller.device, until: until.0 })?;
    let payload = URL_SAFE_NO_PAD.encode(claims);
    let tag = URL_SAFE_NO_PAD.encode(mac(secret, payload.as_bytes())?.finalize().into_bytes());
    Ok(format!("{payload}.{tag}"))
}

/// Reads an access token.
///
/// # Errors
/// [`ErrorCode::SignInNeeded`] for one that is forged, damaged or too old.
pub(crate) fn verify(secret: &[u8; 32], token: &str, now: Instant) -> Result<Caller> {
    let refused = || Error::new(ErrorCode::SignInNeeded, "the access token is not good: refresh it or sign in again");
    let (payload, tag) = token.split_once('.').ok_or_else(refused)?;
    let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| refused())?;
    mac(secret, payload.as_bytes())?.verify_slice(&tag).map_err(|_| refused())?;
    let claims = URL_SAFE_NO_PAD.decode(payload).map_err(|_| refused())?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| refused())?;
    if claims.until < now.0 {
        return Err(refused());
    }
    Ok(Caller { user: claims.user, device: claims.device })
}

/// The first `N` bytes of a code that only the holder of the key can make, for one purpose.
pub(crate) fn seal<const N: usize>(secret: &[u8; 32], purpose: &str, parts: &[&[u8]]) -> [u8; N] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
        // With their lengths, so that no two lists of parts read alike.
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    let code = mac.finalize().into_bytes();
    let mut out = [0; N];
    out.copy_from_slice(&code[..N]);
    out
}

fn mac(secret: &[u8; 32], payload: &[u8]) -> Result<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|e| Error::internal(e.to_string()))?;
    mac.update(b"maydan access token 1\0");
    mac.update(payload);
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn caller() -> Caller {
        Caller { user: RecordId(Uuid::from_u128(1)), device: DeviceId(Uuid::from_u128(2)) }
    }

    #[test]
    fn a_token_is_good_until_its_time_and_only_under_its_key() {
        let token = mint(&[7; 32], caller(), Instant(1_000)).expect("minted");
        assert_eq!(verify(&[7; 32], &token, Instant(1_000)).expect("good"), caller());
        assert!(verify(&[7; 32], &token, Instant(1_001)).is_err(), "too old");
        assert!(verify(&[8; 32], &token, Instant(1_000)).is_err(), "another key");
    }

    #[test]
    fn a_token_with_any_character_changed_is_refused() {
        let token = mint(&[7; 32], caller(), Instant(1_000)).expect("minted");
        for at in 0..token.len() - 1 {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).expect("ASCII");
            assert!(verify(&[7; 32], &forged, Instant(0)).is_err(), "changed at {at}");
        }
        for rubbish in ["", ".", "a.b", "....", "eyJ9.AAAA"] {
            assert!(verify(&[7; 32], rubbish, Instant(0)).is_err());
        }
    }

    #[test]
    fn passwords_are_checked_and_nobody_has_none() {
        let hash = hash_password("كلمة سر طويلة").expect("hashed");
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("كلمة سر طويلة", Some(&hash)));
        assert!(!verify_password("كلمة سر طويله", Some(&hash)));
        assert!(!verify_password("nobody has this password", None));
    }
}
