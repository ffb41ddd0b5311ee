//! The command line host: files, threads, the clock. Knows no rule of analysis.

mod advisories;
mod args;
mod db;
mod exit;
mod input;
mod policy;
mod progress;
mod registry;
mod scan;
mod signatures;
mod suppress;

use std::io::Write;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use args::{Cli, Command, Scan};
use clap::Parser;
use exit::Exit;
use porthole_report::export::{self, Context};
use porthole_report::policy::{judge, mark_allowed};
use porthole_scan::advisory::Options;
use porthole_scan::time::{parse_rfc3339, rfc3339};
use progress::Progress;

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
    let now = match &args.now {
        Some(text) => parse_rfc3339(text).ok_or_else(|| format!("--now: {text:?} is no RFC 3339 time"))?,
        None => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64),
    };
    let progress = Progress::new(args.quiet);
    let input = input::open(&args.image)?;
    let policy = args.signatures.demand(args.policy.as_deref().map(policy::read).transpose()?);
    let mut rules = args.suppress.rules()?;
    let scanned = scan::analyse(args, input, policy.as_ref(), now, &progress);
    progress.end();
    let mut scanned = scanned?;
    let today = rfc3339(now);
    if !args.quiet {
        suppress::tell_expired(&rules, &today);
    }
    rules.extend_from_slice(scanned.rules());
    let options = Options { today: Some(today.clone()), rules, ..Options::default() };
    let (folder, named) = args.db.clone().map_or_else(|| (db::default_folder(), false), |folder| (folder, true));
    advisories::match_packages(scanned.report_mut(), &folder, named, &options)?;
    let mut report = scanned.finish(now);
    if let Some(policy) = &policy {
        mark_allowed(policy, &mut report, Some(&today));
    }
    let exporter = export::find(&args.format).ok_or_else(|| format!("no output format is called {}", args.format))?;
    let mut text = String::new();
    exporter.write(&report, &Context { now: Some(today.clone()), serial: None }, &mut text);
    match &args.output {
        Some(path) => std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?,
        None => print(&text)?,
    }
    Ok(policy.map_or(Exit::Done, |policy| policy::tell(&judge(&policy, &report, Some(&today)))))
}

/// Prints; a reader that has seen enough (`| head`) is no error.
fn print(text: &str) -> Result<(), String> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(format!("standard output: {error}")),
        _ => Ok(()),
    }
}
