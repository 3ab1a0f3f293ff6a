"""Putting right: by a truthful step with a reason, in final states too."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from apflow.casework import Asked
from apflow.errors import BadInput
from apflow.referral import Request
from apflow.store import history, requests
from apflow.store.verify import verify
from tests.small_office import MARKER, POLICIES, START, Office


def _says(closed: Request) -> str:
    found = cast("list[dict[str, Any]]", (closed.result or {})["findings"])
    return " ".join(str(one["says"]) for one in found)


def test_no_house_event_is_done_without_a_reason(office: Office) -> None:
    reference = office.opened()
    with pytest.raises(BadInput, match="reason"):
        office.do(reference, "correct_facts", "sue", agrees=True)


def test_correcting_a_fact_moves_the_deadline_that_rests_on_it(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-12")
    before = office.work.look(reference, "lea", START).deadlines[0].due_at
    office.done(
        reference, "correct_facts", "sue", reason="the letter says", excluded_on="2026-01-13"
    )
    looked = office.work.look(reference, "lea", START)
    (row,) = looked.deadlines
    assert before is not None
    assert row.due_at == before + timedelta(days=1)
    assert looked.referral.next_due == row.due_at
    first, second = office.work.history(reference, "lea", START)
    assert [value.value for value in first.values if value.name == "excluded_on"] == ["2026-01-12"]
    assert second.event == "correct_facts"


def test_a_fact_can_be_found_not_to_be_known(office: Office) -> None:
    reference = office.opened(agrees=True)
    office.done(reference, "correct_facts", "sue", reason="asked the wrong parent", agrees=None)
    assert "agrees" not in office.work.look(reference, "sue", START).facts


def test_what_is_worked_out_cannot_be_corrected(office: Office) -> None:
    reference = office.opened()
    with pytest.raises(Exception, match="rank"):
        office.do(reference, "correct_facts", "sue", reason="x", rank=1)


def test_reversing_the_last_step_gives_back_state_facts_places_and_deadlines(
    office: Office,
) -> None:
    reference = office.opened(agrees=True, excluded=True, excluded_on="2026-01-12", secret=False)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    office.done(reference, "panel_agrees", "pam", sat=["panel_member", "la"])
    stood = office.work.look(reference, "lea", START)
    office.done(reference, "begin", "lea", provider="pru")
    office.done(reference, "reverse_step", "lea", reason="the pupil did not come")
    looked = office.work.look(reference, "lea", START)
    assert looked.referral.state == "agreed"
    assert looked.facts == stood.facts
    assert looked.referral.tally == stood.referral.tally
    standing = [row for row in looked.deadlines if row.state in ("armed", "breached")]
    assert [(row.name, row.due_at) for row in standing] == [
        (row.name, row.due_at) for row in stood.deadlines
    ]
    assert looked.referral.holds == ("seats",)
    assert [step.event for step in office.work.history(reference, "lea", START)][-2:] == [
        "begin",
        "reverse_step",
    ]


def test_steps_are_taken_back_one_by_one_down_to_the_opening(office: Office) -> None:
    reference = office.opened(agrees=True)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    office.done(reference, "stop", "sue")
    assert office.work.look(reference, "sue", START).referral.closed_on is not None
    office.done(reference, "reverse_step", "sue", reason="not this one")
    assert office.work.look(reference, "sue", START).referral.closed_on is None
    office.done(reference, "reverse_step", "sue", reason="nor this")
    assert office.state(reference) == "draft"
    refused = office.do(reference, "reverse_step", "sue", reason="everything")
    assert refused.state == "refused"
    assert "no step that can be taken back" in _says(refused)


def test_a_manager_hands_over_and_the_owner_changes(office: Office) -> None:
    reference = office.opened()
    office.done(reference, "hand_over", "max", reason="leave", owner="lea")
    assert office.work.look(reference, "sue", START).referral.owner == "lea"
    for owner in ("nobody", "eve", "ann"):
        refused = office.do(reference, "hand_over", "max", reason="again", owner=owner)
        assert owner in _says(refused)
    assert "already" in _says(office.do(reference, "hand_over", "max", reason="x", owner="lea"))


def test_who_has_a_referral_may_hand_it_on_and_others_may_not(office: Office) -> None:
    reference = office.opened()
    office.done(reference, "hand_over", "sue", reason="leave", owner="lea")
    refused = office.do(reference, "hand_over", "sue", reason="not so", owner="pam")
    assert "they or a manager may hand it over" in _says(refused)
    office.done(reference, "hand_over", "lea", reason="leave", owner="pam")


def test_erasing_takes_the_text_from_everywhere_and_the_chain_still_verifies(
    office: Office, tmp_path: Path
) -> None:
    reference = office.opened(agrees=True, story=f"{MARKER} hit someone")
    office.done(reference, "log", "sue", story=f"{MARKER} rang")
    refused = office.do(reference, "erase", "max", reason="asked to", facts=["agrees"])
    assert "only texts and names" in _says(refused)
    office.done(reference, "erase", "max", reason="the family asked", facts=["story"])
    assert "story" not in office.work.look(reference, "sue", START).facts
    with office.work.store.reading() as tx:
        values = [
            value for step in history.steps(tx, reference) for value in step.values
            if value.name == "story"
        ]  # fmt: skip
        asked = requests.of(tx, reference)
    assert values
    assert all(value.value is None and value.salt is None for value in values)
    assert not any(MARKER in str(request.answers) for request in asked)
    assert verify(office.work.store).steps == 3
    path = office.work.store.path
    if path is not None:
        for file in path.parent.glob(f"{path.name}*"):
            assert b"hit someone" not in file.read_bytes()


def test_a_closed_referral_can_be_erased_whole_and_then_its_pupil(office: Office) -> None:
    first = office.opened(agrees=True, story=f"{MARKER} hit someone")
    second = office.opened()
    assert office.do(first, "erase", "max", reason="retention").state == "refused"
    for reference, name in ((first, f"{MARKER} 1"), (second, None)):
        office.done(reference, "stop", "sue")
        office.done(reference, "erase", "max", reason="retention", facts="all")
        looked = office.work.look(reference, "max", START)
        assert looked.referral.facts == {}
        assert looked.pupil == name
    verify(office.work.store)


def _newer(office: Office, *changes: tuple[str, str]) -> None:
    """Put a newer version of the policy in its place."""
    text = (POLICIES / "one-of-each" / "lifecycle.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (office.folder / "one-of-each" / "lifecycle.yaml").write_text(text, encoding="utf-8")


def test_adopting_is_shown_before_it_is_done_and_changes_nothing_until_then(
    office: Office,
) -> None:
    reference = office.opened(agrees=True, story="long ago")
    _newer(
        office,
        ("  story: {type: text, ask: What happened?}", "  tale: {type: text, ask: What happened?}"),
        ("may_ask: [story, secret, agrees]", "may_ask: [tale, secret, agrees]"),
        ("may_ask: [story]", "may_ask: [tale]"),
        ("asks: [story]", "asks: [tale]"),
        ("require: known(story)", "require: known(tale)"),
    )
    plan = office.work.would_adopt(reference, "max", START)
    assert plan["facts_lost"] == {"story": "not a fact of the newer lifecycle"}
    assert plan["guards_newly_shut"] == {"advised": "Say what happened."}
    looked = office.work.look(reference, "max", START)
    assert looked.facts["story"] == "long ago"
    office.done(reference, "adopt_lifecycle", "max", reason="the policy changed in January")
    looked = office.work.look(reference, "max", START)
    assert looked.referral.digest == plan["to_digest"]
    assert "story" not in looked.facts
    assert looked.facts["agrees"] is True
    office.done(reference, "record_answer", "sue", agrees=True, tale="again")
    verify(office.work.store)


def test_a_state_without_an_image_must_be_named(office: Office) -> None:
    reference = office.opened(agrees=True)
    _newer(
        office,
        ("road: [draft,", "road: [drafted,"),
        ("  draft: {title: Draft", "  drafted: {title: Draft"),
        ("to: draft", "to: drafted"),
        ("from: draft", "from: drafted"),
        ("from: [draft,", "from: [drafted,"),
        ("after: [draft]", "after: [drafted]"),
    )
    refused = office.do(reference, "adopt_lifecycle", "max", reason="new")
    assert "has no state 'draft'" in _says(refused)
    office.done(reference, "adopt_lifecycle", "max", reason="new", state="drafted")
    assert office.state(reference) == "drafted"


def test_an_old_referral_keeps_the_law_it_began_with(office: Office) -> None:
    old = office.opened(agrees=False)
    _newer(office, ("{when: not excluded, require: agrees,", "{when: excluded, require: agrees,"))
    new = office.opened("p2", agrees=False)
    assert office.do(old, "submit", "sue", sitting="2026-01-14").state == "refused"
    assert office.do(new, "submit", "sue", sitting="2026-01-14").state == "applied"


def test_a_policy_that_was_removed_still_governs_its_referrals(office: Office) -> None:
    reference = office.opened(agrees=True)
    shutil.rmtree(office.folder)
    office.done(reference, "submit", "sue", sitting="2026-01-14")
    later = datetime(2026, 2, 1, tzinfo=UTC)
    asked = Asked("open_it", "sue", answers={"home": "oak", "excluded": False})
    with pytest.raises(Exception, match="one-of-each"):
        office.work.ask_to_open("one-of-each", "p2", asked, later)


def test_a_duty_of_law_is_not_corrected_or_reversed_away_by_those_who_do_not_owe_it(
    office: Office,
) -> None:
    reference = office.opened()
    office.done(
        reference, "correct_facts", "lea", reason="yes", excluded=True, excluded_on="2026-01-12"
    )
    refused = office.do(reference, "correct_facts", "sue", reason="no", excluded=False)
    assert "stands by law" in _says(refused)
    assert "stands by law" in _says(office.do(reference, "reverse_step", "sue", reason="no"))
    (row,) = office.work.look(reference, "lea", START).deadlines
    assert row.state == "armed"
    office.done(reference, "correct_facts", "lea", reason="it was another pupil", excluded=False)
    (row,) = office.work.look(reference, "lea", START).deadlines
    assert row.state == "cancelled"


def test_what_a_role_may_not_see_it_may_not_correct(office: Office) -> None:
    reference = office.opened(excluded=True, excluded_on="2026-01-12", secret=True)
    refused = office.do(reference, "correct_facts", "sue", reason="no", secret=False)
    assert "restricted" in _says(refused)
    office.done(reference, "correct_facts", "lea", reason="wrong pupil", secret=False)
