//! The same report, byte for byte, however it was read: workers, pieces, order, by ranges or as a stream.

use porthole_report::Report;
use porthole_tests::host::{Way, as_stream, by_ranges};
use porthole_tests::image::{Image, image, layer};
use proptest::prelude::*;

use crate::meter::alone;

fn json(report: &Report) -> String {
    serde_json::to_string(report).expect("a report is JSON")
}

/// Layers of files that catalogers, checks and the search for secrets look at, and of what hides them again.
fn random_image() -> impl Strategy<Value = Image> {
    let file = prop::sample::select(vec![
        ("lib/apk/db/installed", "P:busybox\nV:1.36-r0\nA:x86_64\nF:bin\nR:busybox\n\n"),
        ("var/lib/dpkg/status", "Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nArchitecture: amd64\n\n"),
        ("app/package-lock.json", r#"{"lockfileVersion":3,"packages":{"node_modules/x":{"version":"1.0.0"}}}"#),
        ("app/Cargo.lock", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n"),
        ("app/.env", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEYQ\n"),
        ("etc/passwd", "root:x:0:0::/root:/bin/sh\n"),
        ("etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n"),
        ("bin/tool", "\x7fELF\0\0\0\0\0\0\0\0Python 3.11.4\0"),
    ]);
    let entry = (file, 0u8..5);
    let layers = prop::collection::vec((prop::collection::vec(entry, 0..6), 0u8..3), 1..6);
    layers.prop_map(|layers| {
        layers.into_iter().fold(image().name("a:1"), |image, (entries, compression)| {
            let layer = entries.into_iter().fold(layer(), |layer, ((path, content), how)| match how {
                0 => layer.whiteout(path),
                1 => layer.file(format!("copy/{path}"), content).symlink(format!("link/{path}"), format!("/{path}")),
                2 => layer.file(path, content).mode(0o4755),
                _ => layer.file(path, content),
            });
            image.layer(match compression {
                0 => layer,
                1 => layer.gzip(),
                _ => layer.zstd(),
            })
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Oracle: the same archive read by one worker, whole layers at once.
    #[test]
    fn the_way_of_reading_does_not_show_in_the_report(image in random_image(), workers in 1usize..9, step in 1usize..5000, backwards: bool, oci: bool) {
        let _alone = alone();
        let bytes = if oci { image.oci_archive() } else { image.docker_archive() };
        let expected = json(&by_ranges(&bytes, &Way { step: usize::MAX, ..Way::default() }).expect("a report"));
        for way in [Way { workers, step, backwards, ..Way::default() }, Way { workers, step: 1, backwards, ..Way::default() }] {
            prop_assert_eq!(&json(&by_ranges(&bytes, &way).expect("a report")), &expected);
            prop_assert_eq!(&json(&as_stream(&bytes, &way).expect("a report")), &expected);
        }
    }
}
