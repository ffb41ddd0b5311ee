//! SPDX 2.2 and 2.3 as JSON (ISO/IEC 5962, "Package information", "Relationships between SPDX elements").

use super::draft::{Component, Draft};
use crate::packages::syntax::Step;

pub(super) fn version(draft: &mut Draft, text: &str, encoding: &str) {
    let version = text.trim_start_matches("SPDX-");
    draft.format = format!("SPDX {version} {encoding}");
    draft.is_known = version.starts_with("2.");
}

/// One step of a JSON document.
pub(super) fn step(draft: &mut Draft, path: &[&str], step: Step<'_>) {
    match (path, step) {
        (["spdxVersion"], Step::Text(text)) => version(draft, text, "JSON"),
        (["name"], Step::Text(text)) => draft.name = text.to_owned(),
        (["packages", "#"], Step::End) => {
            let package = draft.take(1);
            draft.push(package);
        }
        (["packages", "#", field @ ..], Step::Text(text)) => package(draft.at(1), field, text),
        (["packages", "#", "externalRefs", "#"], Step::End) => {
            let package = draft.at(1);
            let (key, value) = (std::mem::take(&mut package.key), std::mem::take(&mut package.value));
            reference(package, &key, value);
        }
        // A relationship is read in the fields of a component that never becomes one.
        (["relationships", "#", "spdxElementId"], Step::Text(text)) => draft.at(1).id = text.to_owned(),
        (["relationships", "#", "relationshipType"], Step::Text(text)) => draft.at(1).kind = text.to_owned(),
        (["relationships", "#", "relatedSpdxElement"], Step::Text(text)) => draft.at(1).key = text.to_owned(),
        (["relationships", "#"], Step::End) => {
            let relationship = draft.take(1);
            if relationship.kind == "CONTAINS" {
                draft.contains.push((relationship.id, relationship.key));
            }
        }
        _ => {}
    }
}

fn package(package: &mut Component, field: &[&str], text: &str) {
    match field {
        ["SPDXID"] => package.id = text.to_owned(),
        ["name"] => package.name = text.to_owned(),
        ["comment"] => package.comment(text),
        ["versionInfo"] => package.version = text.to_owned(),
        ["primaryPackagePurpose"] => package.kind = text.replace('_', "-"),
        // What was declared stands before what somebody concluded from the text.
        ["licenseDeclared" | "licenseConcluded"] => package.license(text),
        ["externalRefs", "#", "referenceType"] => package.key = text.to_owned(),
        ["externalRefs", "#", "referenceLocator"] => package.value = text.to_owned(),
        _ => {}
    }
}

/// An external reference of a package.
pub(super) fn reference(package: &mut Component, kind: &str, locator: String) {
    if kind == "purl" || kind.ends_with("/purl") {
        package.purl = locator;
    }
}
