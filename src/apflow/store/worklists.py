# ruff: noqa: S608 - words are put together from pieces of this house; what people ask is
# given beside them, as parameters.
"""Worklists in four groups, and searches: which referrals they hold, in which order.

A group is what it says on the day: overdue, due soon, waiting for others, everything else. Which
days are soon depends on the calendar of the referral's first school that has one of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from apflow.store.lists import Place
from apflow.store.register import like
from apflow.store.scope import Scope, in_sight, one_of, pairs, seen, worded
from apflow.store.statements import Statement, Tx
from apflow.store.written import dump, moment

GroupName = Literal["overdue", "soon", "others", "rest"]
GROUPS: tuple[GroupName, ...] = get_args(GroupName)


@dataclass(frozen=True, slots=True)
class Soon:
    """Until when something falls due soon: by area (a policy or an organisation), or `else_`.

    `slots` gives each lifecycle's organisation slots in the order in which their calendars count.
    """

    else_: datetime
    areas: Mapping[str, datetime] = field(default_factory=dict)
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def asked(self) -> dict[str, object]:
        """Return the parameters of the words below."""
        every = (self.else_, *self.areas.values())
        order = {
            f"{digest} {slot}": f"{number:03}"
            for digest, slots in self.slots.items()
            for number, slot in enumerate(slots)
        }
        return {
            "first_soon": moment(min(every)),
            "last_soon": moment(max(every)),
            "else_soon": moment(self.else_),
            "soon": dump({area: moment(until) for area, until in self.areas.items()}),
            "slot_order": dump(order),
        }


class Grouped(NamedTuple):
    """One group's references on this page, where the next begins (None: nowhere), and all of it."""

    references: list[str]
    next_place: Place | None
    total: int


def _soon(on: str) -> str:
    own = (
        f"SELECT area.value FROM referral_parties AS q"
        f" JOIN {pairs('soon', on)} AS area ON area.key = q.organisation"
        f" LEFT JOIN {pairs('slot_order', on)} AS place ON place.key = s.digest || ' ' || q.slot"
        f" WHERE q.reference = s.reference ORDER BY place.value, q.slot LIMIT 1"
    )
    areas = f"SELECT area.value FROM {pairs('soon', on)} AS area WHERE area.key = s.lifecycle"
    # Only what falls due between the earliest and the latest of these days needs a closer look.
    return (
        f"CASE WHEN s.next_due <= :first_soon THEN 1 WHEN s.next_due > :last_soon THEN 0"
        f" WHEN s.next_due <= coalesce(({own}), ({areas}), :else_soon) THEN 1 ELSE 0 END"
    )


def _grouped(ways: str, on: str) -> str:
    group = (
        f"CASE WHEN s.next_due <= :now THEN 0 WHEN {_soon(on)} = 1 THEN 1"
        f" WHEN s.turn = 0 THEN 2 ELSE 3 END"
    )
    behind = (
        "CASE WHEN (s.next_due, s.reference) > (:after_due, :after_reference) THEN 1 ELSE 0 END"
    )
    rows = (
        f"SELECT s.reference, s.next_due, {group} AS heading, {behind} AS behind"
        f" FROM ({seen(ways, on, open_=True)}) AS s"
        f" WHERE (:owner = '' OR s.owner = :owner) AND (:policy = '' OR s.lifecycle = :policy)"
    )
    numbered = (
        f"SELECT reference, next_due, heading, behind,"
        f" count(*) OVER (PARTITION BY heading) AS total,"
        f" row_number() OVER (PARTITION BY heading, behind ORDER BY next_due, reference) AS place"
        f" FROM ({rows}) AS headed"
    )
    # The last row of the pages before is there to say how many there are of its group.
    return (
        f"SELECT heading, reference, next_due, behind, total FROM ({numbered}) AS numbered"
        f" WHERE place <= CASE WHEN behind = 1 THEN :limit ELSE 1 END"
        f" ORDER BY heading, next_due, reference"
    )


@lru_cache(maxsize=16)
def grouped_statement(ways: str) -> Statement:
    """Return the statement of `grouped` for a scope's `ways`: a test looks at how it finds."""
    return worded(*(_grouped(ways, on) for on in ("sqlite", "postgresql")))


def grouped(
    tx: Tx,
    scope: Scope,
    now: datetime,
    soon: Soon,
    *,
    owner: str | None = None,
    policy: str | None = None,
    after: Place | None = None,
    limit: int = 20,
) -> dict[GroupName, Grouped]:
    """Return the open referrals in sight in their four groups, first due first.

    Of each group the next `limit` behind the place `after`, and how many there are in all.
    """
    found: dict[GroupName, Grouped] = {name: Grouped([], None, 0) for name in GROUPS}
    if scope.nothing:
        return found
    due, reference = after or ("", "")
    asked = scope.asked() | soon.asked() | {
        "now": moment(now), "owner": owner or "", "policy": policy or "",
        "after_due": due, "after_reference": reference, "limit": limit + 1,
    }  # fmt: skip
    rows: dict[int, list[Place]] = {}
    totals: dict[int, int] = {}
    for heading, name, next_due, behind, total in grouped_statement(scope.ways).rows(tx, asked):
        totals[heading] = total
        if behind:
            rows.setdefault(heading, []).append((next_due, name))
    for heading, total in totals.items():
        places, next_place = _cut(rows.get(heading, []), limit)
        found[GROUPS[heading]] = Grouped([name for _, name in places], next_place, total)
    return found


@lru_cache(maxsize=16)
def owned_statement(ways: str) -> Statement:
    """Return the statement of `owned` for a scope's `ways`: a test looks at how it finds."""
    return worded(
        *(
            "SELECT count(*) FROM referrals AS r WHERE r.closed_on IS NULL AND r.owner = :owner"
            f" AND (:policy = '' OR r.lifecycle = :policy) AND {in_sight(ways, on)}"
            for on in ("sqlite", "postgresql")
        )
    )


def owned(tx: Tx, scope: Scope, owner: str, policy: str | None = None) -> int:
    """Return how many open referrals in sight somebody has, of one policy or of all."""
    if scope.nothing:
        return 0
    asked = scope.asked() | {"owner": owner, "policy": policy or ""}
    row = owned_statement(scope.ways).row(tx, asked)
    return 0 if row is None else int(row[0])


def _cut(places: list[Place], limit: int) -> tuple[list[Place], Place | None]:
    if len(places) <= limit:
        return places, None
    return places[:limit], places[limit - 1]


#: What a search may ask for; see `search`.
_CONDITIONS = {
    "policy": "s.lifecycle = :policy",
    "state": "s.state = :state",
    "owner": "s.owner = :owner",
    "opened_from": "s.opened_on >= :opened_from",
    "opened_to": "s.opened_on <= :opened_to",
    "reference": "s.reference = :reference",
    "among": "{among}",
    "school": "s.reference IN (SELECT q.reference FROM referral_parties AS q"
    " WHERE q.organisation = :school AND {open})",
    "words": "s.reference IN (SELECT r.reference FROM pupils AS c JOIN referrals AS r"
    " ON r.pupil = c.id WHERE c.sought LIKE :words ESCAPE '!')",
    "begins": "(s.reference >= :begins AND s.reference < :ends OR s.reference IN (SELECT"
    " r.reference FROM pupils AS c JOIN referrals AS r ON r.pupil = c.id"
    " WHERE c.sought LIKE :words ESCAPE '!'))",
}


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; None is not asked.

    `among` are references. `words` are of the pupil's name, in their order; with `begins` a
    referral whose reference begins so is found as well. `school` is an organisation in any slot.
    """

    reference: str | None = None
    among: tuple[str, ...] | None = None
    begins: str | None = None
    words: str | None = None
    policy: str | None = None
    state: str | None = None
    school: str | None = None
    owner: str | None = None
    opened_from: date | None = None
    opened_to: date | None = None

    def asked(self) -> dict[str, object]:
        """Return the parameters, only those that are asked."""
        plain = {
            "reference": self.reference, "begins": self.begins, "policy": self.policy,
            "state": self.state, "school": self.school, "owner": self.owner,
            "words": None if self.words is None else like(self.words),
            "opened_from": None if self.opened_from is None else self.opened_from.isoformat(),
            "opened_to": None if self.opened_to is None else self.opened_to.isoformat(),
            "among": None if self.among is None else dump(list(self.among)),
            "ends": None if self.begins is None else self.begins + "\U0010ffff",
        }  # fmt: skip
        return {name: value for name, value in plain.items() if value is not None}


def _searched(ways: str, on: str, asked: frozenset[str], *, open_: bool) -> str:
    yes = {"sqlite": ("q.open = 0", "q.open = 1"), "postgresql": ("NOT q.open", "q.open")}
    names = asked - {"words"} if "begins" in asked else asked
    fill = {"open": yes[on][open_], "among": one_of("s.reference", "among", on)}
    wanted = [_CONDITIONS[name].format(**fill) for name in sorted(names & set(_CONDITIONS))]
    where = " AND ".join(("(s.next_due, s.reference) > (:after_due, :after_reference)", *wanted))
    return (
        f"SELECT s.next_due, s.reference FROM ({seen(ways, on, open_=open_)}) AS s WHERE {where}"
        f" ORDER BY s.next_due, s.reference LIMIT :limit"
    )


@lru_cache(maxsize=256)
def search_statement(ways: str, asked: frozenset[str], *, open_: bool) -> Statement:
    """Return the statement of `search` for what is asked: a test looks at how it finds."""
    return worded(*(_searched(ways, on, asked, open_=open_) for on in ("sqlite", "postgresql")))


def search(
    tx: Tx,
    scope: Scope,
    sought: Sought,
    *,
    closed: bool | None = None,
    after: Place | None = None,
    limit: int = 50,
) -> tuple[list[str], Place | None]:
    """Return the next referrals in sight that are `sought`, and where the page behind begins.

    In the order of every list: what is due first, then what has no deadline, closed ones last.
    `closed` None looks among open and closed ones.
    """
    if scope.nothing:
        return [], None
    due, reference = after or ("", "")
    asked = sought.asked()
    given = scope.asked() | asked | {"after_due": due, "after_reference": reference}
    found: list[Place] = []
    for open_ in (True, False):
        if closed is open_ or len(found) > limit:
            continue
        statement = search_statement(scope.ways, frozenset(asked), open_=open_)
        rows = statement.rows(tx, {**given, "limit": limit + 1 - len(found)})
        found += [(row[0], row[1]) for row in rows]
    places, next_place = _cut(found, limit)
    return [name for _, name in places], next_place
