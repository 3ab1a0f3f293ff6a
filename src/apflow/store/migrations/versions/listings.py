"""What lists, numbers and traces go by: wider indexes, and an index of the steps.

`steps` itself is only read: SQLite would drop its triggers without a word if it were rebuilt.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WORDS = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_BATCH = 1000
#: (seq, state, day) of every time that a state was entered anew, in order.
_Entered = list[tuple[int, str, str]]


def upgrade() -> None:
    """Make everything; the caller's transaction makes it whole or not at all."""
    _since_when()
    _lists()
    _deadlines()
    _step_index()
    op.create_index("ix_reads_read_at", "reads", ["read_at", "id"])
    _where("ix_requests_flow_run", "requests", ["flow_run"], "flow_run IS NOT NULL")


def _where(name: str, table: str, columns: list[str], sqlite: str, other: str = "") -> None:
    conditions = {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(other or sqlite)}
    op.create_index(name, table, columns, **conditions)  # type: ignore[arg-type]


def _since_when() -> None:
    op.add_column("referrals", sa.Column("entered_on", _WORDS, nullable=False, server_default=""))
    table = sa.table(
        "referrals",
        *(sa.column(name) for name in ("reference", "state", "tally", "opened_on", "entered_on")),
    )
    database, columns = op.get_bind(), table.c
    known = sa.select(columns.reference, columns.state, columns.tally, columns.opened_on)
    put = (
        sa.update(table)
        .where(columns.reference == sa.bindparam("of"))
        .values(entered_on=sa.bindparam("day"))
    )
    for some in _some(database.execute(known).all()):
        days = [
            {"of": reference, "day": _since(_entries(tally), state) or opened_on}
            for reference, state, tally, opened_on in some
        ]
        database.execute(put, days)


def _entries(tally: str) -> _Entered:
    states = orjson.loads(tally)["states"]
    return sorted((seq, state, day) for state, times in states.items() for day, seq in times)


def _since(entered: _Entered, state: str) -> str | None:
    """Return since when it stood in `state`, by what was entered last."""
    since = None
    for _, name, day in reversed(entered):
        if name != state:
            break
        since = day
    return since or (entered[-1][2] if entered else None)


def _lists() -> None:
    for name in ("ix_referrals_open", "ix_referrals_closed", "ix_referrals_lifecycle_state"):
        op.drop_index(name, "referrals")
    counted = ["lifecycle", "state", "entered_on", "closed_on", "next_due", "reference"]
    op.create_index("ix_referrals_lifecycle_state", "referrals", counted)
    listed = ["next_due", "reference", "lifecycle", "digest", "state", "owner", "opened_on"]
    listed.append("closed_on")
    _where("ix_referrals_open", "referrals", listed, "closed_on IS NULL")
    _where("ix_referrals_closed", "referrals", listed, "closed_on IS NOT NULL")
    for name in ("ix_referral_parties_open", "ix_referral_parties_closed"):
        op.drop_index(name, "referral_parties")
    work = ["organisation", "next_due", "reference", "lifecycle", "state", "rank", "slot", "open"]
    _where("ix_referral_parties_open", "referral_parties", work, "open = 1", "open")
    _where("ix_referral_parties_closed", "referral_parties", work, "open = 0", "NOT open")


def _deadlines() -> None:
    fell_due = ["name", "due_at", "state", "late", "reference", "force"]
    missed = [*fell_due, "missed_at"]
    _where("ix_deadlines_missed", "deadlines", missed, "missed_at IS NOT NULL")
    _where("ix_deadlines_law", "deadlines", fell_due, "force = 'law'")


def _step_index() -> None:
    table = op.create_table(
        "step_index",
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("recorded_at", _WORDS, nullable=False),
        sa.Column("happened_on", _WORDS, nullable=False),
        sa.Column("lifecycle", _WORDS, nullable=False),
        sa.Column("event", _WORDS, nullable=False),
        sa.Column("actor", _WORDS, nullable=False),
        sa.Column("source", _WORDS, nullable=False),
        sa.Column("stay_since", _WORDS, nullable=True),
        sa.Column("reverses", sa.Integer, nullable=True),
        sa.Column("request", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("reference", "seq", name="pk_step_index"),
        sa.ForeignKeyConstraint(
            ["reference", "seq"], ["steps.reference", "steps.seq"], name="fk_step_index_reference"
        ),
    )
    if table is None:
        # Only where statements are written down and not carried out, which apflow never asks.
        return
    database = op.get_bind()
    for some in _some(list(_indexed(database))):
        database.execute(sa.insert(table), some)
    traced = ["recorded_at", "reference", "seq", "lifecycle", "happened_on"]
    op.create_index("ix_step_index_recorded", "step_index", traced)
    op.create_index("ix_step_index_actor", "step_index", ["actor", *traced])
    op.create_index("ix_step_index_event", "step_index", ["event", *traced])
    stays = ["lifecycle", "happened_on", "source", "stay_since", "reference", "seq"]
    _where("ix_step_index_stays", "step_index", stays, "stay_since IS NOT NULL")
    reverses = ["reference", "reverses"]
    _where("ix_step_index_reverses", "step_index", reverses, "reverses IS NOT NULL")


def _indexed(database: sa.Connection) -> Iterator[dict[str, object]]:
    steps = sa.table("steps", *(sa.column(name) for name in ("reference", "seq", "body")))
    kept = sa.table("lifecycles", *(sa.column(name) for name in ("digest", "name")))
    names = {row[0]: row[1] for row in database.execute(sa.select(kept.c.digest, kept.c.name))}
    rows = sa.select(steps.c.reference, steps.c.body).order_by(steps.c.reference, steps.c.seq)
    before, entered = "", _Entered()
    for reference, text in database.execute(rows):
        if reference != before:
            before, entered = reference, []
        body: dict[str, Any] = orjson.loads(text)
        about = body["about"]
        reverses = about.get("reverses") if body["event"] == "reverse_step" else None
        into, source = about.get("entered"), body["from"]
        left = into is not None and into != source and entered
        yield {
            "reference": reference,
            "seq": body["seq"],
            "recorded_at": _moment(body["recorded_at"]),
            "happened_on": body["happened_on"],
            "lifecycle": names.get(body["lifecycle"], ""),
            "event": body["event"],
            "actor": body["actor"],
            "source": source,
            "stay_since": _since(entered, source) if left else None,
            "reverses": reverses,
            "request": body["request"],
        }
        if reverses is not None:
            entered = [one for one in entered if one[0] != reverses]
        elif into is not None:
            entered.append((body["seq"], into, body["happened_on"]))


def _moment(text: str) -> str:
    at = datetime.fromisoformat(text).astimezone(UTC)
    return at.isoformat(timespec="microseconds")[:26] + "Z"


def _some(rows: list[Any] | Any) -> Iterator[list[Any]]:
    for first in range(0, len(rows), _BATCH):
        yield list(rows[first : first + _BATCH])
