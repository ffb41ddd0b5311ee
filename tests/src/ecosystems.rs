//! One small sample of every kind of package record: the file as it lies in an image, and what it says.
//!
//! Shared by the suite that reads them in images (`tests/suite/packages_every.rs`) and by the fuzz targets as seeds.

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use std::io::Write;

/// One record and the package that it names.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The file that names the package.
    pub path: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Files beside it that say more: licences, owned paths.
    pub beside: Vec<(&'static str, Vec<u8>)>,
    /// `kind name version evidence`.
    pub package: &'static str,
    /// Licences, joined by a comma.
    pub licenses: &'static str,
    /// `name version` of the source package, where the record knows one.
    pub source: &'static str,
    /// True when a cut behind the middle of the file cannot be missed: a gap has to name the file.
    pub notices_cuts: bool,
}

/// A record that has no source package; cuts in it are noticed.
fn sample(path: &'static str, content: impl Into<Vec<u8>>, package: &'static str, licenses: &'static str) -> Sample {
    Sample { path, bytes: content.into(), beside: Vec::new(), package, licenses, source: "", notices_cuts: true }
}

impl Sample {
    /// With the source package that it was built from.
    fn from(self, source: &'static str) -> Self {
        Self { source, ..self }
    }

    /// With another file.
    fn with(mut self, path: &'static str, content: impl Into<Vec<u8>>) -> Self {
        self.beside.push((path, content.into()));
        self
    }

    /// Lines that mean something each: half of them is a shorter file of the same kind.
    fn of_lines(self) -> Self {
        Self { notices_cuts: false, ..self }
    }
}

/// One sample a file format.
pub fn samples() -> Vec<Sample> {
    [operating_systems(), python(), javascript(), other_languages(), programs(), embedded()].concat()
}

const NOTICE: &str = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-3+\n";

fn operating_systems() -> Vec<Sample> {
    let stanza =
        "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl (3.0.9-1)\nVersion: 3.0.9-1+b1\n";
    vec![
        sample("var/lib/dpkg/status", stanza, "deb libssl3 3.0.9-1+b1 installed", "GPL-3+")
            .from("openssl 3.0.9-1")
            .with("usr/share/doc/libssl3/copyright", NOTICE)
            .of_lines(),
        sample("var/lib/dpkg/status.d/libssl3", stanza, "deb libssl3 3.0.9-1+b1 installed", "GPL-3+")
            .from("openssl 3.0.9-1")
            .with("usr/share/doc/libssl3/copyright", NOTICE)
            .of_lines(),
        sample(
            "lib/apk/db/installed",
            "P:ssl_client\nV:1.36.1-r29\nA:x86_64\nL:GPL-2.0-only\no:busybox\nF:usr/bin\nR:ssl_client\n\n",
            "apk ssl_client 1.36.1-r29 installed",
            "GPL-2.0-only",
        )
        .from("busybox 1.36.1-r29")
        .of_lines(),
        sample("var/lib/rpm/Packages.db", ndb(&rpm_header()), "rpm dbus-libs 1:1.12.20-8.el9 installed", "GPLv2+")
            .from("dbus 1:1.12.20-8.el9"),
        sample(
            "var/lib/rpmmanifest/container-manifest-2",
            "openssl-libs\t3.3.0-2.azl3\t1726000000\t1725000000\tM\t(none)\t7654\tx86_64\t0\topenssl-3.3.0-2.azl3.src.rpm\n",
            "rpm openssl-libs 3.3.0-2.azl3 installed",
            "",
        )
        .from("openssl 3.3.0-2.azl3")
        .of_lines(),
        sample(
            "var/lib/pacman/local/zlib-1:1.3.1-2/desc",
            "%NAME%\nzlib\n\n%VERSION%\n1:1.3.1-2\n\n%BASE%\nzlib\n\n%ARCH%\nx86_64\n\n%LICENSE%\nZlib\n",
            "alpm zlib 1:1.3.1-2 installed",
            "Zlib",
        )
        .from("zlib 1:1.3.1-2")
        .of_lines(),
        sample(
            "usr/lib/opkg/status",
            "Package: busybox\nVersion: 1.36.1-1\nStatus: install user installed\nArchitecture: x86_64\n",
            "opkg busybox 1.36.1-1 installed",
            "GPL-2.0",
        )
        .with("usr/lib/opkg/info/busybox.control", "Package: busybox\nLicense: GPL-2.0\n")
        .of_lines(),
        sample(
            "var/db/pkg/app-shells/bash-5.2_p26-r1/CONTENTS",
            "dir /usr\nobj /usr/bin/bash d41d8cd98f00b204e9800998ecf8427e 1700000000\n",
            "ebuild bash 5.2_p26-r1 installed",
            "GPL-3+",
        )
        .with("var/db/pkg/app-shells/bash-5.2_p26-r1/LICENSE", "GPL-3+\n")
        .of_lines(),
        sample("var/lib/chisel/manifest.wall", chisel(), "deb openssl 3.0.13-0ubuntu3.4 installed", ""),
    ]
}

fn python() -> Vec<Sample> {
    let metadata = "Metadata-Version: 2.1\nName: flask\nVersion: 3.0.0\nLicense: BSD-3-Clause\n";
    let table = "[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\n";
    let lock = |path, text: &str| sample(path, text, "pypi flask 3.0.0 declared", "");
    vec![
        sample(
            "usr/lib/python3/site-packages/flask-3.0.0.dist-info/METADATA",
            metadata,
            "pypi flask 3.0.0 installed",
            "BSD-3-Clause",
        )
        .of_lines(),
        sample("usr/lib/python3/site-packages/flask.egg-info/PKG-INFO", metadata, "pypi flask 3.0.0 installed", "BSD-3-Clause")
            .of_lines(),
        lock("srv/requirements.txt", "flask==3.0.0\n").of_lines(),
        lock("srv/Pipfile.lock", r#"{"_meta":{},"default":{"flask":{"version":"==3.0.0"}}}"#),
        lock("srv/poetry.lock", table),
        lock("srv/pdm.lock", table),
        lock("srv/uv.lock", table),
        lock("srv/pylock.toml", "lock-version = \"1.0\"\n[[packages]]\nname = \"flask\"\nversion = \"3.0.0\"\n"),
    ]
}

fn javascript() -> Vec<Sample> {
    let lock = |path, text: &str| sample(path, text, "npm @s/a 1.2.3 declared", "");
    vec![
        sample(
            "srv/node_modules/@s/a/package.json",
            r#"{"name":"@s/a","version":"1.2.3","license":"MIT"}"#,
            "npm @s/a 1.2.3 installed",
            "MIT",
        ),
        sample(
            "srv/package-lock.json",
            r#"{"lockfileVersion":3,"packages":{"node_modules/@s/a":{"version":"1.2.3","license":"MIT"}}}"#,
            "npm @s/a 1.2.3 declared",
            "MIT",
        ),
        lock("srv/yarn.lock", "# yarn lockfile v1\n\n\"@s/a@^1.0.0\":\n  version \"1.2.3\"\n").of_lines(),
        lock(
            "srv/berry/yarn.lock",
            "__metadata:\n  version: 8\n\n\"@s/a@npm:^1.0.0\":\n  version: 1.2.3\n  resolution: \"@s/a@npm:1.2.3\"\n",
        )
        .of_lines(),
        lock("srv/pnpm-lock.yaml", "lockfileVersion: '9.0'\n\npackages:\n\n  '@s/a@1.2.3':\n    resolution: {integrity: x}\n")
            .of_lines(),
        lock(
            "srv/bun.lock",
            "{\n  \"lockfileVersion\": 1,\n  \"packages\": {\n    \"@s/a\": [\"@s/a@1.2.3\", \"\", {}, \"x\"],\n  }\n}\n",
        ),
    ]
}

fn other_languages() -> Vec<Sample> {
    let dependency = "{\"libraries\":{\"Newtonsoft.Json/13.0.3\":{\"type\":\"package\"}}}";
    vec![
        sample("srv/go.mod", "module x.org/app\n\nrequire github.com/one/two v1.2.3\n", "golang github.com/one/two v1.2.3 declared", "")
            .of_lines(),
        sample(
            "srv/Cargo.lock",
            "[[package]]\nname = \"serde\"\nversion = \"1.0.200\"\nsource = \"registry+https://h/index\"\n",
            "cargo serde 1.0.200 declared",
            "",
        ),
        sample("opt/b-1.0.jar", jar(), "maven org.a:b 1.0 installed", "Apache-2.0"),
        sample(
            "srv/gradle.lockfile",
            "# lock\norg.a:b:1.0=runtimeClasspath\nempty=\n",
            "maven org.a:b 1.0 declared",
            "",
        )
        .of_lines(),
        sample(
            "usr/lib/ruby/gems/3.1.0/specifications/rake-13.0.gemspec",
            "Gem::Specification.new do |s|\n  s.name = \"rake\".freeze\n  s.version = \"13.0\"\n  s.licenses = [\"MIT\".freeze]\nend\n",
            "gem rake 13.0 installed",
            "MIT",
        )
        .of_lines(),
        sample("srv/Gemfile.lock", "GEM\n  remote: https://h/\n  specs:\n    rake (13.0)\n", "gem rake 13.0 declared", "").of_lines(),
        sample(
            "srv/vendor/composer/installed.json",
            r#"{"packages":[{"name":"psr/log","version":"1.1.4","license":["MIT"]}]}"#,
            "composer psr/log 1.1.4 installed",
            "MIT",
        ),
        sample("srv/composer.lock", r#"{"packages":[{"name":"psr/log","version":"1.1.4"}]}"#, "composer psr/log 1.1.4 declared", ""),
        sample("app/app.deps.json", dependency, "nuget Newtonsoft.Json 13.0.3 installed", ""),
        sample(
            "srv/packages.lock.json",
            r#"{"version":1,"dependencies":{"net8.0":{"Newtonsoft.Json":{"type":"Direct","resolved":"13.0.3"}}}}"#,
            "nuget Newtonsoft.Json 13.0.3 declared",
            "",
        ),
        sample(
            "srv/pubspec.lock",
            "packages:\n  async:\n    source: hosted\n    version: \"2.11.0\"\n",
            "pub async 2.11.0 declared",
            "",
        )
        .of_lines(),
        sample(
            "srv/Package.resolved",
            r#"{"pins":[{"location":"https://example.com/apple/swift-nio.git","state":{"version":"2.62.0"}}],"version":2}"#,
            "swift example.com/apple/swift-nio 2.62.0 declared",
            "",
        ),
        sample("srv/Podfile.lock", "PODS:\n  - AFNetworking (4.0.1)\n", "cocoapods AFNetworking 4.0.1 declared", "").of_lines(),
        sample("app/lib/cowboy-2.9.0/ebin/cowboy.app", "{application, cowboy, [{vsn, \"2.9.0\"}]}.\n", "hex cowboy 2.9.0 installed", "")
            .of_lines(),
        sample("srv/mix.lock", "%{\n  \"jason\": {:hex, :jason, \"1.4.0\", \"e\", [:mix], [], \"hexpm\"},\n}\n", "hex jason 1.4.0 declared", "")
            .of_lines(),
        sample("srv/rebar.lock", "{\"1.2.0\",\n[{<<\"cowboy\">>,{pkg,<<\"cowboy\">>,<<\"2.9.0\">>},0}]}.\n", "hex cowboy 2.9.0 declared", "")
            .of_lines(),
        sample(
            "usr/lib/R/site-library/jsonlite/DESCRIPTION",
            "Package: jsonlite\nVersion: 1.8.4\nLicense: MIT\nBuilt: R 4.2.2; x86_64; 2023-01-01; unix\n",
            "cran jsonlite 1.8.4 installed",
            "MIT",
        )
        .of_lines(),
        sample(
            "usr/local/lib/perl5/.meta/Foo-Bar-1.02/install.json",
            r#"{"name":"Foo::Bar","version":"1.02","dist":"Foo-Bar-1.02","pathname":"A/AU/AUTHOR/Foo-Bar-1.02.tar.gz"}"#,
            "cpan Foo-Bar 1.02 installed",
            "",
        ),
        sample(
            "usr/local/lib/luarocks/rocks-5.1/lpeg/1.0-1/lpeg-1.0-1.rockspec",
            "package = \"lpeg\"\nversion = \"1.0-1\"\ndescription = {\n  license = 'MIT',\n}\n",
            "luarocks lpeg 1.0-1 installed",
            "MIT",
        )
        .of_lines(),
        sample(
            "opt/conda/conda-meta/zlib-1.2.13-0.json",
            r#"{"build":"0","channel":"https://example.com/pkgs/main/linux-64","name":"zlib","version":"1.2.13","license":"Zlib"}"#,
            "conda zlib 1.2.13 installed",
            "Zlib",
        ),
        sample("srv/cabal.project.freeze", "constraints: any.text ==1.2.5.0\n", "hackage text 1.2.5.0 declared", "").of_lines(),
        sample("nix/store/0c5f4vw1s0jz4y5l6j6ihd0ifvvvv3kq-glibc-2.38-27/lib/libc.so.6", "x", "nix glibc 2.38-27 installed", "")
            .of_lines(),
    ]
}

/// Programs; names of libraries and executables decide who looks at them.
fn programs() -> Vec<Sample> {
    let note = br#"{"type":"rpm","name":"zlib","version":"1.3-1","os":"fedora"}"#;
    vec![
        sample("usr/local/bin/app.so", program(&go_build_info()), "golang github.com/x/app v1.0.0 embedded", "").of_lines(),
        sample("usr/local/bin/tool.so", program(&audit_data()), "cargo adler 1.0.2 embedded", "").of_lines(),
        sample("usr/local/lib/libz9.so", elf_note(note), "rpm zlib 1.3-1 embedded", "").of_lines(),
        sample("usr/local/bin/native.so", program(&native_image()), "maven io.netty:netty-codec 4.1.1 embedded", "").of_lines(),
        sample("usr/local/lib/libcurl.so.4", program(b"\0libcurl/8.5.0\0"), "generic curl 8.5.0 binary", "").of_lines(),
        sample(
            "opt/java/release",
            "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_VERSION=\"17.0.9\"\nJAVA_RUNTIME_VERSION=\"17.0.9+9\"\n",
            "generic openjdk 17.0.9+9 binary",
            "",
        )
        .of_lines(),
        sample("usr/local/go/VERSION", "go1.22.1\ntime 2024-02-29T18:18:48Z\n", "generic go 1.22.1 binary", "").of_lines(),
    ]
}

fn embedded() -> Vec<Sample> {
    vec![
        sample(
            "opt/bitnami/redis/.spdx-redis.spdx",
            r#"{"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3","name":"redis","packages":[{"SPDXID":"a","name":"redis","versionInfo":"7.2.1","licenseDeclared":"BSD-3-Clause","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/redis@7.2.1-0"}]}]}"#,
            "bitnami redis 7.2.1-0 sbom",
            "BSD-3-Clause",
        ),
        sample(
            "srv/app.cdx.json",
            r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"left","version":"1.0.0","purl":"pkg:npm/left@1.0.0","licenses":[{"license":{"id":"MIT"}}]}]}"#,
            "npm left 1.0.0 sbom",
            "MIT",
        ),
        sample("srv/jenkins/plugins/git.hpi", plugin(), "maven org.jenkins-ci.plugins:git 5.2.1 installed", ""),
    ]
}

/// A header of rpm's: index of tags, then their values.
fn rpm_header() -> Vec<u8> {
    let (mut index, mut data): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut add = |tag: u32, kind: u32, value: &[u8]| {
        for number in [tag, kind, data.len() as u32, 1] {
            index.extend(number.to_be_bytes());
        }
        data.extend(value);
    };
    add(1000, 6, b"dbus-libs\0");
    add(1001, 6, b"1.12.20\0");
    add(1002, 6, b"8.el9\0");
    add(1014, 6, b"GPLv2+\0");
    add(1022, 6, b"x86_64\0");
    add(1044, 6, b"dbus-1.12.20-8.el9.src.rpm\0");
    add(1003, 4, &1_u32.to_be_bytes());
    let sizes = [(index.len() / 16) as u32, data.len() as u32].map(u32::to_be_bytes).concat();
    [sizes, index, data].concat()
}

/// rpm's own database with one header in it.
fn ndb(header: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    bytes[..4].copy_from_slice(b"RpmP");
    bytes[12] = 1;
    bytes[32..36].copy_from_slice(b"Slot");
    bytes[36] = 1;
    bytes[40..44].copy_from_slice(&256_u32.to_le_bytes());
    bytes.extend(b"BlbS");
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend((header.len() as u32).to_le_bytes());
    bytes.extend(header);
    bytes
}

fn chisel() -> Vec<u8> {
    let text = "{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":2}\n\
        {\"kind\":\"package\",\"name\":\"openssl\",\"version\":\"3.0.13-0ubuntu3.4\",\"arch\":\"amd64\"}\n\
        {\"kind\":\"path\",\"path\":\"/usr/bin/openssl\",\"mode\":\"0755\",\"slices\":[\"openssl_bins\"]}\n";
    crate::image::zstd(text.as_bytes())
}

/// A zip archive of stored entries, without a central directory: readers here take it as a stream.
fn zip(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in entries {
        out.extend(b"PK\x03\x04\x0A\0\0\0\0\0\0\0\0\0");
        let mut checksum = flate2::Crc::new();
        checksum.update(content.as_bytes());
        for number in [checksum.sum(), content.len() as u32, content.len() as u32] {
            out.extend(number.to_le_bytes());
        }
        out.extend((name.len() as u16).to_le_bytes());
        out.extend([0, 0]);
        out.extend(name.as_bytes());
        out.extend(content.as_bytes());
    }
    out.extend(b"PK\x05\x06");
    out.extend([0; 18]);
    out
}

fn jar() -> Vec<u8> {
    zip(&[
        ("META-INF/maven/org.a/b/pom.properties", "version=1.0\ngroupId=org.a\nartifactId=b\n"),
        (
            "META-INF/maven/org.a/b/pom.xml",
            "<project><groupId>org.a</groupId><artifactId>b</artifactId><version>1.0</version><licenses><license><name>Apache-2.0</name></license></licenses></project>",
        ),
    ])
}

fn plugin() -> Vec<u8> {
    let manifest =
        "Manifest-Version: 1.0\nGroup-Id: org.jenkins-ci.plugins\nShort-Name: git\nExtension-Name: git\nPlugin-Version: 5.2.1\n";
    zip(&[("META-INF/MANIFEST.MF", manifest)])
}

fn program(content: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 256];
    file[..4].copy_from_slice(b"\x7FELF");
    file.extend(content);
    file.extend([0xCC; 1024]);
    file
}

fn go_build_info() -> Vec<u8> {
    let modules = "path\tgithub.com/x/app\nmod\tgithub.com/x/app\tv1.0.0\th1:x=\n";
    let start = [0x30, 0x77, 0xAF, 0x0C, 0x92, 0x74, 0x08, 0x02, 0x41, 0xE1, 0xC1, 0x07, 0xE6, 0xD6, 0x18, 0xE6];
    let end = [0xF9, 0x32, 0x43, 0x31, 0x86, 0x18, 0x20, 0x72, 0x00, 0x82, 0x42, 0x10, 0x41, 0x16, 0xD8, 0xF2];
    let marked = [start.as_slice(), modules.as_bytes(), &end].concat();
    let mut info = b"\xFF Go buildinf:\x08\x02".to_vec();
    info.resize(32, 0);
    info.push(8);
    info.extend(b"go1.22.1");
    // A length above 127 takes two bytes; this one is below.
    info.push(marked.len() as u8);
    info.extend(marked);
    info
}

fn audit_data() -> Vec<u8> {
    let text = r#"{"packages":[{"name":"adler","version":"1.0.2","source":"crates.io"}],"format":1}"#;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

fn native_image() -> Vec<u8> {
    let text = r#"{"bomFormat":"CycloneDX","components":[{"name":"netty-codec","group":"io.netty","version":"4.1.1"}]}"#;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory");
    [b"__svm_version_info\0".as_slice(), &encoder.finish().expect("memory")].concat()
}

/// An ELF file of one note segment.
fn elf_note(json: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 64];
    file[..6].copy_from_slice(b"\x7FELF\x02\x01");
    (file[32], file[54], file[56]) = (64, 56, 1);
    let mut notes = [4_u32, json.len() as u32 + 1, 0xCAFE_1A7E].map(u32::to_le_bytes).concat();
    notes.extend(b"FDO\0");
    notes.extend(json);
    notes.extend([0; 8]);
    let mut segment = vec![0; 56];
    (segment[0], segment[8]) = (4, 120);
    segment[32..36].copy_from_slice(&(notes.len() as u32).to_le_bytes());
    file.extend(segment);
    file.extend(notes);
    file.resize(file.len() + 512, 0);
    file
}
