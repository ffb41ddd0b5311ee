//! Archives by ranges and as streams, the documents in them, and registries that answer anything.

use porthole_oci::archive::{Archive, Location, Reader, StreamReader};
use porthole_oci::registry::{Answer, Download, End, Head, Pull, PullOptions, Session};
use porthole_oci::{Config, Digest, Index, Manifest, Reference};

use super::{limits, split, step};
use crate::open::Streamed;

/// Law: reading ends, never asks for bytes outside of the input, and what it names can be had.
pub(super) fn archive(bytes: &[u8]) {
    let mut reader = Reader::tar(bytes.len() as u64, limits());
    let mut asked = 0;
    while let Some(want) = reader.wants() {
        asked += 1;
        assert!(asked < 20_000, "it asks without end");
        let end = want.offset.checked_add(want.len).expect("a range that ends");
        let range = want.offset as usize..end as usize;
        if reader.push(want.offset, bytes.get(range).expect("a range of the input")).is_err() {
            return;
        }
    }
    let Ok(archive) = reader.finish() else { return };
    keeps_to_its_limits(&archive);
    for layer in archive.images.iter().flat_map(|image| &image.layers) {
        if let Location::Range { offset, len, .. } = layer.location {
            assert!(offset.checked_add(len).is_some_and(|end| end <= bytes.len() as u64), "a layer outside of the archive");
        }
    }
}

/// Law: the same for any chopping.
pub(super) fn stream(bytes: &[u8]) {
    let read = |step: usize| {
        let mut streamed = Streamed::default();
        let mut reader = StreamReader::new(limits());
        let pushed = bytes.chunks(step).try_for_each(|chunk| reader.push(chunk, &mut streamed));
        let archive = pushed.and_then(|()| reader.finish(&mut streamed));
        (archive.map(|archive| format!("{archive:?}")).map_err(|error| error.to_string()), streamed)
    };
    let whole = read(bytes.len().max(1));
    assert_eq!(read(step(bytes)), whole);
}

fn keeps_to_its_limits(archive: &Archive) {
    assert!(archive.images.len() <= limits().max_manifests, "{} images", archive.images.len());
    for image in &archive.images {
        assert!(image.layers.len() <= limits().max_layers, "{} layers", image.layers.len());
    }
}

/// Law: documents are read or refused.
pub(super) fn documents(bytes: &[u8]) {
    let _ = Index::parse("index.json", bytes, &limits());
    let _ = Manifest::parse("manifest", bytes, &limits());
    if let Ok(config) = Config::parse("config", bytes, &limits()) {
        let layers = config.history_layers(7);
        assert!(layers.iter().flatten().all(|layer| *layer < 7), "a step of a layer that is not there");
    }
}

/// Answers are `status headers NUL body`, `0xFF` between them; the last one is given again and again.
///
/// Law: a pull ends within a bounded number of requests.
pub(super) fn registry(bytes: &[u8]) {
    let answers: Vec<&[u8]> = bytes.split(|byte| *byte == 0xff).collect();
    let Ok(reference) = Reference::parse("registry.example/app:v1") else { return };
    let options = PullOptions { attached: bytes.len().is_multiple_of(2), limits: limits(), ..PullOptions::default() };
    let mut pull = Pull::new(reference, options).expect("an ordinary reference");
    let mut asked = 0;
    while let Some(request) = pull.wants() {
        let answer = answers.get(asked).or(answers.last()).copied().unwrap_or_default();
        asked += 1;
        assert!(asked < 500, "it asks without end: {}", request.url);
        let (head, body) = split(answer, 0);
        let body = body.get(..(request.max_body as usize + 1).min(body.len())).unwrap_or_default();
        if pull.push(&read_head(head), body).is_err() {
            return;
        }
    }
    let _ = pull.finish();
}

/// The blob, `0xFF`, then answers as [`registry`] takes them; one with an empty line behind its headers breaks off at its end.
///
/// Law: a download ends within a bounded number of requests, hands on no more than the blob's descriptor states, and calls nothing
/// verified but the blob.
pub(super) fn download(bytes: &[u8]) {
    let (blob, rest) = split(bytes, 0xff);
    let answers: Vec<&[u8]> = rest.split(|byte| *byte == 0xff).collect();
    let Ok(reference) = Reference::parse("registry.example/app:v1") else { return };
    let session = Session::of(&reference, false).expect("an ordinary reference");
    let stated = bytes.len().is_multiple_of(2).then_some(blob.len() as u64);
    let max = blob.len() as u64 + 3;
    let mut download = Download::new(&session, Digest::sha256(blob), stated, max, "layer 0".into()).hashing();
    let mut out = Vec::new();
    let mut asked = 0;
    loop {
        let answer = answers.get(asked).or(answers.last()).copied().unwrap_or_default();
        asked += 1;
        // Each byte may take three attempts, each attempt a token and some redirects.
        assert!(asked < 100 * (blob.len() + 4), "it asks without end: {}", download.request().url);
        let (head, body) = split(answer, 0);
        let ended = match download.head(&read_head(head)) {
            Ok(Answer::Again) => continue,
            Ok(Answer::Token) => match download.token(body) {
                Ok(()) => continue,
                Err(_) => return,
            },
            Ok(Answer::Body) => {
                for piece in body.chunks(step(bytes)) {
                    match download.push(piece) {
                        Ok(new) => out.extend_from_slice(new),
                        Err(_) => return,
                    }
                }
                assert!(out.len() as u64 <= stated.unwrap_or(max), "{} bytes of {stated:?}", out.len());
                assert_eq!(download.got(), out.len() as u64);
                if head.ends_with(b"\n\n") { download.broken("cut") } else { download.end() }
            }
            Err(_) => return,
        };
        match ended {
            Ok(End::Again(wait)) => assert!(wait < 60, "it waits for {wait} s"),
            Ok(End::Whole) => break,
            Err(_) => return,
        }
    }
    assert_eq!(download.finish(None).is_ok(), out == blob, "verified what is not the blob, or refused what is");
}

/// A status line of two bytes, then a header a line.
fn read_head(head: &[u8]) -> Head {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines();
    let status = lines.next().and_then(|line| line.trim().parse().ok()).unwrap_or(200);
    let pair = |line: &str| line.split_once(':').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    Head { status, headers: lines.filter_map(pair).collect() }
}
