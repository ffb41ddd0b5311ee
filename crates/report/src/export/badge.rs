//! A badge for a README (SVG): how many known vulnerabilities, or why that is not known.
//!
//! It never says "safe": without an advisory database it counts packages, and an image that was not wholly read says so. Proof: `tests/suite/exports.rs`.

use super::junit::xml;
use super::{Context, Exporter, counted, issues};
use crate::{GapKind, Report, Severity};

/// The format.
pub struct Badge;

/// Width of a character on average, tenths of a pixel, in the font below; `textLength` makes up for the difference.
const CHARACTER: usize = 67;
const LABEL: &str = "porthole";

impl Exporter for Badge {
    fn id(&self) -> &'static str {
        "badge"
    }

    fn media_type(&self) -> &'static str {
        "image/svg+xml"
    }

    fn extension(&self) -> &'static str {
        "svg"
    }

    fn write(&self, report: &Report, _context: &Context, out: &mut String) {
        let (text, colour) = message(report);
        out.push_str(&svg(&text, colour));
    }
}

/// A badge that says why there is nothing to say.
pub fn badge_without_report(text: &str) -> String {
    svg(text, "#6b7280")
}

/// What it says, and in which colour.
fn message(report: &Report) -> (String, &'static str) {
    let unread = report.gaps.iter().any(|gap| gap.layer.is_some() && matches!(gap.kind, GapKind::Missing | GapKind::OverBudget));
    let note = if unread { ", not wholly read" } else { "" };
    if report.vulnerabilities.database.is_empty() {
        let packages = report.packages.iter().filter(|package| package.visible).count();
        return (format!("{}{note}", counted(packages as u64, "package")), "#2563a8");
    }
    let found = issues::by_severity(&issues::open(report));
    let Some((worst, _)) = found.first() else { return (format!("nothing known{note}"), "#2563a8") };
    let colour = match worst {
        Severity::Critical => "#a61b29",
        Severity::High => "#b4470f",
        Severity::Medium => "#8a6100",
        _ => "#4b5563",
    };
    let words: Vec<String> = found.iter().take(2).map(|(severity, n)| format!("{n} {}", severity.word())).collect();
    (format!("{}{note}", words.join(", ")), colour)
}

fn svg(text: &str, colour: &str) -> String {
    let width = |text: &str| text.chars().count() * CHARACTER / 10;
    let (left, right) = (width(LABEL) + 12, width(text) + 12);
    let (all, text) = (left + right, xml(text));
    let word = |x: usize, width: usize, text: &str| {
        format!("<text x=\"{x}\" y=\"14\" fill=\"#fff\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\">{text}</text>")
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"20\" role=\"img\" aria-label=\"{LABEL}: {text}\">\
         <title>{LABEL}: {text}</title><rect width=\"{all}\" height=\"20\" rx=\"3\" fill=\"{colour}\"/>\
         <path d=\"M3 0h{}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z\" fill=\"#0b2c4d\"/>\
         <g font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" font-size=\"11\">{}{}</g></svg>\n",
        left - 3,
        word(6, left - 12, LABEL),
        word(left + 6, right - 12, &text),
    )
}
