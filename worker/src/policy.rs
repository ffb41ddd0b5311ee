//! A policy that came with a request: read, set beside the image's report, judged.
//!
//! The same files that `porthole scan --policy` takes, and the same verdicts. What a policy means is `porthole_report`'s and
//! `porthole_rego`'s to say; here is what a stranger's may cost. Proof: `tests/edge/suite/edge-policy.test.js`.

use porthole_rego::Module;
use porthole_report::Report;
use porthole_report::policy::{Policy, PolicyResult, judge, mark_allowed};
use porthole_scan::oci::Digest;
use porthole_scan::signatures::Trust;
use worker::Request;

use crate::body::Body;
use crate::problem::{Kind, Problem};

/// Largest policy, bytes: the examples have two thousand.
const MAX: u64 = 64 << 10;
/// Most steps that rules may take: some tenths of a second.
const STEPS: u32 = 2_000_000;
/// Largest report that rules are asked about, bytes of JSON: the engine's copy of it takes ten times as much.
const MAX_INPUT: usize = 2 << 20;

/// A policy, understood.
pub(crate) struct Posted {
    /// Stands for its text.
    pub(crate) digest: String,
    rules: Rules,
}

enum Rules {
    Thresholds(Box<Policy>),
    Rego(String),
}

/// What a request's body is, by its media type; TOML where it does not say.
fn is_rego(media_type: &str) -> Result<bool, Problem> {
    match media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "application/toml" | "text/toml" | "text/plain" | "application/x-www-form-urlencoded" => Ok(false),
        "application/rego" | "application/x-rego" | "text/rego" | "text/x-rego" => Ok(true),
        other => Err(Problem::new(
            Kind::PolicyType,
            format!("a policy is application/toml or application/rego, this is {}", other.chars().take(60).collect::<String>()),
        )),
    }
}

impl Posted {
    /// Reads a request's body.
    ///
    /// # Errors
    /// When it is no policy, or a longer one than is read.
    pub(crate) async fn read(request: &Request, stall: u64) -> Result<Self, Problem> {
        let is_rego = is_rego(&request.headers().get("content-type")?.unwrap_or_default())?;
        let body = request.inner().body().map(|stream| Body::of_stream(&stream)).transpose()?;
        let bytes = match body {
            Some(body) => body.all(MAX, stall).await.map_err(|why| Problem::new(Kind::BadPolicy, why))?,
            None => Vec::new(),
        };
        if bytes.len() as u64 > MAX {
            return Err(Problem::new(Kind::PolicyTooLong, format!("the policy is longer than {MAX} bytes")));
        }
        let bad = |why: String| Problem::new(Kind::BadPolicy, why);
        let digest = Digest::sha256(&bytes).hex();
        let text = String::from_utf8(bytes).map_err(|_| bad("the policy is no UTF-8".into()))?;
        if text.trim().is_empty() {
            return Err(bad("the request has no policy in its body; an empty one would pass everything".into()));
        }
        let rules = if is_rego {
            Rules::Rego(text)
        } else {
            let policy = basic_toml::from_str(&text).map_err(|error| bad(error.to_string().trim_end().to_owned()))?;
            Rules::Thresholds(Box::new(policy))
        };
        let kind = if is_rego { "rego" } else { "toml" };
        Ok(Self { digest: format!("{kind}:{digest}"), rules })
    }

    /// Signers that the policy names are expected.
    pub(crate) fn expect(&self, trust: &mut Trust) {
        if let Rules::Thresholds(policy) = &self.rules
            && let Some(rule) = &policy.signatures
        {
            trust.expect(&rule.signers, &rule.issuers);
        }
    }

    /// Says in the report which secrets are accepted; checks are to be asked after that.
    pub(crate) fn mark_allowed(&self, report: &mut Report, today: &str) {
        if let Rules::Thresholds(policy) = &self.rules {
            mark_allowed(policy, report, Some(today));
        }
    }

    /// Judges the report.
    ///
    /// # Errors
    /// When rules in Rego come to no verdict.
    pub(crate) fn judge(&self, report: &Report, today: &str) -> Result<PolicyResult, Problem> {
        let rego = match &self.rules {
            Rules::Thresholds(policy) => return Ok(judge(policy, report, Some(today))),
            Rules::Rego(text) => text,
        };
        let module = Module { name: "policy", text: rego };
        let (day, limits) = (today.get(..10).unwrap_or(today), porthole_rego::Limits { steps: STEPS, input: MAX_INPUT });
        porthole_rego::judge_within(&[module], report, Some(day), &limits)
            .map_err(|error| Problem::new(Kind::BadPolicy, error.to_string()))
    }
}
