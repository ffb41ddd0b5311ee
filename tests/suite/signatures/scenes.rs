//! Samples signed by Python's `cryptography` and by OpenSSL (`tests/signatures/generate.py`): every format and algorithm once
//! right, and the ways to be wrong, each with the verdict and the reason that it must get.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use porthole_report::{Attestation, Signature, SignatureState, StepState};
use porthole_scan::oci::Digest;
use porthole_scan::signatures::{
    Expected, Machine, NotationTrust, Outcome, PublicKey, Related, StoreKind, Subject, Trust, TrustPolicy, TrustStore,
    TrustedRoot,
};
use porthole_tests::base64;
use serde_json::Value;

pub(super) struct Samples {
    document: Value,
}

impl Samples {
    pub(super) fn read() -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("signatures/samples.json.gz");
        let mut text = String::new();
        let file = std::fs::File::open(path).expect("samples");
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("samples are gzip");
        Self { document: serde_json::from_str(&text).expect("samples are JSON") }
    }

    pub(super) fn scenes(&self) -> &[Value] {
        self.document["scenes"].as_array().expect("scenes")
    }

    pub(super) fn named(&self, name: &str) -> &Value {
        self.scenes().iter().find(|scene| scene["name"] == name).unwrap_or_else(|| panic!("no scene `{name}`"))
    }

    fn subject(&self, scene: &Value) -> Subject {
        let digest = Digest::parse(self.document["subject"]["digest"].as_str().expect("digest")).expect("digest");
        let manifest = self.document["subject"]["manifest"].as_str().expect("manifest").as_bytes().to_vec();
        Subject {
            manifests: vec![(digest, Some(manifest))],
            altered: Vec::new(),
            repository: scene["repository"].as_str().map(str::to_owned),
        }
    }

    /// The image's digest and manifest.
    pub(super) fn image(&self) -> (String, Vec<u8>) {
        let subject = &self.document["subject"];
        let text = |name: &str| subject[name].as_str().expect("subject").to_owned();
        (text("digest"), text("manifest").into_bytes())
    }

    /// The image's configuration and its one layer, by digest.
    pub(super) fn content(&self) -> [(String, Vec<u8>); 2] {
        let subject = &self.document["subject"];
        let config = subject["config"].as_str().expect("config").as_bytes().to_vec();
        let layer = base64::decode(subject["layer"].as_str().expect("layer"));
        [config, layer].map(|bytes| (Digest::sha256(&bytes).to_string(), bytes))
    }

    /// A scene's blobs by digest.
    pub(super) fn blobs(&self, scene: &Value) -> BTreeMap<String, Vec<u8>> {
        let blobs = scene["blobs"].as_object().expect("blobs").iter();
        let bytes = |content: &Value| match content["text"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => base64::decode(content["base64"].as_str().expect("base64")),
        };
        blobs.map(|(digest, content)| (digest.clone(), bytes(content))).collect()
    }

    pub(super) fn trust(&self, scene: &Value) -> Trust {
        let wanted = &scene["trust"];
        let keys = list(&wanted["keys"]).map(|name| {
            let pem = self.document["keys"][name.as_str().expect("name")].as_str().expect("key");
            PublicKey::from_pem(pem).expect("key")
        });
        let root = wanted["root"]
            .as_str()
            .map(|name| TrustedRoot::parse(self.document["roots"][name].as_str().expect("root").as_bytes()).expect("root"));
        let expected = list(&wanted["expected"]).map(|one| Expected {
            identity: one["identity"].as_str().map(str::to_owned),
            issuer: one["issuer"].as_str().map(str::to_owned),
        });
        let stores = list(&wanted["stores"]).map(|store| {
            let kind = match store["kind"].as_str().expect("kind") {
                "ca" => StoreKind::Ca,
                "tsa" => StoreKind::Tsa,
                _ => StoreKind::SigningAuthority,
            };
            TrustStore::from_pem(kind, store["name"].as_str().expect("name"), store["pem"].as_str().expect("pem")).expect("store")
        });
        let policy = wanted["policy"]
            .as_object()
            .map(|policy| TrustPolicy::parse(&serde_json::to_vec(policy).expect("policy")).expect("policy"));
        Trust {
            keys: keys.collect(),
            root,
            expected: expected.collect(),
            notation: NotationTrust { stores: stores.collect(), policy },
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter()
}

/// Runs the machine as a host does: ask, fetch, feed, until nothing more is wanted.
pub(super) fn run(samples: &Samples, scene: &Value) -> Outcome {
    run_with(samples, scene, &samples.trust(scene))
}

/// The same with other trust.
pub(super) fn run_with(samples: &Samples, scene: &Value, trust: &Trust) -> Outcome {
    let blobs = samples.blobs(scene);
    let related = list(&scene["related"]).map(|one| Related {
        digest: Digest::parse(one["digest"].as_str().expect("digest")).expect("digest"),
        size: 0,
        tag: one["tag"].as_str().map(str::to_owned),
        annotations: one["annotations"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.as_str().expect("annotation").to_owned()))
            .collect(),
    });
    let mut machine = Machine::new(samples.subject(scene), related.collect());
    loop {
        let wants = machine.wants();
        if wants.is_empty() {
            break;
        }
        for digest in wants {
            match blobs.get(&digest.to_string()) {
                Some(bytes) => machine.push(&digest, bytes.clone()),
                None => machine.missing(&digest),
            }
        }
    }
    machine.finish(trust, scene["now"].as_u64().expect("now"), &[])
}

/// The signature that a scene is about: the image's, or else an attestation's.
pub(super) fn signature(outcome: &Outcome) -> Option<&Signature> {
    let attested = || outcome.signatures.attestations.iter().find_map(|one: &Attestation| one.signature.as_ref());
    outcome.signatures.signatures.first().or_else(attested)
}

/// What is wrong with the outcome, if anything.
fn complaint(scene: &Value, outcome: &Outcome) -> Option<String> {
    let expect = &scene["expect"];
    let state = expect["state"].as_str().expect("state");
    if let Some(gap) = expect["gap"].as_str()
        && !outcome.gaps.iter().any(|found| found.message.contains(gap))
    {
        return Some(format!("no gap says `{gap}`: {:?}", outcome.gaps));
    }
    let found = signature(outcome);
    if state == "none" || state == "unsigned" {
        return found.map(|signature| format!("unexpected {:?}", signature.state));
    }
    let Some(found) = found else { return Some(format!("no signature; gaps {:?}", outcome.gaps)) };
    let name = match found.state {
        SignatureState::Verified => "verified",
        SignatureState::Refused => "refused",
        SignatureState::Unjudged => "unjudged",
        SignatureState::Unchecked => "unchecked",
    };
    if name != state {
        return Some(format!("{name}: {} {:?}", found.statement, found.steps));
    }
    if let Some(reason) = expect["reason"].as_str()
        && !found.reasons.iter().any(|one| one.contains(reason))
        && !found.steps.iter().any(|step| step.state == StepState::NotChecked && step.detail.contains(reason))
    {
        return Some(format!("no reason says `{reason}`: {:?}", found.reasons));
    }
    for (field, value) in
        [("signer", &found.signer), ("issuer", &found.issuer), ("algorithm", &found.algorithm), ("signed_at", &found.signed_at)]
    {
        if let Some(wanted) = expect[field].as_str()
            && value.as_deref().is_none_or(|value| !value.contains(wanted))
        {
            return Some(format!("{field} is {value:?}, expected {wanted}"));
        }
    }
    None
}

#[test]
fn every_sample_gets_its_verdict_for_its_reason() {
    let samples = Samples::read();
    let mut complaints = Vec::new();
    for scene in samples.scenes() {
        if let Some(complaint) = complaint(scene, &run(&samples, scene)) {
            complaints.push(format!("{}: {complaint}", scene["name"].as_str().expect("name")));
        }
    }
    assert!(complaints.is_empty(), "{} of {}:\n{}", complaints.len(), samples.scenes().len(), complaints.join("\n"));
}

#[test]
fn no_statement_says_proven_unless_the_signature_is_verified() {
    let samples = Samples::read();
    for scene in samples.scenes() {
        let outcome = run(&samples, scene);
        let attested = outcome.signatures.attestations.iter().filter_map(|one| one.signature.as_ref());
        for signature in outcome.signatures.signatures.iter().chain(attested) {
            let proven = signature.statement.starts_with("Proven");
            assert_eq!(proven, signature.state == SignatureState::Verified, "{}: {}", scene["name"], signature.statement);
            assert!(!signature.statement.to_lowercase().contains("verified") || signature.statement.contains("not verified"));
            if signature.state == SignatureState::Verified {
                assert!(signature.steps.iter().all(|step| step.state != StepState::Refused), "{}", scene["name"]);
                assert!(signature.signer.is_some() && signature.algorithm.is_some(), "{}", scene["name"]);
            } else {
                assert!(!signature.reasons.is_empty(), "{}: no reason", scene["name"]);
            }
        }
    }
}

/// Oracle: a verifier must not call anything verified after any byte of what was signed changed.
#[test]
fn no_single_changed_byte_keeps_a_signature_verified() {
    let samples = Samples::read();
    let scenes = samples.scenes().iter().filter(|scene| scene["expect"]["state"] == "verified");
    for scene in scenes.step_by(7) {
        let blobs = scene["blobs"].as_object().expect("blobs");
        for (digest, content) in blobs {
            let Some(text) = content["text"].as_str().filter(|text| !text.contains("schemaVersion")) else { continue };
            for at in (0..text.len()).step_by(211) {
                let mut changed = scene.clone();
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
                let renamed = Digest::sha256(&bytes).to_string();
                let Ok(text) = String::from_utf8(bytes) else { continue };
                rename(&mut changed, digest, &renamed, &text);
                let outcome = run(&samples, &changed);
                if let Some(signature) = signature(&outcome)
                    && signature.state == SignatureState::Verified
                {
                    let spared = spared(content["text"].as_str().unwrap_or_default(), at);
                    assert!(spared, "{}: byte {at} of {digest} may change: …{}…", scene["name"], around(&text, at));
                }
            }
        }
    }
}

/// Bytes that no signature covers, because the formats leave them out: hints, unsigned kinds of entries, copies of authorities.
fn spared(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let field =
        before.rsplit('"').find(|part| part.len() > 3 && part.chars().all(|c| c.is_ascii_alphanumeric())).unwrap_or_default();
    ["kind", "kindVersion", "version", "mediaType", "keyDetails", "keyid", "integratedTime", "logIndex"].contains(&field)
        // Authorities in an envelope's chain are looked up in the trust store, whatever their copy here says.
        || before.contains("\"x5c\"") && !before.contains("\"payload\"")
        || text.get(at.saturating_sub(40)..(at + 40).min(text.len())).is_some_and(|near| near.contains("kindVersion"))
}

fn around(text: &str, at: usize) -> &str {
    text.get(at.saturating_sub(40)..(at + 40).min(text.len())).unwrap_or_default()
}

/// Puts changed content under its new digest and makes the manifest name it.
fn rename(scene: &mut Value, digest: &str, renamed: &str, text: &str) {
    let blobs = scene["blobs"].as_object_mut().expect("blobs");
    blobs.remove(digest);
    blobs.insert(renamed.to_owned(), serde_json::json!({ "text": text }));
    let manifest = blobs.iter().find(|(_, content)| content["text"].as_str().is_some_and(|text| text.contains("schemaVersion")));
    let Some((old, content)) =
        manifest.map(|(old, content)| (old.clone(), content["text"].as_str().unwrap_or_default().to_owned()))
    else {
        return;
    };
    let manifest = content.replace(digest, renamed);
    let new = Digest::sha256(manifest.as_bytes()).to_string();
    blobs.remove(&old);
    blobs.insert(new.clone(), serde_json::json!({ "text": manifest }));
    scene["related"][0]["digest"] = Value::String(new);
}
