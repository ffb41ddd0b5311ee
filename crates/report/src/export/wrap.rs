//! Lines for a terminal of some width. Writers mark where a line may give way; marks are control characters, which names
//! from an image never hold here (`plain.rs`), and never leave this file.

/// The rest of the line is prose: it goes on below, indented to here.
pub(crate) const WRAP: char = '\t';
/// The rest of the line is cut where the terminal ends.
pub(crate) const CUT: char = '\r';

/// Narrowest prose; a line that leaves less is indented less.
const NARROWEST: usize = 28;
/// Indentation of prose that begins too far right.
const INDENT: usize = 6;

/// Takes the marks out, and fits the lines into `columns` when there are any.
pub(crate) fn wrap(text: &str, columns: Option<usize>) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match (columns.map(|columns| columns.max(40)), line.split_once([WRAP, CUT])) {
            (Some(columns), Some((head, rest))) if line.contains(WRAP) => prose(head, rest, columns, &mut out),
            (Some(columns), Some((head, rest))) => {
                out.push_str(head);
                cut(rest, columns.saturating_sub(head.chars().count()), &mut out);
            }
            (None, Some((head, rest))) => out.extend([head, rest]),
            (_, None) => out.push_str(line),
        }
        // Columns that are empty at the end of a line leave blanks behind.
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
    out
}

fn cut(text: &str, room: usize, out: &mut String) {
    if text.chars().count() <= room {
        return out.push_str(text);
    }
    out.extend(text.chars().take(room.saturating_sub(1)));
    out.push('…');
}

fn prose(head: &str, text: &str, columns: usize, out: &mut String) {
    out.push_str(head);
    let begin = head.chars().count();
    let indent = if columns.saturating_sub(begin) >= NARROWEST { begin } else { INDENT };
    let mut at = begin;
    let mut fresh = true;
    for word in text.split(' ') {
        let length = word.chars().count();
        if at + usize::from(!fresh) + length > columns && at > indent {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            (at, fresh) = (indent, true);
        }
        if !fresh {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += length;
        fresh = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_goes_on_below_itself_and_commands_are_cut() {
        let text = "  FAIL  high  \tone two three four five six seven eight nine ten eleven\n  0  \rRUN something that is long, longer than it should be\nplain\n";
        assert_eq!(
            wrap(text, Some(44)),
            "  FAIL  high  one two three four five six\n              seven eight nine ten eleven\n  0  RUN something that is long, longer tha…\nplain\n"
        );
        assert_eq!(wrap(text, None), text.replace(['\t', '\r'], ""));
    }

    #[test]
    fn no_width_loses_a_word() {
        let text = "head of some length that is long  \twords and words and a-very-long-word-that-fits-nowhere-at-all-in-this-line end\n";
        for columns in 0..140 {
            let wrapped = wrap(text, Some(columns));
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&wrapped), words(text), "{columns}");
        }
    }
}
