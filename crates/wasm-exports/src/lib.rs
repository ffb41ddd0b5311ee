//! The browser module of formats: writes a report in one of them. No rule of a format.
//!
//! It stands apart because the formats weigh a tenth of what a visit needs, and few visits export: the page loads it when somebody
//! does. The report comes as JSON. Must not know: archives, the network, the clock.
//! Proof: `tests/web/suite/exports.test.js` (in Chromium).

use porthole_report::{export, saved};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

fn js(error: impl std::fmt::Display) -> JsError {
    JsError::new(&error.to_string())
}

/// A report in one format.
#[wasm_bindgen(getter_with_clone)]
pub struct Export {
    /// Media type.
    #[wasm_bindgen(js_name = mediaType)]
    pub media_type: String,
    /// File name extension, without the dot.
    pub extension: String,
    /// The text.
    pub text: String,
}

/// The report (JSON) in one of the exporters' formats. `now` is RFC 3339, `serial` a random UUID.
///
/// # Errors
/// When there is no such format, or the report can't be read.
#[wasm_bindgen(js_name = writeExport)]
pub fn write_export(report: &str, format: &str, now: String, serial: String) -> Result<Export, JsError> {
    let exporter = export::find(format).ok_or_else(|| js(format!("{format}: no such format")))?;
    let report = saved::read(report.as_bytes()).map_err(js)?;
    let context = export::Context { now: Some(now), serial: Some(serial), columns: None };
    let mut text = String::new();
    exporter.write(&report, &context, &mut text);
    Ok(Export { media_type: exporter.media_type().to_owned(), extension: exporter.extension().to_owned(), text })
}
