//! The distribution: os-release(5) first, then the older release files that each family had before it.
//!
//! Pure questions asked of a few small files at the fold; knows no package format. Follows os-release(5), systemd 256,
//! and the one-line release files as the distributions write them. Proof: the table in this file's tests.

use porthole_report::Distribution;

/// Files that [`distribution`] asks for, in no particular order; each is small enough to be captured whole.
pub const FILES: &[&str] = &[
    "etc/os-release",
    "usr/lib/os-release",
    "etc/debian_version",
    "etc/alpine-release",
    "etc/lsb-release",
    "etc/redhat-release",
    "etc/centos-release",
    "etc/fedora-release",
    "etc/oracle-release",
    "etc/rocky-release",
    "etc/almalinux-release",
    "etc/system-release",
    "etc/SuSE-release",
    "etc/photon-release",
    "etc/mariner-release",
    "etc/azurelinux-release",
    "etc/arch-release",
    "etc/gentoo-release",
];

/// Largest release file that is worth reading, bytes.
pub const MAX_SIZE: u64 = 64 * 1024;

/// What the final image holds, as far as the flavour depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traits {
    /// A program that installs packages (`apt-get`, `dnf`, `microdnf`, `apk`, …) is there.
    pub package_manager: bool,
    /// That program is a reduced one (`microdnf`, `tdnf`), or the image calls itself minimal.
    pub reduced_package_manager: bool,
    /// A POSIX shell is there.
    pub shell: bool,
    /// BusyBox is there.
    pub busybox: bool,
    /// Files that full images carry and slim ones drop are there (manual pages beside the package manager).
    pub manuals: bool,
}

impl Traits {
    /// Notes one visible path, regular file or link.
    pub fn note(&mut self, path: &[u8]) {
        let Some(rest) = path.strip_prefix(b"usr/".as_slice()).or(Some(path)) else {
            return;
        };
        if rest.starts_with(b"share/man/man1/") && rest.ends_with(b".gz") {
            self.manuals = true;
        }
        let Some(name) = rest.strip_prefix(b"bin/".as_slice()).or_else(|| rest.strip_prefix(b"sbin/".as_slice())) else {
            return;
        };
        match name {
            b"sh" | b"bash" | b"dash" | b"ash" | b"zsh" => self.shell = true,
            b"busybox" => self.busybox = true,
            b"apt-get" | b"dpkg" | b"apk" | b"dnf" | b"dnf5" | b"yum" | b"zypper" | b"rpm" | b"pacman" | b"emerge"
            | b"xbps-install" | b"opkg" | b"nix-env" | b"nix" => self.package_manager = true,
            b"microdnf" | b"tdnf" => {
                self.package_manager = true;
                self.reduced_package_manager = true;
            }
            _ => {}
        }
    }
}

/// Which distribution these files describe, and of what kind the image is.
///
/// `files` gives the content of a path of [`FILES`] in the final image, links followed. None when nothing tells:
/// no release file, yet a shell or a package manager is there.
pub fn distribution<'a>(files: &dyn Fn(&str) -> Option<&'a [u8]>, traits: Traits) -> Option<Distribution> {
    let text = |path: &str| files(path).map(String::from_utf8_lossy);
    let found = ["etc/os-release", "usr/lib/os-release"]
        .into_iter()
        .find_map(|path| text(path).and_then(|content| from_os_release(path, &content)))
        .or_else(|| RELEASE_FILES.iter().find_map(|(path, read)| read(path, text(path)?.trim())));
    let mut distribution = match found {
        Some(found) => found,
        None if traits.busybox && !traits.package_manager => plain("busybox", "BusyBox", None, ""),
        None if !traits.shell && !traits.package_manager => plain("scratch", "no distribution", None, ""),
        None => return None,
    };
    complete(&mut distribution, &|path| files(path));
    distribution.flavour = Some(flavour(&distribution, traits).to_owned());
    Some(distribution)
}

/// Release files older than os-release, most telling first: several are present at once on rebuilds.
type ReadRelease = fn(&str, &str) -> Option<Distribution>;
const RELEASE_FILES: &[(&str, ReadRelease)] = &[
    ("etc/lsb-release", from_lsb_release),
    ("etc/alpine-release", |path, text| one_version("alpine", "Alpine Linux", path, text)),
    ("etc/oracle-release", from_sentence),
    ("etc/rocky-release", from_sentence),
    ("etc/almalinux-release", from_sentence),
    ("etc/centos-release", from_sentence),
    ("etc/fedora-release", from_sentence),
    ("etc/redhat-release", from_sentence),
    ("etc/system-release", from_sentence),
    ("etc/photon-release", from_sentence),
    ("etc/mariner-release", from_sentence),
    ("etc/azurelinux-release", from_sentence),
    ("etc/gentoo-release", from_sentence),
    ("etc/SuSE-release", from_suse_release),
    ("etc/arch-release", |path, _| Some(plain("arch", "Arch Linux", None, path))),
    ("etc/debian_version", from_debian_version),
];

/// Reads an os-release file: assignments with shell quoting (os-release(5), "file format"). None without an `ID`.
fn from_os_release(path: &str, text: &str) -> Option<Distribution> {
    let value = |key: &str| {
        text.lines()
            .filter_map(|line| line.trim().split_once('='))
            .rfind(|(name, _)| *name == key)
            .map(|(_, value)| unquote(value))
            .filter(|value| !value.is_empty())
    };
    let name = value("NAME");
    let id = match value("ID") {
        Some(id) => id.to_ascii_lowercase(),
        // A damaged or hand-written file may still say its name; os-release(5) has `linux` as the default.
        None => id_of_sentence(name.as_deref()?)?.to_owned(),
    };
    let name = name.unwrap_or_else(|| id.clone());
    Some(Distribution {
        id_like: value("ID_LIKE").map(|like| like.split_whitespace().map(str::to_owned).collect()).unwrap_or_default(),
        version_id: value("VERSION_ID"),
        codename: value("VERSION_CODENAME").or_else(|| value("UBUNTU_CODENAME")),
        pretty_name: value("PRETTY_NAME").unwrap_or_else(|| name.clone()),
        name,
        id,
        path: path.to_owned(),
        ..Distribution::default()
    })
}

/// One shell word: single quotes keep everything, double quotes and bare words know the backslash.
fn unquote(raw: &str) -> String {
    let raw = raw.trim();
    let mut chars = raw.chars();
    let quote = match chars.clone().next() {
        Some(quote @ ('"' | '\'')) => {
            chars.next();
            Some(quote)
        }
        _ => None,
    };
    let mut out = String::with_capacity(raw.len());
    while let Some(char) = chars.next() {
        match char {
            _ if Some(char) == quote => break,
            '\\' if quote != Some('\'') => out.extend(chars.next()),
            _ => out.push(char),
        }
    }
    out
}

/// `DISTRIB_ID=Ubuntu` and its kind; only trusted where it names a known distribution.
fn from_lsb_release(path: &str, text: &str) -> Option<Distribution> {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
        Some(unquote(line)).filter(|value| !value.is_empty())
    };
    let name = value("DISTRIB_ID")?;
    let id = id_of_sentence(&name)?;
    Some(Distribution {
        codename: value("DISTRIB_CODENAME"),
        pretty_name: value("DISTRIB_DESCRIPTION").unwrap_or_else(|| name.clone()),
        ..plain(id, &name, value("DISTRIB_RELEASE"), path)
    })
}

/// `CentOS Linux release 7.9.2009 (Core)`: a name, a version, a code name.
fn from_sentence(path: &str, text: &str) -> Option<Distribution> {
    let line = text.lines().next()?.trim();
    let id = id_of_sentence(line)?;
    let version = line
        .split([' ', '(', ')', '\t'])
        .find(|word| word.starts_with(|char: char| char.is_ascii_digit()))
        .map(|word| word.trim_end_matches([',', ';']).to_owned());
    let name = line.split(" release").next().unwrap_or(line).trim();
    let name = name.split(|char: char| char.is_ascii_digit()).next().unwrap_or(name).trim();
    let codename = line.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inner, _)| inner.to_owned());
    Some(Distribution { codename, pretty_name: line.to_owned(), ..plain(id, name, version, path) })
}

/// Names as release files spell them, longer ones before those that they contain.
fn id_of_sentence(line: &str) -> Option<&'static str> {
    const NAMES: &[(&str, &str)] = &[
        ("centos", "centos"),
        ("rocky", "rocky"),
        ("almalinux", "almalinux"),
        ("oracle", "ol"),
        ("amazon", "amzn"),
        ("fedora", "fedora"),
        ("red hat", "rhel"),
        ("photon", "photon"),
        ("mariner", "mariner"),
        ("azure linux", "azurelinux"),
        ("gentoo", "gentoo"),
        ("ubuntu", "ubuntu"),
        ("debian", "debian"),
        ("alpine", "alpine"),
        ("opensuse tumbleweed", "opensuse-tumbleweed"),
        ("opensuse leap", "opensuse-leap"),
        ("opensuse", "opensuse"),
        ("suse", "sles"),
        ("arch", "arch"),
        ("wolfi", "wolfi"),
        ("chainguard", "chainguard"),
        ("void", "void"),
        ("nixos", "nixos"),
        ("alpaquita", "alpaquita"),
        ("bottlerocket", "bottlerocket"),
        ("scientific", "scientific"),
        ("busybox", "busybox"),
    ];
    let line = line.to_ascii_lowercase();
    NAMES.iter().find(|(name, _)| line.contains(name)).map(|(_, id)| *id)
}

/// `SUSE Linux Enterprise Server 11 (x86_64)`, then `VERSION = 11` and `PATCHLEVEL = 4`.
fn from_suse_release(path: &str, text: &str) -> Option<Distribution> {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key)?.trim_start().strip_prefix('='))?;
        Some(line.trim().to_owned()).filter(|value| !value.is_empty())
    };
    let first = text.lines().next()?.trim();
    let name = first.split(|char: char| char.is_ascii_digit()).next().unwrap_or(first).trim();
    let version = match (value("VERSION"), value("PATCHLEVEL")) {
        (Some(version), Some(patch)) if patch != "0" && !version.contains('.') => Some(format!("{version}.{patch}")),
        (version, _) => version,
    };
    let pretty_name = first.to_owned();
    Some(Distribution { codename: value("CODENAME"), pretty_name, ..plain(id_of_sentence(first)?, name, version, path) })
}

/// A release number for stable releases, `codename/sid` before the freeze.
fn from_debian_version(path: &str, text: &str) -> Option<Distribution> {
    if text.starts_with(|char: char| char.is_ascii_digit()) {
        return one_version("debian", "Debian GNU/Linux", path, text);
    }
    let codename = text.split('/').next().filter(|name| !name.is_empty())?;
    Some(Distribution { codename: Some(codename.to_owned()), ..plain("debian", "Debian GNU/Linux", None, path) })
}

fn one_version(id: &str, name: &str, path: &str, text: &str) -> Option<Distribution> {
    let version = text.split_whitespace().next()?;
    Some(plain(id, name, Some(version.to_owned()), path))
}

fn plain(id: &str, name: &str, version: Option<String>, path: &str) -> Distribution {
    let pretty_name = version.as_ref().map_or_else(|| name.to_owned(), |version| format!("{name} {version}"));
    Distribution {
        id: id.to_owned(),
        name: name.to_owned(),
        version_id: version,
        pretty_name,
        path: path.to_owned(),
        ..Distribution::default()
    }
}

/// Adds what os-release leaves out: Debian's point release, and the release of a rolling one that only names it.
fn complete<'a>(distribution: &mut Distribution, files: &dyn Fn(&str) -> Option<&'a [u8]>) {
    if distribution.id != "debian" {
        return;
    }
    let Some(raw) = files("etc/debian_version") else {
        return;
    };
    let text = String::from_utf8_lossy(raw);
    let point = text.trim();
    let more_precise = match &distribution.version_id {
        Some(major) => point.strip_prefix(major.as_str()).is_some_and(|rest| rest.starts_with('.')),
        None => point.starts_with(|char: char| char.is_ascii_digit()),
    };
    if more_precise && point.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        distribution.version_id = Some(point.to_owned());
    } else if distribution.codename.is_none() && distribution.version_id.is_none() {
        distribution.codename = point.split('/').next().filter(|name| !name.is_empty()).map(str::to_owned);
    }
}

/// `full`, `slim`, `distroless`, `busybox` or `scratch`.
fn flavour(distribution: &Distribution, traits: Traits) -> &'static str {
    match distribution.id.as_str() {
        "scratch" => return "scratch",
        "busybox" => return "busybox",
        _ => {}
    }
    if distribution.pretty_name == "Distroless" || (!traits.package_manager && !traits.shell) {
        return "distroless";
    }
    // Alpine and its relatives build on BusyBox and are small by nature; that is no flavour of theirs.
    let small_by_nature = ["alpine", "wolfi", "chainguard", "alpaquita"].contains(&distribution.id.as_str());
    if small_by_nature {
        return if traits.package_manager { "full" } else { "slim" };
    }
    if !traits.package_manager {
        return if traits.busybox { "busybox" } else { "slim" };
    }
    if traits.reduced_package_manager || !traits.manuals { "slim" } else { "full" }
}

#[cfg(test)]
#[path = "os_release_tests.rs"]
mod tests;
