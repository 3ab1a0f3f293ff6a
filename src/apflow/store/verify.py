"""The proof that the history was not altered: every row read once, the first bad one named.

What is proved: every step's body has its hash, holds the hash before it and stands in its place
without a gap; every value is the one whose digest the body holds, or was taken by an `erase`
step that says so; the referral stands where its last step left it. What is not: that nobody
rewrote the whole chain of a referral, or its end. For that somebody has to keep `history.heads`
elsewhere, and `verify_heads` holds the history against them.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

import orjson
import sqlalchemy as sa

from apflow.errors import Altered
from apflow.policy.situation import START
from apflow.referral import GENESIS, step_hash
from apflow.store import tables, triggers
from apflow.store.engine import Store
from apflow.store.history import digest_of, erasures
from apflow.store.statements import Statement, Tx

_BATCH = 500

_r = tables.referrals.c
_s = tables.steps.c
_a = tables.answers.c
_p = tables.referral_parties.c
_i = tables.step_index.c

_ONE: "sa.BindParameter[str]" = sa.bindparam("of_reference")
_REFERRALS = sa.select(
    _r.reference, _r.state, _r.seq, _r.head, _r.version, _r.digest, _r.closed_on
).order_by(_r.reference)
_STEPS = sa.select(_s.reference, _s.seq, _s.body, _s.hash).order_by(_s.reference, _s.seq)
_VALUES = sa.select(_a.reference, _a.seq, _a.kind, _a.name, _a.salt, _a.value).order_by(
    _a.reference, _a.seq
)
_INDEX = sa.select(
    _i.reference, _i.seq, _i.event, _i.actor, _i.recorded_at, _i.happened_on, _i.source, _i.request
).order_by(_i.reference, _i.seq)
_ALL = tuple(Statement(rows) for rows in (_REFERRALS, _STEPS, _VALUES, _INDEX))
_OF_ONE = (
    Statement(_REFERRALS.where(_r.reference == _ONE)),
    Statement(_STEPS.where(_s.reference == _ONE)),
    Statement(_VALUES.where(_a.reference == _ONE)),
    Statement(_INDEX.where(_i.reference == _ONE)),
)
_HOW_MANY = Statement(sa.select(sa.func.count()).select_from(tables.steps))
_HOW_MANY_OF = Statement(
    sa.select(sa.func.count()).select_from(tables.steps).where(_s.reference == _ONE)
)
_HASH = Statement(sa.select(_s.hash).where(_s.reference == _ONE, _s.seq == sa.bindparam("of_seq")))
# What the worklist repeats of a referral has to be what the referral says.
_WORKLIST = (
    sa.select(_r.reference, _r.seq)
    .select_from(sa.join(tables.referral_parties, tables.referrals, _p.reference == _r.reference))
    .where(
        sa.or_(
            _p.next_due != _r.next_due,
            _p.state != _r.state,
            _p.lifecycle != _r.lifecycle,
            sa.func.coalesce(_p.rank, -1) != sa.func.coalesce(_r.rank, -1),
            sa.and_(_p.open == sa.true(), _r.closed_on.is_not(None)),
            sa.and_(_p.open == sa.false(), _r.closed_on.is_(None)),
        )
    )
    .order_by(_r.reference)
    .limit(1)
)

Row = tuple[Any, ...]
#: Called now and then with the number of steps read so far.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was read and found as it was written."""

    referrals: int
    steps: int
    values: int
    erased: int


def verify(
    store: Store, reference: str | None = None, progress: Progress | None = None
) -> Verified:
    """Read the history of one referral, or of all, and say how much was found unaltered.

    Raises Altered with the first bad row, by reference and seq, and what is wrong with it;
    StoreError when the triggers that protect the history are gone. Memory does not grow with
    the history: only one referral's steps are held.
    """
    with store.reading() as tx:
        return verify_within(tx, reference, progress)


def verify_within(
    tx: Tx, reference: str | None = None, progress: Progress | None = None
) -> Verified:
    """Do as `verify` does, for what `tx` sees."""
    going_on = verifying(tx, reference)
    while True:
        try:
            read = next(going_on)
        except StopIteration as done:
            return cast("Verified", done.value)
        if progress is not None:
            progress(read)


def verifying(tx: Tx, reference: str | None = None) -> Generator[int, None, Verified]:
    """Do as `verify` does, for what `tx` sees, and give now and then how many steps were read."""
    done = yield from _read_all(tx, reference)
    triggers.require(tx)
    return done


def how_many(tx: Tx, reference: str | None = None) -> int:
    """Return how many steps there are to read, of one referral or of all."""
    if reference is None:
        row = _HOW_MANY.row(tx)
    else:
        row = _HOW_MANY_OF.row(tx, {"of_reference": reference})
    return 0 if row is None else int(row[0])


def verify_heads(store: Store, heads: Iterable[tuple[str, int, str]]) -> int:
    """Hold the history against heads that were kept elsewhere; return how many were found.

    `heads` are (reference, seq, hash) as `history.heads` gave them once. A chain that was
    rewritten as a whole, or cut short, or a database that was put back to an earlier day, agrees
    with itself; it does not agree with these. Raises Altered with the first that is not there.
    """
    found = 0
    with store.reading() as tx:
        for reference, seq, head in heads:
            row = _HASH.row(tx, {"of_reference": reference, "of_seq": seq})
            stored = GENESIS if seq == 0 else row[0] if row is not None else None
            if stored is None:
                raise Altered(reference, seq, "it is missing, and was there when heads were kept")
            if stored != head:
                raise Altered(reference, seq, "it is another than when heads were kept")
            found += 1
    return found


def _read_all(tx: Tx, reference: str | None) -> Generator[int, None, Verified]:
    statements, asked = _ALL, {}
    if reference is not None:
        statements, asked = _OF_ONE, {"of_reference": reference}
    with ExitStack() as stack:
        referrals, *streams = (
            stack.enter_context(statement.stream(tx, asked)) for statement in statements
        )
        verified = yield from _read_chains(referrals, *(_ByReferral(rows) for rows in streams))
    worklist = _WORKLIST if reference is None else _WORKLIST.where(_r.reference == reference)
    found = tx.execute(worklist).first()
    if found is not None:
        raise Altered(found[0], found[1], "the worklist does not say what the referral says")
    return verified


def _read_chains(
    referrals: Iterator[Row],
    steps: "_ByReferral",
    values: "_ByReferral",
    index: "_ByReferral",
) -> Generator[int, None, Verified]:
    read = [0, 0, 0, 0]
    for row in referrals:
        name: str = row[0]
        _orphans(name, steps, values, index)
        chain = _Chain(name, index.take(name))
        chain.steps(steps.take(name))
        chain.values(values.take(name))
        chain.end(row)
        for at, count in enumerate((1, chain.seq, chain.read, chain.erased)):
            read[at] += count
        if read[0] % _BATCH == 0:
            yield read[1]
    _orphans(None, steps, values, index)
    return Verified(*read)


def _orphans(before: str | None, *streams: "_ByReferral") -> None:
    """Raise Altered for rows of a referral that is not there."""
    for stream in streams:
        name = stream.reference
        if name is not None and (before is None or name < before):
            seq = stream.take(name)[0][1]
            raise Altered(name, seq, "it belongs to a referral that is not there")


class _ByReferral:
    """Rows in order of reference, taken one referral's at a time."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = groupby(rows, itemgetter(0))
        self._group: Iterable[Row] = ()
        self.reference: str | None = None
        self._next()

    def _next(self) -> None:
        self.reference, self._group = next(self._groups, (None, ()))

    def take(self, reference: str) -> list[Row]:
        """Return the referral's rows, if they come next."""
        if reference != self.reference:
            return []
        rows = list(self._group)
        self._next()
        return rows


class _Chain:
    """One referral's steps and values; `end` raises for the first bad one."""

    def __init__(self, reference: str, index: Iterable[Row]) -> None:
        self.reference = reference
        #: seq -> what the index of the steps says of each.
        self._index = {row[1]: row for row in index}
        self._misindexed: int | None = None
        self.seq = self.read = self.erased = 0
        self._head = GENESIS
        self._state = START
        self._digest = ""
        self._days: set[str] = set()
        #: (seq, kind, name) -> the digest that the step's body holds.
        self._listed: dict[tuple[int, str, str], str] = {}
        #: (seq, name) of every value that an `erase` step took, and of every one that is gone.
        self._taken: set[tuple[int, str]] = set()
        self._gone: list[tuple[int, str]] = []
        #: (seq, 0 for the step itself and 1 for a value beside it, what is wrong)
        self._fault: tuple[int, int, str] | None = None
        self._broken = False

    def steps(self, rows: Iterable[Row]) -> None:
        """Check each step against the one before it."""
        for _, seq, text, stored in rows:
            says = self._says(seq, text, stored)
            if says is not None and not self._broken:
                self._broken = True
                self._found(min(seq, self.seq + 1), says)
            self.seq = max(seq, self.seq)

    def _says(self, seq: int, text: str, stored: str) -> str | None:
        # What a bad step says it erased is heard all the same: it is the one to be named, not
        # an honest one before it whose value is gone.
        hashed = step_hash(text.encode()) == stored
        try:
            follows = self._follows(seq, orjson.loads(text), stored)
        except (ValueError, TypeError, KeyError, AttributeError):
            follows = "its body is not that of a step"
        if seq != self.seq + 1:
            return "it is missing" if seq > 0 else "there is no such step"
        return follows if hashed else "its body is not the one that was hashed"

    def _follows(self, seq: int, body: dict[str, Any], stored: str) -> str | None:
        listed = self._listed
        for value in body["values"]:
            listed[seq, value["kind"], value["name"]] = value["digest"]
        if body["event"] == "erase":
            self._taken.update(erasures(body["about"]))
        before, self._head = self._head, stored
        came_from, self._state = self._state, body["to"]
        self._digest = body["lifecycle"]
        self._days.add(body["happened_on"])
        if body["previous"] != before:
            return "it does not follow the step before it"
        if body["reference"] != self.reference or body["seq"] != seq:
            return f"its body is that of step {body['seq']} of {body['reference']}"
        if body["from"] != came_from:
            return f"it begins in '{body['from']}', the step before it ended in '{came_from}'"
        self._look_up(seq, body)
        return None

    def _look_up(self, seq: int, body: dict[str, Any]) -> None:
        says = self._index.pop(seq, None)
        # To the microsecond, where both are written alike.
        at, found = body["recorded_at"][:26], says and (*says[2:4], says[4][:26], *says[5:])
        known = (body["event"], body["actor"], at, body["happened_on"], body["from"])
        if found != (*known, body["request"]) and self._misindexed is None:
            self._misindexed = seq

    def values(self, rows: list[Row]) -> None:
        """Check each value beside the chain against the digest that its step's body holds."""
        listed, taken = self._listed.pop, self._taken
        self.read = len(rows)
        for _, seq, kind, name, salt, text in rows:
            digest = listed((seq, kind, name), None)
            if digest is None:
                self._found(seq, f"the value of '{name}' is not one that the step recorded", 1)
            elif salt is None or text is None:
                self._gone.append((seq, name))
                if salt is not text:
                    self._found(seq, f"half of the value of '{name}' was taken away", 1)
            elif digest_of(salt, name, text) != digest:
                self._found(seq, f"the value of '{name}' is not the one that was recorded", 1)
            elif taken and (seq, name) in taken:
                self._found(seq, f"the value of '{name}' was erased, and yet is there", 1)

    def end(self, row: Row) -> None:
        """Check what is left, and the referral itself; raise Altered for the first bad row."""
        if self._listed or self._gone:
            self._gone.extend((seq, name) for seq, _, name in self._listed)
            for seq, name in self._gone:
                if (seq, name) not in self._taken:
                    says = f"the value of '{name}' was taken away, and no step says so"
                    self._found(seq, says, 1)
            self.erased = len(self._gone)
        if not self._broken:
            self._stands(row)
        if self._fault is not None:
            seq, _, says = self._fault
            raise Altered(self.reference, seq, says)
        # The index is no part of the chain: what is wrong there is told when all else is right.
        if self._misindexed is None and self._index:
            raise Altered(self.reference, min(self._index), "only the index of the steps knows it")
        if self._misindexed is not None:
            says = "the index of the steps does not say of it what it says"
            raise Altered(self.reference, self._misindexed, says)

    def _stands(self, row: Row) -> None:
        _, state, seq, head, version, digest, closed_on = row
        if seq != self.seq or self.seq == 0:
            more = seq > self.seq or seq == 0
            says = "it is missing" if more else "the referral does not know of it"
            self._found(min(seq, self.seq) + 1, says)
        elif head != self._head:
            self._found(seq, "the referral keeps another hash of it")
        elif state != self._state:
            self._found(seq, f"the referral stands in '{state}', the step ended in '{self._state}'")
        elif digest != self._digest:
            self._found(seq, "the referral is pinned to another lifecycle than the step names")
        elif version < seq:
            self._found(seq, "the referral's version is older than its steps")
        elif closed_on is not None and closed_on not in self._days:
            self._found(seq, f"no step happened on {closed_on}, when the referral says it closed")

    def _found(self, seq: int, says: str, beside: int = 0) -> None:
        fault = (seq, beside, says)
        # A step that is gone explains its values: of two faults at one step its own is named.
        if self._fault is None or fault[:2] < self._fault[:2]:
            self._fault = fault
