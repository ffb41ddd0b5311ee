//! The page offers what the core can do: every format that a report is written in.

use porthole_report::export;

#[test]
fn the_page_offers_every_format() {
    let strings = include_str!("../../www/src/shared/strings.ts");
    let formats =
        strings.split_once("formats: [").and_then(|(_, rest)| rest.split_once("] as const")).expect("a list of formats").0;
    for exporter in export::ALL {
        assert!(formats.contains(&format!("['{}',", exporter.id())), "{} is not offered", exporter.id());
    }
}
