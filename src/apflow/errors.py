"""Everything that can be wrong with what apflow was given.

A refusal is not here: it is a Decision with findings. An error carries its parts; the sentence
is made when it is printed, so that errors survive pickling and translation.
"""

from dataclasses import dataclass

from typing_extensions import override


def shown(given: object) -> str:
    """Give what was given as a message may repeat it: quoted, short, every character visible."""
    quoted = repr(given)
    return quoted if len(quoted) < 80 else quoted[:76] + "…"


class ApflowError(Exception):
    """Something was asked that cannot be done; the sentence says what and the way out."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a file: where it stands and what is wrong with it.

    `line` and `column` count from 1; 0 means that the place is not known.
    """

    file: str
    line: int
    column: int
    place: str
    says: str

    @override
    def __str__(self) -> str:
        """Give the fault on one line: file, line, column, place, fault."""
        at = ":".join(str(one) for one in (self.file, self.line, self.column) if one)
        return f"{at}: {self.place}: {self.says}" if self.place else f"{at}: {self.says}"


class FileError(ApflowError):
    """A file cannot be used; every fault found is in `faults`, in the order of the file."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults

    @override
    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class PolicyError(FileError):
    """A lifecycle, its clauses or its calendar cannot be used."""


class Unknown(ApflowError):
    """Nothing is called that: `kind` is the noun, `near` the closest name there is."""

    def __init__(self, kind: str, name: str, near: str | None = None) -> None:
        super().__init__(kind, name, near)
        self.kind, self.name, self.near = kind, name, near

    @override
    def __str__(self) -> str:
        hint = f"; did you mean '{self.near}'?" if self.near else ""
        return f"There is no {self.kind} {shown(self.name)}{hint}"


class BadInput(ApflowError):
    """An answer cannot be taken: the field, what was given, why not and what would do."""

    def __init__(self, field: str, given: object, says: str) -> None:
        super().__init__(field, given, says)
        self.field, self.given, self.says = field, given, says

    @override
    def __str__(self) -> str:
        return f"{self.field}: {shown(self.given)}: {self.says}"


class BadInputs(ApflowError):
    """Several answers cannot be taken."""

    def __init__(self, *inputs: BadInput) -> None:
        super().__init__(*inputs)
        self.inputs = inputs

    @override
    def __str__(self) -> str:
        return "\n".join(str(one) for one in self.inputs)


class Stale(ApflowError):
    """Someone moved the referral first: `changed` says in words what changed since."""

    exit_code = 3

    def __init__(self, reference: str, seen: int, now_at: int, changed: str) -> None:
        super().__init__(reference, seen, now_at, changed)
        self.reference, self.seen, self.now_at, self.changed = reference, seen, now_at, changed

    @override
    def __str__(self) -> str:
        return (
            f"{self.reference} was moved by someone else since you looked "
            f"(you saw step {self.seen}, it is now at step {self.now_at}): {self.changed}"
        )


class Altered(ApflowError):
    """The stored history does not verify: the first bad row and why."""

    def __init__(self, reference: str, seq: int, says: str) -> None:
        super().__init__(reference, seq, says)
        self.reference, self.seq, self.says = reference, seq, says

    @override
    def __str__(self) -> str:
        return f"{self.reference} step {self.seq}: {self.says}"


class StoreError(ApflowError):
    """The database cannot be used as it is; says what to do."""
