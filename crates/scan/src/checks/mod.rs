//! Checks of how an image is configured and built: one check a file, each a pure question of the report and the view.
//!
//! What is really in the layers counts more than what the history's text says; what the base image brought is told from
//! what was put on top. A check that an image cannot answer says so. Must not know: the clock ([`Context::now`]), files.
//! Codes of other catalogues: CIS Docker Benchmark 1.6 section 4 (`CIS 4.x`), the `CIS-DI-*` and `DKL-*` list that image
//! linters share, `AVD-DS-*`. Proof: `tests/suite/checks.rs`, for every check one image that trips it and one that nearly does.

mod context;
mod verdict;

mod add_instead_of_copy;
mod base_known;
mod base_minimal;
mod base_old;
mod build_tools;
mod digests;
mod distribution_upgrade;
mod duplicate_id;
mod empty_password;
mod end_of_life;
mod expired;
mod future_timestamps;
mod healthcheck;
mod labels;
mod latest_tag;
mod layer_count;
mod maintainer;
mod package_caches;
mod package_managers;
mod pipe_to_shell;
mod project_files;
mod provenance;
mod readable_shadow;
mod recommended_packages;
mod runs_as_root;
mod search_path;
mod secrets_in_configuration;
mod secrets_in_files;
mod setuid_files;
mod shell_form;
mod shell_in_distroless;
mod signed;
mod ssh_server;
mod sudo;
mod system_volumes;
mod unknown_user;
mod unnecessary_files;
mod unverified_downloads;
mod update_alone;
mod vulnerabilities;
mod wasted_bytes;
mod working_directory;
mod world_writable;

pub(crate) use context::Context;
pub(crate) use verdict::{Verdict, counted};

use porthole_report::{Check as Row, Evidence, Origin, Severity, sorting};

/// One check: what is asked, why, and what to do.
pub(crate) struct Check {
    /// Stable code, kebab-case.
    pub(crate) code: &'static str,
    /// The same rule in other catalogues.
    pub(crate) also_known_as: &'static [&'static str],
    /// One line: what is checked.
    pub(crate) title: &'static str,
    /// How bad a failure is.
    pub(crate) severity: Severity,
    /// Why it matters.
    pub(crate) why: &'static str,
    /// How to fix it.
    pub(crate) fix: &'static str,
    /// Where to read more.
    pub(crate) reference: &'static str,
    /// The question.
    pub(crate) run: fn(&Context<'_>) -> Verdict,
}

/// Every check. Add a line here to add one.
pub(crate) const ALL: &[Check] = &[
    add_instead_of_copy::CHECK,
    base_known::CHECK,
    base_minimal::CHECK,
    base_old::CHECK,
    build_tools::CHECK,
    digests::CHECK,
    distribution_upgrade::CHECK,
    duplicate_id::CHECK,
    empty_password::CHECK,
    end_of_life::CHECK,
    expired::CHECK,
    future_timestamps::CHECK,
    healthcheck::CHECK,
    labels::CHECK,
    latest_tag::CHECK,
    layer_count::CHECK,
    maintainer::CHECK,
    package_caches::CHECK,
    package_managers::CHECK,
    pipe_to_shell::CHECK,
    project_files::CHECK,
    provenance::CHECK,
    readable_shadow::CHECK,
    recommended_packages::CHECK,
    runs_as_root::CHECK,
    search_path::CHECK,
    secrets_in_configuration::CHECK,
    secrets_in_files::CHECK,
    setuid_files::CHECK,
    shell_form::CHECK,
    shell_in_distroless::CHECK,
    signed::CHECK,
    ssh_server::CHECK,
    sudo::CHECK,
    system_volumes::CHECK,
    unknown_user::CHECK,
    unnecessary_files::CHECK,
    unverified_downloads::CHECK,
    update_alone::CHECK,
    vulnerabilities::CHECK,
    wasted_bytes::CHECK,
    working_directory::CHECK,
    world_writable::CHECK,
];

/// Pieces of evidence listed for one check.
const EVIDENCE: usize = 50;

/// Asks everything; failures first, worst first.
pub(crate) fn run(context: &Context<'_>) -> Vec<Row> {
    let mut rows: Vec<Row> = ALL
        .iter()
        .map(|check| {
            let verdict = (check.run)(context);
            let total = verdict.evidence.len() as u64;
            let origin = origin(context, &verdict.evidence);
            let mut evidence = verdict.evidence;
            evidence.truncate(EVIDENCE);
            Row {
                code: check.code.into(),
                also_known_as: check.also_known_as.iter().map(|code| (*code).to_owned()).collect(),
                title: check.title.into(),
                outcome: verdict.outcome,
                severity: check.severity,
                origin,
                message: verdict.message,
                why: check.why.into(),
                fix: check.fix.into(),
                reference: check.reference.into(),
                evidence,
                evidence_total: total,
                saves: verdict.saves,
            }
        })
        .collect();
    sorting::sort_by(&mut rows, |a, b| {
        (a.outcome, std::cmp::Reverse(a.severity), &a.code).cmp(&(b.outcome, std::cmp::Reverse(b.severity), &b.code))
    });
    rows
}

/// The base's only when everything is: what has no evidence (a label that is missing) the own build could have put there.
fn origin(context: &Context<'_>, evidence: &[Evidence]) -> Origin {
    match &context.report.image.base {
        None => Origin::Unknown,
        Some(_) if !evidence.is_empty() && evidence.iter().all(|one| one.origin == Origin::Base) => Origin::Base,
        Some(_) => Origin::Own,
    }
}
