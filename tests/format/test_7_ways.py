"""Section 7 of the format: events, states and transitions."""

from pathlib import Path

import pytest

from tests.small_policy import faults, small, telling, warnings

MORE_STATE = "more: {title: More, phase: work, owner: la}"
#: What leads there and away again, so that an added state is reached and left.
ROUND = (
    "- {from: draft, event: go, to: more, by: [la]}\n"
    "- {from: more, event: come_back, to: draft, by: [la]}"
)
GOING = "go: {title: Go}\ncome_back: {title: Come back}"


@pytest.mark.parametrize(
    "event",
    [
        "go: {title: Go}",
        "go: {title: Go, asks: [age]}",
        "go: {title: Go, may_ask: [age, note]}",
        "go: {title: Go, asks: age, may_ask: note}",
        "go: {title: Go, at: forum}",
        "go: {title: Go, sets: {begun: happened_on, age: 3, why: x, ready: false}}",
    ],
)
def test_an_event_asks_may_ask_sits_and_sets(event: str, tmp_path: Path) -> None:
    text = telling(
        "age: {type: number, ask: Age}",
        "note: {type: text, ask: Note}",
        "why: {type: choice, ask: Why?, options: {x: X, y: Y}}",
        "day: {type: meeting, of: forum, ask: Which?}",
        "begun: {type: date, set: true}",
        meetings="forum: {title: Forum}",
        events=f"{event}\nbegin: {{title: Begin, sets: {{begun: today}}}}",
        transitions="- {from: draft, event: go, by: [la]}\n- {from: draft, event: begin, by: [la]}",
    )
    assert faults(text, tmp_path) == []
    assert warnings(text, tmp_path) == []


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ("go: {asks: [ready]}", "needs 'title'"),
        ("go: {title: Go, asks: [redy]}", "did you mean 'ready'?"),
        ("go: {title: Go, asks: [old]}", "'old' is worked out, never asked"),
        ("go: {title: Go, may_ask: [begun]}", "'begun' is set by an event, never asked"),
        ("go: {title: Go, asks: [ready], may_ask: [ready]}", "'ready' is in asks and in may_ask"),
        ("go: {title: Go, asks: [ready, ready]}", "'ready' is listed twice"),
        ("go: {title: Go, asks: [ready], sets: {ready: true}}", "'ready' is both asked and set"),
        ("go: {title: Go, at: forun}", "there is no meeting 'forun'"),
        ("go: {title: Go, sets: {redy: true}}", "did you mean 'ready'?"),
        ("go: {title: Go, sets: {old: true}}", "'old' is worked out and cannot be set"),
        ("go: {title: Go, sets: {ready: 3}}", "'ready' is yes or no, but this gives a number"),
        ("go: {title: Go, ask: [ready]}", "did you mean 'asks'?"),
        ("go: {title: Go, asks: {ready: true}}", "must be a list, not keys with values"),
    ],
)
def test_an_event_that_cannot_be_is_refused(event: str, says: str, tmp_path: Path) -> None:
    text = small(
        facts="old: {type: yes_no, is: ready}\nbegun: {type: date, set: true}",
        events=f"{event}\nbegin: {{title: Begin, sets: {{begun: today}}}}",
        transitions="- {from: draft, event: go, by: [la]}\n- {from: draft, event: begin, by: [la]}",
    )
    found = faults(text, tmp_path)
    assert any(says in one for one in found), found


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("send", "the state machine uses it"),
        ("name", "the state machine uses it"),
        ("import", "it is a word of Python"),
        ("correct_facts", "it is an event of the house"),
        ("erase", "it is an event of the house"),
        ("any", "the format gives it a meaning of its own"),
        ("leaving", "the format gives it a meaning of its own"),
    ],
)
def test_an_event_may_not_be_called_like_what_the_house_uses(
    name: str, why: str, tmp_path: Path
) -> None:
    text = small(
        events=f"{name}: {{title: T}}", transitions=f"- {{from: draft, event: {name}, by: [la]}}"
    )
    assert any(f"cannot name an event: {why}" in one for one in faults(text, tmp_path))


def test_an_event_that_no_transition_takes_is_refused(tmp_path: Path) -> None:
    (found,) = faults(small(events="go: {title: Go}"), tmp_path)
    assert found.endswith("events > go: no transition takes this event")


@pytest.mark.parametrize(
    "keys",
    [
        *(f"milestone: {one}" for one in ("referred", "agreed", "decided", "admitted")),
        *(f"milestone: {one}" for one in ("placed", "reviewed", "returning", "ending")),
        "keeps: [is_ready]",
        "hands_over: [ready]",
        "keeps: is_ready",
    ],
)
def test_a_state_has_a_phase_an_owner_a_milestone_and_what_it_keeps_and_hands_over(
    keys: str, tmp_path: Path
) -> None:
    state = f"more: {{title: More, phase: work, owner: la, {keys}}}"
    text = small(states=state, events=GOING, transitions=ROUND)
    assert faults(text, tmp_path) == []
    assert warnings(text, tmp_path) == []


@pytest.mark.parametrize("final", ["good", "other"])
@pytest.mark.parametrize("keys", ["", ", milestone: ended", ", hands_over: [ready]"])
def test_a_final_state_is_good_or_other(final: str, keys: str, tmp_path: Path) -> None:
    text = small(
        states=f"more: {{title: More, phase: work, final: {final}{keys}}}",
        events="stop: {title: Stop}",
        transitions="- {from: draft, event: stop, to: more, by: [la]}",
    )
    assert faults(text, tmp_path) == []


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("more: {title: More}", "needs 'phase'"),
        ("more: {phase: work}", "needs 'title'"),
        ("more: {title: More, phase: wrok}", "did you mean 'work'?"),
        ("more: {title: More, phase: work, owner: lea}", "did you mean 'la'?"),
        ("more: {title: More, phase: work, owner: ready}", "it is a fact"),
        ("more: {title: More, phase: work, milestone: plased}", "did you mean 'placed'?"),
        ("more: {title: More, phase: work, final: bad}", "it is one of good, other"),
        ("more: {title: More, phase: work, final: yes}", "it is one of good, other"),
        ("more: {title: More, phase: work, keeps: [is_redy]}", "did you mean 'is_ready'?"),
        ("more: {title: More, phase: work, hands_over: [redy]}", "did you mean 'ready'?"),
        ("more: {title: More, phase: work, final: good, keeps: [is_ready]}", "keeps no guards"),
        ("start: {title: Start, phase: work}", "cannot name a state: it is a word of the"),
        ("model: {title: Model, phase: work}", "cannot name a state: the state machine uses it"),
        ("finish: {title: Finish, phase: work}", "'finish' is also an event"),
    ],
)
def test_a_state_that_cannot_be_is_refused(state: str, says: str, tmp_path: Path) -> None:
    says = says.replace("it is a word of the", "the format gives it a meaning of its own")
    found = faults(small(states=state, events=GOING, transitions=ROUND), tmp_path)
    assert any(says in one for one in found), found


@pytest.mark.parametrize(
    "transition",
    [
        "- {from: draft, event: go, to: more, by: [la]}",
        "- {from: [draft], event: go, to: more, by: la, when: ready, guards: [is_ready]}",
        "- {from: any, event: go, to: more, by: [la]}",
        "- {from: any, but_not: [more], event: go, to: more, by: [la]}",
        "- {from: any, but_not: more, event: go, to: more, by: [la, school]}",
        "- {from: start, event: go, to: more, by: [la]}",
    ],
)
def test_a_transition_is_from_states_or_any_or_start(transition: str, tmp_path: Path) -> None:
    back = "- {from: more, event: come_back, to: draft, by: [la]}"
    stays = "- {from: draft, event: come_back, by: [la]}"
    text = small(states=MORE_STATE, events=GOING, transitions=f"{transition}\n{back}\n{stays}")
    assert faults(text, tmp_path) == []


@pytest.mark.parametrize(
    ("transition", "says"),
    [
        ("- {event: finish, to: done, by: [la]}", "needs 'from'"),
        ("- {from: draft, to: done, by: [la]}", "needs 'event'"),
        ("- {from: draft, event: finish, to: done}", "needs 'by'"),
        ("- {from: draft, event: finish, to: done, by: []}", "needs at least one"),
        ("- {from: [], event: finish, to: done, by: [la]}", "needs at least one"),
        ("- {from: drft, event: finish, to: done, by: [la]}", "did you mean 'draft'?"),
        ("- {from: draft, event: finsh, to: done, by: [la]}", "did you mean 'finish'?"),
        ("- {from: draft, event: finish, to: doen, by: [la]}", "did you mean 'done'?"),
        ("- {from: draft, event: finish, to: done, by: [lea]}", "did you mean 'la'?"),
        ("- {from: draft, event: finish, to: done, by: [la], guards: [redy]}", "'is_ready'?"),
        ("- {from: draft, event: finish, to: done, by: [la], guard: [x]}", "mean 'guards'?"),
        ("- {from: draft, event: finish, to: done, by: [la], when: redy}", "mean 'ready'?"),
        ("- {from: [any, draft], event: finish, to: done, by: [la]}", "'any' stands alone"),
        ("- {from: [start, draft], event: finish, to: done, by: [la]}", "'start' stands alone"),
        ("- {from: draft, but_not: [draft], event: finish, to: done, by: [la]}", "goes with"),
        ("- {from: any, but_not: [done], event: finish, to: done, by: [la]}", "leaves it out"),
        ("- {from: done, event: finish, to: draft, by: [la]}", "is final: nothing leaves it"),
        ("- {from: start, event: finish, by: [la]}", "opening a referral needs 'to'"),
        ("- {from: [draft, draft], event: finish, to: done, by: [la]}", "is listed twice"),
        ("- {from: draft, event: finish, to: done, by: [la, la]}", "'la' is listed twice"),
        ("- {from_: draft, event: finish, to: done, by: [la]}", "did you mean 'from'?"),
        ("- finish", "must be keys with values, not the word 'finish'"),
    ],
)
def test_a_transition_that_cannot_be_is_refused(transition: str, says: str, tmp_path: Path) -> None:
    found = faults(small(transitions=transition), tmp_path)
    assert any(says in one for one in found), found


def test_several_starts_are_several_entrances(tmp_path: Path) -> None:
    text = small(
        states=MORE_STATE,
        events="come_in: {title: Come in}\nsettle: {title: Settle}",
        transitions="- {from: start, event: come_in, to: more, by: [la]}\n"
        "- {from: more, event: settle, to: done, by: [la]}",
    )
    assert faults(text, tmp_path) == []


def test_two_transitions_that_may_both_be_open_are_shown_with_a_case(tmp_path: Path) -> None:
    text = telling(
        "age: {type: number, ask: Age}",
        when="age >= 7",
        transitions="- {from: draft, event: tell, to: done, by: [la], when: age <= 10}",
    )
    (found,) = warnings(text, tmp_path)
    assert found.startswith("transitions > 4: may be open together with transition 3 in 'draft'")
    assert "(age is 7, role is la)" in found or "(age is 7)" in found


def test_whens_that_exclude_one_another_are_as_the_format_asks(tmp_path: Path) -> None:
    text = telling(
        "age: {type: number, ask: Age}",
        when="age >= 7",
        transitions="- {from: draft, event: tell, to: done, by: [la], when: age < 7}",
    )
    assert warnings(text, tmp_path) == []
