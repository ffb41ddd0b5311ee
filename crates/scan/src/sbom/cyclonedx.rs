//! CycloneDX (ECMA-424), 1.2 to 1.6, JSON and XML: `components` with everything nested in them.

use super::draft::{Component, Draft};
use crate::packages::syntax::Step;

/// Prefix of the properties that our own exporter writes.
const OWN: &str = "porthole:";

fn version(draft: &mut Draft, version: &str, encoding: &str) {
    draft.format = format!("CycloneDX {version} {encoding}");
    draft.is_known = version.strip_prefix("1.").and_then(|minor| minor.parse::<u8>().ok()).is_some_and(|minor| minor < 8);
}

/// One step of a JSON document.
pub(super) fn step(draft: &mut Draft, path: &[&str], step: Step<'_>) {
    match (path, step) {
        (["bomFormat"], Step::Text("CycloneDX")) if draft.format.is_empty() => draft.format = "CycloneDX".into(),
        (["specVersion"], Step::Text(text)) => version(draft, text, "JSON"),
        (["metadata", "component", "name"], Step::Text(text)) => draft.name = text.to_owned(),
        _ => components(draft, path, step),
    }
}

/// One step of an XML document.
pub(super) fn xml_step(draft: &mut Draft, path: &[&str], step: Step<'_>) {
    let ["bom", path @ ..] = path else { return };
    match (path, step) {
        // The version is in the name space: `http://cyclonedx.org/schema/bom/1.4`.
        (["@xmlns"], Step::Text(space)) if space.contains("cyclonedx") => {
            version(draft, space.rsplit('/').next().unwrap_or_default(), "XML");
        }
        (["metadata", "component", "name"], Step::Text(text)) => draft.name = text.to_owned(),
        _ => components(draft, path, step),
    }
}

fn components(draft: &mut Draft, mut path: &[&str], step: Step<'_>) {
    let mut depth = 0;
    while let ["components", "#" | "component", rest @ ..] = path {
        depth += 1;
        path = rest;
    }
    if depth == 0 {
        return;
    }
    if path.is_empty() && step == Step::End {
        let component = draft.take(depth);
        draft.push(component);
        return;
    }
    let component = draft.at(depth);
    match (path, step) {
        (["bom-ref" | "@bom-ref"], Step::Text(text)) => component.id = text.to_owned(),
        (["type" | "@type"], Step::Text(text)) => component.kind = text.to_owned(),
        (["name"], Step::Text(text)) => component.name = text.to_owned(),
        (["version"], Step::Text(text)) => component.version = text.to_owned(),
        (["purl"], Step::Text(text)) => component.purl = text.to_owned(),
        (
            ["licenses", "#", "license", "id" | "name"]
            | ["licenses", "license", "id" | "name"]
            | ["licenses", "#", "expression"]
            | ["licenses", "expression"],
            Step::Text(text),
        ) => component.license(text),
        (["properties", "#" | "property", "name" | "@name"], Step::Text(text)) => component.key = text.to_owned(),
        (["properties", "#", "value"] | ["properties", "property"], Step::Text(text)) => component.value = text.to_owned(),
        (["properties", "#" | "property"], Step::End) => property(component),
        _ => {}
    }
}

fn property(component: &mut Component) {
    let (key, value) = (std::mem::take(&mut component.key), std::mem::take(&mut component.value));
    match key.strip_prefix(OWN) {
        Some("path") => component.path = value,
        Some("owned-by") => component.owned_by = Some(value),
        Some("changelog-fix") => component.changelog_fixes.push(value),
        // Syft's and Trivy's names for the same.
        _ if matches!(key.as_str(), "syft:location:0:path" | "aquasecurity:trivy:FilePath") => component.path = value,
        _ => {}
    }
}
