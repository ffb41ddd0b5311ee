//! Writes the first inputs of every fuzz target: `cargo run -p porthole-tests --example seeds -- tests/fuzz/corpus`.
//!
//! Archives, layers and documents come from the fixture builder, signatures from `tests/signatures`, the rest from short samples.

mod files;

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use porthole_advisory::build::{BuildOptions, Builder};
use porthole_report::export::{self, Context};
use porthole_scan::{LayerOptions, LayerScan};
use porthole_tests::image::{Image, gzip, image, images, layer, outer_tar, zstd};
use porthole_tests::layer::Layer;
use porthole_tests::targets::{packages, reports, signatures};

fn main() {
    let root = std::env::args().nth(1).expect("the folder of the corpora");
    let put = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&root).join(target);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), bytes).expect("a file");
    };
    archives(&put);
    layers(&put);
    names(&put);
    files::all(&put);
    advisories(&put);
    attached(&put);
    let report = reports::named("a");
    let mut json = String::new();
    export::find("json").expect("json").write(&report, &Context::default(), &mut json);
    put("report", "named", json.as_bytes());
    put("exports", "name", "=1 <b> \u{202e}\u{1b}[1m".as_bytes());
    put("policy", "all", POLICY);
    put("image", "links", b"etc/passwd\nroot:x:0:0::/root:/bin/sh\xff\xffa -> b\xffb -> a\xff\xff.wh.a\n\xffc => etc/passwd\xffd/\xffd/.wh..wh..opq\n");
}

type Put<'a> = dyn Fn(&str, &str, &[u8]) + 'a;

fn app() -> Image {
    image().layer(layer().dir("etc").file("etc/passwd", "root:x:0:0\n")).layer(layer().file("app", "x").gzip()).name("app:1")
}

fn archives(put: &Put<'_>) {
    let nested = images([app(), app().platform("linux/arm64")]).nested();
    let attested = app().attestation("https://slsa.dev/provenance/v1", serde_json::json!({"builder": "x"}));
    for (name, bytes) in [
        ("docker", app().docker_archive()),
        ("oci", app().oci_archive()),
        ("hybrid", app().hybrid()),
        ("legacy", app().legacy()),
        ("nested", nested.oci_archive()),
        ("attested", attested.oci_archive()),
        ("rootfs", layer().dir("etc").file("etc/os-release", "ID=x\n").dir("usr").file("bin/sh", "x").tar()),
    ] {
        put("archive", name, &bytes);
        put("archive_stream", name, &bytes);
    }
    put("archive_stream", "gzip", &gzip(&app().docker_archive()));
    put("archive_stream", "zstd", &zstd(&outer_tar(&app().layout())));
    let mut exchange = Vec::new();
    for (name, bytes) in nested.layout() {
        if bytes.first() == Some(&b'{') {
            put("documents", &name.replace('/', "-").chars().rev().take(12).collect::<String>(), &bytes);
            exchange.extend_from_slice(b"200\ncontent-type: application/json\n\0");
            exchange.extend_from_slice(&bytes);
            exchange.push(0xff);
        }
    }
    put("registry", "exchange", &exchange);
    let challenge = b"401\nwww-authenticate: Bearer realm=\"https://a.example/token\",service=\"s\",scope=\"repository:app:pull\"\n\0\xff200\n\0{\"token\":\"x\"}\xff307\nlocation: /b\n\0";
    put("registry", "challenge", challenge);
    let resumed = b"0123456789\xff200\ncontent-length: 10\n\n\x000123\xff206\ncontent-range: bytes 4-9/10\n\x00456789";
    put("download", "resumed", resumed);
    put("download", "redirected", b"0123456789\xff307\nlocation: https://b.example/x\n\0\xff200\n\x000123456789");
}

fn layers(put: &Put<'_>) {
    let long = "x".repeat(130);
    let samples: [(&str, Layer); 6] = [
        ("files", layer().dir("a").file("a/b", "content").symlink("a/c", "b").hardlink("a/d", "a/b").fifo("p").char_device("n")),
        (
            "pax",
            layer()
                .file(&long, "x")
                .pax("mtime", "1.5")
                .xattr("security.capability", b"\x01\0\0\x02")
                .global(&[("comment", "x")]),
        ),
        ("whiteouts", layer().whiteout("a/b").opaque("c").file(".wh.d", "")),
        (
            "sparse",
            layer().file("s", "abc").pax("GNU.sparse.size", "9").pax("GNU.sparse.map", "1,3").pax("GNU.sparse.numblocks", "1"),
        ),
        ("twice", layer().file("a", "1").tail(layer().file("b", "2").tar())),
        ("open", layer().file("a", "1").without_end()),
    ];
    for (name, layer) in samples {
        for target in ["tar", "tar_differs", "layer"] {
            put(target, name, &layer.tar());
        }
    }
    let tar = layer().file("a", "1").file("etc/passwd", "root::0:0::/:/bin/sh").tar();
    for (name, bytes) in [
        ("gzip", gzip(&tar)),
        ("zstd", zstd(&tar)),
        ("members", layer().file("a", "1").gzip_members(200).blob()),
        ("plain", b"plain".to_vec()),
    ] {
        put("codec", name, &bytes);
        put("layer", name, &bytes);
    }
    // Without header and trailer: blocks with codes of their own, with none, and stored ones.
    for (name, level, bytes) in [("own", 9, &tar), ("fixed", 9, &b"aaaaaaaaab".to_vec()), ("stored", 0, &b"stored".to_vec())] {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(bytes).expect("written to memory");
        put("inflate", name, &encoder.finish().expect("written to memory"));
    }
    // Without the first four bytes, which the target puts there: both kinds of literals, of tables, and blocks of each kind.
    let text: Vec<u8> = (0..4000u32).flat_map(|line| format!("{} is {line}\n", line * line % 977).into_bytes()).collect();
    for (name, level, bytes) in [("tar", 3, &tar), ("text", 19, &text), ("fast", -3, &text), ("zeros", 1, &vec![0; 300_000])] {
        put("zstd", name, &::zstd::bulk::compress(bytes, level).expect("written to memory")[4..]);
    }
    let mut scan = LayerScan::new(&LayerOptions::default());
    scan.push(&layer().file("etc/passwd", "root:x:0:0").file("app/Cargo.lock", files::CARGO).whiteout("x").tar());
    put("facts", "facts", &scan.finish().to_bytes());
}

fn names(put: &Put<'_>) {
    for (name, text) in [
        ("tagged", "registry.example:5000/a/b:v1@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        ("short", "docker://nginx"),
        ("platform", "linux/arm/v7"),
        ("url", "https://a.example:8443/x?y=%20#z\n../b"),
        ("purl", "pkg:deb/debian/bash@5.2~rc1%2Bb1?arch=amd64&distro=debian-12#a/b"),
    ] {
        put("references", name, text.as_bytes());
    }
    for (name, text) in [
        ("deb", "1:2.0~rc1-1+b1\n2.0-1\n1:2.0-1"),
        ("semver", "1.0.0-alpha.1+x\n1.0.0\n2.0.0-0"),
        ("pep440", "1!2.0.post1.dev3\n2.0rc1\n2.0+local.1"),
        ("apk", "1.2.3_rc4-r5\n1.2.3b-r0\n1.2.3_p1-r1"),
        ("maven", "1.0-SNAPSHOT\n1.0-alpha-1\n1.0.ga"),
    ] {
        put("versions", name, text.as_bytes());
    }
}

fn advisories(put: &Put<'_>) {
    let record = |id: &str, ecosystem: &str, name: &str, fixed: &str| {
        format!(
            r#"{{"id":"{id}","modified":"2026-01-01T00:00:00Z","aliases":["CVE-2024-1"],"severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L"}}],"affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}],"versions":["1.0"],"database_specific":{{"severity":"HIGH"}}}}]}}"#
        )
    };
    let records = [record("GHSA-1", "npm", "lodash", "4.17.21"), record("DEBIAN-CVE-2024-1", "Debian:12", "bash", "5.2-1")];
    put("osv", "records", records.join("\n").as_bytes());
    let mut builder = Builder::new(BuildOptions::default());
    records.iter().for_each(|record| builder.record(record.as_bytes()));
    let database = builder.finish();
    put("shard", "index", database.index.to_json().as_bytes());
    for entry in &database.index.shards {
        let mut shard = format!("{}\n", entry.key).into_bytes();
        flate2::read::GzDecoder::new(database.files[&entry.file].as_slice()).read_to_end(&mut shard).expect("a shard");
        put("shard", &entry.key.replace(':', "-"), &shard);
    }
    put("vex", "openvex", br#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":[{"vulnerability":{"name":"CVE-2024-1"},"products":[{"@id":"pkg:npm/lodash"}],"status":"not_affected","justification":"component_not_present"}]}"#);
    put("vex", "cyclonedx", br#"{"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":[{"id":"CVE-2024-1","analysis":{"state":"not_affected","detail":"x"},"affects":[{"ref":"pkg:npm/lodash@1"}]}]}"#);
    put("vex", "ignore", b"[[ignore]]\nid = \"CVE-2024-1\"\npackage = \"lodash\"\nreason = \"x\"\nexpires = \"2027-01-01\"\n");
}

fn attached(put: &Put<'_>) {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("signatures/samples.json.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(samples).expect("samples")).read_to_string(&mut text).expect("gzip");
    let samples: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for (name, pem) in samples["keys"].as_object().expect("keys") {
        put("trust", name, pem.as_str().expect("PEM").as_bytes());
    }
    put("trust", "root", samples["roots"]["private"].as_str().expect("root").as_bytes());
    put("trust", "policy", br#"{"version":"1.0","trustPolicies":[{"name":"x","registryScopes":["*"],"signatureVerification":{"level":"strict"},"trustStores":["ca:x"],"trustedIdentities":["x509.subject: C=US, ST=WA, O=x"]}]}"#);
    let mut kept = std::collections::BTreeMap::new();
    for scene in samples["scenes"].as_array().expect("scenes") {
        let blobs = scene["blobs"].as_object().expect("blobs");
        let bytes = |digest: &str| match (blobs.get(digest)?["text"].as_str(), blobs[digest]["base64"].as_str()) {
            (Some(text), _) => Some(text.as_bytes().to_vec()),
            (_, Some(base64)) => Some(porthole_tests::base64::decode(base64)),
            _ => None,
        };
        for manifest in blobs.keys().filter_map(|digest| serde_json::from_slice::<serde_json::Value>(&bytes(digest)?).ok()) {
            for layer in manifest["layers"].as_array().into_iter().flatten() {
                let media_type = layer["mediaType"].as_str().unwrap_or_default();
                let Some(at) = signatures::ATTACHED.iter().position(|known| *known == media_type) else { continue };
                let Some(content) = bytes(layer["digest"].as_str().unwrap_or_default()) else { continue };
                // Three of each kind say enough.
                let count = kept.entry(at).or_insert(0);
                *count += 1;
                if *count > 3 {
                    continue;
                }
                put("attached", &format!("{at}-{count}"), &[&[at as u8], content.as_slice()].concat());
                if media_type.contains("sigstore.bundle") {
                    put("bundle", &format!("{at}-{count}"), &content);
                }
            }
        }
    }
}

const POLICY: &[u8] = br#"{"vulnerabilities":{"severity":"high","severity-with-fix":"low","known-exploited":true,"epss":0.5,"ignore-base":true},"secrets":{"severity":"low"},"checks":{"severity":"high","required":["x"]},"licenses":{"denied":["GPL-3.0"],"include-base":true},"age":{"image-days":3,"base-days":4},"signatures":{"required":true,"signers":["a*"],"issuers":["b"],"provenance":true},"size":{"max-bytes":9,"min-efficiency":0.5,"max-wasted-bytes":3},"complete":true,"allow":[{"id":"CVE-2024-1","reason":"x","until":"2027-01-01"}]}"#;

/// The input that chooses this path of a list.
fn chosen(paths: &[&str], path: &str, content: &[u8]) -> Vec<u8> {
    packages::input(paths, path, content)
}
