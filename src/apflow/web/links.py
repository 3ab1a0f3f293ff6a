"""Links that more than one page leads along."""

from collections.abc import Iterable
from typing import NamedTuple


class Link(NamedTuple):
    """Somewhere to go."""

    href: str
    text: str


def clause_links(policy: str, numbers: Iterable[str]) -> tuple[Link, ...]:
    """Return where the policy's page says each of these clauses, each once."""
    return tuple(
        Link(f"/policy/{policy}#clause-{number}", number) for number in dict.fromkeys(numbers)
    )
