//! Integrity, signatures and attestations.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Verification, Vulnerability};

/// How rows of the integrity table about manifests and blobs of signatures begin.
pub const CARRIED: &str = "signature ";

/// What is proven about the image's origin, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Signatures {
    /// Every descriptor whose digest was compared.
    pub integrity: Vec<Integrity>,
    /// Signatures found, verified or not.
    pub signatures: Vec<Signature>,
    /// Attestations found, verified or not.
    pub attestations: Vec<Attestation>,
}

/// One digest comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Integrity {
    /// What was compared: `manifest`, `config`, `layer 3`, `diff_id 3`.
    pub what: String,
    /// The stated digest.
    pub digest: String,
    /// How it ended.
    pub verification: Verification,
}

/// One signature over the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    /// `cosign`, `sigstore-bundle`, `notation-jws`, `notation-cose`, `docker-content-trust`.
    pub format: String,
    /// Verified, refused, or not checked for want of a key.
    pub state: SignatureState,
    /// In words: what is proven and what is not.
    pub statement: String,
    /// Why it was refused or not checked.
    pub reasons: Vec<String>,
    /// Signer's identity: certificate subject, e-mail or URI, or key fingerprint.
    pub signer: Option<String>,
    /// OIDC issuer, for keyless signatures.
    pub issuer: Option<String>,
    /// Proven signing time, RFC 3339.
    pub signed_at: Option<String>,
    /// Algorithm, `ECDSA P-256 with SHA-256`.
    pub algorithm: Option<String>,
    /// Digest that was signed.
    pub signed_digest: Option<String>,
    /// Transparency log entry, where proven.
    pub log_index: Option<u64>,
    /// Digest of the manifest, bundle or blob that carried it.
    pub found_in: String,
    /// Each thing that had to be proven, in the order in which it was looked at.
    #[serde(default)]
    pub steps: Vec<SignatureStep>,
}

/// One thing that had to be proven about a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct SignatureStep {
    /// What, in words: `signature over the payload`, `certificate chain`, `transparency log`.
    pub what: String,
    /// How it ended.
    pub state: StepState,
    /// One sentence: the evidence, the reason for the refusal, or why it was not looked at.
    pub detail: String,
}

/// How one step of a verification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    /// Computed and right.
    Proven,
    /// Computed and wrong, or demanded and absent.
    Refused,
    /// Not computed: nothing to compare with, or not demanded.
    NotChecked,
}

/// How a signature's verification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub enum SignatureState {
    /// Every step that the format demands was proven against what the person trusts.
    Verified,
    /// Wrong: see the reasons.
    Refused,
    /// Sound, and its signer is known; but nobody said whom to expect, so it proves nothing about who may sign this image.
    Unjudged,
    /// Present and not checked: no key or trust root was given.
    Unchecked,
}

impl Signatures {
    /// A document or layer of the image whose bytes are not what its digest says.
    pub fn damaged(&self) -> Option<&Integrity> {
        let wrong = |row: &&Integrity| matches!(row.verification, Verification::Mismatch { .. });
        self.integrity.iter().filter(|row| !row.what.starts_with(CARRIED)).find(wrong)
    }

    /// A signature speaks of a manifest: where the configuration or a layer is not what the manifest states, or the manifest
    /// not what it was asked for, nothing about the bytes at hand is proven. Verified signatures become refused, with that
    /// reason. Attestations speak of what was built, and are marked alike.
    pub fn refuse_where_damaged(&mut self) {
        let damaged =
            |row: &&Integrity| matches!(row.verification, Verification::Mismatch { .. }) && !row.what.starts_with("signature ");
        let Some(what) = self.integrity.iter().find(damaged).map(|row| row.what.clone()) else { return };
        let reason = format!("the image is not what was signed: {what} has another digest than is stated");
        let attested = self.attestations.iter_mut().filter_map(|attestation| attestation.signature.as_mut());
        for signature in self.signatures.iter_mut().chain(attested) {
            if matches!(signature.state, SignatureState::Verified | SignatureState::Unjudged) {
                signature.state = SignatureState::Refused;
                signature.statement = format!("Refused, so this proves nothing about this image: {reason}.");
                signature.reasons.insert(0, reason.clone());
                let detail = reason.clone();
                signature.steps.push(SignatureStep { what: "image".into(), state: StepState::Refused, detail });
            }
        }
    }
}

impl SignatureState {
    /// One word for a list.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::Unjudged => "unjudged",
            Self::Unchecked => "unchecked",
        }
    }
}

/// One attestation about the image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Attestation {
    /// in-toto predicate type.
    pub predicate_type: String,
    /// The signature over it; none for BuildKit's unsigned attestations.
    pub signature: Option<Signature>,
    /// Digest that it is about.
    pub subject: Option<String>,
    /// True when the subject is this image.
    pub about_this_image: bool,
    /// Name and value pairs that a person reads: builder, source, commit, level, …
    pub facts: Vec<AttestationFact>,
    /// What the evidence lacks, in sentences (for provenance: what keeps it from the next SLSA level).
    #[serde(default)]
    pub missing: Vec<String>,
    /// For attested SBOMs: how its list compares with what the scan found.
    #[serde(default)]
    pub sbom: Option<SbomComparison>,
    /// For attested vulnerability scans: what it names, and how that compares with what was found here.
    #[serde(default)]
    pub scan: Option<ScanComparison>,
}

/// An attested vulnerability scan held against the findings of this one, by id or alias.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct ScanComparison {
    /// Ids that it names, sorted; at most 2000.
    pub ids: Vec<String>,
    /// True when its signer is one whom the person trusts and it is about this image: its claims may be acted upon.
    pub trusted: bool,
    /// The comparison; none while no advisories were matched here.
    pub compared: Option<ScanDifference>,
}

/// What two scans have in common, in numbers of ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct ScanDifference {
    /// Attested, and found here.
    pub both: u32,
    /// Found here alone.
    pub only_here: u32,
    /// Attested alone.
    pub only_attested: u32,
    /// Some of those attested alone, sorted; at most 50.
    pub only_attested_examples: Vec<String>,
}

impl Attestation {
    /// Holds an attested vulnerability scan against findings. Every one of a finding's ids counts for it.
    pub fn compare_scan(&mut self, findings: &[Vulnerability]) {
        const MAX_EXAMPLES: usize = 50;
        let Some(scan) = &mut self.scan else { return };
        let known =
            |id: &String, finding: &Vulnerability| *id == finding.id || *id == finding.advisory || finding.aliases.contains(id);
        let (both, alone): (Vec<&String>, Vec<&String>) =
            scan.ids.iter().partition(|id| findings.iter().any(|finding| known(id, finding)));
        let here: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| !scan.ids.iter().any(|id| known(id, finding)))
            .map(|finding| finding.id.as_str())
            .collect();
        let difference = ScanDifference {
            both: both.len() as u32,
            only_here: here.len() as u32,
            only_attested: alone.len() as u32,
            only_attested_examples: alone.into_iter().take(MAX_EXAMPLES).cloned().collect(),
        };
        scan.compared = Some(difference);
    }
}

/// An attested SBOM held against the packages that the scan found, by package URL without qualifiers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct SbomComparison {
    /// In the SBOM and in the scan.
    pub both: u32,
    /// In the scan alone.
    pub only_scan: u32,
    /// In the SBOM alone.
    pub only_sbom: u32,
    /// Some of those in the scan alone, sorted; at most 50.
    pub only_scan_examples: Vec<String>,
    /// Some of those in the SBOM alone, sorted; at most 50.
    pub only_sbom_examples: Vec<String>,
}

/// One fact of an attestation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct AttestationFact {
    /// For example `builder`.
    pub name: String,
    /// The value.
    pub value: String,
}
