//! Swift packages and CocoaPods: `Package.resolved` (Swift Package Manager, versions 1 to 3) and `Podfile.lock`.
//!
//! A Swift package is named by the address of its repository (purl-spec, type `swift`). Proof: tests here.

use porthole_oci::layer::{Entry, ImagePath};

use super::language::{MAX_FILE, declared, is_name, is_version, parsed};
use super::syntax::{Step, json, text, yaml};
use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Swift;

impl Cataloger for Swift {
    fn id(&self) -> &'static str {
        "swift"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        match entry.path.name() {
            b"Package.resolved" | b"Podfile.lock" => Interest::Whole { max: MAX_FILE },
            _ => Interest::Skip,
        }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        if path.name() == b"Podfile.lock" { pods(bytes) } else { resolved(bytes) }
    }
}

fn resolved(bytes: &[u8]) -> Parsed {
    let mut packages = Vec::new();
    let (mut address, mut version) = (String::new(), String::new());
    let read = json(bytes, &mut |path, step| {
        // Version 1 has the list one level deeper.
        let pin = match path {
            ["pins", "#", rest @ ..] | ["object", "pins", "#", rest @ ..] => rest,
            _ => return,
        };
        match (pin, step) {
            (["location" | "repositoryURL"], Step::Text(text)) => address = text.to_owned(),
            (["state", "version"], Step::Text(text)) => version = text.to_owned(),
            ([], Step::End) => packages.extend(pinned(&std::mem::take(&mut address), &std::mem::take(&mut version))),
            _ => {}
        }
    });
    parsed(packages, read)
}

/// `https://host/owner/name.git` or `git@host:owner/name.git`.
fn pinned(address: &str, version: &str) -> Option<PackageFact> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest).replace(':', "/");
    let (namespace, name) = rest.trim_end_matches('/').trim_end_matches(".git").rsplit_once('/')?;
    let usable = is_name(name) && is_name(namespace) && is_version(version);
    usable.then(|| PackageFact { namespace: namespace.to_owned(), ..declared("swift", name, version) })
}

/// `PODS:` lists `Name (1.0)` and `Name/Subspec (1.0)`; a subspec is a part of its pod.
fn pods(bytes: &[u8]) -> Parsed {
    let mut packages = Vec::new();
    let read = yaml(&text(bytes), &mut |path, step| {
        let pod = match (path, step) {
            (["PODS", "#"], Step::Text(text)) => text,
            (["PODS", "#", pod], Step::End) => pod,
            _ => return,
        };
        let Some((name, version)) = pod.strip_suffix(')').and_then(|pod| pod.rsplit_once(" (")) else { return };
        let name = name.split('/').next().unwrap_or_default();
        if is_name(name) && is_version(version) {
            packages.push(declared("cocoapods", name, version));
        }
    });
    parsed(packages, read)
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, survives_damage};
    use super::*;

    const RESOLVED_1: &str = r#"{"object":{"pins":[{"package":"NIO","repositoryURL":"git@example.com:apple/swift-nio.git","state":{"branch":null,"version":"2.0.0"}}]},"version":1}"#;
    const RESOLVED_2: &str = r#"{"pins":[{"identity":"swift-nio","kind":"remoteSourceControl","location":"https://example.com/apple/swift-nio.git",
        "state":{"revision":"00","version":"2.62.0"}},{"identity":"b","location":"https://example.com/o/b","state":{"branch":"main"}}],"version":2}"#;
    const PODS: &str = "PODS:\n  - AFNetworking (4.0.1):\n    - AFNetworking/NSURLSession (= 4.0.1)\n  - AFNetworking/NSURLSession (4.0.1)\n  - \"GoogleUtilities/A (7.0)\"\n\n\
        DEPENDENCIES:\n  - AFNetworking (~> 4.0)\n\nCOCOAPODS: 1.12.0\n";

    #[test]
    fn pins_with_a_version_are_declared() {
        assert_eq!(found(&Swift, "a/Package.resolved", RESOLVED_1), ["swift example.com/apple/swift-nio@2.0.0 declared"]);
        assert_eq!(found(&Swift, "a/Package.resolved", RESOLVED_2), ["swift example.com/apple/swift-nio@2.62.0 declared"]);
    }

    #[test]
    fn pods_are_declared_once() {
        assert_eq!(
            found(&Swift, "a/Podfile.lock", PODS),
            ["cocoapods AFNetworking@4.0.1 declared", "cocoapods GoogleUtilities@7.0 declared"]
        );
    }

    #[test]
    fn damage_is_survived() {
        for (path, text) in [("Package.resolved", RESOLVED_1), ("Package.resolved", RESOLVED_2), ("Podfile.lock", PODS)] {
            survives_damage(&Swift, path, text.as_bytes());
        }
    }
}
