//! Where to read more, derived from an id: shards hold no prose and no links.

/// Pages about an advisory, the most specific first: its own, then its CVE's.
pub(crate) fn references(advisory: &str, cve: &str, ecosystem: &str) -> Vec<String> {
    let mut pages = vec![page(advisory, ecosystem)];
    if cve.starts_with("CVE-") {
        let nvd = format!("https://nvd.nist.gov/vuln/detail/{cve}");
        if !pages.contains(&nvd) {
            pages.push(nvd);
        }
    }
    pages
}

fn page(id: &str, ecosystem: &str) -> String {
    let (_, release) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    let prefix = id.split('-').next().unwrap_or_default();
    let cve = || id.find("CVE-").and_then(|at| id.get(at..)).unwrap_or(id);
    match prefix {
        "CVE" => format!("https://nvd.nist.gov/vuln/detail/{id}"),
        "DEBIAN" => format!("https://security-tracker.debian.org/tracker/{}", cve()),
        "DSA" | "DLA" | "DTSA" => format!("https://security-tracker.debian.org/tracker/{id}"),
        "UBUNTU" => format!("https://ubuntu.com/security/{}", cve()),
        "USN" | "LSN" => format!("https://ubuntu.com/security/notices/{id}"),
        "ALPINE" => format!("https://security.alpinelinux.org/vuln/{}", cve()),
        "ALSA" | "ALBA" | "ALEA" => format!("https://errata.almalinux.org/{release}/{}.html", id.replace(':', "-")),
        "RLSA" | "RXSA" | "RLBA" => format!("https://errata.rockylinux.org/{id}"),
        "RHSA" | "RHBA" | "RHEA" => format!("https://access.redhat.com/errata/{id}"),
        "GHSA" => format!("https://github.com/advisories/{id}"),
        "RUSTSEC" => format!("https://rustsec.org/advisories/{id}.html"),
        "GO" => format!("https://pkg.go.dev/vuln/{id}"),
        _ => format!("https://osv.dev/vulnerability/{id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn every_source_has_its_own_page() {
        for (advisory, cve, ecosystem, first) in [
            ("DEBIAN-CVE-2024-3094", "CVE-2024-3094", "Debian:12", "https://security-tracker.debian.org/tracker/CVE-2024-3094"),
            ("ALSA-2022:5267", "CVE-2022-1012", "AlmaLinux:9", "https://errata.almalinux.org/9/ALSA-2022-5267.html"),
            ("RUSTSEC-2020-0061", "CVE-2020-35907", "crates.io", "https://rustsec.org/advisories/RUSTSEC-2020-0061.html"),
            ("PYSEC-2021-504", "CVE-2021-29576", "PyPI", "https://osv.dev/vulnerability/PYSEC-2021-504"),
        ] {
            let pages = references(advisory, cve, ecosystem);
            assert_eq!(pages, [first.to_owned(), format!("https://nvd.nist.gov/vuln/detail/{cve}")]);
        }
        assert_eq!(references("CVE-2024-1", "CVE-2024-1", "npm").len(), 1);
        assert_eq!(references("GHSA-2222-2222-2222", "GHSA-2222-2222-2222", "npm").len(), 1);
    }
}
