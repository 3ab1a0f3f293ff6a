"""A referral told step by step, for the tests of what becomes of its deadlines."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import Compiled
from apflow.policy.deadlines import due
from apflow.policy.situation import START, Situation, Tally, Value
from apflow.referral import DeadlineRow
from apflow.referral.deadlines import StepContext, reconcile

DEADLINES: dict[str, object] = {
    "sixth_day": {
        "title": "Sixth day",
        "force": "law",
        "when": "excluded",
        "start": "excluded_on",
        "due": {"nth": 6, "unit": "school_day"},
        "met_by": ["placed", "secure_other"],
        "owner": "la",
        "warn": {"before": 2, "unit": "school_day"},
    },
    "review": {
        "title": "Review",
        "in": ["placed", "reintegrating"],
        "start": "latest(placement_start, last('hold_review'))",
        "due": {"within": 6, "unit": "school_week"},
        "met_by": "hold_review",
        "owner": "pru",
    },
    "limit": {
        "title": "Limit",
        "in": ["placed", "reintegrating"],
        "start": "placement_start",
        "due": {"within": 12, "unit": "school_week"},
        "other_reading": {"within": 12, "unit": "week"},
        "met_by": "leaving",
        "owner": "pru",
    },
    "exit_date": {
        "title": "Agreed exit",
        "in": "placed",
        "start": "placement_start",
        "due": {"date": "exit_on"},
        "met_by": "leaving",
        "owner": "pru",
    },
    "plan": {
        "title": "Plan",
        "in": "placed",
        "start": "placement_start",
        "due": {"within": 5, "unit": "school_day"},
        "met_by": "write_plan",
        "owner": "pru",
    },
    "papers_in": {
        "title": "Papers",
        "in": "placed",
        "start": "excluded_on",
        "due": {"within": 5, "unit": "school_day"},
        "met_when": "complete(papers)",
        "owner": "lead",
    },
    "visit_logged": {
        "title": "Logged",
        "in": "placed",
        "start": "last('log_visit')",
        "due": {"within": 1, "unit": "school_day"},
        "met_by": "log_reference",
        "owner": "pru",
    },
    "weekly_word": {
        "title": "A word every week",
        "in": "placed",
        "start": "last_word_on",
        "due": {"within": 1, "unit": "school_week"},
        "met_by": "have_a_word",
        "owner": "pru",
    },
}
POLICY: dict[str, object] = {
    "lifecycle": "small",
    "title": "Small",
    "road": ["consent", "placed", "reintegrating", "ended"],
    "phases": {"all": "All"},
    "roles": {"la": {"title": "LA"}, "pru": {"title": "PRU"}},
    "facts": {
        "excluded": {"type": "yes_no", "ask": "Excluded?"},
        "excluded_on": {"type": "date", "ask": "Since when?"},
        "exit_on": {"type": "date", "ask": "Until when?"},
        "lead": {"type": "choice", "ask": "Who?", "options": {"la": "LA", "pru": "PRU"}},
        "placement_start": {"type": "date", "set": True},
        "last_word_on": {"type": "date", "set": True},
        "papers": {"type": "papers", "ask": "Papers?", "entries": {"caf": {"title": "CAF"}}},
    },
    "events": {
        "open_it": {
            "title": "Open",
            "may_ask": ["excluded", "excluded_on", "papers", "lead", "exit_on"],
        },
        "place": {"title": "Place", "sets": {"placement_start": "happened_on"}},
        "secure_other": {"title": "Secure other education"},
        "hold_review": {"title": "Review"},
        "log_visit": {"title": "Visit"},
        "log_reference": {"title": "Reference"},
        "have_a_word": {"title": "Word", "sets": {"last_word_on": "happened_on"}},
        "add_papers": {"title": "Papers"},
        "write_plan": {"title": "Plan"},
        "reintegrate": {"title": "Reintegrate"},
        "stop": {"title": "Stop"},
        "return_it": {"title": "Return"},
        "close": {"title": "Close"},
    },
    "states": {
        "consent": {"title": "Consent", "phase": "all", "owner": "la"},
        "placed": {"title": "Placed", "phase": "all", "owner": "pru"},
        "reintegrating": {"title": "Reintegrating", "phase": "all", "owner": "pru"},
        "ended": {"title": "Ended", "phase": "all", "final": "good"},
    },
    "transitions": [
        {"from": "start", "event": "open_it", "to": "consent", "by": "la"},
        {"from": "consent", "event": "place", "to": "placed", "by": "la"},
        {"from": "placed", "event": "reintegrate", "to": "reintegrating", "by": "la"},
        {"from": "any", "event": "close", "to": "ended", "by": "la"},
    ],
    "deadlines": DEADLINES,
}


@dataclass
class Story:
    """A referral as told by a test: each step is folded in and its deadlines brought in line."""

    compiled: Compiled
    calendar: Calendar
    state: str = START
    facts: dict[str, Value] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    rows: tuple[DeadlineRow, ...] = ()
    seq: int = 0

    def step(
        self,
        event: str,
        on: date,
        to: str | None = None,
        facts: Mapping[str, Value | None] | None = None,
    ) -> "Story":
        self.seq += 1
        entered = to if to not in (None, self.state) else None
        self.tally = self.tally.with_step(event, entered, on, self.seq)
        sets = self.compiled.lifecycle.events[event].sets
        self._write({**dict.fromkeys(sets, on), **(facts or {})})
        self.state = to or self.state
        return self._reconciled(on)

    def correct(self, on: date, **facts: Value | None) -> "Story":
        """Correct facts: a step that is no event."""
        self.seq += 1
        self._write(facts)
        return self._reconciled(on)

    def take_back(self, seq: int, on: date, state: str, **facts: Value | None) -> "Story":
        """Take back a step: its occurrences go, the state and facts are as before it."""
        self.seq += 1
        self.tally = Tally(
            {name: _without(steps, seq) for name, steps in self.tally.events.items()},
            {name: _without(steps, seq) for name, steps in self.tally.states.items()},
        )
        self._write(facts)
        self.state = state
        return self._reconciled(on, taken_back=seq)

    def miss(self, name: str, occurrence: int = 1) -> "Story":
        """Let the sweep record that a deadline was missed."""
        row = self.row(name, occurrence)
        assert row.state == "armed"
        assert row.due_at is not None
        return self._changed((replace(row, state="breached", missed_at=row.due_at),))

    def recalendar(self, calendar: Calendar, on: date) -> "Story":
        self.calendar = calendar
        return self._reconciled(on)

    def row(self, name: str, occurrence: int = 1) -> DeadlineRow:
        (found,) = [one for one in self.rows if (one.name, one.occurrence) == (name, occurrence)]
        return found

    def states(self, name: str) -> list[str]:
        return [row.state for row in self.rows if row.name == name]

    def context(self, on: date, taken_back: int | None = None) -> StepContext:
        today = max(on, date(2026, 7, 1))
        situation = Situation(
            self.state, dict(self.facts), self.tally, self.calendar, today, happened_on=today
        )
        return StepContext(self.compiled, situation, "R", self.seq, on, taken_back)

    def _write(self, facts: Mapping[str, Value | None]) -> None:
        known = {**self.facts, **facts}
        self.facts = {name: value for name, value in known.items() if value is not None}

    def _reconciled(self, on: date, taken_back: int | None = None) -> "Story":
        context = self.context(on, taken_back)
        self._changed(reconcile(self.rows, due(self.compiled, context.situation), context))
        again = reconcile(self.rows, due(self.compiled, context.situation), context)
        assert again == (), "bringing rows in line a second time changed something"
        return self

    def _changed(self, rows: tuple[DeadlineRow, ...]) -> "Story":
        known = {(row.name, row.occurrence): row for row in (*self.rows, *rows)}
        self.rows = tuple(sorted(known.values(), key=lambda row: (row.name, row.occurrence)))
        return self


def _without(steps: tuple[tuple[date, int], ...], seq: int) -> tuple[tuple[date, int], ...]:
    return tuple(step for step in steps if step[1] != seq)


def feb(day: int) -> date:
    return date(2026, 2, day)


def excluded(story: Story, on: date = date(2026, 2, 12)) -> Story:
    """Open the referral of a child excluded on that day."""
    return story.step("open_it", on, "consent", {"excluded": True, "excluded_on": on})


def placed(story: Story, on: date = date(2026, 2, 26)) -> Story:
    """Open a referral and start the placement on that day."""
    return story.step("open_it", on, "consent").step("place", on, "placed")
