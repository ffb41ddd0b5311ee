//! What we look for: one layer at a time into facts, facts into a view, questions into a report.
//!
//! The flow: [`LayerScan`] eats one layer blob and gives [`LayerFacts`]; [`ImageView::fold`] puts the facts of all layers
//! together; [`Analysis`] asks the view everything and holds the report. Hosts import this facade and the report's model.
//!
//! Must not know: files, sockets, threads, JS, the clock.
//!
//! ```
//! use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
//!
//! // A host pushes a layer's blob in any pieces; an empty tar is two blocks of zeros.
//! let mut scan = LayerScan::new(&LayerOptions::default());
//! for piece in [0; 1024].chunks(100) {
//!     scan.push(piece);
//! }
//! let subject = Subject { source: "app.tar".into(), layers: vec![SubjectLayer::default()], ..Subject::default() };
//! let report = Analysis::new(&subject, vec![Some(scan.finish())], &Options::default()).report;
//! assert_eq!(report.layers.len(), 1);
//! assert!(report.packages.is_empty());
//! ```

mod application;
mod base;
mod checks;
mod compare;
mod digests;
mod efficiency;
mod entry_log;
mod extract;
pub mod facts;
mod found_secrets;
mod history;
mod image;
mod inventory;
mod layer;
mod limits;
mod named_limits;
pub mod packages;
mod pipeline;
mod remote;
pub mod sbom;
pub mod secrets;
#[cfg(feature = "signatures")]
pub mod signatures;
mod stream_scan;
mod subject;
pub mod time;
mod told_twice;

pub use compare::compare_files;
pub use digests::{Digests, LayerDigests};
pub use entry_log::{EntryLog, EntryRef};
pub use extract::{Extract, StreamExtract};
pub use facts::{FACTS_VERSION, FactsError, LayerFacts};
pub use image::{ImageView, LayerChanges, Line, Listing, NodeId, Order, State, Tree, TreeChange, TreeRow, Version, VersionId};
pub use inventory::{Inventory, full_name, is_system};
pub use layer::{CAPTURED, LayerOptions, LayerScan, Progress, TarScan};
pub use limits::ScanLimits;
pub use named_limits::{ALL as LIMITS, NamedLimit};
pub use pipeline::{Analysis, Options, matcher, set_vulnerabilities};
/// Advisories: shards and the matcher that a host feeds.
pub use porthole_advisory as advisory;
/// What an image is: the machines that a host drives.
pub use porthole_oci as oci;
pub use remote::attached_sbom;
pub use stream_scan::StreamScan;
pub use subject::{Subject, SubjectLayer};
