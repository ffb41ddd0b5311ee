//! Small documents that are dropped beside an image or instead of one, told apart by what is in them.

use porthole_report::{Report, SCHEMA_VERSION};
use serde::Deserialize;
use serde::de::IgnoredAny;
use wasm_bindgen::prelude::wasm_bindgen;

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    /// A report that was saved.
    Report,
    /// A list of packages, or what is not recognised: reading it says what is wrong.
    Sbom,
    /// VEX statements or an ignore file.
    Rules,
    /// An SBOM with VEX statements in it: either, as it is used.
    ListedRules,
    /// A policy.
    Policy,
    /// Whom to trust: a public key, certificates, a trusted root, a trust policy.
    Trust,
}

impl DocumentKind {
    fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Sbom => "sbom",
            Self::Rules => "rules",
            Self::ListedRules => "listedRules",
            Self::Policy => "policy",
            Self::Trust => "trust",
        }
    }
}

/// What a document is for, by name.
#[wasm_bindgen(js_name = documentKind)]
pub fn document_kind(bytes: &[u8]) -> String {
    kind(bytes).name().to_owned()
}

/// The fields that tell JSON documents apart; each is looked at once, and none of their values is kept.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Fields {
    schema_version: Option<IgnoredAny>,
    layers: Option<IgnoredAny>,
    packages: Option<IgnoredAny>,
    #[serde(rename = "@context")]
    context: Option<Context>,
    bom_format: Option<IgnoredAny>,
    components: Vec<IgnoredAny>,
    vulnerabilities: Option<Vulnerabilities>,
    certificate_authorities: Option<IgnoredAny>,
    trust_policies: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Context {
    Text(String),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Vulnerabilities {
    List(Vec<Analysed>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Analysed {
    #[serde(default)]
    analysis: Option<IgnoredAny>,
}

pub(crate) fn kind(bytes: &[u8]) -> DocumentKind {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if bytes.starts_with(b"-----BEGIN ") {
        return DocumentKind::Trust;
    }
    if !bytes.starts_with(b"{") {
        return text_kind(bytes);
    }
    let fields: Fields = serde_json::from_slice(bytes).unwrap_or_default();
    let analysed =
        matches!(&fields.vulnerabilities, Some(Vulnerabilities::List(list)) if list.iter().any(|one| one.analysis.is_some()));
    if fields.schema_version.is_some() && fields.layers.is_some() && fields.packages.is_some() {
        DocumentKind::Report
    } else if matches!(&fields.context, Some(Context::Text(text)) if text.contains("openvex")) {
        DocumentKind::Rules
    } else if fields.bom_format.is_some() && analysed {
        if fields.components.is_empty() { DocumentKind::Rules } else { DocumentKind::ListedRules }
    } else if fields.certificate_authorities.is_some() || fields.trust_policies.is_some() {
        DocumentKind::Trust
    } else {
        DocumentKind::Sbom
    }
}

/// SPDX and CycloneDX have text forms too; TOML with `[[ignore]]` is an ignore file, any other a policy.
fn text_kind(bytes: &[u8]) -> DocumentKind {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    if bytes.starts_with(b"<") || text.lines().any(|line| line.starts_with("SPDXVersion:")) {
        DocumentKind::Sbom
    } else if text.lines().any(|line| line.trim_start().starts_with("[[ignore]]")) {
        DocumentKind::Rules
    } else {
        DocumentKind::Policy
    }
}

/// Reads a saved report.
pub(crate) fn report(bytes: &[u8]) -> Result<Report, String> {
    let report: Report = serde_json::from_slice(bytes).map_err(|error| format!("this report is damaged: {error}"))?;
    if report.schema_version > SCHEMA_VERSION {
        return Err(format!(
            "this report is of a newer Porthole: its schema is {}, and {SCHEMA_VERSION} is read",
            report.schema_version
        ));
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_told_apart_by_what_is_in_them() {
        for (text, want) in [
            (r#"{"schemaVersion": 1, "layers": [], "packages": [], "image": {}}"#, DocumentKind::Report),
            (r#"{"bomFormat": "CycloneDX", "components": [{}]}"#, DocumentKind::Sbom),
            (r#"{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "CVE-1"}]}"#, DocumentKind::Sbom),
            (r#"{"bomFormat": "CycloneDX", "vulnerabilities": [{"analysis": {"state": "resolved"}}]}"#, DocumentKind::Rules),
            (
                r#"{"bomFormat": "CycloneDX", "components": [{}], "vulnerabilities": [{"analysis": {}}]}"#,
                DocumentKind::ListedRules,
            ),
            (r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": []}"#, DocumentKind::Rules),
            (r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}"#, DocumentKind::Sbom),
            (r#"{"@context": ["a"], "@graph": []}"#, DocumentKind::Sbom),
            (r#"{"mediaType": "x", "certificateAuthorities": []}"#, DocumentKind::Trust),
            (r#"{"version": "1.0", "trustPolicies": []}"#, DocumentKind::Trust),
            ("-----BEGIN PUBLIC KEY-----\n", DocumentKind::Trust),
            ("[[ignore]]\nid = \"CVE-1\"\n", DocumentKind::Rules),
            ("[vulnerabilities]\nseverity = \"high\"\n", DocumentKind::Policy),
            ("SPDXVersion: SPDX-2.3\n", DocumentKind::Sbom),
            ("<bom/>", DocumentKind::Sbom),
            (r#"{"cut": "#, DocumentKind::Sbom),
        ] {
            assert_eq!(kind(text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn a_report_of_tomorrow_is_refused_in_words() {
        let sbom = porthole_scan::sbom::read(br#"{"bomFormat": "CycloneDX", "specVersion": "1.5"}"#).expect("an SBOM");
        let mut ours = sbom.into_report("a");
        let read = |report: &Report| super::report(&serde_json::to_vec(report).expect("plain data"));
        assert_eq!(read(&ours), Ok(ours.clone()));
        ours.schema_version = SCHEMA_VERSION + 1;
        assert!(read(&ours).expect_err("newer").contains("newer"));
        assert!(super::report(b"{\"schemaVersion\": 1}").expect_err("damaged").contains("damaged"));
    }
}
