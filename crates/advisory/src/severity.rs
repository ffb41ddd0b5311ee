//! One severity from what the sources say: a CVSS vector, a distribution's word, an advisory's word.
//!
//! Scores are computed from the vectors (CVSS 2.0, 3.0, 3.1 and 4.0, FIRST's specifications) by the crate `cvss`. A distribution's
//! own word about its build comes first; else the score decides; else the word of the advisory.

use porthole_report::Severity;

/// The base score of a vector, 0 to 10; `None` when it is no vector.
pub fn score(vector: &str) -> Option<f32> {
    if vector.len() > 256 {
        return None;
    }
    let vector = vector.trim().trim_start_matches('(').trim_end_matches(')');
    // The crate scores a vector that lacks base metrics as if they were harmless; the specifications call it invalid.
    let base: &[&str] = match vector.get(..8) {
        Some("CVSS:3.0" | "CVSS:3.1") => &["/AV:", "/AC:", "/PR:", "/UI:", "/S:", "/C:", "/I:", "/A:"],
        Some("CVSS:4.0") => &["/AV:", "/AC:", "/AT:", "/PR:", "/UI:", "/VC:", "/VI:", "/VA:", "/SC:", "/SI:", "/SA:"],
        _ => &[],
    };
    if !base.iter().all(|metric| vector.contains(metric)) {
        return None;
    }
    if vector.starts_with("CVSS:") {
        return vector.parse::<cvss::Cvss>().ok().map(|vector| vector.score() as f32);
    }
    vector.parse::<cvss::v2::Vector>().ok().map(|vector| vector.score().value() as f32)
}

/// The qualitative scale of CVSS 3 and 4; version 2 had three steps, the same but for `critical`.
pub fn of_score(score: f32) -> Severity {
    match score {
        score if score >= 9.0 => Severity::Critical,
        score if score >= 7.0 => Severity::High,
        score if score >= 4.0 => Severity::Medium,
        score if score > 0.0 => Severity::Low,
        _ => Severity::Negligible,
    }
}

/// The words of Debian, Ubuntu, Red Hat's family, SUSE, GitHub and Azure; `None` for a word that rates nothing.
pub fn of_word(word: &str) -> Option<Severity> {
    Some(match word {
        "critical" => Severity::Critical,
        "high" | "important" => Severity::High,
        "medium" | "moderate" => Severity::Medium,
        "low" | "minor" => Severity::Low,
        "negligible" | "unimportant" | "none" => Severity::Negligible,
        _ => return None,
    })
}

/// One severity out of a score and a word. `word_first` where the word rates this very issue in this very build.
pub fn choose(score: Option<f32>, word: Option<&str>, word_first: bool) -> Severity {
    let by_word = word.and_then(of_word);
    let by_score = score.map(of_score);
    let (first, second) = if word_first { (by_word, by_score) } else { (by_score, by_word) };
    first.or(second).unwrap_or(Severity::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores as FIRST's and NVD's calculators give them.
    #[test]
    fn vectors_of_every_version_have_their_score() {
        for (vector, expected) in [
            ("AV:N/AC:L/Au:N/C:N/I:N/A:P", 5.0),
            ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0),
            ("(AV:L/AC:H/Au:N/C:C/I:C/A:C)", 6.2),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
            ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0),
        ] {
            assert_eq!(score(vector), Some(expected), "{vector}");
        }
        for nonsense in ["", "CVSS:", "CVSS:9.9/AV:N", "CVSS:3.1/AV:N", "high"] {
            assert_eq!(score(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_distributions_word_beats_the_score_and_an_erratums_does_not() {
        assert_eq!(choose(Some(9.8), Some("low"), true), Severity::Low);
        assert_eq!(choose(Some(9.8), Some("low"), false), Severity::Critical);
        assert_eq!(choose(Some(9.8), Some("not yet assigned"), true), Severity::Critical);
        assert_eq!(choose(None, Some("important"), false), Severity::High);
        assert_eq!(choose(None, None, false), Severity::Unknown);
    }
}
