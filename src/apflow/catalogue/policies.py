"""A policy's folder: its lifecycle, its clauses and its first calendar, read and proved."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from apflow.catalogue.document import Document
from apflow.catalogue.shapes import record
from apflow.catalogue.strict import read_text, read_yaml, told
from apflow.errors import Fault, PolicyError, Unknown
from apflow.nearest import nearest
from apflow.places import place
from apflow.policy.check import Listed, check, check_form
from apflow.policy.check.listed import CARRIED_BY_NOTHING
from apflow.policy.clauses import Clauses, check_clauses
from apflow.policy.compiled import Compiled, Faulty, compile_lifecycle
from apflow.policy.lifecycle import Lifecycle
from apflow.policy.machine import Machine

LIFECYCLE, CLAUSES, CALENDAR = "lifecycle.yaml", "clauses.yaml", "calendar.csv"


@dataclass(frozen=True)
class Policy:
    """One policy as it was read. `text` is the lifecycle's, as the store keeps it by digest."""

    folder: Path
    lifecycle: Lifecycle
    compiled: Compiled
    clauses: Clauses | None
    calendar_path: Path | None
    document: Document
    clauses_document: Document | None

    @property
    def text(self) -> str:
        return self.document.text


class Proof(NamedTuple):
    """What `apflow policy check` shows: with faults the file cannot be used, warnings are shown."""

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    listed: tuple[Listed, ...]


def read_lifecycle(path: Path) -> Lifecycle:
    """Read a lifecycle file; raises PolicyError with every fault in its form and conditions."""
    return _lifecycle(read_yaml(path))[0]


def read_lifecycle_text(text: str, name: str) -> Lifecycle:
    """Read a lifecycle from its text, as the store keeps it; `name` is what faults call it."""
    return _lifecycle(read_text(text, name))[0]


def read_policy(where: Path | str, folders: Sequence[Path] = ()) -> Policy:
    """Read a policy: a folder, its lifecycle file, or the name of one that is `listed`.

    Raises Unknown for a name, PolicyError for files that cannot be used. Whether the policy also
    keeps its promises is a question for `prove`.
    """
    folder = find(where, folders) if isinstance(where, str) else where
    file = folder / LIFECYCLE if folder.is_dir() else folder
    document = read_yaml(file)
    lifecycle, compiled = _lifecycle(document)
    clauses_path, calendar_path = file.parent / CLAUSES, file.parent / CALENDAR
    clauses_document = read_yaml(clauses_path) if clauses_path.exists() else None
    return Policy(
        file.parent,
        lifecycle,
        compiled,
        record(clauses_document, Clauses) if clauses_document is not None else None,
        calendar_path if calendar_path.is_file() else None,
        document,
        clauses_document,
    )


def prove(policy: Policy) -> Proof:
    """Prove everything that can be proved of a policy, and list what is for the authority."""
    report = check(policy.compiled)
    faults = [_fault(policy.document, *one) for one in report.faults]
    if not faults:
        try:
            Machine(policy.compiled)
        except Faulty as error:
            faults += [_fault(policy.document, *one) for one in error.faults]
    warnings = [_fault(policy.document, *one) for one in report.warnings]
    listed_ = [*report.listed]
    if policy.clauses is None or policy.clauses_document is None:
        says = f"has no {CLAUSES} beside it: nobody can trace where its rules come from"
        warnings.append(Fault(policy.document.file, 0, 0, "", says))
    else:
        documents = {"lifecycle": policy.document, "clauses": policy.clauses_document}
        for file, path, says in check_clauses(policy.clauses, policy.lifecycle):
            faults.append(_fault(documents[file], path, 0, says))
        for number, statement in policy.clauses.clauses.items():
            if statement.information is not None:
                words = f"{statement.says} ({statement.information})"
                listed_.append(Listed(CARRIED_BY_NOTHING, ("clauses", number), words))
    return Proof(tuple(told(faults)), tuple(told(warnings)), tuple(listed_))


def listed(folders: Sequence[Path] = ()) -> tuple[str, ...]:
    """Return the names of the policies in these folders; by default those that come with apflow."""
    found = {
        path.parent.name for folder in _folders(folders) for path in folder.glob(f"*/{LIFECYCLE}")
    }
    return tuple(sorted(found))


def find(name: str, folders: Sequence[Path] = ()) -> Path:
    """Return the folder of a policy by its name, in the first folder that has it.

    Raises Unknown, with the nearest name, when none has.
    """
    names = listed(folders)
    if name not in names:
        raise Unknown("policy", name, nearest(name, names))
    return next(
        folder / name for folder in _folders(folders) if (folder / name / LIFECYCLE).exists()
    )


def _folders(folders: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(folders) or (place("states"),)


def _lifecycle(document: Document) -> tuple[Lifecycle, Compiled]:
    """Return a lifecycle whose names and conditions are in order, or say everything that is not."""
    lifecycle = record(document, Lifecycle, nulls="value")
    faults = [_fault(document, *one) for one in check_form(lifecycle)]
    try:
        compiled = compile_lifecycle(lifecycle)
    except Faulty as error:
        faults += [_fault(document, *one) for one in error.faults]
    else:
        if not faults:
            return lifecycle, compiled
    raise PolicyError(*told(faults))


def _fault(document: Document, path: tuple[str | int, ...], column: int, says: str) -> Fault:
    """Return a finding about a part of the file with its line: of an element, that of its name."""
    is_element = isinstance(document.part(path), dict)
    return document.fault(path, says, column=column, key=is_element)
