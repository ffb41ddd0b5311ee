//! The history's steps: what each ran, and whether the base image or the image's own build did.
//!
//! Texts are those of the classic builder, BuildKit and buildah; image-spec `config.md` leaves them free. Must not know:
//! files. Proof: this file's tests, `tests/suite/base.rs`.

use porthole_report::{Image, Origin};

const INSTRUCTIONS: &[&str] = &[
    "RUN",
    "ADD",
    "COPY",
    "ENV",
    "ARG",
    "CMD",
    "ENTRYPOINT",
    "EXPOSE",
    "LABEL",
    "MAINTAINER",
    "USER",
    "VOLUME",
    "WORKDIR",
    "HEALTHCHECK",
    "ONBUILD",
    "SHELL",
    "STOPSIGNAL",
];

/// Steps looked at for one part of the configuration, the last ones: no build has more, and a made-up history must not cost.
const LOOKED_AT: usize = 500;

/// Where each step of the history belongs. Steps after the base's last layer that made none of their own (its CMD) are the
/// base's up to the next layer's step.
pub(crate) fn origins(image: &Image) -> Vec<Origin> {
    let base = image.base.as_ref().map(|base| base.layers);
    let turn = base.map(|base| turn(image, base));
    (0..image.history.len())
        .map(|at| match turn {
            None => Origin::Unknown,
            Some(turn) if at < turn => Origin::Base,
            Some(_) => Origin::Own,
        })
        .collect()
}

/// The first step that is the image's own, when the base has this many layers. Steps without a layer behind the base's last
/// one are the base's as long as they end as a base image does, with CMD or ENTRYPOINT.
fn turn(image: &Image, base: u32) -> usize {
    let mut made = 0;
    let mut turn = 0;
    let last = image.history.iter().rposition(|entry| !entry.empty_layer).unwrap_or(0);
    for (at, entry) in image.history.iter().enumerate() {
        made += u32::from(!entry.empty_layer);
        if made > base {
            break;
        }
        let (instruction, _) = split(entry.created_by.as_deref().unwrap_or_default());
        if !entry.empty_layer || at < last && matches!(instruction, "CMD" | "ENTRYPOINT") {
            turn = at + 1;
        }
    }
    turn
}

/// Where a part of the configuration belongs: to the last step with this instruction, about `name` unless that is empty. What
/// no step is known to have set is the image's own where a base is known: the last build wrote the configuration.
pub(crate) fn configured_by(image: &Image, origins: &[Origin], instruction: &str, name: &str) -> Origin {
    if image.base.is_none() {
        return Origin::Unknown;
    }
    let by_step = image.history.iter().zip(origins).rev().take(LOOKED_AT).find(|(entry, _)| {
        let (found, rest) = split(entry.created_by.as_deref().unwrap_or_default());
        found == instruction && !instruction.is_empty() && (name.is_empty() || names(rest, name))
    });
    by_step.map_or(Origin::Own, |(_, origin)| *origin)
}

/// True when a step sets or states this name: `NAME=value`, `NAME value`, `80/tcp`, `map[80/tcp:{}]`, `"/data"`.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(inside) && !after.is_some_and(inside)
    })
}

/// The instruction and the rest of a history text, of the classic builder (`/bin/sh -c #(nop)  CMD …`) and BuildKit (`RUN /bin/sh -c … # buildkit`).
pub(crate) fn split(text: &str) -> (&'static str, &str) {
    let mut rest = text.trim().trim_end_matches("# buildkit").trim_end();
    if let Some((_, nop)) = rest.split_once("#(nop)") {
        rest = nop.trim_start();
    }
    let mut instruction = "";
    if let Some(known) =
        INSTRUCTIONS.iter().find(|known| rest.strip_prefix(**known).is_some_and(|rest| rest.starts_with([' ', '\t'])))
    {
        instruction = known;
        rest = rest.get(known.len()..).unwrap_or_default().trim_start();
    }
    // `|2 A=b C=d /bin/sh -c …`: build arguments of the classic builder.
    if rest.starts_with('|')
        && let Some(at) = rest.find("/bin/sh -c")
    {
        rest = rest.get(at..).unwrap_or_default();
    }
    if instruction.is_empty()
        && ["/bin/sh -c", "/bin/bash -c", "/bin/ash -c", "cmd /S /C", "/bin/bash -o pipefail -c"]
            .iter()
            .any(|shell| rest.starts_with(shell))
    {
        instruction = "RUN";
    }
    for shell in ["/bin/sh -c", "/bin/bash -c", "/bin/ash -c", "/bin/bash -o pipefail -c", "/bin/sh -o pipefail -c"] {
        rest = rest.strip_prefix(shell).unwrap_or(rest).trim_start();
    }
    (instruction, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_builders_histories_are_understood() {
        for (text, expected) in [
            ("/bin/sh -c #(nop)  CMD [\"bash\"]", ("CMD", "[\"bash\"]")),
            ("/bin/sh -c apt-get update", ("RUN", "apt-get update")),
            ("RUN /bin/sh -c apt-get update # buildkit", ("RUN", "apt-get update")),
            ("RUN |1 A=b /bin/sh -c make # buildkit", ("RUN", "make")),
            ("|1 A=b /bin/sh -c make", ("RUN", "make")),
            ("ADD file:abc in / ", ("ADD", "file:abc in /")),
            ("COPY /app /app # buildkit", ("COPY", "/app /app")),
            ("bazel build ...", ("", "bazel build ...")),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
