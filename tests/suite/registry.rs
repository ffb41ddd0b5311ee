//! Pulls from a registry in memory: every step of the dance, and every way to be refused.

use porthole_oci::archive::{ArtifactKind, Location};
use porthole_oci::registry::{Error, Method, Pull, PullOptions, Pulled, Resolve};
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

#[test]
fn a_tag_is_resolved_by_its_head_alone() {
    let registry = Registry { token: Some(("https://auth.example/token", "t0ken")), ..Registry::of(&two_platforms()) };
    let reference = Reference::parse(&format!("{HOST}/app:v1")).expect("reference");
    let mut resolve = Resolve::new(reference.clone(), false).expect("url");
    while let Some(request) = resolve.wants() {
        let (head, body) = registry.answer(&request);
        // Nothing but a token comes in a body.
        let is_head = request.method == Method::Head;
        assert_eq!(is_head, request.url.host == HOST);
        resolve.push(&head, if is_head { &[] } else { &body }).expect("resolved");
    }
    let (pinned, session) = resolve.finish();
    let asked = registry.seen.borrow().len();
    let pulled = registry.pull(Pull::within(session, reference, PullOptions::default())).expect("pull");
    assert_eq!(pinned, Some(pulled.pinned.clone()));
    assert_eq!(registry.seen.borrow().len(), asked + 3, "the token goes along");
    // A digest needs no answer.
    let resolved = Resolve::new(pulled.pinned.clone(), false).expect("url");
    assert!(resolved.wants().is_none());
    assert_eq!(resolved.finish().0, Some(pulled.pinned));
}

#[test]
fn what_is_attached_and_cannot_be_read_is_a_gap() {
    let gaps_of = |registry: &Registry| -> Vec<String> {
        let pulled = pull_with(registry, PullOptions { attached: true, ..PullOptions::default() }).expect("pull");
        pulled.image.gaps.iter().map(|gap| gap.message.clone()).collect()
    };
    let with =
        |part, status| Registry { instead: vec![(part, status, Vec::new(), Vec::new())], ..Registry::of(&two_platforms()) };
    assert_eq!(gaps_of(&Registry::of(&two_platforms())), Vec::<String>::new(), "what was never there is none");
    // Registries from before version 1.1 of the specification do not know the address.
    for status in [400, 404, 405, 501] {
        assert_eq!(gaps_of(&with("/referrers/", status)), Vec::<String>::new(), "{status}");
    }
    let told = gaps_of(&with("/referrers/", 503));
    let said = "what is attached to the image was not read whole: registry.example: answered 503 for referrers of app";
    assert!(told.iter().all(|gap| gap == said) && !told.is_empty(), "{told:?}");
    let told = gaps_of(&with(".sig", 403));
    assert!(told.iter().all(|gap| gap.contains("access to signatures of app is denied")) && !told.is_empty(), "{told:?}");

    // The connection breaks at everything that is optional.
    let registry = Registry::of(&two_platforms());
    let reference = Reference::parse(&format!("{HOST}/app:v1")).expect("reference");
    let mut pull = Pull::new(reference, PullOptions { attached: true, ..PullOptions::default() }).expect("url");
    for _ in 0..3 {
        let (head, body) = registry.answer(&pull.wants().expect("request"));
        pull.push(&head, &body).expect("index, manifest, configuration");
    }
    while pull.wants().is_some() {
        pull.failed("nobody listens").expect("it is optional");
    }
    let gaps = pull.finish().expect("an image").image.gaps;
    assert!(
        gaps.iter().any(|gap| gap.message.ends_with("no answer to the request for signatures of app: nobody listens")),
        "{gaps:?}"
    );
    let mut pull = Pull::new(Reference::parse(&format!("{HOST}/app")).expect("reference"), PullOptions::default()).expect("url");
    let error = pull.failed("nobody listens").expect_err("there is no image without its manifest");
    assert_eq!(
        error.to_string(),
        "registry.example: no answer to the request for manifest of registry.example/app:latest: nobody listens"
    );
}

#[test]
fn referrers_are_read_page_by_page_and_to_an_end() {
    let subject = Registry::of(&images([image().layer(layer().file("a", "a"))]));
    let manifest = pull(&subject).expect("pull").image.manifest_digest().expect("digest");
    let attached = |number: usize| {
        json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": format!("application/vnd.example.{number}"),
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": Digest::sha256(b"{}").to_string(), "size": 2},
            "layers": [], "subject": {"mediaType": MANIFEST, "digest": manifest.to_string(), "size": 1},
        })
        .to_string()
        .into_bytes()
    };
    let page = |numbers: &[usize]| {
        let entry =
            |number: &usize| json!({"mediaType": MANIFEST, "digest": Digest::sha256(&attached(*number)).to_string(), "size": 1});
        json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": numbers.iter().map(entry).collect::<Vec<_>>()})
            .to_string()
            .into_bytes()
    };
    let mut registry = subject;
    for number in 0..3 {
        registry = registry.tag(&format!("attached-{number}"), attached(number));
    }
    let link = |target: &str| vec![("Link", format!("<{target}>; rel=\"next\""))];
    registry.instead = vec![
        ("page=3", 200, Vec::new(), page(&[2])),
        ("page=2", 200, link("?page=3"), page(&[1])),
        ("/referrers/", 200, link(&format!("/v2/app/referrers/{manifest}?page=2")), page(&[0])),
    ];
    let options = || PullOptions { attached: true, ..PullOptions::default() };
    let pulled = pull_with(&registry, options()).expect("pull");
    assert_eq!(pulled.artifacts.len(), 3);
    assert_eq!(pulled.image.gaps, []);

    // A next page on another host is not asked for, and one that never ends is ended.
    registry.instead = vec![("/referrers/", 200, link("https://elsewhere.example/page"), page(&[0]))];
    let pulled = pull_with(&registry, options()).expect("pull");
    assert!(pulled.image.gaps.iter().any(|gap| gap.message.ends_with("the next page is on another host")));
    assert!(registry.seen.borrow().iter().all(|request| request.url.host == HOST));
    registry.seen.borrow_mut().clear();
    registry.instead = vec![("/referrers/", 200, link("?page=1"), page(&[0]))];
    let pulled = pull_with(&registry, options()).expect("pull");
    assert!(pulled.image.gaps.iter().any(|gap| gap.message.contains("pages of referrers: the rest is not looked at")));
    assert!(registry.seen.borrow().len() < 40);
}

#[test]
fn a_document_that_is_two_things_at_once_is_not_read() {
    let good = Registry::of(&images([image().layer(layer().file("a", "a"))]));
    let body = good.answer(&probe()).1;
    let refused = |content_type: &str, change: &dyn Fn(&mut Value)| {
        let mut value: Value = serde_json::from_slice(&body).expect("json");
        change(&mut value);
        let headers = vec![("Content-Type", content_type.to_owned())];
        let registry = Registry {
            instead: vec![("/manifests/v1", 200, headers, value.to_string().into_bytes())],
            ..Registry::of(&images([image().layer(layer().file("a", "a"))]))
        };
        pull(&registry).map(drop).map_err(|error| error.to_string())
    };
    // What a general-purpose server calls it does not matter.
    for fine in [INDEX, "application/json", "application/octet-stream", "text/plain; charset=utf-8"] {
        assert_eq!(refused(fine, &|value| value["mediaType"] = json!(INDEX)), Ok(()), "{fine}");
    }
    for (content_type, change, said) in [
        (
            MANIFEST,
            json!({"mediaType": INDEX}),
            "is served as application/vnd.oci.image.manifest.v1+json and says it is application/vnd.oci.image.index.v1+json",
        ),
        (INDEX, json!({"mediaType": INDEX, "layers": []}), "it is a manifest and an index at once"),
        (INDEX, json!({"schemaVersion": 1}), "it is of Docker's schema 1"),
        ("TEXT/HTML; charset=utf-8", json!({}), "a web page came instead"),
    ] {
        let told = refused(content_type, &|value| {
            for (key, new) in change.as_object().expect("an object") {
                value[key] = new.clone();
            }
        });
        assert!(told.as_ref().is_err_and(|told| told.contains(said)), "{said}: {told:?}");
    }
}

#[test]
fn nobody_out_there_sends_into_the_network_that_asks() {
    for location in [
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://router.lan/",
    ] {
        let headers = vec![("Location", location.to_owned())];
        let registry = Registry { instead: vec![("/blobs/", 307, headers, Vec::new())], ..Registry::of(&two_platforms()) };
        let told = refusal(&registry);
        assert!(told.ends_with(", which is inside the network that asks"), "{told}");
        let headers = vec![("WWW-Authenticate", format!("Bearer realm=\"{location}\""))];
        let registry = Registry { instead: vec![("/manifests/", 401, headers, Vec::new())], ..Registry::of(&two_platforms()) };
        let told = refusal(&registry);
        assert!(told.ends_with(", which is inside the network that asks"), "{told}");
    }
}
