//! Files in the image that catalogers and the search for secrets read.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use porthole_tests::layer::layer;

use crate::case::{Case, Input, Says, case, hold};
use crate::compression::noise;
use crate::make::{file_of, one};

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// An archive of these names with deflated contents and the sizes that they claim.
pub(crate) fn zip(entries: &[(String, Vec<u8>, usize)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, stored, size) in entries {
        out.extend_from_slice(b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0");
        out.extend((stored.len() as u32).to_le_bytes());
        out.extend((*size as u32).to_le_bytes());
        out.extend((name.len() as u16).to_le_bytes());
        out.extend([0, 0]);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(stored);
    }
    // An empty directory: enough for readers of a stream.
    out.extend_from_slice(b"PK\x05\x06");
    out.resize(out.len() + 18, 0);
    out
}

fn in_zip(name: &str, content: &[u8]) -> Vec<u8> {
    zip(&[(name.to_owned(), deflate(content), content.len())])
}

/// A jar in a jar in a jar.
fn jars(depth: usize) -> Vec<u8> {
    (0..depth).fold(in_zip("META-INF/MANIFEST.MF", b"Implementation-Version: 1.0\n"), |inner, at| {
        in_zip(&format!("lib/{at}.jar"), &inner)
    })
}

/// An ELF file's first bytes, and what follows.
fn elf(content: &[u8]) -> Vec<u8> {
    [&b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0"[..], &[0xff; 40], content, &[0; 256]].concat()
}

pub(crate) const CASES: &[Case] = &[
    case(
        "lock-file-of-500-megabytes",
        "a Cargo.lock of 500 MB",
        Says::Gap("/app/Cargo.lock: cargo-lock: file of 500000000 bytes not read, the limit is 16777216"),
        || {
            Input::Made(|push| {
                // Its header, and as much of it as an unoptimised test can wait for: the rest is missing, and that is told too.
                let mut some = 0;
                file_of("app/Cargo.lock", 500_000_000, b'\n', &mut |bytes| {
                    some += bytes.len();
                    if some < 24 << 20 {
                        push(bytes);
                    }
                });
            })
        },
    )
    .seconds(40),
    case("lock-file-at-its-limit", "a Cargo.lock of a hundred thousand packages", Says::Nothing("they are listed"), || {
        let text: String = (0..20_000)
            .map(|at| format!("[[package]]\nname = \"p{at}\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n"))
            .collect();
        one(layer().file("app/Cargo.lock", text))
    })
    .mib(64)
    .seconds(30)
    .also(|report| assert_eq!(report.packages.len(), 20_000)),
    case(
        "packages-without-end",
        "a database of more packages than are kept (a hundredth of the cap here)",
        Says::Gap("/lib/apk/db/installed: more than 5000 packages in one layer: the rest is not listed"),
        || {
            let text: String = (0..20_000).map(|at| format!("P:p{at}\nV:1.0-r0\nA:x86_64\n\n")).collect();
            one(layer().file("lib/apk/db/installed", text))
        },
    )
    .within(|options| options.scan_limits.max_packages_per_layer = 5_000)
    .mib(48)
    .seconds(30),
    case(
        "jars-in-jars-in-jars",
        "a hundred archives, each in the next",
        Says::Gap(
            "/app/x.jar: lib/99.jar/lib/98.jar/lib/97.jar/lib/96.jar/lib/95.jar/lib/94.jar/lib/93.jar/lib/92.jar/lib/91.jar is nested more than 8 archives deep",
        ),
        || one(layer().file("app/x.jar", jars(100))),
    ),
    case(
        "jar-bomb",
        "an archive of sixty kilobytes with an inner archive of 64 MiB of zeros",
        Says::Gap("/app/x.jar: lib/a.jar was not read to its end: it holds no zip entry"),
        || {
            let zeros = vec![0; 64 << 20];
            one(layer().file("app/x.jar", zip(&[("lib/a.jar".to_owned(), deflate(&zeros), zeros.len())])))
        },
    )
    .seconds(30),
    case(
        "manifest-bomb",
        "a jar's manifest of 64 MiB",
        Says::Gap("/app/x.jar: MANIFEST.MF is longer than 1048576 bytes, the rest is not read"),
        || {
            let text = vec![b'a'; 64 << 20];
            one(layer().file("app/x.jar", zip(&[("META-INF/MANIFEST.MF".to_owned(), deflate(&text), text.len())])))
        },
    )
    .seconds(30),
    case("jar-of-a-hundred-thousand-entries", "entries of nothing", Says::Nothing("names are looked at as they pass"), || {
        let entries: Vec<_> = (0..100_000).map(|at| (format!("c/{at}.class"), deflate(b""), 0)).collect();
        one(layer().file("app/x.jar", zip(&entries)))
    })
    .seconds(30),
    case(
        "jar-that-lies-about-sizes",
        "an entry that claims four gigabytes and has ten bytes",
        Says::Gap("/app/x.jar: archive was not read to its end: a compressed entry is damaged"),
        || one(layer().file("app/x.jar", zip(&[("META-INF/MANIFEST.MF".to_owned(), vec![0xff; 10], 0xffff_fff0)]))),
    ),
    case(
        "rpm-database-of-cycles",
        "a database whose pages point at each other",
        Says::Gap("/var/lib/rpm/rpmdb.sqlite: rpm database: sqlite pages are missing or named twice"),
        || {
            let mut bytes = b"SQLite format 3\0".to_vec();
            bytes.extend([0x02, 0x00, 1, 1, 0, 64, 32, 32]);
            bytes.resize(512, 0);
            for page in 0..64u32 {
                let mut page_bytes = vec![0x05, 0, 0, 0, 8, 0, 0, 0];
                page_bytes.extend((page % 64 + 1).to_be_bytes());
                page_bytes.extend((0..8u16).flat_map(|at| (400 + at * 8).to_be_bytes()));
                page_bytes.resize(400, 0);
                page_bytes.extend((0..8).flat_map(|_| [0, 0, 0, 2, 1, 0, 0, 0]));
                page_bytes.resize(512, 0);
                bytes.extend(page_bytes);
            }
            bytes[100..108].copy_from_slice(&[0x05, 0, 0, 0, 1, 0, 0, 0]);
            bytes[108..112].copy_from_slice(&2u32.to_be_bytes());
            bytes[112..114].copy_from_slice(&400u16.to_be_bytes());
            bytes[400..405].copy_from_slice(&[0, 0, 0, 2, 1]);
            one(layer().file("var/lib/rpm/rpmdb.sqlite", bytes))
        },
    ),
    case(
        "program-that-points-everywhere",
        "an ELF header of all ones, and Go's mark at the end of the file",
        Says::Gap("/usr/bin/x: go build info: damaged or cut short"),
        || {
            one(layer()
                .file("usr/bin/x", elf(b"\xff Go buildinf:\x08\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x08not from Go\0"))
                .mode(0o755))
        },
    ),
    case(
        "program-full-of-marks",
        "a megabyte of nothing but the marks that programs are known by",
        Says::Gap("/usr/bin/x: go build info: damaged or cut short"),
        || {
            one(layer()
                .file("usr/bin/x", elf(&b"\xff Go buildinf:\x08\x02  Python 3.1 OpenSSL 3.0 nginx/1.2 ".repeat(20_000)))
                .mode(0o755))
        },
    )
    .mib(24)
    .seconds(60),
    case(
        "worst-case-of-every-expression",
        "text that makes a backtracking matcher try everything: long runs that nearly match",
        Says::Nothing("every search is linear"),
        || {
            let runs = [
                "a".repeat(400_000),
                "AKIA".repeat(100_000),
                "=".repeat(200_000),
                "eyJ".repeat(100_000),
                "password=(((((".repeat(20_000),
                "-----BEGIN ".repeat(40_000),
                "sk_live_".repeat(50_000),
            ]
            .join("\n");
            one(layer().file("app/.env", runs))
        },
    )
    .mib(48)
    .seconds(60),
    case(
        "secrets-without-end",
        "a file of ten thousand keys",
        Says::Gap("/app/.env: more than 100 secrets in one file: only the first are listed"),
        || {
            let key = |at: usize| {
                let letters = b"QWERTYUIPASDFGHJKLZXCVBNM234567Q";
                let id: String = (0..16)
                    .map(|n| char::from(letters[((at.wrapping_mul(2_654_435_761) >> (n * 2)) ^ (n * 7) ^ at) % 32]))
                    .collect();
                format!("AWS_ACCESS_KEY_ID_{at}=AKIA{id}\n")
            };
            one(layer().file("app/.env", (0..10_000).map(key).collect::<String>()))
        },
    )
    .mib(32)
    .seconds(60),
    case("one-line-of-forty-megabytes", "a line that never ends", Says::Nothing("a line has no length that counts"), || {
        Input::Made(|push| {
            file_of("app/config.json", 24 << 20, b'x', push);
            push(&[0; 1024]);
        })
    })
    .seconds(60),
    case("noise", "four megabytes of noise under every name that means something", Says::Nothing("noise is no database"), || {
        one(layer().file("app/noise.bin", noise(4 << 20)))
    })
    .seconds(30),
    case(
        "os-release-of-two-megabytes",
        "a file that is kept for the checks, too large to keep",
        Says::Gap("/etc/os-release: file of 2097152 bytes not kept, the limit is 1048576"),
        || one(layer().file("etc/os-release", vec![b'#'; 2 << 20])),
    )
    .seconds(30),
    case(
        "account-file-of-twenty-thousand-users",
        "a passwd that makes every check look at every user",
        Says::Nothing("they are looked at once"),
        || {
            let text: String = (0..20_000).map(|at| format!("u{at}:x:{at}:0::/:/bin/sh\n")).collect();
            one(layer().file("etc/passwd", &text).file("etc/shadow", text.replace(":x:", "::")))
        },
    )
    .mib(48)
    .seconds(60),
];

#[test]
fn files_that_mean_harm_cost_little_and_are_told() {
    hold(CASES);
}
