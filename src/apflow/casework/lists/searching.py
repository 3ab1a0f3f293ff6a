"""Finding referrals: by reference, by words of the pupil's name, by school, state and dates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from apflow.casework.lists.cursors import cursor, place_at
from apflow.casework.lists.rows import Row, note_list, rows_of
from apflow.casework.lists.scoping import sight_of
from apflow.casework.office import Office
from apflow.casework.school_days import SchoolDays
from apflow.referral.reference import ALPHABET, tidy_reference
from apflow.store import worklists
from apflow.store.engine import Tx
from apflow.store.scope import Scope
from apflow.store.worklists import Sought

#: A whole reference as people type it: with or without dashes, letters of any case.
_WHOLE = re.compile(r"([A-Z]{2,4})[\s-]*(\d{4})[\s-]*([0-9A-Z]{6})[\s-]*([0-9A-Z])")
#: The beginning of one.
_BEGUN = re.compile(r"([A-Z]{2,4})(?:[\s-]*(\d{4})(?:[\s-]*([0-9A-Z]{1,6}))?)?[\s-]*")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody asks for; None and empty words ask nothing.

    `text` is a reference, the beginning of one, or words of the pupil's name. `school` is an
    organisation that takes part in any way, `owner` a person; both days of opening count.
    `closed` None looks among open and closed ones.
    """

    text: str | None = None
    policy: str | None = None
    state: str | None = None
    school: str | None = None
    owner: str | None = None
    opened_from: date | None = None
    opened_to: date | None = None
    closed: bool | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the rows of this page, and where the next begins (None: nowhere).

    `hint` says in words what a mistyped reference may have been meant to be.
    """

    rows: tuple[Row, ...]
    more: bool
    next: str | None
    hint: str | None = None


def find(
    office: Office,
    person: str,
    now: datetime,
    search: Search,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Found:
    """Return the referrals that `person` may see and that are asked for, what is due first on top.

    The rows name children: that they were shown is noted first. Raises Unknown for a person that
    is not there, BadInput for an `after` that no page gave.
    """
    sought, closed = _sought(search), search.closed
    with office.store.reading() as tx:
        sight = sight_of(office, tx, person)
        place = place_at(after)
        references, next_place = worklists.search(
            tx, sight.scope, sought, closed=closed, after=place, limit=limit
        )
        hint = None if references else _hint(tx, sight.scope, search.text)
        rows = rows_of(office, tx, sight, references, now, SchoolDays(office, tx))
    note_list(office, rows, person, now)
    shown = tuple(rows[reference] for reference in references)
    return Found(shown, next_place is not None, cursor(next_place), hint)


def _sought(search: Search) -> Sought:
    sought = Sought(
        policy=search.policy or None,
        state=search.state or None,
        school=search.school or None,
        owner=search.owner or None,
        opened_from=search.opened_from,
        opened_to=search.opened_to,
    )
    typed = _typed(search.text)
    if not typed:
        return sought
    whole = _whole(typed)
    if whole is not None:
        return replace(sought, reference=tidy_reference(whole) or whole)
    begun = _BEGUN.fullmatch(typed.upper())
    begins = None if begun is None else "-".join(part for part in begun.groups() if part)
    return replace(sought, words=typed, begins=begins)


def _typed(text: str | None) -> str:
    # What no database keeps (NUL, half of a character) is in no name either.
    shown = "".join(one if one.isprintable() else " " for one in (text or "")[: 4 * _LONGEST])
    return " ".join(shown.split())[:_LONGEST]


def _whole(typed: str) -> str | None:
    """Return what was typed as a reference with its dashes, if it has the shape of a whole one."""
    parts = _WHOLE.fullmatch(typed.upper())
    return None if parts is None else "-".join(parts.groups())


def _hint(tx: Tx, scope: Scope, text: str | None) -> str | None:
    """Return what a reference whose check character does not fit may have been meant to be.

    Only a referral that the person may see is named.
    """
    whole = _whole(_typed(text))
    if whole is None or tidy_reference(whole) is not None:
        return None
    near = sorted(set(_slips(whole)))
    there, _ = worklists.search(tx, scope, Sought(among=tuple(near)), limit=2)
    said = f"{whole} is not a reference: its last character does not fit the others."
    return f"{said} Did you mean {there[0]}?" if len(there) == 1 else f"{said} Please look again."


def _slips(whole: str) -> Iterator[str]:
    """Give the references that are one slip away: one character wrong, or two swapped."""
    prefix, year, body, check = whole.split("-")
    for letter in ALPHABET:
        yield from _fitting(prefix, year, body, letter)
        for at in range(len(body)):
            yield from _fitting(prefix, year, body[:at] + letter + body[at + 1 :], check)
    for at in range(len(body) - 1):
        swapped = body[:at] + body[at + 1] + body[at] + body[at + 2 :]
        yield from _fitting(prefix, year, swapped, check)


def _fitting(*parts: str) -> Iterator[str]:
    tidy = tidy_reference("-".join(parts))
    if tidy is not None:
        yield tidy
