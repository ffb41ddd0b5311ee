//! One binary for all suites: a module a subject.

mod dependencies;
mod overlay;
mod packages_os;
