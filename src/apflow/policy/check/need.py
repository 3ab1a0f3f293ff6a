"""Whether a condition can do without a fact: what stays not known while the fact is missing."""

from collections.abc import Callable

from apflow.policy.check.footing import Footing
from apflow.policy.check.formulas import Formulas
from apflow.policy.check.remarks import Path
from apflow.policy.check.truth import (
    UNKNOWN,
    YES,
    Assignment,
    Constant,
    Formula,
    Search,
    TooManyError,
)
from apflow.policy.check.variables import Variables

Knowledge = Callable[[str], int]


def left_unknown(
    footing: Footing, path: Path, knowledge: Knowledge, state: str | None = None
) -> Assignment | None:
    """Return a case in which the condition stays not known; None if none was found.

    A guard stays not known as a whole, its `when` included; of a date or a number the question
    is whether it is there.
    """
    return _case(footing, path, knowledge, state, UNKNOWN)


def can_hold(footing: Footing, path: Path, knowledge: Knowledge, state: str | None) -> bool:
    """Whether a guard can let anything by, or another condition be yes."""
    return _case(footing, path, knowledge, state, YES) is not None


def _case(
    footing: Footing,
    path: Path,
    knowledge: Knowledge,
    state: str | None,
    wanted: int,
) -> Assignment | None:
    variables = Variables(footing, state, knowledge=knowledge)
    try:
        formula = _whole(Formulas(footing, variables), path)
        return Search(variables.domains).find(formula, wanted)
    except TooManyError:
        return None if wanted == UNKNOWN else {}


def _whole(made: Formulas, path: Path) -> Formula:
    if path[0] == "guards":
        return made.guard(str(path[1]))
    condition = made.footing.compiled.at(*path)
    if condition is None or condition.kind.name == "yes_no":
        return made.at(*path)
    tree = made.footing.tree(*path)
    return Constant(YES) if tree is None else made.presence.of(tree)
