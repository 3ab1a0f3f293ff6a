"""Small lifecycles and situations for the tests of the policy room."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import View, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Situation, Tally


@pytest.fixture(scope="session")
def small_lifecycle() -> Callable[..., Lifecycle]:
    """Return a builder of the smallest lifecycle there can be, with sections added or replaced.

    Sections are given by name, as the file has them: `small_lifecycle(facts={...})`.
    """

    def build(**sections: Any) -> Lifecycle:
        return Lifecycle.model_validate(
            {
                "lifecycle": "small",
                "title": "Small",
                "road": ["asked", "placed"],
                "phases": {"all": "All"},
                "roles": {"school": {"title": "School"}, "pru": {"title": "PRU"}},
                "events": {
                    "open_it": {"title": "Open"},
                    "place": {"title": "Place"},
                    "hold_review": {"title": "Hold a review"},
                },
                "states": {
                    "asked": {"title": "Asked", "phase": "all"},
                    "placed": {"title": "Placed", "phase": "all"},
                },
                "transitions": [
                    {"from": "start", "event": "open_it", "to": "asked", "by": "school"},
                    {"from": "asked", "event": "place", "to": "placed", "by": "pru"},
                    {"from": "placed", "event": "hold_review", "by": "pru"},
                ],
                **sections,
            }
        )

    return build


@pytest.fixture(scope="session")
def situation_of(example_calendar: Calendar) -> Callable[..., Situation]:
    """Return a builder of situations on 14 January 2026, a Wednesday in term."""

    def build(facts: dict[str, Any] | None = None, **parts: Any) -> Situation:
        day = date(2026, 1, 14)
        given = {"state": "placed", "tally": Tally(), "today": day, "happened_on": day, **parts}
        return Situation(facts=facts or {}, calendar=example_calendar, **given)

    return build


_FACTS: dict[str, Any] = {
    "excluded": {"type": "yes_no", "ask": "?"},
    "in_care": {"type": "yes_no", "ask": "?"},
    "year_group": {"type": "number", "ask": "?"},
    "district": {"type": "text", "ask": "?"},
    "start_on": {"type": "date", "ask": "?"},
    "end_on": {"type": "date", "ask": "?"},
    "raised_at": {"type": "moment", "ask": "?"},
    "told_at": {"type": "moment", "ask": "?"},
    "stage": {"type": "choice", "ask": "?", "options": {"KS2": "2", "KS3": "3", "continue": "C"}},
    "tried": {"type": "choices", "ask": "?", "options": {"move": "Move", "support": "Support"}},
    "provider": {"type": "organisation", "ask": "?", "has": {"urn": "number", "until": "date"}},
    "home": {"type": "organisation", "ask": "?"},
    "sitting": {"type": "meeting", "ask": "?", "of": "forum"},
    "papers": {
        "type": "papers",
        "ask": "?",
        "entries": {
            "caf": {},
            "views": {"or": ["not_applicable"]},
            "plan": {"when": "in_care", "or": ["equivalent"]},
            "extra": {"needed": False},
        },
    },
    "people": {"type": "people", "ask": "?", "entries": {"pupil": {}, "parent": {}, "pru": {}}},
    "agreed": {"type": "agreements", "ask": "?", "entries": {"parent": {}}},
}
_SETTINGS: dict[str, Any] = {
    "limit": {"value": 12},
    "unset": {"value": None, "type": "number"},
    "limit_unit": {"value": "school_week"},
    "unset_unit": {"value": None, "type": "word"},
    "home_district": {"value": "Maidstone"},
    "stages": {"value": ["KS2", "KS3"]},
    "starts": {"value": date(2026, 1, 5)},
}
_MEETINGS: dict[str, Any] = {
    "forum": {"title": "Forum", "papers_by": {"before": 5, "unit": "school_day"}},
    "panel": {"title": "Panel", "papers_by": {"weekday": "monday", "weeks_before": 1}},
    "board": {"title": "Board"},
}
_SITTINGS = {
    "forum": (date(2026, 1, 15), date(2026, 2, 12), date(2026, 3, 12)),
    "panel": (date(2026, 1, 29),),
    "board": (date(2026, 1, 14), date(2026, 1, 15)),
}


@pytest.fixture(scope="session")
def ask(
    small_lifecycle: Callable[..., Lifecycle], situation_of: Callable[..., Situation]
) -> Callable[..., Any]:
    """Return a function that works out one text, as a value of a type, in a situation.

    The lifecycle has a fact of every type: `ask("year_group > 8", facts={"year_group": 9})`.
    """

    def answer(text: str | int | bool, of: str = "yes_no", **parts: Any) -> Any:
        asked: dict[str, Any] = {"type": of, "is": text}
        if of in ("choice", "choices"):
            asked["options"] = {"KS2": "2", "KS3": "3", "continue": "C", "move": "M"}
        if of == "meeting":
            asked["of"] = "forum"
        lifecycle = small_lifecycle(
            facts={**_FACTS, "asked_for": asked}, settings=_SETTINGS, meetings=_MEETINGS
        )
        situation = situation_of(**{"sittings": _SITTINGS, "role": "school", **parts})
        return View(compile_lifecycle(lifecycle), situation).value("asked_for")

    return answer
