"""Laws that deadline rows keep, whatever happens to a referral and in whatever order."""

from datetime import date

from hypothesis import event, given, settings
from hypothesis import strategies as st

from apflow.policy.calendar import Calendar
from apflow.policy.compiled import Compiled
from apflow.policy.deadlines import due, start_day
from apflow.policy.situation import Ticked, Value
from apflow.referral import DeadlineRow
from apflow.referral.deadlines import reconcile
from tests.referral.story import DEADLINES, Story, excluded

DAYS = st.dates(date(2026, 2, 9), date(2026, 5, 29))
MOVES = {
    "place": "placed",
    "reintegrate": "reintegrating",
    "stop": "placed",
    "return_it": "consent",
    "close": "ended",
}
STAYS = ("secure_other", "hold_review", "log_visit", "log_reference", "have_a_word", "write_plan")
FACTS: dict[str, st.SearchStrategy[Value | None]] = {
    "excluded": st.sampled_from([True, True, False, None]),
    "excluded_on": st.none() | DAYS,
    "placement_start": st.none() | DAYS,
    "exit_on": st.none() | DAYS,
    "lead": st.sampled_from(["la", "pru", None]),
    "papers": st.sampled_from([{"caf": Ticked("present")}, {"caf": Ticked("awaited")}, None]),
}
ACTS = st.one_of(
    st.tuples(st.just("step"), st.sampled_from([*MOVES, *STAYS, *STAYS]), DAYS),
    st.sampled_from(sorted(FACTS)).flatmap(
        lambda name: st.tuples(st.just("correct"), st.just(name), FACTS[name])
    ),
    st.tuples(st.just("miss"), st.sampled_from(sorted(DEADLINES)), st.none()),
    st.tuples(st.just("take back"), st.none(), st.none()),
)


class Told:
    """A story told at random, with what is needed to take its last step back."""

    def __init__(self, compiled: Compiled, calendar: Calendar) -> None:
        self.story = Story(compiled, calendar)
        excluded(self.story)
        self.steps: list[tuple[int, str, dict[str, Value]]] = []

    def act(self, kind: str, what: str | None, value: Value | None) -> None:
        if kind == "step" and isinstance(what, str) and isinstance(value, date):
            before = (self.story.seq + 1, self.story.state, dict(self.story.facts))
            self.steps.append(before)
            self.story.step(what, value, MOVES.get(what, self.story.state))
        elif kind == "correct" and isinstance(what, str):
            self.story.correct(date(2026, 5, 29), **{what: value})
        elif kind == "miss" and isinstance(what, str):
            self.miss(what)
        elif kind == "take back" and self.steps:
            seq, state, facts = self.steps.pop()
            gone: dict[str, Value | None] = dict.fromkeys(set(self.story.facts) - set(facts))
            self.story.take_back(seq, date(2026, 5, 29), state, **{**gone, **facts})

    def miss(self, name: str) -> None:
        for row in self.story.rows:
            if row.name == name and row.state == "armed" and row.due_at is not None:
                self.story.miss(name, row.occurrence)
                return


def stand_for(row: DeadlineRow, start: str) -> bool:
    return row.start == start and row.state != "cancelled"


def rows_by_key(rows: tuple[DeadlineRow, ...]) -> dict[tuple[str, int], DeadlineRow]:
    return {(row.name, row.occurrence): row for row in rows}


@given(st.lists(ACTS, min_size=4, max_size=20))
@settings(max_examples=300)
def test_rows_keep_their_laws_whatever_happens(
    compiled: Compiled,
    example_calendar: Calendar,
    acts: list[tuple[str, str | None, Value | None]],
) -> None:
    told = Told(compiled, example_calendar)
    for kind, what, value in acts:
        before = rows_by_key(told.story.rows)
        told.act(kind, what, value)  # asserts that doing it again changes nothing
        after = rows_by_key(told.story.rows)
        for key, row in before.items():
            allowed = ALLOWED[row.state]
            assert after[key].state in allowed, f"{key}: {row.state} became {after[key].state}"
            if row.state == after[key].state == "met":
                assert after[key] == row
            if row.state != "armed":
                assert after[key].start == row.start
                assert after[key].missed_at == row.missed_at
        check_rows(told.story)
    for row in told.story.rows:
        event(row.state)


ALLOWED = {
    "armed": ("armed", "breached", "met", "cancelled"),
    "breached": ("breached", "met", "cancelled"),
    "met": ("met", "cancelled"),
    "cancelled": ("cancelled",),
}


def check_rows(story: Story) -> None:
    names = {row.name for row in story.rows}
    for name in names:
        numbers = [row.occurrence for row in story.rows if row.name == name]
        assert numbers == list(range(1, len(numbers) + 1))
        open_rows = [row for row in story.rows if row.name == name and is_open(row)]
        starts = [(row.start, row.given_by) for row in open_rows]
        assert len(starts) == len(set(starts)), "two open rows for one start"
    for one in due(story.compiled, story.context(date(2026, 5, 29)).situation):
        assert any(stand_for(row, one.start) for row in story.rows if row.name == one.name)
    for row in story.rows:
        deadline = story.compiled.lifecycle.deadlines[row.name]
        if is_open(row):
            assert story.state in story.compiled.lifecycle.deadline_states(deadline)
        if row.state == "met":
            assert row.met_on is not None
            assert row.met_by is not None
            by_step = deadline.met_when is None and deadline.met_by != ("leaving",)
            assert not by_step or row.met_on >= start_day(row.start)
            assert not by_step or row.met_by != row.given_by


def is_open(row: DeadlineRow) -> bool:
    return row.state in ("armed", "breached")


@given(st.lists(ACTS, max_size=12), st.permutations(range(40)))
def test_the_order_in_which_rows_are_handed_over_does_not_matter(
    compiled: Compiled,
    example_calendar: Calendar,
    acts: list[tuple[str, str | None, Value | None]],
    order: list[int],
) -> None:
    told = Told(compiled, example_calendar)
    for act in acts:
        told.act(*act)
    story = told.story
    story.state = "ended"
    context = story.context(date(2026, 5, 29))
    mixed = [row for _, row in sorted(zip(order, story.rows, strict=False), key=lambda at: at[0])]
    dues = due(story.compiled, context.situation)
    straight = reconcile(story.rows[: len(mixed)], dues, context)
    assert set(map(repr, reconcile(mixed, dues, context))) == set(map(repr, straight))
