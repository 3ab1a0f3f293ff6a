"""Holding a forum or panel: a sitting's agenda in the policy's order, and its decisions.

A sitting is named `<policy>/<meeting>/<date>`. Deciding is asking: each decision is stored as a
Request first, and the sitting is then held by applying them in the order of the agenda.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from typing_extensions import override

from apflow.casework import applying, asking
from apflow.casework.asking import Asked
from apflow.casework.calendars import work_out_anew
from apflow.casework.lists.scoping import in_sight, may_see, sight_of
from apflow.casework.looking import log
from apflow.casework.office import Office
from apflow.casework.situations import Surroundings, situation_of
from apflow.clock import london_day
from apflow.errors import BadInput, Unknown
from apflow.nearest import nearest
from apflow.policy.compiled import Compiled, View
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.pools import order_text
from apflow.policy.situation import Situation
from apflow.referral import Referral, Request
from apflow.store import lifecycles, referrals, register, requests
from apflow.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Sitting:
    """One sitting of one meeting of one policy."""

    lifecycle: str
    meeting: str
    on: date

    @override
    def __str__(self) -> str:
        return f"{self.lifecycle}/{self.meeting}/{self.on.isoformat()}"


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One referral on an agenda.

    Its place, its order of admission and why, what may be decided, the papers not in, and the
    sitting that it is put down for (None where the policy asks for none).
    """

    number: int
    reference: str
    state: str
    rank: int | None
    because: str
    events: tuple[str, ...]
    papers_missing: tuple[str, ...]
    carried_over: bool
    put_down: date | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision to be taken at a sitting: the event and its answers for one referral.

    `seen` is the last step of the referral that the person saw (None: whatever it is now),
    `role` the one in which they decide, and `request_id` names the Request; each may be left out.
    """

    reference: str
    event: str
    answers: Mapping[str, object] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None
    role: str | None = None
    request_id: str | None = None


def sitting_of(text: str) -> Sitting:
    """Return the sitting that `policy/meeting/2026-01-28` names. Raises BadInput."""
    parts = text.split("/")
    try:
        lifecycle, meeting, on = parts
        return Sitting(lifecycle, meeting, date.fromisoformat(on))
    except ValueError:
        raise BadInput("sitting", text, "is written policy/meeting/2026-01-28") from None


def list_sitting(office: Office, sitting: Sitting, now: datetime) -> bool:
    """Put a sitting in the register; False if it is listed already. Raises Unknown.

    Deadlines that wait for the next sitting get its date.
    """
    with office.store.writing() as tx:
        lifecycle = office.newest(tx, sitting.lifecycle, lambda *_: None).compiled.lifecycle
        _meeting(lifecycle, sitting)
        if not register.add_sitting(tx, sitting.lifecycle, sitting.meeting, sitting.on):
            return False
        work_out_anew(office, tx, sitting.lifecycle, now)
        return True


def agenda(office: Office, sitting: Sitting, person: str, now: datetime) -> tuple[AgendaItem, ...]:
    """Return what is to be decided at a sitting and `person` may see, in the policy's order.

    On it is every referral that stands where the meeting decides and that was put down for this
    sitting, or for an earlier one and is still undecided; each has the place that it has among
    all of them (FORMAT §9). Raises Unknown for a person that is not there, and for a sitting that
    is not listed or of a policy in which they take no part.
    """
    with office.store.reading() as tx:
        sight = sight_of(office, tx, person)
        if not in_sight(sight, listed(office, tx, sitting)):
            raise Unknown("sitting", str(sitting))
        found = tuple(
            item
            for referral, item in _in_order(office, tx, sitting, now)
            if may_see(office, tx, sight, referral)
        )
    log(office, [item.reference for item in found], person, "agenda", now)
    return found


def prepare(
    office: Office,
    sitting: Sitting,
    decisions: Sequence[Decided],
    person: str,
    now: datetime,
    *,
    role: str | None = None,
    people: Mapping[str, object] | None = None,
    make_id: Callable[[], str] | None = None,
) -> tuple[Request, ...]:
    """Store the decisions of a sitting as Requests, in the order of its agenda.

    `people` is who sat: asked once for the sitting and copied into every decision that asks for
    it. Raises BadInput for a sitting still to come, a referral that is not on the agenda or an
    event not decided here; then nothing is stored.
    """
    if sitting.on > london_day(now):
        raise BadInput("sitting", str(sitting), "has not been held yet")
    known = {item.reference: item for item in agenda(office, sitting, person, now)}
    for decision in decisions:
        _on_agenda(sitting, known, decision)
    with office.store.reading() as tx:
        lifecycle = office.newest(tx, sitting.lifecycle, lambda *_: None).compiled.lifecycle
    in_order = sorted(decisions, key=lambda one: known[one.reference].number)
    answers = [_with_people(lifecycle, sitting, one, people) for one in in_order]
    asked = [
        (one.reference, _asked(sitting, one, person, one.role or role, given))
        for one, given in zip(in_order, answers, strict=True)
    ]
    new = make_id or asking.new_id
    ids = iter([one.request_id or new() for one in in_order])
    return asking.ask_together(office, asked, now, lambda: next(ids))


def _asked(
    sitting: Sitting, decided: Decided, person: str, role: str | None, answers: Mapping[str, object]
) -> Asked:
    return Asked(
        event=decided.event,
        person=person,
        role=role,
        answers=answers,
        overrides=decided.overrides,
        happened_on=sitting.on,
        seen=decided.seen,
    )


def _on_agenda(sitting: Sitting, items: Mapping[str, AgendaItem], decision: Decided) -> None:
    item = items.get(decision.reference)
    if item is None:
        raise BadInput("referral", decision.reference, f"is not on the agenda of {sitting}")
    if decision.event not in item.events:
        raise BadInput("event", decision.event, f"may be: {', '.join(item.events)}")


def _with_people(
    lifecycle: Lifecycle, sitting: Sitting, decision: Decided, people: Mapping[str, object] | None
) -> Mapping[str, object]:
    """Return a decision's answers, with who sat where its event asks for that."""
    sheet = lifecycle.meetings[sitting.meeting].people
    event = lifecycle.events[decision.event]
    if sheet is None or people is None or sheet not in (*event.asks, *event.may_ask):
        return decision.answers
    return {sheet: people, **decision.answers}


def waiting(office: Office, sitting: Sitting, now: datetime) -> tuple[str, ...]:
    """Return the Requests of a sitting that wait to be applied, in the order of its agenda."""
    with office.store.reading() as tx:
        known = {item.reference: item for item in items(office, tx, sitting, now)}
        found = [
            request
            for request in requests.waiting_for(tx, tuple(known))
            if request.event in known[request.reference].events
        ]
    found.sort(key=lambda request: known[request.reference].number)
    return tuple(request.id for request in found)


def hold(office: Office, sitting: Sitting, now: datetime) -> tuple[Request, ...]:
    """Apply the waiting decisions of a sitting, first in the policy's order first.

    Held twice it does nothing more: what is decided is no longer waiting.
    """
    return tuple(applying.apply(office, request, now) for request in waiting(office, sitting, now))


def listed(office: Office, tx: Tx, sitting: Sitting) -> Lifecycle:
    """Return a sitting's policy. Raises Unknown for a sitting that is not in the register."""
    lifecycle = office.newest(tx, sitting.lifecycle, lambda *_: None).compiled.lifecycle
    _meeting(lifecycle, sitting)
    days = register.sittings(tx, sitting.lifecycle).get(sitting.meeting, ())
    if sitting.on not in days:
        near = min(days, key=lambda day: abs(day - sitting.on), default=None)
        raise Unknown("sitting", str(sitting), near.isoformat() if near else None)
    return lifecycle


def _meeting(lifecycle: Lifecycle, sitting: Sitting) -> None:
    if sitting.meeting not in lifecycle.meetings:
        near = nearest(sitting.meeting, lifecycle.meetings)
        raise Unknown("meeting", sitting.meeting, near)


def items(office: Office, tx: Tx, sitting: Sitting, now: datetime) -> tuple[AgendaItem, ...]:
    """Return everything that is on the agenda, in its order; nothing is noted of who looks."""
    return tuple(item for _, item in _in_order(office, tx, sitting, now))


def _in_order(
    office: Office, tx: Tx, sitting: Sitting, now: datetime
) -> list[tuple[Referral, AgendaItem]]:
    today, around = london_day(now), Surroundings(office, tx)
    states = _where_decided(office, tx, sitting)
    found = []
    for referral in referrals.standing_in(tx, sitting.lifecycle, states):
        if item := item_of(office, around, sitting, referral, today):
            found.append((item, referral))
    found.sort(key=lambda one: (one[0][0], one[1].reference))
    return [
        (referral, replace(item, number=number))
        for number, ((_, item), referral) in enumerate(found, start=1)
    ]


def _where_decided(office: Office, tx: Tx, sitting: Sitting) -> set[str]:
    """Return the states in which the meeting decides, by any kept version of the policy."""
    kept = (known.digest for known in lifecycles.listed(tx) if known.name == sitting.lifecycle)
    found: set[str] = set()
    for lifecycle in (office.machine(tx, digest).compiled.lifecycle for digest in kept):
        for transition in lifecycle.transitions:
            if lifecycle.events[transition.event].at == sitting.meeting:
                found.update(lifecycle.sources(transition))
    return found


def item_of(
    office: Office, around: Surroundings, sitting: Sitting, referral: Referral, today: date
) -> tuple[str, AgendaItem] | None:
    """Return a referral's item with what it is ordered by; None if it is not on the agenda."""
    machine = office.machine(around.tx, referral.digest)
    compiled, lifecycle = machine.compiled, machine.compiled.lifecycle
    at = {name for name, event in lifecycle.events.items() if event.at == sitting.meeting}
    if not any(
        transition.event in at and referral.state in lifecycle.sources(transition)
        for transition in lifecycle.transitions
    ):
        return None
    down_for = put_down(lifecycle, referral, sitting.meeting)
    if down_for is not None and down_for > sitting.on:
        return None
    actor = office.system()
    situation = situation_of(office, around.tx, machine, referral, actor, today, today, around)
    view = View(compiled, situation)
    events = _open_events(compiled, view, at)
    if not events:
        return None
    item = AgendaItem(
        number=0,
        reference=referral.reference,
        state=referral.state,
        rank=referral.rank,
        because=rank_reason(compiled, situation),
        events=events,
        papers_missing=_papers_missing(lifecycle, view),
        carried_over=down_for is not None and down_for < sitting.on,
        put_down=down_for,
    )
    return _order(compiled, view, sitting.meeting), item


def put_down(lifecycle: Lifecycle, referral: Referral, meeting: str) -> date | None:
    """Return the sitting that a referral is put down for, or was last; None for none."""
    for name, fact in lifecycle.facts.items():
        if fact.type == "meeting" and fact.of == meeting and name in referral.facts:
            return date.fromisoformat(str(referral.facts[name]))
    return None


def _open_events(compiled: Compiled, view: View, at: set[str]) -> tuple[str, ...]:
    """Return the events of the meeting whose road is not closed by its `when`."""
    lifecycle = compiled.lifecycle
    found = {}
    for index, transition in enumerate(lifecycle.transitions):
        if transition.event not in at or view.situation.state not in lifecycle.sources(transition):
            continue
        when = compiled.at("transitions", index, "when")
        if when is None or view.ask(when) is not False:
            found[transition.event] = True
    return tuple(found)


def _order(compiled: Compiled, view: View, meeting: str) -> str:
    """Return the meeting's order as text that sorts; what is not known comes last."""
    parts = []
    for index in range(len(compiled.lifecycle.meetings[meeting].order)):
        condition = compiled.at("meetings", meeting, "order", index)
        parts.append(order_text(view.ask(condition) if condition is not None else None))
    return "|".join(parts)


def rank_reason(compiled: Compiled, situation: Situation) -> str:
    """Return why a referral has its rank: the title of the row that gives it, or nothing."""
    fact = compiled.lifecycle.facts.get("rank")
    view = View(compiled, situation)
    for index, row in enumerate(fact.choose if fact is not None else ()):
        when = compiled.at("facts", "rank", "choose", index, "when")
        holds = True if when is None else view.ask(when)
        if holds is True:
            return row.title or ""
        if holds is None:
            return "not known yet"
    return ""


def _papers_missing(lifecycle: Lifecycle, view: View) -> tuple[str, ...]:
    missing = []
    gathered = _gathered_by(lifecycle, view.situation.state)
    for name, fact in lifecycle.facts.items():
        if fact.type != "papers" or name not in gathered:
            continue
        answers = view.value(name)
        ticked = answers if isinstance(answers, Mapping) else {}
        for entry in view.entries(name):
            answer = ticked.get(entry)
            if fact.entries[entry].needed and (answer is None or answer.answer == "awaited"):
                missing.append(fact.entries[entry].title or entry.replace("_", " "))
    return tuple(missing)


def _gathered_by(lifecycle: Lifecycle, state: str) -> set[str]:
    """Return the facts asked on the way into a state and while it lasts, not those of later on."""
    asked: set[str] = set()
    for transition in lifecycle.transitions:
        stays = transition.to is None and state in lifecycle.sources(transition)
        if stays or transition.to == state:
            event = lifecycle.events[transition.event]
            asked.update(event.asks, event.may_ask)
    return asked
