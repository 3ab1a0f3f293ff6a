"""What the tables are made of: one kind of text, and names for keys that are the same everywhere.

Texts compare byte by byte on both databases (collation "C" on PostgreSQL), so that order and
paging are the same on both.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

WORDS = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def word(name: str, *more: sa.schema.SchemaItem, key: bool = False) -> "sa.Column[str]":
    """Return a column of text that has to be there."""
    return sa.Column(name, WORDS, *more, primary_key=key, nullable=False)


def maybe(name: str, *more: sa.schema.SchemaItem) -> "sa.Column[str | None]":
    """Return a column of text that may be missing."""
    return sa.Column(name, WORDS, *more, nullable=True)  # type: ignore[arg-type]


def count(name: str, *, key: bool = False) -> "sa.Column[int]":
    """Return a column of whole numbers."""
    return sa.Column(name, sa.Integer, primary_key=key, nullable=False, autoincrement=False)


def yes_no(name: str) -> "sa.Column[bool]":
    """Return a column of yes or no."""
    return sa.Column(name, sa.Boolean(create_constraint=False), nullable=False)
