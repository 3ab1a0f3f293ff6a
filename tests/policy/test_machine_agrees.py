"""The machine's walk, the library's engine and a plain reading of the format say the same."""

from typing import Any

import pytest

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from tests.policy.deciding_policy import LIFECYCLE
from tests.random_questions import agreed

EXAMPLES = 1000

#: One event with three roads whose `when`s overlap, and guards of every force on each.
THREE_ROADS: dict[str, Any] = {
    "lifecycle": "three-roads",
    "title": "Three roads",
    "road": ["here", "first_end"],
    "phases": {"all": "All"},
    "roles": {"one": {}, "two": {"of": "body"}},
    "facts": {
        "body": {"type": "organisation", "ask": "?"},
        "a": {"type": "yes_no", "ask": "?"},
        "b": {"type": "yes_no", "ask": "?", "when": "a"},
        "c": {"type": "yes_no", "ask": "?"},
        "d": {"type": "yes_no", "set": True},
        "n": {"type": "number", "ask": "?"},
        "either": {"type": "yes_no", "is": "b or c"},
    },
    "guards": {
        "has_b": {"require": "b", "otherwise": "No b.", "override": ["one"]},
        "has_either": {"when": "a", "require": "either", "otherwise": "Neither."},
        "enough": {"require": "n >= 7", "otherwise": "Too few.", "force": "law"},
        "numbered": {"require": "known(n)", "otherwise": "No number."},
        "better": {"require": "n >= 10", "otherwise": "Few.", "force": "should"},
        "happened": {"require": "count('stay') > 0", "otherwise": "Not yet.", "override": ["two"]},
    },
    "events": {
        "begin": {"title": "Begin", "asks": ["body", "a", "b"], "may_ask": ["c", "n"]},
        "stay": {"title": "Stay", "asks": ["n"], "may_ask": ["c"], "sets": {"d": "n > 5"}},
        "go": {"title": "Go", "may_ask": ["a", "b"], "sets": {"d": "not c"}},
    },
    "states": {
        "here": {"title": "Here", "phase": "all"},
        "first_end": {"title": "First", "phase": "all", "final": "good"},
        "second_end": {"title": "Second", "phase": "all", "final": "other"},
    },
    "transitions": [
        {"from": "start", "event": "begin", "to": "here", "by": ["one", "two"],
         "guards": ["has_either", "better"]},
        {"from": "any", "event": "stay", "by": ["one", "two"],
         "guards": ["numbered", "enough"]},
        {"from": "here", "event": "go", "to": "first_end", "by": ["one"], "when": "c",
         "guards": ["has_b", "enough", "better"]},
        {"from": "here", "event": "go", "to": "second_end", "by": ["one", "two"],
         "when": "a or not d", "guards": ["has_either", "happened", "better"]},
        {"from": "here", "event": "go", "by": ["two"], "when": "known(n)", "guards": ["enough"]},
    ],
}  # fmt: skip

POLICIES = {"kinds": LIFECYCLE, "roads": THREE_ROADS}


@pytest.mark.parametrize("name", POLICIES)
def test_decide_says_what_the_library_and_the_format_say(
    name: str, example_calendar: Calendar
) -> None:
    machine = Machine(compile_lifecycle(Lifecycle.model_validate(POLICIES[name])))
    seen = agreed(machine, example_calendar, EXAMPLES)
    for outcome in ("allowed", "refused", "unknown"):
        assert seen[outcome] >= EXAMPLES // 10
    for kind in ("overridden", "stayed", "moved", "advised", "by another road"):
        assert seen[kind] >= (EXAMPLES // 100 if name == "roads" else 1)
