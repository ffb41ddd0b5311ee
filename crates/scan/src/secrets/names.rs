//! Names that announce a secret: variables, build arguments, labels, options, keys of configuration files.
//!
//! A package pinned in the history (`libcrypto3=3.1.4-r2`), a file's place (`DB_PASSWORD_FILE=/run/secrets/db`) and a public
//! key's fingerprint (`GPG_KEY=…`) are not secrets; linters that search for parts of words say they are.

use super::placeholder::is_placeholder;

/// Last words that announce a secret by themselves.
const ALONE: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "secrets",
    "token",
    "apikey",
    "apitoken",
    "authtoken",
    "accesstoken",
    "credential",
    "credentials",
    "pwd",
    "pass",
    "secretkey",
    "privatekey",
    "accesskey",
    "authkey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "sharedkey",
    "apisecret",
    "clientsecret",
    "userpass",
    "dbpass",
    "dsn",
    "pat",
    "webhook",
];
/// Words that make a secret of a following `key`.
const KEYS: &[&str] = &[
    "api",
    "secret",
    "private",
    "access",
    "auth",
    "signing",
    "encryption",
    "master",
    "shared",
    "service",
    "app",
    "application",
    "account",
    "admin",
    "hmac",
    "aes",
    "jwt",
    "session",
    "deploy",
    "license",
    "licence",
];
/// First or earlier words that make something public or a setting of it.
const PUBLIC: &[&str] = &[
    "public", "pub", "gpg", "no", "min", "max", "has", "use", "enable", "disable", "require", "allow", "skip", "is", "next",
    "csrf",
];

/// True when a value assigned to this name is a secret.
pub(crate) fn is_secret(name: &str, value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    announces(name) && !is_placeholder(value.as_bytes()) && !is_reference(value)
}

/// True when the name announces a secret.
pub(crate) fn announces(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last() else { return false };
    if words.iter().any(|word| PUBLIC.contains(&word.as_str())) {
        return false;
    }
    let before = words.len().checked_sub(2).and_then(|at| words.get(at)).map(String::as_str);
    match last.as_str() {
        "key" => before.is_some_and(|word| KEYS.contains(&word)),
        "keys" => false,
        // `PWD` and `OLDPWD` are folders; `PASS` alone is a verb.
        "pwd" | "pass" | "pat" | "dsn" | "webhook" => before.is_some() && !(last == "pwd" && before == Some("old")),
        "id" | "url" | "uri" if before == Some("webhook") => true,
        word => ALONE.contains(&word) || numbered(word),
    }
}

/// `password1`, `secret2`.
fn numbered(word: &str) -> bool {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    bare.len() + 2 >= word.len() && bare.len() < word.len() && matches!(bare, "password" | "passwd" | "secret" | "token")
}

/// Splits `DB_PASSWORD`, `dbPassword`, `db-password`, `db.password`, `APIKey` into lower-case words.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().take(200).collect();
    for (i, c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        let previous = i.checked_sub(1).and_then(|at| chars.get(at));
        let next = chars.get(i + 1);
        let starts = c.is_ascii_uppercase()
            && (previous.is_some_and(char::is_ascii_lowercase)
                || previous.is_some_and(char::is_ascii_uppercase) && next.is_some_and(char::is_ascii_lowercase));
        if starts && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(c.to_ascii_lowercase());
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// A value that says where the secret is, or that there is none: a path, a plain URL, a number, a variable, a call.
fn is_reference(value: &str) -> bool {
    let short_number = value.len() <= 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    let path = (value.starts_with('/') || value.starts_with("./") || value.starts_with("~/") || value.starts_with("file:"))
        && !value.contains(' ')
        && value.matches('/').count() >= 2;
    let plain_url = value.contains("://") && !value.contains('@') && !value.contains("hooks.") && !value.contains("webhook");
    let call = value.contains('(') && value.ends_with(')');
    let scheme = ["arn:", "vault:", "secretsmanager:", "ssm:", "op://", "projects/", "kms:", "env:", "sha256:"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    short_number || path || plain_url || call || scheme
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_announce_secrets() {
        for name in [
            "API_KEY",
            "DB_PASSWORD",
            "db.password",
            "dbPassword",
            "NPM_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "clientSecret",
            "MYSQL_ROOT_PASSWORD",
            "SECRET_KEY_BASE_TOKEN",
            "apiKey",
            "password1",
            "SLACK_WEBHOOK_URL",
        ] {
            assert!(announces(name), "{name}");
        }
    }

    #[test]
    fn names_that_only_look_like_it() {
        for name in [
            "GPG_KEY",
            "GPG_KEYS",
            "libcrypto3",
            "PASSWORD_FILE",
            "TOKEN_TTL",
            "PWD",
            "OLDPWD",
            "PUBLIC_KEY",
            "SSH_KEY_PATH",
            "PYTHON_GET_PIP_SHA256",
            "KEYCLOAK_VERSION",
            "MONKEY",
            "SECRET_NAME",
            "token_type_hint",
            "max_tokens",
            "PASS_MAX_DAYS",
            "NODE_VERSION",
            "KEY",
            "PATH",
            "NO_PASSWORD",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "next_token",
        ] {
            assert!(!announces(name), "{name}");
        }
    }

    #[test]
    fn values_that_point_elsewhere_are_no_secrets() {
        for value in [
            "/run/secrets/db",
            "${DB_PASSWORD}",
            "",
            "changeme",
            "true",
            "https://vault.internal/v1",
            "arn:aws:secretsmanager:eu-1:1:secret:x",
            "8080",
            "getenv(\"X\")",
        ] {
            assert!(!is_secret("DB_PASSWORD", value), "{value}");
        }
        assert!(is_secret("API_KEY", "not-so-secret-4711"));
    }
}
