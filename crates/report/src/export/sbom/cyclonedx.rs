//! CycloneDX 1.6 as JSON (ECMA-424, second edition), with the vulnerabilities found.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::signed::signed;
use super::super::{Context, Exporter};
use super::{Object, components, digest, license, subject};
use crate::sorting;
use crate::{FixState, Package, Purl, Report, Severity, Vulnerability};

/// CycloneDX 1.6, JSON.
pub struct CycloneDx;

/// Id of the image inside the document.
const IMAGE: &str = "image";

impl Exporter for CycloneDx {
    fn id(&self) -> &'static str {
        "cyclonedx"
    }

    fn media_type(&self) -> &'static str {
        "application/vnd.cyclonedx+json; version=1.6"
    }

    fn extension(&self) -> &'static str {
        "cdx.json"
    }

    fn write(&self, report: &Report, context: &Context, out: &mut String) {
        let components = components(report);
        let mut document = Object::begin(out);
        document.field("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        document.field("bomFormat", "CycloneDX");
        document.field("specVersion", "1.6");
        if let Some(serial) = &context.serial {
            document.field("serialNumber", format!("urn:uuid:{serial}"));
        }
        document.field("version", 1);
        document.field("metadata", metadata(report, context));
        let distribution = report.image.distribution.iter().map(|distribution| {
            let mut component = json!({
                "bom-ref": "distribution",
                "type": "operating-system",
                "name": distribution.id,
                "description": distribution.pretty_name,
            });
            if let Some(version) = &distribution.version_id {
                component["version"] = version.as_str().into();
            }
            component
        });
        document.list("components", distribution.chain(components.iter().map(|(id, package)| component(report, id, package))));
        let contents: Vec<&str> = components.iter().map(|(id, _)| id.as_str()).collect();
        document.list("dependencies", std::iter::once(json!({ "ref": IMAGE, "dependsOn": contents })));
        if !report.vulnerabilities.findings.is_empty() {
            document.list("vulnerabilities", vulnerabilities(report, &components));
        }
        document.end();
    }
}

fn metadata(report: &Report, context: &Context) -> Value {
    let image = &report.image;
    let mut component = json!({ "bom-ref": IMAGE, "type": "container", "name": subject(report) });
    if let Some(digest) = digest(report) {
        component["version"] = digest.into();
    }
    let platform = [&image.platform.os, &image.platform.architecture].map(String::as_str).join("/");
    let pairs = [("platform", platform.trim_matches('/')), ("source", &image.source), ("kind", &image.kind)];
    let signed: Vec<String> =
        signed(report).iter().map(|one| format!("{} {} {}", one.state, one.format, one.statement)).collect();
    let signatures = signed.iter().map(|line| ("signature", line.as_str()));
    component["properties"] = properties(pairs.into_iter().filter(|(_, value)| !value.is_empty()).chain(signatures));
    let tool = json!({ "type": "application", "name": report.tool.name, "version": report.tool.version });
    let mut metadata = json!({ "tools": { "components": [tool] }, "component": component });
    if let Some(now) = &context.now {
        metadata["timestamp"] = now.as_str().into();
    }
    metadata
}

fn properties<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    pairs.map(|(name, value)| json!({ "name": format!("porthole:{name}"), "value": value })).collect()
}

fn component(report: &Report, id: &str, package: &Package) -> Value {
    let mut component = Map::new();
    let mut put = |key: &str, value: Value| component.insert(key.to_owned(), value);
    put("bom-ref", id.into());
    put("type", if package.kind == "generic" { "application" } else { "library" }.into());
    // Groups are the formats' own word for Maven groups and npm scopes; elsewhere the name says it all.
    match Purl::parse(&package.purl).filter(|purl| matches!(purl.kind.as_str(), "maven" | "npm") && !purl.namespace.is_empty()) {
        Some(purl) => {
            put("group", purl.namespace.into());
            put("name", purl.name.into());
        }
        None => {
            put("name", package.name.as_str().into());
        }
    }
    put("version", package.version.as_str().into());
    put("purl", package.purl.as_str().into());
    if !package.licenses.is_empty() {
        put("licenses", licenses(&package.licenses));
    }
    let places = std::iter::once(&package.path).chain(&package.also_at).filter(|path| !path.is_empty());
    put("evidence", json!({ "occurrences": places.map(|path| json!({ "location": path })).collect::<Vec<_>>() }));
    let layer = package.layer.to_string();
    let diff_id = report.layers.get(package.layer as usize).and_then(|layer| layer.diff_id.as_deref());
    let evidence = serde_json::to_value(package.evidence).unwrap_or_default();
    let mut pairs = vec![
        ("path", package.path.as_str()),
        ("layer", layer.as_str()),
        ("layer-diff-id", diff_id.unwrap_or_default()),
        ("found-by", package.found_by.as_str()),
        ("evidence", evidence.as_str().unwrap_or_default()),
        ("owned-by", package.owned_by.as_deref().unwrap_or_default()),
    ];
    pairs.extend(package.changelog_fixes.iter().map(|id| ("changelog-fix", id.as_str())));
    put("properties", properties(pairs.into_iter().filter(|(_, value)| !value.is_empty())));
    Value::Object(component)
}

/// Either one expression, or a list of ids and names (the schema allows no mixture).
fn licenses(licenses: &[String]) -> Value {
    if let [one] = licenses
        && license::id(one).is_none()
        && let Some(expression) = license::expression(one)
    {
        return json!([{ "expression": expression }]);
    }
    licenses
        .iter()
        .map(|text| match license::id(text) {
            Some(id) => json!({ "license": { "id": id } }),
            None => json!({ "license": { "name": text } }),
        })
        .collect()
}

/// One entry for each id: the same CVE in ten packages is one vulnerability with ten places.
fn vulnerabilities<'a>(report: &'a Report, components: &'a [(String, &Package)]) -> impl Iterator<Item = Value> + 'a {
    let ids: BTreeMap<&str, &str> = components.iter().map(|(id, package)| (package.purl.as_str(), id.as_str())).collect();
    let mut groups: Vec<Vec<&Vulnerability>> = Vec::new();
    let mut places: BTreeMap<(&str, &str, bool), usize> = BTreeMap::new();
    for finding in &report.vulnerabilities.findings {
        let key = (finding.id.as_str(), finding.ecosystem.as_str(), finding.suppressed.is_some());
        let at = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.into_iter().filter_map(move |group| vulnerability(&group, &ids))
}

fn vulnerability(group: &[&Vulnerability], ids: &BTreeMap<&str, &str>) -> Option<Value> {
    let first = group.first()?;
    let mut entry = json!({ "id": first.id, "source": { "name": first.ecosystem } });
    let mut rating = json!({ "severity": severity(first.severity) });
    if let Some(score) = first.score {
        // One decimal, as CVSS has it: the nearest double of 7.5 is 7.5, not 7.5 with noise of the narrower type behind it.
        rating["score"] = ((f64::from(score) * 10.0).round() / 10.0).into();
    }
    if let Some(vector) = &first.vector {
        rating["vector"] = vector.as_str().into();
        rating["method"] = method(vector).into();
    }
    entry["ratings"] = json!([rating]);
    let affects: Vec<Value> = group
        .iter()
        .filter_map(|finding| {
            let reference = ids.get(finding.purl.as_str())?;
            Some(json!({ "ref": reference, "versions": [{ "version": finding.installed, "status": "affected" }] }))
        })
        .collect();
    entry["affects"] = affects.into();
    let mut upgrades: Vec<String> = group
        .iter()
        .filter(|finding| finding.fix_state == FixState::Fixed)
        .filter_map(|finding| finding.fixed.as_ref().map(|fixed| format!("upgrade {} to {fixed}", finding.package)))
        .collect();
    sorting::sort(&mut upgrades);
    upgrades.dedup();
    if !upgrades.is_empty() {
        entry["recommendation"] = upgrades.join("; ").into();
    }
    // The schema wants IRIs; advisory databases also hold prose, and what is no web address is nobody's link.
    let is_address = |url: &&String| {
        (url.starts_with("https://") || url.starts_with("http://"))
            && !url.contains(|c: char| c.is_control() || c.is_whitespace() || "<>\"{}|\\^`".contains(c))
    };
    let addresses: Vec<Value> = first.references.iter().filter(is_address).map(|url| json!({ "url": url })).collect();
    if !addresses.is_empty() {
        entry["advisories"] = addresses.into();
    }
    if let Some(suppression) = &first.suppressed {
        let mut analysis =
            json!({ "detail": format!("{} ({}): {}", suppression.status, suppression.source, suppression.reason) });
        if suppression.status.starts_with("not_affected") {
            analysis["state"] = "not_affected".into();
        }
        entry["analysis"] = analysis;
    }
    let mut pairs = vec![("advisory", first.advisory.clone())];
    pairs.extend(first.aliases.iter().map(|alias| ("alias", alias.clone())));
    if first.kev {
        pairs.push(("known-exploited", "true".into()));
    }
    if let Some(epss) = first.epss {
        pairs.push(("epss", epss.to_string()));
    }
    entry["properties"] = properties(pairs.iter().map(|(name, value)| (*name, value.as_str())));
    Some(entry)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        // Debian's word for what is not worth an update; the schema has no nearer one.
        Severity::Negligible => "info",
        other => other.word(),
    }
}

fn method(vector: &str) -> &'static str {
    match vector.get(..8) {
        Some("CVSS:4.0") => "CVSSv4",
        Some("CVSS:3.1") => "CVSSv31",
        Some("CVSS:3.0") => "CVSSv3",
        _ if vector.starts_with("AV:") => "CVSSv2",
        _ => "other",
    }
}
