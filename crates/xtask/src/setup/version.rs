//! Versions as programs print them: `wasm-pack 0.15.1`, `rustc 1.96.0 (ac68faa20 2026-05-25)`, `v20.20.2`.

use std::fmt;

/// Major, minor, patch; what comes behind them does not matter for the checks made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u64, pub(crate) u64, pub(crate) u64);

impl Version {
    /// The first word of `text` that looks like a version of two or three numbers.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let mut numbers = word.strip_prefix('v').unwrap_or(word).splitn(3, '.');
        let major = numbers.next()?.parse().ok()?;
        let minor = numbers.next()?.parse().ok()?;
        let patch = match numbers.next() {
            None => 0,
            Some(rest) => {
                let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                rest.get(..digits)?.parse().ok()?
            }
        };
        Some(Self(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The version of `package` in the text of a `Cargo.lock`; with several, the first.
pub(crate) fn in_cargo_lock(lock: &str, package: &str) -> Option<String> {
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(after.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        for (text, expected) in [
            ("wasm-pack 0.15.1\n", Some(Version(0, 15, 1))),
            ("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)", Some(Version(1, 96, 0))),
            ("rustc 1.98.0-nightly (abc 2026-07-01)", Some(Version(1, 98, 0))),
            ("v20.20.2", Some(Version(20, 20, 2))),
            ("wasm-opt version 132 (version_132)", None),
            ("Chromium 140.0.7339.207 built on Debian", Some(Version(140, 0, 7339))),
            ("rust-version = 1.91", Some(Version(1, 91, 0))),
            ("nothing", None),
        ] {
            assert_eq!(Version::find(text), expected, "{text}");
        }
        assert!(Version(1, 96, 0) > Version(1, 91, 0) && Version(0, 9, 9) < Version(0, 10, 0));
    }

    #[test]
    fn a_locked_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(in_cargo_lock(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(in_cargo_lock(lock, "bindgen"), None);
    }
}
