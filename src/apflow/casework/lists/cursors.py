"""Where the next page of a list begins, as one word that may stand in an address."""

from apflow.errors import BadInput
from apflow.store.lists import Place

_BETWEEN = "~"
_DIGITS = 10


def cursor(place: tuple[str | int, ...] | None) -> str | None:
    """Return the word for a place in a list, or None at its end; it says nothing of a child."""
    return None if place is None else _BETWEEN.join(str(part) for part in place)


def place_at(after: str | None) -> Place | None:
    """Return the place in a worklist or search that a `cursor` stands for. Raises BadInput."""
    parts = _parts(after, 2)
    return None if parts is None else (parts[0], parts[1])


def traced_at(after: str | None) -> tuple[str, str, int] | None:
    """Return the place among steps or looks that a `cursor` stands for. Raises BadInput."""
    parts = _parts(after, 3)
    if parts is None:
        return None
    if not parts[2].isdecimal() or not parts[2].isascii() or len(parts[2]) >= _DIGITS:
        raise _wrong(after)
    return parts[0], parts[1], int(parts[2])


def posted_at(after: str | None) -> tuple[str, str, str] | None:
    """Return the place among messages that a `cursor` stands for. Raises BadInput."""
    parts = _parts(after, 3)
    return None if parts is None else (parts[0], parts[1], parts[2])


def _parts(after: str | None, many: int) -> list[str] | None:
    if not after:
        return None
    parts = after.split(_BETWEEN)
    if len(parts) != many or not all(parts):
        raise _wrong(after)
    return parts


def _wrong(after: str | None) -> BadInput:
    return BadInput("after", after, "is not where a page of this list ends")
