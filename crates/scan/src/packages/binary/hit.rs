//! A text that was found, and readings of the version beside it.

/// How far around a hit is seen, bytes.
pub(super) const AROUND: usize = 1024;

/// Longest version that is one.
const MAX_VERSION: usize = 48;

/// How many bytes at the beginning of a text are a version; 0 for none.
pub(super) type Grammar = fn(&[u8]) -> usize;

/// A keyword at its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'a> {
    /// The file's name.
    pub(super) name: &'a [u8],
    /// What stands before the keyword, at most [`AROUND`] bytes.
    pub(super) left: &'a [u8],
    /// What stands behind it, at most [`AROUND`] bytes.
    pub(super) right: &'a [u8],
}

impl<'a> Hit<'a> {
    /// A version right behind the keyword.
    pub(super) fn after(self, grammar: Grammar) -> Option<String> {
        let length = grammar(&self.right[..self.right.len().min(MAX_VERSION)]);
        (length > 0).then(|| String::from_utf8_lossy(&self.right[..length]).into_owned())
    }

    /// The same, with zero bytes between.
    pub(super) fn after_zeros(self, grammar: Grammar) -> Option<String> {
        let zeros = self.right.iter().take(16).take_while(|byte| **byte == 0).count();
        Hit { right: &self.right[zeros..], ..self }.after(grammar)
    }

    /// A version behind the keyword that ends with a zero byte.
    pub(super) fn after_closed(self, grammar: Grammar) -> Option<String> {
        let version = self.after(grammar)?;
        (self.right.get(version.len()) == Some(&0)).then_some(version)
    }

    /// A version that ends where the keyword begins, and begins where no word goes on.
    pub(super) fn before(self, grammar: Grammar) -> Option<String> {
        let limit = self.left.len().saturating_sub(MAX_VERSION);
        // From the longest candidate on: the first that is a version up to the keyword.
        for start in limit..self.left.len() {
            let goes_on = start > 0 && self.left.get(start - 1).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.');
            if self.left[start].is_ascii_digit() && !goes_on && grammar(&self.left[start..]) == self.left.len() - start {
                return Some(String::from_utf8_lossy(&self.left[start..]).into_owned());
            }
        }
        None
    }

    /// The same, with zero bytes between.
    pub(super) fn before_zeros(self, grammar: Grammar) -> Option<String> {
        let zeros = self.left.iter().rev().take(16).take_while(|byte| **byte == 0).count();
        Hit { left: &self.left[..self.left.len() - zeros], ..self }.before(grammar)
    }

    /// True when a text stands within so many bytes.
    pub(super) fn is_near(self, text: &[u8], distance: usize) -> bool {
        let left = &self.left[self.left.len().saturating_sub(distance)..];
        let right = &self.right[..self.right.len().min(distance)];
        memchr::memmem::find(left, text).is_some() || memchr::memmem::find(right, text).is_some()
    }

    /// A version that stands alone, around a keyword that is its first dot: closed by a zero byte, not part of a word.
    /// `prefixes` may stand before it (`v`, `release-`).
    pub(super) fn alone(self, grammar: Grammar, prefixes: &[&[u8]]) -> Option<String> {
        let digits = self.left.iter().rev().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=3).contains(&digits) {
            return None;
        }
        let start = self.left.len() - digits;
        let before = &self.left[..start];
        let before = prefixes.iter().find_map(|prefix| before.strip_suffix(*prefix)).unwrap_or(before);
        if before.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || b".-_/+".contains(byte)) {
            return None;
        }
        let mut text = self.left[start..].to_vec();
        text.push(b'.');
        text.extend_from_slice(&self.right[..self.right.len().min(MAX_VERSION)]);
        let length = grammar(&text);
        (length > 0 && text.get(length) == Some(&0)).then(|| String::from_utf8_lossy(&text[..length]).into_owned())
    }
}

/// `1.2`, `1.2.3`, `1.2.3.4`: at least two numbers.
pub(super) fn two(text: &[u8]) -> usize {
    numbers(text, 2, 5)
}

/// At least three numbers.
pub(super) fn three(text: &[u8]) -> usize {
    numbers(text, 3, 5)
}

/// Exactly three numbers.
pub(super) fn triple(text: &[u8]) -> usize {
    numbers(text, 3, 3)
}

/// Three numbers and what may follow them in semantic versions: `-beta.1`, `+build`.
pub(super) fn semantic(text: &[u8]) -> usize {
    tagged(text, three(text))
}

/// Two numbers with a tag, or three with or without one.
pub(super) fn loose(text: &[u8]) -> usize {
    let (short, long) = (two(text), three(text));
    if long > 0 {
        return tagged(text, long);
    }
    let length = tagged(text, short);
    if length > short { length } else { 0 }
}

/// Two or three numbers, then letters as in `15beta4`, `1.3.8b`, `1.1.1zb`.
pub(super) fn lettered(text: &[u8]) -> usize {
    let base = numbers(text, 1, 4);
    if base == 0 {
        return 0;
    }
    let letters = text[base..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let digits = if letters > 0 { text[base + letters..].iter().take_while(|byte| byte.is_ascii_digit()).count() } else { 0 };
    let known = letters <= 2 || matches!(&text[base..base + letters], b"alpha" | b"beta" | b"rc" | b"devel");
    if !known || (two(text) == 0 && letters == 0) { 0 } else { base + letters + digits }
}

/// Three numbers with a release candidate's mark as Python writes it: `3.13.0rc2`, `3.8.16+`.
pub(super) fn python(text: &[u8]) -> usize {
    let base = triple(text);
    if base == 0 {
        return 0;
    }
    let marks: [&[u8]; 3] = [b"rc", b"a", b"b"];
    let mark = marks.iter().find(|mark| text[base..].starts_with(mark)).map_or(0, |mark| mark.len());
    let digits = if mark > 0 { text[base + mark..].iter().take_while(|byte| byte.is_ascii_digit()).count() } else { 0 };
    let end = if digits > 0 { base + mark + digits } else { base };
    if text.get(end) == Some(&b'+') { end + 1 } else { end }
}

/// A Java version: `1.8.0_451-b10`, `21.0.2+13-LTS`, `17.0.3+7-jvmci-22.1-b06`, `22+36`.
pub(super) fn java(text: &[u8]) -> usize {
    let base = numbers(text, 1, 6);
    if base == 0 {
        return 0;
    }
    let rest = text[base..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_+-.".contains(byte)).count();
    if two(text) == 0 && rest == 0 { 0 } else { base + rest }
}

fn tagged(text: &[u8], base: usize) -> usize {
    if base == 0 || !matches!(text.get(base), Some(b'-' | b'+')) {
        return base;
    }
    let tag = text[base + 1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(byte)).count();
    if tag == 0 { base } else { base + 1 + tag }
}

/// Numbers of at most six digits between dots. A number that goes on as a longer one is none.
pub(super) fn numbers(text: &[u8], least: usize, most: usize) -> usize {
    let mut length = 0;
    let mut count = 0;
    while count < most {
        let at = if count == 0 { 0 } else { length + 1 };
        if count > 0 && text.get(length) != Some(&b'.') {
            break;
        }
        let digits = text.get(at..).unwrap_or_default().iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || digits > 6 {
            break;
        }
        length = at + digits;
        count += 1;
    }
    if count >= least { length } else { 0 }
}
