"""Holds the keyless bundles among the samples against Sigstore's own Python client: `python3 tests/signatures/check.py`.

Needs the package `sigstore`. What is verified or refused here must be so there; where the two may differ, and why, stands in ALLOWED.
Ends with status 1 on any other difference, and on one that stands there but is none any more.
"""

import gzip
import json
import logging
import sys
import tempfile
from pathlib import Path

from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

PROMISE = "sigstore_bundle.proto: a bundle 0.1 must have the promise and may have the proof; the client reads such bundles no more"
WINDOW = "sigstore_trustroot.proto: times must be checked against `valid_for` as well; the client looks at it for timestamp authorities alone"
CLOCK = "a choice: a time that is yet to come cannot be true; the client asks no clock"
ALLOWED = {
    "bundle 0.1 with a promise alone": PROMISE,
    "signed timestamp with its chain out of order": "RFC 5652, section 5.1: signed data may be BER, where a set has no order; the client reads DER alone",
    "authority no longer in force": WINDOW,
    "log no longer in force": WINDOW,
    "log entry from the future": CLOCK,
    "timestamp from the future": CLOCK,
}


def verdict(document, scene, bundle):
    """Whether the client takes the bundle as this image's, and else what it said."""
    trust = scene["trust"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "root.json"
        path.write_text(document["roots"][trust["root"]])
        verifier = Verifier(trusted_root=TrustedRoot.from_file(str(path)))
    # Patterns are ours: the client compares whole identities.
    (expected,) = trust["expected"]
    anybody = "*" in expected["identity"]
    whom = policy.UnsafeNoOp() if anybody else policy.Identity(identity=expected["identity"], issuer=expected.get("issuer"))
    try:
        _, payload = verifier.verify_dsse(Bundle.from_json(bundle.encode()), whom)
        subject = json.loads(payload)["subject"][0]["digest"]["sha256"]
    except Exception as error:  # Whatever it refuses with.
        return "refused", f"{type(error).__name__}: {error}"
    return ("verified", "") if "sha256:" + subject == document["subject"]["digest"] else ("refused", "of another image")


def main():
    document = json.loads(gzip.decompress((Path(__file__).parent / "samples.json.gz").read_bytes()))
    # It warns of each policy that asks for nobody.
    logging.disable(logging.WARNING)
    agreed, differing, wrong = 0, set(), []
    for scene in document["scenes"]:
        name, ours = scene["name"], scene["expect"]["state"]
        if scene["family"] != "keyless" or ours not in ("verified", "refused") or not scene["trust"].get("root"):
            continue
        bundles = [blob["text"] for blob in scene["blobs"].values() if "verificationMaterial" in blob.get("text", "")]
        # Bundles with a message signature are verified against the message, which is another question.
        if not bundles or "messageSignature" in bundles[0]:
            continue
        theirs, why = verdict(document, scene, bundles[0])
        if theirs == ours:
            agreed += 1
            continue
        differing.add(name)
        if name not in ALLOWED:
            wrong.append(f"{name}: here {ours}, there {theirs} {why[:200]}")
    wrong += [f"{name}: no longer differs" for name in ALLOWED if name not in differing]
    for line in wrong:
        print(line)
    print(f"{agreed} bundles judged as Sigstore's Python client does, {len(differing)} otherwise; {len(wrong)} unexpected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
