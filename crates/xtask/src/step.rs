//! Steps: named pieces of work in an order, each with what it needs; and what is printed about them.
//!
//! A step that fails does not stop the rest: only the steps that need it are left out. The last line printed by
//! [`Summary::print`] is read by programs.

use std::time::{Duration, Instant};

use crate::child::{Child, Failure};
use crate::counts::Counts;
use crate::project::Project;

/// A piece of work.
pub(crate) struct Step {
    /// What it is called on the command line.
    pub(crate) name: &'static str,
    /// What it does: a sentence for people.
    pub(crate) does: &'static str,
    /// Steps that must have succeeded before.
    pub(crate) needs: &'static [&'static str],
    /// Whether the checkout has what the step works on. If not, the step does not exist.
    pub(crate) applies: fn(&Project) -> bool,
    /// The work.
    pub(crate) run: fn(&Project) -> Result<Done, Failure>,
}

/// How a step ended.
#[derive(Debug)]
pub(crate) enum Done {
    /// It prepared something. That is no test, and counts as none.
    Ready,
    /// It checked one thing, which was right.
    Checked,
    /// It ran tests; the failure is there when one of them, or their runner, failed.
    Ran(Counts, Option<Failure>),
}

impl Done {
    /// Runs a test runner and reads its counts.
    pub(crate) fn of_tests(child: Child) -> Result<Self, Failure> {
        let ended = child.run()?;
        let mut counts = Counts::read(&ended.text).unwrap_or(if ended.success { Counts::PASSED } else { Counts::FAILED });
        if ended.success {
            return Ok(Self::Ran(counts, None));
        }
        // A runner may fail for another reason than a test, and must not look healthy then.
        counts.failed = counts.failed.max(1);
        Ok(Self::Ran(counts, Some(ended.failure())))
    }

    /// Runs a program that says by its exit status alone whether something is right.
    pub(crate) fn of_check(child: Child) -> Result<Self, Failure> {
        child.succeed().map(|_| Self::Checked)
    }
}

/// For [`Step::applies`]: wherever we are.
pub(crate) fn always(_: &Project) -> bool {
    true
}

/// The result of all steps.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    counts: Counts,
    lines: Vec<String>,
    failed: Vec<&'static str>,
}

impl Summary {
    /// Whether nothing failed.
    pub(crate) fn success(&self) -> bool {
        self.failed.is_empty()
    }

    /// A line for each step, then the counts alone on the last line.
    pub(crate) fn print(&self) {
        println!("\nsteps:");
        for line in &self.lines {
            println!("  {line}");
        }
        if !self.failed.is_empty() {
            println!("failed: {}", self.failed.join(", "));
        }
        println!("\n{}", self.counts);
    }

    fn add(&mut self, step: &Step, took: Duration, done: Result<Done, Failure>) {
        let (counts, failure) = match done {
            Ok(Done::Ready) => (None, None),
            Ok(Done::Checked) => (Some(Counts::PASSED), None),
            Ok(Done::Ran(counts, failure)) => (Some(counts), failure),
            Err(failure) => (Some(Counts::FAILED), Some(failure)),
        };
        let state = if failure.is_some() { "failed" } else { "ok" };
        if let Some(failure) = failure {
            failure.print();
            self.failed.push(step.name);
        }
        let tests = counts.map(|counts| format!("  ({counts})")).unwrap_or_default();
        println!("  {state} after {}{tests}", seconds(took));
        self.lines.push(format!("{:<16} {state:<7} {:>8}{tests}", step.name, seconds(took)));
        self.counts += counts.unwrap_or_default();
    }
}

/// Runs `steps` in their order, leaving out what needs a step that failed.
pub(crate) fn run(project: &Project, steps: &[&Step]) -> Summary {
    let mut summary = Summary::default();
    let mut without: Vec<&'static str> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!("[{}/{}] {}: {}", index + 1, steps.len(), step.name, step.does);
        if let Some(missing) = step.needs.iter().find(|need| without.contains(need)) {
            println!("  not run: {missing} failed");
            summary.lines.push(format!("{:<16} not run: {missing} failed", step.name));
            without.push(step.name);
            continue;
        }
        let begun = Instant::now();
        let done = (step.run)(project);
        summary.add(step, begun.elapsed(), done);
        if summary.failed.last() == Some(&step.name) {
            without.push(step.name);
        }
    }
    summary
}

/// The steps of `all` that are named in `wanted` (all of them when it is empty) and, first, those that they need.
///
/// # Errors
/// When a name is unknown.
pub(crate) fn choose<'a>(project: &Project, all: &'a [Step], wanted: &[&str]) -> Result<Vec<&'a Step>, Failure> {
    if let Some(unknown) = wanted.iter().find(|name| !all.iter().any(|step| step.name == **name)) {
        return Err(Failure::new(format!("no step is called {unknown}: see cargo xtask test --list")));
    }
    let mut chosen: Vec<&str> = wanted.to_vec();
    // Needs stand before the steps that need them, so one pass from the end finds them all.
    for step in all.iter().rev() {
        if chosen.contains(&step.name) {
            chosen.extend(step.needs);
        }
    }
    let here = all.iter().filter(|step| (step.applies)(project));
    Ok(here.filter(|step| chosen.is_empty() || chosen.contains(&step.name)).collect())
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Project {
        Project { root: "/nowhere".into(), target: "/nowhere/target".into(), tools: "/nowhere/tools".into() }
    }

    const STEPS: &[Step] = &[
        Step { name: "tools", does: "", needs: &[], applies: always, run: |_| Ok(Done::Ready) },
        Step { name: "broken", does: "", needs: &["tools"], applies: always, run: |_| Err(Failure::new("on purpose")) },
        Step { name: "after", does: "", needs: &["broken"], applies: always, run: |_| Ok(Done::Checked) },
        Step { name: "last", does: "", needs: &["after"], applies: always, run: |_| Ok(Done::Checked) },
        Step { name: "absent", does: "", needs: &[], applies: |_| false, run: |_| Ok(Done::Checked) },
        Step {
            name: "tests",
            does: "",
            needs: &[],
            applies: always,
            run: |_| Ok(Done::Ran(Counts { passed: 5, failed: 0, skipped: 2 }, None)),
        },
    ];

    #[test]
    fn a_failed_step_leaves_out_what_needs_it_and_nothing_else() {
        let steps = choose(&project(), STEPS, &[]).expect("all");
        let summary = run(&project(), &steps);
        assert_eq!(summary.failed, ["broken"]);
        assert_eq!(summary.counts, Counts { passed: 5, failed: 1, skipped: 2 });
        assert_eq!(summary.lines.len(), 5, "{:?}", summary.lines);
        assert!(summary.lines.iter().any(|line| line.starts_with("last") && line.ends_with("not run: after failed")));
    }

    #[test]
    fn a_chosen_step_brings_what_it_needs() {
        let names = |wanted: &[&str]| -> Vec<&str> {
            choose(&project(), STEPS, wanted).expect("known").iter().map(|step| step.name).collect()
        };
        assert_eq!(names(&["after"]), ["tools", "broken", "after"]);
        assert_eq!(names(&["tests"]), ["tests"]);
        assert_eq!(names(&["absent"]), Vec::<&str>::new());
        assert!(choose(&project(), STEPS, &["nothing"]).is_err());
    }
}
