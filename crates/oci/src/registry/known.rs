//! Registries by name, with what is particular to each. To add one, add a row here and a script to `tests/suite/registry_known.rs`.
//!
//! Any other registry that follows the distribution specification answers on its own host and needs no row.

/// What is particular to a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What people call it.
    pub name: &'static str,
    /// Host as people write it in references; a `*` in front stands for anything.
    pub host: &'static str,
    /// Host that answers the API, where it is another.
    pub api: Option<&'static str>,
    /// Its pages about images, as people copy them from a browser, and the reference that each is about: see [`reference_of_page`].
    pages: &'static [(&'static str, &'static str)],
}

/// Every registry with a particularity, or that is known well enough to have been tried.
pub const ALL: &[Known] = &[
    Known {
        name: "Docker Hub",
        host: "docker.io",
        api: Some("registry-1.docker.io"),
        pages: &[
            ("hub.docker.com/_/{}", "docker.io/library/{}"),
            ("hub.docker.com/r/{}/{}", "docker.io/{}/{}"),
            ("hub.docker.com/repository/docker/{}/{}", "docker.io/{}/{}"),
            ("hub.docker.com/layers/{}/{}/{}", "docker.io/{}/{}:{}"),
        ],
    },
    Known {
        name: "GitHub",
        host: "ghcr.io",
        api: None,
        pages: &[
            ("github.com/{}/{-}/pkgs/container/{}", "ghcr.io/{}/{}"),
            ("github.com/orgs/{}/packages/container/package/{}", "ghcr.io/{}/{}"),
            ("github.com/users/{}/packages/container/package/{}", "ghcr.io/{}/{}"),
        ],
    },
    Known { name: "Quay", host: "quay.io", api: None, pages: &[("quay.io/repository/{}/{}", "quay.io/{}/{}")] },
    Known {
        name: "Google Container Registry",
        host: "gcr.io",
        api: None,
        pages: &[("console.cloud.google.com/gcr/images/{}/{-}/{}", "gcr.io/{}/{}")],
    },
    Known { name: "Google Container Registry", host: "*.gcr.io", api: None, pages: &[] },
    Known { name: "Google Artifact Registry", host: "*-docker.pkg.dev", api: None, pages: &[] },
    Known { name: "Kubernetes", host: "registry.k8s.io", api: None, pages: &[] },
    Known {
        name: "Microsoft",
        host: "mcr.microsoft.com",
        api: None,
        pages: &[
            ("mcr.microsoft.com/product/{*}", "mcr.microsoft.com/{}"),
            ("mcr.microsoft.com/{-}/product/{*}", "mcr.microsoft.com/{}"),
            ("mcr.microsoft.com/artifact/mar/{*}", "mcr.microsoft.com/{}"),
            ("mcr.microsoft.com/{-}/artifact/mar/{*}", "mcr.microsoft.com/{}"),
        ],
    },
    Known { name: "Azure", host: "*.azurecr.io", api: None, pages: &[] },
    Known {
        name: "Amazon ECR Public",
        host: "public.ecr.aws",
        api: None,
        pages: &[("gallery.ecr.aws/{*}", "public.ecr.aws/{}")],
    },
    Known { name: "GitLab", host: "registry.gitlab.com", api: None, pages: &[] },
    Known {
        name: "Chainguard",
        host: "cgr.dev",
        api: None,
        pages: &[("images.chainguard.dev/directory/image/{}", "cgr.dev/chainguard/{}")],
    },
    Known { name: "Red Hat", host: "registry.access.redhat.com", api: None, pages: &[] },
];

/// What is known of a reference's registry.
pub fn find(registry: &str) -> Option<&'static Known> {
    ALL.iter().find(|known| match known.host.strip_prefix('*') {
        Some(end) => registry.strip_suffix(end).is_some_and(|rest| !rest.is_empty()),
        None => known.host == registry,
    })
}

/// The host (with port) that answers the API for a reference's registry.
pub fn api_host(registry: &str) -> &str {
    find(registry).and_then(|known| known.api).unwrap_or(registry)
}

/// True for hosts that are served without TLS by convention: this machine's own.
pub fn is_local(registry: &str) -> bool {
    let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// Words that end the name of an image in a page's address: what follows is a tab of the page.
const TABS: &[&str] = &["about", "tags", "versions", "overview"];

/// The reference that a registry's page is about, its address given without the scheme. Patterns are compared segment by
/// segment: `{}` takes one, `{-}` passes one over, `{*}` takes all up to a tab of the page; what is left over does not matter.
pub(crate) fn reference_of_page(address: &str) -> Option<String> {
    let path = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let mut pages = ALL.iter().flat_map(|known| known.pages);
    let reference = pages.find_map(|(pattern, template)| fill(template, &taken(pattern, path)?))?;
    // What is left must not look like a page again: it gets shorter each time.
    Some(reference_of_page(&reference).unwrap_or(reference))
}

fn taken(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut segments = path.split('/');
    let mut taken = Vec::new();
    for part in pattern.split('/') {
        match part {
            "{}" => taken.push(segments.next().filter(|segment| !segment.is_empty())?.replace("%2F", "/").replace("%2f", "/")),
            "{-}" => drop(segments.next()?),
            "{*}" => {
                let all: Vec<&str> = segments.by_ref().take_while(|segment| !TABS.contains(segment)).collect();
                taken.push(Some(all.join("/")).filter(|all| !all.is_empty())?);
            }
            literal => segments.next().filter(|segment| segment.eq_ignore_ascii_case(literal)).map(drop)?,
        }
    }
    Some(taken)
}

fn fill(template: &str, taken: &[String]) -> Option<String> {
    let mut parts = template.split("{}");
    let mut filled = parts.next()?.to_owned();
    for (part, value) in parts.zip(taken) {
        filled.push_str(value);
        filled.push_str(part);
    }
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_are_known_by_their_hosts() {
        for (host, name) in [
            ("docker.io", Some("Docker Hub")),
            ("eu.gcr.io", Some("Google Container Registry")),
            ("europe-west1-docker.pkg.dev", Some("Google Artifact Registry")),
            ("-docker.pkg.dev", None),
            ("team.azurecr.io", Some("Azure")),
            ("evil-ghcr.io", None),
            ("ghcr.io.evil.example", None),
            ("localhost:5000", None),
        ] {
            assert_eq!(find(host).map(|known| known.name), name, "{host}");
        }
        assert_eq!(api_host("docker.io"), "registry-1.docker.io");
        assert_eq!(api_host("registry.example:5000"), "registry.example:5000");
    }

    #[test]
    fn a_page_is_taken_for_the_image_that_it_is_about() {
        for (address, reference) in [
            ("hub.docker.com/_/nginx", "docker.io/library/nginx"),
            ("hub.docker.com/_/nginx/tags?page=2", "docker.io/library/nginx"),
            ("hub.docker.com/r/bitnami/redis/", "docker.io/bitnami/redis"),
            ("hub.docker.com/layers/library/nginx/1.27/images/sha256-1", "docker.io/library/nginx:1.27"),
            ("github.com/org/repo/pkgs/container/app", "ghcr.io/org/app"),
            ("github.com/orgs/org/packages/container/package/charts%2Fapp", "ghcr.io/org/charts/app"),
            ("quay.io/repository/prometheus/node-exporter?tab=tags", "quay.io/prometheus/node-exporter"),
            ("quay.io/repository/repository/a%2Fb", "quay.io/a/b"),
            ("gallery.ecr.aws/docker/library/nginx", "public.ecr.aws/docker/library/nginx"),
            ("mcr.microsoft.com/en-us/product/dotnet/aspnet/about", "mcr.microsoft.com/dotnet/aspnet"),
            ("mcr.microsoft.com/en-us/artifact/mar/dotnet/aspnet/tags", "mcr.microsoft.com/dotnet/aspnet"),
            ("images.chainguard.dev/directory/image/static/versions", "cgr.dev/chainguard/static"),
            ("console.cloud.google.com/gcr/images/distroless/GLOBAL/static", "gcr.io/distroless/static"),
        ] {
            assert_eq!(reference_of_page(address).as_deref(), Some(reference), "{address}");
        }
        for address in [
            "",
            "/",
            "hub.docker.com",
            "hub.docker.com/_/",
            "hub.docker.com/r/bitnami",
            "gallery.ecr.aws",
            "quay.io/org/app",
            "mcr.microsoft.com/dotnet/aspnet",
            "mcr.microsoft.com/product/about",
            "github.com/org/repo",
        ] {
            assert_eq!(reference_of_page(address), None, "{address}");
        }
    }

    #[test]
    fn every_page_fills_its_reference() {
        for (pattern, template) in ALL.iter().flat_map(|known| known.pages) {
            let takes = pattern.matches("{}").count() + pattern.matches("{*}").count();
            assert_eq!(template.matches("{}").count(), takes, "{pattern}");
        }
    }
}
