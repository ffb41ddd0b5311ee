//! Any target: the program's name says which of `porthole_tests::targets` it runs.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| porthole_tests::targets::run(env!("CARGO_BIN_NAME"), bytes));
