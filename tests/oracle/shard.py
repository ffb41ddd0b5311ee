#!/usr/bin/env python3
"""Reads a shard as crates/advisory/FORMAT.md describes it, and holds it against the OSV records and side tables that it was built of.

Usage: shard.py DATABASE KEY OSV_FOLDER FILE

Written from FORMAT.md and the OSV schema alone: where this program and Porthole disagree, one of them, or a document, is wrong. KEY is a
language's, whose records have a row for each range. Prints what was compared; ends with status 1 and a few samples when something differs,
with 3 when the tool is missing that knows the order of the language's versions (`advisories.py` says which).
"""

import csv
import functools
import gzip
import hashlib
import json
import os
import re
import sys

import advisories

SCHEMES = {"npm": "npm", "Go": "npm", "crates.io": "npm", "PyPI": "pep440", "RubyGems": "gem", "Maven": "maven"}
BEGINNING = ("0", "0.0.0-0")
LETTERS = "23456789cfghjmpqrvwx"


class Shard:
    def __init__(self, data):
        number = lambda at, size=4: int.from_bytes(data[at : at + size], "little")
        assert data[:8] == b"\x89PHSHARD" and number(8) == 1 and number(16) == len(data) and number(20) == 0
        self.sections = {}
        for i in range(number(12)):
            at = 24 + 16 * i
            start, length = number(at + 4), number(at + 8)
            assert start + length <= len(data) and data[at + 3] == 0
            self.sections[number(at, 2)] = (data[at + 2], data[start : start + length], number(at + 12))

    def column(self, section):
        width, data, entries = self.sections[section]
        assert 1 <= width <= 8 and len(data) == width * entries, section
        planes = [data[plane * entries : (plane + 1) * entries] for plane in range(width)]
        return [sum(plane[i] << (8 * p) for p, plane in enumerate(planes)) for i in range(entries)]

    def strings(self, section):
        _, data, entries = self.sections[section]
        out, at, anchors = [], 0, []
        for i in range(entries):
            if i % 16 == 0:
                anchors.append(at)
            length, at = data[at], at + 1
            if length >= 128:
                length, at = (length - 128) << 8 | data[at], at + 1
            out.append(data[at : at + length].decode())
            at += length
        assert at == len(data) and anchors == self.column(section + 1000), section
        return out

    def spans(self, section):
        out, total, anchors = [], 0, []
        for i, count in enumerate(self.column(section)):
            if i % 16 == 0:
                anchors.append(total)
            out.append(range(total, total + count))
            total += count
        assert anchors == self.column(section + 1000), section
        return out

    def ids(self, first):
        """(template, year, number) of three columns."""
        templates = self.strings(26)
        return [(templates[t], year, number) for t, year, number in zip(*(self.column(first + i) for i in range(3)))]


def ghsa(packed):
    text = ""
    for _ in range(12):
        packed, letter = divmod(packed, 20)
        text = LETTERS[letter] + text
    return "-".join(text[i : i + 4] for i in (0, 4, 8))


def render(identifier, packed_ghsa, issue=""):
    template, year, number = identifier
    marks = {
        "\x01": lambda: str(year + 1979),
        "\x02": lambda: str(number),
        "\x03": lambda: f"{number:04}",
        "\x04": lambda: ghsa(packed_ghsa[number]),
        "\x05": lambda: issue,
        "\x06": lambda: issue.removeprefix("CVE-"),
    }
    return "".join(marks[sign]() if sign in marks else sign for sign in template)


def read(folder, key):
    index = json.load(open(os.path.join(folder, "index.json")))
    assert index["format"] == 1
    (entry,) = [shard for shard in index["shards"] if shard["key"] == key]
    data = open(os.path.join(folder, entry["file"]), "rb").read()
    digest = hashlib.sha256(data).hexdigest()
    assert len(data) == entry["bytes"] and digest == entry["sha256"] and entry["file"].endswith(f"-{digest[:16]}.shard")
    data = gzip.decompress(data)
    assert len(data) == entry["unpacked"]
    shard = Shard(data)
    assert shard.strings(1)[0] == key
    return entry, shard


def contents(shard):
    """Rows as (package, advisory, introduced, bound, flags), and of each advisory its issues as dictionaries."""
    versions, packed = shard.strings(8), shard.column(29)
    names, rows = shard.strings(2), shard.spans(3)
    assert names == sorted(names, key=str.encode)
    vectors, percentiles = shard.strings(27), shard.column(30)
    other_ids, spans = [render(other, packed) for other in shard.ids(23)], shard.spans(22)
    issues = [
        {
            "id": render(issue, packed),
            "others": {other_ids[i] for i in span},
            "vector": vectors[vector - 1] if vector else None,
            "epss": code and 10 ** ((code - 1) / 254 * 5 - 5),
            "percentile": code and percentiles[code] / 65535,
            "kev": bool(flags & 1),
        }
        for issue, span, vector, code, flags in zip(shard.ids(16), spans, shard.column(19), shard.column(20), shard.column(21), strict=True)
    ]
    links = shard.column(15)
    of_advisory = [[issues[links[i]] for i in span] for span in shard.spans(14)]
    advisories = [render(one, packed, mine[0]["id"]) for one, mine in zip(shard.ids(9), of_advisory, strict=True)]
    columns = list(zip(*(shard.column(section) for section in (4, 5, 6, 7)), strict=True))
    table = set()
    for name, span in zip(names, rows, strict=True):
        for i in span:
            advisory, introduced, bound, flags = columns[i]
            # Version number 0 is the beginning; without a bound the number in its place means nothing.
            start = versions[introduced] if introduced else ""
            table.add((name, advisories[advisory], start, "" if flags & 2 else versions[bound], flags & 3))
    return table, dict(zip(advisories, of_advisory, strict=True)), len(columns)


def normalized(key, name):
    """FORMAT.md, "Looking up a package", step 1."""
    name = name.strip()
    if key == "PyPI":
        return re.sub(r"[-_.]+", "-", name.split("[")[0].strip()).lower()
    return name.lower() if key in ("NuGet", "Packagist", "Go") else name


def expected(folder, file, key):
    """The same rows from the records."""
    with gzip.open(os.path.join(folder, file), "rt") as lines:
        records = {record["id"]: record for record in map(json.loads, lines) if counts(record, key)}
    order = advisories.Order()
    while True:
        # What is not known yet is gathered in a round, asked in one go, and known in the next.
        table = {row for record in records.values() for row in rows_of(record, key, order)}
        if not order.settle():
            return table, records


def counts(record, key):
    if record.get("withdrawn") or record["id"].startswith("MAL-"):
        return False
    mine = [affected for affected in record["affected"] if affected["package"]["ecosystem"] == key]
    return any(affected.get("versions") or any(one["type"] != "GIT" for one in affected.get("ranges", [])) for affected in mine)


def rows_of(record, key, order):
    for affected in (affected for affected in record["affected"] if affected["package"]["ecosystem"] == key):
        name = normalized(key, affected["package"]["name"])
        ranges = [one for one in affected.get("ranges", []) if one["type"] != "GIT"]
        rows = [row for one in ranges for row in sweep(one["events"], SCHEMES.get(key), order)]
        if not ranges:
            rows = [(version, version, 1) for version in affected.get("versions", [])]
        for introduced, bound, flags in rows:
            yield name, record["id"], "" if introduced in BEGINNING else introduced, bound, flags


def sweep(events, scheme, order):
    """OSV schema, "Evaluation": events are sorted by version, then each begins or ends what is affected."""
    def compare(a, b):
        a, b = ("0" if version in BEGINNING else version for _, version in (a, b))
        if scheme:
            return order.ask(scheme, a, b)
        # No tool knows these: by numbers where there is nothing else, and else as the record has them.
        return advisories.plain(a, b) if re.fullmatch(r"[0-9.]+ [0-9.]+", f"{a} {b}") else 0

    start = None
    listed = [(kind, version.strip()) for event in events for kind, version in event.items()]
    for kind, version in sorted(listed, key=functools.cmp_to_key(compare)):
        if kind == "introduced":
            start = version if start is None else start
        elif start is not None:
            yield start, version, int(kind == "last_affected")
            start = None
    if start is not None:
        yield start, "", 2


def main():
    database, key, osv, file = sys.argv[1:]
    entry, shard = read(database, key)
    table, advisories, rows = contents(shard)
    wanted, records = expected(osv, file, key)
    wrong = [f"only in the shard: {row}" for row in sorted(table - wanted)] + [f"only in the records: {row}" for row in sorted(wanted - table)]
    kev = {one["cveID"] for one in json.load(open(os.path.join(osv, "kev.json")))["vulnerabilities"]}
    with gzip.open(os.path.join(osv, "epss.csv.gz"), "rt") as lines:
        epss = {row[0]: float(row[1]) for row in csv.reader(lines) if row[0].startswith("CVE-")}
    scores = exploited = 0
    for identifier, record in records.items():
        for issue in advisories[identifier]:
            known = {identifier, issue["id"]} | issue["others"]
            if not {record["id"], *record.get("aliases", [])} <= known:
                wrong.append(f"{identifier}: ids {known}, but {record.get('aliases')}")
            if issue["kev"] != (issue["id"] in kev):
                wrong.append(f"{issue['id']}: exploited {issue['kev']}")
            score = epss.get(issue["id"])
            # Scores below the lowest step are the lowest step; a code is within 2.3 % of what it stands for.
            if bool(score) != bool(issue["epss"]) or score and abs(issue["epss"] - max(score, 1e-5)) > 0.024 * issue["epss"]:
                wrong.append(f"{issue['id']}: EPSS {issue['epss']}, but {score}")
            scores, exploited = scores + bool(score), exploited + issue["kev"]
            stated = [s["score"] for s in record.get("severity", []) if s["type"].startswith("CVSS")]
            if stated and not issue["vector"]:
                wrong.append(f"{identifier}: no vector")
    if (rows, len(advisories)) != (entry["rows"], entry["advisories"]):
        wrong.append(f"{rows} rows, {len(advisories)} advisories; the index says {entry['rows']}, {entry['advisories']}")
    for line in wrong[:20]:
        print(line)
    print(f"{key}: {rows} rows, {len(advisories)} advisories, {scores} EPSS scores, {exploited} exploited; {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    advisories.run(main)
