"""Section 11 of the format: what the proof shows of every file, point by point."""

from pathlib import Path

import pytest

from apflow.policy.check.listed import (
    CARRIED_BY_NOTHING,
    OVERRIDABLE,
    TO_CONFIRM,
    WITHOUT_DATE,
    WITHOUT_VALUE,
)
from tests.small_policy import faults, proved, small, telling

MORE = "more: {title: More, phase: work, owner: la}"


def test_1_every_fault_of_names_is_told_at_once(tmp_path: Path) -> None:
    text = small(
        guards="more: {require: redy, otherwise: No.}",
        transitions="- {from: drft, event: finsh, to: doen, by: [lea], guards: [mor]}",
        states="kept: {title: Kept, phase: wrk}",
    )
    found = "\n".join(faults(text, tmp_path))
    for word in ("ready", "draft", "finish", "done", "la", "more", "work"):
        assert f"did you mean '{word}'?" in found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (small(states=MORE), "states > more: cannot be reached from the start"),
        (
            small(
                states=MORE,
                events="go: {title: Go}",
                transitions="- {from: draft, event: go, to: more, by: [la]}",
            ),
            "states > more: no final state can be reached from here",
        ),
        (
            small(transitions="only:\n- {from: draft, event: finish, to: done, by: [la]}"),
            "no transition is from start: no referral could be opened",
        ),
        (
            small("lifecycle: small\ntitle: S\nroad: [done, draft]\n"),
            "road: no referral is opened in 'done', where the road begins",
        ),
        (
            small("lifecycle: small\ntitle: S\nroad: [done, draft]\n"),
            "road > 2: no transition leads from 'done' to 'draft'",
        ),
        (
            small("lifecycle: small\ntitle: S\nroad: [draft]\n"),
            "road > 1: 'draft', where the road ends, is not final",
        ),
        (
            small("lifecycle: small\ntitle: S\nroad: []\n"),
            "road: needs the states of the main road",
        ),
        (
            small("lifecycle: small\ntitle: S\nroad: [draft, dne]\n"),
            "road > 2: there is no state 'dne'; did you mean 'done'?",
        ),
        (
            small("lifecycle: small\ntitle: S\nroad: [draft, draft, done]\n"),
            "road > 2: 'draft' is listed twice",
        ),
    ],
)
def test_2_states_can_be_reached_and_left_and_the_road_is_a_road(
    text: str, says: str, tmp_path: Path
) -> None:
    found = faults(text, tmp_path)
    assert any(says in one for one in found), found


LATER = {
    "states": MORE,
    "events": "go: {title: Go, asks: [age]}\nend: {title: End}",
    "facts": "age: {type: number, ask: Age}",
    "transitions": "- {from: draft, event: go, to: more, by: [la]}\n"
    "- {from: more, event: end, to: done, by: [la], guards: [old_enough]}",
}
GUARD = "old_enough: {require: age > 7, otherwise: Too young.}"


def test_3_a_fact_asked_on_the_way_is_asked_in_time(tmp_path: Path) -> None:
    assert faults(small(**LATER, guards=GUARD), tmp_path) == []


def test_3_a_fact_asked_by_the_same_event_is_asked_in_time(tmp_path: Path) -> None:
    assert faults(telling("age: {type: number, ask: Age}", require="age > 7"), tmp_path) == []


@pytest.mark.parametrize(
    ("guard", "place"),
    [
        (GUARD, "guards > old_enough > require"),
        ("old_enough: {when: age > 7, require: ready, otherwise: No.}", "guards > old_enough"),
        ("old_enough: {require: known(age), otherwise: No.}", "guards > old_enough > require"),
    ],
)
def test_3_a_fact_asked_too_late_is_a_fault(guard: str, place: str, tmp_path: Path) -> None:
    early = "- {from: draft, event: finish, to: done, by: [la], guards: [old_enough]}"
    sections = LATER | {"transitions": f"{LATER['transitions']}\n{early}"}
    (found,) = faults(small(**sections, guards=guard), tmp_path)
    assert f"{place}" in found
    assert "nobody can have been asked 'age' when 'finish' is taken in 'draft'" in found


def test_3_a_when_needs_its_facts_in_time_too(tmp_path: Path) -> None:
    early = "- {from: draft, event: end, to: done, by: [la], when: age > 7}"
    sections = LATER | {"transitions": f"{LATER['transitions']}\n{early}"}
    (found,) = faults(small(**sections, guards=GUARD), tmp_path)
    assert "transitions > 5 > when: nobody can have been asked 'age'" in found


@pytest.mark.parametrize(
    ("facts", "notices", "place"),
    [
        ("note: {type: text, ask: Note, when: age > 7}", "", "facts > note > when"),
        (
            "note: {type: papers, ask: N, entries: {form: {title: F, when: age > 7}}}",
            "",
            "facts > note > entries > form > when",
        ),
        (
            "note: {type: text, ask: Note}",
            "told: {after: [tell], when: age > 7, to: [la], text: Told.}",
            "notices > told > when",
        ),
    ],
)
def test_3_holds_for_questions_entries_and_notices_too(
    facts: str, notices: str, place: str, tmp_path: Path
) -> None:
    tell = "tell: {title: Tell, asks: [note]}"
    sections = LATER | {
        "facts": f"{LATER['facts']}\n{facts}",
        "events": f"{LATER['events']}\n{tell}",
        "transitions": f"{LATER['transitions']}\n- {{from: draft, event: tell, by: [la]}}",
    }
    (found,) = faults(small(**sections, guards=GUARD, notices=notices), tmp_path)
    assert f"{place}: nobody can have been asked 'age' when 'tell' is taken in 'draft'" in found


@pytest.mark.parametrize(
    "guard",
    [
        "old_enough: {when: known(age), require: ready, otherwise: No.}",
        "old_enough: {require: ready or known(age) and age > 7, otherwise: No.}",
    ],
)
def test_3_what_is_only_looked_at_if_known_need_not_have_been_asked(
    guard: str, tmp_path: Path
) -> None:
    early = "- {from: draft, event: finish, to: done, by: [la], guards: [old_enough]}"
    sections = LATER | {"transitions": f"{LATER['transitions']}\n{early}"}
    found = faults(small(**sections, guards=guard), tmp_path)
    assert found == []


DUTY = (
    "duty: {title: Duty, force: law, when: ready, start: since, due: {nth: 6, unit: school_day}, "
    "met_by: [done, arrange], owner: la}"
)


def lawful(
    *roads: str, duty: str = DUTY, guards: str = "", opening: str = "asks: [ready, since]"
) -> str:
    """Return a lifecycle with a duty of law and the roads by which it may be met."""
    return small(
        facts="since: {type: date, ask: Since?}\nage: {type: number, ask: Age}",
        guards=f"only:\n{guards}",
        events=f"only:\nopen_it: {{title: Open, {opening}, may_ask: [age]}}\n"
        "arrange: {title: Arrange}\nfinish: {title: Finish}\nturn: {title: T, sets: {ready: true}}",
        transitions="only:\n- {from: start, event: open_it, to: draft, by: [school]}\n"
        "- {from: draft, event: turn, by: [school]}\n"
        "- {from: draft, event: finish, to: done, by: [school]}\n" + "\n".join(roads),
        deadlines=duty,
    )


OPEN = "- {from: draft, event: arrange, by: [la]}"


@pytest.mark.parametrize(
    ("road", "guards"),
    [
        (OPEN, ""),
        ("- {from: any, event: arrange, by: [school, la], when: ready}", ""),
        ("- {from: draft, event: arrange, by: [la], when: true}", ""),
        (
            "- {from: draft, event: arrange, by: [la], guards: [a]}",
            "a: {require: age > 3, otherwise: No., force: law}",
        ),
        (
            "- {from: draft, event: arrange, by: [la], guards: [a]}",
            "a: {require: age > 3, otherwise: No., override: [la]}",
        ),
        (
            "- {from: draft, event: arrange, by: [la], guards: [a]}",
            "a: {require: age > 3, otherwise: No., force: should}",
        ),
        ("- {from: draft, event: arrange, to: done, by: [la]}", ""),
    ],
)
def test_4_an_owner_with_an_open_door_can_meet_a_duty_of_law(
    road: str, guards: str, tmp_path: Path
) -> None:
    assert faults(lawful(road, guards=guards), tmp_path) == []


@pytest.mark.parametrize(
    ("road", "guards", "says"),
    [
        ("- {from: draft, event: arrange, by: [school]}", "", "'arrange' is not by la"),
        (
            "- {from: draft, event: arrange, by: [la], guards: [a]}",
            "a: {require: age > 3, otherwise: No.}",
            "'arrange' is behind 'a', which la cannot override",
        ),
        (
            "- {from: draft, event: arrange, by: [la, school], guards: [a]}",
            "a: {require: age > 3, otherwise: No., override: [school]}",
            "'arrange' is behind 'a', which la cannot override",
        ),
        (
            "- {from: draft, event: arrange, by: [la], when: age > 3}",
            "",
            "'arrange' has a 'when' that is not the deadline's own",
        ),
    ],
)
def test_4_a_duty_of_law_behind_a_shut_door_is_a_fault(
    road: str, guards: str, says: str, tmp_path: Path
) -> None:
    (found,) = faults(lawful(road, guards=guards), tmp_path)
    assert "deadlines > duty: in 'draft' la may be unable to meet this duty" in found
    assert says in found


def test_4_holds_in_every_state_where_the_deadline_may_stand(tmp_path: Path) -> None:
    text = lawful(OPEN, "- {from: draft, event: wait, to: more, by: [la]}",
                  "- {from: more, event: arrange, to: done, by: [school]}")  # fmt: skip
    text = text.replace("events:\n", "events:\n  wait: {title: Wait}\n")
    text = text.replace("states:\n", f"states:\n  {MORE}\n")
    (found,) = faults(text, tmp_path)
    assert "in 'more' la may be unable to meet this duty: 'arrange' is not by la" in found


def test_4_holds_for_every_role_that_may_own_the_deadline(tmp_path: Path) -> None:
    who = "who: {type: choice, options: {school: School, la: Authority}, is: la}"
    text = lawful(OPEN, duty=DUTY.replace("owner: la", "owner: who"))
    text = text.replace("facts:\n", f"facts:\n  {who}\n")
    text = text.replace(
        "by: [school]}\n  - {from: draft, event: a", "by: [la]}\n  - {from: draft, event: a"
    )
    (found,) = faults(text, tmp_path)
    assert "in 'draft' school may be unable to meet this duty" in found


@pytest.mark.parametrize(
    "opening", ["asks: [ready]", "asks: [since]"], ids=["start not asked", "when not asked"]
)
def test_5_a_duty_of_law_whose_facts_are_not_asked_is_a_fault(opening: str, tmp_path: Path) -> None:
    text = lawful(OPEN, opening=opening).replace("may_ask: [age]", "may_ask: [age, ready, since]"
                  .replace(f"{opening[7:-1]}, ", "").replace(f", {opening[7:-1]}", ""))  # fmt: skip
    found = faults(text, tmp_path)
    assert any("must be asked by" in one and "the duty could begin unseen" in one for one in found)


def test_5_it_is_enough_that_the_event_which_makes_when_hold_asks(tmp_path: Path) -> None:
    duty = DUTY.replace("when: ready", "when: count('exclude') > 0")
    text = lawful(OPEN, duty=duty, opening="asks: [ready]")
    text = text.replace("events:\n", "events:\n  exclude: {title: Exclude, asks: [since]}\n")
    text += "" if text.endswith("\n") else "\n"
    text = text.replace(f"  {OPEN}\n", f"  {OPEN}\n  - {{from: draft, event: exclude, by: [la]}}\n")
    assert faults(text, tmp_path) == []


def test_5_an_event_that_ends_the_duty_need_not_ask(tmp_path: Path) -> None:
    text = lawful(OPEN).replace("sets: {ready: true}", "sets: {ready: false}")
    text = text.replace("ask: Since?}", "ask: Since?, when: ready}")
    assert faults(text, tmp_path) == []


def test_5_an_event_that_begins_the_duty_must_ask_what_was_not_asked_before(
    tmp_path: Path,
) -> None:
    text = lawful(OPEN).replace("ask: Since?}", "ask: Since?, when: ready}")
    (found,) = faults(text, tmp_path)
    assert "deadlines > duty > start: 'since' must be asked by 'turn'" in found


def test_6_everything_for_the_authority_is_listed(tmp_path: Path) -> None:
    text = telling(
        "age: {type: number, ask: Age, clause: SM-01}",
        require="age > least",
        settings="least: {value: 3, confirm: true}\nweeks: {value: null, type: number}",
        deadlines="d: {title: D, start: today, due: {within: weeks, unit: week}, "
        "met_by: [done], owner: la}",
    ).replace("extra: {", "extra: {override: [la], ")
    (tmp_path / "clauses.yaml").write_text(
        "policy: small\nprefix: SM\ncount: 2\nclauses:\n"
        "  SM-01: {says: Age counts., carried_by: [facts.age]}\n"
        "  SM-02: {says: We are kind., information: Nothing to check.}\n"
    )
    proof = proved(text, tmp_path)
    assert proof.faults == ()
    assert {(one.sort, one.says) for one in proof.listed} == {
        (TO_CONFIRM, "3"),
        (WITHOUT_VALUE, "no value"),
        (WITHOUT_DATE, "D: until weeks has a value"),
        (OVERRIDABLE, "by la"),
        (CARRIED_BY_NOTHING, "We are kind. (Nothing to check.)"),
    }
