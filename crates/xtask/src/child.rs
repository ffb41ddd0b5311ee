//! Running other programs: what they print goes to a log file, and the end of it is shown when they fail.
//!
//! One log per call, stdout and stderr together so that their order is kept. A child that runs for longer than its
//! limit is ended, so that one hanging program cannot hang the whole command.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, io};

use crate::project::Project;

/// How many last lines of a failed child are shown.
const TAIL_LINES: usize = 60;
/// No single program of ours needs longer; one that does is stuck.
const TIME_LIMIT: Duration = Duration::from_secs(60 * 60);

/// Children started so far.
static RUNS: AtomicUsize = AtomicUsize::new(0);

/// Why something did not work: one sentence, and the last lines of the program that said so.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    tail: Vec<String>,
}

impl Failure {
    /// A failure that needs no program's output to be understood.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), tail: Vec::new() }
    }

    /// The sentence, then the tail, indented so that no line of it is mistaken for ours.
    pub(crate) fn print(&self) {
        let tail: String = self.tail.iter().map(|line| format!("\n  | {line}")).collect();
        println!("  failed: {}{tail}", self.what);
    }
}

/// Says what an `io::Error` was about.
pub(crate) trait About<T> {
    /// `what` is a phrase such as "write target/x".
    fn about(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T> About<T> for io::Result<T> {
    fn about(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(format!("{}: {error}", what())))
    }
}

/// A program that ended: whether it succeeded, and all that it printed.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Exit status zero.
    pub(crate) success: bool,
    /// Standard output and standard error as they came, invalid UTF-8 replaced.
    pub(crate) text: String,
    program: String,
    log: PathBuf,
    ending: String,
}

impl Ended {
    /// The text of a program that succeeded.
    pub(crate) fn text_if_success(self) -> Result<String, Failure> {
        if self.success { Ok(self.text) } else { Err(self.failure()) }
    }

    /// The failure that this ending is.
    pub(crate) fn failure(&self) -> Failure {
        Failure {
            what: format!("{} {} (all of it: {})", self.program, self.ending, self.log.display()),
            tail: tail(&self.text, TAIL_LINES),
        }
    }
}

/// A program to run.
#[derive(Debug)]
pub(crate) struct Child {
    command: Command,
    program: String,
    log: PathBuf,
    temporary: Option<PathBuf>,
}

impl Child {
    /// `program`, looked up on PATH, run in the project's root; `label` names its log.
    pub(crate) fn new(project: &Project, label: &str, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&project.root);
        for (name, _) in env::vars_os() {
            if comes_from_cargo_run(&name) {
                command.env_remove(&name);
            }
        }
        Self {
            command,
            program: Path::new(program.as_ref()).file_name().unwrap_or_default().to_string_lossy().into_owned(),
            log: project.state().join("log").join(format!("{label}.log")),
            temporary: None,
        }
    }

    /// Gives the child a folder of its own for what is temporary, which is deleted when it ends: tests that break off,
    /// and browsers that are killed, leave hundreds of megabytes behind.
    pub(crate) fn temporary(mut self) -> Self {
        // A short name: sockets are made in it, and their paths may have 104 bytes at most.
        let dir = env::temp_dir().join(format!("porthole-{}-{}", process::id(), RUNS.fetch_add(1, Ordering::Relaxed)));
        self.command.env("TMPDIR", &dir);
        self.temporary = Some(dir);
        self
    }

    /// More arguments.
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    /// A variable of the child's environment.
    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// A variable that the child must not inherit.
    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Folders that come before everything else on the child's PATH.
    pub(crate) fn path(self, first: &[PathBuf]) -> Self {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let all = first.iter().cloned().chain(env::split_paths(&inherited));
        match env::join_paths(all) {
            Ok(path) => self.env("PATH", path),
            Err(_) => self,
        }
    }

    /// The folder that the child runs in.
    pub(crate) fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Runs the child to its end. An error here means that it could not be started.
    pub(crate) fn run(mut self) -> Result<Ended, Failure> {
        if let Some(dir) = &self.temporary {
            // Nobody else's folder will do, nor what a run that was killed has left under the same number.
            let _ = fs::remove_dir_all(dir);
            fs::create_dir(dir).about(|| format!("make {}", dir.display()))?;
        }
        let ended = self.run_to_its_end();
        if let Some(dir) = &self.temporary {
            // Something that still runs may write there; that is no fault of the child's.
            let _ = fs::remove_dir_all(dir);
        }
        ended
    }

    fn run_to_its_end(&mut self) -> Result<Ended, Failure> {
        let logs = self.log.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(logs).about(|| format!("make {}", logs.display()))?;
        // Two steps may run the same program at once: each writes a file of its own, which takes its name at the end.
        let part = self.log.with_extension(format!("{}.part", RUNS.fetch_add(1, Ordering::Relaxed)));
        let log = File::create(&part).about(|| format!("write {}", part.display()))?;
        let other = log.try_clone().about(|| format!("write {}", part.display()))?;
        let started = self.command.stdin(Stdio::null()).stdout(log).stderr(other).spawn();
        let mut child = started.about(|| format!("start {}", self.program))?;

        let begun = Instant::now();
        let mut pause = Duration::from_millis(1);
        let (success, ending) = loop {
            match child.try_wait().about(|| format!("wait for {}", self.program))? {
                Some(status) if status.success() => break (true, "succeeded".to_owned()),
                Some(status) => break (false, format!("ended with {status}")),
                None if begun.elapsed() > TIME_LIMIT => {
                    // It may have ended between the two calls; then there is nothing left to end.
                    let _ = child.kill();
                    let _ = child.wait();
                    break (false, format!("was ended after {} minutes", TIME_LIMIT.as_secs() / 60));
                }
                None => thread::sleep(pause),
            }
            pause = (pause * 2).min(Duration::from_millis(100));
        };
        let bytes = fs::read(&part).about(|| format!("read {}", part.display()))?;
        fs::rename(&part, &self.log).about(|| format!("write {}", self.log.display()))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Ended { success, text, program: self.program.clone(), log: self.log.clone(), ending })
    }

    /// Runs the child, which must succeed, and gives what it printed.
    pub(crate) fn succeed(self) -> Result<String, Failure> {
        self.run()?.text_if_success()
    }
}

/// What `cargo run` sets for this program and no program started by it should see: they may be of another toolchain.
fn comes_from_cargo_run(name: &OsString) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    matches!(name, "CARGO" | "LD_LIBRARY_PATH" | "DYLD_FALLBACK_LIBRARY_PATH" | "RUST_RECURSION_COUNT")
        || ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|start| name.starts_with(start))
}

/// The last `lines` lines that are not empty, without terminal escapes.
fn tail(text: &str, lines: usize) -> Vec<String> {
    let all: Vec<String> = text.lines().map(plain).filter(|line| !line.trim().is_empty()).collect();
    all[all.len().saturating_sub(lines)..].to_vec()
}

/// A line without colours and carriage returns.
pub(crate) fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                for c in chars.by_ref() {
                    if c.is_ascii_alphabetic() {
                        break;
                    }
                }
            }
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(name: &str) -> Project {
        let dir = env::temp_dir().join(format!("xtask-child-{name}-{}", std::process::id()));
        Project { root: env::temp_dir(), target: dir.clone(), tools: dir.join("tools") }
    }

    #[test]
    fn a_failed_child_shows_its_last_lines_in_order_of_both_streams() {
        let project = project("tail");
        let ended = Child::new(&project, "tail", "sh").args(["-c", "echo one; echo two >&2; exit 3"]).run();
        fs::remove_dir_all(&project.target).ok();
        let ended = ended.expect("sh starts");
        assert!(!ended.success);
        let failure = ended.failure();
        assert_eq!(failure.tail, ["one", "two"]);
        assert!(failure.what.contains("exit status: 3"), "{}", failure.what);
    }

    #[test]
    fn what_a_child_leaves_in_its_temporary_folder_goes_with_it() {
        let project = project("temporary");
        let child = Child::new(&project, "temporary", "sh").temporary();
        let said = child.args(["-c", "mkdir -p $TMPDIR/a/b && echo x > $TMPDIR/a/b/c && cd $TMPDIR && pwd"]).succeed();
        fs::remove_dir_all(&project.target).ok();
        let said = said.expect("sh makes a file");
        assert!(said.contains(&format!("porthole-{}-", process::id())), "{said}");
        assert!(!Path::new(said.trim()).exists(), "{said}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let project = project("missing");
        let failure = Child::new(&project, "missing", "no-such-program-anywhere").succeed();
        fs::remove_dir_all(&project.target).ok();
        assert!(failure.expect_err("cannot start").what.starts_with("start no-such-program-anywhere:"));
    }

    #[test]
    fn the_tail_is_short_and_without_colours() {
        let text: String = (0..100).map(|n| format!("\u{1b}[31mline {n}\u{1b}[0m\n\n")).collect();
        assert_eq!(tail(&text, 2), ["line 98", "line 99"]);
        assert_eq!(tail("only", 60), ["only"]);
    }
}
