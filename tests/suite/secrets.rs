//! Secrets in whole images: planted ones in every layer, none in stock ones.

use std::io::Write as _;

use porthole_report::{ImageConfig, Origin, Report};
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
use porthole_tests::layer::{Layer, layer};
use porthole_tests::pieces::pieces;
use porthole_tests::real::{real_image, scan_layout};

fn scan(layers: &[Layer], config: ImageConfig) -> Report {
    let facts = layers
        .iter()
        .map(|layer| {
            let mut scan = LayerScan::new(&LayerOptions::default());
            pieces(&layer.blob()).for_each(|piece| scan.push(piece));
            Some(scan.finish())
        })
        .collect();
    let subject = Subject { config, layers: vec![SubjectLayer::default(); layers.len()], ..Subject::default() };
    Analysis::new(&subject, facts, &Options::default()).report
}

fn aws_credentials() -> String {
    let id = ["AKIA", "Q3EGRIT7ZK2WPLNB"].concat();
    let secret = ["kV8sYw2LqZ0m3NfTbR7u", "Xc5HdPj9GaEi1oKtMy4S"].concat();
    format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
}

#[test]
fn a_deleted_secret_is_still_found_and_said_to_be_deleted() {
    let report = scan(
        &[layer().file("root/.aws/credentials", aws_credentials()), layer().whiteout("root/.aws/credentials")],
        ImageConfig::default(),
    );
    let rules: Vec<_> = report.secrets.iter().map(|secret| secret.rule.as_str()).collect();
    assert_eq!(rules, ["aws-access-key-id", "aws-secret-access-key", "file-aws-credentials"]);
    for secret in &report.secrets {
        assert_eq!((secret.layer, secret.visible, secret.removed_in), (Some(0), false, Some(1)));
        assert!(secret.harmless.is_none());
    }
}

#[test]
fn configuration_is_masked_and_its_secrets_are_listed() {
    let config = ImageConfig {
        env: vec!["API_KEY=not-so-secret-4711".into(), "PATH=/bin".into()],
        entrypoint: vec!["app".into(), "--password".into(), "Kd8sP2qLz".into()],
        ..ImageConfig::default()
    };
    let report = scan(&[layer()], config);
    let text = serde_json::to_string(&report).expect("JSON");
    assert!(!text.contains("4711") && !text.contains("Kd8sP2qLz"), "{text}");
    assert_eq!(report.secrets.len(), 2, "{:?}", report.secrets);
    assert_eq!(report.image.config.env, ["API_KEY=… (18 characters)", "PATH=/bin"]);
}

#[test]
fn no_value_of_a_layer_reaches_the_report() {
    let report = scan(&[layer().file("srv/x", aws_credentials())], ImageConfig::default());
    let text = serde_json::to_string(&report).expect("JSON");
    assert!(!text.contains("Q3EGRIT7ZK2WPLNB") && !text.contains("Xc5HdPj9GaEi1oKtMy4S"));
}

#[test]
fn stock_images_hold_no_secrets() {
    for name in ["debian-slim", "alpine", "distroless", "rpm"] {
        let Some(folder) = real_image(name) else { continue };
        let report = scan_layout(&folder.join("layout"));
        let found: Vec<_> = report.secrets.iter().filter(|secret| secret.harmless.is_none()).collect();
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[test]
fn the_planted_secrets_of_a_large_image_are_all_that_is_found() {
    let Some(folder) = real_image("debian-app") else { return };
    let report = scan_layout(&folder.join("layout"));
    let mut found: Vec<_> = report
        .secrets
        .iter()
        .filter(|secret| secret.harmless.is_none())
        .map(|secret| (secret.path.as_str(), secret.rule.as_str(), secret.visible))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("/etc/myapp/key.pem", "private-key", true),
            ("/root/.aws/credentials", "aws-access-key-id", false),
            ("/root/.aws/credentials", "aws-secret-access-key", false),
            ("/root/.aws/credentials", "file-aws-credentials", false),
        ]
    );
    assert!(report.secrets.iter().all(|secret| secret.origin != Origin::Unknown));
}

/// A private key that is DER as far as its length goes: a sequence of 300 bytes, of which a generator makes the rest.
fn private_key() -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |seed: &mut u32| {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(DIGITS[(*seed >> 26) as usize])
    };
    let body: String = std::iter::repeat_with({
        let mut seed = 4711;
        move || digit(&mut seed)
    })
    .take(399)
    .collect();
    let text = format!("MIIBLA{body}A==");
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    let [begin, end] = ["BEGIN", "END"].map(|word| format!("-----{word} PRIVATE KEY-----"));
    format!("{begin}\n{}\n{end}\n", lines.join("\n"))
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).expect("gzip");
    encoder.finish().expect("gzip")
}

#[test]
fn secrets_inside_archives_are_found_with_their_place_and_once() {
    let key = private_key();
    let inside = layer().file("conf/tls.key", &key).file("conf/aws", aws_credentials());
    let image = layer()
        .file("srv/backup.tar.gz", inside.gzip().blob())
        .file("srv/plain.tar", layer().file("tls.key", &key).tar())
        .file("usr/share/doc/app/changelog.gz", gzip(&aws_credentials()))
        .file("var/log/app.log.1.gz", gzip(&aws_credentials()));
    let report = scan(&[image, layer().whiteout("srv/backup.tar.gz")], ImageConfig::default());
    let found: Vec<_> = report
        .secrets
        .iter()
        .map(|secret| (secret.path.as_str(), secret.inner_path.as_deref().unwrap_or(""), secret.rule.as_str(), secret.visible))
        .collect();
    assert_eq!(
        found,
        [
            ("/srv/backup.tar.gz", "conf/aws", "aws-access-key-id", false),
            ("/srv/backup.tar.gz", "conf/aws", "aws-secret-access-key", false),
            ("/srv/backup.tar.gz", "conf/tls.key", "private-key", false),
            ("/srv/plain.tar", "tls.key", "private-key", true),
            // Not the package's documentation.
            ("/var/log/app.log.1.gz", "app.log.1", "aws-access-key-id", true),
            ("/var/log/app.log.1.gz", "app.log.1", "aws-secret-access-key", true),
        ]
    );
}
