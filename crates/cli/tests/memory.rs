//! A machine without memory: the program says so, and gives no half of a report.
#![cfg(target_os = "linux")]

mod common;

use std::process::Command;

use common::{folder, text, write};
use porthole_tests::image::{image, layer};

/// The shell sets the limit: a process that it starts inherits it.
#[test]
fn memory_that_runs_out_is_said_and_no_part_of_a_report_is_given() {
    let folder = folder("memory");
    // Read whole, since its pages point at each other.
    let database = layer().file("var/lib/rpm/rpmdb.sqlite", vec![0; 40 << 20]);
    let path = write(&folder, "app.tar", image().layer(database.gzip()).docker_archive());
    let scan = |kib: u32| {
        Command::new("sh")
            .args([
                "-c",
                "ulimit -v \"$1\" && exec \"$2\" scan --jobs 1 -q \"$3\"",
                "sh",
                &kib.to_string(),
                env!("CARGO_BIN_EXE_porthole"),
                &path,
            ])
            .env("PORTHOLE_DB", "/nonexistent")
            .env("RUST_BACKTRACE", "0")
            .output()
            .expect("a shell")
    };
    let ample = scan(4 << 20);
    assert!(ample.status.code().is_some() && text(&ample.stdout).contains("rpmdb.sqlite"), "{}", text(&ample.stderr));
    let little = scan(56 << 10);
    let said = text(&little.stderr);
    assert!(said.starts_with("memory allocation of ") && said.contains(" bytes failed\n"), "{said}");
    assert!(little.status.code().is_none() && little.stdout.is_empty(), "{:?} {}", little.status, text(&little.stdout));
}
