//! Licences as the SBOM formats want them: an SPDX expression where the words are one, else a text of its own.

use std::collections::BTreeMap;

/// Identifiers of the SPDX licence list and its exceptions, one a line, ordered without regard to case.
const IDS: &str = include_str!("licenses.txt");

/// The list's own spelling of an identifier.
pub(super) fn id(text: &str) -> Option<&'static str> {
    IDS.lines().find(|id| id.eq_ignore_ascii_case(text))
}

/// An SPDX licence expression (SPDX 2.3, annex "SPDX license expressions") in the list's spelling; none when a word of it
/// is no identifier.
pub(super) fn expression(text: &str) -> Option<String> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut out = String::new();
    // An operand and an operator take turns; brackets stand before an operand and behind one.
    let (mut wants_operand, mut depth) = (true, 0_usize);
    for word in spaced.split_whitespace() {
        match word {
            "(" if wants_operand => depth += 1,
            ")" if !wants_operand && depth > 0 => depth -= 1,
            "AND" | "OR" | "WITH" if !wants_operand => wants_operand = true,
            _ if wants_operand => {
                let (bare, plus) = word.strip_suffix('+').map_or((word, ""), |bare| (bare, "+"));
                let known = id(word).map(str::to_owned).or_else(|| id(bare).map(|id| format!("{id}{plus}")))?;
                wants_operand = false;
                push(&mut out, &known);
                continue;
            }
            _ => return None,
        }
        push(&mut out, word);
    }
    (!wants_operand && depth == 0).then_some(out)
}

fn push(out: &mut String, word: &str) {
    if !out.is_empty() && !out.ends_with('(') && word != ")" {
        out.push(' ');
    }
    out.push_str(word);
}

/// Licence texts that are no expressions, each with the reference that stands for it in the document.
#[derive(Debug, Default)]
pub(super) struct Texts(BTreeMap<String, String>);

impl Texts {
    /// One expression for all licences of a package: all of them apply. None when there are none.
    pub(super) fn expression(&mut self, licenses: &[String]) -> Option<String> {
        let parts: Vec<String> =
            licenses.iter().map(|license| expression(license).unwrap_or_else(|| self.reference(license))).collect();
        match parts.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            many => {
                let bracketed: Vec<String> =
                    many.iter().map(|part| if part.contains(' ') { format!("({part})") } else { part.clone() }).collect();
                Some(bracketed.join(" AND "))
            }
        }
    }

    /// `LicenseRef-…` for a text; the same text always has the same one.
    fn reference(&mut self, text: &str) -> String {
        let mut words: String = text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        words.truncate(48);
        let words = words.trim_matches(['-', '.']);
        let base = format!("LicenseRef-{}", if words.is_empty() { "text" } else { words });
        let mut reference = base.clone();
        let mut next = 2;
        while self.0.get(&reference).is_some_and(|known| known != text) {
            reference = format!("{base}-{next}");
            next += 1;
        }
        self.0.insert(reference.clone(), text.to_owned());
        reference
    }

    /// Every reference with its text.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_recognised_and_spelled_as_the_list_does() {
        for (text, expected) in [
            ("MIT", Some("MIT")),
            ("apache-2.0", Some("Apache-2.0")),
            ("(MIT OR Apache-2.0)", Some("(MIT OR Apache-2.0)")),
            ("MIT AND ( BSD-3-Clause OR ISC )", Some("MIT AND (BSD-3-Clause OR ISC)")),
            ("GPL-2.0-or-later WITH Classpath-exception-2.0", Some("GPL-2.0-or-later WITH Classpath-exception-2.0")),
            ("LGPL-2.1+", Some("LGPL-2.1+")),
            ("BSD License", None),
            ("MIT OR", None),
            ("(MIT", None),
            ("MIT)", None),
            ("()", None),
            ("OR MIT", None),
            ("MIT MIT", None),
            ("", None),
        ] {
            assert_eq!(expression(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn texts_get_references_of_their_own() {
        let mut texts = Texts::default();
        let all =
            |texts: &mut Texts, list: &[&str]| texts.expression(&list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(all(&mut texts, &[]), None);
        assert_eq!(all(&mut texts, &["BSD License"]).as_deref(), Some("LicenseRef-BSD-License"));
        assert_eq!(all(&mut texts, &["BSD?License"]).as_deref(), Some("LicenseRef-BSD-License-2"));
        assert_eq!(all(&mut texts, &["BSD License", "MIT OR ISC"]).as_deref(), Some("LicenseRef-BSD-License AND (MIT OR ISC)"));
        assert_eq!(all(&mut texts, &["«»"]).as_deref(), Some("LicenseRef-text"));
        assert_eq!(texts.iter().count(), 3);
    }
}
