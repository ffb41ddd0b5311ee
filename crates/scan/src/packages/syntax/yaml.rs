//! The YAML that lock files are written in, as a walk: block maps and lists, quoted and plain scalars, flow collections
//! on one line, `?` keys. Anchors, tags and multi-line scalars are passed over: no tool that writes a lock file uses them,
//! and a full YAML reader would cost the page ten times the bytes.

use std::borrow::Cow;

use super::{Damage, ITEM, MAX_DEPTH, Path, Sink, Step};

/// Walks a YAML document (the first, when there are several with a `---` between them, and all the others after it).
pub(crate) fn yaml(text: &str, sink: &mut Sink<'_>) -> Result<(), Damage> {
    let mut walk = Walk { sink, path: Path::default(), open: Vec::new(), damage: None };
    let mut block_scalar: Option<usize> = None;
    for (number, line) in text.lines().enumerate() {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let content = content.trim_end();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if let Some(owner) = block_scalar {
            if indent > owner {
                continue;
            }
            block_scalar = None;
        }
        if indent == 0 && (content == "---" || content == "..." || content.starts_with('%') || content.starts_with("--- ")) {
            walk.close(0, false);
            continue;
        }
        if walk.line(indent, content) {
            block_scalar = Some(indent);
        }
        if let Some(what) = walk.damage.take_if(|_| walk.open.len() > MAX_DEPTH) {
            return Err(Damage(format!("bad yaml: {what} at line {}", number + 1)));
        }
        walk.damage = walk
            .damage
            .take()
            .map(|what| if what.contains(" at line ") { what } else { Cow::Owned(format!("{what} at line {}", number + 1)) });
    }
    walk.close(0, false);
    walk.path.emit(walk.sink, Step::End);
    walk.damage.map_or(Ok(()), |what| Err(Damage(format!("bad yaml: {what}"))))
}

/// A key or list element whose value is being read.
struct Open {
    indent: usize,
    is_item: bool,
    /// A scalar was seen: no container ends here.
    is_scalar: bool,
}

struct Walk<'t, 'w, 's> {
    sink: &'w mut Sink<'s>,
    path: Path<'t>,
    /// One for each part of the path.
    open: Vec<Open>,
    /// The first damage; reading goes on behind it.
    damage: Option<Cow<'static, str>>,
}

impl<'t> Walk<'t, '_, '_> {
    /// Reads one line. True when a block scalar begins.
    fn line(&mut self, mut indent: usize, mut content: &'t str) -> bool {
        loop {
            if self.open.len() > MAX_DEPTH {
                self.damage = Some("nested too deeply".into());
                return false;
            }
            if let Some(rest) = marker(content, '-') {
                self.close(indent, true);
                self.push(indent, true, Cow::Borrowed(ITEM));
                indent += content.len() - rest.len();
                content = rest;
            } else if let Some(rest) = marker(content, '?') {
                self.close(indent, false);
                let key = self.scalar(rest);
                self.push(indent, false, key);
                return false;
            } else if let Some(rest) = marker(content, ':') {
                indent += content.len() - rest.len();
                content = rest;
            } else {
                break;
            }
            if content.is_empty() {
                return false;
            }
        }
        match split_key(content) {
            Some((key, value)) => {
                self.close(indent, false);
                let key = self.scalar(key);
                self.push(indent, false, key);
                self.value(value)
            }
            None => {
                // The scalar of a list element or of a `?` key; anything else continues a plain scalar.
                let fresh = self.open.last().is_some_and(|top| !top.is_scalar && indent > top.indent);
                if fresh { self.value(content) } else { false }
            }
        }
    }

    /// Reads what stands behind a key. True when a block scalar begins.
    fn value(&mut self, value: &'t str) -> bool {
        let value = without_properties(value);
        if value.is_empty() {
            return false;
        }
        if value.starts_with(['|', '>']) {
            self.mark_scalar();
            return true;
        }
        if value.starts_with(['{', '[']) {
            let mut rest = value;
            self.flow(&mut rest, 0);
            self.mark_scalar();
            return false;
        }
        if !value.starts_with('*') {
            let text = self.scalar(value);
            self.path.emit(self.sink, Step::Text(&text));
        }
        self.mark_scalar();
        false
    }

    fn mark_scalar(&mut self) {
        if let Some(top) = self.open.last_mut() {
            top.is_scalar = true;
        }
    }

    fn push(&mut self, indent: usize, is_item: bool, key: Cow<'t, str>) {
        self.path.0.push(key);
        self.open.push(Open { indent, is_item, is_scalar: false });
    }

    /// Ends what a line at `indent` is not inside of. A list may stand at the indent of the key that holds it.
    fn close(&mut self, indent: usize, for_item: bool) {
        while let Some(top) = self.open.last() {
            let inside = top.indent < indent || (for_item && top.indent == indent && !top.is_item);
            if inside {
                break;
            }
            if !top.is_scalar {
                self.path.emit(self.sink, Step::End);
            }
            self.path.0.pop();
            self.open.pop();
        }
    }

    /// A quoted or plain scalar to its end.
    fn scalar(&mut self, raw: &'t str) -> Cow<'t, str> {
        if raw.starts_with(['"', '\'']) {
            if let Some((text, _)) = quoted(raw) {
                return text;
            }
            self.damage.get_or_insert("quote without an end".into());
            return Cow::Borrowed(raw.get(1..).unwrap_or_default());
        }
        Cow::Borrowed(raw.split_once(" #").map_or(raw, |(text, _)| text).trim_end())
    }

    /// A flow collection; `rest` moves behind it.
    fn flow(&mut self, rest: &mut &'t str, depth: usize) {
        let is_map = rest.starts_with('{');
        *rest = rest.get(1..).unwrap_or_default();
        loop {
            *rest = rest.trim_start_matches([' ', ',']);
            if let Some(behind) = rest.strip_prefix(['}', ']']) {
                *rest = behind;
                self.path.emit(self.sink, Step::End);
                return;
            }
            if rest.is_empty() || depth > MAX_DEPTH {
                self.damage.get_or_insert("flow collection without an end".into());
                *rest = "";
                return;
            }
            let key = if is_map { self.flow_scalar(rest, &[':', ',', '}']) } else { Cow::Borrowed(ITEM) };
            self.path.0.push(key);
            if is_map {
                *rest = rest.trim_start_matches(' ');
                *rest = rest.strip_prefix(':').unwrap_or(rest).trim_start_matches(' ');
            }
            if rest.starts_with(['{', '[']) {
                self.flow(rest, depth + 1);
            } else if !rest.starts_with([',', '}', ']']) {
                let text = self.flow_scalar(rest, &[',', '}', ']']);
                self.path.emit(self.sink, Step::Text(&text));
            }
            self.path.0.pop();
        }
    }

    /// A scalar inside a flow collection, up to one of `stops`.
    fn flow_scalar(&mut self, rest: &mut &'t str, stops: &[char]) -> Cow<'t, str> {
        if rest.starts_with(['"', '\'']) {
            if let Some((text, behind)) = quoted(rest) {
                *rest = behind;
                return text;
            }
            self.damage.get_or_insert("quote without an end".into());
            *rest = "";
            return Cow::Borrowed("");
        }
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            // A colon ends a key only before a blank: `http://x` is one scalar.
            let behind = rest.get(at + c.len_utf8()..).unwrap_or_default();
            if stops.contains(&c) && (c != ':' || behind.is_empty() || behind.starts_with([' ', ','])) {
                end = at;
                break;
            }
        }
        let (text, behind) = rest.split_at(end);
        *rest = behind;
        Cow::Borrowed(text.trim_end())
    }
}

/// What stands behind `- `, `? ` or `: `.
fn marker(content: &str, mark: char) -> Option<&str> {
    let rest = content.strip_prefix(mark)?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim_start_matches(' '))
}

/// Key and value of a line, when it has a key.
fn split_key(content: &str) -> Option<(&str, &str)> {
    if content.starts_with(['"', '\'']) {
        let (_, behind) = quoted(content)?;
        let key = content.get(..content.len() - behind.len())?;
        let value = behind.trim_start().strip_prefix(':')?;
        return (value.is_empty() || value.starts_with(' ')).then(|| (key, value.trim_start()));
    }
    if content.starts_with(['{', '[']) {
        return None;
    }
    let at = content.find(": ").or_else(|| content.ends_with(':').then(|| content.len() - 1))?;
    let (key, value) = content.split_at(at);
    let value = value.get(1..)?.trim_start();
    // `key: # comment` opens a container.
    Some((key.trim_end(), if value.starts_with('#') { "" } else { value }))
}

/// Drops an anchor or a tag before a value.
fn without_properties(mut value: &str) -> &str {
    while value.starts_with(['&', '!']) {
        value = value.split_once(' ').map_or("", |(_, rest)| rest.trim_start());
    }
    value
}

/// A quoted scalar at the start of `text`, and what stands behind it.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let quote = text.chars().next()?;
    let body = text.get(1..)?;
    let mut out: Option<String> = None;
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        let so_far = |out: Option<String>| out.unwrap_or_else(|| body.get(..at).unwrap_or_default().to_owned());
        if c == quote {
            let behind = body.get(at + 1..)?;
            if quote == '\'' && behind.starts_with('\'') {
                chars.next();
                let mut text = so_far(out);
                text.push('\'');
                out = Some(text);
                continue;
            }
            let text = out.map_or_else(|| body.get(..at).map(Cow::Borrowed), |text| Some(Cow::Owned(text)))?;
            return Some((text, behind));
        }
        if c == '\\' && quote == '"' {
            let (_, escaped) = chars.next()?;
            let mut text = so_far(out);
            match escaped {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'x' | 'u' => {
                    let digits = if escaped == 'x' { 2 } else { 4 };
                    let hex: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
                    text.push(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}'));
                }
                other => text.push(other),
            }
            out = Some(text);
        } else if let Some(text) = &mut out {
            text.push(c);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::trace;
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let (lines, result) = trace(|sink| yaml(text, sink));
        assert_eq!(result, Ok(()), "{text}");
        lines
    }

    #[test]
    fn maps_and_lists_are_seen_at_their_paths() {
        let text = "# c\nlockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1 # why\n\
                    list:\n- x\n- k: v\n  w: \"q\\\"\\u0041\"\n- - n\nempty: {}\nscalar: |\n  a: b\n\nlast: it''s\n";
        assert_eq!(
            lines(text),
            [
                "lockfileVersion = 9.0",
                "importers/./dependencies/a/specifier = ^1",
                "importers/./dependencies/a end",
                "importers/./dependencies end",
                "importers/. end",
                "importers end",
                "list/# = x",
                "list/#/k = v",
                "list/#/w = q\"A",
                "list/# end",
                "list/#/# = n",
                "list/# end",
                "list end",
                "empty end",
                "last = it''s",
                " end",
            ]
        );
    }

    #[test]
    fn flow_collections_and_quoted_keys_are_read() {
        let text = "'@b/c@1.0.0':\n  resolution: {integrity: sha512-x==, tarball: http://h/p}\n  cpu: [x64, 'arm''64']\n  e: {n: {a: 1}, k: }\n";
        assert_eq!(
            lines(text),
            [
                "@b/c@1.0.0/resolution/integrity = sha512-x==",
                "@b/c@1.0.0/resolution/tarball = http://h/p",
                "@b/c@1.0.0/resolution end",
                "@b/c@1.0.0/cpu/# = x64",
                "@b/c@1.0.0/cpu/# = arm'64",
                "@b/c@1.0.0/cpu end",
                "@b/c@1.0.0/e/n/a = 1",
                "@b/c@1.0.0/e/n end",
                "@b/c@1.0.0/e end",
                "@b/c@1.0.0 end",
                " end",
            ]
        );
    }

    #[test]
    fn question_mark_keys_are_read() {
        assert_eq!(
            lines("? \"long, key\"\n: version: 1\n  r: 2\nnext: 3\n"),
            ["long, key/version = 1", "long, key/r = 2", "long, key end", "next = 3", " end"]
        );
    }

    #[test]
    fn damage_is_said_and_costs_its_line() {
        let (lines, result) = trace(|sink| yaml("a: 'x\nb: {c: d\ne: f\n", sink));
        assert_eq!(result, Err(Damage("bad yaml: quote without an end at line 1".into())));
        assert!(lines.contains(&"e = f".to_owned()), "{lines:?}");
        let (_, result) = trace(|sink| yaml(&"- ".repeat(100_000), sink));
        assert!(result.is_err());
        let (_, result) = trace(|sink| yaml(&format!("a: {}", "[".repeat(100_000)), sink));
        assert!(result.is_err());
    }

    #[test]
    fn any_cut_is_survived() {
        let text = "a: 'x'\nb:\n- {c: \"d\\n\", e: [f]}\n? g\n: h\n'ä': |\n  ö\n";
        for (cut, _) in text.char_indices() {
            let _ = trace(|sink| yaml(&text[..cut], sink));
        }
    }
}
