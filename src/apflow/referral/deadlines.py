"""The deadline rows of a referral brought in line with what policy says should stand: pure.

A row is armed, then met, breached or cancelled. Only armed rows move. A met or breached row is
never armed again: what should stand anew is a new occurrence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from apflow.policy.compiled import Compiled, View
from apflow.policy.deadlines import LEAVING, Due, met, stands, start_day
from apflow.policy.london import london_day
from apflow.policy.situation import Situation
from apflow.referral import DeadlineRow

_OPEN = ("armed", "breached")


@dataclass(frozen=True, slots=True)
class StepContext:
    """The step after which deadlines are brought in line.

    `situation` is the one right after the step. `seq` and `happened_on` are the step's own;
    `taken_back` is the seq of the step that it takes back, if it does.
    """

    compiled: Compiled
    situation: Situation
    reference: str
    seq: int
    happened_on: date
    taken_back: int | None = None
    view: View = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A condition that meets a deadline is met on the day the step happened (DESIGN §8).
        asked = self.situation
        if asked.happened_on != self.happened_on:
            asked = asked.but(happened_on=self.happened_on)
        object.__setattr__(self, "view", View(self.compiled, asked))


def reconcile(
    rows: Sequence[DeadlineRow], dues: Sequence[Due], step: StepContext
) -> tuple[DeadlineRow, ...]:
    """Return the rows that are new or changed after a step; done again, it changes nothing.

    `rows` are all the referral's rows, `dues` what should stand now. One row stands for each
    start. An armed row moves when a fact gives it another start or last moment; a start given
    by a new step is a new occurrence, and the old row stays until it is met or cancelled. A
    row whose `when` has become unknown stays as it is: a missing fact stops no clock.
    """
    wanted = {due.name: due for due in dues}
    before: dict[str, list[DeadlineRow]] = {name: [] for name in wanted}
    for row in sorted(rows, key=lambda row: row.occurrence):
        before.setdefault(row.name, []).append(row)
    changed: list[DeadlineRow] = []
    for name, known in before.items():
        old = {row.occurrence: row for row in known}
        after = _after(known, wanted.get(name), step)
        changed += [row for row in after if old.get(row.occurrence) != row]
    return tuple(changed)


def _after(rows: list[DeadlineRow], due: Due | None, step: StepContext) -> list[DeadlineRow]:
    """Return all rows of one deadline, in order of occurrence, as they stand after the step."""
    after = [_unless_taken_back(row, step) for row in rows]
    if due is not None:
        after = _led_to(after, due, step)
    return [_settled(row, due, step) if row.state in _OPEN else row for row in after]


def _unless_taken_back(row: DeadlineRow, step: StepContext) -> DeadlineRow:
    """Cancel what a step gave or met that is now taken back."""
    taken = step.taken_back
    if taken is None or row.state == "cancelled":
        return row
    if row.given_by == taken or (row.state == "met" and row.met_by == taken):
        return _cancelled(row)
    return row


def _led_to(rows: list[DeadlineRow], due: Due, step: StepContext) -> list[DeadlineRow]:
    """Let one row stand for what is due: one that does already, one that moves, or a new one."""
    same = _same_start(rows, due, step)
    if same is not None:
        # What stood for a later start does so no more: a correction went back to this one.
        rows = [_cancelled(row) if _newer(row, same) else row for row in rows]
        if not _put_off(same, due, step):
            return _with(rows, _refreshed(same, due))
    current = same or next((row for row in reversed(rows) if row.state in _OPEN), None)
    if current is not None and due.given_by <= current.given_by:
        if current.state == "armed":
            return _with(rows, _refreshed(current, due))
        rows = _with(rows, _cancelled(current))
    number = max((row.occurrence for row in rows), default=0) + 1
    new = _new_row(due, step, number)
    carried = _carried(rows, new, due, step)
    if carried is not None:
        rows, new = _with(rows, _cancelled(carried)), _met(new, carried.met_on, carried.met_by)
    return [*rows, new]


def _same_start(rows: list[DeadlineRow], due: Due, step: StepContext) -> DeadlineRow | None:
    """Return the latest row that stands for this start, open or met.

    A row that was met by leaving does not count: the referral came back.
    """
    leaving = step.compiled.lifecycle.deadlines[due.name].met_by == LEAVING
    standing = _OPEN if leaving else (*_OPEN, "met")
    for row in reversed(rows):
        # A row that a correction moved keeps its giver, which is then later than the start's.
        if row.state in standing and row.start == due.start and row.given_by >= due.given_by:
            return row
    return None


def _put_off(row: DeadlineRow, due: Due, step: StepContext) -> bool:
    """Say whether a missed row was given a later date by people, not by counting."""
    if row.state != "breached" or step.compiled.lifecycle.deadlines[row.name].due.date is None:
        return False
    return row.due_at is not None and due.due_at is not None and due.due_at > row.due_at


def _newer(row: DeadlineRow, same: DeadlineRow) -> bool:
    return row.state in _OPEN and row.occurrence > same.occurrence


def _refreshed(row: DeadlineRow, due: Due) -> DeadlineRow:
    if row.state == "met" or _says(row) == _says(due):
        return row
    if row.state == "breached":
        return replace(row, owner=due.owner)
    return replace(
        row,
        start=due.start,
        given_by=max(row.given_by, due.given_by),
        due_at=due.due_at,
        warn_at=due.warn_at,
        other_at=due.other_at,
        owner=due.owner,
        force=due.force,
        beyond=due.beyond,
    )


def _says(one: DeadlineRow | Due) -> tuple[object, ...]:
    """Return what a row takes over from what is due; its giver alone changes nothing."""
    return one.start, one.due_at, one.warn_at, one.other_at, one.owner, one.force, one.beyond


def _carried(
    rows: list[DeadlineRow], new: DeadlineRow, due: Due, step: StepContext
) -> DeadlineRow | None:
    """Return the met row whose meeting also meets `new`: only its start was corrected.

    Without this a corrected start would be met "today", and counted twice.
    """
    last = rows[-1] if rows else None
    if last is None or last.state != "met" or last.met_on is None or due.met is None:
        return None
    if due.given_by > last.given_by or last.start == due.start:
        return None
    if step.compiled.lifecycle.deadlines[due.name].met_when is not None:
        return last if last.met_on >= start_day(new.start) else None
    return last if last.met_by == due.met[1] else None


def _settled(row: DeadlineRow, due: Due | None, step: StepContext) -> DeadlineRow:
    """Return an open row met or cancelled, if the step did that, else as it is."""
    deadline = step.compiled.lifecycle.deadlines.get(row.name)
    if deadline is None:
        return _cancelled(row)
    found = met(step.compiled, step.view, row.name, start_day(row.start), row.given_by)
    if found is not None:
        return _met(row, found[0], found[1] or step.seq)
    states = step.compiled.lifecycle.deadline_states(deadline)
    left = step.situation.state not in states
    if left and deadline.met_by == LEAVING and step.taken_back is None:
        return _met(row, step.happened_on, step.seq)
    if left or (due is None and stands(step.compiled, step.view, row.name) is False):
        return _cancelled(row)
    return row


def _new_row(due: Due, step: StepContext, occurrence: int) -> DeadlineRow:
    return DeadlineRow(
        reference=step.reference,
        name=due.name,
        occurrence=occurrence,
        start=due.start,
        given_by=due.given_by,
        due_at=due.due_at,
        warn_at=due.warn_at,
        other_at=due.other_at,
        owner=due.owner,
        force=due.force,
        beyond=due.beyond,
    )


def _met(row: DeadlineRow, on: date | None, by: int | None) -> DeadlineRow:
    late = on is not None and row.due_at is not None and on > london_day(row.due_at)
    return replace(row, state="met", met_on=on, met_by=by, late=late)


def _cancelled(row: DeadlineRow) -> DeadlineRow:
    return replace(row, state="cancelled", met_on=None, met_by=None, late=False)


def _with(rows: list[DeadlineRow], changed: DeadlineRow) -> list[DeadlineRow]:
    return [changed if row.occurrence == changed.occurrence else row for row in rows]
