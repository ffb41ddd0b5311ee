//! RPM headers: an index of tags over a block of data (rpm's `docs/manual/format_header.md`), as databases hold them,
//! without the magic that package files put before.

use crate::facts::PackageFact;

use super::number::{be16, be32, be64};

/// Tags (rpm's `rpmtag.h`).
mod tag {
    pub(super) const NAME: u32 = 1000;
    pub(super) const VERSION: u32 = 1001;
    pub(super) const RELEASE: u32 = 1002;
    pub(super) const EPOCH: u32 = 1003;
    pub(super) const SIZE: u32 = 1009;
    pub(super) const LICENSE: u32 = 1014;
    pub(super) const ARCH: u32 = 1022;
    pub(super) const OLDFILENAMES: u32 = 1027;
    pub(super) const FILEMODES: u32 = 1030;
    pub(super) const SOURCERPM: u32 = 1044;
    pub(super) const DIRINDEXES: u32 = 1116;
    pub(super) const BASENAMES: u32 = 1117;
    pub(super) const DIRNAMES: u32 = 1118;
    pub(super) const LONGSIZE: u32 = 5009;
    pub(super) const MODULARITYLABEL: u32 = 5096;
}

/// Most tags of one header (rpm's own limit).
const MAX_TAGS: usize = 0xFFFF;

/// Longest name, version, licence and so on, bytes.
const MAX_TEXT: usize = 8192;

struct Header<'a> {
    index: &'a [u8],
    data: &'a [u8],
}

impl<'a> Header<'a> {
    fn new(blob: &'a [u8]) -> Option<Self> {
        let tags = usize::try_from(be32(blob, 0)?).ok().filter(|tags| *tags <= MAX_TAGS)?;
        let length = usize::try_from(be32(blob, 4)?).ok()?;
        let data_start = 8 + tags * 16;
        let index = blob.get(8..data_start)?;
        Some(Self { index, data: blob.get(data_start..data_start.checked_add(length)?)? })
    }

    /// The bytes from a tag's value to the end of the data, and how many values there are.
    fn find(&self, tag: u32) -> Option<(&'a [u8], usize)> {
        let entry = self.index.chunks_exact(16).find(|entry| be32(entry, 0) == Some(tag))?;
        let offset = usize::try_from(be32(entry, 8)?).ok()?;
        Some((self.data.get(offset..)?, usize::try_from(be32(entry, 12)?).ok()?))
    }

    fn strings(&self, tag: u32) -> impl Iterator<Item = &'a [u8]> {
        let (data, count) = self.find(tag).unwrap_or_default();
        data.split(|byte| *byte == 0).take(count)
    }

    /// A text that is there and is not the placeholder for nothing.
    fn text(&self, tag: u32) -> Option<String> {
        let value = self.strings(tag).next().filter(|value| value.len() <= MAX_TEXT)?;
        Some(String::from_utf8_lossy(value).into_owned()).filter(|text| !text.is_empty() && text != "(none)")
    }

    fn u32(&self, tag: u32) -> Option<u32> {
        be32(self.find(tag)?.0, 0)
    }

    fn u32s(&self, tag: u32) -> impl Iterator<Item = u32> {
        let (data, count) = self.find(tag).unwrap_or_default();
        data.chunks_exact(4).take(count).filter_map(|chunk| be32(chunk, 0))
    }

    fn u16s(&self, tag: u32) -> impl Iterator<Item = u16> {
        let (data, count) = self.find(tag).unwrap_or_default();
        data.chunks_exact(2).take(count).filter_map(|chunk| be16(chunk, 0))
    }
}

/// The package that a header describes; none when it has no name or version, or its index leads outside.
pub(super) fn package(blob: &[u8]) -> Option<PackageFact> {
    let header = Header::new(blob)?;
    let mut package = fact(
        header.text(tag::NAME)?,
        &header.text(tag::VERSION)?,
        &header.text(tag::RELEASE)?,
        header.u32(tag::EPOCH),
        header.text(tag::ARCH),
        header.text(tag::SOURCERPM).as_deref(),
    );
    package.licenses = header.text(tag::LICENSE).into_iter().collect();
    package.installed_size = match header.find(tag::LONGSIZE) {
        Some((data, _)) => be64(data, 0),
        None => header.u32(tag::SIZE).map(u64::from),
    };
    if let Some(label) = header.text(tag::MODULARITYLABEL) {
        package.qualifiers.push(("rpmmod".to_owned(), label));
    }
    package.owned = owned(&header);
    Some(package)
}

/// A package from its parts, as headers and manifests state them.
pub(super) fn fact(
    name: String,
    version: &str,
    release: &str,
    epoch: Option<u32>,
    architecture: Option<String>,
    source_rpm: Option<&str>,
) -> PackageFact {
    let version_release = format!("{version}-{release}");
    let epoch = epoch.filter(|epoch| *epoch != 0);
    let full = epoch.map_or_else(|| version_release.clone(), |epoch| format!("{epoch}:{version_release}"));
    let source = source_rpm.and_then(source).map(|(name, version)| {
        // A source file's name has no epoch. Built at once they share it; a binary of its own version may differ.
        if version == version_release { (name, full.clone()) } else { (name, version) }
    });
    let key = format!("{name}-{full}.{}", architecture.as_deref().unwrap_or("noarch"));
    PackageFact { architecture, source, key, ..PackageFact::new("rpm", name, full) }
}

/// `openssl-3.0.7-27.el9.src.rpm` is `openssl` of `3.0.7-27.el9`.
fn source(file: &str) -> Option<(String, String)> {
    let stem = file.strip_suffix(".rpm")?;
    let stem = stem.strip_suffix(".src").or_else(|| stem.strip_suffix(".nosrc"))?;
    let (rest, release) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    Some((name.to_owned(), format!("{version}-{release}")))
}

/// Paths without a leading slash; folders are left out, for packages share them.
fn owned(header: &Header<'_>) -> Vec<Vec<u8>> {
    const FOLDER: u16 = 0o040_000;
    let mut modes = header.u16s(tag::FILEMODES);
    let mut is_file = move || modes.next().is_none_or(|mode| mode & 0o170_000 != FOLDER);
    let rooted = |path: Vec<u8>| path.strip_prefix(b"/").map(<[u8]>::to_vec).unwrap_or(path);
    if header.find(tag::BASENAMES).is_none() {
        return header.strings(tag::OLDFILENAMES).filter(|_| is_file()).map(|path| rooted(path.to_vec())).collect();
    }
    let folders: Vec<&[u8]> = header.strings(tag::DIRNAMES).collect();
    // What all paths together may weigh: a hostile header could name one long folder for each of its files.
    let mut budget = header.data.len().saturating_mul(64);
    header
        .strings(tag::BASENAMES)
        .zip(header.u32s(tag::DIRINDEXES))
        .filter(|_| is_file())
        .map_while(|(name, folder)| {
            let folder = folders.get(usize::try_from(folder).ok()?)?;
            budget = budget.checked_sub(folder.len() + name.len())?;
            Some(rooted([folder, name].concat()))
        })
        .collect()
}
