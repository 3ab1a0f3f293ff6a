"""When a message is tried next, and what became of it for each person to whom it goes.

Nothing that is there is rebuilt: SQLite would drop the triggers of a table without a word.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WORDS = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make everything; the caller's transaction makes it whole or not at all."""
    op.add_column("notices", sa.Column("next_try_at", _WORDS, nullable=False, server_default=""))
    op.drop_index("ix_notices_pending", table_name="notices")
    only = sa.text("sent_at IS NULL")
    op.create_index(
        "ix_notices_pending",
        "notices",
        ["next_try_at", "created_at", "id"],
        sqlite_where=only,
        postgresql_where=only,
    )
    op.create_table(
        "posts",
        sa.Column("notice", _WORDS, nullable=False),
        sa.Column("person", _WORDS, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("sent_at", _WORDS, nullable=True),
        sa.Column("fault", _WORDS, nullable=True),
        sa.PrimaryKeyConstraint("notice", "person", name="pk_posts"),
        sa.ForeignKeyConstraint(["notice"], ["notices.id"], name="fk_posts_notice"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_posts_person"),
    )
