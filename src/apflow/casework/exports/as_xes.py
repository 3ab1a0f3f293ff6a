"""XES (IEEE 1849-2023): the event log that process-mining tools read.

A trace is a referral, named by its reference; an event is a step. It holds no child's name and
no fact: only what happened, when, by whom, from which state to which. The version is written
`1849.2023`, because the standard's own schema asks for a decimal.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from xml.sax.saxutils import quoteattr

from apflow.casework.exports.gathering import Holds, Traced
from apflow.casework.exports.rows import event_title
from apflow.clock import LONDON
from apflow.referral import Step

_STANDARD = "http://www.xes-standard.org/"
_EXTENSIONS = (
    ("Concept", "concept", f"{_STANDARD}concept.xesext"),
    ("Time", "time", f"{_STANDARD}time.xesext"),
    ("Organizational", "org", f"{_STANDARD}org.xesext"),
    ("Lifecycle", "lifecycle", f"{_STANDARD}lifecycle.xesext"),
    ("apflow", "apflow", "urn:apflow:xes:1"),
)
#: What every trace and every event has, with what stands for it where a tool needs a default.
_IN_TRACES: Mapping[str, object] = {"concept:name": "unknown"}
_IN_EVENTS: Mapping[str, object] = {
    "concept:name": "unknown",
    "lifecycle:transition": "complete",
    "org:resource": "unknown",
    "org:role": "unknown",
    "time:timestamp": datetime(1970, 1, 1, tzinfo=UTC),
    "apflow:to": "unknown",
}
#: By what events are told apart: what was done, and by whom.
_CLASSIFIERS = (
    ("Event", "concept:name"),
    ("Event_and_role", "concept:name org:role"),
    ("State", "apflow:to"),
)
#: What XML 1.0 cannot hold, however it is written.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_Value = str | bool | int | date | datetime | None


def as_xes(traced: Iterable[Traced], now: datetime, holds: Holds) -> Iterator[bytes]:
    """Give the log, a piece for each trace."""
    yield "".join(_beginning(now, holds)).encode()
    for one in traced:
        yield "".join(_trace(one)).encode()
    yield b"</log>\n"


def _beginning(now: datetime, holds: Holds) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<log xes.version="1849.2023" xes.features="" xmlns="{_STANDARD}">\n'
    for name, prefix, uri in _EXTENSIONS:
        yield f'  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n'
    for scope, known in (("trace", _IN_TRACES), ("event", _IN_EVENTS)):
        yield f'  <global scope="{scope}">\n'
        yield from _attributes(known, "    ")
        yield "  </global>\n"
    for name, keys in _CLASSIFIERS:
        yield f'  <classifier name="{name}" keys="{keys}"/>\n'
    about = {
        "concept:name": "Referrals",
        "lifecycle:model": "standard",
        "apflow:exported_at": now,
        "apflow:holds": holds,
    }
    yield from _attributes(about, "  ")


def _trace(traced: Traced) -> Iterator[str]:
    referral = traced.referral
    yield "  <trace>\n"
    yield from _attributes(
        {
            "concept:name": referral.reference,
            "apflow:policy": referral.lifecycle,
            "apflow:lifecycle": referral.digest,
            "apflow:state": referral.state,
            "apflow:opened_on": referral.opened_on,
            "apflow:closed_on": referral.closed_on,
        },
        "    ",
    )
    for step in traced.steps:
        yield "    <event>\n"
        yield from _attributes(_event(traced, step), "      ")
        yield "    </event>\n"
    yield "  </trace>\n"


def _event(traced: Traced, step: Step) -> Mapping[str, _Value]:
    return {
        "concept:name": step.event,
        "concept:instance": f"{step.reference}/{step.seq}",
        "lifecycle:transition": "complete",
        "time:timestamp": step.recorded_at,
        "org:resource": step.actor,
        "org:role": step.role,
        "apflow:title": event_title(traced, step),
        "apflow:happened_on": step.happened_on,
        "apflow:seq": step.seq,
        "apflow:from": step.source,
        "apflow:to": step.target,
        "apflow:rank": step.rank,
        "apflow:overridden": _guards(step, "overridden"),
        "apflow:advice_not_met": _guards(step, "unmet", "unknown"),
        "apflow:deadline": _about(step, "deadline"),
        "apflow:lifecycle": step.digest,
        "apflow:hash": step.hash,
    }


def _guards(step: Step, *verdicts: str) -> str | None:
    named = [str(one["guard"]) for one in step.findings if one["verdict"] in verdicts]
    return " ".join(named) or None


def _about(step: Step, name: str) -> str | None:
    value = step.about.get(name)
    return value if isinstance(value, str) else None


def _attributes(known: Mapping[str, _Value] | Mapping[str, object], indent: str) -> Iterator[str]:
    for key, value in known.items():
        if value is not None:
            kind, text = _typed(value)
            yield f'{indent}<{kind} key="{key}" value={quoteattr(text)}/>\n'


def _typed(value: object) -> tuple[str, str]:
    if isinstance(value, bool):
        return "boolean", "true" if value else "false"
    if isinstance(value, int):
        return "int", str(value)
    if isinstance(value, datetime):
        return "date", value.astimezone(LONDON).isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return "date", datetime.combine(value, time(), LONDON).isoformat(timespec="milliseconds")
    return "string", _NOT_XML.sub("\ufffd", str(value))
