//! One file's bytes, out of a layer blob that is read again.

use porthole_scan::{Extract as Window, StreamExtract as StreamWindow};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::error::js;
use crate::limits::Limits;

/// Takes one file's bytes out of a layer blob.
#[wasm_bindgen]
pub struct Extract {
    window: Window,
}

#[wasm_bindgen]
impl Extract {
    /// `size` bytes at `offset` of the uncompressed tar, at most `limit` of them.
    #[wasm_bindgen(constructor)]
    pub fn new(offset: f64, size: f64, limit: f64, limits: &Limits) -> Self {
        Self { window: Window::new(limits.options.limits.clone(), offset as u64, size as u64, limit as u64) }
    }

    /// The next bytes of the blob; true when no more are needed.
    ///
    /// # Errors
    /// When the blob is damaged before the file ends.
    pub fn push(&mut self, chunk: &[u8]) -> Result<bool, JsError> {
        self.window.push(chunk).map_err(js)
    }

    /// The file's bytes. The handle is used up.
    pub fn finish(self) -> Vec<u8> {
        self.window.finish()
    }
}

/// Takes one file's bytes out of an archive that is compressed as a whole.
#[wasm_bindgen]
pub struct StreamExtract {
    window: StreamWindow,
}

#[wasm_bindgen]
impl StreamExtract {
    /// The window of [`Extract::new`] in the blob of this name.
    #[wasm_bindgen(constructor)]
    pub fn new(name: String, offset: f64, size: f64, limit: f64, limits: &Limits) -> Self {
        Self { window: StreamWindow::new(limits.options.limits.clone(), name, offset as u64, size as u64, limit as u64) }
    }

    /// The next bytes of the archive; true when no more are needed.
    ///
    /// # Errors
    /// When the archive is damaged before the file ends.
    pub fn push(&mut self, bytes: &[u8]) -> Result<bool, JsError> {
        self.window.push(bytes).map_err(js)
    }

    /// The file's bytes. The handle is used up.
    pub fn finish(self) -> Vec<u8> {
        self.window.finish()
    }
}
