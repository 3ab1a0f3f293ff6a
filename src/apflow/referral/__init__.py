"""A referral and what is recorded of it: the records that the store keeps, as values."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from apflow.policy.situation import Tally

#: Events that belong to every lifecycle: no transitions, open in final states too.
HOUSE_EVENTS = ("correct_facts", "reverse_step", "adopt_lifecycle", "hand_over", "erase")
#: Steps that the house itself records: a missed deadline, one met late, a guard that lapsed.
HOUSE_RECORDS = ("deadline_missed", "deadline_met_late", "guard_lapsed", "guard_restored")

#: What stands before a referral's first step in the chain of hashes.
GENESIS = "0" * 64
_DOMAIN = b"apflow/step/1\0"

RecordedKind = Literal["answer", "set", "read", "reason", "detail"]
RequestState = Literal["waiting", "applied", "refused", "stale", "abandoned"]
DeadlineState = Literal["armed", "met", "breached", "cancelled"]


def step_hash(body: bytes) -> str:
    """Return the hash of a step's body, as hex: SHA-256 over what the bytes are, then the bytes."""
    return hashlib.sha256(_DOMAIN + body).hexdigest()


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral of one pupil, from draft to closure.

    `facts` are those asked or set, known and not erased, in their written form (see
    `policy.facts`). `seq` is the number of steps so far
    (the last step's seq); `version` grows by one with every step and every other change.
    `parties` are the organisations in the referral's party slots: fact name -> organisation.
    `holds` are the pools in which it holds a place, `waits` the pools for which it waits, with
    its place in their order. `lapsed` are the guards that its state keeps and that do not hold
    now; `ask_again_on` is the day on which they are to be asked again (None: it keeps none).
    """

    reference: str
    pupil: str
    lifecycle: str
    digest: str
    state: str
    version: int
    seq: int
    head: str
    facts: Mapping[str, object]
    tally: Tally
    rank: int | None
    owner: str | None
    next_due: datetime | None
    opened_on: date
    closed_on: date | None
    lapsed: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    waits: Mapping[str, str] = field(default_factory=dict)
    ask_again_on: date | None = None
    parties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One value beside the chain: an answer, a fact that an event set, or a value read.

    `salt` and `value` are None once erased; `digest` stands in the step's body. `text` is the
    value's canonical JSON, if at hand.
    """

    kind: RecordedKind
    name: str
    digest: str
    salt: bytes | None
    value: object | None
    text: str | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """A recorded advance: what DID happen.

    `body` is the canonical JSON (RFC 8785) that is hashed: `step_hash(body)` is `hash`, and the
    body holds the previous step's hash. The other members are read from the body.
    """

    reference: str
    seq: int
    event: str
    source: str
    target: str
    actor: str
    role: str
    happened_on: date
    recorded_at: datetime
    findings: tuple[Mapping[str, object], ...]
    rank: int | None
    digest: str
    request: str | None
    about: Mapping[str, object]
    previous: str
    body: bytes
    hash: str
    values: tuple[Recorded, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """An actor asked for an event with answers; applied at most once.

    `seen` is the seq that the person saw (None: the machine asks, whatever it is now).
    `result` is the stored outcome as JSON-ready values, once closed. `flow_run` is the id of
    the Prefect run that carried or recorded it.
    """

    id: str
    reference: str
    opens: str | None
    pupil: str | None
    event: str
    answers: Mapping[str, object]
    overrides: Mapping[str, str]
    happened_on: date
    actor: str
    role: str
    organisations: tuple[str, ...]
    seen: int | None
    asked_at: datetime
    state: RequestState = "waiting"
    closed_at: datetime | None = None
    result: Mapping[str, object] | None = None
    flow_run: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """A due moment on a referral, armed, met, breached or cancelled.

    `occurrence` counts the rows of one deadline name on one referral from 1. `given_by` is the
    seq of the step that gave the start. `due_at` is None where no date is set ("no limit set")
    or the calendar does not reach (`beyond` is then true). `missed_at` is when the breach was
    recorded; a missed row stays open (`breached`) until met late or cancelled.
    """

    reference: str
    name: str
    occurrence: int
    start: str
    given_by: int
    due_at: datetime | None
    warn_at: datetime | None
    other_at: datetime | None
    owner: str
    force: str
    state: DeadlineState = "armed"
    beyond: bool = False
    missed_at: datetime | None = None
    met_on: date | None = None
    met_by: int | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A message to be sent: to one role of one referral, without a child's data."""

    id: str
    reference: str
    seq: int
    notice: str
    to: str
    text: str
    created_at: datetime
    sent_at: datetime | None = None
