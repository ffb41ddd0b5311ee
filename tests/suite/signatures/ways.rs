//! Ways to be wrong, and the reason for which each is refused. The samples are of `tests/signatures/generate.py`; the reasons stand
//! here, so that neither can change without the other.

use std::collections::{BTreeMap, BTreeSet};

use porthole_report::{SignatureState, StepState};

use super::scenes::{Samples, run, signature};

/// What was done to a signature, and what its refusal must say.
const WAYS: &[(&str, &str)] = &[
    // Signatures by keys.
    ("another image", "it signs sha256:"),
    ("another key", "another key signed"),
    ("none of two keys", "none of the 2 given keys"),
    ("altered payload", "either was changed"),
    ("truncated signature", "either was changed"),
    ("RSA signature for an elliptic key", "either was changed"),
    ("payload of another type", "the payload's type is `atomic container signature`"),
    ("payload is no JSON", "the payload is malformed"),
    ("signature is no base64", "the signature is malformed"),
    ("no signature", "lacks the attribute `dev.cosignproject.cosign/signature`"),
    // Keyless.
    ("annotations: entry of another signature", "is of another signature"),
    ("annotations: entry of another payload", "is of another payload"),
    ("annotations: entry of another key", "is of another key"),
    ("annotations: no log entry", "there is no transparency log entry"),
    ("annotations: forged time of the log entry", "signed entry timestamp does not fit"),
    ("annotations: truncated certificate", "the certificate is malformed"),
    ("identity of somebody else", "signed by mallory@example.com, expected builder@example.com"),
    ("vouched for by somebody else", "vouched for by https://mallory.example, expected https://issuer.example"),
    ("identity that contains the expected one", "expected builder@example.com"),
    ("signed after the certificate ran out", "was not valid at 2025-10-09"),
    ("signed before the certificate began", "was not valid at 2025-10-09"),
    ("certificate of another authority", "no trusted authority issued"),
    ("self-signed certificate", "no trusted authority issued"),
    ("forged intermediate", "no trusted authority issued"),
    ("certificate issued by a leaf", "without being a certificate authority"),
    ("chain longer than allowed", "the chain is longer than"),
    ("certificate for web servers", "is not meant for code signing"),
    ("certificate without a purpose", "is not meant for code signing"),
    ("unknown critical extension", "critical extension 1.2.3.4.5"),
    ("no certificate timestamp", "carries no signed certificate timestamp"),
    ("certificate timestamp of an unknown log", "no signed certificate timestamp comes from a trusted"),
    ("forged certificate timestamp", "the certificate log's signed timestamp does not fit"),
    ("authority no longer in force", "ca.private.example was not in force"),
    ("log no longer in force", "log.private.example was not in force"),
    ("log is not trusted", "is not in the trusted root"),
    ("log entry from the future", "the log entry's time lies in the future"),
    ("no log entry", "there is no transparency log entry"),
    ("no inclusion proof", "lacks its inclusion proof"),
    ("no checkpoint", "lacks its checkpoint"),
    ("altered inclusion proof", "inclusion proof does not lead"),
    ("inclusion proof of another leaf", "inclusion proof does not lead"),
    ("shortened inclusion proof", "inclusion proof does not lead"),
    ("forged checkpoint", "the checkpoint is not signed by the log"),
    ("checkpoint of another tree", "of another tree"),
    ("checkpoint that is no note", "the checkpoint is no signed note"),
    ("forged promise", "signed entry timestamp does not fit"),
    ("neither promise nor timestamp", "nothing that is trusted says when"),
    ("log entry of another bundle", "is of another signature"),
    ("certificate of another bundle", "is of another key"),
    ("altered payload in an envelope", "is of another payload"),
    ("altered signature in an envelope", "is of another signature"),
    ("two signatures in an envelope", "has 2 signatures, expected one"),
    ("statement about another image", "it signs sha256:"),
    ("message of another image", "not this image"),
    ("payload that is no statement", "the payload's type is `text/plain`"),
    ("statement of another version", "the statement's type"),
    ("unknown version of the bundle", "the bundle's version"),
    ("bundle that is no JSON", "the bundle is malformed"),
    ("bundle that signs nothing", "it signs nothing"),
    ("the same log entry twice", "the same log entry twice"),
    ("unknown kind of log entry", "the log entry's kind"),
    ("timestamp of another signature", "the timestamp is of another message"),
    ("truncated timestamp", "the timestamp is malformed"),
    ("timestamp of an unknown authority", "nothing that is trusted says when"),
    ("timestamp with a changed signature", "the timestamp is not signed by its authority"),
    ("timestamp with a changed time", "attributes do not fit its content"),
    ("timestamp from the future", "the timestamp lies in the future"),
    ("timestamp over SHA-1", "SHA-1 is too weak"),
    // Notary Project.
    ("notation application/jose+json ES512", "the curve"),
    ("notation application/cose ES512", "the curve"),
    ("notation: certificate ran out without a timestamp", "was not valid at"),
    ("notation: timestamp of another signature", "the timestamp is of another message"),
    ("notation: another image application/jose+json", "it signs sha256:"),
    ("notation: expired application/jose+json", "the signature expired at"),
    ("notation: unknown critical attribute application/jose+json", "critical attribute `io.cncf.notary.verificationPlugin`"),
    ("notation: another key application/jose+json", "another key signed"),
    ("notation: payload of another type application/jose+json", "the payload's type is `application/json`"),
    ("notation: scheme not critical application/jose+json", "is not critical"),
    ("notation: unknown scheme application/jose+json", "the signing scheme"),
    ("notation: no certificates application/jose+json", "is malformed"),
    ("notation: another image application/cose", "it signs sha256:"),
    ("notation: expired application/cose", "the signature expired at"),
    ("notation: unknown critical attribute application/cose", "critical attribute `io.cncf.notary.verificationPlugin`"),
    ("notation: another key application/cose", "another key signed"),
    ("notation: payload of another type application/cose", "the payload's type is `application/json`"),
    ("notation: scheme not critical application/cose", "is not critical"),
    ("notation: unknown scheme application/cose", "the signing scheme"),
    ("notation: no certificates application/cose", "is malformed"),
    ("notation: downgraded algorithm", "does not belong to a key of kind RSA 3072"),
    ("notation: no algorithm", "the envelope's algorithm `none`"),
    ("notation: message authentication code instead of a signature", "the envelope's algorithm `HS256`"),
    ("notation: elliptic algorithm for an RSA key", "does not belong to a key of kind RSA 2048"),
    ("notation: RSA key of 1024 bits", "too weak to prove anything"),
    ("notation: authority not in the store", "no trusted authority issued"),
    ("notation: a store for signing authorities does not vouch for signers", "no trusted authority issued"),
    ("notation: identity not in the policy", "does not list"),
    ("notation: repository not in the policy", "no statement of the trust policy covers registry.example/other"),
    ("notation: certificate for web servers", "is not meant for code signing"),
    ("notation: thumbprints of other certificates", "thumbprints are of other certificates"),
    ("notation: truncated certificate", "the certificate is malformed"),
    ("notation: altered payload", "either was changed"),
    // Attestations.
    ("OpenVEX by another key", "another key signed"),
    ("OpenVEX about another image", "it signs sha256:"),
    ("vulnerability scan by another key", "another key signed"),
    ("envelope without a statement", "the in-toto statement is malformed"),
];

#[test]
fn every_way_to_be_wrong_is_refused_for_its_own_reason() {
    let samples = Samples::read();
    let mut complaints = Vec::new();
    for (way, reason) in WAYS {
        let outcome = run(&samples, samples.named(way));
        match signature(&outcome) {
            Some(found) if found.state == SignatureState::Refused && found.reasons.iter().any(|one| one.contains(reason)) => {
                let refused = |step: &&porthole_report::SignatureStep| step.state == StepState::Refused;
                if !found.steps.iter().filter(refused).any(|step| step.detail.contains(reason)) {
                    complaints.push(format!("{way}: no step was refused for it: {:?}", found.steps));
                }
            }
            found => complaints.push(format!("{way}: {:?}", found.map(|found| (found.state, &found.reasons)))),
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn the_table_has_every_refused_sample_and_enough_of_them() {
    let samples = Samples::read();
    let named = |scene: &serde_json::Value| scene["name"].as_str().expect("name").to_owned();
    let refused: BTreeSet<String> =
        samples.scenes().iter().filter(|scene| scene["expect"]["state"] == "refused").map(named).collect();
    let table: BTreeSet<String> = WAYS.iter().map(|(way, _)| (*way).to_owned()).collect();
    assert_eq!(table, refused);
    let reasons: BTreeSet<&str> = WAYS.iter().map(|(_, reason)| *reason).collect();
    assert!(WAYS.len() >= 100 && reasons.len() >= 60, "{} ways, {} reasons", WAYS.len(), reasons.len());
    // A reason that many ways share would say little.
    let mut shared = BTreeMap::<&str, usize>::new();
    for (_, reason) in WAYS {
        *shared.entry(reason).or_default() += 1;
    }
    assert!(shared.values().all(|count| *count <= 8), "{shared:?}");
}
