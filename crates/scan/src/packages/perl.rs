//! Installed Perl distributions: cpanminus' `.meta/NAME/install.json`, and `perllocal.pod` with `.packlist`, which
//! ExtUtils::Install appends to and writes for every client. Modules of Perl itself come with the runtime. Proof: tests
//! here.

use porthole_oci::layer::{Entry, ImagePath};

use super::language::{MAX_FILE, file_name, folder, is_below, is_name, is_version, lossy, parsed};
use super::syntax::{Step, json, text};
use super::{Cataloger, Interest};
use crate::facts::{Attachment, PackageFact, Parsed};

/// The cataloger.
pub struct Perl;

impl Cataloger for Perl {
    fn id(&self) -> &'static str {
        "perl"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let path = entry.path.as_bytes();
        let wanted = match file_name(path) {
            b"install.json" => is_below(path, b".meta"),
            b".packlist" => module(path).is_some(),
            b"perllocal.pod" => true,
            _ => false,
        };
        if wanted { Interest::Whole { max: MAX_FILE } } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        match path.name() {
            b"install.json" => install(bytes),
            b".packlist" => packlist(path.as_bytes(), bytes),
            _ => perllocal(bytes),
        }
    }
}

/// The module that a `.packlist` is about: `auto/Foo/Bar/.packlist` is `Foo::Bar`'s.
fn module(path: &[u8]) -> Option<String> {
    let home = lossy(folder(path)).into_owned();
    let (_, module) = home.rsplit_once("/auto/")?;
    Some(module.replace('/', "::"))
}

/// A distribution as CPAN names it (`Foo-Bar`); attachments find it by its main module.
fn distribution(name: &str, module: &str, version: &str) -> Option<PackageFact> {
    (is_name(name) && is_version(version))
        .then(|| PackageFact { key: module.to_owned(), ..PackageFact::new("cpan", name, version) })
}

fn install(bytes: &[u8]) -> Parsed {
    let (mut dist, mut module, mut version, mut author) = (String::new(), String::new(), String::new(), String::new());
    let read = json(bytes, &mut |path, step| {
        if let ([field], Step::Text(text)) = (path, step) {
            match *field {
                "dist" => dist = text.to_owned(),
                "name" => module = text.to_owned(),
                "version" => version = text.to_owned(),
                // `A/AU/AUTHOR/Foo-Bar-1.0.tar.gz`
                "pathname" => author = text.rsplit('/').nth(1).unwrap_or_default().to_owned(),
                _ => {}
            }
        }
    });
    let name = dist.strip_suffix(version.as_str()).and_then(|rest| rest.strip_suffix('-')).unwrap_or(&dist);
    let package = distribution(name, &module, &version).map(|package| PackageFact { namespace: author, ..package });
    parsed(package.into_iter().collect(), read)
}

/// `=head2 …: C<Module> L<Foo::Bar|Foo::Bar>` followed by `C<VERSION: 1.0>` items. The last entry of a module stands.
fn perllocal(bytes: &[u8]) -> Parsed {
    let text = text(bytes);
    let mut packages: Vec<PackageFact> = Vec::new();
    let mut module = "";
    for line in text.lines() {
        if line.starts_with("=head2") {
            module = line.rsplit_once("L<").and_then(|(_, rest)| rest.split(['|', '>']).next()).unwrap_or_default();
        } else if let Some(version) = line.trim().strip_prefix("C<VERSION: ").and_then(|rest| rest.strip_suffix('>')) {
            let name = module.replace("::", "-");
            packages.retain(|package| package.name != name);
            packages.extend(distribution(&name, module, version));
        }
    }
    parsed(packages, Ok(()))
}

/// One absolute path a line; some have attributes behind a blank.
fn packlist(path: &[u8], bytes: &[u8]) -> Parsed {
    let Some(key) = module(path) else { return Parsed::default() };
    let text = text(bytes);
    let owned = text
        .lines()
        .map(|line| line.split_once(" type=").map_or(line, |(path, _)| path))
        .filter(|line| line.starts_with('/'))
        .map(|line| ImagePath::new(line).as_bytes().to_vec())
        .collect();
    Parsed { attachments: vec![Attachment { key, owned, ..Attachment::default() }], ..Parsed::default() }
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, read, survives_damage, wants};
    use super::*;

    const INSTALL: &str = r#"{"name":"Foo::Bar","version":"1.02","dist":"Foo-Bar-1.02","pathname":"A/AU/AUTHOR/Foo-Bar-1.02.tar.gz","provides":{"Foo::Bar":{"version":"9"}}}"#;
    const PERLLOCAL: &str = "=head2 Tue Jan  1 00:00:00 2030: C<Module> L<Foo::Bar|Foo::Bar>\n\n=over 4\n\n=item *\n\nC<installed into: /usr/local>\n\n=item *\n\nC<VERSION: 1.01>\n\n=back\n\n\
        =head2 Wed Jan  2 00:00:00 2030: C<Module> L<Foo::Bar|Foo::Bar>\n\n=item *\n\nC<VERSION: 1.02>\n";

    #[test]
    fn installed_distributions_are_found_by_both_records() {
        assert_eq!(
            found(&Perl, "usr/local/lib/perl5/x/.meta/Foo-Bar-1.02/install.json", INSTALL),
            ["cpan AUTHOR/Foo-Bar@1.02 installed"]
        );
        assert_eq!(found(&Perl, "usr/local/lib/perl5/perllocal.pod", PERLLOCAL), ["cpan Foo-Bar@1.02 installed"]);
        assert!(!wants(&Perl, "srv/install.json"));
    }

    #[test]
    fn packing_lists_are_attached_to_the_module() {
        let parsed = read(
            &Perl,
            "usr/local/lib/perl5/x/auto/Foo/Bar/.packlist",
            b"/usr/local/man/x.3\n/usr/local/lib/Foo/Bar.pm type=file\n",
        );
        assert_eq!(parsed.attachments[0].key, "Foo::Bar");
        assert_eq!(parsed.attachments[0].owned, [b"usr/local/man/x.3".to_vec(), b"usr/local/lib/Foo/Bar.pm".to_vec()]);
    }

    #[test]
    fn damage_is_survived() {
        survives_damage(&Perl, ".meta/x/install.json", INSTALL.as_bytes());
        survives_damage(&Perl, "perllocal.pod", PERLLOCAL.as_bytes());
        survives_damage(&Perl, "x/auto/Foo/.packlist", b"/a type=x\n/b\n");
    }
}
