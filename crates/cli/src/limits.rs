//! `--limit NAME=VALUE`: the caps of a scan, seen and changed. What each is for is `porthole_scan`'s to say.

use clap::Args;
use porthole_scan::{LIMITS, LayerOptions, NamedLimit};

/// How much one image may cost.
#[derive(Debug, Args)]
pub(crate) struct LimitOptions {
    /// Another cap on what an image may cost, `NAME=VALUE`; may be given again. Values may end in K, M or G (powers of 1024).
    /// What a cap cuts off is a gap in the report. `--limit list=` shows every name with its value.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse)]
    limit: Vec<(String, u64)>,
}

impl LimitOptions {
    /// True when no cap was changed.
    pub(crate) fn are_ordinary(&self) -> bool {
        self.limit.is_empty()
    }

    /// The caps as they were asked for.
    pub(crate) fn options(&self) -> LayerOptions {
        let mut options = LayerOptions::default();
        for (name, value) in &self.limit {
            if let Some(limit) = NamedLimit::find(name) {
                limit.set(&mut options, *value);
            }
        }
        options
    }
}

fn parse(text: &str) -> Result<(String, u64), String> {
    let known = || {
        let options = LayerOptions::default();
        let line = |limit: &NamedLimit| format!("  {:<18} {:>12}  {}", limit.name, limit.get(&options), limit.what);
        LIMITS.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    let (name, value) = text.split_once('=').ok_or_else(|| format!("NAME=VALUE is wanted; the names are\n{}", known()))?;
    if NamedLimit::find(name).is_none() || value.is_empty() {
        return Err(format!("the names are\n{}", known()));
    }
    Ok((name.to_owned(), number(value).ok_or_else(|| format!("{value:?} is no number"))?))
}

fn number(text: &str) -> Option<u64> {
    let (digits, shift) = match text.as_bytes().last()? {
        b'K' => (&text[..text.len() - 1], 10),
        b'M' => (&text[..text.len() - 1], 20),
        b'G' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_are_set_by_name_and_what_is_no_cap_is_told() {
        assert_eq!(parse("entries=2K"), Ok(("entries".to_owned(), 2048)));
        assert!(parse("entries=many").is_err_and(|why| why.contains("no number")));
        assert!(parse("nonsense=1").is_err_and(|why| why.contains("zstd-window")));
        assert!(parse("list=").is_err_and(|why| why.contains("134217728")));
        let options = LimitOptions { limit: vec![("layers".to_owned(), 3), ("paths".to_owned(), u64::MAX)] }.options();
        assert_eq!((options.limits.max_layers, options.scan_limits.max_paths as u64), (3, usize::MAX as u64));
    }
}
