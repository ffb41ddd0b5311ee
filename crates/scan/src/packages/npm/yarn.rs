//! `yarn.lock`: Yarn 1's own format, and the YAML of Yarn 2 and later ("berry").

use super::super::syntax::{Step, text, yaml};
use super::{declared, parsed, split_at_version};
use crate::facts::Parsed;

pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let text = text(bytes);
    if text.lines().any(|line| line.trim_end() == "__metadata:") { berry(&text) } else { classic(&text) }
}

/// `"name@range", "name@range":` lines, each followed by indented fields.
fn classic(text: &str) -> Parsed {
    let mut packages = Vec::new();
    let mut name = None;
    for line in text.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if !line.starts_with([' ', '\t']) {
            // The first of the ranges will do: all of them are for the same package.
            let first = line.split(',').next().unwrap_or_default().trim().trim_end_matches(':').trim_matches('"');
            name = first.get(1..).and_then(|rest| rest.find('@')).map(|at| {
                let (name, range) = first.split_at(at + 1);
                let alias = range.strip_prefix("@npm:").filter(|target| !target.is_empty());
                // `alias@npm:real@^1`: what is fetched is the real one.
                let real = alias.map(|target| split_at_version(target).map_or(target, |(real, _)| real));
                real.unwrap_or(name).to_owned()
            });
        } else if let Some(version) = line.strip_prefix("  version ")
            && let Some(name) = name.take()
        {
            packages.extend(declared(&name, version.trim().trim_matches('"')));
        }
    }
    parsed(packages, Ok(()))
}

fn berry(text: &str) -> Parsed {
    let mut packages = Vec::new();
    let (mut version, mut resolution) = (String::new(), String::new());
    let read = yaml(text, &mut |path, step| match (path, step) {
        ([_, "version"], Step::Text(text)) => version = text.to_owned(),
        ([_, "resolution"], Step::Text(text)) => resolution = text.to_owned(),
        ([_], Step::End) => {
            let (version, resolution) = (std::mem::take(&mut version), std::mem::take(&mut resolution));
            // A locator: `name@protocol:reference`; workspaces are the project's own.
            let Some(at) = resolution.get(1..).and_then(|rest| rest.find('@')) else { return };
            let (name, reference) = resolution.split_at(at + 1);
            if !["@workspace:", "@link:", "@portal:"].iter().any(|own| reference.starts_with(own)) {
                packages.extend(declared(name, &version));
            }
        }
        _ => {}
    });
    parsed(packages, read)
}
