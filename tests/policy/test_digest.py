"""A lifecycle's digest: the same for the same policy, another for anything that people see."""

from collections.abc import Callable
from typing import Any

import pytest

from apflow.policy.lifecycle import Lifecycle

FORM: dict[str, Any] = {
    "lifecycle": "small",
    "title": "Small",
    "road": ["draft", "done"],
    "phases": {"work": "Work"},
    "roles": {"school": {"title": "School"}, "la": {"title": "Authority"}},
    "facts": {"why": {"type": "choice", "ask": "Why?", "options": {"a": "One", "b": "Two"}}},
    "events": {"open_it": {"title": "Open", "asks": ["why"]}, "finish": {"title": "Finish"}},
    "states": {
        "draft": {"title": "Draft", "phase": "work"},
        "done": {"title": "Done", "phase": "work", "final": "good"},
    },
    "transitions": [
        {"from": "start", "event": "open_it", "to": "draft", "by": ["school"]},
        {"from": "draft", "event": "finish", "to": "done", "by": ["school"]},
    ],
}


def _turned(section: dict[str, Any]) -> dict[str, Any]:
    return dict(reversed(section.items()))


def test_keys_in_another_order_are_the_same_policy() -> None:
    other = _turned(FORM) | {"roles": _turned(FORM["roles"]), "events": _turned(FORM["events"])}
    assert Lifecycle.model_validate(other).digest == Lifecycle.model_validate(FORM).digest


@pytest.mark.parametrize(
    "changed",
    [
        lambda form: form | {"states": _turned(form["states"])},
        lambda form: form | {"transitions": form["transitions"][::-1]},
        lambda form: form | {"title": "Smaller"},
        lambda form: (
            form | {"facts": {"why": form["facts"]["why"] | {"options": {"b": "Two", "a": "One"}}}}
        ),
    ],
)
def test_whatever_people_see_in_another_way_is_another_policy(
    changed: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    other = Lifecycle.model_validate(changed(FORM))
    assert other.digest != Lifecycle.model_validate(FORM).digest
