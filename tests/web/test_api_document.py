"""The OpenAPI document: public, complete, in words, and nothing secret in it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.web_site import Served


@pytest.fixture(scope="module")
def document(shared_site: Served) -> Any:
    """Give the document as anybody gets it, without a token."""
    answer = httpx.get(f"{shared_site.url}/api/v1/openapi.json", timeout=60)
    assert answer.status_code == 200
    return answer.json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_it_describes_the_interface_and_no_page(document: Any) -> None:
    paths = [path for _, path, _ in operations(document)]
    assert len(paths) == 15
    assert all(path.startswith("/api/v1/") for path in paths)
    assert document["openapi"].startswith("3.1")


def test_every_operation_says_what_it_does_and_every_answer_it_may_give(document: Any) -> None:
    names = set()
    for method, path, operation in operations(document):
        names.add(operation["operationId"])
        assert operation["description"].endswith((".", ")")), path
        codes = set(operation["responses"])
        if path != "/api/v1/problems/{kind}":
            assert {"401", "403", "404", "413", "422", "503"} <= codes, path
            assert operation["security"] == [{"token": []}]
        assert ("409" in codes) == (method == "post"), path
        for code, answered in operation["responses"].items():
            assert answered["description"], path
            kinds = list(answered["content"])
            expected = "application/problem+json" if code >= "400" else "application/json"
            assert kinds == [expected], (path, code)
    assert len(names) == 15


def test_every_parameter_is_described_and_bounded(document: Any) -> None:
    for _, path, operation in operations(document):
        for one in operation.get("parameters", ()):
            assert one["description"], (path, one["name"])
            schema = one["schema"]
            kind = schema.get("type")
            if kind == "string":
                assert {"pattern", "enum", "const", "format"} & set(schema), (path, one["name"])
            elif kind == "integer":
                assert {"minimum", "maximum"} <= set(schema), (path, one["name"])
            else:
                assert kind == "boolean" or "$ref" in schema or "anyOf" in schema, one


def test_every_member_of_what_is_sent_and_answered_is_described_in_words(document: Any) -> None:
    found = 0
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description") or schema.get("enum"), name
        for member, described in schema.get("properties", {}).items():
            assert described.get("description", "").rstrip().endswith("."), (name, member)
            found += 1
    assert found > 150


def test_what_is_sent_is_closed_and_what_is_answered_may_grow(document: Any) -> None:
    schemas = document["components"]["schemas"]
    for name in ("RequestSent", "OpeningSent", "PupilDescribed", "PupilKnown"):
        assert schemas[name]["additionalProperties"] is False
    assert not schemas["ReferralShown"].get("additionalProperties")


def test_links_lead_on_to_operations_that_are_there(document: Any) -> None:
    known = {operation["operationId"] for _, _, operation in operations(document)}
    links = [
        link["operationId"]
        for _, _, operation in operations(document)
        for answered in operation["responses"].values()
        for link in answered.get("links", {}).values()
    ]
    assert len(links) >= 8
    assert set(links) <= known


def test_no_page_to_try_it_out_is_brought_from_elsewhere(shared_site: Served) -> None:
    for path in ("/docs", "/redoc", "/api/v1/docs"):
        assert shared_site.browse("rosa").get(path).status_code == 404
