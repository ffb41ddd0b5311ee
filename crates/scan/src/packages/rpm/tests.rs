//! Tiny databases of each generation, built here, whole and damaged.

use super::*;

/// Header bytes with these string, number and list tags, as a database stores them.
pub(super) fn header(name: &str, epoch: Option<u32>, padding: usize) -> Vec<u8> {
    let mut index = Vec::new();
    let mut data: Vec<u8> = Vec::new();
    let mut add = |tag: u32, kind: u32, count: u32, value: &[u8]| {
        for number in [tag, kind, u32::try_from(data.len()).expect("small"), count] {
            index.extend(number.to_be_bytes());
        }
        data.extend(value);
    };
    add(1000, 6, 1, format!("{name}\0").as_bytes());
    add(1001, 6, 1, b"1.12.20\0");
    add(1002, 6, 1, b"8.el9\0");
    add(1014, 6, 1, b"GPLv2+\0");
    add(1022, 6, 1, b"x86_64\0");
    add(1044, 6, 1, b"dbus-1.12.20-8.el9.src.rpm\0");
    add(1005, 6, 1, format!("{}\0", "x".repeat(padding)).as_bytes());
    if let Some(epoch) = epoch {
        add(1003, 4, 1, &epoch.to_be_bytes());
    }
    add(1009, 4, 1, &4711_u32.to_be_bytes());
    add(1030, 3, 3, &[0o040_755_u16, 0o100_755, 0o100_644].map(u16::to_be_bytes).concat());
    add(1116, 4, 3, &[0_u32, 1, 1].map(u32::to_be_bytes).concat());
    add(1117, 8, 3, b"dbus-1\0dbus\0dbus-run\0");
    add(1118, 8, 2, b"/usr/share/\0/usr/bin/\0");
    let mut blob = Vec::new();
    blob.extend(u32::try_from(index.len() / 16).expect("small").to_be_bytes());
    blob.extend(u32::try_from(data.len()).expect("small").to_be_bytes());
    blob.extend(index);
    blob.extend(data);
    blob
}

fn lines(parsed: &Parsed) -> Vec<String> {
    parsed
        .packages
        .iter()
        .map(|package| {
            let owned: Vec<_> = package.owned.iter().map(|path| String::from_utf8_lossy(path)).collect();
            let (source, version) = package.source.clone().unwrap_or_default();
            format!(
                "{} {} {} {source} {version} {} {} {}",
                package.key,
                package.name,
                package.version,
                package.licenses.join(","),
                package.installed_size.unwrap_or_default(),
                owned.join(",")
            )
        })
        .collect()
}

const DBUS: &str =
    "dbus-1:1.12.20-8.el9.x86_64 dbus 1:1.12.20-8.el9 dbus 1:1.12.20-8.el9 GPLv2+ 4711 usr/bin/dbus,usr/bin/dbus-run";
const LIBS: &str = "libs-1.12.20-8.el9.x86_64 libs 1.12.20-8.el9 dbus 1.12.20-8.el9 GPLv2+ 4711 usr/bin/dbus,usr/bin/dbus-run";

fn both() -> [Vec<u8>; 2] {
    [header("dbus", Some(1), 900), header("libs", None, 3000)]
}

/// Pages of 512 bytes: schema, an interior page, a leaf for each blob, overflow pages.
fn sqlite(blobs: &[Vec<u8>]) -> Vec<u8> {
    fn varint(value: usize) -> Vec<u8> {
        let value = u16::try_from(value).expect("small");
        if value < 128 { vec![value as u8] } else { vec![(value >> 7) as u8 | 0x80, (value & 0x7F) as u8] }
    }
    fn leaf(base: usize, cell: &[u8]) -> Vec<u8> {
        let mut page = vec![0; 512];
        let at = 512 - cell.len();
        page[base] = 0x0D;
        page[base + 4] = 1;
        page[base + 8..base + 10].copy_from_slice(&u16::try_from(at).expect("small").to_be_bytes());
        page[at..].copy_from_slice(cell);
        page
    }
    let sql = b"CREATE TABLE Packages";
    let mut record = vec![6, 23, 29, 29, 1, 12 + 2 * sql.len() as u8 + 1];
    record.extend(b"tablePackagesPackages\x02");
    record.extend(sql);
    let mut first = leaf(100, &[varint(record.len()), vec![1], record].concat());
    first[..16].copy_from_slice(sqlite::MAGIC);
    first[16..18].copy_from_slice(&512_u16.to_be_bytes());
    let mut interior = vec![0; 512];
    interior[0] = 0x05;
    let mut pages = vec![first, Vec::new()];
    for (i, blob) in blobs.iter().enumerate() {
        // A record of NULL, which stands for the row id, and the blob, whose serial type takes three bytes here.
        let kind = 12 + 2 * blob.len();
        let head = [5, 0, (kind >> 14) as u8 | 0x80, (kind >> 7) as u8 | 0x80, (kind & 0x7F) as u8];
        let payload = [head.as_slice(), blob].concat();
        let least = (512 - 12) * 32 / 255 - 23;
        let local = Some(least + (payload.len() - least) % 508).filter(|local| *local <= 477).unwrap_or(least);
        let mut cell = [varint(payload.len()), vec![i as u8 + 1], payload[..local].to_vec()].concat();
        let page = pages.len() + 1;
        cell.extend(u32::try_from(page + 1).expect("small").to_be_bytes());
        pages.push(leaf(0, &cell));
        let chunks: Vec<_> = payload[local..].chunks(508).collect();
        for (n, chunk) in chunks.iter().enumerate() {
            let next = if n + 1 == chunks.len() { 0 } else { pages.len() + 2 };
            let mut overflow = u32::try_from(next).expect("small").to_be_bytes().to_vec();
            overflow.extend(*chunk);
            overflow.resize(512, 0);
            pages.push(overflow);
        }
        let page = u32::try_from(page).expect("small").to_be_bytes();
        if i + 1 == blobs.len() {
            interior[8..12].copy_from_slice(&page);
        } else {
            let at = 400 + 5 * i;
            interior[12 + 2 * i..14 + 2 * i].copy_from_slice(&u16::try_from(at).expect("small").to_be_bytes());
            interior[at..at + 4].copy_from_slice(&page);
            interior[4] += 1;
        }
    }
    pages[1] = interior;
    pages.concat()
}

fn ndb(blobs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    bytes[..4].copy_from_slice(ndb::MAGIC);
    bytes[12] = 1;
    for (i, blob) in blobs.iter().enumerate() {
        let index = u32::try_from(i + 1).expect("small");
        let at = 32 + 16 * i;
        bytes[at..at + 4].copy_from_slice(b"Slot");
        bytes[at + 4..at + 8].copy_from_slice(&index.to_le_bytes());
        let block = u32::try_from(bytes.len() / 16).expect("small");
        bytes[at + 8..at + 12].copy_from_slice(&block.to_le_bytes());
        bytes.extend(b"BlbS");
        bytes.extend(index.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(u32::try_from(blob.len()).expect("small").to_le_bytes());
        bytes.extend(blob);
        bytes.resize(bytes.len().next_multiple_of(16), 0);
    }
    bytes
}

fn bdb(blobs: &[Vec<u8>], big_endian: bool) -> Vec<u8> {
    let four = |value: usize| {
        let value = u32::try_from(value).expect("small");
        if big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    };
    let two = |value: usize| {
        let value = u16::try_from(value).expect("small");
        if big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    };
    let mut pages = vec![vec![0; 512], vec![0; 512]];
    let mut items: Vec<Vec<u8>> = Vec::new();
    for (i, blob) in blobs.iter().enumerate() {
        items.push([vec![ITEM_KEY], four(i).to_vec()].concat());
        items.push([vec![3, 0, 0, 0], four(pages.len()).to_vec(), four(blob.len()).to_vec()].concat());
        let chunks: Vec<_> = blob.chunks(486).collect();
        for (n, chunk) in chunks.iter().enumerate() {
            let mut page = vec![0; 512];
            page[16..20].copy_from_slice(&four(if n + 1 == chunks.len() { 0 } else { pages.len() + 1 }));
            page[22..24].copy_from_slice(&two(chunk.len()));
            page[25] = 7;
            page[26..26 + chunk.len()].copy_from_slice(chunk);
            pages.push(page);
        }
    }
    let last = pages.len() - 1;
    pages[0][12..16].copy_from_slice(&four(0x0006_1561));
    pages[0][20..24].copy_from_slice(&four(512));
    pages[0][32..36].copy_from_slice(&four(last));
    pages[1][20..22].copy_from_slice(&two(items.len()));
    pages[1][25] = 13;
    let mut end = 512;
    for (i, item) in items.iter().enumerate() {
        end -= item.len();
        pages[1][end..end + item.len()].copy_from_slice(item);
        pages[1][26 + 2 * i..28 + 2 * i].copy_from_slice(&two(end));
    }
    pages.concat()
}

const ITEM_KEY: u8 = 1;

#[test]
fn every_generation_gives_the_same_packages() {
    for bytes in [sqlite(&both()), ndb(&both()), bdb(&both(), false), bdb(&both(), true)] {
        let parsed = parse(&bytes);
        assert_eq!(parsed.gaps, []);
        assert_eq!(lines(&parsed), [DBUS, LIBS]);
    }
}

#[test]
fn a_damaged_header_costs_itself_only() {
    let mut blobs = both().to_vec();
    blobs.insert(1, b"\0\0\0\x09\0\0\0\x09 no header at all".to_vec());
    let parsed = parse(&ndb(&blobs));
    assert_eq!(parsed.packages.len(), 2);
    assert_eq!(parsed.gaps.len(), 1);
}

#[test]
fn no_cut_and_no_flipped_byte_panics() {
    for bytes in [sqlite(&both()), ndb(&both()), bdb(&both(), false)] {
        for cut in 0..bytes.len() {
            let parsed = parse(&bytes[..cut]);
            // Only zeros at the end may be missing without notice.
            assert!(!parsed.gaps.is_empty() || lines(&parsed) == [DBUS, LIBS], "cut at {cut}");
        }
        let mut bytes = bytes;
        for at in (0..bytes.len()).step_by(5) {
            for flip in [0xFF, 0x01] {
                bytes[at] ^= flip;
                parse(&bytes);
                bytes[at] ^= flip;
            }
        }
    }
}

#[test]
fn pages_that_name_each_other_end() {
    let mut bytes = sqlite(&both());
    // The interior page's right child is the interior page.
    bytes[512 + 8..512 + 12].copy_from_slice(&2_u32.to_be_bytes());
    let parsed = parse(&bytes);
    assert_eq!(lines(&parsed), [DBUS]);
    assert_eq!(parsed.gaps.len(), 1);
}

#[test]
fn manifests_give_packages() {
    let text = b"openssl-libs\t3.3.0-2.azl3\t1726000000\t1725000000\tMicrosoft Corporation\t(none)\t7654\tx86_64\t0\topenssl-3.3.0-2.azl3.src.rpm\ndbus\t1.15.8-4.azl3\t1\t1\tM\t(none)\t1\tx86_64\t1\t(none)\nbroken\n";
    let parsed = parse_manifest(text);
    let seen: Vec<_> = parsed.packages.iter().map(|package| (package.key.as_str(), package.source.clone())).collect();
    let source = ("openssl".to_owned(), "3.3.0-2.azl3".to_owned());
    assert_eq!(seen, [("openssl-libs-3.3.0-2.azl3.x86_64", Some(source)), ("dbus-1:1.15.8-4.azl3.x86_64", None)]);
    assert_eq!(parsed.gaps.len(), 1);
}

#[test]
fn an_unknown_format_is_told() {
    assert_eq!(parse(b"nothing of the kind").gaps.len(), 1);
}
