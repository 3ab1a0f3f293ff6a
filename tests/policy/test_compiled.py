"""A compiled lifecycle: where its conditions are, what they rest on, what a view gives."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from typing_extensions import override

from apflow.errors import Unknown
from apflow.policy.compiled import Compiled, View, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Situation, Tally, Ticked

Build = Callable[..., Lifecycle]
Situate = Callable[..., Situation]

YES_NO = {"type": "yes_no", "ask": "?"}
NUMBER = {"type": "number", "ask": "?"}
DATE = {"type": "date", "ask": "?"}
STAGES = {"KS3": "Key stage 3", "KS4": "Key stage 4"}


SECTIONS: dict[str, Any] = {
    "settings": {
        "limit": {"value": 12},
        "limit_unit": {"value": "school_week"},
        "unset": {"value": None, "type": "number"},
        "unset_unit": {"value": None, "type": "word"},
    },
    "facts": {
        "excluded": YES_NO,
        "in_care": YES_NO,
        "year_group": NUMBER,
        "start_on": {"type": "date", "set": True},
        "first_day": {**DATE, "when": "excluded"},
        "raised_at": {"type": "moment", "ask": "?"},
        "provider": {"type": "organisation", "ask": "?", "has": {"urn": "number"}},
        "stage": {
            "type": "choice",
            "options": STAGES,
            "choose": [{"when": "year_group >= 10", "is": "KS4"}, {"is": "KS3"}],
        },
        "rank": {
            "type": "number",
            "choose": [
                {"when": "excluded and in_care", "is": 1},
                {"when": "excluded", "is": 2},
                {"is": "year_group"},
            ],
        },
        "is_first": {"type": "yes_no", "is": "rank == 1"},
        "people": {
            "type": "people",
            "ask": "?",
            "entries": {"pupil": {}, "pru": {"when": "in_care"}, "school": {}},
        },
    },
    "guards": {
        "in_range": {
            "require": "year_group in (7, 8)",
            "otherwise": "No.",
            "when": "not excluded",
        },
        "always": {"require": True, "otherwise": "No."},
    },
    "events": {
        "open_it": {"title": "Open", "sets": {"start_on": "happened_on"}},
        "place": {"title": "Place"},
        "hold_review": {"title": "Hold a review"},
    },
    "transitions": [
        {"from": "start", "event": "open_it", "to": "asked", "by": "school"},
        {
            "from": "asked",
            "event": "place",
            "to": "placed",
            "by": "pru",
            "when": "excluded",
        },
    ],
    "deadlines": {
        "review": {
            "title": "Review",
            "when": "stage == 'KS3'",
            "start": "latest(start_on, last('hold_review'), entered('placed'))",
            "due": {"within": "limit", "unit": "limit_unit"},
            "other_reading": {"within": 12, "unit": "week"},
            "met_by": "hold_review",
            "owner": "pru",
            "warn": {"before": 2, "unit": "unset_unit"},
        },
        "answer": {
            "title": "Answer",
            "start": "raised_at",
            "due": {"within": 24, "unit": "hour"},
            "met_when": "known(rank)",
            "owner": "pru",
        },
        "end": {
            "title": "End",
            "start": "start_on",
            "due": {"date": "first_day"},
            "met_by": "leaving",
            "owner": "pru",
        },
        "sixth": {
            "title": "Sixth day",
            "start": "first_day",
            "due": {"nth": 6, "unit": "school_day", "first_is": 1},
            "met_by": "placed",
            "owner": "pru",
        },
    },
    "meetings": {
        "forum": {
            "title": "Forum",
            "order": ["rank", "last('place')"],
            "papers_by": {"before": "year_group", "unit": "school_day"},
            "unit": "month",
        }
    },
    "places": {
        "ks3": {
            "when": "stage == 'KS3'",
            "capacity": "unset",
            "held_in": "placed",
            "order": ["rank"],
        },
        "care": {"when": "in_care", "capacity": 4, "held_in": "placed"},
    },
    "notices": {"tell": {"after": "place", "when": "in_care", "to": "school", "text": "T"}},
}


@pytest.fixture(scope="module")
def compiled(small_lifecycle: Build) -> Compiled:
    """Return a lifecycle with a condition in every place where one may stand."""
    return compile_lifecycle(small_lifecycle(**SECTIONS))


def test_every_condition_of_the_file_is_found_by_its_place(compiled: Compiled) -> None:
    texts = {path: condition.text for path, condition in compiled.conditions.items()}
    assert texts["facts", "first_day", "when"] == "excluded"
    assert texts["facts", "stage", "choose", 0, "is"] == "KS4"
    assert texts["facts", "rank", "choose", 2, "is"] == "year_group"
    assert texts["facts", "people", "entries", "pru", "when"] == "in_care"
    assert texts["guards", "always", "require"] == "true"
    assert texts["events", "open_it", "sets", "start_on"] == "happened_on"
    assert texts["transitions", 1, "when"] == "excluded"
    assert texts["deadlines", "review", "other_reading", "within"] == "12"
    assert texts["deadlines", "end", "due", "date"] == "first_day"
    assert texts["meetings", "forum", "order", 1] == "last('place')"
    assert texts["places", "care", "capacity"] == "4"
    assert texts["notices", "tell", "when"] == "in_care"
    assert compiled.at("guards", "in_range", "when") is not None
    assert compiled.at("guards", "always", "when") is None
    assert compiled.at("transitions", 0, "when") is None


def test_a_number_is_a_condition_whether_written_or_named(
    compiled: Compiled, situation_of: Situate
) -> None:
    view = View(compiled, situation_of())
    answers = {}
    for path in (("due", "within"), ("other_reading", "within"), ("warn", "before")):
        condition = compiled.at("deadlines", "review", *path)
        assert condition is not None
        answers[path[0]] = view.ask(condition)
    assert answers == {"due": 12, "other_reading": 12, "warn": 2}


def test_a_unit_may_be_a_setting_and_is_none_while_that_has_no_value(compiled: Compiled) -> None:
    assert compiled.unit("deadlines", "review", "due", "unit") == "school_week"
    assert compiled.unit("deadlines", "review", "other_reading", "unit") == "week"
    assert compiled.unit("deadlines", "review", "warn", "unit") is None
    assert compiled.unit("deadlines", "end", "due", "unit") is None
    assert compiled.unit("meetings", "forum", "papers_by", "unit") == "school_day"


def test_a_condition_says_what_it_reads_itself(compiled: Compiled) -> None:
    start = compiled.at("deadlines", "review", "start")
    assert start is not None
    assert start.names == {"start_on"}
    assert start.events == {"hold_review"}
    assert start.states == {"placed"}
    assert start.kind.name == "date"
    range_ = compiled.at("guards", "in_range", "require")
    assert range_ is not None
    assert range_.names == {"year_group"}


def test_reads_gives_the_asked_and_set_facts_that_names_finally_rest_on(
    compiled: Compiled,
) -> None:
    assert compiled.reads("is_first") == {"excluded", "in_care", "year_group"}
    assert compiled.reads("stage", "start_on") == {"year_group", "start_on"}
    assert compiled.reads("first_day") == {"first_day", "excluded"}
    assert compiled.reads("people") == {"people", "in_care"}
    assert compiled.reads("provider.urn") == {"provider"}
    assert compiled.reads("place_free") == {"year_group", "in_care"}
    assert compiled.reads("next_in_line") == compiled.reads("place_free")
    assert compiled.reads("limit", "today", "state", "role") == frozenset()
    assert compiled.reads() == frozenset()


def test_a_day_for_papers_rests_on_what_its_number_of_days_rests_on(
    small_lifecycle: Build,
) -> None:
    facts = {
        "days": NUMBER,
        "sitting": {"type": "meeting", "of": "forum", "ask": "?"},
        "papers_due": {"type": "date", "is": "papers_by(sitting)"},
    }
    meetings = {"forum": {"papers_by": {"before": "days", "unit": "day"}}}
    compiled = compile_lifecycle(small_lifecycle(facts=facts, meetings=meetings))
    assert compiled.reads("papers_due") == {"sitting", "days"}


def test_value_names_are_all_that_a_view_knows(compiled: Compiled, situation_of: Situate) -> None:
    view = View(compiled, situation_of())
    assert {"limit", "rank", "today", "place_free", "provider.urn"} <= compiled.value_names
    for name in compiled.value_names:
        view.value(name)
    with pytest.raises(Unknown, match="no fact or setting 'nothing'"):
        view.value("nothing")


@pytest.mark.parametrize(
    ("excluded", "value"), [(True, date(2026, 1, 12)), (False, None), (None, None)]
)
def test_a_fact_counts_only_while_its_when_is_yes(
    compiled: Compiled, situation_of: Situate, excluded: bool | None, value: date | None
) -> None:
    facts: dict[str, Any] = {"first_day": date(2026, 1, 12)}
    if excluded is not None:
        facts["excluded"] = excluded
    assert View(compiled, situation_of(facts)).value("first_day") == value


@pytest.mark.parametrize(
    ("facts", "rank"),
    [
        ({"excluded": True, "in_care": True}, 1),
        ({"excluded": True, "in_care": False}, 2),
        ({"excluded": True}, None),
        ({"excluded": False, "year_group": 9}, 9),
        ({"excluded": False}, None),
        ({"in_care": False}, None),
        ({"in_care": False, "year_group": 9}, None),
        ({}, None),
    ],
)
def test_the_first_row_that_holds_gives_the_value_and_a_row_not_known_leaves_it_open(
    compiled: Compiled, situation_of: Situate, facts: dict[str, Any], rank: int | None
) -> None:
    assert View(compiled, situation_of(facts)).value("rank") == rank


def test_a_table_without_a_row_that_holds_gives_nothing(
    small_lifecycle: Build, situation_of: Situate
) -> None:
    rank = {"type": "number", "choose": [{"when": "excluded", "is": 1}]}
    lifecycle = small_lifecycle(facts={"excluded": YES_NO, "rank": rank})
    view = View(compile_lifecycle(lifecycle), situation_of({"excluded": False}))
    assert view.value("rank") is None


@pytest.mark.parametrize(("in_care", "applying"), [(True, 3), (False, 2), (None, 2)])
def test_entries_are_those_that_apply_in_the_order_of_the_file(
    compiled: Compiled, situation_of: Situate, in_care: bool | None, applying: int
) -> None:
    facts = {} if in_care is None else {"in_care": in_care}
    entries = View(compiled, situation_of(facts)).entries("people")
    assert list(entries) == ["pupil", "pru", "school"] if applying == 3 else ["pupil", "school"]
    assert len(entries) == applying


KS3_IN_CARE = {"year_group": 7, "in_care": True}
KS4 = {"year_group": 10, "in_care": False}


@pytest.mark.parametrize(
    ("facts", "free", "answer"),
    [
        (KS3_IN_CARE, {}, True),
        (KS3_IN_CARE, {"ks3": 1, "care": 1}, True),
        (KS3_IN_CARE, {"ks3": 1, "care": 0}, False),
        (KS3_IN_CARE, {"ks3": -1}, False),
        (KS4, {"ks3": 0, "care": 0}, True),
        ({"year_group": 7}, {"ks3": 1}, None),
        ({"year_group": 7}, {"ks3": 0}, False),
    ],
)
def test_a_place_is_free_when_every_pool_it_counts_against_has_room(
    compiled: Compiled, situation_of: Situate, facts: Any, free: Any, answer: bool | None
) -> None:
    assert View(compiled, situation_of(facts, free=free)).value("place_free") is answer


@pytest.mark.parametrize(
    ("facts", "first", "answer"),
    [
        (KS3_IN_CARE, {}, True),
        (KS3_IN_CARE, {"ks3": True, "care": False}, False),
        (KS4, {"ks3": False}, True),
        ({}, {}, None),
    ],
)
def test_next_in_line_when_nobody_comes_before_in_any_pool_it_counts_against(
    compiled: Compiled, situation_of: Situate, facts: Any, first: Any, answer: bool | None
) -> None:
    assert View(compiled, situation_of(facts, first=first)).value("next_in_line") is answer


def test_without_pools_a_place_is_free_and_it_is_next(
    small_lifecycle: Build, situation_of: Situate
) -> None:
    view = View(compile_lifecycle(small_lifecycle()), situation_of())
    assert view.value("place_free") is True
    assert view.value("next_in_line") is True


def test_a_setting_without_a_value_is_not_known(compiled: Compiled, situation_of: Situate) -> None:
    view = View(compiled, situation_of())
    assert view.value("unset") is None
    assert view.value("limit") == 12


def test_a_particular_is_that_of_the_organisation_named(
    compiled: Compiled, situation_of: Situate
) -> None:
    register = {"p1": {"urn": 7}}
    assert (
        View(compiled, situation_of({"provider": "p1"}, register=register)).value("provider.urn")
        == 7
    )
    assert View(compiled, situation_of(register=register)).value("provider.urn") is None


def test_a_day_for_papers_beyond_the_calendar_is_not_known(
    compiled: Compiled, situation_of: Situate
) -> None:
    view = View(compiled, situation_of({"year_group": 7}))
    assert view.papers_day("forum", date(2026, 1, 23)) == date(2026, 1, 14)
    assert view.papers_day("forum", date(2031, 1, 23)) is None
    assert View(compiled, situation_of()).papers_day("forum", date(2026, 1, 23)) is None


def test_a_view_works_each_name_out_once(compiled: Compiled, situation_of: Situate) -> None:
    reads: list[str] = []

    class Watched(dict[str, Any]):
        """Facts that remember being looked at."""

        @override
        def get(self, name: str, default: Any = None) -> Any:
            reads.append(name)
            return super().get(name, default)

    situation = situation_of().but(facts=Watched({"excluded": True, "in_care": True}))
    view = View(compiled, situation)
    assert [view.value("rank"), view.value("is_first"), view.value("rank")] == [1, True, 1]
    assert reads == ["excluded", "in_care"]


def test_two_views_of_one_lifecycle_do_not_meet(compiled: Compiled, situation_of: Situate) -> None:
    one = View(compiled, situation_of({"excluded": False, "year_group": 7}))
    other = View(compiled, situation_of({"excluded": False, "year_group": 8}))
    assert (one.value("rank"), other.value("rank")) == (7, 8)


def test_the_tally_of_one_step_gives_the_start_of_a_deadline(
    compiled: Compiled, situation_of: Situate
) -> None:
    day = date(2026, 1, 8)
    tally = Tally().with_step("place", "placed", day, 2)
    start = compiled.at("deadlines", "review", "start")
    assert start is not None
    assert View(compiled, situation_of(tally=tally)).ask(start) == day


def test_people_present_where_they_need_not_be_are_not_counted(
    small_lifecycle: Build, situation_of: Situate
) -> None:
    facts = {
        "in_care": YES_NO,
        "people": {"type": "people", "ask": "?", "entries": {"pupil": {"when": "in_care"}}},
        "here": {"type": "number", "is": "how_many(people)"},
    }
    compiled = compile_lifecycle(small_lifecycle(facts=facts))
    sheet = {"people": {"pupil": Ticked("present")}}
    assert View(compiled, situation_of({**sheet, "in_care": False})).value("here") == 0
