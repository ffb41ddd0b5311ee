//! Licences from `usr/share/doc/NAME/copyright`: DEP-5 fields, else references and well-known texts.
//!
//! Follows the machine-readable debian/copyright format 1.0; older files are free text.

use memchr::memmem;

use super::super::deb822::stanzas;

/// Most names kept of one file.
const MAX_LICENSES: usize = 64;

/// Longest name that is one, bytes.
const MAX_NAME: usize = 120;

/// Texts that name their licence by their wording; every phrase has to be there. Whitespace is one blank.
const TEXTS: &[(&str, &[&str])] = &[
    ("MIT", &["Permission is hereby granted, free of charge, to any person obtaining a copy"]),
    (
        "BSD-3-Clause",
        &["Redistributions of source code must retain", "Redistributions in binary form must reproduce", "either the name"],
    ),
    ("ISC", &["Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"]),
    ("ISC", &["Permission to use, copy, modify, and distribute this software for any purpose with or without fee"]),
    ("Zlib", &["origin of this software must not be misrepresented", "freely"]),
    ("public-domain", &["in the public domain"]),
];

const BSD_2: &[&str] = &["Redistributions of source code must retain", "Redistributions in binary form must reproduce"];

/// Licence names that a copyright file states, in its order, each once.
pub fn licenses(bytes: &[u8]) -> Vec<String> {
    let machine_readable = stanzas(bytes)
        .next()
        .is_some_and(|head| ["Format", "Format-Specification"].iter().any(|field| head.get(field).is_some()));
    let mut found = Vec::new();
    if machine_readable {
        for (field, value) in stanzas(bytes).flat_map(|stanza| stanza.fields()) {
            if field.eq_ignore_ascii_case(b"License") {
                let value = String::from_utf8_lossy(value);
                add(&mut found, &value.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
    }
    if found.is_empty() {
        free_text(bytes, &mut found);
    }
    found
}

fn add(found: &mut Vec<String>, name: &str) {
    if !name.is_empty() && name.len() <= MAX_NAME && found.len() < MAX_LICENSES && !found.iter().any(|known| known == name) {
        found.push(name.to_owned());
    }
}

/// `/usr/share/common-licenses/GPL-2` and the texts above.
fn free_text(bytes: &[u8], found: &mut Vec<String>) {
    const FOLDER: &[u8] = b"/usr/share/common-licenses/";
    for at in memmem::find_iter(bytes, FOLDER) {
        let rest = &bytes[at + FOLDER.len()..];
        let name: Vec<u8> =
            rest.iter().copied().take(40).take_while(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(byte)).collect();
        add(found, String::from_utf8_lossy(&name).trim_end_matches(['.', '-']));
    }
    let text = one_blank(bytes);
    let all = |phrases: &[&str]| phrases.iter().all(|phrase| memmem::find(&text, phrase.as_bytes()).is_some());
    for (name, phrases) in TEXTS {
        if all(phrases) {
            add(found, name);
        }
    }
    if all(BSD_2) && !found.iter().any(|name| name.starts_with("BSD")) {
        add(found, "BSD-2-Clause");
    }
}

/// The text with every run of whitespace as one blank, comment signs at line starts dropped.
fn one_blank(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for word in bytes.split(|byte| byte.is_ascii_whitespace()) {
        if !word.is_empty() && word != b"*" && word != b"#" {
            out.extend_from_slice(word);
            out.push(b' ');
        }
    }
    out
}
