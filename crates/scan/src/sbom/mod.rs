//! Software bills of materials, read: CycloneDX 1.2 to 1.6 (JSON, XML), SPDX 2.2 and 2.3 (JSON, tag-value), SPDX 3.0
//! (JSON-LD), and Syft's own JSON.
//!
//! Every format becomes the same list of package URLs. A component without one is counted, not guessed: nothing is ever
//! matched by its bare name. A document is walked once, whatever its size; there is no tree of it in memory.
//! [`SbomDocument::into_report`] makes it the subject of a report, so that an SBOM and the image it came from get the same
//! answers. Must not know: where the document came from, how packages are matched. Proof: this folder's tests,
//! `tests/suite/sbom.rs` (what our exporters write comes back).

mod cyclonedx;
mod draft;
mod report;
mod spdx;
mod spdx3;
mod syft;
mod tag_value;

use porthole_report::{Distribution, Gap, GapKind, Purl};

use crate::facts::PackageFact;
use crate::packages::syntax::{gap, json, text, xml};
use draft::Draft;

/// A document, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SbomDocument {
    /// Format, version and encoding: `CycloneDX 1.6 JSON`.
    pub format: String,
    /// What the document calls its subject; empty when it does not say.
    pub name: String,
    /// Components that have a package URL, in order of it, each once.
    pub packages: Vec<SbomPackage>,
    /// The distribution that the document or its package URLs name.
    pub distribution: Option<Distribution>,
    /// What could not be read or used.
    pub gaps: Vec<Gap>,
}

/// One component.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SbomPackage {
    /// Its package URL.
    pub purl: Purl,
    /// What the document calls it; often the ecosystem's own spelling, which a package URL may not keep.
    pub name: String,
    /// Licence ids, names or expressions.
    pub licenses: Vec<String>,
    /// Path in the image, where the document says it.
    pub path: String,
    /// purl of the package that contains it, where the document says so.
    pub owned_by: Option<String>,
    /// CVE ids that its changelog claims to have fixed, where the document says so.
    pub changelog_fixes: Vec<String>,
}

/// Why a file is no SBOM that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// None of the formats.
    #[error("sbom: neither CycloneDX nor SPDX nor Syft JSON")]
    UnknownFormat,
    /// One of the formats, in a version that is not read.
    #[error("sbom: {found} is not read")]
    UnknownVersion {
        /// Format and version.
        found: String,
    },
    /// One of the formats, so damaged that no component could be read.
    #[error("sbom: {reason}")]
    Damaged {
        /// Where and why.
        reason: String,
    },
}

/// Reads a document. What stood before damage is kept, and the damage becomes a gap.
///
/// # Errors
/// When it is none of the formats, of a version that is not read, or damaged before its first component.
pub fn read(bytes: &[u8]) -> Result<SbomDocument, Error> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut draft = Draft::default();
    let damage = match bytes.trim_ascii_start().first() {
        Some(b'{') => json(bytes, &mut |path, step| {
            // An in-toto statement, as BuildKit attaches it, has the document for its predicate.
            let path = if path.first() == Some(&"predicate") { path.get(1..).unwrap_or_default() } else { path };
            match path.first().copied() {
                Some("components" | "metadata" | "bomFormat" | "specVersion") => cyclonedx::step(&mut draft, path, step),
                Some("packages" | "relationships" | "spdxVersion" | "name") => spdx::step(&mut draft, path, step),
                Some("@graph" | "@context") => spdx3::step(&mut draft, path, step),
                Some("artifacts" | "distro" | "source" | "schema" | "artifactRelationships") => {
                    syft::step(&mut draft, path, step)
                }
                _ => {}
            }
        })
        .err(),
        Some(b'<') => xml(&text(bytes), &mut |path, step| cyclonedx::xml_step(&mut draft, path, step)).err(),
        _ => {
            tag_value::read(&text(bytes), &mut draft);
            None
        }
    };
    let reason = damage.map(|damage| damage.0);
    if draft.format.is_empty() {
        return Err(Error::UnknownFormat);
    }
    if !draft.is_known {
        return Err(Error::UnknownVersion { found: draft.format });
    }
    let mut document = draft.finish();
    match reason {
        Some(reason) if document.packages.is_empty() => return Err(Error::Damaged { reason }),
        Some(reason) => document.gaps.push(gap(GapKind::Malformed, format!("{}: {reason}", document.format))),
        None => {}
    }
    Ok(document)
}

impl SbomPackage {
    /// As a cataloger tells it. What a purl keeps in qualifiers comes back to its own field: architecture, epoch, source.
    pub(crate) fn fact(&self) -> PackageFact {
        let purl = &self.purl;
        let name = self.spelling().unwrap_or(&purl.name);
        let mut fact = PackageFact {
            namespace: purl.namespace.clone(),
            licenses: self.licenses.clone(),
            evidence: porthole_report::EvidenceKind::Sbom,
            ..PackageFact::new(&purl.kind, name, purl.version.clone())
        };
        for (key, value) in &purl.qualifiers {
            match key.as_str() {
                "arch" => fact.architecture = Some(value.clone()),
                "epoch" if purl.kind == "rpm" => fact.version = format!("{value}:{}", fact.version),
                "upstream" => {
                    // Without a version of its own it has the package's, epoch included: `epoch` sorts before `upstream`.
                    let (name, version) = value.split_once('@').unwrap_or((value, &fact.version));
                    fact.source = Some((name.to_owned(), version.to_owned()));
                }
                "distro" => {}
                _ => fact.qualifiers.push((key.clone(), value.clone())),
            }
        }
        fact
    }

    /// The document's name, when it is the same name to this type of package URL (`Django`, `django`).
    fn spelling(&self) -> Option<&str> {
        let name = self.name.rsplit(['/', ':']).next()?;
        let mut other = Purl { kind: self.purl.kind.clone(), name: name.to_owned(), ..Purl::default() };
        other.normalize();
        (other.name == self.purl.name).then_some(name)
    }
}

#[cfg(test)]
mod tests;
