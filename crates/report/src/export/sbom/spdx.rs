//! SPDX 2.3 as JSON (ISO/IEC 5962's successor, SPDX specification 2.3, annex "JSON").

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::signed::remark;
use super::super::{Context, Exporter};
use super::license::Texts;
use super::{Object, claims, components, created, digest, found, namespace, subject};
use crate::{Package, Report};

/// SPDX 2.3, JSON.
pub struct Spdx;

const IMAGE: &str = "SPDXRef-image";
const DISTRIBUTION: &str = "SPDXRef-distribution";

impl Exporter for Spdx {
    fn id(&self) -> &'static str {
        "spdx"
    }

    fn media_type(&self) -> &'static str {
        "application/spdx+json"
    }

    fn extension(&self) -> &'static str {
        "spdx.json"
    }

    fn write(&self, report: &Report, context: &Context, out: &mut String) {
        let components = components(report);
        let mut texts = Texts::default();
        let mut document = Object::begin(out);
        document.field("spdxVersion", "SPDX-2.3");
        document.field("dataLicense", "CC0-1.0");
        document.field("SPDXID", "SPDXRef-DOCUMENT");
        document.field("name", subject(report));
        document.field("documentNamespace", namespace(report, context));
        let creator = format!("Tool: {}-{}", report.tool.name, report.tool.version);
        document.field("creationInfo", json!({ "created": created(report, context), "creators": [creator] }));
        let packages = components.iter().enumerate().map(|(at, (_, package))| self::package(report, at, package, &mut texts));
        document.list("packages", std::iter::once(image(report)).chain(distribution(report)).chain(packages));
        if texts.iter().next().is_some() {
            let infos = texts.iter().map(|(id, text)| json!({ "licenseId": id, "name": text, "extractedText": text }));
            document.list("hasExtractedLicensingInfos", infos);
        }
        document.list("relationships", relationships(report, &components));
        document.end();
    }
}

fn id(at: usize) -> String {
    format!("SPDXRef-Package-{at}")
}

/// What every package must state, even when nothing is known of it.
fn bare(id: &str, name: &str, purpose: &str) -> Value {
    json!({
        "SPDXID": id,
        "name": name,
        "primaryPackagePurpose": purpose,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "supplier": "NOASSERTION",
    })
}

fn image(report: &Report) -> Value {
    let mut image = bare(IMAGE, subject(report), "CONTAINER");
    if let Some(digest) = digest(report) {
        image["versionInfo"] = digest.into();
        if let Some(hex) = digest.strip_prefix("sha256:") {
            image["checksums"] = json!([{ "algorithm": "SHA256", "checksumValue": hex }]);
        }
    }
    if let Some(signed) = remark(report) {
        image["comment"] = signed.into();
    }
    image
}

fn distribution(report: &Report) -> Option<Value> {
    let distribution = report.image.distribution.as_ref()?;
    let mut package = bare(DISTRIBUTION, &distribution.id, "OPERATING-SYSTEM");
    package["summary"] = distribution.pretty_name.as_str().into();
    if let Some(version) = &distribution.version_id {
        package["versionInfo"] = version.as_str().into();
    }
    Some(package)
}

fn package(report: &Report, at: usize, package: &Package, texts: &mut Texts) -> Value {
    let mut value = bare(&id(at), &package.name, if package.kind == "generic" { "APPLICATION" } else { "LIBRARY" });
    value["versionInfo"] = package.version.as_str().into();
    value["sourceInfo"] = found(report, package).into();
    if let Some(claims) = claims(package) {
        value["comment"] = claims.into();
    }
    if let Some(expression) = texts.expression(&package.licenses) {
        value["licenseDeclared"] = expression.into();
    }
    let purl = json!({ "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": package.purl });
    value["externalRefs"] = json!([purl]);
    value
}

fn relationships<'a>(report: &'a Report, components: &'a [(String, &Package)]) -> impl Iterator<Item = Value> + 'a {
    let relate =
        |from: &str, kind: &str, to: &str| json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to });
    let by_purl: BTreeMap<&str, usize> =
        components.iter().enumerate().map(|(at, (_, package))| (package.purl.as_str(), at)).collect();
    let contents = components.iter().enumerate().flat_map(move |(at, (_, package))| {
        let owner =
            package.owned_by.as_deref().and_then(|purl| by_purl.get(purl)).map(|owner| relate(&id(*owner), "CONTAINS", &id(at)));
        std::iter::once(relate(IMAGE, "CONTAINS", &id(at))).chain(owner)
    });
    std::iter::once(relate("SPDXRef-DOCUMENT", "DESCRIBES", IMAGE))
        .chain(report.image.distribution.iter().map(move |_| relate(IMAGE, "CONTAINS", DISTRIBUTION)))
        .chain(contents)
}
