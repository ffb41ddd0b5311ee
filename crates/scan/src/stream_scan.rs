//! Blobs of an archive that comes as one stream: each is scanned as it passes, since the manifest mostly comes last.

use std::collections::HashMap;
use std::sync::Arc;

use porthole_oci::archive::StreamSink;
use porthole_oci::layer::Verify;

use crate::{LayerFacts, LayerOptions, LayerScan, Progress};

/// Scans what a [`porthole_oci::archive::StreamReader`] hands on.
pub struct StreamScan {
    options: LayerOptions,
    open: Option<(String, LayerScan)>,
    done: HashMap<String, Arc<LayerFacts>>,
    found: Progress,
}

impl StreamScan {
    /// Every blob is scanned with these options; it is verified by its name, where that is a digest.
    pub fn new(options: LayerOptions) -> Self {
        Self { options, open: None, done: HashMap::new(), found: Progress::default() }
    }

    /// What is in the blobs that have passed, all together; bytes are not counted.
    pub fn found(&self) -> Progress {
        self.found
    }

    /// Facts of the blobs that went by, by their name in the archive.
    pub fn finish(self) -> HashMap<String, Arc<LayerFacts>> {
        self.done
    }
}

impl StreamSink for StreamScan {
    fn blob(&mut self, name: &str, _size: u64) {
        let options = LayerOptions { verify: Verify::by_name(name), ..self.options.clone() };
        self.open = Some((name.to_owned(), LayerScan::new(&options)));
    }

    fn data(&mut self, bytes: &[u8]) {
        if let Some((_, scan)) = &mut self.open {
            scan.push(bytes);
        }
    }

    fn end(&mut self) {
        if let Some((name, scan)) = self.open.take() {
            let Progress { entries, packages, secrets, .. } = scan.progress();
            self.found.entries += entries;
            self.found.packages += packages;
            self.found.secrets += secrets;
            self.done.insert(name, Arc::new(scan.finish()));
        }
    }
}
