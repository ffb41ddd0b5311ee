//! `pnpm-lock.yaml`, lockfileVersion 5 to 9 (pnpm's lockfile specification).

use super::super::syntax::{Step, text, yaml};
use super::{declared, parsed, split_at_version};
use crate::facts::Parsed;

pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut packages = Vec::new();
    let (mut name, mut version) = (None::<String>, None::<String>);
    let read = yaml(&text(bytes), &mut |path, step| match (path, step) {
        // Stated where the key is an address instead of a name.
        (["packages", _, "name"], Step::Text(text)) => name = Some(text.to_owned()),
        (["packages", _, "version"], Step::Text(text)) => version = Some(text.to_owned()),
        (["packages", key], Step::End) => {
            let (name, version) = (name.take(), version.take());
            let from_key = split_key(key);
            let package = match (&name, &version, from_key) {
                (Some(name), Some(version), _) => declared(name, version),
                (_, _, Some((name, version))) => declared(name, version),
                _ => None,
            };
            packages.extend(package);
        }
        _ => {}
    });
    parsed(packages, read)
}

/// Name and version in a key: `/name/1.0.0_peer` (5), `/name@1.0.0(peer)` (6), `name@1.0.0` (9).
fn split_key(key: &str) -> Option<(&str, &str)> {
    let key = key.strip_prefix('/').unwrap_or(key);
    let key = key.split_once('(').map_or(key, |(key, _)| key);
    if let Some((name, version)) = split_at_version(key).filter(|(name, _)| !name.ends_with('/')) {
        // In version 5 an `@` may only stand in the scope or behind the `_` of a peer.
        if !name.contains('_') || !name.rsplit('/').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit())) {
            return Some((name, version));
        }
    }
    let (name, version) = match key.split('/').collect::<Vec<_>>().as_slice() {
        [scope, name, version, ..] if scope.starts_with('@') => (key.get(..scope.len() + 1 + name.len())?, *version),
        [name, version, ..] => (*name, *version),
        _ => return None,
    };
    Some((name, version.split_once('_').map_or(version, |(version, _)| version)))
}
