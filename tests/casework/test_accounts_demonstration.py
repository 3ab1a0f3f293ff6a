"""The demonstration's sign-ins: the same again, and no use anywhere else."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from apflow.casework.accounts import Accounts, Hashing, Refused
from apflow.casework.cohort import people, preparing
from apflow.casework.cohort.accounts import KEPT, SignIn, sign_ins
from apflow.casework.office import Office
from apflow.errors import BadInput
from apflow.store import Store, register
from tests.casework.signing import CHEAP, HOME, NOW, OTHER, SOON, accounts_on

YEAR = timedelta(days=365)


@pytest.fixture
def demo(store: Store) -> Accounts:
    """Give the accounts of a demonstration's people, without their pupils."""
    with store.writing() as tx:
        register.add_organisation(tx, register.Organisation(preparing.MARK, "Invented"))
        for place in people.organisations(NOW.date(), NOW.date()):
            register.add_organisation(tx, place)
        for person, held in people.people():
            register.add_person(tx, person)
            for one in held:
                register.add_membership(tx, one)
    return Accounts(Office(store), Hashing(CHEAP))


def given(accounts: Accounts, home: Path) -> tuple[SignIn, ...]:
    return sign_ins(accounts.office.store, home, NOW, Hashing(CHEAP))


def test_four_people_sign_in_each_to_see_something_else(demo: Accounts, tmp_path: Path) -> None:
    seen = {}
    for one in given(demo, tmp_path):
        secret = demo.sign_in(one.person, one.password, HOME, SOON)
        assert isinstance(secret, str)
        visitor = demo.visitor(secret, SOON)
        assert visitor is not None
        assert visitor.name == one.name
        assert not visitor.must_change
        seen[one.roles] = (
            visitor.acts,
            visitor.manages,
            visitor.audits,
            visitor.administers,
        )
    assert seen == {
        "caseworker of a school": (True, False, False, False),
        "caseworker of the pupil referral unit": (True, False, False, False),
        "manager, and administrator": (False, True, False, True),
        "auditor": (False, False, True, False),
    }


def test_asked_again_they_are_the_same_and_its_owner_alone_reads_them(
    demo: Accounts, tmp_path: Path
) -> None:
    first = given(demo, tmp_path)
    assert sign_ins(demo.office.store, tmp_path, NOW + YEAR, Hashing(CHEAP)) == first
    assert stat.S_IMODE((tmp_path / KEPT).stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.glob(f"{KEPT}*")] == [KEPT]
    assert len({one.password for one in first}) == 4


@pytest.mark.parametrize("kept", ["", "not JSON", "[]", '{"gwen": 1}', '{"gwen": {}}', "\x00"])
def test_a_file_that_was_lost_or_spoilt_is_written_anew(
    demo: Accounts, tmp_path: Path, kept: str
) -> None:
    first = given(demo, tmp_path)
    (tmp_path / KEPT).write_text(kept)
    (tmp_path / f"{KEPT}.part").write_text("left by a crash")
    again = given(demo, tmp_path)
    assert {one.password for one in first}.isdisjoint(one.password for one in again)
    assert set(json.loads((tmp_path / KEPT).read_text())) == {one.person for one in again}
    for one in again:
        assert isinstance(demo.sign_in(one.person, one.password, HOME, SOON), str)


def test_who_changed_their_password_is_given_another_word_and_nobody_else(
    demo: Accounts, tmp_path: Path
) -> None:
    first = given(demo, tmp_path)
    demo.set_password(first[0].person, OTHER, SOON)
    again = given(demo, tmp_path)
    assert again[1:] == first[1:]
    assert again[0].password not in (first[0].password, OTHER)


def test_the_words_of_one_demonstration_open_no_other(demo: Accounts, tmp_path: Path) -> None:
    first = given(demo, tmp_path)
    (tmp_path / "other").mkdir()
    store = Store(f"sqlite:///{tmp_path / 'other' / 'a.db'}")
    store.upgrade()
    with store.writing() as tx:
        for person, _ in people.people():
            register.add_person(tx, person)
    for one in first:
        answer = accounts_on(store).sign_in(one.person, one.password, HOME, SOON)
        assert isinstance(answer, Refused)
    with pytest.raises(BadInput, match="no demonstration"):
        sign_ins(store, tmp_path / "other", NOW, Hashing(CHEAP))
    assert not (tmp_path / "other" / KEPT).exists()


def test_a_home_that_cannot_be_written_says_so(demo: Accounts, tmp_path: Path) -> None:
    (tmp_path / KEPT).mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        given(demo, tmp_path)
