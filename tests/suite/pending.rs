//! Digests behind the report: nothing unverified is called verified, and in the end it is the report of one pass.

use porthole_oci::layer::Verify;
use porthole_oci::{Algorithm, Digest, Hasher, Limits};
use porthole_report::{Outcome, Report, Verification};
use porthole_scan::{Analysis, Digests, LayerDigests, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
use porthole_tests::layer::{Layer, layer};
use porthole_tests::pieces::pieces;
use proptest::prelude::*;

const NOW: Options = Options { now: Some(1_780_000_000) };

/// A layer as it comes, and what its image states of it.
#[derive(Debug)]
struct Stated {
    blob: Vec<u8>,
    digest: Option<Digest>,
    diff_id: Option<Digest>,
}

impl Stated {
    fn of(layer: &Layer) -> Self {
        Self { blob: layer.blob(), digest: Some(layer.digest()), diff_id: Some(layer.diff_id()) }
    }
}

fn subject(layers: &[Stated]) -> Subject {
    let text = |digest: Option<Digest>| digest.map(|digest| digest.to_string());
    let layers = layers.iter().map(|layer| SubjectLayer {
        digest: text(layer.digest),
        diff_id: text(layer.diff_id),
        size: layer.blob.len() as u64,
        ..SubjectLayer::default()
    });
    Subject { layers: layers.collect(), ..Subject::default() }
}

fn analyse(layers: &[Stated], mut verify: impl FnMut(&Stated) -> Verify) -> Analysis {
    let facts = layers.iter().map(|layer| {
        let mut scan = LayerScan::new(&LayerOptions { verify: verify(layer), ..LayerOptions::default() });
        pieces(&layer.blob).for_each(|piece| scan.push(piece));
        Some(scan.finish())
    });
    Analysis::new(&subject(layers), facts.collect(), &NOW)
}

fn at_once(layers: &[Stated]) -> Report {
    analyse(layers, |layer| Verify::by(layer.digest.as_ref(), layer.diff_id.as_ref())).report
}

/// When a layer is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Behind the report, in one pass.
    Together,
    /// Behind the report, in a pass for the blob and one for what it decodes to.
    Apart,
    /// The latter by two workers: one decodes, the other hashes what comes out.
    Shared,
    /// In the scan.
    Alongside,
    /// In the scan what it decodes to, the blob behind the report.
    BlobBehind,
}

const WAYS: [Way; 5] = [Way::Together, Way::Apart, Way::Shared, Way::Alongside, Way::BlobBehind];

/// Shows the report first, verifies behind it what was not hashed on the way.
fn behind(layers: &[Stated], step: usize, way: impl Fn(usize) -> Way) -> Report {
    let mut nth = 0..;
    let mut analysis = analyse(layers, |layer| {
        let all = Verify::by(layer.digest.as_ref(), layer.diff_id.as_ref());
        match way(nth.next().unwrap_or_default()) {
            Way::Alongside => all,
            Way::BlobBehind => Verify { digest: None, ..all },
            _ => Verify::NONE,
        }
    });
    for (at, layer) in analysis.report.layers.iter().enumerate() {
        let pending = |state: &Verification| matches!(state, Verification::Pending | Verification::Unstated);
        assert!(way(at) == Way::Alongside || pending(&layer.digest_state), "{layer:?}");
        assert!(matches!(way(at), Way::Alongside | Way::BlobBehind) || pending(&layer.diff_id_state), "{layer:?}");
    }
    for (index, layer) in (0..).zip(layers) {
        let way = way(index as usize);
        let by = |stated: Option<Digest>| stated.map_or(Algorithm::default(), |stated| stated.algorithm());
        let (digest_by, diff_id_by) = (by(layer.digest), by(layer.diff_id));
        let pass = |digest, diff_id| {
            let mut pass = LayerDigests::new(Limits::default(), digest, diff_id);
            layer.blob.chunks(step).for_each(|chunk| pass.push(chunk));
            pass.finish()
        };
        let found = match way {
            Way::Alongside => continue,
            Way::BlobBehind => pass(Some(digest_by), None),
            Way::Together => pass(Some(digest_by), Some(diff_id_by)),
            Way::Apart => Digests { digest: pass(Some(digest_by), None).digest, ..pass(None, Some(diff_id_by)) },
            Way::Shared => {
                // The scan has begun to hash the blob.
                let mut begun = Hasher::new(digest_by);
                let mut tar = Hasher::new(diff_id_by);
                let mut pass = LayerDigests::decoding(Limits::default(), None);
                for (nth, chunk) in layer.blob.chunks(step).enumerate() {
                    if nth < 2 {
                        begun.push(chunk);
                    } else if nth == 2 {
                        let state = begun.state().expect("ours");
                        pass.hash_on(Hasher::resume(digest_by, &state).expect("a state"));
                    }
                    pass.push_to(chunk, &mut |bytes| tar.push(bytes));
                }
                if layer.blob.len() <= 2 * step {
                    pass.hash_on(begun);
                }
                let found = pass.finish_to(&mut |bytes| tar.push(bytes));
                let diff_id = found.whole.then(|| tar.finish().to_string());
                Digests { diff_id, ..found }
            }
        };
        analysis.set_digest(index, Some(&found.digest.expect("asked for")));
        // Where the scan has hashed it, this changes nothing, or says that there is nothing to hash.
        analysis.set_diff_id(index, found.diff_id.as_deref());
    }
    analysis.run_checks(&NOW);
    analysis.report
}

/// A claim: right, wrong, in another algorithm, or none.
fn claim(kind: u8, right: Digest, bytes: &[u8]) -> Option<Digest> {
    match kind {
        0 => None,
        1 => Some(Digest::Sha256([7; 32])),
        2 => Some(Digest::Sha512([0; 64]).of_same_algorithm(bytes)),
        _ => Some(right),
    }
}

fn random() -> impl Strategy<Value = Stated> {
    let content = proptest::collection::vec(any::<u8>(), 0..3000);
    (content, 0..4u8, 0..6u8, 0..6u8, proptest::option::of(any::<prop::sample::Index>())).prop_map(
        |(content, codec, digest, diff_id, damage)| {
            let made = layer().file("etc/os-release", "ID=alpine\n").file("data", content);
            let made = match codec {
                0 => made,
                1 => made.gzip(),
                2 => made.gzip_members(512),
                _ => made.zstd(),
            };
            let mut stated = Stated {
                digest: claim(digest, made.digest(), &made.blob()),
                diff_id: claim(diff_id, made.diff_id(), &made.tar()),
                blob: made.blob(),
            };
            if let Some(place) = damage {
                let at = place.index(stated.blob.len());
                stated.blob[at] ^= 0x55;
            }
            stated
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Oracle: the report of one pass that hashes everything on the way; layers right, wrong, unstated, damaged.
    #[test]
    fn verified_behind_the_report_is_verified_on_the_way(layers in prop::collection::vec(random(), 0..4), step in 1usize..700, ways: [prop::sample::Index; 4]) {
        let way = |at: usize| *ways[at].get(&WAYS);
        prop_assert_eq!(behind(&layers, step, way), at_once(&layers));
    }
}

#[test]
fn a_layer_with_a_wrong_checksum_has_no_digest_behind_the_report_either() {
    let made = layer().file("etc/os-release", "ID=alpine\n").file("a", "b").gzip_members(512);
    let right = made.blob();
    // The CRC-32 of the first of several members, behind which nothing is read, and that of the last.
    let second = right.windows(3).skip(1).position(|bytes| bytes == [0x1f, 0x8b, 8]).expect("several members") + 1;
    for place in [second - 8, right.len() - 8] {
        let mut blob = right.clone();
        blob[place] ^= 1;
        let stated = [Stated { blob, digest: None, diff_id: Some(made.diff_id()) }];
        for way in WAYS {
            let report = behind(&stated, 100, |_| way);
            assert_eq!(report.gaps.iter().map(|gap| gap.message.as_str()).collect::<Vec<_>>(), ["gzip: bad crc"], "{way:?}");
            assert_eq!(report.layers[0].diff_id_state, Verification::Unread);
            assert_eq!(report, at_once(&stated));
        }
    }
}

#[test]
fn a_wrong_digest_behind_the_report_is_as_loud() {
    let mut stated = Stated::of(&layer().file("a", "b").gzip());
    stated.diff_id = Some(Digest::Sha256([1; 32]));
    let report = behind(&[stated], 5, |_| Way::Shared);
    let check = report.checks.iter().find(|check| check.code == "digests").expect("asked");
    assert_eq!(check.message, "1 digest wrong");
    assert_eq!(report.layers[0].digest_state, Verification::Verified);
    assert!(matches!(report.layers[0].diff_id_state, Verification::Mismatch { .. }));
}

#[test]
fn what_a_stream_hashed_by_another_algorithm_is_not_called_wrong() {
    let made = layer().file("a", "b").gzip();
    let stated = Stated { digest: Some(Digest::Sha512([0; 64]).of_same_algorithm(&made.blob())), ..Stated::of(&made) };
    let report = analyse(&[stated], |_| Verify::ALL).report;
    assert_eq!(report.layers[0].digest_state, Verification::Pending);
    let named = Verify::by_name("blobs/sha512/0123");
    assert_eq!((named.digest, named.diff_id), (Some(Algorithm::Sha512), Some(Algorithm::Sha256)));
    assert_eq!(Verify::by_name("sha512/layer.tar"), Verify { digest: Some(Algorithm::Sha512), ..Verify::ALL });
    assert_eq!(Verify::by_name("layer.tar"), Verify::ALL);
}

#[test]
fn digests_that_cannot_be_computed_are_unread_and_pending_no_more() {
    let stated = [Stated::of(&layer().file("a", "b").gzip()), Stated::of(&layer().file("c", "d"))];
    let mut analysis = analyse(&stated, |_| Verify::NONE);
    analysis.set_diff_id(0, Some(&stated[0].diff_id.expect("stated").to_string()));
    analysis.set_digest(0, None);
    // Its blob and its tar in a pass each, and both fail.
    for _ in 0..2 {
        analysis.miss_digests(1, "the disk is gone");
    }
    analysis.set_digest(1, None);
    analysis.set_diff_id(1, None);
    analysis.run_checks(&NOW);
    let Report { layers, gaps, signatures, checks, .. } = analysis.report;
    assert_eq!((&layers[0].digest_state, &layers[0].diff_id_state), (&Verification::Unread, &Verification::Verified));
    assert_eq!((&layers[1].digest_state, &layers[1].diff_id_state), (&Verification::Unread, &Verification::Unread));
    assert!(signatures.integrity.iter().all(|row| row.verification != Verification::Pending));
    assert_eq!(
        gaps.iter().map(|gap| gap.message.as_str()).collect::<Vec<_>>(),
        ["the layer's digests were not verified: the disk is gone"]
    );
    let check = checks.iter().find(|check| check.code == "digests").expect("asked");
    assert_eq!((check.outcome, check.message.as_str()), (Outcome::NotApplicable, "1 of 4 computed, and right"));
}
