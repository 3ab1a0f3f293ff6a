# ruff: noqa: S608 - words are put together from pieces of this house; what people ask is
# given beside them, as parameters.
"""What somebody may see of all referrals: the one piece of SQL that lists and numbers are made of.

A referral is seen by everybody of the office, by whoever holds a role of its lifecycle that has
no slot, and by whoever acts for the organisation in one of its slots. The pieces are words, since
each list puts them together in its own way; what is asked for goes in as parameters only.
"""

from dataclasses import dataclass
from functools import lru_cache

import sqlalchemy as sa

from apflow.store.statements import Statement
from apflow.store.written import dump

#: (digest of the lifecycle, slot, organisation)
Slot = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see: `everything`, whole lifecycles by digest, organisations' slots.

    `turns` are (digest, state) and `slot_turns` (slot, state) that wait for the person or for
    nobody: for what they may see as a whole, and for what they see by that slot.
    """

    everything: bool = False
    digests: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    turns: tuple[tuple[str, str], ...] = ()
    slot_turns: tuple[tuple[Slot, str], ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether there is nothing that the person could see."""
        return not (self.everything or self.digests or self.slots)

    @property
    def ways(self) -> str:
        """How referrals come into sight, for `seen`: some of the letters e, d and s."""
        whole = "e" if self.everything else "d" if self.digests else ""
        return whole + ("s" if self.slots else "")

    def asked(self) -> dict[str, object]:
        """Return the parameters of `seen`."""
        return {
            "digests": dump(list(self.digests)),
            "slots": dump([f"{digest} {slot} {who}" for digest, slot, who in self.slots]),
            "organisations": dump(sorted({who for _, _, who in self.slots})),
            "turns": dump([f"{digest} {state}" for digest, state in self.turns]),
            "slot_turns": dump(
                [f"{digest} {slot} {state} {who}" for (digest, slot, who), state in self.slot_turns]
            ),
        }


#: Everything in the house, and nobody's turn.
WHOLE_HOUSE = Scope(everything=True)


def one_of(what: str, name: str, on: str) -> str:
    """Return that `what` is one of the parameter `name`, a JSON list of texts."""
    if on == "sqlite":
        return f"{what} IN (SELECT value FROM json_each(:{name}))"
    return f"{what} = ANY (ARRAY(SELECT json_array_elements_text(CAST(:{name} AS json))))"


def pairs(name: str, on: str) -> str:
    """Return the members of the parameter `name`, a JSON object, as rows of key and value."""
    return f"json_each(:{name})" if on == "sqlite" else f"json_each_text(CAST(:{name} AS json))"


_COLUMNS = "reference, next_due, lifecycle, digest, state, owner, opened_on, closed_on"
_OF_REFERRAL = ", ".join(f"r.{name}" for name in _COLUMNS.split(", "))


def seen(ways: str, on: str, *, open_: bool) -> str:
    """Return a SELECT of the open (or closed) referrals in sight, each once.

    Its columns are those of `_COLUMNS` and `turn`: 1 where it waits for the person or nobody.
    """
    parts = []
    if "e" in ways or "d" in ways:
        parts.append(_whole(on, open_=open_, everything="e" in ways))
    if "s" in ways:
        parts.append(_by_slots(on, open_=open_))
    if len(parts) == 1:
        return parts[0]
    return (
        f"SELECT {_COLUMNS}, max(turn) AS turn FROM ({' UNION ALL '.join(parts)}) AS both_ways"
        f" GROUP BY {_COLUMNS}"
    )


def in_sight(ways: str, on: str) -> str:
    """Return the condition that a referral `r`, which is at hand already, is in sight."""
    if "e" in ways:
        return "1 = 1"
    parts = [one_of("r.digest", "digests", on)] if "d" in ways else []
    if "s" in ways:
        slot = one_of("r.digest || ' ' || p.slot || ' ' || p.organisation", "slots", on)
        parts.append(
            "EXISTS (SELECT 1 FROM referral_parties AS p"
            f" WHERE p.reference = r.reference AND {slot})"
        )
    return f"({' OR '.join(parts)})"


def _whole(on: str, *, open_: bool, everything: bool) -> str:
    turn = one_of("r.digest || ' ' || r.state", "turns", on)
    words = (
        f"SELECT {_OF_REFERRAL}, CASE WHEN {turn} THEN 1 ELSE 0 END AS turn"
        f" FROM referrals AS r WHERE r.closed_on {'IS NULL' if open_ else 'IS NOT NULL'}"
    )
    return words if everything else f"{words} AND {one_of('r.digest', 'digests', on)}"


def _by_slots(on: str, *, open_: bool) -> str:
    # The parties repeat what the referral falls due by, so that both are found in an index.
    # CROSS: SQLite is not to begin with the referrals.
    join = "CROSS JOIN referrals AS r WHERE" if on == "sqlite" else "JOIN referrals AS r ON"
    shut = {"sqlite": ("p.open = 0", "p.open = 1"), "postgresql": ("NOT p.open", "p.open")}
    slot = one_of("r.digest || ' ' || p.slot || ' ' || p.organisation", "slots", on)
    waits = "r.digest || ' ' || p.slot || ' ' || r.state || ' ' || p.organisation"
    turn = one_of(waits, "slot_turns", on)
    return (
        f"SELECT {_OF_REFERRAL}, max(CASE WHEN {turn} THEN 1 ELSE 0 END) AS turn"
        f" FROM referral_parties AS p {join} r.next_due = p.next_due"
        f" AND r.reference = p.reference AND {shut[on][open_]}"
        f" AND r.closed_on {'IS NULL' if open_ else 'IS NOT NULL'}"
        f" AND {one_of('p.organisation', 'organisations', on)} AND {slot} GROUP BY r.reference"
    )


@lru_cache(maxsize=512)
def worded(sqlite: str, postgresql: str) -> Statement:
    """Return the statement of these words, made once."""
    return Statement(sa.text(sqlite), sa.text(postgresql))
