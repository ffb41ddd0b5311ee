//! Layers that undo, hide and link each other.

use porthole_report::Report;
use porthole_tests::layer::{Layer, layer};

use crate::case::{Case, Input, Says, case, hold};
use crate::make::{empty_files, one, stack};

fn is_empty(report: &Report) {
    assert_eq!(report.image.visible_entries, 0);
}

/// `0` is a link to `1`, `1` to `2`, and so on.
fn chain(len: usize) -> Layer {
    (0..len).fold(layer(), |layer, at| layer.symlink(format!("{at}"), format!("{}", at + 1)))
}

pub(crate) const CASES: &[Case] = &[
    case(
        "whiteout-of-the-root",
        "a whiteout that names nothing: everything below is gone",
        Says::Gap("/.wh.: a whiteout that names nothing is ignored"),
        || stack([empty_files(3), layer().file(".wh.", ""), layer().file(".wh..wh..opq", "")]),
    )
    .also(is_empty),
    case(
        "whiteouts-with-odd-names",
        "`.wh..`, `.wh...`, a whiteout of a whiteout, an opaque mark at the root",
        Says::Gap("/.wh..: a whiteout that names nothing is ignored"),
        || {
            stack([
                empty_files(3),
                layer()
                    .file(".wh..", "")
                    .file(".wh...", "")
                    .file("a/.wh..wh.x", "")
                    .file("f/.wh.../../x", "")
                    .file(".wh..wh..opq", ""),
            ])
        },
    ),
    case(
        "whiteout-through-a-link",
        "a whiteout below a link that leads to another folder",
        Says::Nothing("it hides what the link leads to, as a runtime does"),
        || stack([layer().file("real/a", "x").symlink("l", "real"), layer().file("l/.wh.a", "")]),
    ),
    case(
        "whiteouts-without-end",
        "twenty thousand files, and a thousand layers that each remove all of them",
        Says::Nothing("a removal costs what it removes"),
        || {
            stack(
                std::iter::once(empty_files(20_000))
                    .chain((0..1000).map(|_| layer().file("f/.wh..wh..opq", "").file(".wh.f", ""))),
            )
        },
    )
    .mib(48)
    .also(is_empty),
    case("link-cycle", "a link to a link to the first", Says::Nothing("a cycle leads nowhere"), || {
        one(layer().symlink("a", "b").symlink("b", "a").symlink("c", "c").file("a/x", "x").file("c/d", "x"))
    }),
    case(
        "link-cycle-through-layers",
        "each layer's link leads to the next layer's",
        Says::Nothing("a cycle leads nowhere, however many layers it takes"),
        || {
            stack(
                (0..100)
                    .map(|at| layer().symlink(format!("l{at}"), format!("l{}", (at + 1) % 100)).file(format!("l{at}/x"), "x")),
            )
        },
    ),
    case(
        "absolute-links-out-of-the-image",
        "links to the host's own files",
        Says::Nothing("the image's root is the root, and nothing outside is ever opened"),
        || {
            stack([
                layer()
                    .symlink("etc/passwd", "/etc/passwd")
                    .symlink("etc/os-release", "../../../../../etc/os-release")
                    .symlink("app", "/proc/self/root"),
                layer().file("app/Cargo.lock", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n"),
            ])
        },
    ),
    case(
        "a-chain-of-ten-thousand-links",
        "a path through more links than any system follows",
        Says::Nothing("after 40 links a path is taken literally"),
        || stack([chain(10_000), (0..2000).fold(layer(), |layer, at| layer.file(format!("0/{at}"), "x"))]),
    )
    .mib(16),
    case(
        "links-that-multiply",
        "links whose targets are links, forty deep and 16,000 folders each, walked for every file",
        Says::Gap("following links took more than 500000 steps: later links are not followed"),
        || {
            let deep = vec![b"d".as_slice(); 12_000].join(&b'/');
            let links = (0..39).fold(layer().dir(&deep), |layer, at| {
                layer.symlink(
                    [&deep[..], format!("/l{at}").as_bytes()].concat(),
                    [b"/", &deep[..], format!("/l{}", at + 1).as_bytes()].concat(),
                )
            });
            let links = links.dir([&deep[..], b"/l39"].concat());
            // A link between the files keeps the folder of the last one from being remembered.
            let files = (0..500).fold(layer(), |layer, at| {
                layer.file([&deep[..], format!("/l0/{at}").as_bytes()].concat(), "x").symlink(format!("s{at}"), "x")
            });
            stack([links, files])
        },
    )
    .within(|options| options.scan_limits.max_link_steps = 500_000)
    .mib(96)
    .seconds(60),
    case(
        "hard-link-to-nothing",
        "a hard link to a file that is not there",
        Says::Gap("/b: hard link to /nowhere, which is not there"),
        || one(layer().hardlink("b", "nowhere")),
    ),
    case("hard-link-cycle", "hard links to each other", Says::Gap("/a: hard link to /b, which is not there"), || {
        one(layer().hardlink("a", "b").hardlink("b", "a").hardlink("c", "c"))
    }),
    case(
        "a-chain-of-hard-links",
        "twenty thousand hard links, each to the one before",
        Says::Nothing("each leads to the content at once"),
        || one((0..20_000).fold(layer().file("0", "x"), |layer, at| layer.hardlink(format!("{}", at + 1), format!("{at}")))),
    )
    .mib(24),
    case(
        "dangling-links-without-end",
        "a hundred thousand hard links to nothing",
        Says::Gap("/0: hard link to /nowhere, which is not there"),
        || one((0..100_000).fold(layer(), |layer, at| layer.hardlink(format!("{at}"), "nowhere"))),
    )
    .mib(64)
    .also(|report| assert!(report.gaps.len() <= 101, "{}", report.gaps.len())),
    case(
        "file-folder-file",
        "a path that is a file, a folder and a file again in each layer",
        Says::Nothing("what comes later counts"),
        || {
            stack(
                (0..500).map(|at| if at % 2 == 0 { layer().file("a", "x") } else { layer().file("a/b", "x").file("a/c/d", "x") }),
            )
        },
    ),
    case(
        "one-layer-hundreds-of-times",
        "the same layer of a thousand files, named three hundred times",
        Says::Nothing("each time it is put on again, and read once by a host"),
        || {
            let layer = empty_files(1000).blob();
            Input::Layers(vec![layer; 300])
        },
    )
    .mib(96)
    .seconds(60),
    case(
        "hash-names",
        "names that were chosen to fall into one place of a table",
        Says::Nothing("the table's key depends on all names, so nobody can choose them"),
        || one((0..20_000).fold(layer(), |layer, at| layer.file(format!("{:020}", (at as u64) << 20), ""))),
    )
    .mib(24)
    .also(|report| assert_eq!(report.image.visible_entries, 20_000)),
];

#[test]
fn layers_against_each_other_stay_linear() {
    hold(CASES);
}
