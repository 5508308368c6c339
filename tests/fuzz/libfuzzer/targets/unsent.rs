#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| maydan_fuzz::targets::unsent(bytes));
