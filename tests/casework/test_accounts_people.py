"""What administrators do about people: who may, what cannot be, and that it is written down."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from apflow.casework.accounts import Accounts, MayNot, Refused
from apflow.casework.accounts import people as administration
from apflow.casework.accounts.done import acts
from apflow.casework.accounts.roles import roles_known
from apflow.casework.office import Office
from apflow.errors import BadInput, BadInputs, Unknown
from apflow.store import Store, register
from apflow.store.office_acts import COMMAND_LINE, OfficeAct, Wanted
from tests.casework.signing import (
    HOME,
    MINUTE,
    NOW,
    OTHER,
    SECOND,
    SOON,
    WORD,
    furnished,
    refused,
    rows,
    signed_in,
)


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return furnished(store)


def done(accounts: Accounts) -> list[tuple[str, str, str]]:
    """Return what was done after the accounts were furnished, oldest first."""
    found = acts(accounts.office, COMMAND_LINE, Wanted(since=SOON))
    return [(one.person, one.what, one.about) for one in reversed(found)]


DEEDS: dict[str, Callable[[Accounts, str], object]] = {
    "add a person": lambda a, doer: administration.add_person(
        a.office, doer, "Eve Orr", None, SOON, identity="eve"
    ),
    "change a person": lambda a, doer: administration.change_person(
        a.office, doer, "new", "Newton", "new@oak.example", SOON
    ),
    "disable": lambda a, doer: administration.disable(a.office, doer, "ann", SOON),
    "give a role": lambda a, doer: administration.give_role(
        a.office, doer, "new", "auditor", None, SOON
    ),
    "take a role": lambda a, doer: administration.take_role(
        a.office, doer, "ann", "school", "oak", SOON
    ),
    "give a password": lambda a, doer: a.set_password_for(doer, "new", SOON),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_an_administrator_does_it_and_it_is_written_down(
    accounts: Accounts, deed: Callable[[Accounts, str], object]
) -> None:
    deed(accounts, "max")
    [(doer, _, about)] = done(accounts)
    assert doer == "max"
    assert about in ("ann", "new", "eve")


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
@pytest.mark.parametrize("doer", ["ann", "new", "mia", "nobody", "gone", "oak-admin", ""])
def test_nobody_else_does_and_nothing_is_changed(
    accounts: Accounts, deed: Callable[[Accounts, str], object], doer: str
) -> None:
    store = accounts.office.store
    with store.writing() as tx:
        for person, role, where in (
            ("mia", "manager", None),
            ("gone", "administrator", None),
            ("oak-admin", "administrator", "oak"),
        ):
            register.add_person(tx, register.Person(person, person))
            register.add_membership(tx, register.Membership(person, role, where))
        register.disable(tx, "gone", NOW)
    tables = ("people", "memberships", "passwords", "office_acts", "sessions")
    before = [rows(store, table) for table in tables]
    with pytest.raises(MayNot):
        deed(accounts, doer)
    assert [rows(store, table) for table in tables] == before


def test_who_may_administer_no_longer_is_stopped_at_the_next_act(accounts: Accounts) -> None:
    administration.give_role(accounts.office, "max", "new", "administrator", None, SOON)
    administration.take_role(accounts.office, "max", "new", "administrator", None, SOON)
    with pytest.raises(MayNot):
        administration.enable(accounts.office, "new", "ann", SOON)


def test_a_person_added_with_roles_is_there_whole_or_not_at_all(accounts: Accounts) -> None:
    office = accounts.office
    with pytest.raises(BadInput):
        administration.add_person(
            office, "max", "Eve", None, SOON, identity="eve", roles=[("manager", "oak")]
        )
    with office.store.reading() as tx:
        assert register.get_person(tx, "eve") is None
    added = administration.add_person(
        office, "max", "  Eve   Orr ", "Eve@Oak.example", SOON, roles=[("auditor", None)]
    )
    assert (added.name, added.email) == ("Eve Orr", "eve@oak.example")
    assert added.id.startswith("p-")
    assert accounts.person_by_handle(added.handle) == added
    assert [what for _, what, _ in done(accounts)] == ["add_person", "give_role"]


@pytest.mark.parametrize(
    ("identity", "name", "email", "field"),
    [
        ("ann", "Another Ann", None, "id"),
        ("a b", "Eve", None, "id"),
        ("../x", "Eve", None, "id"),
        ("x" * 61, "Eve", None, "id"),
        ("eve", "   ", None, "name"),
        ("eve", "x" * 121, None, "name"),
        ("eve", "E\x00ve", None, "name"),
        ("eve", "E\u202eve", None, "name"),
        ("eve", "Eve", "no address", "email"),
        ("eve", "Eve", "ann@oak.example", "email"),
        ("eve", "Eve", "ANN@oak.example", "email"),
        ("eve", "Eve", "x" * 250 + "@oak.example", "email"),
    ],
)
def test_what_cannot_be_written_of_a_person_names_the_field(
    accounts: Accounts, identity: str, name: str, email: str | None, field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        administration.add_person(accounts.office, "max", name, email, SOON, identity=identity)
    assert caught.value.field == field
    assert caught.value.says


def test_everything_wrong_is_said_at_once(accounts: Accounts) -> None:
    with pytest.raises(BadInputs) as caught:
        administration.add_person(accounts.office, "max", " ", "nothing", SOON, identity="é é")
    assert [one.field for one in caught.value.inputs] == ["id", "name", "email"]


def test_a_change_says_what_was_and_what_is_and_no_change_says_nothing(
    accounts: Accounts,
) -> None:
    office = accounts.office
    administration.change_person(office, "max", "ann", "Ann Lee", "ann@oak.example", SOON)
    assert done(accounts) == []
    administration.change_person(office, "max", "ann", "Ann Orr", None, SOON)
    [act] = acts(office, "max", Wanted(since=SOON))
    assert act.details == {
        "name": ["Ann Lee", "Ann Orr"],
        "email": ["ann@oak.example", None],
    }
    with pytest.raises(Unknown):
        administration.change_person(office, "max", "nobody", "Nobody", None, SOON)


def test_disabling_ends_sessions_and_tokens_for_good(accounts: Accounts) -> None:
    office, secret = accounts.office, signed_in(accounts)
    token = accounts.issue_token("ann", "feed", "calendar", None, NOW)
    assert administration.disable(office, "max", "ann", SOON)
    assert not administration.disable(office, "max", "ann", SOON)
    refused(accounts, "ann", WORD, HOME, SOON)
    assert administration.enable(office, "max", "ann", SOON)
    assert not administration.enable(office, "max", "ann", SOON)
    assert accounts.visitor(secret, SOON) is None
    assert accounts.by_token(token, "feed", SOON) is None
    assert isinstance(accounts.sign_in("ann", WORD, HOME, SOON), str)
    assert [what for _, what, _ in done(accounts)] == ["disable", "enable"]


# Roles


def test_the_houses_roles_and_every_policys_are_known(accounts: Accounts) -> None:
    known = roles_known(Office(accounts.office.store))
    assert list(known)[:3] == ["manager", "auditor", "administrator"]
    assert known["pru"].inside
    assert not known["pru"].outside
    assert known["pru"].policies == ("maidstone-and-malling",)
    assert known["forum"].outside
    assert not known["manager"].inside


def test_a_role_that_policies_call_differently_has_one_title_and_says_theirs(
    accounts: Accounts,
) -> None:
    known = roles_known(Office(accounts.office.store))
    assert known["pru"].title == "Pupil referral unit (MMAP)"
    assert known["pru"].titles == ("Pupil referral unit (MMAP)",)
    # Neither policy's word may stand for the other's people.
    assert (known["school"].title, known["la"].title) == ("School", "LA")
    assert known["school"].titles == ("Heronsgate School", "Referring school")
    assert known["la"].titles == ("Milton Keynes Council", "Local authority")


@pytest.mark.parametrize(
    ("role", "organisation", "field", "says"),
    [
        ("manger", None, "role", "did you mean 'manager'"),
        ("", None, "role", "choose one"),
        ("system", None, "role", "no policy knows"),
        ("manager", "oak", "organisation", "whole house"),
        ("administrator", "oak", "organisation", "whole house"),
        ("panel_member", "oak", "organisation", "whole house"),
        ("school", None, "organisation", "say in which"),
        ("school", "oka", "organisation", "did you mean 'oak'"),
    ],
)
def test_a_role_that_nobody_can_hold_is_refused(
    accounts: Accounts, role: str, organisation: str | None, field: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        administration.give_role(accounts.office, "max", "new", role, organisation, SOON)
    assert caught.value.field == field


def test_a_role_is_given_and_taken_once(accounts: Accounts) -> None:
    office = accounts.office
    assert administration.give_role(office, "max", "new", "school", "oak", SOON)
    assert not administration.give_role(office, "max", "new", "school", "oak", SOON)
    assert administration.take_role(office, "max", "new", "school", "oak", SOON)
    assert not administration.take_role(office, "max", "new", "school", "oak", SOON)
    assert [what for _, what, _ in done(accounts)] == ["give_role", "take_role"]


def test_nobody_takes_from_themselves_what_only_others_may_take(accounts: Accounts) -> None:
    office = accounts.office
    administration.give_role(office, "max", "new", "administrator", None, SOON)
    with pytest.raises(BadInput, match="yourself"):
        administration.take_role(office, "max", "max", "administrator", None, SOON)
    with pytest.raises(BadInput, match="yourself"):
        administration.disable(office, "max", "max", SOON)
    assert administration.take_role(office, "max", "max", "manager", None, SOON)


def test_the_last_administrator_stays(accounts: Accounts) -> None:
    office = accounts.office
    with pytest.raises(BadInput, match="last administrator"):
        administration.take_role(office, COMMAND_LINE, "max", "administrator", None, SOON)
    with pytest.raises(BadInput, match="last administrator"):
        administration.disable(office, COMMAND_LINE, "max", SOON)
    administration.give_role(office, "max", "new", "administrator", None, SOON)
    administration.disable(office, "max", "new", SOON)
    with pytest.raises(BadInput, match="last administrator"):
        administration.disable(office, COMMAND_LINE, "max", SOON)


def test_two_administrators_cannot_remove_each_other_at_once(accounts: Accounts) -> None:
    office = accounts.office
    administration.give_role(office, "max", "new", "administrator", None, SOON)

    def remove(doer: str, other: str) -> bool:
        try:
            return administration.take_role(office, doer, other, "administrator", None, SOON)
        except MayNot:
            return False

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(remove, *pair) for pair in (("max", "new"), ("new", "max"))]
        assert sorted(one.result() for one in both) == [False, True]


# A password given by somebody else


def test_a_one_time_word_lets_in_to_choose_ones_own(accounts: Accounts) -> None:
    given = accounts.set_password_for("max", "new", NOW)
    secret = accounts.sign_in("new", given.word, HOME, NOW)
    assert isinstance(secret, str)
    visitor = accounts.visitor(secret, SOON)
    assert visitor is not None
    assert visitor.must_change
    assert accounts.change_password("new", given.word, OTHER, SOON) is None
    visitor = accounts.visitor(secret, SOON)
    assert visitor is not None
    assert not visitor.must_change
    refused(accounts, "new", given.word, HOME, SOON)


def test_a_one_time_word_that_nobody_used_ends_after_a_week(accounts: Accounts) -> None:
    given = accounts.set_password_for("max", "new", NOW)
    assert given.ends_at == NOW + timedelta(days=7)
    assert isinstance(accounts.sign_in("new", given.word, HOME, given.ends_at - SECOND), str)
    assert isinstance(accounts.sign_in("new", given.word, HOME, given.ends_at), Refused)


def test_who_came_by_another_way_need_not_change_a_password(accounts: Accounts) -> None:
    accounts.set_password_for("max", "new", NOW)
    visitor = accounts.visitor(accounts.sign_in_as_known("new", "sso", NOW), SOON)
    assert visitor is not None
    assert not visitor.must_change


def test_a_given_password_stands_nowhere(accounts: Accounts) -> None:
    given = accounts.set_password_for("max", "new", NOW)
    for table in ("passwords", "office_acts"):
        assert given.word not in repr(rows(accounts.office.store, table))


# What the office did


def test_acts_are_read_newest_first_page_by_page(accounts: Accounts) -> None:
    office = accounts.office
    for number in range(25):
        at = SOON + (number // 5) * MINUTE
        administration.add_person(office, "max", f"P {number}", None, at, identity=f"p{number}")
    found: list[OfficeAct] = []
    while page := acts(office, "max", Wanted(since=SOON), found[-1].id if found else None, 7):
        found.extend(page)
    assert [one.about for one in found] == [f"p{number}" for number in reversed(range(25))]
    about = acts(office, "max", Wanted(about_kind="person", about="p3"))
    assert [(one.what, one.details["name"]) for one in about] == [("add_person", "P 3")]
    assert acts(office, "max", Wanted(person="ann", since=SOON)) == ()
    assert len(acts(office, "max", Wanted(until=SOON + MINUTE, since=SOON))) == 5
    with pytest.raises(Unknown):
        acts(office, "max", None, "no such act")


def test_acts_are_for_those_who_may_read_them(accounts: Accounts) -> None:
    with accounts.office.store.writing() as tx:
        register.add_person(tx, register.Person("mia", "Mia"))
        register.add_membership(tx, register.Membership("mia", "auditor", None))
    assert acts(accounts.office, "mia")
    for reader in ("ann", "new", "nobody"):
        with pytest.raises(MayNot):
            acts(accounts.office, reader)
