"""What the store's tests build with: records as casework would write them, without policy."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import rfc8785
import sqlalchemy as sa

from apflow.policy.situation import START, Tally
from apflow.referral import GENESIS, DeadlineRow, Recorded, Referral, Request, Step, step_hash
from apflow.store import Store, Tx, history, lifecycles, referrals, register, tables
from apflow.store.statements import Statement
from apflow.store.written import CLOSED, NEVER, dump_tally, moment

NOW = datetime(2026, 2, 12, 9, 30, tzinfo=UTC)
TODAY = date(2026, 2, 12)
DIGEST = hashlib.sha256(b"the law").hexdigest()
ORGANISATIONS = ("oak", "elm", "pru", "la")


def furnish(store: Store, pupils: int = 1) -> Store:
    """Put in what every referral points at: four organisations, pupils p0.., one lifecycle."""
    with store.writing() as tx:
        for name in ORGANISATIONS:
            register.add_organisation(tx, register.Organisation(name, f"The {name}"))
        for number in range(pupils):
            register.add_pupil(tx, register.Pupil(f"p{number}", f"Zoë Ångström {number}"))
        lifecycles.keep(tx, DIGEST, "trial", "text", NOW)
    return store


def make_referral(reference: str = "TR-1", **changes: object) -> Referral:
    """Return a referral that has no steps yet."""
    plain = Referral(
        reference=reference,
        pupil="p0",
        lifecycle="trial",
        digest=DIGEST,
        state=START,
        version=0,
        seq=0,
        head=GENESIS,
        facts={},
        tally=Tally(),
        rank=None,
        owner="ann",
        next_due=None,
        opened_on=TODAY,
        closed_on=None,
        parties={"home": "oak"},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def make_step(
    referral: Referral,
    target: str,
    values: Sequence[Recorded] = (),
    *,
    event: str = "record_thing",
    about: Mapping[str, object] | None = None,
    on: date = TODAY,
) -> Step:
    """Return the referral's next step."""
    body: dict[str, object] = {
        "reference": referral.reference,
        "seq": referral.seq + 1,
        "event": event,
        "from": referral.state,
        "to": target,
        "actor": "ann",
        "role": "school",
        "happened_on": on.isoformat(),
        "recorded_at": NOW.isoformat(timespec="microseconds"),
        "findings": [{"guard": "parent_agrees", "verdict": "met", "clause": ["TR-1"]}],
        "rank": None,
        "lifecycle": DIGEST,
        "request": None,
        "about": dict(about or {}),
        "values": [{"kind": one.kind, "name": one.name, "digest": one.digest} for one in values],
        "previous": referral.head,
    }
    written = rfc8785.dumps(body)  # type: ignore[arg-type]
    return Step(
        reference=referral.reference,
        seq=referral.seq + 1,
        event=event,
        source=referral.state,
        target=target,
        actor="ann",
        role="school",
        happened_on=on,
        recorded_at=NOW,
        findings=({"guard": "parent_agrees", "verdict": "met", "clause": ["TR-1"]},),
        rank=None,
        digest=DIGEST,
        request=None,
        about=dict(about or {}),
        previous=referral.head,
        body=written,
        hash=step_hash(written),
        values=tuple(values),
    )


def after(referral: Referral, step: Step, **changes: object) -> Referral:
    """Return the referral as the step leaves it."""
    moved = replace(
        referral,
        state=step.target,
        version=referral.version + 1,
        seq=step.seq,
        head=step.hash,
        tally=referral.tally.with_step(step.event, step.target, step.happened_on, step.seq),
    )
    return replace(moved, **changes)  # type: ignore[arg-type]


def take_step(
    tx: Tx,
    referral: Referral,
    target: str,
    answers: Mapping[str, object] | None = None,
    **changes: object,
) -> Referral:
    """Write the referral's next step and the referral as it leaves it."""
    values = [history.seal("answer", name, value) for name, value in (answers or {}).items()]
    step = make_step(referral, target, values)
    moved = after(referral, step, **changes)
    if referral.seq == 0:
        referrals.add(tx, moved)
    else:
        assert referrals.move(tx, moved, referral.version)
    history.append(tx, step)
    return moved


def opened(store: Store, reference: str = "TR-1", steps: int = 1, **changes: object) -> Referral:
    """Write a referral with so many steps, each with two answers, and return it."""
    referral = make_referral(reference, **changes)
    with store.writing() as tx:
        for number in range(1, steps + 1):
            said = {"said": f"{reference} said {number}", "agrees": number % 2 == 0}
            referral = take_step(tx, referral, f"state_{number}", said)
    return referral


def make_request(request_id: str = "r1", **changes: object) -> Request:
    """Return a waiting Request."""
    plain = Request(
        id=request_id,
        reference="TR-1",
        opens=None,
        pupil=None,
        event="record_thing",
        answers={"said": "yes", "choices": ["b", "a"]},
        overrides={"parent_agrees": "by phone"},
        happened_on=TODAY,
        actor="ann",
        role="school",
        organisations=("oak", "elm"),
        seen=1,
        asked_at=NOW,
        reason="because",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def make_deadline(reference: str = "TR-1", **changes: object) -> DeadlineRow:
    """Return an armed deadline that is due in a day."""
    plain = DeadlineRow(
        reference=reference,
        name="sixth_day",
        occurrence=1,
        start="2026-02-12",
        given_by=1,
        due_at=NOW + timedelta(days=1),
        warn_at=None,
        other_at=None,
        owner="la",
        force="law",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def crowd(store: Store, count: int, first: int = 0) -> None:
    """Write so many referrals without steps, three in four open, each with a deadline to come.

    The quick way, past the store's own functions: for tests of what a crowd costs.
    """
    references = [f"TR-{number:07}" for number in range(first, first + count)]
    due = {
        reference: NEVER if number % 5 == 0 else moment(NOW + timedelta(days=9, minutes=number))
        for number, reference in enumerate(references)
    }
    closed = set(references[::4])
    for reference in closed:
        due[reference] = CLOSED
    _write_many(store, tables.referrals, [
        {
            "reference": reference, "pupil": "p0", "lifecycle": "trial", "digest": DIGEST,
            "state": f"state_{number % 7}", "version": 0, "seq": 0, "head": GENESIS,
            "facts": "{}", "tally": dump_tally(Tally()), "rank": None, "owner": None,
            "next_due": due[reference], "opened_on": TODAY.isoformat(),
            "closed_on": TODAY.isoformat() if reference in closed else None,
            "lapsed": "[]", "holds": "[]", "waits": "{}", "ask_again_on": None,
        }
        for number, reference in enumerate(references)
    ])  # fmt: skip
    _write_many(store, tables.referral_parties, [
        {
            "reference": reference, "slot": slot, "lifecycle": "trial",
            "organisation": "la" if slot == "la" else ORGANISATIONS[number % 3],
            "open": reference not in closed, "next_due": due[reference],
            "state": f"state_{number % 7}", "rank": None,
        }
        for number, reference in enumerate(references)
        for slot in ("home", "la")
    ])  # fmt: skip
    _write_many(store, tables.deadlines, [
        {
            "reference": reference, "name": "sixth_day", "occurrence": 1, "start": "2026-02-12",
            "given_by": 1, "due_at": due[reference], "warn_at": None, "other_at": None,
            "owner": "la", "force": "law", "state": "armed", "beyond": False,
            "missed_at": None, "met_on": None, "met_by": None, "late": False,
        }
        for reference in references
        if due[reference] not in (NEVER, CLOSED)
    ])  # fmt: skip


def _write_many(store: Store, table: sa.Table, rows: list[dict[str, object]]) -> None:
    with store.writing() as tx:
        Statement(sa.insert(table)).many(tx, rows)
