//! The civil date here, also for an app that stays open over midnight.

use crate::format;
use gloo::timers::callback::Interval;
use maydan_core::Day;
use yew::prelude::*;

const CHECK_MS: u32 = 30_000;

/// Today's date by this device's clock and zone.
#[hook]
pub fn use_today() -> Day {
    let day = use_state_eq(format::today);
    {
        let setter = day.setter();
        use_effect_with((), move |_| {
            let clock = Interval::new(CHECK_MS, move || setter.set(format::today()));
            move || drop(clock)
        });
    }
    *day
}
