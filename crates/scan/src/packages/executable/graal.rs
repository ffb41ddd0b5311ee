//! The SBOM that GraalVM's `native-image --enable-sbom` embeds: gzip-compressed CycloneDX JSON behind the symbol `sbom`.
//!
//! A native image is known by its exported symbol `__svm_version_info`; only then gzip headers are tried.

use flate2::read::GzDecoder;
use memchr::memmem::Finder;
use porthole_report::{EvidenceKind, Gap, GapKind, Purl};
use serde::Deserialize;
use std::io::Read;

use super::super::window::View;
use super::Tail;
use crate::facts::{PackageFact, Parsed};

/// Most compressed bytes and most text that are read.
const MAX_DATA: usize = 2 << 20;
const MAX_TEXT: u64 = 16 << 20;

/// How far into a file its exported names are looked for.
const NAMES_END: u64 = 4 << 20;

/// Watches a stream for the SBOM.
pub(super) struct Reader {
    symbol: Finder<'static>,
    gzip: Finder<'static>,
    is_native_image: bool,
    tail: Tail,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            symbol: Finder::new(b"__svm_version_info"),
            gzip: Finder::new(b"\x1F\x8B\x08"),
            is_native_image: false,
            tail: Tail::default(),
        }
    }
}

impl Reader {
    pub(super) fn look(&mut self, view: View<'_>) {
        if self.tail.next.is_some() {
            return self.tail.feed(view);
        }
        if !self.is_native_image {
            self.is_native_image = view.offset < NAMES_END && view.find_all(&self.symbol).next().is_some();
        }
        if !self.is_native_image {
            return;
        }
        let found = view.find_all(&self.gzip).find(|at| {
            let mut text = [0; 2];
            let bytes = &view.bytes[*at..(*at + super::AFTER).min(view.bytes.len())];
            GzDecoder::new(bytes).read_exact(&mut text).is_ok() && text.starts_with(b"{")
        });
        if let Some(at) = found {
            self.tail.start(view.offset + at as u64, MAX_DATA);
            self.tail.feed(view);
        }
    }

    pub(super) fn finish(&mut self, parsed: &mut Parsed) {
        if self.tail.next.is_none() {
            return;
        }
        let mut sbom = parse(&self.tail.bytes);
        parsed.packages.append(&mut sbom.packages);
        parsed.gaps.append(&mut sbom.gaps);
    }
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "bomFormat")]
    format: String,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(default)]
    name: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    purl: Option<String>,
}

/// Reads gzip data and whatever follows it.
pub fn parse(gzip: &[u8]) -> Parsed {
    let mut text = Vec::new();
    // Only the first member counts: what follows is the program.
    let read = GzDecoder::new(gzip).take(MAX_TEXT).read_to_end(&mut text);
    let document =
        read.ok().and_then(|_| serde_json::from_slice::<Document>(&text).ok()).filter(|document| document.format == "CycloneDX");
    let Some(document) = document else {
        let message = "native image SBOM: damaged".to_owned();
        let gap = Gap { kind: GapKind::Malformed, layer: None, path: String::new(), message };
        return Parsed { gaps: vec![gap], ..Parsed::default() };
    };
    Parsed { packages: document.components.into_iter().filter_map(package).collect(), ..Parsed::default() }
}

fn package(component: Component) -> Option<PackageFact> {
    if component.name.is_empty() {
        return None;
    }
    let (kind, namespace, name, version) = match component.purl.as_deref().and_then(Purl::parse) {
        Some(purl) => (purl.kind, purl.namespace, purl.name, purl.version),
        None => ("maven".to_owned(), component.group, component.name, component.version),
    };
    Some(PackageFact { namespace, evidence: EvidenceKind::Embedded, ..PackageFact::new(&kind, name, version) })
}
