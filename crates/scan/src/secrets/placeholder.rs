//! Values that stand for a secret without being one, and examples that issuers publish.

/// Words that documentation puts where a secret goes.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pwd",
    "pw",
    "secret",
    "mysecret",
    "mypassword",
    "changeme",
    "changeit",
    "change_me",
    "change-me",
    "redacted",
    "removed",
    "hidden",
    "none",
    "null",
    "nil",
    "undefined",
    "true",
    "false",
    "yes",
    "no",
    "empty",
    "todo",
    "fixme",
    "dummy",
    "fake",
    "test",
    "testing",
    "example",
    "sample",
    "placeholder",
    "foo",
    "bar",
    "foobar",
    "baz",
    "passw",
    "xyz",
    "abc",
    "token",
    "key",
    "apikey",
    "api_key",
    "user",
    "username",
    "string",
    "value",
    "optional",
    "required",
    "default",
    "pass123",
    "user:pass",
    "p@ssw0rd",
    "p4ssw0rd",
    "hunter2",
    "passphrase",
    "credentials",
    "me",
    "you",
    "it",
    "***",
    "prompt",
    "ask",
    "sesame",
    "open sesame",
    "basic",
    "bearer",
    "plaintext",
    "encrypted",
    "sensitive",
    "masked",
    "unset",
    "env",
    "file",
    "stdin",
    "keyring",
    "vault",
];
/// Parts that only placeholders hold.
const PARTS: &[&str] = &[
    "example",
    "your_",
    "your-",
    "yourpass",
    "yoursecret",
    "yourtoken",
    "yourkey",
    "my_secret",
    "my-secret",
    "xxxx",
    "****",
    "....",
    "<",
    ">",
    "${",
    "{{",
    "}}",
    "$(",
    "%(",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "insert_",
    "insert-",
    "_here",
    "-here",
    "replace_",
    "replace-",
    "notasecret",
    "not-a-secret",
    "dummy",
    "redacted",
    "some_pass",
    "somepass",
    "…",
    "process.env",
    "os.environ",
    "getenv",
    "secretkeyref",
    "valuefrom",
];

/// True when a value is a stand-in: empty, a word of documentation, a variable, a row of one character.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let lower = text.to_ascii_lowercase();
    let bare = lower.trim_matches(|c: char| matches!(c, '"' | '\'' | '[' | ']' | '(' | ')' | ',' | ';'));
    bare.is_empty()
        || WORDS.contains(&bare)
        || PARTS.iter().any(|part| bare.contains(part))
        || bare.starts_with(['$', '%', '@', '#', '!', '&', '*'])
        || bare.bytes().all(|byte| Some(byte) == bare.bytes().next())
        || is_sequence(bare.as_bytes())
}

/// `12345678`, `abcdefgh`, `0123456789abcdef` and their like.
fn is_sequence(value: &[u8]) -> bool {
    let steps = value.windows(2).filter(|pair| pair[1].wrapping_sub(pair[0]) <= 1).count();
    value.len() >= 4 && steps + 2 >= value.len() && steps * 10 >= value.len() * 7
}

/// Why a token is known to be public, when it is: issuers' own examples and obvious fillers.
pub(crate) fn known_example(value: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(value).ok()?;
    let lower = text.to_ascii_lowercase();
    // AWS's documentation uses these two; Azure's emulator and Google's samples say so in the text.
    if lower.contains("example") || text == concat!("wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "EXAMPLEKEY") {
        return Some("an example from the issuer's documentation");
    }
    let filler = [
        "xxxxxxxx",
        "00000000",
        "11111111",
        "aaaaaaaa",
        "12345678",
        "abcdefgh",
        "deadbeef",
        "cafebabe",
        "ffffffff",
        "placeholder",
        "fakefake",
        "testtest",
        "0123456789",
        "abcdef01",
    ];
    if filler.iter().any(|part| lower.contains(part)) {
        return Some("a filler rather than a random value");
    }
    let mut seen = [false; 256];
    value.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let distinct = seen.into_iter().filter(|seen| *seen).count();
    (value.len() >= 16 && distinct <= 6).then_some("a filler rather than a random value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_told_from_values() {
        for stand_in in [
            "",
            "changeme",
            "${DB_PASSWORD}",
            "<password>",
            "{{ pass }}",
            "$PASS",
            "%s",
            "xxxxxxxx",
            "12345678",
            "your_password",
            "********",
            "process.env.X",
            "null",
        ] {
            assert!(is_placeholder(stand_in.as_bytes()), "{stand_in}");
        }
        for value in ["tr0ub4dor&3", "not-so-secret-4711", "correcthorse9", "Kd8!sP2q", "s3cr3tPa55"] {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }
}
