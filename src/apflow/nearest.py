"""The nearest right word, for "did you mean"."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word that looks most like `word`, or None when none does."""
    close = get_close_matches(word, list(words), n=1, cutoff=0.6)
    return close[0] if close else None
