"""The states beside the road, each a card that says how a referral comes there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apflow.diagram.marks import Head
from apflow.diagram.shapes import Label, Line, Rect, height

_SIDE = 14
_ROW_AIR = 7
_CHAIN_AIR = 10
#: Between two stacks, and between level lines that must not be taken for one.
_BETWEEN = 20
_CLEAR = 12


@dataclass(frozen=True, slots=True)
class Card:
    """A state's card before it has a place; `entries` are the words of the lines that arrive."""

    name: str
    head: Head
    entries: Mapping[str, tuple[Line, ...]]
    leaves: bool
    link: tuple[Line, ...] = ()

    @property
    def height(self) -> float:
        rows = sum(height(lines) + _ROW_AIR for lines in self.entries.values())
        return self.head.height + (rows + _ROW_AIR if self.entries else 0)

    @property
    def gap(self) -> float:
        """The room above the card for the arrow from the one that it hangs from."""
        return height(self.link) + 2 * _CHAIN_AIR if self.link else 0

    def levels(self) -> dict[str, float]:
        """Return how far below the top each arriving line ends."""
        levels: dict[str, float] = {}
        y = self.head.height + _ROW_AIR
        for key, lines in self.entries.items():
            levels[key] = y + 8
            y += height(lines) + _ROW_AIR
        return levels


#: Cards under one another, joined by arrows.
Stack = Sequence[Card]


@dataclass(frozen=True, slots=True)
class Placed:
    """A card in its place: where lines arrive and, if it can be left, where they leave."""

    card: Card
    rect: Rect
    arrivals: Mapping[str, float]
    rail: float

    def labels(self) -> list[Label]:
        card, rect = self.card, self.rect
        labels = card.head.labels(card.name, Rect(rect.x, rect.y, rect.w, card.head.height))
        for key, lines in card.entries.items():
            labels.append(Label(rect.x + _SIDE, self.arrivals[key] - 8, lines, inside=card.name))
        if card.link:
            top = rect.y - card.gap + _CHAIN_AIR - 1
            labels.append(Label(rect.x + 50, top, card.link))
        return labels


def text_room(card_width: float) -> float:
    """Return the room for words in a card."""
    return card_width - 2 * _SIDE


def tall(stack: Stack) -> float:
    """Return the height of a stack with the arrows in it."""
    return sum(card.gap + card.height for card in stack)


def _levels(stack: Stack) -> list[float]:
    """Return the level lines of a stack, from its top."""
    found: list[float] = []
    y: float = 0
    for card in stack:
        y += card.gap
        found += [y + level for level in card.levels().values()]
        if card.leaves:
            found.append(y + card.head.height / 2)
        y += card.height
    return found


def tops(
    stacks: Sequence[Stack], wished: Sequence[float], first: float, last: float
) -> list[float]:
    """Return the top of each stack: near where it is wished, in order, without touching.

    `wished` is the y that the middle of each stack would like to have.
    """
    heights = [tall(stack) + _BETWEEN for stack in stacks]
    before = [sum(heights[:at]) for at in range(len(stacks))]
    pools: list[tuple[float, int]] = []
    for at, wish in enumerate(wished):
        pools.append((wish - tall(stacks[at]) / 2 - before[at], 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, n), (b, m) = pools[-2:]
            pools[-2:] = [((a * n + b * m) / (n + m), n + m)]
    shifts = [shift for shift, size in pools for _ in range(size)]
    room = last - first - sum(heights) + _BETWEEN
    return [
        first + min(max(shift - first, 0), max(room, 0)) + before[at]
        for at, shift in enumerate(shifts)
    ]


def cleared(
    stacks: Sequence[Stack], wanted: Sequence[float], taken: Iterable[float]
) -> list[float]:
    """Return the tops, moved down a little where a level line would run into another one."""
    occupied = list(taken)
    found: list[float] = []
    floor = float("-inf")
    for stack, top in zip(stacks, wanted, strict=True):
        y = round(max(top, floor))
        levels = _levels(stack)
        while any(abs(y + level - other) < _CLEAR for level in levels for other in occupied):
            y += 1
        found.append(y)
        occupied += [y + level for level in levels]
        floor = y + tall(stack) + _BETWEEN
    return found


def placed(stack: Stack, x: float, width: float, top: float) -> list[Placed]:
    """Give every card of a stack its place."""
    found: list[Placed] = []
    y = top
    for card in stack:
        y += card.gap
        arrivals = {key: y + level for key, level in card.levels().items()}
        rect = Rect(x, y, width, card.height)
        found.append(Placed(card, rect, arrivals, y + card.head.height / 2))
        y += card.height
    return found
