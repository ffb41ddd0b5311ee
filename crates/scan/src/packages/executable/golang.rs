//! Go build info: the magic `\xff Go buildinf:`, the toolchain's version, the module list (Go's `debug/buildinfo`).
//!
//! Since Go 1.18 both texts stand right behind the magic, each with its length. Before, the magic is followed by pointers;
//! the module list is then found by the two marks of sixteen bytes around it, and the version through the ELF segments.

use std::collections::BTreeMap;

use memchr::memmem::Finder;
use porthole_report::{EvidenceKind, Gap, GapKind};

use super::super::window::View;
use super::Tail;
use crate::facts::{PackageFact, Parsed};

const MAGIC: &[u8] = b"\xFF Go buildinf:";
/// Around the module list (Go's `cmd/go/internal/modload/build.go`).
const MODULES_START: [u8; 16] = [0x30, 0x77, 0xAF, 0x0C, 0x92, 0x74, 0x08, 0x02, 0x41, 0xE1, 0xC1, 0x07, 0xE6, 0xD6, 0x18, 0xE6];
const MODULES_END: [u8; 16] = [0xF9, 0x32, 0x43, 0x31, 0x86, 0x18, 0x20, 0x72, 0x00, 0x82, 0x42, 0x10, 0x41, 0x16, 0xD8, 0xF2];

/// Longest module list that is read, bytes; ten thousand modules take about one megabyte.
const MAX_INFO: usize = 4 << 20;

/// Length of the header before the inline texts.
const HEADER: usize = 32;

/// Watches a stream for build info.
pub(super) struct Reader {
    magic: Finder<'static>,
    start: Finder<'static>,
    tail: Tail,
    /// The list between its marks, for programs older than Go 1.18.
    marked: Tail,
    marked_end: Option<usize>,
    found: Option<(String, String)>,
    damaged: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            magic: Finder::new(MAGIC),
            start: Finder::new(&MODULES_START).into_owned(),
            tail: Tail::default(),
            marked: Tail::default(),
            marked_end: None,
            found: None,
            damaged: false,
        }
    }
}

impl Reader {
    pub(super) fn is_done(&self) -> bool {
        self.found.is_some()
    }

    pub(super) fn look(&mut self, view: View<'_>) {
        if self.is_done() {
            return;
        }
        self.advance(view);
        if self.tail.next.is_none() {
            // Programs that read build info hold the magic as text: the real one is aligned and has its flags.
            let real = |at: &usize| {
                let flags = view.bytes.get(at + 15).copied();
                (view.offset + *at as u64).is_multiple_of(16) && flags.is_some_and(|flags| flags & 2 != 0)
            };
            let found = view.find_all(&self.magic).find(real);
            if let Some(at) = found {
                self.tail.start(view.offset + (at + HEADER) as u64, MAX_INFO);
                self.advance(view);
            }
        }
        if self.marked.next.is_none()
            && let Some(at) = view.find_all(&self.start).next()
        {
            self.marked.start(view.offset + at as u64 + 16, MAX_INFO);
        }
        if self.marked.is_collecting() && self.marked_end.is_none() {
            let before = self.marked.bytes.len().saturating_sub(MODULES_END.len());
            self.marked.feed(view);
            let new = self.marked.bytes.get(before..).unwrap_or_default();
            self.marked_end = memchr::memmem::find(new, &MODULES_END).map(|at| before + at);
        }
    }

    fn advance(&mut self, view: View<'_>) {
        if !self.tail.is_collecting() {
            return;
        }
        self.tail.feed(view);
        match inline(&self.tail.bytes) {
            Inline::Complete(version, modules) => self.found = Some((version, modules)),
            Inline::Damaged => {
                self.damaged = true;
                self.tail = Tail::default();
            }
            Inline::More => {}
        }
    }

    pub(super) fn finish(&mut self, parsed: &mut Parsed) {
        if let Some((version, modules)) = self.found.take() {
            return parsed.packages.extend(packages(Some(&version), &modules));
        }
        if let Some(end) = self.marked_end {
            let modules = String::from_utf8_lossy(&self.marked.bytes[..end]).into_owned();
            // The mark is a constant of the toolchain too, where no list follows it.
            if modules.starts_with("path\t") || modules.contains("\nmod\t") {
                return parsed.packages.extend(packages(None, &modules));
            }
        }
        if self.damaged || self.tail.is_collecting() {
            let message = "go build info: damaged or cut short".to_owned();
            parsed.gaps.push(Gap { kind: GapKind::Malformed, layer: None, path: String::new(), message });
        }
    }
}

enum Inline {
    Complete(String, String),
    More,
    Damaged,
}

/// Version and module list as they stand behind the header: each a varint length and that many bytes.
fn inline(bytes: &[u8]) -> Inline {
    let Some((version, rest)) = text(bytes) else {
        return if bytes.len() > 4096 { Inline::Damaged } else { Inline::More };
    };
    let version = String::from_utf8_lossy(version).into_owned();
    if !version.contains("go1") && !version.starts_with("devel") {
        return Inline::Damaged;
    }
    match text(rest) {
        Some((modules, _)) => {
            let unmarked = modules.get(16..modules.len().saturating_sub(16)).unwrap_or_default();
            Inline::Complete(version, String::from_utf8_lossy(unmarked).into_owned())
        }
        None if length(rest).is_some_and(|(length, _)| length > MAX_INFO) => Inline::Damaged,
        None => Inline::More,
    }
}

fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = length(bytes)?;
    rest.split_at_checked(length)
}

/// An unsigned varint, least significant group first.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (i, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7F).checked_shl(7 * i as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[i + 1..]));
        }
    }
    None
}

/// The packages of a module list without its marks; `toolchain` as `go version` prints it.
pub fn parse_modules(toolchain: Option<&str>, modules: &str) -> Parsed {
    Parsed { packages: packages(toolchain, modules), ..Parsed::default() }
}

fn packages(toolchain: Option<&str>, modules: &str) -> Vec<PackageFact> {
    let mut found: Vec<PackageFact> = Vec::new();
    let mut settings: BTreeMap<&str, &str> = BTreeMap::new();
    let mut main = None;
    for line in modules.lines() {
        let mut columns = line.split('\t');
        let (kind, path, version) = (columns.next(), columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        match kind {
            Some("mod") => {
                main = Some(found.len());
                found.extend(module(path, version));
            }
            Some("dep") => found.extend(module(path, version)),
            // Stands below the module that it replaces. A folder has no version: the name stays the replaced one's.
            Some("=>") if !version.is_empty() && !path.starts_with(['.', '/']) => {
                found.pop();
                found.extend(module(path, version));
            }
            Some("build") => settings.extend(path.split_once('=')),
            _ => {}
        }
    }
    if let Some(main) = main.and_then(|main| found.get_mut(main))
        && matches!(main.version.as_str(), "(devel)" | "")
        && let Some(version) = built_version(&settings)
    {
        main.version = version;
    }
    if let Some(version) = toolchain.and_then(toolchain_version) {
        found.extend(module("stdlib", version));
    }
    found
}

fn module(path: &str, version: &str) -> Option<PackageFact> {
    if path.is_empty() {
        return None;
    }
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
    Some(PackageFact {
        namespace: namespace.to_owned(),
        evidence: EvidenceKind::Embedded,
        ..PackageFact::new("golang", name, version)
    })
}

/// `go1.22.1 X:boringcrypto` is 1.22.1, `devel go1.25-d524e1e Sun Feb 16` is 1.25-d524e1e.
fn toolchain_version(text: &str) -> Option<&str> {
    text.split_whitespace()
        .find_map(|word| word.strip_prefix("go").filter(|rest| rest.starts_with(|char: char| char.is_ascii_digit())))
}

/// A main module built from a checkout names itself `(devel)`. The linker flag that sets a version says it, else the commit.
fn built_version(settings: &BTreeMap<&str, &str>) -> Option<String> {
    if let Some(version) = settings.get("-ldflags").and_then(|flags| flag_version(flags)) {
        return Some(version);
    }
    let revision = settings.get("vcs.revision")?.get(..12)?;
    let digits: String = settings.get("vcs.time")?.chars().filter(char::is_ascii_digit).take(14).collect();
    (digits.len() == 14).then(|| format!("v0.0.0-{digits}-{revision}"))
}

/// `-X main.version=1.2.3`, `-X 'github.com/x/y/version.GitDescribe=v1.2.3'`.
fn flag_version(flags: &str) -> Option<String> {
    flags
        .split([' ', '"', '\''])
        .filter_map(|word| word.split_once('='))
        .filter(|(variable, _)| {
            let variable = variable.rsplit('.').next().unwrap_or(variable).to_ascii_lowercase();
            matches!(
                variable.as_str(),
                "version" | "gitversion" | "buildversion" | "gitdescribe" | "appversion" | "tag" | "gittag"
            )
        })
        .map(|(_, value)| value)
        .find(|value| {
            let number = value.strip_prefix('v').unwrap_or(value);
            number.starts_with(|char: char| char.is_ascii_digit()) && number.contains('.') && number.len() <= 64
        })
        .map(|value| if value.starts_with('v') { value.to_owned() } else { format!("v{value}") })
}
