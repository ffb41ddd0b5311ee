//! `go.mod`: the modules that a Go project declares, from its source tree. Build info in a program (`executable`) says what
//! was really built.
//!
//! Follows the Go Modules Reference, section "go.mod files". Proof: this file's tests.

use std::collections::BTreeMap;

use porthole_oci::layer::{Entry, ImagePath};
use porthole_report::EvidenceKind;

use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct GoMod;

const MAX_SIZE: u64 = 4 << 20;

impl Cataloger for GoMod {
    fn id(&self) -> &'static str {
        "go-mod"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        if entry.path.name() != b"go.mod" {
            return Interest::Skip;
        }
        // The module cache and vendored sources hold the files of dependencies: what those declare is not built.
        let path = entry.path.as_bytes();
        let is_dependency = [b"pkg/mod/".as_slice(), b"/vendor/", b"/testdata/"]
            .iter()
            .any(|folder| memchr::memmem::find(path, folder).is_some());
        if is_dependency { Interest::Skip } else { Interest::Whole { max: MAX_SIZE } }
    }

    fn parse(&self, _path: &ImagePath, bytes: &[u8]) -> Parsed {
        parse(bytes)
    }
}

/// Reads a `go.mod`.
pub fn parse(bytes: &[u8]) -> Parsed {
    let text = String::from_utf8_lossy(bytes);
    let mut block: Option<String> = None;
    let mut required: BTreeMap<String, String> = BTreeMap::new();
    let mut replaced: Vec<(String, Option<String>, String, String)> = Vec::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches(['"', '`'])).collect();
        let (directive, rest) = match (&block, words.as_slice()) {
            (_, []) => continue,
            (Some(_), [")"]) => {
                block = None;
                continue;
            }
            (None, [directive, "("]) => {
                block = Some((*directive).to_owned());
                continue;
            }
            (Some(directive), rest) => (directive.clone(), rest),
            (None, [directive, rest @ ..]) => ((*directive).to_owned(), rest),
        };
        match (directive.as_str(), rest) {
            ("require", [path, version, ..]) => {
                required.insert((*path).to_owned(), (*version).to_owned());
            }
            ("replace", [path, "=>", new, version]) => {
                replaced.push(((*path).to_owned(), None, (*new).to_owned(), (*version).to_owned()));
            }
            ("replace", [path, old, "=>", new, version]) => {
                replaced.push(((*path).to_owned(), Some((*old).to_owned()), (*new).to_owned(), (*version).to_owned()));
            }
            _ => {}
        }
    }
    for (path, old, new, version) in replaced {
        if required.get(&path).is_some_and(|required| old.as_ref().is_none_or(|old| old == required)) {
            required.remove(&path);
            required.insert(new, version);
        }
    }
    Parsed { packages: required.into_iter().filter_map(|(path, version)| module(&path, version)).collect(), ..Parsed::default() }
}

fn module(path: &str, version: String) -> Option<PackageFact> {
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
    if name.is_empty() || !version.starts_with('v') {
        return None;
    }
    let evidence = EvidenceKind::Declared;
    Some(PackageFact { namespace: namespace.to_owned(), evidence, ..PackageFact::new("golang", name, version) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"module example.org/app // here\n\ngo 1.22\n\nrequire github.com/one/two v1.2.3\nrequire (\n\tgopkg.in/yaml.v3 v3.0.1 // indirect\n\tgithub.com/old/thing v0.1.0\n\tgithub.com/local/thing v0.2.0\n)\nreplace github.com/old/thing v0.1.0 => github.com/new/thing v0.9.0\nreplace github.com/local/thing => ../thing\nexclude github.com/one/two v1.2.2\n";

    #[test]
    fn requirements_are_declared_with_their_replacements() {
        let seen: Vec<_> = parse(FILE)
            .packages
            .iter()
            .map(|package| format!("{}/{}@{}", package.namespace, package.name, package.version))
            .collect();
        assert_eq!(
            seen,
            [
                "github.com/local/thing@v0.2.0",
                "github.com/new/thing@v0.9.0",
                "github.com/one/two@v1.2.3",
                "gopkg.in/yaml.v3@v3.0.1"
            ]
        );
        for cut in 0..FILE.len() {
            parse(&FILE[..cut]);
        }
    }
}
