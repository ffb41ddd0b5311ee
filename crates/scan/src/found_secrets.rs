//! Secrets of all layers and of the configuration, put together for the report; the configuration masked.
//!
//! Every layer's secrets count, also those in files that a later layer deletes: they can still be pulled out. A vague find
//! in a file that a package owns is the package's business, and said to be so. Proof: `tests/suite/secrets.rs`.

use porthole_report::{Image, Origin, Secret, sorting};

use crate::base::origin;
use crate::history;
use crate::image::ImageView;
use crate::inventory::{Inventory, is_system};
use crate::secrets::{TextSecret, mask_env, mask_pair, mask_text, scan_text};

/// Rules that judge by a name rather than by a format.
const VAGUE: &[&str] = &[
    "configured-secret",
    "url-password",
    "database-url-password",
    "connection-string-password",
    "authorization-header",
    "password-hash",
];

/// Secrets in environment, labels, annotations, history. `image` is as its configuration states it, unmasked.
pub(crate) fn of_configuration(image: &Image) -> Vec<Secret> {
    let mut found = Vec::new();
    let mut add = |place: &str, path: String, layer: Option<u32>, secrets: Vec<TextSecret>| {
        found.extend(secrets.into_iter().map(|secret| Secret {
            rule: secret.rule,
            title: secret.title,
            severity: secret.severity,
            place: place.to_owned(),
            path: path.clone(),
            inner_path: None,
            line: None,
            masked: secret.masked,
            fingerprint: secret.fingerprint,
            layer,
            origin: Origin::Unknown,
            visible: true,
            removed_in: None,
            harmless: secret.harmless,
            allowed_by: None,
        }));
    };
    for variable in &image.config.env {
        let (name, value) = variable.split_once('=').unwrap_or(("", variable));
        add("env", name.to_owned(), None, scan_text("env", name, value));
    }
    for (place, pairs) in [("label", &image.config.labels), ("annotation", &image.annotations)] {
        for (name, value) in pairs {
            add(place, name.clone(), None, scan_text(place, name, value));
        }
    }
    let commands = [("entrypoint", &image.config.entrypoint), ("cmd", &image.config.cmd), ("onbuild", &image.config.on_build)];
    for (place, words) in commands {
        add(place, String::new(), None, scan_text(place, "", &words.join(" ")));
    }
    if let Some(test) = &image.config.healthcheck {
        add("healthcheck", String::new(), None, scan_text("healthcheck", "", &test.join(" ")));
    }
    for (step, entry) in image.history.iter().enumerate() {
        for text in [&entry.created_by, &entry.comment, &entry.author].into_iter().flatten() {
            // `ENV API_KEY=…` in the history is the variable that the configuration has too: said once.
            let secrets = scan_text("history", "", text)
                .into_iter()
                .filter(|secret| {
                    !image.config.env.iter().any(|variable| {
                        text.contains(variable.as_str()) && scan_env(variable).iter().any(|known| known.masked == secret.masked)
                    })
                })
                .collect();
            add("history", format!("step {}", step + 1), entry.layer, secrets);
        }
    }
    found
}

fn scan_env(variable: &str) -> Vec<TextSecret> {
    let (name, value) = variable.split_once('=').unwrap_or(("", variable));
    scan_text("env", name, value)
}

/// Masks every text of the configuration that holds a secret.
pub(crate) fn mask(image: &mut Image) {
    for variable in &mut image.config.env {
        *variable = mask_env(variable);
    }
    for (name, value) in image.config.labels.iter_mut().chain(image.annotations.iter_mut()) {
        *value = mask_pair(name, value);
    }
    let config = &mut image.config;
    let words = [&mut config.entrypoint, &mut config.cmd, &mut config.on_build, &mut config.shell]
        .into_iter()
        .chain(config.healthcheck.as_mut());
    for words in words {
        // An option and its value may be two words (`--password`, `x`): they are masked as one text.
        let joined = words.join("\u{0}").replace('\u{0}', " ");
        if mask_text(&joined) != joined {
            mask_words(words);
        }
    }
    for entry in &mut image.history {
        for text in [&mut entry.created_by, &mut entry.comment, &mut entry.author].into_iter().flatten() {
            *text = mask_text(text);
        }
    }
    image.author = image.author.as_deref().map(mask_text);
}

/// Masks word by word; a word that is only a secret after the one before it goes whole.
fn mask_words(words: &mut [String]) {
    let mut before = String::new();
    for word in words {
        let plain = word.clone();
        let alone = mask_text(word);
        let together = format!("{before} {plain}");
        *word = if alone == plain && !before.is_empty() && mask_text(&together) != together && mask_text(&before) == before {
            format!("… ({} characters)", plain.chars().count())
        } else {
            alone
        };
        before = plain;
    }
}

/// Everything that layers and configuration hold, worst first.
pub(crate) fn all(view: &ImageView, inventory: &Inventory, image: &Image, in_configuration: Vec<Secret>) -> Vec<Secret> {
    let origins = history::origins(image);
    let mut secrets: Vec<Secret> = view
        .secrets
        .iter()
        .map(|(version, fact)| {
            let version = view.version(*version);
            let owner = inventory.owner(version.node).filter(|package| is_system(&package.kind));
            let vague = VAGUE.contains(&fact.rule.as_str()) || fact.rule.starts_with("file-");
            let owned = owner.filter(|_| vague && origin(image.base.as_ref(), version.layer) != Origin::Own);
            Secret {
                rule: fact.rule.clone(),
                title: fact.title.clone(),
                severity: fact.severity,
                place: "file".into(),
                path: view.path(version.node).display(),
                inner_path: fact.inner_path.clone(),
                line: fact.line,
                masked: fact.masked.clone(),
                fingerprint: fact.fingerprint.clone(),
                layer: Some(version.layer),
                origin: origin(image.base.as_ref(), version.layer),
                visible: version.is_visible(),
                removed_in: version.removed_in(),
                harmless: fact
                    .harmless
                    .clone()
                    .or_else(|| owned.map(|package| format!("in a file of the package {}", package.name))),
                allowed_by: None,
            }
        })
        .chain(in_configuration.into_iter().map(|mut secret| {
            secret.origin = of_place(image, &origins, &secret);
            secret
        }))
        .collect();
    sorting::sort_by(&mut secrets, |a, b| key(a).cmp(&key(b)));
    secrets
}

/// The base's or the image's own, for a place in the configuration.
fn of_place(image: &Image, origins: &[Origin], secret: &Secret) -> Origin {
    let step = secret.path.strip_prefix("step ").and_then(|number| number.parse::<usize>().ok());
    match (secret.place.as_str(), step) {
        ("history", Some(step)) => origins.get(step.wrapping_sub(1)).copied().unwrap_or_default(),
        ("annotation", _) => history::configured_by(image, origins, "", ""),
        (place, _) => history::configured_by(image, origins, &place.to_ascii_uppercase(), &secret.path),
    }
}

fn key(secret: &Secret) -> impl Ord + '_ {
    (
        secret.harmless.is_some(),
        std::cmp::Reverse(secret.severity),
        &secret.place,
        &secret.path,
        &secret.inner_path,
        secret.line,
        &secret.rule,
        secret.layer,
    )
}
