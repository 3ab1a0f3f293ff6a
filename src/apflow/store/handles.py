"""Handles: opaque words for what may stand in an address where its name may not."""

import secrets

#: Crockford's letters and digits: none is taken for another.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def make_handle(length: int = 12) -> str:
    """Return a random word of `length` letters and digits, five bits in each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
