"""What one word of the file means: YAML's own guesses (`no`, `12:30`, `010`) are not made here."""

import re
from datetime import date

#: Whole numbers beyond this many digits cannot be told apart by every reader of the file.
DIGITS = 15

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PLAIN: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}

#: Characters that cannot be seen or that turn the reading direction: a text that holds one
#: does not say what it seems to say. Tab and line feed are allowed.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff\U000e0000-\U000e007f]"
)

Scalar = bool | int | date | str | None


def meant(word: str) -> Scalar:
    """Return what an unquoted word stands for.

    Only `true` and `false` are yes-or-no, only `null`, `~` and nothing are null; whole numbers
    are numbers, dates are dates, everything else is text. Raises ValueError, with the sentence,
    for a day that is in no calendar and for a number too long to be kept exactly.
    """
    if word in _PLAIN:
        return _PLAIN[word]
    if _NUMBER.fullmatch(word):
        if len(word.lstrip("-")) > DIGITS:
            raise ValueError(f"a number has at most {DIGITS} digits")
        return int(word)
    if _DATE.fullmatch(word):
        try:
            return date.fromisoformat(word)
        except ValueError:
            raise ValueError(f"there is no day {word}") from None
    return word


def described(value: object) -> str:
    """Return a value as a sentence names it: "the number 6", "the word 'six'", "a list"."""
    if isinstance(value, int):
        return str(value).lower() if isinstance(value, bool) else f"the number {value}"
    if isinstance(value, date):
        return f"the date {value.isoformat()}"
    if isinstance(value, str):
        shown = value if len(value) <= 40 else value[:39] + "…"
        return f"the {'text' if ' ' in shown else 'word'} '{shown}'"
    if value is None:
        return "nothing"
    return "a list" if isinstance(value, list) else "keys with values"
