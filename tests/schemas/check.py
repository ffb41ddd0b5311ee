"""Validates SBOM documents with the official schemas and validators: check.py FILE..., by the ending of each name.

.cdx.json    CycloneDX's own JSON schema, strict (PyPI: cyclonedx-python-lib)
.spdx.json   the SPDX project's validator for 2.3 (PyPI: spdx-tools)
.spdx3.json  classes and properties of the SPDX 3.0.1 model (PyPI: spdx-python-model)

Prints one line a complaint and exits with 1 when there is any.
"""

import sys


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


CHECKS = {".cdx.json": cyclonedx, ".spdx.json": spdx, ".spdx3.json": spdx3}

failed = False
for path in sys.argv[1:]:
    check = next(check for ending, check in CHECKS.items() if path.endswith(ending))
    for complaint in check(path):
        print(f"{path}: {complaint}")
        failed = True
sys.exit(failed)
