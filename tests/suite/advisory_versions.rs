//! Version order against the reference tools: tables that dpkg, rpm, node-semver, packaging, Maven, RubyGems and Composer wrote
//! (`tests/tables/generate.py`), public vectors for the schemes that have no tool to ask, and the laws of order.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use porthole_advisory::version::Scheme;
use proptest::prelude::*;

/// Lines of the form `A < B`; `#` and `//` begin a comment.
fn table(text: &str) -> impl Iterator<Item = (&str, Ordering, &str)> {
    text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("//")).filter_map(|line| {
        let mut parts = line.split(' ');
        let (a, sign, b) = (parts.next()?, parts.next()?, parts.next()?);
        let ordering = match sign {
            "<" => Ordering::Less,
            "=" => Ordering::Equal,
            ">" => Ordering::Greater,
            other => panic!("{other:?} in {line:?}"),
        };
        Some((a, ordering, b))
    })
}

/// Lines that the scheme orders otherwise, and how many lines there were.
fn differences(scheme: Scheme, text: &str) -> (Vec<String>, usize) {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (a, expected, b) in table(text) {
        count += 1;
        for (a, b, expected) in [(a, b, expected), (b, a, expected.reverse())] {
            let found = scheme.compare(a, b);
            if found != Some(expected) {
                wrong.push(format!("{a} {b}: expected {expected:?}, found {found:?}"));
            }
        }
    }
    (wrong, count)
}

#[test]
fn real_versions_are_ordered_as_the_reference_tools_order_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tables");
    for (scheme, at_least) in [
        (Scheme::Dpkg, 4000),
        (Scheme::Rpm, 4000),
        (Scheme::Npm, 3000),
        (Scheme::SemVer, 3000),
        (Scheme::Pep440, 3500),
        (Scheme::Maven, 4000),
        (Scheme::Gem, 3500),
        (Scheme::Packagist, 3500),
        (Scheme::Apk, 55),
        (Scheme::NuGet, 20),
    ] {
        let path = folder.join(format!("versions-{}.txt", scheme.name()));
        let text = std::fs::read_to_string(&path).expect("table");
        let (wrong, count) = differences(scheme, &text);
        assert!(count >= at_least, "{}: {count} lines", scheme.name());
        let sample = wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
        assert!(wrong.is_empty(), "{}: {} of {count} differ\n{sample}", scheme.name(), wrong.len());
    }
}

/// Public vectors, and the lines in which they follow another tool than ours, each with its reason.
const VECTORS: [(&str, Scheme, &[&str]); 12] = [
    // Invalid versions, where apk-tools 2 and 3 disagree with each other.
    ("alpine", Scheme::Apk, &["0.r1 0r2", "0.8.21.r2 0.8.21r2", "1 1-ruff", "1-ruff2 1--ruff1"]),
    ("cran", Scheme::Cran, &[]),
    ("debian", Scheme::Dpkg, &[]),
    ("hackage", Scheme::Cran, &[]),
    // A newer Maven than the reference tool.
    ("maven", Scheme::Maven, &["1-1 1-ga-1"]),
    ("nuget", Scheme::NuGet, &[]),
    // PHP's function alone; Composer brings both to four numbers first.
    ("packagist", Scheme::Packagist, &["1.0.0 1.0", "1.2.3.# 1.2.3.1"]),
    // More numbers than a Semantic Version has.
    ("pub", Scheme::Pub, &["1.1.3.4.5 1.1.3.4.5"]),
    ("pypi", Scheme::Pep440, &[]),
    // rpm itself finds these equal.
    ("redhat", Scheme::Rpm, &["1 1-"]),
    ("rubygems", Scheme::Gem, &[]),
    ("semver", Scheme::SemVer, &["1.1.3.4.5 1.1.3.4.5"]),
];

#[test]
fn public_vectors_hold_but_for_the_lines_that_follow_another_tool() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures/versions");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    let mut wrong = Vec::new();
    for (name, scheme, exceptions) in VECTORS {
        let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).expect("vectors");
        for (a, expected, b) in table(&text) {
            let found = scheme.compare(a, b);
            // PEP 440 has no place for legacy versions, and packaging refuses them.
            let refused = found.is_none() && scheme == Scheme::Pep440;
            let excepted = exceptions.contains(&format!("{a} {b}").as_str());
            if found != Some(expected) && !refused && !excepted {
                wrong.push(format!("{name}: {a} {b}: expected {expected:?}, found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn versions_outside_a_scheme_are_refused_and_still_have_an_order() {
    for (scheme, version) in [
        (Scheme::Npm, "1.2"),
        (Scheme::Npm, "01.2.3"),
        (Scheme::Npm, "99999999999999999.0.0"),
        (Scheme::SemVer, "one"),
        (Scheme::SemVer, "1.2.3-"),
        (Scheme::Pep440, "0.1-bulbasaur"),
        (Scheme::Gem, "v1"),
        (Scheme::NuGet, ""),
    ] {
        assert!(!scheme.is_valid(version), "{} {version}", scheme.name());
        let compared = scheme.order(version, "1.0.0");
        assert!(!compared.exact, "{} {version}", scheme.name());
    }
    for (scheme, version) in
        [(Scheme::Apk, "1.7.5.-r1"), (Scheme::Apk, "8u372_p7-r0"), (Scheme::Rpm, "1.0-1, 1.1-1"), (Scheme::Dpkg, "a b")]
    {
        assert!(!scheme.is_valid(version), "{} {version}", scheme.name());
    }
    // Outside apk's grammar, but their makers mean it.
    assert_eq!(Scheme::Apk.compare("8u372_p7-r0", "8u382_p5-r0"), Some(Ordering::Less));
}

/// Text that looks like versions more often than not.
fn versionish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9]{1,3}",
        3 => Just(".".to_owned()),
        1 => Just("-".to_owned()),
        2 => prop::sample::select(vec!["~", "^", "+", "_", ":", "a", "b1", "rc", "alpha", ".dev", "_p", "-r", "ga", "final", "v", "0", "00"]).prop_map(str::to_owned),
        1 => "[a-zA-Z]{1,3}",
    ];
    let digits = "[0-9]{1,2}(\\.[0-9]{1,2}){0,3}";
    (digits, prop::collection::vec(piece, 0..5)).prop_map(|(head, tail)| head + &tail.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Oracle: the laws of a total preorder.
    #[test]
    fn every_scheme_keeps_the_laws_of_order(a in versionish(), b in versionish(), c in versionish()) {
        for scheme in Scheme::ALL {
            if let Some(equal) = scheme.compare(&a, &a) {
                prop_assert_eq!(equal, Ordering::Equal, "{} {}", scheme.name(), a);
            }
            let (Some(ab), Some(bc), Some(ac)) = (scheme.compare(&a, &b), scheme.compare(&b, &c), scheme.compare(&a, &c)) else { continue };
            prop_assert_eq!(scheme.compare(&b, &a), Some(ab.reverse()), "{} {} {}", scheme.name(), a, b);
            // rpm, Maven and PHP are known to break transitivity on odd inputs, and are followed in that.
            if matches!(scheme, Scheme::Rpm | Scheme::Maven | Scheme::Packagist | Scheme::Apk) {
                continue;
            }
            if ab != Ordering::Greater && bc != Ordering::Greater {
                prop_assert_ne!(ac, Ordering::Greater, "{} {} {} {}", scheme.name(), a, b, c);
            }
        }
    }

    /// Oracle: nothing panics, whatever the text.
    #[test]
    fn any_text_is_survived(a in any::<String>(), b in any::<String>()) {
        for scheme in Scheme::ALL {
            let _ = (scheme.order(&a, &b), scheme.is_valid(&a));
        }
    }
}

/// Oracle: Debian policy's and RPM's own words about `~`, `^` and epochs; real versions keep the laws under every scheme.
#[test]
fn real_versions_are_transitive_under_their_scheme() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tables");
    for scheme in [Scheme::Dpkg, Scheme::Rpm, Scheme::Maven, Scheme::Packagist, Scheme::Gem, Scheme::Pep440] {
        let text = std::fs::read_to_string(folder.join(format!("versions-{}.txt", scheme.name()))).expect("table");
        let mut versions: Vec<&str> = table(&text).map(|(a, ..)| a).step_by(40).collect();
        versions.sort_by(|a, b| scheme.order(a, b).ordering);
        for (i, a) in versions.iter().enumerate() {
            for b in versions.iter().skip(i + 1) {
                assert_ne!(scheme.order(a, b).ordering, Ordering::Greater, "{} {a} {b}", scheme.name());
            }
        }
    }
}
