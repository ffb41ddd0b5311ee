//! What the machine gives in the end, and how it gets into a report.
//!
//! Attested VEX silences findings only when its signature is verified for a signer whom the person trusts and it is about this
//! image. Proof: `tests/suite/signatures/applied.rs`.

use porthole_advisory::suppress::{self, Rule};
use porthole_report::{CARRIED, Gap, GapKind, Report, Signatures, sorting};

use serde::{Deserialize, Serialize};

use super::attestation::VexDocument;
use super::refusal::Refusal;

/// What the machine gives in the end.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// For the report; its `integrity` holds the manifests and blobs that carried signatures.
    pub signatures: Signatures,
    /// VEX documents that were attested, trusted or not.
    pub vex: Vec<VexDocument>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

impl Outcome {
    /// As bytes, for [`Self::from_bytes`] of the same version.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Every key of the model is a string, so writing fails for no value of this type.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// From the bytes of [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`Refusal::Malformed`] for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(bytes).map_err(|error| Refusal::malformed("the verdict", error.to_string()))
    }

    /// Puts signatures, attestations and gaps into a report. Gives the statements of trusted VEX documents, for the matcher's
    /// options.
    pub fn into_report(mut self, report: &mut Report) -> Vec<Rule> {
        // Whatever somebody said about the image that was built, the one at hand is another.
        let rules = if report.signatures.damaged().is_some() { Vec::new() } else { self.rules() };
        let carried = |what: &str| what.starts_with(CARRIED);
        report.signatures.integrity.retain(|row| !carried(&row.what));
        report.signatures.integrity.append(&mut self.signatures.integrity);
        report.signatures.signatures = self.signatures.signatures;
        report.signatures.attestations = self.signatures.attestations;
        report.signatures.refuse_where_damaged();
        report.gaps.append(&mut self.gaps);
        sorting::sort(&mut report.gaps);
        report.gaps.dedup();
        rules
    }

    /// The statements of VEX documents whose signers are trusted; one that can't be read becomes a gap.
    pub fn rules(&mut self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for document in self.vex.iter().filter(|document| document.trusted) {
            let name = format!("VEX attested by {}", document.signer.as_deref().unwrap_or("nobody"));
            match suppress::document(&name, &document.document) {
                Ok(more) => rules.extend(more),
                Err(error) => {
                    let message = error.to_string();
                    self.gaps.push(Gap { kind: GapKind::Unsupported, layer: None, path: String::new(), message });
                }
            }
        }
        rules
    }
}
