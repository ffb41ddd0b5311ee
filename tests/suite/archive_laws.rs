//! What holds for every archive, whatever is in it.

use porthole_oci::archive::Archive;
use porthole_tests::image::{Image, gzip, image, images, layer, outer_tar, zstd};
use porthole_tests::open::{open, open_folder, open_stream};
use proptest::prelude::*;

/// A random image: a layer for each content, compressed in turn.
fn random_image() -> impl Strategy<Value = Image> {
    let layers = prop::collection::vec(("[a-z]{1,8}(/[a-z]{1,8})?", prop::collection::vec(any::<u8>(), 0..900), 0u8..4), 0..4);
    let platform = prop::sample::select(vec!["linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64"]);
    (layers, platform, prop::option::of("[a-z]{1,6}/[a-z]{1,6}:[a-z0-9]{1,4}")).prop_map(|(layers, platform, name)| {
        let image = layers.into_iter().fold(image().platform(platform), |image, (path, content, compression)| {
            let layer = layer().file(path, content);
            image.layer(match compression {
                0 => layer,
                1 => layer.gzip(),
                2 => layer.gzip_members(500),
                _ => layer.zstd(),
            })
        });
        name.iter().fold(image, |image, name| image.name(name))
    })
}

/// What an archive says of its images, without where the layers lie.
fn said(archive: &Archive) -> Vec<String> {
    let image = |image: &porthole_oci::archive::ImageSource| {
        let layers: Vec<_> =
            image.layers.iter().map(|layer| (layer.diff_id, layer.digest, layer.location.is_here(), layer.size)).collect();
        format!("{:?} {} {:?} {layers:?} {:?} {:?}", image.names, image.platform, image.config_digest(), image.config, image.gaps)
    };
    archive.images.iter().map(image).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Oracle: the same archive read by ranges. As a folder and as a stream in any pieces, however it is compressed around
    /// the outside, it is the same images.
    #[test]
    fn every_way_of_reading_says_the_same(set in prop::collection::vec(random_image(), 1..4), layout in 0u8..4, step in 1usize..3000) {
        let set = images(set);
        let files = match layout {
            0 => set.docker_files(),
            1 => set.hybrid_files(),
            2 => set.nested().layout(),
            _ => set.layout(),
        };
        let bytes = outer_tar(&files);
        let expected = open(&bytes).unwrap();
        prop_assert!(expected.gaps.is_empty() && expected.images.iter().all(|image| image.gaps.is_empty()));
        prop_assert_eq!(said(&open_folder(&files).unwrap()), said(&expected));
        for stream in [bytes.clone(), gzip(&bytes), zstd(&bytes)] {
            let (archive, blobs) = open_stream(&stream, step);
            prop_assert_eq!(said(&archive.unwrap()), said(&expected));
            prop_assert!(blobs.cut.is_empty());
        }
    }

    /// Oracle: none; whatever is flipped or cut off, reading ends, without a panic, and what is told can be had.
    #[test]
    fn damaged_archives_are_answered(
        image in random_image(), layout in 0u8..4, cut in any::<prop::sample::Index>(), step in 1usize..3000,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = match layout {
            0 => image.docker_archive(),
            1 => image.hybrid(),
            2 => image.name("old:1").legacy(),
            _ => image.oci_archive(),
        };
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        if let Ok(archive) = open(&bytes) {
            for layer in archive.images.iter().flat_map(|image| &image.layers) {
                if let porthole_oci::archive::Location::Range { offset, len, .. } = layer.location {
                    prop_assert!(offset + len <= bytes.len() as u64);
                }
            }
        }
        let _ = open_stream(&bytes, step);
    }
}
