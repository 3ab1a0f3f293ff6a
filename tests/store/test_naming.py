"""Names for many ids at once, and the flow runs of a referral's Requests."""

from datetime import UTC, datetime

from apflow.store import Store, naming, register
from apflow.store.register import Organisation, Person

NOW = datetime(2026, 2, 12, 9, 30, tzinfo=UTC)


def test_names_are_found_for_whoever_is_there(store: Store) -> None:
    with store.writing() as tx:
        register.add_person(tx, Person("sue", "Sue Oak"))
        register.add_person(tx, Person("o'neil", 'Ann "Nan" O\'Neil'))
        register.add_organisation(tx, Organisation("oak", "Oak School"))
        register.disable(tx, "sue", NOW)
    with store.reading() as tx:
        people = naming.people_named(tx, {"sue", "o'neil", "nobody", ""})
        places = naming.organisations_named(tx, ["oak", "elm", "oak"])
    assert people == {"sue": "Sue Oak", "o'neil": 'Ann "Nan" O\'Neil'}
    assert places == {"oak": "Oak School"}


def test_nothing_is_asked_for_nobody(store: Store) -> None:
    with store.reading() as tx:
        assert naming.people_named(tx, ()) == {}
        assert naming.organisations_named(tx, set()) == {}
        assert naming.runs_of(tx, "TR-1") == {}
