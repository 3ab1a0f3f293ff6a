"""Places: who comes next, of those who wait and of those who are only just decided on."""

from datetime import datetime, timedelta

import pytest

from apflow.casework import Asked, closing
from apflow.casework.recording import Contended, record
from apflow.casework.situations import situation_of
from apflow.clock import london_day
from apflow.policy.facts import read_facts
from apflow.policy.situation import Actor
from apflow.store import pools, referrals
from tests.small_office import START, Office

_LATER = START + timedelta(days=1)


def _keep_the_line(office: Office) -> None:
    """Let the panel give a place at once only to whom nobody waiting comes before."""
    file = office.folder / "one-of-each" / "lifecycle.yaml"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("when: place_free,", "when: place_free and next_in_line,").replace(
        "when: not place_free,", "when: not (place_free and next_in_line),"
    )
    assert changed != text
    file.write_text(changed, encoding="utf-8")


def _submitted(office: Office, pupil: str, now: datetime = START, **answers: object) -> str:
    reference = office.opened(pupil, now, agrees=True, **answers)
    office.done(reference, "submit", "sue", now, sitting="2026-01-14")
    return reference


def test_a_free_place_is_kept_for_whoever_waits_for_it(office: Office) -> None:
    _keep_the_line(office)
    both = ["panel_member", "la"]
    holding, waiting = (_submitted(office, pupil) for pupil in ("p1", "p2"))
    for reference in (holding, waiting):
        office.done(reference, "panel_agrees", "pam", sat=both)
    assert office.state(waiting) == "waiting"
    office.done(holding, "stop", "lea")
    late = _submitted(office, "p3", _LATER)
    office.done(late, "panel_agrees", "pam", _LATER, sat=both)
    assert office.state(late) == "waiting"
    urgent = {"excluded": True, "excluded_on": "2026-01-14", "secret": False}
    excluded = _submitted(office, "p4", _LATER, **urgent)
    office.done(excluded, "panel_agrees", "pam", _LATER, sat=both)
    assert office.state(excluded) == "agreed"


def test_a_place_taken_between_the_decision_and_its_step_is_not_given_twice(
    office: Office,
) -> None:
    slow, quick = (_submitted(office, pupil) for pupil in ("p1", "p2"))
    house, today = office.work.office, london_day(START)
    sat = {"sat": {name: {"answer": "present"} for name in ("panel_member", "la")}}
    asked = office.work.ask(slow, Asked("panel_agrees", "pam", None, sat), START)
    with office.work.store.reading() as tx:
        before = referrals.get(tx, slow)
        assert before is not None
        machine = house.machine(tx, before.digest)
        actor = Actor("pam", "panel_member")
        situation = situation_of(house, tx, machine, before, actor, today, today)
    answers = read_facts(machine.compiled.lifecycle, sat)
    decision = machine.decide(situation, "panel_agrees", answers, actor)
    act = closing.act_of(machine, decision, asked, frozenset(answers), START)
    office.done(quick, "panel_agrees", "pam", sat=["panel_member", "la"])
    with pytest.raises(Contended), office.work.store.writing() as tx:
        record(tx, machine.compiled, before, situation, act)
    assert office.work.apply(asked.id, START).state == "applied"
    assert (office.state(quick), office.state(slow)) == ("agreed", "waiting")
    with office.work.store.reading() as tx:
        assert pools.held(tx, "one-of-each", ["seats"]) == {"seats": 1}


def test_a_policy_file_is_read_again_only_when_it_has_changed(office: Office) -> None:
    house = office.work.office
    with office.work.store.reading() as tx:
        before = house.newest(tx, "one-of-each", lambda *_: None)
        assert house.newest(tx, "one-of-each", lambda *_: None) is before
        _keep_the_line(office)
        after = house.newest(tx, "one-of-each", lambda *_: None)
    assert after.compiled.lifecycle.digest != before.compiled.lifecycle.digest
