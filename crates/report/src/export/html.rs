//! A report as one HTML file: nothing is fetched, nothing but its own few lines of script runs, and it reads without them.

use super::finding::{findings, subject};
use super::junit::xml as html;
use super::signed::{signed, verification};
use super::{Context, Exporter, bytes, percent, plain};
use crate::{Outcome, Report, Severity, Signature, Verification};

/// The format.
pub struct Html;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1f24;background:#fff}\
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #d0d7de;vertical-align:top;overflow-wrap:anywhere}\
th{position:sticky;top:0;background:#f6f8fa;white-space:nowrap}td[class],td[data-n]{white-space:nowrap}th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid #0969da}\
.critical{color:#a40e26;font-weight:600}.high{color:#bc4c00;font-weight:600}.medium{color:#7d4e00}.low,.negligible,.unknown{color:#57606a}.fail{color:#a40e26}.warn{color:#7d4e00}.pass{color:#116329}\
input{font:inherit;padding:.3rem .5rem;width:24rem;max-width:100%}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:#57606a}dd{margin:0;overflow-wrap:anywhere}\
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th{background:#161b22}th,td{border-color:#30363d}.critical,.fail{color:#ff7b72}.high{color:#ffa657}.medium,.warn{color:#e3b341}.pass{color:#56d364}}";

/// Sorting by column and filtering: rows are moved or hidden, text is never parsed.
const SCRIPT: &str = "for(const t of document.querySelectorAll('table')){const b=t.tBodies[0];[...t.tHead.rows[0].cells].forEach((h,i)=>{const k=document.createElement('button');k.textContent=h.textContent;h.textContent='';h.append(k);let d=1;k.onclick=()=>{const r=[...b.rows];r.sort((x,y)=>{const p=x.cells[i],q=y.cells[i];return d*(p.dataset.n!==undefined?p.dataset.n-q.dataset.n:p.textContent.localeCompare(q.textContent))});d=-d;b.append(...r)}})}\
const f=document.getElementById('filter');f.oninput=()=>{const w=f.value.toLowerCase();for(const r of document.querySelectorAll('tbody tr'))r.hidden=!r.textContent.toLowerCase().includes(w)};";

impl Exporter for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn media_type(&self) -> &'static str {
        "text/html"
    }

    fn extension(&self) -> &'static str {
        "html"
    }

    fn write(&self, report: &Report, context: &Context, out: &mut String) {
        let name = html(&subject(report));
        out.push_str(&format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\
             <meta name=\"referrer\" content=\"no-referrer\"><title>{name}</title><style>{STYLE}</style></head><body>\n<h1>{name}</h1>\n"
        ));
        head(report, context, out);
        out.push_str("<p><label>Filter <input id=\"filter\" type=\"search\"></label></p>\n");
        let findings = findings(report);
        for (kind, title) in [("vulnerability", "Vulnerabilities"), ("secret", "Secrets")] {
            let rows: Vec<Vec<Cell>> = findings
                .iter()
                .filter(|finding| finding.kind == kind)
                .map(|finding| {
                    let place = format!("{}{}", finding.path, finding.line.map(|line| format!(":{line}")).unwrap_or_default());
                    let layer = finding.layer.map(|layer| layer.to_string()).unwrap_or_default();
                    vec![
                        severity(finding.severity),
                        text(&finding.rule),
                        text(&finding.message),
                        text(&place),
                        Cell { text: format!("{layer} {}", finding.origin()).trim().into(), class: "layer", order: None },
                        text(finding.suppressed.as_deref().unwrap_or_default()),
                    ]
                })
                .collect();
            let open = findings.iter().filter(|finding| finding.kind == kind && finding.suppressed.is_none()).count();
            let count = if open == rows.len() { open.to_string() } else { format!("{open} open of {}", rows.len()) };
            counted(
                &format!("{title} ({count})"),
                &["Severity", "Id", "What", "Where", "Layer", "Does not count because"],
                &rows,
                out,
            );
            if kind == "vulnerability" && report.vulnerabilities.database.is_empty() {
                out.push_str("<p>No advisory database was loaded: vulnerabilities are not known.</p>\n");
            }
        }
        let checks: Vec<Vec<Cell>> = report
            .checks
            .iter()
            .map(|check| {
                let (word, class) = match check.outcome {
                    Outcome::Fail => ("fail", "fail"),
                    Outcome::Warn => ("warn", "warn"),
                    Outcome::Pass => ("pass", "pass"),
                    Outcome::NotApplicable => ("not applicable", "low"),
                };
                vec![
                    Cell { text: word.into(), class, order: Some(check.outcome as u64) },
                    severity(check.severity),
                    text(&check.title),
                    text(&check.message),
                    text(&check.fix),
                    text(&check.also_known_as.join(", ")),
                ]
            })
            .collect();
        table("Checks", &["Outcome", "Severity", "Check", "Found", "What to do", "Also known as"], &checks, out);
        let packages: Vec<Vec<Cell>> = report
            .packages
            .iter()
            .filter(|package| package.visible)
            .map(|package| {
                vec![
                    text(&package.name),
                    text(&package.version),
                    text(&package.kind),
                    text(&package.licenses.join(", ")),
                    number(u64::from(package.layer)),
                    text(&package.path),
                ]
            })
            .collect();
        table("Packages", &["Name", "Version", "Kind", "Licences", "Layer", "Path"], &packages, out);
        let layers: Vec<Vec<Cell>> = report
            .layers
            .iter()
            .map(|layer| {
                let size = Cell { text: bytes(layer.uncompressed_size), class: "", order: Some(layer.uncompressed_size) };
                vec![
                    number(u64::from(layer.index)),
                    size,
                    text(layer.created_by.as_deref().unwrap_or_default()),
                    text(layer.diff_id.as_deref().unwrap_or_default()),
                ]
            })
            .collect();
        table("Layers", &["Layer", "Size", "Command", "diff_id"], &layers, out);
        origin(report, out);
        let waste: Vec<Vec<Cell>> = report
            .efficiency
            .remedies
            .iter()
            .map(|remedy| {
                let saves = Cell { text: bytes(remedy.bytes), class: "", order: Some(remedy.bytes) };
                vec![saves, text(&remedy.text)]
            })
            .collect();
        table("Waste", &["Saves", "What to do"], &waste, out);
        let gaps: Vec<Vec<Cell>> = report.gaps.iter().map(|gap| vec![text(&gap.path), text(&gap.message)]).collect();
        table("What could not be read", &["Path", "Why"], &gaps, out);
        out.push_str(&format!("<script>{SCRIPT}</script>\n</body></html>\n"));
    }
}

/// Signatures and attestations in words, then every digest that was compared.
fn origin(report: &Report, out: &mut String) {
    let class = |state: &str| match state {
        "verified" => "pass",
        "refused" => "fail",
        _ => "warn",
    };
    let rows: Vec<Vec<Cell>> = signed(report)
        .iter()
        .map(|one| {
            let signature =
                |of: fn(&Signature) -> Option<&String>| text(one.signature.and_then(of).map(String::as_str).unwrap_or_default());
            let details: Vec<String> = one.details.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            vec![
                Cell { text: one.state.into(), class: class(one.state), order: None },
                text(one.kind),
                text(&one.format),
                text(&one.statement),
                signature(|signature| signature.signer.as_ref()),
                signature(|signature| signature.signed_at.as_ref()),
                text(&details.join("; ")),
            ]
        })
        .collect();
    let head = ["State", "Kind", "Format", "Proven, and not", "Signer", "Signed", "Says, and lacks"];
    table("Signatures and attestations", &head, &rows, out);
    let digests: Vec<Vec<Cell>> = report
        .signatures
        .integrity
        .iter()
        .map(|row| {
            let class = match row.verification {
                Verification::Verified => "pass",
                Verification::Mismatch { .. } => "fail",
                _ => "low",
            };
            vec![text(&row.what), text(&row.digest), Cell { text: verification(&row.verification), class, order: None }]
        })
        .collect();
    table("Digests", &["Of", "Stated", "Compared"], &digests, out);
}

fn head(report: &Report, context: &Context, out: &mut String) {
    let image = &report.image;
    let distribution = image.distribution.as_ref().map(|distribution| distribution.pretty_name.as_str()).unwrap_or_default();
    let base = image.base.as_ref().map(|base| base.name.as_str()).unwrap_or_default();
    let known = !image.platform.architecture.is_empty();
    let platform = if known { format!("{}/{}", image.platform.os, image.platform.architecture) } else { String::new() };
    let size = format!(
        "{} unpacked, {} stored, {} of its files seen",
        bytes(image.uncompressed_size),
        bytes(image.stored_size),
        percent(report.efficiency.score)
    );
    let rows = [
        ("Source", image.source.as_str()),
        ("Image id", image.config_digest.as_deref().unwrap_or_default()),
        ("Manifest", image.manifest_digest.as_deref().unwrap_or_default()),
        ("Platform", &platform),
        ("Distribution", distribution),
        ("Base image", base),
        ("Created", image.created.as_deref().unwrap_or_default()),
        ("Size", if report.is_of_sbom() { "not known: an SBOM lists packages only" } else { &size }),
        ("Written", context.now.as_deref().unwrap_or_default()),
    ];
    out.push_str("<dl>");
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        out.push_str(&format!("<dt>{name}</dt><dd>{}</dd>", html(value)));
    }
    out.push_str("</dl>\n");
}

struct Cell {
    text: String,
    class: &'static str,
    /// Sorts by this rather than by the text.
    order: Option<u64>,
}

fn text(text: &str) -> Cell {
    Cell { text: plain(text).into_owned(), class: "", order: None }
}

fn number(number: u64) -> Cell {
    Cell { text: number.to_string(), class: "", order: Some(number) }
}

fn severity(severity: Severity) -> Cell {
    Cell { text: severity.word().into(), class: severity.word(), order: Some(5 - (severity as u64).min(5)) }
}

fn table(title: &str, head: &[&str], rows: &[Vec<Cell>], out: &mut String) {
    counted(&format!("{title} ({})", rows.len()), head, rows, out);
}

fn counted(title: &str, head: &[&str], rows: &[Vec<Cell>], out: &mut String) {
    out.push_str(&format!("<h2>{title}</h2>\n"));
    if rows.is_empty() {
        return;
    }
    out.push_str("<table><thead><tr>");
    for name in head {
        out.push_str(&format!("<th scope=\"col\">{name}</th>"));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            let class = if cell.class.is_empty() { String::new() } else { format!(" class=\"{}\"", cell.class) };
            let order = cell.order.map(|order| format!(" data-n=\"{order}\"")).unwrap_or_default();
            out.push_str(&format!("<td{class}{order}>{}</td>", html(&cell.text)));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
}
