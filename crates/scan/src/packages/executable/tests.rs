//! Programs made of nothing but a header and what is looked for, whole, chopped and cut.

use std::io::Write;

use super::*;
use crate::facts::PackageFact;

fn names(parsed: &Parsed) -> Vec<String> {
    let full = |package: &PackageFact| {
        let slash = if package.namespace.is_empty() { "" } else { "/" };
        format!("{}:{}{slash}{}@{}", package.kind, package.namespace, package.name, package.version)
    };
    parsed.packages.iter().map(full).collect()
}

/// The same in pushes of these sizes.
fn chopped(bytes: &[u8], size: usize) -> Parsed {
    let mut parser = Box::new(Parser::new());
    for chunk in bytes.chunks(size) {
        if parser.is_done() {
            break;
        }
        parser.push(chunk);
    }
    parser.finish()
}

const MODULES: &str = "path\tgithub.com/x/app\nmod\tgithub.com/x/app\t(devel)\t\ndep\tgithub.com/spf13/cobra\tv1.8.1\th1:abc=\ndep\tgopkg.in/yaml.v3\tv3.0.1\th1:def=\n=>\tgithub.com/fork/yaml\tv3.0.2\th1:ghi=\ndep\tgithub.com/local/one\tv1.0.0\n=>\t./one\t\nbuild\t-compiler=gc\nbuild\tvcs.revision=0123456789abcdef0123\nbuild\tvcs.time=2024-05-06T07:08:09Z\n";

fn program(content: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 4096];
    file[..4].copy_from_slice(b"\x7FELF");
    file.extend(content);
    file.resize(file.len() + 100_000, 0xCC);
    file
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn marked(modules: &str) -> Vec<u8> {
    let start = [0x30, 0x77, 0xAF, 0x0C, 0x92, 0x74, 0x08, 0x02, 0x41, 0xE1, 0xC1, 0x07, 0xE6, 0xD6, 0x18, 0xE6];
    let end = [0xF9, 0x32, 0x43, 0x31, 0x86, 0x18, 0x20, 0x72, 0x00, 0x82, 0x42, 0x10, 0x41, 0x16, 0xD8, 0xF2];
    [start.as_slice(), modules.as_bytes(), &end].concat()
}

fn build_info(toolchain: &str) -> Vec<u8> {
    let mut info = b"\xFF Go buildinf:\x08\x02".to_vec();
    info.resize(32, 0);
    let modules = marked(MODULES);
    info.extend(varint(toolchain.len()));
    info.extend(toolchain.as_bytes());
    info.extend(varint(modules.len()));
    info.extend(modules);
    info
}

const EXPECTED: [&str; 5] = [
    "golang:github.com/x/app@v0.0.0-20240506070809-0123456789ab",
    "golang:github.com/spf13/cobra@v1.8.1",
    "golang:github.com/fork/yaml@v3.0.2",
    "golang:github.com/local/one@v1.0.0",
    "golang:stdlib@1.22.1",
];

#[test]
fn go_build_info_is_found_wherever_it_lies() {
    for offset in [0, 16, 48 << 10, (64 << 10) - 16, 200 << 10] {
        let file = program(&[vec![0; offset], build_info("go1.22.1")].concat());
        let parsed = parse(&file);
        assert_eq!(names(&parsed), EXPECTED, "at {offset}");
        assert_eq!(parsed.gaps, []);
        for size in [1, 4093, 65536] {
            assert_eq!(chopped(&file, size), parsed, "pushes of {size}");
        }
    }
}

#[test]
fn a_program_older_than_go_1_18_gives_its_modules() {
    let pointers = [b"\xFF Go buildinf:\x08\x00".as_slice(), &[0; 16]].concat();
    let file = program(&[marked(MODULES), vec![0; 33], pointers].concat());
    assert_eq!(names(&parse(&file)), EXPECTED[..4]);
}

#[test]
fn a_linker_flag_names_the_main_version() {
    let modules =
        "mod\texample.org/a\t(devel)\nbuild\t-ldflags=\"-s -w -X example.org/a/version.GitDescribe=1.12.9 -X x.commit=1.0\"\n";
    assert_eq!(
        names(&parse_modules(Some("devel go1.25-d524e1e Sun"), modules)),
        ["golang:example.org/a@v1.12.9", "golang:stdlib@1.25-d524e1e"]
    );
    assert_eq!(names(&parse_modules(None, "mod\texample.org/a\t(devel)\n")), ["golang:example.org/a@(devel)"]);
}

#[test]
fn cut_build_info_is_a_gap_and_never_a_panic() {
    let file = program(&build_info("go1.22.1"));
    for cut in 4096 + 64..4096 + build_info("go1.22.1").len() {
        let parsed = parse(&file[..cut]);
        assert_eq!(parsed.packages.len() + parsed.gaps.len(), 1, "cut at {cut}");
    }
    for cut in 0..200 {
        parse(&file[..cut]);
    }
}

fn zlib(text: &str, level: u32) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(text.as_bytes()).expect("write to memory");
    encoder.finish().expect("write to memory")
}

const AUDIT: &str = r#"{"packages":[{"name":"adler","version":"1.0.2","source":"crates.io"},{"name":"app","version":"0.1.0","source":"local","dependencies":[0],"root":true},{"name":"cc","version":"1.0.83","source":"crates.io","kind":"build"},{"name":"forked","version":"0.3.0","source":"git"}],"format":1}"#;

#[test]
fn cargo_auditable_data_is_found_without_a_section_table() {
    for level in [6, 9] {
        let data = zlib(AUDIT, level);
        let decoy = b"x\xDAx\x9C nothing of the kind x\x9C".to_vec();
        let file = program(&[decoy, vec![7; 65_000], data.clone()].concat());
        let parsed = parse(&file);
        assert_eq!(names(&parsed), ["cargo:adler@1.0.2", "cargo:app@0.1.0", "cargo:forked@0.3.0"]);
        for size in [1, 4093] {
            assert_eq!(chopped(&file, size), parsed, "pushes of {size}");
        }
        for cut in 0..data.len() {
            assert!(!parse_audit_data(&data[..cut]).gaps.is_empty() || cut + 4 >= data.len(), "cut at {cut}");
        }
    }
}

#[test]
fn a_package_note_names_its_package() {
    let json = br#"{"type":"rpm","name":"openssl","version":"3.0.7-27.el9","architecture":"x86_64","os":"rhel"}"#;
    let mut file = vec![0; 64];
    file[..6].copy_from_slice(b"\x7FELF\x02\x01");
    file[32] = 64; // program headers
    file[54] = 56; // size of one
    file[56] = 1;
    let mut segment = vec![0; 56];
    segment[0] = 4;
    let mut notes = [4_u32.to_le_bytes(), 4_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat();
    notes.extend(b"GNU\0\0\0\0\0");
    notes.extend([4_u32.to_le_bytes(), (json.len() as u32 + 1).to_le_bytes(), 0xCAFE_1A7E_u32.to_le_bytes()].concat());
    notes.extend(b"FDO\0");
    notes.extend(json);
    notes.extend([0; 8]);
    segment[8] = 120;
    segment[32..36].copy_from_slice(&(notes.len() as u32).to_le_bytes());
    file.extend(segment);
    file.extend(notes);
    assert_eq!(names(&parse_elf_note(&file)), ["rpm:rhel/openssl@3.0.7-27.el9"]);
    for cut in 0..file.len() {
        parse_elf_note(&file[..cut]);
    }
}

#[test]
fn a_native_image_tells_its_components() {
    let sbom = br#"{"bomFormat":"CycloneDX","components":[{"name":"netty-codec","group":"io.netty","version":"4.1.1"},{"purl":"pkg:maven/org.slf4j/slf4j-api@2.0.9","name":"slf4j-api"}]}"#;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(sbom).expect("write to memory");
    let gzip = encoder.finish().expect("write to memory");
    let file = program(&[b"__svm_version_info\0".as_slice(), &vec![0; 70_000], &gzip].concat());
    assert_eq!(names(&parse(&file)), ["maven:io.netty/netty-codec@4.1.1", "maven:org.slf4j/slf4j-api@2.0.9"]);
    assert_eq!(chopped(&file, 1), parse(&file));
    let other = program(&gzip);
    assert!(parse(&other).is_empty(), "no native image");
}

#[test]
fn what_is_no_program_is_left_after_four_bytes() {
    let mut parser = Parser::new();
    parser.push(b"#!/bin/sh\n");
    assert!(parser.is_done());
    assert!(parse(b"").is_empty());
}
