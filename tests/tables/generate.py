#!/usr/bin/env python3
"""Writes versions-*.txt: pairs of real versions, ordered by each scheme's reference tool.

Usage: generate.py OSV_FOLDER [SCHEME...]

OSV_FOLDER holds OSV records as JSON lines (ECOSYSTEM.jsonl.gz); their version bounds are the pool of versions. The reference tools are
looked for on PATH: dpkg, python3 with rpm (RPM_PYTHON), node with the package semver (NODE_PATH), python3 with packaging
(PACKAGING_PYTHON), java with maven-artifact (MAVEN_ARTIFACT_JAR), ruby, php with composer/semver (COMPOSER_SEMVER). A scheme whose tool
is missing is passed over. apk and NuGet have no tool to ask here: their tables are written by hand.
"""

import collections
import gzip
import json
import os
import random
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PAIRS = 4000

POOLS = {
    "dpkg": ["Debian", "Ubuntu"],
    "rpm": ["AlmaLinux", "Rocky_Linux", "Azure_Linux"],
    "npm": ["npm"],
    "semver": ["Go", "crates.io"],
    "pep440": ["PyPI"],
    "maven": ["Maven"],
    "gem": ["RubyGems"],
    "packagist": ["Packagist"],
}


def pool(folder, ecosystems):
    """Versions by package."""
    versions = collections.defaultdict(set)
    for ecosystem in ecosystems:
        with gzip.open(os.path.join(folder, ecosystem + ".jsonl.gz"), "rt") as lines:
            for line in lines:
                for affected in json.loads(line)["affected"]:
                    bounds = [bound for r in affected.get("ranges", []) for event in r["events"] for bound in event.values()]
                    for version in bounds + affected.get("versions", []):
                        if version != "0" and " " not in version and len(version) < 80:
                            versions[affected["package"]["name"]].add(version)
    return {name: sorted(found) for name, found in versions.items()}


def variants(version, dice):
    """What occurs beside the bounds: the same version with something before, after or taken off."""
    yield version
    yield version + dice.choice(["-1", "~rc1", "+b1", ".0", "-rc1", "a", "-beta.2", "rc1", ".dev1", "^git1", "-SNAPSHOT", "_p1"])
    if "." in version:
        yield version.rsplit(".", 1)[0]


def pairs(by_package, seed):
    """Half within a package (neighbours and copies with a difference), a quarter with variants, a quarter across."""
    dice = random.Random(seed)
    names = sorted(by_package)
    everything = sorted({version for found in by_package.values() for version in found})
    out = set()
    while len(out) < PAIRS:
        found = by_package[dice.choice(names)]
        kind = dice.random()
        if kind < 0.5:
            a, b = dice.choice(found), dice.choice(found)
        elif kind < 0.75:
            a = dice.choice(found)
            b = dice.choice(list(variants(a, dice)))
        else:
            a, b = dice.choice(everything), dice.choice(everything)
        if a != b or kind > 0.99:
            out.add((a, b))
    return sorted(out)



def run(command, lines):
    """A batch tool: two lines in, one answer out."""
    text = "".join(f"{a}\n{b}\n" for a, b in lines)
    answers = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.split("\n")
    return answers[: len(lines)]


def dpkg(lines):
    def test(a, op, b):
        return subprocess.run(["dpkg", "--compare-versions", a, op, b], capture_output=True).returncode == 0

    for a, b in lines:
        yield "=" if test(a, "eq", b) else "<" if test(a, "lt", b) else ">"


PYTHON = """
import sys
lines = sys.stdin.read().split("\\n")
for a, b in zip(lines[0::2], lines[1::2]):
    try:
        {body}
    except Exception:
        print("?")
        continue
    print("<" if x < y else ">" if x > y else "=")
"""


def rpm(lines):
    body = "import rpm; x, y = rpm.ver(a), rpm.ver(b)"
    return run([os.environ.get("RPM_PYTHON", "python3"), "-c", PYTHON.format(body=body)], lines)


def pep440(lines):
    body = "from packaging.version import Version; x, y = Version(a), Version(b)"
    return run([os.environ.get("PACKAGING_PYTHON", "python3"), "-c", PYTHON.format(body=body)], lines)


def node(lines):
    script = """
    const semver = require("semver");
    const lines = require("fs").readFileSync(0, "utf8").split("\\n");
    for (let i = 0; i + 1 < lines.length; i += 2) {
      try { console.log(["<", "=", ">"][semver.compare(lines[i], lines[i + 1]) + 1]); } catch { console.log("?"); }
    }"""
    return run(["node", "-e", script], lines)


def gem(lines):
    script = """
    STDIN.read.split("\\n").each_slice(2) do |a, b|
      begin puts({-1 => "<", 0 => "=", 1 => ">"}[Gem::Version.new(a) <=> Gem::Version.new(b)]) rescue puts "?" end
    end"""
    return run(["ruby", "-e", script], lines)


def packagist(lines):
    autoload = os.environ.get("COMPOSER_SEMVER", "/usr/share/php/Composer/Semver/autoload.php")
    script = f"""
    require "{autoload}";
    $parser = new Composer\\Semver\\VersionParser;
    $lines = explode("\\n", stream_get_contents(STDIN));
    for ($i = 0; $i + 1 < count($lines); $i += 2) {{
      try {{
        $a = $parser->normalize($lines[$i]); $b = $parser->normalize($lines[$i + 1]);
        echo Composer\\Semver\\Comparator::lessThan($a, $b) ? "<" : (Composer\\Semver\\Comparator::greaterThan($a, $b) ? ">" : "="), "\\n";
      }} catch (Exception $e) {{ echo "?\\n"; }}
    }}"""
    return run(["php", "-r", script], lines)


def maven(lines):
    jar = os.environ.get("MAVEN_ARTIFACT_JAR", "/usr/share/java/maven-artifact-3.x.jar")
    for start in range(0, len(lines), 100):
        batch = lines[start : start + 100]
        versions = [version for pair in batch for version in pair]
        text = subprocess.run(["java", "-jar", jar, *versions], capture_output=True, text=True, check=True).stdout
        # Between two versions the tool prints "   A < B"; every second comparison is one of ours.
        found = [line.split()[1].replace("==", "=") for line in text.split("\n") if line.startswith("   ")]
        yield from found[0::2]


TOOLS = {"dpkg": dpkg, "rpm": rpm, "npm": node, "semver": node, "pep440": pep440, "maven": maven, "gem": gem, "packagist": packagist}


def main():
    folder, chosen = sys.argv[1], sys.argv[2:] or list(TOOLS)
    for scheme in chosen:
        lines = pairs(pool(folder, POOLS[scheme]), scheme)
        try:
            answers = list(TOOLS[scheme](lines))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{scheme}: passed over: {error}", file=sys.stderr)
            continue
        kept = [f"{a} {answer} {b}\n" for (a, b), answer in zip(lines, answers) if answer in "<=>"]
        with open(os.path.join(HERE, f"versions-{scheme}.txt"), "w") as out:
            out.write(f"# {len(kept)} pairs of versions, ordered by the reference tool (tests/tables/generate.py)\n")
            out.writelines(kept)
        print(f"{scheme}: {len(kept)} pairs, {len(lines) - len(kept)} refused by the tool", file=sys.stderr)


main()
