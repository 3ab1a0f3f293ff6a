"""The smallest pieces of a condition's text, and what may not stand in it at all."""

import keyword
import re
import unicodedata
from typing import Final, NamedTuple

from apflow.errors import ApflowError

_LONGEST_WORD: Final = 200
_MOST_DIGITS: Final = 9
_LONGEST_SHOWN: Final = 40


class CannotRead(ApflowError):
    """The text is no condition; `column` counts from 1."""

    def __init__(self, column: int, says: str) -> None:
        super().__init__(column, says)
        self.column, self.says = column, says


class Token(NamedTuple):
    """One piece: its sort, its text and its column, from 1."""

    sort: str
    text: str
    column: int


_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})|(?P<number>[0-9]+)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<word>'[^'\\]*')"
    r"|(?P<sign>==|!=|<=|>=|\*(?!\*)|[<>+\-()\[\],.])"
)
#: The words that the grammar itself uses.
OWN_WORDS: Final = frozenset({"and", "or", "not", "in", "true", "false"})
_INSTEAD: Final = {
    "is": "write ==",
    "None": "write not known(…)",
    "True": "write true",
    "False": "write false",
    "=": "write ==",
    "&": "write and",
    "|": "write or",
    "!": "write not",
    "/": "only + - * stand between numbers",
    "%": "only + - * stand between numbers",
    "*": "only + - * stand between numbers",
    '"': "words stand in single quotes",
    "‘": "words stand in straight single quotes",
    "’": "words stand in straight single quotes",
    "“": "words stand in straight single quotes",
    "”": "words stand in straight single quotes",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "–": "write -",
    "−": "write -",
    "×": "write *",
    "'": "the quoted word is not closed",
}


def tokens(text: str) -> list[Token]:
    """Return the tokens of a condition, the last of sort `end`; raises CannotRead."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise CannotRead(at + 1, _strange(text[at]))
        token = Token(match.lastgroup, match.group(), at + 1)
        at = match.end()
        if token.sort != "space":
            _check(token, text[at : at + 1])
            found.append(token)
    found.append(Token("end", "", len(text) + 1))
    return found


def clipped(text: str) -> str:
    """Return the text fit for a message: not long, and nothing that cannot be seen."""
    short = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return short if short.isprintable() else "".join(c if c.isprintable() else "?" for c in short)


def _strange(character: str) -> str:
    if not character.isascii():
        shown = f"'{character}' " if character.isprintable() else ""
        name = unicodedata.name(character, "a character without a name")
        says = f"{shown}(U+{ord(character):04X} {name}) has no place in a condition"
    elif character.isprintable():
        says = f"'{character}' has no place in a condition"
    else:
        says = f"the control character U+{ord(character):04X} has no place in a condition"
    instead = _INSTEAD.get(character)
    return f"{says}: {instead}" if instead else says


def _check(token: Token, following: str) -> None:
    """Refuse tokens that look right and are not; `following` is the next character, if any."""
    sort, text, column = token
    if sort == "date":
        raise CannotRead(column, f"{text}: a date stands in a setting and is named here")
    if sort == "number" and following == ".":
        raise CannotRead(column, "only whole numbers are counted with")
    if sort == "number" and (following.isalnum() or following == "_"):
        raise CannotRead(column, f"'{clipped(text)}{following}…' is neither a number nor a name")
    if sort == "number" and len(text) > _MOST_DIGITS:
        raise CannotRead(column, f"a number has at most {_MOST_DIGITS} digits, not {len(text)}")
    if sort == "name" and keyword.iskeyword(text) and text not in OWN_WORDS:
        instead = _INSTEAD.get(text)
        says = f"'{text}' has no place in a condition"
        raise CannotRead(column, f"{says}: {instead}" if instead else says)
    if sort == "word":
        inside = text[1:-1]
        if not inside or len(inside) > _LONGEST_WORD or not inside.isprintable():
            says = f"a quoted word has 1 to {_LONGEST_WORD} characters that can be printed"
            raise CannotRead(column, says)
