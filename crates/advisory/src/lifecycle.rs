//! When public security updates end: distributions and language runtimes. A small dated table; facts
//! from each project's own release page, named beside the rows. What it does not list, it says nothing about.

use porthole_report::{Distribution, Package};

/// Announcements up to this day are in the table; of later ones some, by endoflife.date, pkg.go.dev and the release schedules of Node.js
/// and Python.
pub const AS_OF: &str = "2025-12-31";

/// Name, release (a prefix of the version, whole numbers), last day.
type Row = (&'static str, &'static str, &'static str);

/// Distributions by os-release `ID`. For Debian the end of LTS, which is public and free; for Ubuntu the end of standard support, because
/// what follows needs a subscription.
const DISTRIBUTIONS: [Row; 73] = [
    // wiki.debian.org/LTS, debian.org/releases
    ("debian", "8", "2020-06-30"),
    ("debian", "9", "2022-06-30"),
    ("debian", "10", "2024-06-30"),
    ("debian", "11", "2026-08-31"),
    ("debian", "12", "2028-06-30"),
    ("debian", "13", "2030-06-30"),
    // ubuntu.com/about/release-cycle (months; the last day of each)
    ("ubuntu", "14.04", "2019-04-30"),
    ("ubuntu", "16.04", "2021-04-30"),
    ("ubuntu", "18.04", "2023-05-31"),
    ("ubuntu", "20.04", "2025-05-31"),
    ("ubuntu", "22.04", "2027-04-30"),
    ("ubuntu", "23.04", "2024-01-31"),
    ("ubuntu", "23.10", "2024-07-31"),
    ("ubuntu", "24.04", "2029-04-30"),
    ("ubuntu", "24.10", "2025-07-31"),
    ("ubuntu", "25.04", "2026-01-31"),
    ("ubuntu", "25.10", "2026-07-31"),
    // Debian's distro-info-data 0.58+deb12u7
    ("ubuntu", "26.04", "2031-05-29"),
    ("ubuntu", "26.10", "2027-07-15"),
    // alpinelinux.org/releases
    ("alpine", "3.8", "2020-05-01"),
    ("alpine", "3.9", "2020-11-01"),
    ("alpine", "3.10", "2021-05-01"),
    ("alpine", "3.11", "2021-11-01"),
    ("alpine", "3.12", "2022-05-01"),
    ("alpine", "3.13", "2022-11-01"),
    ("alpine", "3.14", "2023-05-01"),
    ("alpine", "3.15", "2023-11-01"),
    ("alpine", "3.16", "2024-05-23"),
    ("alpine", "3.17", "2024-11-22"),
    ("alpine", "3.18", "2025-05-09"),
    ("alpine", "3.19", "2025-11-01"),
    ("alpine", "3.20", "2026-04-01"),
    ("alpine", "3.21", "2026-11-01"),
    ("alpine", "3.22", "2027-05-01"),
    ("alpine", "3.23", "2027-11-01"),
    // access.redhat.com/support/policy/updates/errata
    ("rhel", "6", "2020-11-30"),
    ("rhel", "7", "2024-06-30"),
    ("rhel", "8", "2029-05-31"),
    ("rhel", "9", "2032-05-31"),
    ("rhel", "10", "2035-05-31"),
    // centos.org, "End of life"
    ("centos", "6", "2020-11-30"),
    ("centos", "7", "2024-06-30"),
    ("centos", "8", "2021-12-31"),
    ("centos", "9", "2027-05-31"),
    // wiki.almalinux.org/release-notes
    ("almalinux", "8", "2029-03-01"),
    ("almalinux", "9", "2032-05-31"),
    ("almalinux", "10", "2035-05-31"),
    // wiki.rockylinux.org/rocky/version
    ("rocky", "8", "2029-05-31"),
    ("rocky", "9", "2032-05-31"),
    ("rocky", "10", "2035-05-31"),
    // oracle.com, "Lifetime Support Policy: Oracle Linux", premier support
    ("ol", "7", "2024-12-31"),
    ("ol", "8", "2029-07-31"),
    ("ol", "9", "2032-06-30"),
    // docs.fedoraproject.org, "Releases"
    ("fedora", "38", "2024-05-21"),
    ("fedora", "39", "2024-11-26"),
    ("fedora", "40", "2025-05-13"),
    ("fedora", "41", "2025-12-15"),
    ("fedora", "42", "2026-05-13"),
    ("fedora", "43", "2026-12-09"),
    // aws.amazon.com, Amazon Linux FAQs
    ("amzn", "2", "2026-06-30"),
    ("amzn", "2023", "2029-06-30"),
    // learn.microsoft.com/lifecycle
    ("mariner", "1.0", "2023-07-31"),
    ("mariner", "2.0", "2025-07-31"),
    ("azurelinux", "3.0", "2027-08-31"),
    // suse.com/lifecycle, en.opensuse.org/Lifetime
    ("opensuse-leap", "15.3", "2022-12-31"),
    ("opensuse-leap", "15.4", "2023-12-07"),
    ("opensuse-leap", "15.5", "2024-12-31"),
    ("opensuse-leap", "15.6", "2026-04-30"),
    ("opensuse-leap", "16.0", "2027-10-31"),
    ("sles", "15.4", "2023-12-31"),
    ("sles", "15.5", "2024-12-31"),
    ("sles", "15.6", "2025-12-31"),
    ("sles", "15.7", "2031-07-31"),
];

/// Runtimes by the name that recognised binaries and installers carry.
const RUNTIMES: [Row; 63] = [
    // nodejs.org/about/previous-releases
    ("node", "12", "2022-04-30"),
    ("node", "14", "2023-04-30"),
    ("node", "16", "2023-09-11"),
    ("node", "17", "2022-06-01"),
    ("node", "18", "2025-04-30"),
    ("node", "19", "2023-06-01"),
    ("node", "20", "2026-04-30"),
    ("node", "21", "2024-06-01"),
    ("node", "22", "2027-04-30"),
    ("node", "23", "2025-06-01"),
    ("node", "24", "2028-04-30"),
    ("node", "25", "2026-06-01"),
    ("node", "26", "2029-04-30"),
    // devguide.python.org/versions
    ("python", "2.7", "2020-01-01"),
    ("python", "3.6", "2021-12-23"),
    ("python", "3.7", "2023-06-27"),
    ("python", "3.8", "2024-10-07"),
    ("python", "3.9", "2025-10-31"),
    ("python", "3.10", "2026-10-31"),
    ("python", "3.11", "2027-10-31"),
    ("python", "3.12", "2028-10-31"),
    ("python", "3.13", "2029-10-31"),
    ("python", "3.14", "2030-10-31"),
    ("python", "3.15", "2031-10-31"),
    // go.dev/doc/devel/release: until two newer releases are out
    ("stdlib", "1.19", "2023-08-08"),
    ("stdlib", "1.20", "2024-02-06"),
    ("stdlib", "1.21", "2024-08-13"),
    ("stdlib", "1.22", "2025-02-11"),
    ("stdlib", "1.23", "2025-08-12"),
    ("stdlib", "1.24", "2026-02-10"),
    ("stdlib", "1.25", "2026-08-19"),
    // php.net/supported-versions
    ("php", "7.4", "2022-11-28"),
    ("php", "8.0", "2023-11-26"),
    ("php", "8.1", "2025-12-31"),
    ("php", "8.2", "2026-12-31"),
    ("php", "8.3", "2027-12-31"),
    ("php", "8.4", "2028-12-31"),
    ("php", "8.5", "2029-12-31"),
    // adoptium.net/support
    ("openjdk", "8", "2030-12-31"),
    ("openjdk", "11", "2027-10-31"),
    ("openjdk", "17", "2027-10-31"),
    ("openjdk", "21", "2029-12-31"),
    ("openjdk", "25", "2031-09-30"),
    // ruby-lang.org/en/downloads/branches
    ("ruby", "2.7", "2023-03-31"),
    ("ruby", "3.0", "2024-04-23"),
    ("ruby", "3.1", "2025-03-26"),
    ("ruby", "3.2", "2026-03-31"),
    ("ruby", "3.3", "2027-03-31"),
    ("ruby", "3.4", "2028-03-31"),
    ("ruby", "4.0", "2029-03-31"),
    // dotnet.microsoft.com/platform/support/policy
    ("dotnet", "6", "2024-11-12"),
    ("dotnet", "7", "2024-05-14"),
    ("dotnet", "8", "2026-11-10"),
    ("dotnet", "9", "2026-11-10"),
    ("dotnet", "10", "2028-11-14"),
    // openssl-library.org/policies/releasestrat
    ("openssl", "1.1.1", "2023-09-11"),
    ("openssl", "3.0", "2026-09-07"),
    ("openssl", "3.1", "2025-03-14"),
    ("openssl", "3.2", "2025-11-23"),
    ("openssl", "3.3", "2026-04-09"),
    ("openssl", "3.4", "2026-10-22"),
    ("openssl", "3.5", "2030-04-08"),
    ("openssl", "3.6", "2026-11-01"),
];

/// Last day of a distribution release's public security updates, `YYYY-MM-DD`.
pub fn end_of_life(distribution: &Distribution) -> Option<&'static str> {
    let id = match distribution.id.as_str() {
        "raspbian" => "debian",
        id => id,
    };
    find(&DISTRIBUTIONS, id, distribution.version_id.as_deref()?)
}

/// Last day of a runtime's security updates, for programs that no package manager installed (those are the distribution's to keep alive).
pub fn runtime_end_of_life(package: &Package) -> Option<&'static str> {
    let runtime = match (package.kind.as_str(), package.name.as_str()) {
        ("generic", "java" | "jdk" | "jre" | "temurin") => "openjdk",
        ("generic", name) => name,
        ("golang", "stdlib") => "stdlib",
        _ => return None,
    };
    if package.owned_by.is_some() {
        return None;
    }
    let version = package.version.trim_start_matches("go").trim_start_matches('v');
    // Java 8 still counts itself as 1.8.
    let version = if runtime == "openjdk" { version.strip_prefix("1.").unwrap_or(version) } else { version };
    find(&RUNTIMES, runtime, version)
}

/// True when the version is the release or lies within it: `12` covers `12.5`, not `120`.
fn find(rows: &[Row], name: &str, version: &str) -> Option<&'static str> {
    let within =
        |release: &str| version.strip_prefix(release).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    rows.iter().find(|(known, release, _)| *known == name && within(release)).map(|(.., day)| *day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day_number;

    fn distribution(id: &str, version: &str) -> Distribution {
        Distribution { id: id.into(), version_id: Some(version.into()), ..Distribution::default() }
    }

    #[test]
    fn a_release_covers_its_point_releases_and_no_other() {
        for (id, version, day) in [
            ("debian", "12", Some("2028-06-30")),
            ("debian", "12.5", Some("2028-06-30")),
            ("debian", "120", None),
            ("alpine", "3.2", None),
            ("alpine", "3.20.3", Some("2026-04-01")),
            ("alpine", "3.19.0_rc1", Some("2025-11-01")),
            ("ubuntu", "24.04", Some("2029-04-30")),
            ("amzn", "2023", Some("2029-06-30")),
            ("amzn", "2", Some("2026-06-30")),
            ("plan9", "4", None),
        ] {
            assert_eq!(end_of_life(&distribution(id, version)), day, "{id} {version}");
        }
    }

    #[test]
    fn every_row_has_a_day_and_no_release_stands_twice() {
        for rows in [&DISTRIBUTIONS[..], &RUNTIMES[..]] {
            for (i, (name, release, day)) in rows.iter().enumerate() {
                assert!(day_number(day).is_some(), "{name} {release}");
                assert!(rows.iter().skip(i + 1).all(|other| (other.0, other.1) != (*name, *release)), "{name} {release}");
            }
        }
        assert!(day_number(AS_OF).is_some());
    }
}
