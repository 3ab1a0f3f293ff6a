"""Tracing: every step by who, what and when, one of them whole, and who looked at whose record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from apflow.casework.one_step import one_step
from apflow.casework.proving import Proving, proving
from apflow.casework.tracing import TracedStep, reads_of, steps
from apflow.errors import Altered, BadInput, Unknown
from apflow.referral import Step
from apflow.store import reads
from apflow.store.tracing import Looks, Traces
from tests.small_office import MARKER, START, Office


@dataclass(frozen=True)
class Told:
    """An office with two referrals, one with a longer history."""

    office: Office
    long: str
    short: str

    def every(self) -> list[Step]:
        return [
            step
            for one in (self.long, self.short)
            for step in self.office.work.history(one, "ann", START)
        ]

    def traced(self, person: str = "ann", /, **asked: object) -> list[TracedStep]:
        return list(steps(self.office.work.office, person, Traces(**asked)).rows)  # type: ignore[arg-type]


@pytest.fixture
def told(office: Office) -> Told:
    days = [START + timedelta(days=number) for number in range(8)]
    long = office.opened("p1", days[0], agrees=True, story=f"{MARKER} came")
    office.done(long, "submit", "sue", days[1], sitting="2026-01-14")
    short = office.opened("p2", days[2], excluded=True, excluded_on="2026-01-16", secret=True)
    office.done(long, "panel_agrees", "pam", days[3], sat=["panel_member", "la"])
    office.done(long, "log", "sue", days[4], story=f"{MARKER} rang", on=days[2].date())
    office.done(long, "reverse_step", "sue", days[5], reason="another child")
    office.work.fire_due(START + timedelta(days=20))
    return Told(office, long, short)


def test_every_step_is_found_newest_first_with_what_is_shown_of_it(told: Told) -> None:
    found = told.traced()
    assert len(found) == 7
    assert [one.recorded_at for one in found] == sorted(
        (one.recorded_at for one in found), reverse=True
    )
    by = {(one.reference, one.seq): one for one in found}
    for step in told.every():
        one = by[step.reference, step.seq]
        assert (one.event, one.source, one.target) == (step.event, step.source, step.target)
        assert (one.actor, one.role, one.hash) == (step.actor, step.role, step.hash)
        assert (one.happened_on, one.recorded_at) == (step.happened_on, step.recorded_at)
        assert one.request == step.request
    agreed = by[told.long, 3]
    assert (agreed.event_title, agreed.source_title, agreed.target_title) == (
        "Panel agrees", "At the panel", "Agreed",
    )  # fmt: skip
    assert (agreed.actor_name, agreed.role_title, agreed.policy) == ("Pam", "Panel", "one-of-each")
    assert agreed.actor_handle
    opening = by[told.short, 1]
    assert (opening.source_title, opening.event_title) == ("Not opened yet", "Open")
    missed = by[told.short, 2]
    assert (missed.actor, missed.actor_name, missed.actor_handle) == ("system", "apflow", None)
    assert missed.event_title == "Deadline missed"
    assert MARKER not in repr(found)


_ASKED: list[tuple[dict[str, object], Callable[[Step], bool]]] = [
    ({"actor": "sue"}, lambda step: step.actor == "sue"),
    ({"actor": "system"}, lambda step: step.actor == "system"),
    ({"event": "log"}, lambda step: step.event == "log"),
    ({"event": "reverse_step", "actor": "sue"}, lambda step: step.event == "reverse_step"),
    ({"policy": "one-of-each"}, lambda _: True),
    ({"policy": "another"}, lambda _: False),
    (
        {"recorded_from": date(2026, 1, 18)},
        lambda step: step.recorded_at.date() >= date(2026, 1, 18),
    ),
    ({"recorded_to": date(2026, 1, 18)}, lambda step: step.recorded_at.date() <= date(2026, 1, 18)),
    ({"happened_from": date(2026, 1, 17)}, lambda step: step.happened_on >= date(2026, 1, 17)),
    ({"happened_to": date(2026, 1, 16)}, lambda step: step.happened_on <= date(2026, 1, 16)),
    (
        {"recorded_from": date(2026, 1, 18), "happened_to": date(2026, 1, 16)},
        lambda step: step.event == "log",
    ),
    ({"actor": "", "event": "", "policy": "", "reference": "", "flow_run": ""}, lambda _: True),
    ({"actor": "nobody"}, lambda _: False),
]


@pytest.mark.parametrize("number", range(len(_ASKED)))
def test_each_question_finds_what_it_asks_and_nothing_else(told: Told, number: int) -> None:
    asked, wanted = _ASKED[number]
    expected = {(one.reference, one.seq) for one in told.every() if wanted(one)}
    assert {(one.reference, one.seq) for one in told.traced(**asked)} == expected


def test_a_referral_and_a_flow_run_have_their_own_steps(told: Told) -> None:
    assert {one.reference for one in told.traced(reference=told.short.lower())} == {told.short}
    step = told.every()[1]
    told.office.work.note_run(str(step.request), "run-1")
    (found,) = told.traced(flow_run="run-1")
    assert (found.reference, found.seq, found.flow_run) == (step.reference, step.seq, "run-1")
    assert told.traced(flow_run="run-2") == []


def test_pages_of_steps_give_each_once_in_order(told: Told) -> None:
    found: list[TracedStep] = []
    after = None
    for _ in range(9):
        page = steps(told.office.work.office, "ann", Traces(), after, limit=2)
        found += page.rows
        after = page.next
        assert page.more == (after is not None)
        if after is None:
            break
    assert found == told.traced()
    for wrong in ("?", "a~b", "a~b~c", "~~", "a~b~99999999999"):
        with pytest.raises(BadInput, match="after"):
            steps(told.office.work.office, "ann", Traces(), wrong)


def test_steps_are_those_of_what_the_person_may_see(told: Told) -> None:
    office = told.office
    for person in ("ann", "max", "lea", "pam", "sue"):
        assert len(told.traced(person)) == 7
    assert told.traced("eve") == []
    office.done(told.short, "correct_facts", "sue", reason="moved", home="elm")
    assert {one.reference for one in told.traced("eve")} == {told.short}
    assert {one.reference for one in told.traced("sue")} == {told.long}
    with pytest.raises(Unknown, match="person"):
        told.traced("nobody")


def test_one_step_says_what_was_found_read_and_changed(told: Told) -> None:
    shown = one_step(told.office.work.office, told.long, 2, "ann", START)
    assert (shown.event_title, shown.source_title, shown.target_title) == (
        "Submit", "Draft", "At the panel",
    )  # fmt: skip
    assert (shown.actor_name, shown.role_title, shown.steps) == ("Sue", "School", 5)
    agrees = next(one for one in shown.findings if one.guard == "parent_agrees")
    assert (agrees.verdict, agrees.clauses) == ("met", ("T-1",))
    assert agrees.says == "The parent has not agreed."
    read = {one.name: (one.value, one.gone) for one in agrees.read}
    assert read["agrees"] == (True, None)
    assert [(one.name, one.before, one.after) for one in shown.changes] == [
        ("sitting", None, "2026-01-14")
    ]
    assert shown.changes[0].title == "Which panel?"
    assert "sitting" not in shown.before
    assert shown.after == {**shown.before, "sitting": "2026-01-14"}
    assert shown.proof.holds
    assert shown.proof.previous == told.every()[0].hash
    assert shown.request is not None
    assert shown.request.id == shown.step.request
    assert shown.reversed_by is None
    assert one_step(told.office.work.office, told.long, 4, "ann", START).reversed_by == 5


def test_what_a_person_may_not_see_is_kept_back_from_every_part(told: Told) -> None:
    office = told.office.work.office
    shown = one_step(office, told.short, 1, "lea", START)
    assert shown.after["secret"] is True
    for person in ("sue", "ann"):
        kept = one_step(office, told.short, 1, person, START)
        secret = next(one for one in kept.values if one.name == "secret")
        assert (secret.value, secret.gone) == (None, "kept back")
        assert "secret" not in kept.after
        assert all(one.name != "secret" for one in kept.changes)
        assert kept.proof.holds
        assert all(one.salt is None for one in kept.step.values if one.name == "secret")


def test_what_was_erased_is_said_to_be_and_the_step_still_proves_itself(told: Told) -> None:
    told.office.done(told.long, "erase", "max", reason="asked to", facts="story")
    shown = one_step(told.office.work.office, told.long, 1, "sue", START)
    story = next(one for one in shown.values if one.name == "story")
    assert (story.value, story.gone) == (None, "erased")
    assert shown.proof.holds
    assert MARKER not in repr((shown.values, shown.before, shown.after))


def test_one_step_is_noted_as_a_look_and_only_there_for_who_may_see_it(told: Told) -> None:
    office = told.office.work.office
    one_step(office, told.long, 1, "sue", START)
    with told.office.work.store.reading() as tx:
        assert [one.what for one in reads.by(tx, "sue")] == ["step"]
    for person, seq in (("eve", 1), ("sue", 0), ("sue", 6), ("sue", -1), ("nobody", 1)):
        with pytest.raises(Unknown):
            one_step(office, told.long, seq, person, START)


def test_a_step_that_was_altered_says_so(told: Told) -> None:
    store = told.office.work.store
    with store.writing() as tx:
        tx.execute(sa.text("UPDATE answers SET value = 'false' WHERE name = 'agrees'"))
    first = one_step(told.office.work.office, told.long, 1, "ann", START).proof
    assert (first.body, first.follows, first.values, first.holds) == (True, True, False, False)
    assert one_step(told.office.work.office, told.long, 3, "ann", START).proof.holds


def test_who_looked_is_shown_to_the_office_alone(told: Told) -> None:
    office = told.office.work.office
    for hours, person in ((1, "sue"), (2, "lea"), (30, "sue")):
        told.office.work.look(told.long, person, START + timedelta(hours=hours))
    told.office.work.history(told.short, "lea", START + timedelta(hours=3))

    def looks(**asked: object) -> list[tuple[str, str, str]]:
        found = reads_of(office, "ann", Looks(**asked)).rows  # type: ignore[arg-type]
        return [(one.person, one.reference, one.what) for one in found]

    every = [
        ("sue", told.long, "referral"), ("lea", told.short, "history"),
        ("lea", told.long, "referral"), ("sue", told.long, "referral"),
    ]  # fmt: skip
    assert looks() == every
    assert looks(person="lea") == every[1:3]
    assert looks(reference=told.short.lower()) == every[1:2]
    assert looks(from_=date(2026, 1, 15)) == every[:1]
    assert looks(to=date(2026, 1, 14), person="sue") == every[3:]
    (first, *_) = reads_of(office, "max", Looks()).rows
    assert (first.person_name, first.what_title) == ("Sue", "The referral")
    assert first.person_handle
    page = reads_of(office, "ann", Looks(), limit=3)
    rest = reads_of(office, "ann", Looks(), page.next, limit=3)
    assert (len(page.rows), len(rest.rows), rest.next) == (3, 1, None)
    for person in ("sue", "lea", "pam", "nobody"):
        with pytest.raises(Unknown):
            reads_of(office, person, Looks())


def test_proving_says_how_far_it_is_and_what_it_found(told: Told) -> None:
    office = told.office.work.office
    whole = list(proving(office, "ann"))
    assert (whole[0].done, whole[0].total) == (0, 7)
    assert whole[-1].verified is not None
    assert (whole[-1].verified.steps, whole[-1].done) == (7, 7)
    one = list(proving(office, "sue", told.long))[-1]
    assert one.verified is not None
    assert one.verified.steps == 5
    for person, reference in (("sue", None), ("eve", told.long), ("nobody", None)):
        with pytest.raises(Unknown):
            list(proving(office, person, reference))


def test_proving_names_the_first_bad_step(told: Told) -> None:
    with told.office.work.store.writing() as tx:
        tx.execute(
            sa.text("UPDATE answers SET value = 'false' WHERE name = 'agrees' AND reference = :r"),
            {"r": told.long},
        )
    last: Proving = list(proving(told.office.work.office, "ann"))[-1]
    assert last.verified is None
    assert isinstance(last.fault, Altered)
    assert (last.fault.reference, last.fault.seq) == (told.long, 1)
