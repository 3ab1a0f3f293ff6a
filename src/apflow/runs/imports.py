"""Spreadsheets of referrals that wait to be imported by a flow: a folder each, named by an id.

A flow takes ids only, so what is to be imported is left in `<home>/imports/<id>/` first. The
spreadsheet is deleted as soon as it is imported; what became of its rows stays beside it, for
the person who asked, until `forget`. Both can hold what is known of children: the folders are
the owner's alone.
"""

import json
import re
import secrets
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from apflow.casework.imports import Imported
from apflow.errors import Unknown
from apflow.settings import Settings

_ID = re.compile(r"[0-9a-f]{32}")
_SHEET, _ASKED, _RESULT = "referrals.csv", "asked.json", "result.json"


@dataclass(frozen=True, slots=True)
class Staged:
    """One spreadsheet that waits: for which policy, and who imports it in which role."""

    policy: str
    file: str
    person: str
    role: str | None
    content: bytes


def stage(settings: Settings, staged: Staged) -> str:
    """Leave a spreadsheet for the flow `import_referrals` and return the import's id."""
    import_id = secrets.token_hex(16)
    folder = _imports(settings) / import_id
    folder.mkdir(parents=True, mode=0o700)
    asked = {key: value for key, value in asdict(staged).items() if key != "content"}
    (folder / _SHEET).write_bytes(staged.content)
    (folder / _ASKED).write_text(json.dumps(asked), encoding="utf-8")
    return import_id


def staged(settings: Settings, import_id: str) -> Staged:
    """Return what was left under an id. Raises Unknown: never left, or imported already."""
    folder = _folder(settings, import_id)
    try:
        asked = json.loads((folder / _ASKED).read_text(encoding="utf-8"))
        return Staged(content=(folder / _SHEET).read_bytes(), **asked)
    except FileNotFoundError:
        raise Unknown("import waiting", import_id) from None


def finish(settings: Settings, import_id: str, rows: Iterable[Imported]) -> None:
    """Write down what became of each row, and delete the spreadsheet."""
    folder = _folder(settings, import_id)
    written = json.dumps([asdict(row) for row in rows], indent=1)
    (folder / _RESULT).write_text(written, encoding="utf-8")
    (folder / _SHEET).unlink(missing_ok=True)


def result(settings: Settings, import_id: str) -> Sequence[Imported]:
    """Return what became of each row. Raises Unknown when it is not imported (yet)."""
    try:
        text = (_folder(settings, import_id) / _RESULT).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Unknown("finished import", import_id) from None
    return tuple(
        Imported(**{**row, "faults": tuple((field, says) for field, says in row["faults"])})
        for row in json.loads(text)
    )


def forget(settings: Settings, before: datetime) -> int:
    """Delete every import left before that moment, finished or not; return how many."""
    if not _imports(settings).is_dir():
        return 0
    old = [
        folder
        for folder in _imports(settings).iterdir()
        if datetime.fromtimestamp(folder.stat().st_mtime, UTC) < before
    ]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _imports(settings: Settings) -> Path:
    return settings.home / "imports"


def _folder(settings: Settings, import_id: str) -> Path:
    # Only an id that `stage` could have made may become part of a path.
    if _ID.fullmatch(import_id) is None:
        raise Unknown("import", import_id)
    return _imports(settings) / import_id
