"""What one advance costs, with everything that belongs to it, against its statements alone.

The forum of Maidstone and Malling agrees to a placement: the Request is stored and committed,
read again, decided under fourteen guards and rules, and committed with the state, the history,
the answers, the deadlines, the notices and the place taken. The bare driver is told the same
statements one by one, with the same parameters and commits, on an identical database.

Times belong to a machine, ratios to the code: only the ratio is claimed, of the best of many
single steps taken in turns. The microseconds are printed (`pytest -s`).
"""

from contextlib import closing
from datetime import date, datetime
from functools import partial

import pytest
import sqlalchemy as sa

from apflow.casework import Asked, Casework
from apflow.casework.meetings.forum import Sitting, list_sitting
from apflow.places import place
from apflow.referral import Request
from apflow.store import Store, register, tables
from tests.benchmarks.driving import Bare, Told, best_in_turns, overheard
from tests.databases import Copied, Fresh

ROUNDS = 250
POLICY = "maidstone-and-malling"
FORUM_DAY = datetime.fromisoformat("2026-01-27T12:00:00+00:00")
PEOPLE = {"sue": ("school", "oakwood"), "pam": ("forum", None)}
OPENING = {
    "referring_school": "oakwood", "authority": "council", "provider": "unit",
    "reason": "at_risk", "year_group": 8, "lives_in": "maidstone_and_malling",
    "looked_after": "no", "has_ehc_plan": "no", "home_school_on_roll": "yes",
    "school_contact": "Ms Contact", "attendance_percent": 91,
}  # fmt: skip
PAPERS = (
    "core_support, core_outcomes, caf, pupil_views, multi_agency, forum_form, earlier, pastoral, "
    "academic, social, current, sen_details, running"
)
SUBMITTING = {
    "forum_papers": PAPERS, "forum_sitting": "2026-01-27", "purpose": "support",
    "other_provision": "none", "agencies": "health", "reintegration_proposed_on": "2026-05-01",
}  # fmt: skip
AGREEING = {
    "discussion_note": "discussed", "suitability_note": "small groups",
    "forum_people": "chair, school, pru", "attendance_accepted": "yes",
    "attendance_reason": "over nine tenths",
}  # fmt: skip


def casework(store: Store) -> Casework:
    return Casework(store, (place("states"),))


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def furnish(store: Store) -> None:
    with store.writing() as tx:
        for name in ("oakwood", "council", "unit"):
            register.add_organisation(tx, register.Organisation(name, name.title(), {"urn": 118}))
        for person, (role, where) in PEOPLE.items():
            register.add_person(tx, register.Person(person, person.title()))
            register.add_membership(tx, register.Membership(person, role, where))
        register.add_pupil(tx, register.Pupil("p1", "A pupil", date(2013, 5, 1)))


def before_the_forum(store: Store) -> str:
    """Take a referral to the forum and return its reference."""
    furnish(store)
    work = casework(store)
    forum = Sitting(POLICY, "forum_meeting", FORUM_DAY.date())
    list_sitting(work.office, forum, at("2026-01-10"))

    def applied(request: Request, now: datetime) -> str:
        closed = work.apply(request.id, now)
        assert closed.state == "applied", closed.result
        return closed.reference

    now = at("2026-01-12")
    opening = Asked("open_referral", "sue", "school", OPENING)
    reference = applied(work.ask_to_open(POLICY, "p1", opening, now), now)
    for day, event, answers in (
        ("2026-01-13", "record_consent", {"parent_agreement": "parent"}),
        ("2026-01-20", "submit_to_forum", SUBMITTING),
    ):
        asked = Asked(event, "sue", "school", answers)
        applied(work.ask(reference, asked, at(day)), at(day))
    return reference


def multiply(store: Store, reference: str, times: int) -> list[str]:
    """Write so many referrals that stand as this one does and return their references."""
    numbers = f"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {times})"
    with store.writing() as tx:
        for table in (tables.referrals, tables.referral_parties, tables.deadlines):
            names = [column.name for column in table.columns]
            taken = [
                "reference || '-' || x" if name == "reference" else f'"{name}"' for name in names
            ]
            into = ", ".join(f'"{name}"' for name in names)
            words = f"{numbers} INSERT INTO {table.name} ({into}) SELECT {', '.join(taken)}"
            tx.execute(sa.text(f"{words} FROM {table.name}, n"))
    return [f"{reference}-{number}" for number in range(1, times + 1)]


def agree(work: Casework, reference: str) -> Request:
    """Ask for the forum's decision and apply it: the step that is measured."""
    asked = Asked("forum_agrees", "pam", "forum", AGREEING)
    return work.apply(work.ask(reference, asked, FORUM_DAY).id, FORUM_DAY)


def rows(store: Store) -> dict[str, int]:
    """Return how many rows each table has."""
    with store.reading() as tx:
        return {
            table.name: tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in tables.metadata.sorted_tables
        }


def states(store: Store) -> dict[str, int]:
    """Return how many referrals stand in each state."""
    with store.reading() as tx:
        counted = sa.select(tables.referrals.c.state, sa.func.count())
        return {row[0]: row[1] for row in tx.execute(counted.group_by(tables.referrals.c.state))}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_step_with_everything_costs_at_most_three_times_its_statements_alone(
    fresh_database: Fresh, copied: Copied, kind: str
) -> None:
    begun = fresh_database(kind, True)
    with closing(Store(begun)) as store:
        references = multiply(store, before_the_forum(store), ROUNDS)
    with overheard() as ear, closing(Store(copied(begun))) as store:
        work = casework(store)
        told = [ear.take(partial(agree, work, reference)) for reference in references]
    assert_everything_is_in(told[-1])
    apart = copied(begun)
    with closing(Store(copied(begun))) as store, closing(Bare(apart, ear)) as bare:
        work = casework(store)
        ours, alone = best_in_turns(
            ROUNDS,
            lambda number: agree(work, references[number]),
            lambda number: bare.tell(told[number]),
        )
        with closing(Store(apart)) as other:
            assert (rows(store), states(store)) == (rows(other), states(other))
        assert states(store)["home_visit"] == ROUNDS
    print(f"\n  {kind}: a step {ours:.0f} µs, its statements alone {alone:.0f} µs")  # noqa: T201
    assert alone / ours >= 1 / 3


def assert_everything_is_in(told: list[Told]) -> None:
    """Check that the step measured is a whole one: nothing was left out to make it cheap."""
    said = [str(one.words) for one in told]
    for words in (
        "INSERT INTO requests", "UPDATE requests", "UPDATE referrals", "UPDATE referral_parties",
        "INSERT INTO steps", "INSERT INTO answers", "INSERT INTO deadlines",
        "INSERT INTO notices", "UPDATE pools",
    ):  # fmt: skip
        assert any(one.startswith(words) for one in said), words
    commits = [one for one in told if one.what == "commit"]
    assert len(commits) == 3
