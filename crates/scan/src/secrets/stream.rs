//! One file's stream: text or binary, chunk edges, lines, overlapping matches.

use std::collections::{BTreeMap, BTreeSet};

use memchr::{memchr, memchr_iter, memmem};
use porthole_report::{Gap, GapKind, sorting};

use super::index::INDEX;
use super::matcher;
use super::path_class::PathClass;
use super::placeholder::known_example;
use super::rule::{AHEAD, BACK, Rule, Text};
use super::{file_kinds, masking, rules};
use crate::facts::SecretFact;

/// The first bytes, which tell text from binary.
const SNIFF: usize = 1024;
/// The first bytes that kinds of files are told by.
const HEAD: usize = 4096;
/// Pieces smaller than this are gathered before they are looked at.
const GATHER: usize = 16 * 1024;
/// Matches kept per file before they are sorted out; more is an attack or a key dump.
const MATCHES: usize = 20_000;
/// Findings reported per file.
const FINDINGS: usize = 100;
/// What is looked for in binary files: keys that stand in them as text.
const IN_BINARY: &[u8] = b"PRIVATE KEY-----";

/// What one file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Secrets by line; `entry` is 0 and filled in by the caller.
    pub secrets: Vec<SecretFact>,
    /// What was not looked at; `layer` and `path` are filled in by the caller.
    pub gaps: Vec<Gap>,
}

/// Reads one file in pieces.
#[derive(Debug)]
pub struct FileScan {
    path: Vec<u8>,
    inner_path: Option<String>,
    class: PathClass,
    size: u64,
    mode: Option<Mode>,
    /// Bytes that were seen and may still be needed.
    held: Vec<u8>,
    /// Where `held` starts in the file.
    held_at: u64,
    matches: Matches,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Text,
    Binary,
}

/// Matches so far, and how far the file was looked at.
#[derive(Debug, Default)]
pub(super) struct Matches {
    /// First position whose anchors were not looked for.
    next: u64,
    /// Newlines before `next`.
    newlines: u64,
    list: Vec<Match>,
    kind: Option<&'static file_kinds::FileKind>,
    overflow: bool,
}

/// One proven match, masked.
#[derive(Debug, Clone)]
pub(super) struct Match {
    pub(super) rule: &'static Rule,
    pub(super) start: u64,
    pub(super) end: u64,
    line: u64,
    pub(super) masked: String,
    /// Fingerprint of the value, or the name that its place is known by.
    identity: Identity,
    pub(super) harmless: Option<&'static str>,
}

#[derive(Debug, Clone)]
enum Identity {
    Value(String),
    Name(Vec<u8>),
}

impl FileScan {
    pub(super) fn new(path: &[u8], size: u64, inner_path: Option<String>) -> Self {
        let outer = PathClass::of(path);
        let class = inner_path.as_ref().map_or(outer, |inner| {
            let class = PathClass::of(inner.as_bytes());
            PathClass { vendor: class.vendor || outer.vendor, harmless: class.harmless.or(outer.harmless), ..class }
        });
        Self {
            path: path.to_vec(),
            inner_path,
            class,
            size,
            mode: None,
            held: Vec::new(),
            held_at: 0,
            matches: Matches::default(),
        }
    }

    /// The next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.mode.is_none() && self.held.is_empty() && bytes.len() as u64 >= self.size && bytes.len() >= SNIFF {
            // The whole file at once, the usual case: nothing is copied.
            self.decide(bytes);
            self.matches.look(bytes, 0, bytes.len(), self.mode, &self.path_of(), self.class);
            self.held_at = bytes.len() as u64;
            return;
        }
        if self.held.len() + bytes.len() < GATHER {
            self.held.extend_from_slice(bytes);
            return;
        }
        let path = self.path_of();
        if bytes.len() <= BACK + AHEAD {
            self.held.extend_from_slice(bytes);
            let held = std::mem::take(&mut self.held);
            self.decide(&held);
            self.matches.look(&held, self.held_at, held.len().saturating_sub(AHEAD), self.mode, &path, self.class);
            self.keep(held);
            return;
        }
        // The end of what is held, joined with the beginning of what came; then what came, where it lies.
        let (head, _) = bytes.split_at(BACK + AHEAD);
        self.held.extend_from_slice(head);
        let held = std::mem::take(&mut self.held);
        if self.mode.is_none() {
            self.decide(&held);
        }
        let base = self.held_at + (held.len() - head.len()) as u64;
        self.matches.look(&held, self.held_at, held.len() - AHEAD, self.mode, &path, self.class);
        self.matches.look(bytes, base, bytes.len() - AHEAD, self.mode, &path, self.class);
        self.held_at = base;
        self.held = held;
        self.held.clear();
        let tail = bytes.len() - (BACK + AHEAD);
        self.held.extend_from_slice(&bytes[tail..]);
        self.held_at += tail as u64;
    }

    /// What the file holds. A file that is shorter than it says is taken as it came.
    pub fn finish(mut self) -> Findings {
        let held = std::mem::take(&mut self.held);
        if self.mode.is_none() && !held.is_empty() {
            self.decide(&held);
        }
        let path = self.path_of();
        self.matches.look(&held, self.held_at, held.len(), self.mode, &path, self.class);
        self.report()
    }

    fn path_of(&self) -> Vec<u8> {
        self.inner_path.as_ref().map_or_else(|| self.path.clone(), |inner| inner.clone().into_bytes())
    }

    fn keep(&mut self, mut held: Vec<u8>) {
        let drop = held.len().saturating_sub(BACK + AHEAD);
        held.drain(..drop);
        self.held_at += drop as u64;
        self.held = held;
    }

    /// Text or binary, and what kind of file, by its first bytes. Called once at least 16 KiB or all bytes are there.
    fn decide(&mut self, bytes: &[u8]) {
        if self.mode.is_some() {
            return;
        }
        let sniff = bytes.get(..SNIFF.min(bytes.len())).unwrap_or_default();
        self.mode = Some(if memchr(0, sniff).is_some() { Mode::Binary } else { Mode::Text });
        let head = bytes.get(..HEAD.min(bytes.len())).unwrap_or_default();
        self.matches.kind = file_kinds::recognise(&self.path_of(), head, self.class);
    }

    fn report(self) -> Findings {
        let mut gaps = Vec::new();
        let overflow = self.matches.overflow;
        let mut chosen = self.matches.kind.map(|kind| self.fact_of_kind(kind)).into_iter().collect::<Vec<_>>();
        // Cryptographic libraries carry the keys of their self-tests.
        let built_in =
            (self.mode == Some(Mode::Binary) && self.class.vendor).then_some("built into a distributed program or library");
        let mut seen = BTreeSet::new();
        let mut numbers: BTreeMap<(&str, Vec<u8>), usize> = BTreeMap::new();
        let path = self.full_path();
        let sorted = without_overlaps(self.matches.list);
        let total = sorted.len();
        for found in sorted {
            let fingerprint = match found.identity {
                Identity::Value(fingerprint) => fingerprint,
                Identity::Name(name) => {
                    let number = numbers.entry((found.rule.id, name.clone())).or_default();
                    *number += 1;
                    masking::of_place(found.rule.id, &path, &name, *number - 1)
                }
            };
            if !seen.insert((found.rule.id, fingerprint.clone())) {
                continue;
            }
            if chosen.len() >= FINDINGS {
                break;
            }
            chosen.push(SecretFact {
                entry: 0,
                rule: found.rule.id.into(),
                title: found.rule.title.into(),
                severity: found.rule.severity,
                inner_path: self.inner_path.clone(),
                line: (self.mode == Some(Mode::Text)).then(|| u32::try_from(found.line + 1).unwrap_or(u32::MAX)),
                masked: found.masked,
                fingerprint,
                harmless: found.harmless.or(self.class.harmless).or(built_in).map(Into::into),
            });
        }
        if overflow || total > FINDINGS && chosen.len() >= FINDINGS {
            gaps.push(Gap {
                kind: GapKind::OverBudget,
                layer: None,
                path: String::new(),
                message: format!("more than {FINDINGS} secrets in one file: only the first are listed"),
            });
        }
        Findings { secrets: chosen, gaps }
    }

    fn full_path(&self) -> Vec<u8> {
        let mut path = self.path.clone();
        if let Some(inner) = &self.inner_path {
            path.extend_from_slice(b"!/");
            path.extend_from_slice(inner.as_bytes());
        }
        path
    }

    fn fact_of_kind(&self, kind: &file_kinds::FileKind) -> SecretFact {
        SecretFact {
            entry: 0,
            rule: kind.id.into(),
            title: kind.title.into(),
            severity: kind.severity,
            inner_path: self.inner_path.clone(),
            line: None,
            masked: String::new(),
            fingerprint: masking::of_place(kind.id, &self.full_path(), b"", 0),
            harmless: self.class.harmless.map(Into::into),
        }
    }
}

/// Where matches overlap, the one of the earlier rule stays; the result is by place.
pub(super) fn without_overlaps(mut list: Vec<Match>) -> Vec<Match> {
    sorting::sort_by_key(&mut list, |found| (rules::rank(found.rule.id), found.start, found.end));
    let mut kept: BTreeMap<u64, Match> = BTreeMap::new();
    for found in list {
        let before = kept.range(..found.end).next_back().is_some_and(|(_, other)| other.end > found.start);
        if !before {
            kept.insert(found.start, found);
        }
    }
    kept.into_values().collect()
}

impl Matches {
    /// Looks for anchors that start in `bytes[..to]` and were not looked for; `bytes` starts at `base` in the file.
    fn look(&mut self, bytes: &[u8], base: u64, to: usize, mode: Option<Mode>, path: &[u8], class: PathClass) {
        let Ok(from) = usize::try_from(self.next.saturating_sub(base)) else { return };
        if from >= to {
            return;
        }
        match mode {
            Some(Mode::Text) => self.look_in_text(bytes, base, from, to, path, class),
            Some(Mode::Binary) => {
                let reach = bytes.len().min(to + IN_BINARY.len());
                for at in memmem::find_iter(bytes.get(from..reach).unwrap_or_default(), IN_BINARY) {
                    for rule in (0..rules::COUNT).map(rules::at).filter(|rule| rule.anchor(0).as_bytes() == IN_BINARY) {
                        self.prove(rule, bytes, base, from + at, IN_BINARY.len(), path, class, 0);
                    }
                }
            }
            None => {}
        }
        self.next = base + to as u64;
    }

    fn look_in_text(&mut self, bytes: &[u8], base: u64, from: usize, to: usize, path: &[u8], class: PathClass) {
        let (mut counted, mut newlines) = (from, self.newlines);
        INDEX.scan(bytes, from, to, class.config || class.history, |rule, anchor, at| {
            if self.list.len() >= MATCHES {
                self.overflow = true;
                return;
            }
            let before = self.list.len();
            self.prove(rule, bytes, base, at, anchor, path, class, 0);
            if self.list.len() > before {
                if at > counted {
                    newlines += newlines_in(bytes, counted, at);
                    counted = at;
                }
                // Anchors come nearly in order: the count may have to go back a little, and a value may start before its anchor.
                let line_at_anchor = if at < counted { newlines - newlines_in(bytes, at, counted) } else { newlines };
                if let Some(found) = self.list.last_mut() {
                    let start = usize::try_from(found.start.saturating_sub(base)).unwrap_or(at);
                    found.line = if start < at {
                        line_at_anchor - newlines_in(bytes, start, at)
                    } else {
                        line_at_anchor + newlines_in(bytes, at, start)
                    };
                }
            }
        });
        self.newlines = newlines + newlines_in(bytes, counted, to);
    }

    #[allow(clippy::too_many_arguments)]
    fn prove(
        &mut self,
        rule: &'static Rule,
        bytes: &[u8],
        base: u64,
        at: usize,
        anchor: usize,
        path: &[u8],
        class: PathClass,
        line: u64,
    ) {
        let from = at.saturating_sub(BACK);
        let to = bytes.len().min(at + AHEAD);
        let text = Text { bytes: bytes.get(from..to).unwrap_or_default(), at: at - from, anchor, path, class };
        let Some(span) = matcher::prove(rule, &text) else { return };
        let Some(value) = text.bytes.get(span.start..span.end) else { return };
        let name = text.bytes.get(span.name.0..span.name.1).unwrap_or_default();
        let identity =
            if rule.guessable { Identity::Name(name.to_vec()) } else { Identity::Value(masking::of_value(rule.id, value)) };
        let harmless = span.harmless.or_else(|| if rule.guessable { None } else { known_example(value) });
        let start = base + (from + span.start) as u64;
        let masked = masking::masked(value, span.shown);
        self.list.push(Match { rule, start, end: start + value.len() as u64, line, masked, identity, harmless });
    }

    /// All matches of a short text.
    pub(super) fn of_text(text: &str, class: PathClass) -> Vec<Match> {
        let mut matches = Self::default();
        matches.look(text.as_bytes(), 0, text.len(), Some(Mode::Text), b"", class);
        without_overlaps(matches.list)
    }
}

impl Match {
    /// The fingerprint, with the place that stands for a guessable value.
    pub(super) fn fingerprint(&self, place: &[u8]) -> String {
        match &self.identity {
            Identity::Value(fingerprint) => fingerprint.clone(),
            Identity::Name(name) => masking::of_place(self.rule.id, place, name, 0),
        }
    }
}

fn newlines_in(bytes: &[u8], from: usize, to: usize) -> u64 {
    memchr_iter(b'\n', bytes.get(from..to).unwrap_or_default()).count() as u64
}
