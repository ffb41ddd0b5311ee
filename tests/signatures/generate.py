"""Makes the signed samples of `tests/suite/signatures`: `python3 tests/signatures/generate.py` writes `samples.json.gz` beside it.

Needs `cryptography`, `cbor2` and OpenSSL. Keys are new at each run and never kept. Each scene says what a verifier must conclude, and why.
`check.py` beside it holds what was made against Sigstore's own client.
"""

import copy
import gzip
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from authority import *

HERE = Path(__file__).parent


def layer():
    """A Debian of two packages, as a tar whose bytes are always the same."""
    out = io.BytesIO()
    status = "".join(f"Package: {n}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {v}\n\n" for n, v in (("bash", "5.2.15-2"), ("dash", "0.5.12-2")))
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, text in (("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n'), ("var/lib/dpkg/status", status)):
            info = tarfile.TarInfo(path)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


def descriptor(media_type, data):
    return {"mediaType": media_type, "digest": "sha256:" + sha256(data).hex(), "size": len(data)}


LAYER = layer()
CONFIG = compact({"architecture": "amd64", "os": "linux", "config": {"User": "app", "Cmd": ["bash"]},
                  "rootfs": {"type": "layers", "diff_ids": ["sha256:" + sha256(LAYER).hex()]}})
MANIFEST = compact({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                    "config": descriptor("application/vnd.oci.image.config.v1+json", CONFIG),
                    "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", LAYER)]})
DIGEST = "sha256:" + sha256(MANIFEST).hex()
OTHER = "sha256:" + "ab" * 32
TAG = DIGEST.replace(":", "-")
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
ENVELOPE = "application/vnd.dsse.envelope.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
IN_TOTO = "application/vnd.in-toto+json"

keys, roots, scenes = {}, {}, []


def blob(scene, data):
    digest = "sha256:" + sha256(data).hex()
    try:
        scene["blobs"][digest] = {"text": data.decode()}
    except UnicodeDecodeError:
        scene["blobs"][digest] = {"base64": b64(data)}
    return digest


def scene(title, family, layers, expect, *, tag=None, subject=None, artifact=None, annotations=None, trust=None, now=NOW, repository=None,
          manifest_annotations=None, descriptor=None):
    """One manifest that refers to the image. `layers`: (media type, bytes, annotations)."""
    made = {"name": title, "family": family, "blobs": {}, "trust": trust or {}, "now": now, "expect": expect}
    if repository:
        made["repository"] = repository
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": {"mediaType": artifact or "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + "22" * 32, "size": 2},
                "layers": []}
    if artifact:
        manifest["artifactType"] = artifact
    if subject:
        manifest["subject"] = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": subject, "size": len(MANIFEST)}
    if manifest_annotations:
        manifest["annotations"] = manifest_annotations
    for media_type, data, layer_annotations in layers:
        one = {"mediaType": media_type, "digest": blob(made, data), "size": len(data)}
        if layer_annotations:
            one["annotations"] = layer_annotations
        manifest["layers"].append(one)
    digest = blob(made, compact(manifest))
    made["related"] = [{"digest": digest, "tag": tag, "annotations": descriptor or {}}]
    scenes.append(made)
    return made


def verified(**more):
    return {"state": "verified", **more}


def refused(reason, **more):
    return {"state": "refused", "reason": reason, **more}


# --- Cosign with keys -------------------------------------------------------------------------------------------------------------


def simple_payload(digest=DIGEST, kind="cosign container image signature"):
    return compact({"critical": {"identity": {"docker-reference": "registry.example/app"}, "image": {"docker-manifest-digest": digest},
                                 "type": kind}, "optional": None})


def cosign(title, payload, signature, expect, family="keys", annotations=None, **more):
    marked = {"dev.cosignproject.cosign/signature": b64(signature), **(annotations or {})}
    return scene(title, family, [(SIMPLE, payload, marked)], expect, tag=f"{TAG}.sig", **more)


def openssl_sign(key, data, *options):
    """A signature by OpenSSL's command line: a second independent implementation."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "key").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        (at / "data").write_bytes(data)
        subprocess.run(["openssl", "dgst", *options, "-sign", "key", "-out", "signature", "data"], cwd=at, check=True)
        return (at / "signature").read_bytes()


def with_keys():
    made = {"p256": p256(), "p384": ec.generate_private_key(ec.SECP384R1()), "ed25519": ed25519.Ed25519PrivateKey.generate(),
            "rsa2048": rsa.generate_private_key(65537, 2048), "rsa3072": rsa.generate_private_key(65537, 3072),
            "rsa4096": rsa.generate_private_key(65537, 4096), "other": p256(), "p521": ec.generate_private_key(ec.SECP521R1()),
            "rsa1024": rsa.generate_private_key(65537, 1024)}
    for title, key in made.items():
        keys[title] = public_pem(key)
    keys["rsa2048-pkcs1"] = made["rsa2048"].public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1).decode()
    payload = simple_payload()
    for title, key, algorithm, signature in [
        ("ECDSA P-256", "p256", "ECDSA P-256 with SHA-256", sign(made["p256"], payload)),
        ("ECDSA P-256 by OpenSSL", "p256", "ECDSA P-256 with SHA-256", openssl_sign(made["p256"], payload, "-sha256")),
        ("ECDSA P-384 over SHA-256 as cosign does", "p384", "ECDSA P-384 with SHA-256", sign(made["p384"], payload)),
        ("ECDSA P-384 over SHA-384", "p384", "ECDSA P-384 with SHA-384", sign(made["p384"], payload, hashes.SHA384())),
        ("Ed25519", "ed25519", "Ed25519", sign(made["ed25519"], payload)),
        ("RSA 2048 PKCS 1", "rsa2048", "RSA 2048 PKCS #1 v1.5 with SHA-256", sign(made["rsa2048"], payload)),
        ("RSA 2048 PKCS 1, key as PKCS 1 PEM", "rsa2048-pkcs1", "RSA 2048 PKCS #1 v1.5 with SHA-256", sign(made["rsa2048"], payload)),
        ("RSA 3072 PSS", "rsa3072", "RSA 3072 PSS with SHA-256", sign(made["rsa3072"], payload, pss=True)),
        ("RSA 4096 PKCS 1 over SHA-512 by OpenSSL", "rsa4096", "RSA 4096 PKCS #1 v1.5 with SHA-512", openssl_sign(made["rsa4096"], payload, "-sha512")),
        ("RSA 2048 PSS by OpenSSL", "rsa2048", "RSA 2048 PSS with SHA-256",
         openssl_sign(made["rsa2048"], payload, "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32")),
    ]:
        cosign(title, payload, signature, verified(algorithm=algorithm), trust={"keys": [key]})
    signature = sign(made["p256"], payload)
    cosign("one of several keys", payload, signature, verified(), trust={"keys": ["other", "rsa2048", "p256"]})
    cosign("no key given", payload, signature, {"state": "unchecked", "reason": "no public key was given"})
    # Ways to be wrong.
    key = {"keys": ["p256"]}
    other = simple_payload(OTHER)
    cosign("another image", other, sign(made["p256"], other), refused(f"it signs {OTHER}, not this image"), trust=key)
    cosign("another key", payload, sign(made["other"], payload), refused("another key signed"), trust=key)
    cosign("none of two keys", payload, sign(made["other"], payload), refused("none of the 2 given keys"), trust={"keys": ["p256", "rsa2048"]})
    cosign("altered payload", payload.replace(b"registry.example", b"registry.evil.io"), signature, refused("either was changed"), trust=key)
    cosign("truncated signature", payload, signature[:-3], refused("either was changed"), trust=key)
    cosign("RSA signature for an elliptic key", payload, sign(made["rsa2048"], payload), refused("either was changed"), trust=key)
    cosign("payload of another type", simple_payload(kind="atomic container signature"),
           sign(made["p256"], simple_payload(kind="atomic container signature")), refused("the payload's type is `atomic container signature`"), trust=key)
    cosign("payload is no JSON", b"{nothing", sign(made["p256"], b"{nothing"), refused("the payload is malformed"), trust=key)
    cosign("signature is no base64", payload, b"", refused("the signature is malformed"), trust=key,
           annotations={"dev.cosignproject.cosign/signature": "%%%"})
    cosign("no signature", payload, b"", refused("lacks the attribute `dev.cosignproject.cosign/signature`"), trust=key)
    wrong = cosign("blob with another digest", payload, signature, {"state": "none", "gap": "do not have the digest"}, trust=key)
    for digest, content in wrong["blobs"].items():
        if content.get("text", "").startswith('{"critical"'):
            content["text"] += " "
    cosign("tag of another image", payload, signature, {"state": "none"}, trust=key)["related"][0]["tag"] = OTHER.replace(":", "-") + ".sig"
    missing = cosign("blob is not there", payload, signature, {"state": "none", "gap": "is not in the input"}, trust=key)
    missing["blobs"] = {digest: one for digest, one in missing["blobs"].items() if "critical" not in one.get("text", "")}
    return made


# --- Keyless: a private Sigstore --------------------------------------------------------------------------------------------------


def hashedrekord(message, signature, verifier_pem):
    return {"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {
        "data": {"hash": {"algorithm": "sha256", "value": sha256(message).hex()}},
        "signature": {"content": b64(signature), "publicKey": {"content": b64(verifier_pem.encode())}}}}


def pae(payload, kind=IN_TOTO):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def dsse_entry(envelope, payload, signature, verifier_pem):
    return {"apiVersion": "0.0.1", "kind": "dsse", "spec": {
        "envelopeHash": {"algorithm": "sha256", "value": sha256(envelope).hex()},
        "payloadHash": {"algorithm": "sha256", "value": sha256(payload).hex()},
        "signatures": [{"signature": b64(signature), "verifier": b64(verifier_pem.encode())}]}}


def statement(predicate_type, predicate, digest=DIGEST):
    algorithm, value = digest.split(":")
    return compact({"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "app", "digest": {algorithm: value}}],
                    "predicateType": predicate_type, "predicate": predicate})


def keyless_bundle(sigstore, payload, *, key=None, leaf=None, media="application/vnd.dev.sigstore.bundle.v0.3+json", kind=IN_TOTO,
                   entry=None, message=False, timestamp=None, **issue):
    key = key or p256()
    leaf = leaf or sigstore.issue(key, **issue)
    signed = payload if message else pae(payload, kind)
    signature = sign(key, signed)
    if message:
        content = {"messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": b64(sha256(payload))}, "signature": b64(signature)}}
        body, entry_kind = hashedrekord(payload, signature, pem(leaf)), "hashedrekord"
    else:
        envelope = {"payload": b64(payload), "payloadType": kind, "signatures": [{"sig": b64(signature)}]}
        content = {"dsseEnvelope": envelope}
        body, entry_kind = dsse_entry(compact(envelope), payload, signature, pem(leaf)), "dsse"
    if "version=0" in media:
        material = {"x509CertificateChain": {"certificates": [{"rawBytes": b64(der(leaf))}]}}
    else:
        material = {"certificate": {"rawBytes": b64(der(leaf))}}
    material["tlogEntries"] = [sigstore.entry(body, kind=entry_kind, version="0.0.1", **(entry or {}))]
    if timestamp:
        material["timestampVerificationData"] = {"rfc3161Timestamps": [{"signedTimestamp": b64(timestamp(signature))}]}
    return {"mediaType": media, "verificationMaterial": material, **content}


def bundled(title, bundle, expect, family="keyless", trust=None, **more):
    trust = trust or {"root": "private", "expected": [{"identity": "builder@example.com", "issuer": "https://issuer.example"}]}
    data = bundle if isinstance(bundle, bytes) else compact(bundle)
    return scene(title, family, [(BUNDLE, data, None)], expect, subject=DIGEST, artifact=BUNDLE, trust=trust, **more)


def keyless():
    private, stranger = Sigstore("private"), Sigstore("stranger")
    second = Sigstore("second", ed25519.Ed25519PrivateKey.generate())
    roots["private"], roots["stranger"], roots["second"] = private.trusted_root(), stranger.trusted_root(), second.trusted_root()
    roots["expired log"] = private.trusted_root()
    roots["expired log"] = json.loads(json.dumps(roots["expired log"]))
    roots["expired log"]["tlogs"][0]["publicKey"]["validFor"]["end"] = "2021-01-01T00:00:00Z"
    roots["expired authority"] = json.loads(json.dumps(roots["private"]))
    roots["expired authority"]["certificateAuthorities"][0]["validFor"]["end"] = "2021-01-01T00:00:00Z"
    plain = statement("https://sigstore.dev/cosign/sign/v1", {})
    good = verified(signer="builder@example.com", issuer="https://issuer.example", signed_at="2025-10-09T08:53:20Z")

    bundled("bundle 0.3 with a statement", keyless_bundle(private, plain), good)
    bundled("bundle 0.3 with a message signature", keyless_bundle(private, MANIFEST, message=True), good)
    for version in ("0.1", "0.2"):
        media = f"application/vnd.dev.sigstore.bundle+json;version={version}"
        bundled(f"bundle {version}", keyless_bundle(private, plain, media=media), good)
    bundled("bundle 0.1 with a promise alone",
            keyless_bundle(private, plain, media="application/vnd.dev.sigstore.bundle+json;version=0.1", entry={"proof": False}), good)
    stamped = {"state": "verified", "signer": "builder@example.com"}
    # OpenSSL stamps with the clock of the machine that makes the sample: certificates that hold now.
    import time
    made_at = int(time.time())
    roots_now = {"start": made_at - 60, "end": made_at + 540}
    later = made_at + 86400
    bundled("signed timestamp instead of a promise",
            keyless_bundle(private, plain, entry={"promise": False}, timestamp=private.tsa.stamp, **roots_now), stamped, now=later)
    for digest in ("sha384", "sha512"):
        bundled(f"signed timestamp over {digest}",
                keyless_bundle(private, plain, entry={"promise": False}, timestamp=lambda data: private.tsa.stamp(data, digest), **roots_now),
                stamped, now=later)
    bundled("signed timestamp with its chain out of order",
            keyless_bundle(private, plain, entry={"promise": False}, timestamp=lambda data: private.tsa.stamp(data, chain=True), **roots_now),
            stamped, now=later)
    trust_second = {"root": "second", "expected": [{"identity": "builder@example.com"}]}
    bundled("second kind of log", rekor2(second, plain, roots_now), stamped, trust=trust_second, now=later)
    bundled("nobody is expected", keyless_bundle(private, plain), {"state": "unjudged", "reason": "nobody told us whom to expect"},
            trust={"root": "private"})
    bundled("identity by pattern", keyless_bundle(private, plain, identity="https://ci.example/org/app/build.yml@refs/tags/v1"), verified(),
            trust={"root": "private", "expected": [{"identity": "https://ci.example/org/*@refs/tags/v*"}]})
    bundled("no trusted root", keyless_bundle(private, plain), {"state": "unchecked", "reason": "no trusted root was given"},
            trust={"root": None})
    # The annotations that Cosign wrote before bundles.
    payload, key = simple_payload(), p256()
    leaf = private.issue(key)
    signature = sign(key, payload)
    body = compact(hashedrekord(payload, signature, pem(leaf)))

    def rekor(body, time=SIGNED_AT, promise=None):
        promise = promise or private.promise(body, 7, time)
        return json.dumps({"SignedEntryTimestamp": b64(promise),
                           "Payload": {"body": b64(body), "integratedTime": time, "logIndex": 7, "logID": private.log_id.hex()}})

    trust = {"root": "private", "expected": [{"identity": "builder@example.com", "issuer": "https://issuer.example"}]}
    annotations = {"dev.sigstore.cosign/certificate": pem(leaf), "dev.sigstore.cosign/chain": pem(private.middle) + pem(private.root),
                   "dev.sigstore.cosign/bundle": rekor(body)}
    cosign("cosign's annotations", payload, signature, good, "keyless", annotations, trust=trust)
    cosign("annotations: entry of another signature", payload, signature, refused("is of another signature"), "keyless",
           {**annotations, "dev.sigstore.cosign/bundle": rekor(compact(hashedrekord(payload, sign(key, payload), pem(leaf))))}, trust=trust)
    cosign("annotations: entry of another payload", payload, signature, refused("is of another payload"), "keyless",
           {**annotations, "dev.sigstore.cosign/bundle": rekor(compact(hashedrekord(b"other", signature, pem(leaf))))}, trust=trust)
    cosign("annotations: entry of another key", payload, signature, refused("is of another key"), "keyless",
           {**annotations, "dev.sigstore.cosign/bundle": rekor(compact(hashedrekord(payload, signature, public_pem(p256()))))}, trust=trust)
    cosign("annotations: no log entry", payload, signature, refused("there is no transparency log entry"), "keyless",
           {name_: value for name_, value in annotations.items() if "bundle" not in name_}, trust=trust)
    cosign("annotations: forged time of the log entry", payload, signature, refused("signed entry timestamp does not fit"), "keyless",
           {**annotations, "dev.sigstore.cosign/bundle": rekor(body, SIGNED_AT + 5, private.promise(body, 7, SIGNED_AT))}, trust=trust)
    cosign("annotations: truncated certificate", payload, signature, refused("the certificate is malformed"), "keyless",
           {**annotations, "dev.sigstore.cosign/certificate": pem(leaf)[:400] + "\n-----END CERTIFICATE-----\n"}, trust=trust)
    envelope_scene(private, trust, good)

    # Ways to be wrong, in the order in which a verifier looks.
    wrong = lambda title, bundle, reason, **more: bundled(title, bundle, refused(reason), **more)
    wrong("identity of somebody else", keyless_bundle(private, plain, identity="mallory@example.com"),
          "signed by mallory@example.com, expected builder@example.com")
    wrong("vouched for by somebody else", keyless_bundle(private, plain, issuer="https://mallory.example"),
          "vouched for by https://mallory.example, expected https://issuer.example")
    wrong("identity that contains the expected one", keyless_bundle(private, plain, identity="builder@example.com.evil.io"), "expected builder@example.com")
    wrong("signed after the certificate ran out", keyless_bundle(private, plain, start=SIGNED_AT - 900, end=SIGNED_AT - 300), "was not valid at 2025-10-09")
    wrong("signed before the certificate began", keyless_bundle(private, plain, start=SIGNED_AT + 300, end=SIGNED_AT + 900), "was not valid at 2025-10-09")
    wrong("certificate of another authority", keyless_bundle(private, plain, by=(stranger.middle, stranger.middle_key)), "no trusted authority issued")
    self_key = p256()
    wrong("self-signed certificate",
          keyless_bundle(private, plain, key=self_key, leaf=certificate(x509.Name([]), self_key, san=x509.RFC822Name("builder@example.com"),
                                                                      usages=[ExtendedKeyUsageOID.CODE_SIGNING])), "no trusted authority issued")
    imposter = p256()
    forged = certificate(name("private intermediate"), imposter, private.root, imposter, ca=True, path=0)
    wrong("forged intermediate", with_chain(keyless_bundle(private, plain, by=(forged, imposter),
          media="application/vnd.dev.sigstore.bundle+json;version=0.2"), forged), "no trusted authority issued")
    leaf_key = p256()
    not_ca = private.issue(leaf_key)
    named = certificate(name("leaf as authority"), leaf_key, private.middle, private.middle_key)
    wrong("certificate issued by a leaf", with_chain(keyless_bundle(private, plain, by=(named, leaf_key),
          media="application/vnd.dev.sigstore.bundle+json;version=0.2"), named), "without being a certificate authority")
    sub_key = p256()
    sub = certificate(name("too deep"), sub_key, private.middle, private.middle_key, ca=True)
    wrong("chain longer than allowed", with_chain(keyless_bundle(private, plain, by=(sub, sub_key),
          media="application/vnd.dev.sigstore.bundle+json;version=0.2"), sub), "the chain is longer than")
    wrong("certificate for web servers", keyless_bundle(private, plain, usages=[ExtendedKeyUsageOID.SERVER_AUTH]), "is not meant for code signing")
    wrong("certificate without a purpose", keyless_bundle(private, plain, usages=()), "is not meant for code signing")
    strange = (x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"), True)
    wrong("unknown critical extension", keyless_bundle(private, plain, extra=[strange]), "critical extension 1.2.3.4.5")
    wrong("no certificate timestamp", keyless_bundle(private, plain, sct=False), "carries no signed certificate timestamp")
    wrong("certificate timestamp of an unknown log", keyless_bundle(private, plain, sct_key=p256()), "no signed certificate timestamp comes from a trusted")
    wrong("forged certificate timestamp", keyless_bundle(private, plain, sct_tamper=True), "the certificate log's signed timestamp does not fit")
    wrong("authority no longer in force", keyless_bundle(private, plain), "ca.private.example was not in force",
          trust={"root": "expired authority", "expected": [{"identity": "*"}]})
    wrong("log no longer in force", keyless_bundle(private, plain), "log.private.example was not in force",
          trust={"root": "expired log", "expected": [{"identity": "*"}]})
    wrong("log is not trusted", keyless_bundle(private, plain), "is not in the trusted root", trust={"root": "stranger", "expected": [{"identity": "*"}]})
    wrong("log entry from the future", keyless_bundle(private, plain), "the log entry's time lies in the future", now=SIGNED_AT - 86400)

    def changed(change, **more):
        bundle = keyless_bundle(private, plain, **more)
        change(bundle, bundle["verificationMaterial"]["tlogEntries"][0])
        return bundle

    def set_(target, key_, value):
        target[key_] = value

    proof = lambda entry: entry["inclusionProof"]
    wrong("no log entry", changed(lambda bundle, _: set_(bundle["verificationMaterial"], "tlogEntries", [])), "there is no transparency log entry")
    wrong("no inclusion proof", changed(lambda _, entry: entry.pop("inclusionProof")), "lacks its inclusion proof")
    wrong("no checkpoint", changed(lambda _, entry: proof(entry).pop("checkpoint")), "lacks its checkpoint")
    wrong("altered inclusion proof", changed(lambda _, entry: set_(proof(entry)["hashes"], 0, b64(bytes(32)))), "inclusion proof does not lead")
    wrong("inclusion proof of another leaf", changed(lambda _, entry: set_(proof(entry), "logIndex", "6")), "inclusion proof does not lead")
    wrong("shortened inclusion proof", changed(lambda _, entry: proof(entry)["hashes"].pop()), "inclusion proof does not lead")
    wrong("forged checkpoint", changed(lambda _, entry: set_(proof(entry), "checkpoint", {"envelope": stranger.checkpoint(13, bytes(32))})),
          "the checkpoint is not signed by the log")
    wrong("checkpoint of another tree", changed(lambda _, entry: set_(proof(entry), "checkpoint", {"envelope": private.checkpoint(14, bytes(32))})),
          "of another tree")
    wrong("checkpoint that is no note", changed(lambda _, entry: set_(proof(entry), "checkpoint", {"envelope": "hello"})), "the checkpoint is no signed note")
    wrong("forged promise", changed(lambda _, entry: set_(entry, "inclusionPromise", {"signedEntryTimestamp": b64(sign(p256(), b"x"))})),
          "signed entry timestamp does not fit")
    wrong("neither promise nor timestamp", keyless_bundle(private, plain, entry={"promise": False}), "nothing that is trusted says when")
    swapped = keyless_bundle(private, plain)
    swapped["verificationMaterial"]["tlogEntries"] = keyless_bundle(private, plain)["verificationMaterial"]["tlogEntries"]
    wrong("log entry of another bundle", swapped, "is of another signature")
    wrong("certificate of another bundle",
          changed(lambda bundle, _: set_(bundle["verificationMaterial"], "certificate", {"rawBytes": b64(der(private.issue(p256())))})), "is of another key")
    wrong("altered payload in an envelope",
          changed(lambda bundle, _: set_(bundle["dsseEnvelope"], "payload", b64(plain.replace(b'"app"', b'"apq"')))), "is of another payload")
    wrong("altered signature in an envelope",
          changed(lambda bundle, _: set_(bundle["dsseEnvelope"]["signatures"][0], "sig", b64(sign(p256(), b"x")))), "is of another signature")
    wrong("two signatures in an envelope", changed(lambda bundle, _: bundle["dsseEnvelope"]["signatures"].append({"sig": b64(b"x")})), "has 2 signatures, expected one")
    wrong("statement about another image", keyless_bundle(private, statement("https://sigstore.dev/cosign/sign/v1", {}, OTHER)), f"it signs {OTHER}")
    wrong("message of another image", keyless_bundle(private, b"other manifest", message=True), "not this image")
    wrong("payload that is no statement", keyless_bundle(private, b"hello", kind="text/plain"), "the payload's type is `text/plain`")
    wrong("statement of another version", keyless_bundle(private, compact({"_type": "https://in-toto.io/Statement/v9", "predicateType": "x"})), "the statement's type")
    wrong("unknown version of the bundle", changed(lambda bundle, _: set_(bundle, "mediaType", "application/vnd.dev.sigstore.bundle.v9.9+json")), "the bundle's version")
    wrong("bundle that is no JSON", b"{bundle", "the bundle is malformed")
    wrong("bundle that signs nothing", changed(lambda bundle, _: bundle.pop("dsseEnvelope")), "it signs nothing")
    wrong("the same log entry twice",
          changed(lambda bundle, entry: bundle["verificationMaterial"]["tlogEntries"].append(copy.deepcopy(entry))), "the same log entry twice")
    wrong("unknown kind of log entry", changed(lambda _, entry: entry.update(private.entry({"kind": "rpm", "apiVersion": "0.0.1"}, kind="rpm", version="0.0.1"))),
          "the log entry's kind")
    # Timestamps.
    stamp = lambda change=None, authority=private.tsa, over=None, digest="sha256": lambda signature: (change or (lambda x: x))(
        authority.stamp(over or signature, digest))
    timestamped = lambda timestamp: keyless_bundle(private, plain, entry={"promise": False}, timestamp=timestamp, **roots_now)
    wrong("timestamp of another signature", timestamped(stamp(over=b"something else")), "the timestamp is of another message", now=later)
    wrong("truncated timestamp", timestamped(stamp(lambda data: data[:-9])), "the timestamp is malformed", now=later)
    wrong("timestamp of an unknown authority", timestamped(stamp(authority=stranger.tsa)), "nothing that is trusted says when", now=later)
    wrong("timestamp with a changed signature", timestamped(stamp(lambda data: data[:-5] + bytes([data[-5] ^ 1]) + data[-4:])),
          "the timestamp is not signed by its authority", now=later)
    wrong("timestamp with a changed time", timestamped(stamp(move_time)), "attributes do not fit its content", now=later)
    wrong("timestamp from the future", timestamped(stamp()), "the timestamp lies in the future", now=made_at - 86400)
    wrong("timestamp over SHA-1", timestamped(stamp(digest="sha1")), "SHA-1 is too weak", now=later)
    careless = TimestampAuthority("careless", usages=(ExtendedKeyUsageOID.CODE_SIGNING,))
    careless.leaf = certificate(name("careless timestamps"), careless.key, careless.root, careless.root_key, start=1_500_000_000, days=20000,
                                extra=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)])
    roots["careless"] = private.trusted_root()
    timestamp = careless.stamp
    impostor = certificate(name("careless timestamps"), careless.key, careless.root, careless.root_key, start=1_500_000_000, days=20000,
                           extra=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), True)], serial=careless.leaf.serial_number)
    roots["careless"]["timestampAuthorities"][0]["certChain"]["certificates"] = [{"rawBytes": b64(der(one))} for one in (impostor, careless.root)]
    return private


def with_chain(bundle, *more):
    bundle["verificationMaterial"]["x509CertificateChain"]["certificates"] += [{"rawBytes": b64(der(one))} for one in more]
    return bundle


def move_time(data):
    """Moves the token's GeneralizedTime by ten years."""
    at = data.index(b"\x18\x0f20") + 4
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def rekor2(sigstore, payload, validity):
    """An entry of the second kind of log: no promise, an Ed25519 checkpoint, `hashedrekord` 0.0.2 over the encoded envelope."""
    key = p256()
    leaf = sigstore.issue(key, **validity)
    signature = sign(key, pae(payload))
    body = {"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": {
        "data": {"algorithm": "SHA2_256", "digest": b64(sha256(pae(payload)))},
        "signature": {"content": b64(signature), "verifier": {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "x509Certificate": {"rawBytes": b64(der(leaf))}}}}}}
    return {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"certificate": {"rawBytes": b64(der(leaf))},
                                     "tlogEntries": [sigstore.entry(body, kind="hashedrekord", version="0.0.2", promise=False)],
                                     "timestampVerificationData": {"rfc3161Timestamps": [{"signedTimestamp": b64(sigstore.tsa.stamp(signature))}]}},
            "dsseEnvelope": {"payload": b64(payload), "payloadType": IN_TOTO, "signatures": [{"sig": b64(signature)}]}}


def envelope_scene(sigstore, trust, good):
    """`cosign attest` before bundles: an envelope in a layer, logged as `intoto` 0.0.2."""
    key = p256()
    leaf = sigstore.issue(key)
    payload = statement("https://example.com/custom/v1", {"answer": 42})
    signature = sign(key, pae(payload))
    envelope = compact({"payload": b64(payload), "payloadType": IN_TOTO, "signatures": [{"keyid": "", "sig": b64(signature)}]})
    body = compact({"apiVersion": "0.0.2", "kind": "intoto", "spec": {"content": {
        "envelope": {"payloadType": IN_TOTO, "signatures": [{"publicKey": b64(pem(leaf).encode()), "sig": b64(b64(signature).encode())}]},
        "hash": {"algorithm": "sha256", "value": sha256(envelope).hex()}, "payloadHash": {"algorithm": "sha256", "value": sha256(payload).hex()}}}})
    annotations = {"dev.sigstore.cosign/certificate": pem(leaf), "dev.cosignproject.cosign/signature": "", "predicateType": "https://example.com/custom/v1",
                   "dev.sigstore.cosign/bundle": json.dumps({"SignedEntryTimestamp": b64(sigstore.promise(body, 9, SIGNED_AT)),
                       "Payload": {"body": b64(body), "integratedTime": SIGNED_AT, "logIndex": 9, "logID": sigstore.log_id.hex()}})}
    scene("cosign's attestation envelope", "keyless", [(ENVELOPE, envelope, annotations)], good, tag=f"{TAG}.att", trust=trust)


def main():
    made = with_keys()
    private = keyless()
    import notation_scenes
    notation_scenes.make(sys.modules[__name__], made)
    import attestation_scenes
    attestation_scenes.make(sys.modules[__name__], made, private)
    subject = {"digest": DIGEST, "manifest": MANIFEST.decode(), "config": CONFIG.decode(), "layer": b64(LAYER)}
    document = {"subject": subject, "keys": keys,
                "roots": {title: json.dumps(root) for title, root in roots.items()}, "scenes": scenes}
    text = json.dumps(document, separators=(",", ":")).encode()
    (HERE / "samples.json.gz").write_bytes(gzip.compress(text, 9, mtime=0))
    print(len(scenes), "scenes,", (HERE / "samples.json.gz").stat().st_size, "bytes")


if __name__ == "__main__":
    sys.modules["generate"] = sys.modules["__main__"]
    main()
