"""A small private Sigstore and a small PKI, made with Python's `cryptography` and OpenSSL: nothing here is Porthole's own code."""

import base64
import datetime
import hashlib
import json
import struct
import subprocess
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

UTC = datetime.timezone.utc
SIGNED_AT = 1_760_000_000  # 2025-10-09T08:53:20Z
NOW = 1_770_000_000


def b64(data):
    return base64.b64encode(data).decode()


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def sha256(data):
    return hashlib.sha256(data).digest()


def when(seconds):
    return datetime.datetime.fromtimestamp(seconds, UTC)


def compact(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def spki(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def sign(key, data, hash_=hashes.SHA256(), pss=False):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hash_))
    scheme = padding.PSS(padding.MGF1(hash_), hash_.digest_size) if pss else padding.PKCS1v15()
    return key.sign(data, scheme, hash_)


def p256():
    return ec.generate_private_key(ec.SECP256R1())


def name(common, organisation="Porthole tests"):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(subject, key, issuer=None, issuer_key=None, *, ca=False, path=None, days=3650, start=SIGNED_AT - 86400, end=None,
                usages=None, san=None, extra=(), key_usage=True, serial=None, hash_=hashes.SHA256(), issuer_name=None):
    end = end if end is not None else start + days * 86400
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name or (issuer.subject if issuer else subject))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(when(start))
        .not_valid_after(when(end))
        .add_extension(x509.BasicConstraints(ca, path if ca else None), critical=True)
    )
    if key_usage:
        builder = builder.add_extension(
            x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer_key or key).public_key()), critical=False)
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    if san:
        builder = builder.add_extension(x509.SubjectAlternativeName([san]), critical=not len(list(subject)))
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical)
    signer = issuer_key or key
    return builder.sign(signer, None if isinstance(signer, ed25519.Ed25519PrivateKey) else hash_)


class Sigstore:
    """A certificate authority, a certificate log, a transparency log (v1 or v2) and a timestamp authority."""

    def __init__(self, title="private", log_key=None):
        self.title = title
        self.root_key, self.middle_key = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP384R1())
        self.root = certificate(name(f"{title} root"), self.root_key, ca=True, hash_=hashes.SHA384())
        self.middle = certificate(name(f"{title} intermediate"), self.middle_key, self.root, self.root_key, ca=True, path=0,
                                  usages=[ExtendedKeyUsageOID.CODE_SIGNING], hash_=hashes.SHA384())
        self.ct_key, self.log_key = p256(), log_key or p256()
        self.origin = f"log.{title}.example"
        self.tsa = TimestampAuthority(title)
        if isinstance(self.log_key, ed25519.Ed25519PrivateKey):
            raw = self.log_key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            self.log_id = sha256(self.origin.encode() + b"\n\x01" + raw)
        else:
            self.log_id = sha256(spki(self.log_key))

    def trusted_root(self, **changes):
        key = lambda key, details: {"rawBytes": b64(spki(key)), "keyDetails": details, "validFor": {"start": "2020-01-01T00:00:00Z"}}
        details = "PKIX_ED25519" if isinstance(self.log_key, ed25519.Ed25519PrivateKey) else "PKIX_ECDSA_P256_SHA_256"
        chain = lambda *all: {"certificates": [{"rawBytes": b64(der(one))} for one in all]}
        root = {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [{"baseUrl": f"https://{self.origin}", "hashAlgorithm": "SHA2_256", "publicKey": key(self.log_key, details),
                       "logId": {"keyId": b64(self.log_id)}}],
            "certificateAuthorities": [{"subject": {"organization": "x", "commonName": "x"}, "uri": f"https://ca.{self.title}.example",
                                        "certChain": chain(self.middle, self.root), "validFor": {"start": "2020-01-01T00:00:00Z"}}],
            "ctlogs": [{"baseUrl": f"https://ct.{self.title}.example", "hashAlgorithm": "SHA2_256",
                        "publicKey": key(self.ct_key, "PKIX_ECDSA_P256_SHA_256"), "logId": {"keyId": b64(sha256(spki(self.ct_key)))}}],
            "timestampAuthorities": [{"subject": {"organization": "x", "commonName": "x"}, "uri": f"https://tsa.{self.title}.example",
                                      "certChain": chain(self.tsa.leaf, self.tsa.root), "validFor": {"start": "2020-01-01T00:00:00Z"}}],
        }
        root.update(changes)
        return root

    def issue(self, key, identity="builder@example.com", issuer="https://issuer.example", *, san=None, sct=True, sct_key=None,
              start=SIGNED_AT - 60, end=SIGNED_AT + 540, usages=(ExtendedKeyUsageOID.CODE_SIGNING,), by=None, sct_tamper=False, extra=()):
        """A short-lived certificate with Fulcio's extensions and an embedded SCT."""
        by, by_key = by or (self.middle, self.middle_key)
        san = san or (x509.UniformResourceIdentifier(identity) if "://" in identity else x509.RFC822Name(identity))
        fulcio = [(x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.57264.1.1"), issuer.encode()), False),
                  (x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.57264.1.8"),
                                              b"\x0c" + bytes([len(issuer)]) + issuer.encode()), False)]
        arguments = dict(start=start, end=end, usages=list(usages) or None, san=san, serial=x509.random_serial_number(), hash_=hashes.SHA384())
        make = lambda more: certificate(x509.Name([]), key, by, by_key, extra=fulcio + list(extra) + more, **arguments)
        if not sct:
            return make([])
        before = make([])
        log_key = sct_key or self.ct_key
        timestamp = SIGNED_AT * 1000 - 30_000
        tbs = before.tbs_certificate_bytes
        entry = struct.pack(">BBQH", 0, 0, timestamp, 1) + sha256(spki(by_key)) + struct.pack(">I", len(tbs))[1:] + tbs + b"\0\0"
        signature = sign(log_key, entry + (b"x" if sct_tamper else b""))
        one = b"\0" + sha256(spki(log_key)) + struct.pack(">QH", timestamp, 0) + b"\x04\x03" + struct.pack(">H", len(signature)) + signature
        listed = struct.pack(">H", len(one)) + one
        listed = struct.pack(">H", len(listed)) + listed
        wrapped = b"\x04" + (bytes([len(listed)]) if len(listed) < 128 else b"\x81" + bytes([len(listed)])) + listed
        return make([(x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), wrapped), False)])

    def entry(self, body, *, kind, version, proof=True, promise=True, time=SIGNED_AT, index=5, leaves=13):
        """Logs a body among others and gives the entry in a bundle's form."""
        body = body if isinstance(body, bytes) else compact(body)
        entry = {"logIndex": str(index + 1000), "logId": {"keyId": b64(self.log_id)}, "kindVersion": {"kind": kind, "version": version},
                 "integratedTime": str(time if promise else 0), "canonicalizedBody": b64(body)}
        if promise:
            entry["inclusionPromise"] = {"signedEntryTimestamp": b64(self.promise(body, index + 1000, time))}
        if proof:
            hashes_ = [sha256(b"\0" + (body if n == index else b"other %d" % n)) for n in range(leaves)]
            root = tree(hashes_)
            entry["inclusionProof"] = {"logIndex": str(index), "rootHash": b64(root), "treeSize": str(leaves),
                                       "hashes": [b64(one) for one in path(index, hashes_)],
                                       "checkpoint": {"envelope": self.checkpoint(leaves, root)}}
        return entry

    def promise(self, body, index, time):
        return sign(self.log_key, compact({"body": b64(body), "integratedTime": time, "logID": self.log_id.hex(), "logIndex": index}))

    def checkpoint(self, size, root, key=None):
        text = f"{self.origin}\n{size}\n{b64(root)}\n"
        return f"{text}\n\u2014 {self.origin} {b64(self.log_id[:4] + sign(key or self.log_key, text.encode()))}\n"


def tree(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + tree(leaves[:split]) + tree(leaves[split:]))


def path(index, leaves):
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return path(index, leaves[:split]) + [tree(leaves[split:])]
    return path(index - split, leaves[split:]) + [tree(leaves[:split])]


class TimestampAuthority:
    """RFC 3161 by OpenSSL's own `ts` command."""

    def __init__(self, title, *, usages=(ExtendedKeyUsageOID.TIME_STAMPING,)):
        self.root_key, self.key = p256(), p256()
        start = 1_500_000_000
        self.root = certificate(name(f"{title} timestamps root"), self.root_key, ca=True, start=start, days=20000)
        critical = [(x509.ExtendedKeyUsage(list(usages)), True)] if usages else []
        self.leaf = certificate(name(f"{title} timestamps"), self.key, self.root, self.root_key, start=start, days=20000, extra=critical)

    def stamp(self, message, digest="sha256", token=False, chain=False):
        """The clock is OpenSSL's: the time is that of the making of the sample.

        With `chain` the token carries the root behind the leaf. OpenSSL writes a set as it comes, which is BER and not DER where the
        longer one is first; RFC 5652 lets a token be BER.
        """
        with tempfile.TemporaryDirectory() as folder:
            at = Path(folder)
            (at / "message").write_bytes(message)
            (at / "key.pem").write_bytes(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                                serialization.NoEncryption()))
            (at / "leaf.pem").write_text(pem(self.leaf))
            (at / "root.pem").write_text(pem(self.root))
            (at / "serial").write_text("01\n")
            (at / "ts.cnf").write_text(
                f"[tsa]\ndefault_tsa=c\n[c]\nserial={at}/serial\ncrypto_device=builtin\nsigner_cert={at}/leaf.pem\n"
                + (f"certs={at}/root.pem\n" if chain else "") +
                f"signer_key={at}/key.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256,sha384,sha512,sha1\n"
                "accuracy=secs:1\nordering=yes\ntsa_name=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n")
            run = lambda *words: subprocess.run(["openssl", "ts", *words], cwd=at, check=True, capture_output=True)
            run("-query", "-data", "message", f"-{digest}", "-cert", "-out", "query")
            run("-reply", "-config", "ts.cnf", "-queryfile", "query", "-out", "reply", *(["-token_out"] if token else []))
            return (at / "reply").read_bytes()
