"""That a drawing can be read is proved from where everything stands, for any lifecycle."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apflow.diagram.marks import Marks
from apflow.diagram.overview import overview_picture
from apflow.diagram.road_map import map_picture
from apflow.diagram.shapes import TYPES, Box, Dot, Label, Line, Picture, Rect, Route
from apflow.policy.lifecycle import Lifecycle

Faults = Callable[[Picture], list[str]]
Build = Callable[..., Lifecycle]

LONG = "Waiting for the decision of the area's admissions officers about the provision offered"


def marked(lifecycle: Lifecycle) -> list[Marks]:
    names = list(lifecycle.states)
    many = dict.fromkeys(names, 12345)
    half = names[: len(names) // 2]
    return [
        Marks(),
        Marks(counts=many),
        Marks(counts=many, overdue=many),
        Marks(here=names[len(names) // 2], visited=half, overdue={names[0]: 1}),
        Marks(counts=many, here=names[-1], visited=names[:-1], overdue=many),
    ]


def assert_readable(lifecycle: Lifecycle, unreadable: Faults) -> None:
    for marks in marked(lifecycle):
        assert unreadable(map_picture(lifecycle, marks)) == []
        assert unreadable(overview_picture(lifecycle, marks)) == []


def test_both_policies_can_be_read_with_every_mark(policy: Lifecycle, unreadable: Faults) -> None:
    assert_readable(policy, unreadable)


def test_both_policies_fit_a_column_of_960_pixels_with_text_of_12(policy: Lifecycle) -> None:
    for marks in marked(policy):
        for picture in (map_picture(policy, marks), overview_picture(policy, marks)):
            assert picture.width <= 960
            used = {line.type for label in picture.labels for line in label.lines if line.text}
            assert min(TYPES[name].size for name in used) >= 12


def test_every_state_of_both_policies_has_one_box_on_each_drawing(policy: Lifecycle) -> None:
    for picture in (map_picture(policy, Marks()), overview_picture(policy, Marks())):
        assert sorted(box.name for box in picture.boxes) == sorted(policy.states)


def test_the_map_names_every_event_of_both_policies(policy: Lifecycle) -> None:
    picture = map_picture(policy, Marks())
    said = " ".join(line.text for label in picture.labels for line in label.lines)
    used = {transition.event for transition in policy.transitions}
    missing = [name for name in used if policy.events[name].title not in said]
    assert missing == []


@pytest.mark.parametrize("states", [1, 2, 3, 15])
def test_a_road_of_any_length_can_be_read(
    lifecycle: Build, unreadable: Faults, states: int
) -> None:
    road = [f"s{at}" for at in range(states)]
    steps = [f"{a} go_{a} {b}" for a, b in pairwise(road)]
    assert_readable(lifecycle(" ".join(road), "start open s0", *steps), unreadable)


def test_titles_of_any_length_can_be_read(lifecycle: Build, unreadable: Faults) -> None:
    titles = dict.fromkeys(("a", "end_c", "side", "go", "leave", "back", "out", "all"), LONG)
    titles["b"] = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente"
    built = lifecycle(
        "a b end_c",
        "start go a",
        "a go b",
        "b go end_c",
        "b back a",
        "a,b leave side",
        "side out a",
        "a,b out -",
        aside="side",
        titles=titles,
    )
    assert_readable(built, unreadable)


def test_many_exits_can_be_read(lifecycle: Build, unreadable: Faults) -> None:
    aside = [f"end{at}" for at in range(14)]
    exits = [f"a,b,c leave_{name} {name}" for name in aside]
    turns = [f"{a} turn_{a}_{b} {b}" for a in "abcd" for b in "abcd" if a != b]
    built = lifecycle("a b c d", "start open a", *exits, *turns, aside=" ".join(aside))
    assert_readable(built, unreadable)


def test_sides_that_lead_to_sides_and_back_can_be_read(
    lifecycle: Build, unreadable: Faults
) -> None:
    built = lifecycle(
        "a b c",
        "start open a",
        "start enter b",
        "start rush waiting",
        "a go b",
        "b go c",
        "b wait waiting",
        "waiting pass held",
        "held pass end_held",
        "waiting offer b",
        "waiting,a,c jump c",
        "any leave end_left",
        aside="waiting held end_held end_left lonely",
    )
    assert_readable(built, unreadable)


_TITLES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=70)


_GUARDS = [f"needs_{at}" for at in range(6)]


def transitions(states: list[str], events: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    named = st.lists(st.sampled_from(states), min_size=1, max_size=6, unique=True)
    way = st.fixed_dictionaries(
        {
            "from": st.one_of(st.just(["start"]), st.just(["any"]), named),
            "event": st.sampled_from(events),
            "to": st.one_of(st.none(), st.sampled_from(states)),
            "by": st.just(["r"]),
            "when": st.sampled_from([None, "a and b", "not known(c)"]),
            "guards": st.lists(st.sampled_from(_GUARDS), max_size=6, unique=True),
        }
    )
    return st.lists(way, min_size=1, max_size=22)


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """Return any lifecycle that has the shape of one, sensible or not."""
    road = [f"r{at}" for at in range(draw(st.integers(1, 9)))]
    states = [*road, *(f"x{at}" for at in range(draw(st.integers(0, 7))))]
    events = [f"e{at}" for at in range(draw(st.integers(1, 6)))]
    phases = [f"p{at}" for at in range(draw(st.integers(1, 8)))]
    ends: list[str | None] = [None, None, "good", "other"]

    def state() -> dict[str, Any]:
        phase, final = draw(st.sampled_from(phases)), draw(st.sampled_from(ends))
        return {"title": draw(_TITLES), "phase": phase, "final": final}

    return Lifecycle.model_validate(
        {
            "lifecycle": "any",
            "title": draw(_TITLES),
            "road": road,
            "phases": {name: draw(_TITLES) for name in phases},
            "roles": {"r": {}},
            "guards": {name: {"require": "a", "otherwise": "No."} for name in _GUARDS},
            "events": {name: {"title": draw(_TITLES)} for name in events},
            "states": {name: state() for name in states},
            "transitions": draw(transitions(states, events)),
        }
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(built=lifecycles(), mark=st.integers(0, 4))
def test_any_lifecycle_can_be_read(built: Lifecycle, mark: int, unreadable: Faults) -> None:
    marks = marked(built)[mark]
    assert unreadable(map_picture(built, marks)) == []
    assert unreadable(overview_picture(built, marks)) == []


def _broken(**parts: Any) -> Picture:
    picture = Picture(100, 100)
    for name, values in parts.items():
        getattr(picture, name).extend(values)
    return picture


_WORDS = Label(10, 10, (Line("Words", "note"),))
_BOX = Box("a", Rect(50, 50, 40, 40), "road")


@pytest.mark.parametrize(
    ("picture", "fault"),
    [
        (_broken(labels=[Label(80, 10, _WORDS.lines)]), "outside the picture"),
        (_broken(labels=[_WORDS, Label(15, 20, _WORDS.lines)]), "lies on 'Words'"),
        (_broken(labels=[Label(45, 45, _WORDS.lines)], boxes=[_BOX]), "lies on the box a"),
        (
            _broken(labels=[Label(58, 60, _WORDS.lines, inside="a")], boxes=[_BOX]),
            "runs out of its box a",
        ),
        (_broken(boxes=[_BOX, Box("b", Rect(80, 80, 5, 5), "road")]), "lie on one another"),
        (
            _broken(labels=[_WORDS], routes=[Route(((0, 18), (90, 18)), "rail", "k")]),
            "line k runs through 'Words'",
        ),
        (
            _broken(boxes=[_BOX], routes=[Route(((60, 0), (60, 99)), "rail", "k")]),
            "line k runs through the box a",
        ),
        (
            _broken(
                routes=[
                    Route(((0, 5), (50, 5)), "rail", "k"),
                    Route(((20, 5), (90, 5)), "rail", "l"),
                ]
            ),
            "line k runs along l",
        ),
        (
            _broken(boxes=[_BOX], routes=[Route(((0, 70), (48, 70)), "rail", "k", arrow=True)]),
            "the arrow of k ends nowhere",
        ),
        (_broken(dots=[Dot(5, 5, "rail")]), "joins nothing"),
    ],
)
def test_the_proof_finds_each_way_of_being_unreadable(
    picture: Picture, fault: str, unreadable: Faults
) -> None:
    (found,) = unreadable(picture)
    assert fault in found
