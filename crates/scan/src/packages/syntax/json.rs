//! JSON (RFC 8259) as a walk, over serde_json's streaming reader.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Damage, ITEM, MAX_DEPTH, Path, Sink, Step};

/// Walks a JSON document. Numbers become text when they are whole; null is passed over.
pub(crate) fn json(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Damage> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let (mut path, mut deep) = (Path::default(), false);
    Node { path: &mut path, sink, deep: &mut deep }
        .deserialize(&mut reader)
        .and_then(|()| reader.end())
        .map_err(|error| Damage(format!("bad json: {error}")))?;
    // All of it was read, but for what lies deeper than anybody writes: that may be where something hides.
    if deep { Err(Damage("bad json: nested too deeply, deeper parts are passed over".into())) } else { Ok(()) }
}

/// Walks JSON that may hold commas before a closing bracket, as Bun's lock file does.
pub(crate) fn json_with_trailing_commas(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Damage> {
    let mut clean = bytes.to_vec();
    let (mut in_string, mut escaped, mut comma) = (false, false, None);
    for (at, &byte) in bytes.iter().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(slot) = comma.take().and_then(|comma| clean.get_mut(comma)) {
                    *slot = b' ';
                }
            }
            _ => {
                comma = None;
                in_string = byte == b'"';
            }
        }
    }
    json(&clean, sink)
}

/// One value about to be read.
struct Node<'w, 'de, 's> {
    path: &'w mut Path<'de>,
    sink: &'w mut Sink<'s>,
    /// Raised when something was too deep.
    deep: &'w mut bool,
}

impl<'de> DeserializeSeed<'de> for Node<'_, 'de, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, 'de, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.path.emit(self.sink, Step::Text(text));
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, _number: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<(), E> {
        self.visit_str(if truth { "true" } else { "false" })
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.path.0.len() >= MAX_DEPTH {
            while items.next_element::<IgnoredAny>()?.is_some() {
                *self.deep = true;
            }
            return Ok(());
        }
        loop {
            self.path.0.push(Cow::Borrowed(ITEM));
            let more = items.next_element_seed(Node { path: &mut *self.path, sink: &mut *self.sink, deep: &mut *self.deep })?;
            self.path.0.pop();
            if more.is_none() {
                break;
            }
        }
        self.path.emit(self.sink, Step::End);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        if self.path.0.len() >= MAX_DEPTH {
            while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                *self.deep = true;
            }
            return Ok(());
        }
        while let Some(key) = entries.next_key_seed(Key)? {
            self.path.0.push(key);
            entries.next_value_seed(Node { path: &mut *self.path, sink: &mut *self.sink, deep: &mut *self.deep })?;
            self.path.0.pop();
        }
        self.path.emit(self.sink, Step::End);
        Ok(())
    }
}

/// A map key, borrowed from the input where it holds no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace;
    use super::*;

    #[test]
    fn every_scalar_is_seen_at_its_path() {
        let text = br#"{"name":"a","v":1,"x":-2,"f":1.5,"n":null,"t":true,"l":["p",{"q":"r"}],"\u0041":"e\n"}"#;
        let (lines, result) = trace(|sink| json(text, sink));
        assert_eq!(result, Ok(()));
        assert_eq!(
            lines,
            ["name = a", "v = 1", "x = -2", "t = true", "l/# = p", "l/#/q = r", "l/# end", "l end", "A = e\n", " end"]
        );
    }

    #[test]
    fn what_stood_before_damage_is_kept() {
        let (lines, result) = trace(|sink| json(br#"{"a":"1","b":{"c":"2","d":"#, sink));
        assert_eq!(lines, ["a = 1", "b/c = 2"]);
        assert!(result.expect_err("damage").0.starts_with("bad json: EOF"));
    }

    #[test]
    fn depth_is_bounded() {
        for depth in [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 100, 100_000] {
            let text = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            let (lines, _) = trace(|sink| json(text.as_bytes(), sink));
            assert!(lines.len() <= MAX_DEPTH + 2, "{depth}");
        }
    }

    #[test]
    fn trailing_commas_are_forgiven_outside_strings() {
        let (lines, result) = trace(|sink| json_with_trailing_commas(br#"{"a": ["x,]", "\",}", ], "b": {},  }"#, sink));
        assert_eq!(result, Ok(()));
        assert_eq!(lines, ["a/# = x,]", "a/# = \",}", "a end", "b end", " end"]);
    }
}
