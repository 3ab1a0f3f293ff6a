"""Asking: what somebody wants done is stored before anything is decided, so it is never lost.

Wrong input is refused here, before a Request exists; whether policy allows what is asked is
found out when the Request is applied.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from apflow.casework.calendars import start_calendar
from apflow.casework.office import Office, not_in_future
from apflow.clock import london_day
from apflow.errors import BadInput, Unknown
from apflow.nearest import nearest
from apflow.policy.answers import take_answers, take_values
from apflow.policy.facts import write_facts
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import START
from apflow.policy.written import take_text
from apflow.referral import HOUSE_EVENTS, Request
from apflow.referral.reference import make_reference, prefix_of
from apflow.store import lifecycles, referrals, register, requests
from apflow.store.engine import Tx

_MOST_STEPS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for. `seen` is the last step they saw; None asks whatever it is now.

    `answers` are as typed or in the written form of `policy.facts`. `overrides` gives a written
    reason for each guard that the person's role may go past.
    """

    event: str
    person: str
    role: str | None = None
    answers: Mapping[str, object] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    happened_on: date | None = None
    reason: str | None = None
    seen: int | None = None


def ask(
    office: Office, reference: str, asked: Asked, now: datetime, request_id: str | None = None
) -> Request:
    """Store a Request for an event on an open referral and return it, waiting to be applied.

    The same `request_id` asked again gives the first Request. Raises Unknown for a referral or
    event that is not there, BadInput or BadInputs for answers that cannot be taken.
    """
    with office.store.reading() as tx:
        known = requests.get(tx, request_id) if request_id is not None else None
        if known is not None:
            return known
        request = drafted(office, tx, reference, asked, now, request_id or new_id())
    return _keep(office, request)


def ask_together(
    office: Office,
    asked: Sequence[tuple[str, Asked]],
    now: datetime,
    make_id: Callable[[], str] | None = None,
) -> tuple[Request, ...]:
    """Store several Requests (reference, what is asked) in one transaction: all, or none.

    `make_id` gives each its id; at random unless given. Raises as `ask` does for the first that
    cannot be taken; then none is stored.
    """
    make_id = make_id or new_id
    with office.store.reading() as tx:
        drafts = tuple(
            drafted(office, tx, reference, one, now, make_id()) for reference, one in asked
        )
    with office.store.writing() as tx:
        for draft in drafts:
            requests.add(tx, draft)
    return drafts


def drafted(
    office: Office, tx: Tx, reference: str, asked: Asked, now: datetime, request_id: str
) -> Request:
    """Return the Request that would be stored for an event on an open referral."""
    digest = referrals.digest_of(tx, reference)
    if digest is None:
        raise Unknown("referral", reference)
    lifecycle = office.machine(tx, digest).compiled.lifecycle
    return _request(office, tx, lifecycle, asked, now, request_id, reference)


def ask_to_open(
    office: Office,
    name: str,
    pupil: str,
    asked: Asked,
    now: datetime,
    request_id: str | None = None,
    reference: str | None = None,
    newcomer: register.Pupil | None = None,
) -> Request:
    """Store a Request to open a referral of `pupil` under the newest lifecycle called `name`.

    The reference is chosen now (at random unless given), so that the Request can be spoken of
    before it is applied. Where the register does not know the pupil yet, `newcomer` is entered
    with the Request.
    """
    request_id = request_id or new_id()
    with office.store.reading() as tx:
        known = requests.get(tx, request_id)
        if known is not None:
            return known
        to_keep: list[tuple[str, str, str]] = []
        machine = office.newest(tx, name, lambda *kept: to_keep.append(kept))
        lifecycle = machine.compiled.lifecycle
        _in_force(lifecycle, london_day(now))
        if register.get_pupil(tx, pupil) is not None:
            newcomer = None
        elif newcomer is None:
            raise Unknown("pupil", pupil)
        reference = reference or make_reference(
            prefix_of(lifecycle.lifecycle), london_day(now).year, secrets.randbits(30)
        )
        request = _request(
            office, tx, lifecycle, asked, now, request_id, reference, lifecycle.digest, pupil
        )
    return _keep(office, request, tuple(to_keep), newcomer)


def new_id() -> str:
    """Return an id for a Request: 128 random bits as hex."""
    return secrets.token_hex(16)


def way_in(office: Office, policy: str) -> str:
    """Return the first event by which a referral may be opened under a policy."""
    with office.store.reading() as tx:
        machine = office.newest(tx, policy, lambda *_: None)
    return starts(machine.compiled.lifecycle)[0]


def starts(lifecycle: Lifecycle) -> tuple[str, ...]:
    """Return the events by which a referral may be opened, in file order."""
    return tuple(dict.fromkeys(t.event for t in lifecycle.transitions if START in t.from_))


def _keep(
    office: Office,
    request: Request,
    lifecycle: tuple[tuple[str, str, str], ...] = (),
    newcomer: register.Pupil | None = None,
) -> Request:
    """Store a Request; return it, or the one of the same id that somebody stored first."""
    with office.store.writing() as tx:
        for digest, name, text in lifecycle:
            lifecycles.keep(tx, digest, name, text, request.asked_at)
            start_calendar(office, tx, name, request.asked_at)
        if newcomer is not None:
            register.add_pupil(tx, newcomer)
        if requests.add(tx, request):
            return request
        return requests.get(tx, request.id) or request


def _in_force(lifecycle: Lifecycle, today: date) -> None:
    span = lifecycle.in_force
    if span is None:
        return
    if span.from_ is not None and today < span.from_:
        raise BadInput("lifecycle", lifecycle.lifecycle, f"is in force only from {span.from_}")
    if span.until is not None and today > span.until:
        raise BadInput("lifecycle", lifecycle.lifecycle, f"was in force only until {span.until}")


def _request(
    office: Office,
    tx: Tx,
    lifecycle: Lifecycle,
    asked: Asked,
    now: datetime,
    request_id: str,
    reference: str,
    opens: str | None = None,
    pupil: str | None = None,
) -> Request:
    today = london_day(now)
    happened_on = asked.happened_on or today
    not_in_future(happened_on, today)
    house = opens is None and _is_house(lifecycle, asked.event)
    wanted = _wanted_roles(lifecycle, asked.event, house=house)
    actor = office.actor(tx, asked.person, asked.role, lifecycle, wanted)
    sittings = register.sittings(tx, lifecycle.lifecycle) if _meets(lifecycle, asked) else {}
    answers = _answers(lifecycle, asked, today, sittings, house=house)
    _registered(tx, lifecycle, answers)
    return Request(
        id=request_id,
        reference=reference,
        opens=opens,
        pupil=pupil,
        event=asked.event,
        answers=answers,
        overrides=_overrides(lifecycle, asked.overrides),
        happened_on=happened_on,
        actor=actor.person,
        role=actor.role,
        organisations=tuple(sorted(actor.organisations)),
        seen=_seen(asked.seen),
        asked_at=now,
        reason=_reason(asked, house=house),
    )


def _seen(seen: int | None) -> int | None:
    if seen is not None and not 0 <= seen <= _MOST_STEPS:
        raise BadInput("seen", seen, "is not the number of a step")
    return seen


def _meets(lifecycle: Lifecycle, asked: Asked) -> bool:
    """Whether a sitting of a meeting is among the answers."""
    facts = (lifecycle.facts.get(name) for name in asked.answers)
    return any(fact is not None and fact.type == "meeting" for fact in facts)


def _is_house(lifecycle: Lifecycle, event: str) -> bool:
    """Whether an event is one of the house's. Raises Unknown when nobody knows it."""
    if event in HOUSE_EVENTS:
        return True
    if event not in lifecycle.events:
        raise Unknown("event", event, nearest(event, (*lifecycle.events, *HOUSE_EVENTS)))
    return False


def _reason(asked: Asked, *, house: bool) -> str | None:
    reason = (asked.reason or "").strip() or None
    if house and reason is None:
        raise BadInput("reason", asked.reason, f"{asked.event} is never done without a reason")
    return None if reason is None else take_text("reason", reason)


def _wanted_roles(lifecycle: Lifecycle, event: str, *, house: bool) -> Iterator[str]:
    """Give the roles that may do an event; most people say theirs, and none is looked at."""
    if house:
        yield "manager"
        yield from (name for name, role in lifecycle.roles.items() if role.acts)
        return
    for transition in lifecycle.transitions:
        if transition.event == event:
            yield from transition.by


def _answers(
    lifecycle: Lifecycle,
    asked: Asked,
    today: date,
    sittings: Mapping[str, Sequence[date]],
    *,
    house: bool,
) -> dict[str, object]:
    if not house:
        return write_facts(take_answers(lifecycle, asked.event, asked.answers, today, sittings))
    if asked.event != "correct_facts":
        return _house_answers(asked)
    if not asked.answers:
        raise BadInput("answers", {}, "say which fact is to be corrected, and to what")
    correctable = tuple(name for name, fact in lifecycle.facts.items() if not fact.worked_out)
    gone = [name for name, given in asked.answers.items() if given is None]
    for name in gone:
        if name not in correctable:
            raise BadInput(name, None, "is not a fact that can be corrected")
    kept = {name: given for name, given in asked.answers.items() if given is not None}
    taken = write_facts(take_values(lifecycle, correctable, kept, today, sittings))
    return {**taken, **dict.fromkeys(gone)}


def _registered(tx: Tx, lifecycle: Lifecycle, answers: Mapping[str, object]) -> None:
    """Raise BadInput for an organisation that the register does not know."""
    for name, given in answers.items():
        fact = lifecycle.facts.get(name)
        if fact is None or given is None:
            continue
        if fact.type == "organisation" and register.get_organisation(tx, str(given)) is None:
            near = nearest(str(given), (known.id for known in register.list_organisations(tx)))
            hint = f"; did you mean '{near}'?" if near else ""
            raise BadInput(name, given, f"is not in the register of organisations{hint}")


_HOUSE_ANSWERS = {
    "reverse_step": (),
    "adopt_lifecycle": ("state",),
    "hand_over": ("owner",),
    "erase": ("facts",),
}


def _house_answers(asked: Asked) -> dict[str, object]:
    allowed = _HOUSE_ANSWERS[asked.event]
    for name, given in asked.answers.items():
        if name not in allowed:
            shown = ", ".join(allowed) or "nothing"
            raise BadInput(name, given, f"{asked.event} takes {shown}")
        strings = given if isinstance(given, list | tuple) else [given]
        if not all(take_text(name, one, 200) for one in strings):
            raise BadInput(name, given, "must be a name")
    if asked.event == "hand_over" and "owner" not in asked.answers:
        raise BadInput("owner", None, "say who takes the referral over")
    return dict(asked.answers)


def _overrides(lifecycle: Lifecycle, overrides: Mapping[str, str]) -> dict[str, str]:
    for guard, reason in overrides.items():
        if guard not in lifecycle.guards:
            raise Unknown("guard", guard, nearest(guard, lifecycle.guards))
        if not reason.strip():
            raise BadInput(f"override of {guard}", reason, "a written reason is needed")
    return {
        guard: take_text(f"override of {guard}", reason, 4000)
        for guard, reason in overrides.items()
    }
