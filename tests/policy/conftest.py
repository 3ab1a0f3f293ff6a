"""Small lifecycles and situations for the tests of the policy room."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from apflow.policy.calendar import Calendar
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
