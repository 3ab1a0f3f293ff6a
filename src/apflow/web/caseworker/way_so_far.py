"""Where a referral is: the overview with its way so far, and the same in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from apflow import diagram
from apflow.casework.seeing import Seen
from apflow.web.facts import FactWords
from apflow.web.rendering import drawing


@dataclass(frozen=True, slots=True)
class Place:
    """One state in words: `stands` is done, here or ahead; `entered` when it was first entered."""

    phase: str
    title: str
    stands: str
    entered: tuple[date, ...]


def picture(seen: Seen) -> Markup:
    """Return the overview with the states that the referral has been in, and the one it is in."""
    referral = seen.referral
    svg = diagram.overview(
        seen.lifecycle,
        here=referral.state,
        visited=tuple(referral.tally.states),
        id_prefix="way-",
        styled=False,
    )
    return drawing(svg)


def in_words(seen: Seen, words: FactWords) -> tuple[Place, ...]:
    """Return every state of the road, and those beside it that the referral has been in."""
    return tuple(_places(seen, words))


def _places(seen: Seen, words: FactWords) -> Iterator[Place]:
    lifecycle, referral = seen.lifecycle, seen.referral
    been = referral.tally.states
    for name, state in lifecycle.states.items():
        here = name == referral.state
        if not here and name not in been and name not in lifecycle.road:
            continue
        yield Place(
            phase=words.phase(state.phase),
            title=state.title,
            stands="here" if here else "done" if name in been else "ahead",
            entered=tuple(day for day, _ in been.get(name, ())),
        )
