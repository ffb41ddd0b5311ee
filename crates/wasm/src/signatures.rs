//! What the first module knows of signatures: where an archive keeps them, and the verdict of the second module.
//!
//! Nothing is verified here: `porthole-wasm-signatures` does that, and is loaded only when [`Archive::attached`] gives something.

use porthole_report::{Gap, GapKind, sorting};
use porthole_scan::oci::Digest;
use porthole_scan::oci::archive::Location;
use porthole_scan::signatures::{Attached, MAX_BLOB, Outcome, repository};
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::archive::Archive;
use crate::error::js;
use crate::merge::{Merge, Unsettled};

/// Where a blob of a signature lies.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct BlobPlace {
    /// File of a folder; none for the archive itself.
    file: Option<String>,
    offset: u64,
    len: u64,
}

#[wasm_bindgen]
impl Archive {
    /// What may be signed, attested or attached about an image, for the second module; none where the archive holds nothing.
    pub fn attached(&self, image: usize) -> Option<Vec<u8>> {
        let image = self.archive.images.get(image)?;
        let repository = image.names.first().map(|name| repository(name).to_owned());
        Some(Attached::of_archive(&self.archive, image, repository)?.to_bytes())
    }

    /// A blob that the archive's reader kept: of a stream, whose bytes do not come back.
    #[wasm_bindgen(js_name = keptBlob)]
    pub fn kept_blob(&self, digest: &str) -> Option<Vec<u8>> {
        self.archive.blob(&Digest::parse(digest).ok()?)?.bytes
    }

    /// Where any other blob lies; none when the archive does not hold it.
    ///
    /// # Errors
    /// When the answer cannot be written as a JavaScript object.
    #[wasm_bindgen(js_name = blobPlace)]
    pub fn blob_place(&self, digest: &str) -> Result<Option<Ts<BlobPlace>>, JsError> {
        let blob = Digest::parse(digest).ok().and_then(|digest| self.archive.blob(&digest));
        match blob.map(|blob| blob.location) {
            // What is larger is no signature: it is said to be missing rather than read.
            Some(Location::Range { file, offset, len }) if len <= MAX_BLOB => {
                Ok(Some(BlobPlace { file, offset, len }.into_ts()?))
            }
            _ => Ok(None),
        }
    }
}

#[wasm_bindgen]
impl Merge {
    /// Package URLs of the packages that can be seen, for attested SBOMs.
    ///
    /// # Errors
    /// When nothing was joined yet.
    pub fn purls(&self) -> Result<Vec<String>, JsError> {
        let visible = self.report_so_far()?.packages.iter().filter(|package| package.visible);
        Ok(visible.map(|package| package.purl.clone()).collect())
    }

    /// Signers that the policy accepts: whoever writes whom a policy accepts has said whom to expect.
    #[wasm_bindgen(js_name = policySigners)]
    pub fn policy_signers(&self) -> Vec<String> {
        let rule = self.policy.as_ref().and_then(|policy| policy.signatures.as_ref());
        rule.map(|rule| rule.signers.clone()).unwrap_or_default()
    }

    /// Issuers that the policy accepts.
    #[wasm_bindgen(js_name = policyIssuers)]
    pub fn policy_issuers(&self) -> Vec<String> {
        let rule = self.policy.as_ref().and_then(|policy| policy.signatures.as_ref());
        rule.map(|rule| rule.issuers.clone()).unwrap_or_default()
    }

    /// Says that what is attached was not looked at, and why: the second module could not be had.
    ///
    /// # Errors
    /// When nothing was joined yet.
    #[wasm_bindgen(js_name = missSignatures)]
    pub fn miss_signatures(&mut self, reason: &str) -> Result<(), JsError> {
        let message = format!("signatures came with the image and were not looked at: {reason}");
        let gap = Gap { kind: GapKind::Missing, layer: None, path: String::new(), message };
        let report = self.report_mut()?;
        report.gaps.push(gap.clone());
        sorting::sort(&mut report.gaps);
        self.attached_gaps = vec![gap];
        Ok(())
    }

    /// Puts the second module's verdict into the report, in place of an earlier one: what attested VEX of trusted signers says
    /// is applied, and the checks are asked again.
    ///
    /// # Errors
    /// When nothing was joined, or the bytes are no verdict.
    pub fn settle(&mut self, verdict: &[u8]) -> Result<(), JsError> {
        let outcome = Outcome::from_bytes(verdict).map_err(js)?;
        let gaps = std::mem::take(&mut self.attached_gaps);
        let report = self.report_mut()?;
        report.gaps.retain(|gap| !gaps.contains(gap));
        let gaps = outcome.gaps.clone();
        let attested = outcome.into_report(report);
        for attestation in &mut report.signatures.attestations {
            if !report.vulnerabilities.database.is_empty() {
                attestation.compare_scan(&report.vulnerabilities.findings);
            }
        }
        self.attached_gaps = gaps;
        self.attested = attested;
        self.unsettle(Unsettled::Rules);
        Ok(())
    }
}
