//! One pass over a program for all rules that its name selects.

use memchr::memmem::Finder;

use super::super::StreamParser;
use super::super::window::{View, Window};
use super::hit::{AROUND, Hit};
use super::{Rule, package, rules_for};
use crate::facts::Parsed;

/// Hits of one probe that are read, so that a hostile file cannot make a rare reading a common one.
const MAX_HITS: usize = 1 << 22;

pub(super) struct Parser {
    name: Vec<u8>,
    rules: Vec<Search>,
    window: Window,
}

/// A rule at work.
struct Search {
    rule: &'static Rule,
    finders: Vec<Finder<'static>>,
    hits: usize,
    /// Best probe so far and what it read.
    found: Option<(usize, String)>,
}

impl Search {
    /// True when nothing better can come.
    fn is_done(&self) -> bool {
        !self.rule.last && matches!(self.found, Some((0, _)))
    }

    fn look(&mut self, name: &[u8], view: View<'_>) {
        for (i, (probe, finder)) in self.rule.probes.iter().zip(&self.finders).enumerate() {
            // Better probes first: what is worse than the best answer, or as good and later, says nothing new.
            if self.found.as_ref().is_some_and(|(best, _)| *best < i || (*best == i && !self.rule.last)) {
                return;
            }
            for at in view.find_all(finder) {
                self.hits += 1;
                if self.hits > MAX_HITS {
                    return;
                }
                let end = at + probe.keyword.len();
                let hit = Hit {
                    name,
                    left: &view.bytes[at.saturating_sub(AROUND)..at],
                    right: &view.bytes[end..(end + AROUND).min(view.bytes.len())],
                };
                if let Some(version) = (probe.read)(hit) {
                    self.found = Some((i, version));
                    if !self.rule.last {
                        break;
                    }
                }
            }
        }
    }
}

impl Parser {
    pub(super) fn new(name: &[u8]) -> Self {
        let search = |rule: &'static Rule| Search {
            rule,
            finders: rule.probes.iter().map(|probe| Finder::new(probe.keyword)).collect(),
            hits: 0,
            found: None,
        };
        Self { name: name.to_vec(), rules: rules_for(name).map(search).collect(), window: Window::new(AROUND, AROUND + 64) }
    }
}

impl StreamParser for Parser {
    fn push(&mut self, bytes: &[u8]) {
        let Self { name, rules, window } = self;
        window.push(bytes, |view| rules.iter_mut().for_each(|search| search.look(name, view)));
    }

    fn is_done(&self) -> bool {
        self.rules.iter().all(Search::is_done)
    }

    fn finish(mut self: Box<Self>) -> Parsed {
        let Self { name, rules, window } = &mut *self;
        window.finish(|view| rules.iter_mut().for_each(|search| search.look(name, view)));
        let mut parsed = Parsed::default();
        for search in self.rules {
            let Some((probe, version)) = search.found else { continue };
            let Some(probe) = search.rule.probes.get(probe) else { continue };
            parsed.packages.push(package(probe.product, version));
        }
        parsed
    }
}
