//! Why the module broke off, for a host that sees nothing but a trap.
//!
//! A panic and an allocation that the browser refused end in the same trap, and only the first comes by here: a trap without a panic
//! is memory that ran out. Stable Rust has no hook for the other.

use std::panic::{PanicHookInfo, set_hook};
use std::sync::Mutex;

use wasm_bindgen::prelude::wasm_bindgen;

static SAID: Mutex<Option<String>> = Mutex::new(None);

/// Runs once, when the module is instantiated.
#[wasm_bindgen(start)]
pub fn listen() {
    set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        if let Ok(mut said) = SAID.lock() {
            *said = Some(panic.to_string().replace('\n', " "));
        }
    }));
}

/// What the panic said that ended this instance; nothing where there was none.
#[wasm_bindgen(js_name = whyPanicked)]
pub fn why() -> Option<String> {
    SAID.lock().ok().and_then(|said| said.clone())
}
