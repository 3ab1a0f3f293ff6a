"""Who may come in: handles, passwords, sessions, tokens, and what the office did.

Nothing that is there is rebuilt: SQLite would drop the triggers of a table without a word.
"""

import secrets

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WORDS = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
#: As `apflow.store.handles` had them when this was written.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def upgrade() -> None:
    """Make everything; the caller's transaction makes it whole or not at all."""
    _handles()
    _passwords()
    _sessions()
    _tokens()
    _office_acts()
    if op.get_context().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _handles() -> None:
    op.add_column("people", sa.Column("handle", _WORDS, nullable=False, server_default=""))
    people = sa.table("people", sa.column("id"), sa.column("handle"))
    database = op.get_bind()
    for (person,) in database.execute(sa.select(people.c.id)).all():
        handle = "".join(secrets.choice(_ALPHABET) for _ in range(12))
        database.execute(sa.update(people).where(people.c.id == person).values(handle=handle))
    op.create_index("ix_people_handle", "people", ["handle"], unique=True)


def _passwords() -> None:
    op.create_table(
        "passwords",
        sa.Column("person", _WORDS, nullable=False),
        sa.Column("hash", _WORDS, nullable=False),
        sa.Column("set_at", _WORDS, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_passwords"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_passwords_person"),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("key", _WORDS, nullable=False),
        sa.Column("failed_at", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_failures"),
    )
    op.create_index("ix_sign_in_failures_key", "sign_in_failures", ["key", "failed_at"])
    op.create_index("ix_sign_in_failures_failed_at", "sign_in_failures", ["failed_at"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("person", _WORDS, nullable=False),
        sa.Column("how", _WORDS, nullable=False),
        sa.Column("created_at", _WORDS, nullable=False),
        sa.Column("seen_at", _WORDS, nullable=False),
        sa.Column("ends_at", _WORDS, nullable=False),
        sa.Column("idle_seconds", sa.Integer, nullable=False),
        sa.Column("revoked_at", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_sessions_person"),
    )
    op.create_index("ix_sessions_person", "sessions", ["person", "created_at"])
    op.create_table(
        "identities",
        sa.Column("issuer", _WORDS, nullable=False),
        sa.Column("subject", _WORDS, nullable=False),
        sa.Column("person", _WORDS, nullable=False),
        sa.Column("linked_at", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_identities_person"),
    )
    op.create_index("ix_identities_person", "identities", ["person"])


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("kind", _WORDS, nullable=False),
        sa.Column("hash", _WORDS, nullable=False),
        sa.Column("person", _WORDS, nullable=False),
        sa.Column("name", _WORDS, nullable=False),
        sa.Column("created_at", _WORDS, nullable=False),
        sa.Column("last_used_at", _WORDS, nullable=True),
        sa.Column("ends_at", _WORDS, nullable=True),
        sa.Column("revoked_at", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_tokens_person"),
    )
    op.create_index("ix_tokens_hash", "tokens", ["hash"], unique=True)
    op.create_index("ix_tokens_person", "tokens", ["person", "created_at"])


def _office_acts() -> None:
    op.create_table(
        "office_acts",
        sa.Column("id", _WORDS, nullable=False),
        sa.Column("acted_at", _WORDS, nullable=False),
        sa.Column("person", _WORDS, nullable=False),
        sa.Column("what", _WORDS, nullable=False),
        sa.Column("about_kind", _WORDS, nullable=False),
        sa.Column("about", _WORDS, nullable=False),
        sa.Column("details", _WORDS, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_office_acts"),
    )
    op.create_index("ix_office_acts_acted_at", "office_acts", ["acted_at", "id"])
    op.create_index("ix_office_acts_about", "office_acts", ["about_kind", "about", "acted_at"])


def _sqlite_triggers() -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER office_acts_refuse_{action.lower()} BEFORE {action} ON office_acts "
            f"BEGIN SELECT RAISE(ABORT, 'what the office did is append-only'); END"
        )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION office_acts_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'what the office did is append-only' "
        "USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER office_acts_refuse_{action.lower()} BEFORE {action} ON office_acts "
            f"FOR EACH ROW EXECUTE FUNCTION office_acts_are_append_only()"
        )
    op.execute(
        "CREATE TRIGGER office_acts_refuse_truncate BEFORE TRUNCATE ON office_acts "
        "FOR EACH STATEMENT EXECUTE FUNCTION office_acts_are_append_only()"
    )
