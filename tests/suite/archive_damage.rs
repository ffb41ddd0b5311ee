//! Inputs that are no image archive, and archives that are only half there.

use porthole_oci::archive::{ArchiveKind, InputKind, Location, Reader, StreamReader, sniff};
use porthole_oci::{Error, Limits};
use porthole_tests::image::{Image, gzip, image, images, layer, outer_tar, zstd};
use porthole_tests::open::{Streamed, bytes_at, describe, open, open_folder, open_stream, read_layer};

fn app() -> Image {
    image().layer(layer().dir("etc").file("etc/passwd", "root:x:0:0\n")).layer(layer().file("app", "x").gzip()).name("app:1")
}

fn why(error: Error) -> String {
    match error {
        Error::NotAnImage { why } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_archive_gets_one_sentence_either_way() {
    let table: [(&[u8], &str); 7] = [
        (b"", "the file is empty"),
        (b"PK\x03\x04", "this is a zip file, not an image archive"),
        (
            b"<html><body>404 not found",
            "this is a web page, perhaps an error page in place of the download, not an image archive",
        ),
        (b"{\"bomFormat\": \"CycloneDX\"}", "this is a json document, not an image archive"),
        (b"\xfd7zXZ\0\0", "this is an xz file: unpack it first (xz -d), only gzip and zstd are read directly"),
        (b"plain words\n", "this is a text file, not an image archive"),
        (&[9; 2000], "this is not a tar archive, and nothing else that an image is kept in"),
    ];
    for (bytes, expected) in table {
        assert_eq!(why(open(bytes).unwrap_err()), expected);
        assert_eq!(why(open_stream(bytes, 7).0.unwrap_err()), expected);
        if !bytes.is_empty() {
            assert_eq!(why(open_stream(&gzip(bytes), 7).0.unwrap_err()), format!("inside gzip: {expected}"));
        }
    }
    assert_eq!(
        why(open_stream(&zstd(&gzip(b"x")), 3).0.unwrap_err()),
        "inside zstd: this is compressed more than once: unpack it first"
    );
}

#[test]
fn compressed_archives_are_not_read_by_ranges() {
    let bytes = gzip(&app().docker_archive());
    assert_eq!(sniff(&bytes), InputKind::Gzip);
    assert!(matches!(open(&bytes), Err(Error::Misuse { .. })));
}

#[test]
fn a_tar_of_something_else_is_told_from_an_image() {
    let bytes = layer().file("readme.txt", "hello").file("src/main.rs", "fn main() {}").tar();
    let expected = "the archive has no manifest.json and no index.json: it is not an image";
    assert_eq!(why(open(&bytes).unwrap_err()), expected);
    assert_eq!(why(open_stream(&bytes, 100).0.unwrap_err()), expected);
    assert_eq!(why(open(&layer().tar()).unwrap_err()), "this is a file of zeros, not an image archive");
    assert_eq!(why(open_folder(&[("a.txt".into(), b"x".to_vec())]).unwrap_err()), expected.replace("archive", "folder"));
    assert_eq!(why(open_folder(&[]).unwrap_err()), "the folder holds no files");
}

#[test]
fn a_root_file_system_is_read_as_one_layer() {
    // `docker export`
    let tar = layer()
        .dir("etc")
        .file("etc/os-release", "ID=x\n")
        .dir("usr")
        .file("usr/bin/x", "x")
        .file("bin/sh", "sh")
        .file("opt/app/manifest.json", "[]");
    let bytes = tar.tar();
    let archive = open(&bytes).unwrap();
    assert_eq!(archive.kind, ArchiveKind::RootFs);
    assert!(archive.gaps[0].message.starts_with("no manifest: read as one root file system"));
    let layer = &archive.images[0].layers[0];
    let (seen, summary) = read_layer(bytes_at(&bytes, &layer.location).unwrap(), 4096);
    assert_eq!(seen.content("etc/os-release").unwrap(), b"ID=x\n");
    assert_eq!(summary.damage, None);
}

#[test]
fn a_large_root_file_system_is_known_early() {
    let files = (0..4000).map(|n| format!("usr/share/{n}"));
    let tar = files.fold(layer().dir("etc").dir("usr").dir("var"), |tar, name| tar.file(name, vec![1; 9000]));
    let bytes = tar.tar();
    let mut reader = Reader::tar(bytes.len() as u64, Limits::default());
    let mut wants = 0;
    while let Some(want) = reader.wants() {
        wants += 1;
        reader.push(want.offset, &bytes[want.offset as usize..(want.offset + want.len) as usize]).unwrap();
    }
    assert_eq!(reader.finish().unwrap().kind, ArchiveKind::RootFs);
    assert!(wants < 700, "{wants} pieces were read of {} entries", 4000);
}

#[test]
fn an_archive_cut_at_every_length_never_panics_and_keeps_what_came_before() {
    for whole in [app().docker_archive(), app().oci_archive(), app().hybrid(), app().legacy()] {
        // In steps that are odd, so that every kind of place is met; every length of the last blocks.
        let lengths = (0..whole.len()).step_by(97).chain(whole.len().saturating_sub(1600)..whole.len());
        for len in lengths {
            let cut = &whole[..len];
            let by_ranges = open(cut);
            let (streamed, _) = open_stream(cut, 1021);
            for archive in [by_ranges, streamed].into_iter().flatten() {
                assert!(archive.images.len() <= 1, "{len}: {}", describe(&archive));
            }
        }
    }
}

#[test]
fn an_archive_whose_manifest_is_cut_off_is_pieced_together() {
    let hybrid = app().hybrid();
    let cases = [("index.json", hybrid.clone()), ("manifest.json", app().docker_archive()), ("repositories", app().legacy())];
    for (last, whole) in cases {
        let at = memchr::memmem::find(&whole, format!("{last}\0").as_bytes()).unwrap();
        let archive = open(&whole[..at]).unwrap();
        let [found] = archive.images.as_slice() else { panic!("{last}: {}", describe(&archive)) };
        assert_eq!(archive.kind, ArchiveKind::Remains);
        assert_eq!(found.layers.len(), 2, "{last}: {}", describe(&archive));
        assert!(found.layers.iter().all(|layer| layer.location.is_here()));
        assert_eq!(found.platform.to_string(), "linux/amd64");
        assert!(archive.gaps.iter().any(|gap| gap.message.contains("pieced together")));
        let (streamed, _) = open_stream(&whole[..at], 555);
        assert_eq!(streamed.unwrap().images.len(), 1);
    }
}

#[test]
fn layers_cut_off_with_the_archive_are_told() {
    // The manifest comes first here, so that everything is known but the last layer's end.
    let mut files = images([app()]).docker_files();
    let at = files.iter().position(|(name, _)| name == "manifest.json").unwrap();
    let manifest = files.remove(at);
    files.insert(0, manifest);
    files.retain(|(name, _)| name != "repositories");
    let config = files.iter().position(|(name, _)| name.ends_with(".json") && name != "manifest.json").unwrap();
    let config = files.remove(config);
    files.insert(1, config);
    let mut whole = outer_tar(&files);
    let at = memchr::memmem::rfind(&whole, b"layer.tar").unwrap();
    whole.truncate(at / 512 * 512 + 512 + 20);

    let archive = open(&whole).unwrap();
    assert!(archive.gaps.iter().any(|gap| gap.message.starts_with("the archive is cut off")), "{}", describe(&archive));
    let Location::Range { offset, len, .. } = archive.images[0].layers[1].location else { panic!() };
    let (_, summary) = read_layer(&whole[offset as usize..whole.len().min((offset + len) as usize)], 100);
    assert!(summary.damage.is_some());

    let (archive, streamed) = open_stream(&whole, 100);
    let archive = archive.unwrap();
    assert!(archive.gaps.iter().any(|gap| gap.message.starts_with("the archive is damaged")), "{}", describe(&archive));
    assert_eq!((streamed.blobs.len(), streamed.cut.len()), (1, 1));
}

#[test]
fn damage_around_the_outside_keeps_what_came_before() {
    let whole = app().docker_archive();
    let mut bytes = gzip(&whole);
    bytes.truncate(bytes.len() - 20);
    match open_stream(&bytes, 64).0 {
        Ok(archive) => assert!(archive.gaps.iter().any(|gap| gap.message.contains("gzip"))),
        Err(error) => assert!(why(error).contains("gzip")),
    }
    let mut bytes = gzip(&whole);
    let crc = bytes.len() - 5;
    bytes[crc] ^= 1;
    let archive = open_stream(&bytes, 64).0.unwrap();
    assert!(archive.gaps.iter().any(|gap| gap.message.contains("gzip: bad crc")), "{}", describe(&archive));
    assert_eq!(archive.images.len(), 1);
}

#[test]
fn documents_that_are_no_json_are_told() {
    for (broken, bytes) in [("manifest.json", app().docker_archive()), ("index.json", app().oci_archive())] {
        let at = memchr::memmem::find(&bytes, format!("{broken}\0").as_bytes()).unwrap() + 512;
        let mut bytes = bytes.clone();
        bytes[at] = b'#';
        for archive in [open(&bytes), open_stream(&bytes, 999).0] {
            match archive {
                // The old entry point beside it still leads to the layers.
                Ok(archive) => {
                    assert_eq!((archive.kind, archive.images[0].layers.len()), (ArchiveKind::DockerLegacy, 2));
                    assert!(archive.gaps[0].message.contains(broken), "{}", describe(&archive));
                }
                Err(error) => assert!(why(error).contains(broken), "{broken}"),
            }
        }
    }
}

#[test]
fn documents_over_their_limit_are_refused_on_purpose() {
    let huge = app().config(|config| config["config"]["Labels"]["a"] = "x".repeat(5 << 20).into());
    let archive = open(&huge.oci_archive()).unwrap();
    assert!(
        archive.images[0].gaps.iter().any(|gap| gap.message.contains("over the limit")),
        "{}",
        describe(&archive).get(..500).unwrap_or_default()
    );
    assert!(archive.images[0].layers.iter().all(|layer| layer.location.is_here()));
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    assert!(why(open(&outer_tar(&[("manifest.json".into(), deep.into_bytes())])).unwrap_err()).contains("manifest.json"));
}

#[test]
fn a_host_that_pushes_what_was_not_asked_for_is_told() {
    let bytes = app().docker_archive();
    let mut reader = Reader::tar(bytes.len() as u64, Limits::default());
    assert!(matches!(reader.push(512, &bytes[512..1024]), Err(Error::Misuse { .. })));
    assert!(matches!(reader.finish(), Err(Error::Misuse { .. })));
    // An input that turns out shorter than stated is one that is cut off.
    let mut reader = Reader::tar(bytes.len() as u64 * 2, Limits::default());
    while let Some(want) = reader.wants() {
        let end = bytes.len().min((want.offset + want.len) as usize);
        reader.push(want.offset, bytes.get(want.offset as usize..end).unwrap_or_default()).unwrap();
    }
    assert_eq!(reader.finish().unwrap().images.len(), 1);
}

#[test]
fn nothing_is_asked_of_the_caller_after_a_refusal() {
    let mut reader = StreamReader::new(Limits::default());
    let mut sink = Streamed::default();
    assert!(reader.push(&[1; 600], &mut sink).is_err());
    assert!(reader.push(&[1; 600], &mut sink).is_err());
    assert!(reader.finish(&mut sink).is_err());
}
