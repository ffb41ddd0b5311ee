//! TOML 1.0 as a walk, over the toml project's own event parser: no tree, and damage costs one line.

use std::borrow::Cow;

use toml_parser::lexer::Token;
use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};
use toml_parser::{ParseError, Source};

use super::{Damage, ITEM, Path, Sink, Step};

/// Tokens looked at in one document; a lock file of a thousand packages has about 100,000.
const MAX_TOKENS: usize = 2_000_000;
/// Arrays and inline tables nested deeper than this end the walk.
const MAX_NESTING: u32 = 64;

/// Walks a TOML document. A table ends where a header outside of it begins.
pub(crate) fn toml(text: &str, sink: &mut Sink<'_>) -> Result<(), Damage> {
    let source = Source::new(text);
    let tokens: Vec<Token> = source.lex().take(MAX_TOKENS).collect();
    let cut = tokens.len() == MAX_TOKENS;
    let mut walk = Walk {
        source,
        sink,
        path: Path::default(),
        header: Vec::new(),
        arrays: Vec::new(),
        frames: Vec::new(),
        table_depth: 0,
        in_header: false,
        damage: None,
    };
    let mut receiver = |event: Event| walk.event(&event);
    let mut receiver = RecursionGuard::new(&mut receiver, MAX_NESTING);
    let mut damage: Option<ParseError> = None;
    parse_document(&tokens, &mut receiver, &mut damage);
    walk.close_to(0);
    walk.path.emit(walk.sink, Step::End);
    let walk_damage = walk.damage;
    match damage.or(walk_damage) {
        Some(error) => {
            let at = error.unexpected().or(error.context()).map_or(0, |span| span.start());
            let line = text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
            Err(Damage(format!("bad toml: {} at line {line}", error.description())))
        }
        None if cut => Err(Damage(format!("bad toml: more than {MAX_TOKENS} tokens"))),
        None => Ok(()),
    }
}

/// A container inside a value.
struct Frame {
    /// Length of the path at the container itself.
    depth: usize,
    is_array: bool,
}

struct Walk<'t, 'w, 's> {
    source: Source<'t>,
    sink: &'w mut Sink<'s>,
    /// Where the walk stands; its first part is the open table.
    path: Path<'t>,
    /// Keys of the header being read.
    header: Vec<Cow<'t, str>>,
    /// Names (without element marks) of the arrays of tables seen so far.
    arrays: Vec<Vec<Cow<'t, str>>>,
    frames: Vec<Frame>,
    /// Length of the open table's path.
    table_depth: usize,
    in_header: bool,
    /// The first key or value that could not be decoded.
    damage: Option<ParseError>,
}

impl<'t> Walk<'t, '_, '_> {
    fn event(&mut self, event: &Event) {
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                // A damaged value may have left its keys and frames behind: a header starts afresh.
                self.frames.clear();
                self.end_value();
                self.in_header = true;
                self.header.clear();
            }
            EventKind::StdTableClose => self.open_table(false),
            EventKind::ArrayTableClose => self.open_table(true),
            EventKind::SimpleKey => {
                let mut key = Cow::Borrowed("");
                if let Some(raw) = self.source.get(event) {
                    raw.decode_key(&mut key, &mut self.damage);
                }
                if self.in_header {
                    self.header.push(key);
                } else {
                    self.path.0.push(key);
                }
            }
            EventKind::Scalar => {
                let mut value = Cow::Borrowed("");
                if let Some(raw) = self.source.get(event) {
                    let _kind = raw.decode_scalar(&mut value, &mut self.damage);
                }
                self.begin_value();
                self.path.emit(self.sink, Step::Text(&value));
                self.end_value();
            }
            EventKind::InlineTableOpen | EventKind::ArrayOpen => {
                self.begin_value();
                self.frames.push(Frame { depth: self.path.0.len(), is_array: event.kind() == EventKind::ArrayOpen });
            }
            EventKind::InlineTableClose | EventKind::ArrayClose => {
                if let Some(frame) = self.frames.pop() {
                    self.path.0.truncate(frame.depth);
                    self.path.emit(self.sink, Step::End);
                    self.end_value();
                }
            }
            EventKind::Newline if self.frames.is_empty() && !self.in_header => self.end_value(),
            _ => {}
        }
    }

    /// An element of an array gets its mark in the path.
    fn begin_value(&mut self) {
        if self.frames.last().is_some_and(|frame| frame.is_array) {
            self.path.0.push(Cow::Borrowed(ITEM));
        }
    }

    /// Back to the container that holds the value just read.
    fn end_value(&mut self) {
        let depth = self.frames.last().map_or(self.table_depth, |frame| frame.depth);
        self.path.0.truncate(depth);
    }

    /// A header's keys with an element mark behind each array of tables.
    fn marked(&self, header: &[Cow<'t, str>]) -> Vec<Cow<'t, str>> {
        let mut marked = Vec::with_capacity(header.len() + 1);
        for (at, key) in header.iter().enumerate() {
            marked.push(key.clone());
            if self.arrays.iter().any(|array| array.as_slice() == header.get(..=at).unwrap_or_default()) {
                marked.push(Cow::Borrowed(ITEM));
            }
        }
        marked
    }

    fn open_table(&mut self, is_array: bool) {
        self.in_header = false;
        let known = self.arrays.contains(&self.header);
        if is_array && !known {
            // The number of different arrays is bounded so that looking one up stays cheap.
            if self.arrays.len() < 64 {
                self.arrays.push(self.header.clone());
            }
        }
        let target = self.marked(&self.header);
        let mut shared = self.path.0.iter().zip(&target).take_while(|(a, b)| a == b).count();
        if is_array && shared == target.len() {
            // The same array again: its former element ends.
            shared = shared.saturating_sub(1);
        }
        self.close_to(shared);
        self.table_depth = target.len();
        self.path.0 = target;
    }

    /// Ends the open tables below `depth`.
    fn close_to(&mut self, depth: usize) {
        while self.path.0.len() > depth {
            self.path.emit(self.sink, Step::End);
            self.path.0.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace;
    use super::*;

    #[test]
    fn tables_arrays_and_values_are_seen_at_their_paths() {
        let text = "version = 3\na.b = 'c'\n[[package]]\nname = \"x\"\ndeps = [\n \"y 1\", # c\n { name = 'z' },\n]\n\
                    [package.metadata]\nk = true\n[[package]]\nname = \"w\"\n[metadata]\n\"q.r\" = { s = [1, 2] }\n";
        let (lines, result) = trace(|sink| toml(text, sink));
        assert_eq!(result, Ok(()));
        assert_eq!(
            lines,
            [
                "version = 3",
                "a/b = c",
                "package/#/name = x",
                "package/#/deps/# = y 1",
                "package/#/deps/#/name = z",
                "package/#/deps/# end",
                "package/#/deps end",
                "package/#/metadata/k = true",
                "package/#/metadata end",
                "package/# end",
                "package/#/name = w",
                "package/# end",
                "package end",
                "metadata/q.r/s/# = 1",
                "metadata/q.r/s/# = 2",
                "metadata/q.r/s end",
                "metadata/q.r end",
                "metadata end",
                " end",
            ]
        );
    }

    #[test]
    fn damage_costs_one_line() {
        let (lines, result) = trace(|sink| toml("[[p]]\nname = \"a\nversion = \"1\"\n[[p]]\nname = \"b\"\n", sink));
        assert!(result.expect_err("damage").0.contains("line 2"));
        assert!(lines.contains(&"p/#/version = 1".to_owned()), "{lines:?}");
        assert!(lines.contains(&"p/#/name = b".to_owned()), "{lines:?}");
    }

    #[test]
    fn nesting_is_bounded() {
        let (lines, result) = trace(|sink| toml(&format!("a = {}", "[".repeat(100_000)), sink));
        assert!(result.is_err());
        assert!(lines.len() < 100);
    }
}
