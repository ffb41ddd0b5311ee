//! Age of the image and the day on which it says it expires.

use porthole_report::Severity;

use super::{Check, Context, Verdict, counted};

pub(super) const CHECK: Check = Check {
    code: "expired",
    also_known_as: &[],
    title: "the image is neither old nor expired",
    severity: Severity::Low,
    why: "old images miss updates; expired ones are deleted by their registry, and cannot be pulled any more",
    fix: "rebuild; delete what a retention policy would not keep",
    reference: "https://docs.redhat.com/en/documentation/red_hat_quay",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let image = &context.report.image;
    let (Some(now), Some(created)) = (context.now, image.created.as_deref().and_then(crate::time::parse_rfc3339)) else {
        return Verdict::not_applicable("the creation time or the present is not known");
    };
    let days = now.saturating_sub(created) / 86_400;
    let label = image.config.labels.get("quay.expires-after").or_else(|| image.annotations.get("quay.expires-after"));
    if let Some((label, life)) = label.and_then(|label| Some((label, seconds(label)?))) {
        let left = created.saturating_add(life).saturating_sub(now);
        if left <= 0 {
            return Verdict::fail(format!(
                "expired {} ago (quay.expires-after={label})",
                counted(left.unsigned_abs() / 86_400, "day")
            ))
            .with(vec![context.configured(format!("quay.expires-after={label}"))]);
        }
        return Verdict::pass(format!("expires in {}", counted(left.unsigned_abs() / 86_400, "day")));
    }
    // Reproducible builds state 1970 or another fixed time: that says nothing about age.
    match days {
        _ if created < 1_000_000_000 => Verdict::not_applicable("the creation time is fixed, as reproducible builds write it"),
        ..=365 => Verdict::pass(retention(days)),
        _ => Verdict::warn(retention(days)),
    }
}

/// What retention policies of the usual lengths would do.
fn retention(days: i64) -> String {
    let days = days.max(0);
    let lengths = |keeps: bool| {
        let fit: Vec<String> = RETENTION.iter().filter(|length| (days <= **length) == keeps).map(i64::to_string).collect();
        fit.join(", ")
    };
    let (deleted, kept) = (lengths(false), lengths(true));
    let age = format!("{} old", counted(days.unsigned_abs(), "day"));
    match (deleted.is_empty(), kept.is_empty()) {
        (true, _) => format!("{age}: retention of {kept} days keeps it"),
        (_, true) => format!("{age}: retention of {deleted} days would delete it"),
        _ => format!("{age}: retention of {deleted} days would delete it, of {kept} keep it"),
    }
}

/// Days that registries are told to keep images for.
const RETENTION: [i64; 4] = [30, 90, 180, 365];

/// `2w`, `12h`, `30d`, `1y` in seconds.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        "y" => 365 * 86_400,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit).filter(|seconds| *seconds >= 0)
}
