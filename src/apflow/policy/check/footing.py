"""What conditions finally rest on, through worked-out facts: facts, events, states, words."""

from collections.abc import Mapping
from typing import NamedTuple

from apflow.policy.check.ways import Ways
from apflow.policy.compiled import Compiled
from apflow.policy.conditions import Condition
from apflow.policy.conditions.parser import (
    Arithmetic,
    Call,
    Compare,
    Join,
    Literal,
    Minus,
    Name,
    Node,
    Not,
    Particular,
    parse,
)
from apflow.policy.conditions.tokens import CannotRead
from apflow.policy.lifecycle import Fact

_Path = tuple[str | int, ...]
_POOL_WORDS = ("place_free", "next_in_line")


class Rest(NamedTuple):
    """What something finally rests on. `facts` are asked or set; `words` such as `today`."""

    facts: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    def __or__(self, other: object) -> "Rest":
        if not isinstance(other, Rest):
            return NotImplemented
        return Rest(*(mine | theirs for mine, theirs in zip(self, other, strict=True)))


class Footing:
    """The conditions of one lifecycle, seen down to what they rest on."""

    def __init__(self, compiled: Compiled, ways: Ways) -> None:
        self._trees: dict[_Path, Node | None] = {}
        self.compiled = compiled
        self.facts: Mapping[str, Fact] = compiled.lifecycle.facts
        self.ways = ways
        self._rests: dict[str, Rest] = {}

    def on(self, ways: Ways) -> "Footing":
        """Return the same footing for other ways through the lifecycle."""
        footing = Footing(self.compiled, ways)
        footing._trees = self._trees
        return footing

    def at(self, *path: str | int) -> Rest:
        """Return what the condition at a place of the file rests on; nothing if none is there."""
        condition = self.compiled.at(*path)
        return Rest() if condition is None else self.of(condition)

    def of(self, condition: Condition) -> Rest:
        """Return what a condition rests on."""
        rest = Rest(events=condition.events, states=condition.states)
        for name in condition.names:
            rest |= self._name(name)
        return rest

    def _name(self, name: str) -> Rest:
        if name not in self._rests:
            self._rests[name] = self._found(name)
        return self._rests[name]

    def _found(self, name: str) -> Rest:
        fact = self.facts.get(name)
        if fact is None:
            rest = (
                Rest()
                if name in self.compiled.lifecycle.settings
                else Rest(words=frozenset((name,)))
            )
            if name in _POOL_WORDS:
                for pool in self.compiled.lifecycle.places:
                    rest |= self.at("places", pool, "when")
            return rest
        if not fact.worked_out:
            return Rest(facts=frozenset((name,)))
        rest = self.at("facts", name, "is")
        for index in range(len(fact.choose)):
            rest |= self.at("facts", name, "choose", index, "when")
            rest |= self.at("facts", name, "choose", index, "is")
        return rest

    def tree(self, *path: str | int) -> Node | None:
        """Return the tree of the condition at a place; None where it is an option, or missing."""
        if path not in self._trees:
            self._trees[path] = self._tree(path)
        return self._trees[path]

    def _tree(self, path: _Path) -> Node | None:
        condition = self.compiled.at(*path)
        if condition is None:
            return None
        try:
            tree = parse(condition.text)[0]
        except CannotRead:
            return None
        is_option = isinstance(tree, Name) and tree.name not in condition.names
        return None if is_option else tree

    def moved_by(self, path: _Path, key: str, event: str, entered: str | None) -> bool:
        """Whether taking an event, and entering a state by it, can change a condition."""
        rest = self.at(*path, key)
        return bool(
            event in rest.events
            or entered in rest.states
            or rest.facts & self.ways.asked(event)
            or rest.words
        )

    def can_be_known(self, path: _Path, key: str, at: str) -> bool:
        """Whether a referral in this state can ever know what a condition gives."""
        tree = self.tree(*path, key)
        return True if tree is None else self._knowable(tree, at)

    def _knowable(self, node: Node, at: str) -> bool:
        if isinstance(node, Name | Particular):
            return self._name_knowable(node.name if isinstance(node, Name) else node.fact, at)
        if isinstance(node, Call):
            return self._call_knowable(node, at)
        # One known part can decide `and` and `or`; everything else needs all its parts.
        enough = any if isinstance(node, Join) else all
        return enough(self._knowable(part, at) for part in parts_of(node))

    def _name_knowable(self, name: str, at: str) -> bool:
        fact = self.facts.get(name)
        if fact is None:
            return True
        if not fact.worked_out:
            return name in self.ways.ever.get(at, frozenset())
        places: list[_Path] = [("facts", name, "is")]
        if fact.choose:
            places = [("facts", name, "choose", index, "is") for index in range(len(fact.choose))]
        trees = [self.tree(*place) for place in places]
        return any(tree is None or self._knowable(tree, at) for tree in trees)

    def _call_knowable(self, call: Call, at: str) -> bool:
        first = call.args[0] if call.args else None
        word = first.value if isinstance(first, Literal) else None
        if call.name in ("known", "count"):
            return True
        if call.name in ("first", "last"):
            return word in self.ways.happened.get(at, frozenset())
        if call.name == "entered":
            return word in self.ways.been.get(at, frozenset())
        if call.name in ("latest", "earliest"):
            return any(self._knowable(part, at) for part in call.args)
        return all(self._knowable(part, at) for part in call.args)


def parts_of(node: Node) -> tuple[Node, ...]:
    """Return the parts of which a tree is made."""
    match node:
        case Join(parts=parts) | Call(args=parts):
            return parts
        case Not(part=part) | Minus(part=part):
            return (part,)
        case Compare(left=left, right=right):
            return (left, right)
        case Arithmetic(first=first, rest=rest):
            return (first, *(part for _, part in rest))
    return ()
