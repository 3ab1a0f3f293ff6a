"""A small policy with a question of every type, and what its forms are made from."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from apflow.policy.calendar import Calendar, Span
from apflow.policy.compiled import compile_lifecycle
from apflow.policy.facts import write_facts
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import Situation, Tally, Value
from apflow.web.facts import FactWords
from apflow.web.forms.building import Ground

TODAY = date(2026, 1, 14)
SITTINGS = (date(2025, 12, 3), date(2026, 1, 21), date(2026, 2, 18))
PLACES = {"elm": "Elm School", "oak": "Oak School", "unit": "The Unit"}
FACTS: dict[str, Any] = {
    "agrees": {"type": "yes_no", "ask": "Does the parent agree?"},
    "has_plan": {"type": "yes_no", "ask": "Is there a plan?", "hint": "Whoever wrote it"},
    "plan_need": {"type": "text", "ask": "What need is in the plan?", "when": "has_plan"},
    "year_group": {"type": "number", "ask": "Year group", "min": 1, "max": 13},
    "story": {"type": "text", "ask": "What happened?"},
    "start_on": {"type": "date", "ask": "First day agreed"},
    "raised_at": {"type": "moment", "ask": "When did the concern arise?"},
    "kind": {
        "type": "choice",
        "ask": "Why is it asked for?",
        "options": {"excluded": "Excluded", "moved": "Moved here", "other": "Other"},
    },
    "district": {
        "type": "choice",
        "ask": "District where the pupil lives",
        "options": {f"d{number}": f"District {number}" for number in range(1, 11)},
    },
    "excluded_on": {"type": "date", "ask": "First day of it", "when": "kind == 'excluded'"},
    "tried": {
        "type": "choices",
        "ask": "What was tried?",
        "options": {"talk": "Talking", "move": "A managed move", "help": "Help in school"},
    },
    "home": {"type": "organisation", "ask": "School that refers the pupil"},
    "contact": {"type": "person", "ask": "Named contact"},
    "sitting": {"type": "meeting", "of": "panel", "ask": "Which panel?"},
    "papers": {
        "type": "papers",
        "ask": "The papers",
        "entries": {
            "caf": {"title": "Completed CAF"},
            "views": {"title": "The pupil's own views", "or": ["not_applicable", "equivalent"]},
            "plan": {"title": "The plan", "when": "has_plan"},
        },
    },
    "terms": {
        "type": "papers",
        "ask": "What is settled?",
        "entries": {
            "length": {"title": "Its length"},
            "plan": {"title": "What the plan says", "when": "has_plan", "or": ["not_applicable"]},
        },
    },
    "people": {
        "type": "people",
        "ask": "Who was there?",
        "entries": {"pupil": {}, "parent": {}, "school": {"needed": False}},
    },
    "agreed": {"type": "agreements", "ask": "Who agrees?", "entries": {"parent": {}, "unit": {}}},
    "secret": {
        "type": "yes_no",
        "ask": "Is the youth court involved?",
        "seen_by": ["panel_member"],
    },
}
_DOCUMENT: dict[str, Any] = {
    "lifecycle": "every-question",
    "title": "Every question",
    "road": ["asked", "over"],
    "phases": {"all": "All"},
    "roles": {
        "school": {"title": "School", "of": "home"},
        "panel_member": {"title": "Panel"},
        "parent": {"title": "Parent or carer", "acts": False},
    },
    "facts": FACTS,
    "events": {
        "open_it": {"title": "Open"},
        "ask_all": {"title": "Ask it all", "asks": list(FACTS)},
        "may_ask_all": {"title": "Perhaps ask it all", "may_ask": list(FACTS)},
        "end": {"title": "End"},
    },
    "states": {
        "asked": {"title": "Asked", "phase": "all"},
        "over": {"title": "Over", "phase": "all", "final": "good"},
    },
    "transitions": [
        {"from": "start", "event": "open_it", "to": "asked", "by": "school"},
        {"from": "asked", "event": "ask_all", "by": "school"},
        {"from": "asked", "event": "may_ask_all", "by": "school"},
        {"from": "asked", "event": "end", "to": "over", "by": "school"},
    ],
    "meetings": {"panel": {"title": "Panel", "papers_by": {"before": 5, "unit": "school_day"}}},
}


@cache
def machine() -> Machine:
    """Return the policy made ready."""
    return Machine(compile_lifecycle(Lifecycle.model_validate(_DOCUMENT)))


def ground(facts: Mapping[str, Value] | None = None, **parts: Any) -> Ground:
    """Return what a form is made from where these facts are known."""
    known = dict(facts or {})
    days = Calendar.of("all", [Span(date(2025, 9, 1), date(2026, 7, 20))], (), ())
    situation = Situation(
        state="asked",
        facts=known,
        tally=Tally(),
        calendar=days,
        today=TODAY,
        happened_on=TODAY,
        sittings={"panel": SITTINGS},
    )
    made = machine()
    words = FactWords(made.compiled.lifecycle, PLACES)
    return Ground(made, situation.but(**parts), words, write_facts(known), frozenset({"oak"}))
