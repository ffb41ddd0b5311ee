//! Packages that conda, mamba or micromamba installed: one `conda-meta/NAME-VERSION-BUILD.json` each, with the files that
//! it owns ("prefix records" in conda's documentation). Proof: tests here.

use porthole_oci::layer::{Entry, ImagePath};

use super::language::{MAX_FILE, file_name, folder, is_name, malformed, parsed};
use super::syntax::{Step, json};
use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Conda;

impl Cataloger for Conda {
    fn id(&self) -> &'static str {
        "conda"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let path = entry.path.as_bytes();
        let wanted = path.ends_with(b".json") && file_name(folder(path)) == b"conda-meta";
        if wanted { Interest::Whole { max: MAX_FILE } } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        let prefix = ImagePath::new(folder(folder(path.as_bytes())));
        let mut package = PackageFact::new("conda", "", "");
        let read = json(bytes, &mut |path, step| {
            let Step::Text(text) = step else { return };
            match path {
                ["name"] => package.name = text.to_owned(),
                ["version"] => package.version = text.to_owned(),
                ["license"] => package.licenses.push(text.to_owned()),
                ["build" | "subdir"] => package.qualifiers.push((path.concat(), text.to_owned())),
                // An address or a name; the name is what follows the host.
                ["channel"] => {
                    let channel = text.trim_end_matches('/');
                    let channel = channel
                        .split_once("://")
                        .map_or(channel, |(_, rest)| rest.split_once('/').map_or(rest, |(_, rest)| rest));
                    package.qualifiers.push(("channel".into(), channel.to_owned()));
                }
                ["files", "#"] => package.owned.push(prefix.join(text).as_bytes().to_vec()),
                _ => {}
            }
        });
        if !is_name(&package.name) || !is_name(&package.version) {
            return read.err().map_or_else(
                // `conda-meta` holds a few other JSON files (`state`, `history` exports).
                Parsed::default,
                |damage| malformed(&damage.0),
            );
        }
        parsed(vec![package], read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, read, survives_damage, wants};
    use super::*;

    const META: &str = r#"{"arch":"x86_64","build":"h5eee18b_3","channel":"https://example.com/pkgs/main/linux-64","name":"zlib","version":"1.2.13",
        "license":"Zlib","subdir":"linux-64","files":["include/zlib.h","lib/libz.so"],"paths_data":{"paths":[{"_path":"x"}]}}"#;

    #[test]
    fn prefix_records_own_their_files() {
        let path = "opt/conda/conda-meta/zlib-1.2.13-h5eee18b_3.json";
        assert_eq!(found(&Conda, path, META), [r#"conda zlib@1.2.13 installed ["Zlib"]"#]);
        let package = &read(&Conda, path, META.as_bytes()).packages[0];
        assert_eq!(package.owned, [b"opt/conda/include/zlib.h".to_vec(), b"opt/conda/lib/libz.so".to_vec()]);
        assert!(package.qualifiers.contains(&("channel".into(), "pkgs/main/linux-64".into())));
        assert!(found(&Conda, "opt/conda/conda-meta/state.json", r#"{"env_vars":{}}"#).is_empty());
        assert!(!wants(&Conda, "opt/conda/pkgs/zlib/info/index.json"));
    }

    #[test]
    fn damage_is_survived() {
        survives_damage(&Conda, "conda-meta/x.json", META.as_bytes());
    }
}
