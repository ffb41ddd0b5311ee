//! For every check one image that trips it, and one that nearly does.

use porthole_report::{Check, DatabaseShard, HistoryEntry, ImageConfig, Origin, Outcome, Report, Severity};
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
use porthole_tests::layer::{Layer, layer};
use porthole_tests::pieces::pieces;

/// 2026-06-01.
const NOW: i64 = 1_780_272_000;

/// An image as a check sees it.
struct Case {
    layers: Vec<Layer>,
    subject: Subject,
    /// What came in after the layers: advisories, attestations.
    after: Option<fn(&mut Report)>,
}

fn case() -> Case {
    Case { layers: Vec::new(), subject: Subject { kind: "docker-archive".into(), ..Subject::default() }, after: None }
}

impl Case {
    fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    fn config(mut self, change: impl FnOnce(&mut ImageConfig)) -> Self {
        change(&mut self.subject.config);
        self
    }

    fn subject(mut self, change: impl FnOnce(&mut Subject)) -> Self {
        change(&mut self.subject);
        self
    }

    fn after(mut self, change: fn(&mut Report)) -> Self {
        self.after = Some(change);
        self
    }

    /// A build step and, unless it is empty, its layer.
    fn step(mut self, text: &str, made: Option<Layer>) -> Self {
        self.subject.history.push(HistoryEntry {
            created_by: Some(text.into()),
            empty_layer: made.is_none(),
            ..HistoryEntry::default()
        });
        self.layers.extend(made);
        self
    }

    /// A base image of one layer.
    fn base(self) -> Self {
        self.step("/bin/sh -c #(nop) ADD file:abc in / ", Some(debian())).step("/bin/sh -c #(nop)  CMD [\"bash\"]", None)
    }

    fn user(self, user: &str) -> Self {
        self.config(|config| config.user = user.into())
    }

    fn run(self, command: &str) -> Self {
        self.step(&format!("RUN /bin/sh -c {command} # buildkit"), Some(layer().file("srv/made", "x")))
    }

    fn report(mut self) -> Report {
        self.subject.layers.resize(self.layers.len(), SubjectLayer::default());
        let facts = self
            .layers
            .iter()
            .map(|layer| {
                let mut scan = LayerScan::new(&LayerOptions::default());
                pieces(&layer.blob()).for_each(|piece| scan.push(piece));
                Some(scan.finish())
            })
            .collect();
        let options = Options { now: Some(NOW) };
        let mut analysis = Analysis::new(&self.subject, facts, &options);
        if let Some(after) = self.after {
            after(&mut analysis.report);
            analysis.run_checks(&options);
        }
        analysis.report
    }
}

/// A database, and a finding of this severity with or without a fix.
fn advisory(report: &mut Report, severity: Severity, fixed: Option<&str>) {
    report.vulnerabilities.database.push(DatabaseShard {
        ecosystem: "Debian:12".into(),
        snapshot: "2026-05-30".into(),
        source: "OSV".into(),
        license: "CC-BY-4.0".into(),
        sha256: "0".repeat(64),
        rows: 1,
    });
    let finding = serde_json::json!({
        "id": "CVE-2026-1", "aliases": [], "advisory": "DSA-1", "purl": "pkg:deb/debian/x@1", "package": "x", "installed": "1",
        "fixed": fixed, "fixState": if fixed.is_some() { "fixed" } else { "notFixed" }, "severity": severity, "kev": false,
        "layer": 0, "origin": "base", "changelogClaimsFix": false, "references": [],
    });
    report.vulnerabilities.findings.push(serde_json::from_value(finding).expect("finding"));
}

/// Provenance, signed or not, about this image or another.
fn provenance(report: &mut Report, signed: bool, about_this_image: bool) {
    let signature = signed.then(|| {
        serde_json::json!({
            "format": "dsse", "state": "verified", "statement": "", "reasons": [], "foundIn": "sha256:00",
        })
    });
    let attestation = serde_json::json!({
        "predicateType": "https://slsa.dev/provenance/v1", "signature": signature, "aboutThisImage": about_this_image, "facts": [],
    });
    report.signatures.attestations.push(serde_json::from_value(attestation).expect("attestation"));
}

/// A distribution as its full variant has it: the package manager and the manuals.
fn full(manual: &str) -> Layer {
    debian()
        .file("usr/bin/apt-get", "x")
        .mode(0o755)
        .file("bin/sh", "x")
        .mode(0o755)
        .file(format!("usr/share/man/{manual}/ls.1.gz"), "x")
}

fn debian() -> Layer {
    layer()
        .file(
            "etc/os-release",
            "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_CODENAME=bookworm\n",
        )
        .mtime(1_779_000_000)
        .file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n")
        .mtime(1_779_000_000)
}

fn old() -> Layer {
    layer().file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n").mtime(1_600_000_000)
}

fn passwd(text: &str) -> Layer {
    layer().file("etc/passwd", text)
}

fn check(report: &Report, code: &str) -> Check {
    report.checks.iter().find(|check| check.code == code).unwrap_or_else(|| panic!("no check {code}")).clone()
}

/// Code, an image that trips it, an image that nearly does.
fn table() -> Vec<(&'static str, Case, Case)> {
    let docker_label = |name: &str, value: &str| {
        let (name, value) = (name.to_owned(), value.to_owned());
        move |config: &mut ImageConfig| {
            config.labels.insert(name, value);
        }
    };
    let cache = || layer().file("var/lib/apt/lists/x_Packages", "p".repeat(10_000));
    let big = |n: usize| "0123456789abcdef".repeat(n / 16);
    let many = |n: usize| (0..n).fold(case(), |case, i| case.layer(layer().file(format!("f{i}"), "x")));
    vec![
        ("runs-as-root", case().layer(debian()).user("toor:0"), case().layer(debian()).user("app:0")),
        ("runs-as-root", case().user("0:0"), case().user("10:0")),
        ("runs-as-root", case().user("root:root"), case().user("rooter")),
        ("runs-as-root", case(), case().user("65532")),
        ("unknown-user", case().layer(debian()).user("nobody"), case().layer(debian()).user("app")),
        (
            "setuid-files",
            case().base().layer(layer().file("usr/bin/x", "x").mode(0o4755)),
            case().base().layer(layer().file("usr/bin/x", "x").mode(0o4644)),
        ),
        ("world-writable", case().layer(layer().dir("srv").mode(0o777)), case().layer(layer().dir("srv").mode(0o1777))),
        ("world-writable", case().layer(layer().file("srv/x", "x").mode(0o646)), case().layer(layer().symlink("srv/x", "y"))),
        (
            "empty-password",
            case().layer(layer().file("etc/shadow", "root::19000:0:99999:7:::\nx\n")),
            case().layer(layer().file("etc/shadow", "root:*:19000:0:99999:7:::\nx\n")),
        ),
        (
            "duplicate-id",
            case().layer(passwd("a:x:7:7::/:\nb:x:7:8::/:\nshort\n")),
            case().layer(passwd("a:x:7:7::/:\nb:x:8:7::/:\nshort\n")),
        ),
        ("healthcheck", case(), case().config(|config| config.healthcheck = Some(vec!["CMD".into(), "true".into()]))),
        (
            "healthcheck",
            case().config(|config| config.healthcheck = Some(vec!["NONE".into()])),
            case().subject(|subject| subject.kind = "oci-archive".into()),
        ),
        (
            "add-instead-of-copy",
            case().base().step("ADD app.jar /app.jar # buildkit", Some(layer().file("app.jar", "x"))),
            case().base().step("ADD app.tar.gz /app # buildkit", Some(layer().file("app/x", "x"))),
        ),
        ("sudo", case().base().run("sudo make install"), case().base().run("echo pseudo sudoku")),
        (
            "pipe-to-shell",
            case().base().run("curl -sSf https://x.internal/i.sh | sh -s -- -y"),
            case().base().run("curl -sSf https://x.internal/i.tgz | tar xz"),
        ),
        (
            "distribution-upgrade",
            case().base().run("apt-get update && apt-get -y upgrade"),
            case().base().run("apt-get update && apt-get install -y --no-install-recommends upgrade-helper"),
        ),
        (
            "update-alone",
            case().base().run("apt-get update"),
            case().base().run("apt-get update && apt-get install -y --no-install-recommends curl"),
        ),
        ("package-caches", case().base().layer(cache()), case().layer(cache().mtime(1)).layer(debian())),
        (
            "package-caches",
            case().base().layer(cache()).layer(layer().whiteout("var/lib/apt/lists/x_Packages")),
            case().base().layer(layer().file("var/lib/apt/lists/lock", "")),
        ),
        (
            "secrets-in-configuration",
            case().config(|config| config.env.push("DB_PASSWORD=Kd8sP2qLz".into())),
            case().config(|config| config.env.push("DB_PASSWORD_FILE=/run/secrets/db".into())),
        ),
        (
            "secrets-in-configuration",
            case().base().run("|1 NPM_TOKEN=Kd8sP2qLz9 /bin/sh -c npm ci"),
            case().base().run("apk add libcrypto3=3.1.4-r2 gnupg=2.4.4-r0"),
        ),
        (
            "secrets-in-files",
            case().layer(layer().file("srv/.env", "DB_PASSWORD=Kd8sP2qLz\n")),
            case().layer(layer().file("srv/.env.example", "DB_PASSWORD=Kd8sP2qLz\n")),
        ),
        (
            "ssh-server",
            case().config(|config| config.exposed_ports.push("22/tcp".into())),
            case().config(|config| config.exposed_ports.push("2222/tcp".into())),
        ),
        (
            "latest-tag",
            case().subject(|subject| subject.names.push("registry.internal:5000/app".into())),
            case().subject(|subject| subject.names.push("registry.internal:5000/app:1.2".into())),
        ),
        ("base-old", case().layer(old()), case().layer(debian())),
        (
            "end-of-life",
            case().layer(layer().file("etc/os-release", "ID=debian\nVERSION_ID=\"8\"\nPRETTY_NAME=\"Debian 8\"\n")),
            case().layer(debian()),
        ),
        ("build-tools", case().layer(dpkg("gcc-12")), case().layer(dpkg("gcc-12-base"))),
        (
            "package-managers",
            case().base().layer(layer().file("usr/bin/apt-get", "x").mode(0o755)),
            case().layer(debian().file("usr/bin/apt-get", "x")),
        ),
        (
            "shell-in-distroless",
            case().layer(distroless()).layer(layer().file("bin/bash", "x").mode(0o755)),
            case().layer(distroless()),
        ),
        (
            "unnecessary-files",
            case().base().layer(layer().file("usr/share/man/man1/x.1", big(2_000_000))),
            case().base().layer(layer().file("usr/share/doc/x/copyright", big(2_000_000))),
        ),
        ("layer-count", many(41), many(40)),
        (
            "wasted-bytes",
            case().layer(layer().file("x", big(4_000_000))).layer(layer().whiteout("x")),
            case().layer(layer().file("x", big(900_000))).layer(layer().whiteout("x")),
        ),
        (
            "labels",
            case().config(docker_label("org.opencontainers.image.source", "x")),
            case().config(|config| {
                for name in ["source", "revision", "version", "licenses"] {
                    config.labels.insert(format!("org.opencontainers.image.{name}"), "x".into());
                }
            }),
        ),
        (
            "future-timestamps",
            case().layer(layer().file("x", "x").mtime(NOW as u64 + 90_000)),
            case().layer(layer().file("x", "x").mtime(NOW as u64 + 80_000)),
        ),
        (
            "system-volumes",
            case().config(|config| config.volumes.push("/proc/x".into())),
            case().config(|config| config.volumes.push("/process".into())),
        ),
        (
            "project-files",
            case().base().layer(layer().file("srv/Dockerfile", "x")),
            case().base().layer(layer().file("srv/node_modules/x/Dockerfile", "x")),
        ),
        (
            "unverified-downloads",
            case().base().run("curl -sSkL https://x.internal/i -o i"),
            case().base().run("curl -sSL https://x.internal/i -o i-k"),
        ),
        (
            "recommended-packages",
            case().base().run("apt-get install -y curl"),
            case().base().run("apt-get install -y --no-install-recommends curl"),
        ),
        (
            "maintainer",
            case().base().step("/bin/sh -c #(nop)  MAINTAINER me", None).run("true"),
            case().step("/bin/sh -c #(nop)  MAINTAINER them", None).base().run("true"),
        ),
        (
            "working-directory",
            case().config(|config| config.working_dir = "app".into()),
            case().config(|config| config.working_dir = "/app".into()),
        ),
        (
            "shell-form",
            case().config(|config| config.cmd = ["/bin/sh", "-c", "app"].map(Into::into).to_vec()),
            case().config(|config| config.cmd = ["/bin/sh", "-c", "exec app"].map(Into::into).to_vec()),
        ),
        (
            "readable-shadow",
            case().layer(layer().file("etc/shadow", "root:*:1::::::\n").mode(0o644)),
            case().layer(layer().file("etc/shadow", "root:*:1::::::\n").mode(0o640)),
        ),
        (
            "search-path",
            case().config(|config| config.env.push("PATH=/bin::/usr/bin".into())),
            case().config(|config| config.env.push("PATH=/bin:/usr/bin".into())),
        ),
        (
            "expired",
            case()
                .subject(|subject| subject.created = Some("2026-05-01T00:00:00Z".into()))
                .config(docker_label("quay.expires-after", "2w")),
            case()
                .subject(|subject| subject.created = Some("2026-05-25T00:00:00Z".into()))
                .config(docker_label("quay.expires-after", "2w")),
        ),
        (
            "base-known",
            case().layer(debian()),
            case().layer(debian()).config(|config| {
                config.labels.insert("org.opencontainers.image.base.name".into(), "docker.io/library/debian:12".into());
                config.labels.insert("org.opencontainers.image.base.digest".into(), "sha256:00".into());
            }),
        ),
        ("base-minimal", case().layer(full("man1")), case().layer(full("man8"))),
        (
            "vulnerabilities",
            case().layer(debian()).after(|report| advisory(report, Severity::High, Some("2"))),
            case().layer(debian()).after(|report| advisory(report, Severity::Medium, Some("2"))),
        ),
        (
            "vulnerabilities",
            case().layer(debian()).after(|report| advisory(report, Severity::Critical, Some("2"))),
            case().layer(debian()).after(|report| advisory(report, Severity::Critical, None)),
        ),
        (
            "provenance",
            case().after(|report| provenance(report, false, true)),
            case().after(|report| provenance(report, true, true)),
        ),
        (
            "provenance",
            case().after(|report| provenance(report, true, false)),
            case().after(|report| provenance(report, true, true)),
        ),
        ("signed", case().subject(|subject| subject.kind = "registry".into()), case()),
        (
            "digests",
            case().layer(layer()).subject(|subject| subject.layers = vec![stated("sha256:00")]),
            case().layer(layer()).subject(|subject| subject.layers = vec![SubjectLayer::default()]),
        ),
    ]
}

fn stated(diff_id: &str) -> SubjectLayer {
    SubjectLayer { diff_id: Some(diff_id.into()), ..SubjectLayer::default() }
}

fn dpkg(name: &str) -> Layer {
    debian().file(
        "var/lib/dpkg/status",
        format!("Package: {name}\nStatus: install ok installed\nInstalled-Size: 10\nArchitecture: amd64\nVersion: 1\n\n"),
    )
}

fn distroless() -> Layer {
    debian().file("var/lib/dpkg/status.d/base-files", "Package: base-files\nVersion: 12\nArchitecture: amd64\n")
}

#[test]
fn every_check_trips_and_nearly_trips() {
    let mut wrong = Vec::new();
    for (code, trips, nearly) in table() {
        let trips = check(&trips.report(), code);
        if !matches!(trips.outcome, Outcome::Fail | Outcome::Warn) {
            wrong.push(format!("{code} should trip: {:?} {}", trips.outcome, trips.message));
        }
        let nearly = check(&nearly.report(), code);
        if !matches!(nearly.outcome, Outcome::Pass | Outcome::NotApplicable) {
            wrong.push(format!("{code} should not trip: {:?} {} {:?}", nearly.outcome, nearly.message, nearly.evidence));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_has_its_two_images() {
    let table: Vec<_> = table().into_iter().map(|(code, ..)| code).collect();
    let report = case().report();
    assert!(report.checks.len() >= 40);
    for check in &report.checks {
        assert!(table.contains(&check.code.as_str()), "{} has no images", check.code);
        assert!(
            !check.title.is_empty() && !check.why.is_empty() && !check.fix.is_empty() && check.reference.starts_with("https://"),
            "{}",
            check.code
        );
        assert!(!check.message.is_empty() && !check.message.ends_with('.'), "{}: {}", check.code, check.message);
    }
}

#[test]
fn section_four_of_the_benchmark_and_the_shared_list_are_covered() {
    let report = case().report();
    let known: Vec<_> = report.checks.iter().flat_map(|check| &check.also_known_as).map(String::as_str).collect();
    for code in (1..=12).map(|n| format!("CIS 4.{n}")) {
        assert!(known.contains(&code.as_str()), "{code}");
    }
    for code in (1..=11).map(|n| format!("CIS-DI-{n:04}")) {
        assert!(known.contains(&code.as_str()), "{code}");
    }
    for code in [
        "DKL-DI-0001",
        "DKL-DI-0002",
        "DKL-DI-0003",
        "DKL-DI-0004",
        "DKL-DI-0005",
        "DKL-DI-0006",
        "DKL-LI-0001",
        "DKL-LI-0002",
        "DKL-LI-0003",
    ] {
        assert!(known.contains(&code), "{code}");
    }
}

#[test]
fn a_lone_word_is_a_tag_in_a_layout_and_a_repository_elsewhere() {
    for (kind, name, outcome) in [
        ("oci-layout", "v1", Outcome::Pass),
        ("oci-archive", "latest", Outcome::Warn),
        ("oci-layout", "example.org/app", Outcome::Warn),
        ("docker-archive", "v1", Outcome::Warn),
        ("registry", "nginx:1.27", Outcome::Pass),
    ] {
        let report =
            case().layer(debian()).subject(|subject| (subject.kind, subject.names) = (kind.into(), vec![name.into()])).report();
        assert_eq!(check(&report, "latest-tag").outcome, outcome, "{kind} {name}");
    }
}

#[test]
fn what_the_base_brought_is_not_blamed_on_the_image() {
    let base = debian().file("usr/bin/su", "x").mode(0o4755);
    let report = case().layer(base).layer(layer().file("srv/x", "x")).report();
    let check = check(&report, "setuid-files");
    assert_eq!(check.outcome, Outcome::Pass, "{}", check.message);
    assert_eq!((check.evidence.len(), check.evidence[0].origin, check.evidence[0].layer), (1, Origin::Base, Some(0)));
}

/// Age, expiry, and what retention policies would say.
#[test]
fn the_age_is_said_with_what_retention_would_do() {
    let said = |created: &str| {
        let report = case().subject(|subject| subject.created = Some(created.into())).report();
        let check = check(&report, "expired");
        (check.outcome, check.message)
    };
    assert_eq!(said("2026-05-31T00:00:00Z"), (Outcome::Pass, "1 day old: retention of 30, 90, 180, 365 days keeps it".into()));
    assert_eq!(
        said("2026-02-01T00:00:00Z"),
        (Outcome::Pass, "120 days old: retention of 30, 90 days would delete it, of 180, 365 keep it".into())
    );
    let (outcome, message) = said("2024-06-01T00:00:00Z");
    assert_eq!((outcome, message.contains("of 30, 90, 180, 365 days would delete it")), (Outcome::Warn, true), "{message}");
    assert_eq!(said("1970-01-01T00:00:00Z").0, Outcome::NotApplicable);
    assert_eq!(said("2027-01-01T00:00:00Z").0, Outcome::Pass);
}

#[test]
fn hostile_account_files_are_survived() {
    for text in ["", ":", "::::", "x", "a:b:c\n\n\n:0:\n", "root:x:99999999999999999999:0", "\u{0}:\u{0}:\u{0}"] {
        let report =
            case().layer(layer().file("etc/passwd", text).file("etc/shadow", text).file("etc/group", text)).user("root").report();
        assert!(report.checks.len() >= 40);
    }
}
