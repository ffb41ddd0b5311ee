//! Who publishes the records of an ecosystem, and under which licence, for the index. As osv.dev lists its sources.

/// Source and licence of a shard's records.
pub(super) fn source(family: &str) -> (&'static str, &'static str) {
    match family {
        "AlmaLinux" => ("AlmaLinux errata", "MIT"),
        "Alpaquita" | "BellSoft Hardened Containers" => ("BellSoft security advisories", "MIT"),
        "Alpine" => ("Alpine security database", "CC-BY-SA-4.0"),
        "Azure Linux" => ("Microsoft Azure Linux vulnerability data", "MIT"),
        "Bitnami" => ("Bitnami vulnerability database", "Apache-2.0"),
        "CRAN" => ("R Consortium advisory database", "Apache-2.0"),
        "Chainguard" | "Wolfi" => ("Chainguard security advisories", "see the source's terms"),
        "Debian" => ("Debian security tracker", "not stated by the source"),
        "Go" => ("Go vulnerability database, GitHub advisory database", "CC-BY-4.0"),
        "Hackage" => ("Haskell security advisories", "CC0-1.0"),
        "Mageia" => ("Mageia advisories", "CC-BY-SA-4.0"),
        "Packagist" => ("GitHub advisory database, FriendsOfPHP security advisories", "CC-BY-4.0, Unlicense"),
        "PyPI" => ("PyPA advisory database, GitHub advisory database", "CC-BY-4.0"),
        "Red Hat" => ("Red Hat security data", "CC-BY-4.0"),
        "Rocky Linux" => ("Rocky Linux errata", "BSD-3-Clause"),
        "RubyGems" => ("GitHub advisory database, Ruby advisory database", "CC-BY-4.0, public domain"),
        "SUSE" | "openSUSE" => ("SUSE security data", "CC-BY-SA-4.0"),
        "Ubuntu" => ("Ubuntu security notices and CVE tracker", "CC-BY-SA-4.0"),
        "crates.io" => ("RustSec advisory database, GitHub advisory database", "CC0-1.0, CC-BY-4.0"),
        "Hex" | "Maven" | "NuGet" | "Pub" | "SwiftURL" | "npm" | "GitHub Actions" => ("GitHub advisory database", "CC-BY-4.0"),
        _ => ("osv.dev", "see the source's terms"),
    }
}
