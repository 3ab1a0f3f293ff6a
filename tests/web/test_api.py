"""The interface for programs: whose token it is, what may be asked, and how a no is said."""

import pytest

from apflow.store import register
from apflow.store.register import Membership, Person
from apflow.web.shield import LARGEST_BODY
from tests.web.programs import everything, got, problem, program, showing, token, wrong
from tests.web_site import Served

#: What anybody may ask who sees referrals.
LISTS = ("/referrals", "/worklist", "/meetings", "/deadlines", "/policies")


@pytest.mark.parametrize("path", [*LISTS, "/referrals/MM-2027-000000-0", "/requests/" + "0" * 32])
def test_without_a_token_nothing_is_told(shared_site: Served, path: str) -> None:
    answer = showing(shared_site, None).get(path)
    assert problem(answer, 401)["title"] == "Show a token"
    assert answer.headers["www-authenticate"] == 'Bearer realm="apflow"'


@pytest.mark.parametrize(
    "shown", ["Bearer", "Bearer x", "Bearer apf_x", "Basic cm9zYTpyb3Nh", "apf_x", "Bearer é"]
)
def test_what_is_no_token_is_said_to_be_none(shared_site: Served, shown: str) -> None:
    answer = showing(shared_site, shown).get("/policies")
    problem(answer, 401)
    assert answer.headers["www-authenticate"] == 'Bearer realm="apflow", error="invalid_token"'


def test_a_session_is_no_token(shared_site: Served) -> None:
    """So no page elsewhere can have a browser ask anything here."""
    browser = shared_site.browse("rosa")
    assert browser.get("/").status_code == 200
    problem(browser.get("/api/v1/worklist"), 401)
    problem(browser.post("/api/v1/referrals", json={}), 401)


def test_the_address_of_a_feed_is_no_token(site: Served) -> None:
    secret = site.accounts.issue_token("rosa", "feed", "phone", None, site.moment())
    problem(showing(site, f"Bearer {secret}").get("/worklist"), 401)


def test_a_token_opens_nothing_once_it_is_taken_back_ended_or_its_person_disabled(
    site: Served,
) -> None:
    rosa = program(site, "rosa")
    got(rosa.get("/worklist"))
    (kept,) = site.accounts.tokens_of("rosa", site.moment())
    site.accounts.revoke_token("rosa", kept.id, site.moment())
    problem(rosa.get("/worklist"), 401)
    imran, gwen = program(site, "imran"), program(site, "gwen")
    with site.work.store.writing() as tx:
        register.disable(tx, "imran", site.moment())
    problem(imran.get("/worklist"), 401)
    site.moment.later(days=31)
    problem(gwen.get("/worklist"), 401)


def test_a_role_that_is_taken_away_is_gone_from_the_next_request_on(site: Served) -> None:
    gwen = program(site, "gwen")
    assert got(gwen.get("/referrals"))["items"]
    with site.work.store.writing() as tx:
        for role in ("school", "receiving"):
            register.remove_membership(tx, Membership("gwen", role, "ashmead"))
    problem(gwen.get("/referrals"), 403)


def test_an_administrator_sees_no_referral(site: Served) -> None:
    with site.work.store.writing() as tx:
        register.add_person(tx, Person("adam", "Adam Key"))
        register.add_membership(tx, Membership("adam", "administrator", None))
    adam = program(site, "adam")
    for path in ("/referrals", "/worklist", "/meetings", "/deadlines"):
        problem(adam.get(path), 403)
    problem(adam.get("/numbers", params={"policy": "heronsgate"}), 403)
    there = sorted(site.invented.referrals)[0]
    nowhere = adam.get("/referrals/MM-2027-000000-0").text
    assert problem(adam.get(f"/referrals/{there}"), 404)
    assert adam.get(f"/referrals/{there}").text == nowhere
    assert got(adam.get("/policies"))["items"]


def test_numbers_are_for_managers_and_auditors(shared_site: Served) -> None:
    given = {"policy": "maidstone-and-malling"}
    problem(program(shared_site, "rosa").get("/numbers", params=given), 403)
    counted = [
        got(program(shared_site, one).get("/numbers", params=given)) for one in ("morgan", "audrey")
    ]
    assert counted[0] == counted[1]
    assert sum(one["count"] for one in counted[0]["states"] if not one["final"]) > 40


@pytest.mark.parametrize(
    "given",
    [{"policy": "nowhere"}, {"policy": "heronsgate", "school": "nowhere"}],
)
def test_numbers_of_nothing_are_not_there(shared_site: Served, given: dict[str, str]) -> None:
    assert (
        "nowhere"
        in problem(program(shared_site, "morgan").get("/numbers", params=given), 404)["detail"]
    )


def test_a_period_that_ends_before_it_begins_is_no_period(shared_site: Served) -> None:
    given = {"policy": "heronsgate", "first": "2027-02-01", "last": "2027-01-01"}
    morgan = program(shared_site, "morgan")
    assert "before it begins" in wrong(morgan.get("/numbers", params=given))["to"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1e2"])
def test_no_list_is_longer_than_its_limit(shared_site: Served, path: str, limit: str) -> None:
    rosa = program(shared_site, "rosa")
    assert "limit" in wrong(rosa.get(path, params={"limit": limit}))


@pytest.mark.parametrize("path", ["/referrals", "/meetings", "/deadlines", "/policies"])
def test_a_list_goes_on_page_by_page_without_gap_or_repetition(
    shared_site: Served, path: str
) -> None:
    rosa = program(shared_site, "morgan")
    whole = list(everything(rosa, path, limit=200))
    assert list(everything(rosa, path, limit=3)) == whole
    assert len(whole) == len({str(one) for one in whole}) > 1


def test_a_group_of_a_worklist_goes_on_page_by_page(shared_site: Served) -> None:
    rosa = program(shared_site, "rosa")
    whole = got(rosa.get("/worklist", params={"limit": 200}))
    for group in whole["groups"]:
        found, after = [], {"group": group["name"]}
        while True:
            page = got(rosa.get("/worklist", params={"limit": 4, **after}))
            (one,) = [each for each in page["groups"] if each["name"] == group["name"]]
            assert one["total"] == group["total"]
            found += [row["reference"] for row in one["items"]]
            if one["next"] is None:
                break
            after = {"after": one["next"]}
        assert found == [row["reference"] for row in group["items"]]
    assert sum(one["total"] for one in whole["groups"]) == whole["total"] > 20


def test_a_mistyped_filter_is_refused_and_not_passed_over(shared_site: Served) -> None:
    """Else `shool=ashmead` would list every school's."""
    rosa = program(shared_site, "rosa")
    assert wrong(rosa.get("/referrals", params={"shool": "ashmead"})) == {
        "shool": "there is nothing of that name here"
    }


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("policy", "Heronsgate!"),
        ("policy", "\x00"),
        ("state", "no state"),
        ("school", "a b"),
        ("owner", "rosa"),
        ("closed", "maybe"),
        ("opened_from", "0"),
        ("opened_from", "10/3/2027"),
        ("opened_to", "2027-02-30"),
        ("after", "nowhere"),
        ("after", "x~y~z"),
    ],
)
def test_a_filter_that_cannot_be_read_is_named(shared_site: Served, field: str, given: str) -> None:
    rosa = program(shared_site, "rosa")
    assert list(wrong(rosa.get("/referrals", params={field: given}))) == [field]


@pytest.mark.parametrize(
    "path",
    [
        "/referrals/nothing",
        "/referrals/MM-2027-000000-0",
        "/referrals/MM-2027-000000-0/choices",
        "/referrals/MM-2027-000000-0/history",
        "/referrals/MM-2027-000000-0/history/1",
        "/referrals/%00/history/0",
        "/policies/nowhere",
        "/policies/Not%20a%20name",
        "/requests/" + "0" * 32,
        "/requests/x",
    ],
)
def test_what_is_not_there_is_answered_alike(shared_site: Served, path: str) -> None:
    said = problem(program(shared_site, "rosa").get(path), 404)
    assert said == problem(program(shared_site, "rosa").get("/referrals/MM-2027-000000-1"), 404)


def test_an_address_that_is_none_is_a_problem_too(shared_site: Served) -> None:
    problem(program(shared_site, "rosa").get("/nowhere"), 404)


def test_a_method_that_is_none_names_those_that_are(shared_site: Served) -> None:
    rosa = program(shared_site, "rosa")
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = rosa.request(method, "/referrals")
        problem(answer, 405)
        assert answer.headers["allow"] == "GET, POST"
    assert rosa.put("/worklist").headers["allow"] == "GET"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"event": NaN}',
        b"[" * 100_000,
        b'{"event": ' + b"9" * 5000 + b"}",
        b'{"\\ud800": 1, "event": "\\udc00"}',
    ],
)
def test_whatever_is_sent_is_answered_in_words(shared_site: Served, content: bytes) -> None:
    gwen = program(shared_site, "gwen")
    reference = got(gwen.get("/referrals"))["items"][0]["reference"]
    for path in (f"/referrals/{reference}/requests", "/referrals"):
        answer = gwen.post(path, content=content, headers={"Content-Type": "application/json"})
        assert wrong(answer)


def test_more_than_four_megabytes_are_not_read(shared_site: Served) -> None:
    gwen = program(shared_site, "gwen")
    problem(gwen.post("/referrals", content=b" " * (LARGEST_BODY + 1)), 413)

    def unannounced() -> object:
        for _ in range(LARGEST_BODY // 65536 + 2):
            yield b" " * 65536

    json = {"Content-Type": "application/json"}
    answer = gwen.post("/referrals", content=unannounced(), headers=json)  # type: ignore[arg-type]
    problem(answer, 413)


def test_what_a_problem_means_is_read_at_its_address(shared_site: Served) -> None:
    for kind in ("refused", "stale", "abandoned", "bad-input"):
        said = got(showing(shared_site, None).get(f"/problems/{kind}"))
        assert said["title"]
        assert said["detail"].endswith(".")
    problem(showing(shared_site, None).get("/problems/none"), 404)


def test_a_token_is_noted_as_used(site: Served) -> None:
    secret = token(site, "rosa")
    got(showing(site, f"bearer {secret}").get("/policies"))
    (kept,) = site.accounts.tokens_of("rosa", site.moment())
    assert kept.last_used_at == site.moment()
