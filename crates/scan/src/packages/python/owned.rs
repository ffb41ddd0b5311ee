//! Files that belong to an installed Python package: `RECORD`, `installed-files.txt`, `top_level.txt`.

use porthole_oci::layer::ImagePath;

use super::super::language::{folder, lossy};
use super::super::syntax::text;
use crate::facts::{Attachment, Parsed};

/// `RECORD` (PyPA, "Recording installed projects", section "The RECORD file"): CSV, paths relative to the folder that
/// holds the metadata folder, or absolute.
pub(super) fn record(path: &[u8], bytes: &[u8]) -> Parsed {
    let home = folder(path);
    let site = ImagePath::new(folder(home));
    let text = text(bytes);
    attachment(home, text.lines().filter_map(first_column).map(|name| resolve(&site, &name)).collect(), Vec::new())
}

/// `installed-files.txt` (setuptools): a path a line, relative to the metadata folder.
pub(super) fn installed_files(path: &[u8], bytes: &[u8]) -> Parsed {
    let home = folder(path);
    let base = ImagePath::new(home);
    let text = text(bytes);
    attachment(home, text.lines().filter(|line| !line.is_empty()).map(|name| resolve(&base, name)).collect(), Vec::new())
}

/// `top_level.txt` (setuptools): the importable names, each a folder or a module beside the metadata folder.
pub(super) fn top_level(path: &[u8], bytes: &[u8]) -> Parsed {
    let home = folder(path);
    let site = ImagePath::new(folder(home));
    let text = text(bytes);
    let names: Vec<&str> = text.lines().map(str::trim).filter(|name| !name.is_empty() && !name.contains("..")).collect();
    let modules = names.iter().map(|name| site.join(format!("{name}.py")).as_bytes().to_vec()).collect();
    attachment(home, modules, names.iter().map(|name| site.join(name).as_bytes().to_vec()).collect())
}

fn attachment(home: &[u8], owned: Vec<Vec<u8>>, owned_folders: Vec<Vec<u8>>) -> Parsed {
    let attachment = Attachment { key: lossy(home).into_owned(), owned, owned_folders, ..Attachment::default() };
    Parsed { attachments: vec![attachment], ..Parsed::default() }
}

fn resolve(base: &ImagePath, name: &str) -> Vec<u8> {
    let path = if name.starts_with('/') { ImagePath::new(name) } else { base.join(name) };
    path.as_bytes().to_vec()
}

/// The first column of a CSV line; none when it is empty.
fn first_column(line: &str) -> Option<String> {
    let name = match line.strip_prefix('"') {
        None => line.split(',').next()?.trim_end().to_owned(),
        Some(rest) => {
            let mut name = String::new();
            let mut chars = rest.chars().peekable();
            while let Some(c) = chars.next() {
                if c == '"' && chars.next_if_eq(&'"').is_none() {
                    break;
                }
                name.push(c);
            }
            name
        }
    };
    (!name.is_empty()).then_some(name)
}
