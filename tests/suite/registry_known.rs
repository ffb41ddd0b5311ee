//! Every registry of `registry/known.rs` by a scripted exchange: its challenge, its realm, its redirects, as it speaks to strangers.
//!
//! The scripts are the registries' documented or observed answers; only digests and tokens are made up. A row without a script fails.

use porthole_oci::registry::{Answer, Download, End, Error, Head, Pull, PullOptions, Pulled, Request, known};
use porthole_oci::{Digest, Reference};
use porthole_tests::image::{image, layer};

const TOKEN: &str = "a-token-for-strangers";

/// How a registry answers a stranger.
struct Script {
    /// As people write it.
    image: &'static str,
    /// Host and path of the manifest's address.
    manifest_at: &'static str,
    /// The challenge, and the address that it must lead to; none where strangers are served at once.
    challenge: Option<(&'static str, &'static str)>,
    /// Where the manifest is redirected to.
    manifest_from: Option<&'static str>,
    /// Where blobs are redirected to: a prefix before the digest.
    blobs_from: Option<&'static str>,
    /// Whether the redirect of blobs stays on the registry's own host, so that its token goes along.
    own_host: bool,
    /// Further headers of the manifest's answer.
    headers: &'static [(&'static str, &'static str)],
}

const SCRIPT: Script =
    Script { image: "", manifest_at: "", challenge: None, manifest_from: None, blobs_from: None, own_host: false, headers: &[] };

const SCRIPTS: &[Script] = &[
    Script {
        image: "nginx:1.27",
        manifest_at: "registry-1.docker.io/v2/library/nginx/manifests/1.27",
        challenge: Some((
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull""#,
            "auth.docker.io/token?service=registry.docker.io&scope=repository:library/nginx:pull",
        )),
        blobs_from: Some("https://production.cloudflare.docker.com/registry-v2/docker/registry/v2/blobs/"),
        headers: &[
            ("ratelimit-limit", "100;w=21600"),
            ("ratelimit-remaining", "99;w=21600"),
            ("docker-ratelimit-source", "192.0.2.1"),
        ],
        ..SCRIPT
    },
    Script {
        image: "ghcr.io/org/app:1.2",
        manifest_at: "ghcr.io/v2/org/app/manifests/1.2",
        challenge: Some((
            r#"Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:org/app:pull""#,
            "ghcr.io/token?service=ghcr.io&scope=repository:org/app:pull",
        )),
        blobs_from: Some("https://pkg-containers.githubusercontent.com/ghcr1/blobs/"),
        ..SCRIPT
    },
    Script {
        image: "quay.io/prometheus/node-exporter",
        manifest_at: "quay.io/v2/prometheus/node-exporter/manifests/latest",
        challenge: Some((
            r#"Bearer realm="https://quay.io/v2/auth",service="quay.io",scope="repository:prometheus/node-exporter:pull""#,
            "quay.io/v2/auth?service=quay.io&scope=repository:prometheus/node-exporter:pull",
        )),
        blobs_from: Some("https://cdn01.quay.io/quayio-production-s3/sha256/"),
        ..SCRIPT
    },
    Script {
        image: "gcr.io/distroless/static",
        manifest_at: "gcr.io/v2/distroless/static/manifests/latest",
        challenge: Some((
            r#"Bearer realm="https://gcr.io/v2/token",service="gcr.io",scope="repository:distroless/static:pull""#,
            "gcr.io/v2/token?service=gcr.io&scope=repository:distroless/static:pull",
        )),
        blobs_from: Some("/artifacts-downloads/namespaces/distroless/repositories/gcr.io/downloads/"),
        own_host: true,
        ..SCRIPT
    },
    Script {
        image: "mirror.gcr.io/library/busybox:1",
        manifest_at: "mirror.gcr.io/v2/library/busybox/manifests/1",
        blobs_from: Some("https://storage.googleapis.com/mirror/"),
        ..SCRIPT
    },
    Script {
        image: "us-central1-docker.pkg.dev/project/repository/app:v1",
        manifest_at: "us-central1-docker.pkg.dev/v2/project/repository/app/manifests/v1",
        // It names no service and no scope.
        challenge: Some((
            r#"Bearer realm="https://us-central1-docker.pkg.dev/v2/token""#,
            "us-central1-docker.pkg.dev/v2/token?scope=repository:project/repository/app:pull",
        )),
        blobs_from: Some("https://us-central1-docker.pkg.dev/artifacts-downloads/namespaces/project/"),
        own_host: true,
        ..SCRIPT
    },
    Script {
        image: "registry.k8s.io/pause:3.9",
        manifest_at: "registry.k8s.io/v2/pause/manifests/3.9",
        manifest_from: Some("https://us-west1-docker.pkg.dev/v2/k8s-artifacts-prod/images/pause/manifests/3.9"),
        blobs_from: Some("https://prod-registry-k8s-io-us-east-1.s3.dualstack.us-east-1.amazonaws.com/containers/images/"),
        ..SCRIPT
    },
    Script {
        image: "mcr.microsoft.com/dotnet/aspnet:8.0",
        manifest_at: "mcr.microsoft.com/v2/dotnet/aspnet/manifests/8.0",
        blobs_from: Some("https://eastus.data.mcr.microsoft.com/01031d61e1024861afee5d512651eb9f/"),
        ..SCRIPT
    },
    Script {
        image: "team.azurecr.io/app:v1",
        manifest_at: "team.azurecr.io/v2/app/manifests/v1",
        challenge: Some((
            r#"Bearer realm="https://team.azurecr.io/oauth2/token",service="team.azurecr.io",scope="repository:app:pull",error="invalid_token""#,
            "team.azurecr.io/oauth2/token?service=team.azurecr.io&scope=repository:app:pull",
        )),
        blobs_from: Some("https://eusmanaged1.blob.core.windows.net/0123456789abcdef/"),
        ..SCRIPT
    },
    Script {
        image: "public.ecr.aws/docker/library/nginx:1.27",
        manifest_at: "public.ecr.aws/v2/docker/library/nginx/manifests/1.27",
        // Its scope is a word of its own.
        challenge: Some((
            r#"Bearer realm="https://public.ecr.aws/token/",service="public.ecr.aws",scope="aws""#,
            "public.ecr.aws/token/?service=public.ecr.aws&scope=aws",
        )),
        blobs_from: Some("https://d5l0dvt14r5h8.cloudfront.net/docker-images-prod/"),
        ..SCRIPT
    },
    Script {
        image: "registry.gitlab.com/group/project/app:v1",
        manifest_at: "registry.gitlab.com/v2/group/project/app/manifests/v1",
        // Its realm is on another host.
        challenge: Some((
            r#"Bearer realm="https://gitlab.com/jwt/auth",service="container_registry",scope="repository:group/project/app:pull""#,
            "gitlab.com/jwt/auth?service=container_registry&scope=repository:group/project/app:pull",
        )),
        blobs_from: Some("https://cdn.registry.gitlab-static.net/gitlab/docker/registry/v2/blobs/"),
        headers: &[("ratelimit-limit", "2000"), ("ratelimit-remaining", "1999")],
        ..SCRIPT
    },
    Script {
        image: "cgr.dev/chainguard/static",
        manifest_at: "cgr.dev/v2/chainguard/static/manifests/latest",
        challenge: Some((
            r#"Bearer realm="https://cgr.dev/token",service="cgr.dev",scope="repository:chainguard/static:pull""#,
            "cgr.dev/token?service=cgr.dev&scope=repository:chainguard/static:pull",
        )),
        blobs_from: Some("https://0123456789abcdef.r2.cloudflarestorage.com/chainguard-images/"),
        ..SCRIPT
    },
    Script {
        image: "registry.access.redhat.com/ubi9/ubi:9.4",
        manifest_at: "registry.access.redhat.com/v2/ubi9/ubi/manifests/9.4",
        blobs_from: Some("https://cdn01.quay.io/quayio-production-s3/sha256/"),
        ..SCRIPT
    },
    // Any registry of the specification: blobs at its own address, no token.
    Script { image: "registry.example:8443/a/b:c", manifest_at: "registry.example:8443/v2/a/b/manifests/c", ..SCRIPT },
];

/// A registry that follows its script and fails the test where a request does not.
struct Actor {
    script: &'static Script,
    manifest: Vec<u8>,
    blobs: Vec<Vec<u8>>,
    asked: Vec<String>,
}

impl Actor {
    fn new(script: &'static Script) -> Self {
        let archive = porthole_tests::image::images([image().layer(layer().file("etc/hostname", script.image).gzip())]);
        let files: Vec<Vec<u8>> =
            archive.layout().into_iter().filter(|(name, _)| name.starts_with("blobs/")).map(|(_, bytes)| bytes).collect();
        let is_manifest =
            |bytes: &&Vec<u8>| serde_json::from_slice(bytes).is_ok_and(|value: serde_json::Value| value.get("layers").is_some());
        let manifest = files.iter().find(is_manifest).expect("a manifest").clone();
        Self { script, manifest, blobs: files, asked: Vec::new() }
    }

    fn answer(&mut self, request: &Request) -> (Head, Vec<u8>) {
        let url = request.url.to_string();
        let address = url.strip_prefix("https://").expect("nothing is asked in the clear").to_owned();
        let authorization = request.headers.iter().find(|(name, _)| *name == "authorization").map(|(_, value)| value.as_str());
        self.asked.push(address.clone());
        let head = |status: u16, headers: &[(&str, &str)]| Head {
            status,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        };
        let home = self.script.manifest_at.split('/').next().unwrap_or_default();
        if let Some((_, realm)) = self.script.challenge.filter(|(_, realm)| *realm == address) {
            assert_eq!(authorization, None, "{realm}: strangers have nothing to show");
            return (head(200, &[]), format!(r#"{{"token":"{TOKEN}","expires_in":300}}"#).into_bytes());
        }
        let at_home = address.starts_with(&format!("{home}/"));
        match (self.script.challenge, authorization) {
            (Some((challenge, _)), None) if at_home => return (head(401, &[("WWW-Authenticate", challenge)]), Vec::new()),
            (Some(_), shown) if at_home => assert_eq!(shown, Some(format!("Bearer {TOKEN}").as_str()), "{address}"),
            (_, shown) => assert_eq!(shown, None, "{address}: a token goes to its registry alone"),
        }
        if address == self.script.manifest_at {
            if let Some(location) = self.script.manifest_from {
                return (head(307, &[("Location", location)]), Vec::new());
            }
            return (head(200, self.script.headers), self.manifest.clone());
        }
        if Some(url.as_str()) == self.script.manifest_from {
            return (head(200, &[]), self.manifest.clone());
        }
        for bytes in &self.blobs {
            let digest = Digest::sha256(bytes).to_string();
            let address_of_blob =
                format!("{}/blobs/{digest}", self.script.manifest_at.rsplitn(3, '/').nth(2).unwrap_or_default());
            let moved = self.script.blobs_from.map(|prefix| format!("{prefix}{digest}"));
            if address == address_of_blob {
                return match &moved {
                    Some(location) => (head(307, &[("Location", location)]), Vec::new()),
                    None => (head(200, &[]), bytes.clone()),
                };
            }
            if moved.is_some_and(|moved| url.ends_with(&moved)) {
                return (head(200, &[]), bytes.clone());
            }
        }
        panic!("{}: nobody asked for that: {address}", self.script.image);
    }

    fn pull(&mut self) -> Result<Pulled, Error> {
        let reference = Reference::parse(self.script.image).expect("a reference");
        let mut pull = Pull::new(reference, PullOptions::default())?;
        while let Some(request) = pull.wants() {
            let (head, body) = self.answer(&request);
            pull.push(&head, &body)?;
        }
        pull.finish()
    }

    fn download(&mut self, mut download: Download) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        loop {
            let (head, body) = self.answer(&download.request());
            match download.head(&head)? {
                Answer::Again => {}
                Answer::Token => download.token(&body)?,
                Answer::Body => {
                    bytes.extend_from_slice(download.push(&body)?);
                    assert_eq!(download.end()?, End::Whole);
                    return download.finish(Some(Digest::sha256(&bytes))).map(|()| bytes);
                }
            }
        }
    }
}

#[test]
fn every_known_registry_is_pulled_from_as_it_answers_strangers() {
    for script in SCRIPTS {
        let mut actor = Actor::new(script);
        let pulled = actor.pull().unwrap_or_else(|error| panic!("{}: {error}", script.image));
        let layer = pulled.image.layers.first().expect("a layer");
        let download = Download::new(&pulled.session, layer.digest.expect("digest"), layer.size, 1 << 20, "layer 0".into());
        let bytes = actor.download(download).unwrap_or_else(|error| panic!("{}: {error}", script.image));
        assert_eq!(Some(bytes.len() as u64), layer.size);
        if let Some((_, realm)) = script.challenge {
            assert_eq!(actor.asked.iter().filter(|address| *address == realm).count(), 1, "{}: one token will do", script.image);
        }
        let told = script.headers.iter().any(|(name, _)| *name == "ratelimit-remaining");
        assert_eq!(pulled.rate_limit().is_some(), told, "{}", script.image);
        let home = script.manifest_at.split('/').next().unwrap_or_default();
        if let Some(prefix) = script.blobs_from {
            let stays = prefix.starts_with('/') || prefix.starts_with(&format!("https://{home}/"));
            assert_eq!(stays, script.own_host, "{}", script.image);
        }
    }
}

#[test]
fn no_known_registry_is_without_a_script() {
    let scripted = |known: &known::Known| {
        SCRIPTS.iter().any(|script| {
            let registry = Reference::parse(script.image).expect("a reference").registry;
            known::find(&registry) == Some(known)
        })
    };
    let without: Vec<&str> = known::ALL.iter().filter(|known| !scripted(known)).map(|known| known.host).collect();
    assert_eq!(without, Vec::<&str>::new());
}
