//! Which shard an installed package belongs to, and under which name its advisories file it.
//!
//! Names follow the OSV schema, section "Defined ecosystems". Distributions are recognised from os-release(5). A package is only
//! looked up in the ecosystem of its purl type. Proof: `tests/suite/advisory_match.rs`.

use porthole_report::{Distribution, Package};

use crate::version::Scheme;

/// Which of a package's names the advisories use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// The source (origin) package and its version: Debian, Ubuntu, Alpine, SUSE.
    Source,
    /// The binary package: Red Hat's family.
    Binary,
    /// Either, the binary first.
    Both,
}

/// A shard that an image needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Shard key.
    pub key: String,
    /// purl type of the packages to look up in it.
    pub kind: &'static str,
    /// Which name to look up.
    pub naming: Naming,
}

/// Language ecosystems: purl type, OSV name, version scheme.
pub const LANGUAGES: [(&str, &str, Scheme); 17] = [
    ("bitnami", "Bitnami", Scheme::SemVer),
    ("cargo", "crates.io", Scheme::SemVer),
    ("composer", "Packagist", Scheme::Packagist),
    ("conan", "ConanCenter", Scheme::Plain),
    ("cran", "CRAN", Scheme::Cran),
    ("gem", "RubyGems", Scheme::Gem),
    ("githubactions", "GitHub Actions", Scheme::SemVer),
    ("golang", "Go", Scheme::SemVer),
    ("hackage", "Hackage", Scheme::Cran),
    ("hex", "Hex", Scheme::SemVer),
    ("julia", "Julia", Scheme::SemVer),
    ("maven", "Maven", Scheme::Maven),
    ("npm", "npm", Scheme::Npm),
    ("nuget", "NuGet", Scheme::NuGet),
    ("pub", "Pub", Scheme::Pub),
    ("pypi", "PyPI", Scheme::Pep440),
    ("swift", "SwiftURL", Scheme::SemVer),
];

/// Programs that no package manager installed, by the name that their bytes gave them, and as Bitnami's records call them: the only OSV
/// ecosystem that is about released programs themselves. Java is left out, because its records count versions otherwise.
const PROGRAMS: [(&str, &str); 20] = [
    ("consul", "consul"),
    ("envoy", "envoy"),
    ("git", "git"),
    ("go", "golang"),
    ("grafana", "grafana"),
    ("haproxy", "haproxy"),
    ("httpd", "apache"),
    ("mariadb", "mariadb"),
    ("memcached", "memcached"),
    ("mongodb", "mongodb"),
    ("nginx", "nginx"),
    ("node", "node"),
    ("openldap", "openldap"),
    ("openresty", "openresty"),
    ("php", "php"),
    ("postgresql", "postgresql"),
    ("python", "python"),
    ("redis", "redis"),
    ("valkey", "valkey"),
    ("vault", "vault"),
];

/// Distributions: OSV name before the colon, version scheme, naming.
const DISTRIBUTIONS: [(&str, Scheme, Naming); 23] = [
    ("AlmaLinux", Scheme::Rpm, Naming::Binary),
    ("Alpaquita", Scheme::Apk, Naming::Source),
    ("Alpine", Scheme::Apk, Naming::Source),
    ("Azure Linux", Scheme::Rpm, Naming::Both),
    ("BellSoft Hardened Containers", Scheme::Apk, Naming::Source),
    ("Chainguard", Scheme::Apk, Naming::Both),
    ("CleanStart", Scheme::Apk, Naming::Both),
    ("Debian", Scheme::Dpkg, Naming::Source),
    ("Echo", Scheme::Dpkg, Naming::Source),
    ("Mageia", Scheme::Rpm, Naming::Source),
    ("MinimOS", Scheme::Apk, Naming::Both),
    ("Photon OS", Scheme::Rpm, Naming::Both),
    ("Red Hat", Scheme::Rpm, Naming::Binary),
    ("Rocky Linux", Scheme::Rpm, Naming::Binary),
    ("SUSE", Scheme::Rpm, Naming::Source),
    ("Ubuntu", Scheme::Dpkg, Naming::Source),
    ("Wolfi", Scheme::Apk, Naming::Both),
    ("openEuler", Scheme::Rpm, Naming::Both),
    ("openSUSE", Scheme::Rpm, Naming::Source),
    ("Docker Hardened Images", Scheme::Dpkg, Naming::Source),
    ("Kylin", Scheme::Rpm, Naming::Binary),
    ("Oracle Linux", Scheme::Rpm, Naming::Binary),
    ("Amazon Linux", Scheme::Rpm, Naming::Binary),
];

/// The OSV name before the first colon.
pub fn family(key: &str) -> &str {
    key.split_once(':').map_or(key, |(family, _)| family)
}

/// True for a distribution's shard, false for a language's.
pub fn is_distribution(key: &str) -> bool {
    DISTRIBUTIONS.iter().any(|(name, ..)| *name == family(key))
}

/// The version scheme of a shard; [`Scheme::Plain`] for ecosystems that are not known.
pub fn scheme(key: &str) -> Scheme {
    let family = family(key);
    let language = LANGUAGES.iter().find(|(_, name, _)| *name == family).map(|(.., scheme)| *scheme);
    let distribution = || DISTRIBUTIONS.iter().find(|(name, ..)| *name == family).map(|(_, scheme, _)| *scheme);
    language.or_else(distribution).unwrap_or(Scheme::Plain)
}

/// The key under which an OSV ecosystem is filed: Red Hat's product strings come down to the major release.
pub fn shard_key(ecosystem: &str) -> String {
    if let Some(product) = ecosystem.strip_prefix("Red Hat:") {
        let mut parts = product.split(':');
        if let (Some("enterprise_linux" | "rhel"), Some(release)) = (parts.next(), parts.next()) {
            return format!("Red Hat:{}", major(release));
        }
    }
    ecosystem.trim().to_owned()
}

/// A package name as the shard of `key` files it.
pub fn normalize(key: &str, name: &str) -> String {
    match family(key) {
        "PyPI" => python_name(name),
        "Bitnami" => {
            let name = name.trim();
            PROGRAMS.iter().find(|(program, _)| *program == name).map_or(name, |(_, filed)| filed).to_owned()
        }
        "NuGet" | "Packagist" | "Go" | "GitHub Actions" => name.trim().to_lowercase(),
        "SwiftURL" => {
            let name = name.trim();
            let name = name.strip_prefix("https://").unwrap_or(name);
            name.strip_suffix(".git").unwrap_or(name).to_lowercase()
        }
        _ => name.trim().to_owned(),
    }
}

/// Python's normalised names (PyPA, "Name normalization"), extras cut off.
fn python_name(name: &str) -> String {
    let name = name.split('[').next().unwrap_or_default().trim();
    let mut out = String::with_capacity(name.len());
    for sign in name.chars() {
        match sign {
            '-' | '_' | '.' => {
                if !out.ends_with('-') {
                    out.push('-');
                }
            }
            sign => out.extend(sign.to_lowercase()),
        }
    }
    out
}

/// An installed version as the advisories of `key` would write it; `None` when it says nothing (`(devel)`, empty).
pub fn installed_version(key: &str, version: &str) -> Option<String> {
    let version = version.trim();
    let version = match family(key) {
        "Go" => version.strip_prefix("go").or_else(|| version.strip_prefix('v')).unwrap_or(version),
        "Bitnami" => return Some(program_version(version)).filter(|version| version.bytes().any(|byte| byte.is_ascii_digit())),
        _ => version,
    };
    version.bytes().any(|byte| byte.is_ascii_digit()).then(|| version.to_owned())
}

/// Without Bitnami's own revision, and with the three numbers that its records have: PostgreSQL's `15.5` is their `15.5.0`.
fn program_version(version: &str) -> String {
    let version = match version.rsplit_once('-') {
        Some((version, revision)) if revision.bytes().all(|byte| byte.is_ascii_digit()) => version,
        _ => version,
    };
    let is_short = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && version.matches('.').count() == 1;
    if is_short { format!("{version}.0") } else { version.to_owned() }
}

/// The shards of a distribution release; empty when OSV does not have it.
pub fn distribution_needs(distribution: &Distribution) -> Vec<Need> {
    let version = distribution.version_id.as_deref().unwrap_or_default();
    let codename = distribution.codename.as_deref().unwrap_or_default();
    let keys = match distribution.id.as_str() {
        "debian" | "raspbian" => vec![debian(version, codename)],
        "ubuntu" => vec![ubuntu(version)],
        "alpine" => vec![alpine(version)],
        "wolfi" => vec!["Wolfi".into()],
        "chainguard" => vec!["Chainguard".into()],
        "minimos" => vec!["MinimOS".into()],
        "echo" => vec!["Echo".into()],
        "almalinux" => vec![format!("AlmaLinux:{}", major(version))],
        "rocky" => vec![format!("Rocky Linux:{}", major(version))],
        "rhel" => vec![format!("Red Hat:{}", major(version))],
        "azurelinux" | "mariner" => vec![format!("Azure Linux:{}", major(version))],
        "photon" => vec![format!("Photon OS:{version}")],
        "alpaquita" => vec![format!("Alpaquita:{version}")],
        "mageia" => vec![format!("Mageia:{}", major(version))],
        "openEuler" | "openeuler" => vec![open_euler(distribution)],
        "opensuse-tumbleweed" => vec!["openSUSE:Tumbleweed".into()],
        "opensuse-leap" | "opensuse" => vec![format!("openSUSE:Leap {version}")],
        "sles" | "sles_sap" | "sled" => suse(version),
        _ => Vec::new(),
    };
    let keys = keys.into_iter().filter(|key| !key.ends_with([':', ' ']));
    keys.filter_map(|key| {
        let (_, scheme, naming) = DISTRIBUTIONS.iter().find(|(name, ..)| *name == family(&key))?;
        let kind = match scheme {
            Scheme::Apk => "apk",
            Scheme::Dpkg => "deb",
            _ => "rpm",
        };
        Some(Need { key, kind, naming: *naming })
    })
    .collect()
}

/// The shard of a language package, or of a program that no package manager installed.
pub fn language_need(package: &Package) -> Option<Need> {
    if package.kind == "generic" && PROGRAMS.iter().any(|(program, _)| *program == package.name) {
        return Some(Need { key: "Bitnami".into(), kind: "generic", naming: Naming::Binary });
    }
    let (kind, name, _) = LANGUAGES.iter().find(|(kind, ..)| *kind == package.kind)?;
    Some(Need { key: (*name).to_owned(), kind, naming: Naming::Binary })
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

fn debian(version: &str, codename: &str) -> String {
    if version.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("Debian:{}", major(version));
    }
    // Testing and unstable have no VERSION_ID.
    const CODENAMES: [(&str, u8); 8] = [
        ("stretch", 9),
        ("buster", 10),
        ("bullseye", 11),
        ("bookworm", 12),
        ("trixie", 13),
        ("forky", 14),
        ("duke", 15),
        ("jessie", 8),
    ];
    let word = if codename.is_empty() { version } else { codename };
    let word = word.split('/').next().unwrap_or_default();
    CODENAMES.iter().find(|(name, _)| *name == word).map_or_else(|| "Debian:".into(), |(_, number)| format!("Debian:{number}"))
}

/// Every second April release is an LTS.
fn ubuntu(version: &str) -> String {
    let (year, month) = version.split_once('.').unwrap_or((version, ""));
    let even = year.parse::<u32>().is_ok_and(|year| year % 2 == 0);
    if even && month.starts_with("04") { format!("Ubuntu:{year}.04:LTS") } else { format!("Ubuntu:{version}") }
}

fn alpine(version: &str) -> String {
    if version.contains("alpha") || version.contains("edge") {
        return "Alpine:edge".into();
    }
    let mut parts = version.split('.');
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if !major.is_empty() => format!("Alpine:v{major}.{minor}"),
        _ => "Alpine:".into(),
    }
}

/// `openEuler:22.03-LTS-SP1`, from the pretty name.
fn open_euler(distribution: &Distribution) -> String {
    let text = distribution.pretty_name.replace("openEuler", "").replace(['(', ')'], " ");
    format!("openEuler:{}", text.split_whitespace().collect::<Vec<_>>().join("-"))
}

/// SLES keeps packages in modules, each an ecosystem of its own in OSV.
fn suse(version: &str) -> Vec<String> {
    let (release, pack) = version.split_once('.').unwrap_or((version, ""));
    if release.is_empty() {
        return Vec::new();
    }
    let suffix = if pack.is_empty() || pack == "0" { release.to_owned() } else { format!("{release} SP{pack}") };
    ["Server", "Module for Basesystem", "Module for Server Applications"]
        .iter()
        .map(|product| format!("SUSE:Linux Enterprise {product} {suffix}"))
        .collect()
}
