//! What must be on the machine before anything can be built or tested. Every room here is idempotent: it looks first,
//! checks versions rather than mere presence, and a second call costs next to nothing.

pub(crate) mod apt;
pub(crate) mod cargo_tool;
pub(crate) mod chromium;
pub(crate) mod debian_std;
pub(crate) mod images;
pub(crate) mod node;
pub(crate) mod npm;
pub(crate) mod python;
pub(crate) mod reference;
pub(crate) mod registry;
pub(crate) mod version;
pub(crate) mod wasm_opt;
pub(crate) mod wasm_toolchain;
