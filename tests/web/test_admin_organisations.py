"""Organisations, and the places that policies count: as administrators keep and see them."""

import pytest

from apflow.store import register
from tests.web.administering import acts, administrator
from tests.web.reading import done, fields, follow, problems, read, rows, text_of
from tests.web_site import Served

HARBOUR = "/admin/organisations/harbour-house"


def _kept(site: Served, organisation: str) -> register.Organisation:
    with site.work.store.reading() as tx:
        found = register.get_organisation(tx, organisation)
    assert found is not None
    return found


def test_organisations_are_listed_and_providers_can_be_told_from_the_rest(
    shared_site: Served,
) -> None:
    browser = administrator(shared_site)
    everything = rows(read(browser.get("/admin/organisations")), "Organisations")
    providers = rows(read(browser.get("/admin/organisations?has=particulars")), "Organisations")
    assert any("Ashmead Academy" in one for one in everything)
    assert {one.split()[0] for one in providers} == {"Coppice", "Harbour", "Mill"}


def test_the_form_asks_for_what_the_policies_read_each_in_its_own_kind(
    shared_site: Served,
) -> None:
    found = read(administrator(shared_site).get(HARBOUR))
    kept = fields(found, HARBOUR)
    assert kept["name"] == "Harbour House"
    assert kept["of-listed"] == "yes"
    assert kept["of-age_to"] == "11"
    assert kept["of-assurance_until"].count("/") == 2
    assert kept["of-website"] == ""
    assert "Hattie Wren" in text_of(found)


def test_saving_a_form_as_it_stands_changes_nothing_and_says_nothing_was_done(
    site: Served,
) -> None:
    browser, before = administrator(site), _kept(site, "harbour-house")
    form = fields(read(browser.get(HARBOUR)), HARBOUR)
    follow(browser, browser.post(HARBOUR, data=form))
    assert _kept(site, "harbour-house") == before
    assert acts(site) == []


def test_what_is_known_of_a_provider_is_changed_in_its_kind_and_written_down(site: Served) -> None:
    browser = administrator(site)
    form = fields(read(browser.get(HARBOUR)), HARBOUR) | {
        "of-assurance_until": "31/8/2028", "of-listed": "no", "of-age_to": "13",
        "of-website": "harbour.example", "of-rating": "",
    }  # fmt: skip
    page = follow(browser, browser.post(HARBOUR, data=form))
    assert "as it stands here" in done(page)
    kept = _kept(site, "harbour-house").particulars
    assert kept["assurance_until"] == "2028-08-31"
    assert (kept["listed"], kept["age_to"], kept["website"]) == (False, 13, "harbour.example")
    assert "rating" not in kept
    (act,) = acts(site)
    assert (act.person, act.what, act.about) == ("adam", "change_organisation", "harbour-house")
    assert act.details["age_to"] == [11, 13]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"of-age_to": "eleven"}, "of-age_to"),
        ({"of-assurance_until": "31/2/2028"}, "of-assurance_until"),
        ({"of-listed": "perhaps"}, "of-listed"),
        ({"name": ""}, "name"),
        ({"of-about": "bad\x07bell"}, "of-about"),
    ],
)
def test_what_is_not_of_its_kind_is_said_at_its_field_and_changes_nothing(
    shared_site: Served, changed: dict[str, str], field: str
) -> None:
    browser, before = administrator(shared_site), _kept(shared_site, "harbour-house")
    form = fields(read(browser.get(HARBOUR)), HARBOUR) | changed
    found = read(browser.post(HARBOUR, data=form), 422)
    assert list(problems(found).values()) == [field]
    assert fields(found, HARBOUR)["of-age_from"] == "5"
    assert _kept(shared_site, "harbour-house") == before


def test_an_organisation_is_added_and_its_short_name_made_of_its_name(site: Served) -> None:
    browser = administrator(site)
    answer = browser.post("/admin/organisations/new", data={"name": "Saint Élodie’s School"})
    assert answer.headers["location"] == "/admin/organisations/saint-elodie-s-school?done=added"
    assert "Nobody acts for it yet" in text_of(follow(browser, answer))
    again = browser.post(
        "/admin/organisations/new", data={"name": "Another", "id": "saint-elodie-s-school"}
    )
    assert list(problems(read(again, 422)).values()) == ["id"]


def test_what_apflow_keeps_for_itself_is_not_changed_here(shared_site: Served) -> None:
    browser, mark = administrator(shared_site), "/admin/organisations/apflow-demonstration"
    assert "keeps this one for itself" in text_of(read(browser.get(mark)))
    before = _kept(shared_site, "apflow-demonstration")
    assert browser.post(mark, data={"name": "Mine"}).status_code == 422
    assert _kept(shared_site, "apflow-demonstration") == before


def test_places_are_shown_with_where_their_number_is_set(shared_site: Served) -> None:
    found = read(administrator(shared_site).get("/admin/places"))
    (key_stage_3, key_stage_4) = rows(found, "Pools of places of Maidstone")
    assert key_stage_3.startswith("Key stage 3 places 48")
    assert "ks3_places" in key_stage_3
    assert key_stage_4.startswith("Key stage 4 places 6")
    assert "new version of the policy" in text_of(found)


def test_the_front_page_says_what_asks_for_attention(shared_site: Served) -> None:
    said = text_of(read(administrator(shared_site).get("/admin")))
    assert "Example Maidstone and Malling" in said
    assert "2 pools" in said
