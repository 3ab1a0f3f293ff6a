"""What the format allows but is hardly meant: shown as warnings, and as few as possible."""

from pathlib import Path

import pytest

from apflow.policy.check.names import HOUSE
from apflow.referral import HOUSE_EVENTS, HOUSE_RECORDS
from tests.small_policy import HEAD, faults, small, telling, warnings


def test_the_words_of_the_house_are_all_kept_from_policies() -> None:
    assert {*HOUSE_EVENTS, *HOUSE_RECORDS} == HOUSE


PUPIL = "pupil: {title: Pupil, acts: false}"
CASES = {
    "an override by nobody who may take the event": (
        small(
            guards="more: {require: ready, otherwise: No., override: [la]}",
            transitions="- {from: draft, event: end, to: done, by: [school], guards: [more]}",
            events="end: {title: End}",
        ),
        "guards > more > override > 1: 'la' can never use this: no 'end' behind the guard is by la",
    ),
    "an open state without an owner": (
        small(
            states="more: {title: More, phase: work}",
            events="go: {title: Go}\nend: {title: End}",
            transitions="- {from: draft, event: go, to: more, by: [la]}\n"
            "- {from: more, event: end, to: done, by: [la]}",
        ),
        "states > more: has no owner: it would be nobody's turn",
    ),
    "an owner who never signs in": (
        small(roles=PUPIL).replace("owner: school", "owner: pupil"),
        "states > draft > owner: 'pupil' never signs in, so nobody would see whose turn it is",
    ),
    "a deadline owned by somebody who never signs in": (
        small(
            roles=PUPIL,
            deadlines="d: {title: D, start: today, due: {within: 1, unit: day}, "
            "met_by: [done], owner: pupil}",
        ),
        "deadlines > d > owner: 'pupil' never signs in, so nobody would be told",
    ),
    "a state that keeps a guard about who acts": (
        small(guards="more: {require: role == 'la' or ready, otherwise: No.}").replace(
            "owner: school", "owner: school, keeps: [more]"
        ),
        "states > draft > keeps: 'more' asks who acts, but here nobody does",
    ),
    "an open state called ended": (
        small().replace("owner: school", "owner: school, milestone: ended"),
        "states > draft > milestone: the milestone is 'ended', but the state is open",
    ),
    "a final state called placed": (
        small().replace("final: good", "final: good, milestone: placed"),
        "states > done > milestone: the state is final, but its milestone is 'placed'",
    ),
    "milestones out of their order on the road": (
        small(
            HEAD.replace("draft, done", "draft, more, done"),
            states="more: {title: More, phase: work, owner: la, milestone: referred}",
            events="go: {title: Go}\nend: {title: End}",
            transitions="- {from: draft, event: go, to: more, by: [la]}\n"
            "- {from: more, event: end, to: done, by: [la]}",
        ).replace("owner: school", "owner: school, milestone: placed"),
        "states > more > milestone: 'referred' comes after 'placed' ('draft') on the road",
    ),
    "a transition by system that no deadline takes": (
        small(
            events="end: {title: End}",
            transitions="- {from: draft, event: end, to: done, by: [system]}",
        ),
        "transitions > 3 > by: the system takes 'end' only if a deadline says so with then",
    ),
    "what follows a miss is not open everywhere": (
        small(
            states="more: {title: More, phase: work, owner: la}",
            events="go: {title: Go}\nlapse: {title: Lapse}\nend: {title: End}",
            transitions="- {from: draft, event: go, to: more, by: [la]}\n"
            "- {from: more, event: end, to: done, by: [la]}\n"
            "- {from: draft, event: lapse, to: done, by: [system]}",
            deadlines="d: {title: D, start: today, due: {within: 1, unit: day}, "
            "met_by: [done], owner: la, then: lapse}",
        ),
        "deadlines > d > then: nothing follows in more: there 'lapse' is not by system",
    ),
    "a role that nothing names": (
        small(roles="pupil: {title: Pupil}"),
        "roles > pupil: nothing names this role",
    ),
    "a phase without a state": (
        small(phases="more: More"),
        "phases > more: no state is in this phase",
    ),
    "a meeting for nothing": (
        small(meetings="forum: {title: Forum}"),
        "meetings > forum: nothing is decided at this meeting",
    ),
}


@pytest.mark.parametrize("claim", CASES)
def test_an_oddity_is_warned_of_and_is_the_only_thing_said(claim: str, tmp_path: Path) -> None:
    text, says = CASES[claim]
    assert faults(text, tmp_path) == []
    assert warnings(text, tmp_path) == [says]


@pytest.mark.parametrize(
    "text",
    [
        small(roles=PUPIL, facts="who: {type: people, ask: W?, entries: {pupil: {}}}").replace(
            "asks: [ready]", "asks: [ready, who]"
        ),
        small(
            roles=PUPIL,
            notices="told: {after: [done], to: [pupil], text: It is done.}",
        ),
        telling("age: {type: number, ask: Age}", require="role == 'la' or age > 3"),
        small(
            settings="unit_of_limit: {value: week}",
            deadlines="d: {title: D, start: today, due: {within: 1, unit: unit_of_limit}, "
            "met_by: [done], owner: la}",
        ),
    ],
    ids=["role in a list", "role told", "role in a condition", "setting as a unit"],
)
def test_what_is_used_somewhere_is_not_warned_of(text: str, tmp_path: Path) -> None:
    assert warnings(text, tmp_path) == []
