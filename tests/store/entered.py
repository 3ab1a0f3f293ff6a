"""Something in every table of who may come in."""

from datetime import timedelta

from apflow.store import accounts, office_acts, sessions
from apflow.store.accounts import Password
from apflow.store.office_acts import OfficeAct
from apflow.store.sessions import Session, Token
from apflow.store.statements import Tx
from tests.store.building import NOW


def make_session(name: str = "s1", person: str = "ann", hours: int = 12) -> Session:
    return Session(name, person, "password", NOW, NOW, NOW + timedelta(hours=hours), 1800)


def make_token(name: str = "t1", person: str = "ann", kind: str = "api") -> Token:
    return Token(name, kind, person, "a script", NOW, None, NOW + timedelta(days=30), None)


def enter(tx: Tx, person: str) -> None:
    accounts.set_password(tx, person, Password("a hash", NOW, must_change=True))
    accounts.link_identity(tx, "https://login.example", "s-1", person, NOW)
    accounts.add_failures(tx, ["k1", "k2"], NOW)
    sessions.add_session(tx, make_session(person=person))
    sessions.add_token(tx, make_token(person=person), "hash of t1")
    office_acts.add(tx, OfficeAct(NOW, "max", "add_person", "person", person, {"name": "Ann"}))
