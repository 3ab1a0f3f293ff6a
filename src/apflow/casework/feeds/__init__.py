"""A person's calendar feed: what falls to them, and the sittings that are theirs.

It is read by calendar programs that hold no session, over an address that is all the secret
there is. So it says the reference and the deadline's title and nothing else: no child's name, no
fact, no state.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain

from apflow.casework.feeds.entries import KEPT, FeedEntry
from apflow.casework.feeds.sittings import sittings, whole
from apflow.casework.feeds.writing import write_feed
from apflow.casework.office import OFFICE_ROLES, Office
from apflow.clock import LONDON, london_day
from apflow.errors import Unknown
from apflow.policy.deadlines import end_of_day
from apflow.policy.lifecycle import Lifecycle
from apflow.store import register, standing
from apflow.store.engine import Tx
from apflow.store.standing import Asking, StandingRow

#: Most deadlines that a feed shows: the earliest due.
MOST = 2_000
_NAME = "apflow deadlines"

_Held = Sequence[tuple[str, str | None]]


def feed(office: Office, person: str, now: datetime, web_url: str) -> bytes:
    """Return the person's deadlines and sittings as iCalendar (RFC 5545, 7986).

    Theirs is a deadline that falls to a role of theirs in the referral, or that stands on a
    referral which they have. Armed and missed ones are shown at their last day; one that was met
    or withdrawn, or whose referral ended, stands there as cancelled for a month.
    `web_url` is where the pages are. Raises Unknown for a person who is not there or disabled.
    """
    with office.store.reading() as tx:
        held = register.actor_roles(tx, person)
        if held is None:
            raise Unknown("person", person)
        policies = office.known_lifecycles(tx)
        rows = _rows(tx, office, person, held, [one for _, one in policies], now)
        entries = [_deadline(office, tx, row, web_url) for row in rows]
        entries += sittings(office, tx, held, policies, london_day(now), web_url)
    return write_feed(_NAME, entries, now)


def _rows(
    tx: Tx,
    office: Office,
    person: str,
    held: _Held,
    policies: Sequence[Lifecycle],
    now: datetime,
) -> list[StandingRow]:
    """Return what is theirs, each deadline once: the earliest due first, what is over last."""
    roles = sorted({role for role, _ in held})
    organisations = sorted({where for _, where in held if where})
    policies_whole = [one.lifecycle for one in policies if any(whole(one, role) for role in roles)]
    asking = Asking(person, roles, now - KEPT, MOST)
    theirs = [standing.of_organisation(tx, asking, where) for where in organisations]
    if policies_whole:
        theirs.append(standing.of_policies(tx, asking, policies_whole))
    if any(role in OFFICE_ROLES for role in roles):
        theirs.append(standing.of_person(tx, asking))
    once = _theirs(office, tx, chain.from_iterable(theirs), person, held)
    if sum(not _over(row) for row in once.values()) < MOST:
        # What is over comes last: where enough stands, none of it would be shown.
        ended = _ended(tx, asking, policies, organisations)
        once |= _theirs(office, tx, ended, person, held)
    order = sorted(once.values(), key=lambda row: (_over(row), row.due_at, row.reference, row.name))
    return order[:MOST]


def _theirs(
    office: Office, tx: Tx, rows: Iterable[StandingRow], person: str, held: _Held
) -> dict[tuple[str, str, int], StandingRow]:
    """Return those of `rows` that are a person's, each deadline once."""
    everywhere = any(role in OFFICE_ROLES for role, _ in held)
    found: dict[tuple[str, str, int], StandingRow] = {}
    for row in rows:
        lifecycle = office.machine(tx, row.digest).compiled.lifecycle
        if (everywhere and row.had_by == person) or any(
            _falls_to(lifecycle, row, person, role, where) for role, where in held
        ):
            found[row.reference, row.name, row.occurrence] = row
    return found


def _ended(
    tx: Tx, asking: Asking, policies: Sequence[Lifecycle], organisations: Sequence[str]
) -> list[StandingRow]:
    ends = {
        name for one in policies for name, state in one.states.items() if state.final is not None
    }
    names = [one.lifecycle for one in policies]
    return standing.ended_lately(tx, asking, names, sorted(ends), organisations)


def _falls_to(
    lifecycle: Lifecycle, row: StandingRow, person: str, role: str, where: str | None
) -> bool:
    known = lifecycle.roles.get(role)
    if known is None or not known.acts:
        return False
    takes_part = known.of is None or (known.of == row.slot and where == row.organisation)
    return takes_part and (row.owner == role or row.had_by == person)


def _deadline(office: Office, tx: Tx, row: StandingRow, web_url: str) -> FeedEntry:
    title = office.machine(tx, row.digest).compiled.lifecycle.deadline_title(row.name)
    return FeedEntry(
        identity=f"{row.reference}/{row.name}/{row.occurrence}",
        at=_day_or_moment(row.due_at),
        summary=f"{row.reference}: {title}",
        url=f"{web_url}/referrals/{row.reference}",
        # It grows with every change of the referral, so also with one that moves its deadlines.
        sequence=row.version,
        cancelled=_over(row),
    )


def _over(row: StandingRow) -> bool:
    return row.ended or row.state in ("met", "cancelled")


def _day_or_moment(due_at: datetime) -> date | datetime:
    day = due_at.astimezone(LONDON).date()
    return day if due_at == end_of_day(day) else due_at
