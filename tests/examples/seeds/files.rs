//! One short sample for each kind of file that a cataloger reads.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use porthole_tests::image::gzip;
use porthole_tests::targets::packages::{EXECUTABLES, JARS, LANGUAGES, LOCK_FILES, RPM, SBOMS, SECRETS, SYSTEMS};

use super::{Put, chosen};

pub(crate) const CARGO: &str = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://x\"\nchecksum = \"00\"\ndependencies = [\n \"b\",\n]\n";

/// Samples by path. Together they name every path of a list.
const TEXTS: &[(&str, &str, &[&str], &str)] = &[
    (
        "os_packages",
        "var/lib/dpkg/status",
        SYSTEMS,
        "Package: bash\nStatus: install ok installed\nInstalled-Size: 7\nArchitecture: amd64\nSource: bash-src (5.2)\nVersion: 5.2-1+b1\nDescription: x\n y\n .\n z\n\nPackage: b\nStatus: deinstall ok config-files\nVersion: 1\n",
    ),
    ("os_packages", "var/lib/dpkg/status.d/base", SYSTEMS, "Package: base-files\nVersion: 12\nArchitecture: all\n"),
    ("os_packages", "var/lib/dpkg/info/bash.list", SYSTEMS, "/.\n/bin\n/bin/bash\n"),
    ("os_packages", "var/lib/dpkg/diversions", SYSTEMS, "/bin/sh\n/bin/sh.distrib\ndash\n"),
    (
        "os_packages",
        "usr/share/doc/bash/copyright",
        SYSTEMS,
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-3+ or MIT\n x\n",
    ),
    (
        "os_packages",
        "lib/apk/db/installed",
        SYSTEMS,
        "C:Q1x=\nP:busybox\nV:1.36.1-r2\nA:x86_64\nS:1\nI:2\nT:x\nL:GPL-2.0-only\no:busybox\nF:bin\nR:busybox\na:0:0:755\nZ:Q1y=\nM:0:0:755\n\n",
    ),
    (
        "os_packages",
        "var/lib/pacman/local/zlib-1.3-1/desc",
        SYSTEMS,
        "%NAME%\nzlib\n\n%VERSION%\n1:1.3-1\n\n%ARCH%\nx86_64\n\n%LICENSE%\nZlib\n\n%SIZE%\n9\n",
    ),
    ("os_packages", "var/lib/pacman/local/zlib-1.3-1/files", SYSTEMS, "%FILES%\nusr/\nusr/lib/libz.so\n\n%BACKUP%\nx\n"),
    (
        "os_packages",
        "usr/lib/opkg/status",
        SYSTEMS,
        "Package: busybox\nVersion: 1.36-1\nStatus: install user installed\nArchitecture: x\n\n",
    ),
    (
        "os_packages",
        "usr/lib/opkg/info/busybox.control",
        SYSTEMS,
        "Package: busybox\nVersion: 1.36-1\nLicense: GPL-2.0\nInstalled-Size: 3\n",
    ),
    ("os_packages", "var/db/pkg/sys-libs/zlib-1.3/CONTENTS", SYSTEMS, "dir /usr\nobj /usr/a b 00 1\nsym /bin/sh -> bash 1\n"),
    ("os_packages", "var/db/pkg/sys-libs/zlib-1.3/LICENSE", SYSTEMS, "ZLIB || ( MIT BSD )\n"),
    (
        "os_packages",
        "opt/conda/conda-meta/zlib-1.3-0.json",
        SYSTEMS,
        r#"{"name":"zlib","version":"1.3","build":"0","license":"Zlib","files":["lib/libz.so"],"channel":"x","subdir":"linux-64"}"#,
    ),
    (
        "lang_packages",
        "usr/lib/erlang/lib/x-1.0/ebin/x.app",
        LANGUAGES,
        "{application,x,[{description,\"x\"},{vsn,\"1.0\"},{modules,[a,b]}]}.",
    ),
    (
        "lang_packages",
        "app/x.deps.json",
        LANGUAGES,
        r#"{"targets":{"x":{}},"libraries":{"A.B/1.0.0":{"type":"package","sha512":"x"},"App/1.0.0":{"type":"project"}}}"#,
    ),
    (
        "lang_packages",
        "app/x.nuspec",
        LANGUAGES,
        "<?xml version=\"1.0\"?><package><metadata><id>X</id><version>1.0</version><license type=\"expression\">MIT</license></metadata></package>",
    ),
    (
        "lang_packages",
        "usr/share/lua/5.1/luarocks/rocks-5.1/x/1.0-1/x-1.0-1.rockspec",
        LANGUAGES,
        "package = \"x\"\nversion = \"1.0-1\"\ndescription = {\n license = \"MIT\"\n}\n",
    ),
    (
        "lang_packages",
        "app/node_modules/x/package.json",
        LANGUAGES,
        r#"{"name":"@a/x","version":"1.0.0","license":{"type":"MIT"},"licenses":[{"type":"ISC"}],"_resolved":"https://x"}"#,
    ),
    (
        "lang_packages",
        "usr/local/lib/perl5/site_perl/.meta/X-1/install.json",
        LANGUAGES,
        r#"{"dist":"X-1.0","name":"X","version":"1.0","pathname":"A/AB/AUTHOR/X-1.0.tar.gz","provides":{"X":{"version":"1.0"}}}"#,
    ),
    ("lang_packages", "usr/lib/perl5/auto/X/Y/.packlist", LANGUAGES, "/usr/lib/perl5/X/Y.pm type=file\n/usr/share/man/x.3\n"),
    (
        "lang_packages",
        "usr/lib/perl5/perllocal.pod",
        LANGUAGES,
        "=head2 Mon: C<Module> L<X::Y|X::Y>\n\n=over 4\n\n=item *\n\nC<VERSION: 1.0>\n",
    ),
    (
        "lang_packages",
        "app/vendor/composer/installed.json",
        LANGUAGES,
        r#"{"packages":[{"name":"a/b","version":"v1.0.0","license":["MIT"],"install-path":"../a/b"}],"dev":true}"#,
    ),
    (
        "lang_packages",
        "usr/lib/python3/site-packages/x-1.0.dist-info/METADATA",
        LANGUAGES,
        "Metadata-Version: 2.1\nName: x\nVersion: 1.0\nLicense-Expression: MIT\nClassifier: License :: OSI Approved :: MIT License\n\nbody\n",
    ),
    (
        "lang_packages",
        "usr/lib/python3/site-packages/x-1.0.dist-info/RECORD",
        LANGUAGES,
        "x/__init__.py,sha256=x,3\n\"a,b\",,\n../../../bin/x,,\n",
    ),
    ("lang_packages", "usr/lib/python3/site-packages/x-1.0.egg-info/installed-files.txt", LANGUAGES, "../x.py\nPKG-INFO\n"),
    (
        "lang_packages",
        "usr/lib/R/library/x/DESCRIPTION",
        LANGUAGES,
        "Package: x\nVersion: 1.0-2\nLicense: GPL (>= 2) | file LICENSE\nBuilt: R 4.3\n",
    ),
    (
        "lang_packages",
        "usr/lib/ruby/gems/3.0.0/specifications/x-1.0.gemspec",
        LANGUAGES,
        "Gem::Specification.new do |s|\n  s.name = \"x\".freeze\n  s.version = \"1.0\"\n  s.licenses = [\"MIT\".freeze]\nend\n",
    ),
    ("lock_files", "app/mix.lock", LOCK_FILES, "%{\n  \"x\": {:hex, :x, \"1.0.0\", \"00\", [:mix], [], \"hexpm\", \"00\"},\n}\n"),
    ("lock_files", "app/rebar.lock", LOCK_FILES, "{\"1.2.0\",\n[{<<\"x\">>,{pkg,<<\"x\">>,<<\"1.0\">>},0}]}.\n"),
    ("lock_files", "app/Cargo.lock", LOCK_FILES, CARGO),
    (
        "lock_files",
        "app/pubspec.lock",
        LOCK_FILES,
        "packages:\n  x:\n    dependency: \"direct main\"\n    description:\n      name: x\n      url: \"https://pub.dev\"\n    source: hosted\n    version: \"1.0.0\"\n",
    ),
    (
        "lock_files",
        "app/packages.lock.json",
        LOCK_FILES,
        r#"{"version":1,"dependencies":{"net6.0":{"A.B":{"type":"Direct","requested":"[1.0]","resolved":"1.0.0"}}}}"#,
    ),
    ("lock_files", "app/project.assets.json", LOCK_FILES, r#"{"version":3,"libraries":{"A.B/1.0.0":{"type":"package"}}}"#),
    (
        "lock_files",
        "app/packages.config",
        LOCK_FILES,
        "<packages><package id=\"A\" version=\"1.0\" targetFramework=\"net45\"/><!-- x --></packages>",
    ),
    (
        "lock_files",
        "app/cabal.project.freeze",
        LOCK_FILES,
        "constraints: any.x ==1.0,\n             x +flag,\n             any.y ==2\n",
    ),
    (
        "lock_files",
        "app/stack.yaml.lock",
        LOCK_FILES,
        "packages:\n- completed:\n    hackage: x-1.0@sha256:00,1\n  original:\n    hackage: x-1.0\n",
    ),
    (
        "lock_files",
        "app/package-lock.json",
        LOCK_FILES,
        r#"{"lockfileVersion":3,"packages":{"":{"name":"a"},"node_modules/x":{"version":"1.0.0","license":"MIT","dev":true},"node_modules/x/node_modules/@a/y":{"version":"2.0.0"}},"dependencies":{"x":{"version":"1.0.0","dependencies":{"y":{"version":"1"}}}}}"#,
    ),
    (
        "lock_files",
        "app/yarn.lock",
        LOCK_FILES,
        "# yarn lockfile v1\n\n\"@a/x@^1.0\", x@npm:^1:\n  version \"1.0.0\"\n  resolved \"https://x\"\n  dependencies:\n    y \"^1\"\n\n\"y@npm:^2\":\n  version: 2.0.0\n  resolution: \"y@npm:2.0.0\"\n",
    ),
    (
        "lock_files",
        "app/pnpm-lock.yaml",
        LOCK_FILES,
        "lockfileVersion: '9.0'\npackages:\n  '@a/x@1.0.0(y@2)':\n    resolution: {integrity: sha512-x}\n  /y/2.0.0:\n    dev: true\n",
    ),
    (
        "lock_files",
        "app/bun.lock",
        LOCK_FILES,
        "{\n  \"lockfileVersion\": 1,\n  // x\n  \"packages\": {\n    \"x\": [\"x@1.0.0\", \"\", {}, \"sha512-x\"],\n  },\n}\n",
    ),
    (
        "lock_files",
        "app/composer.lock",
        LOCK_FILES,
        r#"{"packages":[{"name":"a/b","version":"v1.0.0","license":["MIT"]}],"packages-dev":[]}"#,
    ),
    (
        "lock_files",
        "app/Pipfile.lock",
        LOCK_FILES,
        r#"{"default":{"x":{"hashes":[],"version":"==1.0"}},"develop":{"y":{"version":"==2"}}}"#,
    ),
    (
        "lock_files",
        "app/poetry.lock",
        LOCK_FILES,
        "[[package]]\nname = \"x\"\nversion = \"1.0\"\noptional = false\n\n[package.dependencies]\ny = {version = \">=1\", markers = 'a'}\n\n[metadata]\n",
    ),
    (
        "lock_files",
        "app/pylock.toml",
        LOCK_FILES,
        "lock-version = '1.0'\n[[packages]]\nname = 'x'\nversion = '1.0'\n[[packages.wheels]]\nname = 'x'\n",
    ),
    (
        "lock_files",
        "app/requirements.txt",
        LOCK_FILES,
        "# x\nx==1.0 ; python_version > '3' --hash=sha256:00\ny[a] == 2.0 \\\n  --hash=x\n-r b.txt\n",
    ),
    (
        "lock_files",
        "app/Gemfile.lock",
        LOCK_FILES,
        "GEM\n  remote: https://rubygems.org/\n  specs:\n    x (1.0.0)\n      y (>= 2)\n    y (2.0-java)\n\nPLATFORMS\n  ruby\n",
    ),
    (
        "lock_files",
        "app/Package.resolved",
        LOCK_FILES,
        r#"{"pins":[{"identity":"x","kind":"remoteSourceControl","location":"https://github.com/a/x.git","state":{"revision":"0","version":"1.0.0"}}],"object":{"pins":[{"package":"y","repositoryURL":"https://x/y","state":{"version":"1"}}]},"version":2}"#,
    ),
    (
        "lock_files",
        "app/Podfile.lock",
        LOCK_FILES,
        "PODS:\n  - X (1.0):\n    - Y/Core (= 2)\n  - Y/Core (2)\n\nDEPENDENCIES:\n  - X\n",
    ),
    (
        "lock_files",
        "app/go.mod",
        LOCK_FILES,
        "module example.com/a\n\ngo 1.21\n\nrequire (\n\tgithub.com/a/b v1.0.0 // indirect\n)\nreplace github.com/a/b => github.com/c/d v1.1.0\n",
    ),
    (
        "lock_files",
        "app/pom.xml",
        LOCK_FILES,
        "<project><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version><properties><v>1</v></properties><dependencies><dependency><groupId>h</groupId><artifactId>b</artifactId><version>2</version><scope>test</scope></dependency></dependencies></project>",
    ),
    ("lock_files", "app/gradle.lockfile", LOCK_FILES, "# x\ng:a:1.0=compileClasspath,runtimeClasspath\nempty=\n"),
    (
        "sbom",
        "opt/x/.spdx-x.spdx",
        SBOMS,
        r#"{"spdxVersion":"SPDX-2.3","name":"x","packages":[{"SPDXID":"SPDXRef-a","name":"a","versionInfo":"1","licenseConcluded":"MIT","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]}]}"#,
    ),
    (
        "sbom",
        "app/x.cdx.json",
        SBOMS,
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"name":"x"}},"components":[{"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1","licenses":[{"license":{"id":"MIT"}}],"components":[{"name":"b","purl":"pkg:npm/b@2"}]}]}"#,
    ),
    (
        "sbom",
        "app/bom.xml",
        SBOMS,
        "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"><components><component type=\"library\"><name>a</name><version>1</version><licenses><license><id>MIT</id></license></licenses><purl>pkg:npm/a@1</purl></component></components></bom>",
    ),
    (
        "sbom",
        "app/x.syft.json",
        SBOMS,
        r#"{"artifacts":[{"name":"a","version":"1","type":"npm","purl":"pkg:npm/a@1","licenses":[{"value":"MIT"}],"locations":[{"path":"/a"}]}],"distro":{"id":"debian","versionID":"12"},"schema":{"version":"16.0.0"}}"#,
    ),
    ("secrets", "app/.env", SECRETS, "PASSWORD=hunter2hunter2\nDATABASE_URL=postgres://u:s3cretpass@db/x\n# TOKEN=\n"),
    (
        "secrets",
        "root/.ssh/id_rsa",
        SECRETS,
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
    ),
    (
        "secrets",
        "app/config.json",
        SECRETS,
        r#"{"password":"correct horse battery","apiKey":"0123456789abcdef0123456789abcdef"}"#,
    ),
];

pub(crate) fn all(put: &Put<'_>) {
    for (at, (target, path, list, text)) in TEXTS.iter().enumerate() {
        put(target, &format!("{at:02}"), &chosen(list, path, text.as_bytes()));
    }
    let changelog = gzip(b"bash (5.2-1) unstable; urgency=high\n\n  * Fix CVE-2024-1 (Closes: #1)\n\n -- X <x@y>  Mon, 01 Jan 2024 00:00:00 +0000\n");
    put("os_packages", "changelog", &chosen(SYSTEMS, "usr/share/doc/bash/changelog.Debian.gz", &changelog));
    let wall = porthole_tests::image::zstd(b"{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":3}\n{\"kind\":\"package\",\"name\":\"openssl\",\"version\":\"3.0\",\"sha256\":\"0\",\"arch\":\"amd64\"}\n{\"kind\":\"content\",\"slice\":\"openssl_bins\",\"path\":\"/usr/bin/openssl\"}\n");
    put("os_packages", "chisel", &chosen(SYSTEMS, "var/lib/chisel/manifest.wall", &wall));
    put("jar", "jar", &chosen(JARS, "app/x.jar", &jar()));
    put("rpm", "wal", &chosen(RPM, "var/lib/rpm/rpmdb.sqlite-wal", &[0x37, 0x7f, 6, 0x82, 0, 0x2d, 0xe2, 0x18]));
    executables(put);
}

/// An archive with a manifest, coordinates, and an archive in it.
fn jar() -> Vec<u8> {
    let inner = zip(&[(
        "META-INF/MANIFEST.MF",
        b"Manifest-Version: 1.0\nBundle-SymbolicName: org.x.y;singleton:=true\nBundle-Version: 2.0\n",
    )]);
    zip(&[
        ("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\nImplementation-Title: x\r\nImplementation-Version: 1.0\r\n long\r\n"),
        ("META-INF/maven/g/a/pom.properties", b"groupId=g\nartifactId=a\nversion=1.0\n"),
        ("BOOT-INF/lib/b-2.0.jar", &inner),
    ])
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in entries {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).expect("memory takes everything");
        let stored = encoder.finish().expect("memory takes everything");
        out.extend_from_slice(b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0");
        out.extend((stored.len() as u32).to_le_bytes());
        out.extend((content.len() as u32).to_le_bytes());
        out.extend((name.len() as u16).to_le_bytes());
        out.extend([0, 0]);
        out.extend_from_slice(name.as_bytes());
        out.extend(stored);
    }
    out
}

fn executables(put: &Put<'_>) {
    let elf = |content: &[u8]| [b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".as_slice(), &[0; 48], content].concat();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(br#"{"packages":[{"name":"adler","version":"1.0.2","source":"crates.io"}]}"#)
        .expect("memory takes everything");
    let modules = "path\tgithub.com/x/app\nmod\tgithub.com/x/app\tv1.0.0\t\ndep\tgithub.com/a/b\tv1.2.3\th1:x=\n";
    let mut go = b"\xff Go buildinf:\x08\x02".to_vec();
    go.resize(32, 0);
    go.extend([8]);
    go.extend(b"go1.22.1");
    let marked = [
        b"0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6".as_slice(),
        modules.as_bytes(),
        b"\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2",
    ]
    .concat();
    go.extend([(marked.len() & 0x7f) as u8 | 0x80, (marked.len() >> 7) as u8]);
    go.extend(marked);
    for (name, content) in [
        ("rust", zlib.finish().expect("memory takes everything")),
        ("go", go),
        ("note", br#"{"type":"rpm","name":"x","version":"1-2","architecture":"x86_64"}"#.to_vec()),
        ("python", b"\0Python 3.11.4\0 nginx version: nginx/1.25.3\0 OpenSSL 3.0.2 15 Mar 2022\0".to_vec()),
    ] {
        put("executable", name, &chosen(EXECUTABLES, "usr/bin/x", &elf(&content)));
    }
}
