//! Ruby gems: installed ones by RubyGems' `specifications/*.gemspec`, declared ones by Bundler's `Gemfile.lock`.
//!
//! An installed gemspec is Ruby that RubyGems itself wrote (`Gem::Specification#to_ruby`), one assignment a line; it is
//! read as lines, never run. Gemspecs elsewhere are sources of gems. Proof: tests here.

use porthole_oci::layer::{Entry, ImagePath};

use super::language::{MAX_FILE, declared, file_name, folder, is_name, is_version, lossy, malformed, parsed};
use super::syntax::text;
use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Ruby;

/// Folder of a gem home (`…/gems/3.1.0`) that this gemspec is installed in.
fn gem_home(path: &[u8]) -> Option<&[u8]> {
    let specifications = folder(path);
    // Gems that come with Ruby stand in a folder of their own.
    let specifications = if file_name(specifications) == b"default" { folder(specifications) } else { specifications };
    (file_name(specifications) == b"specifications").then(|| folder(specifications))
}

impl Cataloger for Ruby {
    fn id(&self) -> &'static str {
        "ruby"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let wanted = match entry.path.name() {
            b"Gemfile.lock" | b"gems.locked" => true,
            name => name.ends_with(b".gemspec") && gem_home(entry.path.as_bytes()).is_some(),
        };
        if wanted { Interest::Whole { max: MAX_FILE } } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        match gem_home(path.as_bytes()) {
            Some(home) => gemspec(path.as_bytes(), home, &text(bytes)),
            None => lock(&text(bytes)),
        }
    }
}

fn gemspec(path: &[u8], home: &[u8], text: &str) -> Parsed {
    let (mut name, mut version, mut licenses) = ("", "", Vec::new());
    for line in text.lines() {
        let line = line.trim();
        // `s.name = "rake".freeze`; the receiver's name is up to the writer.
        let Some((left, right)) = line.split_once('=') else { continue };
        let Some((_, field)) = left.trim().rsplit_once('.') else { continue };
        let mut quoted = right.split('"').skip(1).step_by(2);
        match field {
            "name" => name = quoted.next().unwrap_or_default(),
            "version" => version = quoted.next().unwrap_or_default(),
            "license" | "licenses" => licenses = quoted.map(str::to_owned).collect(),
            _ => {}
        }
    }
    if !is_name(name) || !is_version(version) {
        return malformed("gemspec without a name and a version");
    }
    // `gems/NAME-VERSION[-PLATFORM]`, as the gemspec itself is named.
    let stem = file_name(path).strip_suffix(b".gemspec").unwrap_or_default();
    let gem = [home, b"/gems/", stem].concat();
    let package = PackageFact {
        licenses,
        key: lossy(path).into_owned(),
        owned_folders: vec![gem],
        ..PackageFact::new("gem", name, version)
    };
    parsed(vec![package], Ok(()))
}

/// `    name (version)` lines below `specs:` of each source; platform-specific ones have the platform behind the version.
fn lock(text: &str) -> Parsed {
    let mut packages = Vec::new();
    let (mut in_specs, mut is_path) = (false, false);
    for line in text.lines() {
        if !line.starts_with(' ') {
            in_specs = false;
            // Gems below a path are the project itself.
            is_path = line.trim_end() == "PATH";
        } else if line.trim_end() == "  specs:" {
            in_specs = !is_path;
        } else if let Some(spec) = line.strip_prefix("    ").filter(|spec| in_specs && !spec.starts_with(' ')) {
            let Some((name, rest)) = spec.trim_end().split_once(" (") else { continue };
            let Some(version) = rest.strip_suffix(')') else { continue };
            let version = version.split_once('-').map_or(version, |(version, _)| version);
            if is_name(name) && is_version(version) {
                packages.push(declared("gem", name, version));
            }
        }
    }
    parsed(packages, Ok(()))
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, read, survives_damage, wants};
    use super::*;

    const GEMSPEC: &str = "# -*- encoding: utf-8 -*-\n# stub: nokogiri 1.15.0 x86_64-linux lib\n\nGem::Specification.new do |s|\n  s.name = \"nokogiri\".freeze\n  \
        s.version = \"1.15.0\"\n  s.platform = \"x86_64-linux\".freeze\n  s.licenses = [\"MIT\".freeze, \"Apache-2.0\".freeze]\n  \
        s.add_runtime_dependency(%q<racc>.freeze, [\"~> 1.4\"])\nend\n";
    const LOCK: &str = "PATH\n  remote: .\n  specs:\n    own (0.1.0)\n      rails\n\nGIT\n  remote: https://h/x\n  revision: 00\n  specs:\n    x (2.0)\n\n\
        GEM\n  remote: https://h/\n  specs:\n    nokogiri (1.15.0-x86_64-linux)\n      racc (~> 1.4)\n    racc (1.7.1)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  rails (= 7.0)\n";

    #[test]
    fn gemspecs_in_a_gem_home_are_installed() {
        let path = "usr/lib/ruby/gems/3.1.0/specifications/nokogiri-1.15.0-x86_64-linux.gemspec";
        assert_eq!(found(&Ruby, path, GEMSPEC), [r#"gem nokogiri@1.15.0 installed ["MIT", "Apache-2.0"]"#]);
        let parsed = read(&Ruby, path, GEMSPEC.as_bytes());
        assert_eq!(parsed.packages[0].owned_folders, [b"usr/lib/ruby/gems/3.1.0/gems/nokogiri-1.15.0-x86_64-linux".to_vec()]);
        assert!(wants(&Ruby, "usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec"));
        assert!(!wants(&Ruby, "usr/lib/ruby/gems/3.1.0/gems/nokogiri-1.15.0/nokogiri.gemspec"));
        assert_eq!(read(&Ruby, path, b"Gem::Specification.new\n").gaps.len(), 1);
    }

    #[test]
    fn locked_gems_are_declared_but_for_the_projects_own() {
        let expected = ["gem nokogiri@1.15.0 declared", "gem racc@1.7.1 declared", "gem x@2.0 declared"];
        assert_eq!(found(&Ruby, "srv/Gemfile.lock", LOCK), expected);
        assert_eq!(found(&Ruby, "srv/gems.locked", LOCK), expected);
    }

    #[test]
    fn damage_is_survived() {
        survives_damage(&Ruby, "g/specifications/a-1.gemspec", GEMSPEC.as_bytes());
        survives_damage(&Ruby, "Gemfile.lock", LOCK.as_bytes());
    }
}
