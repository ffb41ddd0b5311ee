//! in-toto statements: subjects by digest, and a predicate about them.
//!
//! in-toto/attestation `spec/v1/statement.md` and v0.1.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::evidence::Evidence;
use super::super::machine::Subject;
use super::super::refusal::Refusal;

/// Media type of a statement.
pub(crate) const IN_TOTO: &str = "application/vnd.in-toto+json";
/// Cosign's statement that only signs (since version 3).
const PLAIN_SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";

/// A statement.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    #[serde(default)]
    subject: Vec<SubjectFile>,
    /// URI that says how to read the predicate.
    pub(crate) predicate_type: String,
    /// The predicate.
    #[serde(default)]
    pub(crate) predicate: Value,
}

#[derive(Debug, Clone, Deserialize)]
struct SubjectFile {
    #[serde(default)]
    digest: BTreeMap<String, String>,
}

impl Statement {
    /// Reads a payload of an envelope.
    pub(crate) fn parse(payload_type: &str, json: &[u8]) -> Result<Self, Refusal> {
        if payload_type != IN_TOTO {
            return Err(Refusal::PayloadType { found: payload_type.to_owned(), expected: IN_TOTO });
        }
        let statement: Self =
            serde_json::from_slice(json).map_err(|error| Refusal::malformed("the in-toto statement", error.to_string()))?;
        if !matches!(statement.kind.as_str(), "https://in-toto.io/Statement/v0.1" | "https://in-toto.io/Statement/v1") {
            return Err(Refusal::Unsupported { what: "the statement's type", name: statement.kind });
        }
        Ok(statement)
    }

    fn digests(&self) -> impl Iterator<Item = String> + '_ {
        self.subject.iter().flat_map(|subject| &subject.digest).map(|(algorithm, hex)| format!("{algorithm}:{hex}"))
    }

    /// First digest that it is about.
    pub(crate) fn first_digest(&self) -> Option<String> {
        self.digests().next()
    }

    /// True when a subject is the image.
    pub(crate) fn is_about(&self, subject: &Subject) -> bool {
        self.digests().any(|digest| subject.is(&digest))
    }

    /// Notes whether a subject is the image.
    pub(crate) fn check_subject(&self, subject: &Subject, evidence: &mut Evidence) {
        match self.digests().find(|digest| subject.is(digest)) {
            Some(digest) => {
                evidence.proven("payload", "it names this image's digest");
                evidence.signed_digest = Some(digest);
            }
            None => {
                let signed = self.first_digest().unwrap_or_else(|| "no digest at all".to_owned());
                evidence.refuse("payload", &Refusal::OtherImage { signed });
            }
        }
    }

    /// True for a statement that says nothing but "signed".
    pub(crate) fn is_plain_signature(&self) -> bool {
        self.predicate_type == PLAIN_SIGNATURE
    }
}
