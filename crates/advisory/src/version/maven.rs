//! Maven versions. Follows `org.apache.maven.artifact.versioning.ComparableVersion`: numbers and qualifiers, in lists that nest at
//! every dash and at every change between digits and letters; empty values dropped from the end of each list.
//!
//! A list is only ever the last element of its parent, so the tree is kept as a chain of levels.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{digits, plain};

/// Longest text that is read by Maven's rules; the chain is as deep as the text has changes.
const MAX_LEN: usize = 256;

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    if a.len() > MAX_LEN || b.len() > MAX_LEN {
        return plain::compare(a, b);
    }
    let (x, y) = (a.to_lowercase(), b.to_lowercase());
    compare_lists(&Chain::of(&x), &Chain::of(&y), 0)
}

#[derive(Debug)]
enum Leaf<'a> {
    Number(&'a [u8]),
    Word(Cow<'a, str>),
}

/// One element of a list.
#[derive(Debug, Clone, Copy)]
enum Item<'a> {
    Number(&'a [u8]),
    Word(&'a str),
    /// The list one level down.
    List(&'a Chain<'a>, usize),
}

#[derive(Debug)]
struct Chain<'a> {
    levels: Vec<Vec<Leaf<'a>>>,
}

impl<'a> Chain<'a> {
    fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut chain = Self { levels: vec![Vec::new()] };
        let (mut start, mut digit) = (0, false);
        for (i, &byte) in bytes.iter().enumerate() {
            match byte {
                b'.' | b'-' => {
                    chain.add(text.get(start..i).unwrap_or_default(), digit, false);
                    start = i + 1;
                    if byte == b'-' {
                        chain.levels.push(Vec::new());
                    }
                }
                b'0'..=b'9' => {
                    if !digit && i > start {
                        chain.add(text.get(start..i).unwrap_or_default(), false, true);
                        start = i;
                        chain.levels.push(Vec::new());
                    }
                    digit = true;
                }
                _ => {
                    if digit && i > start {
                        chain.add(text.get(start..i).unwrap_or_default(), true, false);
                        start = i;
                        chain.levels.push(Vec::new());
                    }
                    digit = false;
                }
            }
        }
        if start < text.len() {
            chain.add(text.get(start..).unwrap_or_default(), digit, false);
        }
        chain.normalize();
        chain
    }

    fn add(&mut self, text: &'a str, digit: bool, before_digit: bool) {
        let leaf = if text.is_empty() {
            Leaf::Number(b"")
        } else if digit {
            Leaf::Number(digits::strip_zeros(text.as_bytes()))
        } else {
            // A word after a dot stands as if it came after a dash.
            if self.levels.last().is_some_and(|level| !level.is_empty()) {
                self.levels.push(Vec::new());
            }
            Leaf::Word(match (text, before_digit) {
                ("a", true) => "alpha".into(),
                ("b", true) => "beta".into(),
                ("m", true) => "milestone".into(),
                ("ga" | "final" | "release", _) => "".into(),
                ("cr", _) => "rc".into(),
                _ => text.into(),
            })
        };
        if let Some(level) = self.levels.last_mut() {
            level.push(leaf);
        }
    }

    /// Drops zeros and empty qualifiers from the end of each list, the innermost first.
    fn normalize(&mut self) {
        for depth in (0..self.levels.len()).rev() {
            if depth + 1 == self.levels.len() && depth > 0 && self.levels.get(depth).is_some_and(Vec::is_empty) {
                self.levels.pop();
                continue;
            }
            if let Some(level) = self.levels.get_mut(depth) {
                while level.last().is_some_and(Leaf::is_null) {
                    level.pop();
                }
            }
            if depth + 1 == self.levels.len() && depth > 0 && self.levels.get(depth).is_some_and(Vec::is_empty) {
                self.levels.pop();
            }
        }
    }

    fn item(&self, depth: usize, i: usize) -> Option<Item<'_>> {
        let level = self.levels.get(depth)?;
        match level.get(i) {
            Some(Leaf::Number(digits)) => Some(Item::Number(digits)),
            Some(Leaf::Word(word)) => Some(Item::Word(word)),
            None if i == level.len() && depth + 1 < self.levels.len() => Some(Item::List(self, depth + 1)),
            None => None,
        }
    }
}

impl Leaf<'_> {
    fn is_null(&self) -> bool {
        match self {
            Self::Number(digits) => digits.is_empty(),
            Self::Word(word) => word.is_empty(),
        }
    }
}

fn compare_lists(a: &Chain<'_>, b: &Chain<'_>, depth: usize) -> Ordering {
    compare_levels((a, depth), (b, depth))
}

fn compare_levels((a, depth_a): (&Chain<'_>, usize), (b, depth_b): (&Chain<'_>, usize)) -> Ordering {
    for i in 0.. {
        let ordering = match (a.item(depth_a, i), b.item(depth_b, i)) {
            (None, None) => break,
            (Some(x), None) => against_nothing(x),
            (None, Some(y)) => against_nothing(y).reverse(),
            (Some(x), Some(y)) => compare_items(x, y),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

fn compare_items(a: Item<'_>, b: Item<'_>) -> Ordering {
    match (a, b) {
        (Item::Number(x), Item::Number(y)) => digits::compare(x, y),
        (Item::Word(x), Item::Word(y)) => rank(x).cmp(&rank(y)),
        (Item::List(x, dx), Item::List(y, dy)) => compare_levels((x, dx), (y, dy)),
        // Number after list after word: 1.1 > 1-1 > 1-sp.
        (Item::Number(_), _) | (Item::List(..), Item::Word(_)) => Ordering::Greater,
        (_, Item::Number(_)) | (Item::Word(_), Item::List(..)) => Ordering::Less,
    }
}

/// How an element compares with a version that has already ended.
fn against_nothing(item: Item<'_>) -> Ordering {
    match item {
        Item::Number(digits) => digits::compare(digits, b""),
        Item::Word(word) => rank(word).cmp(&rank("")),
        Item::List(chain, depth) => {
            let items = (0..).map_while(|i| chain.item(depth, i));
            items.map(against_nothing).find(|ordering| *ordering != Ordering::Equal).unwrap_or(Ordering::Equal)
        }
    }
}

/// Known qualifiers in their order, the release itself among them; unknown ones after all of them, by text.
fn rank(word: &str) -> (usize, &str) {
    const QUALIFIERS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
    match QUALIFIERS.iter().position(|known| *known == word) {
        Some(index) => (index, ""),
        None => (QUALIFIERS.len(), word),
    }
}
