//! `Name: value` lines with continuation lines (RFC 822 as Python, R, Java manifests and Debian use it).

/// The fields of one block: ends at the first empty line, where a description or the next block begins.
///
/// A line that begins with a blank continues the value before it; with what it is joined is up to the caller.
pub(crate) fn fields(text: &str) -> Fields<'_> {
    Fields { lines: text.lines().peekable() }
}

/// Iterator of [`fields`].
pub(crate) struct Fields<'t> {
    lines: std::iter::Peekable<std::str::Lines<'t>>,
}

impl<'t> Iterator for Fields<'t> {
    /// Name, first line of the value, continuation lines without their leading blank.
    type Item = (&'t str, &'t str, Vec<&'t str>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.lines.peek().copied()?;
            if line.trim_end().is_empty() {
                return None;
            }
            self.lines.next();
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let mut more = Vec::new();
            while let Some(rest) = self.lines.peek().and_then(|line| line.strip_prefix([' ', '\t'])) {
                more.push(rest);
                self.lines.next();
            }
            return Some((name.trim(), value.trim(), more));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuation_lines_belong_to_the_field_before() {
        let all: Vec<_> = fields("A: 1\nnonsense\nB: x:y\n  z\n\tw\n\nC: in the body\n").collect();
        assert_eq!(all, [("A", "1", vec![]), ("B", "x:y", vec![" z", "w"])]);
    }
}
