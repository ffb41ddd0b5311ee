//! CSV (RFC 4180) of all findings, then of signatures and attestations with their state before what they prove.
//! Safe to open in a spreadsheet: no cell begins a formula.

use super::finding::findings;
use super::signed::signed;
use super::{Context, Exporter, plain};
use crate::Report;

/// The format.
pub struct Csv;

const HEAD: &str = "kind,id,severity,package,fixed,path,line,layer,origin,message,suppressed";

impl Exporter for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn media_type(&self) -> &'static str {
        "text/csv"
    }

    fn extension(&self) -> &'static str {
        "csv"
    }

    fn write(&self, report: &Report, _context: &Context, out: &mut String) {
        out.push_str(HEAD);
        out.push_str("\r\n");
        for finding in findings(report) {
            let line = finding.line.map(|line| line.to_string()).unwrap_or_default();
            let layer = finding.layer.map(|layer| layer.to_string()).unwrap_or_default();
            let suppressed = finding.suppressed.clone().unwrap_or_default();
            let cells = [
                finding.kind,
                &finding.rule,
                finding.severity.word(),
                &finding.package,
                &finding.fixed,
                &finding.path,
                &line,
                &layer,
                finding.origin(),
                &finding.message,
                &suppressed,
            ];
            out.push_str(&cells.map(cell).join(","));
            out.push_str("\r\n");
        }
        for one in signed(report) {
            let message = format!("{}: {}", one.state, one.statement);
            let cells = [one.kind, &one.format, "", "", "", "", "", "", "", &message, ""];
            out.push_str(&cells.map(cell).join(","));
            out.push_str("\r\n");
        }
    }
}

/// One cell: quoted where it must be, and an apostrophe before what a spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let text = plain(text);
    let formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%']);
    let text = if formula { format!("'{text}") } else { text.into_owned() };
    if text.contains([',', '"', '\n', '\r', ';', '\t']) || formula { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
