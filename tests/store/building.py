"""What the store's tests build with: records as casework would write them, without policy."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import rfc8785

from apflow.policy.situation import START, Tally
from apflow.referral import GENESIS, DeadlineRow, Recorded, Referral, Request, Step, step_hash
from apflow.store import Store, Tx, history, lifecycles, referrals, register
from apflow.store.written import CLOSED, NEVER

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
    findings = {"guard": "parent_agrees", "verdict": "met", "clause": ["TR-1"]}
    members: dict[str, object] = {
        "reference": referral.reference, "seq": referral.seq + 1, "event": event, "actor": "ann",
        "role": "school", "rank": None, "request": None, "previous": referral.head,
    }  # fmt: skip
    body = members | {
        "from": referral.state,
        "to": target,
        "happened_on": on.isoformat(),
        "recorded_at": NOW.isoformat(timespec="microseconds"),
        "findings": [findings],
        "lifecycle": DIGEST,
        "about": dict(about or {}),
        "values": [{"kind": one.kind, "name": one.name, "digest": one.digest} for one in values],
    }
    written = rfc8785.dumps(body)  # type: ignore[arg-type]
    return Step(
        **members,  # type: ignore[arg-type]
        source=referral.state,
        target=target,
        happened_on=on,
        recorded_at=NOW,
        findings=(findings,),
        digest=DIGEST,
        about=dict(about or {}),
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


_CROWD = """
WITH RECURSIVE numbers (i) AS (
    SELECT {first} UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < {end}
), made AS (
    SELECT 'TR-' || substr(CAST(10000000 + i AS TEXT), 2) AS reference,
        i, 'state_' || CAST(i % 7 AS TEXT) AS state, i % 4 <> 0 AS open,
        CASE WHEN i % 4 = 0 THEN '{closed}' WHEN i % 5 = 0 THEN '{never}'
        ELSE '2027-01-01T00:00:00.' || substr(CAST(1000000 + i AS TEXT), 2) || 'Z' END AS due
    FROM numbers
)
"""
_CROWDED = (
    """INSERT INTO referrals (reference, pupil, lifecycle, digest, state, version, seq, head,
        facts, tally, next_due, opened_on, closed_on, lapsed, holds, waits)
    {made} SELECT reference, 'p0', 'trial', '{digest}', state, 0, 0, '{genesis}', '{{}}',
        '{{"events":{{}},"states":{{}}}}', due, '{today}',
        CASE WHEN i % 4 = 0 THEN '{today}' END, '[]', '[]', '{{}}' FROM made""",
    """INSERT INTO referral_parties
        (reference, slot, organisation, open, next_due, lifecycle, state)
    {made} SELECT reference, slot, CASE WHEN slot = 'la' THEN 'la' WHEN i % 3 = 0 THEN 'oak'
        WHEN i % 3 = 1 THEN 'elm' ELSE 'pru' END, open, due, 'trial', state
    FROM made, (SELECT 'home' AS slot UNION SELECT 'la') AS slots""",
    """INSERT INTO deadlines (reference, name, occurrence, start, given_by, due_at, owner, force,
        state, beyond, late)
    {made} SELECT reference, 'sixth_day', 1, '2026-02-12', 1, due, 'la', 'law', 'armed',
        1 = 0, 1 = 0 FROM made WHERE i % 4 <> 0 AND i % 5 <> 0""",
)


def crowd(store: Store, count: int, first: int = 0) -> None:
    """Write so many referrals without steps: three in four open, most with a deadline in 2027.

    The quick way, past the store's own functions: for tests of what a crowd costs.
    """
    made = _CROWD.format(first=first, end=first + count, closed=CLOSED, never=NEVER)
    with store.writing() as tx:
        if store.dialect == "postgresql":
            tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for words in _CROWDED:
            given = {"made": made, "digest": DIGEST, "genesis": GENESIS, "today": TODAY}
            tx.connection.cursor().execute(words.format(**given))
