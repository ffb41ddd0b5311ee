//! Nix store paths: `nix/store/HASH-NAME-VERSION` names its package; a store has no database that an image needs.
//!
//! A pure reading of folder names, asked for at the fold: no file has to be opened. Proof: this file's tests.

use crate::facts::PackageFact;

/// Length of the hash before the name, in Nix's base 32.
const HASH: usize = 32;

/// The package of a child of `nix/store`; none for sources, scripts and other paths without a version.
pub fn package(store_name: &[u8]) -> Option<PackageFact> {
    let text = std::str::from_utf8(store_name).ok()?;
    let (hash, rest) = text.split_at_checked(HASH)?;
    // Nix's alphabet leaves out e, o, t and u.
    if !hash.bytes().all(|byte| byte.is_ascii_digit() || (byte.is_ascii_lowercase() && !b"eotu".contains(&byte))) {
        return None;
    }
    let rest = rest.strip_prefix('-')?;
    if [".drv", ".sh", ".patch", ".tar.gz", ".tar.xz", ".lock"].iter().any(|ending| rest.ends_with(ending)) {
        return None;
    }
    // The version begins at the first hyphen that no letter follows (Nix manual, `builtins.parseDrvName`).
    let at = rest
        .match_indices('-')
        .map(|(at, _)| at)
        .find(|at| !rest[at + 1..].starts_with(|char: char| char.is_ascii_alphabetic()))?;
    let (name, version) = (&rest[..at], &rest[at + 1..]);
    let outputs = ["-bin", "-lib", "-dev", "-out", "-man", "-doc", "-data", "-debug", "-static"];
    let output = outputs.iter().find(|output| version.ends_with(**output));
    let version = output.map_or(version, |output| &version[..version.len() - output.len()]);
    if name.is_empty() || !version.starts_with(|char: char| char.is_ascii_digit()) {
        return None;
    }
    let mut fact = PackageFact::new("nix", name, version);
    fact.qualifiers.extend(output.map(|output| ("output".to_owned(), output[1..].to_owned())));
    Some(fact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_names_are_split_as_nix_does() {
        let hash = "0c5f4vw1s0jz4y5l6j6ihd0ifvvvv3kq";
        for (name, expected) in [
            ("glibc-2.38-27", Some(("glibc", "2.38-27"))),
            ("openssl-3.0.12-bin", Some(("openssl", "3.0.12"))),
            ("python3-3.11.6", Some(("python3", "3.11.6"))),
            ("xorg-server-21.1.9", Some(("xorg-server", "21.1.9"))),
            ("source", None),
            ("hello-2.12.drv", None),
            ("builder.sh", None),
        ] {
            let found = package(format!("{hash}-{name}").as_bytes());
            assert_eq!(found.as_ref().map(|found| (found.name.as_str(), found.version.as_str())), expected, "{name}");
        }
        for name in ["", "short", ".links", "0c5f4vw1s0jz4y5l6j6ihd0ifvvvv3ke-a-1", "\u{e9}\u{e9}\u{e9}"] {
            assert_eq!(package(name.as_bytes()), None, "{name}");
        }
    }
}
