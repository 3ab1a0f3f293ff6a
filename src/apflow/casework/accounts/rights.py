"""Who may keep people and places: administrators of the whole house, and the command line."""

from collections.abc import Iterator
from contextlib import contextmanager

from typing_extensions import override

from apflow.casework.office import ADMINISTRATOR, OFFICE_ROLES
from apflow.errors import ApflowError
from apflow.store import Store, accounts, register
from apflow.store.engine import Tx
from apflow.store.office_acts import COMMAND_LINE

#: Who may read what the office did.
READERS = (ADMINISTRATOR, *OFFICE_ROLES)
#: Held while people and roles are changed: else the last two administrators could remove each
#: other at the same moment.
_ADMINISTRATION = "administration"


class MayNot(ApflowError):
    """A person asked for what is not theirs to do; `whose` says whose it is."""

    def __init__(self, whose: str) -> None:
        super().__init__(whose)
        self.whose = whose

    @override
    def __str__(self) -> str:
        return f"This is for {self.whose}."


@contextmanager
def administering(store: Store, doer: str) -> Iterator[Tx]:
    """Open a transaction in which `doer` keeps people and places. Raises MayNot for others."""
    with store.writing() as tx:
        accounts.hold(tx, (_ADMINISTRATION,))
        require(tx, doer)
        yield tx


def require(tx: Tx, doer: str) -> None:
    """Raise MayNot unless `doer` is an administrator now, or the command line."""
    if doer != COMMAND_LINE and not holds(tx, doer, (ADMINISTRATOR,)):
        raise MayNot("administrators")


def holds(tx: Tx, person: str, roles: tuple[str, ...]) -> bool:
    """Return whether a person, not disabled, holds one of these roles in the whole house."""
    held = register.held_roles(tx, person) or ()
    return any(role in roles and where is None for role, where in held)
