//! Layers: what a blob tells, for every oddity that real layers have.

use porthole_oci::layer::{EntryKind, LayerReader, Verify};
use porthole_oci::{Algorithm, Digest, Error, Hasher, HostSha256, HostSums, Limits};
use porthole_scan::{LayerFacts, LayerOptions, LayerScan};
use porthole_tests::layer::{Layer, layer, put};
use porthole_tests::open::{LayerSeen, read_layer, read_layer_within};
use tar::{EntryType, Header};

/// Reads a layer plain, gzip, in many members and zstd, whole and in pieces; all must tell the same.
fn seen(layer: &Layer) -> LayerSeen {
    let (plain, first) = read_layer(&layer.blob(), usize::MAX);
    for variant in [layer.clone(), layer.clone().gzip(), layer.clone().gzip_members(600), layer.clone().zstd()] {
        let blob = variant.blob();
        for step in [1, 1000, blob.len()] {
            let (other, summary) = read_layer(&blob, step);
            assert_eq!(other, plain, "in pieces of {step}");
            assert_eq!(summary.damage, first.damage);
            assert_eq!((summary.digest, summary.diff_id), (Some(variant.digest()), Some(layer.diff_id())));
            assert_eq!((summary.stored_size, summary.uncompressed_size), (blob.len() as u64, layer.tar().len() as u64));
        }
    }
    assert_eq!(first.damage, None);
    plain
}

#[test]
fn entries_carry_what_the_tar_says() {
    let seen = seen(
        &layer()
            .dir("usr/bin/")
            .file("./usr/bin/su", "elf")
            .mode(0o4755)
            .owner(1, 2)
            .mtime(77)
            .symlink("/bin", "usr/bin")
            .hardlink("usr/bin/su2", "usr/bin/su")
            .fifo("run/pipe")
            .char_device("dev/null"),
    );
    insta::assert_snapshot!(seen.list().join("\n"), @r"
    Directory /usr/bin 755 0:0 0
    File /usr/bin/su 4755 1:2 3
    Symlink /bin 644 0:0 0 -> usr/bin
    Hardlink /usr/bin/su2 644 0:0 0 -> usr/bin/su
    Fifo /run/pipe 644 0:0 0
    CharDevice /dev/null 644 0:0 0
    ");
    assert_eq!(seen.entry("usr/bin/su").unwrap().mtime, 77);
    assert_eq!(seen.content("usr/bin/su").unwrap(), b"elf");
}

#[test]
fn whiteouts_name_what_they_hide() {
    let seen = seen(
        &layer()
            .whiteout("etc/passwd")
            .opaque("var/lib")
            .file(".wh..wh..opq", "")
            .file("not.a.wh..wh..opq", "x")
            .file(".wh..wh.plnk/1.2", "")
            .file(".wh..wh.aufs", "")
            .file("dir/.wh.", "")
            .file("dir/.wh..hidden", "content of a whiteout is nothing"),
    );
    insta::assert_snapshot!(seen.list().join("\n"), @r"
    Whiteout /etc/passwd 644 0:0 0
    Opaque /var/lib 644 0:0 0
    Opaque / 644 0:0 0
    File /not.a.wh..wh..opq 644 0:0 1
    Whiteout /dir/.hidden 644 0:0 0
    ");
    assert_eq!(seen.warnings, ["/dir/.wh.: a whiteout that names nothing is ignored"]);
}

#[test]
fn spellings_of_a_path_are_one_path_and_the_root_is_skipped() {
    let seen = seen(
        &layer().dir(".").dir("./").dir("/").file("./a", "1").file("/a", "2").file("x/../a", "3").file("../../a", "4").dir("a/"),
    );
    assert_eq!(seen.entries.len(), 5);
    assert!(seen.entries.iter().all(|(entry, _)| entry.path.as_bytes() == b"a"));
}

#[test]
fn a_path_that_is_there_twice_is_told_twice_in_order() {
    let seen = seen(&layer().file("a", "old").file("a", "newer"));
    let sizes: Vec<_> = seen.entries.iter().map(|(entry, _)| entry.size).collect();
    assert_eq!(sizes, [3, 5]);
}

#[test]
fn what_estargz_adds_is_hidden_and_files_of_that_name_elsewhere_are_not() {
    let seen = seen(
        &layer()
            .file(".prefetch.landmark", [0xf])
            .file("app", "x")
            .file(".no.prefetch.landmark", "a file of somebody's own")
            .file("sub/stargz.index.json", "{}")
            .file("stargz.index.json", "{}"),
    );
    let paths: Vec<_> = seen.entries.iter().map(|(entry, _)| entry.path.display()).collect();
    assert_eq!(paths, ["/app", "/.no.prefetch.landmark", "/sub/stargz.index.json"]);
}

#[test]
fn names_that_are_no_text_stay_as_they_are() {
    let seen = seen(&layer().file(b"\xff\xfe", "x").symlink("link", b"\xfd"));
    assert_eq!(seen.entries[0].0.path.as_bytes(), b"\xff\xfe");
    assert_eq!(seen.entries[1].0.link.as_deref(), Some(&b"\xfd"[..]));
}

#[test]
fn the_empty_layer_and_an_empty_blob_are_read() {
    let seen = seen(&layer());
    assert!(seen.entries.is_empty() && seen.warnings.is_empty());
    let (seen, summary) = read_layer(b"", 1);
    assert_eq!((seen.entries.len(), summary.damage, summary.stored_size), (0, None, 0));
    assert_eq!(seen.warnings, ["/: tar: the end marker is missing"]);
}

#[test]
fn global_headers_and_concatenated_tars_and_garbage_are_read_over() {
    let both = layer().global(&[("comment", "commit")]).file("a", "1").tail(layer().file("b", "2").tar()).tail(vec![b'g'; 700]);
    let seen = seen(&both);
    assert_eq!(seen.entries.len(), 2);
    assert_eq!(seen.warnings.len(), 2, "{:?}", seen.warnings);
}

#[test]
fn offsets_lead_to_the_content_in_the_tar() {
    let layer = layer().file("a".repeat(150), "long name").dir("d").file("b", "second").xattr("user.x", "y");
    let (tar, seen) = (layer.tar(), seen(&layer));
    for (entry, content) in seen.entries.iter().filter(|(entry, _)| entry.kind == EntryKind::File) {
        let start = entry.offset as usize;
        assert_eq!(&tar[start..start + entry.size as usize], content.as_deref().unwrap());
    }
}

/// A sparse file of 100,000 bytes: `head` at 10,000 and `tail` at 99,996.
fn expanded() -> Vec<u8> {
    let mut bytes = vec![0; 100_000];
    bytes[10_000..10_004].copy_from_slice(b"head");
    bytes[99_996..].copy_from_slice(b"tail");
    bytes
}

fn old_gnu_sparse(segments: &[(u64, u64)], real: u64, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::GNUSparse);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(content.len() as u64);
    put(&mut header.as_old_mut().name, b"sparse");
    let gnu = header.as_gnu_mut().unwrap();
    gnu.set_real_size(real);
    for (slot, (offset, len)) in gnu.sparse.iter_mut().zip(segments) {
        slot.set_offset(*offset);
        slot.set_length(*len);
    }
    gnu.set_is_extended(segments.len() > 4);
    header.set_cksum();
    let mut out = header.as_bytes().to_vec();
    let rest = segments.get(4..).unwrap_or_default();
    for (at, chunk) in rest.chunks(21).enumerate() {
        let mut block = tar::GnuExtSparseHeader::new();
        for (slot, (offset, len)) in block.sparse.iter_mut().zip(chunk) {
            slot.set_offset(*offset);
            slot.set_length(*len);
        }
        block.set_is_extended((at + 1) * 21 < rest.len());
        out.extend_from_slice(block.as_bytes());
    }
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

#[test]
fn sparse_files_of_every_format_unpack_alike() {
    let old = layer().raw(old_gnu_sparse(&[(10_000, 4), (99_996, 4), (100_000, 0)], 100_000, b"headtail"));
    let pax_0_0 = layer()
        .file("sparse", "headtail")
        .pax("GNU.sparse.size", "100000")
        .pax("GNU.sparse.numblocks", "2")
        .pax("GNU.sparse.offset", "10000")
        .pax("GNU.sparse.numbytes", "4")
        .pax("GNU.sparse.offset", "99996")
        .pax("GNU.sparse.numbytes", "4");
    let pax_0_1 = layer()
        .file("GNUSparseFile.1/sparse", "headtail")
        .pax("GNU.sparse.size", "100000")
        .pax("GNU.sparse.name", "sparse")
        .pax("GNU.sparse.map", "10000,4,99996,4");
    let mut map = b"2\n10000\n4\n99996\n4\n".to_vec();
    map.resize(512, 0);
    map.extend_from_slice(b"headtail");
    let pax_1_0 = layer()
        .file("GNUSparseFile.1/sparse", map)
        .pax("GNU.sparse.major", "1")
        .pax("GNU.sparse.minor", "0")
        .pax("GNU.sparse.name", "sparse")
        .pax("GNU.sparse.realsize", "100000");
    for (layer, stored) in [(old, 8), (pax_0_0, 8), (pax_0_1, 8), (pax_1_0, 520)] {
        let seen = seen(&layer.file("next", "n"));
        let entry = seen.entry("sparse").unwrap();
        assert_eq!((entry.size, entry.logical_size), (stored, 100_000));
        assert!(seen.content("sparse").unwrap() == expanded());
        assert_eq!(seen.content("next").unwrap(), b"n");
        assert!(seen.warnings.is_empty(), "{:?}", seen.warnings);
    }
}

#[test]
fn long_maps_of_old_sparse_files_go_on_in_further_blocks() {
    let segments: Vec<(u64, u64)> = (0..60).map(|at| (at * 1000 + 500, 3)).collect();
    let content: Vec<u8> = (0..60u8).flat_map(|at| [at, at, at]).collect();
    let seen = seen(&layer().raw(old_gnu_sparse(&segments, 60_000, &content)).file("next", "n"));
    let unpacked = seen.content("sparse").unwrap();
    assert_eq!(unpacked.len(), 60_000);
    for at in 0..60 {
        assert_eq!(unpacked[at * 1000 + 499..at * 1000 + 504], [0, at as u8, at as u8, at as u8, 0]);
    }
    assert_eq!(seen.content("next").unwrap(), b"n");
}

#[test]
fn sparse_files_whose_map_cannot_be_are_listed_without_content() {
    let map =
        |map: &str| layer().file("s", "headtail").pax("GNU.sparse.size", "100000").pax("GNU.sparse.map", map).file("next", "n");
    for wrong in ["10000,4", "10000,4,5,4", "99999,8", "10000,4,99996,18446744073709551615", "x,y", "1,2,3", ""] {
        let seen = seen(&map(wrong));
        assert_eq!(seen.content("s").unwrap(), b"", "{wrong}");
        assert_eq!(seen.content("next").unwrap(), b"n");
        assert!(seen.warnings[0].contains("damaged sparse map"), "{wrong}: {:?}", seen.warnings);
    }
}

#[test]
fn a_sparse_file_of_exabytes_costs_nothing() {
    let huge = layer()
        .file("s", "")
        .pax("GNU.sparse.size", "9000000000000000000")
        .pax("GNU.sparse.map", "9000000000000000000,0")
        .file("next", "n");
    let seen = seen(&huge);
    assert_eq!(seen.entry("s").unwrap().logical_size, 9_000_000_000_000_000_000);
    assert!(seen.warnings[0].contains("the content is not read"));
    assert_eq!(seen.content("next").unwrap(), b"n");
}

#[test]
fn damage_in_the_middle_keeps_everything_before_and_still_hashes_the_blob() {
    let layer = layer().file("first", "1").file("second", vec![2; 3000]).file("third", "3");
    let mut tar = layer.tar();
    tar[1024 + 512 + 3072 + 5] ^= 1;
    let (seen, summary) = read_layer(&tar, 100);
    assert_eq!(seen.entries.len(), 2);
    assert!(matches!(summary.damage, Some(Error::TarHeader { .. })));
    assert_eq!((summary.digest, summary.diff_id), (Some(porthole_oci::Digest::sha256(&tar)), summary.digest));

    for blob in [layer.clone().gzip().blob(), layer.clone().zstd().blob()] {
        let cut = &blob[..blob.len() - 6];
        let (_, summary) = read_layer(cut, 100);
        assert!(matches!(summary.damage, Some(Error::CodecTruncated { .. })), "{:?}", summary.damage);
        assert_eq!((summary.digest, summary.diff_id), (Some(porthole_oci::Digest::sha256(cut)), None));
    }
}

#[test]
fn a_blob_cut_at_every_length_never_panics() {
    let layer = layer().global(&[("uid", "1")]).file("a".repeat(120), "x").raw(old_gnu_sparse(
        &[(1, 1), (3, 1), (5, 1), (7, 1), (9, 1)],
        20,
        b"abcde",
    ));
    for blob in [layer.blob(), layer.clone().gzip().blob(), layer.clone().zstd().blob()] {
        for len in 0..blob.len() {
            let (whole, pieces) = (read_layer(&blob[..len], usize::MAX), read_layer(&blob[..len], 7));
            assert_eq!(whole.1.damage.is_some(), pieces.1.damage.is_some(), "{len}");
            assert_eq!(whole.0.entries.len(), pieces.0.entries.len(), "{len}");
        }
    }
}

#[test]
fn only_what_is_asked_for_is_hashed() {
    for layer in [layer().file("a", "b"), layer().file("a", "b").gzip()] {
        for (digest, diff_id) in [(true, true), (true, false), (false, true), (false, false)] {
            let algorithm = |wanted: bool| wanted.then_some(Algorithm::Sha256);
            let verify = Verify { digest: algorithm(digest), diff_id: algorithm(diff_id) };
            let mut seen = LayerSeen::default();
            let mut reader = LayerReader::new(Limits::default(), verify);
            for byte in layer.blob() {
                reader.push(&[byte], &mut seen);
            }
            let summary = reader.finish(&mut seen);
            assert_eq!(summary.digest, digest.then(|| layer.digest()));
            assert_eq!(summary.diff_id, diff_id.then(|| layer.diff_id()));
        }
    }
}

#[test]
fn digest_and_diff_id_may_be_of_two_algorithms() {
    for layer in [layer().file("a", "b"), layer().file("a", "b").gzip()] {
        let stated = Digest::Sha512([0; 64]);
        let digest = stated.of_same_algorithm(&layer.blob());
        let mut reader = LayerReader::new(Limits::default(), Verify::by(Some(&stated), None));
        reader.push(&layer.blob(), &mut LayerSeen::default());
        let summary = reader.finish(&mut LayerSeen::default());
        assert_eq!((summary.digest, summary.diff_id), (Some(digest), Some(layer.diff_id())));
    }
}

#[test]
fn warnings_without_end_are_cut_short() {
    let many = (0..500).fold(layer(), |layer, at| layer.file(format!("{at}/.wh."), ""));
    let limits = Limits { max_warnings: 10, ..Limits::default() };
    let (seen, summary) = read_layer_within(&many.blob(), 4096, limits);
    assert_eq!((seen.warnings.len(), summary.warnings), (10, 500));
    assert_eq!(seen.warnings[9], "/: further warnings are left out");
}

/// A host's SHA-256: ours, behind its door.
struct Lent(Hasher);

impl HostSha256 for Lent {
    fn push(&mut self, bytes: &[u8]) {
        self.0.push(bytes);
    }

    fn finish(self: Box<Self>) -> [u8; 32] {
        self.0.finish().as_bytes().try_into().unwrap()
    }
}

/// CRC-32 as RFC 1952 defines it, a bit at a time.
fn crc32(sum: u32, bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| crc >> 1 ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(!sum, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

fn summed_by(blob: &[u8], host: Option<HostSums>) -> LayerFacts {
    let mut scan = LayerScan::new(&LayerOptions::default());
    if let Some(host) = host {
        scan = scan.summed_by(host);
    }
    blob.chunks(1000).for_each(|chunk| scan.push(chunk));
    scan.finish()
}

/// Oracle: our own sums.
#[test]
fn sums_of_a_host_are_reported_as_our_own() {
    let host = HostSums { sha256: || Box::new(Lent(Hasher::new(Algorithm::Sha256))), crc32 };
    let layer = layer().file("a", "b").file("etc/passwd", "root:x:0:0::/root:/bin/sh\n".repeat(400));
    for layer in [layer.clone(), layer.clone().gzip(), layer.clone().gzip_members(600), layer.clone().zstd()] {
        let blob = layer.blob();
        for blob in [&blob[..], &blob[..blob.len() - 20]] {
            assert_eq!(summed_by(blob, Some(host)), summed_by(blob, None));
        }
    }
    let lying = HostSums { sha256: host.sha256, crc32: |sum, bytes| crc32(sum, bytes) ^ 1 };
    let facts = summed_by(&layer.gzip().blob(), Some(lying));
    assert_eq!((facts.complete, facts.diff_id.as_str()), (false, ""));
    assert_eq!(facts.gaps[0].message, "gzip: bad crc");
}
