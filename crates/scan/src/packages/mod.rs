//! Catalogers: one file an ecosystem, found from a stream in one pass.
//!
//! A cataloger is asked twice: does it want this entry ([`Cataloger::interest`]), then here is its content. It never
//! opens anything and knows neither other layers nor the image. Proof: `tests/suite/packages_*.rs`.

// Operating systems and binaries.
pub mod apk;
pub mod binary;
pub mod chisel;
mod deb822;
pub mod dpkg;
pub mod executable;
pub mod go_mod;
pub mod nix;
pub mod opkg;
pub mod os_release;
pub mod pacman;
pub mod portage;
pub mod rpm;
mod window;

// Programming languages.
pub mod beam;
pub mod cargo;
pub mod conda;
pub mod dart;
pub mod dotnet;
pub mod haskell;
pub mod java;
mod language;
pub mod lua;
pub mod npm;
pub mod perl;
pub mod php;
pub mod python;
pub mod r;
pub mod ruby;
pub mod sbom;
pub mod swift;
pub(crate) mod syntax;
pub(crate) mod zip;

use porthole_oci::layer::{Entry, EntryKind, ImagePath};

use crate::facts::Parsed;

/// What a cataloger wants of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// Nothing.
    Skip,
    /// The whole content, handed to [`Cataloger::parse`], when it has at most `max` bytes; a larger file becomes a gap.
    Whole {
        /// Largest size that is kept, bytes.
        max: u64,
    },
    /// The content in pieces, handed to the parser from [`Cataloger::stream`]; for binaries of any size.
    Stream,
}

/// Finds packages of one kind.
pub trait Cataloger: Sync {
    /// Stable id, kebab-case.
    fn id(&self) -> &'static str;

    /// What it wants of this regular file (hard and symbolic links are never asked about).
    fn interest(&self, entry: &Entry) -> Interest;

    /// Reads a whole file. Damage becomes a gap in [`Parsed::gaps`]; what was readable before it is kept.
    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed;

    /// A parser for a streamed file; only called after [`Interest::Stream`].
    fn stream(&self, _entry: &Entry) -> Option<Box<dyn StreamParser>> {
        None
    }
}

/// Reads one file in pieces.
pub trait StreamParser: Send {
    /// The next bytes; any chopping gives the same result.
    fn push(&mut self, bytes: &[u8]);

    /// True when it has seen enough: no more bytes are pushed.
    fn is_done(&self) -> bool {
        false
    }

    /// What the file says.
    fn finish(self: Box<Self>) -> Parsed;
}

/// What every cataloger that wants a regular file of this path reads from its content, by id; the file counts as executable. One
/// file, without an image around it: for tests, and the entry of the fuzz targets.
pub fn read_alone(path: &str, bytes: &[u8]) -> Vec<(&'static str, Parsed)> {
    let size = bytes.len() as u64;
    let entry = Entry {
        path: ImagePath::new(path),
        kind: EntryKind::File,
        size,
        logical_size: size,
        mode: 0o755,
        uid: 0,
        gid: 0,
        mtime: 0,
        link: None,
        offset: 0,
    };
    let read = |cataloger: &dyn Cataloger| match cataloger.interest(&entry) {
        Interest::Whole { max } if size <= max => Some(cataloger.parse(&entry.path, bytes)),
        Interest::Stream => cataloger.stream(&entry).map(|mut parser| {
            // In pieces, as a layer gives it.
            for piece in bytes.chunks(PIECE) {
                if !parser.is_done() {
                    parser.push(piece);
                }
            }
            parser.finish()
        }),
        _ => None,
    };
    ALL.iter().filter_map(|cataloger| Some((cataloger.id(), read(*cataloger)?))).collect()
}

/// Bytes that [`read_alone`] pushes at once: small enough that marks of formats fall on its edges.
const PIECE: usize = 509;

/// Every cataloger. Add a line here to add an ecosystem.
pub const ALL: &[&dyn Cataloger] = &[
    // Programming languages.
    &beam::Beam,
    &cargo::CargoLock,
    &conda::Conda,
    &dart::Dart,
    &dotnet::Dotnet,
    &haskell::Haskell,
    &java::Java,
    &lua::Lua,
    &npm::Npm,
    &perl::Perl,
    &php::Php,
    &python::Python,
    &r::R,
    &ruby::Ruby,
    &sbom::Sbom,
    &swift::Swift,
    // Operating systems and binaries.
    &dpkg::Dpkg,
    &apk::Apk,
    &rpm::Rpm,
    &pacman::Pacman,
    &opkg::Opkg,
    &portage::Portage,
    &chisel::Chisel,
    &executable::Executable,
    &go_mod::GoMod,
    &binary::Binary,
];
