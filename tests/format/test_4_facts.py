"""Section 4 of the format: facts, worked-out facts and checklists."""

from pathlib import Path

import pytest

from tests.small_policy import faults, small, telling

ENTRIES = "entries: {form: {title: A form}, school: {}}"
#: For each type a fact that is asked, and a condition that reads it.
TYPES = {
    "yes_no": ("", "a"),
    "number": (", min: 0, max: 100", "a >= 7"),
    "text": ("", "known(a)"),
    "date": ("", "a <= today"),
    "moment": ("", "known(a)"),
    "choice": (", options: {yes: Yes, no: No}", "a == 'yes'"),
    "choices": (", options: {one: One, two: Two}", "'one' in a and how_many(a) == 1"),
    "organisation": (", has: {urn: number, listed: yes_no, rating: text, until: date}", "a.listed"),
    "person": ("", "known(a)"),
    "meeting": (", of: forum", "a >= today"),
    "papers": (f", {ENTRIES}", "complete(a)"),
    "people": (f", {ENTRIES}", "answered(a)"),
    "agreements": (f", {ENTRIES}", "has(a, 'school')"),
}
FORUM = "forum: {title: Forum}"


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_fact_is_taken_and_can_be_asked_about(kind: str, tmp_path: Path) -> None:
    keys, condition = TYPES[kind]
    fact = f"a: {{type: {kind}, ask: What?, hint: Say it., when: ready{keys}}}"
    assert faults(telling(fact, require=condition, meetings=FORUM), tmp_path) == []


@pytest.mark.parametrize(
    "fact",
    [
        "a: {type: yes_no, is: not ready}",
        "a: {type: yes_no, choose: [{when: ready, is: true}, {is: false}]}",
        "a: {type: choice, options: {KS3: Key stage 3, KS4: Key stage 4}, is: KS3}",
        "a: {type: choice, options: {x: X, y: Y}, choose: [{when: ready, is: x}, {is: y}]}",
        "a: {type: number, choose: [{when: ready, is: 1}]}",
        "a: {type: number, is: 3}",
        "a: {type: date, is: \"within(today, 2, 'week')\"}",
        "a: {type: yes_no, is: ready, seen_by: [la]}",
    ],
)
def test_a_fact_may_be_worked_out(fact: str, tmp_path: Path) -> None:
    assert faults(small(facts=fact), tmp_path) == []


@pytest.mark.parametrize("value", ["happened_on", "today"])
def test_a_fact_may_be_only_ever_set_by_an_event(value: str, tmp_path: Path) -> None:
    text = small(
        facts="begun: {type: date, set: true}",
        events=f"begin: {{title: Begin, sets: {{begun: {value}}}}}",
        transitions="- {from: draft, event: begin, by: [la]}",
    )
    assert faults(text, tmp_path) == []


REFUSED = {
    "type missing": ("a: {ask: What?}", "needs 'type'"),
    "type unknown": ("a: {type: int, ask: What?}", "it is one of yes_no, number, text, date"),
    "type mistyped": ("a: {type: numbr, ask: What?}", "did you mean 'number'?"),
    "no source": ("a: {type: text}", "needs one of ask, is, choose and set: true"),
    "set: false is no source": ("a: {type: text, set: false}", "needs one of ask"),
    "ask and is": ("a: {type: yes_no, ask: A?, is: ready}", "has ask and is; a fact has exactly"),
    "is and choose": ("a: {type: yes_no, is: ready, choose: [{is: true}]}", "has is and choose"),
    "ask and set": ("a: {type: yes_no, ask: A?, set: true}", "has ask and set"),
    "empty choose": ("a: {type: number, choose: []}", "needs one of ask"),
    "hint without ask": ("a: {type: yes_no, is: ready, hint: H}", "hint goes with ask"),
    "min without ask": ("a: {type: number, is: 3, min: 1}", "min goes with ask"),
    "otherwise not last": (
        "a: {type: number, choose: [{is: 1}, {when: ready, is: 2}]}",
        "only the last row may be without when",
    ),
    "row without is": ("a: {type: number, choose: [{when: ready}]}", "needs 'is'"),
    "choice without options": ("a: {type: choice, ask: A?}", "of the type choice needs options"),
    "choices without options": ("a: {type: choices, ask: A?}", "choices needs options"),
    "options elsewhere": (
        "a: {type: text, ask: A?, options: {x: X}}",
        "options goes with the type choice or choices, not with text",
    ),
    "option with a space": ("a: {type: choice, ask: A?, options: {a b: X}}", "a name is letters"),
    "unknown option given": ("a: {type: choice, options: {KS3: K}, is: KS4}", "'KS4'"),
    "papers without entries": ("a: {type: papers, ask: A?}", "of the type papers needs entries"),
    "people without entries": ("a: {type: people, ask: A?}", "needs entries"),
    "agreements without entries": ("a: {type: agreements, ask: A?}", "needs entries"),
    "entries elsewhere": (
        "a: {type: text, ask: A?, entries: {x: {title: X}}}",
        "entries goes with the type papers, people or agreements",
    ),
    "meeting without of": ("a: {type: meeting, ask: A?}", "says which one: of"),
    "meeting unknown": ("a: {type: meeting, ask: A?, of: forun}", "there is no meeting 'forun'"),
    "of elsewhere": ("a: {type: text, ask: A?, of: forum}", "of goes with the type meeting"),
    "min elsewhere": ("a: {type: text, ask: A?, min: 3}", "min goes with the type number"),
    "max elsewhere": ("a: {type: date, ask: A?, max: 3}", "max goes with the type number"),
    "min a word": ("a: {type: number, ask: A?, min: six}", "not the word 'six'"),
    "min above max": ("a: {type: number, ask: A?, min: 9, max: 3}", "min 9 is more than max 3"),
    "has elsewhere": ("a: {type: person, ask: A?, has: {urn: number}}", "has goes with the type"),
    "has a type unknown": (
        "a: {type: organisation, ask: A?, has: {urn: choice}}",
        "it is one of yes_no, number, text, date",
    ),
    "seen by nobody known": ("a: {type: text, ask: A?, seen_by: [lea]}", "did you mean 'la'?"),
    "worked out from itself": ("a: {type: yes_no, is: not a}", "worked out from itself"),
    "worked out of the wrong type": (
        "a: {type: number, is: ready}",
        "is a number, but this gives 'ready' (yes or no)",
    ),
    "list worked out": (f"a: {{type: papers, is: ready, {ENTRIES}}}", "filled in, not worked out"),
    "list set": (f"a: {{type: papers, set: true, {ENTRIES}}}", "a list of papers is always asked"),
    "never asked": ("a: {type: text, ask: A?}", "no event asks for this fact"),
    "never set": ("a: {type: text, set: true}", "no event sets this fact"),
}


@pytest.mark.parametrize("claim", REFUSED)
def test_a_fact_that_cannot_be_is_refused(claim: str, tmp_path: Path) -> None:
    fact, says = REFUSED[claim]
    text = small(facts=fact, meetings=FORUM)
    found = faults(text, tmp_path)
    assert any(says in one and one.split(": ")[1].startswith("facts > a") for one in found), found


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("papers", "form: {title: A form, when: ready, or: [equivalent], needed: false}"),
        ("papers", "form: {title: A form, or: [equivalent, not_applicable]}"),
        ("people", "school: {}"),
        ("people", "school: {title: Somebody of the school, needed: false}"),
        ("agreements", "la: {when: ready}"),
    ],
)
def test_an_entry_may_have_its_own_when_and_ways_to_be_satisfied(
    kind: str, entry: str, tmp_path: Path
) -> None:
    fact = f"a: {{type: {kind}, ask: A?, entries: {{{entry}}}}}"
    assert faults(telling(fact, require="complete(a)"), tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "entry", "says"),
    [
        ("papers", "form: {}", "needs a title, as there is no role 'form'"),
        ("people", "schol: {}", "did you mean 'school'?"),
        ("papers", "form: {title: F, or: [somehow]}", "it is one of equivalent, not_applicable"),
        ("people", "school: {or: [equivalent]}", "or goes with papers only"),
        ("agreements", "school: {or: [not_applicable]}", "or goes with papers only"),
        ("papers", "form: {title: F, when: redy}", "did you mean 'ready'?"),
        ("papers", "form: {title: F, needed: no}", "must be true or false, not the word 'no'"),
        ("papers", "form: ~", "has no value"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(
    kind: str, entry: str, says: str, tmp_path: Path
) -> None:
    fact = f"a: {{type: {kind}, ask: A?, entries: {{{entry}}}}}"
    found = faults(telling(fact), tmp_path)
    assert any(says in one for one in found), found
