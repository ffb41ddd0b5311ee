//! One binary for all suites: a module a subject.

mod dependencies;
mod overlay;
mod packages_lang;
mod packages_os;
mod registry;
