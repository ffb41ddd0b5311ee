use super::builder::{FORMS, Form, zip};
use super::*;

/// Name, content, and whether it was read to its end.
type File = (String, Vec<u8>, bool);

/// Keeps what it wants.
struct Keep {
    wanted: fn(&str) -> bool,
    files: Vec<File>,
}

impl Visitor for Keep {
    fn begin(&mut self, name: &[u8]) -> bool {
        let name = String::from_utf8_lossy(name).into_owned();
        let wanted = (self.wanted)(&name);
        if wanted {
            self.files.push((name, Vec::new(), false));
        }
        wanted
    }
    fn data(&mut self, bytes: &[u8]) -> bool {
        self.files.last_mut().expect("begun").1.extend_from_slice(bytes);
        true
    }
    fn end(&mut self, whole: bool) {
        self.files.last_mut().expect("begun").2 = whole;
    }
}

fn walk(bytes: &[u8], piece: usize, wanted: fn(&str) -> bool) -> (Vec<File>, Option<Trouble>) {
    let mut keep = Keep { wanted, files: Vec::new() };
    let mut zip = Zip::new(1 << 20);
    for piece in bytes.chunks(piece) {
        zip.push(piece, &mut keep);
    }
    let trouble = zip.finish(&mut keep);
    (keep.files, trouble)
}

fn sample() -> Vec<(&'static str, Vec<u8>)> {
    // Content with signatures in it, so that searching has something to trip over.
    let noise: Vec<u8> = (0..3000_u32).flat_map(|i| [b'P', b'K', (i % 9) as u8, (i * 7 % 11) as u8, (i >> 3) as u8]).collect();
    vec![("d/", Vec::new()), ("a", b"hello".to_vec()), ("empty", Vec::new()), ("noise", noise), ("z", b"last".to_vec())]
}

#[test]
fn wanted_files_are_read_in_every_form_and_chopping() {
    let sample = sample();
    let entries: Vec<_> = sample.iter().map(|(name, content)| (*name, content.as_slice())).collect();
    let choices: [fn(&str) -> bool; 4] = [|_| true, |name| name == "z", |name| name == "noise", |_| false];
    for form in FORMS {
        let bytes = zip(&entries, form);
        for wanted in choices {
            let expected: Vec<_> = sample
                .iter()
                .filter(|(name, _)| !name.ends_with('/') && wanted(name))
                .map(|(name, content)| ((*name).to_owned(), content.clone(), true))
                .collect();
            for piece in [1, 2, 7, 29, 1000, bytes.len()] {
                let (files, trouble) = walk(&bytes, piece, wanted);
                assert_eq!(trouble, None, "{form:?} in pieces of {piece}");
                assert!(files == expected, "{form:?} in pieces of {piece}");
            }
        }
    }
}

#[test]
fn a_script_in_front_is_passed_over() {
    let mut bytes = b"#!/bin/sh\nexec java -jar \"$0\"\nPK\n".to_vec();
    bytes.extend(zip(&[("a", b"x")], Form::Deflated));
    assert_eq!(walk(&bytes, 3, |_| true), (vec![("a".into(), b"x".to_vec(), true)], None));
}

#[test]
fn an_archive_without_entries_is_no_trouble() {
    assert_eq!(walk(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 1, |_| true), (vec![], None));
}

#[test]
fn damage_in_one_entry_of_known_size_costs_that_entry() {
    let mut bytes = zip(&[("a", b"hello hello hello hello"), ("b", b"x")], Form::Deflated);
    bytes[31] = 0xFF;
    let (files, trouble) = walk(&bytes, 5, |_| true);
    assert_eq!(trouble, Some(Trouble::Malformed("a compressed entry is damaged")));
    assert_eq!(files.iter().map(|file| file.2).collect::<Vec<_>>(), [false, true]);
    assert_eq!(files[1].1, b"x");
}

#[test]
fn what_is_cut_short_is_said() {
    let sample = sample();
    let entries: Vec<_> = sample.iter().map(|(name, content)| (*name, content.as_slice())).collect();
    for form in FORMS {
        let bytes = zip(&entries, form);
        let directory = bytes.len() - b"the directory is never read".len();
        for cut in (0..directory).step_by(13) {
            let (_, trouble) = walk(&bytes[..cut], 64, |_| true);
            assert!(trouble.is_some(), "{form:?} cut at {cut}");
        }
    }
}

#[test]
fn inflating_is_bounded() {
    let bytes = zip(&[("zeros", &vec![0; 5 << 20])], Form::Deflated);
    let (files, trouble) = walk(&bytes, 1000, |_| true);
    assert_eq!(trouble, Some(Trouble::TooLarge));
    assert!(files[0].1.len() <= (1 << 20) + (16 << 10));
}

#[test]
fn encrypted_entries_are_not_read() {
    let mut bytes = zip(&[("a", b"secret"), ("b", b"x")], Form::Stored);
    bytes[6] |= 1;
    let (files, trouble) = walk(&bytes, 9, |_| true);
    assert!(matches!(trouble, Some(Trouble::Unsupported(_))));
    assert_eq!(files[1], ("b".into(), b"x".to_vec(), true));
}
