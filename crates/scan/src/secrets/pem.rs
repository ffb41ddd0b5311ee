//! Private keys in PEM (RFC 7468, RFC 1421) and its relatives, encrypted ones told apart.
//!
//! A header alone is no key: programs hold it as a string. The body must be base64 that decodes to what the header says.

use super::alphabet::{B64P, HEX};
use super::checksum::base64;
use super::matcher::{entropy, holds};
use super::rule::{Span, Text};

/// Base64 characters that are looked at.
const BODY: usize = 3600;

/// What a PEM block is.
struct Block {
    span: Span,
    encrypted: bool,
}

/// An unencrypted private key.
pub(crate) fn plain_key(text: &Text<'_>) -> Option<Span> {
    block(text).filter(|block| !block.encrypted).map(|block| block.span)
}

/// An encrypted private key.
pub(crate) fn encrypted_key(text: &Text<'_>) -> Option<Span> {
    block(text).filter(|block| block.encrypted).map(|block| block.span)
}

/// The anchor is `PRIVATE KEY-----`.
fn block(text: &Text<'_>) -> Option<Block> {
    let before = text.before();
    let dashes = memchr::memmem::rfind(before.get(before.len().saturating_sub(40)..)?, b"-----BEGIN ")?;
    let label_start = before.len().saturating_sub(40) + dashes + 11;
    let label = before.get(label_start..)?;
    if !label.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ') {
        return None;
    }
    let head = text.from(text.after());
    let head = head.get(..head.len().min(300))?;
    let head_encrypted = holds(head, "proc-type: 4,encrypted");
    let (start, end, body) = body(text, head_encrypted)?;
    let der = base64(&body, BODY);
    let openssh = der.starts_with(b"openssh-key-v1\0");
    let proven = if label.starts_with(b"OPENSSH") {
        openssh
    } else if holds(label, "cosign") || holds(label, "sigstore") {
        der.starts_with(b"{")
    } else if head_encrypted {
        body.len() >= 64 && entropy(&body) > 4.0
    } else {
        sequence(&der, body.len() >= BODY)
    };
    if !proven {
        return None;
    }
    let encrypted = head_encrypted || label.starts_with(b"ENCRYPTED") || (openssh && der.get(19..23) != Some(b"none"));
    Some(Block { span: Span { name: (label_start, text.after() - 5), ..Span::new(start, end) }, encrypted })
}

/// The base64 of a block, through line ends, escapes and the quotes of source code; it must end in `-----END` unless cut.
fn body(text: &Text<'_>, headers: bool) -> Option<(usize, usize, Vec<u8>)> {
    let mut at = text.after();
    if headers {
        at += memchr::memmem::find(text.from(at).get(..400.min(text.from(at).len()))?, b"DEK-Info")?;
        let line = text.from(at).iter().take(200).position(|byte| *byte == b'\n' || *byte == b'\\')?;
        at += line;
    }
    let mut out = Vec::new();
    let (mut start, mut end) = (None, at);
    let mut foreign = 0;
    while let Some(byte) = text.bytes.get(at) {
        let escape = *byte == b'\\' && matches!(text.bytes.get(at + 1), Some(b'n' | b'r' | b't'));
        if escape {
            at += 2;
            continue;
        }
        if B64P.has(*byte) && !(*byte == b'+' && text.bytes.get(at + 1) == Some(&b' ')) {
            start.get_or_insert(at);
            out.push(*byte);
            end = at + 1;
            foreign = 0;
            if out.len() >= BODY {
                break;
            }
        } else if b" \t\r\n\"'\\+,|>*;`".contains(byte) && foreign < 40 {
            foreign += 1;
        } else {
            break;
        }
        at += 1;
    }
    let ended = text.from(at).starts_with(b"-----END") || out.len() >= BODY;
    (ended && out.len() >= 40 && text.after() < end).then_some((start?, end, out))
}

/// A DER sequence (X.690) that is as long as it says: what PKCS #1, PKCS #8 and SEC 1 keys are.
fn sequence(der: &[u8], cut: bool) -> bool {
    let (header, len) = match (der.first(), der.get(1)) {
        (Some(0x30), Some(len)) if *len < 0x80 => (2, usize::from(*len)),
        (Some(0x30), Some(0x81)) => (3, der.get(2).copied().map_or(0, usize::from)),
        (Some(0x30), Some(0x82)) => {
            (4, der.get(2..4).and_then(|two| two.try_into().ok()).map_or(0, |two| usize::from(u16::from_be_bytes(two))))
        }
        _ => return false,
    };
    if cut { len + header > der.len() } else { len + header == der.len() }
}

/// An OpenPGP secret key block (RFC 9580 section 6); protected or not cannot be told without reading packets.
pub(crate) fn openpgp(text: &Text<'_>) -> Option<Span> {
    if !text.before().ends_with(b"-----BEGIN ") {
        return None;
    }
    let rest = text.from(text.after());
    let gap = memchr::memmem::find(rest.get(..600.min(rest.len()))?, b"\n\n")
        .or_else(|| memchr::memmem::find(rest.get(..600.min(rest.len()))?, b"\r\n\r\n"))?;
    let start = text.after() + gap + rest.get(gap..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let end =
        start + text.from(start).iter().take(1024).take_while(|byte| B64P.has(**byte) || byte.is_ascii_whitespace()).count();
    // The first packet is a secret key: tag 5, old or new format.
    let first = base64(text.bytes.get(start..end)?, 1).first().copied()?;
    let secret_key = matches!(first, 0x94..=0x97 | 0xC5);
    (secret_key && end - start > 100).then_some(Span::new(start, end))
}

/// A PuTTY key (`.ppk`) without a passphrase.
pub(crate) fn putty_plain(text: &Text<'_>) -> Option<Span> {
    putty(text, "encryption: none")
}

/// A PuTTY key with a passphrase.
pub(crate) fn putty_encrypted(text: &Text<'_>) -> Option<Span> {
    putty(text, "encryption: aes256-cbc")
}

fn putty(text: &Text<'_>, encryption: &str) -> Option<Span> {
    let rest = text.from(text.after());
    let head = rest.get(..400.min(rest.len()))?;
    if !holds(head, encryption) {
        return None;
    }
    let private = memchr::memmem::find(rest, b"Private-Lines:")?;
    let start = text.after() + private + 14;
    let end = start + text.from(start).iter().take(600).take_while(|byte| B64P.has(**byte) || byte.is_ascii_whitespace()).count();
    (end > start + 40).then_some(Span::new(start, end))
}

/// An OpenVPN static key: sixteen lines of hexadecimal digits.
pub(crate) fn openvpn(text: &Text<'_>) -> Option<Span> {
    let start = text.after() + text.from(text.after()).iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let end = start + text.from(start).iter().take(600).take_while(|byte| HEX.has(**byte) || byte.is_ascii_whitespace()).count();
    (end - start >= 512).then_some(Span::new(start, end))
}

/// DNSSEC private key files: `Private-key-format: v1.3`.
pub(crate) fn dnssec(text: &Text<'_>) -> Option<Span> {
    let rest = text.from(text.after());
    let rest = rest.get(..2000.min(rest.len()))?;
    let label = [b"PrivateKey: ".as_slice(), b"PrivateExponent: ", b"Key: "]
        .into_iter()
        .find_map(|label| memchr::memmem::find(rest, label).map(|at| at + label.len()))?;
    let start = text.after() + label;
    let end = start + B64P.run(text.from(start), 700);
    (end - start >= 24).then_some(Span::new(start, end))
}

/// minisign and signify secret keys: a comment line, then base64 of 104 or more bytes that begins with `Ed`.
pub(crate) fn minisign(text: &Text<'_>) -> Option<Span> {
    let line = text.from(text.after()).iter().take(200).position(|byte| *byte == b'\n')?;
    let start = text.after() + line + 1;
    let end = start + B64P.run(text.from(start), 400);
    let value = text.bytes.get(start..end)?;
    (value.len() >= 130 && value.starts_with(b"RW")).then_some(Span::new(start, end))
}

/// A file that Ansible Vault encrypted: no secret by itself.
pub(crate) fn ansible_vault(text: &Text<'_>) -> Option<Span> {
    let line = text.from(text.after()).iter().take(60).position(|byte| *byte == b'\n')?;
    let start = text.after() + line + 1;
    let end = start + text.from(start).iter().take(1000).take_while(|byte| HEX.has(**byte) || byte.is_ascii_whitespace()).count();
    (end - start >= 80).then_some(Span::new(start, end))
}
