"""Somebody who looks at a referral after everything that is done to it, and remembers."""

from apflow.casework import Casework
from apflow.referral import DeadlineRow
from apflow.store import deadlines
from tests.promises.soundness import faults

#: What a row may become; one that is not armed any more never is again.
_MAY_BECOME = {
    "armed": {"armed", "met", "breached", "cancelled"},
    "breached": {"breached", "met", "cancelled"},
    "met": {"met", "cancelled"},
    "cancelled": {"cancelled"},
}


class Watch:
    """What was seen of every deadline row, and whether what is seen now can follow from it."""

    def __init__(self, work: Casework) -> None:
        self._work = work
        self._rows: dict[tuple[str, str, int], DeadlineRow] = {}

    def faults(self, reference: str) -> list[str]:
        """Return what is wrong with a referral now, or with how it came to it."""
        with self._work.store.reading() as tx:
            rows = deadlines.rows(tx, reference)
        found = []
        for row in rows:
            key = (row.reference, row.name, row.occurrence)
            old = self._rows.get(key, row)
            self._rows[key] = row
            if not _may_become(old, row):
                found.append(f"{old} became {row}")
        return found + faults(self._work, reference)


def _may_become(old: DeadlineRow, row: DeadlineRow) -> bool:
    if row.state not in _MAY_BECOME[old.state]:
        return False
    if old.missed_at is not None and old.missed_at != row.missed_at:
        return False
    return old.state == "armed" or (old.start, old.due_at) == (row.start, row.due_at)
