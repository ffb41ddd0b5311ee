//! What counts as a verdict, and what does not.

use porthole_report::{Application, BaseImage, Efficiency, Image, Report, SCHEMA_VERSION, Signatures, Tool, Vulnerabilities};

use super::*;

/// A report of nothing but a name and a creation time.
fn report() -> Report {
    let image = Image {
        source: "app.tar".into(),
        created: Some("2026-05-02T10:00:00Z".into()),
        base: Some(BaseImage { newest_content: Some("2026-01-01T00:00:00Z".into()), ..BaseImage::default() }),
        ..Image::default()
    };
    let mut report = Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "porthole".into(), version: "0.0.0".into() },
        image,
        layers: Vec::new(),
        packages: Vec::new(),
        vulnerabilities: Vulnerabilities::default(),
        secrets: Vec::new(),
        checks: Vec::new(),
        efficiency: Efficiency::default(),
        signatures: Signatures::default(),
        application: Application::default(),
        gaps: Vec::new(),
    };
    report.image.config.user = "root".into();
    report
}

fn judged(text: &str) -> Result<PolicyResult, Error> {
    judge(&[Module { name: "policy.rego", text }], &report(), Some("2026-06-01"))
}

fn messages(text: &str) -> Vec<String> {
    judged(text).expect("a verdict").reasons.into_iter().map(|reason| reason.message).collect()
}

#[test]
fn deny_gives_reasons_and_nothing_denied_passes() {
    let policy = "package porthole\ndeny contains msg if {\n  input.image.config.user == \"root\"\n  msg := sprintf(\"%s runs as root\", [input.image.source])\n}\n";
    assert_eq!(messages(policy), ["app.tar runs as root"]);
    assert!(judged(&policy.replace("== \"root\"", "== \"app\"")).expect("a verdict").passed);
    let object = "package porthole\ndeny contains {\"msg\": \"no\", \"rule\": \"own-1\"} if true\n";
    assert_eq!(judged(object).expect("a verdict").reasons, [Reason { rule: "own-1".into(), message: "no".into() }]);
}

#[test]
fn allow_must_be_true_where_it_is_declared() {
    assert!(judged("package porthole\nallow if input.image.source == \"app.tar\"\n").expect("a verdict").passed);
    for closed in ["allow if input.image.source == \"x\"", "default allow := false", "allow := \"true\""] {
        let result = judged(&format!("package porthole\n{closed}\n")).expect("a verdict");
        assert_eq!((result.passed, result.reasons[0].rule.as_str()), (false, "porthole.allow"), "{closed}");
    }
}

#[test]
fn ages_and_the_day_are_known() {
    let policy = "package porthole\ndeny contains sprintf(\"%d %d %s\", [data.context.imageDays, data.context.baseDays, data.context.today])\n";
    assert_eq!(messages(policy), ["30 151 2026-06-01"]);
}

#[test]
fn the_functions_that_policies_use_are_there() {
    let policy = "package porthole\nimport rego.v1\n\
        deny contains \"regex\" if regex.match(`^app\\.`, input.image.source)\n\
        deny contains \"semver\" if semver.compare(\"1.2.3\", \"1.10.0\") < 0\n\
        deny contains \"split\" if split(input.image.source, \".\")[1] == \"tar\"\n\
        deny contains \"count\" if count({one | some one in input.packages}) == 0\n\
        deny contains \"base64\" if base64.decode(\"YQ==\") == \"a\"\n";
    assert_eq!(messages(policy), ["base64", "count", "regex", "semver", "split"]);
}

#[test]
fn several_modules_are_one_policy() {
    let modules = [
        Module { name: "a.rego", text: "package porthole.licenses\nimport data.lib\ndeny contains \"a\" if lib.yes\n" },
        Module { name: "a.rego", text: "package porthole.user\ndeny contains \"b\" if true\n" },
        Module { name: "lib.rego", text: "package lib\nyes := true\n" },
    ];
    let result = judge(&modules, &report(), None).expect("a verdict");
    let rules: Vec<_> = result.reasons.iter().map(|reason| reason.rule.as_str()).collect();
    assert_eq!(rules, ["porthole.licenses.deny", "porthole.user.deny"]);
}

#[test]
fn what_decides_nothing_or_breaks_has_no_verdict() {
    for (text, part) in [
        ("package porthole\ndenny contains \"x\" if true\n", "no rule named deny or allow"),
        ("package other\ndeny contains \"x\" if true\n", "no rule named deny or allow"),
        ("package porthole\ndeny contains if {\n", "policy.rego: line 2, column 15: unexpected keyword `if`"),
        ("", "policy.rego: line 1, column 1: expecting `package`"),
        (
            "package porthole\ndeny contains \"x\" if 1 / 0 == 1\n",
            "while the policy ran: policy.rego: line 2, column 24: divide by zero",
        ),
        ("package porthole\ndeny contains \"x\" if no.such.function(1)\n", "while the policy ran"),
    ] {
        let error = judged(text).expect_err(text).to_string();
        assert!(error.contains(part) && error.lines().count() == 1, "{text}: {error}");
    }
}

#[test]
fn names_from_the_image_are_data_and_nothing_else() {
    let mut report = report();
    report.image.source = "\"] } deny contains \"injected\" { true".into();
    let policy = "package porthole\ndeny contains input.image.source\n";
    let result = judge(&[Module { name: "p", text: policy }], &report, None).expect("a verdict");
    assert_eq!(result.reasons[0].message, report.image.source);
}

#[test]
fn a_stranger_s_policy_ends_where_its_limits_are() {
    let within = |text: &str, steps: u32, input: usize| {
        judge_within(&[Module { name: "p", text }], &report(), Some("2026-06-01"), &Limits { steps, input })
    };
    let plain = "package porthole\ndeny contains \"root\" if input.image.config.user == \"root\"\n";
    assert_eq!(within(plain, 10_000, 1 << 20).expect("a verdict").reasons[0].message, "root");
    assert!(matches!(within(plain, 10_000, 100), Err(Error::InputTooLong { limit: 100, .. })));
    // A thousand million rounds: hours, and the clock stands still.
    let endless = "package porthole\nmany := numbers.range(1, 1000)\ndeny contains \"x\" if {\n  some a in many\n  some b in many\n  some c in many\n  a + b + c == 0\n}\n";
    assert_eq!(within(endless, 100_000, 1 << 20), Err(Error::TooManySteps { limit: 100_000 }));
    // What one policy used up is not taken from the next.
    assert!(within(plain, 10_000, 1 << 20).is_ok());
}
