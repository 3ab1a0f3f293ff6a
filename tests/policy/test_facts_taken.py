"""What people answer is taken, or refused with the way out."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apflow.errors import BadInputs, Unknown
from apflow.policy.answers import take_answers, take_values
from apflow.policy.facts import ANSWERS, read_facts, write_facts
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.situation import Ticked, Value
from apflow.policy.written import take_text

TODAY = date(2026, 2, 12)
LIFECYCLE = Lifecycle.model_validate(
    {
        "lifecycle": "answers",
        "title": "Answers of each type",
        "road": ["open"],
        "phases": {"only": "Only"},
        "roles": {"school": {}},
        "meetings": {"forum": {"title": "Inclusion Forum"}},
        "events": {
            "say": {
                "title": "Say",
                "asks": ["ready", "percent", "reason", "papers", "people"],
                "may_ask": [
                    "why", "born_on", "raised_at", "agencies", "school", "contact", "sitting",
                    "agreement",
                ],
            },
            "say_nothing": {"title": "Say nothing"},
        },
        "states": {"open": {"title": "Open", "phase": "only"}},
        "transitions": [{"from": "start", "event": "say", "to": "open", "by": ["school"]}],
        "facts": {
            "ready": {"type": "yes_no", "ask": "?"},
            "percent": {"type": "number", "ask": "?", "min": 0, "max": 100},
            "why": {"type": "text", "ask": "?"},
            "born_on": {"type": "date", "ask": "?"},
            "raised_at": {"type": "moment", "ask": "?"},
            "reason": {
                "type": "choice",
                "ask": "?",
                "options": {"permanently_excluded": "Permanently excluded", "KS3": "Key stage 3"},
            },
            "agencies": {
                "type": "choices",
                "ask": "?",
                "options": {"camhs": "CAMHS", "speech": "Speech and language"},
            },
            "school": {"type": "organisation", "ask": "?"},
            "contact": {"type": "person", "ask": "?"},
            "sitting": {"type": "meeting", "ask": "?", "of": "forum"},
            "papers": {
                "type": "papers",
                "ask": "?",
                "entries": {
                    "caf": {"or": ["equivalent"]},
                    "views": {"or": ["not_applicable"]},
                    "plan": {},
                },
            },
            "people": {"type": "people", "ask": "?", "entries": {"pupil": {}, "parent": {}}},
            "agreement": {"type": "agreements", "ask": "?", "entries": {"parent": {}}},
            "elsewhere": {"type": "text", "ask": "?"},
        },
    }
)  # fmt: skip


def take(**given: object) -> dict[str, Value]:
    return take_answers(LIFECYCLE, "say", given, TODAY)


def wrong(**given: object) -> dict[str, str]:
    with pytest.raises(BadInputs) as refused:
        take(**given)
    return {one.field: one.says for one in refused.value.inputs}


@pytest.mark.parametrize(
    ("name", "given", "taken"),
    [
        ("ready", True, True),
        ("ready", " Yes ", True),
        ("ready", "no", False),
        ("percent", 0, 0),
        ("percent", " 85 ", 85),
        ("why", "  first\r\nsecond  ", "first\nsecond"),
        ("why", "e\u0301te\u0301", "été"),
        ("born_on", "2014-09-01", date(2014, 9, 1)),
        ("born_on", "1/9/2014", date(2014, 9, 1)),
        ("born_on", "1 Sept 2014", date(2014, 9, 1)),
        ("born_on", "1st September 2014", date(2014, 9, 1)),
        ("born_on", date(2014, 9, 1), date(2014, 9, 1)),
        ("born_on", "yesterday", date(2026, 2, 11)),
        ("raised_at", "2026-07-01T09:30:00+00:00", datetime(2026, 7, 1, 9, 30, tzinfo=UTC)),
        ("raised_at", "1 July 2026 09:30", datetime(2026, 7, 1, 8, 30, tzinfo=UTC)),
        ("reason", "permanently_excluded", "permanently_excluded"),
        ("reason", "ks3", "KS3"),
        ("reason", "Key stage 3", "KS3"),
        ("agencies", ["speech", "camhs", "speech"], ("camhs", "speech")),
        ("agencies", "speech, CAMHS", ("camhs", "speech")),
        ("school", "school-1", "school-1"),
        ("contact", "p-7", "p-7"),
        ("sitting", "2026-03-05", date(2026, 3, 5)),
    ],
)
def test_an_answer_is_taken_in_its_written_and_its_typed_form(
    name: str, given: object, taken: Value
) -> None:
    assert take(**{name: given}) == {name: taken}


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"caf": "present"}, {"caf": Ticked("present")}),
        ({"caf": True}, {"caf": Ticked("present")}),
        ("plan, caf", {"caf": Ticked("present"), "plan": Ticked("present")}),
        (["plan"], {"plan": Ticked("present")}),
        ({"caf": "Awaited: 2026-03-01"}, {"caf": Ticked("awaited", until=date(2026, 3, 1))}),
        ({"caf": "awaited: from the school"}, {"caf": Ticked("awaited", "from the school")}),
        ({"caf": "equivalent: EHC advice"}, {"caf": Ticked("equivalent", "EHC advice")}),
        ({"views": "not applicable: too young"}, {"views": Ticked("not_applicable", "too young")}),
        (
            "plan=present; views=not_applicable: too young, asked twice",
            {
                "views": Ticked("not_applicable", "too young, asked twice"),
                "plan": Ticked("present"),
            },
        ),
        (
            {"caf": {"answer": "present", "detail": " file 3 ", "on": "1/2/2026", "until": ""}},
            {"caf": Ticked("present", "file 3", date(2026, 2, 1))},
        ),
        ({"caf": "", "plan": {"answer": ""}}, {}),
        ({}, {}),
    ],
)
def test_papers_are_taken_in_every_form(given: object, taken: dict[str, Ticked]) -> None:
    assert take(papers=given) == {"papers": taken}


def test_a_list_of_entries_satisfies_in_the_word_of_its_type() -> None:
    assert take(people=["pupil"], agreement="parent") == {
        "people": {"pupil": Ticked("present")},
        "agreement": {"parent": Ticked("agreed")},
    }


def test_entries_keep_the_order_of_the_file() -> None:
    taken = take(papers={"plan": "present", "caf": "present"})["papers"]
    assert isinstance(taken, dict)
    assert list(taken) == ["caf", "plan"]


def test_an_answer_left_empty_is_no_answer() -> None:
    signed = {"parent": ""}
    blank: dict[str, object] = {"ready": None, "why": " ", "people": {}, "agreement": signed}
    assert take(**blank, agencies=[]) == {}


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("ready", "perhaps", "answer yes or no"),
        ("ready", 1, "answer yes or no"),
        ("percent", "85.5", "whole number"),
        ("percent", True, "whole number"),
        ("percent", 85.0, "whole number"),
        ("percent", "٣", "whole number"),
        ("percent", 101, "from 0 to 100"),
        ("percent", -1, "from 0 to 100"),
        ("percent", "9" * 5000, "whole number"),
        ("why", 3, "as text"),
        ("why", "x" * 4001, "at most 4,000 characters; this has 4,001"),
        ("why", "a\x00b", r"character 2 \(U\+0000\)"),
        ("why", "a\ud800b", r"character 2 \(U\+D800\)"),
        ("why", "user\u202egnp.exe", r"U\+202E"),
        ("why", "\u2066x", r"U\+2066"),
        ("why", "\x1b[31m", r"U\+001B"),
        ("school", "a\nb", "one line"),
        ("school", "x" * 201, "at most 200"),
        ("contact", "x\x07", r"U\+0007"),
        ("born_on", "31/02/2026", "no such day"),
        ("born_on", "12/02/26", "year in full"),
        ("born_on", "1899-12-31", "between 1900 and 2100"),
        ("born_on", "2101-01-01", "between 1900 and 2100"),
        ("born_on", "soon", "write it as 2026-02-12, 12/02/2026 or 12 Feb 2026"),
        ("born_on", datetime(2026, 2, 12, tzinfo=UTC), "not a date"),
        ("born_on", ["2026-02-12"], "not a date"),
        ("raised_at", "2026-02-12", "date with a time"),
        ("raised_at", "2026-02-12 24:30", "no such time"),
        ("raised_at", "2026-03-29 01:30", "clocks went forward"),
        ("raised_at", "0001-01-01T00:00+14:00", "year must be"),
        ("reason", "permanently_exclded", "did you mean 'permanently_excluded'"),
        ("reason", "zzz", "permanently_excluded \\(Permanently excluded\\), KS3"),
        ("reason", 3, "choose from"),
        ("agencies", "camhs, speach", "did you mean 'speech'"),
        ("agencies", 3, "choose from"),
        ("sitting", "next", "not a date"),
        ("papers", 3, "give each its answer"),
        ("papers", [3], "give each its answer"),
        ("percent", {"a": 1}, "whole number"),
    ],
)
def test_a_wrong_answer_is_refused_with_the_way_out(name: str, given: object, says: str) -> None:
    with pytest.raises(BadInputs, match=says) as refused:
        take(**{name: given})
    assert [one.field for one in refused.value.inputs] == [name]


@pytest.mark.parametrize(
    ("name", "given", "field", "says"),
    [
        ("papers", {"caff": "present"}, "papers.caff", "did you mean 'caf'"),
        ("papers", {"zzz": "present"}, "papers.zzz", "the entries are: caf, views, plan"),
        ("papers", {"caf": "absent: ill"}, "papers.caf", "present, equivalent, awaited"),
        ("papers", {"plan": "equivalent: x"}, "papers.plan", "one of: present, awaited"),
        ("papers", {"caf": "equivalent"}, "papers.caf", "say which"),
        ("papers", {"views": "not_applicable: "}, "papers.views", "say why"),
        ("papers", {"plan": {"answer": "present", "until": "x"}}, "papers.plan.until", "a day"),
        ("papers", {"plan": {"answer": "awaited", "until": "x"}}, "papers.plan.until", "a date"),
        ("papers", {"caf": {"answer": "present", "on": "1/1/1800"}}, "papers.caf.on", "1900"),
        ("papers", {"caf": {"answer": "present", "detail": "\x00"}}, "papers.caf.detail", "U."),
        ("papers", {"caf": {"detail": "x"}}, "papers.caf", "answer one of"),
        ("papers", {"caf": {"answer": "present", "who": "x"}}, "papers.caf", "no part 'who'"),
        ("papers", {"caf": 7}, "papers.caf", "with a word"),
        ("people", {"pupil": "absent"}, "people.pupil", "say why"),
        ("people", {"pupil": "agreed"}, "people.pupil", "one of: present, absent"),
        ("agreement", {"parent": "refused"}, "agreement.parent", "say why"),
        ("agreement", {"parent": "present"}, "agreement.parent", "agreed, refused, withdrawn"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named_with_its_list(
    name: str, given: object, field: str, says: str
) -> None:
    with pytest.raises(BadInputs, match=says) as refused:
        take(**{name: given})
    assert [one.field for one in refused.value.inputs] == [field]


def test_every_wrong_answer_is_named_at_once() -> None:
    said = wrong(
        ready="perhaps",
        percent=101,
        papers={"caf": "lost", "plan": "lost", "views": "present"},
        readdy=True,
        elsewhere="x",
    )
    assert set(said) == {
        "ready", "percent", "papers.caf", "papers.plan", "readdy", "elsewhere",
    }  # fmt: skip
    assert said["readdy"] == "there is no such fact; did you mean 'ready'?"
    assert said["elsewhere"].startswith("not asked here; asked here: ready, percent")


def test_an_event_that_asks_nothing_says_so() -> None:
    with pytest.raises(BadInputs, match="nothing is asked here"):
        take_answers(LIFECYCLE, "say_nothing", {"ready": True}, TODAY)


def test_an_unknown_event_is_named_with_the_nearest() -> None:
    with pytest.raises(Unknown, match="no event 'sayy'; did you mean 'say'"):
        take_answers(LIFECYCLE, "sayy", {}, TODAY)


def test_a_meeting_must_be_one_of_the_listed_sittings() -> None:
    listed = {"forum": (date(2026, 1, 8), date(2026, 3, 5))}
    given = {"sitting": "2026-03-05"}
    assert take_answers(LIFECYCLE, "say", given, TODAY, listed) == {"sitting": date(2026, 3, 5)}
    with pytest.raises(BadInputs, match=r"no sitting of Inclusion Forum .* listed: 2026-03-05$"):
        take_answers(LIFECYCLE, "say", {"sitting": "2026-03-06"}, TODAY, listed)
    with pytest.raises(BadInputs, match="none from today on"):
        take_answers(LIFECYCLE, "say", {"sitting": "2026-03-06"}, TODAY, {})


def test_values_are_taken_for_any_named_facts() -> None:
    assert take_values(LIFECYCLE, ["elsewhere"], {"elsewhere": "x"}, TODAY) == {"elsewhere": "x"}


def test_a_reason_of_a_person_is_taken_like_any_text() -> None:
    assert take_text("reason", " because ") == "because"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates()
    | st.sampled_from(("present", "absent: x", "awaited: 1/1/2026", "camhs", "yes", "")),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(("caf", "pupil", "parent", "answer", "detail", "on", "until")) | st.text(),
        inner, max_size=3,
    ),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(LIFECYCLE.facts)), anything, max_size=4))
def test_whatever_is_given_is_taken_whole_or_refused_by_name(given: dict[str, object]) -> None:
    taken, refused = _taken_or_refused(given)
    assert {field.split(".")[0] for field in refused} <= set(given)
    assert read_facts(LIFECYCLE, write_facts(taken)) == taken
    for name, value in taken.items():
        kind = LIFECYCLE.facts[name].type
        if kind in ANSWERS:
            assert isinstance(value, dict)
            assert {ticked.answer for ticked in value.values()} <= set(ANSWERS[kind])


def _taken_or_refused(given: dict[str, object]) -> tuple[dict[str, Value], list[str]]:
    try:
        return take_answers(LIFECYCLE, "say", given, TODAY), []
    except BadInputs as refused:
        return {}, [one.field for one in refused.inputs]
