"""The roads of both policies: what `apflow` claims of them, proved over many kinds of pupils."""

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from apflow.policy.check import check

PUPILS = [
    {"reason": reason, "year_group": year, "looked_after": care, "has_ehc_plan": plan,
     "home_school_on_roll": on_roll, "lives_in": lives}
    for reason, year, care, plan, on_roll, lives in (
        ("permanently_excluded", 8, "no", "no", "yes", "maidstone_and_malling"),
        ("permanently_excluded", 10, "yes", "yes", "no", "maidstone_and_malling"),
        ("permanently_excluded", 9, "no", "yes", "yes", "elsewhere"),
        ("at_risk", 8, "no", "no", "yes", "maidstone_and_malling"),
        ("at_risk", 11, "yes", "yes", "no", "maidstone_and_malling"),
        ("time_out", 7, "no", "no", "yes", "elsewhere"),
        ("hard_to_place", 9, "no", "yes", "no", "maidstone_and_malling"),
        ("no_school", 8, "yes", "no", "no", "maidstone_and_malling"),
        ("ks4_route", 10, "no", "no", "yes", "maidstone_and_malling"),
    )
]  # fmt: skip
PAPERS = (
    "core_support, core_outcomes, caf, pupil_views, multi_agency, forum_form, earlier, pastoral, "
    "academic, social, current, sen_details, running"
)
#: What a person would answer who has done all that is asked; several where a choice is real.
ANSWERS: Mapping[str, tuple[object, ...]] = {
    "referring_school": ("Oakwood",), "authority": ("The council",), "provider": ("The unit",),
    "excluding_school": ("Oakwood",), "exclusion_first_day": ("2026-01-12",),
    "home_district": ("Medway",), "parent_agreement": ("parent", {"parent": "refused: no"}),
    "forum_papers": (PAPERS,), "forum_sitting": ("2026-01-27",), "purpose": ("support",),
    "other_provision": ("none",), "plan_need_semh": ("no",), "pru_named_in_plan": ("no",),
    "semh_history": ("yes",), "discussion_note": ("discussed",),
    "suitability_note": ("small groups",), "forum_people": ("chair, school, pru",),
    "refusal_reason": ("unsuitable",), "pru_view": ("consulted",), "note": ("a reason",),
    "next_placement": ("Elmfield",), "risk_assessed": ("yes",),
    "provisional_reason": ("statutory_deadline",), "other_education": ("tuition",),
    "duty_ended_because": ("home_education",), "visit_people": ("pupil, parent, pru",),
    "meeting_people": ("pupil, parent, pru", "pupil, parent, pru, mainstream"),
    "placement_terms": ("duration, rewards, work, behaviour, attendance, exit_strategy",),
    "start_on": ("2026-02-02",), "transport_arranged": ("taxi",),
    "review_people": ("pupil, parent, pru", "pupil, parent, pru, mainstream"),
    "ready": ("yes",), "right_time": ("now",), "progress": ("good",), "exit_on": ("2026-03-20",),
    "extension_reason": ("gains",), "limited_until": ("2026-03-20",),
    "awaiting_specialist": ("yes",), "specialist_school": ("Oak Special",),
    "roll": ("pru_only",), "receiving_school": ("Elmfield",), "non_engagement": ("no answer",),
    "programme": ("pupil, parent, pru, receiving",), "return_timetable": ("mornings",),
    "support_offered": ("calls",), "return_because": ("would_not_engage", "other"),
    "destination": ("school",), "sent_to": ("Medway forum",), "youth_justice": ("no",),
    "sen_decision": ("may_place",), "onward_route": ("back to school",),
    "attendance_accepted": ("yes",), "attendance_reason": ("good",), "agencies": ("health",),
    "named_school": ("Elmfield",), "reintegration_proposed_on": ("2026-03-20",),
    "school_contact": ("Ms Contact",), "attendance_percent": (90,),
    "lives_in": ("maidstone_and_malling",),
}  # fmt: skip
#: The same for Heronsgate.
CHILD: Mapping[str, tuple[object, ...]] = {
    "home_school": ("Oakwood",), "authority": ("The council",), "reason": ("behaviour",),
    "age": (9,), "full_time_now": ("no",), "considered_by": ("The SENCO",),
    "application": ("form, evidence",), "panel_sitting": ("2026-01-27",),
    "best_interests": ("a smaller group",), "expected_length": ("a term",),
    "panel_people": ("chair, la",), "evidence_read": ("yes",), "parent_views": ("agree",),
    "provider": ("The unit",), "panel_reason": ("not yet",),
    "agreement_signed": ("school, parent, provider", {"parent": "refused: too far"}),
    "named_person": ("Mr Named",), "next_review_on": ("2026-02-27",),
    "legal_basis": ("agreement",), "emergency_reason": ("not safe",),
    "emergency_pack": ("documents, risk",), "notice_given_on": ("2026-01-12",),
    "direction_from": ("2026-01-14",), "note": ("a reason",), "progress": ("good",),
    "review_people": ("pupil, parent, provider, named_staff",), "engagement": ("good",),
    "review_outcome": ("reintegrate", "next_step"), "attendance_percent": (90,),
    "wellbeing": ("good",), "cpoms_reference": ("CP-1",), "lead_told": ("S-1",),
    "concern_raised_at": ("2026-01-12T10:00",), "return_plan": ("plan",), "part_time": ("no",),
    "specialist_school": ("Oak Special",), "end_reason": ("back",),
    "exclusion_first_day": ("2026-01-12",),
}  # fmt: skip
#: May-be-asked facts that are left empty here, since they would make another pupil of this one.
KEPT = frozenset(("year_group", "looked_after", "has_ehc_plan", "home_school_on_roll", "lives_in"))


#: Where a walk stands: its state, whether excluded, and what the last review decided.
Key = tuple[str, bool, object]


def key_of(walk: Any) -> Key:
    excluded = walk.value("permanently_excluded") is True
    return walk.state, excluded, walk.facts.get("review_outcome")


def ways_of_answering(
    walk: Any, event: str, given: Mapping[str, tuple[object, ...]]
) -> Iterator[dict[str, Any]]:
    """Give the answers that a person may give to what an event asks now, and may ask."""
    asking = walk.policy.machine.asks(walk.situation(), event)
    wanted = [name for name in asking.asks if name in given]
    wanted += [name for name in asking.may_ask if name in given and name not in KEPT]
    for picked in itertools.product(*(given[name] for name in wanted)):
        yield dict(zip(wanted, picked, strict=True))


def steps_from(walk: Any, given: Mapping[str, tuple[object, ...]]) -> Iterator[Any]:
    """Give the walk after every step that is allowed from here, whoever takes it."""
    lifecycle = walk.policy.lifecycle
    roads: dict[str, set[str]] = {}
    for transition in lifecycle.transitions:
        if walk.state in lifecycle.sources(transition):
            roads.setdefault(transition.event, set()).update(transition.by)
    for event, roles in roads.items():
        for answers in ways_of_answering(walk, event, given):
            for role in sorted(roles):
                if walk.asked(event, role, **answers).allowed:
                    after = walk.copy()
                    after.do(event, role, **answers)
                    yield after
                    break


def explored(walk: Any, given: Mapping[str, tuple[object, ...]]) -> tuple[dict[Key, Any], Any]:
    """Return a walk to every state that this pupil can come to, excluded or not, and the ways."""
    found: dict[Key, Any] = {}
    ways: dict[Key, set[Key]] = {}
    waiting = deque([walk])
    while waiting:
        one = waiting.popleft()
        onward = ways.setdefault(key_of(one), set())
        for after in steps_from(one, given):
            key = key_of(after)
            onward.add(key)
            if key not in found:
                found[key] = after
                waiting.append(after)
    return found, ways


def can_end(lifecycle: Any, begin: Key, ways: Mapping[Key, set[Key]]) -> bool:
    seen, waiting = {begin}, [begin]
    while waiting:
        state = (key := waiting.pop())[0]
        if state != "start" and lifecycle.states[state].final:
            return True
        for after in ways.get(key, set()) - seen:
            seen.add(after)
            waiting.append(after)
    return False


@pytest.fixture
def maidstone(walk_in: Callable[..., Any]) -> Any:
    return walk_in(
        "maidstone-and-malling", sittings={"forum_meeting": (date(2026, 1, 27),)}
    )  # fmt: skip


@pytest.fixture
def heronsgate(walk_in: Callable[..., Any]) -> Any:
    unit = {
        "listed": True, "age_from": 4, "age_to": 11, "assurance_until": date(2027, 1, 1),
        "rating_checked_on": date(2026, 1, 1),
    }  # fmt: skip
    sittings = {"panel_meeting": (date(2026, 1, 27),)}
    return walk_in("heronsgate", sittings=sittings, register={"The unit": unit})


def open_ones(walk: Any, found: Mapping[Key, Any]) -> list[Any]:
    states = walk.policy.lifecycle.states
    return [one for one in found.values() if not states[one.state].final]


def test_the_file_proves_itself_without_a_fault_or_a_warning(policy: Any) -> None:
    report = check(policy.compiled)
    assert report.faults == ()
    assert report.warnings == ()


def test_the_roads_exist_by_name(policy_named: Callable[[str], Any]) -> None:
    assert policy_named("maidstone-and-malling").lifecycle.road == (
        "consent", "caf", "forum", "home_visit", "pre_admission", "placed", "reviewed",
        "reintegrating", "reintegrated",
    )  # fmt: skip
    assert policy_named("heronsgate").lifecycle.road == (
        "draft", "panel", "agreement", "placed", "reviewed", "reintegrating", "reintegrated",
    )  # fmt: skip


@pytest.mark.parametrize("pupil", PUPILS, ids=lambda pupil: str(pupil["reason"]))
def test_no_pupil_is_ever_stuck_and_no_duty_can_be_shut_out(
    maidstone: Any, pupil: dict[str, object]
) -> None:
    given = {**ANSWERS, **{name: (value,) for name, value in pupil.items()}}
    found, ways = explored(maidstone, given)
    assert len(found) > 10
    stuck = [key for key in found if not can_end(maidstone.policy.lifecycle, key, ways)]
    assert stuck == []
    excluded = [one for one in open_ones(maidstone, found) if key_of(one)[1]]
    assert excluded
    for one in excluded:
        meeting = {"other_education": "tuition", "note": "a reason"}
        assert one.asked("secure_other_education", "la", **meeting).allowed, one.state
    assert not {state for state, is_excluded, _ in found if is_excluded} & {
        "not_accepted", "withdrawn", "returned",
    }  # fmt: skip


def test_every_state_of_maidstone_is_some_pupils(maidstone: Any) -> None:
    come_to: set[str] = set()
    maidstone.free = {"ks3": 0}
    for pupil in (PUPILS[3], PUPILS[5]):
        given = {**ANSWERS, **{name: (value,) for name, value in pupil.items()}}
        found, _ = explored(maidstone.copy(), given)
        come_to |= {state for state, _, _ in found}
    assert come_to == set(maidstone.policy.lifecycle.states)


def test_no_child_of_heronsgate_is_ever_stuck(heronsgate: Any) -> None:
    found, ways = explored(heronsgate, CHILD)
    assert {state for state, _, _ in found} == set(heronsgate.policy.lifecycle.states)
    stuck = [key for key in found if not can_end(heronsgate.policy.lifecycle, key, ways)]
    assert stuck == []
    for one in open_ones(heronsgate, found):
        if one.state != "handover":
            taken = one.asked("record_permanent_exclusion", "la", exclusion_first_day="2026-01-12")
            assert taken.allowed, one.state


def test_the_authority_meets_the_sixth_day_through_guards_of_law_alone(
    policy_named: Callable[[str], Any],
) -> None:
    lifecycle = policy_named("maidstone-and-malling").lifecycle
    duty = lifecycle.deadlines["sixth_day"]
    assert (duty.force, duty.owner) == ("law", "la")
    for transition in lifecycle.transitions:
        if transition.event in ("place_provisionally", *duty.met_by):
            assert {lifecycle.guards[name].force for name in transition.guards} <= {"law"}
    for state in lifecycle.open_states:
        doors = {
            transition.event
            for transition in lifecycle.transitions
            if state in lifecycle.sources(transition) and "la" in transition.by
        }
        assert "secure_other_education" in doors, state
