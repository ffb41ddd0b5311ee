//! What a rule is: anchors that the fast pass looks for, and a shape that is proven around them.

use porthole_report::Severity;

use super::alphabet::Alphabet;
use super::path_class::PathClass;

/// Bytes before an anchor that a shape may look at.
pub(crate) const BACK: usize = 320;
/// Bytes from an anchor's start that a shape may look at: the longest JWT that is recognised as a whole.
pub(crate) const AHEAD: usize = 4096;

/// One secret format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    /// Stable id, kebab-case, issuer first.
    pub(crate) id: &'static str,
    /// What it is, in words.
    pub(crate) title: &'static str,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// Texts of at least three bytes (five for names), one of which is in every match. Empty for tokens that begin with a literal.
    pub(crate) anchors: &'static [&'static str],
    /// What is proven around an anchor.
    pub(crate) shape: Shape,
    /// Least Shannon entropy of the value's random part, tenths of a bit per character.
    pub(crate) entropy: u8,
    /// A last proof: checksum, structure.
    pub(crate) check: Option<fn(&[u8]) -> bool>,
    /// Lower-case words, one of which must be near (before the value, or in the path).
    pub(crate) near: &'static [&'static str],
    /// True when the value may be guessed: its fingerprint is then made of its place alone.
    pub(crate) guessable: bool,
    /// True for vague rules that speak in configuration files and histories only.
    pub(crate) configuration_only: bool,
    /// Why a match is thought to be harmless, when it always is (a provider's test mode).
    pub(crate) harmless: Option<&'static str>,
}

/// A piece of a token.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    /// Exactly this text.
    Lit(&'static str),
    /// Between so many characters of an alphabet, as many as there are.
    Run(Alphabet, u16, u16),
    /// A UUID, `8-4-4-4-12` hexadecimal digits.
    Uuid,
}

/// How a match is proven.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// The pieces in a row, bounded on both sides.
    Token(&'static [Part]),
    /// A name that holds an anchor and (when not empty) one of `needs`, an assignment, the pieces as the value.
    Keyed { needs: &'static [&'static str], value: &'static [Part] },
    /// A function of the text around the anchor.
    Custom(fn(&Text<'_>) -> Option<Span>),
}

/// The text around an anchor: at most [`BACK`] bytes before and [`AHEAD`] bytes from it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    /// The bytes.
    pub(crate) bytes: &'a [u8],
    /// Where the anchor starts in them.
    pub(crate) at: usize,
    /// Length of the anchor.
    pub(crate) anchor: usize,
    /// Path of the file, or of the member inside an archive; empty for configuration.
    pub(crate) path: &'a [u8],
    /// What the path says of the file.
    pub(crate) class: PathClass,
}

impl<'a> Text<'a> {
    /// The bytes from `at`, which may lie behind the end.
    pub(crate) fn from(&self, at: usize) -> &'a [u8] {
        self.bytes.get(at..).unwrap_or_default()
    }

    /// The bytes before the anchor.
    pub(crate) fn before(&self) -> &'a [u8] {
        self.bytes.get(..self.at).unwrap_or_default()
    }

    /// The position behind the anchor.
    pub(crate) const fn after(&self) -> usize {
        self.at + self.anchor
    }

    /// Last component of the path.
    pub(crate) fn name(&self) -> &'a [u8] {
        self.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }
}

/// A proven match inside a [`Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// First byte of the value.
    pub(crate) start: usize,
    /// Byte after the value.
    pub(crate) end: usize,
    /// Leading bytes of the value that are public (the format's prefix).
    pub(crate) shown: usize,
    /// The name the value is assigned to, start and end.
    pub(crate) name: (usize, usize),
    /// Why this match is harmless.
    pub(crate) harmless: Option<&'static str>,
}

impl Span {
    /// A value without a public prefix.
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self { start, end, shown: 0, name: (0, 0), harmless: None }
    }
}

impl Rule {
    const fn new(id: &'static str, title: &'static str, severity: Severity, shape: Shape) -> Self {
        Self {
            id,
            title,
            severity,
            anchors: &[],
            shape,
            entropy: 0,
            check: None,
            near: &[],
            guessable: false,
            configuration_only: false,
            harmless: None,
        }
    }

    /// A token of these pieces; the first literal is the anchor unless [`Rule::anchors`] says otherwise.
    pub(crate) const fn token(id: &'static str, title: &'static str, severity: Severity, parts: &'static [Part]) -> Self {
        Self::new(id, title, severity, Shape::Token(parts)).entropy(25)
    }

    /// A value assigned to a name that holds one of `words`.
    pub(crate) const fn keyed(
        id: &'static str,
        title: &'static str,
        severity: Severity,
        words: &'static [&'static str],
        needs: &'static [&'static str],
        value: &'static [Part],
    ) -> Self {
        Self::new(id, title, severity, Shape::Keyed { needs, value }).anchors(words).entropy(28)
    }

    /// A match proven by a function.
    pub(crate) const fn custom(
        id: &'static str,
        title: &'static str,
        severity: Severity,
        anchors: &'static [&'static str],
        find: fn(&Text<'_>) -> Option<Span>,
    ) -> Self {
        Self::new(id, title, severity, Shape::Custom(find)).anchors(anchors)
    }

    /// Sets the anchors.
    pub(crate) const fn anchors(mut self, anchors: &'static [&'static str]) -> Self {
        self.anchors = anchors;
        self
    }

    /// Sets the entropy floor, tenths of a bit per character.
    pub(crate) const fn entropy(mut self, tenths: u8) -> Self {
        self.entropy = tenths;
        self
    }

    /// Adds a last proof of the whole value.
    pub(crate) const fn check(mut self, check: fn(&[u8]) -> bool) -> Self {
        self.check = Some(check);
        self
    }

    /// Demands one of these lower-case words nearby.
    pub(crate) const fn near(mut self, words: &'static [&'static str]) -> Self {
        self.near = words;
        self
    }

    /// Says that the value may be guessed.
    pub(crate) const fn guessable(mut self) -> Self {
        self.guessable = true;
        self
    }

    /// Says that the rule speaks in configuration files and histories only.
    pub(crate) const fn configuration_only(mut self) -> Self {
        self.configuration_only = true;
        self
    }

    /// Says that every match is harmless, and why.
    pub(crate) const fn harmless(mut self, why: &'static str) -> Self {
        self.harmless = Some(why);
        self
    }

    /// True when anchors are looked for in either case.
    pub(crate) const fn folds_case(&self) -> bool {
        matches!(self.shape, Shape::Keyed { .. })
    }

    /// Number of anchors, the implied one included.
    pub(crate) const fn anchor_count(&self) -> usize {
        if self.anchors.is_empty() { 1 } else { self.anchors.len() }
    }

    /// An anchor: a listed one, or the token's first literal.
    pub(crate) const fn anchor(&self, i: usize) -> &'static str {
        if !self.anchors.is_empty() {
            return self.anchors[i];
        }
        match self.shape {
            Shape::Token(parts) => match parts[0] {
                Part::Lit(text) => text,
                _ => panic!("a token without anchors begins with a literal"),
            },
            _ => panic!("a rule has anchors"),
        }
    }
}
