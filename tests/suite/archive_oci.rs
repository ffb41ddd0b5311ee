//! OCI layouts as tar and folder: indexes, platforms, artifacts, blobs that are not there.

use porthole_oci::archive::{ArchiveKind, ArtifactKind, Choice, GapKind, Location, PlatformWanted, Reader};
use porthole_oci::{Digest, Error, Limits, Platform};
use porthole_tests::image::{Image, Layer, descriptor, image, images, layer, outer_tar};
use porthole_tests::open::{bytes_at, describe, open, open_folder, open_stream, read_layer};
use serde_json::{Value, json};

fn app(text: &str) -> Layer {
    layer().file("app", text).gzip()
}

fn one(platform: &str) -> Image {
    image().layer(app(platform)).platform(platform)
}

fn wanted(platform: &str) -> PlatformWanted {
    PlatformWanted { platform: Some(platform.parse().unwrap()), name: None }
}

#[test]
fn layouts_open_as_tar_folder_and_stream_alike() {
    let set = images([one("linux/amd64").name("docker.io/library/x:1")]);
    let bytes = set.oci_archive();
    let tar = open(&bytes).unwrap();
    let folder = open_folder(&set.layout()).unwrap();
    let (stream, blobs) = open_stream(&bytes, 777);
    let stream = stream.unwrap();
    assert_eq!((tar.kind, folder.kind), (ArchiveKind::OciArchive, ArchiveKind::OciLayout));
    for archive in [&tar, &folder, &stream] {
        let [image] = archive.images.as_slice() else { panic!("{}", describe(archive)) };
        assert_eq!(image.names, ["docker.io/library/x:1"]);
        assert_eq!(image.manifest_digest(), Some(one("linux/amd64").manifest_digest()));
        assert_eq!(image.layers[0].digest, Some(app("linux/amd64").digest()));
        assert_eq!(image.layers[0].diff_id, Some(app("linux/amd64").diff_id()));
        assert!(image.gaps.is_empty() && archive.gaps.is_empty(), "{}", describe(archive));
    }
    assert_eq!(bytes_at(&bytes, &tar.images[0].layers[0].location).unwrap(), app("linux/amd64").blob());
    assert!(blobs.blobs.values().any(|blob| *blob == app("linux/amd64").blob()));
    assert_eq!(blobs.blobs.len(), 1, "documents are not offered as layers");
}

#[test]
fn an_archive_is_indexed_without_reading_its_blobs() {
    let big = layer().file("big", vec![7; 8 << 20]);
    for bytes in [image().layer(big.clone()).docker_archive(), image().layer(big).oci_archive()] {
        let mut reader = Reader::tar(bytes.len() as u64, Limits::default());
        let (mut read, mut wants) = (0, 0);
        while let Some(want) = reader.wants() {
            read += want.len;
            wants += 1;
            reader.push(want.offset, &bytes[want.offset as usize..(want.offset + want.len) as usize]).unwrap();
        }
        assert_eq!(reader.finish().unwrap().images.len(), 1);
        assert!(read < 100_000 && wants < 10, "{read} bytes in {wants} pieces");
    }
}

#[test]
fn indexes_inside_indexes_are_followed_and_give_their_name() {
    let set = images([one("linux/amd64").name("m:1"), one("linux/arm64/v8")]).nested();
    let archive = open(&set.oci_archive()).unwrap();
    let found: Vec<_> = archive.images.iter().map(|image| (image.names.join(" "), image.platform.to_string())).collect();
    assert_eq!(found, [("m:1".to_owned(), "linux/amd64".to_owned()), ("m:1".to_owned(), "linux/arm64".to_owned())]);
    assert!(archive.images.iter().all(|image| image.parents.len() == 1));
}

#[test]
fn a_platform_is_chosen_and_others_are_offered() {
    let set = images([one("windows/amd64"), one("linux/arm/v7"), one("linux/amd64"), one("linux/arm64")]).nested();
    let archive = open(&set.oci_archive()).unwrap();
    let os = |choice: Choice| choice.image().map(|at| archive.images[at].platform.to_string());
    assert_eq!(os(archive.choose(&PlatformWanted::default())).as_deref(), Some("linux/amd64"));
    assert_eq!(os(archive.choose(&wanted("linux/arm64/v8"))).as_deref(), Some("linux/arm64"));
    assert_eq!(os(archive.choose(&wanted("arm"))).as_deref(), Some("linux/arm/v7"));
    assert_eq!(os(archive.choose(&wanted("windows"))).as_deref(), Some("windows/amd64"));
    assert_eq!(archive.choose(&wanted("linux/s390x")), Choice::Nothing);
    assert!(matches!(archive.choose(&wanted("linux")), Choice::Best { all, .. } if all.len() == 3));
}

#[test]
fn an_image_is_chosen_by_what_people_call_it() {
    let set = images([one("linux/amd64").name("ghcr.io/o/web:1.27"), one("linux/arm64").name("localhost:5000/db:v2")]);
    let archive = open(&set.oci_archive()).unwrap();
    let named = |name: &str| archive.choose(&PlatformWanted { platform: None, name: Some(name.to_owned()) }).image();
    for name in ["ghcr.io/o/web:1.27", "web:1.27", "web", "o/web", "1.27"] {
        assert_eq!(named(name), Some(0), "{name}");
    }
    for name in [
        "db",
        "v2",
        "localhost:5000/db",
        &one("linux/arm64").config_digest().to_string(),
        &one("linux/arm64").manifest_digest().short(),
    ] {
        assert_eq!(named(name), Some(1), "{name}");
    }
    for name in ["eb", "", "27", "ghcr.io", "sha256:abc"] {
        assert_eq!(named(name), None, "{name}");
    }
}

#[test]
fn complete_images_are_preferred_to_those_without_content() {
    let empty = image().layer(app("amd64").missing()).platform("linux/amd64");
    let archive = open(&images([empty, one("linux/arm64")]).nested().oci_archive()).unwrap();
    let choice = archive.choose(&PlatformWanted::default());
    assert_eq!(archive.images[choice.image().unwrap()].platform.architecture, "arm64");
}

#[test]
fn platforms_whose_manifest_is_not_there_are_told_one_by_one() {
    let set =
        images([one("linux/amd64"), one("linux/arm64").without_manifest_blob(), one("linux/s390x").without_manifest_blob()])
            .nested();
    let archive = open(&set.oci_archive()).unwrap();
    assert_eq!(archive.images.len(), 1);
    let gaps: Vec<_> = archive.gaps.iter().map(|gap| (gap.kind, gap.message.as_str())).collect();
    assert!(gaps.contains(&(GapKind::Missing, "linux/arm64: the manifest is not in the archive")), "{gaps:?}");
    assert!(gaps.contains(&(GapKind::Missing, "linux/s390x: the manifest is not in the archive")), "{gaps:?}");
}

#[test]
fn a_digest_listed_twice_is_one_image_with_all_its_names() {
    let set = images([one("linux/amd64").name("a:1").name("b:2")]);
    let again = descriptor("application/vnd.oci.image.manifest.v1+json", &one("linux/amd64").manifest_bytes());
    let archive = open(&set.index_entry(again).oci_archive()).unwrap();
    assert_eq!(archive.images.len(), 1);
    assert_eq!(archive.images[0].names, ["a:1", "b:2"]);
}

#[test]
fn attestations_are_kept_apart_and_say_what_they_are_about() {
    let set = images([one("linux/amd64").attestation("https://slsa.dev/provenance/v0.2", json!({"builder": {"id": "b"}}))]);
    for (archive, read) in
        [(open(&set.clone().nested().oci_archive()).unwrap(), false), (open_stream(&set.hybrid(), 512).0.unwrap(), true)]
    {
        let [image] = archive.images.as_slice() else { panic!("{}", describe(&archive)) };
        let [artifact] = archive.artifacts.as_slice() else { panic!("{}", describe(&archive)) };
        assert_eq!((artifact.kind, artifact.subject), (ArtifactKind::Attestation, image.manifest_digest()));
        assert_eq!(archive.about(image).count(), 1);
        assert_eq!(artifact.blobs[0].annotations["in-toto.io/predicate-type"], "https://slsa.dev/provenance/v0.2");
        let blob = archive.blob(&artifact.blobs[0].digest.unwrap()).unwrap();
        assert!(blob.location.is_here());
        if read {
            let statement: Value = serde_json::from_slice(&blob.bytes.unwrap()).unwrap();
            assert_eq!(statement["predicate"]["builder"]["id"], "b");
        }
    }
}

/// A layout with one image and an artifact manifest beside it.
fn with_artifact(manifest: &Value, entry: impl FnOnce(&mut Value)) -> porthole_oci::archive::Archive {
    let bytes = manifest.to_string().into_bytes();
    let mut listed = descriptor("application/vnd.oci.image.manifest.v1+json", &bytes);
    entry(&mut listed);
    open(&images([one("linux/amd64").name("x:1")]).index_entry(listed).blob(bytes).blob(*b"{}").oci_archive()).unwrap()
}

#[test]
fn artifacts_are_never_taken_for_images() {
    let subject = one("linux/amd64").manifest_digest();
    let tag = format!("sha256-{}", subject.hex());
    let blob = |media_type: &str| descriptor(media_type, b"{}");
    let plain = |config: &str, layer: &str| json!({"schemaVersion": 2, "config": blob(config), "layers": [blob(layer)]});
    let about = |mut manifest: Value| {
        manifest["subject"] =
            json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": subject.to_string(), "size": 1});
        manifest
    };
    let image_config = "application/vnd.oci.image.config.v1+json";
    let cosign = plain(image_config, "application/vnd.dev.cosign.simplesigning.v1+json");
    let named = |name: String| move |entry: &mut Value| entry["annotations"] = json!({"org.opencontainers.image.ref.name": name});
    let untouched = |_: &mut Value| {};

    let chart = with_artifact(
        &plain("application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
        untouched,
    );
    let wasm = with_artifact(&plain("application/vnd.wasm.config.v0+json", "application/wasm"), untouched);
    let empty = with_artifact(&plain("application/vnd.oci.empty.v1+json", "application/x"), untouched);
    let oras = with_artifact(
        &json!({"mediaType": "application/vnd.oci.artifact.manifest.v1+json", "artifactType": "a/b", "blobs": []}),
        untouched,
    );
    for (archive, kind) in [&chart, &wasm, &empty, &oras].map(|archive| (archive, ArtifactKind::Other)) {
        assert_eq!((archive.images.len(), archive.artifacts[0].kind), (1, kind), "{}", describe(archive));
        assert_eq!(archive.artifacts[0].subject, None);
    }
    assert_eq!(chart.artifacts[0].artifact_type, "application/vnd.cncf.helm.config.v1+json");

    for (archive, kind) in [
        (with_artifact(&cosign, named(format!("{tag}.sig"))), ArtifactKind::CosignSignature),
        (with_artifact(&cosign, named(format!("ghcr.io/o/x:{tag}.att"))), ArtifactKind::CosignAttestation),
        (with_artifact(&cosign, named(format!("{tag}.sbom"))), ArtifactKind::CosignSbom),
        (with_artifact(&about(cosign.clone()), untouched), ArtifactKind::CosignSignature),
        (
            with_artifact(&about(plain("application/vnd.oci.empty.v1+json", "application/spdx+json")), untouched),
            ArtifactKind::Referrer,
        ),
        (with_artifact(&about(plain(image_config, "application/vnd.oci.image.layer.v1.tar")), untouched), ArtifactKind::Referrer),
    ] {
        let [image] = archive.images.as_slice() else { panic!("{}", describe(&archive)) };
        assert_eq!((archive.artifacts[0].kind, archive.artifacts[0].subject), (kind, Some(subject)));
        assert_eq!(archive.about(image).count(), 1);
    }
}

#[test]
fn unknown_media_types_are_no_error() {
    let odd = app("x").media_type("application/vnd.example.layer");
    let archive = open(&image().layer(odd).oci_archive()).unwrap();
    assert!(archive.images[0].gaps.is_empty());
    assert_eq!(archive.images[0].layers[0].media_type.as_deref(), Some("application/vnd.example.layer"));

    let unknown = json!({"mediaType": "application/vnd.example", "digest": Digest::sha256(b"[1]").to_string(), "size": 3});
    let archive = open(&images([one("linux/amd64")]).index_entry(unknown).blob(*b"[1]").oci_archive()).unwrap();
    assert_eq!(archive.images.len(), 1);
    assert!(archive.gaps[0].message.contains("not a manifest"), "{}", describe(&archive));
}

#[test]
fn docker_media_types_and_lists_are_read() {
    let bytes = String::from_utf8(one("linux/amd64").manifest_bytes()).unwrap();
    let manifest = bytes
        .replace("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
        .replace("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json")
        .replace("application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.docker.image.rootfs.diff.tar.gzip");
    let mut entry = descriptor("application/vnd.docker.distribution.manifest.v2+json", manifest.as_bytes());
    entry["platform"] = json!({"os": "linux", "architecture": "amd64"});
    let list =
        json!({"mediaType": "application/vnd.docker.distribution.manifest.list.v2+json", "manifests": [entry]}).to_string();
    let listed = descriptor("application/vnd.docker.distribution.manifest.list.v2+json", list.as_bytes());
    let set = images([one("linux/amd64")]).index_entry(listed).blob(list).blob(manifest.clone());
    let archive = open(&set.oci_archive()).unwrap();
    assert_eq!(archive.images.len(), 2);
    assert_eq!(archive.images[1].manifest_digest(), Some(Digest::sha256(manifest.as_bytes())));
    assert!(archive.images[1].gaps.is_empty());
}

#[test]
fn layers_that_are_not_distributed_are_listed_with_their_address() {
    let image = image().layer(app("base").foreign("https://example.org/base")).layer(app("top"));
    for bytes in [image.oci_archive(), image.hybrid()] {
        let archive = open(&bytes).unwrap();
        let found = &archive.images[0];
        assert_eq!(found.layers[0].location, Location::Foreign { urls: vec!["https://example.org/base".to_owned()] });
        assert!(found.layers[1].location.is_here());
        assert_eq!(
            found.gaps.iter().map(|gap| gap.message.as_str()).collect::<Vec<_>>(),
            ["layer 0 is not distributed with the image"]
        );
    }
}

#[test]
fn encrypted_layers_are_told() {
    let locked = app("x").media_type("application/vnd.oci.image.layer.v1.tar+gzip+encrypted");
    let archive = open(&image().layer(locked).oci_archive()).unwrap();
    assert_eq!(
        (archive.images[0].gaps[0].kind, archive.images[0].gaps[0].message.as_str()),
        (GapKind::Unsupported, "layer 0 is encrypted")
    );
}

#[test]
fn blobs_that_do_not_match_their_digest_are_told_and_used() {
    let set = images([one("linux/amd64")]);
    let mut files = set.layout();
    let manifest = format!("blobs/sha256/{}", one("linux/amd64").manifest_digest().hex());
    for (name, bytes) in &mut files {
        if *name == manifest {
            bytes.push(b'\n');
        }
    }
    let archive = open_folder(&files).unwrap();
    assert!(archive.images[0].gaps.iter().any(|gap| gap.message.starts_with("the manifest does not match its digest")));
    assert_eq!(archive.images[0].layers.len(), 1);

    // A layer is only seen to be another one when it is read.
    let layer_name = format!("blobs/sha256/{}", app("linux/amd64").digest().hex());
    let other = layer().file("app", "other").gzip().blob();
    let (_, summary) = read_layer(&other, 64);
    assert_ne!(summary.digest.unwrap().hex(), layer_name.rsplit('/').next().unwrap());
}

#[test]
fn sizes_that_do_not_fit_are_told() {
    let set = images([one("linux/amd64")]);
    let mut files = set.layout();
    let layer_name = format!("blobs/sha256/{}", app("linux/amd64").digest().hex());
    files.iter_mut().find(|(name, _)| *name == layer_name).unwrap().1.pop();
    let archive = open(&outer_tar(&files)).unwrap();
    assert!(archive.images[0].gaps[0].message.contains("layer 0 should have"), "{}", describe(&archive));
}

#[test]
fn indexes_in_a_circle_and_deep_ones_come_to_an_end() {
    // A digest cannot be made to fit, so the circle is one of wrong digests; following it must end all the same.
    let hex = "1".repeat(64);
    let index =
        json!({"manifests": [{"digest": format!("sha256:{hex}"), "mediaType": "application/vnd.oci.image.index.v1+json"}]})
            .to_string();
    let mut files = images([one("linux/amd64")]).layout();
    files.push((format!("blobs/sha256/{hex}"), index.clone().into_bytes()));
    *files.iter_mut().find(|(name, _)| name == "index.json").unwrap() = ("index.json".into(), index.into_bytes());
    let error = open(&outer_tar(&files)).unwrap_err();
    assert!(matches!(error, Error::NotAnImage { .. }));

    let mut set = images([one("linux/amd64")]);
    let mut entry = json!({"digest": format!("sha256:{hex}"), "mediaType": "application/vnd.oci.image.manifest.v1+json"});
    for _ in 0..40 {
        // Every index lists the next one twice.
        let index = json!({"manifests": [entry, entry]}).to_string().into_bytes();
        entry = descriptor("application/vnd.oci.image.index.v1+json", &index);
        set = set.blob(index);
    }
    let archive = open(&set.index_entry(entry).oci_archive()).unwrap();
    assert_eq!(archive.images.len(), 1);
    assert!(archive.gaps.iter().any(|gap| gap.kind == GapKind::OverBudget), "{}", describe(&archive));
}

#[test]
fn folders_of_one_manifest_are_read() {
    // `skopeo copy … dir:`
    let image = one("linux/amd64");
    let files = [
        ("version".to_owned(), b"Directory Transport Version: 1.1\n".to_vec()),
        ("manifest.json".to_owned(), image.manifest_bytes()),
        (image.config_digest().hex(), image.config_bytes()),
        (app("linux/amd64").digest().hex(), app("linux/amd64").blob()),
    ];
    for archive in [open_folder(&files).unwrap(), open(&outer_tar(&files)).unwrap()] {
        assert_eq!(archive.kind, ArchiveKind::Directory);
        assert_eq!(archive.images[0].manifest_digest(), Some(image.manifest_digest()));
        assert!(archive.images[0].layers[0].location.is_here());
        assert!(archive.images[0].gaps.is_empty());
    }
}

#[test]
fn manifests_of_the_first_schema_are_named() {
    let manifest = br#"{"schemaVersion":1,"fsLayers":[]}"#;
    let entry = descriptor("application/vnd.docker.distribution.manifest.v1+prettyjws", manifest);
    let archive = open(&images([one("linux/amd64")]).index_entry(entry).blob(*manifest).oci_archive()).unwrap();
    assert_eq!(archive.gaps[0].kind, GapKind::Unsupported);
    assert!(archive.gaps[0].message.contains("schema 1"));
}

#[test]
fn the_platform_of_an_index_fills_what_the_configuration_leaves_out() {
    let silent = one("linux/arm64").config(|config| {
        config["os"] = json!(null);
        config["architecture"] = json!(null);
    });
    let mut entry = descriptor("application/vnd.oci.image.manifest.v1+json", &silent.manifest_bytes());
    entry["platform"] = json!({"os": "windows", "architecture": "amd64", "os.version": "10.0.17763"});
    let set = images([silent.clone().without_platform()]);
    let mut files = set.layout();
    *files.iter_mut().find(|(name, _)| name == "index.json").unwrap() =
        ("index.json".into(), json!({"manifests": [entry]}).to_string().into_bytes());
    let archive = open(&outer_tar(&files)).unwrap();
    assert_eq!(archive.images[0].platform.to_string(), "windows/amd64 (10.0.17763)");
    assert_eq!(open(&set.oci_archive()).unwrap().images[0].platform, Platform::default());
}
