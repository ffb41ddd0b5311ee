//! What was proven about one signature, step by step, and the words for it.
//!
//! Every verifier writes its steps here; the verdict follows from them and from nothing else, so a signature can't be called
//! verified when a step was refused or left out. Proof: `tests/suite/signatures/scenes.rs`.

use porthole_report::{Signature, SignatureState, SignatureStep, StepState};

use super::encoding::rfc3339;
use super::refusal::Refusal;

/// How a signer stands to what the person trusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// A given key, an expected identity, or a trust policy's identity.
    Trusted,
    /// Proven to be who they are; nobody said whom to expect.
    Unjudged,
    /// Not looked at, for want of a key or root.
    Unchecked,
}

/// The steps so far.
#[derive(Debug)]
pub(super) struct Evidence {
    format: &'static str,
    found_in: String,
    steps: Vec<SignatureStep>,
    reasons: Vec<String>,
    refused: bool,
    /// Who signed.
    pub(super) signer: Option<String>,
    /// Who vouches for the signer.
    pub(super) issuer: Option<String>,
    /// When, in seconds, where that is proven.
    pub(super) signed_at: Option<u64>,
    /// Algorithm in words.
    pub(super) algorithm: Option<String>,
    /// Digest that was signed.
    pub(super) signed_digest: Option<String>,
    /// Number of the log entry, where proven.
    pub(super) log_index: Option<u64>,
}

impl Evidence {
    /// Nothing proven yet about a signature of this format, found in the blob of this digest.
    pub(super) fn new(format: &'static str, found_in: &str) -> Self {
        Self {
            format,
            found_in: found_in.to_owned(),
            steps: Vec::new(),
            reasons: Vec::new(),
            refused: false,
            signer: None,
            issuer: None,
            signed_at: None,
            algorithm: None,
            signed_digest: None,
            log_index: None,
        }
    }

    /// Notes something that was computed and is right.
    pub(super) fn proven(&mut self, what: &str, detail: impl Into<String>) {
        self.push(what, StepState::Proven, detail.into());
    }

    /// Notes a refusal.
    pub(super) fn refuse(&mut self, what: &str, refusal: &Refusal) {
        self.refused = true;
        self.reasons.push(refusal.to_string());
        self.push(what, StepState::Refused, refusal.to_string());
    }

    /// Notes something that was not computed.
    pub(super) fn left_out(&mut self, what: &str, why: impl Into<String>) {
        self.push(what, StepState::NotChecked, why.into());
    }

    /// Notes why the whole can't be judged.
    pub(super) fn reason(&mut self, why: impl Into<String>) {
        self.reasons.push(why.into());
    }

    /// Notes the outcome of a step; the value when it is right.
    pub(super) fn step<T>(&mut self, what: &str, outcome: Result<T, Refusal>, detail: impl FnOnce(&T) -> String) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.proven(what, detail(&value));
                Some(value)
            }
            Err(refusal) => {
                self.refuse(what, &refusal);
                None
            }
        }
    }

    fn push(&mut self, what: &str, state: StepState, detail: String) {
        self.steps.push(SignatureStep { what: what.to_owned(), state, detail });
    }

    /// The verdict. `about` names what was signed, for the sentence: `this image`, `this provenance`.
    pub(super) fn conclude(self, standing: Standing, about: &str) -> Signature {
        let anything_proven = self.steps.iter().any(|step| step.state == StepState::Proven);
        let state = match standing {
            _ if self.refused => SignatureState::Refused,
            Standing::Trusted if anything_proven => SignatureState::Verified,
            Standing::Unjudged if anything_proven => SignatureState::Unjudged,
            _ => SignatureState::Unchecked,
        };
        let statement = self.sentence(state, about);
        Signature {
            format: self.format.to_owned(),
            state,
            statement,
            reasons: self.reasons,
            signer: self.signer,
            issuer: self.issuer,
            signed_at: self.signed_at.map(rfc3339),
            algorithm: self.algorithm,
            signed_digest: self.signed_digest,
            log_index: self.log_index,
            found_in: self.found_in,
            steps: self.steps,
        }
    }

    fn sentence(&self, state: SignatureState, about: &str) -> String {
        let by = match (&self.signer, &self.issuer) {
            (Some(signer), Some(issuer)) => format!(" by {signer} (vouched for by {issuer})"),
            (Some(signer), None) => format!(" by {signer}"),
            _ => String::new(),
        };
        let when = self.signed_at.map(|at| format!(" at {}", rfc3339(at))).unwrap_or_default();
        let logged = self.log_index.map(|index| format!("; the transparency log holds it as entry {index}")).unwrap_or_default();
        let open: Vec<&str> =
            self.steps.iter().filter(|step| step.state == StepState::NotChecked).map(|step| step.what.as_str()).collect();
        let open = if open.is_empty() { String::new() } else { format!(" Not checked: {}.", open.join(", ")) };
        let why = self.reasons.first().map(String::as_str).unwrap_or("no reason was noted");
        match state {
            SignatureState::Verified => format!("Proven: {about} was signed{by}{when}{logged}.{open}"),
            SignatureState::Unjudged => {
                format!("The signature over {about} is sound and was made{by}{when}{logged}; but {why}.{open}")
            }
            SignatureState::Refused => format!("Refused, so this proves nothing about {about}: {why}."),
            SignatureState::Unchecked => format!("There is a signature over {about}, which was not verified: {why}."),
        }
    }
}
