"""Who may sign in to the demonstration: four of its people, by words made for this database.

The words stand in the demonstration's own home, readable by its owner alone, so that they are
the same the next time. Nothing of it works elsewhere: no other database has a password for
anybody until somebody sets one.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from apflow.casework.accounts import Hashing, own
from apflow.casework.accounts.passwords import one_time_word
from apflow.casework.cohort.people import AUDITOR, MANAGER, SCHOOL_WORKER, UNIT_WORKER
from apflow.casework.cohort.preparing import MARK
from apflow.errors import BadInput
from apflow.store import Store, accounts, register
from apflow.store.accounts import Account
from apflow.store.office_acts import COMMAND_LINE
from apflow.store.written import moment

#: What the file is called that keeps the words, in the demonstration's home.
KEPT: Final = "demo-sign-ins.json"
_WHO: Final[Mapping[str, str]] = {
    SCHOOL_WORKER: "caseworker of a school",
    UNIT_WORKER: "caseworker of the pupil referral unit",
    MANAGER: "manager, and administrator",
    AUDITOR: "auditor",
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """How one of the demonstration's people signs in: `person` is typed as the name."""

    person: str
    name: str
    password: str
    roles: str


def sign_ins(
    store: Store, home: Path, now: datetime, hashing: Hashing | None = None
) -> tuple[SignIn, ...]:
    """Return how to sign in to the demonstration whose home this is, made at the first time.

    Whoever changed their password since is given another word. Raises BadInput for a database
    that is no demonstration, and for a file that cannot be written.
    """
    before = _read(home / KEPT)
    with store.reading() as tx:
        if register.get_organisation(tx, MARK) is None:
            says = "is no demonstration; set passwords with: apflow account password"
            raise BadInput("database", store.name, says)
        people = [found for who in _WHO if (found := accounts.account(tx, who)) is not None]
    words = {one.person: _word(one, before) for one in people}
    hashing = hashing or Hashing()
    made = {person: one_time_word() for person, word in words.items() if word is None}
    for person, word in made.items():
        own.set_password(store, hashing, person, word, now, by=COMMAND_LINE)
    if made:
        with store.reading() as tx:
            people = [found for who in _WHO if (found := accounts.account(tx, who)) is not None]
    given = {person: word or made[person] for person, word in words.items()}
    if made:
        _write(home / KEPT, {one.person: _entry(one, given[one.person]) for one in people})
    return tuple(
        SignIn(one.person, one.name, given[one.person], _WHO[one.person]) for one in people
    )


def _word(account: Account, before: Mapping[str, Mapping[str, str]]) -> str | None:
    """Return the word that still is this person's, or None."""
    entry = before.get(account.person)
    if entry is None or account.password is None:
        return None
    return entry["password"] if entry["set_at"] == moment(account.password.set_at) else None


def _entry(account: Account, word: str) -> dict[str, str]:
    set_at = moment(account.password.set_at) if account.password is not None else ""
    return {"password": word, "set_at": set_at}


def _read(path: Path) -> dict[str, dict[str, str]]:
    """Return what the file keeps; one that cannot be read keeps nothing."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(person): {"password": str(one["password"]), "set_at": str(one["set_at"])}
            for person, one in kept.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _write(path: Path, kept: Mapping[str, Mapping[str, str]]) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            json.dump(kept, file, indent=1)
        part.replace(path)
    except OSError as error:
        raise BadInput("file", path.name, f"cannot be written: {error.strerror}") from None
