//! One binary for all suites: a module a subject.

mod advisory;
mod advisory_build;
mod advisory_match;
mod advisory_oracle;
mod advisory_shards;
mod advisory_suppress;
mod advisory_versions;
mod archive_damage;
mod archive_docker;
mod archive_laws;
mod archive_oci;
mod checks;
mod codec;
mod dependencies;
mod exports;
mod layer;
mod overlay;
mod packages_lang;
mod packages_os;
mod real_archives;
mod reference;
mod registry;
mod sbom;
mod secrets;
mod signatures;
mod tar_reader;
