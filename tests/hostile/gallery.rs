//! The list of the gallery, as a page: `tests/hostile/GALLERY.md`.

use std::fmt::Write as _;
use std::path::Path;

use crate::case::{Case, Says};
use crate::{archives, compression, documents, files, names, overlays, tars};

const ROOMS: &[(&str, &[Case])] = &[
    ("Compression", compression::CASES),
    ("Tars", tars::CASES),
    ("Names", names::CASES),
    ("Layers against each other", overlays::CASES),
    ("Archives and their documents", archives::CASES),
    ("Documents without end", documents::CASES),
    ("Files in the image", files::CASES),
];

fn page() -> String {
    let mut out = String::from(
        "# A gallery of hostile images\n\nWritten by `tests/hostile/gallery.rs`, and held by the other files beside it: each image is scanned, its heap and its time on the processor are measured and held to the bound, and the sentence is compared letter by letter. Times are bounds of an unoptimised program on a busy machine.\n",
    );
    for (room, cases) in ROOMS {
        let _ = write!(out, "\n## {room}\n\n| image | trick | heap, time | what is said |\n| --- | --- | --- | --- |\n");
        for case in *cases {
            let said = match case.says {
                Says::Gap(text) => format!("gap: `{}`", short(text)),
                Says::Error(text) => format!("no report: `{text}`"),
                Says::Nothing(why) => format!("nothing: {why}"),
            };
            let trick = case.trick.replace('|', "\\|");
            let _ = writeln!(
                out,
                "| `{}` | {trick} | {} MiB, {} s | {} |",
                case.name,
                case.mib,
                case.seconds,
                said.replace('|', "\\|")
            );
        }
    }
    out
}

/// A name that is long on purpose says as much in its first letters.
fn short(text: &str) -> String {
    if text.len() < 200 { text.to_owned() } else { format!("{}…{}", &text[..20], &text[text.len() - 80..]) }
}

#[test]
fn the_gallery_has_sixty_pieces_and_its_page_lists_them() {
    let cases: Vec<&Case> = ROOMS.iter().flat_map(|(_, cases)| *cases).collect();
    assert!(cases.len() >= 60, "{}", cases.len());
    let mut names: Vec<&str> = cases.iter().map(|case| case.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases.len(), "every piece has its own name");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile/GALLERY.md");
    if std::env::var_os("PORTHOLE_WRITE").is_some() {
        std::fs::write(&path, page()).expect("the page");
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == page(),
        "run once with PORTHOLE_WRITE=1 to write {}",
        path.display()
    );
}
