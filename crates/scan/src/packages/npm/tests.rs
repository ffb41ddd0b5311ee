use super::super::language::testing::{found, read, survives_damage, wants};
use super::*;

#[test]
fn a_manifest_counts_by_where_it_lies() {
    let text = r#"{"name":"@s/a","version":"1.2.3","license":"MIT"}"#;
    let table = [
        ("srv/app/node_modules/@s/a/package.json", "installed"),
        ("node_modules/@s/a/package.json", "installed"),
        ("srv/node_modules/b/node_modules/@s/a/package.json", "installed"),
        ("srv/node_modules/.pnpm/@s+a@1.2.3/node_modules/@s/a/package.json", "installed"),
        ("usr/share/nodejs/@s/a/package.json", "installed"),
        ("usr/lib/node_modules/npm/node_modules/@s/a/package.json", "installed"),
        ("srv/node_modules/next/dist/compiled/a/package.json", "embedded"),
        ("usr/share/nodejs/b/dist/a/package.json", "embedded"),
        ("srv/app/package.json", "declared"),
        ("srv/not_node_modules/a/package.json", "declared"),
        ("package.json", "declared"),
    ];
    for (path, evidence) in table {
        assert_eq!(found(&Npm, path, text), [format!(r#"npm @s/a@1.2.3 {evidence} ["MIT"]"#)], "{path}");
    }
    let parsed = read(&Npm, "srv/node_modules/@s/a/package.json", text.as_bytes());
    assert_eq!(parsed.packages[0].owned_folders, [b"srv/node_modules/@s/a".to_vec()]);
    let parsed = read(&Npm, "srv/app/package.json", text.as_bytes());
    assert!(parsed.packages[0].owned_folders.is_empty(), "the project's own files are the application");
}

#[test]
fn manifests_that_are_no_packages_are_passed_over() {
    for text in [
        r#"{"type":"module"}"#,
        r#"{"name":"a"}"#,
        r#"{"version":"1.0.0"}"#,
        r#"{"name":"{{name}}","version":"1.0.0"}"#,
        r#"{"name":"a","version":"{{version}}"}"#,
        r#"{"name":"a/b/c","version":"1"}"#,
        r#"{"name":{"x":"a"},"version":["1"]}"#,
        r#"[1]"#,
    ] {
        assert!(found(&Npm, "srv/node_modules/a/esm/package.json", text).is_empty(), "{text}");
    }
}

#[test]
fn licences_are_read_in_every_historic_spelling() {
    let table = [
        (r#""license":"(MIT OR Apache-2.0)""#, r#"["(MIT OR Apache-2.0)"]"#),
        (r#""license":{"type":"MIT","url":"u"}"#, r#"["MIT"]"#),
        (r#""licenses":[{"type":"MIT"},{"type":"BSD"}]"#, r#"["MIT", "BSD"]"#),
        (r#""licenses":["MIT"]"#, r#"["MIT"]"#),
    ];
    for (field, licenses) in table {
        let text = format!(r#"{{"name":"a","version":"1.0.0",{field}}}"#);
        assert_eq!(found(&Npm, "node_modules/a/package.json", &text), [format!("npm a@1.0.0 installed {licenses}")]);
    }
}

#[test]
fn a_damaged_manifest_is_a_gap_where_a_package_should_be() {
    let parsed = read(&Npm, "node_modules/a/package.json", br#"{"name":"a","version":"1.0.0","#);
    assert_eq!(parsed.packages.len(), 1, "what stood before the damage is kept");
    assert!(parsed.gaps[0].message.starts_with("bad json"), "{:?}", parsed.gaps);
    assert!(read(&Npm, "node_modules/a/test/fixtures/package.json", b"{").gaps.is_empty());
}

const LOCK_1: &str = r#"{"name":"app","version":"1.0.0","lockfileVersion":1,"requires":true,"dependencies":{
  "a":{"version":"1.0.0","requires":{"version":"2.0.0"},"dependencies":{"@s/b":{"version":"2.0.0"}}},
  "alias":{"version":"npm:@s/real@3.0.0"},"git":{"version":"git+ssh://git@h/x.git#0123"},"file":{"version":"file:../x"}}}"#;
const LOCK_2: &str = r#"{"lockfileVersion":2,"packages":{"":{"name":"app","version":"1.0.0"},
  "node_modules/a":{"version":"1.0.0","license":"MIT","engines":{"node":"1"}},
  "node_modules/a/node_modules/@s/b":{"version":"2.0.0"},
  "node_modules/alias":{"name":"real","version":"3.0.0"},
  "node_modules/w":{"resolved":"packages/w","link":true},"packages/w":{"version":"9.0.0"}},
  "dependencies":{"a":{"version":"1.0.0"},"old":{"version":"0.1.0"}}}"#;

#[test]
fn npm_locks_are_read_in_all_versions() {
    assert_eq!(
        found(&Npm, "srv/package-lock.json", LOCK_1),
        ["npm a@1.0.0 declared", "npm @s/b@2.0.0 declared", "npm @s/real@3.0.0 declared"]
    );
    assert_eq!(
        found(&Npm, "srv/npm-shrinkwrap.json", LOCK_2),
        [r#"npm a@1.0.0 declared ["MIT"]"#, "npm real@3.0.0 declared", "npm @s/b@2.0.0 declared"]
    );
}

const YARN_1: &str = "# yarn lockfile v1\n\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n  version \"1.1.0\"\n  resolved \"https://h/a.tgz#0\"\n  \
    dependencies:\n    version \"^9\"\n    b \"^2\"\n\nb@^2, b@~2.0:\n  version \"2.0.1\"\n\n\"alias@npm:real@^3\":\n  version \"3.0.0\"\n";
const YARN_BERRY: &str = "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n\"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0\":\n  version: 1.1.0\n  \
    resolution: \"@s/a@npm:1.1.0\"\n  dependencies:\n    b: \"npm:^2\"\n  checksum: 10c0/00\n  languageName: node\n  linkType: hard\n\n\
    \"app@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"app@workspace:.\"\n  linkType: soft\n\n\
    ? \"p@patch:p@npm%3A^4#~builtin<x>, p@patch:p@npm%3A^4.1#~builtin<x>\"\n: version: 4.1.0\n  resolution: \"p@patch:p@npm%3A4.1.0#~builtin<x>::version=4.1.0\"\n";

#[test]
fn yarn_locks_are_read_in_both_formats() {
    assert_eq!(
        found(&Npm, "srv/yarn.lock", YARN_1),
        ["npm b@2.0.1 declared", "npm real@3.0.0 declared", "npm @s/a@1.1.0 declared"]
    );
    assert_eq!(found(&Npm, "srv/yarn.lock", YARN_BERRY), ["npm p@4.1.0 declared", "npm @s/a@1.1.0 declared"]);
}

#[test]
fn pnpm_locks_are_read_in_all_versions() {
    let table = [
        ("/a/1.0.0:\n    resolution: {integrity: x}", Some("npm a@1.0.0 declared")),
        ("/@s/b/2.0.0_@t+c@1.0.0:\n    dev: false", Some("npm @s/b@2.0.0 declared")),
        ("/b/2.0.0_c@1.0.0+d@2.0.0:\n    dev: false", Some("npm b@2.0.0 declared")),
        ("/a@1.0.0(c@2.0.0)(@s/d@1.0.0):\n    dev: true", Some("npm a@1.0.0 declared")),
        ("/@s/b@2.0.0:\n    dev: true", Some("npm @s/b@2.0.0 declared")),
        ("'@s/b@2.0.0':\n    resolution: {integrity: x}", Some("npm @s/b@2.0.0 declared")),
        ("a_b@1.0.0:\n    resolution: {integrity: x}", Some("npm a_b@1.0.0 declared")),
        ("github.com/o/r/0123:\n    name: r\n    version: 1.0.0", Some("npm r@1.0.0 declared")),
        ("file:../x:\n    resolution: {directory: ../x, type: directory}", None),
    ];
    for (entry, expected) in table {
        let text = format!("lockfileVersion: '6.0'\n\npackages:\n\n  {entry}\n");
        assert_eq!(found(&Npm, "srv/pnpm-lock.yaml", &text), expected.into_iter().collect::<Vec<_>>(), "{entry}");
    }
}

const BUN: &str = "{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\n    \"\": { \"name\": \"app\", },\n  },\n  \"packages\": {\n    \
    \"a\": [\"a@1.0.0\", \"\", { \"dependencies\": { \"b\": \"^2\" } }, \"sha512-x\"],\n    \"@s/b\": [\"@s/b@2.0.0\", \"\", {}, \"x\"],\n    \
    \"w\": [\"w@workspace:packages/w\"],\n  }\n}\n";

#[test]
fn bun_locks_are_read() {
    assert_eq!(found(&Npm, "srv/bun.lock", BUN), ["npm a@1.0.0 declared", "npm @s/b@2.0.0 declared"]);
}

#[test]
fn only_the_projects_own_lock_files_are_wanted() {
    for name in ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"] {
        assert!(wants(&Npm, &format!("srv/{name}")), "{name}");
        assert!(!wants(&Npm, &format!("srv/node_modules/a/{name}")), "{name}");
    }
    assert!(!wants(&Npm, "srv/node_modules/.package-lock.json"));
    assert!(!wants(&Npm, "srv/my-package.json"));
}

#[test]
fn damage_is_survived() {
    for (path, text) in [
        ("package-lock.json", LOCK_1),
        ("package-lock.json", LOCK_2),
        ("yarn.lock", YARN_1),
        ("yarn.lock", YARN_BERRY),
        ("pnpm-lock.yaml", "packages:\n  /@s/b/2.0.0_c@1:\n    name: b\n  'ä@1.0.0(x)':\n    r: {a: [b]}\n"),
        ("bun.lock", BUN),
        ("node_modules/a/package.json", r#"{"name":"@s/a","version":"1.0.0","license":{"type":"MIT"}}"#),
    ] {
        survives_damage(&Npm, path, text.as_bytes());
    }
}
