"""Searching: by reference, name, school, state and dates, within what a person may see."""

from datetime import date, timedelta

import pytest

from apflow.casework.lists.searching import Found, Search, find
from apflow.errors import BadInput, Unknown
from apflow.referral.reference import ALPHABET
from apflow.store import reads, register
from tests.small_office import MARKER, START, Office


def found(office: Office, person: str = "max", **asked: object) -> Found:
    return find(office.work.office, person, START, Search(**asked))  # type: ignore[arg-type]


def names(office: Office, person: str = "max", **asked: object) -> list[str]:
    return [row.reference for row in found(office, person, **asked).rows]


def slipped(reference: str) -> str:
    """Return the reference with another check character."""
    wrong = ALPHABET[(ALPHABET.index(reference[-1]) + 1) % 31]
    return reference[:-1] + wrong


def test_a_referral_is_found_however_its_reference_is_typed(office: Office) -> None:
    reference = office.opened("p1")
    office.opened("p2")
    bare = reference.replace("-", "")
    for typed in (reference, reference.lower(), bare, bare.lower(), f" {bare[:2]} {bare[2:]} "):
        assert names(office, text=typed) == [reference]
        assert found(office, text=typed).hint is None


def test_a_reference_is_found_by_its_beginning(office: Office) -> None:
    reference = office.opened("p1")
    for typed in ("oe", "OE-2026", "oe2026", reference[:10], reference[:13].replace("-", "")):
        assert names(office, text=typed) == [reference]
    assert names(office, text="oe-2025") == []


def test_a_slip_in_a_reference_gives_a_hint_and_only_to_who_may_see_it(office: Office) -> None:
    reference = office.opened("p1")
    # Two swapped letters, or one wrong, at the end or before it.
    wrong = [slipped(reference), reference[:8] + slipped(reference[8:9]) + reference[9:]]
    for typed in wrong:
        told = found(office, "sue", text=typed)
        assert told.rows == ()
        assert told.hint is not None
        assert f"Did you mean {reference}?" in told.hint
        other = found(office, "eve", text=typed).hint
        assert other is not None
        assert reference not in other


def test_a_pupil_is_found_by_words_of_the_name_whatever_case_and_accents(office: Office) -> None:
    with office.work.store.writing() as tx:
        register.add_pupil(tx, register.Pupil("zoe", "Zo\u00eb \u00c5ngstr\u00f6m-O'Neil"))
    reference = office.opened("zoe")
    office.opened("p1")
    for typed in ("zoe", "ZO\u00cb", "angstrom", "zoe o'neil", "str\u00f6m-o", "  zoe   ang "):
        assert names(office, text=typed) == [reference]
    for typed in ("%", "_", "neil zoe", "'; DROP", "!", "x\x00oe", "x\ud800", "z" * 5000):
        assert names(office, text=typed) == [], typed


def test_a_search_finds_nothing_outside_of_what_a_person_may_see(office: Office) -> None:
    reference = office.opened("p1")
    for asked in ({"text": reference}, {"text": MARKER}, {"school": "oak"}, {"owner": "sue"}, {}):
        assert names(office, "eve", **asked) == []
        assert names(office, "sue", **asked) == [reference]
    with pytest.raises(Unknown, match="person"):
        found(office, "nobody")


def test_every_filter_narrows_and_they_go_together(office: Office) -> None:
    draft = office.opened("p1")
    placed = office.placed("p2", START + timedelta(hours=1))
    closed = office.opened("p3")
    office.done(closed, "stop", "sue")
    later = office.opened("p4", START + timedelta(days=9))
    office.done(draft, "hand_over", "max", reason="leave", owner="lea")
    every = {draft, placed, closed, later}
    expected: list[tuple[dict[str, object], set[str]]] = [
        ({}, every),
        ({"policy": "one-of-each"}, every),
        ({"policy": "another"}, set()),
        ({"state": "draft"}, {draft, later}),
        ({"state": "stopped"}, {closed}),
        ({"school": "pru"}, {placed}),
        ({"school": "oak"}, every),
        ({"owner": "lea"}, {draft}),
        ({"opened_from": date(2026, 1, 15)}, {later}),
        ({"opened_to": date(2026, 1, 14)}, every - {later}),
        ({"closed": True}, {closed}),
        ({"closed": False}, every - {closed}),
        ({"closed": False, "state": "draft", "owner": "sue"}, {later}),
        ({"text": MARKER, "school": "oak", "closed": True}, {closed}),
        ({"text": "", "policy": "", "state": "", "school": "", "owner": ""}, every),
    ]
    for person in ("max", "sue", "lea"):
        for asked, wanted in expected:
            assert set(names(office, person, **asked)) == wanted, (person, asked)


def test_pages_of_a_search_give_everything_once_closed_ones_last(office: Office) -> None:
    made = [office.opened(f"p{1 + number % 5}") for number in range(7)]
    for reference in made[2:4]:
        office.done(reference, "stop", "sue")
    for person in ("max", "sue"):
        listed: list[str] = []
        after = None
        for _ in range(9):
            page = find(office.work.office, person, START, Search(), after=after, limit=2)
            listed += [row.reference for row in page.rows]
            assert page.more == (page.next is not None)
            after = page.next
            if after is None:
                break
        assert len(listed) == 7
        assert set(listed) == set(made)
        assert set(listed[-2:]) == set(made[2:4])
    with pytest.raises(BadInput, match="after"):
        find(office.work.office, "max", START, Search(), after="nonsense")


def test_what_a_search_showed_is_noted_as_a_look(office: Office) -> None:
    reference = office.opened("p1")
    office.opened("p2")
    found(office, "lea", text=f"{MARKER} 1")
    found(office, "lea", text=f"{MARKER} 1")
    with office.work.store.reading() as tx:
        assert [(one.reference, one.what) for one in reads.by(tx, "lea")] == [(reference, "list")]


def test_an_erased_child_is_listed_without_a_name_and_found_by_none(office: Office) -> None:
    reference = office.opened("p1")
    office.done(reference, "stop", "sue")
    office.done(reference, "erase", "max", reason="asked to", facts="all")
    (row,) = found(office, text=reference).rows
    assert row.pupil is None
    assert names(office, text=MARKER) == []
