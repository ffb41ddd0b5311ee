//! `bun.lock`: JSON with trailing commas; each package is a list that begins with `name@version` (Bun's documentation,
//! "Lockfile"). The older binary `bun.lockb` is not read.

use super::super::syntax::{Step, json_with_trailing_commas};
use super::{declared, parsed, split_at_version};
use crate::facts::Parsed;

pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut packages = Vec::new();
    let mut is_first = true;
    let read = json_with_trailing_commas(bytes, &mut |path, step| match (path, step) {
        (["packages", _, "#"], Step::Text(text)) if is_first => {
            is_first = false;
            packages.extend(split_at_version(text).and_then(|(name, version)| declared(name, version)));
        }
        (["packages", _], Step::End) => is_first = true,
        _ => {}
    });
    parsed(packages, read)
}
