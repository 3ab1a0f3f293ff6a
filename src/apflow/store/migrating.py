"""Bringing the tables up to date: every revision that is missing, in one transaction."""

from pathlib import Path

import alembic.command
import sqlalchemy as sa
from alembic.config import Config

from apflow.store import triggers
from apflow.store.statements import Tx

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Any number that nobody else in the same PostgreSQL database locks.
_LOCK = 0x6170666C6F77


def upgrade(tx: Tx) -> None:
    """Run what is missing within `tx`: killed midway, the database is as it was before."""
    if tx.dialect.name == "postgresql":
        # SQLite's BEGIN IMMEDIATE lets one upgrade in at a time; PostgreSQL has to be asked.
        tx.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        tx.execute(sa.text("SET LOCAL lock_timeout = 0"))
    alembic.command.upgrade(configuration(tx), "head")
    triggers.require(tx)


def configuration(tx: Tx) -> Config:
    """Return Alembic's configuration for the migrations that travel with this package."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = tx
    return config
