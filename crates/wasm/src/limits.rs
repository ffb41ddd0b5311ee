//! Caps on what an image may cost, as the page shows and changes them. What each is for is `porthole_scan`'s to say.

use porthole_scan::{LIMITS, LayerOptions, NamedLimit};
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// One cap.
#[derive(Serialize, Tsify)]
pub struct Limit {
    /// Kebab-case name.
    name: &'static str,
    /// What it caps, in one line.
    what: &'static str,
    /// What it stands at.
    value: u64,
}

/// Every cap.
#[derive(Serialize, Tsify)]
pub struct LimitList {
    limits: Vec<Limit>,
}

/// The caps of a scan; everything that reads takes them.
#[wasm_bindgen]
#[derive(Default)]
pub struct Limits {
    pub(crate) options: LayerOptions,
}

#[wasm_bindgen]
impl Limits {
    /// Those that hold where nobody changed them.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the cap of this name; of a name that is none nothing comes.
    pub fn set(&mut self, name: &str, value: f64) {
        if let Some(limit) = NamedLimit::find(name) {
            limit.set(&mut self.options, value as u64);
        }
    }

    /// Every cap by name, with what it stands at.
    ///
    /// # Errors
    /// When the answer cannot be written as a JavaScript object.
    pub fn all(&self) -> Result<Ts<LimitList>, JsError> {
        let one = |limit: &NamedLimit| Limit { name: limit.name, what: limit.what, value: limit.get(&self.options) };
        Ok(LimitList { limits: LIMITS.iter().map(one).collect() }.into_ts()?)
    }
}
