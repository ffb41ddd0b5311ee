//! SPDX 3.0 as JSON-LD: one flat `@graph` of elements (SPDX 3.0.1, profiles Core, Software, SimpleLicensing).

use super::draft::Draft;
use crate::packages::syntax::Step;

/// One step of the document.
pub(super) fn step(draft: &mut Draft, path: &[&str], step: Step<'_>) {
    match (path, step) {
        (["@context"] | ["@context", "#"], Step::Text(text)) if text.contains("spdx.org/rdf/") => {
            // `https://spdx.org/rdf/3.0.1/spdx-context.jsonld`
            let version = text.split("/rdf/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
            draft.format = format!("SPDX {version} JSON-LD");
            draft.is_known = version.starts_with("3.");
        }
        (["@graph", "#"], Step::End) => end(draft),
        (["@graph", "#", field @ ..], Step::Text(text)) => {
            let element = draft.at(1);
            match field {
                ["type" | "@type"] => element.kind = text.to_owned(),
                ["spdxId" | "@id"] => element.id = text.to_owned(),
                ["name"] => element.name = text.to_owned(),
                ["software_packageVersion"] => element.version = text.to_owned(),
                ["software_packageUrl"] => element.purl = text.to_owned(),
                ["externalIdentifier", "#", "externalIdentifierType"] => element.key = text.to_owned(),
                ["externalIdentifier", "#", "identifier"] => element.value = text.to_owned(),
                ["simplelicensing_licenseExpression"] => element.value = text.to_owned(),
                ["software_primaryPurpose"] => element.purpose = text.to_owned(),
                ["relationshipType"] => element.key = text.to_owned(),
                ["from"] => element.path = text.to_owned(),
                ["to", "#"] | ["to"] => element.targets.push(text.to_owned()),
                ["comment"] => element.comment(text),
                _ => {}
            }
        }
        (["@graph", "#", "externalIdentifier", "#"], Step::End) => {
            let element = draft.at(1);
            let (key, value) = (std::mem::take(&mut element.key), std::mem::take(&mut element.value));
            if matches!(key.as_str(), "packageUrl" | "purl") && element.purl.is_empty() {
                element.purl = value;
            }
        }
        _ => {}
    }
}

fn end(draft: &mut Draft) {
    let mut element = draft.take(1);
    match element.kind.as_str() {
        "software_Package" => {
            element.kind = if element.purpose == "operatingSystem" { "operating-system".into() } else { element.purpose.clone() };
            (element.path, element.key, element.value) = Default::default();
            draft.push(element);
        }
        "SpdxDocument" => draft.name = element.name,
        "simplelicensing_LicenseExpression" => {
            draft.license_texts.insert(element.id, element.value);
        }
        "Relationship" => {
            let (from, to) = (element.path, element.targets);
            let pairs = to.into_iter().map(|to| (from.clone(), to));
            match element.key.as_str() {
                "contains" => draft.contains.extend(pairs),
                "hasDeclaredLicense" | "hasConcludedLicense" => draft.licensed.extend(pairs),
                _ => {}
            }
        }
        _ => {}
    }
}
