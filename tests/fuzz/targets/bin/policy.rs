#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tierguard_fuzz::policy::check(bytes));
