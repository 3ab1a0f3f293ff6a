"""Section 5 of the format: every name and sign of conditions is taken, nothing else is.

What each gives is shown in the tests of the policy room; here, that a file may use it.
"""

from pathlib import Path

import pytest

from tests.small_policy import faults, line_of, telling

FACTS = (
    "on: {type: date, ask: A day}",
    "age: {type: number, ask: Age, min: 0}",
    "why: {type: choice, ask: Why?, options: {x: X, y: Y}}",
    "them: {type: choices, ask: Which?, options: {x: X, y: Y}}",
    "papers: {type: papers, ask: Which?, entries: {form: {title: A form}, note: {title: N}}}",
    "sitting: {type: meeting, of: forum, ask: Which?}",
    "at: {type: moment, ask: When?}",
    "home: {type: organisation, ask: Which?, has: {until: date}}",
)
MORE = {
    "meetings": "forum: {title: Forum, papers_by: {before: 5, unit: school_day}}",
    "settings": "unit_of_limit: {value: school_week}\nlimit: {value: 12}",
    "places": "pool: {title: Pool, capacity: 3, held_in: [draft]}",
}
TAKEN = [
    "ready and not (age > 3 or why == 'x')",
    "age == 3 or age != 4 or age < 5 or age <= 6 or age > 7 or age >= 8",
    "why in ('x', 'y') or why not in ('x', 'y') or age in (1, 2)",
    "age + 1 - 2 * 3 > -4",
    "why == 'x'",
    "age <= limit",
    "today >= on",
    "happened_on > on",
    "state == 'draft' or state in ('draft', 'done')",
    "role == 'school'",
    "place_free",
    "next_in_line",
    "known(on) and known(papers) and known(limit)",
    "complete(papers)",
    "answered(papers)",
    "has(papers, 'form', 'note')",
    "how_many(papers) >= 1 and how_many(them) >= 1",
    "count('tell') > 0",
    "count('tell', on) > 0",
    "first('tell') <= last('tell')",
    "entered('draft') <= today",
    "latest(on, last('tell')) <= today",
    "earliest(on, today) <= today",
    "nth(on, 6, 'school_day') >= today",
    "within(on, 6, 'week') >= today",
    "within(on, limit, unit_of_limit) >= today",
    "on >= ago(12, 'month')",
    "next_meeting('forum', today) >= on",
    "papers_by(sitting) >= today",
    "sitting >= today",
    "at >= on",
    "home.until >= today",
    "on >= today and on <= within(today, 2, 'term')",
]
REFUSED = {
    "ready if age else ready": "'if' has no place in a condition",
    "them[0] == 'x'": "nothing is looked up by position",
    "len(papers) > 1": "there is no function 'len'",
    "redy": "did you mean 'ready'?",
    "why == 'z'": "'z' is no option of why; there are x, y",
    "has(papers, 'forn')": "did you mean 'form'?",
    "count('tel') > 0": "did you mean 'tell'?",
    "entered('drft') < today": "did you mean 'draft'?",
    "within(on, 2, 'weeks') > today": "did you mean 'week'?",
    "next_meeting('forun', today) > on": "did you mean 'forum'?",
    "age > 'x'": "'>' compares numbers or dates",
    "age + why > 3": "'+' takes a number",
    "age": "yes or no is expected",
    "on > 3": "'>' compares numbers or dates",
    "complete(them)": "a list of papers, people or agreements is expected",
    "home.untill > today": "did you mean 'until'?",
    "age / 2 > 1": "only + - * stand between numbers",
    "known('on')": "name it without quotes",
    "__import__('os')": "there is no function",
    "ready and": "the condition ends where a name or a value is expected",
    "papers_by(on) > today": "a sitting of a meeting is expected",
    "1 < age < 3": "a second comparison",
}


@pytest.mark.parametrize("condition", TAKEN)
def test_every_word_and_sign_of_the_language_is_taken(condition: str, tmp_path: Path) -> None:
    found = faults(telling(*FACTS, require=condition, **MORE), tmp_path)
    assert found == []


@pytest.mark.parametrize("condition", REFUSED)
def test_anything_else_is_refused_on_its_line(condition: str, tmp_path: Path) -> None:
    text = telling(*FACTS, require=condition, **MORE)
    found = faults(text, tmp_path)
    place = f"{line_of(text, 'extra:')}: guards > extra > require: "
    assert any(one.startswith(place) and REFUSED[condition] in one for one in found), found


def test_plain_options_stand_in_is_and_in_sets(tmp_path: Path) -> None:
    text = telling(
        *FACTS,
        "key: {type: choice, options: {KS3: Three, KS4: Four}, is: KS3}",
        require="key == 'KS3' or key == 'KS4'",
        events="turn: {title: Turn, sets: {why: x}}",
        transitions="- {from: draft, event: turn, by: [la]}",
        **MORE,
    )
    assert faults(text, tmp_path) == []
