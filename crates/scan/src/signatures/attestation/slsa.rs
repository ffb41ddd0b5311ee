//! SLSA provenance: who built it, from what, how, and how far the evidence carries.
//!
//! slsa.dev provenance v0.2 and v1, build track levels of SLSA v1.0. The level that is given is the one that this evidence
//! supports, never the one that a builder claims: unsigned provenance supports level 1, whoever wrote it.

use porthole_report::{Signature, SignatureState};
use serde_json::Value;

use super::super::trust::matches;
use super::{Facts, Statement};

/// Most materials that are listed one by one.
const MAX_MATERIALS: usize = 20;

/// Builders whose platform isolates each build and keeps the signing identity from the build's own steps (SLSA v1.0 level 3),
/// as certified or documented by them: builder id, and the signer that such a provenance carries.
const ISOLATED: &[(&str, &str)] = &[
    (
        "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/*",
        "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/*",
    ),
    ("https://cloudbuild.googleapis.com/GoogleHostedWorker*", "*"),
];

/// Reads a provenance predicate.
pub(super) fn describe(statement: &Statement, signature: Option<&Signature>, about_this_image: bool, facts: &mut Facts) {
    let predicate = &statement.predicate;
    let builder = if statement.predicate_type.contains("/v0.") { v0(predicate, facts) } else { v1(predicate, facts) };
    let level = level(&builder, signature, about_this_image, facts);
    facts.add("level supported by the evidence", level);
}

fn v0(predicate: &Value, facts: &mut Facts) -> String {
    facts.text("builder", predicate, "/builder/id");
    facts.text("build type", predicate, "/buildType");
    facts.text("source", predicate, "/invocation/configSource/uri");
    facts.text("entry point", predicate, "/invocation/configSource/entryPoint");
    digests("commit", predicate.pointer("/invocation/configSource/digest"), facts);
    parameters(predicate.pointer("/invocation/parameters"), facts);
    facts.text("started", predicate, "/metadata/buildStartedOn");
    facts.text("finished", predicate, "/metadata/buildFinishedOn");
    materials(predicate.get("materials"), facts);
    vcs(predicate, "/metadata/https:~1~1mobyproject.org~1buildkit@v1#metadata/vcs", facts);
    text(predicate, "/builder/id")
}

fn v1(predicate: &Value, facts: &mut Facts) -> String {
    facts.text("builder", predicate, "/runDetails/builder/id");
    facts.text("build type", predicate, "/buildDefinition/buildType");
    let external = predicate.pointer("/buildDefinition/externalParameters");
    if let Some(external) = external {
        for pointer in ["/workflow/repository", "/source/uri", "/source/repository", "/configSource/uri", "/source"] {
            facts.text("source", external, pointer);
        }
        facts.text("ref", external, "/workflow/ref");
        facts.text("entry point", external, "/workflow/path");
        facts.text("entry point", external, "/configSource/path");
        digests("commit", external.pointer("/configSource/digest"), facts);
    }
    // GitHub and others put the commit of the source first among what was resolved.
    if let Some(first) = predicate.pointer("/buildDefinition/resolvedDependencies/0")
        && first.pointer("/digest/gitCommit").is_some()
    {
        facts.text("commit", first, "/digest/gitCommit");
    }
    parameters(external, facts);
    facts.text("run", predicate, "/runDetails/metadata/invocationId");
    facts.text("started", predicate, "/runDetails/metadata/startedOn");
    facts.text("finished", predicate, "/runDetails/metadata/finishedOn");
    materials(predicate.pointer("/buildDefinition/resolvedDependencies"), facts);
    vcs(predicate, "/runDetails/metadata/buildkit_metadata/vcs", facts);
    text(predicate, "/runDetails/builder/id")
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn digests(name: &str, digest: Option<&Value>, facts: &mut Facts) {
    for hex in digest.and_then(Value::as_object).into_iter().flat_map(|map| map.values()).filter_map(Value::as_str) {
        facts.add(name, hex);
    }
}

/// BuildKit's note of the Git checkout.
fn vcs(predicate: &Value, pointer: &str, facts: &mut Facts) {
    if let Some(vcs) = predicate.pointer(pointer) {
        facts.text("source", vcs, "/source");
        facts.text("commit", vcs, "/revision");
    }
}

fn parameters(parameters: Option<&Value>, facts: &mut Facts) {
    for (name, value) in parameters.and_then(Value::as_object).into_iter().flatten().take(MAX_MATERIALS) {
        if matches!(name.as_str(), "workflow" | "source" | "configSource") {
            continue;
        }
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !matches!(value.as_str(), "{}" | "null" | "[]") {
            facts.add("parameter", format!("{name} = {value}"));
        }
    }
}

fn materials(list: Option<&Value>, facts: &mut Facts) {
    let list = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for material in list.iter().take(MAX_MATERIALS) {
        let uri = material.get("uri").or_else(|| material.get("name")).and_then(Value::as_str).unwrap_or_default();
        let digest = material.get("digest").and_then(Value::as_object).and_then(|map| map.iter().next());
        match digest.and_then(|(algorithm, hex)| Some((algorithm, hex.as_str()?))) {
            Some((algorithm, hex)) => facts.add("material", format!("{uri} {algorithm}:{hex}")),
            None => facts.add("material", uri),
        }
    }
    if list.len() > MAX_MATERIALS {
        facts.add("material", format!("and {} more", list.len() - MAX_MATERIALS));
    }
}

/// The build level that the evidence supports; what keeps it from the next goes into `missing`.
fn level(builder: &str, signature: Option<&Signature>, about_this_image: bool, facts: &mut Facts) -> String {
    let lacks = |facts: &mut Facts, why: &str| facts.missing.push(why.to_owned());
    if !about_this_image {
        lacks(facts, "level 1: it is about another artifact");
        return "none".into();
    }
    if builder.is_empty() {
        lacks(facts, "level 1: it names no builder");
        return "none".into();
    }
    let Some(signature) = signature else {
        lacks(facts, "level 2: the builder's signature");
        return "SLSA build level 1: provenance exists".into();
    };
    match signature.state {
        SignatureState::Refused => {
            lacks(facts, "level 1: its signature is refused");
            return "none".into();
        }
        SignatureState::Unchecked => {
            lacks(facts, "level 2: its signature was not verified");
            return "SLSA build level 1: provenance exists".into();
        }
        SignatureState::Unjudged | SignatureState::Verified => {}
    }
    let signer = signature.signer.as_deref().unwrap_or_default();
    let hosted = signature.issuer.as_deref().is_some_and(|issuer| {
        [
            "https://token.actions.githubusercontent.com*",
            "https://gitlab.com",
            "https://accounts.google.com",
            "https://oidc.circleci.com*",
        ]
        .iter()
        .any(|pattern| matches(pattern, issuer))
    });
    if !hosted || !signer.contains("://") && !signer.ends_with(".gserviceaccount.com") {
        lacks(facts, "level 2: a hosted build platform as signer, rather than a person or a key");
        return "SLSA build level 1: signed provenance".into();
    }
    if signature.state == SignatureState::Unjudged {
        lacks(facts, "somebody who says which builder and source to expect");
    }
    let isolated = ISOLATED.iter().any(|(id, by)| matches(id, builder) && matches(by, signer));
    if isolated {
        return "SLSA build level 3: signed by a hosted builder that isolates its builds".into();
    }
    lacks(facts, "level 3: a builder known to keep its signing identity from the build's own steps");
    "SLSA build level 2: signed by a hosted build platform".into()
}
