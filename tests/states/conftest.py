"""The two policies that ship, and a referral that walks their roads by pure decisions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest

from apflow.catalogue import read_yaml
from apflow.places import place
from apflow.policy.answers import take_answers
from apflow.policy.calendar import Calendar
from apflow.policy.clauses import Clauses
from apflow.policy.compiled import Compiled, View, compile_lifecycle
from apflow.policy.deadlines import Due, due
from apflow.policy.decision import Decision
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine
from apflow.policy.situation import START, SYSTEM, Actor, Situation, Tally, Value
from apflow.referral import DeadlineRow, NoticeRow, Recorded, Referral
from apflow.referral.moving import Act, move

POLICIES = ("maidstone-and-malling", "heronsgate")
#: The organisations of the walks: whose people act in a role.
PEOPLE_OF = {
    "school": "Oakwood", "head": "Oakwood", "named_staff": "Oakwood",
    "safeguarding_lead": "Oakwood", "receiving": "Elmfield", "pru": "The unit",
    "provider": "The unit", "la": "The council", "send": "The council",
    "virtual_school": "The council",
}  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """One policy made ready."""

    lifecycle: Lifecycle
    compiled: Compiled
    machine: Machine
    clauses: Clauses


@cache
def _policy(name: str) -> Policy:
    folder = place("states") / name
    lifecycle = Lifecycle.model_validate(read_yaml(folder / "lifecycle.yaml").value)
    compiled = compile_lifecycle(lifecycle)
    clauses = Clauses.model_validate(read_yaml(folder / "clauses.yaml").value)
    return Policy(lifecycle, compiled, Machine(compiled), clauses)


@pytest.fixture(params=POLICIES)
def policy(request: pytest.FixtureRequest) -> Policy:
    """Return each of the policies in turn."""
    return _policy(request.param)


@pytest.fixture(scope="session")
def policy_named() -> Callable[[str], Policy]:
    """Return a policy by its name."""
    return _policy


@dataclass
class Walk:
    """One referral on its way, moved by what policy decides and nothing else.

    Days are given as ISO dates and never go back. `free` and `first` say how the pools of places
    stand; `rows` are the deadline rows as the store would hold them.
    """

    policy: Policy
    calendar: Calendar
    today: date = date(2026, 1, 12)
    facts: Mapping[str, Value] = field(default_factory=dict)
    free: dict[str, int] = field(default_factory=dict)
    first: dict[str, bool] = field(default_factory=dict)
    sittings: dict[str, tuple[date, ...]] = field(default_factory=dict)
    register: dict[str, dict[str, Value]] = field(default_factory=dict)
    rows: dict[tuple[str, int], DeadlineRow] = field(default_factory=dict)
    notices: list[NoticeRow] = field(default_factory=list)
    road: list[str] = field(default_factory=lambda: [START])
    pack: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        self.referral = Referral(
            "EX-2026-000000-0", "pupil", self.policy.lifecycle.lifecycle,
            self.policy.lifecycle.digest, START, 0, 0, "0" * 64, {}, Tally(), None, None, None,
            self.today, None,
        )  # fmt: skip

    @property
    def state(self) -> str:
        """Where the referral stands."""
        return self.referral.state

    def setting(self, name: str, value: object) -> None:
        """Go on under the same policy with one setting given another value."""
        before = self.policy
        changed = before.lifecycle.settings[name].model_copy(update={"value": value})
        settings = {**before.lifecycle.settings, name: changed}
        compiled = compile_lifecycle(before.lifecycle.model_copy(update={"settings": settings}))
        self.policy = Policy(compiled.lifecycle, compiled, Machine(compiled), before.clauses)

    def copy(self) -> "Walk":
        """Return the same referral on a way of its own."""
        other = replace(
            self, rows=dict(self.rows), notices=list(self.notices), road=list(self.road)
        )
        other.referral = self.referral
        return other

    def situation(self, on: str | None = None) -> Situation:
        """Return the situation on a day; the referral's clock goes on to it."""
        self.today = max(self.today, date.fromisoformat(on) if on else self.today)
        return Situation(
            self.state, self.facts, self.referral.tally, self.calendar, self.today,
            date.fromisoformat(on) if on else self.today, self.free, self.first, self.sittings,
            self.register,
        )  # fmt: skip

    def asked(
        self,
        event: str,
        role: str,
        on: str | None = None,
        overrides: Mapping[str, str] | None = None,
        **answers: object,
    ) -> Decision:
        """Return what policy says to an event, with answers as people type them."""
        situation = self.situation(on)
        lifecycle = self.policy.lifecycle
        taken = take_answers(lifecycle, event, answers, self.today, self.sittings)
        actor = Actor("someone", role, frozenset({PEOPLE_OF.get(role, "Another place")}))
        return self.policy.machine.decide(situation, event, taken, actor, overrides)

    def stops(
        self,
        event: str,
        role: str,
        on: str | None = None,
        overrides: Mapping[str, str] | None = None,
        **answers: object,
    ) -> set[str]:
        """Return the names of what keeps the referral from moving."""
        decision = self.asked(event, role, on, overrides, **answers)
        assert not decision.allowed, f"{event} by {role} is allowed in {self.state}"
        return {finding.guard for finding in decision.stopping}

    def do(
        self,
        event: str,
        role: str,
        on: str | None = None,
        overrides: Mapping[str, str] | None = None,
        **answers: object,
    ) -> Decision:
        """Take one step, which has to be allowed."""
        before = self.situation(on)
        decision = self.asked(event, role, on, overrides, **answers)
        assert decision.allowed, f"{event} by {role} in {self.state}: {decision.stopping}"
        assert decision.target is not None
        assert decision.transition is not None
        entered = self.policy.lifecycle.transitions[decision.transition].to
        act = Act(
            event, decision.target, "someone", role, before.happened_on,
            datetime.combine(self.today, time(12), UTC), findings=decision.findings,
            changes=decision.changes, answered=frozenset(answers), entered=entered,
        )  # fmt: skip
        self._moved(before.but(role=role), act)
        return decision

    def miss(self, name: str, on: str) -> None:
        """Record, as the sweep does, that a deadline passed without being met."""
        row, before = self.row(name), self.situation(on)
        assert row.state == "armed"
        assert row.due_at is not None
        assert row.due_at.date() < self.today
        at = datetime.combine(self.today, time(6), UTC)
        self.rows[name, row.occurrence] = replace(row, state="breached", missed_at=at)
        act = Act(
            "deadline_missed", self.state, SYSTEM, SYSTEM, self.today, at, counts=False,
            about={"deadline": name, "owner": row.owner},
        )  # fmt: skip
        self._moved(before, act)

    def _moved(self, before: Situation, act: Act) -> None:
        moved = move(
            self.policy.compiled, self.referral, tuple(self.rows.values()), before, act,
            lambda kind, name, value: Recorded(kind, name, "0" * 64, None, value),
        )  # fmt: skip
        self.rows |= {(row.name, row.occurrence): row for row in moved.deadlines}
        self.notices += moved.notices
        self.pack = moved.pack if moved.pack is not None else self.pack
        self.referral, self.facts = moved.referral, moved.situation.facts
        if moved.referral.state != self.road[-1]:
            self.road.append(moved.referral.state)

    def value(self, name: str, on: str | None = None) -> Value | None:
        """Return what a fact, setting or word stands for now."""
        return View(self.policy.compiled, self.situation(on)).value(name)

    def choices(self, role: str, on: str | None = None) -> set[str]:
        """Return the events that policy offers this role now, refused or not."""
        actor = Actor("someone", role, frozenset({PEOPLE_OF.get(role, "Another place")}))
        found = self.policy.machine.choices(self.situation(on), actor)
        return {
            event
            for event, decision in found
            if all(one.guard != "role" or one.verdict == "met" for one in decision.findings)
        }

    def dues(self, on: str | None = None) -> dict[str, Due]:
        """Return the deadlines that stand now, by name."""
        return {one.name: one for one in due(self.policy.compiled, self.situation(on))}

    def due_on(self, name: str, on: str | None = None) -> str | None:
        """Return the day on which a deadline that stands is due; None without a date."""
        moment = self.dues(on)[name].due_at
        return None if moment is None else (moment - timedelta(hours=2)).date().isoformat()

    def row(self, name: str) -> DeadlineRow:
        """Return the latest row of a deadline."""
        rows = [row for (one, _), row in self.rows.items() if one == name]
        return max(rows, key=lambda row: row.occurrence)

    def told(self, notice: str) -> set[str]:
        """Return the roles that were sent a notice."""
        return {row.to for row in self.notices if row.notice == notice}


@pytest.fixture
def walk_in(example_calendar: Calendar) -> Callable[..., Walk]:
    """Return a builder of walks in a policy."""

    def begin(name: str, **parts: object) -> Walk:
        return Walk(_policy(name), example_calendar, **parts)  # type: ignore[arg-type]

    return begin
