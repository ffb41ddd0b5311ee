//! Registries by name, with what is particular to each. To add one, add a row.

/// What is particular to a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Host as people write it in references.
    pub host: &'static str,
    /// Host that answers the API.
    pub api: &'static str,
    /// True when the API counts manifest requests against a pull limit: ask with HEAD first, cache by digest.
    pub counts_pulls: bool,
}

/// Every registry with a particularity; any other conformant registry answers on its own host.
pub const ALL: &[Known] = &[
    Known { host: "docker.io", api: "registry-1.docker.io", counts_pulls: true },
    Known { host: "ghcr.io", api: "ghcr.io", counts_pulls: false },
    Known { host: "quay.io", api: "quay.io", counts_pulls: false },
    Known { host: "gcr.io", api: "gcr.io", counts_pulls: false },
    Known { host: "registry.k8s.io", api: "registry.k8s.io", counts_pulls: false },
    Known { host: "mcr.microsoft.com", api: "mcr.microsoft.com", counts_pulls: false },
    Known { host: "public.ecr.aws", api: "public.ecr.aws", counts_pulls: false },
    Known { host: "registry.gitlab.com", api: "registry.gitlab.com", counts_pulls: false },
    Known { host: "cgr.dev", api: "cgr.dev", counts_pulls: false },
    Known { host: "registry.access.redhat.com", api: "registry.access.redhat.com", counts_pulls: false },
];

/// The host (with port) that answers the API for a reference's registry.
pub fn api_host(registry: &str) -> &str {
    ALL.iter().find(|known| known.host == registry).map_or(registry, |known| known.api)
}

/// True for hosts that are served without TLS by convention: this machine's own.
pub fn is_local(registry: &str) -> bool {
    let host = registry.rsplit_once(':').map_or(registry, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}
