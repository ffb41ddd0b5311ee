//! Caps can be seen: `LIMITS.md` lists each with what it stands at.

use std::fmt::Write as _;
use std::path::Path;

use porthole_scan::{LIMITS, LayerOptions, NamedLimit};

#[test]
fn the_page_of_limits_is_the_list_of_limits() {
    let options = LayerOptions::default();
    let mut page = String::from(
        "# What an image may cost\n\nNothing in an image can make a scan take more than these caps allow. Each can be changed: `porthole scan --limit NAME=VALUE`, where a value may end in `K`, `M` or `G`; on the page, under *Limits*. What a cap cuts off is a gap in the report. `tests/hostile` holds images against them.\n\nA machine may have less memory than they allow. Then the page leaves out the layer that was too much, as a gap that says that memory ran out; the command line ends with `memory allocation of … bytes failed`, and no part of a report.\n\n| name | caps | stands at |\n| --- | --- | ---: |\n",
    );
    for limit in LIMITS {
        let _ = writeln!(page, "| `{}` | {} | {} |", limit.name, limit.what, limit.get(&options));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../LIMITS.md");
    if std::env::var_os("PORTHOLE_WRITE").is_some() {
        std::fs::write(&path, &page).expect("the page");
    }
    assert!(std::fs::read_to_string(&path).unwrap_or_default() == page, "run once with PORTHOLE_WRITE=1 to write LIMITS.md");
}

#[test]
fn every_limit_can_be_changed_by_its_name() {
    for limit in LIMITS {
        let mut options = LayerOptions::default();
        NamedLimit::find(limit.name).expect("a limit of this name").set(&mut options, 7);
        assert_eq!(limit.get(&options), 7, "{}", limit.name);
        let changed = LIMITS.iter().filter(|other| other.get(&options) != other.get(&LayerOptions::default())).count();
        assert_eq!(changed, 1, "{} changes itself alone", limit.name);
        limit.set(&mut options, u64::MAX);
        assert!(limit.get(&options) >= u64::from(u32::MAX), "{}", limit.name);
    }
}
