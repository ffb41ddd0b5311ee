//! What the facts of all layers weigh together, and when that is enough.
//!
//! Each layer is within its own caps, but an image may have a thousand, and a manifest may list one blob a thousand times: a small
//! archive would take more memory than there is. Must not know: what a fact means.
//! Proof: `tests/hostile/overlays.rs`.

use porthole_report::Gap;

use crate::facts::{Attachment, Captured, FileFacts, LayerFacts, PackageFact, SecretFact};

/// What is left of it. Once something did not fit, nothing does: what is left out is the end, not holes.
pub(super) struct Room {
    left: usize,
    full: bool,
}

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self { left: bytes, full: false }
    }

    /// True when something had to be left out.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Takes a layer's facts as far as there is room.
    pub(super) fn keep(&mut self, facts: &mut LayerFacts) {
        facts.files.retain(|one| self.takes(one.weight()));
        facts.secrets.retain(|one| self.takes(one.weight()));
        facts.captured.retain(|one| self.takes(one.weight()));
        facts.gaps.retain(|one| self.takes(one.weight()));
    }

    /// The same of facts that somebody else holds too. The list of entries, which is most of them, is not copied: it is left empty.
    pub(super) fn copy(&mut self, facts: &LayerFacts) -> LayerFacts {
        LayerFacts {
            files: facts.files.iter().filter(|one| self.takes(one.weight())).cloned().collect(),
            secrets: facts.secrets.iter().filter(|one| self.takes(one.weight())).cloned().collect(),
            captured: facts.captured.iter().filter(|one| self.takes(one.weight())).cloned().collect(),
            gaps: facts.gaps.iter().filter(|one| self.takes(one.weight())).cloned().collect(),
            ..LayerFacts::default()
        }
    }

    fn takes(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) if !self.full => {
                self.left = left;
                true
            }
            _ => {
                self.full = true;
                false
            }
        }
    }
}

/// Bytes in memory, near enough.
trait Weight: Sized {
    /// What lies outside of it.
    fn beyond(&self) -> usize;

    fn weight(&self) -> usize {
        size_of::<Self>() + self.beyond()
    }
}

fn sum<T: Weight>(all: &[T]) -> usize {
    all.iter().map(Weight::weight).sum()
}

impl Weight for String {
    fn beyond(&self) -> usize {
        self.len()
    }
}

impl Weight for Vec<u8> {
    fn beyond(&self) -> usize {
        self.len()
    }
}

impl Weight for (String, String) {
    fn beyond(&self) -> usize {
        self.0.len() + self.1.len()
    }
}

impl Weight for FileFacts {
    fn beyond(&self) -> usize {
        sum(&self.parsed.packages) + sum(&self.parsed.attachments) + sum(&self.parsed.gaps)
    }
}

impl Weight for PackageFact {
    fn beyond(&self) -> usize {
        let texts = [&self.kind, &self.namespace, &self.name, &self.version, &self.key];
        let optional = [&self.architecture, &self.inner_path];
        texts.iter().map(|text| text.len()).sum::<usize>()
            + optional.iter().filter_map(|text| text.as_ref()).map(String::len).sum::<usize>()
            + self.source.as_ref().map_or(0, Weight::beyond)
            + sum(&self.licenses)
            + sum(&self.qualifiers)
            + sum(&self.owned)
            + sum(&self.owned_folders)
            + sum(&self.changelog_fixes)
    }
}

impl Weight for Attachment {
    fn beyond(&self) -> usize {
        self.key.len() + sum(&self.licenses) + sum(&self.owned) + sum(&self.owned_folders) + sum(&self.changelog_fixes)
    }
}

impl Weight for SecretFact {
    fn beyond(&self) -> usize {
        let texts = [&self.rule, &self.title, &self.masked, &self.fingerprint];
        let optional = [&self.inner_path, &self.harmless];
        texts.iter().map(|text| text.len()).sum::<usize>()
            + optional.iter().filter_map(|text| text.as_ref()).map(String::len).sum::<usize>()
    }
}

impl Weight for Captured {
    fn beyond(&self) -> usize {
        self.bytes.len()
    }
}

impl Weight for Gap {
    fn beyond(&self) -> usize {
        self.path.len() + self.message.len()
    }
}
