//! Documents that nest, repeat or grow until a reader gives up.

use porthole_tests::image::{image, layer, outer_tar};
use serde_json::{Value, json};

use crate::case::{Case, Input, Says, case, hold};
use crate::make::one;

/// `[[[…]]]`, a hundred thousand deep.
fn nested(open: &str, close: &str) -> String {
    format!("{}1{}", open.repeat(100_000), close.repeat(100_000))
}

fn config(change: impl FnOnce(&mut Value)) -> Input {
    Input::Archive(image().config(change).layer(layer().file("a", "x")).name("a:1").oci_archive())
}

pub(crate) const CASES: &[Case] = &[
    case(
        "manifest-nested-100000-deep",
        "JSON that nests until the stack is gone",
        Says::Error("no image can be read from this archive: manifest.json: not valid json: recursion limit exceeded at line 1 column 128"),
        || Input::Archive(outer_tar(&[("manifest.json".to_owned(), nested("[", "]").into_bytes())])),
    ),
    case(
        "configuration-nested-100000-deep",
        "labels that nest",
        Says::Gap("configuration sha256:cf53cf0814160c3a0c619f04c241d080d3c731253628c6c0128032f52f5fa5e3: configuration sha256:cf53cf0814160c3a0c619f04c241d080d3c731253628c6c0128032f52f5fa5e3: not valid json: recursion limit exceeded at line 1 column 641"),
        || {
            let deep = nested("{\"a\":", "}");
            let files = image().layer(layer().file("a", "x")).name("a:1");
            let mut files = porthole_tests::image::images([files]).docker_files();
            for (name, bytes) in &mut files {
                if name.ends_with(".json") && name != "manifest.json" {
                    *bytes = format!("{{\"config\":{deep}}}").into_bytes();
                }
            }
            Input::Archive(outer_tar(&files))
        },
    )
    .mib(16),
    case(
        "package-json-nested-100000-deep",
        "a package.json that nests",
        Says::Gap("/app/node_modules/x/package.json: bad json: nested too deeply, deeper parts are passed over"),
        || {
            one(layer().file(
                "app/node_modules/x/package.json",
                format!("{{\"name\":\"x\",\"version\":\"1.0.0\",\"a\":{}}}", nested("[", "]")),
            ))
        },
    ),
    case(
        "lock-file-nested-100000-deep",
        "a package-lock.json that nests",
        Says::Gap("/app/package-lock.json: bad json: nested too deeply, deeper parts are passed over"),
        || {
            one(layer().file(
                "app/package-lock.json",
                format!("{{\"dependencies\":{}}}", nested("{\"a\":{\"version\":\"1\",\"dependencies\":", "}}")),
            ))
        },
    )
    .mib(32),
    case("sbom-nested-100000-deep", "components in components", Says::Gap("/app/x.cdx.json: sbom: bad json: nested too deeply, deeper parts are passed over"), || {
        one(layer().file(
            "app/x.cdx.json",
            format!(
                "{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{}]}}",
                nested("{\"name\":\"a\",\"components\":[", "]}")
            ),
        ))
    })
    .mib(32),
    case("toml-nested-100000-deep", "arrays in arrays in a lock file", Says::Gap("/app/Cargo.lock: bad toml: cannot recurse further; max recursion depth met at line 1"), || {
        one(layer().file("app/Cargo.lock", format!("a = {}\n", nested("[", "]"))))
    })
    .mib(32),
    case("xml-nested-100000-deep", "a pom.xml of open tags", Says::Gap("/app/pom.xml: bad xml: nested too deeply"), || {
        one(layer().file("app/pom.xml", format!("<project>{}</project>", nested("<a>", "</a>"))))
    })
    .mib(16),
    case(
        "yaml-nested-100000-deep",
        "a pnpm-lock.yaml that is indented further and further",
        Says::Gap("/app/pnpm-lock.yaml: bad yaml: nested too deeply at line 36"),
        || {
            let lines: String = (0..3_000).map(|at| format!("{}a{at}:\n", " ".repeat(at))).collect();
            one(layer().file("app/pnpm-lock.yaml", format!("lockfileVersion: '9.0'\npackages:\n{lines}")))
        },
    )
    .mib(24),
    case("flow-yaml-nested-100000-deep", "brackets in one line", Says::Gap("/app/pnpm-lock.yaml: bad yaml: flow collection without an end at line 1"), || {
        one(layer().file("app/pnpm-lock.yaml", format!("packages: {}\n", nested("{a: ", "}"))))
    })
    .mib(16),
    case(
        "entities-that-multiply",
        "a pom.xml whose entities unpack to a thousand million laughs",
        Says::Nothing("no entity is ever expanded"),
        || {
            let entities: String =
                (1..10).map(|at| format!("<!ENTITY l{at} \"{}\">", format!("&l{};", at - 1).repeat(10))).collect();
            one(layer().file("app/pom.xml", format!("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY l0 \"lol\">{entities}]><project><groupId>g</groupId><artifactId>a</artifactId><version>&l9;</version></project>")))
        },
    ),
    case("entities-that-fetch", "a nuspec that wants the host's files", Says::Nothing("no entity is ever fetched"), || {
        one(layer().file("app/x.nuspec", "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><package><metadata><id>&f;</id><version>1.0</version></metadata></package>"))
    }),
    case(
        "aliases-that-multiply",
        "a pnpm-lock.yaml whose aliases unpack to a thousand million",
        Says::Nothing("no alias is ever followed"),
        || {
            let lines: String = (1..30).map(|at| format!("a{at}: &a{at} [*a{0}, *a{0}, *a{0}]\n", at - 1)).collect();
            one(layer().file("app/pnpm-lock.yaml", format!("a0: &a0 [x]\n{lines}packages:\n  x@1.0.0:\n    resolution: *a29\n")))
        },
    ),
    case(
        "numbers-that-are-none",
        "sizes and counts that no integer holds",
        Says::Nothing("fields that are no numbers are left out"),
        || {
            config(|config| {
                config["created"] = json!("999999999-99-99T99:99:99Z");
                config["config"]["ExposedPorts"] = json!({"99999999999/tcp": {}, "-1/udp": {}});
                config["config"]["Healthcheck"] = json!({"Test": ["NONE"], "Interval": 1e300_f64, "Retries": -1});
            })
        },
    ),
    case(
        "configuration-of-another-type",
        "an object where a list should be, a list where text should be",
        Says::Gap("/config/Env of the configuration is of another type than the specification says, and was not read"),
        || {
            config(|config| {
                config["config"]["Env"] = json!({"PATH": "/bin"});
            })
        },
    ),
    case("fifty-thousand-variables", "an environment of fifty thousand variables", Says::Nothing("they are listed"), || {
        config(|config| {
            config["config"]["Env"] = (0..50_000).map(|at| format!("A{at}=b")).collect();
        })
    })
    .mib(64)
    .seconds(30),
    case(
        "a-history-of-twenty-thousand-steps",
        "far more steps than layers",
        Says::Nothing("steps without a layer are steps without a layer"),
        || {
            Input::Archive(
                image()
                    .history((0..20_000).map(|_| json!({"created_by": "x", "empty_layer": true})).collect())
                    .layer(layer().file("a", "x"))
                    .name("a:1")
                    .oci_archive(),
            )
        },
    )
    .mib(48)
    .seconds(30),
];

#[test]
fn documents_without_end_cost_little_and_are_told() {
    hold(CASES);
}
