//! JSON documents, read leniently: a wrong type in one field costs that field only.
//!
//! The types of the `oci-spec` crate are strict, one missing field fails the whole document; real archives miss many. So
//! documents are read as values here, and the crate's own types serve for media types and platforms.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::error::Error;
use crate::limits::Limits;

/// Parses a document of capped length. Depth is capped by the parser, at 128.
pub(crate) fn parse(name: &str, bytes: &[u8], limits: &Limits) -> Result<Value, Error> {
    let size = bytes.len() as u64;
    if size > limits.max_metadata_file {
        return Err(Error::DocumentTooLong { name: name.to_owned(), size, limit: limits.max_metadata_file });
    }
    // Some Windows tools write a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| Error::Json { name: name.to_owned(), why: format!("not valid json: {error}") })
}

/// A text field; empty when it is missing, null or of another type.
pub(crate) fn text(object: &Value, key: &str) -> String {
    object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A text field that is there and not empty.
pub(crate) fn some_text(object: &Value, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The elements of a list; none when it is missing, null or of another type.
pub(crate) fn list<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts of a list; a lone text counts as a list of one.
pub(crate) fn texts(object: &Value, key: &str) -> Vec<String> {
    match object.get(key) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// A map of texts; other values are left out.
pub(crate) fn map(object: &Value, key: &str) -> BTreeMap<String, String> {
    let entries = object.get(key).and_then(Value::as_object).into_iter().flatten();
    let mut map = BTreeMap::new();
    map.extend(entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))));
    map
}

/// The keys of an object, sorted (`ExposedPorts`, `Volumes`).
pub(crate) fn keys(object: &Value, key: &str) -> Vec<String> {
    in_order(object.get(key).and_then(Value::as_object).map(Map::keys).into_iter().flatten().cloned())
}

/// In order, and once each. A set that is filled one by one is a fraction of the code that a sort is, for every type anew.
pub(crate) fn in_order<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut set = BTreeSet::new();
    set.extend(items);
    set.into_iter().collect()
}

/// What a field should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    List,
    Object,
}

/// Which of these fields (JSON pointers) are there and are something else: they were read as if they were not there.
pub(crate) fn of_another_shape(value: &Value, fields: &[(&'static str, Shape)]) -> Vec<&'static str> {
    let wrong = |(pointer, shape): &(&'static str, Shape)| {
        let fits = match value.pointer(pointer) {
            None | Some(Value::Null) => true,
            Some(found) => match shape {
                // A lone text counts as a list of one.
                Shape::List => found.is_array() || found.is_string(),
                Shape::Object => found.is_object(),
            },
        };
        (!fits).then_some(*pointer)
    };
    fields.iter().filter_map(wrong).collect()
}
