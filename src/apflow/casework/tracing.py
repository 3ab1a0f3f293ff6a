"""Tracing: every step of every referral by who, what and when, and who looked at what.

What is found is in the scope of who asks. One step is shown whole in `one_step`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from apflow.casework.lists.cursors import cursor, traced_at
from apflow.casework.lists.rows import role_title
from apflow.casework.lists.scoping import sight_of
from apflow.casework.office import Office
from apflow.errors import Unknown
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import START, SYSTEM
from apflow.referral.reference import tidy_reference
from apflow.store import tracing
from apflow.store.tracing import LookRow, Looks, TraceRow, Traces

#: What a look was at, in words.
WHAT_TITLES = {
    "agenda": "On an agenda",
    "choices": "What can happen next",
    "export": "In an export",
    "form": "A form",
    "history": "The history",
    "list": "In a list",
    "referral": "The referral",
    "step": "One step",
}
#: What the house does, in words.
HOUSE_TITLES = {
    "adopt_lifecycle": "Moved to the policy's newer version",
    "correct_facts": "What was known was corrected",
    "deadline_met_late": "Missed deadline met",
    "deadline_missed": "Deadline missed",
    "erase": "What people wrote was erased",
    "guard_lapsed": "No longer holds",
    "guard_restored": "Holds again",
    "hand_over": "Handed over",
    "reverse_step": "The last step was taken back",
}
#: Who acts where nobody does.
_HOUSE = "apflow"


@dataclass(frozen=True, slots=True)
class TracedStep:
    """One step that was found. It names no child.

    `actor_handle` is None for the house itself; `flow_run` and `request` where there was none.
    """

    reference: str
    seq: int
    policy: str
    event: str
    event_title: str
    source: str
    source_title: str
    target: str
    target_title: str
    actor: str
    actor_name: str
    actor_handle: str | None
    role: str
    role_title: str
    happened_on: date
    recorded_at: datetime
    hash: str
    request: str | None
    flow_run: str | None


@dataclass(frozen=True, slots=True)
class Traced:
    """The steps of one page, newest first; `next` is the word for the page behind."""

    rows: tuple[TracedStep, ...]
    more: bool
    next: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at a child's record: at what of which referral, and when."""

    person: str
    person_name: str
    person_handle: str | None
    reference: str
    what: str
    what_title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LooksFound:
    """The looks of one page, newest first; `next` is the word for the page behind."""

    rows: tuple[Look, ...]
    more: bool
    next: str | None


def steps(
    office: Office, person: str, traces: Traces, after: str | None = None, limit: int = 50
) -> Traced:
    """Return the steps that are asked for of the referrals that `person` may see, newest first.

    Raises Unknown for a person that is not there, BadInput for an `after` that no page gave.
    """
    wanted = replace(traces, reference=_tidy(traces.reference))
    with office.store.reading() as tx:
        sight = sight_of(office, tx, person)
        found, place = tracing.traced(tx, sight.scope, wanted, traced_at(after), limit)
        rows = tuple(
            _step(row, office.machine(tx, row.body["lifecycle"]).compiled.lifecycle)
            for row in found
        )
    return Traced(rows, place is not None, cursor(place))


def reads_of(
    office: Office, person: str, looks: Looks, after: str | None = None, limit: int = 50
) -> LooksFound:
    """Return who looked at which child's record, newest first. Raises Unknown for who may not.

    Only auditors and managers may.
    """
    with office.store.reading() as tx:
        sight = sight_of(office, tx, person)
        if not sight.of_the_office:
            raise Unknown("list", "reads")
        wanted = replace(looks, reference=_tidy(looks.reference))
        found, place = tracing.looked(tx, wanted, traced_at(after), limit)
    return LooksFound(tuple(_look(row) for row in found), place is not None, cursor(place))


def event_title(lifecycle: Lifecycle, event: str) -> str:
    """Return what people call an event: the policy's, or one of the house's."""
    known = lifecycle.events.get(event)
    return known.title if known is not None else HOUSE_TITLES.get(event, _words(event))


def state_title(lifecycle: Lifecycle, state: str) -> str:
    """Return what people call a state; where a referral begins there is none yet."""
    if state == START:
        return "Not opened yet"
    known = lifecycle.states.get(state)
    return known.title if known is not None else _words(state)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _tidy(reference: str | None) -> str | None:
    return None if not reference else tidy_reference(reference) or reference


def _step(row: TraceRow, lifecycle: Lifecycle) -> TracedStep:
    body = row.body
    return TracedStep(
        reference=row.reference,
        seq=row.seq,
        policy=row.policy,
        event=body["event"],
        event_title=event_title(lifecycle, body["event"]),
        source=body["from"],
        source_title=state_title(lifecycle, body["from"]),
        target=body["to"],
        target_title=state_title(lifecycle, body["to"]),
        actor=body["actor"],
        actor_name=actor_name(body["actor"], row.name),
        actor_handle=row.handle,
        role=body["role"],
        role_title=role_title(lifecycle, body["role"]) or body["role"],
        happened_on=date.fromisoformat(body["happened_on"]),
        recorded_at=datetime.fromisoformat(body["recorded_at"]),
        hash=row.hash,
        request=body["request"],
        flow_run=row.flow_run,
    )


def actor_name(actor: str, name: str | None) -> str:
    """Return what an actor is called: by name, or as the house itself."""
    return name or (_HOUSE if actor == SYSTEM else actor)


def _look(row: LookRow) -> Look:
    return Look(
        row.person,
        row.name or row.person,
        row.handle,
        row.reference,
        row.what,
        WHAT_TITLES.get(row.what, _words(row.what)),
        row.at,
    )
