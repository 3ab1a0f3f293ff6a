"""What the office did, for those who may read it."""

from apflow.casework.accounts.rights import READERS, MayNot, holds
from apflow.casework.office import Office
from apflow.errors import Unknown
from apflow.store import office_acts
from apflow.store.office_acts import COMMAND_LINE, OfficeAct, Wanted


def acts(
    office: Office,
    reader: str,
    wanted: Wanted | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[OfficeAct, ...]:
    """Return the next `limit` acts of the office, newest first.

    `after` is the id of the last one of the page before. Raises MayNot for a reader who is no
    auditor, manager or administrator, Unknown for an `after` that is not there.
    """
    with office.store.reading() as tx:
        if reader != COMMAND_LINE and not holds(tx, reader, READERS):
            raise MayNot("auditors, managers and administrators")
        if after is not None and not office_acts.known(tx, after):
            raise Unknown("act", after)
        return tuple(office_acts.listed(tx, wanted, after, limit))
