//! Clock, randomness and zone of a browser.

use maydan_core::{Host, Instant};
use wasm_bindgen::JsValue;

/// A browser.
#[derive(Debug, Default, Clone, Copy)]
pub struct BrowserHost;

impl Host for BrowserHost {
    fn now(&self) -> Instant {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
        Instant(js_sys::Date::now() as i64)
    }

    fn fill_random(&self, buffer: &mut [u8]) {
        // Every secure context has a source; without one nothing here is safe.
        if let Err(e) = getrandom::fill(buffer) {
            panic!("this browser has no random source: {e}");
        }
    }

    fn zone(&self) -> String {
        let options = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new()).resolved_options();
        js_sys::Reflect::get(&options, &"timeZone".into()).ok().and_then(|z| z.as_string()).unwrap_or_else(|| "UTC".into())
    }

    fn utc_offset_minutes(&self, at: Instant) -> i32 {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
        let date = js_sys::Date::new(&JsValue::from_f64(at.0 as f64));
        #[expect(clippy::cast_possible_truncation, reason = "minutes of a day")]
        let west = date.get_timezone_offset() as i32;
        -west
    }
}
