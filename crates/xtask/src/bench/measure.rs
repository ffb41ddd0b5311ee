//! One run of one program: wall-clock time and the most memory it held.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::contender::{Clock, Contender};
use crate::child::{About, Failure};
use crate::project::Project;

/// How often a process is asked for its peak. The kernel keeps the peak itself: only the last moments can be missed.
const PERIOD: Duration = Duration::from_millis(5);

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    /// From start to exit, or what the program says its work took.
    pub(super) wall: Duration,
    /// Until the first result was on screen, where there is a screen.
    pub(super) first: Option<Duration>,
    /// Until nothing was pending any more, where that is later than the result.
    pub(super) verified: Option<Duration>,
    /// Processor time of the process and its children: other work on the machine does not show in it.
    pub(super) processor: Option<Duration>,
    /// Peak resident set in bytes of the largest process, where the system tells it; of a page the WebAssembly memory of
    /// its largest worker.
    pub(super) peak: Option<u64>,
}

/// Runs the contender once.
///
/// # Errors
/// When it cannot be started, or fails.
pub(super) fn run(project: &Project, contender: &Contender) -> Result<Sample, Failure> {
    let mut command = Command::new(&contender.program);
    command.args(&contender.args).current_dir(&project.root);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command.envs(contender.env.iter().map(|(name, value)| (name, value)));
    if contender.clock == Clock::Printed {
        let output = command.output().about(|| format!("start {}", contender.name))?;
        let said = String::from_utf8_lossy(&output.stdout);
        return printed(&said)
            .ok_or_else(|| Failure::new(format!("{} ended with {} and said: {said}", contender.name, output.status)));
    }
    // A tool that asks its maker for news would be measured for its network.
    command.env("SYFT_CHECK_FOR_APP_UPDATE", "false");
    command.stdout(Stdio::null());
    let (ticks, begun) = (children_ticks(), Instant::now());
    let mut child = command.spawn().about(|| format!("start {}", contender.name))?;
    let process = child.id().to_string();
    let ended = AtomicBool::new(false);
    let (status, wall, peak) = thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peak = None;
            while !ended.load(Ordering::Relaxed) {
                peak = largest(&process).max(peak);
                thread::sleep(PERIOD);
            }
            peak
        });
        let status = child.wait();
        let wall = begun.elapsed();
        ended.store(true, Ordering::Relaxed);
        (status, wall, watcher.join().unwrap_or_default())
    });
    let status = status.about(|| format!("wait for {}", contender.name))?;
    if !status.success() {
        return Err(Failure::new(format!("{} ended with {status}", contender.name)));
    }
    let processor = Some(ticks_since(ticks));
    Ok(Sample { wall, first: None, verified: None, processor, peak })
}

/// `{"first": milliseconds, "report": milliseconds, "verified": milliseconds, "memory": bytes}`.
fn printed(said: &str) -> Option<Sample> {
    let times: Value = serde_json::from_str(said).ok()?;
    let time = |name: &str| Duration::try_from_secs_f64(times.get(name)?.as_f64()? / 1000.0).ok();
    let peak = times.get("memory").and_then(Value::as_u64).filter(|bytes| *bytes > 0);
    Some(Sample { wall: time("report")?, first: time("first"), verified: time("verified"), processor: None, peak })
}

/// Processor time of all children that have ended (`cutime` and `cstime` of `proc_pid_stat(5)`), in hundredths of a second.
pub(super) fn children_ticks() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in brackets may hold anything: fields are counted behind it, from the third on.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    fields.split_ascii_whitespace().skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// Processor time of the children that ended since then.
pub(super) fn ticks_since(before: u64) -> Duration {
    Duration::from_millis(children_ticks().saturating_sub(before) * 10)
}

/// The peak of a process or of one that it has started, whichever is largest: some programs come wrapped in a script.
fn largest(process: &str) -> Option<u64> {
    let own = fs::read_to_string(format!("/proc/{process}/status")).ok().and_then(|status| high_water(&status));
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    children.split_ascii_whitespace().filter_map(largest).max().max(own)
}

/// `VmHWM` of `/proc/PID/status`, in bytes.
pub(super) fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_how_long_it_took() {
        let said = "{\"first\": 120.5, \"report\": 2500, \"verified\": 4000, \"memory\": 9}\n";
        let sample = printed(said).expect("understood");
        assert_eq!((sample.first, sample.wall), (Some(Duration::from_micros(120_500)), Duration::from_millis(2500)));
        assert_eq!((sample.verified, sample.peak), (Some(Duration::from_secs(4)), Some(9)));
        assert!(printed("").is_none() && printed("{\"first\": 1}").is_none() && printed("{\"report\": -1}").is_none());
    }

    #[test]
    fn processor_time_of_children_is_known() {
        let before = children_ticks();
        let script = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
        assert!(Command::new("sh").args(["-c", script]).status().is_ok_and(|status| status.success()));
        assert!(ticks_since(before) > Duration::ZERO);
    }

    #[test]
    fn the_largest_process_of_a_family_counts() {
        let wrapped = ["-c", "head -c 30000000 /dev/zero | tail -c 30000000 | sleep 0.2; true"];
        let mut child = Command::new("sh").args(wrapped).spawn().expect("there is a shell");
        let mut most = None;
        while matches!(child.try_wait(), Ok(None)) {
            most = largest(&child.id().to_string()).max(most);
            thread::sleep(PERIOD);
        }
        assert!(most > Some(20_000_000), "tail holds what it was given: {most:?}");
    }

    #[test]
    fn the_high_water_mark_is_read() {
        assert_eq!(high_water("Name:\tgzip\nVmPeak:\t    3000 kB\nVmHWM:\t    1844 kB\n"), Some(1844 * 1024));
        assert_eq!(high_water("Name:\tgzip\nState:\tZ (zombie)\n"), None);
    }
}
