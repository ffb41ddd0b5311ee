//! `cargo xtask bench`: the same images through Porthole and through the tools that people use today, in one run.
//!
//! Runs alternate (every contender once, then every one again), so that a machine that gets slower or warmer is unfair
//! to nobody; the table holds medians. The result is `BENCHMARKS.md`: numbers are of the machine named in it.

mod contender;
mod goals;
mod growth;
mod machine;
mod measure;
mod plot;
mod table;
mod task;

use std::fs;

use crate::child::{About, Failure};
use crate::project::Project;
use crate::run;
use crate::setup::images;

/// How often each contender runs, unless told otherwise. Odd, so that the median is a run that happened.
const RUNS: usize = 5;

/// Measures everything and writes the table.
///
/// # Errors
/// When there are no images, or a contender fails.
pub(crate) fn command(project: &Project, args: &[&str]) -> Result<(), Failure> {
    // What stands built is measured, where building again would say nothing new.
    let (built, args): (Vec<&str>, Vec<&str>) = args.iter().partition(|arg| **arg == "--built");
    let runs = match args[..] {
        [] => RUNS,
        ["growth"] => return growth::command(project),
        ["--runs", runs] => runs.parse().ok().filter(|runs| *runs > 0).ok_or_else(|| Failure::new("--runs wants a number"))?,
        _ => return Err(Failure::new("usage: cargo xtask bench [--built] [--runs N | growth]")),
    };
    images::ensure(project)?;
    let image = images::dir(project).join("debian-app");
    if !image.is_dir() {
        return Err(Failure::new(format!("no image to measure: {} is not there", image.display())));
    }
    if built.is_empty() {
        run::build(project)?;
    }
    let contenders = task::Contenders::ensure(project)?;
    let mut tasks = task::all(project, &image, &contenders)?;
    let machine = machine::describe(project)?;
    for run in 0..=runs {
        for task in &mut tasks {
            for contender in &mut task.contenders {
                let sample = measure::run(project, contender)?;
                // The first round only warms caches: everybody reads from memory then.
                if run > 0 {
                    println!("  run {run}: {}: {}: {:.2} s", task.what, contender.name, sample.wall.as_secs_f64());
                    contender.samples.push(sample);
                }
            }
        }
    }
    let text = table::markdown(&machine, runs, &tasks);
    let file = project.root.join("BENCHMARKS.md");
    fs::write(&file, &text).about(|| format!("write {}", file.display()))?;
    println!("\n{text}\nwritten to {}", file.display());
    Ok(())
}
