"""Attestations: predicates as builders and SBOM tools write them, signed with a key or not at all."""

from authority import *

IN_TOTO = "application/vnd.in-toto+json"


def make(g, made, sigstore):
    ci = "https://token.actions.githubusercontent.com"
    generator = "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml@refs/tags/v2.0.0"
    materials = [{"uri": "git+https://git.example/org/app", "digest": {"sha1": "c" * 40}}, {"uri": "pkg:docker/alpine@3.20", "digest": {"sha256": "d" * 64}}]
    v02 = {"builder": {"id": generator}, "buildType": "https://example.com/container@v1", "invocation": {
        "configSource": {"uri": "git+https://git.example/org/app@refs/tags/v1", "digest": {"sha1": "c" * 40}, "entryPoint": ".github/workflows/release.yml"},
        "parameters": {"target": "release"}}, "metadata": {"buildStartedOn": "2025-10-09T08:00:00Z"}, "materials": materials}
    v1 = {"buildDefinition": {"buildType": "https://actions.github.io/buildtypes/workflow/v1",
                              "externalParameters": {"workflow": {"ref": "refs/heads/main", "repository": "https://git.example/org/app", "path": ".github/workflows/build.yml"}},
                              "resolvedDependencies": [{"uri": "git+https://git.example/org/app@refs/heads/main", "digest": {"gitCommit": "e" * 40}}]},
          "runDetails": {"builder": {"id": "https://github.com/actions/runner/github-hosted"}, "metadata": {"invocationId": "https://git.example/org/app/actions/runs/1"}}}
    spdx = {"spdxVersion": "SPDX-2.3", "creationInfo": {"created": "2025-10-09T08:00:00Z", "creators": ["Tool: maker-1.0"]}, "packages": [
        {"name": n, "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": p}]}
        for n, p in (("bash", "pkg:deb/debian/bash@5.2.15-2?arch=amd64"), ("left-pad", "pkg:npm/left-pad@1.3.0"), ("image", "pkg:oci/app@sha256%3Aaa"))]}
    cyclonedx = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "bash", "purl": "pkg:deb/debian/bash@5.2.15-2", "components": [{"type": "library", "name": "zlib", "purl": "pkg:generic/zlib@1.3"}]}]}
    openvex = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "Acme", "timestamp": "2025-10-09T08:00:00Z", "version": 1,
               "statements": [{"vulnerability": {"name": "CVE-2024-0001"}, "products": [{"@id": "pkg:oci/app"}], "status": "not_affected",
                               "justification": "vulnerable_code_not_present"}]}
    vuln = {"scanner": {"uri": "pkg:github/example/scanner@1", "version": "1.0", "db": {"uri": "https://db.example", "version": "7"}, "result": []},
            "metadata": {"scanFinishedOn": "2025-10-09T08:00:00Z"}}
    keys = {"keys": ["p256"]}

    def signed(title, predicate_type, predicate, expect, trust=keys, digest=g.DIGEST):
        payload = g.statement(predicate_type, predicate, digest)
        envelope = compact({"payload": b64(payload), "payloadType": IN_TOTO, "signatures": [{"sig": b64(sign(made["p256"], g.pae(payload)))}]})
        g.scene(title, "attestation", [(g.ENVELOPE, envelope, None)], expect, tag=f"{g.TAG}.att", trust=trust)

    def keyless(title, predicate_type, predicate, expect, identity, expected):
        bundle = g.keyless_bundle(sigstore, g.statement(predicate_type, predicate), identity=identity, issuer=ci)
        g.bundled(title, bundle, expect, "attestation", {"root": "private", "expected": expected})

    def unsigned(title, predicate_type, predicate):
        g.scene(title, "attestation", [(IN_TOTO, g.statement(predicate_type, predicate), {"in-toto.io/predicate-type": predicate_type})], {"state": "unsigned"},
                descriptor={"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": g.DIGEST})

    good = g.verified()
    signed("provenance 0.2 by a key", "https://slsa.dev/provenance/v0.2", v02, good)
    signed("provenance 1 by a key", "https://slsa.dev/provenance/v1", v1, good)
    keyless("provenance 0.2 by an isolated builder", "https://slsa.dev/provenance/v0.2", v02, good, generator, [{"identity": generator, "issuer": ci}])
    keyless("provenance 1 by a hosted builder", "https://slsa.dev/provenance/v1", v1, good,
            "https://github.com/org/app/.github/workflows/build.yml@refs/heads/main", [{"identity": "https://github.com/org/app/*", "issuer": ci}])
    keyless("provenance by a person", "https://slsa.dev/provenance/v1", v1, good, "someone@example.com", [{"identity": "someone@example.com"}])
    unsigned("provenance by BuildKit", "https://slsa.dev/provenance/v0.2", {**v02, "builder": {"id": ""}, "buildType": "https://mobyproject.org/buildkit@v1"})
    unsigned("SPDX by BuildKit", "https://spdx.dev/Document", spdx)
    signed("SPDX", "https://spdx.dev/Document/v2.3", spdx, good)
    signed("SPDX in cosign's wrapping", "https://spdx.dev/Document", {"Data": json.dumps(spdx), "Timestamp": "2025-10-09T08:00:00Z"}, good)
    signed("CycloneDX", "https://cyclonedx.org/bom", cyclonedx, good)
    signed("OpenVEX", "https://openvex.dev/ns/v0.2.0", openvex, good)
    signed("OpenVEX by another key", "https://openvex.dev/ns/v0.2.0", openvex, g.refused("another key signed"), {"keys": ["other"]})
    signed("OpenVEX without a key", "https://openvex.dev/ns/v0.2.0", openvex, {"state": "unchecked"}, {})
    signed("OpenVEX about another image", "https://openvex.dev/ns/v0.2.0", openvex, g.refused(f"it signs {g.OTHER}"), digest=g.OTHER)
    keyless("OpenVEX by an identity", "https://openvex.dev/ns/v0.2.0", openvex, {"state": "unjudged", "reason": "nobody told us whom to expect"}, "vex@example.com", [])
    cosign_vuln, in_toto_vulns = "https://cosign.sigstore.dev/attestation/vuln/v1", "https://in-toto.io/attestation/vulns/v0.1"
    found = lambda result: {**vuln, "scanner": {**vuln["scanner"], "result": result}}
    listed = [{"id": "CVE-2024-0001", "severity": [{"method": "nvd", "score": "7.5"}]}, {"id": "CVE-2024-0002"}]
    trivy = {"SchemaVersion": 2, "Results": [{"Target": "app", "Vulnerabilities": [{"VulnerabilityID": one["id"], "PkgName": "bash"}]} for one in listed] + [{"Target": "none"}]}
    grype = {"matches": [{"vulnerability": {"id": one["id"]}, "artifact": {"name": "bash"}} for one in listed]}
    sarif = {"version": "2.1.0", "runs": [{"results": [{"ruleId": one["id"]} for one in listed]}]}
    signed("vulnerability scan", cosign_vuln, vuln, good)
    signed("vulnerability scan by in-toto", in_toto_vulns, found(listed), good)
    signed("vulnerability scan by Trivy", cosign_vuln, found(trivy), good)
    signed("vulnerability scan by Grype", cosign_vuln, found(grype), good)
    signed("vulnerability scan as SARIF", cosign_vuln, found(sarif), good)
    signed("vulnerability scan of an unknown kind", cosign_vuln, found({"things": 3}), good)
    signed("vulnerability scan by another key", in_toto_vulns, found(listed), g.refused("another key signed"), {"keys": ["other"]})
    signed("vulnerability scan without a key", in_toto_vulns, found(listed), {"state": "unchecked"}, {})
    vex = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"bom-ref": "b", "type": "library", "name": "bash", "purl": "pkg:deb/debian/bash@5.2.15-2"}],
           "vulnerabilities": [{"id": "CVE-2024-0001", "analysis": {"state": "not_affected", "justification": "code_not_reachable"}, "affects": [{"ref": "b"}]}]}
    signed("CycloneDX with VEX", "https://cyclonedx.org/bom", vex, good)
    signed("CSAF VEX", "https://docs.oasis-open.org/csaf/csaf/v2.0/vex", {"document": {"category": "csaf_vex"}}, good)
    envelope = compact({"payload": b64(b"{}"), "payloadType": IN_TOTO, "signatures": []})
    g.scene("envelope without a statement", "attestation", [(g.ENVELOPE, envelope, None)], g.refused("the in-toto statement is malformed"), tag=f"{g.TAG}.att", trust=keys)
    g.scene("SBOM attached without a signature", "attestation", [("text/spdx+json", compact(spdx), None)], {"state": "unsigned"}, tag=f"{g.TAG}.sbom")
    targets = compact({"signed": {"_type": "Targets", "expires": "2027-01-01T00:00:00Z", "targets": {"v1": {}}, "version": 1}, "signatures": [{"keyid": "a", "method": "ecdsa", "sig": "x"}]})
    g.scene("Docker Content Trust", "attestation", [("application/vnd.tuf.metadata+json", targets, None)], {"state": "unchecked", "reason": "is retired"},
            subject=g.DIGEST, artifact="application/vnd.tuf.metadata+json")
    g.scene("signature of an unknown kind", "attestation", [("application/octet-stream", b"x", None)], {"state": "none", "gap": "the signature format `application/vnd.example.signature`"},
            subject=g.DIGEST, artifact="application/vnd.example.signature")
    g.scene("referrer of another image", "attestation", [(g.SIMPLE, g.simple_payload(), None)], {"state": "none"}, subject=g.OTHER, trust=keys)
