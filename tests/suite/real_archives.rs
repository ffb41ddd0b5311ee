//! Archives that real tools wrote: each opens, each layer verifies, every way of reading tells the same.
//!
//! They lie beside the checkout (`../shared/fixtures/images`, `target/images` or `PORTHOLE_IMAGES`); where they are not,
//! these tests say so and pass.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use porthole_oci::archive::{Archive, InputKind, Location, Reader, SNIFF_LEN, StreamReader, StreamSink, sniff};
use porthole_oci::layer::{Entry, ImagePath, LayerReader, LayerSink, LayerSummary, Verify};
use porthole_oci::{Error, Limits};
use porthole_tests::open::{bytes_at, describe, open, open_stream, read_layer};

fn fixtures() -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures/images");
    if !found.is_dir() {
        println!("skipped: {} is not there", found.display());
        return None;
    }
    Some(found)
}

/// Every layer's own digest and diff_id, against what the archive states.
fn verify(name: &str, layer: &porthole_oci::archive::LayerSource, blob: &[u8]) -> Vec<String> {
    let (seen, summary) = read_layer(blob, 1 << 16);
    assert_eq!(summary.damage, None, "{name}");
    assert!(layer.digest.is_none() || summary.digest == layer.digest, "{name}: digest of {layer:?}");
    assert!(layer.diff_id.is_none() || summary.diff_id == layer.diff_id, "{name}: diff_id of {layer:?}");
    assert_eq!(seen.warnings, Vec::<String>::new(), "{name}");
    seen.list()
}

#[test]
fn every_archive_of_the_public_suites_opens_and_verifies() {
    let Some(folder) = fixtures() else { return };
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let mut told = String::new();
    for path in names {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        told += &format!("== {name}\n");
        let (streamed, blobs) = open_stream(&bytes, 4099);
        let streamed = streamed.unwrap();
        let archive = if sniff(&bytes) == InputKind::Tar { open(&bytes).unwrap() } else { streamed.clone() };
        told += &describe(&archive);
        for (image, other) in archive.images.iter().zip(&streamed.images) {
            assert_eq!((&image.config, &image.names), (&other.config, &other.names), "{name}");
            for (layer, other) in image.layers.iter().zip(&other.layers) {
                let Location::Streamed { name: blob } = &other.location else { panic!("{name}: {other:?}") };
                let blob = &blobs.blobs[blob];
                if let Some(ranged) = bytes_at(&bytes, &layer.location) {
                    assert!(ranged == blob.as_slice(), "{name}");
                }
                let files = verify(&name, layer, blob);
                told +=
                    &format!("    {} entries, first {:?}\n", files.len(), files.first().map(String::as_str).unwrap_or_default());
            }
        }
        if bytes.len() < 100_000 {
            assert_eq!(describe(&open_stream(&bytes, 1).0.unwrap()), describe(&streamed), "{name} by single bytes");
        }
    }
    insta::assert_snapshot!("public_archives", told);
}

/// Layers of a stream, read as they go by.
#[derive(Default)]
struct Layers {
    current: Option<(String, Box<LayerReader>)>,
    done: Vec<(String, LayerSummary)>,
}

struct Nothing;

impl LayerSink for Nothing {
    fn entry(&mut self, _: Entry) {}
    fn data(&mut self, _: &[u8]) {}
    fn end(&mut self) {}
    fn warning(&mut self, path: &ImagePath, message: &str) {
        panic!("{}: {message}", path.display());
    }
}

impl StreamSink for Layers {
    fn blob(&mut self, name: &str, _: u64) {
        self.current = Some((name.to_owned(), Box::new(LayerReader::new(Limits::default(), Verify::ALL))));
    }
    fn data(&mut self, bytes: &[u8]) {
        self.current.as_mut().unwrap().1.push(bytes, &mut Nothing);
    }
    fn end(&mut self) {
        let (name, reader) = self.current.take().unwrap();
        self.done.push((name, reader.finish(&mut Nothing)));
    }
}

fn by_ranges(path: &Path) -> Result<Archive, Error> {
    let mut file = File::open(path).unwrap();
    let mut reader = Reader::tar(file.metadata().unwrap().len(), Limits::default());
    while let Some(want) = reader.wants() {
        file.seek(SeekFrom::Start(want.offset)).unwrap();
        let mut bytes = Vec::new();
        (&mut file).take(want.len).read_to_end(&mut bytes).unwrap();
        reader.push(want.offset, &bytes)?;
    }
    reader.finish()
}

fn as_stream(path: &Path) -> (Archive, Layers) {
    let mut file = File::open(path).unwrap();
    let (mut reader, mut layers, mut chunk) = (StreamReader::new(Limits::default()), Layers::default(), vec![0; 1 << 18]);
    loop {
        let len = file.read(&mut chunk).unwrap();
        if len == 0 {
            break;
        }
        reader.push(&chunk[..len], &mut layers).unwrap();
    }
    let archive = reader.finish(&mut layers).unwrap();
    (archive, layers)
}

/// The images that the set-up builds from package registries; the small ones, since each is read five times.
#[test]
fn built_images_are_the_same_image_in_every_format() {
    let root = std::env::var_os("PORTHOLE_IMAGES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/images"), PathBuf::from);
    for name in ["alpine", "distroless"] {
        let folder = root.join(name);
        if !folder.join(".done").exists() {
            println!("skipped: {} is not there", folder.display());
            continue;
        }
        let mut head = vec![0; SNIFF_LEN];
        let mut all = Vec::new();
        for file in ["oci.tar", "docker.tar", "zstd.tar", "docker.tar.gz"] {
            let path = folder.join(file);
            let read = File::open(&path).unwrap().read(&mut head).unwrap();
            let (archive, layers) = as_stream(&path);
            let [image] = archive.images.as_slice() else { panic!("{}", describe(&archive)) };
            assert!(image.gaps.is_empty() && archive.gaps.is_empty(), "{}", describe(&archive));
            for layer in &image.layers {
                let Location::Streamed { name } = &layer.location else { panic!("{layer:?}") };
                let (_, summary) = layers.done.iter().find(|(blob, _)| blob == name).unwrap();
                assert_eq!(
                    (summary.damage.clone(), summary.diff_id, summary.digest),
                    (None, layer.diff_id, layer.digest),
                    "{}",
                    path.display()
                );
            }
            if sniff(&head[..read]) == InputKind::Tar {
                assert_eq!(by_ranges(&path).unwrap().images[0].config, image.config);
            }
            all.push((image.config_digest(), image.config.clone()));
        }
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{name}");
    }
}
