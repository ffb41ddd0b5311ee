//! The one place where failures become JavaScript errors.

use std::fmt::Display;

use wasm_bindgen::JsError;

/// Any failure of the core, in its own words.
pub(crate) fn js(error: impl Display) -> JsError {
    JsError::new(&error.to_string())
}
