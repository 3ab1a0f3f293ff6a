"""The first tables, and the triggers that keep the history append-only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_WORDS = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make everything; the caller's transaction makes it whole or not at all."""
    _register()
    _policy()
    _referrals()
    _parties()
    _history()
    _requests()
    _deadlines()
    _pools()
    _messages()
    if op.get_context().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _register() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("particulars", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
    )
    op.create_table(
        "people",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("email", _WORDS, nullable=True),
        sa.Column("disabled_at", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("email", name="uq_people_email"),
    )
    op.create_table(
        "memberships",
        sa.Column("person", _WORDS, nullable=False),
        sa.Column("role", _WORDS, nullable=False),
        sa.Column("organisation", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("person", "role", "organisation", name="pk_memberships"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_memberships_person"),
    )
    op.create_table(
        "pupils",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("name", _WORDS, nullable=True),
        sa.Column("sought", _WORDS, nullable=False),
        sa.Column("born_on", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pupils"),
    )
    op.create_table(
        "sittings",
        sa.Column("lifecycle", _WORDS, nullable=False),
        sa.Column("meeting", _WORDS, nullable=False),
        sa.Column("on_day", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "meeting", "on_day", name="pk_sittings"),
    )


def _policy() -> None:
    op.create_table(
        "lifecycles",
        sa.Column("digest", _WORDS, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("text", _WORDS, nullable=False),
        sa.Column("kept_at", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_lifecycles"),
    )
    op.create_table(
        "calendars",
        sa.Column("area", _WORDS, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("entries", _WORDS, nullable=False),
        sa.Column("bank_holidays", _WORDS, nullable=False),
        sa.Column("example", sa.Boolean, nullable=False),
        sa.Column("source", _WORDS, nullable=False),
        sa.Column("put_at", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("area", "version", name="pk_calendars"),
    )


def _referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("pupil", _WORDS, nullable=False),
        sa.Column("lifecycle", _WORDS, nullable=False),
        sa.Column("digest", _WORDS, nullable=False),
        sa.Column("state", _WORDS, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("head", _WORDS, nullable=False),
        sa.Column("facts", _WORDS, nullable=False),
        sa.Column("tally", _WORDS, nullable=False),
        sa.Column("rank", sa.Integer, nullable=True),
        sa.Column("owner", _WORDS, nullable=True),
        sa.Column("next_due", _WORDS, nullable=False),
        sa.Column("opened_on", _WORDS, nullable=False),
        sa.Column("closed_on", _WORDS, nullable=True),
        sa.Column("lapsed", _WORDS, nullable=False),
        sa.Column("holds", _WORDS, nullable=False),
        sa.Column("waits", _WORDS, nullable=False),
        sa.Column("ask_again_on", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("reference", name="pk_referrals"),
        sa.ForeignKeyConstraint(["pupil"], ["pupils.id"], name="fk_referrals_pupil"),
        sa.ForeignKeyConstraint(["digest"], ["lifecycles.digest"], name="fk_referrals_digest"),
    )
    op.create_index("ix_referrals_lifecycle_state", "referrals", ["lifecycle", "state"])
    op.create_index("ix_referrals_pupil", "referrals", ["pupil"])
    _index_where(
        "ix_referrals_ask_again",
        "referrals",
        ["ask_again_on", "reference"],
        "ask_again_on IS NOT NULL",
    )
    by_due = ["next_due", "reference", "lifecycle", "closed_on"]
    _index_where("ix_referrals_open", "referrals", by_due, "closed_on IS NULL")
    _index_where("ix_referrals_closed", "referrals", by_due, "closed_on IS NOT NULL")


def _parties() -> None:
    op.create_table(
        "referral_parties",
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("slot", _WORDS, nullable=False),
        sa.Column("organisation", _WORDS, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("next_due", _WORDS, nullable=False),
        sa.Column("lifecycle", _WORDS, nullable=False),
        sa.Column("state", _WORDS, nullable=False),
        sa.Column("rank", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("reference", "slot", name="pk_referral_parties"),
        sa.ForeignKeyConstraint(
            ["reference"], ["referrals.reference"], name="fk_referral_parties_reference"
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name="fk_referral_parties_organisation"
        ),
    )
    worklist = ["organisation", "next_due", "reference", "lifecycle", "state", "rank", "open"]
    _index_where("ix_referral_parties_open", "referral_parties", worklist, "open = 1", "open")
    _index_where("ix_referral_parties_closed", "referral_parties", worklist, "open = 0", "NOT open")


def _history() -> None:
    op.create_table(
        "steps",
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("body", _WORDS, nullable=False),
        sa.Column("hash", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("reference", "seq", name="pk_steps"),
        sa.ForeignKeyConstraint(["reference"], ["referrals.reference"], name="fk_steps_reference"),
    )
    op.create_table(
        "answers",
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", _WORDS, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=True),
        sa.Column("value", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("reference", "seq", "kind", "name", name="pk_answers"),
        sa.ForeignKeyConstraint(
            ["reference", "seq"], ["steps.reference", "steps.seq"], name="fk_answers_reference"
        ),
    )


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("opens", _WORDS, nullable=True),
        sa.Column("pupil", _WORDS, nullable=True),
        sa.Column("event", _WORDS, nullable=False),
        sa.Column("answers", _WORDS, nullable=False),
        sa.Column("overrides", _WORDS, nullable=False),
        sa.Column("happened_on", _WORDS, nullable=False),
        sa.Column("actor", _WORDS, nullable=False),
        sa.Column("role", _WORDS, nullable=False),
        sa.Column("organisations", _WORDS, nullable=False),
        sa.Column("seen", sa.Integer, nullable=True),
        sa.Column("asked_at", _WORDS, nullable=False),
        sa.Column("state", _WORDS, nullable=False),
        sa.Column("closed_at", _WORDS, nullable=True),
        sa.Column("result", _WORDS, nullable=True),
        sa.Column("flow_run", _WORDS, nullable=True),
        sa.Column("reason", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
    )
    op.create_index("ix_requests_reference", "requests", ["reference", "asked_at"])
    _index_where("ix_requests_waiting", "requests", ["asked_at", "id"], "state = 'waiting'")
    _index_where(
        "ix_requests_unrecorded",
        "requests",
        ["closed_at", "id"],
        "flow_run IS NULL AND closed_at IS NOT NULL",
    )
    _index_where(
        "ix_requests_unapplied",
        "requests",
        ["closed_at", "id"],
        "state IN ('refused', 'stale', 'abandoned')",
    )


def _deadlines() -> None:
    op.create_table(
        "deadlines",
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("occurrence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("start", _WORDS, nullable=False),
        sa.Column("given_by", sa.Integer, nullable=False),
        sa.Column("due_at", _WORDS, nullable=True),
        sa.Column("warn_at", _WORDS, nullable=True),
        sa.Column("other_at", _WORDS, nullable=True),
        sa.Column("owner", _WORDS, nullable=False),
        sa.Column("force", _WORDS, nullable=False),
        sa.Column("state", _WORDS, nullable=False),
        sa.Column("beyond", sa.Boolean, nullable=False),
        sa.Column("missed_at", _WORDS, nullable=True),
        sa.Column("met_on", _WORDS, nullable=True),
        sa.Column("met_by", sa.Integer, nullable=True),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("reference", "name", "occurrence", name="pk_deadlines"),
        sa.ForeignKeyConstraint(
            ["reference"], ["referrals.reference"], name="fk_deadlines_reference"
        ),
    )
    by_due = ["due_at", "reference", "name", "occurrence", "state"]
    _index_where(
        "ix_deadlines_armed", "deadlines", by_due, "state = 'armed' AND due_at IS NOT NULL"
    )
    _index_where("ix_deadlines_standing", "deadlines", by_due, "state IN ('armed', 'breached')")


def _pools() -> None:
    op.create_table(
        "pools",
        sa.Column("lifecycle", _WORDS, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("held", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "name", name="pk_pools"),
        sa.CheckConstraint("held >= 0", name="ck_pools_held"),
    )
    op.create_table(
        "pool_waits",
        sa.Column("lifecycle", _WORDS, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("place_order", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "name", "reference", name="pk_pool_waits"),
        sa.ForeignKeyConstraint(
            ["reference"], ["referrals.reference"], name="fk_pool_waits_reference"
        ),
    )
    op.create_index(
        "ix_pool_waits_order", "pool_waits", ["lifecycle", "name", "place_order", "reference"]
    )


def _messages() -> None:
    op.create_table(
        "notices",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("notice", _WORDS, nullable=False),
        sa.Column("to_role", _WORDS, nullable=False),
        sa.Column("text", _WORDS, nullable=False),
        sa.Column("created_at", _WORDS, nullable=False),
        sa.Column("sent_at", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(
            ["reference"], ["referrals.reference"], name="fk_notices_reference"
        ),
    )
    op.create_index("ix_notices_reference", "notices", ["reference", "seq"])
    _index_where("ix_notices_pending", "notices", ["created_at", "id"], "sent_at IS NULL")
    op.create_table(
        "reads",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("person", _WORDS, nullable=False),
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("what", _WORDS, nullable=False),
        sa.Column("read_at", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reads"),
    )
    op.create_index("ix_reads_reference", "reads", ["reference", "read_at"])
    op.create_index("ix_reads_person", "reads", ["person", "read_at"])
    op.create_table(
        "packs",
        sa.Column("reference", _WORDS, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("body", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("reference", "seq", name="pk_packs"),
        sa.ForeignKeyConstraint(["reference"], ["referrals.reference"], name="fk_packs_reference"),
    )


def _index_where(
    name: str, table: str, columns: list[str], where: str, on_postgresql: str | None = None
) -> None:
    op.create_index(
        name,
        table,
        columns,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(on_postgresql or where),
    )


def _sqlite_triggers() -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER steps_refuse_{action.lower()} BEFORE {action} ON steps "
            f"BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END"
        )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION steps_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the history is append-only' "
        "USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER steps_refuse_{action.lower()} BEFORE {action} ON steps "
            f"FOR EACH ROW EXECUTE FUNCTION steps_are_append_only()"
        )
    op.execute(
        "CREATE TRIGGER steps_refuse_truncate BEFORE TRUNCATE ON steps "
        "FOR EACH STATEMENT EXECUTE FUNCTION steps_are_append_only()"
    )
