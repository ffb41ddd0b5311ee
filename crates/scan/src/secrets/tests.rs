//! Every rule finds its sample and nothing near it; any chopping gives the same facts; no value gets out.

use proptest::prelude::*;

use super::rule::{Part, Rule, Shape};
use super::stream::FileScan;
use super::{Findings, checksum, rules};

const SAMPLES: &str = include_str!("samples.txt");

/// A small generator with a fixed seed: samples are the same in every run.
struct Random(u64);

impl Random {
    fn of(&mut self, alphabet: &[u8], n: usize) -> String {
        (0..n).map(|_| char::from(alphabet[self.next() as usize % alphabet.len()])).collect()
    }

    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }
}

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Expands the pieces of a sample.
fn expand(spec: &str, random: &mut Random) -> String {
    let mut out = String::new();
    let mut rest = spec;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((piece, after)) = after.split_once('}').filter(|(piece, _)| piece.chars().all(|c| c.is_ascii_alphanumeric()))
        else {
            out.push('{');
            rest = after;
            continue;
        };
        rest = after;
        let n = || piece[1..].parse::<usize>().expect(spec);
        let text = match piece {
            "" => String::new(),
            "g" => [8, 4, 4, 4, 12].map(|n| random.of(b"0123456789abcdef", n)).join("-"),
            "der" => body(&[&[0x30, 0x82, 1, 0x2C][..], random.of(ALNUM, 300).as_bytes()].concat()),
            "ssh" => body(&[b"openssh-key-v1\0\0\0\0\x04none".as_slice(), random.of(ALNUM, 200).as_bytes()].concat()),
            "basic" => base64(format!("bot:{}", random.of(ALNUM, 12)).as_bytes()).to_owned(),
            "jwt" => jwt(r#"{"sub":"4711","iss":"https://id.internal"}"#, random),
            "k8s" => jwt(r#"{"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:default:app"}"#, random),
            _ => match piece.as_bytes()[0] {
                b'a' => random.of(ALNUM, n()),
                b'p' => random.of(&ALNUM[..52], n()),
                b'l' => random.of(LOWER, n()),
                b'u' => random.of(UPPER, n()),
                b'd' => random.of(b"123456789", n()),
                b'h' => random.of(b"0123456789abcdef", n()),
                b'w' | b'b' => random.of(ALNUM, n()),
                b'3' => random.of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", n()),
                b'c' => {
                    let body = random.of(ALNUM, n());
                    let check = checksum::complete(body.as_bytes());
                    body + std::str::from_utf8(&check).expect("base62")
                }
                b'B' => {
                    let data = random.of(BECH32, n());
                    let stem = format!("AGE-SECRET-KEY-1{data}");
                    // The checksum is found by trying: six digits, one at a time, are too many; the polynomial is linear.
                    data.to_ascii_uppercase() + &bech32_check(&stem)
                }
                _ => panic!("{spec}: {piece}"),
            },
        };
        out.push_str(&text);
    }
    out.push_str(rest);
    out.replace("\\\\n", "\u{1}").replace("\\n", "\n").replace('\u{1}', "\\n")
}

/// BIP-173's checksum, written out once more here so that the check is not its own witness.
fn bech32_check(stem: &str) -> String {
    let lower = stem.to_ascii_lowercase();
    let one = lower.rfind('1').expect("separator");
    let mut values: Vec<u32> = lower[..one].bytes().map(|byte| u32::from(byte >> 5)).collect();
    values.push(0);
    values.extend(lower[..one].bytes().map(|byte| u32::from(byte & 31)));
    values.extend(lower[one + 1..].bytes().map(|byte| BECH32.iter().position(|known| *known == byte).expect("digit") as u32));
    values.extend([0; 6]);
    let mut sum = 1u32;
    for value in values {
        let top = sum >> 25;
        sum = ((sum & 0x1FF_FFFF) << 5) ^ value;
        for (i, generator) in [0x3B6A_57B2u32, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3].into_iter().enumerate() {
            sum ^= if (top >> i) & 1 == 1 { generator } else { 0 };
        }
    }
    sum ^= 1;
    (0..6).map(|i| char::from(BECH32[(sum >> (5 * (5 - i)) & 31) as usize]).to_ascii_uppercase()).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for i in 0..4 {
            out.push(if i <= three.len() { char::from(DIGITS[(word >> (18 - 6 * i) & 63) as usize]) } else { '=' });
        }
    }
    out
}

fn body(bytes: &[u8]) -> String {
    let text = base64(bytes);
    text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64")).collect::<Vec<_>>().join("\\n")
}

fn jwt(claims: &str, random: &mut Random) -> String {
    let url = |text: &str| base64(text.as_bytes()).trim_end_matches('=').replace('+', "-").replace('/', "_");
    format!("{}.{}.{}", url(r#"{"alg":"HS256","typ":"JWT"}"#), url(claims), random.of(ALNUM, 43))
}

fn samples() -> Vec<(&'static str, String)> {
    let mut random = Random(4711);
    SAMPLES
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split_once('\t').expect(line))
        .map(|(rule, spec)| (rule, expand(spec, &mut random)))
        .collect()
}

fn scan(path: &str, text: &[u8], chunk: usize) -> Findings {
    let mut scan = FileScan::new(path.as_bytes(), text.len() as u64, None);
    for piece in text.chunks(chunk.max(1)) {
        scan.push(piece);
    }
    scan.finish()
}

fn found(path: &str, text: &str) -> Vec<String> {
    scan(path, text.as_bytes(), usize::MAX).secrets.into_iter().map(|secret| secret.rule).collect()
}

/// Samples in files that only some rules speak in.
fn place(rule: &str) -> &'static str {
    match rule {
        "rclone-obscured-password" => "root/rclone.conf",
        _ => "srv/app/main.go",
    }
}

#[test]
fn every_rule_finds_its_samples() {
    for (rule, sample) in samples() {
        let found = found(place(rule), &format!("before\n{sample}\nafter\n"));
        assert!(found.iter().any(|id| id == rule), "{rule}: {found:?} in {sample}");
    }
}

#[test]
fn every_rule_has_a_sample() {
    let sampled: Vec<_> = samples().into_iter().map(|(rule, _)| rule).collect();
    let special = ["netrc-password", "pgpass-password", "configured-secret"];
    for number in 0..rules::COUNT {
        let id = rules::at(number).id;
        assert!(sampled.contains(&id) || special.contains(&id), "{id} has no sample");
    }
    const { assert!(rules::COUNT >= 300) };
}

#[test]
fn ids_are_unique() {
    for number in 0..rules::COUNT {
        assert_eq!(rules::rank(rules::at(number).id), number, "{}", rules::at(number).id);
    }
}

/// Near misses of every token: a piece cut short, a character of a foreign alphabet, the tail of a longer word.
#[test]
fn near_misses_are_not_taken() {
    for (id, sample) in samples() {
        let rule: &Rule = rules::at(rules::rank(id));
        let Shape::Token(parts) = rule.shape else { continue };
        let Some(Part::Lit(first)) = parts.first() else { continue };
        let Some(at) = sample.find(first) else { continue };
        let value_end = at + sample[at..].find(['\n', ' ', '"']).unwrap_or(sample.len() - at);
        let value = &sample[at..value_end];
        let mut misses = vec![format!("x = word{value}")];
        let middle = first.len() + 2;
        misses.push(format!("x = {}~{}", &value[..middle], &value[middle + 1..]));
        misses.push(format!("x = {}", &value[..first.len() + (value.len() - first.len()) / 3]));
        for miss in misses {
            let text = format!("{}{miss}\n", &sample[..at]);
            assert!(!found("srv/app/main.go", &text).iter().any(|found| found == id), "{id} takes {miss}");
        }
    }
}

#[test]
fn a_wrong_checksum_is_refused() {
    let mut random = Random(9);
    for prefix in [["gh", "p_"], ["gh", "o_"], ["np", "m_"]] {
        let good = expand("{c30}", &mut random);
        let mut bad = good.clone().into_bytes();
        bad[4] = if bad[4] == b'a' { b'b' } else { b'a' };
        assert_eq!(found("x", &format!("t={}{good}", prefix.concat())).len(), 1);
        assert!(found("x", &format!("t={}{}", prefix.concat(), String::from_utf8(bad).expect("text"))).is_empty());
    }
}

#[test]
fn examples_of_documentation_are_harmless() {
    for text in [
        ["AKIA", "IOSFODNN7EXAMPLE"].concat(),
        ["aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat(),
        ["sk_te", "st_4eC39HqLyjWDarjtT1zdp7dc"].concat(),
    ] {
        let findings = scan("srv/README", text.as_bytes(), usize::MAX);
        assert!(findings.secrets.iter().all(|secret| secret.harmless.is_some()), "{text}: {findings:?}");
    }
}

#[test]
fn passwords_speak_in_configuration_only() {
    let text = "db:\n  password: Kd8sP2qLz\n";
    assert_eq!(found("srv/app/config.yml", text), ["configured-secret"]);
    for quiet in ["srv/app/main.js", "usr/share/x/config.yml", "srv/app/config.example.yml", "srv/node_modules/x/config.yml"] {
        assert!(found(quiet, text).is_empty(), "{quiet}");
    }
    for quiet in [
        "password: ${DB_PASSWORD}\n",
        "password: changeme\n",
        "password_file: /run/secrets/Db9\n",
        "libcrypto3=3.1.4-r2\n",
        "token_url: https://id.internal/9\n",
        "max_tokens: 40964096\n",
    ] {
        assert!(found("srv/app/config.yml", quiet).is_empty(), "{quiet}");
    }
}

#[test]
fn client_password_files_are_read() {
    assert!(found("root/.netrc", "machine git.internal\nlogin bot\npassword Kd8sP2qLz\n").contains(&"netrc-password".to_owned()));
    assert!(found("root/.pgpass", "db.internal:5432:app:bot:Kd8sP2qLz\n").contains(&"pgpass-password".to_owned()));
    assert!(found("root/.bash_history", "export API_TOKEN=Kd8sP2qLz\n").contains(&"configured-secret".to_owned()));
}

#[test]
fn headers_without_a_key_are_not_keys() {
    for text in [
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE...\n-----END RSA PRIVATE KEY-----",
        "if (pem.includes('-----BEGIN PRIVATE KEY-----')) {",
    ] {
        assert!(found("x.js", text).is_empty(), "{text}");
    }
}

#[test]
fn lines_are_counted_from_one() {
    let (_, sample) = samples().into_iter().find(|(rule, _)| *rule == "gcp-api-key").expect("sample");
    let text = format!("{}{sample}\n", "line\n".repeat(9_999));
    for chunk in [usize::MAX, 5_000, 4_096] {
        assert_eq!(scan("x", text.as_bytes(), chunk).secrets[0].line, Some(10_000), "{chunk}");
    }
}

#[test]
fn no_value_gets_out() {
    for (rule, sample) in samples() {
        let findings = scan(place(rule), sample.as_bytes(), usize::MAX);
        let said = format!("{findings:?}");
        // Any twelve characters in a row of the sample's random part would be the value.
        for window in sample
            .as_bytes()
            .windows(16)
            .filter(|window| window.iter().all(u8::is_ascii_alphanumeric) && window.iter().any(|byte| *byte != window[0]))
        {
            let window = std::str::from_utf8(window).expect("ascii");
            assert!(!said.contains(window), "{rule}: {window} in {said}");
        }
    }
}

#[test]
fn a_file_full_of_secrets_is_cut_and_says_so() {
    let mut random = Random(5);
    let text: String = (0..200).map(|_| expand("k = AI{}za{a35}\n", &mut random)).collect();
    let findings = scan("x", text.as_bytes(), usize::MAX);
    assert_eq!(findings.secrets.len(), 100);
    assert_eq!(findings.gaps.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Oracle: the whole file in one piece.
    #[test]
    fn any_chopping_gives_the_same_facts(picks in prop::collection::vec((0usize..360, 0usize..3000), 1..12), chunk in prop::sample::select(vec![1usize, 7, 500, 1023, 1024, 4097, 4416, 5000, 16_384, 20_000])) {
        let samples = samples();
        let mut text = String::new();
        for (pick, gap) in picks {
            text.push_str(&"word and more\n".repeat(gap / 14));
            text.push_str(&samples[pick % samples.len()].1);
            text.push_str("\"\n");
        }
        let whole = scan("srv/app/config.yml", text.as_bytes(), usize::MAX);
        prop_assert_eq!(scan("srv/app/config.yml", text.as_bytes(), chunk), whole);
    }

    /// Nothing panics on noise, and noise is no secret.
    #[test]
    fn noise_is_quiet(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(scan("srv/app/config.yml", &bytes, 100).gaps.is_empty());
    }
}
