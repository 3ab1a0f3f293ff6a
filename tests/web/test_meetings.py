"""Who sees which sittings and agendas, in which order, and what is recorded of their look."""

from datetime import date

import httpx
import pytest

from apflow.casework import Asked
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import Sitting
from apflow.store import reads
from tests.web.pages_read import Read, read, words
from tests.web_site import Served

FORUM = "/meetings/maidstone-and-malling/forum_meeting/2027-03-17"
EARLIER = "/meetings/maidstone-and-malling/forum_meeting/2027-03-03"
SITTING = Sitting("maidstone-and-malling", "forum_meeting", date(2027, 3, 17))


def _agenda(site: Served) -> list[forum.AgendaItem]:
    return list(forum.agenda(site.work.office, SITTING, "helen", site.moment()))


def _items(page: Read) -> list[str]:
    return [words(one) for one in page.all("h3") if "mt-name" in (one.get("class") or "")]


def _seen_by(site: Served, person: str) -> list[str]:
    with site.work.store.reading() as tx:
        return [one.reference for one in reads.by(tx, person) if one.what == "agenda"]


def test_the_list_gives_the_sittings_ahead_and_past(shared_site: Served) -> None:
    page = read(shared_site.browse("helen").get("/meetings"))
    ahead, past = page.table("Ahead"), page.table("The last four months")
    assert ahead[0] == ["Wed 17 Mar 2027", str(len(_agenda(shared_site)))]
    assert past[0][:2] == ["Wed 3 Mar 2027", "6"]
    assert FORUM in page.links
    assert EARLIER in page.links


def test_a_person_sees_the_meetings_of_their_own_policies(shared_site: Served) -> None:
    for person, seen in (("helen", "Inclusion Forum"), ("bridget", "Primary Inclusion Panel")):
        page = read(shared_site.browse(person).get("/meetings"))
        assert [words(one) for one in page.all("h2")] == [seen]
    page = read(shared_site.browse("morgan").get("/meetings"))
    assert len(page.all("h2")) == 2


def test_the_agenda_stands_in_the_policys_order_with_its_reason(shared_site: Served) -> None:
    page = read(shared_site.browse("helen").get(FORUM))
    agenda, shown = _agenda(shared_site), _items(page)
    assert len(agenda) == len(shown) > 5
    for item, heading in zip(agenda, shown, strict=True):
        assert heading.startswith(f"{item.number}.")
        assert item.reference in heading
        text = words(page.one("section", id=f"item-{item.reference}"))
        assert f"Order of admission{item.rank}: {item.because}" in text.replace("\n", "")
        for paper in item.papers_missing:
            assert paper in text
        assert ("Carried over" in heading) is item.carried_over


def test_the_gaps_say_what_stands_before_which_decision(shared_site: Served) -> None:
    page = read(shared_site.browse("helen").get(FORUM))
    held = shared_site.invented.told_by("maidstone_deciding.named_in_the_plan")
    text = words(page.one("section", id=f"item-{held.reference}"))
    assert "Not ready" in text
    assert "The plan names this unit, which it should not." in text
    assert "Before “Forum agrees a placement”." in text
    assert "/policy/maidstone-and-malling#clause-MM-26" in page.links


def test_places_left_stand_at_the_top(shared_site: Served) -> None:
    page = read(shared_site.browse("helen").get(FORUM))
    tiles = [words(one) for one in page.all("li") if "ap-tile" in (one.get("class") or "")]
    assert tiles == [
        "10 left Key stage 3 places: 38 of 48 held",
        "1 over Key stage 4 places: 7 of 6 held, 2 waiting",
    ]


def test_a_school_sees_its_own_pupils_and_how_many_others_there_are(shared_site: Served) -> None:
    page = read(shared_site.browse("gwen").get(FORUM))
    agenda = _agenda(shared_site)
    referrals = shared_site.invented.referrals
    own = [item for item in agenda if "ashmead" in referrals[item.reference].parties.values()]
    shown = _items(page)
    assert [heading.split(".")[0] for heading in shown] == [str(item.number) for item in own]
    assert 0 < len(own) < len(agenda)
    assert f"{len(agenda)} referrals on the agenda, {len(own)} of them yours to see" in page.text
    others = [item.reference for item in agenda if item not in own]
    assert not [reference for reference in others if reference in page.text]
    assert set(_seen_by(shared_site, "gwen")) == {item.reference for item in own}


def test_every_child_on_a_shown_agenda_is_recorded_as_seen(shared_site: Served) -> None:
    before = len(_seen_by(shared_site, "audrey"))
    page = read(shared_site.browse("audrey").get(FORUM))
    seen = _seen_by(shared_site, "audrey")[before:]
    assert {item.reference for item in _agenda(shared_site)} == set(seen)
    assert all(reference in page.text for reference in seen)


def test_who_has_no_pupil_on_an_agenda_sees_when_it_sits_and_nothing_else(
    shared_site: Served,
) -> None:
    page = read(shared_site.browse("olive").get(FORUM))
    assert f"None of the {len(_agenda(shared_site))} referrals" in page.text
    assert "MM-20" not in page.text
    assert _seen_by(shared_site, "olive") == []


@pytest.mark.parametrize("person", ["audrey", "morgan", "gwen", "rosa"])
def test_those_who_do_not_decide_see_the_agenda_and_no_form(site: Served, person: str) -> None:
    site.moment.later(days=7)
    page = read(site.browse(person).get(FORUM))
    assert _items(page)
    assert page.all("form", method="post", action=FORUM) == []
    refused = site.browse(person).post(FORUM, data={"form": "0" * 32})
    assert refused.status_code == 403


def test_nothing_is_decided_before_the_day_of_the_sitting(shared_site: Served) -> None:
    helen = shared_site.browse("helen")
    page = read(helen.get(FORUM))
    assert page.all("form", action=FORUM) == []
    assert "Decisions can be recorded here from 17 March 2027." in page.text
    assert helen.post(FORUM, data={"form": "0" * 32}).status_code == 403


def test_a_past_sitting_says_what_was_decided_and_what_was_refused(shared_site: Served) -> None:
    page = read(shared_site.browse("helen").get(EARLIER))
    rows = page.table("What was decided at this sitting")
    assert len(rows) == 6
    assert {row[2] for row in rows} == {
        "Forum agrees a placement", "Forum asks for more", "Forum does not accept",
    }  # fmt: skip
    assert all("Helen Marsh" in row[4] for row in rows)
    held = shared_site.invented.told_by("maidstone_deciding.named_in_the_plan")
    text = words(page.one("section", id=f"item-{held.reference}"))
    assert "Forum agrees a placement: not recorded." in text
    assert "Not known yet: What does the SEN team decide?" in text


def test_the_print_pack_has_a_page_for_each_referral(shared_site: Served) -> None:
    page = read(shared_site.browse("helen").get(f"{FORUM}/print"))
    agenda = _agenda(shared_site)
    assert len(page.table("Agenda")) == len(page.all("article")) == len(agenda)
    for item in agenda:
        sheet = words(page.one("article", **{"aria-labelledby": f"sheet-{item.reference}"}))
        assert item.because in sheet
        assert "Year group" in sheet
        assert "Leave for another day" in sheet


def test_the_print_pack_keeps_back_what_its_reader_may_not_see(site: Served) -> None:
    reference, now = _agenda(site)[0].reference, site.moment()
    asked = Asked("record_youth_justice", "rosa", "la", {"youth_justice": "yes"})
    request = site.work.ask(reference, asked, now)
    assert site.work.apply(request.id, now).state == "applied"
    question = "Is the youth offending service involved"
    for person, told in (("helen", True), ("rosa", True), ("imran", False), ("audrey", False)):
        page = read(site.browse(person).get(f"{FORUM}/print"))
        assert reference in page.text
        assert (question in page.text) is told


@pytest.mark.parametrize(
    "path",
    ["/meetings/maidstone-and-malling/forum_meeting/2027-03-18",
     "/meetings/maidstone-and-malling/forum_meeting/17-03-2027",
     "/meetings/maidstone-and-malling/no_meeting/2027-03-17", "/meetings/no/no/2027-03-17",
     "/meetings/maidstone-and-malling/forum_meeting/2027-03-18/print",
     "/meetings/%00/forum_meeting/2027-03-17"],
)  # fmt: skip
def test_a_sitting_that_is_not_listed_is_not_there(shared_site: Served, path: str) -> None:
    assert shared_site.browse("helen").get(path).status_code == 404


def test_a_sitting_out_of_sight_is_not_there(shared_site: Served) -> None:
    assert shared_site.browse("bridget").get(FORUM).status_code == 404


def test_no_page_of_a_meeting_is_shown_to_nobody(shared_site: Served) -> None:
    for path in ("/meetings", FORUM, f"{FORUM}/print"):
        answer: httpx.Response = shared_site.browse().get(path)
        assert answer.status_code == 303
