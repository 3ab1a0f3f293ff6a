"""Section 8 of the format: deadlines. What they come to is shown in the policy room's tests."""

from pathlib import Path

import pytest

from apflow.policy.check.listed import WITHOUT_DATE
from tests.small_policy import faults, proved, small, telling, warnings

FACTS = ("on: {type: date, ask: A day}", "at: {type: moment, ask: When?}")
REVIEW = {
    "events": "review: {title: Review}",
    "transitions": "- {from: draft, event: review, by: [la]}",
    "settings": "limit: {value: 6}\nsome_unit: {value: school_week}\nfirst_day: {value: 0}",
}
WHOLE = {
    "title": "D",
    "start": "on",
    "due": "{within: 1, unit: week}",
    "met_by": "[review]",
    "owner": "la",
}


def deadline(**keys: str) -> str:
    """Return a deadline of the whole form with keys changed; an empty one is left out."""
    lines = {name.rstrip("_"): value for name, value in (WHOLE | keys).items() if value}
    return "d: {" + ", ".join(f"{name}: {value}" for name, value in lines.items()) + "}"


def text_of(**keys: str) -> str:
    return telling(*FACTS, **REVIEW, deadlines=deadline(**keys))


DAY_UNITS = ("day", "working_day", "school_day")
OTHER_UNITS = ("week", "school_week", "month", "term", "half_term")


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"when": "ready"},
        {"in_": "[draft]"},
        {"in_": "draft"},
        {"start": "at"},
        {"start": "\"latest(on, last('review'))\""},
        *({"due": f"{{nth: 6, unit: {unit}}}"} for unit in DAY_UNITS),
        {"due": "{nth: 6, unit: school_day, first_is: 0}"},
        {"due": "{nth: limit, unit: day, first_is: first_day}"},
        *({"due": f"{{within: 2, unit: {unit}}}"} for unit in DAY_UNITS + OTHER_UNITS),
        {"due": "{within: 0, unit: day}"},
        {"due": "{within: limit, unit: some_unit}"},
        {"due": "{within: 24, unit: hour}", "start": "at"},
        {"due": "{date: on}"},
        {"due": "{date: \"within(on, 2, 'week')\"}"},
        {"met_by": "[done]"},
        {"met_by": "review"},
        {"met_by": "[review, finish, done]"},
        {"met_by": "leaving", "in_": "[draft]"},
        {"met_by": "", "met_when": "count('review') > 0"},
        {"force": "law", "start": "entered('draft')"},
        {"force": "must"},
        {"force": "should"},
        {"warn": "{before: 2, unit: school_day}"},
        {"warn": "{before: limit, unit: some_unit}"},
        {"other_reading": "{within: 6, unit: week}"},
    ],
    ids=str,
)
def test_every_key_and_form_of_a_deadline_is_taken(keys: dict[str, str], tmp_path: Path) -> None:
    assert faults(text_of(**keys), tmp_path) == []


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"title": ""}, "needs 'title'"),
        ({"start": ""}, "needs 'start'"),
        ({"due": ""}, "needs 'due'"),
        ({"owner": ""}, "needs 'owner'"),
        ({"met_by": ""}, "exactly one of met_by and met_when"),
        ({"met_when": "ready"}, "exactly one of met_by and met_when"),
        ({"due": "{unit: week}"}, "exactly one of nth, within and date"),
        ({"due": "{within: 1, nth: 2, unit: day}"}, "exactly one of nth, within and date"),
        ({"due": "{within: 1}"}, "nth and within need a unit; date takes none"),
        ({"due": "{date: on, unit: day}"}, "nth and within need a unit; date takes none"),
        ({"due": "{within: 1, unit: day, first_is: 0}"}, "first_is goes with nth"),
        ({"due": "{within: 1, unit: weeks}"}, "did you mean 'week'?"),
        ({"due": "{nth: 1, unit: week}"}, "'week' is no unit here"),
        ({"due": "{within: six, unit: week}"}, "there is no fact or setting 'six'"),
        ({"due": "{within: 24, unit: hour}"}, "hours are counted from a date with a time"),
        ({"due": "{date: ready}"}, "a date is expected here"),
        ({"start": "ready"}, "a date or a date with a time is expected here"),
        ({"start": "onn"}, "did you mean 'on'?"),
        ({"when": "on"}, "yes or no is expected here"),
        ({"in_": "[drft]"}, "did you mean 'draft'?"),
        ({"in_": "[done]"}, "'done' is final: no deadline stands there"),
        ({"met_by": "[reviw]"}, "did you mean 'review'?"),
        ({"met_by": "[leaving, review]"}, "'leaving' stands alone"),
        ({"met_by": "[open_it]"}, "nothing that can happen where it stands meets it"),
        ({"met_by": "", "met_when": "count('open_it') > 3"}, "nothing that can happen where it"),
        ({"force": "may"}, "it is one of law, must, should"),
        ({"owner": "lea"}, "did you mean 'la'?"),
        ({"owner": "ready"}, "is no role, and no choice whose options are roles"),
        ({"warn": "{before: 2}"}, "needs 'unit'"),
        ({"warn": "{before: 2, unit: wek}"}, "did you mean 'week'?"),
        ({"other_reading": "{within: 2}"}, "nth and within need a unit"),
        ({"then": "reviw"}, "did you mean 'review'?"),
        ({"then": "review"}, "no transition of 'review' from where the deadline stands is by"),
        ({"then": "open_it"}, "'open_it' asks questions, which nobody would answer"),
        ({"start": "last('finish')"}, "can never be known"),
        ({"start": "entered('done')"}, "can never be known"),
        ({"met": "x"}, "is not a key here"),
    ],
    ids=str,
)
def test_a_deadline_that_cannot_be_is_refused(
    keys: dict[str, str], says: str, tmp_path: Path
) -> None:
    found = faults(text_of(**keys), tmp_path)
    assert any(says in one for one in found), found


def test_a_start_that_nothing_asks_for_before_can_never_be_known(tmp_path: Path) -> None:
    text = small(
        facts="later: {type: date, ask: Later?}",
        events="go_on: {title: Go on, asks: [later]}",
        transitions="- {from: more, event: go_on, to: done, by: [la]}\n"
        "- {from: draft, event: finish, to: more, by: [la]}",
        states="more: {title: More, phase: work, owner: la}",
        deadlines="d: {title: D, in: [draft], start: later, due: {within: 1, unit: day}, "
        "met_by: [finish], owner: la}",
    )
    (found,) = faults(text, tmp_path)
    assert "deadlines > d > start: can never be known" in found


@pytest.mark.parametrize("options", ["{school: School, la: Authority}", "{la: Authority}"])
def test_an_owner_may_be_a_choice_whose_options_are_roles(options: str, tmp_path: Path) -> None:
    who = f"who: {{type: choice, options: {options}, is: la}}"
    text = telling(*FACTS, who, **REVIEW, deadlines=deadline(owner="who"))
    assert faults(text, tmp_path) == []


def test_an_owner_that_is_a_choice_of_something_else_is_refused(tmp_path: Path) -> None:
    who = "who: {type: choice, options: {pru: PRU, la: Authority}, is: la}"
    text = telling(*FACTS, who, **REVIEW, deadlines=deadline(owner="who"))
    assert any("the option 'pru' of 'who' is no role" in one for one in faults(text, tmp_path))


def test_then_is_an_event_that_the_system_takes(tmp_path: Path) -> None:
    text = telling(
        *FACTS,
        events="review: {title: Review}\nlapse: {title: Lapse}",
        transitions="- {from: draft, event: review, by: [la]}\n"
        "- {from: draft, event: lapse, to: done, by: [system]}",
        deadlines=deadline(then="lapse"),
    )
    assert faults(text, tmp_path) == []
    assert warnings(text, tmp_path) == []


def test_a_deadline_whose_setting_is_unset_is_listed_without_a_date(tmp_path: Path) -> None:
    text = telling(
        *FACTS,
        **REVIEW | {"settings": "weeks: {value: null, type: number}"},
        deadlines=deadline(due="{within: weeks, unit: week}"),
    )
    listed = [one for one in proved(text, tmp_path).listed if one.sort == WITHOUT_DATE]
    assert [one.says for one in listed] == ["D: until weeks has a value"]
