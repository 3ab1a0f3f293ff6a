"""Every fault is told once, with its column and, where there is one, the nearest right word."""

from collections.abc import Callable
from typing import Any

import pytest

from apflow.policy.compiled import Faulty, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle

Told = list[tuple[int, str]]

FACTS: dict[str, Any] = {
    "excluded": {"type": "yes_no", "ask": "?"},
    "in_care": {"type": "yes_no", "ask": "?"},
    "year_group": {"type": "number", "ask": "?"},
    "district": {"type": "text", "ask": "?"},
    "start_on": {"type": "date", "ask": "?"},
    "raised_at": {"type": "moment", "ask": "?"},
    "stage": {"type": "choice", "ask": "?", "options": {"KS2": "2", "KS3": "3"}},
    "reason": {"type": "choice", "ask": "?", "options": {"risk": "R", "other": "O"}},
    "tried": {"type": "choices", "ask": "?", "options": {"move": "Move", "support": "Support"}},
    "provider": {"type": "organisation", "ask": "?", "has": {"urn": "number"}},
    "contact": {"type": "person", "ask": "?"},
    "sitting": {"type": "meeting", "ask": "?", "of": "forum"},
    "papers": {"type": "papers", "ask": "?", "entries": {"caf": {}, "plan": {}}},
}
SETTINGS: dict[str, Any] = {
    "limit": {"value": 12},
    "home_district": {"value": "Maidstone"},
    "stages": {"value": ["KS2", "KS5"]},
    "misspelt": {"value": "risc"},
    "fortnight": {"value": "fortnight"},
}
MEETINGS = {"forum": {"title": "Forum"}, "panel": {"title": "Panel"}}


@pytest.fixture(scope="module")
def faults(small_lifecycle: Callable[..., Lifecycle]) -> Callable[..., Told]:
    """Return a function that gives (column, says) for every fault of one text."""

    def find(text: Any, of: str = "yes_no") -> Told:
        asked: dict[str, Any] = {"type": of, "is": text}
        if of in ("choice", "choices"):
            asked["options"] = {"KS2": "2", "KS3": "3"}
        if of == "meeting":
            asked["of"] = "forum"
        if of == "papers":
            asked["entries"] = {"caf": {}}
        lifecycle = small_lifecycle(
            facts={**FACTS, "asked_for": asked}, settings=SETTINGS, meetings=MEETINGS
        )
        with pytest.raises(Faulty) as raised:
            compile_lifecycle(lifecycle)
        assert {fault.path for fault in raised.value.faults} == {("facts", "asked_for", "is")}
        return [(fault.column, fault.says) for fault in raised.value.faults]

    return find


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("exclude", 1, "there is no fact or setting 'exclude'; did you mean 'excluded'?"),
        ("excluded and in_cure", 14, "no fact or setting 'in_cure'; did you mean 'in_care'?"),
        ("place_fre", 1, "did you mean 'place_free'?"),
        ("KS3 == stage", 1, "the word itself is written 'KS3', in quotes"),
        ("known", 1, "'known' is written known(x)"),
        ("stage == 'KS4'", 10, "'KS4' is no option of stage; did you mean 'KS3'?"),
        ("'ks3' == stage", 1, "'ks3' is no option of stage; did you mean 'KS3'?"),
        ("stage in ('KS2', 'KS9')", 10, "'KS9' is no option of stage; did you mean 'KS3'?"),
        ("stage in stages", 10, "'KS5' of the setting 'stages' is no option of stage"),
        ("reason == misspelt", 11, "'risc' of the setting 'misspelt' is no option of reason"),
        ("'moved' in tried", 1, "'moved' is no option of tried; did you mean 'move'?"),
        ("'x' in tried", 1, "'x' is no option of tried; there are move, support"),
        ("state == 'plaecd'", 10, "'plaecd' is no state; did you mean 'placed'?"),
        ("role == 'scool'", 9, "'scool' is no role; did you mean 'school'?"),
        ("count('hold_revew') > 0", 7, "no event 'hold_revew'; did you mean 'hold_review'?"),
        ("known(last('placed'))", 12, "there is no event 'placed'; did you mean 'place'?"),
        ("known(entered('assked'))", 15, "no state 'assked'; did you mean 'asked'?"),
        ("count(hold_review) > 0", 7, "written 'hold_review', in quotes"),
        ("count(start_on) > 0", 7, "event is expected here, as a word in quotes"),
        ("has(papers, 'cafe')", 13, "no entry of papers 'cafe'; did you mean 'caf'?"),
        ("known(next_meeting('forums', today))", 20, "no meeting 'forums'; did you mean 'forum'?"),
        ("provider.urm > 1", 1, "'provider' has no particular 'urm'; did you mean 'urn'?"),
        ("providr.urn > 1", 1, "no fact or setting 'providr'; did you mean 'provider'?"),
        ("excluded and knwn(start_on)", 14, "no function 'knwn'; did you mean 'known'?"),
        ("within(start_on, 1, 'days') > today", 21, "'days' is no unit here; did you mean 'day'?"),
        ("within(start_on, 1, fortnight) > today", 21, "'fortnight' is no unit here"),
    ],
)
def test_an_unknown_word_is_told_with_its_column_and_the_nearest_right_one(
    faults: Callable[..., Told], text: str, column: int, says: str
) -> None:
    ((at, told),) = faults(text)
    assert at == column
    assert says in told


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("district == stage", 10, "'district' (free text) is not comparable with 'stage'"),
        ("year_group == 'x'", 12, "'year_group' (a number) is not comparable with 'x'"),
        ("stage == reason", 1, "have no option in common"),
        ("stage < 'KS3'", 7, "'<' compares numbers or dates, not 'stage' (a choice) with 'KS3'"),
        ("start_on > 3", 10, "'>' compares numbers or dates"),
        ("excluded == 1", 10, "'excluded' (yes or no) is not comparable with a number"),
        ("provider == contact", 10, "is not comparable with 'contact' (a person)"),
        ("provider == 'kent'", 10, "is not comparable with 'kent'"),
        ("papers == tried", 8, "ask whether an option is in it, or how_many"),
        ("papers == papers", 8, "ask complete, answered, has or how_many"),
        ("year_group in ('a', 'b')", 1, "'year_group' (a number) cannot be in this list"),
        ("start_on in (1, 2)", 1, "'start_on' (a date) cannot be in this list"),
        ("stage in start_on", 10, "asks about a list or several choices, not 'start_on'"),
        ("excluded in tried", 13, "asks about a list or several choices"),
        ("year_group + stage == 1", 14, "'+' takes a number, not 'stage' (a choice)"),
        ("start_on - 1 > today", 1, "'-' takes a number, not 'start_on' (a date)"),
        ("-excluded == 1", 2, "'-' takes a number, not 'excluded'"),
        ("not year_group", 5, "'not' takes yes or no, not 'year_group' (a number)"),
        ("excluded and year_group", 14, "'and' joins yes or no, not 'year_group' (a number)"),
        ("excluded or 'risk'", 13, "'or' joins yes or no, not 'risk'"),
        ("complete(excluded)", 10, "a list of papers, people or agreements is expected here"),
        ("answered('papers')", 10, "a list of papers, people or agreements is expected here"),
        ("how_many(year_group) > 1", 10, "a list of papers, people or agreements"),
        ("known('x')", 7, "'x' is a word and always known"),
        ("count('place', stage) > 0", 16, "a date or a date with a time is expected here"),
        ("latest(start_on, 1) > today", 18, "a date or a date with a time is expected here"),
        ("papers_by(start_on) > today", 11, "a sitting of a meeting is expected here"),
        ("within(1, 1, 'day') > today", 8, "a date or a date with a time is expected here"),
        ("within(start_on, 'x', 'day') > today", 18, "a number is expected here, not 'x'"),
        ("within(start_on, 1, stage) > today", 21, "a unit is expected here, in quotes or as a"),
        ("within(start_on, -1, 'day') > today", 18, "the number is at least 0, not -1"),
        ("nth(start_on, 0, 'day') > today", 15, "the number is at least 1, not 0"),
        ("nth(start_on, 1, 'week') > today", 18, "'week' is no unit here; there are day, working"),
        ("ago(1, 'hour') < today", 8, "'hour' is no unit here"),
        ("stage.urn > 1", 1, "only an organisation has particulars"),
        ("known()", 1, "it is written known(x), with these parts and no others"),
        ("known(stage, reason)", 1, "it is written known(x)"),
        ("nth(start_on, 1) > today", 1, "it is written nth(start, n, unit)"),
        ("has(papers)", 1, "it is written has(list, 'entry', …)"),
        ("today", 1, "'asked_for' is yes or no, but this gives 'today' (a date)"),
        ("('KS2', 'KS3')", 1, "'asked_for' is yes or no, but this gives a list"),
    ],
)
def test_parts_that_do_not_go_together_are_told_with_their_column(
    faults: Callable[..., Told], text: str, column: int, says: str
) -> None:
    ((at, told),) = faults(text)
    assert at == column
    assert says in told


@pytest.mark.parametrize(
    ("text", "of", "says"),
    [
        ("KS4", "choice", "no option, fact or setting 'KS4'; did you mean 'KS3'?"),
        ("'KS4'", "choice", "'KS4' is no option of asked_for; did you mean 'KS3'?"),
        ("home_district", "choice", "'Maidstone' of the setting 'home_district' is no option"),
        ("reason", "choice", "this may give 'risk', which is no option of asked_for"),
        ("tried", "choices", "this may give 'move', which is no option of asked_for"),
        ("district", "choice", "'asked_for' is a choice, but this gives 'district' (free text)"),
        ("KS9", "choices", "there is no option, fact or setting 'KS9'"),
        ("start_on", "moment", "is a date with a time, but this gives 'start_on' (a date)"),
        ("raised_at", "date", "is a date, but this gives 'raised_at' (a date with a time)"),
        ("start_on", "meeting", "'asked_for' is a sitting of forum"),
        ("next_meeting('panel', today)", "meeting", "'asked_for' is a sitting of forum"),
        ("year_group", "text", "is free text, but this gives 'year_group' (a number)"),
        ("provider", "person", "is a person, but this gives 'provider' (an organisation)"),
        (7, "yes_no", "is yes or no, but this gives a number"),
        (True, "number", "is a number, but this gives yes or no"),
        (10**12, "number", "a number is at most 999,999,999"),
        ("papers", "papers", "it is filled in, not worked out or set"),
    ],
)
def test_a_value_that_its_fact_cannot_have_is_told(
    faults: Callable[..., Told], text: Any, of: str, says: str
) -> None:
    ((at, told),) = faults(text, of)
    assert at == 1
    assert says in told


def test_a_number_that_python_would_not_print_is_told_like_any_other(
    faults: Callable[..., Told],
) -> None:
    assert faults(-(10**5000), "number") == [(1, "a number is at most 999,999,999")]


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("excluded and", 13, "the condition ends where a name or a value is expected"),
        ("", 1, "the condition ends where a name or a value is expected"),
        ("excluded in_care", 10, "'in_care' stands without 'and', 'or' or a comparison before it"),
        ("(excluded", 10, "where the '(' of column 1 should be closed by ')'"),
        ("excluded)", 9, "')' stands outside any bracket"),
        ("()", 1, "there is nothing between the brackets"),
        ("1 < year_group < 9", 16, "a second comparison: write two, joined by and"),
        ("excluded == not in_care", 13, "'not' stands where a name or a value is expected"),
        ("stage = 'KS3'", 7, "'=' has no place in a condition: write =="),
        ("stage is 'KS3'", 7, "'is' has no place in a condition: write =="),
        ("excluded && in_care", 10, "'&' has no place in a condition: write and"),
        ("!excluded", 1, "'!' has no place in a condition: write not"),
        ("year_group / 2 > 1", 12, "only + - * stand between numbers"),
        ("year_group % 2 > 1", 12, "only + - * stand between numbers"),
        ('stage == "KS3"', 10, "words stand in single quotes"),
        ("stage == ‘KS3’", 10, "words stand in straight single quotes"),
        ("stage == 'KS3", 10, "the quoted word is not closed"),
        ("stage == ''", 10, "a quoted word has 1 to 200 characters"),
        ("stage in ()", 10, "there is nothing between the brackets"),
        ("stage in ('KS2', stage)", 10, "a list holds only quoted words or whole numbers"),
        ("year_group ≥ 9", 12, "write >="),
        ("year_group > 1.5", 14, "only whole numbers are counted with"),
        ("year_group > 10th", 14, "is neither a number nor a name"),
        ("start_on > 2026-02-12", 12, "a date stands in a setting and is named here"),
        ("tried[0]", 6, "'[' has no place here: nothing is looked up by position"),
        ("provider.urn.x > 1", 13, "'.' stands only between an organisation and its particular"),
        ("provider.", 10, "a particular's name is expected after '.'"),
        ("excluded if in_care else excluded", 10, "'if' has no place in a condition"),
        ("excluded == None", 13, "write not known(…)"),
        ("excluded == True", 13, "write true"),
    ],
)
def test_what_is_not_of_the_language_is_told_with_its_column(
    faults: Callable[..., Told], text: str, column: int, says: str
) -> None:
    ((at, told),) = faults(text)
    assert at == column
    assert says in told


def test_every_fault_of_one_text_is_told_once_and_from_left_to_right(
    faults: Callable[..., Told],
) -> None:
    told = faults("aaa or knwn(bbb) or aaa or stage == 'KS4'")
    assert [column for column, _ in told] == [1, 8, 13, 37]


def test_one_fault_does_not_bring_others_with_it(faults: Callable[..., Told]) -> None:
    assert (
        len(faults("within(latest(start, last('place')), limit, 'day') + 1 > nothing_at_all")) == 2
    )
