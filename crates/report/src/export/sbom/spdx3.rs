//! SPDX 3.0.1 as JSON-LD: one flat graph of elements (profiles Core, Software, SimpleLicensing, Security).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::signed::remark;
use super::super::{Context, Exporter};
use super::license::Texts;
use super::{Object, claims, components, created, digest, found, namespace, subject};
use crate::{Package, Report};

/// SPDX 3.0.1, JSON-LD.
pub struct Spdx3;

/// The one creation record that every element refers to.
const CREATION: &str = "_:creation";

impl Exporter for Spdx3 {
    fn id(&self) -> &'static str {
        "spdx3"
    }

    fn media_type(&self) -> &'static str {
        "application/ld+json; profile=\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\""
    }

    fn extension(&self) -> &'static str {
        "spdx3.json"
    }

    fn write(&self, report: &Report, context: &Context, out: &mut String) {
        let graph = Graph { space: namespace(report, context), report };
        let components = components(report);
        let mut texts = Texts::default();
        let expressions: Vec<Option<String>> =
            components.iter().map(|(_, package)| texts.expression(&package.licenses)).collect();
        let mut licenses: BTreeMap<&str, usize> = BTreeMap::new();
        for expression in expressions.iter().flatten() {
            let next = licenses.len();
            licenses.entry(expression).or_insert(next);
        }
        let mut document = Object::begin(out);
        document.field("@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
        let elements = graph
            .head(context)
            .into_iter()
            .chain(components.iter().enumerate().map(|(at, (_, package))| graph.package(at, package)))
            .chain(graph.contents(&components))
            .chain(licenses.iter().map(|(expression, at)| graph.license(*at, expression, &texts)))
            .chain(texts.iter().map(|(id, text)| graph.license_text(id, text)))
            .chain(graph.declared(&expressions, &licenses))
            .chain(graph.vulnerabilities(&components));
        document.list("@graph", elements);
        document.end();
    }
}

struct Graph<'r> {
    /// Prefix of every id.
    space: String,
    report: &'r Report,
}

impl Graph<'_> {
    fn id(&self, local: impl std::fmt::Display) -> String {
        format!("{}#{local}", self.space)
    }

    fn element(&self, kind: &str, local: impl std::fmt::Display) -> Value {
        json!({ "type": kind, "spdxId": self.id(local), "creationInfo": CREATION })
    }

    fn relate(&self, local: String, kind: &str, from: String, to: Vec<String>) -> Value {
        let mut relationship = self.element("Relationship", local);
        relationship["relationshipType"] = kind.into();
        relationship["from"] = from.into();
        relationship["to"] = to.into();
        relationship
    }

    /// The document, who made it, and the image.
    fn head(&self, context: &Context) -> Vec<Value> {
        let tool = &self.report.tool;
        let creation = json!({
            "type": "CreationInfo", "@id": CREATION, "specVersion": "3.0.1", "created": created(self.report, context),
            "createdBy": [self.id("agent")], "createdUsing": [self.id("tool")],
        });
        let mut agent = self.element("SoftwareAgent", "agent");
        agent["name"] = tool.name.as_str().into();
        let mut using = self.element("Tool", "tool");
        using["name"] = format!("{}-{}", tool.name, tool.version).into();
        let mut document = self.element("SpdxDocument", "document");
        document["name"] = subject(self.report).into();
        document["rootElement"] = json!([self.id("sbom")]);
        document["profileConformance"] = json!(["core", "software", "simpleLicensing"]);
        let mut sbom = self.element("software_Sbom", "sbom");
        sbom["rootElement"] = json!([self.id("image")]);
        sbom["software_sbomType"] = json!(["analyzed"]);
        let mut image = self.element("software_Package", "image");
        image["name"] = subject(self.report).into();
        image["software_primaryPurpose"] = "container".into();
        if let Some(digest) = digest(self.report) {
            image["software_packageVersion"] = digest.into();
        }
        if let Some(signed) = remark(self.report) {
            image["comment"] = signed.into();
        }
        let mut all = vec![creation, agent, using, document, sbom, image];
        if let Some(distribution) = &self.report.image.distribution {
            let mut package = self.element("software_Package", "distribution");
            package["name"] = distribution.id.as_str().into();
            package["software_primaryPurpose"] = "operatingSystem".into();
            if let Some(version) = &distribution.version_id {
                package["software_packageVersion"] = version.as_str().into();
            }
            all.push(package);
        }
        all
    }

    fn package(&self, at: usize, package: &Package) -> Value {
        let mut value = self.element("software_Package", format_args!("package-{at}"));
        value["name"] = package.name.as_str().into();
        value["software_packageVersion"] = package.version.as_str().into();
        value["software_packageUrl"] = package.purl.as_str().into();
        value["software_primaryPurpose"] = if package.kind == "generic" { "application" } else { "library" }.into();
        value["software_sourceInfo"] = found(self.report, package).into();
        value["externalIdentifier"] =
            json!([{ "type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": package.purl }]);
        if let Some(claims) = claims(package) {
            value["comment"] = claims.into();
        }
        value
    }

    /// The image contains everything; a distribution's package contains what it installed.
    fn contents(&self, components: &[(String, &Package)]) -> Vec<Value> {
        let package = |at: usize| self.id(format_args!("package-{at}"));
        let mut all: Vec<String> = (0..components.len()).map(package).collect();
        if self.report.image.distribution.is_some() {
            all.push(self.id("distribution"));
        }
        let by_purl: BTreeMap<&str, usize> =
            components.iter().enumerate().map(|(at, (_, package))| (package.purl.as_str(), at)).collect();
        let mut owned: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (at, (_, component)) in components.iter().enumerate() {
            if let Some(owner) = component.owned_by.as_deref().and_then(|purl| by_purl.get(purl)) {
                owned.entry(*owner).or_default().push(package(at));
            }
        }
        let mut relationships = Vec::new();
        if !all.is_empty() {
            relationships.push(self.relate("contains-image".into(), "contains", self.id("image"), all));
        }
        relationships.extend(
            owned.into_iter().map(|(owner, to)| self.relate(format!("contains-{owner}"), "contains", package(owner), to)),
        );
        relationships
    }

    fn license(&self, at: usize, expression: &str, texts: &Texts) -> Value {
        let mut value = self.element("simplelicensing_LicenseExpression", format_args!("license-{at}"));
        value["simplelicensing_licenseExpression"] = expression.into();
        let words: Vec<&str> = expression.split([' ', '(', ')']).collect();
        let custom: Vec<Value> = texts
            .iter()
            .filter(|(id, _)| words.contains(&id.as_str()))
            .map(|(id, _)| json!({ "type": "DictionaryEntry", "key": id, "value": self.id(id) }))
            .collect();
        if !custom.is_empty() {
            value["simplelicensing_customIdToUri"] = custom.into();
        }
        value
    }

    fn license_text(&self, id: &str, text: &str) -> Value {
        let mut value = self.element("simplelicensing_SimpleLicensingText", id);
        value["simplelicensing_licenseText"] = text.into();
        value
    }

    fn declared(&self, expressions: &[Option<String>], licenses: &BTreeMap<&str, usize>) -> Vec<Value> {
        let stated = expressions.iter().enumerate().filter_map(|(at, expression)| Some((at, expression.as_deref()?)));
        stated
            .filter_map(|(at, expression)| {
                let license = self.id(format_args!("license-{}", licenses.get(expression)?));
                Some(self.relate(
                    format!("declared-{at}"),
                    "hasDeclaredLicense",
                    self.id(format_args!("package-{at}")),
                    vec![license],
                ))
            })
            .collect()
    }

    /// Each vulnerability once, with the packages that have it. Suppressed findings are left out: they do not hold.
    fn vulnerabilities(&self, components: &[(String, &Package)]) -> Vec<Value> {
        let by_purl: BTreeMap<&str, usize> =
            components.iter().enumerate().map(|(at, (_, package))| (package.purl.as_str(), at)).collect();
        let mut affected: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for finding in self.report.vulnerabilities.findings.iter().filter(|finding| finding.suppressed.is_none()) {
            if let Some(at) = by_purl.get(finding.purl.as_str()) {
                affected.entry(&finding.id).or_default().push(*at);
            }
        }
        let mut all = Vec::new();
        for (number, (id, mut packages)) in affected.into_iter().enumerate() {
            packages.sort_unstable();
            packages.dedup();
            let local = format!("vulnerability-{number}");
            let mut vulnerability = self.element("security_Vulnerability", &local);
            vulnerability["name"] = id.into();
            let kind = if id.starts_with("CVE-") { "cve" } else { "securityOther" };
            vulnerability["externalIdentifier"] =
                json!([{ "type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": id }]);
            all.push(vulnerability);
            all.extend(packages.into_iter().map(|at| {
                let from = self.id(format_args!("package-{at}"));
                self.relate(format!("{local}-{at}"), "hasAssociatedVulnerability", from, vec![self.id(&local)])
            }));
        }
        all
    }
}
