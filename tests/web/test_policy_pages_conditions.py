"""Conditions in words: every one of both policies, and the forms that neither uses."""

import re

import pytest

from apflow import catalogue
from apflow.policy.conditions.functions import FUNCTIONS
from apflow.policy.lifecycle import Lifecycle
from apflow.web.manager.calls import VALUES, YES_NO
from apflow.web.manager.conditions import Spoken

#: What no reader should meet: ids, signs of comparison, brackets of calls.
CODE = re.compile(r"[a-z]_[a-z]|[=<>]=|'|\bTrue\b|\bFalse\b")


@pytest.fixture(scope="module")
def policy() -> Lifecycle:
    return catalogue.read_policy("maidstone-and-malling").lifecycle


@pytest.mark.parametrize("name", ["maidstone-and-malling", "heronsgate"])
def test_no_condition_of_a_policy_is_shown_as_it_is_written(name: str) -> None:
    lifecycle = catalogue.read_policy(name).lifecycle
    says = Spoken(lifecycle)
    said = [part for one in lifecycle.guards.values() for part in says.parts(one.require)]
    said += [says.condition(one.when) for one in lifecycle.guards.values()]
    said += [says.condition(one.when) for one in lifecycle.transitions]
    said += [says.due(one.due, one.start) for one in lifecycle.deadlines.values()]
    said += [says.amount(one.is_) for one in lifecycle.facts.values()]
    for fact, one in lifecycle.facts.items():
        said += [says.condition(row.when) + says.amount(row.is_, fact) for row in one.choose]
    for text in said:
        plain = re.sub(r"[a-z]'s\b", "", text)
        assert not CODE.search(plain), text
    assert len([text for text in said if text]) > 60


def test_every_call_of_the_language_can_be_said() -> None:
    assert set(YES_NO) | set(VALUES) == set(FUNCTIONS)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("not (looked_after or permanently_excluded)",
         "“Is the pupil a child in care?” is no and “Permanently excluded” is no"),
        ("not (looked_after and year_group > 9)",
         "“Is the pupil a child in care?” is no or “Year group” is at most 9"),
        ("year_group + 1 == 10 - 2 * 3", "“Year group” plus 1 is 10 less 2 times 3"),
        ("reason not in ('time_out', 'ks4_route')",
         "“Why is the pupil referred?” is not “Time out from a mainstream placement” or "
         "“Key stage 4 positive alternative”"),
        ("state == 'consent'", "the referral stands at “Consent”"),
        ("not (state in ('consent', 'caf'))",
         "the referral does not stand at “Consent” or “CAF and papers”"),
        ("not place_free and not next_in_line",
         "no place is free and somebody waiting comes before"),
        ("count('hold_review') >= 3", "how often “Hold a review” is recorded is at least 3"),
        ("not (count('hold_review') > 0)", "“Hold a review” is not recorded"),
        ("known(entered('home_visit'))", "the referral has been at “Home visit”"),
        ("'managed_move' in alternatives_considered",
         "“Managed move” is among “Alternatives considered before excluding”"),
        ("exit_on > ago(3, 'month')", "“Exit date” is after 3 months before today"),
        ("exit_on <= papers_by(forum_sitting)",
         "“Exit date” is on or before the last day for papers of “Which sitting of the forum?”"),
        ("known(very_low_attendance_below)", "“Attendance is very low below (%)” is set"),
        ("year_group >= -5", "“Year group” is at least minus 5"),
        ("provider.urn == 1", "“urn” of “Pupil referral unit” is 1"),
        ("role != 'la'", "the person acting is not “Local authority”"),
        (True, "always"),
    ],
)  # fmt: skip
def test_a_condition_is_said(policy: Lifecycle, written: str, said: str) -> None:
    assert Spoken(policy).condition(written) == said


def test_a_term_that_is_not_set_is_said_to_be_open(policy: Lifecycle) -> None:
    deadline = policy.deadlines["start_soon"]
    assert (
        Spoken(policy)
        .due(deadline.due, deadline.start)
        .startswith(
            "a number of school days that is not set yet (“School days from confirming the place"
        )
    )


def test_the_sixth_school_day_is_counted_from_the_exclusion(policy: Lifecycle) -> None:
    deadline = policy.deadlines["sixth_day"]
    assert Spoken(policy).due(deadline.due, deadline.start) == (
        "school day 6, counted from “First day of the permanent exclusion” as day 1 "
        "(“The first day of an exclusion counts as day”)"
    )
