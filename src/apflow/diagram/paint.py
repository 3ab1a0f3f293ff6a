"""A placed picture as SVG text: classes only, no script, nothing fetched from elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from apflow.diagram.marks import Marks
from apflow.diagram.shapes import BADGE, TYPES, Box, Dot, Label, Picture, Point, Rect, Route
from apflow.diagram.style import STYLE
from apflow.diagram.words import clean

_CORNER = 7
_BOX_CORNER = 9


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a picture is called, and how it stands in the page that holds it."""

    title: str
    desc: str
    prefix: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    styled: bool = True


def svg(picture: Picture, sheet: Sheet, marks: Marks) -> str:
    """Return the picture as one SVG element.

    `sheet.prefix` keeps its ids apart from those of other drawings in the same page; states in
    `sheet.links` are links.
    """
    w, h = _number(picture.width), _number(picture.height)
    title, desc = escape(f"{sheet.prefix}title"), escape(f"{sheet.prefix}desc")
    role = "group" if sheet.links else "img"
    style = f"<style>{STYLE}</style>" if sheet.styled else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="apd" viewBox="0 0 {w} {h}"'
        f' width="{w}" height="{h}" role="{role}" aria-labelledby="{title} {desc}">\n'
        f'<title id="{title}">{escape(clean(sheet.title))}</title>\n'
        f'<desc id="{desc}">{escape(clean(sheet.desc))}</desc>\n'
        f"{style}\n"
        f'<rect class="paper" width="{w}" height="{h}"/>\n'
        + "\n".join(_parts(picture, sheet, marks))
        + "\n</svg>\n"
    )


def _parts(picture: Picture, sheet: Sheet, marks: Marks) -> Iterator[str]:
    for panel in picture.panels:
        yield f'<rect class="ground" {_place(panel.rect)} rx="6"/>'
    yield '<g aria-hidden="true">'
    for route in picture.routes:
        yield _route(route)
    for dot in picture.dots:
        yield _dot(dot)
    yield "</g>"
    for box in picture.boxes:
        own = [label for label in picture.labels if label.inside == box.name]
        yield _state(box, own, sheet, marks)
    for label in picture.labels:
        if label.inside is None:
            yield _label(label, free=True)


def _number(value: float) -> str:
    return f"{round(value, 1):g}"


def _place(rect: Rect) -> str:
    x, y, w, h = map(_number, (rect.x, rect.y, rect.w, rect.h))
    return f'x="{x}" y="{y}" width="{w}" height="{h}"'


def _state(box: Box, labels: list[Label], sheet: Sheet, marks: Marks) -> str:
    rect = box.rect
    parts = [f'<rect class="box" {_place(rect)} rx="{_BOX_CORNER}"/>']
    if box.head is not None:
        parts.append(_body(box))
    if box.final:
        parts.append(f'<rect class="inner" {_place(rect.grown(-3))} rx="{_BOX_CORNER - 3}"/>')
    head = rect.y + (box.head or rect.h)
    parts += [_label(label, head=label.y < head) for label in labels]
    # Spaces, so that a link's name is not read as one long word.
    body = " ".join(parts)
    if box.name in sheet.links:
        body = f'<a href="{escape(sheet.links[box.name])}">{body}</a>'
    standing = marks.standing(box.name)
    classes = f"state k-{box.kind} {standing}".rstrip()
    return f'<g id="{escape(sheet.prefix)}state-{escape(box.name)}" class="{classes}">{body}</g>'


def _body(box: Box) -> str:
    """Return the ground of the words below a box's head."""
    rect, r = box.rect.grown(-0.75), _BOX_CORNER - 0.75
    top = _number(box.rect.y + (box.head or 0))
    x, right, foot = _number(rect.x), _number(rect.right), _number(rect.bottom - r)
    return (
        f'<path class="body" d="M{x},{top}H{right}V{foot}a{r},{r} 0 0 1 -{r},{r}'
        f'H{_number(rect.x + r)}a{r},{r} 0 0 1 -{r},-{r}Z"/>'
    )


def _label(label: Label, *, head: bool = False, free: bool = False) -> str:
    place = " free" if free else " head" if head else ""
    parts: list[str] = []
    rect = label.rect
    if label.badge:
        parts.append(f'<rect class="badge" {_place(rect)} rx="4"/>')
    inset = BADGE if label.badge else 0
    x = rect.right - inset if label.end else rect.x + inset
    end = ' text-anchor="end"' if label.end else ""
    y = label.y
    for line in label.lines:
        style = TYPES[line.type]
        if not line.text:
            y += style.line
            continue
        base = _number(y + (style.line + style.size * 0.72) / 2)
        parts.append(
            f'<text class="{line.type}{place}" x="{_number(x)}" y="{base}"{end}>'
            f"{escape(line.text, quote=False)}</text>"
        )
        y += style.line
    return " ".join(parts)


def _dot(dot: Dot) -> str:
    kind, r = ("ring", 5) if dot.start else ("dot", 3.5)
    at = f'cx="{_number(dot.x)}" cy="{_number(dot.y)}"'
    return f'<circle class="{kind} k-{dot.kind}" {at} r="{r}"/>'


def _route(route: Route) -> str:
    points = list(route.points)
    tip = ""
    if route.arrow:
        tip, points[-1] = _tip(points[-2], points[-1], route.kind)
    return f'<path class="line k-{route.kind}" d="{_path(points)}"/>{tip}'


def _tip(before: Point, end: Point, kind: str) -> tuple[str, Point]:
    """Return the head of an arrow, and where its line has to end so as not to show beyond it."""
    long, half = (10, 5.5) if kind in ("main", "done", "ahead") else (8, 4.5)
    (bx, by), (ex, ey) = before, end
    dx, dy = _sign(ex - bx), _sign(ey - by)
    base = (ex - dx * long, ey - dy * long)
    one = (base[0] - dy * half, base[1] + dx * half)
    other = (base[0] + dy * half, base[1] - dx * half)
    d = f"M{_point(end)}L{_point(one)}L{_point(other)}Z"
    return f'<path class="tip k-{kind}" d="{d}"/>', (base[0] + dx, base[1] + dy)


def _path(points: list[Point]) -> str:
    """Return the path through the points, its corners rounded."""
    parts = [f"M{_point(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        r = min(_CORNER, _length(before, corner) / 2, _length(corner, after) / 2)
        parts.append(f"L{_point(_toward(corner, before, r))}")
        parts.append(f"Q{_point(corner)} {_point(_toward(corner, after, r))}")
    return "".join(parts) + f"L{_point(points[-1])}"


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _length(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _toward(start: Point, end: Point, by: float) -> Point:
    return start[0] + _sign(end[0] - start[0]) * by, start[1] + _sign(end[1] - start[1]) * by
