"""Where the lanes of an overview stand, and how lines run in the gutters between them."""

from dataclasses import dataclass, field

from apflow.diagram.shapes import Point, Rect

_WIDTH, _WIDEST, _MOST_ACROSS = 960, 250, 6
_GUTTER, _MARGIN = 24, 10
#: The upright places in a gutter, from its left edge; further lines are not drawn.
_PLACES = (12, 6, 18)
_FIRST_TRACK, _TRACKS_APART = 8, 6


@dataclass(frozen=True, slots=True)
class Lanes:
    """`number` lanes, at most six of them side by side; more go on another floor below.

    `leaps` counts the level lines that run above each floor.
    """

    number: int
    leaps: int = 0

    @property
    def across(self) -> int:
        return min(self.number, _MOST_ACROSS)

    @property
    def margin(self) -> float:
        return _GUTTER + 2 if self.leaps else _MARGIN

    @property
    def lane(self) -> float:
        """The width of a lane."""
        free = _WIDTH - 2 * self.margin - (self.across - 1) * _GUTTER
        return min(_WIDEST, free // self.across)

    @property
    def width(self) -> float:
        return self.x(self.across - 1) + self.lane + self.margin

    @property
    def above(self) -> float:
        """The room above each floor for level lines."""
        return _FIRST_TRACK + self.leaps * _TRACKS_APART if self.leaps else 0

    def column(self, at: int) -> int:
        return at % self.across

    def x(self, at: int) -> float:
        return self.margin + self.column(at) * (self.lane + _GUTTER)

    def floors(self) -> list[range]:
        """Return the lanes of each floor, from the top."""
        starts = range(0, self.number, self.across)
        return [range(start, min(start + self.across, self.number)) for start in starts]

    def near(self, here: int, there: int) -> bool:
        """Return whether one lane follows the other without turning a corner."""
        return there == here + 1 and self.column(there) != 0


def leaps(number: int, steps: list[tuple[int, int]]) -> int:
    """Return how many of these steps from lane to lane need a level line above the lanes."""
    plain = Lanes(number)
    return min(
        sum(one != other and not plain.near(one, other) for one, other in steps), len(_PLACES)
    )


@dataclass(slots=True)
class Gutters:
    """Gives lines their ways; a line for which there is no place left is not drawn."""

    lanes: Lanes
    _taken: dict[int, int] = field(default_factory=dict)
    _leaps: int = 0

    def way(
        self, here: int, there: int, one: Rect, other: Rect, top: float
    ) -> tuple[Point, ...] | None:
        """Return the way from a box to one in another lane, whose floor begins at `top`."""
        start, end = (one.right, one.middle), (other.x, other.middle)
        if self.lanes.near(here, there):
            if one.middle == other.middle:
                return start, end
            x = self._upright(self.lanes.column(there))
            return None if x is None else (start, (x, one.middle), (x, other.middle), end)
        out = self._upright(self.lanes.column(here) + 1)
        back = self._upright(self.lanes.column(there))
        if out is None or back is None or self._leaps == self.lanes.leaps:
            return None
        over = top - _FIRST_TRACK - self._leaps * _TRACKS_APART
        self._leaps += 1
        return start, (out, one.middle), (out, over), (back, over), (back, other.middle), end

    def _upright(self, gutter: int) -> float | None:
        """Take the next place in the gutter left of this column."""
        place = self._taken.get(gutter, 0)
        self._taken[gutter] = place + 1
        if place == len(_PLACES):
            self._taken[gutter] = place
            return None
        left = self.lanes.margin + gutter * (self.lanes.lane + _GUTTER) - _GUTTER
        return left + _PLACES[place]
