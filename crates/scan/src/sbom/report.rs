//! An SBOM as the subject of a report.

use porthole_report::{
    Application, Efficiency, EvidenceKind, Image, Origin, Package, Report, SCHEMA_VERSION, Signatures, SourcePackage, Tool,
    Vulnerabilities, sorting,
};

use super::{SbomDocument, SbomPackage};
use crate::inventory::full_name;

impl SbomDocument {
    /// A report of the document: its packages, its distribution, its gaps, and nothing of what only an image has.
    /// `source` is what the person gave.
    pub fn into_report(self, source: &str) -> Report {
        let mut packages: Vec<Package> = self.packages.iter().map(SbomPackage::package).collect();
        sorting::sort_by(&mut packages, |a, b| (&a.purl, &a.path).cmp(&(&b.purl, &b.path)));
        Report {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: "porthole".into(), version: env!("CARGO_PKG_VERSION").into() },
            image: Image {
                source: source.to_owned(),
                kind: "sbom".into(),
                names: if self.name.is_empty() { Vec::new() } else { vec![self.name] },
                distribution: self.distribution,
                ..Image::default()
            },
            layers: Vec::new(),
            packages,
            vulnerabilities: Vulnerabilities::default(),
            secrets: Vec::new(),
            checks: Vec::new(),
            efficiency: Efficiency::default(),
            signatures: Signatures::default(),
            application: Application::default(),
            gaps: self.gaps,
        }
    }
}

impl SbomPackage {
    fn package(&self) -> Package {
        let fact = self.fact();
        Package {
            purl: self.purl.to_string(),
            name: full_name(&fact.kind, &fact.namespace, &fact.name),
            kind: fact.kind,
            version: fact.version,
            architecture: fact.architecture,
            licenses: self.licenses.clone(),
            source: fact.source.map(|(name, version)| SourcePackage { name, version }),
            evidence: EvidenceKind::Sbom,
            path: self.path.clone(),
            layer: 0,
            origin: Origin::Unknown,
            visible: true,
            removed_in: None,
            found_by: "sbom".into(),
            owned_by: self.owned_by.clone(),
            installed_size: None,
            also_at: Vec::new(),
            changelog_fixes: self.changelog_fixes.clone(),
        }
    }
}
