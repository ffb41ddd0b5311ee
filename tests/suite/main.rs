//! One binary for all suites: a module a subject.

mod archive_damage;
mod archive_docker;
mod archive_oci;
mod codec;
mod dependencies;
mod layer;
mod overlay;
mod packages_lang;
mod packages_os;
mod real_archives;
mod reference;
mod registry;
mod tar_reader;
mod secrets;
mod sbom;
