//! Steps: named pieces of work in an order, each with what it needs; and what is printed about them.
//!
//! Two steps run at once where they may, because much of a build (linking, downloading, installing) leaves a core idle.
//! A step that fails does not stop the rest: only the steps that need it are left out. The last line printed by
//! [`Summary::print`] is read by programs.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::child::{Child, Failure};
use crate::counts::Counts;
use crate::project::Project;

/// How many steps run at once.
const LANES: usize = 2;

/// A piece of work.
pub(crate) struct Step {
    /// What it is called on the command line.
    pub(crate) name: &'static str,
    /// What it does: a sentence for people.
    pub(crate) does: &'static str,
    /// Steps that must have succeeded before.
    pub(crate) needs: &'static [&'static str],
    /// Steps that must have ended before, if they run at all, however they ended.
    pub(crate) after: &'static [&'static str],
    /// Whether nothing else may run beside it: it measures times.
    pub(crate) alone: bool,
    /// Whether the checkout has what the step works on. If not, the step does not exist.
    pub(crate) applies: fn(&Project) -> bool,
    /// The work.
    pub(crate) run: fn(&Project) -> Result<Done, Failure>,
}

/// What a step is that says nothing else of itself.
pub(crate) const STEP: Step =
    Step { name: "", does: "", needs: &[], after: &[], alone: false, applies: always, run: |_| Ok(Done::Ready) };

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
    /// Runs a test runner and reads its counts. A runner that found nothing to run has shown nothing.
    pub(crate) fn of_tests(child: Child) -> Result<Self, Failure> {
        let ended = child.run()?;
        let mut counts = Counts::read(&ended.text).unwrap_or(if ended.success { Counts::PASSED } else { Counts::FAILED });
        if ended.success && counts == Counts::default() {
            return Err(Failure::new("the runner found no test to run"));
        }
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
        println!("  {}: {state} after {}{tests}", step.name, seconds(took));
        self.lines.push(format!("{:<16} {state:<7} {:>8}{tests}", step.name, seconds(took)));
        self.counts += counts.unwrap_or_default();
    }
}

/// Where a step is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Running,
    Succeeded,
    Failed,
}

/// What the lanes share.
struct Board {
    states: Vec<State>,
    summary: Summary,
}

/// What a lane does next.
enum Next {
    Run(usize),
    Wait,
    Stop,
}

impl Board {
    fn state(&self, steps: &[&Step], name: &str) -> Option<State> {
        steps.iter().position(|step| step.name == name).and_then(|at| self.states.get(at).copied())
    }

    /// The first step that may begin now. Those whose needs failed are struck out on the way.
    fn next(&mut self, steps: &[&Step]) -> Next {
        let running = |board: &Self| (0..steps.len()).filter(|at| board.states[*at] == State::Running).collect::<Vec<_>>();
        for (at, step) in steps.iter().enumerate() {
            if self.states[at] != State::Waiting {
                continue;
            }
            if let Some(missing) = step.needs.iter().find(|need| self.state(steps, need) == Some(State::Failed)) {
                println!("  {}: not run: {missing} failed", step.name);
                self.summary.lines.push(format!("{:<16} not run: {missing} failed", step.name));
                self.states[at] = State::Failed;
                continue;
            }
            let ended = |name: &str| !matches!(self.state(steps, name), Some(State::Waiting | State::Running));
            if !step.needs.iter().chain(step.after).all(|name| ended(name)) {
                continue;
            }
            let beside = running(self);
            if beside.is_empty() || !(step.alone || beside.iter().any(|other| steps[*other].alone)) {
                return Next::Run(at);
            }
            // Nothing later may begin now, or a step that wants to be alone would wait for ever.
            break;
        }
        let waits = self.states.contains(&State::Waiting) || !running(self).is_empty();
        if waits { Next::Wait } else { Next::Stop }
    }
}

/// Runs `steps`, as far as possible in their order, leaving out what needs a step that failed.
pub(crate) fn run(project: &Project, steps: &[&Step]) -> Summary {
    let board = Mutex::new(Board { states: vec![State::Waiting; steps.len()], summary: Summary::default() });
    let changed = Condvar::new();
    // A lane that panicked has printed why; what the others found out is still true.
    let lock = || board.lock().unwrap_or_else(PoisonError::into_inner);
    let lane = || {
        let mut held = lock();
        loop {
            match held.next(steps) {
                Next::Stop => break,
                Next::Wait => held = changed.wait(held).unwrap_or_else(PoisonError::into_inner),
                Next::Run(at) => {
                    held.states[at] = State::Running;
                    let step = steps[at];
                    println!("[{}/{}] {}: {}", at + 1, steps.len(), step.name, step.does);
                    drop(held);
                    let begun = Instant::now();
                    let done = (step.run)(project);
                    held = lock();
                    held.summary.add(step, begun.elapsed(), done);
                    let failed = held.summary.failed.last() == Some(&step.name);
                    held.states[at] = if failed { State::Failed } else { State::Succeeded };
                    changed.notify_all();
                }
            }
        }
        changed.notify_all();
    };
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(lane);
        }
    });
    board.into_inner().unwrap_or_else(PoisonError::into_inner).summary
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
        Step { name: "tools", ..STEP },
        Step { name: "broken", needs: &["tools"], run: |_| Err(Failure::new("on purpose")), ..STEP },
        Step { name: "after", needs: &["broken"], run: |_| Ok(Done::Checked), ..STEP },
        Step { name: "last", needs: &["after"], run: |_| Ok(Done::Checked), ..STEP },
        Step { name: "absent", applies: |_| false, run: |_| Ok(Done::Checked), ..STEP },
        Step {
            name: "tests",
            after: &["last", "absent"],
            alone: true,
            run: |_| Ok(Done::Ran(Counts { passed: 5, failed: 0, skipped: 2 }, None)),
            ..STEP
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
    fn two_steps_run_at_once_unless_one_wants_to_be_alone() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        static ALONE: AtomicUsize = AtomicUsize::new(0);
        fn beside(_: &Project) -> Result<Done, Failure> {
            MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // The other one has five seconds to come.
            for _ in 0..500 {
                if MOST.load(Ordering::SeqCst) > 1 {
                    break;
                }
                thread::sleep(Duration::from_millis(10));
            }
            NOW.fetch_sub(1, Ordering::SeqCst);
            Ok(Done::Checked)
        }
        fn alone(_: &Project) -> Result<Done, Failure> {
            ALONE.store(NOW.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
            Ok(Done::Checked)
        }
        let steps = [
            Step { name: "a", run: beside, ..STEP },
            Step { name: "b", run: beside, ..STEP },
            Step { name: "c", run: alone, alone: true, ..STEP },
            Step { name: "d", run: beside, ..STEP },
        ];
        let steps: Vec<&Step> = steps.iter().collect();
        let summary = run(&project(), &steps);
        assert_eq!((MOST.load(Ordering::SeqCst), ALONE.load(Ordering::SeqCst)), (2, 1));
        assert_eq!(summary.counts, Counts { passed: 4, failed: 0, skipped: 0 });
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
