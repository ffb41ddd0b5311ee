"""Holds the sound keyless bundles against Sigstore's own Python client: what must be verified here must be verified there."""

import base64
import json
import tempfile
from pathlib import Path

from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy


def run(document):
    agreed = 0
    for scene in document["scenes"]:
        trust = scene["trust"]
        root = trust.get("root")
        if scene["expect"]["state"] not in ("verified", "refused") or not root or scene["family"] != "keyless":
            continue
        texts = [blob.get("text", "") for blob in scene["blobs"].values()]
        bundles = [text for text in texts if "verificationMaterial" in text]
        if not bundles or "message" in scene["name"]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "root.json"
            path.write_text(document["roots"][root])
            verifier = Verifier(trusted_root=TrustedRoot.from_file(str(path)))
        try:
            bundle = Bundle.from_json(bundles[0].encode())
            expected = trust["expected"][0]
            identity = policy.Identity(identity=expected["identity"], issuer=expected.get("issuer")) if "*" not in expected["identity"] else policy.UnsafeNoOp()
            _, payload = verifier.verify_dsse(bundle, identity)
            subject = json.loads(payload)["subject"][0]["digest"]["sha256"]
            outcome, why = ("verified", "") if "sha256:" + subject == document["subject"]["digest"] else ("refused", "subject")
        except Exception as error:  # whatever it refuses with
            outcome, why = "refused", f"{type(error).__name__}: {error}"
        if outcome == scene["expect"]["state"]:
            agreed += 1
        else:
            print("differs:", scene["name"], "| here", scene["expect"]["state"], "| there", outcome, why[:160])
    print("agreed with Sigstore's Python client on", agreed, "bundles")
