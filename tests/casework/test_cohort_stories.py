"""Stories, and how they are told: dates, chance, example numbers, and what a broken one says."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from apflow import catalogue
from apflow.casework.cohort import example, preparing
from apflow.casework.cohort.maidstone import consented, opened, road, story
from apflow.casework.cohort.people import MAIDSTONE, Scene
from apflow.casework.cohort.preparing import Cohort
from apflow.casework.cohort.story import Days, Story, decided, refused, step
from apflow.casework.cohort.telling import StoryBroken
from apflow.casework.cohort.when import Diary, fortnightly
from apflow.errors import BadInput
from apflow.store import Store, history, register, requests
from tests.invented_cohort import every_referral

UNTIL = date(2026, 3, 18)


@pytest.fixture
def scene() -> Scene:
    return Scene.set(Random(1))


@pytest.fixture
def diary() -> Diary:
    calendar = example.calendar_for(MAIDSTONE, UNTIL)
    return Diary(calendar, fortnightly(calendar, UNTIL), UNTIL)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'cohort.db'}")


def _told(store: Store, *stories: Story, seed: int = 5) -> Cohort:
    assert store.path is not None
    states = store.path.parent / "states"
    return preparing.prepare(store, states, seed, UNTIL, lambda _done, _all: None, stories)


def _days(diary: Diary, told: Story) -> list[date]:
    return [timed.at.date() for timed in diary.timed(0, told, Random(1))]


def test_every_story_is_listed_and_says_what_it_shows() -> None:
    for room in preparing.ROOMS:
        written = {
            name
            for name, made in inspect.getmembers(room, inspect.isfunction)
            if made.__module__ == room.__name__
            and made.__annotations__.get("return") is Story
            and not name.startswith("_")
        }
        assert written == {tell.__name__ for tell, _ in room.STORIES}
    told = preparing.stories(1)
    assert all(one.shows.endswith(".") for one in told)
    assert len({one.shows for one in told}) == len({one.name for one in told})


def test_a_story_ends_so_many_school_days_before_the_last_day(scene: Scene, diary: Diary) -> None:
    days = _days(diary, story(scene, road(scene, "caf"), 4))
    assert diary.calendar.within(days[-1], 5, "school_day") == UNTIL
    assert all(map(diary.calendar.is_school_day, days))


def test_decisions_fall_on_sittings_and_the_rest_ends_when_it_should(
    scene: Scene, diary: Diary
) -> None:
    told = story(scene, road(scene, "pre_admission"), 3)
    timed = list(diary.timed(0, told, Random(1)))
    (sitting,) = [one for one in timed if one.move.sitting]
    assert sitting.at.date() in diary.sittings
    (submitted,) = [one for one in timed if one.move.event == "submit_to_forum"]
    assert submitted.answers["forum_sitting"] == sitting.at.date().isoformat()
    assert diary.calendar.within(timed[-1].at.date(), 4, "school_day") == UNTIL
    assert [one.at for one in timed] == sorted(one.at for one in timed)


def test_what_waits_for_a_sitting_is_put_down_for_the_next_to_come(
    scene: Scene, diary: Diary
) -> None:
    *_, last = diary.timed(0, story(scene, road(scene, "forum"), 3), Random(1))
    on = date.fromisoformat(str(last.answers["forum_sitting"]))
    assert on == min(day for day in diary.sittings if day >= UNTIL)


def test_days_in_answers_count_from_the_day_the_thing_happened(diary: Diary, scene: Scene) -> None:
    late = step(0, "pru", "x", day=Days(-2), at=Days(0, "09:30"), listed={"a": Days(1)})
    (timed,) = diary.timed(0, story(scene, (late.recorded_late(6),), 1), Random(1))
    days = diary.calendar.school_days
    today = days.index(timed.at.date())
    assert timed.happened_on == days[today - 6]
    assert timed.answers == {
        "day": days[today - 8].isoformat(),
        "at": f"{days[today - 6]} 09:30",
        "listed": {"a": days[today - 5].isoformat()},
    }


def test_a_story_that_the_calendar_has_no_room_for_is_said(scene: Scene, diary: Diary) -> None:
    far = story(scene, (opened(scene), step(9_000, "school", "add_note", note="x")), 1)
    with pytest.raises(BadInput, match="too late for the stories"):
        _days(diary, far)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda scene: (opened(scene), step(1, "school", "record_consent", "forum",
         parent_agreement="parent")), "leads to caf, not forum"),
        (lambda scene: (opened(scene), step(1, "pru", "hold_home_visit", visit_people="pupil")),
         "refused, not applied; by transition"),
        (lambda scene: (opened(scene), refused(1, "school", "record_consent", "parent_agrees",
         parent_agreement="parent")), "applied, not refused; by nothing"),
        (lambda scene: (opened(scene), refused(1, "school", "record_consent", "role",
         parent_agreement={"parent": "withdrawn"})), "by parent_agrees, not role"),
        (lambda scene: (opened(scene, year_group="old"),), "year_group"),
        (lambda scene: (opened(scene), decided("forum_agrees", "home_visit")), "not on the agenda"),
    ],
)  # fmt: skip
def test_a_story_that_goes_otherwise_says_where_and_how(
    store: Store, scene: Scene, broken: Callable[[Scene], tuple[Any, ...]], says: str
) -> None:
    told = replace(story(scene, broken(scene), 2), shows="A broken one.")
    with pytest.raises(StoryBroken, match=says) as fault:
        _told(store, told)
    assert "“A broken one.” (maidstone-and-malling) breaks at its move" in str(fault.value)


def test_a_miss_that_does_not_come_is_said(store: Store, scene: Scene) -> None:
    with pytest.raises(StoryBroken, match="missed were: none"):
        _told(store, story(scene, (opened(scene), consented(scene)), 2, "sixth_day"))


def test_what_is_not_whole_is_known_again_as_such(store: Store, scene: Scene) -> None:
    with pytest.raises(StoryBroken):
        _told(store, story(scene, (opened(scene), opened(scene)), 1))
    there = preparing.found(store)
    assert isinstance(there, Cohort)
    assert (there.seed, there.until, there.whole) == (5, UNTIL, False)
    with pytest.raises(BadInput, match="is not empty"):
        _told(store, story(scene, (opened(scene),), 1))


def test_a_whole_cohort_is_known_again_with_its_examples(store: Store, scene: Scene) -> None:
    told = replace(story(scene, (opened(scene),), 1), name="a.b", shows="Opened.")
    cohort = _told(store, told)
    assert preparing.found(store) == cohort
    ((reference, name, shows),) = [(one.reference, one.story, one.shows) for one in cohort.examples]
    assert reference.startswith("MM-2026-")
    assert (name, shows) == ("a.b", "Opened.")


def test_what_others_keep_is_no_cohort(store: Store) -> None:
    assert preparing.found(store) == "nothing"
    store.upgrade()
    assert preparing.found(store) == "nothing"
    with store.writing() as tx:
        register.add_pupil(tx, register.Pupil("p1", "Somebody"))
    assert preparing.found(store) == "others"


def test_the_same_seed_and_day_give_the_same_cohort_and_another_seed_another(
    tmp_path: Path,
) -> None:
    assert preparing.stories(3) != preparing.stories(4)
    # A line of people who wait, excluded pupils, and two children of Heronsgate.
    some = [*range(60, 68), *range(80, 90), -3, -1]
    found = []
    for home in ("one", "other"):
        told = preparing.stories(3)
        (tmp_path / home).mkdir()
        store = Store(f"sqlite:///{tmp_path / home / 'cohort.db'}")
        _told(store, *(told[number] for number in some), seed=3)
        found.append(_outcomes(store))
        store.close()
    assert len(found[0]) == len(some)
    assert found[0] == found[1]


def _outcomes(store: Store) -> dict[str, Any]:
    """Return what stands and was recorded; salts, and so hashes, are never the same."""
    outcomes = {}
    for reference, referral in every_referral(store).items():
        with store.reading() as tx:
            asked = requests.of(tx, reference)
            steps = history.steps(tx, reference)
        outcomes[reference] = (
            replace(referral, head=""),
            [replace(one, result=None) for one in asked],
            [(step.event, step.recorded_at, step.findings, step.about) for step in steps],
            [[(value.name, value.value) for value in step.values] for step in steps],
        )
    return outcomes


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2090, 1, 1)])
def test_a_day_out_of_reach_is_refused(store: Store, day: date) -> None:
    with pytest.raises(BadInput, match="choose a day from 2000-01-01 to 2089-12-31"):
        preparing.prepare(store, Path("states"), 1, day, lambda _done, _all: None)


@pytest.mark.parametrize("policy", [*example.NUMBERS])
def test_the_example_policies_differ_in_their_numbers_and_titles_alone(
    tmp_path: Path, policy: str
) -> None:
    example.write(tmp_path, UNTIL, with_numbers=True)
    shipped, ours = catalogue.read_policy(policy), catalogue.read_policy(policy, (tmp_path,))
    assert catalogue.prove(ours).faults == ()
    assert ours.lifecycle.title == shipped.lifecycle.title + example.TITLE_SAYS
    before, after = shipped.lifecycle.settings, ours.lifecycle.settings
    changed = {name: one.value for name, one in after.items() if one.value != before[name].value}
    assert changed == example.NUMBERS[policy]
    assert all(before[name].value is None for name in changed)
    settings = {name: one.model_copy(update={"value": None}) for name, one in before.items()}
    for lifecycle in (shipped.lifecycle, ours.lifecycle):
        assert {
            name: one.model_copy(update={"value": None, "type": before[name].type})
            for name, one in lifecycle.settings.items()
        } == settings
    ignored = {"title", "settings"}
    assert ours.lifecycle.model_dump(exclude=ignored) == shipped.lifecycle.model_dump(
        exclude=ignored
    )


def test_a_number_is_set_only_where_it_is_left_open() -> None:
    text = (
        "title: T\nsettings:\n  a:\n    title: A\n    value: 3\n"
        "  b:\n    value: null\n    type: number\n"
    )
    assert "value: 9" in example.numbered(text, {"b": 9})
    for name in ("a", "c"):
        with pytest.raises(BadInput, match=f"settings.{name}"):
            example.numbered(text, {name: 9})


@pytest.mark.parametrize("year", [2003, 2025, 2029, 2060])
def test_there_are_school_days_around_any_last_day(year: int) -> None:
    days = example.calendar_for(MAIDSTONE, date(year, 9, 1))
    assert days.first < date(year - 1, 9, 10)
    assert days.last > date(year + 2, 7, 1)
    for began in range(year - 1, year + 2):
        first, last = date(began, 9, 1), date(began + 1, 7, 31)
        assert 180 <= sum(first <= day <= last for day in days.school_days) <= 195
