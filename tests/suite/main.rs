//! One binary for all suites: a module a subject.

mod archive_docker;
mod dependencies;
mod overlay;
mod packages_lang;
mod packages_os;
mod registry;
