"""Preparing a cohort in an empty database, and knowing one again."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final, Literal

from apflow.casework import Casework
from apflow.casework.cohort import (
    example,
    heronsgate_deciding,
    heronsgate_placing,
    maidstone_deciding,
    maidstone_excluded,
    maidstone_line,
    maidstone_placing,
)
from apflow.casework.cohort.people import (
    HERONSGATE,
    MAIDSTONE,
    Scene,
    organisations,
    people,
    pupils,
)
from apflow.casework.cohort.story import Story, named
from apflow.casework.cohort.telling import Progress, Telling
from apflow.casework.cohort.when import Diary, Timed, fortnightly, monthly
from apflow.errors import BadInput
from apflow.store import Store, register
from apflow.store.engine import Tx
from apflow.store.register import Organisation

#: The organisation whose particulars say which cohort is there. Nobody acts for it.
MARK: Final = f"{register.MARKS}demonstration"
_MARKED: Final = "Demonstration: everybody and everything here is invented"
#: School days before the last day on which the example numbers are set,
_NUMBERS_SET = 115
#: and on which one provider's word on safeguarding runs out: longer ago than any panel's last
#: sitting, so that a start that it agreed to is stopped by it.
_ASSURED_UNTIL = 25
#: The files that hold the stories.
ROOMS: Final = (
    maidstone_deciding,
    maidstone_placing,
    maidstone_excluded,
    maidstone_line,
    heronsgate_deciding,
    heronsgate_placing,
)


@dataclass(frozen=True, slots=True)
class Example:
    """A referral of the cohort: the story that it is told by, and what it is an example of."""

    reference: str
    story: str
    shows: str


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort that a database holds; not `whole` when its telling was interrupted."""

    seed: int
    until: date
    whole: bool
    examples: tuple[Example, ...] = ()


def found(store: Store) -> Cohort | Literal["nothing", "others"]:
    """Say what a database holds: no tables or empty ones, a cohort, or what others put there."""
    if store.revision() is None:
        return "others" if store.table_names() else "nothing"
    with store.reading() as tx:
        mark = register.get_organisation(tx, MARK)
        if mark is not None:
            return _cohort(mark)
        there = register.list_organisations(tx) or register.list_people(tx)
        return "others" if there or register.list_pupils(tx) else "nothing"


def _cohort(mark: Organisation) -> Cohort:
    about = mark.particulars
    told = about.get("examples")
    return Cohort(
        seed=int(str(about["seed"])),
        until=date.fromisoformat(str(about["until"])),
        whole=about.get("whole") is True,
        examples=tuple(Example(*one) for one in told) if isinstance(told, list) else (),
    )


def stories(seed: int) -> tuple[Story, ...]:
    """Return every story of a seed, each with its own pupil, schools and wordings."""
    rng = _chance(seed, "stories")
    return tuple(
        replace(
            tell(Scene.set(rng)),
            name=named(tell),
            shows=(tell.__doc__ or "").split("\n", 1)[0],
        )
        for room in ROOMS
        for tell, times in room.STORIES
        for _ in range(times)
    )


def prepare(
    store: Store,
    states: Path,
    seed: int,
    until: date,
    progress: Progress,
    told: tuple[Story, ...] | None = None,
) -> Cohort:
    """Tell the cohort of `seed` to an empty database, up to the beginning of `until`.

    `states` is the folder that takes the demonstration's policies, `told` the stories if not all
    of the seed's. The same seed and last day give the same pupils, references, steps and
    outcomes. Raises BadInput for a last day out of reach and for a database that is not empty,
    StoryBroken when a step ends otherwise than told.
    """
    _check(store, until)
    told = stories(seed) if told is None else told
    cohort = Cohort(seed, until, whole=False)
    example.write(states, until, with_numbers=False)
    diaries = {
        MAIDSTONE: _diary(MAIDSTONE, until, fortnightly),
        HERONSGATE: _diary(HERONSGATE, until, monthly),
    }
    store.upgrade()
    known = _put_up(store, cohort, told, diaries)
    telling = Telling(Casework(store, (states,)), told, known, _chance(seed, "ids"))
    numbers_set = _school_days_before(diaries[MAIDSTONE], _NUMBERS_SET)
    telling.tell(
        _timed(told, diaries, _chance(seed, "times")),
        until,
        {numbers_set: lambda: example.write(states, until, with_numbers=True)},
        progress,
    )
    cohort = replace(cohort, whole=True, examples=_examples(told, telling.references))
    with store.writing() as tx:
        _mark(tx, cohort, register.change_organisation)
    return cohort


def _examples(told: tuple[Story, ...], references: Mapping[int, str]) -> tuple[Example, ...]:
    return tuple(
        Example(references[number], story.name, story.shows) for number, story in enumerate(told)
    )


def _check(store: Store, until: date) -> None:
    if not example.FIRST_DAY <= until < example.LAST_DAY:
        says = f"choose a day from {example.FIRST_DAY} to {example.LAST_DAY - timedelta(days=1)}"
        raise BadInput("date", until.isoformat(), says)
    if found(store) != "nothing":
        raise BadInput("database", store.name, "is not empty; name another, or delete it")


def _put_up(
    store: Store, cohort: Cohort, told: tuple[Story, ...], diaries: dict[str, Diary]
) -> tuple[str, ...]:
    """Put everybody and everything into the register, with the mark; return the pupils' ids."""
    ages = tuple(story.age for story in told)
    known = pupils(_chance(cohort.seed, "pupils"), ages, cohort.until)
    with store.writing() as tx:
        _mark(tx, cohort, register.add_organisation)
        _register(tx, diaries)
        for pupil in known:
            register.add_pupil(tx, pupil)
    return tuple(pupil.id for pupil in known)


def _chance(seed: int, what: str) -> Random:
    """Return chance of its own for each thing, so that a change in one leaves the others."""
    return Random(f"{seed}/{what}")  # noqa: S311 - it chooses wordings, it guards nothing


def _diary(policy: str, until: date, sittings: Callable[..., tuple[date, ...]]) -> Diary:
    calendar = example.calendar_for(policy, until)
    return Diary(calendar, sittings(calendar, until), until)


def _school_days_before(diary: Diary, days: int) -> date:
    past = [day for day in diary.calendar.school_days if day < diary.until]
    return past[-days]


def _timed(told: tuple[Story, ...], diaries: dict[str, Diary], rng: Random) -> Iterator[Timed]:
    for number, story in enumerate(told):
        yield from diaries[story.policy].timed(number, story, rng)


def _register(tx: Tx, diaries: dict[str, Diary]) -> None:
    """Put the invented people and places into the register, and when panels sit."""
    school = diaries[HERONSGATE]
    for organisation in organisations(_school_days_before(school, _ASSURED_UNTIL), school.until):
        register.add_organisation(tx, organisation)
    for person, roles in people():
        register.add_person(tx, person)
        for role in roles:
            register.add_membership(tx, role)
    for policy, meeting in ((MAIDSTONE, "forum_meeting"), (HERONSGATE, "panel_meeting")):
        for day in diaries[policy].sittings:
            register.add_sitting(tx, policy, meeting, day)


def _mark(tx: Tx, cohort: Cohort, write: Callable[[Tx, Organisation], object]) -> None:
    about = {
        "seed": cohort.seed,
        "until": cohort.until.isoformat(),
        "whole": cohort.whole,
        "examples": [[one.reference, one.story, one.shows] for one in cohort.examples],
    }
    write(tx, Organisation(MARK, _MARKED, about))
