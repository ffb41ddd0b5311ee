//! XML 1.0 as a walk, over quick-xml (small, linear, expands no entities): element names without prefixes are the keys,
//! an element's own text comes at its end, an attribute is a child named `@name`.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Damage, MAX_DEPTH, Path, Sink, Step};

/// Walks an XML document.
pub(crate) fn xml(text: &str, sink: &mut Sink<'_>) -> Result<(), Damage> {
    let mut reader = Reader::from_str(text);
    let mut path = Path::default();
    // Text of the open elements: what a child interrupts goes on behind it.
    let mut texts: Vec<String> = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                open(&start, &mut path, sink);
                texts.push(String::new());
                if path.0.len() > MAX_DEPTH * 4 {
                    return Err(Damage("bad xml: nested too deeply".into()));
                }
            }
            Ok(Event::Empty(start)) => {
                open(&start, &mut path, sink);
                path.emit(sink, Step::End);
                path.0.pop();
            }
            Ok(Event::End(_)) => {
                let text = texts.pop().unwrap_or_default();
                let text = text.trim();
                if !text.is_empty() {
                    path.emit(sink, Step::Text(text));
                }
                path.emit(sink, Step::End);
                path.0.pop();
            }
            Ok(Event::Text(text)) => append(&mut texts, &text),
            Ok(Event::CData(text)) => append(&mut texts, &text),
            Ok(Event::GeneralRef(name)) => append(&mut texts, entity(&name).as_deref().unwrap_or_default()),
            Ok(Event::Eof) if path.0.is_empty() => return Ok(()),
            Ok(Event::Eof) => return Err(Damage("bad xml: ends inside an element".into())),
            Ok(_) => {}
            Err(error) => {
                return Err(Damage(format!("bad xml: {error} at byte {}", reader.error_position())));
            }
        }
    }
}

fn append(texts: &mut [String], text: &str) {
    if let Some(top) = texts.last_mut() {
        top.push_str(text);
    }
}

/// Enters an element: its name into the path, its attributes to the sink.
fn open(start: &BytesStart<'_>, path: &mut Path<'_>, sink: &mut Sink<'_>) {
    path.0.push(Cow::Owned(start.local_name().as_ref().to_owned()));
    for attribute in start.attributes().with_checks(false).filter_map(Result::ok) {
        let name = attribute.key.local_name();
        path.0.push(Cow::Owned(format!("@{}", name.as_ref())));
        let raw = &attribute.value;
        path.emit(sink, Step::Text(&quick_xml::escape::unescape(raw).unwrap_or(Cow::Borrowed(raw))));
        path.0.pop();
    }
}

/// A predefined entity or character reference; entities of a document's own are not expanded.
fn entity(name: &str) -> Option<String> {
    let reference = format!("&{name};");
    quick_xml::escape::unescape(&reference).ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::super::trace;
    use super::*;

    #[test]
    fn elements_text_and_attributes_are_seen() {
        let text = "<?xml version=\"1.0\"?><!-- c --><p:project xmlns:p='u'><version> 1&amp;2 </version>\
                     <d k=\"v&#65;\"/><n><![CDATA[<x>]]></n></p:project>";
        let (lines, result) = trace(|sink| xml(text, sink));
        assert_eq!(result, Ok(()));
        assert_eq!(
            lines,
            [
                "project/@p = u",
                "project/version = 1&2",
                "project/version end",
                "project/d/@k = vA",
                "project/d end",
                "project/n = <x>",
                "project/n end",
                "project end",
            ]
        );
    }

    #[test]
    fn entities_of_the_document_are_not_expanded() {
        let text = "<!DOCTYPE x [<!ENTITY a \"boom\">]><x><y>&a;</y></x>";
        let (lines, _) = trace(|sink| xml(text, sink));
        assert!(!lines.concat().contains("boom"), "{lines:?}");
    }

    #[test]
    fn damage_keeps_what_stood_before_it() {
        let (lines, result) = trace(|sink| xml("<a><b>1</b><c>2</d>", sink));
        assert!(result.is_err());
        assert_eq!(lines, ["a/b = 1", "a/b end"]);
        let (_, result) = trace(|sink| xml(&"<a>".repeat(100_000), sink));
        assert!(result.is_err());
    }
}
