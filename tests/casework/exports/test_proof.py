"""The JSON proves itself: the recipe in the documents finds whatever was altered."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apflow.casework.exports import export
from tests.small_office import MARKER, START, Office

_DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "exports.md"


@pytest.fixture
def check(tmp_path: Path) -> Callable[[Any], subprocess.CompletedProcess[str]]:
    """Give what runs the recipe of the documents on an export, in a Python without apflow."""
    (recipe,) = re.findall(r"```python\n(.*?)```", _DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)

    def run(exported: Any) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "history.json"
        file.write_text(json.dumps(exported), encoding="utf-8")
        words = [sys.executable, "-I", "-S", "-c", recipe, str(file)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def exported(office: Office) -> Any:
    """Give the export of two referrals, with texts of all kinds, a secret and an erased story."""
    texts = {"story": f'{MARKER}: "é" 🙂 \u00a0 <&> \\ =1', "secret": True, "agrees": True}
    first = office.opened("p1", START, **texts)
    office.done(first, "submit", "sue", START, sitting="2026-01-14")
    office.opened("p2", START, story="told again", agrees=True)
    office.done(first, "erase", "max", START, reason="asked for", facts=["story"])
    return json.loads(b"".join(export(office.work.office, "json", "sue", START)))


def test_the_recipe_proves_an_export_that_nobody_altered(exported: Any, check: Any) -> None:
    done = check(exported)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("nothing altered") == 2
    kinds = {
        value["is"]
        for referral in exported["referrals"]
        for step in referral["history"]
        for value in step["values"]
    }
    assert kinds == {"shown", "erased", "not shown"}


def _story(exported: Any) -> Any:
    return next(
        value
        for referral in exported["referrals"]
        for value in referral["history"][0]["values"]
        if value["name"] == "story" and value["is"] == "shown"
    )


def _longest(exported: Any) -> Any:
    return max(exported["referrals"], key=lambda one: len(one["history"]))["history"]


_ALTERED: dict[str, Callable[[Any], object]] = {
    "a word of a body": lambda one: _longest(one)[0].update(
        body=_longest(one)[0]["body"].replace("sue", "eve")
    ),
    "a value": lambda one: _story(one).update(value="nothing happened"),
    "a value and what was hashed": lambda one: _story(one).update(
        value="x", hashed='["story","x"]'
    ),
    "a salt": lambda one: _story(one).update(salt="00" * 16),
    "a digest": lambda one: _story(one).update(digest="00" * 32),
    "a step taken out": lambda one: _longest(one).pop(1),
    "the last step taken away": lambda one: _longest(one).pop(),
    "two steps exchanged": lambda one: _longest(one).insert(0, _longest(one).pop(1)),
    "a value taken away": lambda one: _longest(one)[0]["values"].pop(),
    "another referral's history": lambda one: one["referrals"][0].update(
        history=one["referrals"][1]["history"]
    ),
}


@pytest.mark.parametrize("what", _ALTERED)
def test_the_recipe_finds(what: str, exported: Any, check: Any) -> None:
    _ALTERED[what](exported)
    assert check(exported).returncode == 1
