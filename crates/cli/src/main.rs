//! The command line host: files, threads, the clock. Knows no rule of analysis.

mod advisories;
mod args;
mod db;
mod exit;
mod input;
mod layer;
mod limits;
mod pieces;
mod policy;
mod progress;
mod registry;
mod scan;
mod signatures;
mod stream;
mod suppress;

use std::io::IsTerminal;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use args::{Cli, Command, Diff, Scan, Source};
use clap::Parser;
use exit::Exit;
use porthole_report::diff;
use porthole_report::export::{self, Context};
use porthole_report::policy::Policy;
use porthole_scan::advisory::Options;
use porthole_scan::time::{parse_rfc3339, rfc3339};
use progress::Progress;
use scan::Scanned;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap knows which stream each belongs to.
            let _ = error.print();
            return if error.use_stderr() { Exit::Error } else { Exit::Done }.into();
        }
    };
    let ended = match cli.command {
        Command::Scan(args) => scan(&args),
        Command::Diff(args) => compare(&args),
        Command::Db(args) => db::run(&args),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(message) => {
            eprintln!("porthole: {}", export::plain(&message));
            Exit::Error.into()
        }
    }
}

fn scan(args: &Scan) -> Result<Exit, String> {
    let now = now(&args.source)?;
    let today = rfc3339(now);
    let policies = policy::read(&args.policy, &args.source.signatures)?;
    let mut scanned = report(&args.image, &args.source, policies.signatures().as_ref(), now)?;
    // Checks and exports look at what is accepted, so that comes first.
    policies.mark_allowed(scanned.report_mut(), &today);
    scanned.finish(now);
    let exporter = export::find(&args.format).ok_or_else(|| format!("no output format is called {}", args.format))?;
    let mut text = String::new();
    let context = Context { now: Some(today.clone()), serial: None, columns: columns(args.output.as_deref()) };
    exporter.write(scanned.report_mut(), &context, &mut text);
    write(args.output.as_deref(), &text)?;
    policies.judge(scanned.report_mut(), &today)
}

fn compare(args: &Diff) -> Result<Exit, String> {
    let now = now(&args.source)?;
    let mut before = report(&args.before, &args.source, None, now)?;
    let mut after = report(&args.after, &args.source, None, now)?;
    before.finish(now);
    after.finish(now);
    let files = before.view().zip(after.view()).map(|(before, after)| porthole_scan::compare_files(before, after));
    let difference = diff::diff(before.report_mut(), after.report_mut()).with_files(files);
    let text = match args.format.as_str() {
        "json" => diff::json(&difference),
        "markdown" => diff::markdown(&difference),
        _ => diff::table(&difference, columns(args.output.as_deref())),
    };
    write(args.output.as_deref(), &text)?;
    Ok(if args.fail_on_worse && difference.is_worse() { Exit::Failed } else { Exit::Done })
}

fn now(args: &Source) -> Result<i64, String> {
    match &args.now {
        Some(text) => parse_rfc3339(text).ok_or_else(|| format!("--now: {text:?} is no RFC 3339 time")),
        None => Ok(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)),
    }
}

/// What is known of one image, advisories matched; the checks have not looked at them yet ([`Scanned::finish`]).
fn report(path: &Path, source: &Source, policy: Option<&Policy>, now: i64) -> Result<Scanned, String> {
    let mut rules = source.suppress.rules()?;
    let progress = Progress::new(source.quiet);
    let scanned = scan::analyse(path, source, policy, now, &progress);
    progress.end();
    let mut scanned = scanned?;
    let today = rfc3339(now);
    if !source.quiet {
        suppress::tell_expired(&rules, &today);
    }
    // A saved report keeps what it was matched with, unless the person names a database.
    if source.db.is_some() || !scanned.is_matched() {
        rules.extend_from_slice(scanned.rules());
        let options = Options { today: Some(today), rules, ..Options::default() };
        let (folder, named) = source.db.clone().map_or_else(|| (db::default_folder(), false), |folder| (folder, true));
        advisories::match_packages(scanned.report_mut(), &folder, named, &options)?;
    }
    Ok(scanned)
}

/// Columns of the terminal that the text goes to; none for a file or a pipe, whose lines are as long as they are.
fn columns(output: Option<&Path>) -> Option<usize> {
    let terminal = output.is_none() && std::io::stdout().is_terminal();
    let (width, _) = terminal.then(terminal_size::terminal_size).flatten()?;
    Some(usize::from(width.0))
}

fn write(output: Option<&Path>, text: &str) -> Result<(), String> {
    match output {
        Some(path) => std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display())),
        None => print(text),
    }
}

/// Prints; a reader that has seen enough (`| head`) is no error.
fn print(text: &str) -> Result<(), String> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("standard output: {error}")),
        _ => Ok(()),
    }
}
