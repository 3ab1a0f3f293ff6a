"""Section 9 of the format: meetings and notices."""

from pathlib import Path

import pytest

from tests.small_policy import faults, small, telling, warnings

FACTS = (
    "day: {type: meeting, of: forum, ask: Which?}",
    "there: {type: people, ask: Who?, entries: {school: {}}}",
    "rank: {type: number, is: 3}",
)


@pytest.mark.parametrize(
    "keys",
    [
        "",
        "every: 1, unit: month",
        "every: 2, unit: school_week, weekday: tuesday, term_time: true",
        "papers_by: {before: 5, unit: school_day}",
        "papers_by: {weekday: friday, weeks_before: 1}",
        "people: there",
        "order: [rank]",
        "order: [rank, last('tell')]",
        "order: rank",
    ],
)
def test_every_key_of_a_meeting_is_taken(keys: str, tmp_path: Path) -> None:
    text = telling(*FACTS, meetings=f"forum: {{title: Forum{', ' if keys else ''}{keys}}}")
    assert faults(text, tmp_path) == []


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("every: 1", "every and unit go together"),
        ("unit: month", "every and unit go together"),
        ("every: 0, unit: month", "every must be at least 1"),
        ("every: 1, unit: fortnight", "fortnight"),
        ("weekday: teusday", "did you mean 'tuesday'?"),
        ("term_time: yes", "must be true or false, not the word 'yes'"),
        ("papers_by: {before: 5}", "papers_by is {before, unit} or {weekday, weeks_before}"),
        ("papers_by: {weekday: friday}", "papers_by is {before, unit} or"),
        ("papers_by: {before: 5, unit: day, weekday: friday, weeks_before: 1}", "papers_by is"),
        ("people: thre", "did you mean 'there'?"),
        ("people: ready", "'ready' is not a list of people"),
        ("order: [ready]", "a number or a date is expected here"),
        ("order: [rnk]", "did you mean 'rank'?"),
        ("sittings: [2026-02-12]", "is not a key here"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(keys: str, says: str, tmp_path: Path) -> None:
    found = faults(telling(*FACTS, meetings=f"forum: {{title: Forum, {keys}}}"), tmp_path)
    assert any(says in one for one in found), found


def test_attendance_asked_once_for_a_sitting_needs_no_event_of_its_own(tmp_path: Path) -> None:
    text = small(
        facts="there: {type: people, ask: Who?, entries: {school: {}}}",
        meetings="forum: {title: Forum, people: there}",
    )
    assert faults(text, tmp_path) == []


def test_a_quorum_is_a_guard_over_the_attendance(tmp_path: Path) -> None:
    text = telling(
        *FACTS,
        require="how_many(there) >= 1",
        meetings="forum: {title: Forum, people: there}",
    )
    assert faults(text, tmp_path) == []


def test_a_meeting_that_no_referral_can_be_listed_for_is_warned_of(tmp_path: Path) -> None:
    text = small(
        events="decide: {title: Decide, at: forum}",
        transitions="- {from: draft, event: decide, by: [la]}",
        meetings="forum: {title: Forum}",
    )
    (found,) = warnings(text, tmp_path)
    assert found.startswith("events > decide > at: no fact says at which sitting of 'forum'")


@pytest.mark.parametrize(
    "keys",
    [
        "after: [finish], to: [la], text: It is done.",
        "after: finish, to: la, text: It is done.",
        "after: [done], to: [la, school], text: It is done., when: ready",
        "after: [d], to: [la], text: It is late.",
        "after: [finish, done, d], to: [pupil], text: Something happened.",
    ],
)
def test_a_notice_follows_events_states_and_missed_deadlines(keys: str, tmp_path: Path) -> None:
    text = small(
        roles="pupil: {title: Pupil, acts: false}",
        deadlines="d: {title: D, start: entered('draft'), due: {within: 1, unit: day}, "
        "met_by: [finish], owner: la}",
        notices=f"told: {{{keys}}}",
    )
    assert faults(text, tmp_path) == []


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("to: [la], text: It is done.", "needs 'after'"),
        ("after: [finish], text: It is done.", "needs 'to'"),
        ("after: [finish], to: [la]", "needs 'text'"),
        ("after: [], to: [la], text: It is done.", "needs at least one"),
        ("after: [finish], to: [], text: It is done.", "needs at least one"),
        ("after: [finsh], to: [la], text: It is done.", "did you mean 'finish'?"),
        ("after: [is_ready], to: [la], text: It is done.", "it is a guard"),
        ("after: [finish], to: [lea], text: It is done.", "did you mean 'la'?"),
        ("after: [finish], to: [la], text: It is done., when: redy", "did you mean 'ready'?"),
        ("after: [finish], to: [la], text: D, when: ready and not ready", "can never be yes"),
    ],
)
def test_a_notice_that_cannot_be_is_refused(keys: str, says: str, tmp_path: Path) -> None:
    found = faults(small(notices=f"told: {{{keys}}}"), tmp_path)
    assert any(says in one for one in found), found
