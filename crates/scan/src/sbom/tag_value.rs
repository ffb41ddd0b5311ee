//! SPDX 2.2 and 2.3 as tag-value text (SPDX 2.3, clause 4.4 and annex on the format): `Tag: value` lines, `<text>` blocks.

use super::draft::Draft;
use super::spdx;

/// Reads a whole document.
pub(super) fn read(text: &str, draft: &mut Draft) {
    let mut in_text = false;
    let mut in_package = false;
    for line in text.lines() {
        if in_text {
            in_text = !line.contains("</text>");
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        in_text = value.contains("<text>") && !value.contains("</text>");
        let value = value.trim_start_matches("<text>").trim_end_matches("</text>");
        match tag.trim() {
            "SPDXVersion" => spdx::version(draft, value, "tag-value"),
            "DocumentName" => draft.name = value.to_owned(),
            tag @ ("PackageName" | "FileName" | "SnippetSPDXID" | "LicenseID") => {
                end(draft, &mut in_package);
                in_package = tag == "PackageName";
                if in_package {
                    draft.at(1).name = value.to_owned();
                }
            }
            "Relationship" => {
                let mut words = value.split_whitespace();
                if let (Some(from), Some("CONTAINS"), Some(to)) = (words.next(), words.next(), words.next()) {
                    draft.contains.push((from.to_owned(), to.to_owned()));
                }
            }
            _ if !in_package => {}
            "SPDXID" => draft.at(1).id = value.to_owned(),
            "PackageVersion" => draft.at(1).version = value.to_owned(),
            "PrimaryPackagePurpose" => draft.at(1).kind = value.replace('_', "-"),
            "PackageLicenseDeclared" | "PackageLicenseConcluded" => draft.at(1).license(value),
            "ExternalRef" => {
                let mut words = value.split_whitespace().skip(1);
                if let (Some(kind), Some(locator)) = (words.next(), words.next()) {
                    spdx::reference(draft.at(1), kind, locator.to_owned());
                }
            }
            _ => {}
        }
    }
    end(draft, &mut in_package);
}

fn end(draft: &mut Draft, in_package: &mut bool) {
    if std::mem::take(in_package) {
        let package = draft.take(1);
        draft.push(package);
    }
}
