"""Validates exported documents with the official schemas and validators, by the ending of each name:
check.py SARIF_SCHEMA JUNIT_SCHEMA OWN_SCHEMAS FILE...

.cdx.json      CycloneDX's own JSON schema, strict (PyPI: cyclonedx-python-lib)
.spdx.json     the SPDX project's validator for 2.3 (PyPI: spdx-tools)
.spdx3.json    classes and properties of the SPDX 3.0.1 model (PyPI: spdx-python-model)
.sarif         the OASIS standard's JSON schema for SARIF 2.1.0
.xml           the JUnit schema of Jenkins' xUnit plugin
.html          html5lib, strict: parse errors as the HTML specification defines them; nothing that loads or runs from names
.md            GitHub's renderer: no link, no raw markup but the folding that we write
.csv           RFC 4180: every row as long as the first; no cell that begins a formula
.svg           well-formed XML that runs and loads nothing
.txt           printable text and line ends
.json          our own schema, named by the part before the ending: x.report-1.json, x.diff-1.json

Prints one line a complaint and exits with 1 when there is any.
"""

import csv
import json
import re
import sys
from html.parser import HTMLParser

SARIF, JUNIT, OWN = sys.argv[1:4]


def cyclonedx(path):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    with open(path, encoding="utf-8") as file:
        errors = JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read(), all_errors=True)
    return [str(error.data) for error in errors or ()]


def spdx(path):
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    return [message.validation_message for message in validate_full_spdx_document(parse_file(path))]


def spdx3(path):
    from spdx_python_model import v3_0_1 as model

    graph = model.SHACLObjectSet()
    with open(path, "rb") as file:
        model.JSONLDDeserializer().read(file, graph)
    complaints = [f"{missing} is referred to and not there" for missing in graph.link() or ()]
    try:
        # Required properties are only asked for on the way out.
        model.JSONLDSerializer().serialize_data(graph, True)
    except (ValueError, TypeError) as error:
        complaints.append(str(error))
    documents = list(graph.foreach_type(model.SpdxDocument))
    if len(documents) != 1:
        complaints.append(f"{len(documents)} documents")
    return complaints


def by_json_schema(path, schema):
    import jsonschema

    with open(schema, encoding="utf-8") as file:
        schema = json.load(file)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    return [f"{error.json_path}: {error.message[:300]}" for error in kind(schema).iter_errors(document)]


def sarif(path):
    return by_json_schema(path, SARIF)


def own(path):
    return by_json_schema(path, f"{OWN}/{path.rsplit('.', 2)[1]}.schema.json")


def junit(path):
    import xmlschema

    schema = xmlschema.XMLSchema(JUNIT)
    return [f"{error.path}: {error.reason}" for error in schema.iter_errors(path)]


class Elements(HTMLParser):
    """Elements and attributes of a document."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def elements(text):
    parser = Elements()
    parser.feed(text)
    return parser.found


def html(path):
    import html5lib

    with open(path, encoding="utf-8") as file:
        text = file.read()
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    complaints = [f"line {at[0]}: {code} {more}" for at, code, more in parser.errors]
    for tag, attributes in elements(text):
        loads = [name for name in attributes if name in ("src", "href", "srcset", "action", "data", "style")]
        runs = [name for name in attributes if name.startswith("on")]
        if tag in ("img", "iframe", "object", "embed", "link", "base", "form", "svg", "a") or loads or runs:
            complaints.append(f"<{tag} {attributes}>")
    scripts = [tag for tag, _ in elements(text) if tag == "script"]
    if len(scripts) != 1:
        complaints.append(f"{len(scripts)} scripts")
    return complaints


def markdown(path):
    import cmarkgfm
    from cmarkgfm.cmark import Options

    with open(path, encoding="utf-8") as file:
        text = file.read()
    # With raw markup let through: what we write ourselves must be all there is.
    rendered = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    ours = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "details", "summary", "ul", "li"}
    complaints = [f"<{tag} {attributes}>" for tag, attributes in elements(rendered) if tag not in ours]
    complaints += [f"a mention: {found}" for found in re.findall(r"(?<![\w&#;])@\w+", text)]
    # A row that a name broke apart has other cells than its head.
    for table in re.findall(r"<table>.*?</table>", rendered, re.S):
        rows = [len(re.findall(r"<t[hd]\b", row)) for row in re.findall(r"<tr>.*?</tr>", table, re.S)]
        if len(set(rows)) > 1:
            complaints.append(f"rows of {sorted(set(rows))} cells")
    return complaints


def table_of_commas(path):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    complaints = ["a line end that is not CRLF"] if re.search(r"(?<!\r)\n", text) else []
    rows = list(csv.reader(text.splitlines(), strict=True))
    complaints += [f"row {at}: {len(row)} cells" for at, row in enumerate(rows) if len(row) != len(rows[0])]
    formula = re.compile(r"\s*[=+\-@\t\r|%＝＋－＠]")
    complaints += [f"row {at}: {cell[:40]!r} begins a formula" for at, row in enumerate(rows) for cell in row if formula.match(cell)]
    return complaints


def terminal(path):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    # The official categories of Unicode: control, format, surrogate, private use, not assigned.
    import unicodedata

    wrong = {character for character in text if unicodedata.category(character).startswith("C") and character != "\n"}
    return [f"{character!r} in text for a terminal" for character in sorted(wrong)]


def picture(path):
    import xml.etree.ElementTree

    drawn = {"svg", "g", "rect", "text", "title", "desc", "path", "clipPath", "linearGradient", "stop", "mask"}
    complaints = []
    for element in xml.etree.ElementTree.parse(path).iter():
        tag = element.tag.rsplit("}", 1)[-1]
        links = [name for name in element.attrib if name.rsplit("}", 1)[-1] == "href" or name.startswith("on")]
        if tag not in drawn or links:
            complaints.append(f"<{tag} {element.attrib}>")
    return complaints


CHECKS = {
    ".cdx.json": cyclonedx,
    ".spdx.json": spdx,
    ".spdx3.json": spdx3,
    ".sarif": sarif,
    ".xml": junit,
    ".html": html,
    ".md": markdown,
    ".svg": picture,
    ".csv": table_of_commas,
    ".txt": terminal,
    ".json": own,
}

failed = False
for path in sys.argv[4:]:
    check = next(check for ending, check in CHECKS.items() if path.endswith(ending))
    for complaint in check(path):
        print(f"{path}: {complaint}")
        failed = True
sys.exit(failed)
