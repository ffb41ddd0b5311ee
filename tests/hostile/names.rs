//! Names that lead somewhere else, or speak to a terminal or a browser.

use porthole_report::Report;
use porthole_tests::layer::layer;

use crate::case::{Case, Input, Says, case, hold};
use crate::make::one;

fn paths(report: &Report) -> Vec<&str> {
    report.packages.iter().map(|package| package.path.as_str()).collect()
}

const LOCK: &str = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n";

pub(crate) const CASES: &[Case] = &[
    case("path-traversal", "names that climb out of the image", Says::Nothing("above the root is the root"), || {
        one(layer().file("../../../../app/Cargo.lock", LOCK))
    })
    .also(|report| assert_eq!(paths(report), ["/app/Cargo.lock"])),
    case(
        "path-traversal-in-the-middle",
        "a name that goes down and up again",
        Says::Nothing("it is the path that it leads to"),
        || one(layer().file("a/../../b/./../app//Cargo.lock", LOCK)),
    )
    .also(|report| assert_eq!(paths(report), ["/app/Cargo.lock"])),
    case(
        "absolute-names",
        "names that begin at the root of whoever unpacks them",
        Says::Nothing("the image's root is the root"),
        || one(layer().file("//app/Cargo.lock", LOCK)),
    )
    .also(|report| assert_eq!(paths(report), ["/app/Cargo.lock"])),
    case("backslashes-and-drives", "names that only Windows would follow", Says::Nothing("a backslash is a letter"), || {
        one(layer().file("C:\\..\\..\\x\\Cargo.lock", LOCK).file("\\\\server\\share", ""))
    }),
    case("newlines-in-names", "a name of several lines", Says::Nothing("every format writes it on one line"), || {
        one(layer().file("app\nERROR: all is well\r\n/Cargo.lock", LOCK))
    })
    .also(|report| assert_eq!(report.packages.len(), 1)),
    case(
        "terminal-escapes-in-names",
        "a name that clears the screen and sets the window's title",
        Says::Nothing("no format lets control characters through"),
        || one(layer().file("app/\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m/Cargo.lock", LOCK)),
    )
    .also(|report| assert_eq!(report.packages.len(), 1)),
    case(
        "markup-in-names",
        "a name that is a script, an attribute and a comment",
        Says::Nothing("every format escapes it"),
        || one(layer().file("app/\"><img src=x onerror=alert(1)><!--/Cargo.lock", LOCK)),
    )
    .also(|report| assert_eq!(report.packages.len(), 1)),
    case(
        "right-to-left-marks-in-names",
        "a name that shows `txt.exe` as `exe.txt`",
        Says::Nothing("no format lets the marks through"),
        || one(layer().file("app/\u{202e}txt.\u{2066}exe\u{200f}/Cargo.lock", LOCK)),
    )
    .also(|report| assert_eq!(report.packages.len(), 1)),
    case(
        "names-that-are-no-text",
        "bytes that are no UTF-8, halves of characters, a zero",
        Says::Nothing("names are bytes"),
        || one(layer().file(b"app/\xff\xfe\xc3/Cargo.lock", LOCK).file(b"\xed\xa0\x80", "")),
    )
    .also(|report| assert_eq!(report.packages.len(), 1)),
    case("formulas-in-names", "a package that a spreadsheet would run", Says::Nothing("the table quotes it"), || {
        one(layer().file("app/Cargo.lock", LOCK.replace("\"a\"", "\"=cmd|'/C calc'!A0\"")))
    }),
    case(
        "names-of-nothing",
        "empty names, dots, slashes",
        Says::Nothing("what names the root is passed over, as runtimes do"),
        || one(layer().file("", "x").file(".", "x").file("/", "x").file("./..", "x").dir("/")),
    ),
    case(
        "a-folder-sixteen-thousand-deep",
        "one path of 32 KiB, a letter a folder",
        Says::Nothing("one such path is only a long path"),
        || one(layer().file(vec![b"a".as_slice(); 16_000].join(&b'/'), "x")),
    )
    .mib(24),
    case(
        "paths-that-share-nothing",
        "five hundred such paths with nothing in common: eight million folders from sixteen megabytes",
        Says::Gap("more than 1000000 paths in all layers together: the rest is left out"),
        || {
            Input::Layers(vec![
                (0..500)
                    .fold(layer(), |layer, at| {
                        layer.file([format!("{at}").into_bytes(), vec![b"a".as_slice(); 16_000].join(&b'/')].join(&b'/'), "x")
                    })
                    .gzip()
                    .blob(),
            ])
        },
    )
    .within(|options| options.scan_limits.max_paths = 1_000_000)
    .mib(320)
    .seconds(60),
    case(
        "long-names-that-fill-the-list",
        "names of 30 KiB, each another one: what is listed of a layer stays small",
        Says::Gap("more than 8388608 bytes of names in one layer: the rest of its entries is not listed"),
        || {
            Input::Made(|push| {
                for at in 0..1000 {
                    let name = format!("{at}/{}", "n".repeat(30_000));
                    push(&layer().file(&name, "").without_end().tar());
                }
                push(&[0; 1024]);
            })
        },
    )
    .within(|options| options.scan_limits.max_listed = 8 << 20)
    .mib(48),
];

#[test]
fn names_that_mean_harm_arrive_harmless() {
    hold(CASES);
}
