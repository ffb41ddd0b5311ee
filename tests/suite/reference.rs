//! Image references and digests against independent parsers.

use oci_spec::distribution::Reference as Witness;
use porthole_oci::{Digest, Reference, chain_id};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Oracle: the parser of the `oci-spec` crate, which is the distribution project's regular expression.
    ///
    /// Allowed differences: we fold upper-case hosts, other spellings of Docker Hub and schemes before the name, refuse
    /// hosts and ports that cannot be, and read IPv6 addresses.
    #[test]
    fn references_parse_as_the_distribution_project_parses_them(
        host in prop::option::of(prop_oneof!["[a-z]{1,8}(\\.[a-z0-9]{1,5}){1,2}", "localhost", "[a-z]{1,5}:[1-9][0-9]{0,3}", "[a-z]{1,4}"]),
        path in prop::collection::vec("[a-z0-9]{1,4}([._-]{1,3}[a-z0-9]{1,3})?", 1..4),
        tag in prop::option::of("[a-zA-Z0-9_.-]{1,12}"),
        digest in prop::option::of(prop_oneof![Just("sha256:".to_owned() + &"a1".repeat(32)), Just("sha256:12".to_owned())]),
    ) {
        let mut text = host.map(|host| host + "/").unwrap_or_default() + &path.join("/");
        if let Some(tag) = tag {
            text += &format!(":{tag}");
        }
        if let Some(digest) = digest {
            text += &format!("@{digest}");
        }
        match (Reference::parse(&text), text.parse::<Witness>()) {
            (Ok(ours), Ok(theirs)) => {
                prop_assert_eq!(&ours.registry, theirs.registry(), "{}", text);
                prop_assert_eq!(&ours.repository, theirs.repository(), "{}", text);
                prop_assert_eq!(ours.tag_or_latest(), theirs.tag(), "{}", text);
                prop_assert_eq!(ours.digest.map(|digest| digest.to_string()), theirs.digest().map(str::to_owned), "{}", text);
            }
            (Err(_), Err(_)) => {}
            (ours, theirs) => prop_assert!(false, "{text}: {ours:?} {theirs:?}"),
        }
    }

    /// Oracle: none needed; nothing that anybody types may panic, and what parses is written back the same.
    #[test]
    fn anything_typed_is_answered(text in "\\PC{0,60}") {
        if let Ok(reference) = Reference::parse(&text) {
            prop_assert_eq!(Reference::parse(&reference.to_string()).unwrap().to_string(), reference.to_string());
            prop_assert_eq!(Reference::parse(&reference.familiar()).unwrap().repository, reference.repository);
        }
    }
}

#[test]
fn chain_ids_follow_the_specification() {
    // ChainID(A) = A, ChainID(A|B) = sha256("A B") (image-spec config.md).
    let [a, b, c] = ["a", "b", "c"].map(|text| Digest::sha256(text.as_bytes()));
    assert_eq!(chain_id(&[]), None);
    assert_eq!(chain_id(&[a]), Some(a));
    let ab = Digest::sha256(format!("{a} {b}").as_bytes());
    assert_eq!(chain_id(&[a, b]), Some(ab));
    assert_eq!(chain_id(&[a, b, c]), Some(Digest::sha256(format!("{ab} {c}").as_bytes())));
}
