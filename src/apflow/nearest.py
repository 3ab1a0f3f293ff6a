"""The nearest right word, for "did you mean"."""

from collections.abc import Iterable
from difflib import get_close_matches

#: Longer words are compared by their beginning, and among more words than these only those that
#: begin alike: a file of thousands of mistyped names is answered at once all the same.
LONGEST = 60
MOST = 150


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word that looks most like `word`, or None when none does."""
    known = list(words)
    if len(known) > MOST:
        known = [one for one in known if one[:2] == word[:2]][:MOST]
    close = get_close_matches(word[:LONGEST], known, n=1, cutoff=0.6)
    return close[0] if close else None
