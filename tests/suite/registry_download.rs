//! Blobs as streams: gone on with where they broke off, and refused when they are not what was asked for.

use porthole_oci::registry::{Answer, Download, End, Error, Head, Session};
use porthole_oci::{Algorithm, Digest, Hasher, Reference};
use proptest::prelude::*;

const CONTENT: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

fn download_of(content: &[u8], size: Option<u64>) -> Download {
    let reference = Reference::parse("registry.example/app").expect("reference");
    let session = Session::of(&reference, false).expect("session");
    Download::new(&session, Digest::sha256(content), size, 100, "layer 0".into())
}

fn head(status: u16, headers: &[(&str, String)]) -> Head {
    Head { status, headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect() }
}

/// First byte that the next request asks for.
fn asks_from(download: &Download) -> usize {
    let request = download.request();
    let range = request.headers.iter().find(|(name, _)| *name == "range").map(|(_, value)| value.as_str());
    range.map_or(0, |range| range.trim_start_matches("bytes=").trim_end_matches('-').parse().expect("a number"))
}

/// How one answer goes.
#[derive(Debug, Clone, Copy)]
enum Turn {
    /// The range that was asked for, so many bytes of it, then the line breaks.
    Range(usize),
    /// Everything from the start, so many bytes of it, then the line breaks.
    Whole(usize),
    /// No answer.
    Silence,
}

/// Plays one turn; true when the download has ended well.
fn play(download: &mut Download, content: &[u8], turn: Turn, out: &mut Vec<u8>) -> Result<bool, Error> {
    let from = asks_from(download);
    let (start, count, status) = match turn {
        Turn::Silence => return Ok(download.broken("silence")? == End::Whole),
        Turn::Range(count) => (from, count, if from > 0 { 206 } else { 200 }),
        Turn::Whole(count) => (0, count, 200),
    };
    let range = format!("bytes {start}-{}/{}", content.len() - 1, content.len());
    let headers = [("content-length", (content.len() - start).to_string()), ("content-range", range)];
    assert_eq!(download.head(&head(status, &headers[..if status == 206 { 2 } else { 1 }]))?, Answer::Body);
    let end = (start + count).min(content.len());
    for piece in content[start..end].chunks(7) {
        out.extend_from_slice(download.push(piece)?);
    }
    let ended = if end == content.len() { download.end()? } else { download.broken("cut")? };
    Ok(ended == End::Whole)
}

proptest! {
    /// Oracle: the content itself. However the answers are cut, what is handed on is the content, once, in order.
    #[test]
    fn any_cutting_gives_the_same_bytes(turns in prop::collection::vec(
        prop_oneof![(1..20usize).prop_map(Turn::Range), (1..40usize).prop_map(Turn::Whole)], 0..30,
    )) {
        let mut download = download_of(CONTENT, Some(CONTENT.len() as u64));
        let mut out = Vec::new();
        let mut done = false;
        for turn in turns.into_iter().chain([Turn::Range(usize::MAX / 2)]) {
            match play(&mut download, CONTENT, turn, &mut out) {
                Ok(ended) => done = ended,
                // Three answers in a row that bring nothing new end it.
                Err(Error::BrokenOff { found, .. }) => {
                    prop_assert_eq!(found, out.len() as u64);
                    return Ok(());
                }
                Err(error) => prop_assert!(false, "{error}"),
            }
            prop_assert_eq!(&CONTENT[..out.len()], &out[..]);
            if done {
                break;
            }
        }
        prop_assert!(done);
        prop_assert_eq!(download.finish(Some(Digest::sha256(&out))), Ok(()));
    }
}

#[test]
fn waiting_grows_until_it_is_given_up() {
    let mut download = download_of(CONTENT, Some(36));
    assert_eq!(download.broken("refused"), Ok(End::Again(1)));
    assert_eq!(download.broken("refused"), Ok(End::Again(2)));
    let error = download.broken("refused").expect_err("three times is enough");
    assert_eq!(error.to_string(), "registry.example: no answer to the request for layer 0: refused");

    let mut download = download_of(CONTENT, Some(36));
    let mut out = Vec::new();
    for _ in 0..10 {
        assert!(!play(&mut download, CONTENT, Turn::Range(3), &mut out).expect("it is getting on"));
    }
    for turn in [Turn::Silence, Turn::Silence] {
        assert!(!play(&mut download, CONTENT, turn, &mut out).expect("patience"));
    }
    let error = play(&mut download, CONTENT, Turn::Silence, &mut out).expect_err("three times is enough");
    assert_eq!(error.to_string(), "registry.example: layer 0 broke off after 30 bytes of 36: silence");
}

#[test]
fn sizes_are_held_against_the_descriptor() {
    let announced = |length: &str| {
        let mut download = download_of(CONTENT, Some(36));
        download.head(&head(200, &[("content-length", length.to_owned())])).map_err(|error| error.to_string())
    };
    assert_eq!(announced("36"), Ok(Answer::Body));
    for length in ["35", "37", "0"] {
        let said = format!("registry.example: layer 0 has {length} bytes, its descriptor states 36");
        assert_eq!(announced(length), Err(said));
    }
    // Nothing was announced: the bytes are counted.
    let mut download = download_of(CONTENT, Some(20));
    download.head(&head(200, &[])).expect("a body");
    let error = download.push(CONTENT).expect_err("too many");
    assert_eq!(error.to_string(), "registry.example: layer 0 has 36 bytes, its descriptor states 20");
    let mut download = download_of(CONTENT, None);
    download.head(&head(200, &[])).expect("a body");
    assert!(download.push(CONTENT).is_ok());
    assert_eq!(download.end(), Ok(End::Whole));
    // Without a stated size there is still a cap, and it holds for stated ones too.
    let mut download = download_of(CONTENT, None);
    download.head(&head(200, &[])).expect("a body");
    let error = download.push(&[0; 101]).expect_err("too many");
    assert_eq!(error.to_string(), "registry.example: layer 0 is longer than 100 bytes");
    let mut download = download_of(CONTENT, Some(101));
    assert!(download.head(&head(200, &[])).is_err_and(|error| error.to_string().ends_with("is longer than 100 bytes")));
}

#[test]
fn another_range_than_was_asked_for_is_refused() {
    for range in ["bytes 11-35/36", "bytes x-35/36", "items 10-35/36", ""] {
        let mut download = download_of(CONTENT, Some(36));
        play(&mut download, CONTENT, Turn::Range(10), &mut Vec::new()).expect("ten bytes");
        assert_eq!(asks_from(&download), 10);
        let answer = download.head(&head(206, &[("content-range", range.to_owned())]));
        let said = "registry.example: layer 0: another range came than was asked for";
        assert_eq!(answer.map_err(|error| error.to_string()), Err(said.to_owned()), "{range}");
    }
    // A range that nobody asked for is no answer at all.
    let mut download = download_of(CONTENT, Some(36));
    assert!(matches!(download.head(&head(206, &[])), Err(Error::Status { status: 206, .. })));
}

#[test]
fn what_came_is_held_against_the_digest() {
    let filled = |content: &[u8], hashing: bool| {
        let download = download_of(CONTENT, Some(36));
        let mut download = if hashing { download.hashing() } else { download };
        assert!(play(&mut download, content, Turn::Whole(36), &mut Vec::new()).expect("whole"));
        download
    };
    let other = b"0123456789abcdefghijklmnopqrstuvwxyZ";
    assert_eq!(filled(CONTENT, true).finish(None), Ok(()));
    assert_eq!(filled(CONTENT, false).finish(Some(Digest::sha256(CONTENT))), Ok(()));
    for error in [filled(other, true).finish(None), filled(other, false).finish(Some(Digest::sha256(other)))] {
        let said = error.expect_err("another content").to_string();
        assert!(said.starts_with("registry.example: layer 0 does not match its digest: expected sha256:"), "{said}");
    }
    let unhashed = filled(CONTENT, false).finish(None).expect_err("nobody knows");
    assert!(unhashed.to_string().ends_with("found nothing that was hashed"), "{unhashed}");
}

#[test]
fn a_sha512_digest_is_computed_here() {
    let reference = Reference::parse("registry.example/app").expect("reference");
    let session = Session::of(&reference, false).expect("session");
    let mut hasher = Hasher::new(Algorithm::Sha512);
    hasher.push(CONTENT);
    let mut download = Download::new(&session, hasher.finish(), None, 100, "layer 0".into());
    download.head(&head(200, &[])).expect("a body");
    download.push(CONTENT).expect("bytes");
    assert_eq!(download.finish(Some(Digest::sha256(CONTENT))), Ok(()));
}
