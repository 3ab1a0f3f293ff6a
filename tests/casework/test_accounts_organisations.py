"""Organisations as administrators keep them: typed as the policies read them, and written down."""

from dataclasses import dataclass

import pytest

from apflow.casework.accounts import MayNot, organisations
from apflow.casework.accounts.done import acts
from apflow.casework.office import Office
from apflow.errors import BadInput, BadInputs, Unknown
from apflow.store import Store, register
from apflow.store.office_acts import Wanted
from tests.casework.signing import SOON, furnished


@dataclass(frozen=True)
class Kept:
    office: Office

    def add(
        self, name: str, given: dict[str, object], identity: str | None = None
    ) -> dict[str, object]:
        added = organisations.add_organisation(
            self.office, "max", name, given, SOON, identity=identity
        )
        with self.office.store.reading() as tx:
            assert register.get_organisation(tx, added.id) == added
        return dict(added.particulars)


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office that has read the policies that ship."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('office') / 'a.db'}")
    store.upgrade()
    return Office(store)


@pytest.fixture
def kept(policies: Office, store: Store) -> Kept:
    furnished(store)
    office = Office(store)
    # What one has read of the policies, the other knows.
    office._machines, office._newest = policies._machines, policies._newest
    return Kept(office)


def test_particulars_are_kept_as_their_policies_read_them(kept: Kept) -> None:
    found = kept.add(
        "Coppice Lane",
        {
            "listed": "Yes",
            "urn": " 134310 ",
            "age_from": 5,
            "rating": "12",
            "website": "",
            "rating_checked_on": "12 Feb 2026",
        },
    )
    assert found == {
        "listed": True,
        "urn": 134310,
        "age_from": 5,
        "rating": "12",
        "rating_checked_on": "2026-02-12",
    }


def test_what_no_policy_reads_becomes_what_it_looks_like(kept: Kept) -> None:
    given = {"beds": "12", "since": "2026-02-12", "warm": "no", "motto": "Onward", "x": True}
    kept_as = {"beds": 12, "since": "2026-02-12", "warm": False, "motto": "Onward", "x": True}
    assert kept.add("Oak Two", given) == kept_as


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"urn": "many"}, "urn"),
        ({"listed": "perhaps"}, "listed"),
        ({"rating_checked_on": "30 Feb 2026"}, "rating_checked_on"),
        ({"Motto!": "x"}, "Motto!"),
        ({"motto": "a\x00b"}, "motto"),
        ({"motto": ["a"]}, "motto"),
        ({f"p{n}": "x" for n in range(61)}, "particulars"),
    ],
)
def test_what_cannot_be_kept_names_the_particular(
    kept: Kept, given: dict[str, object], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        kept.add("Somewhere", given)
    assert caught.value.field == field


def test_everything_wrong_is_said_at_once(kept: Kept) -> None:
    with pytest.raises(BadInputs) as caught:
        kept.add(" ", {"urn": "many"}, "a/b")
    assert [one.field for one in caught.value.inputs] == ["id", "name", "urn"]


def test_an_organisation_without_an_id_is_given_one_of_its_name(kept: Kept) -> None:
    office = kept.office
    ids = [
        organisations.add_organisation(office, "max", name, {}, SOON).id
        for name in ("St Mary’s École", "St. Mary's Ecole", "…", "Oak")
    ]
    assert ids == ["st-mary-s-ecole", "st-mary-s-ecole-2", "organisation", "oak-2"]
    with pytest.raises(BadInput) as caught:
        kept.add("Oak again", {}, "oak")
    assert caught.value.field == "id"


def test_a_change_says_what_was_and_what_is(kept: Kept) -> None:
    office = kept.office
    kept.add("Elm", {"urn": "1", "motto": "Onward"}, "elm")
    organisations.change_organisation(office, "max", "elm", "Elm", {"urn": "1"}, SOON)
    organisations.change_organisation(office, "max", "elm", "Elm", {"urn": "1"}, SOON)
    organisations.put_organisation(office, "max", "elm", "The Elms", {"urn": "2"}, SOON)
    organisations.put_organisation(office, "max", "ash", "Ash", {}, SOON)
    found = acts(office, "max", Wanted(about_kind="organisation"))
    assert [(one.what, dict(one.details)) for one in reversed(found)] == [
        ("add_organisation", {"name": "Elm", "particulars": {"motto": "Onward", "urn": 1}}),
        ("change_organisation", {"motto": ["Onward", None]}),
        ("change_organisation", {"name": ["Elm", "The Elms"], "urn": [1, 2]}),
        ("add_organisation", {"name": "Ash", "particulars": {}}),
    ]
    with pytest.raises(Unknown):
        organisations.change_organisation(office, "max", "nowhere", "Nowhere", {}, SOON)


def test_only_administrators_keep_organisations(kept: Kept) -> None:
    for doer in ("ann", "new", "nobody"):
        with pytest.raises(MayNot):
            organisations.add_organisation(kept.office, doer, "Ash", {}, SOON)
        with pytest.raises(MayNot):
            organisations.change_organisation(kept.office, doer, "oak", "Ash", {}, SOON)
