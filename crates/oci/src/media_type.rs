//! What a media type says, over the `oci-spec` crate's list and Docker's older names.
//!
//! Unknown media types are never an error (image-spec `image-layout.md`). Compression is told by bytes, not from here.

use oci_spec::image::{MediaType, ToDockerV2S2};

/// The roles that a media type can give to content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A list of manifests.
    Index,
    /// A manifest.
    Manifest,
    /// A manifest of the first schema, which we cannot read.
    Schema1,
    /// The configuration of an image.
    Config,
    /// A layer.
    Layer,
    /// A layer that lies elsewhere.
    ForeignLayer,
    /// A layer nobody can read without its key.
    EncryptedLayer,
    /// An in-toto statement.
    Attestation,
    /// Anything else.
    Unknown,
}

/// Reads a media type; parameters and case do not matter.
pub fn role(media_type: &str) -> Role {
    let plain = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let docker = |known: MediaType| known.to_docker_v2s2().is_ok_and(|name| name == plain);
    match MediaType::from(plain.as_str()) {
        MediaType::ImageIndex => Role::Index,
        MediaType::ImageManifest | MediaType::ArtifactManifest => Role::Manifest,
        MediaType::ImageConfig => Role::Config,
        MediaType::ImageLayer | MediaType::ImageLayerGzip | MediaType::ImageLayerZstd => Role::Layer,
        MediaType::ImageLayerNonDistributable
        | MediaType::ImageLayerNonDistributableGzip
        | MediaType::ImageLayerNonDistributableZstd => Role::ForeignLayer,
        _ if docker(MediaType::ImageIndex) => Role::Index,
        _ if docker(MediaType::ImageManifest) => Role::Manifest,
        _ if docker(MediaType::ImageConfig) => Role::Config,
        _ if plain.starts_with("application/vnd.docker.distribution.manifest.v1+") => Role::Schema1,
        _ if plain.starts_with("application/vnd.docker.image.rootfs.foreign") => Role::ForeignLayer,
        _ if plain.starts_with("application/vnd.oci.image.layer.")
            || plain.starts_with("application/vnd.docker.image.rootfs.") =>
        {
            if plain.ends_with("+encrypted") {
                Role::EncryptedLayer
            } else {
                Role::Layer
            }
        }
        _ if plain == "application/vnd.docker.plugin.v1+json" => Role::Unknown,
        _ if plain.starts_with("application/vnd.in-toto") => Role::Attestation,
        _ => Role::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_of_both_worlds_have_one_role() {
        let table = [
            ("application/vnd.oci.image.index.v1+json", Role::Index),
            ("application/vnd.docker.distribution.manifest.list.v2+json", Role::Index),
            ("application/vnd.oci.image.manifest.v1+json", Role::Manifest),
            ("application/vnd.docker.distribution.manifest.v2+json", Role::Manifest),
            ("application/vnd.docker.distribution.manifest.v1+prettyjws", Role::Schema1),
            ("application/vnd.oci.image.config.v1+json", Role::Config),
            ("application/vnd.docker.container.image.v1+json", Role::Config),
            ("application/vnd.oci.image.layer.v1.tar", Role::Layer),
            ("application/vnd.oci.image.layer.v1.tar+gzip; charset=utf-8", Role::Layer),
            ("application/vnd.docker.image.rootfs.diff.tar.gzip", Role::Layer),
            ("application/vnd.docker.image.rootfs.diff.tar.zstd", Role::Layer),
            ("application/vnd.docker.image.rootfs.diff.tar", Role::Layer),
            ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Role::ForeignLayer),
            ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Role::ForeignLayer),
            ("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", Role::EncryptedLayer),
            ("application/vnd.in-toto+json", Role::Attestation),
            ("application/vnd.cncf.helm.config.v1+json", Role::Unknown),
            ("", Role::Unknown),
        ];
        for (media_type, expected) in table {
            assert_eq!(role(media_type), expected, "{media_type}");
        }
    }
}
