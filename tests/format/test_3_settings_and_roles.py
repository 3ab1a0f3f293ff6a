"""Section 3 of the format: settings and roles."""

from pathlib import Path

import pytest

from apflow.policy.check.listed import TO_CONFIRM, WITHOUT_VALUE
from tests.small_policy import faults, proved, small, telling, warnings

AGE = "age: {type: number, ask: Age, min: 0}"
DAY = "day: {type: date, ask: Day}"


@pytest.mark.parametrize(
    ("setting", "fact", "condition"),
    [
        ("limit: {value: 12, clause: MM-40}", AGE, "age <= limit"),
        ("limit: {value: Maidstone}", "place: {type: text, ask: Where}", "place == limit"),
        ("limit: {value: true}", AGE, "limit or age > 3"),
        ("limit: {value: 2026-02-12}", DAY, "day <= limit"),
        ("limit: {value: [7, 8, 9]}", AGE, "age in limit"),
        ("limit: {value: week}", DAY, "day <= within(today, 2, limit)"),
        ("limit: {value: null, type: number}", AGE, "known(limit) and age <= limit"),
        ("limit: {value: null, type: date}", DAY, "known(limit) and day <= limit"),
        ("limit: {value: null, type: yes_no}", AGE, "age > 3 or limit"),
        ("limit: {value: null, type: word}", DAY, "day <= within(today, 2, limit)"),
        ("limit: {value: null, type: list}", AGE, "age in limit"),
    ],
)
def test_a_setting_holds_a_value_or_null_with_its_type(
    setting: str, fact: str, condition: str, tmp_path: Path
) -> None:
    assert faults(telling(fact, require=condition, settings=setting), tmp_path) == []


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("limit: {}", "needs 'value'"),
        ("limit: {value: null}", "needs a type"),
        ("limit: {value: 12, type: number}", "type goes with value: null only"),
        ("limit: {value: 12, type: word}", "its type is word, but its value is a number"),
        ("limit: {value: null, type: int}", "it is one of number, word, yes_no, date, list"),
        ("limit: {value: {a: 1}}", "must be true or false, a whole number, a date"),
        ("limit: {value: 12, confirm: maybe}", "must be true or false, not the word 'maybe'"),
        ("week: {value: 12}", "'week' cannot name a setting: it is a unit"),
        ("today: {value: 12}", "'today'"),
        ("limit: 12", "must be keys with values, not the number 12"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(setting: str, says: str, tmp_path: Path) -> None:
    found = faults(small(settings=setting), tmp_path)
    assert any(says in one for one in found), found


def test_settings_to_confirm_and_unset_ones_are_listed(tmp_path: Path) -> None:
    text = telling(
        AGE,
        require="age > least and (not known(most) or age < most)",
        settings="least: {value: 3, confirm: true}\nmost: {value: null, type: number}",
    )
    listed = proved(text, tmp_path).listed
    assert [(one.sort, one.says) for one in listed] == [
        (TO_CONFIRM, "3"),
        (WITHOUT_VALUE, "no value"),
    ]


def test_a_setting_that_nothing_reads_is_warned_of(tmp_path: Path) -> None:
    assert warnings(small(settings="limit: {value: 12}"), tmp_path) == [
        "settings > limit: nothing reads this setting"
    ]


ORGANISATION = "home: {type: organisation, ask: School}"
MORE = "pupil: {title: Pupil, acts: false}"


@pytest.mark.parametrize(
    "role",
    [
        "head: {title: Head, of: home}",
        "head: {title: Head}",
        "head: {title: Head, acts: false}",
        "head: {of: home, acts: true}",
    ],
)
def test_a_role_may_belong_to_an_organisation_and_may_never_sign_in(
    role: str, tmp_path: Path
) -> None:
    assert faults(telling(ORGANISATION, roles=role), tmp_path) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (telling(roles="head: {of: hoem}"), "there is no fact 'hoem'"),
        (telling(ORGANISATION, roles="head: {of: hom}"), "did you mean 'home'?"),
        (telling(roles="head: {of: ready}"), "'ready' is not an organisation that is asked for"),
        (telling(roles="system: {title: System}"), "'system' is a role of the house"),
        (telling(roles="auditor: {title: Auditor}"), "'auditor' is a role of the house"),
        (telling(roles="manager: {title: Manager}"), "'manager' is a role of the house"),
        (
            small(roles=MORE, transitions="- {from: draft, event: finish, to: done, by: [pupil]}"),
            "'pupil' never signs in (acts: false), so it cannot take an event",
        ),
        (
            small(roles=MORE, guards="more: {require: ready, otherwise: No., override: [pupil]}"),
            "'pupil' never signs in (acts: false), so it cannot override",
        ),
        (small(roles="head: {title: Head, act: false}"), "did you mean 'acts'?"),
    ],
)
def test_a_role_that_cannot_be_is_refused(text: str, says: str, tmp_path: Path) -> None:
    found = faults(text, tmp_path)
    assert any(says in one for one in found), found


def test_the_system_is_always_there(tmp_path: Path) -> None:
    text = small(
        transitions="- {from: draft, event: lapse, to: done, by: [system]}",
        events="lapse: {title: Lapse}",
        deadlines="d: {title: D, start: entered('draft'), due: {within: 1, unit: day}, "
        "met_by: [finish], owner: la, then: lapse}",
    )
    assert faults(text, tmp_path) == []
    assert warnings(text, tmp_path) == []
