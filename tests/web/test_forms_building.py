"""From the facts that an event asks for to the questions of its form."""

from datetime import date

import pytest

from apflow.policy.facts import ANSWERS
from apflow.policy.situation import Ticked
from apflow.web.forms.building import Ground, field, fields, filled_in
from apflow.web.forms.depending import conditional, questions
from apflow.web.forms.fields import Fault, Field
from tests.web.every_question import FACTS, ground

KINDS = {
    "agrees": "radios",
    "kind": "radios",
    "district": "select",
    "tried": "checkboxes",
    "year_group": "number",
    "story": "text",
    "contact": "line",
    "start_on": "date",
    "raised_at": "moment",
    "home": "select",
    "sitting": "radios",
    "papers": "checklist",
    "people": "checklist",
    "agreed": "checklist",
}


def made(name: str, of: Ground | None = None, **typed: str) -> Field:
    said = {key.replace("__", "-"): [value] for key, value in typed.items()}
    return field(of or ground(), name, said)


@pytest.mark.parametrize("name", KINDS)
def test_every_type_of_fact_is_drawn_as_its_own_kind_of_question(name: str) -> None:
    question = made(name)
    assert question.kind == KINDS[name]
    assert question.question == FACTS[name]["ask"]
    assert question.id == f"fact-{name}"


def test_a_choice_of_many_is_a_list_that_opens_and_begins_with_nothing() -> None:
    assert [option.value for option in made("district").options][:2] == ["", "d1"]
    assert [option.text for option in made("kind").options] == ["Excluded", "Moved here", "Other"]


def test_organisations_begin_with_the_visitors_own() -> None:
    assert [option.value for option in made("home").options] == ["", "oak", "elm", "unit"]


def test_only_sittings_ahead_are_offered_each_with_the_last_day_for_papers() -> None:
    options = made("sitting").options
    assert [option.value for option in options] == ["2026-01-21", "2026-02-18"]
    assert options[0].text == "Wed 21 Jan 2026"
    assert options[0].hint == "Papers in by Wed 14 Jan 2026"


def test_without_a_sitting_the_form_says_who_can_list_one() -> None:
    question = made("sitting", ground(sittings={}))
    assert question.options == ()
    assert "an administrator can list one" in question.hint


@pytest.mark.parametrize("name", ["papers", "people", "agreed"])
def test_a_checklist_offers_each_entry_the_answers_that_it_takes(name: str) -> None:
    question = made(name)
    kind = FACTS[name]["type"]
    for line in question.lines:
        assert line.options
        assert {o.value for o in line.options if o.value} <= set(ANSWERS[kind])
    offered = {line.id: {o.value for o in line.options} for line in question.lines}
    if name == "papers":
        assert offered["fact-papers-caf"] == {"present", "awaited", ""}
        assert offered["fact-papers-views"] == {
            "present", "equivalent", "not_applicable", "awaited", "",
        }  # fmt: skip
    if name == "people":
        assert "" not in offered["fact-people-pupil"]
        assert "" in offered["fact-people-school"]


def test_a_checklist_asks_for_words_only_beside_answers_that_it_offers() -> None:
    both = "Say which equivalent there is, and why something is not needed."
    assert made("papers").hint == both
    assert made("terms").hint == "Say why something is not needed."
    assert made("terms", ground({"has_plan": False})).hint == ""
    assert made("people").hint == "Give a reason for everybody who was absent."


def test_an_entry_that_does_not_apply_is_left_out_and_one_that_may_is_not() -> None:
    def lines(has_plan: bool | None) -> list[str]:
        known = {} if has_plan is None else {"has_plan": has_plan}
        return [line.title for line in made("papers", ground(known)).lines]

    assert lines(has_plan=False) == ["Completed CAF", "The pupil's own views"]
    assert lines(has_plan=True)[-1] == lines(has_plan=None)[-1] == "The plan"


def test_entries_are_called_by_their_title_or_by_the_role() -> None:
    assert [line.title for line in made("people").lines] == ["Pupil", "Parent or carer", "School"]


def test_what_may_be_left_open_can_be_taken_back() -> None:
    options = field(ground(), "agrees", {}, optional=True).options
    assert [option.value for option in options] == ["yes", "no", ""]


def test_what_must_be_answered_passes_no_judgement_on_from_last_time() -> None:
    known = ground({"agrees": True, "home": "oak", "story": "Long ago", "year_group": 8})
    said = filled_in(known, ["agrees", "home", "story", "year_group"], [])
    assert said == {"fact-home": ["oak"]}
    assert made("agrees", known).hint == "Known so far: Yes."
    assert made("year_group", known).hint == "A whole number from 1 to 13. Known so far: 8."
    assert "Long ago" not in made("story", known).hint


def test_what_may_be_answered_says_what_is_known_but_for_texts() -> None:
    known = ground(
        {
            "agrees": False,
            "story": "Long ago",
            "start_on": date(2026, 2, 3),
            "tried": ("talk", "help"),
            "papers": {"caf": Ticked("awaited", None, None, date(2026, 3, 1))},
            "people": {"pupil": Ticked("present")},
        }
    )
    said = filled_in(known, [], ["agrees", "story", "start_on", "tried", "papers", "people"])
    assert said == {
        "fact-agrees": ["no"],
        "fact-start_on-day": ["3"],
        "fact-start_on-month": ["2"],
        "fact-start_on-year": ["2026"],
        "fact-tried": ["talk", "help"],
        "fact-papers-caf": ["awaited"],
        "fact-papers-caf-until": ["1/3/2026"],
    }


def test_a_fact_that_may_not_be_seen_is_not_filled_in() -> None:
    known = ground({"secret": True})
    unseen = Ground(known.machine, known.situation, known.words, {}, known.own)
    assert filled_in(unseen, [], ["secret"]) == {}
    assert field(unseen, "secret", {}).hint == ""


def test_a_question_says_with_which_answers_to_others_it_counts() -> None:
    asked = questions(ground(), "ask_all")
    shown = {
        one.id: one for one in conditional(ground(), fields(ground(), asked.asks, (), {}), asked)
    }
    assert shown["fact-plan_need"].shown_for == {"fact-has_plan": ("yes",)}
    assert (
        shown["fact-excluded_on"].only_if
        == "Only if the answer to “Why is it asked for?” is “Excluded”."
    )
    assert shown["fact-story"].shown_for == {}
    assert shown["fact-papers"].shown_for == {}


def test_a_question_that_an_answer_on_the_same_form_would_open_is_asked() -> None:
    known = ground({"has_plan": False})
    asked = questions(known, "may_ask_all")
    assert "plan_need" in asked.may_ask
    assert asked.needs["plan_need"] == {"has_plan": ("yes",)}


def test_a_question_with_an_error_is_never_hidden() -> None:
    asked = questions(ground(), "ask_all")
    faults = [Fault("fact-plan_need", "Enter an answer")]
    drawn = conditional(ground(), fields(ground(), asked.asks, (), {}, faults), asked)
    assert next(one for one in drawn if one.id == "fact-plan_need").shown_for == {}
