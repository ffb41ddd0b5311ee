//! A registry that answers anything at all: whatever it says, a pull ends, and nothing is shown to anybody it is not for.

use porthole_oci::registry::{Head, Place, Pull, PullOptions, Request};
use porthole_oci::{Digest, Reference};
use porthole_tests::image::{image, images, layer};
use porthole_tests::registry::Registry;
use proptest::prelude::*;
use serde_json::json;

const HOME: &str = "registry.example";

/// One answer out of its repertoire.
#[derive(Debug, Clone)]
enum Say {
    /// What a good registry says.
    Good,
    Status(u16),
    Redirect(&'static str),
    Challenge(&'static str),
    Token(String),
    /// A document with the right digest in its header, and whatever in it.
    Document(&'static str, Vec<u8>),
    /// No answer.
    Silence,
}

const PLACES: &[&str] = &[
    "https://registry.example/v2/app/manifests/v1",
    "https://cdn.example/x",
    "http://cdn.example/x",
    "//cdn.example/y",
    "/v2/app/blobs/z",
    "?again",
    "https://169.254.169.254/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "ftp://x/",
    "",
    "https://auth.example/token?x=1",
];

const HEADERS: &[&str] = &[
    "Bearer realm=\"https://auth.example/token\",service=\"s\",scope=\"repository:app:pull\"",
    "Basic realm=\"x\", Bearer realm=\"https://registry.example/token\"",
    "Bearer realm=\"http://auth.example/token\"",
    "Bearer realm=\"https://10.0.0.1/token\"",
    "Bearer realm=\"",
    "Bearer",
    "",
];

fn document() -> impl Strategy<Value = Vec<u8>> {
    let digest = || Digest::sha256(b"somewhere").to_string();
    let descriptor =
        |digest: String| json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": 7});
    let index = json!({"schemaVersion": 2, "manifests": [descriptor(digest()), descriptor(digest())]});
    let manifest = json!({"schemaVersion": 2, "config": descriptor(digest()), "layers": [descriptor(digest())]});
    prop_oneof![
        Just(index.to_string().into_bytes()),
        Just(manifest.to_string().into_bytes()),
        Just(b"{\"token\":\"t0ken\"}".to_vec()),
        Just(b"<html>".to_vec()),
        prop::collection::vec(any::<u8>(), 0..40),
    ]
}

fn say() -> impl Strategy<Value = Say> {
    prop_oneof![
        6 => Just(Say::Good),
        1 => prop::sample::select(&[200u16, 206, 304, 400, 401, 403, 404, 416, 429, 500, 503][..]).prop_map(Say::Status),
        2 => prop::sample::select(PLACES).prop_map(Say::Redirect),
        2 => prop::sample::select(HEADERS).prop_map(Say::Challenge),
        1 => "[a-z\"\\\\\r\n ]{0,6}".prop_map(Say::Token),
        2 => (prop::sample::select(&["application/vnd.oci.image.index.v1+json", "text/html", ""][..]), document())
            .prop_map(|(content_type, body)| Say::Document(content_type, body)),
        1 => Just(Say::Silence),
    ]
}

fn answer(registry: &Registry, request: &Request, say: &Say) -> Option<(Head, Vec<u8>)> {
    let head = |status, headers: &[(&str, &str)]| Head {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    Some(match say {
        Say::Good => registry.answer(request),
        Say::Status(status) => (head(*status, &[]), Vec::new()),
        Say::Redirect(location) => (head(307, &[("Location", location)]), Vec::new()),
        Say::Challenge(challenge) => (head(401, &[("WWW-Authenticate", challenge)]), Vec::new()),
        Say::Token(token) => (head(200, &[]), json!({"token": token}).to_string().into_bytes()),
        Say::Document(content_type, body) => {
            let digest = Digest::sha256(body).to_string();
            let link =
                [("Link", "</v2/app/referrers/x>; rel=next"), ("Docker-Content-Digest", &digest), ("Content-Type", content_type)];
            (head(200, &link), body.clone())
        }
        Say::Silence => return None,
    })
}

/// What may be asked of whom.
fn check(request: &Request) {
    assert!(request.url.tls, "{}: in the clear", request.url);
    assert_eq!(request.url.place(), Place::Public, "{}: not out there", request.url);
    let shown = request.headers.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| value.as_str());
    assert!(shown.is_none() || request.url.origin() == format!("https://{HOME}"), "{}: was shown {shown:?}", request.url);
    let fit = |value: &str| value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    assert!(request.headers.iter().all(|(_, value)| fit(value)), "{:?}: would split a header", request.headers);
    assert!(request.url.to_string().bytes().all(|byte| (0x21..0x7f).contains(&byte)), "{}", request.url);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Oracle: the rules of `check`, for every request that is made, and an end.
    #[test]
    fn a_pull_ends_and_tells_nobody_anything(says in prop::collection::vec(say(), 1..40), attached in any::<bool>()) {
        let registry = Registry {
            token: Some(("https://auth.example/token", "t0ken")),
            blobs_at: Some("cdn.example"),
            ..Registry::of(&images([image().layer(layer().file("a", "a")), image().platform("linux/arm64").layer(layer().file("a", "b"))]))
        };
        let reference = Reference::parse(&format!("{HOME}/app:v1")).expect("reference");
        let mut pull = Pull::new(reference, PullOptions { attached, ..PullOptions::default() }).expect("url");
        let mut asked = 0;
        while let Some(request) = pull.wants() {
            check(&request);
            // After what it has to say, it says it again from the start.
            let say = &says[asked % says.len()];
            asked += 1;
            prop_assert!(asked < 1_000, "it asks without end: {}", request.url);
            let ended = match answer(&registry, &request, say) {
                Some((head, mut body)) => {
                    body.truncate(request.max_body as usize + 1);
                    pull.push(&head, &body)
                }
                None => pull.failed("silence"),
            };
            if ended.is_err() {
                return Ok(());
            }
        }
        prop_assert!(pull.has_image());
        let pulled = pull.finish().expect("an image");
        prop_assert!(pulled.image.manifest_digest().is_some());
    }
}
