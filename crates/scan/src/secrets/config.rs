//! Secrets in the configuration: environment, labels, history, annotations. The report shows these masked.

use porthole_report::{Severity, sorting};

use super::path_class::PathClass;
use super::stream::Matches;
use super::{masking, names};

/// Texts of the configuration are looked at up to this length; more is masked away whole.
const LONGEST: usize = 256 * 1024;
/// Configuration is written by people and full of assignments: vague rules may speak.
const CLASS: PathClass = PathClass { config: true, history: true, vendor: false, harmless: None };

/// A secret in a text of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSecret {
    /// Rule id.
    pub rule: String,
    /// What it is, in words.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Masked sample.
    pub masked: String,
    /// Stable id, 16 hex digits.
    pub fingerprint: String,
    /// Why it is thought to be harmless, when it is.
    pub harmless: Option<String>,
}

/// Secrets in a value. `place` is `env`, `label`, `history` or `annotation`; `name` is the variable's or label's name, empty for
/// history.
pub fn scan_text(place: &str, name: &str, value: &str) -> Vec<TextSecret> {
    let where_it_is = format!("{place} {name}");
    let value = cut(value);
    let mut found: Vec<_> = Matches::of_text(value, CLASS)
        .into_iter()
        .map(|found| TextSecret {
            rule: found.rule.id.into(),
            title: found.rule.title.into(),
            severity: found.rule.severity,
            fingerprint: found.fingerprint(where_it_is.as_bytes()),
            masked: found.masked,
            harmless: found.harmless.map(Into::into),
        })
        .collect();
    if found.is_empty() && !name.is_empty() {
        // A value may only be a secret beside its name (`TWILIO_AUTH_TOKEN=…`).
        let joined = format!("{name}={value}");
        if let Some(keyed) =
            Matches::of_text(&joined, PathClass::default()).into_iter().find(|found| found.start > name.len() as u64)
        {
            found.push(TextSecret {
                rule: keyed.rule.id.into(),
                title: keyed.rule.title.into(),
                severity: keyed.rule.severity,
                fingerprint: keyed.fingerprint(where_it_is.as_bytes()),
                masked: keyed.masked,
                harmless: keyed.harmless.map(Into::into),
            });
        } else if names::is_secret(name, value) {
            found.push(TextSecret {
                rule: "config-secret".into(),
                title: format!("secret in the image's configuration ({place})"),
                severity: Severity::High,
                masked: masking::masked(value.as_bytes(), 0),
                fingerprint: masking::of_place("config-secret", where_it_is.as_bytes(), b"", 0),
                harmless: None,
            });
        }
    }
    sorting::sort_by(&mut found, |a, b| (&a.rule, &a.fingerprint).cmp(&(&b.rule, &b.fingerprint)));
    found.dedup_by(|a, b| a.rule == b.rule && a.fingerprint == b.fingerprint);
    found
}

/// A text with every secret in it masked.
pub fn mask_text(text: &str) -> String {
    if text.len() > LONGEST {
        return format!("… ({} characters)", text.len());
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in Matches::of_text(text, CLASS) {
        let (Ok(start), Ok(end)) = (usize::try_from(found.start), usize::try_from(found.end)) else { continue };
        // Public examples are masked too: it costs nothing to be careful.
        let (Some(before), Some(_)) = (text.get(at..start), text.get(start..end)) else {
            return format!("… ({} characters)", text.len());
        };
        out.push_str(before);
        out.push_str(&found.masked);
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The value of a variable or label, masked when its name or its content says that it is a secret.
pub fn mask_pair(name: &str, value: &str) -> String {
    let inside = mask_text(value);
    if inside == value && !scan_text("", name, value).is_empty() { masking::masked(value.as_bytes(), 0) } else { inside }
}

/// `NAME=value` with the value masked where it must be.
pub fn mask_env(variable: &str) -> String {
    match variable.split_once('=') {
        Some((name, value)) => format!("{name}={}", mask_pair(name, value)),
        None => mask_text(variable),
    }
}

fn cut(value: &str) -> &str {
    let mut end = value.len().min(LONGEST);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    value.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_with_secret_names_are_masked() {
        assert_eq!(mask_env("API_KEY=not-so-secret-4711"), "API_KEY=… (18 characters)");
        assert_eq!(mask_env("PATH=/usr/bin:/bin"), "PATH=/usr/bin:/bin");
        assert_eq!(
            mask_env("GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D"),
            "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D"
        );
        assert_eq!(
            mask_env("DATABASE_URL=postgres://app:Tr0ub4dor@db:5432/app"),
            "DATABASE_URL=postgres://app:… (9 characters)@db:5432/app"
        );
    }

    #[test]
    fn history_is_masked_where_it_assigns_secrets() {
        let text = "|1 NPM_TOKEN=s0meThing-secret9 /bin/sh -c apk add libcrypto3=3.1.4-r2 && npm ci";
        assert_eq!(mask_text(text), "|1 NPM_TOKEN=… (17 characters) /bin/sh -c apk add libcrypto3=3.1.4-r2 && npm ci");
        for harmless in [
            "RUN apk add --no-cache openssl=3.1.4-r2",
            "ENV DB_PASSWORD_FILE=/run/secrets/db",
            "ARG TOKEN",
            "ENV PASSWORD=$PASSWORD",
            "RUN --mount=type=secret,id=token npm ci",
        ] {
            assert_eq!(mask_text(harmless), harmless);
        }
    }

    #[test]
    fn one_secret_is_found_once() {
        let found = scan_text("env", "API_KEY", "not-so-secret-4711");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rule, "config-secret");
        assert!(!format!("{found:?}").contains("4711"));
        assert!(scan_text("env", "NODE_VERSION", "20.11.1").is_empty());
    }
}
