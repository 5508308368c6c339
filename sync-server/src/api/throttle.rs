//! Guessing passwords must be slow: failures are counted per login, and too many make everybody wait for that login.

use maydan_core::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Failures that cost nothing.
const FREE: u32 = 5;
/// Longest wait, seconds.
const LONGEST: u64 = 300;
/// Logins remembered at most; the oldest are forgotten.
const MOST: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, (u32, Instant)>>);

impl Throttle {
    /// Seconds that this login must wait at `now`, if it must.
    pub fn wait(&self, login: &str, now: Instant) -> Option<u64> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, last) = failures.get(login)?;
        let wait = penalty(*count) * 1000;
        let waited = u64::try_from(now.since(*last)).unwrap_or(0);
        (waited < wait).then(|| (wait - waited).div_ceil(1000))
    }

    /// A wrong password.
    pub fn failed(&self, login: &str, now: Instant) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST
            && let Some(oldest) = failures.iter().min_by_key(|(_, (_, at))| *at).map(|(l, _)| l.clone())
        {
            failures.remove(&oldest);
        }
        let entry = failures.entry(login.to_owned()).or_insert((0, now));
        *entry = (entry.0.saturating_add(1), now);
    }

    /// The right password.
    pub fn succeeded(&self, login: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(login);
    }
}

fn penalty(failures: u32) -> u64 {
    if failures < FREE { 0 } else { (1_u64 << (failures - FREE).min(16)).min(LONGEST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slower_and_the_right_password_ends_it() {
        let throttle = Throttle::default();
        let mut now = Instant(0);
        for _ in 0..FREE {
            assert_eq!(throttle.wait("amal", now), None);
            throttle.failed("amal", now);
        }
        assert_eq!(throttle.wait("amal", now), Some(1));
        now = now.plus(1_000);
        assert_eq!(throttle.wait("amal", now), None);
        throttle.failed("amal", now);
        assert_eq!(throttle.wait("amal", now), Some(2));
        assert_eq!(throttle.wait("basma", now), None, "others do not wait");
        throttle.succeeded("amal");
        assert_eq!(throttle.wait("amal", now), None);
    }
}
