//! Tars that lie about sizes, names and numbers.

use porthole_tests::layer::{extended, layer, pax_records};
use tar::EntryType;

use crate::case::{Case, Input, Says, case, hold};
use crate::make::{file_of, header, one};

pub(crate) const CASES: &[Case] = &[
    case(
        "ten-million-entries",
        "one entry more for every 512 bytes, without end (the cap is a hundredth of the real one here)",
        Says::Gap("tar: more than 40000 entries"),
        || {
            Input::Made(|push| {
                let block = header("f", b'0', 0, |_| {}).repeat(100);
                (0..1000).for_each(|_| push(&block));
            })
        },
    )
    .within(|options| options.limits.max_entries = 40_000)
    .mib(24),
    case("negative-size", "a size below zero, as base-256 can say it", Says::Gap("tar: x: field size is not a number"), || {
        Input::Layers(vec![header("x", b'0', 0, |header| header.as_old_mut().size = [0xff; 12])])
    }),
    case(
        "size-of-eight-exbibytes",
        "the largest size that base-256 can say",
        Says::Gap("tar: x: the archive ends 9223372036854775807 bytes too early"),
        || {
            Input::Layers(vec![header("x", b'0', 0, |header| {
                header.as_old_mut().size = [0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
            })])
        },
    ),
    case(
        "size-of-a-pebibyte",
        "a file of a pebibyte that ends after a header",
        Says::Gap("tar: x: the archive ends 1125899906842624 bytes too early"),
        || Input::Layers(vec![header("x", b'0', 1 << 50, |_| {})]),
    ),
    case(
        "wanted-file-of-a-pebibyte",
        "a database that says it is a pebibyte, so that it would be kept whole",
        Says::Gap("/lib/apk/db/installed: apk: file of 1125899906842624 bytes not read, the limit is 33554432"),
        || Input::Layers(vec![header("lib/apk/db/installed", b'0', 1 << 50, |_| {})]),
    ),
    case(
        "gigantic-pax-header",
        "a PAX header of eight gigabytes before a file",
        Says::Gap("tar: extended header of 8589934591 bytes is over the limit of 4194304"),
        || Input::Layers(vec![header("x", b'x', 8_589_934_591, |_| {})]),
    ),
    case(
        "pax-headers-at-their-limit",
        "two hundred PAX headers just below their limit, one after the other",
        Says::Nothing("each takes the place of the one before; the last one counts"),
        || {
            Input::Made(|push| {
                let records = pax_records(&[("comment".to_owned(), vec![b'c'; 4 << 20 >> 1])]);
                let block = extended(EntryType::XHeader, "x", &records);
                (0..200).for_each(|_| push(&block));
                push(&header("a", b'0', 0, |_| {}));
                push(&[0; 1024]);
            })
        },
    )
    .mib(24)
    .seconds(30),
    case(
        "global-headers-that-pile-up",
        "a hundred thousand global headers, each with another attribute for everything that follows",
        Says::Nothing("global attributes are not kept"),
        || {
            Input::Made(|push| {
                for at in 0..100_000 {
                    let records = pax_records(&[(format!("SCHILY.xattr.user.{at}"), vec![b'v'; 100])]);
                    push(&extended(EntryType::XGlobalHeader, "g", &records));
                }
                push(&header("a", b'0', 0, |_| {}));
                push(&[0; 1024]);
            })
        },
    )
    .seconds(30),
    case(
        "pax-record-that-lies-about-its-length",
        "a record that says it is longer than its header",
        Says::Gap("tar: damaged pax record at offset 512"),
        || Input::Layers(vec![[extended(EntryType::XHeader, "x", b"999 path=x\n"), header("a", b'0', 0, |_| {})].concat()]),
    ),
    case(
        "pax-record-of-length-zero",
        "a record that would be read for ever",
        Says::Gap("tar: damaged pax record at offset 512"),
        || Input::Layers(vec![[extended(EntryType::XHeader, "x", b"0 path=x\n"), header("a", b'0', 0, |_| {})].concat()]),
    ),
    case(
        "pax-size-that-hides-a-file",
        "a PAX size that swallows the next entry: who reads the header's size alone sees a file that others do not",
        Says::Nothing("the PAX size counts, as for every runtime, so the file in the content is no file"),
        || {
            let records = pax_records(&[("size".to_owned(), b"512".to_vec())]);
            let tar = [
                extended(EntryType::XHeader, "x", &records),
                header("a", b'0', 0, |_| {}),
                header("hidden", b'0', 0, |_| {}),
                vec![0; 1024],
            ];
            Input::Layers(vec![tar.concat()])
        },
    )
    .also(|report| assert_eq!(report.image.visible_entries, 1)),
    case(
        "size-of-a-folder",
        "a folder with content: who skips it sees other entries than who does not",
        Says::Nothing("folders, links and devices have no content, as Go's reader says too"),
        || Input::Layers(vec![[header("d", b'5', 512, |_| {}), header("seen", b'0', 0, |_| {}), vec![0; 1024]].concat()]),
    )
    .also(|report| assert_eq!(report.image.visible_entries, 2)),
    case(
        "long-names-without-an-entry",
        "a hundred thousand long names, and never the entry that they are for (under a hundredth of the cap)",
        Says::Gap("tar: more than 40000 entries"),
        || {
            Input::Made(|push| {
                let block = extended(EntryType::GNULongName, "l", b"name\0").repeat(10);
                (0..10_000).for_each(|_| push(&block));
            })
        },
    )
    .within(|options| options.limits.max_entries = 40_000),
    case(
        "name-of-a-megabyte",
        "a name of a megabyte",
        Says::Gap(
            "/????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????????: tar: a path of more than 32768 bytes, the entry is left out",
        ),
        || {
            Input::Layers(vec![
                [extended(EntryType::GNULongName, "l", &vec![b'n'; 1 << 20]), header("x", b'0', 0, |_| {}), vec![0; 1024]]
                    .concat(),
            ])
        },
    ),
    case(
        "sparse-file-of-eight-exbibytes",
        "a sparse file that unpacks to more than any disk holds",
        Says::Gap("/s: tar: a sparse file of 9223372036854775807 bytes, the content is not read"),
        || {
            one(layer()
                .file("s", "abc")
                .pax("GNU.sparse.size", "9223372036854775807")
                .pax("GNU.sparse.numblocks", "1")
                .pax("GNU.sparse.map", "9223372036854775800,3"))
        },
    ),
    case(
        "sparse-map-without-end",
        "a map of more holes than are kept",
        Says::Gap("/s: tar: damaged sparse map, the content is not read"),
        || {
            let map: String = (0..300_000).map(|at| format!("{at},0,")).collect();
            one(layer().file("s", "").pax("GNU.sparse.size", "10").pax("GNU.sparse.map", map.trim_end_matches(',')))
        },
    )
    .mib(64),
    case(
        "sparse-map-that-runs-backwards",
        "segments that overlap",
        Says::Gap("/s: tar: damaged sparse map, the content is not read"),
        || {
            one(layer()
                .file("s", "abcdef")
                .pax("GNU.sparse.size", "100")
                .pax("GNU.sparse.numblocks", "2")
                .pax("GNU.sparse.map", "10,3,5,3"))
        },
    ),
    case("end-marker-missing", "a tar that stops without its end", Says::Gap("tar: the end marker is missing"), || {
        one(layer().file("a", "x").without_end())
    }),
    case(
        "damaged-header-in-the-middle",
        "a block of noise where a header should be",
        Says::Gap("tar: damaged header at offset 1024, after a"),
        || one(layer().file("a", "x").raw([0x41; 512]).file("b", "y")),
    ),
    case(
        "warnings-without-end",
        "twenty thousand entries that are all wrong in the same way",
        Says::Gap("further warnings are left out"),
        || Input::Made(|push| (0..20_000).for_each(|_| push(&header("f", b'?', 0, |_| {})))),
    ),
    case(
        "a-file-of-a-gigabyte-that-nobody-wants",
        "content that is only passed over (64 MiB here)",
        Says::Nothing("bytes that nobody wants are not kept"),
        || {
            Input::Made(|push| {
                file_of("var/cache/blob", 64 << 20, 0xa5, push);
                push(&[0; 1024]);
            })
        },
    )
    .seconds(30),
    case(
        "the-same-path-ten-thousand-times",
        "one path, put again and again",
        Says::Nothing("the last one counts, each time"),
        || one((0..10_000).fold(layer(), |layer, _| layer.file("a", "x"))),
    )
    .mib(16),
    case(
        "extended-attributes-without-end",
        "an attribute of two megabytes on each of fifty files",
        Says::Nothing("attributes are read past"),
        || one((0..50).fold(layer(), |layer, at| layer.file(format!("{at}"), "").xattr("user.x", vec![b'v'; 2 << 20]))),
    )
    .mib(24),
    case(
        "owner-and-time-out-of-range",
        "numbers that fit no date and no user",
        Says::Nothing("they are shown as they are"),
        || {
            one(layer()
                .file("a", "")
                .pax("mtime", "-99999999999.5")
                .pax("uid", "18446744073709551615")
                .file("b", "")
                .pax("mtime", "9223372036854775807"))
        },
    ),
    case(
        "devices-where-files-are-expected",
        "a pipe and a device under the names of databases",
        Says::Nothing("only files are read"),
        || {
            one(layer()
                .fifo("lib/apk/db/installed")
                .char_device("var/lib/dpkg/status")
                .dir("etc/os-release")
                .symlink("etc/passwd", "/dev/zero"))
        },
    ),
];

#[test]
fn tars_that_lie_cost_little_and_are_told() {
    hold(CASES);
}
