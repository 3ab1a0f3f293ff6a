"""Forum day: decisions taken in one pass, all or none, in the policy's order, once."""

import re
from datetime import date

import httpx
import pytest

from apflow.casework import Asked
from apflow.casework.meetings import forum
from apflow.casework.meetings.forum import AgendaItem, Sitting
from apflow.errors import Unknown
from tests.web.pages_read import Read, read, words
from tests.web_site import Served

FORUM = "/meetings/maidstone-and-malling/forum_meeting/2027-03-17"
SITTING = Sitting("maidstone-and-malling", "forum_meeting", date(2027, 3, 17))
SAT = {
    "chair": "present", "school": "present", "la": "present", "pru": "present",
    "other_school": "", "other_agency": "",
}  # fmt: skip
AGREES = {
    "discussion_note": "The pupil's own account was read.",
    "suitability_note": "Small groups meet the need.",
    "attendance_accepted": "yes",
    "attendance_reason": "It has risen since the autumn.",
}


@pytest.fixture
def day(site: Served) -> Served:
    """Give the pages on the day of the sitting, in the afternoon."""
    site.moment.later(days=7, hours=6)
    return site


def _agenda(site: Served) -> dict[str, AgendaItem]:
    found = forum.agenda(site.work.office, SITTING, "helen", site.moment())
    return {item.reference: item for item in found}


def _plain(site: Served) -> list[str]:
    """Return referrals on the agenda that may be agreed as far as is known, in its order."""
    agenda = _agenda(site)
    held = site.invented.told_by("maidstone_deciding.named_in_the_plan").reference
    return [
        one for one, item in agenda.items() if "forum_agrees" in item.events and one != held
    ]  # fmt: skip


def _form(page: Read, decisions: dict[str, str], **more: str) -> dict[str, str]:
    """Return what a browser sends of the page's form with these decisions chosen."""
    form = {one.get("name", ""): one.get("value", "") for one in page.all("input", type="hidden")}
    form |= {f"fact-forum_people-{who}": answer for who, answer in SAT.items()}
    for reference, event in decisions.items():
        form[f"{reference}-decision"] = event
        answers = AGREES if event == "forum_agrees" else {"discussion_note": "Talked over."}
        form |= {f"{reference}-fact-{name}": answer for name, answer in answers.items()}
    return form | more


def _errors(page: Read) -> dict[str, str]:
    """Return what the error summary says, by the input that it leads to."""
    (summary,) = [one for one in page.all("div") if one.get("class") == "govuk-error-summary"]
    links = [one for one in summary.iter() if one.tag == "a"]
    ids = set(page.ids)
    for link in links:
        assert link.get("href", "")[1:] in ids
    return {link.get("href", ""): words(link) for link in links}


def _form_id(page: Read) -> str:
    return page.one("input", name="form").get("value", "")


def _state(site: Served, reference: str) -> str:
    return site.work.look(reference, "helen", site.moment()).referral.state


def test_decisions_are_taken_in_one_pass_in_the_order_of_the_agenda(day: Served) -> None:
    helen = day.browse("helen")
    first, second, *_, last = _plain(day)
    page = read(helen.get(FORUM))
    wanted = {last: "forum_agrees", second: "forum_defers", first: "forum_agrees"}
    answer = helen.post(FORUM, data=_form(page, wanted))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(f"{FORUM}?held=")
    assert _state(day, first) == "home_visit"
    assert _state(day, second) == "caf"
    after = read(helen.get(answer.headers["location"]))
    assert "3 decisions were taken in the order of the agenda." in after.text
    recorded = {row[0].rpartition(" ")[2] for row in after.table("What was decided")}
    assert recorded == {first, second, last}
    sat = day.work.look(first, "helen", day.moment()).facts["forum_people"]
    assert isinstance(sat, dict)
    assert sat["pru"] == {"answer": "present"}
    step = day.work.history(first, "helen", day.moment())[-1]
    assert (step.event, step.actor, step.role) == ("forum_agrees", "helen", "forum")
    assert step.happened_on == date(2027, 3, 17)


def test_who_sat_is_asked_once_for_the_whole_sitting(day: Served) -> None:
    helen = day.browse("helen")
    reference = _plain(day)[0]
    form = _form(read(helen.get(FORUM)), {reference: "forum_agrees"})
    form |= {"fact-forum_people-other_agency": "absent",
             "fact-forum_people-other_agency-detail": "on call"}  # fmt: skip
    assert helen.post(FORUM, data=form).status_code == 303
    page = read(helen.get(FORUM))
    ticked = {
        str(one.get("name")): one.get("value")
        for one in page.all("input", type="radio")
        if "people" in str(one.get("name")) and one.get("checked") is not None
    }
    assert ticked["fact-forum_people-pru"] == "present"
    assert ticked["fact-forum_people-other_agency"] == "absent"
    detail = page.one("input", id="fact-forum_people-other_agency-detail")
    assert detail.get("value") == "on call"
    # A decision that has nothing to say of who sat may follow, with what the page says.
    audrey = read(day.browse("audrey").get(FORUM))
    assert "Who sat" not in [words(one) for one in audrey.all("h3")]


def test_the_same_form_sent_twice_decides_once(day: Served) -> None:
    helen = day.browse("helen")
    reference = _plain(day)[0]
    form = _form(read(helen.get(FORUM)), {reference: "forum_agrees"})
    answers = [helen.post(FORUM, data=form) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    steps = day.work.history(reference, "helen", day.moment())
    assert sum(step.event == "forum_agrees" for step in steps) == 1


def test_a_place_that_is_gone_is_said_and_the_pupil_waits(day: Served) -> None:
    # Nine more pupils of key stage 3 than there are places left would be a long agenda: the
    # number of places is made smaller instead.
    folder = day.work.office.policy_folder("maidstone-and-malling")
    path = folder / "lifecycle.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("value: 48", "value: 1", 1), encoding="utf-8")
    for reference in _plain(day):
        asked = Asked("adopt_lifecycle", "morgan", "manager", reason="Fewer places now.")
        request = day.work.ask(reference, asked, day.moment())
        day.work.apply(request.id, day.moment())
    helen = day.browse("helen")
    waits = [
        one
        for one in _plain(day)
        if not day.work.look(one, "helen", day.moment()).facts.get("permanently_excluded")
    ]
    page = read(helen.get(FORUM))
    assert "37 over" in page.text
    answer = helen.post(FORUM, data=_form(page, dict.fromkeys(waits[:1], "forum_agrees")))
    after = read(helen.get(answer.headers["location"]))
    assert _state(day, waits[0]) == "waiting"
    assert "Now at: Waiting for a place. No place was left, so the pupil waits for one." in (
        after.text
    )


def test_what_is_missing_is_said_and_what_was_typed_stays(day: Served) -> None:
    helen = day.browse("helen")
    one, two = _plain(day)[:2]
    form = _form(read(helen.get(FORUM)), {one: "forum_agrees", two: "forum_refuses"})
    form[f"{one}-fact-suitability_note"] = ""
    form["fact-forum_people-other_agency"] = "absent"
    answer = helen.post(FORUM, data=form)
    page = read(answer)
    assert answer.status_code == 422
    assert page.title.startswith("Error: ")
    errors = _errors(page)
    assert "need?" in errors[f"#{one}-fact-suitability_note"]
    assert f"#{two}-fact-refusal_reason" in errors
    assert sum("absence" in said for said in errors.values()) == 1
    assert AGREES["discussion_note"] in words(
        page.one("textarea", id=f"{one}-fact-discussion_note")
    )
    (chosen,) = page.all("input", name=f"{one}-decision", value="forum_agrees")
    assert chosen.get("checked") is not None
    assert _state(day, one) == _state(day, two) == "forum"
    form |= {
        f"{one}-fact-suitability_note": "It meets the need.",
        f"{two}-decision": "leave",
        "fact-forum_people-other_agency-detail": "On call.",
        "form": _form_id(page),
    }
    assert helen.post(FORUM, data=form).status_code == 303
    assert (_state(day, one), _state(day, two)) == ("home_visit", "forum")


def test_what_policy_refuses_is_said_before_anything_is_recorded(day: Served) -> None:
    held = day.invented.told_by("maidstone_deciding.named_in_the_plan").reference
    good = _plain(day)[0]
    helen = day.browse("helen")
    form = _form(read(helen.get(FORUM)), {held: "forum_agrees", good: "forum_agrees"})
    answer = helen.post(FORUM, data=form)
    assert answer.status_code == 422
    said = _errors(read(answer))[f"#{held}-decision"]
    assert "“Forum agrees a placement” cannot be recorded: The plan names this unit" in said
    assert _state(day, good) == "forum"


def test_the_law_lets_nobody_refuse_an_excluded_pupil(day: Served) -> None:
    excluded = next(iter(_agenda(day)))
    helen = day.browse("helen")
    form = _form(read(helen.get(FORUM)), {excluded: "forum_refuses"})
    form[f"{excluded}-fact-refusal_reason"] = "unsuitable"
    answer = helen.post(FORUM, data=form)
    assert answer.status_code == 422
    assert "does not end by a refusal" in _errors(read(answer))[f"#{excluded}-decision"]


def test_a_guard_may_be_gone_past_with_a_reason_that_is_asked_when_it_counts(day: Served) -> None:
    helen = day.browse("helen")
    reference = _plain(day)[0]
    page = read(helen.get(FORUM))
    name = f"{reference}-override-panel_sat"
    assert name not in page.ids
    alone = {f"fact-forum_people-{who}": "" for who in ("chair", "school", "la")}
    form = _form(page, {reference: "forum_agrees"}, **alone)
    answer = helen.post(FORUM, data=form)
    assert answer.status_code == 422
    page = read(answer)
    assert "Fewer people sat" in _errors(page)[f"#{name}"]
    form |= {name: "The others were heard by telephone.", "form": _form_id(page)}
    assert helen.post(FORUM, data=form).status_code == 303
    finding = next(
        one
        for one in day.work.history(reference, "helen", day.moment())[-1].findings
        if one["guard"] == "panel_sat"
    )
    assert finding["verdict"] == "overridden"


def test_nothing_chosen_is_an_error(day: Served) -> None:
    helen = day.browse("helen")
    form = _form(read(helen.get(FORUM)), {})
    answer = helen.post(FORUM, data=form)
    assert answer.status_code == 422
    assert _errors(read(answer)) == {"#decisions": "Choose a decision for at least one referral"}


def test_a_referral_that_was_decided_meanwhile_is_named_and_the_rest_kept(day: Served) -> None:
    one, two = _plain(day)[:2]
    helen, other = day.browse("helen"), day.browse("helen")
    stale = _form(read(helen.get(FORUM)), {one: "forum_agrees", two: "forum_agrees"})
    fresh = _form(read(other.get(FORUM)), {one: "forum_defers"})
    assert other.post(FORUM, data=fresh).status_code == 303
    answer = helen.post(FORUM, data=stale)
    assert answer.status_code == 409
    page = read(answer)
    assert f"{one} is on this agenda no more" in _errors(page)["#decisions"]
    assert AGREES["suitability_note"] in words(
        page.one("textarea", id=f"{two}-fact-suitability_note")
    )
    assert (_state(day, one), _state(day, two)) == ("caf", "forum")


def test_what_changed_since_the_page_was_read_stops_that_decision_alone(day: Served) -> None:
    one, two = _plain(day)[-2:]
    helen = day.browse("helen")
    form = _form(read(helen.get(FORUM)), {one: "forum_agrees", two: "forum_agrees"})
    asked = Asked(
        "correct_facts", "morgan", "manager", {"lives_in": "elsewhere", "home_district": "Over"},
        reason="The address was an aunt's.",
    )  # fmt: skip
    back = Asked(
        "correct_facts", "morgan", "manager", {"lives_in": "maidstone_and_malling"},
        reason="It was right after all.",
    )  # fmt: skip
    for wanted in (asked, back):
        request = day.work.ask(two, wanted, day.moment())
        assert day.work.apply(request.id, day.moment()).state == "applied"
    answer = helen.post(FORUM, data=form)
    assert answer.status_code == 303
    after = read(helen.get(answer.headers["location"]))
    assert "Forum agrees a placement: not recorded. Someone moved it first" in after.text
    assert (_state(day, one), _state(day, two)) == ("home_visit", "forum")


def test_a_form_is_nobody_elses_and_hostile_fields_are_passed_over(day: Served) -> None:
    helen = day.browse("helen")
    reference = _plain(day)[0]
    form = _form(read(helen.get(FORUM)), {reference: "forum_agrees"})
    form |= {
        "<script>-decision": "forum_agrees", "MM-2027-AAAAAA-A-decision": "forum_agrees",
        f"{reference}-seen": "9" * 40, "form": "../../etc", "x" * 500: "y",
    }  # fmt: skip
    assert helen.post(FORUM, data=form).status_code == 303
    unknown = _form(read(helen.get(FORUM)), {_plain(day)[0]: "no_such_event"})
    answer = helen.post(FORUM, data=unknown)
    assert answer.status_code == 422


def test_another_site_cannot_decide_for_somebody(day: Served) -> None:
    helen = day.browse("helen", **{"Sec-Fetch-Site": "cross-site"})
    assert helen.post(FORUM, data={"form": "0" * 32}).status_code == 403


def test_one_flow_run_carries_the_sitting(day: Served) -> None:
    helen = day.browse("helen")
    wanted = dict.fromkeys(_plain(day)[:2], "forum_defers")
    answer = helen.post(FORUM, data=_form(read(helen.get(FORUM)), wanted))
    assert answer.status_code == 303
    form_id = re.sub(r".*held=", "", answer.headers["location"])
    with pytest.raises(Unknown):
        day.work.request(form_id)
    steps = [day.work.history(one, "helen", day.moment())[-1] for one in wanted]
    requests = [day.work.request(str(step.request)) for step in steps]
    assert {one.state for one in requests} == {"applied"}


def test_the_panel_of_the_other_policy_decides_in_the_same_way(site: Served) -> None:
    address = "/meetings/heronsgate/panel_meeting/2027-02-09"
    bridget = site.browse("bridget")
    page = read(bridget.get(address))
    assert page.one("form", action=address) is not None
    assert "Who decided?" in page.text
    answer: httpx.Response = bridget.post(address, data={"form": "0" * 32})
    assert answer.status_code == 422
