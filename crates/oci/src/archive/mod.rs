//! Image archives: what `docker save`, `podman save`, `skopeo`, `buildah`, `crane`, kaniko and bazel write, as tar or folder.
//!
//! [`Reader`] reads by ranges where the input allows it, [`StreamReader`] reads one forward stream; both end in the same
//! [`Archive`]. Follows image-spec `image-layout.md` and Docker's image specification 1.2. Must not know: layer contents.
//! Proof: `tests/suite/archive.rs`.

pub(crate) mod artifact;
mod choose;
mod docker;
mod layout;
mod legacy;
mod model;
mod reader;
mod resolve;
mod sniff;
mod store;
mod stream;

pub use artifact::{Artifact, ArtifactKind};
pub use choose::{Choice, PlatformWanted};
pub use model::{Archive, ArchiveKind, Blob, Check, Document, Gap, GapKind, ImageSource, LayerSource, Location};
pub use reader::{Reader, Want};
pub(crate) use resolve::image as assemble;
pub use sniff::{InputKind, SNIFF_LEN, sniff};
pub use stream::{StreamReader, StreamSink};
