//! Known holes that a newer package closes.

use porthole_report::Evidence;
use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "vulnerabilities",
    also_known_as: &["CIS 4.4", "CIS-DI-0004"],
    title: "no fixable hole is open",
    severity: Severity::High,
    why: "fixes exist and are not installed",
    fix: "upgrade the packages, or rebuild on a newer base image",
    reference: "https://www.cisecurity.org/benchmark/docker",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let vulnerabilities = &context.report.vulnerabilities;
    if vulnerabilities.database.is_empty() {
        return Verdict::not_applicable("no advisory database was loaded");
    }
    let open: Vec<_> = vulnerabilities
        .findings
        .iter()
        .filter(|finding| finding.counts() && finding.fixed.is_some() && finding.severity >= Severity::High)
        .map(|finding| Evidence {
            path: None,
            layer: Some(finding.layer),
            origin: finding.origin,
            text: format!(
                "{} in {} {}, fixed in {}",
                finding.id,
                finding.package,
                finding.installed,
                finding.fixed.as_deref().unwrap_or_default()
            ),
        })
        .collect();
    if open.is_empty() {
        Verdict::pass("none of high or critical severity")
    } else {
        Verdict::fail(format!("{} of high or critical severity", open.len())).with(open)
    }
}
