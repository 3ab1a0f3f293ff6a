"""Every statement of both policies is carried or explained, and the trace can be trusted."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from apflow.policy.clauses import Clauses, check_clauses, citations, trace
from apflow.policy.lifecycle import Lifecycle

STATEMENTS = {"maidstone-and-malling": ("MM", 106), "heronsgate": ("HG", 52)}
DECISIONS = {*(f"A-{number:02}" for number in range(1, 51)), "A-39a"}
SMALL = {
    "lifecycle": "small", "title": "Small", "road": ["asked"], "phases": {"all": "All"},
    "roles": {"school": {"title": "School", "clause": "SM-01"}},
    "facts": {
        "rank": {
            "type": "number", "note": "A-01",
            "choose": [{"is": 1, "clause": "SM-02"}],
        },
        "papers": {
            "type": "papers", "ask": "Papers",
            "entries": {"plan": {"title": "Plan", "clause": "SM-03"}},
        },
    },
    "events": {"open_it": {"title": "Open"}},
    "states": {"asked": {"title": "Asked", "phase": "all", "final": "good"}},
    "transitions": [
        {"from": "start", "event": "open_it", "to": "asked", "by": "school", "clause": "SM-01"}
    ],
}  # fmt: skip


@pytest.fixture
def small() -> Lifecycle:
    return Lifecycle.model_validate(SMALL)


def clauses(**changed: Any) -> Clauses:
    written: dict[str, Any] = {
        "policy": "small", "prefix": "SM", "count": 3,
        "clauses": {
            "SM-01": {
                "says": "Schools open.", "carried_by": ["roles.school", "transitions.open_it"],
            },
            "SM-02": {"says": "In order.", "carried_by": ["facts.rank"]},
            "SM-03": {"says": "A plan.", "carried_by": ["facts.papers"]},
        },
        "decisions": {"A-01": {"says": "One order.", "carried_by": ["facts.rank"]}},
    }  # fmt: skip
    return Clauses.model_validate(written | changed)


def test_every_statement_is_accounted_for_and_both_files_agree(policy: Any) -> None:
    prefix, count = STATEMENTS[policy.lifecycle.lifecycle]
    assert (policy.clauses.prefix, policy.clauses.count) == (prefix, count)
    assert list(policy.clauses.clauses) == list(policy.clauses.numbers)
    assert len(policy.clauses.numbers) == count
    assert check_clauses(policy.clauses, policy.lifecycle) == ()


def test_every_decision_is_accounted_for_in_one_policy_or_both(
    policy_named: Callable[[str], Any],
) -> None:
    both = [set(policy_named(name).clauses.decisions) for name in STATEMENTS]
    assert set.union(*both) == DECISIONS
    assert len(DECISIONS) == 51
    assert set.intersection(*both) == {"A-01", "A-30", "A-33", "A-49", "A-50"}


def test_only_statements_that_ask_nothing_of_one_referral_are_information(
    policy_named: Callable[[str], Any],
) -> None:
    told = {
        number
        for name in STATEMENTS
        for number, statement in policy_named(name).clauses.clauses.items()
        if statement.information
    }
    assert told == {"MM-04", "MM-61", "MM-104"}


def test_every_statement_is_one_short_line(policy: Any) -> None:
    for statement in (*policy.clauses.clauses.values(), *policy.clauses.decisions.values()):
        assert "\n" not in statement.says
        assert statement.says.endswith(".")
        assert len(statement.says) <= 200


def test_two_files_that_agree_have_no_fault(small: Lifecycle) -> None:
    assert check_clauses(clauses(), small) == ()


def test_a_missing_number_and_one_too_many_are_found(small: Lifecycle) -> None:
    one = clauses().model_dump()["clauses"]
    found = check_clauses(clauses(count=4), small)
    assert [(fault.path, fault.says) for fault in found] == [(("clauses",), "SM-04 is missing")]
    more = check_clauses(
        clauses(clauses=one | {"SM-4": {"says": "More.", "information": "none"}}), small
    )
    assert [fault.says for fault in more] == ["the policy has SM-01 to SM-03, not 'SM-4'"]


def test_a_part_that_is_not_there_is_found_with_the_nearest_right_word(small: Lifecycle) -> None:
    wrong = {"SM-02": {"says": "In order.", "carried_by": ["facts.rank", "facts.paper"]}}
    (fault,) = check_clauses(clauses(clauses=clauses().model_dump()["clauses"] | wrong), small)
    assert fault.path == ("clauses", "SM-02", "carried_by", 1)
    assert fault.says == "the lifecycle has no 'facts.paper'; did you mean 'facts.papers'?"


def test_a_part_that_does_not_cite_what_it_is_said_to_carry_is_found(small: Lifecycle) -> None:
    wrong = {"SM-02": {"says": "In order.", "carried_by": ["facts.rank", "facts.papers"]}}
    (fault,) = check_clauses(clauses(clauses=clauses().model_dump()["clauses"] | wrong), small)
    assert fault.says == "'facts.papers' does not name SM-02 in its clause"


def test_a_citation_that_no_statement_knows_of_is_found(small: Lifecycle) -> None:
    untold = {"SM-01": {"says": "Schools open.", "carried_by": ["roles.school"]}}
    (fault,) = check_clauses(clauses(clauses=clauses().model_dump()["clauses"] | untold), small)
    assert (fault.file, fault.path) == ("clauses", ("clauses", "SM-01"))
    assert fault.says.startswith("'transitions.open_it' cites SM-01")
    undecided = check_clauses(clauses(decisions={}), small)
    assert [(fault.file, fault.path) for fault in undecided] == [("lifecycle", ("facts", "rank"))]


def test_the_clauses_of_another_policy_are_refused(small: Lifecycle) -> None:
    (fault,) = check_clauses(clauses(policy="smaller"), small)
    assert fault.path == ("policy",)


@pytest.mark.parametrize(
    "statement",
    [
        {"says": "Both.", "carried_by": ["roles.school"], "information": "and why"},
        {"says": "Neither."},
        {"says": "", "information": "nothing said"},
        {"says": "Mistyped.", "carriedby": ["roles.school"]},
    ],
)
def test_a_statement_is_either_carried_or_explained(statement: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        clauses(clauses={"SM-01": statement})


def test_a_row_or_an_entry_cites_for_its_part_and_an_event_for_all_its_transitions(
    small: Lifecycle,
) -> None:
    found = citations(small)
    assert found["facts.rank"].clauses == ("SM-02",)
    assert found["facts.rank"].decisions == ("A-01",)
    assert found["facts.papers"].clauses == ("SM-03",)
    assert found["transitions.open_it"].title == "Open"


def test_the_trace_runs_both_ways(policy: Any) -> None:
    found = trace(policy.clauses, policy.lifecycle)
    there = {(row.number, part) for row in found.statements for part in row.carried_by}
    back = {(number, row.part) for row in found.parts for number in (*row.clauses, *row.decisions)}
    assert there == back
    assert len(there) > 300 or policy.lifecycle.lifecycle == "heronsgate"
    assert all(row.title for row in found.parts)
