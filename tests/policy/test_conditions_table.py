"""Each line of the table of conditions, asked of one example lifecycle."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from apflow.policy.compiled import View, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Situation, Tally, Ticked

Ask = Callable[..., Any]

JAN = [date(2026, 1, day) for day in range(1, 32)]
REVIEWS = Tally(
    {"hold_review": ((JAN[11], 3), (JAN[6], 4), (JAN[12], 5))},
    {"placed": ((JAN[9], 2), (JAN[6], 6))},
)
PRESENT, ABSENT, AWAITED = Ticked("present"), Ticked("absent", "ill"), Ticked("awaited")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("year_group == 9", True),
        ("year_group != 9", False),
        ("year_group < 9", False),
        ("year_group <= 9", True),
        ("year_group > limit", False),
        ("year_group >= 9 and limit >= 12", True),
        ("year_group + 2 * 2 - 1 == 12", True),
        ("year_group - 2 - 3 == 4", True),
        ("-year_group < -8", True),
        ("(year_group + 1) * 2 == 20", True),
        ("year_group in (8, 9)", True),
        ("year_group not in [8, 9]", False),
        ("limit == unset", None),
        ("unset + 1 > 0", None),
        ("-unset < 0", None),
        ("year_group * 999999999 * 999999999 > 0", None),
    ],
)
def test_numbers_are_compared_and_reckoned_with(ask: Ask, text: str, answer: bool | None) -> None:
    assert ask(text, facts={"year_group": 9}) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("stage == 'KS3'", True),
        ("'KS3' == stage", True),
        ("stage != 'KS3'", False),
        ("stage in ('KS2', 'continue')", False),
        ("stage in ['KS3']", True),
        ("stage in ('KS3')", True),
        ("stage in stages", True),
        ("stage not in stages", False),
        ("'support' in tried", True),
        ("'move' not in tried", True),
        ("district == home_district", True),
        ("district == 'Maidstone'", True),
        ("district in ('Kent', 'Maidstone')", True),
        ("home == provider", False),
        ("excluded == in_care", False),
        ("excluded == true and in_care == false", True),
    ],
)
def test_options_and_words_are_compared(ask: Ask, text: str, answer: bool) -> None:
    facts = {
        "stage": "KS3", "tried": ("support",), "district": "Maidstone", "home": "a",
        "provider": "b", "excluded": True, "in_care": False,
    }  # fmt: skip
    assert ask(text, facts=facts) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("start_on < today", True),
        ("start_on >= starts", False),
        ("start_on == raised_at", False),
        ("raised_at == starts", False),
        ("raised_at > start_on", True),
        ("told_at > raised_at", True),
        ("happened_on == today", True),
        ("sitting > today", True),
        ("sitting == next_meeting('forum', today)", True),
    ],
)
def test_dates_moments_and_sittings_are_compared(ask: Ask, text: str, answer: bool) -> None:
    facts = {
        "start_on": date(2026, 1, 2),
        "raised_at": datetime(2026, 1, 3, 9, tzinfo=UTC),
        "told_at": datetime(2026, 1, 3, 10, tzinfo=UTC),
        "sitting": date(2026, 2, 12),
    }
    assert ask(text, facts=facts) is answer


def test_a_moment_compares_as_its_date_in_london(ask: Ask) -> None:
    just_after_midnight = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    facts = {"raised_at": just_after_midnight, "start_on": date(2026, 7, 1)}
    assert ask("raised_at == start_on", facts=facts) is True
    assert ask("start_on >= raised_at", facts=facts) is True


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("state == 'placed'", True),
        ("state in ('start', 'asked')", False),
        ("role == 'school'", True),
        ("role == 'system'", False),
    ],
)
def test_state_and_role_are_where_it_stands_and_who_acts(ask: Ask, text: str, answer: bool) -> None:
    assert ask(text) is answer


def test_today_and_happened_on_are_the_days_handed_in(ask: Ask) -> None:
    assert ask("today", "date", today=JAN[4]) == JAN[4]
    assert ask("happened_on", "date", happened_on=JAN[2]) == JAN[2]


def test_nobody_acting_leaves_the_role_not_known(ask: Ask) -> None:
    assert ask("role == 'school'", role=None) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("known(excluded)", True),
        ("known(in_care)", False),
        ("known(unset)", False),
        ("known(limit)", True),
        ("known(provider.urn)", True),
        ("known(provider.until)", False),
        ("known(papers)", False),
        ("known(last('hold_review'))", False),
        ("known(year_group > 3)", False),
    ],
)
def test_known_is_never_not_known(ask: Ask, text: str, answer: bool) -> None:
    facts = {"excluded": False, "provider": "p1"}
    assert ask(text, facts=facts, register={"p1": {"urn": 123456}}) is answer


def test_a_particular_comes_from_the_register(ask: Ask) -> None:
    register = {"p1": {"until": JAN[30]}}
    text = "provider.until >= happened_on"
    assert ask(text, facts={"provider": "p1"}, register=register) is True
    assert ask(text, facts={"provider": "p2"}, register=register) is None
    assert ask(text, register=register) is None


CAF = {"caf": PRESENT}
VIEWS = {"views": Ticked("not_applicable", "too young")}


@pytest.mark.parametrize(
    ("papers", "in_care", "complete", "answered"),
    [
        (None, None, None, None),
        ({}, False, False, False),
        (CAF, False, False, False),
        ({**CAF, **VIEWS}, False, True, True),
        ({**CAF, **VIEWS}, None, None, None),
        ({**CAF, **VIEWS}, True, False, False),
        ({**CAF, **VIEWS, "plan": Ticked("equivalent", "LAC plan")}, True, True, True),
        ({**CAF, **VIEWS, "plan": AWAITED}, True, False, True),
        ({**CAF, **VIEWS, "plan": AWAITED}, None, None, True),
        ({**VIEWS, "caf": AWAITED}, None, False, None),
        ({**VIEWS, "caf": Ticked("equivalent", "other")}, False, False, True),
    ],
)
def test_a_list_is_complete_when_every_needed_entry_that_applies_is_satisfied(
    ask: Ask, papers: Any, in_care: Any, complete: Any, answered: Any
) -> None:
    given = {"papers": papers, "in_care": in_care}
    facts = {name: value for name, value in given.items() if value is not None}
    assert ask("complete(papers)", facts=facts) is complete
    assert ask("answered(papers)", facts=facts) is answered


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("has(papers, 'caf')", True),
        ("has(papers, 'caf', 'views')", False),
        ("has(papers, 'plan')", True),
        ("has(papers, 'extra')", False),
        ("has(people, 'pupil')", True),
        ("has(people, 'pupil', 'parent')", False),
        ("has(agreed, 'parent')", None),
    ],
)
def test_has_asks_for_the_named_entries_where_they_apply(
    ask: Ask, text: str, answer: bool | None
) -> None:
    facts = {"papers": CAF, "in_care": False, "people": {"pupil": PRESENT, "parent": ABSENT}}
    assert ask(text, facts=facts) is answer


@pytest.mark.parametrize("answer", ["refused", "withdrawn"])
def test_an_agreement_refused_or_withdrawn_is_answered_but_not_agreed(
    ask: Ask, answer: Any
) -> None:
    facts = {"agreed": {"parent": Ticked(answer, "because")}}
    assert ask("answered(agreed)", facts=facts) is True
    assert ask("complete(agreed)", facts=facts) is False


@pytest.mark.parametrize(
    ("facts", "text", "number"),
    [
        ({}, "how_many(people)", None),
        ({"people": {"pupil": PRESENT, "parent": ABSENT, "pru": PRESENT}}, "how_many(people)", 2),
        ({"tried": ("move", "support")}, "how_many(tried)", 2),
        ({"tried": ()}, "how_many(tried)", 0),
        ({}, "how_many(tried)", None),
        ({"papers": {"plan": PRESENT}, "in_care": True}, "how_many(papers)", 1),
        ({"papers": {"plan": PRESENT}, "in_care": False}, "how_many(papers)", 0),
        ({"papers": {"plan": PRESENT}}, "how_many(papers)", None),
    ],
)
def test_how_many_counts_what_is_satisfied_or_picked(
    ask: Ask, facts: Any, text: str, number: int | None
) -> None:
    assert ask(text, "number", facts=facts) == number


@pytest.mark.parametrize(
    ("text", "of", "answer"),
    [
        ("count('hold_review')", "number", 3),
        ("count('place')", "number", 0),
        ("count('hold_review', start_on)", "number", 2),
        ("count('hold_review', raised_at)", "number", 1),
        ("count('hold_review', end_on)", "number", None),
        ("first('hold_review')", "date", JAN[6]),
        ("last('hold_review')", "date", JAN[12]),
        ("first('place')", "date", None),
        ("last('place')", "date", None),
        ("entered('placed')", "date", JAN[9]),
        ("entered('asked')", "date", None),
    ],
)
def test_the_tally_says_how_often_and_when(ask: Ask, text: str, of: str, answer: Any) -> None:
    facts = {"start_on": JAN[11], "raised_at": datetime(2026, 1, 13, 8, tzinfo=UTC)}
    assert ask(text, of, facts=facts, tally=REVIEWS) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("latest(start_on, last('hold_review'))", JAN[12]),
        ("earliest(start_on, last('hold_review'))", JAN[1]),
        ("latest(end_on, start_on)", JAN[1]),
        ("earliest(end_on, start_on, raised_at)", JAN[1]),
        ("latest(end_on, last('place'))", None),
    ],
)
def test_latest_and_earliest_skip_what_is_not_known(
    ask: Ask, text: str, answer: date | None
) -> None:
    facts = {"start_on": JAN[1], "raised_at": datetime(2026, 1, 20, 8, tzinfo=UTC)}
    assert ask(text, "date", facts=facts, tally=REVIEWS) == answer


def test_the_latest_of_moments_is_a_moment(ask: Ask) -> None:
    early, late = (datetime(2026, 1, 3, hour, tzinfo=UTC) for hour in (9, 10))
    facts = {"raised_at": late, "told_at": early}
    assert ask("latest(raised_at, told_at)", "moment", facts=facts) == late


@pytest.mark.parametrize(
    ("text", "of", "answer"),
    [
        ("KS3", "choice", "KS3"),
        ("'KS3'", "choice", "KS3"),
        ("continue", "choice", "continue"),
        (" KS2 ", "choice", "KS2"),
        ("stage", "choice", "KS2"),
        ("move", "choices", ("move",)),
        (True, "yes_no", True),
        ("false", "yes_no", False),
        (7, "number", 7),
        ("limit", "number", 12),
        ("home_district", "text", "Maidstone"),
        ("district", "text", "Kent"),
        ("home", "organisation", "a"),
        ("next_meeting('forum', today)", "meeting", date(2026, 2, 12)),
    ],
)
def test_a_worked_out_value_may_be_written_plainly(
    ask: Ask, text: Any, of: str, answer: Any
) -> None:
    assert ask(text, of, facts={"stage": "KS2", "district": "Kent", "home": "a"}) == answer


def test_an_option_wins_over_a_fact_of_the_same_name(
    small_lifecycle: Callable[..., Lifecycle], situation_of: Callable[..., Situation]
) -> None:
    facts = {
        "school": {"type": "choice", "ask": "?", "options": {"pru": "PRU", "school": "School"}},
        "transport": {"type": "choice", "is": "school", "options": {"school": "S", "pru": "P"}},
    }
    view = View(compile_lifecycle(small_lifecycle(facts=facts)), situation_of({"school": "pru"}))
    assert view.value("transport") == "school"


def test_and_or_and_not_bind_as_in_python(ask: Ask) -> None:
    facts = {"excluded": True, "in_care": False}
    assert ask("excluded or excluded and in_care", facts=facts) is True
    assert ask("(excluded or excluded) and in_care", facts=facts) is False
    assert ask("not in_care and excluded", facts=facts) is True
    assert ask("not (in_care or excluded)", facts=facts) is False
    assert ask("not in_care == excluded", facts=facts) is True
    assert ask("excluded\n  and not\tin_care", facts=facts) is True
