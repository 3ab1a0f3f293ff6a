"""Asking and applying: one transaction, once, with every reason."""

from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any, cast

import pytest
import sqlalchemy as sa

from apflow.casework import Asked
from apflow.errors import BadInput, BadInputs, Unknown
from apflow.referral import Request
from apflow.referral.replay import replay
from apflow.store import history, notices, reads, referrals, register
from apflow.store.engine import Store
from apflow.store.verify import verify
from tests.small_office import MARKER, START, Office


def _tables(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table but the Requests and the log of who looked."""
    with store.reading() as tx:
        names = sa.inspect(tx).get_table_names()
        return {
            name: sorted(
                (tuple(row) for row in tx.execute(sa.text(f"SELECT * FROM {name}"))), key=repr
            )
            for name in names
            if name not in ("requests", "reads")
        }


def _findings(closed: Request) -> dict[str, dict[str, Any]]:
    """Return how a Request's findings were shown, by guard."""
    found = cast("list[dict[str, Any]]", (closed.result or {})["findings"])
    return {one["guard"]: one for one in found}


def test_an_advance_writes_state_step_deadlines_and_notices_together(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    looked = office.work.look(reference, "lea", START)
    assert looked.referral.state == "draft"
    assert [(row.name, row.state) for row in looked.deadlines] == [("sixth_day", "armed")]
    assert looked.referral.next_due == looked.deadlines[0].due_at
    with office.work.store.reading() as tx:
        assert [notice.notice for notice in notices.of(tx, reference)] == ["excluded_told"]
    (step,) = office.work.history(reference, "lea", START)
    assert (step.seq, step.event, step.source, step.target) == (1, "open_it", "start", "draft")


def test_a_refusal_names_every_unmet_guard_and_changes_nothing_but_its_request(
    office: Office,
) -> None:
    reference = office.opened(agrees=False)
    before = _tables(office.work.store)
    closed = office.do(reference, "submit", "sue", sitting="2026-01-14")
    assert closed.state == "refused"
    verdicts = _findings(closed)
    assert verdicts["parent_agrees"]["verdict"] == "unmet"
    assert verdicts["parent_agrees"]["clauses"] == ["T-1"]
    assert verdicts["parent_agrees"]["read"] == {"agrees": False, "excluded": False}
    assert verdicts["parent_agrees"]["roles"] == ["school"]
    assert verdicts["advised"]["force"] == "should"
    assert _tables(office.work.store) == before


def test_what_is_not_known_yet_is_asked_for_and_not_refused(office: Office) -> None:
    reference = office.opened()
    closed = office.do(reference, "submit", "sue", sitting="2026-01-14")
    assert closed.result is not None
    assert closed.result["outcome"] == "unknown"


def test_applying_a_request_twice_gives_the_first_result_once(office: Office) -> None:
    reference = office.opened(agrees=True)
    request = office.work.ask(
        reference, Asked("submit", "sue", answers={"sitting": "2026-01-14"}), START
    )
    first = office.work.apply(request.id, START)
    again = office.work.apply(request.id, START + timedelta(hours=1))
    assert (first.state, first.result) == (again.state, again.result)
    assert len(office.work.history(reference, "sue", START)) == 2


def test_asking_twice_with_one_id_stores_one_request(office: Office) -> None:
    reference = office.opened()
    asked = Asked("log", "sue", answers={"story": "once"})
    one = office.work.ask(reference, asked, START, "the-same")
    two = office.work.ask(reference, asked, START, "the-same")
    assert one == two


def test_twenty_at_once_move_a_referral_once(office: Office) -> None:
    reference = office.opened(agrees=True)
    asked = Asked("submit", "sue", answers={"sitting": "2026-01-14"})
    waiting = [office.work.ask(reference, asked, START).id for _ in range(20)]
    ready, closed = Barrier(20), list[Request]()

    def apply(request: str) -> None:
        ready.wait()
        closed.append(office.work.apply(request, START))

    threads = [Thread(target=apply, args=(request,)) for request in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.state for one in closed) == ["applied"] + ["refused"] * 19
    assert [step.seq for step in office.work.history(reference, "sue", START)] == [1, 2]


def test_two_referrals_never_take_one_place(office: Office) -> None:
    both = [office.opened(f"p{number}", agrees=True) for number in (1, 2)]
    for reference in both:
        office.done(reference, "submit", "sue", sitting="2026-01-14")
    asked = Asked("panel_agrees", "pam", answers={"sat": ["panel_member", "la"]})
    waiting = [office.work.ask(reference, asked, START).id for reference in both]
    ready = Barrier(2)

    def apply(request: str) -> None:
        ready.wait()
        office.work.apply(request, START)

    threads = [Thread(target=apply, args=(request,)) for request in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(office.state(reference) for reference in both) == ["agreed", "waiting"]


def test_the_waiting_list_keeps_the_policys_order(office: Office) -> None:
    first, second, third = (
        office.opened("p1", agrees=True),
        office.opened("p2", agrees=True),
        office.opened("p3", agrees=True, excluded=True, excluded_on="2026-01-14", secret=False),
    )
    for reference in (first, second, third):
        office.done(reference, "submit", "sue", sitting="2026-01-14")
        office.done(reference, "panel_agrees", "pam", sat=["panel_member", "la"])
    assert [office.state(one) for one in (first, second, third)] == ["agreed", "waiting", "waiting"]
    office.done(first, "stop", "sue")
    refused = office.do(second, "offer", "lea")
    assert _findings(refused)["in_order"]["verdict"] == "unmet"
    office.done(third, "offer", "lea")
    assert office.do(second, "offer", "lea").state == "refused"


def test_a_guard_is_passed_only_by_a_named_role_with_a_reason(office: Office) -> None:
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    because = {"two_sat": "the chair was alone; agreed by telephone"}
    assert (
        office.do(reference, "panel_agrees", "pam", because=because, sat=["la"]).state == "refused"
    )
    closed = office.do(reference, "panel_agrees", "lea", because=because, sat=["la"])
    assert closed.state == "applied"
    step = office.work.history(reference, "ann", START)[-1]
    assert {"guard": "two_sat", "verdict": "overridden"}.items() <= dict(
        next(one for one in step.findings if one["guard"] == "two_sat")
    ).items()
    reasons = [value.value for value in step.values if value.kind == "reason"]
    assert reasons == ["the chair was alone; agreed by telephone"]


def test_a_form_filled_in_before_someone_moved_it_is_stale(office: Office) -> None:
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    closed = office.do(reference, "submit", "sue", seen=1, sitting="2026-01-14")
    assert closed.state == "stale"
    assert "Submit" in str(closed.result)


def test_a_logged_contact_does_not_void_an_open_form(office: Office) -> None:
    reference = office.opened(agrees=True)
    office.done(reference, "log", "lea", story="rang the parent")
    closed = office.do(reference, "panel_agrees", "pam", seen=1, sat=["panel_member", "la"])
    assert closed.state == "refused"
    closed = office.do(reference, "record_answer", "sue", seen=1, agrees=True)
    assert closed.state == "applied"


def test_two_people_who_write_at_once_are_both_heard(office: Office) -> None:
    reference = office.opened(agrees=True)
    for person, story in (("sue", "rang the parent"), ("lea", "spoke to the school")):
        assert office.do(reference, "log", person, seen=1, story=story).state == "applied"
    told = [
        value.value
        for step in office.work.history(reference, "ann", START)[1:]
        for value in step.values
        if value.name == "story"
    ]
    assert told == ["rang the parent", "spoke to the school"]


def test_a_review_that_somebody_held_first_is_not_recorded_twice(office: Office) -> None:
    reference = office.placed()
    seen = office.work.look(reference, "ann", START).referral.seq
    assert office.do(reference, "review", "lea", seen=seen, story="went well").state == "applied"
    assert office.do(reference, "review", "lea", seen=seen, story="went well").state == "stale"


def test_two_people_who_answer_one_question_differently_are_not_both_believed(
    office: Office,
) -> None:
    reference = office.opened()
    assert office.do(reference, "record_answer", "sue", seen=1, agrees=True).state == "applied"
    assert office.do(reference, "record_answer", "sue", seen=1, agrees=False).state == "stale"


def test_a_role_taken_away_holds_from_the_next_request(office: Office) -> None:
    reference = office.opened()
    request = office.work.ask(reference, Asked("stop", "sue"), START)
    with office.work.store.writing() as tx:
        register.disable(tx, "sue", START)
    assert office.work.apply(request.id, START).state == "refused"
    with pytest.raises(Unknown):
        office.work.ask(reference, Asked("stop", "sue"), START)


def test_another_schools_people_can_neither_see_nor_move_it(office: Office) -> None:
    reference = office.opened()
    for look in (office.work.look, office.work.choices, office.work.history):
        with pytest.raises(Unknown, match=reference):
            look(reference, "eve", START)
    closed = office.do(reference, "stop", "eve")
    assert closed.state == "refused"
    assert office.work.worklist("eve", START) == ()


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"excluded": "perhaps"}, "excluded"),
        ({"excluded": True, "excluded_on": "soon"}, "excluded_on"),
        ({"home": "ook"}, "home"),
        ({"storey": "x"}, "storey"),
        ({"story": "a\0b"}, "story"),
    ],
)
def test_bad_input_names_the_field_and_stores_nothing(
    office: Office, answers: dict[str, object], field: str
) -> None:
    asked = Asked("open_it", "sue", answers={"home": "oak", "excluded": False, **answers})
    with pytest.raises((BadInput, BadInputs), match=field):
        office.work.ask_to_open("one-of-each", "p1", asked, START)
    with office.work.store.reading() as tx:
        assert tx.execute(sa.text("SELECT count(*) FROM requests")).scalar() == 0


def test_nothing_happens_in_the_future(office: Office) -> None:
    reference = office.opened()
    tomorrow = START.date() + timedelta(days=1)
    with pytest.raises(BadInput, match="future"):
        office.do(reference, "stop", "sue", on=tomorrow)
    office.done(reference, "log", "sue", on=date(2026, 1, 2), story="before it was opened")


def test_who_may_not_know_sees_the_rank_and_not_its_cause(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-14", secret=True)
    seen_by_school = office.work.look(reference, "sue", START)
    assert seen_by_school.facts["rank"] == 1
    assert "secret" in seen_by_school.hidden
    assert "secret" not in seen_by_school.facts
    steps = office.work.history(reference, "sue", START)
    assert {value.value for value in steps[0].values if value.name == "secret"} == {None}
    assert office.work.look(reference, "lea", START).facts["secret"] is True


def test_every_look_is_recorded_before_it_is_shown(office: Office) -> None:
    reference = office.opened()
    office.work.look(reference, "sue", START)
    office.work.history(reference, "ann", START)
    with office.work.store.reading() as tx:
        assert sorted((one.person, one.what) for one in reads.of(tx, reference)) == [
            ("ann", "history"),
            ("sue", "referral"),
        ]


def test_replaying_the_steps_gives_the_stored_state_facts_and_tally(office: Office) -> None:
    reference = office.placed(excluded=True, excluded_on="2026-01-12", story="it began")
    office.done(reference, "review", "lea", story="better")
    office.done(reference, "reverse_step", "lea", reason="that was another pupil's review")
    office.done(reference, "correct_facts", "lea", reason="misread", excluded_on="2026-01-13")
    with office.work.store.reading() as tx:
        referral = referrals.get(tx, reference)
        steps = history.steps(tx, reference)
    again = replay(steps)
    assert referral is not None
    assert (again.state, again.facts) == (referral.state, dict(referral.facts))
    assert again.tally == referral.tally
    assert verify(office.work.store).steps == len(steps)


def test_what_people_write_stands_beside_the_chain_and_not_in_it(office: Office) -> None:
    reference = office.placed(story=f"{MARKER} hit someone")
    for step in office.work.history(reference, "ann", START):
        assert MARKER.encode() not in step.body
    with office.work.store.reading() as tx:
        assert not any(MARKER in notice.text for notice in notices.of(tx, reference))
