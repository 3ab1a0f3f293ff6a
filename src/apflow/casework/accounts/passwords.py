"""Passwords: what they may be, and their hashes (Argon2id, RFC 9106)."""

import re
import secrets
import unicodedata
from base64 import b64encode
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from apflow.errors import BadInput
from apflow.store.accounts import Account
from apflow.store.faults import Busy
from apflow.store.handles import make_handle

SHORTEST: Final = 12
LONGEST: Final = 200
#: Fewer different characters than this are no secret.
_FEWEST_DIFFERENT: Final = 5
#: How many are hashed at once, in the whole process: each takes 64 MiB and a tenth of a second.
_AT_ONCE: Final = 2
#: How many seconds somebody waits for their turn before they are told to try again.
_PATIENCE: Final = 10.0
_TURNS = BoundedSemaphore(_AT_ONCE)


class Hashing:
    """How passwords are hashed: by argon2-cffi's recommended parameters unless others are given.

    Raises Busy where too many wait for their turn: hashing is dear, and must not take the whole
    machine from those who are signed in already.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        #: What the password of somebody who has none is compared with: it takes as long.
        self._nobodys = _no_hash(self._hasher)

    def hashed(self, password: str) -> str:
        """Return the hash of a password."""
        with _Turn():
            return self._hasher.hash(_normal(password))

    def matches(self, hashed: str | None, password: str) -> bool:
        """Return whether this is the password of that hash; of no hash, none is, as slowly."""
        given = _normal(password)
        with _Turn():
            try:
                self._hasher.verify(hashed or self._nobodys, given)
            except (VerificationError, InvalidHashError):
                return False
            return hashed is not None

    def outdated(self, hashed: str) -> bool:
        """Return whether that hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)


class _Turn:
    """One of the few who may hash at once."""

    def __enter__(self) -> None:
        if not _TURNS.acquire(timeout=_PATIENCE):
            raise Busy("too many people are signing in at once; try again in a minute")

    def __exit__(self, *_: object) -> None:
        _TURNS.release()


def check(password: str, account: Account) -> None:
    """Raise BadInput for what cannot be this person's password; it never repeats what was given."""
    normal = _normal(password)
    if len(normal) < SHORTEST:
        _refuse(f"has {len(normal)} characters; use at least {SHORTEST}, such as four words")
    if len(normal) > LONGEST:
        _refuse(f"is longer than {LONGEST} characters; use a shorter one")
    if not normal.isprintable():
        _refuse("holds characters that cannot be typed; use letters, digits, signs and spaces")
    if len(set(normal)) < _FEWEST_DIFFERENT:
        _refuse("is made of too few different characters; use four words that do not belong")
    own = (account.person, account.name, account.email or "")
    if _bare(normal) in {_bare(one) for one in (*own, own[2].partition("@")[0])}:
        _refuse("is your own name or address; use four words that do not belong together")


def one_time_word() -> str:
    """Return a word to be handed to somebody, in groups that can be read out: 80 bits."""
    return "-".join(make_handle(4) for _ in range(4))


def _refuse(says: str) -> None:
    raise BadInput("password", "…", says)


def _normal(password: str) -> str:
    """Return a password as it is hashed: alike from every keyboard (NFKC)."""
    # Halves of characters, which no keyboard types and no hash takes, are as good as others;
    # and of what is far too long, the beginning.
    whole = password[: 5 * LONGEST].encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFKC", whole)


def _bare(words: str) -> str:
    return re.sub(r"[\W_]+", "", words.casefold())


def _no_hash(hasher: PasswordHasher) -> str:
    """Return what has the form and the cost of a hash and is that of no password."""
    salt, tag = (
        b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()
        for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${tag}"
