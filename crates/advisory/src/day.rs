//! Calendar days as numbers, so that ages can be told without a clock or a calendar library.

/// Days from 1970-01-01 to a day that begins with `YYYY-MM-DD`; `None` when it does not.
pub fn day_number(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    if !rest.is_empty() && !rest.starts_with(['T', 't', ' ']) {
        return None;
    }
    let mut parts = date.split('-');
    let year: i64 = number(parts.next()?, 4)?;
    let month: i64 = number(parts.next()?, 2)?;
    let day: i64 = number(parts.next()?, 2)?;
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years that begin in March, so that the leap day is the last one; 400 of them have 146,097 days.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    Some(era * 146_097 + year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1 - 719_468)
}

fn number(text: &str, digits: usize) -> Option<i64> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::day_number;

    #[test]
    fn days_are_counted_over_leap_years() {
        for (day, number) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2000-03-01", 11_017),
            ("2026-11-23", 20_780),
            ("2026-11-23T12:00:00Z", 20_780),
        ] {
            assert_eq!(day_number(day), Some(number), "{day}");
        }
        for nonsense in ["", "2026-13-01", "2026-1-01", "26-01-01", "2026-01-01x", "2026-01-00", "äääää"] {
            assert_eq!(day_number(nonsense), None, "{nonsense}");
        }
    }
}
