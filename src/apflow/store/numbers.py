# ruff: noqa: S608 - words are put together from pieces of this house; what people ask is
# given beside them, as parameters.
"""What is counted of a policy's referrals: rows of what is alike, with how many there are.

Every number is of the same referrals: those of one policy that somebody may see, or of them those
of one school. Where these are not simply all of the policy's, they are picked once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from apflow.policy.deadlines import end_of_day
from apflow.store.scope import Scope, one_of, seen, worded
from apflow.store.statements import Tx
from apflow.store.written import dump, moment

#: Before and after every day that can be written.
_FIRST, _LAST = "0001-01-01", "9999-12-31"


@dataclass(frozen=True, slots=True)
class Picked:
    """Whose numbers are asked for: one policy's referrals, all of them or those in `references`.

    `references` is a JSON list. Both days of the period count; None is open on that side.
    """

    policy: str
    references: str | None = None
    from_: date | None = None
    to: date | None = None

    def asked(self) -> dict[str, object]:
        """Return the parameters of the words below."""
        asked: dict[str, object] = {
            "policy": self.policy,
            "from_day": _FIRST if self.from_ is None else self.from_.isoformat(),
            "to_day": _LAST if self.to is None else self.to.isoformat(),
        }
        if self.references is not None:
            asked["picks"] = self.references
        return asked


#: (state, since which day, how many open referrals, how many of them are overdue)
Standing = tuple[str, str, int, int]
#: (state, entered on, left on, how many referrals)
Left = tuple[str, str, str, int]


class Missed(NamedTuple):
    """So many deadlines of one name fell due and stand alike.

    `state` is that of a DeadlineRow; `missed` says that a breach was recorded, or is about to be.
    """

    name: str
    force: str
    state: str
    late: bool
    missed: bool
    many: int


class AtProvider(NamedTuple):
    """So many open referrals stand in one state at one organisation."""

    organisation: str
    name: str
    state: str
    many: int


def _pick(ways: str, on: str, *, school: bool) -> str:
    group = "json_group_array" if on == "sqlite" else "json_agg"
    yes = {"sqlite": ("q.open = 0", "q.open = 1"), "postgresql": ("NOT q.open", "q.open")}
    parts = []
    for open_ in (True, False):
        part = f"SELECT s.reference FROM ({seen(ways, on, open_=open_)}) AS s"
        part += " WHERE s.lifecycle = :policy"
        if school:
            part += (
                " AND s.reference IN (SELECT q.reference FROM referral_parties AS q"
                f" WHERE q.organisation = :school AND {yes[on][open_]})"
            )
        parts.append(part)
    return f"SELECT {group}(reference) FROM ({' UNION ALL '.join(parts)}) AS picked"


def pick(
    tx: Tx,
    scope: Scope,
    policy: str,
    school: str | None = None,
    from_: date | None = None,
    to: date | None = None,
) -> Picked:
    """Return whose numbers are asked for: of what is in sight, one policy and perhaps one school.

    The school is an organisation that takes part in any way.
    """
    if scope.everything and school is None:
        return Picked(policy, None, from_, to)
    if scope.nothing:
        return Picked(policy, "[]", from_, to)
    sqlite, other = (
        _pick(scope.ways, on, school=school is not None) for on in ("sqlite", "postgresql")
    )
    asked = scope.asked() | {"policy": policy, "school": school}
    row = worded(sqlite, other).row(tx, asked)
    found = None if row is None else row[0]
    references = found if isinstance(found, str) else dump(found or [])
    return Picked(policy, references, from_, to)


class _Question:
    """A statement in two wordings: for a whole policy, and for picked referrals."""

    def __init__(self, words: Callable[[str, str], str], column: str) -> None:
        both = ("sqlite", "postgresql")
        self.whole = worded(*(words(on, "") for on in both))
        self.some = worded(*(words(on, f" AND {one_of(column, 'picks', on)}") for on in both))

    def rows(
        self, tx: Tx, picked: Picked, more: Mapping[str, object] | None = None
    ) -> Sequence[Sequence[object]]:
        statement = self.whole if picked.references is None else self.some
        return statement.rows(tx, {**picked.asked(), **(more or {})})


#: How the numbers are found: a test looks at it.
STANDING = _Question(
    lambda _, picks: (
        "SELECT r.state, r.entered_on, count(*),"
        " sum(CASE WHEN r.next_due <= :now THEN 1 ELSE 0 END) FROM referrals AS r"
        f" WHERE r.lifecycle = :policy AND r.closed_on IS NULL{picks}"
        " GROUP BY r.state, r.entered_on"
    ),
    "r.reference",
)
ENDED = _Question(
    lambda _, picks: (
        "SELECT r.state, count(*) FROM referrals AS r WHERE r.lifecycle = :policy"
        f" AND r.closed_on BETWEEN :from_day AND :to_day{picks} GROUP BY r.state"
    ),
    "r.reference",
)
_STAY = "s.source, s.stay_since, s.happened_on"
_STAYS = (
    "s.lifecycle = :policy AND s.stay_since IS NOT NULL"
    " AND s.happened_on BETWEEN :from_day AND :to_day"
)
LEFT = _Question(
    lambda _, picks: (
        f"SELECT {_STAY}, count(*) FROM step_index AS s WHERE {_STAYS}{picks}"
        f" GROUP BY s.happened_on, s.source, s.stay_since"
    ),
    "s.reference",
)
#: Few are taken back: they are taken off the others, which is cheaper than asking each.
TAKEN_BACK = _Question(
    # CROSS: SQLite is not to begin with every stay there was.
    lambda on, picks: (
        f"SELECT {_STAY}, count(*) FROM step_index AS x"
        f" {'CROSS JOIN step_index AS s WHERE' if on == 'sqlite' else 'JOIN step_index AS s ON'}"
        " s.reference = x.reference AND s.seq = x.reverses"
        f" AND x.reverses IS NOT NULL AND {_STAYS}{picks} GROUP BY {_STAY}"
    ),
    "s.reference",
)
_OF_POLICY = "(SELECT r.lifecycle FROM referrals AS r WHERE r.reference = d.reference) = :policy"
_ALIKE = "d.name, d.force, d.state, d.late"
#: What was recorded as missed, and what is due and will be by the next sweep.
MISSED = _Question(
    lambda _, picks: (
        f"SELECT {_ALIKE}, count(*) FROM deadlines AS d WHERE d.missed_at IS NOT NULL"
        f" AND d.due_at BETWEEN :from_at AND :to_at{picks} AND {_OF_POLICY} GROUP BY {_ALIKE}"
        f" UNION ALL SELECT {_ALIKE}, count(*) FROM deadlines AS d WHERE d.state = 'armed'"
        f" AND d.due_at IS NOT NULL AND d.due_at <= :now"
        f" AND d.due_at BETWEEN :from_at AND :to_at{picks} AND {_OF_POLICY} GROUP BY {_ALIKE}"
    ),
    # Written so, or SQLite goes through every deadline of the picked referrals.
    "(d.reference || '')",
)
LAW = _Question(
    lambda on, picks: (
        f"SELECT {_ALIKE}, CASE WHEN d.due_at <= :now THEN 1 ELSE 0 END, count(*)"
        f" FROM deadlines AS d WHERE d.force = 'law' AND {one_of('d.name', 'names', on)}"
        f" AND d.due_at BETWEEN :from_at AND :to_at{picks} AND {_OF_POLICY}"
        f" GROUP BY {_ALIKE}, CASE WHEN d.due_at <= :now THEN 1 ELSE 0 END"
    ),
    "d.reference",
)
PROVIDERS = _Question(
    lambda on, picks: (
        "SELECT n.organisation, o.name, n.state, n.many FROM (SELECT p.organisation, p.state,"
        " count(*) AS many FROM referral_parties AS p"
        f" WHERE {'p.open = 1' if on == 'sqlite' else 'p.open'} AND p.lifecycle = :policy"
        f" AND p.slot = :slot{picks} GROUP BY p.organisation, p.state) AS n"
        " JOIN organisations AS o ON o.id = n.organisation ORDER BY o.name, n.organisation"
    ),
    "p.reference",
)


def standing(tx: Tx, picked: Picked, now: datetime) -> list[Standing]:
    """Return where the open referrals stand, and since when."""
    rows = STANDING.rows(tx, picked, {"now": moment(now)})
    return [tuple(row) for row in rows]  # type: ignore[misc]


def ended(tx: Tx, picked: Picked) -> dict[str, int]:
    """Return how many referrals ended in each state in the period."""
    return {row[0]: row[1] for row in ENDED.rows(tx, picked)}  # type: ignore[misc]


def left(tx: Tx, picked: Picked) -> list[Left]:
    """Return the stays that ended in the period.

    What was taken back ended none: it comes again, with a number below zero.
    """
    rows: list[Left] = LEFT.rows(tx, picked)  # type: ignore[assignment]
    back: list[Left] = TAKEN_BACK.rows(tx, picked)  # type: ignore[assignment]
    return [*rows, *((state, since, on, -many) for state, since, on, many in back)]


def missed(tx: Tx, picked: Picked, now: datetime) -> list[Missed]:
    """Return the deadlines that fell due in the period and were missed."""
    rows = MISSED.rows(tx, picked, {**moments_of(picked), "now": moment(now)})
    return [
        Missed(name, force, state, bool(late), missed=True, many=many)  # type: ignore[arg-type]
        for name, force, state, late, many in rows
    ]


def by_law(tx: Tx, picked: Picked, names: Sequence[str], now: datetime) -> list[Missed]:
    """Return the deadlines of law with these names that fall due in the period, met or not."""
    more = {**moments_of(picked), "now": moment(now), "names": dump(list(names))}
    return [
        Missed(name, force, state, bool(late), bool(past), many)  # type: ignore[arg-type]
        for name, force, state, late, past, many in LAW.rows(tx, picked, more)
    ]


def at_providers(tx: Tx, picked: Picked, slot: str) -> list[AtProvider]:
    """Return where the open referrals of each organisation in a slot stand."""
    rows = PROVIDERS.rows(tx, picked, {"slot": slot})
    return [AtProvider(*row) for row in rows]  # type: ignore[arg-type]


def moments_of(picked: Picked) -> dict[str, object]:
    """Return the first and the last moment of the period; a day's deadline is due at its end."""
    first = "" if picked.from_ is None else moment(_before(picked.from_))
    last = "9999-12-31T24" if picked.to is None else moment(end_of_day(picked.to))
    return {"from_at": first, "to_at": last}


def _before(day: date) -> datetime:
    return end_of_day(date.fromordinal(day.toordinal() - 1)) if day > date.min else end_of_day(day)
