//! What no package owns: the application itself, by folder and by language. Records of package managers are theirs.
//! Proof: `tests/suite/packages_os.rs`, `tests/suite/packages_every.rs`.

use std::collections::BTreeMap;

use porthole_oci::layer::EntryKind;
use porthole_report::{Application, ApplicationDirectory, ApplicationLanguage, sorting};

use crate::image::{ImageView, NodeId};
use crate::inventory::Inventory;

/// Folders and languages listed.
const LISTED: usize = 20;

/// A folder is split into its subfolders when one of them holds less than this share of it.
const SHARE: f64 = 0.9;

/// Folders where package managers keep records of their own: no package lists these files, and they are no application.
const RECORDS: &[&[u8]] = &[
    b"var/lib/dpkg/",
    b"var/lib/apt/",
    b"var/cache/apt/",
    b"var/cache/debconf/",
    b"var/log/apt/",
    b"lib/apk/db/",
    b"usr/lib/apk/db/",
    b"var/cache/apk/",
    b"var/lib/rpm/",
    b"usr/lib/sysimage/rpm/",
    b"usr/share/rpm/",
    b"var/lib/dnf/",
    b"var/cache/dnf/",
    b"var/cache/yum/",
    b"var/lib/pacman/",
    b"var/cache/pacman/",
    b"usr/lib/opkg/",
    b"var/lib/opkg/",
    b"var/db/pkg/",
];

/// File name endings, the language, and whether it is compiled.
const LANGUAGES: &[(&str, &str, bool)] = &[
    ("js", "javascript", false),
    ("mjs", "javascript", false),
    ("cjs", "javascript", false),
    ("jsx", "javascript", false),
    ("ts", "typescript", false),
    ("tsx", "typescript", false),
    ("py", "python", false),
    ("pyc", "python bytecode", true),
    ("rb", "ruby", false),
    ("php", "php", false),
    ("pl", "perl", false),
    ("pm", "perl", false),
    ("lua", "lua", false),
    ("sh", "shell", false),
    ("bash", "shell", false),
    ("r", "r", false),
    ("go", "go", false),
    ("rs", "rust", false),
    ("c", "c", false),
    ("h", "c", false),
    ("cpp", "c++", false),
    ("hpp", "c++", false),
    ("java", "java", false),
    ("class", "java bytecode", true),
    ("jar", "java archive", true),
    ("war", "java archive", true),
    ("ear", "java archive", true),
    ("dll", ".net or windows library", true),
    ("exe", "windows program", true),
    ("so", "native library", true),
    ("a", "native library", true),
    ("o", "native object", true),
    ("wasm", "webassembly", true),
    ("beam", "erlang bytecode", true),
    ("ex", "elixir", false),
    ("exs", "elixir", false),
    ("dart", "dart", false),
    ("swift", "swift", false),
    ("html", "web page", false),
    ("css", "web page", false),
    ("json", "data", false),
    ("yaml", "data", false),
    ("yml", "data", false),
    ("toml", "data", false),
    ("xml", "data", false),
    ("csv", "data", false),
    ("sql", "sql", false),
    ("md", "documentation", false),
    ("txt", "documentation", false),
];

/// Sums up the visible regular files that no package owns.
pub(crate) fn application(view: &ImageView, inventory: &Inventory) -> Application {
    let mut result = Application::default();
    let mut folders: BTreeMap<NodeId, (u64, u64)> = BTreeMap::new();
    let mut languages: BTreeMap<(&str, bool), (u64, u64)> = BTreeMap::new();
    let mut path = Vec::new();
    for (node, version) in view.visible_nodes() {
        if version.kind != EntryKind::File {
            continue;
        }
        let is_owned = inventory.owner(node).is_some() || {
            view.path_into(node, &mut path);
            is_record(&path)
        };
        if is_owned {
            result.owned_bytes = result.owned_bytes.saturating_add(version.size);
            continue;
        }
        result.files += 1;
        result.bytes = result.bytes.saturating_add(version.size);
        let language = languages.entry(language(view.name(node), version.mode)).or_default();
        language.0 += 1;
        language.1 = language.1.saturating_add(version.size);
        let mut folder = view.parent(node);
        loop {
            let sums = folders.entry(folder).or_default();
            sums.0 += 1;
            sums.1 = sums.1.saturating_add(version.size);
            if folder == 0 {
                break;
            }
            folder = view.parent(folder);
        }
    }
    result.directories = directories(view, &folders);
    result.languages = languages
        .into_iter()
        .map(|((language, compiled), (files, bytes))| ApplicationLanguage {
            language: language.to_owned(),
            compiled,
            files,
            bytes,
        })
        .collect();
    sorting::sort_by(&mut result.languages, |a, b| b.bytes.cmp(&a.bytes).then_with(|| a.language.cmp(&b.language)));
    result.languages.truncate(LISTED);
    result
}

fn is_record(path: &[u8]) -> bool {
    // Most files are told by their first letter.
    matches!(path.first(), Some(b'l' | b'u' | b'v')) && RECORDS.iter().any(|folder| path.starts_with(folder))
}

fn language(name: &[u8], mode: u32) -> (&'static str, bool) {
    let extension = name.iter().rposition(|byte| *byte == b'.').filter(|at| *at > 0).map(|at| &name[at + 1..]);
    if let Some(extension) = extension
        && let Some((_, language, compiled)) =
            LANGUAGES.iter().find(|(known, ..)| known.as_bytes().eq_ignore_ascii_case(extension))
    {
        return (language, *compiled);
    }
    if name.windows(4).any(|window| window == b".so.") {
        return ("native library", true);
    }
    if mode & 0o111 != 0 { ("program", true) } else { ("other", false) }
}

/// The folders that say most: from the root down, a folder stands for its content unless one subfolder holds nearly all.
fn directories(view: &ImageView, sums: &BTreeMap<NodeId, (u64, u64)>) -> Vec<ApplicationDirectory> {
    let mut listed = Vec::new();
    let mut stack = vec![(0, 0)];
    while let Some((folder, depth)) = stack.pop() {
        let Some(&(files, bytes)) = sums.get(&folder) else {
            continue;
        };
        let below: Vec<NodeId> = view.children(folder).into_iter().filter(|child| sums.contains_key(child)).collect();
        let dominated = below.iter().any(|child| sums[child].1 as f64 >= bytes as f64 * SHARE);
        // The root and the usual roots of everything say nothing by themselves.
        if !below.is_empty() && (depth < 1 || dominated) && depth < 12 {
            stack.extend(below.into_iter().map(|child| (child, depth + 1)));
        } else {
            listed.push(ApplicationDirectory { path: view.path(folder).display(), files, bytes });
        }
    }
    sorting::sort_by(&mut listed, |a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    listed.truncate(LISTED);
    listed
}
