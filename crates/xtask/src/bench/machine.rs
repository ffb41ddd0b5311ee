//! What the numbers were measured on.

use std::fs;

use crate::child::{Child, Failure};
use crate::project::Project;
use crate::setup::chromium;

/// A list in Markdown: processor, memory, system, versions, date.
pub(super) fn describe(project: &Project) -> Result<String, Failure> {
    let read = |file| fs::read_to_string(file).unwrap_or_default();
    let said = |label: &str, program: &str, args: &[&str]| -> Result<String, Failure> {
        let text = Child::new(project, label, program).args(args).succeed()?;
        // A script around a program may complain first.
        let known = text.lines().find(|line| line.to_lowercase().starts_with(label.trim_end_matches("-version")));
        Ok(known.or(text.lines().next()).unwrap_or_default().trim().to_owned())
    };
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
        said("chromium-version", &chromium::ensure(project)?.to_string_lossy(), &["--version"])?,
        said("date", "date", &["-u", "+%F"])?,
    ))
}
