#!/usr/bin/env python3
"""What is wrong with these packages, computed from the OSV records themselves with the reference tools' comparisons.

Usage: advisories.py OSV_FOLDER < packages.json

Reads {"distribution": {"id", "versionId"}, "packages": [...]}, packages as in a Porthole report; prints one finding a line, sorted:
ecosystem, package, installed version, id, fixed version, tab-separated. Shares nothing with Porthole but the rules that
crates/advisory/src/build/mod.rs states. Tools: dpkg, python3 with rpm (RPM_PYTHON), node with semver (NODE_PATH), python3 with packaging
(PACKAGING_PYTHON), java with maven-artifact (MAVEN_ARTIFACT_JAR), ruby. apk has no tool outside of Alpine: its order is written down here a
second time. Exits with 3 when a tool that is needed is missing.
"""

import functools
import gzip
import json
import os
import re
import subprocess
import sys

LANGUAGES = {
    "npm": ("npm", "npm"),
    "pypi": ("PyPI", "pep440"),
    "golang": ("Go", "npm"),
    "cargo": ("crates.io", "npm"),
    "maven": ("Maven", "maven"),
    "gem": ("RubyGems", "gem"),
}
FILES = {
    "Debian": ["Debian", "Debian_12_changelogs"],
    "Alpine": ["Alpine"],
    "AlmaLinux": ["AlmaLinux"],
    "Rocky Linux": ["Rocky_Linux"],
    "Ubuntu": ["Ubuntu"],
}


def distribution_shard(distribution):
    """OSV ecosystem, purl type, scheme, and whether advisories name source packages."""
    name, version = distribution.get("id"), distribution.get("versionId") or ""
    numbers = version.split(".")
    if name == "debian":
        return "Debian:" + numbers[0], "deb", "dpkg", True
    if name == "ubuntu":
        lts = int(numbers[0]) % 2 == 0 and numbers[1] == "04"
        return "Ubuntu:" + version + (":LTS" if lts else ""), "deb", "dpkg", True
    if name == "alpine":
        return "Alpine:v" + ".".join(numbers[:2]), "apk", "apk", True
    if name == "almalinux":
        return "AlmaLinux:" + numbers[0], "rpm", "rpm", False
    if name == "rocky":
        return "Rocky Linux:" + numbers[0], "rpm", "rpm", False
    return None


# --- comparisons -----------------------------------------------------------------------------------------------------------------

SCRIPT = """
import sys
lines = sys.stdin.read().split("\\n")
for a, b in zip(lines[0::2], lines[1::2]):
    try:
        {body}
        print(-1 if x < y else 1 if x > y else 0)
    except Exception:
        print("?")
"""
# One process a question, but no Python between them: there are thousands of questions.
DPKG = """
while IFS= read -r a && IFS= read -r b; do
  if dpkg --compare-versions "$a" lt "$b" </dev/null 2>/dev/null; then echo -1
  elif dpkg --compare-versions "$a" eq "$b" </dev/null 2>/dev/null; then echo 0
  else echo 1; fi
done"""
NODE = """
const semver = require("semver");
const lines = require("fs").readFileSync(0, "utf8").split("\\n");
for (let i = 0; i + 1 < lines.length; i += 2) {
  try { console.log(semver.compare(lines[i], lines[i + 1])); } catch { console.log("?"); }
}"""
RUBY = """
STDIN.read.split("\\n").each_slice(2) do |a, b|
  begin puts(Gem::Version.new(a) <=> Gem::Version.new(b)) rescue puts "?" end
end"""


def batch(command, pairs):
    text = "".join(f"{a}\n{b}\n" for a, b in pairs)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return [None if line == "?" else int(line) for line in done.stdout.split("\n")[: len(pairs)]]


def dpkg(pairs):
    return batch(["sh", "-c", DPKG], pairs)


def maven(pairs):
    jar = os.environ.get("MAVEN_ARTIFACT_JAR", "/usr/share/java/maven-artifact-3.x.jar")
    out = []
    for start in range(0, len(pairs), 1000):
        versions = [version for pair in pairs[start : start + 1000] for version in pair]
        text = subprocess.run(["java", "-jar", jar, *versions], capture_output=True, text=True, check=True).stdout
        signs = [line.split()[1] for line in text.split("\n") if line.startswith("   ")]
        out += [{"<": -1, "==": 0, ">": 1}[sign] for sign in signs[0::2]]
    return out


def apk_key(version):
    """apk's order as a list that Python orders, for versions inside the grammar."""
    match = re.fullmatch(r"(\d+(?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(?:~[0-9a-f]+)?(?:-r(\d+))?", version)
    if not match:
        return None
    numbers, letter, suffixes, revision = match.groups()
    first, *others = numbers.split(".")
    # A number with a leading zero is compared as text; no real pair here mixes the two, so refuse those.
    if any(len(number) > 1 and number[0] == "0" for number in others):
        return None
    ranks = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5}
    tail = []
    for name, number in re.findall(r"_([a-z]+)(\d*)", suffixes):
        if name not in ranks:
            return None
        tail.append((ranks[name], int(number or 0)))
    tail.append((0, 0))
    return [int(first)] + [int(number) for number in others], letter, tail, int(revision or 0)


def apk(pairs):
    out = []
    for a, b in pairs:
        x, y = apk_key(a), apk_key(b)
        out.append(None if x is None or y is None else (x > y) - (x < y))
    return out


TOOLS = {
    "dpkg": dpkg,
    "apk": apk,
    "maven": maven,
    "rpm": lambda pairs: batch([os.environ.get("RPM_PYTHON", "python3"), "-c", SCRIPT.format(body="import rpm; x, y = rpm.ver(a), rpm.ver(b)")], pairs),
    "pep440": lambda pairs: batch(
        [os.environ.get("PACKAGING_PYTHON", "python3"), "-c", SCRIPT.format(body="from packaging.version import Version; x, y = Version(a), Version(b)")], pairs
    ),
    "npm": lambda pairs: batch(["node", "-e", NODE], pairs),
    "gem": lambda pairs: batch(["ruby", "-e", RUBY], pairs),
}


class Order:
    """Answers comparisons; unknown ones are gathered and asked in one go."""

    def __init__(self):
        self.known, self.wanted = {}, {}

    def ask(self, scheme, a, b):
        if a == b or a == "0" or b == "0":
            return (a != "0") - (b != "0") if a != b else 0
        if (scheme, a, b) not in self.known:
            self.wanted.setdefault(scheme, {})[a, b] = True
            return 0
        answer = self.known[scheme, a, b]
        if answer is None:
            # Neither tool nor scheme: by the numbers in it, as Porthole says it does.
            answer = plain(a, b)
        return answer

    def settle(self):
        asked = bool(self.wanted)
        for scheme, pairs in self.wanted.items():
            pairs = list(pairs)
            for (a, b), answer in zip(pairs, TOOLS[scheme](pairs)):
                self.known[scheme, a, b] = answer
        self.wanted = {}
        return asked


def plain(a, b):
    key = lambda text: [(0, int(part)) if part.isdigit() else (1, part) for part in re.findall(r"\d+|\D", text)]
    for x, y in zip(key(a), key(b)):
        if x != y:
            if x[0] == y[0]:
                return -1 if x < y else 1
            first = lambda part: ord(str(part[1])[0])
            return -1 if first(x) < first(y) else 1
    return (len(key(a)) > len(key(b))) - (len(key(a)) < len(key(b)))


# --- records ---------------------------------------------------------------------------------------------------------------------


def cve_of(identifier):
    match = re.search(r"(?:^|-)(CVE-\d{4}-\d+)$", identifier)
    return match and match.group(1)


def records(folder, files):
    for name in files:
        with gzip.open(os.path.join(folder, name + ".jsonl.gz"), "rt") as lines:
            for line in lines:
                record = json.loads(line)
                if not record.get("withdrawn") and not record["id"].startswith("MAL-"):
                    yield record


def claims(folder, files, ecosystem, normalize):
    """{package: {advisory: (modified, [affected])}}, and the records by id, merged."""
    found, infos = {}, {}
    for record in records(folder, files):
        mine = [a for a in record["affected"] if a.get("package", {}).get("ecosystem") == ecosystem]
        mine = [a for a in mine if any(r["type"] != "GIT" for r in a.get("ranges", [])) or a.get("versions")]
        for affected in mine:
            by_id = found.setdefault(normalize(affected["package"]["name"]), {})
            modified, entries = by_id.get(record["id"], ("", []))
            if record["modified"] > modified:
                by_id[record["id"]] = (record["modified"], [affected])
            elif record["modified"] == modified:
                entries.append(affected)
        if mine:
            info = infos.setdefault(record["id"], {"aliases": set(), "upstream": set(), "related": set()})
            for field in info:
                info[field] |= set(record.get(field, []))
    return found, infos


@functools.cache
def names_by_any_record(folder):
    """The CVE of a GHSA id, whichever language's record gives it."""
    canonical = {}
    for record in records(folder, [ecosystem for ecosystem, _ in LANGUAGES.values()]):
        ids = {record["id"]} | set(record.get("aliases", []))
        cves = sorted(i for i in ids if i.startswith("CVE-"))
        for ghsa in (i for i in ids if i.startswith("GHSA-") and cves):
            canonical[ghsa] = min(canonical.get(ghsa, cves[0]), cves[0])
    return canonical


def evaluate(order, scheme, installed, affected):
    """OSV's evaluation: None when not affected, else the version that fixes it, or ''."""
    answers = []
    ranges = [r for r in affected.get("ranges", []) if r["type"] != "GIT"]
    for entry in ranges:
        events = [(kind, version) for event in entry["events"] for kind, version in event.items()]
        events = [(kind, "0" if version == "0.0.0-0" else version) for kind, version in events]
        events.sort(key=functools.cmp_to_key(lambda x, y: order.ask(scheme, x[1], y[1])))
        vulnerable, ends = False, None
        for kind, version in events:
            side = order.ask(scheme, installed, version) if version != "0" else 1
            if kind == "introduced" and side >= 0:
                vulnerable = True
            elif kind == "fixed" and side >= 0:
                vulnerable = False
            elif kind == "last_affected" and side > 0:
                vulnerable = False
            elif kind in ("fixed", "last_affected") and ends is None:
                ends = version if kind == "fixed" else ""
        if vulnerable:
            answers.append(ends or "")
    if not ranges:
        answers += ["" for version in affected.get("versions", []) if order.ask(scheme, installed, version) == 0]
    return answers


def names_of(identifier, info, distribution, own, canonical):
    """The ids under which people know an advisory."""
    if not distribution:
        ids = {identifier} | info["aliases"]
        ids |= {canonical[i] for i in ids if i in canonical}
        cves = sorted(i for i in ids if i.startswith("CVE-")) or sorted(i for i in ids if i.startswith("GHSA-"))
        return [cves[0] if cves else identifier]
    if cve_of(identifier):
        return [cve_of(identifier)]
    named = {cve_of(i) for i in info["upstream"] | info["aliases"]} - {None} or {cve_of(i) for i in info["related"]} - {None}
    return sorted(named - own) if named else [identifier]


def shard(order, folder, files, ecosystem, scheme, lookups, distribution, normalize):
    found, infos = claims(folder, files, ecosystem, normalize)
    canonical = {} if distribution else names_by_any_record(folder)

    def once():
        out = {}
        for name, installed, label in lookups:
            by_id = found.get(normalize(name), {})
            own = {cve_of(i) for i in by_id} - {None}
            for identifier, (_, entries) in by_id.items():
                for issue in names_of(identifier, infos[identifier], distribution, own, canonical):
                    for affected in entries:
                        for fixed in evaluate(order, scheme, installed, affected):
                            if not module_fits(ecosystem, installed, fixed):
                                continue
                            key = (ecosystem, label[0], label[1], issue)
                            before = out.get(key)
                            if before is None or not before or (fixed and order.ask(scheme, fixed, before) > 0):
                                out[key] = fixed or before or ""
        return out

    out = once()
    while order.settle():
        out = once()
    return out


def module_fits(ecosystem, installed, fixed):
    if not ecosystem.startswith(("AlmaLinux", "Rocky")) or not fixed:
        return True
    return (".module" in installed) == (".module" in fixed)


def main():
    folder, data = sys.argv[1], json.load(sys.stdin)
    order, out = Order(), {}
    system = distribution_shard(data.get("distribution") or {})
    visible = [p for p in data["packages"] if p["visible"]]
    if system:
        ecosystem, kind, scheme, by_source = system
        lookups = []
        for package in visible:
            if package["kind"] == kind:
                source = package.get("source") if by_source else None
                name = source["name"] if source else package["name"]
                version = (source["version"] if source and kind == "deb" else "") or package["version"]
                lookups.append((name, version, (package["name"], package["version"])))
        family = ecosystem.split(":")[0]
        out |= shard(order, folder, FILES[family], ecosystem, scheme, lookups, True, lambda name: name)
    for kind, (ecosystem, scheme) in LANGUAGES.items():
        mine = [p for p in visible if p["kind"] == kind and not (system and p.get("ownedBy"))]
        clean = (lambda v: re.sub(r"^(go|v)", "", v)) if kind == "golang" else (lambda v: v)
        normalize = {"pypi": lambda n: re.sub(r"[-_.]+", "-", n).lower(), "golang": str.lower}.get(kind, lambda n: n)
        lookups = [(p["name"], clean(p["version"]), (p["name"], p["version"])) for p in mine if re.search(r"\d", p["version"])]
        if lookups:
            out |= shard(order, folder, [ecosystem], ecosystem, scheme, lookups, False, normalize)
    for key, fixed in sorted(out.items()):
        print(*key, fixed, sep="\t")


def run(main):
    """Ends with what it returns, and with 3 when a tool is missing."""
    try:
        sys.exit(main())
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        print(f"a reference tool is missing: {error}", file=sys.stderr)
        sys.exit(3)


if __name__ == "__main__":
    run(main)
