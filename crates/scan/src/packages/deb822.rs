//! Stanzas of `Field: value` lines, as deb822(5) describes them: dpkg's status, opkg's, DEP-5 copyright files.
//!
//! Knows lines only, no field. Never fails: what is no field line is passed over. Proof: this file's tests.

/// One stanza: the lines between blank lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stanza<'a>(&'a [u8]);

/// Every stanza of a text, in order, empty ones left out.
pub(super) fn stanzas(text: &[u8]) -> impl Iterator<Item = Stanza<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let mut end = 0;
            let mut next = rest.len();
            for line in rest.split_inclusive(|byte| *byte == b'\n') {
                if line.trim_ascii().is_empty() {
                    next = end + line.len();
                    break;
                }
                end += line.len();
            }
            let stanza = &rest[..end];
            rest = &rest[next..];
            if !stanza.is_empty() {
                return Some(Stanza(stanza));
            }
        }
        None
    })
}

impl<'a> Stanza<'a> {
    /// Every field with the rest of its first line, in order.
    pub(super) fn fields(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.0.split(|byte| *byte == b'\n').filter_map(|line| {
            // Continuation lines begin with a blank, comments with `#`.
            if matches!(line.first(), None | Some(b' ' | b'\t' | b'#')) {
                return None;
            }
            let colon = memchr::memchr(b':', line)?;
            Some((line[..colon].trim_ascii(), line[colon + 1..].trim_ascii()))
        })
    }

    /// First line of a field's value as text; none when it is missing or empty. Names ignore case.
    pub(super) fn get(self, name: &str) -> Option<String> {
        let (_, value) = self.fields().find(|(field, _)| field.eq_ignore_ascii_case(name.as_bytes()))?;
        Some(String::from_utf8_lossy(value).into_owned()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stanzas_are_split_at_blank_lines_and_fields_at_colons() {
        let text = b"\n\nPackage: a\nDescription: x: y\n more: no field\n .\n\n  \npackage:b\r\n# c: d\nnonsense\n";
        let all: Vec<_> = stanzas(text).collect();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].get("package").as_deref(), Some("a"));
        assert_eq!(all[0].get("Description").as_deref(), Some("x: y"));
        assert_eq!(all[0].get("more"), None);
        assert_eq!(all[1].get("Package").as_deref(), Some("b"));
        assert_eq!(all[1].fields().count(), 1);
    }
}
