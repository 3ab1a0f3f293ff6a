"""The event log keeps the rules of the XES schema (IEEE 1849): checked element by element."""

import re
from collections.abc import Mapping
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest

from apflow.casework.exports import export
from tests.small_office import START, Office

_NS = "{http://www.xes-standard.org/}"
_NAME = re.compile(r"[A-Za-z_][\w.\-]*(:[A-Za-z_][\w.\-]*)?", re.ASCII)
_PLAIN_NAME = re.compile(r"[A-Za-z_][\w.\-]*", re.ASCII)
_VALUES: Mapping[str, re.Pattern[str]] = {
    "string": re.compile(r".*", re.DOTALL),
    "date": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d"),
    "int": re.compile(r"-?\d{1,18}"),
    "boolean": re.compile(r"true|false"),
}
#: What may stand in what, in this order.
_ORDER = {
    "log": ("extension", "global", "classifier", "attribute", "trace", "event"),
    "trace": ("attribute", "event"),
    "event": ("attribute",),
    "global": ("attribute",),
}


def _kind(element: ET.Element) -> str:
    assert element.tag.startswith(_NS)
    name = element.tag.removeprefix(_NS)
    return "attribute" if name in _VALUES else name


def _check(element: ET.Element) -> None:
    order = _ORDER[element.tag.removeprefix(_NS)]
    places = [order.index(_kind(child)) for child in element]
    assert places == sorted(places)
    attributes = [child for child in element if _kind(child) == "attribute"]
    keys = [child.attrib["key"] for child in attributes]
    assert len(keys) == len(set(keys))
    for child in attributes:
        assert set(child.attrib) == {"key", "value"}
        assert _NAME.fullmatch(child.attrib["key"])
        assert _VALUES[child.tag.removeprefix(_NS)].fullmatch(child.attrib["value"])
        assert len(child) == 0
    for child in element:
        if _kind(child) in _ORDER:
            _check(child)


@pytest.fixture
def log(office: Office) -> ET.Element:
    office.placed()
    office.opened("p2", excluded=True, excluded_on="2026-01-05")
    office.work.fire_due(START)
    return ET.fromstring(b"".join(export(office.work.office, "xes", "ann", START)))


def test_the_log_is_of_the_schema(log: ET.Element) -> None:
    assert log.tag == f"{_NS}log"
    # The schema asks for a decimal, and the standard is of 2023.
    assert log.attrib == {"xes.version": "1849.2023", "xes.features": ""}
    _check(log)
    for extension in log.findall(f"{_NS}extension"):
        assert set(extension.attrib) == {"name", "prefix", "uri"}
        assert _PLAIN_NAME.fullmatch(extension.attrib["name"])
    for classifier in log.findall(f"{_NS}classifier"):
        assert set(classifier.attrib) == {"name", "keys"}
        assert _PLAIN_NAME.fullmatch(classifier.attrib["name"])


def test_every_key_has_the_prefix_of_an_extension_that_is_declared(log: ET.Element) -> None:
    prefixes = {one.attrib["prefix"] for one in log.findall(f"{_NS}extension")}
    assert prefixes == {"concept", "time", "org", "lifecycle", "apflow"}
    keys = {one.attrib["key"] for one in log.iter() if "key" in one.attrib}
    assert {key.partition(":")[0] for key in keys} == prefixes


def test_every_trace_and_event_has_what_the_log_says_all_have(log: ET.Element) -> None:
    for scope in ("trace", "event"):
        (declared,) = log.findall(f"{_NS}global[@scope='{scope}']")
        wanted = {(one.tag, one.attrib["key"]) for one in declared}
        for one in log.iter(f"{_NS}{scope}"):
            assert wanted <= {(child.tag, child.attrib.get("key")) for child in one}
    (events,) = log.findall(f"{_NS}global[@scope='event']")
    known = {one.attrib["key"] for one in events}
    for classifier in log.findall(f"{_NS}classifier"):
        assert set(classifier.attrib["keys"].split()) <= known


def test_a_trace_is_a_referral_and_its_events_are_its_steps_in_order(
    log: ET.Element, office: Office
) -> None:
    for trace in log.findall(f"{_NS}trace"):
        reference = trace.find("*[@key='concept:name']").attrib["value"]  # type: ignore[union-attr]
        steps = office.work.history(reference, "ann", START)
        told = [
            {child.attrib["key"]: child.attrib["value"] for child in event}
            for event in trace.findall(f"{_NS}event")
        ]
        assert [one["concept:name"] for one in told] == [step.event for step in steps]
        assert [one["org:resource"] for one in told] == [step.actor for step in steps]
        assert [one["apflow:to"] for one in told] == [step.target for step in steps]
        moments = [datetime.fromisoformat(one["time:timestamp"]) for one in told]
        assert moments == [step.recorded_at for step in steps]
    missed = [one for one in log.iter(f"{_NS}string") if one.attrib["key"] == "apflow:deadline"]
    assert {one.attrib["value"] for one in missed} == {"sixth_day"}
