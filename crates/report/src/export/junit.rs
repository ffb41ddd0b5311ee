//! JUnit XML, as continuous integration servers read it: a test case for every check, one for each finding.

use super::finding::{findings, subject};
use super::signed::signed;
use super::{Context, Exporter, plain};
use crate::{Outcome, Report};

/// The format.
pub struct JUnit;

impl Exporter for JUnit {
    fn id(&self) -> &'static str {
        "junit"
    }

    fn media_type(&self) -> &'static str {
        "application/xml"
    }

    fn extension(&self) -> &'static str {
        "xml"
    }

    fn write(&self, report: &Report, context: &Context, out: &mut String) {
        let findings = findings(report);
        let stamp = context.now.as_deref().map(|now| format!(" timestamp=\"{}\"", xml(now))).unwrap_or_default();
        out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let mut suites = String::new();
        let (mut all, mut failed) = (0, 0);
        for kind in ["vulnerability", "secret", "check"] {
            let mut cases = String::new();
            let (mut tests, mut failures, mut skipped) = (0, 0, 0);
            for finding in findings.iter().filter(|finding| finding.kind == kind) {
                tests += 1;
                let place = if finding.path.is_empty() { subject(report) } else { finding.path.clone() };
                cases.push_str(&format!(
                    "    <testcase classname=\"{}\" name=\"{}\">",
                    xml(&place),
                    xml(format!("{} {}", finding.rule, finding.package).trim_end())
                ));
                match &finding.suppressed {
                    Some(why) => {
                        skipped += 1;
                        cases.push_str(&format!("<skipped message=\"{}\"/>", xml(why)));
                    }
                    None => {
                        failures += 1;
                        cases.push_str(&format!(
                            "<failure type=\"{}\" message=\"{}\">{}</failure>",
                            finding.severity.word(),
                            xml(&finding.message),
                            xml(&finding.fix)
                        ));
                    }
                }
                cases.push_str("</testcase>\n");
            }
            for check in report
                .checks
                .iter()
                .filter(|check| kind == "check" && matches!(check.outcome, Outcome::Pass | Outcome::NotApplicable))
            {
                tests += 1;
                cases.push_str(&format!("    <testcase classname=\"{}\" name=\"{}\"", xml(&subject(report)), xml(&check.code)));
                if check.outcome == Outcome::NotApplicable {
                    skipped += 1;
                    cases.push_str(&format!("><skipped message=\"{}\"/></testcase>\n", xml(&check.message)));
                } else {
                    cases.push_str("/>\n");
                }
            }
            all += tests;
            failed += failures;
            suites.push_str(&format!("  <testsuite name=\"{kind}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"{stamp}>\n{cases}  </testsuite>\n"));
        }
        let origin = origin(report, &stamp);
        all += origin.tests;
        failed += origin.failures;
        suites.push_str(&origin.xml);
        out.push_str(&format!(
            "<testsuites name=\"porthole {}\" tests=\"{all}\" failures=\"{failed}\" errors=\"0\">\n{suites}</testsuites>\n",
            xml(&subject(report))
        ));
    }
}

struct Suite {
    tests: usize,
    failures: usize,
    xml: String,
}

/// A test case for each signature and attestation: only what is verified passes, what was not checked is skipped.
fn origin(report: &Report, stamp: &str) -> Suite {
    let (mut cases, mut failures, mut skipped) = (String::new(), 0, 0);
    let signed = signed(report);
    for one in &signed {
        let message = xml(&one.statement);
        let name = format!("{} {}", one.kind, one.format);
        cases.push_str(&format!("    <testcase classname=\"{}\" name=\"{}\">", xml(&subject(report)), xml(&name)));
        match one.state {
            "verified" => cases.push_str(&format!("<system-out>{message}</system-out>")),
            "refused" => {
                failures += 1;
                cases.push_str(&format!("<failure type=\"refused\" message=\"{message}\"/>"));
            }
            _ => {
                skipped += 1;
                cases.push_str(&format!("<skipped message=\"{message}\"/>"));
            }
        }
        cases.push_str("</testcase>\n");
    }
    let tests = signed.len();
    let xml = format!(
        "  <testsuite name=\"signature\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"{stamp}>\n{cases}  </testsuite>\n"
    );
    Suite { tests, failures, xml }
}

/// Text for XML 1.0: the five special characters escaped, characters that XML cannot hold made plain.
pub(super) fn xml(text: &str) -> String {
    plain(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
