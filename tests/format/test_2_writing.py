"""Section 2 of the format: how it is written, and what stands at the top."""

from pathlib import Path

import pytest

from tests.small_policy import HEAD, faults, line_of, small, telling

TAKEN = {
    "the smallest lifecycle": small(),
    "source with all its keys": small(
        HEAD + "source: {text: p.txt, dated: 2009-01-31, cites: [DCSF 2008], "
        "completeness: partial, note: Part is lost.}\n"
    ),
    "a source wholly read": small(HEAD + "source: {completeness: whole, cites: One}\n"),
    "in_force with both days": small(HEAD + "in_force: {from: 2026-01-01, until: 2026-12-31}\n"),
    "in_force from a day on": small(HEAD + "in_force: {from: 2026-01-01}\n"),
    "labels": small(HEAD + "labels: {ehc_plan: statement, semh: SEBD}\n"),
    "yes, no and on are words": telling(
        "colour: {type: choice, ask: Which?, options: {yes: Yes, no: No, on: On, off: Off}}",
        require="colour == 'yes' or colour == 'on'",
    ),
    "a role called like a state": small(roles="draft: {title: Draft, acts: false}"),
    "an entry called like a state": telling(
        "papers: {type: papers, ask: Which?, entries: {draft: {title: A draft}}}"
    ),
    "the same entry in two lists": telling(
        "papers: {type: papers, ask: Which?, entries: {form: {title: A form}}}",
        "others: {type: papers, ask: Which?, entries: {form: {title: A form}}}",
    ),
    "one clause or a list": telling(
        "one: {type: text, ask: One, clause: MM-01}", "two: {type: text, ask: Two, clause: [A, B]}"
    ),
    "wording with a comma, in quotes": telling('one: {type: text, ask: "One, two: three?"}'),
    "a condition with a comma, in quotes": telling(
        "one: {type: date, ask: One}", require="earliest(one, today) == one"
    ),
    "one key per line": small(facts="one:\n  type: text\n  ask: One", events="only:\nopen_it:\n"
        "  title: Open\n  asks: [ready, one]\nfinish: {title: Finish}"),
}  # fmt: skip


@pytest.mark.parametrize("claim", TAKEN)
def test_what_the_page_allows_is_taken(claim: str, tmp_path: Path) -> None:
    assert faults(TAKEN[claim], tmp_path) == []


@pytest.mark.parametrize(
    "key", ["lifecycle", "title", "road", "phases", "roles", "events", "states", "transitions"]
)
def test_what_must_stand_is_missed(key: str, tmp_path: Path) -> None:
    lines = small().splitlines()
    begin = next(at for at, line in enumerate(lines) if line.startswith(f"{key}:"))
    end = begin + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    found = faults("\n".join(lines[:begin] + lines[end:]), tmp_path)
    assert f"1: : needs '{key}'" in found


@pytest.mark.parametrize(
    "key", ["settings", "facts", "guards", "deadlines", "meetings", "places", "notices"]
)
def test_what_may_be_left_out_may_be_left_out(key: str, tmp_path: Path) -> None:
    text = small(guards="only:", facts="only:", transitions="only:\n"
        "- {from: start, event: open_it, to: draft, by: la}\n"
        "- {from: draft, event: finish, to: done, by: la}",
        events="only:\nopen_it: {title: Open}\nfinish: {title: Finish}")  # fmt: skip
    assert f"\n{key}:" not in text
    assert faults(text, tmp_path) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (small(HEAD + "colour: red\n"), "is not a key here; the keys are lifecycle, title"),
        (small(HEAD + "sorce: {text: a}\n"), "is not a key here; did you mean 'source'?"),
        (small(HEAD + "source: {txt: a}\n"), "did you mean 'text'?"),
        (small(HEAD + "source: {completeness: all}\n"), "it is one of whole, partial"),
        (small(HEAD + "source: {dated: 2009}\n"), "must be a date such as 2026-02-12"),
        (small(HEAD + "in_force: {from: soon}\n"), "must be a date"),
        (small(HEAD + "in_force: {from: '2026-01-01'}\n"), "must be a date"),
        (small(HEAD + "in_force: {from: 2027-01-01, until: 2026-01-01}\n"), "is after until"),
        (small(HEAD + "labels: {ehc_plan: [a]}\n"), "must be words, not a list"),
        (small(HEAD.replace("Small", "2026")), "not the number 2026; put it in quotes"),
        (small(HEAD.replace("small", "Small Policy")), "lower case letters, digits and hyphens"),
        (small(facts="Age: {type: text, ask: Age}"), "a name is lower case letters"),
        (small(facts="on-roll: {type: text, ask: Age}"), "a name is lower case letters"),
        (small(facts="7up: {type: text, ask: Age}"), "from a letter on"),
        (small(facts="ready: {type: text, ask: Age}"), "'ready' stands twice, first on line"),
        (small(facts="draft: {type: text, ask: Age}"), "'draft' is also a fact"),
        (small(phases="done: Done"), "'done' is also a phase"),
        (small(settings="finish: {value: 3}"), "'finish' is also a setting"),
        (telling("a: {type: text, ask: One, two}"), "has no value; leave the key out"),
        (small(guards="more: {require: 'ready == \"x\"', otherwise: No.}"), "in single quotes"),
        (telling("a: {type: text, ask: A}", require="a == b"), "there is no fact or setting 'b'"),
        (telling("a: {type: yes_no, ask: A, set: yes}"), "not the word 'yes'"),
        (telling("a: {type: yes_no, ask: A, set: True}"), "not the word 'True'"),
        (telling("a: {type: number, ask: A, max: 010}"), "not the word '010'"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_the_nearest_right_word(
    text: str, says: str, tmp_path: Path
) -> None:
    found = faults(text, tmp_path)
    assert any(says in one for one in found), found


@pytest.mark.parametrize(
    ("section", "lines"),
    [
        ("phases", "more: More"),
        ("settings", "more: {value: 1, title: T, clause: A, note: N}"),
        ("roles", "more: {title: T, clause: [A, B], note: N, acts: false}"),
        ("states", "more: {title: T, clause: A, note: N, phase: work, final: other}"),
        ("guards", "more: {title: T, clause: A, note: N, require: ready, otherwise: No.}"),
        ("events", "more: {title: T, clause: [A, B], note: N}"),
        ("meetings", "more: {title: T, clause: A, note: N}"),
        ("places", "more: {title: T, clause: A, note: N, capacity: 3, held_in: [draft]}"),
        ("notices", "more: {title: T, clause: A, note: N, after: [done], to: [la], text: Done.}"),
        ("deadlines", "more: {title: T, clause: A, note: N, start: entered('draft'), owner: la, "
            "due: {within: 1, unit: week}, met_by: [finish]}"),
    ],
)  # fmt: skip
def test_title_clause_and_note_stand_on_every_element(
    section: str, lines: str, tmp_path: Path
) -> None:
    transitions = "- {from: draft, event: finish, to: more, by: [la], title: T, clause: A, note: N}"
    used = {
        "states": transitions,
        "guards": transitions.replace("to: more", "to: done, guards: [more]"),
        "events": transitions.replace("finish, to: more", "more"),
    }
    added = {section: lines} | ({"transitions": used[section]} if section in used else {})
    assert faults(small(**added), tmp_path) == []


@pytest.mark.parametrize(
    "fact",
    [
        "one: {type: number, choose: [{when: ready, is: 1, title: T, clause: A, note: N}]}",
        "one: {type: papers, ask: A, entries: {form: {title: T, clause: A, note: N}}}",
        "one: {type: text, ask: A, title: T, clause: A, note: N}",
    ],
)
def test_title_clause_and_note_stand_on_rows_and_entries(fact: str, tmp_path: Path) -> None:
    assert faults(telling(fact), tmp_path) == []


def test_a_fault_in_a_condition_is_placed_at_its_character(tmp_path: Path) -> None:
    text = telling("one: {type: date, ask: One}", require="ready and oen > today")
    (found,) = faults(text, tmp_path)
    assert found.startswith(f"{line_of(text, 'oen')}: guards > extra > require: ")
    assert "did you mean 'one'?" in found
