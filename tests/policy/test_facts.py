"""Facts keep their value through the written form."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.errors import BadInput, Unknown
from apflow.policy.facts import ANSWERS, read_facts, updated, write_facts, write_value
from apflow.policy.lifecycle import Fact, Lifecycle
from apflow.policy.situation import Ticked, Value

LIFECYCLE = Lifecycle.model_validate(
    {
        "lifecycle": "kinds",
        "title": "One fact of each type",
        "road": ["open"],
        "phases": {"only": "Only"},
        "roles": {"school": {}},
        "events": {"open_it": {"title": "Open"}},
        "states": {"open": {"title": "Open", "phase": "only"}},
        "transitions": [{"from": "start", "event": "open_it", "to": "open", "by": ["school"]}],
        "facts": {
            "a_yes_no": {"type": "yes_no", "ask": "?"},
            "a_number": {"type": "number", "ask": "?"},
            "a_text": {"type": "text", "ask": "?"},
            "a_date": {"type": "date", "ask": "?"},
            "a_moment": {"type": "moment", "ask": "?"},
            "a_choice": {"type": "choice", "ask": "?", "options": {"x": "X", "y": "Y"}},
            "some_choices": {"type": "choices", "ask": "?", "options": {"x": "X", "y": "Y"}},
            "an_organisation": {"type": "organisation", "ask": "?"},
            "a_person": {"type": "person", "ask": "?"},
            "a_meeting": {"type": "meeting", "ask": "?", "of": "forum"},
            "some_papers": {"type": "papers", "ask": "?", "entries": {"caf": {}, "plan": {}}},
            "some_people": {"type": "people", "ask": "?", "entries": {"pupil": {}}},
            "some_agreements": {"type": "agreements", "ask": "?", "entries": {"parent": {}}},
        },
    }
)

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
moments = st.datetimes(
    datetime(1901, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC), allow_imaginary=False
)


def sheets(kind: str) -> st.SearchStrategy[dict[str, Ticked]]:
    optional = st.none() | st.text(max_size=20)
    ticked = st.builds(
        Ticked, st.sampled_from(ANSWERS[kind]), optional, st.none() | days, st.none() | days
    )
    return st.dictionaries(st.sampled_from(("caf", "plan", "parent")), ticked, max_size=3)


ANY_FACTS = st.fixed_dictionaries(
    {},
    optional={
        "a_yes_no": st.booleans(),
        "a_number": st.integers(-(10**9), 10**9),
        "a_text": st.text(st.characters(exclude_categories=["Cs"])),
        "a_date": days,
        "a_moment": moments,
        "a_choice": st.sampled_from(("x", "y")),
        "some_choices": st.sampled_from(((), ("x",), ("x", "y"))),
        "an_organisation": st.just("school-1"),
        "a_person": st.just("p-1"),
        "a_meeting": days,
        "some_papers": sheets("papers"),
        "some_people": sheets("people"),
        "some_agreements": sheets("agreements"),
    },
)


@given(ANY_FACTS)
def test_facts_come_back_from_json_as_they_were(facts: dict[str, Value]) -> None:
    written = json.loads(json.dumps(write_facts(facts)))
    again = read_facts(LIFECYCLE, written)
    assert again == facts
    assert {name: type(value) for name, value in again.items()} == {
        name: type(value) for name, value in facts.items()
    }


def test_a_moment_is_written_in_utc_whatever_its_zone() -> None:
    summer = datetime(2026, 7, 1, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    assert write_value(summer) == "2026-07-01T09:30:00+00:00"


def test_a_checklist_leaves_out_what_was_not_said() -> None:
    sheet = {"caf": Ticked("present"), "plan": Ticked("awaited", until=date(2026, 3, 1))}
    assert write_value(sheet) == {
        "caf": {"answer": "present"},
        "plan": {"answer": "awaited", "until": "2026-03-01"},
    }


def test_a_stored_name_that_is_no_fact_is_named() -> None:
    with pytest.raises(Unknown, match="no fact 'a_nmber'; did you mean 'a_number'"):
        read_facts(LIFECYCLE, {"a_nmber": 1})


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a_yes_no", 1),
        ("a_yes_no", "yes"),
        ("a_number", True),
        ("a_number", "7"),
        ("a_number", 7.0),
        ("a_text", 7),
        ("a_date", "12/02/2026"),
        ("a_date", 20260212),
        ("a_moment", "2026-02-12T09:30:00"),
        ("some_choices", "x"),
        ("some_choices", [1]),
        ("some_papers", ["caf"]),
        ("some_papers", {"caf": "present"}),
        ("some_papers", {"caf": {"answer": "lost"}}),
        ("some_papers", {"caf": {"detail": "x"}}),
        ("some_papers", {"caf": {"answer": "present", "by": "x"}}),
        ("some_papers", {"caf": {"answer": "present", "detail": 3}}),
        ("a_text", None),
    ],
)
def test_a_stored_value_in_another_form_is_refused(name: str, written: object) -> None:
    with pytest.raises(BadInput, match="not the written form") as refused:
        read_facts(LIFECYCLE, {name: written})
    assert refused.value.field == name


def test_papers_and_agreements_are_updated_entry_by_entry() -> None:
    before = {"caf": Ticked("awaited"), "plan": Ticked("present")}
    papers = LIFECYCLE.facts["some_papers"]
    assert updated(papers, before, {"caf": Ticked("present")}) == {
        "caf": Ticked("present"),
        "plan": Ticked("present"),
    }
    assert updated(papers, before, {}) == before
    assert updated(papers, None, {}) == {}
    agreed = {"parent": Ticked("agreed")}
    withdrawn = {"parent": Ticked("withdrawn")}
    assert updated(LIFECYCLE.facts["some_agreements"], agreed, withdrawn) == withdrawn


def test_people_are_a_new_sheet_each_time() -> None:
    people = Fact.model_validate({"type": "people", "ask": "?", "entries": {"pupil": {}}})
    before = {"pupil": Ticked("present")}
    assert updated(people, before, {"parent": Ticked("present")}) == {"parent": Ticked("present")}
