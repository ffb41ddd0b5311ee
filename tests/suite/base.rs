//! Where the base image ends, what that rests on, and what is attributed to whom.

use porthole_report::{HistoryEntry, ImageConfig, Origin, Outcome, Report};
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
use porthole_tests::layer::{Layer, layer};
use porthole_tests::pieces::pieces;

#[derive(Default)]
struct Build {
    layers: Vec<Layer>,
    history: Vec<HistoryEntry>,
    config: ImageConfig,
}

impl Build {
    fn step(mut self, text: &str, made: Option<Layer>) -> Self {
        let created_by = Some(text.to_owned());
        self.history.push(HistoryEntry { created_by, empty_layer: made.is_none(), ..HistoryEntry::default() });
        self.layers.extend(made);
        self
    }

    fn config(mut self, change: impl FnOnce(&mut ImageConfig)) -> Self {
        change(&mut self.config);
        self
    }

    fn report(self) -> Report {
        let facts = self
            .layers
            .iter()
            .map(|layer| {
                let mut scan = LayerScan::new(&LayerOptions::default());
                pieces(&layer.blob()).for_each(|piece| scan.push(piece));
                Some(scan.finish())
            })
            .collect();
        let subject = Subject {
            kind: "docker-archive".into(),
            layers: vec![SubjectLayer::default(); self.layers.len()],
            history: self.history,
            config: self.config,
            ..Subject::default()
        };
        Analysis::new(&subject, facts, &Options::default()).report
    }
}

fn debian() -> Layer {
    layer()
        .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n")
        .file(
            "var/lib/dpkg/status",
            "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2\nSource: bash\n\n",
        )
        .file("usr/bin/su", "x")
        .mode(0o4755)
}

/// A language's base of two layers on a distribution's of one, and an application on top.
fn application() -> Build {
    Build::default()
        .step("/bin/sh -c #(nop) ADD file:abc in / ", Some(debian()))
        .step("/bin/sh -c #(nop)  CMD [\"bash\"]", None)
        .step("ENV NODE_VERSION=20.11.1", None)
        .step("RUN /bin/sh -c install-node # buildkit", Some(layer().file("usr/local/bin/node", "x").mode(0o4755)))
        .step("CMD [\"node\"]", None)
        .step("ENV API_KEY=not-so-secret-4711", None)
        .step("RUN /bin/sh -c echo Kd8sP2qLz | docker login --password=Kd8sP2qLz9 # buildkit", Some(layer().file("srv/x", "x")))
        .step("COPY . /srv # buildkit", Some(layer().file("srv/.env", "DB_PASSWORD=Kd8sP2qLz\n")))
        .step("USER root", None)
        .step("CMD [\"node\" \"/srv\"]", None)
        .config(|config| {
            config.env = vec!["NODE_VERSION=20.11.1".into(), "API_KEY=not-so-secret-4711".into()];
            config.user = "root".into();
        })
}

#[test]
fn the_last_turn_of_the_history_ends_the_base() {
    let report = application().report();
    let base = report.image.base.as_ref().expect("base");
    assert_eq!((base.layers, base.name.as_str()), (2, "debian:12"));
    assert!(base.evidence.iter().any(|text| text.contains("history")), "{:?}", base.evidence);
    assert!(base.evidence.iter().any(|text| text.contains("etc/os-release")), "{:?}", base.evidence);
    let origins: Vec<_> = report.layers.iter().map(|layer| layer.origin).collect();
    assert_eq!(origins, [Origin::Base, Origin::Base, Origin::Own, Origin::Own]);
}

#[test]
fn without_a_history_the_release_file_says_where_it_ends() {
    let build = Build { layers: vec![debian(), layer().file("srv/x", "x")], ..Build::default() };
    assert_eq!(build.report().image.base.expect("base").layers, 1);
    let scratch = Build { layers: vec![layer().file("app", "x")], ..Build::default() }.report();
    assert!(scratch.image.base.is_none());
    assert!(scratch.checks.iter().all(|check| check.origin == Origin::Unknown));
}

#[test]
fn labels_name_and_pin_the_base() {
    let report = application()
        .config(|config| {
            config.labels.insert("org.opencontainers.image.base.name".into(), "docker.io/library/node:20".into());
            config.labels.insert("org.opencontainers.image.base.digest".into(), "sha256:00".into());
        })
        .report();
    let base = report.image.base.expect("base");
    assert_eq!((base.name.as_str(), base.digest.as_deref()), ("docker.io/library/node:20", Some("sha256:00")));
}

#[test]
fn every_finding_belongs_to_the_base_or_to_the_own_build() {
    let report = application().report();
    assert!(report.packages.iter().all(|package| package.origin == Origin::Base) && !report.packages.is_empty());
    let secret = |place: &str| report.secrets.iter().find(|secret| secret.place == place).expect(place);
    for place in ["file", "env", "history"] {
        assert_eq!(secret(place).origin, Origin::Own, "{place}: {:?}", secret(place));
    }
    let check = |code: &str| report.checks.iter().find(|check| check.code == code).expect(code);
    let setuid = check("setuid-files");
    assert_eq!((setuid.outcome, setuid.origin), (Outcome::Pass, Origin::Base), "{}", setuid.message);
    assert_eq!((check("runs-as-root").outcome, check("runs-as-root").origin), (Outcome::Fail, Origin::Own));
    assert_eq!(check("secrets-in-files").origin, Origin::Own);
    for check in &report.checks {
        assert!(check.origin != Origin::Unknown, "{}", check.code);
        assert!(check.evidence.iter().all(|evidence| evidence.origin != Origin::Unknown), "{}: {:?}", check.code, check.evidence);
    }
}

#[test]
fn what_the_base_configured_is_the_bases() {
    let report = Build::default()
        .step("/bin/sh -c #(nop) ADD file:abc in / ", Some(debian()))
        .step("ENV TOKEN=not-so-secret-4711", None)
        .step("EXPOSE map[22/tcp:{}]", None)
        .step("USER root", None)
        .step("CMD [\"bash\"]", None)
        .step("COPY x /srv # buildkit", Some(layer().file("srv/x", "x")))
        .config(|config| {
            config.env = vec!["TOKEN=not-so-secret-4711".into()];
            config.exposed_ports = vec!["22/tcp".into()];
            config.user = "root".into();
        })
        .report();
    assert_eq!(report.image.base.as_ref().expect("base").layers, 1);
    let secret = report.secrets.iter().find(|secret| secret.place == "env").expect("secret");
    assert_eq!(secret.origin, Origin::Base);
    for code in ["runs-as-root", "ssh-server"] {
        let check = report.checks.iter().find(|check| check.code == code).expect(code);
        assert_eq!((check.outcome, check.origin), (Outcome::Fail, Origin::Base), "{code}: {:?}", check.evidence);
    }
}
