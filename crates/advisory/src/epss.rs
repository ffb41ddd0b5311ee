//! EPSS in one byte an issue: the score on a logarithmic scale, the percentile from a table that each shard holds.
//!
//! FIRST publishes scores between 0.00001 and 1 with five decimals. 254 steps over five decades keep a score within 2.3 % of itself.
//! The percentile is the score's rank, so a step has one percentile: the middle one of the scores that fall in it.

/// Code of a score; 0 stands for "no score".
#[cfg(any(test, feature = "build"))]
pub(crate) fn code(score: f64) -> u8 {
    let step = 1.0 + (score.clamp(1e-5, 1.0).log10() + 5.0) / 5.0 * 254.0;
    // In range by the clamp above.
    step.round() as u8
}

/// The score of a code.
pub(crate) fn score(code: u8) -> Option<f32> {
    (code > 0).then(|| {
        let score = 10f64.powf((f64::from(code) - 1.0) / 254.0 * 5.0 - 5.0);
        // Five decimals, as published.
        ((score * 1e5).round() / 1e5) as f32
    })
}

#[cfg(test)]
mod tests {
    use super::{code, score};

    #[test]
    fn a_score_survives_within_its_stated_error() {
        let mut value = 1e-5f64;
        while value <= 1.0 {
            let back = f64::from(score(code(value)).expect("score"));
            // Half a step, plus the rounding to five decimals.
            assert!((back - value).abs() <= value * 0.0232 + 0.5e-5, "{value} {back}");
            value *= 1.01;
        }
        assert_eq!((code(0.0), code(2.0), score(0)), (1, 255, None));
        assert_eq!(score(255), Some(1.0));
    }
}
