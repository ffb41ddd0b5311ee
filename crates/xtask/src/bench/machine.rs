//! What the numbers were measured on.

use std::fs;

use crate::child::{Child, Failure};
use crate::project::Project;
use crate::setup::chromium;

/// A list in Markdown: processor, memory, system, versions, date.
pub(super) fn describe(project: &Project) -> Result<String, Failure> {
    let read = |file| fs::read_to_string(file).unwrap_or_default();
    let text = |label: &str, program: &str, args: &[&str]| Child::new(project, label, program).args(args).succeed();
    let said = |label: &str, program: &str, args: &[&str]| -> Result<String, Failure> {
        Ok(text(label, program, args)?.lines().next().unwrap_or_default().trim().to_owned())
    };
    // Where it comes in a script, that may complain before.
    let chromium = text("chromium-version", &chromium::ensure(project)?.to_string_lossy(), &["--version"])?;
    let chromium = chromium.lines().last().unwrap_or_default().trim();
    let processor = read("/proc/cpuinfo");
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let processor = processor.trim_start_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = read("/proc/meminfo");
    let memory =
        memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    let gigabytes = memory.unwrap_or_default() / (1024 * 1024);
    // One and more than there are cores: the machine had other work, and times on the wall say little.
    let load = read("/proc/loadavg");
    let load = load.split_ascii_whitespace().next().unwrap_or_default();
    Ok(format!(
        "- {processor}, {cores} cores, {gigabytes} GiB, {}\n- {}; {}; {}; {}\n- {}; {load} processes wanted a processor when it began\n",
        said("uname", "uname", &["-sr"])?,
        said("rustc-version", "rustc", &["--version"])?,
        said("gzip-version", "gzip", &["--version"])?,
        said("tar-version", "tar", &["--version"])?,
        chromium,
        said("date", "date", &["-u", "+%F"])?,
    ))
}
