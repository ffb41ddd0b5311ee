//! Platforms (image-spec `image-index.md`) and the choice of one.

use std::fmt;
use std::str::FromStr;

use oci_spec::image::{Arch, Os};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document;
use crate::error::{Error, shown};

/// What an image runs on. Empty fields are unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Platform {
    /// Operating system, `linux`.
    pub os: String,
    /// Processor, `amd64`.
    pub architecture: String,
    /// Processor variant, `v8`.
    pub variant: Option<String>,
    /// For example a Windows build number.
    pub os_version: Option<String>,
}

impl Platform {
    /// Reads the `platform` of a descriptor, or the same fields of a configuration.
    pub(crate) fn read(value: &Value) -> Self {
        Self {
            os: document::text(value, "os"),
            architecture: document::text(value, "architecture"),
            variant: document::some_text(value, "variant"),
            os_version: document::some_text(value, "os.version"),
        }
        .normalised()
    }

    /// Spellings of one platform made equal, as container runtimes do: `x86_64` is `amd64`, `aarch64` is `arm64`, and the
    /// variant that an architecture has anyway is left out.
    pub fn normalised(mut self) -> Self {
        self.os = match self.os.to_ascii_lowercase().as_str() {
            "macos" => "darwin".to_owned(),
            os => Os::from(os).to_string(),
        };
        let architecture = self.architecture.to_ascii_lowercase();
        self.architecture = match architecture.as_str() {
            "x86_64" | "x86-64" => Arch::Amd64.to_string(),
            "aarch64" => Arch::ARM64.to_string(),
            "i386" | "i486" | "i586" | "i686" | "x86" => Arch::i386.to_string(),
            "armhf" => {
                self.variant.get_or_insert_with(|| "v7".to_owned());
                Arch::ARM.to_string()
            }
            "armel" => {
                self.variant.get_or_insert_with(|| "v6".to_owned());
                Arch::ARM.to_string()
            }
            _ => architecture,
        };
        let variant = self.variant.take().map(|variant| variant.to_ascii_lowercase());
        self.variant = match (self.architecture.as_str(), variant.as_deref()) {
            ("arm64", Some("v8" | "8")) | ("amd64", Some("v1")) | (_, None | Some("")) => None,
            ("arm", Some(version @ ("5" | "6" | "7" | "8"))) => Some(format!("v{version}")),
            (_, Some(variant)) => Some(variant.to_owned()),
        };
        self
    }

    /// True when nothing is known: what BuildKit gives to attestations is no platform either.
    pub fn is_unknown(&self) -> bool {
        let none = |text: &str| text.is_empty() || text == "unknown";
        none(&self.os) && none(&self.architecture)
    }

    /// True when an image for `self` is what somebody asked for who wrote `wanted`: fields left out there do not matter.
    pub fn satisfies(&self, wanted: &Self) -> bool {
        let same = |have: &str, want: &str| want.is_empty() || have == want;
        let (have, want) = (self.clone().normalised(), wanted.clone().normalised());
        same(&have.os, &want.os)
            && same(&have.architecture, &want.architecture)
            && (want.variant.is_none() || have.variant == want.variant)
            && (want.os_version.is_none() || have.os_version == want.os_version)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = |text: &str| if text.is_empty() { "unknown".to_owned() } else { text.to_owned() };
        write!(f, "{}/{}", known(&self.os), known(&self.architecture))?;
        if let Some(variant) = &self.variant {
            write!(f, "/{variant}")?;
        }
        if let Some(version) = &self.os_version {
            write!(f, " ({version})")?;
        }
        Ok(())
    }
}

impl FromStr for Platform {
    type Err = Error;

    /// Reads `os/architecture[/variant]`, or an architecture alone.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || Error::BadPlatform { text: shown(text.as_bytes()) };
        let parts: Vec<&str> = text.trim().split('/').collect();
        let proper =
            |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !parts.iter().all(proper) {
            return Err(bad());
        }
        let (os, architecture, variant) = match parts.as_slice() {
            ["linux" | "windows" | "darwin" | "freebsd"] => (parts.concat(), String::new(), None),
            [architecture] => (String::new(), (*architecture).to_owned(), None),
            [os, architecture] => ((*os).to_owned(), (*architecture).to_owned(), None),
            [os, architecture, variant] => ((*os).to_owned(), (*architecture).to_owned(), Some((*variant).to_owned())),
            _ => return Err(bad()),
        };
        Ok(Self { os, architecture, variant, os_version: None }.normalised())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_platform_are_equal() {
        for (left, right) in [
            ("linux/x86_64", "linux/amd64"),
            ("linux/aarch64", "linux/arm64/v8"),
            ("linux/armhf", "linux/arm/7"),
            ("Linux/AMD64", "linux/amd64"),
            ("linux/i686", "linux/386"),
        ] {
            assert_eq!(left.parse::<Platform>().unwrap(), right.parse().unwrap(), "{left}");
        }
        for wrong in ["", "/", "linux/", "a/b/c/d", "linux amd64"] {
            assert!(wrong.parse::<Platform>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn wanted_platforms_leave_fields_open() {
        let have: Platform = "linux/arm/v7".parse().unwrap();
        for (wanted, expected) in [
            ("linux/arm", true),
            ("arm", true),
            ("linux", true),
            ("linux/arm/v7", true),
            ("linux/arm/v6", false),
            ("amd64", false),
        ] {
            assert_eq!(have.satisfies(&wanted.parse().unwrap()), expected, "{wanted}");
        }
    }
}
