"""Tokens: shown once, for one purpose, ended from the next request on."""

from datetime import datetime, timedelta

import pytest

from apflow.casework.accounts import Accounts
from apflow.casework.accounts.done import acts
from apflow.errors import BadInput, Unknown
from apflow.store import Store, register
from apflow.store.office_acts import COMMAND_LINE, Wanted
from tests.casework.signing import MINUTE, NOW, SOON, furnished, rows, signed_in

LATER = NOW + timedelta(days=90)


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return furnished(store)


def test_a_token_is_its_person_with_the_roles_they_hold_now(accounts: Accounts) -> None:
    secret = accounts.issue_token("ann", "api", "a script", LATER, NOW)
    assert secret.startswith("apf_")
    assert len(secret) > 40
    visitor = accounts.by_token(secret, "api", SOON)
    assert visitor is not None
    assert (visitor.person, visitor.how, visitor.roles) == ("ann", "api", (("school", "oak"),))
    with accounts.office.store.writing() as tx:
        register.remove_membership(tx, register.Membership("ann", "school", "oak"))
    visitor = accounts.by_token(secret, "api", SOON)
    assert visitor is not None
    assert visitor.roles == ()


def test_a_token_is_good_for_its_purpose_alone(accounts: Accounts) -> None:
    feed = accounts.issue_token("ann", "feed", "calendar", None, NOW)
    assert feed.startswith("feed_")
    assert accounts.by_token(feed, "api", SOON) is None
    assert accounts.visitor(feed, SOON) is None
    session = signed_in(accounts)
    assert accounts.by_token(session, "api", SOON) is None
    assert accounts.by_token(session, "feed", SOON) is None


def test_a_token_ends_on_its_day_when_taken_back_and_with_its_person(accounts: Accounts) -> None:
    first = accounts.issue_token("ann", "api", "first", LATER, NOW)
    second = accounts.issue_token("ann", "api", "second", LATER, NOW + MINUTE)
    assert accounts.by_token(first, "api", LATER - MINUTE) is not None
    assert accounts.by_token(first, "api", LATER) is None
    [newer, older] = accounts.tokens_of("ann", SOON)
    assert (newer.name, older.name) == ("second", "first")
    assert not accounts.revoke_token("max", newer.id, SOON)
    assert accounts.revoke_token("ann", newer.id, SOON)
    assert not accounts.revoke_token("ann", newer.id, SOON)
    assert accounts.by_token(second, "api", SOON) is None
    assert accounts.by_token(first, "api", SOON) is not None
    assert [one.name for one in accounts.tokens_of("ann", SOON)] == ["first"]
    with accounts.office.store.writing() as tx:
        register.disable(tx, "ann", SOON)
    assert accounts.by_token(first, "api", SOON) is None


@pytest.mark.parametrize("secret", [None, "", "apf_", "x" * 500, "\udc80", "apf_é", "%"])
def test_what_is_no_token_is_nobodys(accounts: Accounts, secret: str | None) -> None:
    assert accounts.by_token(secret, "api", SOON) is None


def test_a_stolen_table_of_tokens_is_no_token(accounts: Accounts) -> None:
    secret = accounts.issue_token("ann", "api", "a script", LATER, NOW)
    [kept] = rows(accounts.office.store, "tokens")
    assert secret not in repr(kept)
    assert secret not in repr(rows(accounts.office.store, "office_acts"))
    for stolen in kept.values():
        assert accounts.by_token(str(stolen), "api", SOON) is None


def test_use_is_written_down_at_most_once_a_minute(accounts: Accounts) -> None:
    secret = accounts.issue_token("ann", "api", "a script", LATER, NOW)

    def used() -> datetime | None:
        return accounts.tokens_of("ann", SOON)[0].last_used_at

    assert used() is None
    for seconds in (5, 20, 64):
        accounts.by_token(secret, "api", NOW + timedelta(seconds=seconds))
    assert used() == SOON
    accounts.by_token(secret, "api", NOW + timedelta(seconds=70))
    assert used() == NOW + timedelta(seconds=70)


@pytest.mark.parametrize(
    ("kind", "name", "ends_at", "field"),
    [
        ("api", "", LATER, "name"),
        ("api", "x" * 81, LATER, "name"),
        ("api", "bell \x07", LATER, "name"),
        ("api", "a script", None, "ends"),
        ("api", "a script", NOW, "ends"),
        ("api", "a script", NOW + timedelta(days=367), "ends"),
        ("root", "a script", LATER, "kind"),
    ],
)
def test_what_cannot_be_a_token_names_the_field(
    accounts: Accounts, kind: str, name: str, ends_at: datetime | None, field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        accounts.issue_token("ann", kind, name, ends_at, NOW)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_nobody_has_tokens_without_number(accounts: Accounts) -> None:
    for number in range(20):
        accounts.issue_token("ann", "feed", f"calendar {number}", None, NOW)
    with pytest.raises(BadInput, match="take one back"):
        accounts.issue_token("ann", "feed", "one more", None, NOW)
    accounts.revoke_token("ann", accounts.tokens_of("ann", SOON)[0].id, SOON)
    accounts.issue_token("ann", "feed", "one more", None, SOON)
    with pytest.raises(Unknown):
        accounts.issue_token("nobody", "feed", "calendar", None, NOW)


def test_giving_and_taking_back_is_written_down(accounts: Accounts) -> None:
    accounts.issue_token("ann", "api", "a script", LATER, SOON)
    [token] = accounts.tokens_of("ann", SOON)
    accounts.revoke_token("ann", token.id, SOON + MINUTE, by="max")
    found = acts(accounts.office, COMMAND_LINE, Wanted(since=SOON))
    assert [(one.person, one.what, one.about) for one in found] == [
        ("max", "revoke_token", token.id),
        ("ann", "issue_token", token.id),
    ]
    assert found[1].details["name"] == "a script"
