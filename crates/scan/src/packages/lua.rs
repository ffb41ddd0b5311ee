//! Installed Lua rocks, by the rockspec that LuaRocks keeps in its tree (`rocks-5.x/NAME/VERSION/NAME-VERSION.rockspec`,
//! LuaRocks' "Rockspec format"). It is Lua; three assignments of it are read as lines. Proof: tests here.

use porthole_oci::layer::{Entry, ImagePath};

use super::language::{file_name, folder, is_name, is_version, lossy, parsed};
use super::syntax::text;
use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Lua;

/// The folder of an installed rock.
fn rock(path: &[u8]) -> Option<&[u8]> {
    let version = folder(path);
    let tree = file_name(folder(folder(version)));
    (tree == b"rocks" || tree.starts_with(b"rocks-")).then_some(version)
}

impl Cataloger for Lua {
    fn id(&self) -> &'static str {
        "lua"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let path = entry.path.as_bytes();
        if path.ends_with(b".rockspec") && rock(path).is_some() { Interest::Whole { max: 1 << 20 } } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        let text = text(bytes);
        let value = |wanted: &str| {
            text.lines().find_map(|line| {
                let (name, value) = line.split_once('=')?;
                let value = value.trim().trim_end_matches(',').trim_end();
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                (name.trim() == wanted).then(|| value.trim_matches(quote).to_owned())
            })
        };
        let (Some(name), Some(version)) = (value("package"), value("version")) else { return Parsed::default() };
        let home = rock(path.as_bytes()).unwrap_or_default();
        if !is_name(&name) || !is_version(&version) || home.is_empty() {
            return Parsed::default();
        }
        let package = PackageFact {
            licenses: value("license").into_iter().collect(),
            key: lossy(home).into_owned(),
            owned_folders: vec![home.to_vec()],
            ..PackageFact::new("luarocks", name, version)
        };
        parsed(vec![package], Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, survives_damage, wants};
    use super::*;

    const ROCKSPEC: &str = "package = \"LuaSocket\"\nversion = \"3.1.0-1\"\nsource = {\n  url = \"git+https://h/x.git\",\n}\ndescription = {\n  license = 'MIT',\n}\n";

    #[test]
    fn rocks_in_a_tree_are_installed() {
        assert_eq!(
            found(&Lua, "usr/local/lib/luarocks/rocks-5.1/luasocket/3.1.0-1/luasocket-3.1.0-1.rockspec", ROCKSPEC),
            [r#"luarocks LuaSocket@3.1.0-1 installed ["MIT"]"#]
        );
        assert!(!wants(&Lua, "srv/luasocket-3.1.0-1.rockspec"));
    }

    #[test]
    fn damage_is_survived() {
        survives_damage(&Lua, "rocks/a/1/a-1.rockspec", ROCKSPEC.as_bytes());
    }
}
