//! Private keys.

use porthole_report::Severity::{Critical, High, Low, Medium};

use crate::secrets::pem;
use crate::secrets::rule::Rule;
use crate::secrets::shapes::{json_web_key, wireguard};

const PEM: &[&str] = &["PRIVATE KEY-----"];
const ENCRYPTED: &str = "encrypted";

pub(crate) const RULES: &[Rule] = &[
    Rule::custom("private-key", "private key", Critical, PEM, pem::plain_key),
    Rule::custom("private-key-encrypted", "private key, encrypted with a passphrase", Medium, PEM, pem::encrypted_key),
    Rule::custom("openpgp-private-key", "OpenPGP private key", Critical, &["PGP PRIVATE KEY BLOCK-----"], pem::openpgp),
    Rule::custom("putty-private-key", "PuTTY private key", Critical, &["PuTTY-User-Key-File-"], pem::putty_plain),
    Rule::custom(
        "putty-private-key-encrypted",
        "PuTTY private key, encrypted with a passphrase",
        Medium,
        &["PuTTY-User-Key-File-"],
        pem::putty_encrypted,
    ),
    Rule::custom("openvpn-static-key", "OpenVPN static key", High, &["-----BEGIN OpenVPN Static key V1-----"], pem::openvpn),
    Rule::custom("dnssec-private-key", "DNSSEC private key", High, &["Private-key-format: v1."], pem::dnssec),
    Rule::custom(
        "minisign-secret-key",
        "minisign or signify secret key",
        High,
        &["secret key\n", "encrypted secret key"],
        pem::minisign,
    ),
    Rule::custom("ansible-vault", "Ansible Vault file", Low, &["$ANSIBLE_VAULT;"], pem::ansible_vault).harmless(ENCRYPTED),
    Rule::custom("json-web-key", "private JSON Web Key", High, &["\"kty\""], json_web_key),
    Rule::custom("wireguard-key", "WireGuard private or preshared key", Critical, &["PrivateKey", "PresharedKey"], wireguard),
];
