//! A difference as a comment for a pull request (GitHub Flavored Markdown).

use super::table::{amount, change, outcome};
use super::{Diff, FindingRef};
use crate::export::{bytes, cell, md};

/// Rows of a list before it says how many more there are.
const ROWS: usize = 20;

/// The difference as Markdown.
pub fn markdown(diff: &Diff) -> String {
    let mut out = format!("### Porthole: {} → {}\n\n", md(&diff.before), md(&diff.after));
    if !diff.vulnerabilities_known {
        out.push_str("Vulnerabilities are not compared: no advisory database was loaded for both.\n\n");
    }
    if diff.is_empty() {
        return out + "No difference.\n";
    }
    out.push_str("| | before | after | change |\n| --- | ---: | ---: | ---: |\n");
    for size in diff.sizes.iter().filter(|size| size.from != size.to) {
        let [from, to] = [size.from, size.to].map(|number| amount(&size.what, number));
        out.push_str(&format!("| {} | {from} | {to} | {} |\n", size.what, change(&size.what, size.from, size.to)));
    }
    let check = |worse: bool| {
        diff.checks_changed
            .iter()
            .filter(move |check| if worse { check.is_worse() } else { check.is_better() })
            .map(|check| {
                let (from, to) = (outcome(check.from), outcome(check.to));
                format!("| check | {} | {} {from} → {to}: {} |", check.severity.word(), cell(&check.code), cell(&check.message))
            })
            .collect::<Vec<_>>()
    };
    let worse = [rows("vulnerability", &diff.vulnerabilities_added), rows("secret", &diff.secrets_added), check(true)].concat();
    let better =
        [rows("vulnerability", &diff.vulnerabilities_removed), rows("secret", &diff.secrets_removed), check(false)].concat();
    list("Worse", "| | severity | what |\n| --- | --- | --- |", &worse, &mut out);
    list("Better", "| | severity | what |\n| --- | --- | --- |", &better, &mut out);
    let mut packages = Vec::new();
    for (sign, these) in [("added", &diff.packages_added), ("removed", &diff.packages_removed)] {
        packages.extend(
            these.iter().map(|one| format!("| {sign} | {} | {} | {} |", cell(&one.name), cell(&one.version), cell(&one.kind))),
        );
    }
    packages.extend(diff.packages_changed.iter().map(|one| {
        let [from, to] = [&one.from, &one.to].map(|versions| cell(&versions.join(", ")));
        format!("| changed | {} | {from} → {to} | {} |", cell(&one.name), cell(&one.kind))
    }));
    list("Packages", "| | name | version | kind |\n| --- | --- | --- | --- |", &packages, &mut out);
    let config: Vec<String> = diff
        .config_changed
        .iter()
        .map(|field| {
            let [from, to] = [&field.from, &field.to].map(|value| cell(value.as_deref().unwrap_or_default()));
            format!("| {} | {from} | {to} |", cell(&field.field))
        })
        .collect();
    list("Configuration", "| field | before | after |\n| --- | --- | --- |", &config, &mut out);
    if let Some(files) = &diff.files {
        let rows: Vec<String> = files
            .largest
            .iter()
            .map(|file| {
                let size = |size: Option<u64>| size.map(bytes).unwrap_or_default();
                format!("| {} | {} | {} | {} |", cell(&file.path), size(file.from), size(file.to), cell(&file.what.join(", ")))
            })
            .collect();
        out.push_str(&format!(
            "\nFiles: {} added, {} removed, {} changed, {} with another time alone\n",
            files.added, files.removed, files.changed, files.touched
        ));
        list("Largest files", "| path | before | after | what |\n| --- | ---: | ---: | --- |", &rows, &mut out);
    }
    out
}

fn rows(kind: &str, list: &[FindingRef]) -> Vec<String> {
    list.iter().map(|one| format!("| {kind} | {} | {} {} |", one.severity.word(), cell(&one.id), cell(&one.subject))).collect()
}

fn list(title: &str, head: &str, rows: &[String], out: &mut String) {
    if rows.is_empty() {
        return;
    }
    out.push_str(&format!("\n<details><summary>{title} ({})</summary>\n\n{head}\n", rows.len()));
    for row in rows.iter().take(ROWS) {
        out.push_str(row);
        out.push('\n');
    }
    if rows.len() > ROWS {
        out.push_str(&format!("\n{} more are not shown\n", rows.len() - ROWS));
    }
    out.push_str("\n</details>\n");
}
