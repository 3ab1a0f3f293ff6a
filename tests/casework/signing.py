"""People with a password, and what is asked of their accounts."""

from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher

from apflow.casework.accounts import Accounts, Hashing, Refused
from apflow.casework.office import Office
from apflow.store import Store, register
from apflow.store.register import Membership, Organisation, Person
from tests.small_office import POLICIES

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SOON = NOW + 5 * SECOND
WORD = "amber otter lantern quilt"
OTHER = "velvet anchor thistle drum"
HOME = "192.0.2.7"
#: Quick, for whoever does not ask how slow it is.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def accounts_on(store: Store) -> Accounts:
    return Accounts(Office(store, (POLICIES,)), Hashing(CHEAP))


def furnished(store: Store) -> Accounts:
    """Return the accounts of Ann of Oak school and Max, who manages; with the same password."""
    with store.writing() as tx:
        register.add_organisation(tx, Organisation("oak", "Oak"))
        register.add_person(tx, Person("ann", "Ann Lee", "ann@oak.example"))
        register.add_person(tx, Person("max", "Max Roe"))
        register.add_person(tx, Person("new", "Newcomer"))
        register.add_membership(tx, Membership("ann", "school", "oak"))
        register.add_membership(tx, Membership("max", "manager", None))
        register.add_membership(tx, Membership("max", "administrator", None))
    made = accounts_on(store)
    made.set_password("ann", WORD, NOW)
    made.set_password("max", WORD, NOW)
    return made


def signed_in(accounts: Accounts, name: str = "ann", now: datetime = NOW) -> str:
    secret = accounts.sign_in(name, WORD, HOME, now)
    assert isinstance(secret, str), secret
    return secret


def refused(accounts: Accounts, name: str, word: str, address: str, now: datetime) -> Refused:
    answer = accounts.sign_in(name, word, address, now)
    assert isinstance(answer, Refused)
    return answer


def rows(store: Store, table: str) -> list[dict[str, object]]:
    with store.reading() as tx:
        return [dict(row) for row in tx.exec_driver_sql(f"SELECT * FROM {table}").mappings()]
