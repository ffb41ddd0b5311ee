//! Everything a report complains about as one list: what SARIF, JUnit, CSV, Markdown and HTML write.

use std::borrow::Cow;

use super::plain;
use crate::{Origin, Outcome, Report, Severity};

/// One complaint, its texts made harmless for a terminal.
pub(super) struct Finding<'a> {
    /// `vulnerability`, `secret` or `check`.
    pub(super) kind: &'static str,
    /// Advisory id, rule or check code.
    pub(super) rule: Cow<'a, str>,
    /// One line about the rule.
    pub(super) title: String,
    /// How bad it is.
    pub(super) severity: Severity,
    /// What was found, in one sentence.
    pub(super) message: String,
    /// Package and version, for vulnerabilities.
    pub(super) package: String,
    /// Version with the fix.
    pub(super) fixed: String,
    /// Absolute path in the image, where it has one.
    pub(super) path: String,
    /// Line, from 1.
    pub(super) line: Option<u32>,
    /// Layer.
    pub(super) layer: Option<u32>,
    /// Base image or own.
    pub(super) origin: Origin,
    /// What it shares with the same advisory against another package of the same source.
    pub(super) issue: Option<(&'a str, &'a str, &'a str)>,
    /// What makes it the same finding tomorrow.
    pub(super) identity: String,
    /// What to do.
    pub(super) fix: String,
    /// Where to read more.
    pub(super) reference: String,
    /// Why it does not count.
    pub(super) suppressed: Option<String>,
}

impl Finding<'_> {
    /// Word for the origin.
    pub(super) fn origin(&self) -> &'static str {
        match self.origin {
            Origin::Base => "base",
            Origin::Own => "own",
            Origin::Unknown => "",
        }
    }
}

/// All complaints: vulnerabilities, secrets, failed checks, each list in the report's order.
pub(super) fn findings(report: &Report) -> Vec<Finding<'_>> {
    let vulnerabilities = report.vulnerabilities.findings.iter().map(|found| {
        let package = format!("{} {}", plain(&found.package), plain(&found.installed));
        let fixed = found.fixed.as_deref().map(plain).unwrap_or_default().into_owned();
        let path = report
            .packages
            .iter()
            .find(|package| package.purl == found.purl)
            .map(|package| package.path.as_str())
            .unwrap_or_default();
        let suppressed = match (&found.suppressed, &found.informational) {
            (Some(suppression), _) => Some(format!("{}: {}", plain(&suppression.status), plain(&suppression.reason))),
            (None, Some(kind)) => Some(format!("informational: {}", plain(kind))),
            _ => None,
        };
        Finding {
            kind: "vulnerability",
            rule: plain(&found.id),
            title: format!("{} in {}", plain(&found.id), plain(&found.package)),
            severity: found.severity,
            message: if fixed.is_empty() {
                format!("{package} is affected by {}", plain(&found.id))
            } else {
                format!("{package} is affected by {}, fixed in {fixed}", plain(&found.id))
            },
            fix: if fixed.is_empty() {
                "no fixed version is known".into()
            } else {
                format!("upgrade {} to {fixed}", plain(&found.package))
            },
            package,
            fixed,
            path: plain(path).into_owned(),
            line: None,
            layer: Some(found.layer),
            origin: found.origin,
            issue: Some((&found.id, found.source(), &found.installed)),
            identity: format!("{}|{}", found.id, found.purl),
            reference: found.references.first().map(|url| plain(url).into_owned()).unwrap_or_default(),
            suppressed,
        }
    });
    let secrets = report.secrets.iter().map(|secret| {
        let inner = secret.inner_path.as_deref().map(|inner| format!("!/{}", plain(inner))).unwrap_or_default();
        let place =
            if secret.place == "file" { String::new() } else { format!(" in {} {}", plain(&secret.place), plain(&secret.path)) };
        let deleted = if secret.visible { "" } else { ", deleted by a later layer and still shipped" };
        Finding {
            kind: "secret",
            rule: plain(&secret.rule),
            title: plain(&secret.title).into_owned(),
            severity: secret.severity,
            message: format!("{}{place}{deleted} {}", plain(&secret.title), plain(&secret.masked)).trim_end().to_owned(),
            package: String::new(),
            fixed: String::new(),
            path: if secret.place == "file" { format!("{}{inner}", plain(&secret.path)) } else { String::new() },
            line: secret.line,
            layer: secret.layer,
            origin: secret.origin,
            issue: None,
            identity: format!("{}|{}|{}", secret.rule, secret.fingerprint, secret.path),
            fix: "rotate the secret, and keep it out of the image".into(),
            reference: String::new(),
            suppressed: secret.allowed_by.as_deref().or(secret.harmless.as_deref()).map(|why| plain(why).into_owned()),
        }
    });
    let checks = report.checks.iter().filter(|check| matches!(check.outcome, Outcome::Fail | Outcome::Warn)).map(|check| {
        let evidence = check.evidence.iter().find(|evidence| evidence.path.is_some()).or(check.evidence.first());
        Finding {
            kind: "check",
            rule: plain(&check.code),
            title: plain(&check.title).into_owned(),
            severity: if check.outcome == Outcome::Warn { check.severity.min(Severity::Medium) } else { check.severity },
            message: format!("{}: {}", plain(&check.code), plain(&check.message)),
            package: String::new(),
            fixed: String::new(),
            path: evidence.and_then(|evidence| evidence.path.as_deref()).map(|path| plain(path).into_owned()).unwrap_or_default(),
            line: None,
            layer: evidence.and_then(|evidence| evidence.layer),
            origin: check.origin,
            issue: None,
            identity: check.code.clone(),
            fix: plain(&check.fix).into_owned(),
            reference: plain(&check.reference).into_owned(),
            suppressed: None,
        }
    });
    vulnerabilities.chain(secrets).chain(checks).collect()
}

/// The image's best name.
pub(super) fn subject(report: &Report) -> String {
    let image = &report.image;
    plain(image.names.first().unwrap_or(&image.source)).into_owned()
}
