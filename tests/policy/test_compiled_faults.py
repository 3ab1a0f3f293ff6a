"""What a lifecycle's conditions cannot rest on is found when it is compiled, all at once."""

import pickle
from collections.abc import Callable
from typing import Any

import pytest

from apflow.errors import ApflowError
from apflow.policy.compiled import Faulty, View, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Situation

Build = Callable[..., Lifecycle]
Faults = dict[tuple[str | int, ...], tuple[int, str]]

YES_NO = {"type": "yes_no", "ask": "?"}
NUMBER = {"type": "number", "ask": "?"}


def faults_of(lifecycle: Lifecycle) -> Faults:
    with pytest.raises(Faulty) as raised:
        compile_lifecycle(lifecycle)
    found = {path: (column, says) for path, column, says in raised.value.faults}
    assert len(found) == len(raised.value.faults)
    return found


_DEADLINES = {
    "d": {
        "title": "D", "when": "x4", "start": "x5", "due": {"within": "x6", "unit": "dayz"},
        "other_reading": {"date": "x7"}, "met_when": "x8", "owner": "pru",
        "warn": {"before": "x9", "unit": "days"},
    },
    "n": {
        "title": "N", "start": "today", "due": {"nth": "x1", "unit": "week", "first_is": "x2"},
        "met_by": "placed", "owner": "pru",
    },
}  # fmt: skip
#: A lifecycle in which nothing is right, and every place where that has to be told.
WRONG: dict[str, Any] = {
    "facts": {
        "plain": {**NUMBER, "when": "x0"},
        "one": {"type": "number", "is": "x1"},
        "rank": {"type": "number", "choose": [{"is": 1}, {"when": "x2", "is": "x3"}]},
        "papers": {"type": "papers", "ask": "?", "entries": {"caf": {"when": "x0"}}},
    },
    "guards": {"g": {"require": "1", "otherwise": "No.", "when": "x1"}},
    "events": {"open_it": {"title": "O", "sets": {"plain": "x1", "plane": 2, "one": 3}}},
    "transitions": [
        {"from": "start", "event": "open_it", "to": "asked", "by": "pru", "when": "x2"}
    ],
    "deadlines": _DEADLINES,
    "meetings": {"m": {"order": ["rank", "x1"], "papers_by": {"before": "x2", "unit": "hour"}}},
    "places": {"p": {"when": "x1", "capacity": "x2", "held_in": "asked", "order": "true"}},
    "notices": {"n": {"after": "open_it", "when": "x1", "to": "pru", "text": "T"}},
}
PLACES = {
    "facts": "plain.when one.is rank.choose.1.when rank.choose.1.is papers.entries.caf.when",
    "guards": "g.require g.when",
    "events": "open_it.sets.plain open_it.sets.plane open_it.sets.one",
    "transitions": "0.when",
    "deadlines": "d.when d.start d.due.within d.due.unit d.other_reading.date d.met_when "
    "d.warn.before d.warn.unit n.due.nth n.due.unit n.due.first_is",
    "meetings": "m.order.1 m.papers_by.before m.papers_by.unit",
    "places": "p.when p.capacity p.order.0",
    "notices": "n.when",
}


def test_all_faults_of_a_file_are_found_at_once_each_with_its_place(
    small_lifecycle: Build,
) -> None:
    found = {".".join(map(str, path)) for path in faults_of(small_lifecycle(**WRONG))}
    assert found == {
        f"{section}.{place}" for section, places in PLACES.items() for place in places.split()
    }


@pytest.mark.parametrize(
    ("section", "parts", "path", "says"),
    [
        ("guards", {"require": "limit", "otherwise": "No."}, ("require",), "yes or no is expected"),
        ("guards", {"require": 1, "otherwise": "No."}, ("require",), "yes or no is expected here"),
        (
            "places",
            {"capacity": "today", "held_in": "asked"},
            ("capacity",),
            "a number is expected",
        ),
        (
            "meetings",
            {"order": ["known(limit)"]},
            ("order", 0),
            "a number or a date is expected here, but this gives yes or no",
        ),
    ],
)
def test_a_condition_gives_what_its_place_needs(
    small_lifecycle: Build, section: str, parts: Any, path: tuple[str | int, ...], says: str
) -> None:
    lifecycle = small_lifecycle(settings={"limit": {"value": 3}}, **{section: {"it": parts}})
    ((at, (_, told)),) = faults_of(lifecycle).items()
    assert at == (section, "it", *path)
    assert says in told


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        ("school_dya", "no unit, and no setting that holds one, called 'school_dya'; did you mean"),
        ("limit", "no unit, and no setting that holds one, called 'limit'"),
        ("placed", "no unit, and no setting that holds one, called 'placed'"),
        ("wrong", "the setting 'wrong': 'fortnight' is no unit here"),
    ],
)
def test_a_unit_is_a_unit_or_a_setting_that_holds_one(
    small_lifecycle: Build, unit: str, says: str
) -> None:
    settings = {"limit": {"value": 3}, "wrong": {"value": "fortnight"}}
    due = {"within": 1, "unit": unit}
    deadline = {"title": "D", "start": "today", "due": due, "met_by": "placed", "owner": "pru"}
    lifecycle = small_lifecycle(settings=settings, deadlines={"d": deadline})
    found = faults_of(lifecycle)
    assert list(found) == [("deadlines", "d", "due", "unit")]
    assert says in found["deadlines", "d", "due", "unit"][1]


@pytest.mark.parametrize(
    ("due", "key"),
    [
        ({"nth": 0, "unit": "day"}, "nth"),
        ({"nth": "minus", "unit": "day"}, "nth"),
        ({"nth": 6, "unit": "day", "first_is": 2}, "first_is"),
        ({"nth": 6, "unit": "day", "first_is": -1}, "first_is"),
        ({"within": "minus", "unit": "day"}, "within"),
        ({"within": -1, "unit": "term"}, "within"),
    ],
)
def test_no_deadline_is_due_before_it_starts(small_lifecycle: Build, due: Any, key: str) -> None:
    deadline = {"title": "D", "start": "today", "due": due, "met_by": "placed", "owner": "pru"}
    lifecycle = small_lifecycle(settings={"minus": {"value": -2}}, deadlines={"d": deadline})
    assert list(faults_of(lifecycle)) == [("deadlines", "d", "due", key)]


def test_a_number_worked_out_past_its_bounds_is_not_known(
    small_lifecycle: Build, situation_of: Callable[..., Situation]
) -> None:
    due = {"nth": 6, "unit": "school_day", "first_is": "year_group"}
    deadline = {"title": "D", "start": "today", "due": due, "met_by": "placed", "owner": "pru"}
    compiled = compile_lifecycle(
        small_lifecycle(facts={"year_group": NUMBER}, deadlines={"d": deadline})
    )
    first_is = compiled.at("deadlines", "d", "due", "first_is")
    assert first_is is not None
    assert View(compiled, situation_of({"year_group": 1})).ask(first_is) == 1
    assert View(compiled, situation_of({"year_group": 2})).ask(first_is) is None


def test_hours_are_counted_from_a_moment_only(small_lifecycle: Build) -> None:
    def build(start: str) -> Lifecycle:
        due = {"within": 1, "unit": "hour"}
        deadline = {"title": "D", "start": start, "due": due, "met_by": "placed", "owner": "pru"}
        facts = {"raised_at": {"type": "moment", "ask": "?"}}
        return small_lifecycle(facts=facts, deadlines={"d": deadline})

    compile_lifecycle(build("raised_at"))
    assert list(faults_of(build("today"))) == [("deadlines", "d", "due", "unit")]


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"value": None}, "a setting without a value needs a type"),
        ({"value": "week", "type": "number"}, "its type is number, but its value is a word"),
        ({"value": True, "type": "number"}, "its type is number, but its value is yes or no"),
        ({"value": 10**12}, "a number is at most 999,999,999"),
        ({"value": ["a", -(10**5000)]}, "a number is at most 999,999,999"),
    ],
)
def test_a_setting_has_a_value_of_its_type(small_lifecycle: Build, setting: Any, says: str) -> None:
    found = faults_of(small_lifecycle(settings={"it": setting}))
    assert list(found) == [("settings", "it")]
    assert found["settings", "it"][0] == 0
    assert says in found["settings", "it"][1]


@pytest.mark.parametrize("name", ["today", "role", "place_free", "known", "count", "and", "true"])
def test_no_fact_or_setting_is_called_like_a_word_of_the_language(
    small_lifecycle: Build, name: str
) -> None:
    assert ("facts", name) in faults_of(small_lifecycle(facts={name: YES_NO}))
    assert ("settings", name) in faults_of(small_lifecycle(settings={name: {"value": 1}}))


def test_a_meeting_fact_names_one_of_the_meetings(small_lifecycle: Build) -> None:
    facts = {
        "one": {"type": "meeting", "ask": "?", "of": "form"},
        "other": {"type": "meeting", "ask": "?"},
    }
    found = faults_of(small_lifecycle(facts=facts, meetings={"forum": {}}))
    assert found == {
        ("facts", "one", "of"): (0, "there is no meeting 'form'; did you mean 'forum'?"),
        ("facts", "other"): (0, "a fact of type meeting says which one: of"),
    }


@pytest.mark.parametrize("weeks", [-1, 53, 10**30])
def test_papers_are_wanted_within_a_year_of_the_sitting(small_lifecycle: Build, weeks: int) -> None:
    papers_by = {"weekday": "monday", "weeks_before": weeks}
    lifecycle = small_lifecycle(meetings={"forum": {"papers_by": papers_by}})
    assert list(faults_of(lifecycle)) == [("meetings", "forum", "papers_by", "weeks_before")]


def test_a_day_for_papers_does_not_rest_on_a_sitting(small_lifecycle: Build) -> None:
    before = "count('place', next_meeting('forum', today))"
    papers_by = {"before": before, "unit": "day"}
    lifecycle = small_lifecycle(meetings={"forum": {"papers_by": papers_by}})
    assert list(faults_of(lifecycle)) == [("meetings", "forum", "papers_by", "before")]


def test_what_is_worked_out_is_not_set_and_what_is_set_exists(small_lifecycle: Build) -> None:
    lifecycle = small_lifecycle(
        facts={"year_group": NUMBER, "double": {"type": "number", "is": "year_group * 2"}},
        events={"open_it": {"title": "O", "sets": {"double": 1, "year_grup": 2}}},
    )
    assert faults_of(lifecycle) == {
        ("events", "open_it", "sets", "double"): (0, "'double' is worked out and cannot be set"),
        ("events", "open_it", "sets", "year_grup"): (
            0,
            "there is no fact 'year_grup'; did you mean 'year_group'?",
        ),
    }


@pytest.mark.parametrize(
    ("facts", "sections", "path", "says"),
    [
        ({"a": "not a"}, {}, ("facts", "a", "is"), "worked out from itself: a from a"),
        ({"a": "b", "b": "c", "c": "a and a"}, {}, None, "worked out from itself: "),
        (
            {"a": "place_free"},
            {"places": {"p": {"when": "a", "capacity": 1, "held_in": "placed"}}},
            None,
            "worked out from itself: ",
        ),
        (
            {"a": "complete(papers)"},
            {"entries": {"caf": {"when": "a"}}},
            None,
            "worked out from itself: ",
        ),
        (
            {"a": "papers_by(sitting) > today", "b": "a"},
            {"days": {"type": "number", "choose": [{"when": "b", "is": 1}, {"is": 2}]}},
            None,
            "worked out from itself: ",
        ),
    ],
)
def test_nothing_is_worked_out_from_itself(
    small_lifecycle: Build,
    facts: dict[str, str],
    sections: dict[str, Any],
    path: tuple[str, ...] | None,
    says: str,
) -> None:
    entries = sections.pop("entries", {"caf": {}})
    days = sections.pop("days", {"type": "number", "is": 5})
    lifecycle = small_lifecycle(
        facts={
            **{name: {"type": "yes_no", "is": text} for name, text in facts.items()},
            "papers": {"type": "papers", "ask": "?", "entries": entries},
            "sitting": {"type": "meeting", "ask": "?", "of": "forum"},
            "days": days,
        },
        meetings={"forum": {"papers_by": {"before": "days", "unit": "day"}}},
        **sections,
    )
    ((at, (column, told)),) = faults_of(lifecycle).items()
    assert path is None or at == path
    assert column >= 1
    assert told.startswith(says)


def test_a_fact_asked_only_when_itself_holds_is_a_circle(small_lifecycle: Build) -> None:
    facts = {
        "reason": {**NUMBER, "when": "excluded"},
        "excluded": {"type": "yes_no", "is": "reason == 1"},
    }
    assert len(faults_of(small_lifecycle(facts=facts))) == 1


def test_every_circle_is_told(small_lifecycle: Build) -> None:
    facts = {
        name: {"type": "yes_no", "is": text}
        for name, text in {"a": "b", "b": "a", "c": "d", "d": "c", "e": "e", "f": "a"}.items()
    }
    found = faults_of(small_lifecycle(facts=facts))
    told = {frozenset(says.removeprefix("worked out from itself: ").split(" from "))
            for _, says in found.values()}  # fmt: skip
    assert told == {frozenset("ab"), frozenset("cd"), frozenset("e")}


def _chain(length: int) -> dict[str, Any]:
    facts: dict[str, Any] = {"f0": NUMBER}
    facts |= {f"f{i}": {"type": "number", "is": f"f{i - 1} + 1"} for i in range(1, length)}
    return facts


def test_facts_may_rest_on_facts_thirty_deep_and_not_without_end(
    small_lifecycle: Build, situation_of: Callable[..., Situation]
) -> None:
    compiled = compile_lifecycle(small_lifecycle(facts=_chain(30)))
    assert View(compiled, situation_of({"f0": 1})).value("f29") == 30
    found = faults_of(small_lifecycle(facts=_chain(3_000)))
    ((path, (_, says)),) = found.items()
    assert path[0] == "facts"
    assert "it rests on facts that rest on facts" in says


def test_the_deepest_conditions_that_are_taken_can_be_asked(
    small_lifecycle: Build, situation_of: Callable[..., Situation]
) -> None:
    """Whatever passes stays far from Python's limit on calls inside one another."""
    deep = "(" * 38 + "{} + 1" + ")" * 38
    facts: dict[str, Any] = {"f0": NUMBER}
    for i in range(1, 5):
        facts[f"f{i}"] = {"type": "number", "is": deep.format(f"f{i - 1}")}
    compiled = compile_lifecycle(small_lifecycle(facts=facts))
    assert View(compiled, situation_of({"f0": 0})).value("f4") == 4


def test_a_great_many_circles_are_told_off_quickly(small_lifecycle: Build) -> None:
    facts: dict[str, Any] = {}
    for i in range(600):
        facts[f"a{i}"] = {"type": "yes_no", "is": f"b{i}"}
        facts[f"b{i}"] = {"type": "yes_no", "is": f"a{i}"}
    assert 1 <= len(faults_of(small_lifecycle(facts=facts))) <= 600


def test_the_error_says_every_fault_and_survives_pickling(small_lifecycle: Build) -> None:
    lifecycle = small_lifecycle(
        guards={"g": {"require": "exluded", "otherwise": "No."}},
        facts={"excluded": YES_NO},
        settings={"unset": {"value": None}},
    )
    with pytest.raises(ApflowError) as raised:
        compile_lifecycle(lifecycle)
    again = pickle.loads(pickle.dumps(raised.value))
    assert str(again).splitlines() == [
        "settings.unset: a setting without a value needs a type: "
        "number, word, yes_no, date or list",
        "guards.g.require, column 1: there is no fact or setting 'exluded'; "
        "did you mean 'excluded'?",
    ]
