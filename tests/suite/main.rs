//! One binary for all suites: a module a subject.

mod overlay;
mod packages_os;
