"""People, as administrators keep them: by handle, never by name or id in an address."""

import pytest

from apflow.store import register
from tests.web.administering import ADMINISTRATOR, administrator, done_by, handle
from tests.web.reading import done, fields, follow, problems, read, rows, secret, text_of, words
from tests.web_site import Served


def _roles(site: Served, person: str) -> list[tuple[str, str | None]]:
    with site.work.store.reading() as tx:
        return register.held_roles(tx, person) or []


def test_everybody_is_listed_with_their_roles_and_no_address_names_them(site: Served) -> None:
    found = read(administrator(site).get("/admin/people"))
    assert any("Gwen Pascoe" in one and "Ashmead Academy" in one for one in rows(found, "People"))
    links = [one.get("href", "") for one in found.iter("a")]
    assert f"/admin/people/{handle(site, 'gwen')}" in links
    for link in links:
        assert "gwen" not in link.lower()
        assert "pascoe" not in link.lower()


def test_people_are_found_by_role_organisation_and_whether_they_may_come_in(site: Served) -> None:
    browser = administrator(site)
    for query, expected in (
        ("role=auditor", {"Audrey Penn"}),
        ("role=school&organisation=ashmead", {"Gwen Pascoe"}),
        ("organisation=brook-lane", {"Imran Vale", "Kate Orchard"}),
        ("who=disabled", set()),
        ("role=none-such", set()),
    ):
        listed = rows(read(browser.get(f"/admin/people?{query}")), "People")
        assert {" ".join(one.split()[:2]) for one in listed} == expected, query


def test_people_are_looked_for_by_name_in_no_address(site: Served) -> None:
    browser = administrator(site)
    answer = browser.post("/admin/people", data={"called": "PASC"})
    assert "Gwen Pascoe" in text_of(read(answer))
    assert len(rows(read(answer), "People")) == 1
    assert "Nobody is like that" in text_of(
        read(browser.post("/admin/people", data={"called": "Zz<script>"}))
    )


def test_a_person_is_added_with_a_role_and_comes_in_with_a_one_time_password(site: Served) -> None:
    browser = administrator(site)
    form = {
        "name": "Wilma Finch", "email": "Wilma@school.example", "id": "", "role": "school",
        "organisation": "ashmead",
    }  # fmt: skip
    page = follow(browser, browser.post("/admin/people/new", data=form))
    assert "They are added" in done(page)
    assert "Ashmead Academy" in text_of(page)
    with site.work.store.reading() as tx:
        added = register.person_by_email(tx, "wilma@school.example")
    assert added is not None
    assert _roles(site, added.id) == [("school", "ashmead")]
    path = f"/admin/people/{added.handle}"
    word = secret(read(browser.post(f"{path}/password")))
    assert word not in browser.get(path).text

    wilma = site.browse()
    answer = wilma.post("/sign-in", data={"name": "wilma@school.example", "password": word})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    for elsewhere in ("/", "/referrals", "/account", "/account/tokens", "/policy"):
        answer = wilma.get(elsewhere)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/password")
    page = read(wilma.get("/account/password"))
    assert "Choose your own password" in text_of(page)
    assert "Worklist" not in wilma.get("/account/password").text
    assert read(wilma.get("/help"))
    own = {"current": word, "new": "puddle lantern otter gravel"}
    answer = wilma.post("/account/password", data=own)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert wilma.get("/account").status_code == 200
    assert [one[1] for one in done_by(site)][:4] == [
        "set_password", "set_password_for", "give_role", "add_person",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "field", "says"),
    [
        ({"name": ""}, "name", "say what they are called"),
        ({"name": "Wilma\x07"}, "name", "cannot be kept"),
        ({"name": "W" * 500}, "name", "at most"),
        ({"name": "Wilma", "email": "wilma"}, "email", "name@school.example"),
        ({"name": "Wilma", "id": "../etc"}, "id", "use up to 60"),
        ({"name": "Wilma", "id": "gwen"}, "id", "somebody has it already"),
        ({"name": "Wilma", "role": "school"}, "organisation", "say in which organisation"),
        ({"name": "Wilma", "role": "wizard"}, "role", "no policy knows this role"),
        ({"name": "Wilma", "role": "manager", "organisation": "ashmead"}, "organisation", "whole"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_is_kept(
    shared_site: Served, form: dict[str, str], field: str, says: str
) -> None:
    browser = administrator(shared_site)
    found = read(browser.post("/admin/people/new", data=form), 422)
    (problem,) = problems(found).items()
    assert problem[1] == field
    assert says in problem[0]
    kept = fields(found, "/admin/people/new")
    for name, given in form.items():
        if name in ("name", "email", "id") and given.isprintable():
            assert kept[name] == given


def test_name_and_address_are_changed_and_two_people_never_share_an_address(site: Served) -> None:
    browser, path = administrator(site), f"/admin/people/{handle(site, 'gwen')}"
    form = {"name": "Gwen Pascoe-Lee", "email": "gwen@ashmead.example"}
    page = follow(browser, browser.post(path, data=form))
    assert "Gwen Pascoe-Lee" in text_of(page)
    assert any("Gwen Pascoe → Gwen Pascoe-Lee" in one for one in rows(page, "What was changed"))
    other = f"/admin/people/{handle(site, 'hari')}"
    found = read(browser.post(other, data={"name": "Hari", "email": "GWEN@ashmead.example"}), 422)
    assert list(problems(found).values()) == ["email"]
    assert fields(found, other) == {"name": "Hari", "email": "GWEN@ashmead.example"}


def test_a_role_counts_from_the_next_click_and_so_does_its_loss(site: Served) -> None:
    browser, path = administrator(site), f"/admin/people/{handle(site, 'gwen')}"
    gwen = site.browse("gwen")
    assert gwen.get("/audit").status_code == 403
    page = follow(browser, browser.post(f"{path}/roles", data={"role": "auditor"}))
    assert "They hold the role" in done(page)
    assert gwen.get("/audit").status_code == 200
    taken = browser.post(f"{path}/roles/take", data={"role": "auditor", "organisation": ""})
    assert "no longer hold" in done(follow(browser, taken))
    assert gwen.get("/audit").status_code == 403
    assert ("adam", "take_role", "gwen") in done_by(site)


def test_a_role_has_to_be_chosen_and_to_be_one_that_can_be_held_there(site: Served) -> None:
    browser, path = administrator(site), f"/admin/people/{handle(site, 'gwen')}"
    for form, field in (
        ({"role": ""}, "role"),
        ({"role": "school", "organisation": ""}, "organisation"),
        ({"role": "school", "organisation": "nowhere"}, "organisation"),
    ):
        found = read(browser.post(f"{path}/roles", data=form), 422)
        assert list(problems(found).values()) == [field]
        assert fields(found, f"{path}/roles")["role"] == form["role"]


def test_whoever_is_disabled_is_out_at_once_and_can_be_let_in_again(site: Served) -> None:
    browser, path = administrator(site), f"/admin/people/{handle(site, 'gwen')}"
    gwen = site.browse("gwen")
    assert gwen.get("/account").status_code == 200
    page = follow(browser, browser.post(f"{path}/disable"))
    assert "can no longer come in" in done(page)
    assert gwen.get("/account").status_code == 303
    assert "Gwen Pascoe" in text_of(read(browser.get("/admin/people?who=disabled")))
    follow(browser, browser.post(f"{path}/enable"))
    assert gwen.get("/account").status_code == 303, "the old session stays ended"
    assert site.browse("gwen").get("/account").status_code == 200


def test_nobody_takes_their_own_right_to_administer_or_the_last_one(site: Served) -> None:
    browser, path = administrator(site), f"/admin/people/{handle(site, ADMINISTRATOR)}"
    for request in ("disable", "roles/take"):
        form = {"role": "administrator", "organisation": ""}
        found = read(browser.post(f"{path}/{request}", data=form), 422)
        assert "another administrator" in " ".join(problems(found)) + text_of(found)
    assert ("administrator", None) in _roles(site, ADMINISTRATOR)


def test_a_handle_of_nobody_is_no_page(shared_site: Served) -> None:
    browser = administrator(shared_site)
    for path in ("", "/roles", "/roles/take", "/password", "/disable", "/enable"):
        assert browser.post(f"/admin/people/gwen{path}").status_code == 404
    assert browser.get("/admin/people/gwen").status_code == 404


def test_whoever_gives_a_role_sees_what_each_policy_calls_it(site: Served) -> None:
    browser = administrator(site)
    page = read(browser.get(f"/admin/people/{handle(site, 'gwen')}"))
    (choice,) = [one for one in page.iter("select") if one.get("name") == "role"]
    offered = {one.get("value"): words(one) for one in choice.iter("option")}
    assert offered["school"] == "School (Heronsgate School, Referring school)"
    assert offered["pru"] == "Pupil referral unit (MMAP)"
    assert "School · Ashmead Academy" in text_of(page)
