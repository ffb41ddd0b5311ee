//! CycloneDX VEX (CycloneDX 1.4 and later, `vulnerabilities[].analysis`). The states `not_affected`, `false_positive`, `resolved` and
//! `resolved_with_pedigree` silence a finding.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Error, Rule, json, refuse, text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bom {
    bom_format: String,
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct Component {
    #[serde(default, rename = "bom-ref")]
    reference: String,
    #[serde(default)]
    purl: String,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default)]
    id: String,
    #[serde(default)]
    references: Vec<Reference>,
    #[serde(default)]
    analysis: Option<Analysis>,
    #[serde(default)]
    affects: Vec<Affects>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    id: String,
}

#[derive(Deserialize)]
struct Analysis {
    #[serde(default)]
    state: String,
    #[serde(default)]
    justification: Option<String>,
    #[serde(default)]
    detail: Option<String>,
}

#[derive(Deserialize)]
struct Affects {
    #[serde(default, rename = "ref")]
    reference: String,
}

/// Reads a CycloneDX document with analyses.
///
/// # Errors
/// When it is not one.
pub fn cyclonedx_vex(name: &str, bytes: &[u8]) -> Result<Vec<Rule>, Error> {
    let bom: Bom = json(name, text(name, bytes)?)?;
    if bom.bom_format != "CycloneDX" {
        return Err(refuse(name, "not a CycloneDX document"));
    }
    let mut purls = BTreeMap::new();
    gather(&bom.components, &mut purls);
    Ok(bom.vulnerabilities.into_iter().filter_map(|vulnerability| rule(name, vulnerability, &purls)).collect())
}

fn gather(components: &[Component], purls: &mut BTreeMap<String, String>) {
    for component in components {
        if !component.purl.is_empty() {
            purls.insert(component.reference.clone(), component.purl.clone());
        }
        gather(&component.components, purls);
    }
}

fn rule(source: &str, vulnerability: Vulnerability, purls: &BTreeMap<String, String>) -> Option<Rule> {
    let analysis = vulnerability.analysis?;
    if !matches!(analysis.state.as_str(), "not_affected" | "false_positive" | "resolved" | "resolved_with_pedigree") {
        return None;
    }
    let mut ids = vec![vulnerability.id];
    ids.extend(vulnerability.references.into_iter().map(|reference| reference.id));
    ids.retain(|id| !id.is_empty());
    // A reference is a bom-ref of this document, a purl, or a BOM-Link whose fragment is one of the two.
    let package = |reference: &str| {
        let reference =
            if reference.starts_with("urn:cdx:") { reference.split_once('#').map_or("", |(_, rest)| rest) } else { reference };
        purls.get(reference).cloned().unwrap_or_else(|| reference.to_owned())
    };
    let packages =
        vulnerability.affects.iter().map(|affects| package(&affects.reference)).filter(|package| !package.is_empty()).collect();
    let status = match analysis.justification {
        Some(justification) => format!("{}: {justification}", analysis.state),
        None => analysis.state,
    };
    let reason = analysis.detail.unwrap_or_default();
    Some(Rule { ids, packages, by: "vex".into(), status, reason, expires: None, source: source.to_owned() })
}
