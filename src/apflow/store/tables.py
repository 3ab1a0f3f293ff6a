"""The tables, as SQLAlchemy Core knows them; `migrations/` makes them in a database.

Texts compare byte by byte on both databases (collation "C" on PostgreSQL), so that order and
paging are the same on both. A test holds this page equal to what the migrations make.
"""

import sqlalchemy as sa

from apflow.store.account_tables import ACCOUNT_TABLES
from apflow.store.columns import count as _count
from apflow.store.columns import maybe as _maybe
from apflow.store.columns import metadata
from apflow.store.columns import word as _word
from apflow.store.columns import yes_no as _yes_no
from apflow.store.step_tables import step_index

__all__ = ["ACCOUNT_TABLES", "REVISION", "metadata", "step_index"]

#: The newest revision under `migrations/`; a test holds them equal.
REVISION = "0004"

organisations = sa.Table(
    "organisations",
    metadata,
    _word("id", key=True),
    _word("name"),
    _word("particulars"),
)

people = sa.Table(
    "people",
    metadata,
    _word("id", key=True),
    _word("name"),
    _maybe("email"),
    _maybe("disabled_at"),
    # What may stand in an address, where an id or a name may not.
    _word("handle"),
    sa.UniqueConstraint("email"),
    sa.Index("ix_people_handle", "handle", unique=True),
)

# An office held for the whole house (manager, auditor) has no organisation: ''.
memberships = sa.Table(
    "memberships",
    metadata,
    _word("person", sa.ForeignKey("people.id"), key=True),
    _word("role", key=True),
    _word("organisation", key=True),
)

# `name` is nothing once erased; `sought` is the name as it is searched (folded).
pupils = sa.Table(
    "pupils",
    metadata,
    _word("id", key=True),
    _maybe("name"),
    _word("sought"),
    _maybe("born_on"),
)

sittings = sa.Table(
    "sittings",
    metadata,
    _word("lifecycle", key=True),
    _word("meeting", key=True),
    _word("on_day", key=True),
)

lifecycles = sa.Table(
    "lifecycles",
    metadata,
    _word("digest", key=True),
    _word("name"),
    _word("text"),
    _word("kept_at"),
)

calendars = sa.Table(
    "calendars",
    metadata,
    _word("area", key=True),
    _count("version", key=True),
    _word("entries"),
    _word("bank_holidays"),
    _yes_no("example"),
    _word("source"),
    _word("put_at"),
)

# What a list goes by: `closed_on` at the end, or SQLite looks into the table for it.
_LISTED = (
    "next_due",
    "reference",
    "lifecycle",
    "digest",
    "state",
    "owner",
    "opened_on",
    "closed_on",
)

referrals = sa.Table(
    "referrals",
    metadata,
    _word("reference", key=True),
    _word("pupil", sa.ForeignKey("pupils.id")),
    _word("lifecycle"),
    _word("digest", sa.ForeignKey("lifecycles.digest")),
    _word("state"),
    _count("version"),
    _count("seq"),
    _word("head"),
    _word("facts"),
    _word("tally"),
    sa.Column("rank", sa.Integer, nullable=True),
    _maybe("owner"),
    _word("next_due"),
    _word("opened_on"),
    _maybe("closed_on"),
    _word("lapsed"),
    _word("holds"),
    _word("waits"),
    _maybe("ask_again_on"),
    # Since when it stands in its state: as the tally says.
    _word("entered_on"),
    # All that is counted of a policy: where referrals stand, since when, what is overdue.
    sa.Index(
        "ix_referrals_lifecycle_state",
        "lifecycle",
        "state",
        "entered_on",
        "closed_on",
        "next_due",
        "reference",
    ),
    sa.Index("ix_referrals_pupil", "pupil"),
    sa.Index(
        "ix_referrals_ask_again",
        "ask_again_on",
        "reference",
        sqlite_where=sa.text("ask_again_on IS NOT NULL"),
        postgresql_where=sa.text("ask_again_on IS NOT NULL"),
    ),
    sa.Index(
        "ix_referrals_open",
        *_LISTED,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    ),
    sa.Index(
        "ix_referrals_closed",
        *_LISTED,
        sqlite_where=sa.text("closed_on IS NOT NULL"),
        postgresql_where=sa.text("closed_on IS NOT NULL"),
    ),
)

# `open` at the end, or SQLite looks into the table for it.
_WORKLIST = ("organisation", "next_due", "reference", "lifecycle", "state", "rank", "slot", "open")

# Scope and worklist in one index: what an organisation may see, by what falls due first. The
# columns after `slot` repeat the referral's, and `verify` holds them equal.
referral_parties = sa.Table(
    "referral_parties",
    metadata,
    _word("reference", sa.ForeignKey("referrals.reference"), key=True),
    _word("slot", key=True),
    _word("organisation", sa.ForeignKey("organisations.id")),
    _yes_no("open"),
    _word("next_due"),
    _word("lifecycle"),
    _word("state"),
    sa.Column("rank", sa.Integer, nullable=True),
    sa.Index(
        "ix_referral_parties_open",
        *_WORKLIST,
        sqlite_where=sa.text("open = 1"),
        postgresql_where=sa.text("open"),
    ),
    sa.Index(
        "ix_referral_parties_closed",
        *_WORKLIST,
        sqlite_where=sa.text("open = 0"),
        postgresql_where=sa.text("NOT open"),
    ),
)

# Append-only: see `triggers`. No migration may batch-alter this table: on SQLite that drops
# its triggers without a word.
steps = sa.Table(
    "steps",
    metadata,
    _word("reference", sa.ForeignKey("referrals.reference"), key=True),
    _count("seq", key=True),
    _word("body"),
    _word("hash"),
)

# The values beside the chain; salt and value are nothing once erased. `value` is RFC 8785 text.
answers = sa.Table(
    "answers",
    metadata,
    _word("reference", key=True),
    _count("seq", key=True),
    _word("kind", key=True),
    _word("name", key=True),
    sa.Column("salt", sa.LargeBinary, nullable=True),
    _maybe("value"),
    sa.ForeignKeyConstraint(["reference", "seq"], ["steps.reference", "steps.seq"]),
)

requests = sa.Table(
    "requests",
    metadata,
    _word("id", key=True),
    _word("reference"),
    _maybe("opens"),
    _maybe("pupil"),
    _word("event"),
    _word("answers"),
    _word("overrides"),
    _word("happened_on"),
    _word("actor"),
    _word("role"),
    _word("organisations"),
    sa.Column("seen", sa.Integer, nullable=True),
    _word("asked_at"),
    _word("state"),
    _maybe("closed_at"),
    _maybe("result"),
    _maybe("flow_run"),
    _maybe("reason"),
    sa.Index("ix_requests_reference", "reference", "asked_at"),
    sa.Index(
        "ix_requests_flow_run",
        "flow_run",
        sqlite_where=sa.text("flow_run IS NOT NULL"),
        postgresql_where=sa.text("flow_run IS NOT NULL"),
    ),
    sa.Index(
        "ix_requests_waiting",
        "asked_at",
        "id",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index(
        "ix_requests_unrecorded",
        "closed_at",
        "id",
        sqlite_where=sa.text("flow_run IS NULL AND closed_at IS NOT NULL"),
        postgresql_where=sa.text("flow_run IS NULL AND closed_at IS NOT NULL"),
    ),
    sa.Index(
        "ix_requests_unapplied",
        "closed_at",
        "id",
        sqlite_where=sa.text("state IN ('refused', 'stale', 'abandoned')"),
        postgresql_where=sa.text("state IN ('refused', 'stale', 'abandoned')"),
    ),
)

# What is counted of deadlines that fell due.
_FELL_DUE = ("name", "due_at", "state", "late", "reference", "force")

deadlines = sa.Table(
    "deadlines",
    metadata,
    _word("reference", sa.ForeignKey("referrals.reference"), key=True),
    _word("name", key=True),
    _count("occurrence", key=True),
    _word("start"),
    _count("given_by"),
    _maybe("due_at"),
    _maybe("warn_at"),
    _maybe("other_at"),
    _word("owner"),
    _word("force"),
    _word("state"),
    _yes_no("beyond"),
    _maybe("missed_at"),
    _maybe("met_on"),
    sa.Column("met_by", sa.Integer, nullable=True),
    _yes_no("late"),
    sa.Index(
        "ix_deadlines_armed",
        "due_at",
        "reference",
        "name",
        "occurrence",
        "state",
        sqlite_where=sa.text("state = 'armed' AND due_at IS NOT NULL"),
        postgresql_where=sa.text("state = 'armed' AND due_at IS NOT NULL"),
    ),
    sa.Index(
        "ix_deadlines_standing",
        "due_at",
        "reference",
        "name",
        "occurrence",
        "state",
        sqlite_where=sa.text("state IN ('armed', 'breached')"),
        postgresql_where=sa.text("state IN ('armed', 'breached')"),
    ),
    sa.Index(
        "ix_deadlines_missed",
        *_FELL_DUE,
        "missed_at",
        sqlite_where=sa.text("missed_at IS NOT NULL"),
        postgresql_where=sa.text("missed_at IS NOT NULL"),
    ),
    sa.Index(
        "ix_deadlines_law",
        *_FELL_DUE,
        sqlite_where=sa.text("force = 'law'"),
        postgresql_where=sa.text("force = 'law'"),
    ),
)

pools = sa.Table(
    "pools",
    metadata,
    _word("lifecycle", key=True),
    _word("name", key=True),
    _count("held"),
    sa.CheckConstraint("held >= 0", name="held"),
)

pool_waits = sa.Table(
    "pool_waits",
    metadata,
    _word("lifecycle", key=True),
    _word("name", key=True),
    _word("reference", sa.ForeignKey("referrals.reference"), key=True),
    _word("place_order"),
    sa.Index("ix_pool_waits_order", "lifecycle", "name", "place_order", "reference"),
)

# `sent_at` is when it had gone to everybody; `next_try_at` is '' until it is tried, and NEVER once
# nobody is left to whom it could go.
notices = sa.Table(
    "notices",
    metadata,
    _word("id", key=True),
    _word("reference", sa.ForeignKey("referrals.reference")),
    _count("seq"),
    _word("notice"),
    _word("to_role"),
    _word("text"),
    _word("created_at"),
    _maybe("sent_at"),
    _word("next_try_at"),
    sa.Index("ix_notices_reference", "reference", "seq"),
    sa.Index(
        "ix_notices_pending",
        "next_try_at",
        "created_at",
        "id",
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    ),
)

# What became of a message for one person: sent, or how often it was tried, and what for.
posts = sa.Table(
    "posts",
    metadata,
    _word("notice", sa.ForeignKey("notices.id"), key=True),
    _word("person", sa.ForeignKey("people.id"), key=True),
    _count("tries"),
    _maybe("sent_at"),
    _maybe("fault"),
)

reads = sa.Table(
    "reads",
    metadata,
    _word("id", key=True),
    _word("person"),
    _word("reference"),
    _word("what"),
    _word("read_at"),
    sa.Index("ix_reads_reference", "reference", "read_at"),
    sa.Index("ix_reads_person", "person", "read_at"),
    sa.Index("ix_reads_read_at", "read_at", "id"),
)

packs = sa.Table(
    "packs",
    metadata,
    _word("reference", sa.ForeignKey("referrals.reference"), key=True),
    _count("seq", key=True),
    _word("body"),
)
