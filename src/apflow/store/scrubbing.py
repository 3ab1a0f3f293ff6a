"""Taking what was erased out of the files too."""

import sqlalchemy as sa

from apflow.store.account_tables import identities, passwords, sign_in_failures
from apflow.store.faults import Busy
from apflow.store.tables import answers, notices, packs, pupils, referrals, requests

#: The tables from which something can be erased, and those of secrets that were replaced.
_ERASABLE = (
    *(answers, notices, packs, pupils, referrals, requests),
    *(identities, passwords, sign_in_failures),
)


def scrub(connection: sa.Connection) -> None:
    """Leave no trace of erased or replaced values in the database's files. See Store.scrub."""
    if connection.dialect.name == "sqlite":
        _sqlite(connection)
    else:
        _postgresql(connection)


def _sqlite(connection: sa.Connection) -> None:
    driver = connection.connection.driver_connection
    if driver is None:
        return
    # secure_delete blanks what is deleted, but not every copy that moving rows between pages
    # left in a page's unused middle (found by trial): so the file is written anew, and the log,
    # which holds the pages as they were, is emptied.
    driver.execute("VACUUM")
    blocked, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if blocked:
        raise Busy("somebody kept reading; what was erased is still in the log. Try again")


def _postgresql(connection: sa.Connection) -> None:
    bare = connection.execution_options(isolation_level="AUTOCOMMIT")
    for table in _ERASABLE:
        bare.execute(sa.text(f"VACUUM (FULL) {table.name}"))
