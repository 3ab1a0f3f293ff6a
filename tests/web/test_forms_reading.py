"""From what was typed into a form to answers, and to words for what is wrong with them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apflow.policy.facts import write_facts
from apflow.policy.situation import Ticked
from apflow.web.forms import saying
from apflow.web.forms.building import Ground, error_input, field
from apflow.web.forms.fields import Fault
from apflow.web.forms.particulars import read_happened, read_overrides, read_reason
from apflow.web.forms.reading import Read, read
from apflow.web.forms.typed import prefilled, shown
from tests.web.every_question import FACTS, TODAY, ground, machine


def typed(**said: str) -> dict[str, list[str]]:
    """Return what is typed into inputs: `start_on__day` is fact-start_on-day."""
    return {f"fact-{key.replace('__', '-')}": [value] for key, value in said.items()}


def took(name: str, of: Ground | None = None, **said: str) -> Any:
    got = read(of or ground(), [name], [], typed(**said))
    assert got.faults == (), got.faults
    return got.taken.get(name)


def fault(name: str, **said: str) -> Fault:
    got = read(ground(), [name], [], typed(**said))
    assert got.taken == {}
    return got.faults[0]


def test_answers_of_every_type_are_taken_as_they_are_typed() -> None:
    assert took("agrees", agrees="yes") is True
    assert took("year_group", year_group=" 8 ") == 8
    assert took("story", story=" One\r\ntwo ") == "One\ntwo"
    assert took("kind", kind="moved") == "moved"
    assert took("home", home="oak") == "oak"
    assert took("contact", contact="Ms Fenwick") == "Ms Fenwick"
    assert took("sitting", sitting="2026-01-21") == date(2026, 1, 21)
    said = {"fact-tried": ["help", "talk"]}
    assert read(ground(), ["tried"], [], said).taken["tried"] == ("talk", "help")


@pytest.mark.parametrize(
    "parts",
    [("27", "3", "2026"), ("27", "Mar", "2026"), ("27/3/2026", "", ""), ("27 March 2026", "", "")],
)
def test_a_date_is_taken_in_three_parts_or_whole(parts: tuple[str, str, str]) -> None:
    day, month, year = parts
    got = took("start_on", start_on__day=day, start_on__month=month, start_on__year=year)
    assert got == date(2026, 3, 27)


@pytest.mark.parametrize("clock", ["14:05", "2:05pm", "2.05 pm", "14.05"])
def test_a_time_is_taken_as_on_a_clock(clock: str) -> None:
    got = took(
        "raised_at",
        raised_at__day="9",
        raised_at__month="1",
        raised_at__year="2026",
        raised_at__time=clock,
    )
    assert got == datetime(2026, 1, 9, 14, 5, tzinfo=UTC)


def test_nothing_typed_is_no_answer_but_of_papers() -> None:
    for name in FACTS:
        got = read(ground(), [name], [], {})
        assert got == Read({name: {}} if name in ("papers", "terms") else {}), name


@pytest.mark.parametrize(
    ("said", "says", "part"),
    [
        ({"start_on__day": "3"},
         "First day agreed: the date must include a month and a year", "month"),
        ({"start_on__day": "31", "start_on__month": "2", "start_on__year": "2026"},
         "First day agreed: there is no such day", ""),
        ({"start_on__day": "3", "start_on__month": "2", "start_on__year": "26"},
         "First day agreed: enter the year with four digits", ""),
        ({"start_on__day": "x", "start_on__month": "y", "start_on__year": "z"},
         "First day agreed: enter a real date, such as 27 3 2027", ""),
        ({"year_group": "14"}, "Year group: enter a number from 1 to 13", ""),
        ({"year_group": "eight"}, "Year group: enter a whole number, such as 85", ""),
        ({"agrees": "maybe"}, "Does the parent agree? Choose yes or no", ""),
        ({"kind": "theft"}, "Why is it asked for? Choose one of the answers shown", ""),
        ({"home": "atlantis"}, "School that refers the pupil: choose one of the answers shown", ""),
        ({"sitting": "2026-01-22"}, "Which panel? Choose one of the sittings shown", ""),
        ({"contact": "two\nlines"}, "Named contact: write it on one line", ""),
        ({"story": "x" * 4001}, "What happened? Use at most 4,000 characters; there are 4,001", ""),
        ({"story": "a\x00b"},
         "What happened? Remove character 2: it cannot be seen and cannot be kept", ""),
        ({"raised_at__day": "3", "raised_at__month": "1", "raised_at__year": "2026"},
         "When did the concern arise? The date must include a time", "time"),
        ({"raised_at__day": "3", "raised_at__month": "1", "raised_at__year": "2026",
          "raised_at__time": "25:10"},
         "When did the concern arise? Enter a time as on a clock, such as 9:30am or 14:05", "time"),
        ({"people__pupil": "absent"}, "Pupil: give the reason for the absence", "pupil.detail"),
        ({"agreed__parent": "refused"}, "Parent or carer: give the reason for the refusal",
         "parent.detail"),
        ({"papers__views": "not_applicable"}, "The pupil's own views: say why it is not needed",
         "views.detail"),
        ({"papers__views": "equivalent"}, "The pupil's own views: say which equivalent there is",
         "views.detail"),
        ({"papers__caf": "equivalent"}, "Completed CAF: choose an answer", "caf"),
        ({"papers__caf__detail": "in the file"}, "Completed CAF: choose an answer", "caf"),
        ({"papers__caf": "present", "papers__caf__on": "soon"},
         "Completed CAF: enter a real date, such as 27 3 2027", "caf.on"),
        ({"papers__caf": "present", "papers__caf__until": "1/3/2026"},
         "Completed CAF: only what is awaited has a day until when", "caf.until"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_for_people_and_leads_to_its_input(
    said: dict[str, str], says: str, part: str
) -> None:
    name = next(iter(said)).partition("__")[0]
    found = fault(name, **said)
    assert (found.says, found.part) == (says, part)
    drawn = field(ground(), name, typed(**said), [found])
    inputs = {f"fact-{name}"} | {f"fact-{name}-{one}" for one in ("day", "month", "year", "time")}
    for line in drawn.lines:
        inputs |= {line.id, *(f"{line.id}-{box}" for box in line.boxes)}
    assert error_input(drawn, found) in inputs


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("agrees", "Choose yes or no: Does the parent agree?"),
        ("kind", "Choose an answer: Why is it asked for?"),
        ("home", "Choose the school that refers the pupil"),
        ("year_group", "Enter the year group"),
        ("start_on", "Enter the first day agreed"),
        ("story", "Enter an answer: What happened?"),
        ("people", "Say who was there: Who was there?"),
    ],
)
def test_what_is_not_answered_is_asked_for_by_its_question(name: str, says: str) -> None:
    assert saying.missing(ground(), name).says == says


KNOWN = {
    "agrees": True,
    "year_group": 8,
    "start_on": date(2026, 2, 3),
    "kind": "moved",
    "tried": ("talk",),
    "home": "oak",
    "contact": "Ms Fenwick",
    "sitting": date(2026, 1, 21),
    "papers": {
        "caf": Ticked("awaited", None, None, date(2026, 3, 1)),
        "views": Ticked("not_applicable", "Too young", date(2026, 1, 2)),
    },
    "agreed": {"parent": Ticked("refused", "Wants to wait")},
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_a_form_says_before_anything_is_typed_is_what_is_known(name: str) -> None:
    of = ground({name: KNOWN[name]})  # type: ignore[dict-item]
    said = prefilled(name, of.fact(name), of.facts[name])
    whole = read(of, [name], [], said, whole=True)
    assert whole.faults == ()
    assert write_facts(whole.taken) == of.facts


@pytest.mark.parametrize("name", KNOWN)
def test_what_may_be_answered_and_is_left_as_it_was_is_no_answer(name: str) -> None:
    of = ground({name: KNOWN[name]})  # type: ignore[dict-item]
    said = prefilled(name, of.fact(name), of.facts[name])
    assert read(of, [], [name], said) == Read()


def test_of_papers_only_what_is_new_is_an_answer() -> None:
    of = ground({"papers": KNOWN["papers"]})  # type: ignore[dict-item]
    said = prefilled("papers", of.fact("papers"), of.facts["papers"])
    said |= {"fact-papers-caf": ["present"]}
    assert read(of, ["papers"], [], said).taken == {"papers": {"caf": Ticked("present")}}


def test_an_agreement_that_stands_is_said_again_where_it_must_be_answered() -> None:
    of = ground({"agreed": {"parent": Ticked("agreed")}})
    said = prefilled("agreed", of.fact("agreed"), of.facts["agreed"])
    assert read(of, ["agreed"], [], said).taken == {"agreed": {"parent": Ticked("agreed")}}


def test_a_day_of_the_event_is_today_unless_said_and_never_ahead() -> None:
    def day(*parts: str) -> object:
        names = ("day", "month", "year")
        said = {f"happened_on-{n}": [p] for n, p in zip(names, parts, strict=False)}
        got = read_happened(said, TODAY)
        return got.says if isinstance(got, Fault) else got

    assert day() == TODAY
    assert day("13", "1", "2026") == date(2026, 1, 13)
    assert day("", "", "") == "Enter the day on which this happened"
    assert day("15", "1", "2026") == "The day on which this happened must be today or earlier"
    assert day("1", "1", "1950") == "The day on which this happened is too long ago"
    assert day("9", "", "") == "The day on which this happened must include a month and a year"
    assert "real date" in str(day("9", "99", "2026"))


def test_reasons_are_texts_and_an_empty_one_is_none() -> None:
    assert read_overrides({"override-two_sat": [" "]}, ["two_sat"]) == ({}, [])
    assert read_overrides({"override-two_sat": ["so"]}, ["two_sat"]) == ({"two_sat": "so"}, [])
    reasons, faults = read_overrides({"override-two_sat": ["a\x00"]}, ["two_sat"])
    assert reasons == {}
    assert "cannot be kept" in faults[0].says
    assert read_reason({}) == Fault("because", "Enter the reason")


_TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["yes", "present", "absent", "awaited", "3", "2026", "oak", "\x00", "\u202e"]),
)
_NAMES = st.sampled_from(
    sorted(
        {f"fact-{name}" for name in FACTS}
        | {f"fact-{n}-{p}" for n in FACTS for p in ("day", "month", "year", "time")}
        | {f"fact-papers-{e}{p}" for e in ("caf", "views", "plan") for p in ("", "-detail", "-on")}
        | {f"fact-people-{e}{p}" for e in ("pupil", "parent") for p in ("", "-detail", "-until")}
    )
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=st.dictionaries(_NAMES, st.lists(_TEXTS, max_size=3)))
def test_whatever_is_typed_is_taken_or_refused_in_words(said: Mapping[str, Sequence[str]]) -> None:
    of = ground()
    got = read(of, list(FACTS), [], said)
    again = read(of, list(FACTS), [], {k: [shown(one) for one in v] for k, v in said.items()})
    assert len(again.taken) >= len(got.taken) - 1 or again.faults
    for one in got.faults:
        assert one.says
        name = one.id.removeprefix("fact-")
        assert name not in got.taken
        drawn = field(of, name, said, [one])
        assert drawn.error or any(line.error for line in drawn.lines)
        assert not any(
            fact in one.says for fact in machine().compiled.lifecycle.facts if "_" in fact
        )
