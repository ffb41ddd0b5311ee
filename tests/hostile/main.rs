//! Images that mean harm: a gallery, each piece with what it may cost and the sentence that it gets, and what must stay flat.
//!
//! A test program of its own, since its allocator counts. Proof that nothing in an image can cost more than a [`Limits`] allows, and
//! that every cut is told.
//!
//! [`Limits`]: porthole_oci::Limits

mod archives;
mod case;
mod compression;
mod documents;
mod files;
mod flat;
mod gallery;
mod make;
mod meter;
mod names;
mod overlays;
mod same;
mod tars;
