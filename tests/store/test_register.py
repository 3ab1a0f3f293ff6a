"""Who and what there is."""

from datetime import date

import pytest

from apflow.store import Store, register
from apflow.store.faults import Taken
from apflow.store.register import Membership, Organisation, Person, Pupil
from tests.store.building import NOW


def test_organisations_are_read_as_written_listed_by_name_and_changed(store: Store) -> None:
    oak = Organisation("oak", "Oak School", {"urn": 134310, "maintained": True, "since": None})
    elm = Organisation("elm", "Elm School")
    with store.writing() as tx:
        register.add_organisation(tx, oak)
        register.add_organisation(tx, elm)
        assert register.get_organisation(tx, "oak") == oak
        assert register.get_organisation(tx, "ash") is None
        assert register.list_organisations(tx) == [elm, oak]
        assert register.change_organisation(tx, Organisation("elm", "The Elms", {"urn": 1}))
        assert not register.change_organisation(tx, Organisation("ash", "Ash"))
        assert register.list_organisations(tx)[1].name == "The Elms"
        assert register.particulars(tx, ["oak", "elm", "ash"]) == {
            "oak": oak.particulars,
            "elm": {"urn": 1},
        }
        assert register.particulars(tx, []) == {}


def test_people_are_read_as_written_found_by_address_and_changed(store: Store) -> None:
    ann, bob = Person("ann", "Ann", "ann@example.org"), Person("bob", "Bob")
    with store.writing() as tx:
        register.add_person(tx, ann)
        register.add_person(tx, bob)
        assert register.list_people(tx) == [ann, bob]
        assert register.person_by_email(tx, "ann@example.org") == ann
        assert register.person_by_email(tx, "nobody@example.org") is None
        assert register.change_person(tx, Person("bob", "Bobby", "bob@example.org"))
        assert not register.change_person(tx, Person("cat", "Cat"))
        assert register.get_person(tx, "bob") == Person("bob", "Bobby", "bob@example.org")
        assert register.get_person(tx, "cat") is None


def test_two_people_cannot_have_one_address(store: Store) -> None:
    with store.writing() as tx:
        register.add_person(tx, Person("ann", "Ann", "us@example.org"))
    with pytest.raises(Taken), store.writing() as tx:
        register.add_person(tx, Person("bob", "Bob", "us@example.org"))
    with store.writing() as tx:
        register.add_person(tx, Person("cat", "Cat", None))
        register.add_person(tx, Person("dan", "Dan", None))


def test_a_person_holds_roles_in_organisations_and_in_the_house(store: Store) -> None:
    held = [Membership("ann", "school", "oak"), Membership("ann", "manager", None)]
    with store.writing() as tx:
        register.add_person(tx, Person("ann", "Ann"))
        register.add_person(tx, Person("bob", "Bob"))
        for membership in held:
            assert register.add_membership(tx, membership)
            assert not register.add_membership(tx, membership)
        assert register.actor_roles(tx, "ann") == [("manager", None), ("school", "oak")]
        assert register.actor_roles(tx, "bob") == []
        assert register.actor_roles(tx, "nobody") is None
        assert register.list_memberships(tx) == held[::-1]
        assert register.remove_membership(tx, held[0])
        assert not register.remove_membership(tx, held[0])
        assert register.actor_roles(tx, "ann") == [("manager", None)]
    with pytest.raises(Taken), store.writing() as tx:
        register.add_membership(tx, Membership("nobody", "school", "oak"))


def test_a_disabled_person_holds_nothing_until_enabled(store: Store) -> None:
    with store.writing() as tx:
        register.add_person(tx, Person("ann", "Ann"))
        register.add_membership(tx, Membership("ann", "school", "oak"))
        assert register.disable(tx, "ann", NOW)
        assert not register.disable(tx, "nobody", NOW)
        assert register.actor_roles(tx, "ann") is None
        assert register.get_person(tx, "ann") == Person("ann", "Ann", None, disabled=True)
        assert register.enable(tx, "ann")
        assert register.actor_roles(tx, "ann") == [("school", "oak")]


def test_pupils_are_read_as_written_changed_and_erased(store: Store) -> None:
    ada = Pupil("p1", "Ada Lovelace", date(2012, 12, 10))
    with store.writing() as tx:
        register.add_pupil(tx, ada)
        assert register.get_pupil(tx, "p1") == ada
        assert register.change_pupil(tx, Pupil("p1", "Ada King"))
        assert register.get_pupil(tx, "p1") == Pupil("p1", "Ada King", None)
        assert not register.change_pupil(tx, Pupil("p2", "Nobody"))
        assert register.change_pupil(tx, Pupil("p1", None))
        assert register.get_pupil(tx, "p1") == Pupil("p1", None, None)
        assert register.list_pupils(tx, "ada") == []


@pytest.mark.parametrize(
    ("called", "found"),
    [
        ("", ["p2", "p1", "p3"]),
        ("ang", ["p2", "p1"]),
        ("ZOE  ang", ["p1"]),
        ("ång zoë", []),
        ("100%", ["p3"]),
        ("100_", []),
        ("straße", ["p3"]),
        ("STRASSE", ["p3"]),
    ],
)
def test_pupils_are_found_whatever_case_and_accents(
    store: Store, called: str, found: list[str]
) -> None:
    with store.writing() as tx:
        register.add_pupil(tx, Pupil("p1", "Zoë Ångström"))
        register.add_pupil(tx, Pupil("p2", "Angela Merry"))
        register.add_pupil(tx, Pupil("p3", "Zzz 100% Straße"))
        assert [pupil.id for pupil in register.list_pupils(tx, called)] == found
        assert register.list_pupils(tx, "", 0) == []


def test_sittings_are_sorted_dates_of_each_meeting(store: Store) -> None:
    with store.writing() as tx:
        for on in (date(2026, 3, 5), date(2026, 2, 5)):
            assert register.add_sitting(tx, "trial", "forum", on)
        assert not register.add_sitting(tx, "trial", "forum", date(2026, 2, 5))
        register.add_sitting(tx, "trial", "panel", date(2026, 1, 1))
        register.add_sitting(tx, "another", "forum", date(2026, 1, 1))
        assert register.sittings(tx, "trial") == {
            "forum": (date(2026, 2, 5), date(2026, 3, 5)),
            "panel": (date(2026, 1, 1),),
        }
        assert register.remove_sitting(tx, "trial", "forum", date(2026, 2, 5))
        assert not register.remove_sitting(tx, "trial", "forum", date(2026, 2, 5))
        assert register.sittings(tx, "trial")["forum"] == (date(2026, 3, 5),)
        assert register.sittings(tx, "nothing") == {}
