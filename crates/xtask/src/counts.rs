//! How many tests passed, failed and were skipped, read from what each kind of runner prints.
//!
//! Runners that are understood: nextest, libtest (`cargo test`, wasm-bindgen-test-runner), and Node.js's own (TAP and
//! spec reporters). A runner that printed no summary has no counts: its step then counts as one test.

use std::fmt;
use std::ops::AddAssign;

use crate::child::plain;

/// A runner's result in three numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// One test that passed.
    pub(crate) const PASSED: Self = Self { passed: 1, failed: 0, skipped: 0 };
    /// One test that failed.
    pub(crate) const FAILED: Self = Self { passed: 0, failed: 1, skipped: 0 };

    /// Reads every summary in `text` and adds them up. `None` when there is none.
    ///
    /// nextest shows what a failed test printed, and that is a summary of libtest's: where nextest speaks, only it counts.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let lines: Vec<String> = text.lines().map(plain).collect();
        let sum = |read: &dyn Fn(&str) -> Option<Self>| {
            let mut sum = None;
            for counts in lines.iter().filter_map(|line| read(line)) {
                *sum.get_or_insert_with(Self::default) += counts;
            }
            sum
        };
        // Only nextest indents its summary. What others indent is what a test printed.
        sum(&|line| nextest(line.trim_start())).or_else(|| sum(&|line| libtest(line).or_else(|| node(line))))
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    /// The last line of `cargo xtask test`; programs read it, so its form is fixed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// `Summary [   1.2s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 3 skipped`
fn nextest(line: &str) -> Option<Counts> {
    let (_, rest) = line.strip_prefix("Summary [")?.split_once("] ")?;
    let (run, rest) = rest.split_once(" run: ")?;
    run.strip_suffix("tests").or_else(|| run.strip_suffix("test"))?;
    list(rest, ',')
}

/// `test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s`
fn libtest(line: &str) -> Option<Counts> {
    let (_, rest) = line.strip_prefix("test result: ")?.split_once(". ")?;
    list(rest, ';')
}

/// A list of `NUMBER WORD` in which every word adds to one of the three.
fn list(items: &str, separator: char) -> Option<Counts> {
    let mut counts = Counts::default();
    for item in items.split(separator) {
        // "finished in 0.01s" has no number in front, and "8 passed (1 flaky)" has a remark behind.
        let Some((number, what)) = item.trim().split_once(' ') else {
            continue;
        };
        let Ok(number) = number.parse::<u64>() else {
            continue;
        };
        match what.split(" (").next().unwrap_or(what) {
            "passed" => counts.passed += number,
            "failed" | "timed out" | "exec failed" => counts.failed += number,
            "skipped" | "ignored" => counts.skipped += number,
            _ => {}
        }
    }
    Some(counts)
}

/// `# pass 5` (TAP) or `ℹ pass 5` (spec): one number a line.
fn node(line: &str) -> Option<Counts> {
    let (what, number) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?.split_once(' ')?;
    let number = number.parse().ok()?;
    match what {
        "pass" => Some(Counts { passed: number, ..Counts::default() }),
        "fail" | "cancelled" => Some(Counts { failed: number, ..Counts::default() }),
        "skipped" | "todo" => Some(Counts { skipped: number, ..Counts::default() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runner_is_understood() {
        let counts = |passed, failed, skipped| Some(Counts { passed, failed, skipped });
        for (text, expected) in [
            ("     Summary [   0.123s] 12 tests run: 12 passed, 0 skipped\n", counts(12, 0, 0)),
            ("     Summary [   9.1s] 1 test run: 1 passed, 4 skipped\n", counts(1, 0, 4)),
            (
                "  Summary [ 61.0s] 12/14 tests run: 8 passed (1 slow), 2 failed, 1 timed out, 1 exec failed, 3 skipped",
                counts(8, 4, 3),
            ),
            (
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m passed, 0 skipped",
                counts(2, 0, 0),
            ),
            ("test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s", counts(5, 0, 1)),
            ("test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 filtered out", counts(5, 2, 0)),
            (
                "test result: ok. 1 passed; 0 failed; 0 ignored\nx\ntest result: ok. 2 passed; 0 failed; 0 ignored\n",
                counts(3, 0, 0),
            ),
            (
                "# tests 9\n# suites 0\n# pass 5\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 1\n# duration_ms 50.1\n",
                counts(5, 2, 2),
            ),
            ("ℹ tests 2\nℹ suites 0\nℹ pass 2\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\nℹ duration_ms 5", counts(2, 0, 0)),
            ("error: could not compile `porthole-oci`", None),
            ("test summary ... ok\n# a heading\n", None),
        ] {
            assert_eq!(Counts::read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_a_failed_test_printed_is_not_counted() {
        let text = "  stdout ───\n\n    running 1 test\n    test a ... FAILED\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored\n\
                    ────────────\n     Summary [   1.9s] 3 tests run: 2 passed, 1 failed, 0 skipped\n";
        assert_eq!(Counts::read(text), Some(Counts { passed: 2, failed: 1, skipped: 0 }));
        let text = "# Subtest: a\n    # pass 7\nok 1 - a\n# pass 1\n# fail 0\n";
        assert_eq!(Counts::read(text), Some(Counts { passed: 1, failed: 0, skipped: 0 }));
    }

    #[test]
    fn the_summary_has_the_promised_form() {
        assert_eq!(Counts { passed: 3, failed: 0, skipped: 0 }.to_string(), "3 passed, 0 failed");
        assert_eq!(Counts { passed: 3, failed: 1, skipped: 2 }.to_string(), "3 passed, 1 failed, 2 skipped");
    }
}
