//! The third browser module: one handle that judges a report by a policy in Rego. No rule of its own.
//!
//! It stands apart because the engine weighs half of the first module, and most people have no policy: the page loads it when
//! a file named `*.rego` is dropped. The report comes as its JSON export writes it. Must not know: archives, the network, the clock.
//! Proof: `tests/web/suite/counts.test.js` (in Chromium).

use porthole_rego::Module;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

fn js(error: impl std::fmt::Display) -> JsError {
    JsError::new(&error.to_string())
}

/// A policy: one Rego module.
#[wasm_bindgen]
pub struct RegoPolicy {
    name: String,
    text: String,
}

#[wasm_bindgen]
impl RegoPolicy {
    /// A policy in a file of this name. Its text is read when it judges.
    #[wasm_bindgen(constructor)]
    pub fn new(name: String, text: String) -> Self {
        Self { name, text }
    }

    /// How a report (JSON) does, as JSON (`PolicyResult`). `today` is `YYYY-MM-DD`.
    ///
    /// # Errors
    /// When the policy is no Rego, decides nothing or fails while it runs, in one sentence; when the report can't be read.
    pub fn judge(&self, report: &str, today: &str) -> Result<String, JsError> {
        let report = porthole_report::saved::read(report.as_bytes()).map_err(js)?;
        let modules = [Module { name: &self.name, text: &self.text }];
        let result = porthole_rego::judge(&modules, &report, Some(today)).map_err(js)?;
        serde_json::to_string(&result).map_err(js)
    }
}
