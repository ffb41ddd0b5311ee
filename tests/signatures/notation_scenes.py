"""Notary Project samples: JWS and COSE envelopes after notaryproject/specifications, made with `cryptography` and `cbor2`."""

from authority import *

JOSE, COSE = "application/jose+json", "application/cose"
PAYLOAD = "application/vnd.cncf.notary.payload.v1+json"
ARTIFACT = "application/vnd.cncf.notary.signature"
COSE_NUMBERS = {"ES256": -7, "ES384": -35, "ES512": -36, "PS256": -37, "PS384": -38, "PS512": -39, "HS256": 5}
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
SCHEME, TIME = "io.cncf.notary.signingScheme", "io.cncf.notary.signingTime"
AUTHENTIC, EXPIRY = "io.cncf.notary.authenticSigningTime", "io.cncf.notary.expiry"
STAMP = "io.cncf.notary.timestampSignature"


def rfc3339(seconds):
    return when(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


class Signer:
    def __init__(self, key, common="signer", **leaf):
        self.key, self.root_key = key, p256()
        self.root = certificate(name(f"{common} root"), self.root_key, ca=True, days=7300)
        leaf = {"usages": [ExtendedKeyUsageOID.CODE_SIGNING], **leaf}
        self.leaf = certificate(name(common, "Acme"), key, self.root, self.root_key, **leaf)
        self.chain = [self.leaf, self.root]

    def store(self, kind="ca", title="acme"):
        return {"kind": kind, "name": title, "pem": pem(self.root)}


def raw(key, algorithm, data):
    """The signature in the form of JOSE: r and s side by side, RSA with PSS."""
    hash_ = HASHES[algorithm[2:]]
    signature = sign(key, data, hash_, pss=algorithm.startswith("PS"))
    if algorithm.startswith("ES"):
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        r, s = decode_dss_signature(signature)
        size = (key.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return signature


def attributes(scheme="notary.x509", time=SIGNED_AT, expiry=None, critical=None, more=None):
    made = {SCHEME: scheme}
    made[TIME if scheme == "notary.x509" else AUTHENTIC] = time
    if expiry:
        made[EXPIRY] = expiry
    made.update(more or {})
    listed = [SCHEME] + ([AUTHENTIC] if AUTHENTIC in made else []) + ([EXPIRY] if expiry else []) + list(more or {})
    return made, critical if critical is not None else listed


def jws(signer, algorithm, payload, *, content=PAYLOAD, stamp=None, signed_by=None, chain=None, header_algorithm=None, **options):
    made, critical = attributes(**options)
    protected = {"alg": header_algorithm or algorithm, "cty": content, "crit": critical,
                 **{key: rfc3339(value) if isinstance(value, int) else value for key, value in made.items()}}
    protected, body = b64url(compact(protected)), b64url(payload)
    signature = raw(signed_by or signer.key, algorithm, f"{protected}.{body}".encode())
    header = {"x5c": [b64(der(one)) for one in chain or signer.chain], "io.cncf.notary.signingAgent": "porthole-tests/1"}
    if stamp:
        header[STAMP] = b64(stamp(signature))
    return compact({"payload": body, "protected": protected, "header": header, "signature": b64url(signature)})


def cose(signer, algorithm, payload, *, content=PAYLOAD, stamp=None, signed_by=None, chain=None, **options):
    import cbor2

    made, critical = attributes(**options)
    protected = {1: COSE_NUMBERS[algorithm], 2: critical, 3: content,
                 **{key: cbor2.CBORTag(1, value) if isinstance(value, int) else value for key, value in made.items()}}
    protected = cbor2.dumps(protected)
    signature = raw(signed_by or signer.key, algorithm, cbor2.dumps(["Signature1", protected, b"", payload]))
    unprotected = {33: [der(one) for one in chain or signer.chain], "io.cncf.notary.signingAgent": "porthole-tests/1"}
    if stamp:
        unprotected[STAMP] = stamp(signature)
    return cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected, payload, signature]))


def make(g, made):
    import time

    payload = lambda digest=g.DIGEST: compact({"targetArtifact": {
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": len(g.MANIFEST)}})
    signers = {"ES256": Signer(p256()), "ES384": Signer(ec.generate_private_key(ec.SECP384R1())), "PS256": Signer(made["rsa2048"]),
               "PS384": Signer(made["rsa3072"]), "PS512": Signer(made["rsa4096"]), "ES512": Signer(made["p521"])}
    acme = signers["ES256"]
    trust = lambda signer=acme, **more: {"stores": [signer.store()], **more}

    def notation(title, envelope, expect, *, media=JOSE, trust=trust(), chain=None, **more):
        thumbs = json.dumps([sha256(der(one)).hex() for one in chain]) if chain else None
        annotations = {"io.cncf.notary.x509chain.thumbprint#S256": thumbs} if thumbs else None
        return g.scene(title, "notation", [(media, envelope, None)], expect, subject=g.DIGEST, artifact=ARTIFACT, trust=trust,
                       manifest_annotations=annotations, **more)

    good = g.verified(signer="CN=signer")
    for algorithm, signer in signers.items():
        for envelope, media in ((jws, JOSE), (cose, COSE)):
            expect = good if algorithm != "ES512" else g.refused("the curve")
            notation(f"notation {media} {algorithm}", envelope(signer, algorithm, payload()), expect, media=media, trust=trust(signer), chain=signer.chain)
    policy = lambda level="strict", identities=("*",), scopes=("*",), override=None: {"version": "1.0", "trustPolicies": [
        {"name": "acme", "registryScopes": list(scopes), "trustStores": ["ca:acme", "signingAuthority:acme", "tsa:acme"], "trustedIdentities": list(identities),
         "signatureVerification": {"level": level, **({"override": override} if override else {})}}]}
    fine = jws(acme, "ES256", payload())
    notation("policy with identity", fine, good, trust=trust(policy=policy(identities=["x509.subject: CN=signer, O=Acme"])))
    notation("policy for this repository", fine, good, trust=trust(policy=policy(scopes=["registry.example/app"])), repository="registry.example/app")
    notation("nothing given", fine, {"state": "unchecked", "reason": "no trust store was given"}, trust={})
    notation("policy skips", fine, {"state": "unchecked", "reason": "says to skip"}, trust=trust(policy=policy("skip")))
    authority = Signer(p256(), "authority")
    for envelope, media in ((jws, JOSE), (cose, COSE)):
        notation(f"signing authority {media}", envelope(authority, "ES256", payload(), scheme="notary.x509.signingAuthority"),
                 g.verified(signed_at="2025-10-09T08:53:20Z"), media=media, trust={"stores": [authority.store("signingAuthority")]})
        notation(f"expiry in the future {media}", envelope(acme, "ES256", payload(), expiry=NOW + 999), good, media=media)
    made_at = int(time.time())
    short = Signer(p256(), "signer", start=made_at - 600, end=made_at + 600)
    tsa = TimestampAuthority("notation")
    stores = {"stores": [short.store(), {"kind": "tsa", "name": "acme", "pem": pem(tsa.root)}]}
    stamp = lambda signature: tsa.stamp(signature, token=True)
    for envelope, media in ((jws, JOSE), (cose, COSE)):
        notation(f"timestamp outlives the certificate {media}", envelope(short, "ES256", payload(), stamp=stamp, time=made_at), good, media=media,
                 trust=stores, now=made_at + 86400 * 30)

    wrong = lambda title, envelope, reason, **more: notation("notation: " + title, envelope, g.refused(reason), **more)
    wrong("certificate ran out without a timestamp", jws(short, "ES256", payload(), time=made_at), "was not valid at", trust=stores, now=made_at + 86400)
    notation("notation: ran out, and the policy only logs it", jws(short, "ES256", payload(), time=made_at), g.verified(signer="CN=signer"),
             trust={**trust(short), "policy": policy(override={"authenticTimestamp": "log"})}, now=made_at + 86400)
    wrong("timestamp of another signature", jws(short, "ES256", payload(), stamp=lambda _: stamp(b"other"), time=made_at),
          "the timestamp is of another message", trust=stores, now=made_at + 86400)
    for envelope, media in ((jws, JOSE), (cose, COSE)):
        wrong(f"another image {media}", envelope(acme, "ES256", payload(g.OTHER)), f"it signs {g.OTHER}", media=media)
        wrong(f"expired {media}", envelope(acme, "ES256", payload(), expiry=NOW - 999), "the signature expired at", media=media)
        wrong(f"unknown critical attribute {media}", envelope(acme, "ES256", payload(), more={"io.cncf.notary.verificationPlugin": "x"}),
              "critical attribute `io.cncf.notary.verificationPlugin`", media=media)
        wrong(f"another key {media}", envelope(acme, "ES256", payload(), signed_by=p256()), "another key signed", media=media)
        wrong(f"payload of another type {media}", envelope(acme, "ES256", payload(), content="application/json"), "the payload's type is `application/json`", media=media)
        wrong(f"scheme not critical {media}", envelope(acme, "ES256", payload(), critical=[]), "is not critical", media=media)
        wrong(f"unknown scheme {media}", envelope(acme, "ES256", payload(), scheme="notary.x509.magic"), "the signing scheme", media=media)
        wrong(f"no certificates {media}", envelope(acme, "ES256", payload(), chain=[acme.leaf])[:-7], "is malformed", media=media)
    wrong("downgraded algorithm", jws(signers["PS384"], "PS256", payload()), "does not belong to a key of kind RSA 3072", trust=trust(signers["PS384"]))
    wrong("no algorithm", jws(acme, "ES256", payload(), header_algorithm="none"), "the envelope's algorithm `none`")
    wrong("message authentication code instead of a signature", jws(acme, "ES256", payload(), header_algorithm="HS256"), "the envelope's algorithm `HS256`")
    wrong("elliptic algorithm for an RSA key", jws(signers["PS256"], "PS256", payload(), header_algorithm="ES256"), "does not belong to a key of kind RSA 2048",
          trust=trust(signers["PS256"]))
    weak = Signer(made["rsa1024"])
    wrong("RSA key of 1024 bits", jws(weak, "PS256", payload()), "too weak to prove anything", trust=trust(weak))
    stranger = Signer(p256(), "stranger")
    wrong("authority not in the store", jws(stranger, "ES256", payload()), "no trusted authority issued")
    wrong("a store for signing authorities does not vouch for signers", fine, "no trusted authority issued", trust={"stores": [acme.store("signingAuthority")]})
    wrong("identity not in the policy", fine, "does not list", trust=trust(policy=policy(identities=["x509.subject: CN=signer, O=Other"])))
    wrong("repository not in the policy", fine, "no statement of the trust policy covers registry.example/other",
          trust=trust(policy=policy(scopes=["registry.example/app"])), repository="registry.example/other")
    server = Signer(p256(), usages=[ExtendedKeyUsageOID.SERVER_AUTH])
    wrong("certificate for web servers", jws(server, "ES256", payload()), "is not meant for code signing", trust=trust(server))
    wrong("thumbprints of other certificates", fine, "thumbprints are of other certificates", chain=stranger.chain)
    wrong("truncated certificate", jws(acme, "ES256", payload()).replace(b64(der(acme.leaf)).encode(), b64(der(acme.leaf)[:-9]).encode()), "the certificate is malformed")
    wrong("altered payload", fine.replace(b64url(payload()).encode(), b64url(payload() + b" ").encode()), "either was changed")
    notation("notation: audit only logs a stranger", jws(stranger, "ES256", payload()), {"state": "unjudged", "reason": "the trust policy does not enforce this"},
             trust=trust(policy=policy("audit")))
