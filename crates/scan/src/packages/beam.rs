//! Elixir and Erlang packages: installed ones by their `.app` resource files (Erlang's app(4)), declared ones by
//! `mix.lock` and `rebar.lock`.
//!
//! Applications of Erlang/OTP itself are told apart by name: they come with the runtime, not from Hex. All three formats
//! are Erlang or Elixir terms; the few places needed are found by their marks, nothing is evaluated. Proof: tests here.

use porthole_oci::layer::{Entry, ImagePath};

use super::language::{MAX_FILE, declared, file_name, folder, is_name, is_version, lossy, parsed};
use super::syntax::text;
use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Beam;

/// Applications of Erlang/OTP 27 and those of earlier releases that images still have.
const OTP: [&str; 41] = [
    "asn1",
    "common_test",
    "compiler",
    "cosEvent",
    "cosEventDomain",
    "cosFileTransfer",
    "cosNotification",
    "cosProperty",
    "cosTime",
    "cosTransactions",
    "crypto",
    "debugger",
    "dialyzer",
    "diameter",
    "edoc",
    "eldap",
    "erl_docgen",
    "erl_interface",
    "erts",
    "et",
    "eunit",
    "ftp",
    "ic",
    "inets",
    "jinterface",
    "kernel",
    "megaco",
    "mnesia",
    "observer",
    "odbc",
    "orber",
    "os_mon",
    "parsetools",
    "public_key",
    "reltool",
    "runtime_tools",
    "sasl",
    "snmp",
    "ssh",
    "ssl",
    "stdlib",
];
/// The rest of them: too short a list to sort into the other without its lines growing.
const OTP_TOOLS: [&str; 6] = ["syntax_tools", "tftp", "tools", "typer", "wx", "xmerl"];

impl Cataloger for Beam {
    fn id(&self) -> &'static str {
        "beam"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let path = entry.path.as_bytes();
        let wanted = match file_name(path) {
            b"mix.lock" | b"rebar.lock" => true,
            name => name.ends_with(b".app") && file_name(folder(path)) == b"ebin",
        };
        if wanted { Interest::Whole { max: MAX_FILE } } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        let text = text(bytes);
        match path.name() {
            b"mix.lock" => mix(&text),
            b"rebar.lock" => rebar(&text),
            _ => application(path.as_bytes(), &text),
        }
    }
}

/// `{application, name, [… {vsn, "1.2.3"} …]}.`
fn application(path: &[u8], text: &str) -> Parsed {
    let name = file_name(path).strip_suffix(b".app").unwrap_or_default();
    let name = lossy(name);
    let version = text
        .match_indices("{vsn")
        .find_map(|(at, mark)| text.get(at + mark.len()..)?.trim_start().strip_prefix(',')?.trim_start().strip_prefix('"'))
        .and_then(|rest| rest.split('"').next());
    let Some(version) = version.filter(|version| is_name(&name) && is_version(version)) else {
        // Templates of applications (`{vsn, git}`) lie in source trees.
        return Parsed::default();
    };
    let is_otp = OTP.contains(&&*name) || OTP_TOOLS.contains(&&*name);
    let home = folder(folder(path)).to_vec();
    let package = PackageFact {
        key: lossy(&home).into_owned(),
        owned_folders: vec![home],
        ..PackageFact::new(if is_otp { "otp" } else { "hex" }, name, version)
    };
    parsed(vec![package], Ok(()))
}

/// `"name": {:hex, :name, "1.2.3", …}` lines.
fn mix(text: &str) -> Parsed {
    let packages = text.lines().filter_map(|line| {
        let (_, tuple) = line.split_once("{:hex,")?;
        let (name, rest) = tuple.trim_start().strip_prefix(':')?.split_once(',')?;
        let version = rest.trim_start().strip_prefix('"')?.split('"').next()?;
        let name = name.trim().trim_matches('"');
        (is_name(name) && is_version(version)).then(|| declared("hex", name, version))
    });
    parsed(packages.collect(), Ok(()))
}

/// `{<<"alias">>,{pkg,<<"name">>,<<"1.2.3">>},0}` terms.
fn rebar(text: &str) -> Parsed {
    let packages = text.split("{pkg,").skip(1).filter_map(|tuple| {
        let mut binaries = tuple.split("<<\"").skip(1).filter_map(|rest| rest.split("\">>").next());
        let (name, version) = (binaries.next()?, binaries.next()?);
        (is_name(name) && is_version(version)).then(|| declared("hex", name, version))
    });
    parsed(packages.collect(), Ok(()))
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, survives_damage, wants};
    use super::*;

    const APP: &str = "{application, cowboy, [\n\t{description, \"Small\"},\n\t{vsn, \"2.9.0\"},\n\t{modules, ['cowboy']}\n]}.\n";
    const MIX: &str = "%{\n  \"jason\": {:hex, :jason, \"1.4.0\", \"e855\", [:mix], [{:decimal, \"~> 1.0\", [hex: :decimal]}], \"hexpm\", \"7942\"},\n  \
        \"own\": {:git, \"https://h/own.git\", \"00\", []},\n}\n";
    const REBAR: &str = "{\"1.2.0\",\n[{<<\"cowboy\">>,{pkg,<<\"cowboy\">>,<<\"2.9.0\">>},0},\n {<<\"g\">>,\n  {git,\"https://h/g\",{ref,\"00\"}},\n  0}]}.\n\
        [\n{pkg_hash,[\n {<<\"cowboy\">>, <<\"865D\">>}]}\n].\n";

    #[test]
    fn applications_of_a_release_are_installed() {
        assert_eq!(found(&Beam, "app/lib/cowboy-2.9.0/ebin/cowboy.app", APP), ["hex cowboy@2.9.0 installed"]);
        assert_eq!(
            found(&Beam, "usr/lib/erlang/lib/ssl-11.1/ebin/ssl.app", "{application,ssl,[{vsn,\"11.1\"}]}."),
            ["otp ssl@11.1 installed"]
        );
        assert!(found(&Beam, "src/ebin/x.app", "{application,x,[{vsn,git}]}.").is_empty());
        assert!(!wants(&Beam, "Applications/X.app"));
    }

    #[test]
    fn locked_packages_are_declared() {
        assert_eq!(found(&Beam, "src/mix.lock", MIX), ["hex jason@1.4.0 declared"]);
        assert_eq!(found(&Beam, "src/rebar.lock", REBAR), ["hex cowboy@2.9.0 declared"]);
    }

    #[test]
    fn damage_is_survived() {
        for (path, text) in [("ebin/cowboy.app", APP), ("mix.lock", MIX), ("rebar.lock", REBAR)] {
            survives_damage(&Beam, path, text.as_bytes());
        }
    }
}
