//! Text formats that package files are written in, each read as one walk of scalars.
//!
//! JSON, TOML, YAML and XML all become the same calls: the path of keys and, there, a text or the end of a container.
//! So an ecosystem's reader is one `match` over paths; an oddly typed field is passed over instead of failing the file;
//! what stood before damage is kept; and no document tree is ever built. Knows no package. Proof: tests in each file.

mod fields;
mod json;
mod toml;
mod xml;
mod yaml;

pub(crate) use fields::fields;
pub(crate) use json::{json, json_with_trailing_commas};
pub(crate) use toml::toml;
pub(crate) use xml::xml;
pub(crate) use yaml::yaml;

use std::borrow::Cow;

use porthole_report::{Gap, GapKind};

/// Stands in a path for an element of a list.
pub(crate) const ITEM: &str = "#";

/// Containers deeper than this are passed over, and said to be: no package file nests so deeply.
pub(crate) const MAX_DEPTH: usize = 32;

/// One step of a walk, at the path given beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// A string, number, truth value, or an XML element's text or attribute.
    Text(&'a str),
    /// A map, list or element ends here.
    End,
}

/// Receives a walk. The path is empty at the document's own end.
pub(crate) type Sink<'s> = dyn FnMut(&[&str], Step<'_>) + 's;

/// Why a walk ended early, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damage(pub(crate) String);

impl From<Damage> for Gap {
    fn from(damage: Damage) -> Self {
        gap(GapKind::Malformed, damage.0)
    }
}

/// A gap whose path and layer the caller fills in.
pub(crate) fn gap(kind: GapKind, message: impl Into<String>) -> Gap {
    Gap { kind, layer: None, path: String::new(), message: message.into() }
}

/// The text of a file: without a byte order mark, bad UTF-8 replaced.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
}

/// The keys from the root to where a walk stands.
#[derive(Default)]
struct Path<'t>(Vec<Cow<'t, str>>);

impl Path<'_> {
    fn emit(&self, sink: &mut Sink<'_>, step: Step<'_>) {
        if self.0.len() > MAX_DEPTH {
            return;
        }
        let mut parts = [""; MAX_DEPTH];
        for (part, key) in parts.iter_mut().zip(&self.0) {
            *part = key;
        }
        sink(parts.get(..self.0.len()).unwrap_or_default(), step);
    }
}

/// A walk as lines of text, for the tests of the formats.
#[cfg(test)]
fn trace(walk: impl FnOnce(&mut Sink<'_>) -> Result<(), Damage>) -> (Vec<String>, Result<(), Damage>) {
    let mut lines = Vec::new();
    let result = walk(&mut |path, step| {
        let path = path.join("/");
        lines.push(match step {
            Step::Text(text) => format!("{path} = {text}"),
            Step::End => format!("{path} end"),
        });
    });
    (lines, result)
}
