"""How the width of a map is shared out, from left to right."""

from dataclasses import dataclass

WIDTH = 960
MARGIN = 14
#: A box of the main road; where its arrow runs and where the arrow's words begin.
BOX, ARROW, WORDS = 214, 34, 50
CARD = 250
_PLAIN_WIDTH = 720
_PITCH, _TRACKS_ROOM = 13, 118
_TRACKS_TO_CARDS, _TO_WORDS = 24, 12
_SLIP = 14
_LEAST_WORDS, _GOOD_WORDS, _MOST_WORDS = 112, 156, 180


@dataclass(frozen=True, slots=True)
class Columns:
    """The x of everything on a map.

    Words of lines that arrive from the left end at `left_words_end`; of those that arrive from
    the right they stand from `right_words` to `right_words_end`. Turns run at `turns` and further
    left, slip roads at `slips` and further left, exits at `exits` and further left.
    """

    left_words: float
    left_words_end: float
    turns: float
    turns_pitch: float
    slips: float
    road: float
    right_words: float
    right_words_end: float
    exits: float
    exits_pitch: float
    cards: float
    width: float

    @property
    def road_end(self) -> float:
        return self.road + BOX

    def step_room(self, *, beside: bool) -> float:
        """Return the room for a step's words; `beside` says that others stand in the same gap."""
        if beside:
            return BOX - WORDS + 4
        return min(self.right_words_end - self.road - WORDS, 340)

    def turn(self, place: int) -> float:
        return self.turns - place * self.turns_pitch

    def slip(self, place: int) -> float:
        return self.slips - place * _PITCH

    def exit(self, place: int) -> float:
        return self.exits - place * self.exits_pitch


def _pitch(number: int) -> float:
    return _PITCH if number * _PITCH <= _TRACKS_ROOM else max(6, _TRACKS_ROOM // number)


def columns(*, turns: int, slips: int, exits: int, left_words: bool, cards: bool) -> Columns:
    """Share out the width: `turns`, `slips` and `exits` count the upright lines of each kind."""
    turns_pitch, exits_pitch = _pitch(turns), _pitch(exits)
    turns_end = MARGIN + 2 + max(turns - 1, 0) * turns_pitch
    words = turns_end + 10 if turns else MARGIN
    before_road = _SLIP + (slips - 1) * _PITCH + 9 if slips else 12
    tracks = max(exits - 1, 0) * exits_pitch + _TRACKS_TO_CARDS + _TO_WORDS
    fixed = words + before_road + BOX + _TO_WORDS + tracks + CARD + MARGIN
    room = min(max(WIDTH - fixed - _GOOD_WORDS, _LEAST_WORDS), _MOST_WORDS) if left_words else 0
    road = words + room + before_road
    right = road + BOX + _TO_WORDS
    at = max(WIDTH - MARGIN - CARD, right + _LEAST_WORDS + tracks)
    width = at + CARD + MARGIN if cards else max(_PLAIN_WIDTH, right + MARGIN + 180)
    return Columns(
        left_words=words,
        left_words_end=words + room,
        turns=turns_end,
        turns_pitch=turns_pitch,
        slips=road - _SLIP,
        road=road,
        right_words=right,
        right_words_end=at - tracks if cards else width - MARGIN,
        exits=at - _TRACKS_TO_CARDS,
        exits_pitch=exits_pitch,
        cards=at,
        width=width,
    )
