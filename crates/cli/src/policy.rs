//! Policies as TOML files. What they mean is `porthole_report::policy`'s.

use std::path::Path;

use porthole_report::export::plain;
use porthole_report::policy::{Policy, PolicyResult};

use crate::exit::Exit;

/// Reads a policy.
pub(crate) fn read(path: &Path) -> Result<Policy, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    basic_toml::from_str(&text).map_err(|error| format!("{}: {}", path.display(), error.to_string().trim_end()))
}

/// Says on standard error how the policy ended.
pub(crate) fn tell(result: &PolicyResult) -> Exit {
    for reason in &result.reasons {
        eprintln!("policy: {}", plain(&reason.message));
    }
    if result.passed {
        eprintln!("policy: passed");
        Exit::Done
    } else {
        eprintln!("policy: failed");
        Exit::Failed
    }
}
