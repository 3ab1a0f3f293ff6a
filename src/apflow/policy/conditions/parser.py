"""From the text of a condition to its tree. Nothing outside the language gets through.

The grammar, loosest first: `or`, `and`, `not`, one comparison (`== != < <= > >=`, `in`, `not
in`), `+` and `-`, `*`, a leading `-`; then names, `organisation.particular`, whole numbers, `true`
and `false`, single-quoted words, lists of words or numbers in brackets, and calls by name. What a
name means is not asked here. Text and nesting are bounded, so hostile text costs next to nothing.
"""

from dataclasses import dataclass
from typing import Final

from apflow.policy.conditions.tokens import OWN_WORDS, CannotRead, Token, clipped, tokens

#: The longest text of a condition, in characters.
LONGEST_TEXT: Final = 2_000
#: How deep expressions may stand inside one another.
DEEPEST: Final = 40


@dataclass(frozen=True, slots=True)
class Name:
    """A bare name: a fact, a setting, or one of the language's words."""

    column: int
    name: str


@dataclass(frozen=True, slots=True)
class Particular:
    """`organisation.particular`."""

    column: int
    fact: str
    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A quoted word, a whole number, true or false."""

    column: int
    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Several:
    """A list of words or numbers in brackets."""

    column: int
    items: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function by its name."""

    column: int
    name: str
    args: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    column: int
    part: "Node"


@dataclass(frozen=True, slots=True)
class Join:
    """Two or more parts joined by the same `and` or `or`."""

    column: int
    by: str
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison; `column` is that of its sign."""

    column: int
    by: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A chain of `+` and `-`, or of `*`, from left to right."""

    column: int
    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Minus:
    """A number with its sign turned."""

    column: int
    part: "Node"


Node = (
    Name | Particular | Literal | Several | Call | Not | Join | Compare | Arithmetic | Minus
)  # fmt: skip


_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in"})
_OR, _AND, _NOT, _COMPARE, _ADD, _TIMES, _SIGN = 1, 2, 3, 4, 5, 6, 7
_STRENGTH: Final = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(_COMPARISONS, _COMPARE),
    "+": _ADD,
    "-": _ADD,
    "*": _TIMES,
}


def parse(text: str) -> tuple[Node, int]:
    """Return the tree of a condition and how deep it is nested; raises CannotRead."""
    if len(text) > LONGEST_TEXT:
        raise CannotRead(
            1, f"a condition has at most {LONGEST_TEXT:,} characters, not {len(text):,}"
        )
    parser = _Parser(tokens(text))
    tree = parser.expression(0)
    parser.end()
    return tree, parser.deepest


class _Parser:
    """Reads tokens by the strength of the signs between them."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.at = 0
        self.depth = 0
        self.deepest = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def expect(self, sign: str, opened: Token) -> None:
        if self.next.text != sign:
            raise CannotRead(
                self.next.column,
                f"{self.shown()} where the '{opened.text}' of column {opened.column} "
                f"should be closed by '{sign}'",
            )
        self.take()

    def shown(self) -> str:
        if self.next.sort == "end":
            return "the condition ends"
        text = clipped(self.next.text)
        return f"{text} stands" if self.next.sort == "word" else f"'{text}' stands"

    def end(self) -> None:
        token = self.next
        if token.sort == "end":
            return
        if token.text == "[":
            says = "'[' has no place here: nothing is looked up by position"
        elif token.text == ".":
            says = "'.' stands only between an organisation and its particular"
        elif token.text in (")", "]", ","):
            says = f"'{token.text}' stands outside any bracket"
        else:
            says = f"{self.shown()} without 'and', 'or' or a comparison before it"
        raise CannotRead(token.column, says)

    def between(self) -> str:
        """Return the sign that comes next between two parts; `not in` is one."""
        text = self.next.text if self.next.sort in ("sign", "name") else ""
        if text == "not" and self.tokens[self.at + 1].text == "in":
            return "not in"
        return text

    def expression(self, above: int) -> Node:
        """Read as far as the signs bind more strongly than `above`."""
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        if self.depth > DEEPEST:
            raise CannotRead(
                self.next.column, f"parts stand inside one another more than {DEEPEST} deep"
            )
        left = self.part(above)
        while (strength := _STRENGTH.get(self.between(), 0)) > above:
            left = self.joined(left, strength)
        self.depth -= 1
        return left

    def joined(self, left: Node, strength: int) -> Node:
        column, by = self.next.column, self.between()
        if strength == _COMPARE:
            self.at += 2 if by == "not in" else 1
            right = self.expression(_COMPARE)
            if (again := self.between()) in _COMPARISONS:
                says = f"a second comparison: write two, joined by and, instead of '{again}' again"
                raise CannotRead(self.next.column, says)
            return Compare(column, by, left, right)
        rest: list[tuple[str, Node]] = []
        while _STRENGTH.get(self.between()) == strength:
            sign = self.take().text
            rest.append((sign, self.expression(strength)))
        if strength in (_AND, _OR):
            return Join(left.column, by, (left, *(part for _, part in rest)))
        return Arithmetic(column, left, tuple(rest))

    def part(self, above: int) -> Node:
        token = self.take()
        if (value := _literal(token)) is not None:
            return Literal(token.column, value)
        if token.text == "not" and above < _COMPARE:
            return Not(token.column, self.expression(_NOT - 1))
        if token.text == "-":
            return Minus(token.column, self.expression(_SIGN))
        if token.text in ("(", "["):
            return self.bracket(token)
        if token.sort == "name" and token.text not in OWN_WORDS:
            return self.named(token)
        self.at -= 1
        raise CannotRead(token.column, f"{self.shown()} where a name or a value is expected")

    def named(self, token: Token) -> Node:
        if self.next.text == "(":
            opened = self.take()
            return Call(token.column, token.text, self.items(opened, ")"))
        if self.next.text == ".":
            self.take()
            particular = self.take()
            if particular.sort != "name":
                raise CannotRead(particular.column, "a particular's name is expected after '.'")
            return Particular(token.column, token.text, particular.text)
        return Name(token.column, token.text)

    def items(self, opened: Token, closing: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while self.next.text != closing:
            found.append(self.expression(0))
            if self.next.text != ",":
                break
            self.take()
        self.expect(closing, opened)
        return tuple(found)

    def bracket(self, opened: Token) -> Node:
        found = self.items(opened, ")" if opened.text == "(" else "]")
        if not found:
            raise CannotRead(opened.column, "there is nothing between the brackets")
        has_comma = self.tokens[self.at - 2].text == "," or len(found) > 1
        if opened.text == "(" and not has_comma:
            return found[0]
        literals = tuple(item for item in found if isinstance(item, Literal))
        if len(literals) < len(found) or any(isinstance(i.value, bool) for i in literals):
            raise CannotRead(opened.column, "a list holds only quoted words or whole numbers")
        return Several(opened.column, literals)


def _literal(token: Token) -> str | int | bool | None:
    if token.sort == "number":
        return int(token.text)
    if token.sort == "word":
        return token.text[1:-1]
    return token.text == "true" if token.text in ("true", "false") else None
