//! Which paths a package owns: `info/*.list`, `status.d/*.md5sums`, `diversions`.

use crate::facts::Attachment;

/// Paths of an `info/NAME.list`, without a leading slash. Folders that hold a listed path are dropped: they are shared.
pub fn file_list(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut owned: Vec<Vec<u8>> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let path = line.strip_prefix(b"/").unwrap_or(line);
        if path.is_empty() || path == b"." {
            continue;
        }
        // A folder stands right before its first child.
        if let Some(last) = owned.last()
            && path.strip_prefix(last.as_slice()).is_some_and(|rest| rest.first() == Some(&b'/'))
        {
            owned.pop();
        }
        owned.push(path.to_vec());
    }
    owned
}

/// Paths of an md5sums file: 32 hexadecimal digits, two spaces, a path (deb-md5sums(5)).
pub fn md5sums(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let (sum, path) = line.split_at_checked(32)?;
            let path = path.strip_prefix(b"  ").or_else(|| path.strip_prefix(b" *"))?;
            let path = path.strip_prefix(b"./").or_else(|| path.strip_prefix(b"/")).unwrap_or(path);
            (sum.iter().all(u8::is_ascii_hexdigit) && !path.is_empty()).then(|| path.to_vec())
        })
        .collect()
}

/// The database of diversions: path, where it went, who diverted it; three lines each (dpkg-divert(1)).
///
/// The file's owner is not named there, so the diverted name is given to the package that diverted it.
pub fn diversions(bytes: &[u8]) -> Vec<Attachment> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let mut found: Vec<Attachment> = Vec::new();
    while let (Some(_), Some(to), Some(package)) = (lines.next(), lines.next(), lines.next()) {
        let to = to.strip_prefix(b"/").unwrap_or(to);
        // `:` stands for a diversion made by hand.
        if to.is_empty() || package.is_empty() || package == b":" {
            continue;
        }
        let key = String::from_utf8_lossy(package).into_owned();
        match found.iter_mut().find(|attachment| attachment.key == key) {
            Some(attachment) => attachment.owned.push(to.to_vec()),
            None => found.push(Attachment { key, owned: vec![to.to_vec()], ..Attachment::default() }),
        }
    }
    found
}
