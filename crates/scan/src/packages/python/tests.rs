use super::super::language::testing::{found, read, survives_damage, wants};
use super::*;

const SITE: &str = "usr/lib/python3.11/site-packages";

#[test]
fn installed_packages_are_found_in_every_metadata_layout() {
    let text = "Metadata-Version: 2.1\nName: My.Package\nVersion: 1.2.post1\nSummary: x\n more\n\nName: in the description\n";
    for (place, key) in [
        ("My.Package-1.2.dist-info/METADATA", "My.Package-1.2.dist-info"),
        ("my_package.egg-info/PKG-INFO", "my_package.egg-info"),
        ("my_package-1.2-py3.11.egg-info", "my_package-1.2-py3.11.egg-info"),
        ("my_package-1.2-py3.11.egg/EGG-INFO/PKG-INFO", "my_package-1.2-py3.11.egg"),
    ] {
        let path = format!("{SITE}/{place}");
        assert_eq!(found(&Python, &path, text), ["pypi My.Package@1.2.post1 installed"], "{path}");
        assert_eq!(read(&Python, &path, text.as_bytes()).packages[0].key, format!("{SITE}/{key}"));
    }
    assert_eq!(
        found(&Python, &format!("{SITE}/setuptools/_vendor/x-1.dist-info/METADATA"), text),
        ["pypi My.Package@1.2.post1 embedded"]
    );
}

#[test]
fn the_licence_is_the_expression_then_the_field_then_the_classifiers() {
    let table = [
        (
            "License-Expression: MIT OR Apache-2.0\nLicense: x\nClassifier: License :: OSI Approved :: MIT License",
            "MIT OR Apache-2.0",
        ),
        ("License: BSD-3-Clause\nClassifier: License :: OSI Approved :: BSD License", "BSD-3-Clause"),
        ("License: UNKNOWN\nClassifier: License :: OSI Approved :: BSD License", "BSD License"),
        ("License: Copyright\n All rights\n         reserved\nClassifier: License :: Public Domain", "Public Domain"),
    ];
    for (fields, license) in table {
        let text = format!("Name: a\nVersion: 1\n{fields}\n");
        assert_eq!(found(&Python, "a.dist-info/METADATA", &text), [format!("pypi a@1 installed [{license:?}]")]);
    }
}

#[test]
fn metadata_without_name_or_version_is_a_gap() {
    for text in ["", "Name: a\n", "Version: 1\n", "\nName: a\nVersion: 1\n", "Name: a\nVersion: ${version}\n"] {
        let parsed = read(&Python, "a.dist-info/METADATA", text.as_bytes());
        assert_eq!(parsed.gaps[0].message, "python metadata without a name and a version", "{text}");
    }
}

#[test]
fn records_give_owned_files() {
    let text =
        "a/__init__.py,sha256=x,10\n../../../bin/tool,,\n\"a/b,\"\"c\"\".py\",,\n/etc/a.conf,,\n\na-1.dist-info/RECORD,,\n";
    let parsed = read(&Python, &format!("{SITE}/a-1.dist-info/RECORD"), text.as_bytes());
    let attachment = &parsed.attachments[0];
    assert_eq!(attachment.key, format!("{SITE}/a-1.dist-info"));
    let owned: Vec<_> = attachment.owned.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    assert_eq!(
        owned,
        [
            &format!("{SITE}/a/__init__.py"),
            "usr/bin/tool",
            &format!("{SITE}/a/b,\"c\".py"),
            "etc/a.conf",
            &format!("{SITE}/a-1.dist-info/RECORD")
        ]
    );
}

#[test]
fn eggs_say_what_they_own_in_two_ways() {
    let parsed = read(&Python, "s/a.egg-info/installed-files.txt", b"../a/x.py\nPKG-INFO\n");
    assert_eq!(parsed.attachments[0].owned, [b"s/a/x.py".to_vec(), b"s/a.egg-info/PKG-INFO".to_vec()]);
    let parsed = read(&Python, "s/a.egg-info/top_level.txt", b"a\n../x\n");
    assert_eq!(parsed.attachments[0].owned, [b"s/a.py".to_vec()]);
    assert_eq!(parsed.attachments[0].owned_folders, [b"s/a".to_vec()]);
    assert!(!wants(&Python, "s/a-1.dist-info/top_level.txt"), "RECORD says it better");
}

const REQUIREMENTS: &str = "# comment\n-r other.txt\n--index-url https://h/simple\n-e git+https://h/x#egg=x==1\nDjango==3.2 # why\nFlask[async] == 1.0 ; python_version >= '3.8'\n\
    hashed==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nexact===2.0\nrange>=1.0\nwild==1.*\nmany==1.1,!=1.2\nmixed>=1,==1.5\nurl @ https://h/a==1.whl\nlast==9";

#[test]
fn requirement_pins_are_read() {
    assert_eq!(
        found(&Python, "srv/requirements.txt", REQUIREMENTS),
        [
            "pypi Django@3.2 declared",
            "pypi Flask@1.0 declared",
            "pypi exact@2.0 declared",
            "pypi hashed@1.0 declared",
            "pypi last@9 declared",
            "pypi many@1.1 declared"
        ]
    );
    for (path, wanted) in [
        ("srv/requirements-dev.txt", true),
        ("srv/dev-requirements.txt", true),
        ("srv/requirements/prod.txt", true),
        ("srv/notes.txt", false),
        ("usr/lib/python3/dist-packages/x/requirements.txt", false),
    ] {
        assert_eq!(wants(&Python, path), wanted, "{path}");
    }
}

const PIPFILE: &str = r#"{"_meta":{"hash":{"version":"==0"}},"default":{"a":{"hashes":["x"],"version":"==1.0"},"git":{"git":"u","ref":"1"}},
    "develop":{"b":{"version":"==2.0"}}}"#;
const POETRY: &str = "# generated\n[[package]]\nname = \"a\"\nversion = \"1.0\"\noptional = false\n\n[package.dependencies]\nname = \">=2\"\n\n\
    [[package]]\nname = \"b\"\nversion = \"2.0\"\nfiles = [\n    {file = \"b.whl\", hash = \"sha256:x\"},\n]\n\n[metadata]\nlock-version = \"2.0\"\n";
const UV: &str = "version = 1\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\nsource = { virtual = \".\" }\n\n[[package]]\nname = \"a\"\nversion = \"1.0\"\n\
    source = { registry = \"https://h/simple\" }\ndependencies = [\n  { name = \"b\", version = \"9\" },\n]\n";
const PYLOCK: &str = "lock-version = '1.0'\n[[packages]]\nname = 'a'\nversion = '1.0'\n[[packages.wheels]]\nname = 'a.whl'\n[[packages]]\nname = 'own'\nversion = '1'\n\
    [packages.directory]\npath = '.'\n";

#[test]
fn lock_files_of_each_tool_are_read() {
    assert_eq!(found(&Python, "srv/Pipfile.lock", PIPFILE), ["pypi a@1.0 declared", "pypi b@2.0 declared"]);
    assert_eq!(found(&Python, "srv/poetry.lock", POETRY), ["pypi a@1.0 declared", "pypi b@2.0 declared"]);
    assert_eq!(found(&Python, "srv/pdm.lock", POETRY), ["pypi a@1.0 declared", "pypi b@2.0 declared"]);
    assert_eq!(found(&Python, "srv/uv.lock", UV), ["pypi a@1.0 declared"]);
    assert_eq!(found(&Python, "srv/pylock.toml", PYLOCK), ["pypi a@1.0 declared"]);
    assert_eq!(found(&Python, "srv/pylock.prod.toml", PYLOCK), ["pypi a@1.0 declared"]);
}

#[test]
fn damage_is_survived() {
    for (path, text) in [
        ("a.dist-info/METADATA", "Name: a\nVersion: 1\nLicense: x\n y\nClassifier: License :: z\n"),
        ("a.dist-info/RECORD", "a/b.py,sha256=x,1\n\"a,\"\"b\",,\n../../x,,\n"),
        ("requirements.txt", REQUIREMENTS),
        ("Pipfile.lock", PIPFILE),
        ("poetry.lock", POETRY),
        ("uv.lock", UV),
        ("pylock.toml", PYLOCK),
    ] {
        survives_damage(&Python, path, text.as_bytes());
    }
}
