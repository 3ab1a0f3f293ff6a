"""What signing in at the organisation's own provider has to remember, and what can go wrong.

Kept in one short-lived cookie, so that there is no other session than our own.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass

#: Longer addresses than this are not come back to.
_MOST_LETTERS = 2_000


class NotSignedIn(Exception):
    """Nobody was let in: `says` is for the person, `why` for the log. Neither holds a token."""

    def __init__(self, says: str, why: str, code: int = 400) -> None:
        super().__init__(why)
        self.says, self.why, self.code = says, why, code


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at the provider; `email` only where the provider has verified it."""

    issuer: str
    subject: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Handshake:
    """What one browser's try has to bring back, and where it wanted to go."""

    state: str
    nonce: str
    verifier: str
    onward: str

    @classmethod
    def begun(cls, onward: str) -> "Handshake":
        """Return a new one: state, nonce and verifier of 256 random bits each."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, onward if len(onward) < _MOST_LETTERS else "/")

    @classmethod
    def read(cls, cookie: str | None) -> "Handshake | None":
        """Return what a cookie holds, or None for what is none of ours."""
        padded = (cookie or "") + "=" * (-len(cookie or "") % 4)
        try:
            held = json.loads(urlsafe_b64decode(padded.encode()))
        except (ValueError, RecursionError):
            return None
        if not isinstance(held, dict) or held.keys() != cls.__dataclass_fields__.keys():
            return None
        # The browser's own, but it may hold anything: halves of characters are no words of ours.
        plain = all(isinstance(one, str) and one and one.isprintable() for one in held.values())
        return cls(**held) if plain else None

    def written(self) -> str:
        """Return it as a cookie's value."""
        return urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode().rstrip("=")
