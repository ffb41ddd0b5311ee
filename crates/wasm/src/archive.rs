//! The archive: which bytes it wants, which images it holds, where their layers lie.

use std::collections::HashMap;
use std::sync::Arc;

use porthole_scan::oci::archive::{
    self, ImageSource, InputKind, Location, PlatformWanted, Reader, SNIFF_LEN, StreamReader, StreamSink,
};
use porthole_scan::oci::codec::Compression;
use porthole_scan::oci::{Algorithm, Digest};
use porthole_scan::{LayerFacts, LayerOptions, StreamScan};
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::error::js;
use crate::limits::Limits;

/// What to read next.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Want {
    /// File of a folder, as it was named; none for the archive itself.
    file: Option<String>,
    offset: u64,
    len: u64,
}

/// An image in the archive.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ImageItem {
    names: Vec<String>,
    platform: String,
    layers: usize,
    stored_size: u64,
}

/// All images of an archive, and the one to open first.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Images {
    images: Vec<ImageItem>,
    chosen: usize,
}

/// Where one layer's blob lies.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct LayerPlace {
    /// `range` in the archive or a file of the folder, `streamed` by name, or `none`.
    kind: &'static str,
    /// File of a folder; name of a streamed blob.
    file: Option<String>,
    offset: u64,
    len: u64,
    /// Digest of the uncompressed tar as the configuration states it: the key of a cache.
    diff_id: Option<String>,
    /// Algorithm that the blob is to be hashed by.
    digest_by: &'static str,
    /// Algorithm that the uncompressed tar is to be hashed by.
    diff_id_by: &'static str,
}

/// Where every layer's blob lies, lowest first.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct LayerPlaces {
    layers: Vec<LayerPlace>,
}

/// How an input has to be read: `range`, `stream`, `json`, or the error that says what it is instead.
///
/// # Errors
/// When the first bytes show that it is no image archive.
#[wasm_bindgen(js_name = howToRead)]
pub fn how_to_read(head: &[u8]) -> Result<String, JsError> {
    match archive::sniff(head) {
        InputKind::Tar => Ok("range".into()),
        InputKind::Gzip | InputKind::Zstd => Ok("stream".into()),
        InputKind::Json => Ok("json".into()),
        InputKind::Other(what) => Err(js(what)),
    }
}

/// True where a layer's first bytes say that it is compressed: its digest and its diff_id are two passes.
#[wasm_bindgen(js_name = isCompressed)]
pub fn is_compressed(head: &[u8]) -> bool {
    Compression::sniff(head) != Compression::None
}

/// How many first bytes [`how_to_read`] wants.
#[wasm_bindgen(js_name = headLength)]
pub fn head_length() -> usize {
    SNIFF_LEN
}

/// An archive that can be read by ranges.
#[wasm_bindgen]
pub struct Archive {
    reader: Option<Reader>,
    pub(crate) archive: archive::Archive,
    pub(crate) streamed: HashMap<String, Arc<LayerFacts>>,
    pub(crate) options: LayerOptions,
}

#[wasm_bindgen]
impl Archive {
    /// A tar archive of this many bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(size: f64, limits: &Limits) -> Self {
        Self::of(Reader::tar(size as u64, limits.options.limits.clone()), limits)
    }

    /// A folder with these files (names relative to it) and their lengths.
    pub fn folder(names: Vec<String>, sizes: Vec<f64>, limits: &Limits) -> Self {
        let files = names.into_iter().zip(sizes.into_iter().map(|size| size as u64));
        Self::of(Reader::folder(files, limits.options.limits.clone()), limits)
    }

    fn of(reader: Reader, limits: &Limits) -> Self {
        let options = limits.options.clone();
        Self { reader: Some(reader), archive: archive::Archive::default(), streamed: HashMap::new(), options }
    }

    /// What to push next; nothing when everything is known.
    ///
    /// # Errors
    /// When the answer cannot be written as a JavaScript object.
    pub fn wants(&self) -> Result<Option<Ts<Want>>, JsError> {
        let Some(want) = self.reader.as_ref().and_then(Reader::wants) else {
            return Ok(None);
        };
        Ok(Some(Want { file: want.file, offset: want.offset, len: want.len }.into_ts()?))
    }

    /// Takes the bytes that were wanted.
    ///
    /// # Errors
    /// When they show that this is no image archive.
    pub fn push(&mut self, offset: f64, bytes: &[u8]) -> Result<(), JsError> {
        match &mut self.reader {
            Some(reader) => reader.push(offset as u64, bytes).map_err(js),
            None => Ok(()),
        }
    }

    /// Ends the reading: images and layers can be asked for.
    ///
    /// # Errors
    /// When there is no image.
    pub fn close(&mut self) -> Result<(), JsError> {
        if let Some(reader) = self.reader.take() {
            self.archive = reader.finish().map_err(js)?;
        }
        if self.archive.images.is_empty() {
            return Err(js("the archive holds no image that can be run"));
        }
        Ok(())
    }

    /// The images.
    ///
    /// # Errors
    /// When the answer cannot be written as a JavaScript object.
    pub fn images(&self) -> Result<Ts<Images>, JsError> {
        let chosen = self.archive.choose(&PlatformWanted::default()).image().unwrap_or(0);
        Ok(Images { images: self.archive.images.iter().map(item).collect(), chosen }.into_ts()?)
    }

    /// Where the layers of an image lie.
    ///
    /// # Errors
    /// When the answer cannot be written as a JavaScript object.
    pub fn layers(&self, image: usize) -> Result<Ts<LayerPlaces>, JsError> {
        let layers = self.archive.images.get(image).map_or(&[][..], |image| image.layers.as_slice());
        let places = LayerPlaces {
            layers: layers
                .iter()
                .map(|layer| {
                    let by = |stated: Option<Digest>| stated.map_or(Algorithm::default(), |stated| stated.algorithm()).name();
                    let (kind, file, offset, len) = match &layer.location {
                        Location::Range { file, offset, len } => ("range", file.clone(), *offset, *len),
                        Location::Streamed { name } => ("streamed", Some(name.clone()), 0, layer.size.unwrap_or(0)),
                        Location::Remote | Location::Missing | Location::Foreign { .. } => ("none", None, 0, 0),
                    };
                    let diff_id = layer.diff_id.map(|digest| digest.to_string());
                    LayerPlace { kind, file, offset, len, diff_id, digest_by: by(layer.digest), diff_id_by: by(layer.diff_id) }
                })
                .collect(),
        };
        Ok(places.into_ts()?)
    }
}

fn item(image: &ImageSource) -> ImageItem {
    ImageItem {
        names: image.names.clone(),
        platform: image.platform.to_string(),
        layers: image.layers.len(),
        stored_size: image.layers.iter().filter_map(|layer| layer.size).fold(0, u64::saturating_add),
    }
}

/// An archive that can only be read forward: every blob is scanned as it passes.
#[wasm_bindgen]
pub struct StreamArchive {
    reader: StreamReader,
    scan: StreamScan,
    options: LayerOptions,
    input: Vec<u8>,
}

#[wasm_bindgen]
impl StreamArchive {
    /// A reader with an input buffer of `capacity` bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: usize, limits: &Limits) -> Self {
        let options = limits.options.clone();
        let reader = StreamReader::new(options.limits.clone());
        Self { reader, scan: StreamScan::new(options.clone()), options, input: vec![0; capacity] }
    }

    /// Where the input buffer lies in WebAssembly memory.
    pub fn input(&mut self) -> *mut u8 {
        self.input.as_mut_ptr()
    }

    /// Eats the first `len` bytes of the input buffer.
    ///
    /// # Errors
    /// When the stream shows that it is no archive.
    pub fn push(&mut self, len: usize) -> Result<(), JsError> {
        let Self { reader, scan, input, .. } = self;
        reader.push(input.get(..len).unwrap_or_default(), scan).map_err(js)
    }

    /// Entries, packages and possible secrets so far.
    pub fn found(&self) -> Vec<u32> {
        let found = self.scan.found();
        vec![found.entries, found.packages as u32, found.secrets as u32]
    }

    /// The stream has ended: the archive, with the facts of all blobs that went by. The handle is used up.
    ///
    /// # Errors
    /// When there is no image.
    pub fn finish(mut self) -> Result<Archive, JsError> {
        // A blob that the end cuts off keeps what was read of it.
        self.scan.end();
        let archive = self.reader.finish(&mut self.scan).map_err(js)?;
        Ok(Archive { reader: None, archive, streamed: self.scan.finish(), options: self.options })
    }
}
