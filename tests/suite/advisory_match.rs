//! Matching: which packages are looked up where, under which name, by which version, and what a finding says.

use porthole_advisory::{Matcher, Options};
use porthole_report::{EvidenceKind, FixState, GapKind, Package, Severity};

use crate::advisory::{database, distribution, from_source, ids, matched, package, record};

fn options(today: &str) -> Options {
    Options { today: Some(today.into()), ..Options::default() }
}

/// One record, one package: is it affected?
fn hits(ecosystem: &str, range: (&str, Option<&str>), name: &str, os: Option<(&str, &str)>, package: Package) -> bool {
    let database = database(&record("X-1", ecosystem, name, range.0, range.1, ""));
    let distribution = os.map(|(id, version)| distribution(id, version));
    let found = matched(&database, distribution.as_ref(), &[package], &Options::default());
    assert!(found.gaps.iter().all(|gap| gap.kind == GapKind::Missing), "{:?}", found.gaps);
    !found.vulnerabilities.findings.is_empty()
}

#[test]
fn each_ecosystem_matches_by_its_own_names_and_versions() {
    let debian = Some(("debian", "12"));
    let alma = Some(("almalinux", "9.4"));
    for (what, expected, ecosystem, range, name, os, package) in [
        (
            "source name and source version",
            true,
            "Debian:12",
            ("0", Some("3.0.9-1")),
            "openssl",
            debian,
            from_source("deb", "libssl3", "3.0.9-1", ("openssl", "3.0.8-1")),
        ),
        (
            "binary name means nothing",
            false,
            "Debian:12",
            ("0", None),
            "libssl3",
            debian,
            from_source("deb", "libssl3", "3.0.8-1", ("openssl", "3.0.8-1")),
        ),
        ("a package without a source is its own", true, "Debian:12", ("0", None), "bash", debian, package("deb", "bash", "5.2")),
        ("security update", false, "Debian:12", ("0", Some("1.2-3+deb12u2")), "x", debian, package("deb", "x", "1.2-3+deb12u3")),
        (
            "before the security update",
            true,
            "Debian:12",
            ("0", Some("1.2-3+deb12u2")),
            "x",
            debian,
            package("deb", "x", "1.2-3+deb12u1"),
        ),
        ("tilde", true, "Debian:12", ("0", Some("1.2")), "x", debian, package("deb", "x", "1.2~rc1")),
        ("epoch", false, "Debian:12", ("0", Some("9.0")), "x", debian, package("deb", "x", "1:1.0")),
        ("other release", false, "Debian:11", ("0", None), "x", Some(("debian", "11")), package("apk", "x", "1")),
        ("Ubuntu LTS", true, "Ubuntu:22.04:LTS", ("0", None), "x", Some(("ubuntu", "22.04")), package("deb", "x", "1")),
        ("Ubuntu interim", true, "Ubuntu:23.10", ("0", None), "x", Some(("ubuntu", "23.10")), package("deb", "x", "1")),
        (
            "origin",
            true,
            "Alpine:v3.20",
            ("0", Some("1.36.1-r30")),
            "busybox",
            Some(("alpine", "3.20.3")),
            from_source("apk", "ssl_client", "1.36.1-r29", ("busybox", "1.36.1-r29")),
        ),
        (
            "apk suffix",
            true,
            "Alpine:v3.20",
            ("0", Some("1.0_p10-r0")),
            "x",
            Some(("alpine", "3.20.3")),
            package("apk", "x", "1.0_p9-r0"),
        ),
        ("edge", true, "Alpine:edge", ("0", None), "x", Some(("alpine", "3.22.0_alpha20250108")), package("apk", "x", "1-r0")),
        (
            "rpm binary",
            true,
            "AlmaLinux:9",
            ("0", Some("1:3.0.7-27.el9")),
            "openssl-libs",
            alma,
            from_source("rpm", "openssl-libs", "1:3.0.7-26.el9", ("openssl", "3.0.7-26.el9")),
        ),
        (
            "rpm source means nothing",
            false,
            "AlmaLinux:9",
            ("0", None),
            "openssl",
            alma,
            from_source("rpm", "openssl-libs", "1:3.0.7-26.el9", ("openssl", "3.0.7-26.el9")),
        ),
        ("missing epoch is zero", false, "AlmaLinux:9", ("0", Some("2.0-1.el9")), "x", alma, package("rpm", "x", "1:1.0-1.el9")),
        (
            "module against plain",
            false,
            "AlmaLinux:9",
            ("0", Some("1:20.1-1.module_el9.3.0+1")),
            "nodejs",
            alma,
            package("rpm", "nodejs", "1:16.20.2-1.el9"),
        ),
        (
            "module against module",
            true,
            "AlmaLinux:9",
            ("0", Some("1:20.1-2.module_el9.3.0+1")),
            "nodejs",
            alma,
            package("rpm", "nodejs", "1:20.1-1.module_el9.3.0+1"),
        ),
        (
            "Red Hat's product",
            true,
            "Red Hat:enterprise_linux:9::appstream",
            ("0", Some("2-1")),
            "x",
            Some(("rhel", "9.4")),
            package("rpm", "x", "1-1"),
        ),
        (
            "Azure by source",
            true,
            "Azure Linux:3",
            ("0", None),
            "curl",
            Some(("azurelinux", "3.0")),
            from_source("rpm", "curl-libs", "8-1.azl3", ("curl", "8-1.azl3")),
        ),
        ("Wolfi", true, "Wolfi", ("0", Some("1.2-r1")), "x", Some(("wolfi", "20230201")), package("apk", "x", "1.2-r0")),
        ("npm pre-release", true, "npm", ("0", Some("2.0.0")), "x", None, package("npm", "x", "2.0.0-rc.1")),
        ("npm scope", true, "npm", ("0", Some("2.0.0")), "@a/x", None, package("npm", "@a/x", "1.0.0")),
        ("introduced", false, "npm", ("1.5.0", Some("2.0.0")), "x", None, package("npm", "x", "1.4.9")),
        ("Python's names", true, "PyPI", ("0", Some("6.0")), "ruamel.yaml", None, package("pypi", "Ruamel_YAML", "5.4")),
        ("Python's extras", true, "PyPI", ("0", Some("3")), "requests", None, package("pypi", "requests[security]", "2.31")),
        ("Python's release candidate", true, "PyPI", ("0", Some("1.0")), "x", None, package("pypi", "x", "1.0rc1")),
        ("Python's post release", false, "PyPI", ("0", Some("1.0")), "x", None, package("pypi", "x", "1.0.post1")),
        ("Go module", true, "Go", ("0", Some("1.2.4")), "github.com/a/B", None, package("golang", "github.com/a/B", "v1.2.3")),
        (
            "Go pseudo-version",
            true,
            "Go",
            ("0", Some("0.0.0-20240301000000-aaaaaaaaaaaa")),
            "x.org/y",
            None,
            package("golang", "x.org/y", "v0.0.0-20240201000000-ffffffffffff"),
        ),
        (
            "Go incompatible",
            false,
            "Go",
            ("0", Some("24.0.7")),
            "github.com/docker/docker",
            None,
            package("golang", "github.com/docker/docker", "v24.0.7+incompatible"),
        ),
        ("Go standard library", true, "Go", ("0", Some("1.21.8")), "stdlib", None, package("golang", "stdlib", "go1.21.7")),
        (
            "Maven coordinates",
            true,
            "Maven",
            ("0", Some("2.17.1")),
            "org.apache.logging.log4j:log4j-core",
            None,
            package("maven", "org.apache.logging.log4j:log4j-core", "2.17.0"),
        ),
        ("Maven snapshot", true, "Maven", ("0", Some("2.0")), "g:a", None, package("maven", "g:a", "2.0-SNAPSHOT")),
        ("RubyGems", true, "RubyGems", ("0", Some("1.16.0")), "nokogiri", None, package("gem", "nokogiri", "1.16.0.rc1")),
        (
            "NuGet's case",
            true,
            "NuGet",
            ("0", Some("13.0.1")),
            "Newtonsoft.Json",
            None,
            package("nuget", "newtonsoft.json", "12.0.3"),
        ),
        ("crates", true, "crates.io", ("0.0.0-0", Some("1.8.4")), "tokio", None, package("cargo", "tokio", "1.8.3")),
        (
            "Packagist",
            true,
            "Packagist",
            ("2.0", Some("2.1")),
            "Symfony/http-kernel",
            None,
            package("composer", "symfony/http-kernel", "v2.0.0"),
        ),
        ("Bitnami's revision", false, "Bitnami", ("0", Some("3.1.7")), "airflow", None, package("bitnami", "airflow", "3.1.7-2")),
        ("a program by its bytes", true, "Bitnami", ("0", Some("18.19.1")), "node", None, package("generic", "node", "18.19.0")),
        (
            "a program under another name",
            true,
            "Bitnami",
            ("0", Some("2.4.59")),
            "apache",
            None,
            package("generic", "httpd", "2.4.58"),
        ),
        (
            "two numbers for three",
            false,
            "Bitnami",
            ("0", Some("15.5.0")),
            "postgresql",
            None,
            package("generic", "postgresql", "15.5"),
        ),
        (
            "before the third",
            true,
            "Bitnami",
            ("0", Some("15.5.0")),
            "postgresql",
            None,
            package("generic", "postgresql", "15.4"),
        ),
        ("a program without records", false, "Bitnami", ("0", None), "jq", None, package("generic", "jq", "1.6")),
        ("same name, other ecosystem", false, "npm", ("0", None), "x", None, package("pypi", "x", "1.0")),
    ] {
        assert_eq!(hits(ecosystem, range, name, os, package), expected, "{what}");
    }
}

#[test]
fn ranges_have_two_ends_and_either_may_be_open_or_closed() {
    let range = |events: &str| {
        format!(
            r#"{{"id":"X","affected":[{{"package":{{"ecosystem":"crates.io","name":"x"}},"ranges":[{{"type":"SEMVER","events":[{events}]}}]}}]}}"#
        )
    };
    for (events, version, expected) in [
        (r#"{"introduced":"0"},{"last_affected":"1.2.0"}"#, "1.2.0", true),
        (r#"{"introduced":"0"},{"last_affected":"1.2.0"}"#, "1.2.1", false),
        (r#"{"introduced":"0"},{"fixed":"1.2.0"}"#, "1.2.0", false),
        (r#"{"introduced":"1.0.0"},{"fixed":"1.2.0"},{"introduced":"2.0.0"},{"fixed":"2.2.0"}"#, "1.5.0", false),
        (r#"{"introduced":"1.0.0"},{"fixed":"1.2.0"},{"introduced":"2.0.0"},{"fixed":"2.2.0"}"#, "2.1.0", true),
        (r#"{"fixed":"2.2.0"},{"introduced":"2.0.0"},{"fixed":"1.2.0"},{"introduced":"1.0.0"}"#, "1.1.0", true),
        (r#"{"introduced":"1.0.0"},{"fixed":"1.2.0"},{"introduced":"1.2.0"},{"fixed":"1.3.0"}"#, "1.2.0", true),
        (r#"{"introduced":"1.0.0"},{"fixed":"1.0.0"}"#, "9.0.0", false),
        (r#"{"introduced":"3.0.0"}"#, "9.0.0", true),
    ] {
        let found = matched(&database(&range(events)), None, &[package("cargo", "x", version)], &Options::default());
        assert_eq!(!found.vulnerabilities.findings.is_empty(), expected, "{events} {version}");
    }
    let listed = r#"{"id":"X","affected":[{"package":{"ecosystem":"PyPI","name":"x"},"versions":["1.0","1.1"]}]}"#;
    for (version, expected) in [("1.0", true), ("1.0.0", true), ("1.2", false)] {
        let found = matched(&database(listed), None, &[package("pypi", "x", version)], &Options::default());
        assert_eq!(!found.vulnerabilities.findings.is_empty(), expected, "{version}");
    }
}

/// Ranges of published records whose events are out of order or contradict each other. Oracle: the OSV schema, "Evaluation", done by hand.
#[test]
fn events_count_in_the_order_of_versions_not_as_they_are_stated() {
    let wagtail = r#"{"introduced":"2.11"},{"fixed":"2.11.7"},{"introduced":"0"},{"fixed":"2.11.6"},{"introduced":"2.12"},{"fixed":"2.12.4"}"#;
    let airflow = r#"{"introduced":"0"},{"last_affected":"1.2.1"},{"last_affected":"1.2.0"}"#;
    let derby = r#"{"introduced":"4.0.0-beta1"},{"fixed":"4.0.0-beta.11"}"#;
    let radical = r#"{"introduced":"0.0.14"},{"fixed":"0.0.13"}"#;
    for (id, ecosystem, kind, events, affected, others) in [
        ("PYSEC-2021-114", "PyPI", "pypi", wagtail, &["1.0", "2.11.5", "2.12.3"][..], &["2.11.6", "2.11.7", "2.12.4"][..]),
        ("PYSEC-2024-265", "PyPI", "pypi", airflow, &["1.1", "1.2.0"], &["1.2.2"]),
        // `beta1` is one word to semver, and later than `beta`.
        ("GHSA-82jv-9wjw-pqh6", "npm", "npm", derby, &["4.0.0-beta1", "4.0.0"], &["4.0.0-beta.10", "3.9.9"]),
        ("GHSA-4627-w373-375v", "npm", "npm", radical, &["0.0.14", "0.0.15"], &["0.0.12", "0.0.13"]),
    ] {
        let record = format!(
            r#"{{"id":"{id}","affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"x"}},"ranges":[{{"type":"ECOSYSTEM","events":[{events}]}}]}}]}}"#
        );
        let database = database(&record);
        for (version, expected) in affected.iter().map(|one| (one, true)).chain(others.iter().map(|one| (one, false))) {
            let found = matched(&database, None, &[package(kind, "x", version)], &Options::default());
            assert_eq!(!found.vulnerabilities.findings.is_empty(), expected, "{id} {version}");
        }
    }
}

#[test]
fn a_finding_says_what_is_known() {
    let mut builder = porthole_advisory::build::Builder::new(porthole_advisory::build::BuildOptions::default());
    builder.record(
        br#"{"id":"DEBIAN-CVE-2024-3094","upstream":["CVE-2024-3094"],"modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:12","name":"xz-utils"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"5.6.0-1"},{"fixed":"5.6.1+really5.4.5-1"}]}],"ecosystem_specific":{"urgency":"unimportant"}}]}"#,
    );
    builder.cvss_line(
        br#"{"id":"CVE-2024-3094","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}]}"#,
    );
    builder.kev(br#"{"catalogVersion":"2026.01.01","vulnerabilities":[{"cveID":"CVE-2024-3094"}]}"#).expect("kev");
    builder.epss("cve,epss,percentile\nCVE-2024-3094,0.84000,0.99250\nCVE-2024-1,0.00100,0.2\n").expect("epss");
    let database = builder.finish();
    let mut installed = from_source("deb", "liblzma5", "5.6.0-1", ("xz-utils", "5.6.0-1"));
    installed.changelog_fixes = vec!["CVE-2024-3094".into()];
    installed.layer = 3;
    let found = matched(&database, Some(&distribution("debian", "12")), &[installed], &options("2026-01-05"));
    let finding = found.vulnerabilities.findings.first().expect("finding");
    assert_eq!((finding.id.as_str(), finding.advisory.as_str()), ("CVE-2024-3094", "DEBIAN-CVE-2024-3094"));
    assert_eq!((finding.ecosystem.as_str(), finding.layer), ("Debian:12", 3));
    assert_eq!((finding.fixed.as_deref(), finding.fix_state), (Some("5.6.1+really5.4.5-1"), FixState::Fixed));
    assert_eq!((finding.score, finding.vector.as_deref()), (Some(10.0), Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")));
    // The distribution's word about its own build comes first; the score stands beside it.
    assert_eq!((finding.urgency.as_deref(), finding.severity), (Some("unimportant"), Severity::Negligible));
    assert!(finding.kev && finding.changelog_claims_fix);
    assert!((finding.epss.expect("epss") - 0.84).abs() < 0.84 * 0.0232, "{:?}", finding.epss);
    assert!((finding.epss_percentile.expect("percentile") - 0.9925).abs() < 1e-4);
    assert_eq!(finding.matched_source.as_deref(), Some("xz-utils"));
    assert_eq!(finding.references.len(), 2);
    assert_eq!((found.vulnerabilities.age_days, found.vulnerabilities.stale), (Some(4), false));
    assert_eq!(found.vulnerabilities.database.len(), 1);
}

#[test]
fn what_is_not_sure_is_marked_and_what_is_no_vulnerability_stands_apart() {
    let first = |records: &str, package: Package, os: Option<(&str, &str)>| {
        let os = os.map(|(id, version)| distribution(id, version));
        matched(&database(records), os.as_ref(), &[package], &Options::default())
            .vulnerabilities
            .findings
            .into_iter()
            .next()
            .expect("finding")
    };
    let open = record("GHSA-2222-2222-2222", "npm", "x", "0", None, "");
    let finding = first(&open, package("npm", "x", "1.0.0"), None);
    assert!(finding.uncertain.expect("doubt").contains("no upper bound"));
    assert_eq!(finding.fix_state, FixState::Unknown);

    let bad = record("X-1", "npm", "x", "0", Some("two"), "");
    assert!(first(&bad, package("npm", "x", "1.0.0"), None).uncertain.expect("doubt").contains("rules"));

    let declared = Package { evidence: EvidenceKind::Declared, ..package("npm", "x", "1.0.0") };
    assert!(
        first(&record("X-1", "npm", "x", "0", Some("2.0.0"), ""), declared, None).uncertain.expect("doubt").contains("declared")
    );

    let linux = record("DEBIAN-CVE-2024-1", "Debian:12", "linux", "0", None, "");
    let headers = from_source("deb", "linux-libc-dev", "6.1.1", ("linux", "6.1.1"));
    assert!(first(&linux, headers, Some(("debian", "12"))).uncertain.expect("doubt").contains("header"));

    let unmaintained = r#"{"id":"RUSTSEC-2020-1","affected":[{"package":{"ecosystem":"crates.io","name":"x"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0.0.0-0"}]}],"database_specific":{"informational":"unmaintained"}}]}"#;
    let finding = first(unmaintained, package("cargo", "x", "1.0.0"), None);
    assert_eq!(finding.informational.as_deref(), Some("unmaintained"));

    let ended = r#"{"id":"DEBIAN-CVE-2024-2","affected":[{"package":{"ecosystem":"Debian:12","name":"x"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}],"ecosystem_specific":{"urgency":"end-of-life"}}]}"#;
    assert_eq!(first(ended, package("deb", "x", "1"), Some(("debian", "12"))).fix_state, FixState::WontFix);
    let open = record("DEBIAN-CVE-2024-2", "Debian:12", "x", "0", None, "");
    assert_eq!(first(&open, package("deb", "x", "1"), Some(("debian", "12"))).fix_state, FixState::NotFixed);
}

#[test]
fn an_issue_that_several_advisories_name_is_one_finding_with_the_later_fix() {
    let records = [
        record("GHSA-2222-2222-2222", "PyPI", "x", "0", Some("1.5"), r#""aliases":["CVE-2024-1"]"#),
        record("PYSEC-2024-7", "PyPI", "x", "0", Some("1.6"), r#""aliases":["GHSA-2222-2222-2222"]"#),
    ];
    let found = matched(&database(&records.concat()), None, &[package("pypi", "x", "1.0")], &Options::default());
    let findings = &found.vulnerabilities.findings;
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].id.as_str(), findings[0].fixed.as_deref()), ("CVE-2024-1", Some("1.6")));
    assert_eq!(findings[0].aliases, ["GHSA-2222-2222-2222"]);
    assert_eq!(findings[0].advisory, "PYSEC-2024-7");

    // An erratum is about several CVEs: one finding each.
    let erratum = record(
        "ALSA-2024:1",
        "AlmaLinux:9",
        "x",
        "0",
        Some("2-1.el9"),
        r#""related":["CVE-2024-1","CVE-2024-2"],"database_specific":{"severity":"Important"}"#,
    );
    let found = matched(
        &database(&erratum),
        Some(&distribution("almalinux", "9.4")),
        &[package("rpm", "x", "1-1.el9")],
        &Options::default(),
    );
    assert_eq!(ids(&found)["x"], ["CVE-2024-1", "CVE-2024-2"]);
    assert!(found.vulnerabilities.findings.iter().all(|finding| finding.severity == Severity::High));
}

#[test]
fn language_packages_of_the_distribution_are_left_to_it() {
    let records = record("X-1", "PyPI", "idna", "0", None, "");
    let owned = Package { owned_by: Some("pkg:deb/debian/python3-idna@3.3-1".into()), ..package("pypi", "idna", "3.3") };
    let found =
        matched(&database(&records), Some(&distribution("debian", "12")), std::slice::from_ref(&owned), &Options::default());
    assert!(found.vulnerabilities.findings.is_empty());
    assert_eq!(found.vulnerabilities.left_to_distribution, 1);
    // Where OSV does not know the distribution, the language's advisories are all there is.
    let found = matched(&database(&records), Some(&distribution("arch", "rolling")), &[owned], &Options::default());
    assert_eq!(found.vulnerabilities.findings.len(), 1);
    let hidden = Package { visible: false, ..package("pypi", "idna", "3.3") };
    assert!(matched(&database(&records), None, &[hidden], &Options::default()).vulnerabilities.findings.is_empty());
}

#[test]
fn upgrades_say_what_goes_away() {
    let records = [
        record("DEBIAN-CVE-2024-1", "Debian:12", "openssl", "0", Some("3.0.9-1"), ""),
        record("DEBIAN-CVE-2024-2", "Debian:12", "openssl", "0", Some("3.0.10-1"), ""),
        record("DEBIAN-CVE-2024-3", "Debian:12", "openssl", "0", None, ""),
        record("DEBIAN-CVE-2024-4", "Debian:12", "zlib", "0", Some("2"), ""),
    ];
    let packages = [
        from_source("deb", "libssl3", "3.0.8-1", ("openssl", "3.0.8-1")),
        from_source("deb", "openssl", "3.0.8-1", ("openssl", "3.0.8-1")),
        from_source("deb", "zlib1g", "1", ("zlib", "1")),
    ];
    let found = matched(&database(&records.concat()), Some(&distribution("debian", "12")), &packages, &Options::default());
    let upgrades = &found.vulnerabilities.upgrades;
    assert_eq!(upgrades.len(), 2, "{upgrades:?}");
    assert_eq!((upgrades[0].package.as_str(), upgrades[0].to.as_deref()), ("openssl", Some("3.0.10-1")));
    assert_eq!(
        (upgrades[0].closes.as_slice(), upgrades[0].remain.as_slice()),
        (["CVE-2024-1".to_owned(), "CVE-2024-2".to_owned()].as_slice(), ["CVE-2024-3".to_owned()].as_slice())
    );
    assert_eq!(upgrades[0].purls.len(), 2);
}

#[test]
fn the_wants_name_releases_and_languages_and_nothing_of_the_image() {
    let records = record("X-1", "Debian:12", "a", "0", None, "")
        + &record("X-2", "npm", "b", "0", None, "")
        + &record("X-3", "Alpine:v3.20", "a", "0", None, "");
    let database = database(&records);
    let wants = |packages: &[Package]| {
        let mut matcher = Matcher::new(packages, Some(&distribution("debian", "12")));
        assert!(matcher.wants().is_empty(), "nothing is wanted before the index");
        matcher.index(database.index.to_json().as_bytes()).expect("index");
        matcher.wants().into_iter().map(|want| want.file).collect::<Vec<_>>()
    };
    let some = wants(&[package("deb", "secret-product", "1"), package("npm", "@company/secret", "1.0.0")]);
    let others = wants(&[package("deb", "bash", "5"), package("npm", "left-pad", "1.3.0")]);
    assert_eq!(some, others);
    assert_eq!(some.len(), 2);
    assert!(some.iter().all(|file| database.files.contains_key(file)));
}

#[test]
fn what_is_missing_or_old_is_said() {
    let records = record("X-1", "npm", "x", "0", Some("2.0.0"), "");
    let packages = [package("npm", "x", "1.0.0"), package("deb", "y", "1"), package("npm", "z", "(none)")];
    let database = database(&records);
    let found = matched(&database, Some(&distribution("debian", "12")), &packages, &options("2026-11-23"));
    assert_eq!(found.vulnerabilities.missing, ["Debian:12"]);
    assert_eq!((found.vulnerabilities.age_days, found.vulnerabilities.stale), (Some(326), true));
    let gaps: Vec<_> = found.gaps.iter().map(|gap| gap.message.as_str()).collect();
    assert_eq!(
        gaps,
        [
            "advisory shard npm: 1 packages state no version to compare: z",
            "advisory shard Debian:12: the database does not have it"
        ]
    );

    // No database at all is no gap: the report says that none was loaded by listing none.
    let none = Matcher::new(&packages, None).finish(&packages, &Options::default());
    assert!(none.vulnerabilities.database.is_empty() && none.gaps.is_empty());

    // A shard that never came is missing too.
    let mut matcher = Matcher::new(&packages, None);
    matcher.index(database.index.to_json().as_bytes()).expect("index");
    matcher.failed("npm", "status 503");
    let found = matcher.finish(&packages, &Options::default());
    assert_eq!(found.vulnerabilities.missing, ["npm"]);
    assert_eq!(found.gaps.len(), 1);
}

#[test]
fn runtimes_past_their_end_are_listed() {
    let packages =
        [package("generic", "node", "16.20.0"), package("generic", "python", "3.12.1"), package("golang", "stdlib", "go1.20.5")];
    let found = Matcher::new(&packages, None).finish(&packages, &options("2026-01-01"));
    let names: Vec<_> =
        found.vulnerabilities.past_end_of_life.iter().map(|one| (one.package.as_str(), one.ended.as_str())).collect();
    assert_eq!(names, [("node", "2023-09-11"), ("stdlib", "2024-02-06")]);
}
