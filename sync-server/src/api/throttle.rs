//! Guessing passwords must be slow: attempts are counted per login, and too many make everybody wait for that login.

use maydan_core::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Attempts that cost nothing.
const FREE: u32 = 5;
/// Longest wait, seconds.
const LONGEST: u64 = 300;
/// Logins remembered at most; the oldest are forgotten.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, (u32, Instant)>>);

impl Throttle {
    /// Counts an attempt before it is checked, so that a hundred at once are a hundred. The right password takes it back.
    ///
    /// # Errors
    /// The seconds that this login must wait first.
    pub fn attempt(&self, login: &str, now: Instant) -> Result<(), u64> {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((count, last)) = attempts.get(login) {
            let wait = penalty(*count) * 1000;
            let waited = u64::try_from(now.since(*last)).unwrap_or(0);
            if waited < wait {
                return Err((wait - waited).div_ceil(1000));
            }
        }
        if attempts.len() >= MOST && !attempts.contains_key(login) {
            // First those that were tried least: a flood of invented logins must not forget a guessed one.
            let least = attempts.iter().min_by_key(|(_, (count, at))| (penalty(*count), *at)).map(|(l, _)| l.clone());
            least.map(|login| attempts.remove(&login));
        }
        let entry = attempts.entry(login.to_owned()).or_insert((0, now));
        *entry = (entry.0.saturating_add(1), now);
        Ok(())
    }

    /// The right password.
    pub fn succeeded(&self, login: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(login);
    }
}

fn penalty(attempts: u32) -> u64 {
    if attempts < FREE { 0 } else { (1_u64 << (attempts - FREE).min(16)).min(LONGEST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slower_and_the_right_password_ends_it() {
        let throttle = Throttle::default();
        let mut now = Instant(0);
        for _ in 0..FREE {
            assert_eq!(throttle.attempt("amal", now), Ok(()));
        }
        assert_eq!(throttle.attempt("amal", now), Err(1));
        now = now.plus(1_000);
        assert_eq!(throttle.attempt("amal", now), Ok(()));
        assert_eq!(throttle.attempt("amal", now), Err(2));
        assert_eq!(throttle.attempt("basma", now), Ok(()), "others do not wait");
        throttle.succeeded("amal");
        assert_eq!(throttle.attempt("amal", now), Ok(()));
    }
}
