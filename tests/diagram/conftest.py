"""Lifecycles of every shape, and the proof that a picture can be read."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from apflow.catalogue import read_lifecycle
from apflow.diagram.shapes import Box, Label, Picture, Piece, Route
from apflow.places import place
from apflow.policy.lifecycle import Lifecycle

POLICIES = ("heronsgate", "maidstone-and-malling")


@pytest.fixture(scope="session")
def policies() -> dict[str, Lifecycle]:
    folder = place("states")
    return {name: read_lifecycle(folder / name / "lifecycle.yaml") for name in POLICIES}


@pytest.fixture(params=POLICIES)
def policy(request: pytest.FixtureRequest, policies: dict[str, Lifecycle]) -> Lifecycle:
    return policies[request.param]


@pytest.fixture(scope="session")
def lifecycle() -> Callable[..., Lifecycle]:
    """Return a builder: states in order (road first), ways `from event to`, titles by name.

    States whose names begin with `end` are final; a way to `-` stays.
    """
    return _lifecycle


def _lifecycle(
    road: str, *ways: str, aside: str = "", titles: dict[str, str] | None = None, **more: Any
) -> Lifecycle:
    said = titles or {}

    def title(name: str) -> str:
        return said.get(name, name.replace("_", " ").capitalize())

    lines = [way.split() for way in ways]
    states = [*road.split(), *aside.split()]
    return Lifecycle.model_validate(
        {
            "lifecycle": "small",
            "title": title("title"),
            "road": road.split(),
            "phases": {"all": title("all")},
            "roles": {"school": {"title": title("school")}},
            "events": {event: {"title": title(event)} for _, event, _ in lines},
            "states": {name: _state(name, title(name)) for name in states},
            "transitions": [_transition(*line) for line in lines],
            **more,
        }
    )


def _state(name: str, title: str) -> dict[str, str]:
    final = {"final": "other"} if name.startswith("end") else {}
    return {"title": title, "phase": "all", **final}


def _transition(source: str, event: str, target: str) -> dict[str, Any]:
    to = {} if target == "-" else {"to": target}
    return {"from": source.split(","), "event": event, "by": ["school"], **to}


@pytest.fixture(scope="session")
def unreadable() -> Callable[[Picture], list[str]]:
    """Return the proof: everything in a picture that keeps somebody from reading it."""

    def faults(picture: Picture) -> list[str]:
        return [
            *_outside(picture),
            *_labels(picture),
            *_boxes(picture),
            *_crossed(picture),
            *_confused(picture),
            *_loose(picture),
        ]

    return faults


def _said(label: Label) -> str:
    return repr(" ".join(line.text for line in label.lines))


def _outside(picture: Picture) -> list[str]:
    w, h = picture.width, picture.height
    rects = [(_said(label), label.rect) for label in picture.labels]
    rects += [(box.name, box.rect) for box in picture.boxes]
    found = [
        f"{name} is outside the picture"
        for name, rect in rects
        if rect.x < 0 or rect.y < 0 or rect.right > w or rect.bottom > h
    ]
    points = [(route.key, point) for route in picture.routes for point in route.points]
    return found + [
        f"line {key} leaves the picture"
        for key, (x, y) in points
        if not (0 <= x <= w and 0 <= y <= h)
    ]


def _labels(picture: Picture) -> list[str]:
    found = [
        f"{_said(one)} lies on {_said(other)}"
        for one, other in combinations(picture.labels, 2)
        if one.rect.meets(other.rect)
    ]
    boxes = {box.name: box.rect for box in picture.boxes}
    for label in picture.labels:
        if label.inside is not None and not boxes[label.inside].holds(label.rect):
            found.append(f"{_said(label)} runs out of its box {label.inside}")
        found += [
            f"{_said(label)} lies on the box {name}"
            for name, rect in boxes.items()
            if name != label.inside and rect.meets(label.rect)
        ]
    return found


def _boxes(picture: Picture) -> list[str]:
    return [
        f"the boxes {one.name} and {other.name} lie on one another"
        for one, other in combinations(picture.boxes, 2)
        if one.rect.meets(other.rect)
    ]


def _crossed(picture: Picture) -> list[str]:
    """No line runs through words or through a box; half its width counts too."""
    pieces = [(route.key, piece) for route in picture.routes for piece in route.pieces()]
    words = [
        f"line {key} runs through {_said(label)}"
        for key, piece in pieces
        for label in picture.labels
        if label.rect.grown(1).cut_by(piece)
    ]
    return words + [
        f"line {key} runs through the box {box.name}"
        for key, piece in pieces
        for box in picture.boxes
        if box.rect.cut_by(piece)
    ]


def _confused(picture: Picture) -> list[str]:
    """No two lines run along one another, so that one would be taken for the other."""
    return [
        f"line {one.key} runs along {other.key}"
        for one, other in combinations(picture.routes, 2)
        if one.key != other.key and any(_along(a, b) for a in one.pieces() for b in other.pieces())
    ]


def _along(one: Piece, other: Piece) -> bool:
    for level in (1, 0):
        flat = {point[level] for point in one} | {point[level] for point in other}
        spans = [sorted(point[1 - level] for point in piece) for piece in (one, other)]
        overlap = min(spans[0][1], spans[1][1]) - max(spans[0][0], spans[1][0])
        if max(flat) - min(flat) < 4 and overlap > 4:
            return True
    return False


def _loose(picture: Picture) -> list[str]:
    """Every arrow ends at the edge of a box, every dot lies where lines of two kinds meet."""
    found = [
        f"the arrow of {route.key} ends nowhere"
        for route in picture.routes
        if route.arrow and not any(_on_edge(route, box) for box in picture.boxes)
    ]
    for dot in picture.dots:
        met = {
            route.key
            for route in picture.routes
            for (ax, ay), (bx, by) in route.pieces()
            if min(ax, bx) <= dot.x <= max(ax, bx) and min(ay, by) <= dot.y <= max(ay, by)
        }
        if not dot.start and len(met) < 2:
            found.append(f"the dot at {dot.x}, {dot.y} joins {met or 'nothing'}")
    return found


def _on_edge(route: Route, box: Box) -> bool:
    x, y = route.points[-1]
    rect = box.rect
    upright = x in (rect.x, rect.right) and rect.y < y < rect.bottom
    return upright or (y in (rect.y, rect.bottom) and rect.x < x < rect.right)
