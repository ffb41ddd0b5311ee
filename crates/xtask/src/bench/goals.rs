//! What the figures are held against, and whether they hold. A goal is about medians of one run on one machine.

use std::fmt::Write as _;
use std::time::Duration;

use super::contender::Task;
use super::measure::Sample;
use super::table::{median, median_of, peak};

/// The page's name among contenders.
pub(super) const PAGE: &str = "porthole, in Chromium";

/// The section of the table: every goal whose figures were taken.
pub(super) fn markdown(tasks: &[Task]) -> String {
    let mut out = String::from("## Against the goals\n\n| goal | measured | |\n|---|---:|---|\n");
    for Goal { what, measured, bound } in goals(tasks) {
        let verdict = if measured <= bound { "holds" } else { "missed" };
        let _ = writeln!(out, "| {what}: at most {bound} | {measured:.2} | {verdict} |");
    }
    out
}

struct Goal {
    what: String,
    measured: f64,
    bound: f64,
}

fn goals(tasks: &[Task]) -> Vec<Goal> {
    let mut goals = Vec::new();
    for task in tasks {
        let time = |name: &str| contender(task, name).map(|one| median(one).as_secs_f64());
        let mut ratio = |ours: &str, others: &[&str], bound: f64| {
            let (Some(time_of_ours), Some(sum)) = (time(ours), others.iter().map(|other| time(other)).sum::<Option<f64>>())
            else {
                return;
            };
            let what = format!("{}: {ours}, as a part of {}", task.what, others.join(" and "));
            goals.push(Goal { what, measured: time_of_ours / sum.max(f64::MIN_POSITIVE), bound });
        };
        if task.what.contains("gzip layers") {
            ratio(PAGE, &["gzip -dc"], 0.6);
            ratio("porthole", &["gzip -dc"], 0.5);
            ratio(PAGE, &["syft"], 0.125);
            ratio("porthole", &["syft"], 0.1);
        }
        ratio(PAGE, &["tar -tf", "sha256sum"], 1.0);
        ratio(PAGE, &["sha256sum"], 1.5);
        ratio("porthole", &["sha256sum"], 1.5);
        if let (Some(ours), Some(theirs)) = (memory(task, "porthole"), memory(task, "syft")) {
            let what = format!("{}: porthole's memory, as a part of syft's", task.what);
            goals.push(Goal { what, measured: ours / theirs, bound: 0.1 });
        }
        let Some(page) = contender(task, PAGE) else { continue };
        let seconds = |time: fn(&Sample) -> Option<Duration>| median_of(page, time).map(|time| time.as_secs_f64());
        // An archive that is compressed as a whole tells its names at its end.
        if let Some(first) = seconds(|sample| sample.first).filter(|_| !task.what.ends_with("in gzip")) {
            goals.push(Goal {
                what: format!("{}: seconds until names and layers are on screen", task.what),
                measured: first,
                bound: 0.5,
            });
        }
        if let Some(verified) = seconds(|sample| sample.verified) {
            let measured = verified / median(page).as_secs_f64().max(f64::MIN_POSITIVE);
            goals.push(Goal {
                what: format!("{}: until all is verified, in times of the report's", task.what),
                measured,
                bound: 2.0,
            });
        }
    }
    goals
}

fn contender<'a>(task: &'a Task, name: &str) -> Option<&'a super::contender::Contender> {
    // A version may follow the name.
    task.contenders.iter().find(|one| one.name == name || one.name.split(' ').next() == Some(name))
}

fn memory(task: &Task, name: &str) -> Option<f64> {
    contender(task, name).and_then(peak).map(|bytes| bytes as f64)
}

#[cfg(test)]
mod tests {
    use super::super::contender::{Contender, Task};
    use super::*;

    #[test]
    fn a_goal_is_held_or_missed_by_what_was_measured() {
        let contender = |name: &str, seconds: f64, peak: u64| {
            let mut contender = Contender::new(name, "report", "true", []);
            let wall = Duration::from_secs_f64(seconds);
            contender.samples = vec![Sample { wall, first: None, verified: None, processor: None, peak: Some(peak) }];
            contender
        };
        let contenders = vec![contender("porthole", 1.0, 10), contender("gzip -dc", 4.0, 1), contender("syft 1.2.3", 8.0, 200)];
        let text = markdown(&[Task { what: "OCI archive, gzip layers", bytes: 1, contenders }]);
        assert!(text.contains("porthole, as a part of gzip -dc: at most 0.5 | 0.25 | holds |"), "{text}");
        assert!(text.contains("porthole, as a part of syft: at most 0.1 | 0.12 | missed |"), "{text}");
        assert!(text.contains("porthole's memory, as a part of syft's: at most 0.1 | 0.05 | holds |"), "{text}");
        assert!(!text.contains("Chromium") && !text.contains("sha256sum"), "nothing is said of what was not measured: {text}");
    }
}
