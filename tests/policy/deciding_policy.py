"""A policy with guards of every kind, two roads for one event and a duty of the law."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import compile_lifecycle
from apflow.policy.decision import Decision, Finding
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import Actor, Situation, Tally, Ticked, Value

LIFECYCLE: dict[str, Any] = {
    "lifecycle": "deciding",
    "title": "Guards of every kind",
    "road": ["draft", "panel", "placed", "ended"],
    "phases": {"all": "All"},
    "settings": {"home": {"value": "north"}, "limit": {"value": None, "type": "number"}},
    "roles": {
        "school": {"title": "Referring school", "of": "school"},
        "panel": {"title": "Panel"},
        "la": {"title": "Local authority", "of": "authority"},
        "parent": {"acts": False},
    },
    "facts": {
        "school": {"type": "organisation", "ask": "Which school?"},
        "authority": {"type": "organisation", "ask": "Which authority?"},
        "excluded": {"type": "yes_no", "ask": "Excluded?"},
        "first_day": {"type": "date", "ask": "First day?", "when": "excluded"},
        "age": {"type": "number", "ask": "Age?"},
        "district": {"type": "text", "ask": "District?"},
        "papers": {"type": "papers", "ask": "Papers?", "entries": {"caf": {}, "plan": {}}},
        "signed": {"type": "agreements", "ask": "Agreed?", "entries": {"parent": {}}},
        "people": {"type": "people", "ask": "Who?", "entries": {"pru": {}, "parent": {}}},
        "note": {"type": "text", "ask": "Note?"},
        "safe": {"type": "yes_no", "ask": "Safe?"},
        "stage": {"type": "choice", "options": {"a": "A", "b": "B"}, "set": True},
        "stage_now": {
            "type": "choice",
            "options": {"a": "A", "b": "B"},
            "choose": [{"when": "age >= 11", "is": "b"}, {"is": "a"}],
        },
        "started_on": {"type": "date", "set": True},
    },
    "guards": {
        "in_scope": {"require": "age >= 7", "otherwise": "Too young.", "override": ["la"],
                     "clause": "X-1"},
        "agreed": {"when": "not excluded", "require": "has(signed, 'parent')",
                   "otherwise": "The parent has not agreed.", "clause": ["X-2", "X-3"]},
        "lives_here": {"require": "district == home", "otherwise": "Lives elsewhere.",
                       "force": "law"},
        "all_papers": {"require": "complete(papers)", "otherwise": "Papers are missing.",
                       "override": ["panel"]},
        "noted": {"require": "known(note)", "otherwise": "No note.", "force": "should"},
        "is_safe": {"require": "safe", "otherwise": "Not safe.", "force": "law"},
        "sat": {"require": "how_many(people) >= 1", "otherwise": "Nobody sat."},
        "visited": {"require": "count('visit') > 0", "otherwise": "No visit."},
        "is_b": {"require": "stage == 'b'", "otherwise": "Not stage b."},
    },
    "events": {
        "open_it": {"title": "Open", "asks": ["school", "excluded", "first_day"],
                    "may_ask": ["age"]},
        "sign": {"title": "Sign", "asks": ["signed"]},
        "add": {"title": "Add papers", "may_ask": ["papers", "age", "district", "authority"]},
        "submit": {"title": "Submit", "asks": ["papers"], "may_ask": ["note"]},
        "agree": {"title": "Agree", "asks": ["people"], "may_ask": ["note", "safe"]},
        "visit": {"title": "Visit"},
        "begin": {"title": "Begin", "may_ask": ["safe"],
                  "sets": {"stage": "stage_now", "started_on": "happened_on"}},
        "exclude": {"title": "Exclude", "asks": ["first_day"], "sets": {"excluded": "true"}},
        "secure": {"title": "Secure education"},
        "end": {"title": "End"},
        "hand_on": {"title": "Hand on"},
        "chase": {"title": "Chase"},
        "take": {"title": "Take", "asks": ["authority"]},
        "log_late": {"title": "Log a late contact", "asks": ["note"]},
    },
    "states": {
        "draft": {"title": "Draft", "phase": "all"},
        "panel_sits": {"title": "Panel", "phase": "all"},
        "placed": {"title": "Placed", "phase": "all"},
        "waiting": {"title": "Waiting", "phase": "all"},
        "ended": {"title": "Ended", "phase": "all", "final": "good"},
        "elsewhere": {"title": "Elsewhere", "phase": "all", "final": "other",
                      "hands_over": ["first_day"]},
    },
    "transitions": [
        {"from": "start", "event": "open_it", "to": "draft", "by": ["school", "la"]},
        {"from": ["draft", "panel_sits"], "event": "add", "by": ["school"]},
        {"from": "draft", "event": "sign", "by": ["school"]},
        {"from": "draft", "event": "submit", "to": "panel_sits", "by": ["school"],
         "guards": ["in_scope", "agreed", "lives_here", "all_papers", "noted"]},
        {"from": "draft", "event": "take", "by": ["la"]},
        {"from": "panel_sits", "event": "agree", "to": "placed", "by": ["panel"],
         "when": "place_free", "guards": ["sat", "is_safe"]},
        {"from": "panel_sits", "event": "agree", "to": "waiting", "by": ["panel", "la"],
         "when": "not place_free and age > 5", "guards": ["sat", "in_scope"]},
        {"from": ["panel_sits", "placed"], "event": "visit", "by": ["panel"]},
        {"from": "panel_sits", "event": "begin", "to": "placed", "by": ["panel"],
         "guards": ["visited", "is_safe"]},
        {"from": "panel_sits", "event": "begin", "to": "waiting", "by": ["school"],
         "guards": ["is_b"]},
        {"from": "any", "but_not": ["waiting"], "event": "exclude", "by": ["la", "school"],
         "when": "not excluded"},
        {"from": "any", "event": "secure", "by": ["la"], "when": "excluded"},
        {"from": ["placed", "waiting"], "event": "end", "to": "ended", "by": ["panel"]},
        {"from": ["placed", "waiting"], "event": "hand_on", "to": "elsewhere", "by": ["panel"]},
        {"from": "waiting", "event": "chase", "by": ["system"]},
        {"from": "ended", "event": "log_late", "by": ["school"]},
    ],
    "deadlines": {
        "sixth_day": {"title": "Education from the sixth day", "force": "law",
                      "when": "excluded", "start": "first_day",
                      "due": {"nth": 6, "unit": "school_day"}, "met_by": ["placed", "secure"],
                      "owner": "la", "clause": "X-9"},
    },
    "places": {"all_places": {"capacity": "limit", "held_in": ["placed"]}},
}  # fmt: skip

DAY = date(2026, 1, 14)
SCHOOL = Actor("p-school", "school", frozenset({"north-school"}))
PANEL = Actor("p-panel", "panel")
LA = Actor("p-la", "la", frozenset({"north-la"}))
SYSTEM = Actor("apflow", "system")

MACHINE = Machine(compile_lifecycle(Lifecycle.model_validate(LIFECYCLE)))
PRESENT = {"caf": Ticked("present"), "plan": Ticked("present")}
KNOWN: dict[str, Value] = {
    "school": "north-school",
    "authority": "north-la",
    "excluded": False,
    "age": 9,
    "district": "north",
    "signed": {"parent": Ticked("agreed")},
}


@dataclass
class Ask:
    """One machine on one day."""

    calendar: Calendar

    def situation(self, state: str = "draft", **facts: Any) -> Situation:
        known = {**KNOWN, **facts}
        return Situation(
            state,
            {name: value for name, value in known.items() if value is not None},
            Tally(),
            self.calendar,
            DAY,
            DAY,
        )

    def decide(
        self,
        event: str,
        actor: Actor = SCHOOL,
        answers: dict[str, Value] | None = None,
        overrides: dict[str, str] | None = None,
        *,
        state: str = "draft",
        **facts: Any,
    ) -> Decision:
        situation = self.situation(state, **facts)
        return MACHINE.decide(situation, event, answers or {}, actor, overrides or {})


def verdicts(decision: Decision) -> dict[str, str]:
    return {finding.guard: finding.verdict for finding in decision.findings}


def found(decision: Decision, guard: str) -> Finding:
    (finding,) = (finding for finding in decision.findings if finding.guard == guard)
    return finding


def submit(ask: Ask, **facts: Any) -> Decision:
    return ask.decide("submit", answers={"papers": PRESENT}, **facts)
