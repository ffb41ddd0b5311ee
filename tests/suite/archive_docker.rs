//! Archives with `manifest.json` or `repositories`: what `docker save` and its relatives write.

use porthole_oci::Digest;
use porthole_oci::archive::{ArchiveKind, Check, GapKind, Location};
use porthole_tests::image::{Layer, gzip, image, images, layer, outer_tar, zstd};
use porthole_tests::open::{bytes_at, describe, open, open_folder, open_stream, read_layer};
use serde_json::{Value, json};

fn passwd() -> Layer {
    layer().dir("etc").file("etc/passwd", "root:x:0:0::/root:/bin/sh\n")
}

fn motd() -> Layer {
    layer().file("etc/motd", "hello\n")
}

#[test]
fn docker_archives_follow_the_manifest_not_the_order_of_files() {
    let image = image().layer(passwd()).layer(motd()).name("app:v1").name("app:latest");
    let mut files = images([image.clone()]).docker_files();
    files.reverse();
    let bytes = outer_tar(&files);
    let archive = open(&bytes).unwrap();
    assert_eq!(archive.kind, ArchiveKind::DockerArchive);
    let found = &archive.images[0];
    assert_eq!(found.names, ["app:latest", "app:v1"]);
    assert_eq!(found.config_digest(), Some(image.config_digest()));
    assert_eq!(found.config_document.as_ref().unwrap().check, Check::Verified);
    let diff_ids: Vec<_> = found.layers.iter().map(|layer| layer.diff_id.unwrap()).collect();
    assert_eq!(diff_ids, [passwd().diff_id(), motd().diff_id()]);
    for layer in &found.layers {
        assert_eq!(Digest::sha256(bytes_at(&bytes, &layer.location).unwrap()), layer.diff_id.unwrap());
    }
    assert_eq!(found.history_layers, [Some(0), Some(1)]);
    assert!(found.gaps.is_empty() && archive.gaps.is_empty());
}

#[test]
fn archives_with_repositories_only_follow_parents() {
    let archive = open(&image().layer(passwd()).layer(motd()).name("old:v1").name("old:v2").legacy()).unwrap();
    assert_eq!(archive.kind, ArchiveKind::DockerLegacy);
    let [found] = archive.images.as_slice() else { panic!("one image, two names: {}", describe(&archive)) };
    assert_eq!(found.names, ["old:v1", "old:v2"]);
    assert_eq!(found.platform.to_string(), "linux/amd64");
    assert_eq!(found.config.run.cmd, ["/bin/sh"]);
    assert_eq!(found.layers.len(), 2);
    let steps: Vec<_> = found.config.history.iter().map(|step| step.created_by.clone().unwrap()).collect();
    assert_eq!(steps, ["/bin/sh -c step 0", "/bin/sh -c step 1"]);
    assert_eq!(found.config_digest(), None, "ids of that time are no digests");
}

#[test]
fn parents_in_a_circle_are_told() {
    let files = ["a", "b"].map(|id| {
        let parent = if id == "a" { "b" } else { "a" };
        (format!("{id}/json"), json!({"id": id, "parent": parent}).to_string().into_bytes())
    });
    let mut files = files.to_vec();
    files.push(("repositories".into(), br#"{"x": {"y": "a"}}"#.to_vec()));
    let archive = open(&outer_tar(&files)).unwrap();
    assert!(describe(&archive).contains("layers are each other's parent"), "{}", describe(&archive));
}

/// `docker save` of one image, its second layer's file being what `link` makes of it.
fn linked(link: impl Fn(Layer, &str) -> Layer) -> Vec<u8> {
    let image = image().layer(passwd()).layer(passwd());
    let config = image.config_bytes();
    let name = format!("{}.json", image.config_digest().hex());
    let manifest = json!([{"Config": name, "RepoTags": ["l:1"], "Layers": ["aa/layer.tar", "bb/layer.tar"]}]);
    let tar = layer().file("aa/layer.tar", passwd().tar()).dir("bb");
    link(tar, "bb/layer.tar").file(&name, config).file("manifest.json", manifest.to_string()).tar()
}

#[test]
fn layers_that_are_links_to_other_layers_are_found() {
    for bytes in
        [linked(|tar, name| tar.symlink(name, "../aa/layer.tar")), linked(|tar, name| tar.hardlink(name, "aa/layer.tar"))]
    {
        let archive = open(&bytes).unwrap();
        let layers = &archive.images[0].layers;
        assert_eq!(layers[0].location, layers[1].location);
        assert!(layers[1].location.is_here());
        assert!(archive.images[0].gaps.is_empty());

        let (archive, streamed) = open_stream(&bytes, 1000);
        let archive = archive.unwrap();
        let Location::Streamed { name } = &archive.images[0].layers[1].location else { panic!() };
        assert_eq!(streamed.blobs[name], passwd().tar());
    }
}

#[test]
fn links_in_a_circle_are_told_and_the_rest_is_read() {
    let archive = open(&linked(|tar, name| tar.symlink(name, "layer.tar"))).unwrap();
    let found = &archive.images[0];
    assert!(found.layers[0].location.is_here());
    assert_eq!(found.layers[1].location, Location::Missing);
    assert!(found.gaps.iter().any(|gap| gap.message.contains("links in a circle")), "{:?}", found.gaps);
}

#[test]
fn a_layer_that_is_not_there_is_named_and_the_rest_is_read() {
    let archive = open(&image().layer(passwd()).layer(motd().missing()).docker_archive()).unwrap();
    let found = &archive.images[0];
    assert!(found.layers[0].location.is_here());
    assert_eq!(found.layers[1].location, Location::Missing);
    assert_eq!(found.layers[1].diff_id, Some(motd().diff_id()));
    let [gap] = found.gaps.as_slice() else { panic!("{:?}", found.gaps) };
    assert_eq!((gap.kind, gap.message.as_str()), (GapKind::Missing, "layer 1 is not in the archive"));
    assert_eq!(gap.name, motd().diff_id().to_string());
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let mut files = images([image().layer(passwd())]).docker_files();
    files.retain(|(name, _)| !name.ends_with(".json") || name == "manifest.json");
    let archive = open(&outer_tar(&files)).unwrap();
    assert_eq!(archive.images[0].gaps[0].kind, GapKind::Missing);
    assert!(archive.images[0].layers[0].location.is_here());
}

#[test]
fn a_configuration_with_other_bytes_than_its_name_states_is_told_and_used() {
    let image = image().layer(passwd());
    let mut files = images([image.clone()]).docker_files();
    for (name, bytes) in &mut files {
        if *name == format!("{}.json", image.config_digest().hex()) {
            bytes.push(b' ');
        }
    }
    let archive = open(&outer_tar(&files)).unwrap();
    let found = &archive.images[0];
    assert!(
        matches!(found.config_document.as_ref().unwrap().check, Check::Mismatch { expected, .. } if expected == image.config_digest())
    );
    assert!(found.gaps.iter().any(|gap| gap.message.starts_with("the configuration does not match its digest")));
    assert_eq!(found.platform.to_string(), "linux/amd64");
}

#[test]
fn images_of_one_archive_share_layers() {
    let archive = images([image().layer(passwd()).name("a:1"), image().layer(passwd()).layer(motd()).name("b:1")]);
    for bytes in [archive.docker_archive(), archive.hybrid(), archive.oci_archive()] {
        let archive = open(&bytes).unwrap();
        assert_eq!(archive.images.len(), 2, "{}", describe(&archive));
        assert_eq!(archive.images[0].layers[0].location, archive.images[1].layers[0].location);
        assert_eq!(archive.images[0].layers[0].diff_id, archive.images[1].layers[0].diff_id);
    }
}

#[test]
fn layers_are_compressed_as_their_bytes_say() {
    // kaniko names plain layers `.tar.gz`, others put gzip into `layer.tar`.
    for (blob, compression) in [(passwd(), "none"), (passwd().gzip(), "gzip"), (passwd().zstd(), "zstd")] {
        let bytes = image().layer(blob.media_type("application/x-anything")).docker_archive();
        let archive = open(&bytes).unwrap();
        let blob = bytes_at(&bytes, &archive.images[0].layers[0].location).unwrap();
        let (seen, summary) = read_layer(blob, 100);
        assert_eq!(summary.compression.name(), compression);
        assert_eq!(summary.diff_id, archive.images[0].layers[0].diff_id);
        assert_eq!(seen.content("etc/passwd").unwrap(), b"root:x:0:0::/root:/bin/sh\n");
    }
}

#[test]
fn kaniko_and_crane_names_are_understood() {
    let image = image().layer(passwd().gzip());
    let blob = passwd().gzip().blob();
    let (config, hex) = (format!("sha256:{}", image.config_digest().hex()), Digest::sha256(&blob).hex());
    let manifest = json!([{"Config": config, "RepoTags": ["k:1"], "Layers": [format!("{hex}.tar.gz")]}]);
    let files = [
        (config, image.config_bytes()),
        (format!("{hex}.tar.gz"), blob),
        ("manifest.json".into(), manifest.to_string().into_bytes()),
    ];
    let archive = open(&outer_tar(&files)).unwrap();
    assert_eq!(archive.images[0].config_digest(), Some(image.config_digest()));
    assert_eq!(archive.images[0].layers[0].digest.unwrap().hex(), hex);
    assert!(archive.images[0].gaps.is_empty());
}

#[test]
fn podman_archives_name_layers_by_digest_and_link_the_old_names() {
    let image = image().layer(passwd()).layer(motd());
    let config = format!("{}.json", image.config_digest().hex());
    let mut tar = layer();
    let mut paths = Vec::new();
    for (at, layer) in image.layers().iter().enumerate() {
        let path = format!("{}.tar", layer.diff_id().hex());
        tar = tar.file(&path, layer.tar()).symlink(format!("{at:064}/layer.tar"), format!("../{path}"));
        paths.push(path);
    }
    // The manifest names the files; archives of older versions name the links.
    for layers in [paths, vec![format!("{:064}/layer.tar", 0), format!("{:064}/layer.tar", 1)]] {
        let manifest = json!([{"Config": config, "RepoTags": ["localhost/p:1"], "Layers": layers}]);
        let bytes = tar.clone().file(&config, image.config_bytes()).file("manifest.json", manifest.to_string()).tar();
        let archive = open(&bytes).unwrap();
        let found = &archive.images[0];
        assert_eq!(
            found.layers.iter().map(|layer| layer.digest.unwrap()).collect::<Vec<_>>(),
            [passwd().diff_id(), motd().diff_id()]
        );
        assert!(found.gaps.is_empty());
    }
}

#[test]
fn a_list_of_manifests_that_is_null_leaves_the_other_entry_point() {
    let mut files = images([image().layer(passwd()).name("h:1")]).hybrid_files();
    for (name, bytes) in &mut files {
        if name == "index.json" {
            *bytes = br#"{"schemaVersion":2,"manifests":null}"#.to_vec();
        }
    }
    let archive = open(&outer_tar(&files)).unwrap();
    assert_eq!(archive.kind, ArchiveKind::Hybrid);
    let layer = &archive.images[0].layers[0];
    assert_eq!(layer.media_type.as_deref(), Some("application/vnd.oci.image.layer.v1.tar"));
    assert_eq!(layer.digest, Some(passwd().digest()));
    assert_eq!(archive.images[0].names, ["h:1"]);
}

#[test]
fn hybrid_archives_hold_each_image_once() {
    let bytes = images([image().layer(passwd()).name("h:1"), image().layer(motd().gzip()).name("h:2")]).hybrid();
    let archive = open(&bytes).unwrap();
    assert_eq!(archive.images.len(), 2, "{}", describe(&archive));
    assert!(archive.images.iter().all(|image| image.manifest_digest().is_some() && image.gaps.is_empty()));
    assert!(archive.gaps.is_empty());
}

#[test]
fn entry_points_that_disagree_are_told() {
    let image = image().layer(passwd()).name("h:1");
    let mut files = images([image.clone()]).hybrid_files();
    files.push(("other/layer.tar".into(), motd().tar()));
    for (name, bytes) in &mut files {
        if name == "manifest.json" {
            let mut manifest: Value = serde_json::from_slice(bytes).unwrap();
            manifest[0]["Layers"] = json!(["other/layer.tar"]);
            *bytes = manifest.to_string().into_bytes();
        }
    }
    let archive = open(&outer_tar(&files)).unwrap();
    let found = &archive.images[0];
    assert_eq!(archive.images.len(), 1);
    assert_eq!(found.layers[0].digest, Some(passwd().digest()));
    assert!(found.gaps.iter().any(|gap| gap.message.contains("name different files for layer 0")), "{:?}", found.gaps);
}

#[test]
fn an_image_that_only_one_entry_point_names_is_there() {
    let (one, two) = (image().layer(passwd()).name("h:1"), image().layer(motd()).name("h:2"));
    let mut files = images([one.clone(), two.clone()]).hybrid_files();
    let index = images([one]).layout().into_iter().find(|(name, _)| name == "index.json").unwrap();
    *files.iter_mut().find(|(name, _)| name == "index.json").unwrap() = index;
    let archive = open(&outer_tar(&files)).unwrap();
    let names: Vec<_> = archive.images.iter().map(|image| image.names.join(" ")).collect();
    assert_eq!(names, ["h:1", "h:2"]);
}

#[test]
fn history_that_does_not_fit_the_layers_is_left_unmapped() {
    let history = |history: Value| {
        let archive = open(&image().layer(passwd()).layer(motd()).history(history).docker_archive()).unwrap();
        archive.images[0].history_layers.clone()
    };
    // bazel writes entries without commands; some tools forget the flag, others write no history at all.
    let mapped = json!([{}, {"created_by": "ENV A=b", "empty_layer": true}, {"created": "1970-01-01T00:00:00Z"}]);
    assert_eq!(history(mapped), [Some(0), None, Some(1)]);
    assert_eq!(history(json!([{"created_by": "one"}])), [None]);
    assert_eq!(history(json!([{"empty_layer": true}, {"empty_layer": true}])), [None, None]);
    assert_eq!(history(json!(null)), []);
}

#[test]
fn more_layers_than_the_configuration_lists_are_told() {
    let config = |config: &mut Value| config["rootfs"] = json!({"type": "layers", "diff_ids": [passwd().diff_id().to_string()]});
    let archive = open(&image().layer(passwd()).layer(motd()).config(config).docker_archive()).unwrap();
    let found = &archive.images[0];
    assert_eq!(found.layers.len(), 2);
    assert!(found.layers.iter().all(|layer| layer.diff_id.is_none()), "which one is meant is unknown");
    assert!(found.gaps[0].message.contains("the configuration lists 1 layers, the manifest 2"));
}

#[test]
fn an_image_without_layers_is_valid() {
    let archive = open(&image().name("scratch:1").docker_archive()).unwrap();
    assert!(archive.images[0].layers.is_empty() && archive.images[0].gaps.is_empty() && archive.images[0].has_content());
}

#[test]
fn fields_that_only_docker_writes_are_read() {
    let archive = open(
        &image()
            .config(|config| {
                config["config"]["Healthcheck"] =
                    json!({"Test": ["CMD-SHELL", "true"], "Interval": 30_000_000_000_u64, "Retries": 3});
                config["config"]["Shell"] = json!(["/bin/bash", "-c"]);
                config["config"]["OnBuild"] = json!(["RUN x"]);
                config["config"]["ExposedPorts"] = json!({"80/tcp": {}, "443/tcp": {}});
                config["config"]["Labels"] = json!({"a": "b", "wrong": 1});
                config["config"]["Volumes"] = json!(null);
                config["config"]["Entrypoint"] = json!("sh");
                config["author"] = json!(5);
            })
            .docker_archive(),
    )
    .unwrap();
    let config = &archive.images[0].config;
    let check = config.run.healthcheck.as_ref().unwrap();
    assert_eq!((check.test.len(), check.interval, check.retries), (2, Some(30_000_000_000), Some(3)));
    assert_eq!((config.run.shell.join(" "), config.run.on_build.join(" ")), ("/bin/bash -c".into(), "RUN x".into()));
    assert_eq!(config.run.exposed_ports, ["443/tcp", "80/tcp"]);
    assert_eq!(config.run.labels.len(), 1);
    assert_eq!((config.run.entrypoint.join(" "), config.author.clone()), ("sh".into(), None));
}

#[test]
fn unpacked_archives_open_as_folders_below_any_name() {
    let image = image().layer(passwd()).name("f:1");
    for prefix in ["", "saved/", "a/b/"] {
        for files in [images([image.clone()]).docker_files(), images([image.clone()]).hybrid_files()] {
            let files: Vec<_> = files.into_iter().map(|(name, bytes)| (format!("{prefix}{name}"), bytes)).collect();
            let archive = open_folder(&files).unwrap();
            let Location::Range { file: Some(file), offset: 0, .. } = &archive.images[0].layers[0].location else { panic!() };
            assert!(file.starts_with(prefix));
            assert!(archive.images[0].gaps.is_empty());
            assert_eq!(describe(&open(&outer_tar(&files)).unwrap()).lines().count(), describe(&archive).lines().count());
        }
    }
}

#[test]
fn archives_compressed_around_the_outside_read_the_same() {
    let plain = images([image().layer(passwd()).name("z:1"), image().layer(motd().gzip()).name("z:2")]).docker_archive();
    let by_ranges = open(&plain).unwrap();
    for bytes in [plain.clone(), gzip(&plain), zstd(&plain)] {
        let whole = open_stream(&bytes, bytes.len());
        let archive = whole.0.as_ref().unwrap();
        assert!(whole.1.cut.is_empty());
        for (streamed, ranged) in archive.images.iter().zip(&by_ranges.images) {
            assert_eq!((&streamed.names, &streamed.config), (&ranged.names, &ranged.config));
            for (streamed, ranged) in streamed.layers.iter().zip(&ranged.layers) {
                let Location::Streamed { name } = &streamed.location else { panic!() };
                assert_eq!(whole.1.blobs[name], bytes_at(&plain, &ranged.location).unwrap());
            }
        }
        let bytewise = open_stream(&bytes, 1);
        assert_eq!((describe(&bytewise.0.unwrap()), bytewise.1), (describe(archive), whole.1.clone()));
    }
}
