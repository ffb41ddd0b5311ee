//! Pulls from a registry in memory: every step of the dance, and every way to be refused.

use porthole_oci::archive::{ArtifactKind, Location};
use porthole_oci::registry::{Error, Pull, PullOptions, Pulled};
use porthole_oci::{Digest, Platform, Reference};
use porthole_tests::image::{Archive, image, images, layer};
use porthole_tests::registry::{HOST, Registry};
use serde_json::{Value, json};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn two_platforms() -> Archive {
    let of = |platform: &str| image().platform(platform).layer(layer().file("etc/arch", platform).gzip());
    images([of("linux/arm64"), of("linux/amd64")])
}

fn pull_with(registry: &Registry, options: PullOptions) -> Result<Pulled, Error> {
    let reference = Reference::parse(&format!("{HOST}/app:v1")).expect("reference");
    registry.pull(Pull::new(reference, options)?)
}

fn pull(registry: &Registry) -> Result<Pulled, Error> {
    pull_with(registry, PullOptions::default())
}

fn refusal(registry: &Registry) -> String {
    pull(registry).map(|_| ()).expect_err("it must be refused").to_string()
}

#[test]
fn an_index_is_followed_to_the_platform() {
    let registry = Registry::of(&two_platforms());
    let pulled = pull(&registry).expect("pull");
    assert_eq!(pulled.image.platform.to_string(), "linux/amd64");
    assert_eq!(pulled.image.names, [format!("{HOST}/app:v1")]);
    assert_eq!(pulled.image.layers.len(), 1);
    assert_eq!(pulled.image.layers[0].location, Location::Remote);
    assert!(pulled.image.layers[0].diff_id.is_some());
    // Index, manifest, configuration: nothing of the other platform is asked for.
    assert_eq!(registry.seen.borrow().len(), 3);

    let wanted = "linux/arm64".parse::<Platform>().ok();
    let pulled = pull_with(&registry, PullOptions { platform: wanted, ..PullOptions::default() }).expect("pull");
    assert_eq!(pulled.image.platform.architecture, "arm64");

    let wanted = "linux/s390x".parse::<Platform>().ok();
    let error = pull_with(&registry, PullOptions { platform: wanted, ..PullOptions::default() }).expect_err("no such platform");
    assert_eq!(error.to_string(), "no image for linux/s390x; there is linux/arm64, linux/amd64");
}

#[test]
fn the_permanent_link_names_what_the_tag_named() {
    let registry = Registry::of(&two_platforms());
    let pulled = pull(&registry).expect("pull");
    let index = pulled.image.parents[0];
    assert_eq!(pulled.pinned.to_string(), format!("{HOST}/app@{index}"));
    let again = registry.pull(Pull::new(pulled.pinned, PullOptions::default()).expect("url")).expect("pull");
    assert_eq!(again.image.manifest_digest(), pulled.image.manifest_digest());
}

#[test]
fn blobs_come_by_redirect_and_the_token_stays_at_home() {
    let registry = Registry {
        token: Some(("https://auth.example/token", "t0ken")),
        blobs_at: Some("cdn.example"),
        ..Registry::of(&two_platforms())
    };
    let pulled = pull(&registry).expect("pull");
    let digest = pulled.image.layers[0].digest.expect("digest");
    let blob = registry.fetch(pulled.session.blob(&digest, 1 << 20, "layer 0".into())).expect("blob");
    assert!(digest.matches(&blob));
    assert_eq!(registry.hosts_with_token(), [HOST]);
    let asked = registry.seen.borrow().iter().filter(|request| request.url.host == "auth.example").count();
    assert_eq!(asked, 1, "one token serves the whole pull");
}

#[test]
fn attached_manifests_are_found_by_api_tag_and_index() {
    let subject = images([image().layer(layer().file("a", "a")).attestation("https://slsa.dev/provenance/v1", json!({}))]);
    let registry = Registry::of(&subject);
    let manifest = pull(&registry).expect("pull").image.manifest_digest().expect("digest");
    let attached = |artifact_type: &str| {
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": artifact_type,
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": Digest::sha256(b"{}").to_string(), "size": 2},
            "layers": [], "subject": {"mediaType": MANIFEST, "digest": manifest.to_string(), "size": 1},
        });
        manifest.to_string().into_bytes()
    };
    let listed = attached("application/vnd.dev.sigstore.bundle.v0.3+json");
    let digest = Digest::sha256(&listed).to_string();
    let index = json!({
        "schemaVersion": 2, "mediaType": INDEX,
        "manifests": [{"mediaType": MANIFEST, "digest": digest, "size": listed.len()}],
    });
    let registry = registry
        .tag("listed", listed)
        .referrers(&manifest.to_string(), index.to_string().into_bytes())
        .tag(&format!("sha256-{}.sig", manifest.hex()), attached("application/vnd.dev.cosign.simplesigning.v1+json"));
    let pulled = pull_with(&registry, PullOptions { attached: true, ..PullOptions::default() }).expect("pull");
    let mut kinds: Vec<ArtifactKind> = pulled.artifacts.iter().map(|artifact| artifact.kind).collect();
    kinds.sort();
    assert_eq!(kinds, [ArtifactKind::Attestation, ArtifactKind::CosignSignature, ArtifactKind::Referrer]);
    assert!(pulled.artifacts.iter().all(|artifact| artifact.subject == Some(manifest)), "{:?}", pulled.artifacts);
}

#[test]
fn refusals_are_told_in_one_sentence() {
    let registry = |part, status, headers: &[(&'static str, &str)], body: &[u8]| Registry {
        instead: vec![(part, status, headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), body.to_vec())],
        ..Registry::of(&two_platforms())
    };
    let home = format!("https://{HOST}/v2/app/manifests/v1");
    type Row<'a> = (&'static str, u16, &'a [(&'static str, &'a str)], &'a [u8], &'a str);
    let table: &[Row<'_>] = &[
        ("/manifests/", 404, &[], b"", "registry.example: no such image: manifest of registry.example/app:v1"),
        ("/manifests/", 429, &[("Retry-After", "60")], b"", "registry.example: too many requests, try again in 60 seconds"),
        ("/manifests/", 429, &[], b"", "registry.example: too many requests"),
        ("/manifests/", 503, &[], b"", "registry.example: answered 503 for manifest of registry.example/app:v1"),
        (
            "/manifests/",
            302,
            &[("Location", home.as_str())],
            b"",
            "registry.example: more than 5 redirects for manifest of registry.example/app:v1",
        ),
        (
            "/manifests/",
            302,
            &[("Location", "http://registry.example/x")],
            b"",
            "registry.example: sends to http://registry.example, which is not encrypted",
        ),
        (
            "/manifests/",
            302,
            &[("Location", "file:///etc/passwd")],
            b"",
            "registry.example: manifest of registry.example/app:v1: sent to what is no usable address: \"file:///etc/passwd\": its scheme is neither https nor http",
        ),
        (
            "/manifests/",
            401,
            &[("WWW-Authenticate", "Bearer realm=\"http://inside.example/token\"")],
            b"",
            "registry.example: sends to http://inside.example, which is not encrypted",
        ),
        (
            "/manifests/",
            401,
            &[("WWW-Authenticate", "Basic realm=\"x\"")],
            b"",
            "registry.example: access to manifest of registry.example/app:v1 is denied: private images are out of scope, or the image does not exist",
        ),
        ("/manifests/v1", 200, &[], b"<html>", "registry.example: manifest: sha256:"),
        (
            "/manifests/v1",
            200,
            &[],
            b"{}",
            "registry.example: manifest: sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a: not a manifest",
        ),
        ("/blobs/", 200, &[], b"{}", "registry.example: configuration does not match its digest: expected sha256:"),
        ("/manifests/sha256", 200, &[], b"{}", "registry.example: manifest does not match its digest: expected sha256:"),
    ];
    for (part, status, headers, body, sentence) in table {
        let told = refusal(&registry(part, *status, headers, body));
        assert!(told.starts_with(sentence), "{told}\n{sentence}");
    }
}

#[test]
fn a_manifest_that_never_ends_is_cut() {
    let registry = Registry {
        instead: vec![("/manifests/v1", 200, Vec::new(), vec![b' '; (4 << 20) + 10])],
        ..Registry::of(&two_platforms())
    };
    assert_eq!(refusal(&registry), "registry.example: manifest of registry.example/app:v1 is longer than 4194304 bytes");
}

#[test]
fn a_token_that_is_refused_is_asked_for_once() {
    let denied = vec![(
        "/manifests/",
        401,
        vec![("WWW-Authenticate", "Bearer realm=\"https://auth.example/token\"".to_owned())],
        Vec::new(),
    )];
    let registry =
        Registry { token: Some(("https://auth.example/token", "x")), instead: denied, ..Registry::of(&two_platforms()) };
    assert!(refusal(&registry).contains("denied"));
    assert_eq!(registry.seen.borrow().len(), 3);
}

#[test]
fn an_index_that_lists_itself_ends() {
    // No index can hold its own digest; a registry can still answer every digest with another index.
    let mut registry = Registry::default();
    let mut below = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []});
    for _ in 0..40 {
        let bytes = below.to_string().into_bytes();
        let entry = json!({"mediaType": INDEX, "digest": Digest::sha256(&bytes).to_string(), "size": bytes.len()});
        registry = registry.tag("v1", bytes);
        below = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]});
    }
    assert_eq!(refusal(&registry), "registry.example: index: indexes nest too deep");
}

#[test]
fn pull_limits_are_read() {
    let mut registry = Registry::of(&two_platforms());
    let index: Value = serde_json::from_slice(&registry.answer(&probe()).1).expect("index");
    let limits = vec![("RateLimit-Limit", "100;w=21600".to_owned()), ("RateLimit-Remaining", "98;w=21600".to_owned())];
    registry.instead = vec![("/manifests/v1", 200, limits, index.to_string().into_bytes())];
    let limit = pull(&registry).expect("pull").rate_limit().expect("limit");
    assert_eq!((limit.limit, limit.remaining, limit.window), (Some(100), 98, Some(21600)));
}

fn probe() -> porthole_oci::registry::Request {
    let reference = Reference::parse(&format!("{HOST}/app:v1")).expect("reference");
    Pull::new(reference, PullOptions::default()).expect("url").wants().expect("request")
}
